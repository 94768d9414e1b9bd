//! Reports of a large record: the indicators of today and hora a hora from the counters by hour, those of thirty days, the
//! calls behind some of them, and the informe de gestión of everybody. Ten million calls of a million people in thirty days, and
//! their sales; the calls are written by SQL (going through the journal would take hours), and the counters made as for any
//! record of before them. Compared with counting the calls themselves. `REPORT_CALLS=1000000` for so many.

use std::path::Path;
use std::time::{Duration, Instant};

use benches::{compare, peak_memory, quick};
use campaigns::Campaign;
use domain::{AttemptId, CampaignId, Event, Recorded, Timestamp, WorkItem};
use kpi::{AttemptSet, Dimension};
use sqlx::{Connection as _, SqliteConnection};
use store::{AttemptFilter, Store};

#[path = "calls.rs"]
mod calls;

const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 30;
/// Calls of each person.
const EACH: u64 = 10;
/// Midnight in Bogotá, of an hour of UTC.
const MIDNIGHT_MS: i64 = 5 * 3_600_000;
/// So many looks at each report; the best and the longest are told.
const LOOKS: usize = 20;
/// Calls closed in one commit, and so many commits.
const CLOSED_TOGETHER: usize = 256;
const CLOSED_ROUNDS: usize = 20;
/// What a sale is worth.
const WORTH: i64 = 59_900;

/// The first of the days, of which yesterday is the last.
fn first() -> i64 {
    let now = chrono::Utc::now().timestamp_millis();
    (now - MIDNIGHT_MS).div_euclid(DAY_MS) * DAY_MS + MIDNIGHT_MS - DAYS * DAY_MS
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // A folder of the build, not of the system: that one may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    runtime.block_on(measure(folder.path()));
}

fn asked() -> u64 {
    let asked = std::env::var("REPORT_CALLS").ok();
    let asked = asked.and_then(|text| text.parse().ok());
    asked.unwrap_or(if quick() { 100_000 } else { 10_000_000 })
}

