//! A period taken apart: its bases, segments, advisors and hours of the day against the whole, and its sales with their moves.

use std::time::Duration;

use campaigns::DayClock;
use domain::{CampaignId, ListId, Outcome};
use kpi::{Dimension, Facts, PartFacts, Period};
use sales::{Doer, Pipeline, Stage};

use crate::database::Record;
use crate::fixture::{
    Writer, again, at, campaign, closed, intended, lease, leased, load, people, placed, typified,
};
use crate::rollups::{HOUR_S, counted, shift};
use crate::sales::{all, sheet, sold, to};

contract!(
    parts_of_a_period_are_its_calls_and_its_time,
    each_base_has_its_own_records_and_calls,
    sales_of_calls_are_told_with_all_their_moves_as_of_then,
    offers_not_accepted_are_counted_by_what_was_said,
);

async fn parts(
    record: &Record,
    campaign: CampaignId,
    period: &Period,
    by: Dimension,
) -> Vec<PartFacts> {
    let clock = DayClock::of("co");
    let parts = record.store.parts(campaign, period, by, clock).await;
    parts.unwrap()
}

/// Calls alone: what adds up over parts.
fn calls(facts: &Facts) -> [u64; 7] {
    [
        facts.attempts,
        facts.network_answered,
        facts.answered,
        facts.effective,
        facts.abandoned,
        facts.connected,
        facts.sales_accepted,
    ]
}

async fn parts_of_a_period_are_its_calls_and_its_time(record: Record) {
    let campaign = shift(&record).await;
    let store = &*record.store;
    // One call still rings, and both ends lie within hours.
    for (from, to) in [(0, 12 * HOUR_S), (1_000, 30_000)] {
        let period = Period::new(at(from), at(to));
        let whole = store.facts(campaign, &period).await.unwrap();
        let [base] = &parts(&record, campaign, &period, Dimension::Base).await[..] else {
            panic!("there is one base")
        };
        assert_eq!(counted(&base.facts), counted(&whole));
        assert_eq!(
            (base.facts.received, base.facts.base_worked),
            (whole.received, whole.base_worked)
        );
        let [segment] = &parts(&record, campaign, &period, Dimension::Segment).await[..] else {
            panic!("there are no segments")
        };
        assert_eq!((segment.part, segment.name.as_str()), (-2, ""));
        assert_eq!(counted(&segment.facts), counted(&whole));
        let advisors = parts(&record, campaign, &period, Dimension::Advisor).await;
        let time: Duration = advisors.iter().map(|one| one.facts.logged_in()).sum();
        assert_eq!(time, whole.logged_in());
        let took: u64 = advisors.iter().map(|one| one.facts.connected).sum();
        assert_eq!(took, whole.connected);
        assert!(advisors.iter().any(|one| one.name == "eva"), "{advisors:?}");
        let hours = parts(&record, campaign, &period, Dimension::Hour).await;
        let mut sum = [0; 7];
        for hour in &hours {
            for (sum, count) in sum.iter_mut().zip(calls(&hour.facts)) {
                *sum += count;
            }
        }
        assert_eq!(sum, calls(&whole));
        let time: Duration = hours.iter().map(|one| one.facts.logged_in()).sum();
        assert_eq!(time, whole.logged_in());
    }
    // Of less than a day, an hour of the day is an hour.
    let clock = DayClock::of("co");
    let period = Period::new(at(0), at(11 * HOUR_S));
    let by_hour = parts(&record, campaign, &period, Dimension::Hour).await;
    let hours = store.hours(campaign, period.from, period.to).await.unwrap();
    assert_eq!(by_hour.len(), hours.len());
    for hour in &hours {
        let part = by_hour.iter().find(|one| one.part == clock.hour(hour.from));
        let part = part.expect("every hour is a part");
        assert_eq!(part.facts, hour.facts);
        let connected = part.presences.iter().map(|one| (one.agent, one.connected));
        assert_eq!(
            connected.collect::<Vec<_>>(),
            hour.connected.clone().into_iter().collect::<Vec<_>>()
        );
    }
}

