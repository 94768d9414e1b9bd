//! Calls before: they come with the work of every campaign, by person and by number.

use domain::{Outcome, PriorCall, Reach, WorkState, WorkUpdate};

use crate::database::Record;
use crate::fixture::{
    Writer, again, answered, at, bridged, campaign, closed, intended, leased, load, people, phone,
    placed, someone, typified,
};

contract!(
    a_call_is_told_to_every_campaign_of_the_person_and_of_the_number,
    how_far_a_call_came_follows_its_typification,
    what_never_left_and_what_is_long_ago_is_not_told,
);

const DAY: i64 = 86_400;

fn call(seconds: i64, n: u64, reach: Reach) -> PriorCall {
    PriorCall {
        at: at(seconds),
        phone: phone(n),
        reach,
    }
}

async fn a_call_is_told_to_every_campaign_of_the_person_and_of_the_number(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    // The first person again on another list, and a household that shares the number of the second.
    let mut household = someone(50);
    household.phones = vec![phone(50), phone(2)];
    let list = load(store, "otra", &[someone(1), household, someone(60)]).await;
    let other = campaign(store, "equipos", &[list]).await;
    let mut writer = Writer::default();
    for (n, item) in (1..).zip(&items) {
        let done = Some(again(item, 9_000, 1));
        let events = vec![
            intended(n, item),
            placed(n),
            closed(n, Outcome::NoAnswer, done),
        ];
        writer.commit(store, 10 * n, events).await;
    }
    let (work, _) = store.lease_work(other, at(100), 10).await.unwrap();
    let prior: Vec<_> = work.iter().map(|item| item.prior.clone()).collect();
    assert_eq!(
        prior,
        [
            vec![call(10, 1, Reach::Nobody)],
            vec![call(20, 2, Reach::Nobody)],
            vec![]
        ]
    );
}

async fn how_far_a_call_came_follows_its_typification(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    for (n, item) in (1..).zip(&items) {
        let events = vec![intended(n, item), placed(n), answered(n)];
        writer.commit(store, 10, events).await;
    }
    let back = |n: usize| again(&items[n], 50, 1);
    let events = vec![
        bridged(1, 100),
        closed(1, Outcome::Connected, Some(back(0))),
        bridged(2, 100),
        closed(2, Outcome::Connected, Some(back(1))),
        typified(2, "TI01", false, back(1)),
        closed(3, Outcome::Abandoned, Some(back(2))),
    ];
    writer.commit(store, 20, events).await;
    let (work, _) = store.lease_work(campaign, at(100), 10).await.unwrap();
    let reaches: Vec<_> = work.iter().map(|item| item.prior[0].reach).collect();
    // Nobody has said yet what the first was: the stricter reading.
    assert_eq!(reaches, [Reach::Contact, Reach::Person, Reach::Abandoned]);
}

async fn what_never_left_and_what_is_long_ago_is_not_told(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    let ready = |n: usize| WorkUpdate {
        state: WorkState::Ready,
        ..again(&items[n], 0, 1)
    };
    let old = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::Busy, Some(ready(0))),
    ];
    writer.commit(store, 0, old).await;
    let refused = domain::Event::AttemptRefused {
        attempt: domain::AttemptId::new(2),
        gate: domain::Gate {
            rule: "CO-1.hours".to_owned(),
            pack: "co@1".to_owned(),
        },
        next: ready(1),
    };
    writer
        .commit(store, 8 * DAY, vec![intended(2, &items[1]), refused])
        .await;
    let (work, _) = store
        .lease_work(campaign, at(8 * DAY + 1), 10)
        .await
        .unwrap();
    assert_eq!(work.len(), 2);
    assert!(work.iter().all(|item| item.prior.is_empty()));
    let list = load(store, "mas", &people(70..71)).await;
    let other = crate::fixture::campaign(store, "mas", &[list]).await;
    let (fresh, _) = store.lease_work(other, at(0), 10).await.unwrap();
    assert!(fresh[0].prior.is_empty());
}
