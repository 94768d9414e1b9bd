//! Segments over a large base: whom a rule takes, counted over all of it, compared with walking the same contacts one by
//! one; and the next hundred contacts of a campaign with three segments, compared with one that is called list by list.
//! The bars (issue 6): a million counted in under a second; a hundred leased in 3 ms, p99 in 10 ms, from five million.
//! Loading it is timed on the way (the bar: 40,000 a second), and so is the funnel of it (200 ms of five million), compared
//! with counting the same contacts. `SEGMENTS_BASE=5000000` for so many.

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};

use benches::{compare, quick};
use campaigns::{Campaign, give_back};
use chrono::NaiveDate;
use domain::{
    CampaignId, ContactId, ListId, PhoneNumber, Timestamp, WorkItem, WorkState, WorkUpdate,
};
use sqlx::Connection as _;
use store::{ListTarget, NewContact, Store};
use wire::{SegmentForm, SegmentQuota, SegmentSetForm};

const CHUNK: u64 = 5_000;
const CITIES: [&str; 5] = ["Bogotá", "Cali", "Medellín", "Barranquilla", "Pasto"];
const RULE: &str =
    "ciudad en (\"Cali\", \"Pasto\") y saldo >= 50000 y no plan contiene \"prepago\"";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let people = people();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("record.db").display());
    let store = store::open(&url).await.expect("a record");
    let store = store.as_ref();
    store.take_over().await.expect("takes over");
    let began = Instant::now();
    let list = load(store, people).await;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{people} contacts loaded in {seconds:.1} s: {:.0} /s",
        people as f64 / seconds
    );
    count(store, list, people).await;
    let plain = campaign(store, "plain", list).await;
    let by_list = lease(store, plain.id, "list by list").await;
    let parted = campaign(store, "parted", list).await;
    part(store, &parted).await;
    let by_segment = lease(store, parted.id, "three segments with quotas").await;
    let what = format!("leases of 100 by segment, base of {people}");
    compare(&what, by_segment, "the same list by list", by_list);
    funnel(store, &folder.path().join("record.db"), parted.id, people).await;
}

/// The funnel, compared with counting by state, as it would be without counters.
async fn funnel(store: &dyn Store, file: &Path, campaign: CampaignId, people: u64) {
    let now = Timestamp::from_millis(1_796_050_000_000);
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let funnel = api::funnel(store, campaign, now).await.expect("a funnel");
        best = best.min(began.elapsed());
        assert_eq!(funnel.gates[0].through, people);
    }
    println!(
        "funnel of {people}: {:.1} ms (best of 5)",
        best.as_secs_f64() * 1e3
    );
    let counted = count_work(file).await;
    let what = format!("funnels of {people} contacts");
    compare(
        &what,
        1.0 / best.as_secs_f64(),
        "counts of their work by state",
        1.0 / counted.as_secs_f64(),
    );
    let began = Instant::now();
    assert_eq!(store.verify().await.expect("verifies"), []);
    println!(
        "verify, counters and all: {:.1} s",
        began.elapsed().as_secs_f64()
    );
}

/// How long the database takes to count it all.
async fn count_work(file: &Path) -> Duration {
    let url = format!("sqlite:{}", file.display());
    let mut db = sqlx::SqliteConnection::connect(&url)
        .await
        .expect("connects");
    let text = "SELECT state, count(*) FROM work GROUP BY state";
    let began = Instant::now();
    sqlx::query(text).fetch_all(&mut db).await.expect("counts");
    began.elapsed()
}

fn people() -> u64 {
    let asked = std::env::var("SEGMENTS_BASE").ok();
    let asked = asked.and_then(|text| text.parse().ok());
    asked.unwrap_or(if quick() { 20_000 } else { 1_000_000 })
}

async fn load(store: &dyn Store, people: u64) -> ListId {
    let now = Timestamp::from_millis(0);
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, now).await.expect("begins");
    let mut next = 1;
    while next <= people {
        let until = (next + CHUNK).min(people + 1);
        let rows: Vec<NewContact> = (next..until).map(person).collect();
        store.import_chunk(import, &rows).await.expect("stages");
        next = until;
    }
    let list = store.finish_import(import, "{}", "00", now).await;
    list.expect("finishes")
}