async fn measure(folder: &Path) {
    let (calls, file) = (asked(), folder.join("record.db"));
    let url = format!("sqlite:{}", file.display());
    let items = {
        let store = store::open(&url).await.expect("a record");
        let people = (calls / EACH).next_multiple_of(calls::CHUNK);
        let mut items = calls::leased(store.as_ref(), people).await;
        items.truncate(CLOSED_TOGETHER * CLOSED_ROUNDS);
        items
    };
    let campaign = items[0].campaign;
    let mut db = SqliteConnection::connect(&url).await.expect("connects");
    let people: i64 = sqlx::query_scalar("SELECT count(*) FROM contact")
        .fetch_one(&mut db)
        .await
        .expect("counts");
    let told = sqlx::query("UPDATE import SET acta = ?1").bind(acta(people.unsigned_abs()));
    told.execute(&mut db).await.expect("writes the account");
    let began = Instant::now();
    write_calls(&mut db, campaign, calls).await;
    println!(
        "{calls} calls written in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    let began = Instant::now();
    let store = store::open(&url).await.expect("opens");
    println!(
        "counters made of them in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    let store = store.as_ref();
    let mut found = store.campaigns().await.expect("reads").into_iter();
    let found = found.find(|one| one.id == campaign);
    let found = found.expect("the campaign is there");
    let counted = count_calls(&mut db, campaign).await;
    figures(store, &found, counted).await;
    behind(store, campaign).await;
    closing(store, &items, calls).await;
    gestion(store, &found, &folder.join("gestion.csv")).await;
}

/// Calls spread over the days' hours of ten to twenty, of people by chance: a third picked up by a person, one in eleven of those
/// a sale, which is legalised half of the time.
async fn write_calls(db: &mut SqliteConnection, campaign: CampaignId, calls: u64) {
    let written = "
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
             people AS (SELECT max(id) - min(id) + 1 AS many, min(id) AS first FROM contact),
             c AS MATERIALIZED (
                 SELECT i, p.first + abs(random()) % p.many AS contact, i * 7919 % 3 = 0 AS human,
                        ?3 + (i - 1) * 30 / ?1 * 86400000 + 36000000 + abs(random()) % 36000000 AS at
                 FROM n, people p)
        INSERT INTO attempt (id, campaign, list, contact, person, segment, phone, ordinal, trunk, caller_id, mode,
                             intended_at, placed_at, answered_at, bridged_at, waited_ms, ended_at, outcome, agent,
                             code, coded_by, purpose)
        SELECT i, ?2, k.list, k.id, k.person, k.segment, 573100000000 + k.id, 0, 1, 573100000000, 1,
               at, at, CASE WHEN human THEN at + 9000 END, CASE WHEN human THEN at + 9100 END, 100, at + 60000,
               CASE WHEN human THEN 1 ELSE 4 END, CASE WHEN human THEN 1 + i % 20 END,
               CASE WHEN NOT human THEN 'NC01' WHEN i % 33 = 0 THEN 'VE01' ELSE 'CE01' END,
               CASE WHEN human THEN 1 + i % 20 END, 'commercial'
        FROM c
        JOIN contact k ON k.id = c.contact";
    let text = sqlx::query(written)
        .bind(i64::try_from(calls).expect("millions"))
        .bind(campaign.get())
        .bind(first());
    text.execute(&mut *db).await.expect("writes calls");
    let sold = "
        INSERT INTO sale (attempt, campaign, contact, person, agent, code, placed_at, accepted_at, stage, stage_at, moves,
                          sheet, has_sheet, value)
        SELECT id, campaign, contact, person, agent, code, placed_at, ended_at, CASE WHEN id % 2 = 0 THEN 11 ELSE 2 END,
               ended_at + 3600000, 6, 1, 1, ?1
        FROM attempt WHERE code = 'VE01'";
    let text = sqlx::query(sold).bind(WORTH).execute(&mut *db);
    text.await.expect("writes sales");
    let anew = sqlx::query("DELETE FROM rollup_filled").execute(&mut *db);
    anew.await.expect("has the counters made anew");
}

/// How long the database takes to count a day's calls by itself.
async fn count_calls(db: &mut SqliteConnection, campaign: CampaignId) -> Duration {
    let (from, to) = day(DAYS - 1);
    let text = "SELECT count(*), sum(answered), sum(sale) FROM attempt_count v
                WHERE v.id IN (SELECT a.id FROM attempt a WHERE a.campaign = ?1 AND a.intended_at BETWEEN ?2 AND ?3)";
    let began = Instant::now();
    sqlx::query(text)
        .bind(campaign.get())
        .bind(from)
        .bind(to)
        .fetch_all(db)
        .await
        .expect("counts");
    began.elapsed()
}

fn day(place: i64) -> (i64, i64) {
    let from = first() + place * DAY_MS;
    (from, from + DAY_MS)
}

fn period(from: i64, to: i64) -> kpi::Period {
    kpi::Period::new(Timestamp::from_millis(from), Timestamp::from_millis(to))
}

async fn figures(store: &dyn Store, campaign: &Campaign, counted: Duration) {
    let (from, to) = day(DAYS - 1);
    let today = looks(async || {
        let report = api::report(store, campaign.id, &period(from, to)).await;
        drop(report.expect("a report"));
    })
    .await;
    told("indicators of today", &today);
    let now = Timestamp::from_millis(from + 15 * 3_600_000);
    let hourly = looks(async || {
        drop(
            api::hourly(store, campaign, None, now)
                .await
                .expect("a day"),
        );
    })
    .await;
    told("hora a hora", &hourly);
    let month = looks(async || {
        let report = api::report(store, campaign.id, &period(first(), to)).await;
        drop(report.expect("a report"));
    })
    .await;
    told("indicators of thirty days", &month);
    let rate = |took: Duration| 1.0 / took.as_secs_f64();
    compare(
        "indicators of today",
        rate(today[0]),
        "its calls counted by SQL",
        rate(counted),
    );
}

/// What keeping the counters costs each call that is closed and then typified: people with calls of thirty days, as many to a
/// commit as a busy second has.
async fn closing(store: &dyn Store, items: &[WorkItem], calls: u64) {
    let next = calls + 1;
    let mut seq = 0;
    let mut number = |event| {
        seq += 1;
        let at = Timestamp::from_millis(chrono::Utc::now().timestamp_millis());
        Recorded { seq, at, event }
    };
    for (place, items) in items
        .chunks(CLOSED_TOGETHER)
        .take(CLOSED_ROUNDS)
        .enumerate()
    {
        let first = next + (place * CLOSED_TOGETHER) as u64;
        let numbered = || (first as i64..).zip(items);
        let intents = numbered().map(|(n, item)| Event::AttemptIntended(calls::intent(n, item)));
        let intents: Vec<_> = intents.map(&mut number).collect();
        store.commit(&intents).await.expect("intents");
        let rest = numbered().flat_map(|(n, item)| calls::call(AttemptId::new(n), item));
        let rest: Vec<_> = rest.map(&mut number).collect();
        store.commit(&rest).await.expect("calls");
    }
    let (counted, took) = store::counting_cost();
    println!(
        "counters of each closed call, {CLOSED_TOGETHER} to a commit: {:.1} us",
        took.as_secs_f64() * 1e6 / counted as f64
    );
}

/// The first thousand calls behind an indicator of thirty days.
async fn behind(store: &dyn Store, campaign: CampaignId) {
    for (what, set) in [
        ("a thousand sales of thirty days", AttemptSet::Sale),
        ("a thousand contacts of thirty days", AttemptSet::Effective),
    ] {
        let filter = AttemptFilter {
            campaign: Some(campaign),
            from: Some(Timestamp::from_millis(first())),
            to: Some(Timestamp::from_millis(first() + DAYS * DAY_MS)),
            set: Some(set),
            limit: 1_000,
            newest_first: true,
            ..AttemptFilter::default()
        };
        let took = looks(async || {
            let rows = store.attempts(&filter).await.expect("attempts");
            assert!(!rows.is_empty());
        })
        .await;
        told(what, &took);
    }
    let days = period(first(), first() + DAYS * DAY_MS);
    let began = Instant::now();
    let clock = campaigns::DayClock::of("co");
    let parts = store
        .parts(campaign, &days, Dimension::Segment, clock)
        .await;
    assert!(!parts.expect("segments").is_empty());
    let took = began.elapsed().as_secs_f64();
    println!("thirty days by segment               {took:.2} s");
}

/// The informe de gestión of everybody, as CSV on the disk.
async fn gestion(store: &dyn Store, campaign: &Campaign, file: &Path) {
    let day = |at: i64| {
        chrono::DateTime::from_timestamp_millis(at)
            .expect("a time")
            .date_naive()
    };
    let now = chrono::Utc::now().timestamp_millis();
    let wanted = api::GestionWanted {
        lists: Vec::new(),
        from: day(0),
        to: day(now + DAY_MS),
        as_of: None,
        masked: false,
    };
    let before = peak_memory();
    let began = Instant::now();
    let to = std::io::BufWriter::new(std::fs::File::create(file).expect("a file"));
    let mut sheet = api::CsvSheet::begin(to).expect("a sheet");
    let totals = api::gestion(
        store,
        campaign,
        &wanted,
        Timestamp::from_millis(now),
        &mut sheet,
    )
    .await;
    let totals = totals.unwrap_or_else(|_| panic!("the report adds up"));
    println!(
        "informe de gestión of {} records: {:.1} s, {} MiB written; peak memory {} MiB before, {} after",
        totals.received,
        began.elapsed().as_secs_f64(),
        std::fs::metadata(file).expect("it is there").len() >> 20,
        before >> 10,
        peak_memory() >> 10,
    );
}

/// The account of a load of so many, all valid, as a file would have left it.
fn acta(people: u64) -> String {
    serde_json::json!({
        "list_name": "base", "file_name": "base.csv", "sha256": "00", "bytes": 0, "format": "csv", "encoding": null,
        "delimiter": null, "sheet": null, "region": "CO", "legal_basis": "autorización", "mapping": [],
        "received": people, "valid": people, "rejected": {}, "duplicates": {"by_document": 0, "by_phone": 0},
        "blank_lines": 0, "title_lines": 0, "shared_phones": 0, "without_document": 0, "phones": people,
        "phones_left_out": {}, "repairs": {}, "rejected_rows": [], "duplicate_rows": [], "warnings": [],
        "started_ms": null, "finished_ms": null,
    })
    .to_string()
}

/// Each look's time, the shortest first.
async fn looks(mut look: impl AsyncFnMut()) -> Vec<Duration> {
    let mut took = Vec::with_capacity(LOOKS);
    for _ in 0..LOOKS {
        let began = Instant::now();
        look().await;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    took
}

fn told(what: &str, took: &[Duration]) {
    let ms = |took: Duration| took.as_secs_f64() * 1e3;
    println!(
        "{what:<34} best {:.2} ms, median {:.2}, longest {:.2} of {LOOKS}",
        ms(took[0]),
        ms(took[took.len() / 2]),
        ms(took[took.len() - 1])
    );
}
