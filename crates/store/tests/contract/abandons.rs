//! What the abandon ledger is made of: the first call of a campaign, and whom of a span no agent took.

use std::time::Duration;

use domain::{CampaignId, Event, Outcome};
use store::Store;

use crate::database::Record;
use crate::fixture::{
    Writer, again, answered, at, attempt, bridged, closed, intended, leased, placed,
};

contract!(
    the_ledger_is_counted_from_the_calls_of_a_span,
    an_abandoned_call_is_one_in_the_journal_and_in_its_attempt,
);

fn abandoned(n: i64) -> Event {
    Event::CallAbandoned {
        attempt: attempt(n),
        waited: Duration::from_secs(2),
    }
}

/// Calls 1 to 5 at 10 s: 1 and 5 reach an agent, 2 is abandoned, 3 nobody answers, 4 hangs up while waiting.
async fn morning(store: &dyn Store) -> CampaignId {
    let (campaign, items) = leased(store, 5).await;
    let mut writer = Writer::default();
    let intents = (1..).zip(&items).map(|(n, item)| intended(n, item));
    writer.commit(store, 10, intents.collect()).await;
    writer
        .commit(store, 10, (1..=5).map(placed).collect())
        .await;
    let back = |n: usize| Some(again(&items[n - 1], 90, 1));
    let events = vec![
        answered(1),
        bridged(1, 100),
        closed(1, Outcome::Connected, back(1)),
        answered(2),
        abandoned(2),
        closed(2, Outcome::Abandoned, back(2)),
        closed(3, Outcome::NoAnswer, back(3)),
        answered(4),
        closed(4, Outcome::HungUpWaiting, back(4)),
        answered(5),
        bridged(5, 100),
    ];
    writer.commit(store, 20, events).await;
    campaign
}

async fn the_ledger_is_counted_from_the_calls_of_a_span(record: Record) {
    let store = &*record.store;
    let campaign = morning(store).await;
    assert_eq!(store.first_call(campaign).await.unwrap(), Some(at(10)));
    assert_eq!(store.first_call(CampaignId::new(99)).await.unwrap(), None);
    // Call 5 is not over: nobody knows yet what it was.
    let counted = store.abandons(campaign, at(0), at(60)).await.unwrap();
    assert_eq!(counted, (3, 1));
    for (from, to) in [(at(11), at(60)), (at(0), at(10))] {
        assert_eq!(store.abandons(campaign, from, to).await.unwrap(), (0, 0));
    }
}

async fn an_abandoned_call_is_one_in_the_journal_and_in_its_attempt(record: Record) {
    let store = &*record.store;
    morning(store).await;
    let told = async || {
        let problems = store.verify().await.unwrap();
        let ledger = problems
            .into_iter()
            .filter(|problem| problem.invariant.starts_with("a call is abandoned"));
        ledger.map(|problem| problem.detail).collect::<Vec<_>>()
    };
    assert_eq!(told().await, [""; 0]);
    record
        .execute("UPDATE attempt SET outcome = 3 WHERE id = 2")
        .await
        .unwrap();
    record
        .execute("UPDATE attempt SET outcome = 2 WHERE id = 4")
        .await
        .unwrap();
    let mut found = told().await;
    found.sort();
    assert_eq!(found, ["attempt 2", "attempt 4"]);
    for mend in [
        "UPDATE attempt SET outcome = 2 WHERE id = 2",
        "UPDATE attempt SET outcome = 3 WHERE id = 4",
    ] {
        record.execute(mend).await.unwrap();
    }
}
