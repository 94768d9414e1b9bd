//! What the network said and what the agent said stay two things; a correction
//! is added, nothing is overwritten.

use domain::{Outcome, WorkState, WorkUpdate};

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, at, attempt, bridged, closed, intended, lease, leased, phone, placed,
    typified,
};

contract!(
    outcome_and_typification_stay_apart,
    a_correction_is_added_and_the_last_one_counts,
    who_asks_not_to_be_called_is_called_by_nobody,
);

async fn outcome_and_typification_stay_apart(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    let calls = vec![
        intended(1, &items[0]),
        placed(1),
        bridged(1, 500),
        closed(1, Outcome::Connected, None),
        intended(2, &items[1]),
        placed(2),
        closed(2, Outcome::Busy, Some(again(&items[1], 600, 1))),
    ];
    writer.commit(store, 10, calls).await;
    let connected = store.attempt(attempt(1)).await.unwrap().unwrap();
    assert_eq!(connected.code, None, "only the agent can say");
    let busy = store.attempt(attempt(2)).await.unwrap().unwrap();
    assert_eq!(busy.code.as_deref(), Some("NC02"));
    assert_eq!(busy.coded_by, None, "the system said so");
    let said = typified(1, "NC03", false, again(&items[0], 600, 1));
    writer.commit(store, 20, vec![said]).await;
    let row = store.attempt(attempt(1)).await.unwrap().unwrap();
    assert_eq!(row.outcome, Some(Outcome::Connected));
    assert_eq!(row.code.as_deref(), Some("NC03"));
    assert_eq!(row.coded_by, Some(agent()));
}

async fn a_correction_is_added_and_the_last_one_counts(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    let next = || again(&items[0], 600, 1);
    let call = vec![
        intended(1, &items[0]),
        placed(1),
        bridged(1, 500),
        typified(1, "CE01", false, next()),
        closed(1, Outcome::Connected, None),
    ];
    writer.commit(store, 10, call).await;
    let fix = typified(1, "CE02", true, next());
    writer.commit(store, 90, vec![fix]).await;
    let rows = store.typifications(attempt(1)).await.unwrap();
    let codes: Vec<_> = rows.iter().map(|r| (r.code.as_str(), r.corrects)).collect();
    assert_eq!(codes, [("CE01", false), ("CE02", true)]);
    assert_eq!(rows[0].note, "nota de CE01");
    assert_eq!(rows[1].at, at(90));
    let row = store.attempt(attempt(1)).await.unwrap().unwrap();
    assert_eq!(row.code.as_deref(), Some("CE02"));
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn who_asks_not_to_be_called_is_called_by_nobody(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let other = crate::fixture::campaign(store, "otra", &[items[0].contact.list]).await;
    let mut writer = Writer::default();
    let optout = WorkUpdate {
        state: WorkState::Closed,
        suppress: true,
        ..again(&items[0], 0, 1)
    };
    let call = vec![
        intended(1, &items[0]),
        placed(1),
        bridged(1, 500),
        closed(1, Outcome::Connected, None),
        typified(1, "EX01", false, optout),
    ];
    writer.commit(store, 10, call).await;
    assert!(store.is_suppressed(phone(1)).await.unwrap());
    let elsewhere = lease(store, other).await;
    assert_eq!(elsewhere.len(), 1);
    assert_eq!(elsewhere[0].contact.id, items[1].contact.id);
    // The number may be allowed again; the person has said what they said.
    store.unsuppress(phone(1)).await.unwrap();
    assert!(lease(store, other).await.is_empty());
    let counts = store.work_counts(campaign).await.unwrap();
    assert_eq!(counts, [(WorkState::Leased, 1), (WorkState::Closed, 1)]);
}
