//! Many at once on the same people: the journal, work given back, suppression
//! by number and by typification, leasing. Nobody waits for ever for another,
//! and none fails for another's sake.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::{Event, Outcome, WorkItem, WorkUpdate};
use store::Store;
use tokio::task::JoinSet;

use crate::database::Record;
use crate::fixture::{
    Writer, again, at, campaign, closed, intended, lease, load, people, phone, typified,
};

/// How often each does its part.
const ROUNDS: usize = 40;
/// People they all want.
const PEOPLE: usize = 60;
/// Longer than all rounds take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

contract!(nobody_waits_for_ever_and_nobody_fails_for_another,);

async fn nobody_waits_for_ever_and_nobody_fails_for_another(record: Record) {
    let items = shared_phones(&record).await;
    let mut crowd = JoinSet::new();
    let store = || Arc::clone(&record.store);
    crowd.spawn(journal(store(), items.clone()));
    for _ in 0..2 {
        let (one, items) = (store(), items.clone());
        crowd.spawn(rounds(move |round| {
            give_back(one.clone(), turned(&items, round))
        }));
    }
    for first in [0, 3] {
        let one = store();
        crowd.spawn(rounds(move |round| {
            refuse_and_allow(one.clone(), first + round % 3)
        }));
    }
    let (one, campaign) = (store(), items[0].campaign);
    crowd.spawn(rounds(move |_| {
        let one = one.clone();
        async move { one.lease_work(campaign, at(0), 20).await.map(drop) }
    }));
    let all = async {
        while let Some(done) = crowd.join_next().await {
            done.expect("every part goes well");
        }
    };
    let ended = tokio::time::timeout(PATIENCE, all).await;
    assert!(ended.is_ok(), "they wait for each other");
    assert_eq!(record.store.verify().await.unwrap(), []);
}

/// People with a number of their own and one of six they share.
async fn shared_phones(record: &Record) -> Vec<WorkItem> {
    let store = &*record.store;
    let mut rows = people(1..PEOPLE as u64 + 1);
    for row in &mut rows {
        row.phones.push(phone(900 + row.record % 6));
    }
    let list = load(store, "base", &rows).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    lease(store, campaign).await
}

/// Runs a part, again and again.
async fn rounds<F: Future<Output = store::Result<()>>>(part: impl Fn(usize) -> F) {
    for round in 0..ROUNDS {
        part(round).await.expect("no part fails");
    }
}

/// The same people from another one on, and backwards every second time: each
/// caller has an order of its own.
fn turned(items: &[WorkItem], round: usize) -> Vec<WorkItem> {
    let mut items = items.to_vec();
    items.rotate_left(round * 7 % PEOPLE);
    if round % 2 == 1 {
        items.reverse();
    }
    items
}

/// What the engine's only writer commits: intents, their ends, phones found to
/// be no good, a person who asks not to be called.
async fn journal(store: Arc<dyn Store>, items: Vec<WorkItem>) {
    let (mut writer, mut attempt) = (Writer::default(), 0);
    for round in 0..ROUNDS {
        let mut events: Vec<Event> = Vec::new();
        for (place, item) in turned(&items, round).iter().enumerate() {
            attempt += 1;
            let next = invalid(item, 1);
            events.push(intended(attempt, item));
            events.push(closed(attempt, Outcome::InvalidNumber, Some(next)));
            if place == round % 10 {
                let opt_out = WorkUpdate {
                    suppress: true,
                    ..again(item, 0, 0)
                };
                events.push(typified(attempt, "NC01", false, opt_out));
            }
        }
        writer.commit(&*store, round as i64, events).await;
    }
}

async fn give_back(store: Arc<dyn Store>, items: Vec<WorkItem>) -> store::Result<()> {
    let updates: Vec<_> = items.iter().map(|item| invalid(item, 0)).collect();
    store.update_work(&updates).await
}

async fn refuse_and_allow(store: Arc<dyn Store>, which: usize) -> store::Result<()> {
    let number = phone(900 + which as u64);
    store.suppress(number, "carta", at(0)).await?;
    store.unsuppress(number).await
}

/// Back to the queue with a phone less.
fn invalid(item: &WorkItem, ordinal: u8) -> WorkUpdate {
    WorkUpdate {
        invalid_phone: Some(ordinal),
        ..again(item, 0, 0)
    }
}
