//! Reports of a large record: the indicators of today and hora a hora from the counters by hour, those of thirty days, and the
//! calls behind one of them. Ten million calls of a million people in thirty days; the calls are written by SQL (going through
//! the journal would take hours), and the counters made as for any record of before them. Compared with counting the calls
//! themselves. `REPORT_CALLS=1000000` for so many.

use std::path::Path;
use std::time::{Duration, Instant};

use benches::{compare, peak_memory, quick};
use campaigns::Campaign;
use domain::{CampaignId, Timestamp};
use sqlx::{Connection as _, SqliteConnection};
use store::{AttemptFilter, Store};

#[path = "calls.rs"]
#[expect(dead_code, reason = "its calls do not go through the journal")]
mod calls;

const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 30;
/// Calls of each person.
const EACH: u64 = 10;
/// 2026-12-01, midnight in Bogotá.
const FIRST: i64 = 1_796_101_200_000;
/// So many looks at each report; the best and the longest are told.
const LOOKS: usize = 20;

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
    let campaign = {
        let store = store::open(&url).await.expect("a record");
        let people = (calls / EACH).next_multiple_of(calls::CHUNK);
        calls::leased(store.as_ref(), people).await[0].campaign
    };
    let mut db = SqliteConnection::connect(&url).await.expect("connects");
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
    println!("peak memory of the process: {} MiB", peak_memory() / 1_024);
}

/// Calls spread over the days' hours of ten to twenty, of each person in turn: a third picked up by a person, one in eleven of
/// those a sale.
async fn write_calls(db: &mut SqliteConnection, campaign: CampaignId, calls: u64) {
    let written = "
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
             people AS (SELECT max(id) - min(id) + 1 AS many, min(id) AS first FROM contact)
        INSERT INTO attempt (id, campaign, list, contact, person, segment, phone, ordinal, trunk, caller_id, mode,
                             intended_at, placed_at, answered_at, bridged_at, waited_ms, ended_at, outcome, agent,
                             code, coded_by, purpose)
        SELECT i, ?2, k.list, k.id, k.person, k.segment, 573100000000 + k.id, 0, 1, 573100000000, 1,
               at, at, CASE WHEN human THEN at + 9000 END, CASE WHEN human THEN at + 9100 END, 100, at + 60000,
               CASE WHEN human THEN 1 ELSE 4 END, CASE WHEN human THEN 1 + i % 20 END,
               CASE WHEN NOT human THEN 'NC01' WHEN i % 33 = 0 THEN 'VE01' ELSE 'CE01' END,
               CASE WHEN human THEN 1 + i % 20 END, 'commercial'
        FROM (SELECT i, p.first + i % p.many AS contact, i * 7919 % 3 = 0 AS human,
                     ?3 + (i % 30) * 86400000 + 36000000 + (i * 48271 % 36000000) AS at
              FROM n, people p) AS c
        JOIN contact k ON k.id = c.contact";
    let text = sqlx::query(written)
        .bind(i64::try_from(calls).expect("millions"))
        .bind(campaign.get())
        .bind(FIRST);
    text.execute(&mut *db).await.expect("writes calls");
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
    let from = FIRST + place * DAY_MS;
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
        let report = api::report(store, campaign.id, &period(FIRST, to)).await;
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

/// The calls behind an indicator of thirty days.
async fn behind(store: &dyn Store, campaign: CampaignId) {
    let filter = AttemptFilter {
        campaign: Some(campaign),
        from: Some(Timestamp::from_millis(FIRST)),
        to: Some(Timestamp::from_millis(FIRST + DAYS * DAY_MS)),
        set: Some(kpi::AttemptSet::Sale),
        limit: 1_000,
        ..AttemptFilter::default()
    };
    let took = looks(async || {
        let rows = store.attempts(&filter).await.expect("attempts");
        assert!(!rows.is_empty());
    })
    .await;
    told("a thousand sales of thirty days", &took);
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