async fn each_base_has_its_own_records_and_calls(record: Record) {
    let store = &*record.store;
    let lists: [ListId; 2] = [
        load(store, "enero", &people(1..4)).await,
        load(store, "febrero", &people(4..6)).await,
    ];
    let ours = campaign(store, "ventas", &lists).await;
    let items = lease(store, ours).await;
    let mut writer = Writer::default();
    for (n, item) in (1..).zip(&items).filter(|(n, _)| *n != 2) {
        let call = vec![
            intended(n, item),
            placed(n),
            closed(n, Outcome::NoAnswer, Some(again(item, 600, 1))),
        ];
        writer.commit(store, 10 * n, call).await;
    }
    let period = Period::new(at(0), at(900));
    let told = parts(&record, ours, &period, Dimension::Base).await;
    let of = |name: &str| {
        let part = told.iter().find(|one| one.name == name).expect("a base");
        let facts = &part.facts;
        (
            facts.received,
            facts.base_worked,
            facts.attempts,
            facts.worked,
        )
    };
    let untouched = items[1].contact.list == lists[0];
    let (first, second) = match untouched {
        true => (2, 2),
        false => (3, 1),
    };
    assert_eq!(of("enero"), (3, first, first, first));
    assert_eq!(of("febrero"), (2, second, second, second));
    let before = Period::new(at(-9_000), at(-1));
    assert_eq!(parts(&record, ours, &before, Dimension::Base).await, []);
}

async fn sales_of_calls_are_told_with_all_their_moves_as_of_then(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    // Called at 10, 20 and 30.
    for n in 1..=3 {
        sold(store, &mut writer, n, &items[n as usize - 1], "VE03").await;
    }
    let sales = all(store).await;
    store.put_paper(&sheet(sales[0].id, &[])).await.unwrap();
    let validation = to(sales[0].id, Stage::InValidation, Doer::BackOffice);
    store.move_sale(&validation).await.unwrap();
    let mut rejected = to(sales[0].id, Stage::Rejected, Doer::BackOffice);
    rejected.reason = Some("cupo".to_owned());
    rejected.at = at(200);
    store.move_sale(&rejected).await.unwrap();
    let period = Period::new(at(0), at(25));
    let courses = store.sale_courses(campaign, &period).await.unwrap();
    assert_eq!(courses.len(), 2, "the third is of a later call");
    let as_of = |seconds| Pipeline::of(&courses, at(seconds));
    assert_eq!(as_of(150).losses, []);
    let [loss] = &as_of(250).losses[..] else {
        panic!("one was lost by then")
    };
    assert_eq!(
        (loss.stage, loss.reason.as_str()),
        (Stage::Rejected, "cupo")
    );
    assert_eq!((loss.counted.sales, loss.counted.value), (1, 1_250_000));
    // A call that was no sale after all is in no pipeline.
    let fix = typified(2, "NI01", true, again(&items[1], 600, 1));
    writer.commit(store, 350, vec![fix]).await;
    let courses = store.sale_courses(campaign, &period).await.unwrap();
    let facts = store.facts(campaign, &period).await.unwrap();
    assert_eq!((courses.len(), facts.sales_accepted), (1, 1));
    let advisors = parts(&record, campaign, &period, Dimension::Advisor).await;
    let sold: Vec<_> = advisors
        .iter()
        .map(|one| (one.facts.sales_legalised, one.facts.value_sold))
        .collect();
    assert_eq!(sold, [(Some(0), Some(1_250_000.0))]);
}

async fn offers_not_accepted_are_counted_by_what_was_said(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 5).await;
    let mut writer = Writer::default();
    let said = ["NI01", "VE01", "NI01", "NC01", "CE01"];
    for (n, (item, code)) in (1..).zip(items.iter().zip(said)) {
        sold(store, &mut writer, n, item, code).await;
    }
    let period = Period::new(at(0), at(900));
    let told = store.refusals(campaign, &period).await.unwrap();
    let counts: Vec<_> = told
        .iter()
        .map(|row| (row.code.as_str(), row.calls))
        .collect();
    assert_eq!(counts, [("NI01", 2), ("CE01", 1)]);
    assert!(told.iter().all(|row| !row.levels.is_empty()), "{told:?}");
}
