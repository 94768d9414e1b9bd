//! Calls that others make to us: kept like attempts, counted as none, and found
//! again by whoever starts later.

use domain::{
    Event, Outcome, Promise, SignallingRecord, Stranger, TrunkId, Typification, WorkState,
    WorkUpdate,
};
use kpi::AttemptSet;
use store::{AttemptFilter, InboundFilter, Numbering};

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, answered, at, attempt, bridged, closed, intended, intent, lease, leased,
    people, phone, placed, rules, typified,
};

contract!(
    a_call_to_us_is_kept_and_is_no_attempt,
    a_key_that_asks_never_to_be_called_suppresses_in_its_transaction,
    a_key_that_asks_for_a_call_goes_before_those_who_expect_none,
    a_stranger_is_kept_and_suppressed_if_they_ask,
    nobody_on_a_call_to_us_is_intended,
    a_caller_is_found_by_the_last_call_with_their_number,
    calls_to_us_that_were_open_are_found_at_a_restart,
);

fn page(after: Option<domain::AttemptId>) -> InboundFilter {
    InboundFilter {
        after,
        limit: 10,
        ..InboundFilter::default()
    }
}

fn received(n: i64, item: &domain::WorkItem) -> Event {
    Event::CallReceived(intent(n, item))
}

fn stranger(n: i64, number: Option<u64>, signalling: Option<&str>) -> Event {
    Event::StrangerCalled(Stranger {
        attempt: attempt(n),
        trunk: TrunkId::new(1),
        phone: number.map(phone),
        called: phone(999),
        signalling: signalling.map(|text| SignallingRecord(text.to_owned())),
    })
}

fn left(n: i64, code: Option<&str>) -> Event {
    Event::StrangerLeft {
        attempt: attempt(n),
        outcome: Outcome::Unserved,
        code: code.map(str::to_owned),
        suppress: code == Some("EX01"),
    }
}

/// What a key says of a call, in the system's name.
fn by_key(n: i64, code: &str, next: WorkUpdate) -> Event {
    Event::Typified(Typification {
        attempt: attempt(n),
        agent: None,
        user: None,
        code: code.to_owned(),
        note: "tecla".to_owned(),
        corrects: false,
        next: WorkUpdate {
            code: Some(code.to_owned()),
            ..next
        },
    })
}

async fn a_call_to_us_is_kept_and_is_no_attempt(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    let calls = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::NoAnswer, Some(again(&items[0], 600, 1))),
        received(2, &items[0]),
        answered(2),
        bridged(2, 40),
        closed(2, Outcome::Connected, None),
        typified(2, "VE01", false, again(&items[0], 600, 1)),
        received(3, &items[1]),
        answered(3),
        closed(3, Outcome::Unserved, None),
    ];
    writer.commit(store, 10, calls).await;
    assert_eq!(store.verify().await.unwrap(), []);
    let all = store.attempts(&AttemptFilter::default()).await.unwrap();
    assert_eq!(all.iter().map(|row| row.id.get()).collect::<Vec<_>>(), [1]);
    let sales = AttemptFilter {
        campaign: Some(campaign),
        set: Some(AttemptSet::Sale),
        ..AttemptFilter::default()
    };
    assert_eq!(store.attempts(&sales).await.unwrap(), []);
    let facts = store
        .facts(campaign, &kpi::Period::new(at(0), at(100)))
        .await
        .unwrap();
    assert_eq!(
        (facts.attempts, facts.network_answered, facts.abandoned),
        (1, 0, 0)
    );
    assert_eq!((facts.connected, facts.worked), (0, 1));
    let work = store.work(campaign, items[1].contact.id).await.unwrap();
    assert_eq!(work.unwrap().contact.phones[0].attempts, 0);
    // But each is there for whoever asks.
    let rows = store.inbound_calls(&page(None)).await.unwrap();
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (row.id.get(), row.outcome, row.code.as_deref(), row.agent))
        .collect();
    assert_eq!(
        shown,
        [
            (2, Some(Outcome::Connected), Some("VE01"), Some(agent())),
            (3, Some(Outcome::Unserved), None, None),
        ]
    );
    assert_eq!((rows[0].called, rows[0].at), (phone(999), at(10)));
    let one = store.attempt(attempt(2)).await.unwrap().unwrap();
    assert!(one.inbound && one.placed_at.is_none());
    let rest = store.inbound_calls(&page(Some(attempt(2)))).await.unwrap();
    assert_eq!(rest.len(), 1);
    let later = InboundFilter {
        from: Some(at(11)),
        ..page(None)
    };
    assert_eq!(store.inbound_calls(&later).await.unwrap(), []);
}