fn person(n: u64) -> NewContact {
    let cell = |name: &str, value: String| (name.to_owned(), value);
    NewContact {
        document: format!("CC{n}"),
        name: format!("Persona Número {n}"),
        segment: ["A", "B", "C"][(n % 3) as usize].to_owned(),
        phones: vec![
            PhoneNumber::from_e164(&(573_000_000_000 + n).to_string()).expect("a mobile number"),
        ],
        attributes: vec![
            cell("ciudad", CITIES[(n % 5) as usize].to_owned()),
            cell("departamento", "Departamento de la base".to_owned()),
            cell(
                "plan",
                ["Pospago 45 GB", "Prepago"][(n / 5 % 2) as usize].to_owned(),
            ),
            cell("saldo", (n * 7_919 % 100_000).to_string()),
            cell("corte", format!("2026-11-{:02}", n % 28 + 1)),
            cell("edad", (18 + n % 60).to_string()),
            cell(
                "observaciones",
                "cliente desde hace años, paga a tiempo".to_owned(),
            ),
        ],
        record: n,
        line: n + 1,
    }
}

async fn count(store: &dyn Store, list: ListId, people: u64) {
    let day = NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day");
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let began = Instant::now();
        let count = api::segment_count::count(store, list, RULE, day, |_| {}).await;
        let count = count.expect("counts");
        assert_eq!(count.contacts, people);
        best = best.min(began.elapsed());
    }
    let began = Instant::now();
    let mut after: Option<ContactId> = None;
    while let Some(last) = store
        .list_contacts(list, after, 10_000)
        .await
        .expect("reads")
        .last()
    {
        after = Some(last.id);
    }
    let walked = people as f64 / began.elapsed().as_secs_f64();
    println!(
        "a rule over {people} contacts: {:.2} s (best of 3)",
        best.as_secs_f64()
    );
    let counted = people as f64 / best.as_secs_f64();
    compare(
        "contacts counted by a rule",
        counted,
        "contacts read one by one",
        walked,
    );
}

async fn campaign(store: &dyn Store, name: &str, list: ListId) -> Campaign {
    let mut campaign = Campaign {
        lists: vec![list],
        ..Campaign::new(CampaignId::new(0), name)
    };
    campaign.id = store.put_campaign(&campaign).await.expect("a campaign");
    campaign
}

async fn part(store: &dyn Store, campaign: &Campaign) {
    let segment = |name: &str, rule: &str, share, order: &str| SegmentForm {
        name: name.to_owned(),
        rule: rule.to_owned(),
        share: Some(share),
        order: Some(order.to_owned()),
        order_column: (order == "score").then(|| "saldo".to_owned()),
        quota: Some(SegmentQuota {
            of: "attempts".to_owned(),
            most: 1_000_000_000,
            per: "day".to_owned(),
        }),
        ..SegmentForm::default()
    };
    let form = SegmentSetForm {
        rest: None,
        segments: vec![
            segment("Alto valor", "saldo >= 50000", 60, "score"),
            segment("Cali", "ciudad = \"cali\"", 30, "best_hour"),
            segment("Jóvenes", "edad < 30 y intentos = 0", 10, "newest"),
        ],
    };
    let checked = api::check_segments(store, campaign, &form)
        .await
        .expect("sound");
    checked.save(store, campaign, "bench").await.expect("saves");
    let began = Instant::now();
    let day = NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day");
    let seen = api::settle(store, campaign, day, |_| {})
        .await
        .expect("settles");
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{seen} contacts parted in {seconds:.1} s: {:.0} /s",
        seen as f64 / seconds
    );
}

/// How many leases are out at once: so many are being called, or wait to be.
const OUT: usize = 10;

/// Leases a second of a hundred contacts each; every other lease is given back, and calls end as others are leased.
async fn lease(store: &dyn Store, campaign: CampaignId, what: &str) -> f64 {
    let now = Timestamp::from_millis(1_796_050_000_000);
    let rounds = if quick() { 50 } else { 500 };
    let mut took = Vec::with_capacity(rounds);
    let mut out = VecDeque::new();
    for round in 0..rounds {
        let began = Instant::now();
        let (items, _) = store.lease_work(campaign, now, 100).await.expect("leases");
        took.push(began.elapsed());
        assert_eq!(items.len(), 100);
        if round % 2 == 1 {
            let back: Vec<_> = items.iter().map(give_back).collect();
            store.update_work(&back).await.expect("gives back");
        } else {
            out.push_back(items);
        }
        if out.len() > OUT {
            let ended: Vec<_> = out.pop_front().into_iter().flatten().map(closed).collect();
            store.update_work(&ended).await.expect("closes");
        }
    }
    took.sort_unstable();
    let at = |share: f64| took[(share * (took.len() - 1) as f64) as usize].as_secs_f64() * 1e3;
    println!(
        "100 leased, {what}: p50 {:.2} ms, p99 {:.2} ms",
        at(0.5),
        at(0.99)
    );
    let all: Duration = took.iter().sum();
    rounds as f64 / all.as_secs_f64()
}

fn closed(item: WorkItem) -> WorkUpdate {
    WorkUpdate {
        state: WorkState::Closed,
        ..give_back(&item)
    }
}