async fn a_key_that_asks_never_to_be_called_suppresses_in_its_transaction(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 1).await;
    let never = WorkUpdate {
        state: WorkState::Suppressed,
        suppress: true,
        ..again(&items[0], 0, 0)
    };
    let call = vec![
        received(1, &items[0]),
        answered(1),
        by_key(1, "EX01", never),
    ];
    Writer::default().commit(store, 10, call).await;
    assert!(store.is_suppressed(phone(1)).await.unwrap());
    let counts = store.work_counts(campaign).await.unwrap();
    assert_eq!(counts, [(WorkState::Suppressed, 1)]);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn a_key_that_asks_for_a_call_goes_before_those_who_expect_none(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    writer.commit(store, 5, vec![received(1, &items[2])]).await;
    let promised = WorkUpdate {
        promise: Some(Promise {
            agent: None,
            asked_in: None,
        }),
        ..again(&items[2], 10, 0)
    };
    let asks = by_key(1, "TI02", promised);
    let end = closed(1, Outcome::Unserved, None);
    writer.commit(store, 10, vec![asks, end]).await;
    store
        .update_work(&[again(&items[0], 0, 0), again(&items[1], 0, 0)])
        .await
        .unwrap();
    let (next, _) = store.lease_work(campaign, at(20), 3).await.unwrap();
    let order: Vec<_> = next.iter().map(|item| item.contact.id).collect();
    let of = |n: usize| items[n].contact.id;
    assert_eq!(order, [of(2), of(0), of(1)]);
}

async fn a_stranger_is_kept_and_suppressed_if_they_ask(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    let calls = vec![
        stranger(1, Some(70), Some("dialog")),
        left(1, Some("EX01")),
        stranger(2, None, None),
        left(2, None),
        stranger(3, Some(71), Some("dialog")),
    ];
    writer.commit(store, 10, calls).await;
    writer.commit(store, 12, vec![left(3, Some("TI02"))]).await;
    assert!(store.is_suppressed(phone(70)).await.unwrap());
    assert!(!store.is_suppressed(phone(71)).await.unwrap());
    let rows = store.inbound_calls(&page(None)).await.unwrap();
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (row.phone, row.code.as_deref(), row.answered_at.is_some()))
        .collect();
    assert_eq!(
        shown,
        [
            (Some(phone(70)), Some("EX01"), true),
            (None, None, false),
            (Some(phone(71)), Some("TI02"), true),
        ]
    );
    // Whoever is loaded with that number later is not called.
    let list = crate::fixture::load(store, "tarde", &people(70..72)).await;
    let later = crate::fixture::campaign(store, "otra", &[list]).await;
    assert_eq!(lease(store, later).await.len(), 1);
    assert_eq!(store.verify().await.unwrap(), []);
    assert_eq!((campaign.get(), items.len()), (1, 1));
    let next = store.numbering().await.unwrap();
    assert_eq!(
        next,
        Numbering {
            next_attempt: 4,
            next_seq: 7
        }
    );
}

async fn nobody_on_a_call_to_us_is_intended(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    writer.commit(store, 10, vec![received(1, &items[0])]).await;
    let answers = writer.commit(store, 11, vec![intended(2, &items[0])]).await;
    assert_eq!(rules(&answers), [(2, "person_busy")]);
}

async fn a_caller_is_found_by_the_last_call_with_their_number(record: Record) {
    let store = &*record.store;
    let (first, items) = leased(store, 2).await;
    let list = items[0].contact.list;
    let other = crate::fixture::campaign(store, "otra", &[list]).await;
    let theirs = lease(store, other).await;
    let mut writer = Writer::default();
    let found = |n| async move {
        let found = store.caller(phone(n)).await.unwrap();
        found.map(|(item, state)| (item.campaign, item.contact.id, state))
    };
    assert_eq!(found(80).await, None, "nobody has that number");
    // Never called: the newest campaign that has them.
    let contact = items[0].contact.id;
    assert_eq!(found(1).await, Some((other, contact, WorkState::Leased)));
    let call = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::NoAnswer, Some(again(&items[0], 600, 1))),
    ];
    writer.commit(store, 10, call).await;
    assert_eq!(found(1).await, Some((first, contact, WorkState::Ready)));
    let call = vec![
        intended(2, &theirs[0]),
        placed(2),
        closed(2, Outcome::Busy, Some(again(&theirs[0], 600, 1))),
    ];
    writer.commit(store, 20, call).await;
    assert_eq!(found(1).await, Some((other, contact, WorkState::Ready)));
    store.remove_campaign(other).await.unwrap();
    assert_eq!(found(1).await, Some((first, contact, WorkState::Ready)));
}

async fn calls_to_us_that_were_open_are_found_at_a_restart(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 3).await;
    let calls = vec![
        received(1, &items[0]),
        answered(1),
        bridged(1, 40),
        received(2, &items[1]),
        answered(2),
        bridged(2, 40),
        closed(2, Outcome::Connected, None),
        stranger(3, Some(70), Some("how to end it")),
        intended(4, &items[2]),
    ];
    Writer::default().commit(store, 10, calls).await;
    let later = record.reopened().await.store;
    let open = later.open_attempts().await.unwrap();
    let found: Vec<_> = open
        .iter()
        .map(|open| (open.intent.attempt.get(), open.came_in, open.agent))
        .collect();
    assert_eq!(
        found,
        [(1, Some(WorkState::Leased), Some(agent())), (4, None, None)]
    );
    let untyped = later.untyped_attempts().await.unwrap();
    let found: Vec<_> = untyped
        .iter()
        .map(|(intent, came_in)| (intent.attempt.get(), came_in.is_some()))
        .collect();
    assert_eq!(found, [(2, true)]);
    let record = SignallingRecord("how to end it".to_owned());
    let strangers = later.open_strangers().await.unwrap();
    assert_eq!(strangers, [(attempt(3), Some(record))]);
}
