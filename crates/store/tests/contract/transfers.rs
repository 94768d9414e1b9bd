//! Destinations, and calls that are handed on: what becomes durable before a
//! phone rings, what a restart finds, who had the customer last.

use domain::{
    AgentId, Destination, DestinationId, DestinationPlace, Event, Outcome, Secret,
    SignallingRecord, TransferIntent, TransferKind, TransferRoute, TransferTarget, TrunkId,
};
use std::sync::Arc;
use store::{Committed, Journal, StoreError};

use crate::database::Record;
use crate::fixture::{
    Writer, agent, answered, attempt, bridged, closed, intended, leased, phone, placed,
};

contract!(
    a_destination_comes_back_as_it_was_put,
    the_intent_to_hand_a_call_on_is_told_when_it_is_durable,
    second_legs_left_open_are_found_with_how_to_end_them,
    who_had_the_customer_last_is_the_agent_of_the_attempt,
);

fn destination(name: &str, place: DestinationPlace) -> Destination {
    Destination {
        id: DestinationId::new(0),
        name: name.to_owned(),
        place,
    }
}

fn handed(n: i64, number: u32, to: TransferTarget, route: Option<TransferRoute>) -> Event {
    Event::TransferIntended(TransferIntent {
        attempt: attempt(n),
        number,
        by: agent(),
        to,
        kind: TransferKind::Blind,
        route,
    })
}

fn over_trunk() -> Option<TransferRoute> {
    Some(TransferRoute {
        trunk: TrunkId::new(3),
        phone: phone(500),
        caller_id: phone(999),
    })
}

const BACK_OFFICE: TransferTarget = TransferTarget::Destination(DestinationId::new(1));

async fn a_destination_comes_back_as_it_was_put(record: Record) {
    let store = &*record.store;
    let version = store.config_version().await.unwrap();
    let mut office = destination("Back office", DestinationPlace::Phone("bo1".into()));
    let secret = Secret::new("word");
    office.id = store.put_destination(&office, Some(&secret)).await.unwrap();
    let mut boss = destination("Jefe", DestinationPlace::Number(phone(7)));
    boss.id = store.put_destination(&boss, None).await.unwrap();
    let known = store.destinations().await.unwrap();
    assert_eq!(known, [office.clone(), boss.clone()]);
    assert!(store.config_version().await.unwrap() > version);
    // What is not given stays.
    office.name = "Oficina".to_owned();
    store.put_destination(&office, None).await.unwrap();
    let kept = store.destination_password(office.id).await.unwrap();
    assert_eq!(kept, Some(secret));
    for taken in [
        destination("Jefe", DestinationPlace::Number(phone(8))),
        destination("Otra", DestinationPlace::Phone("bo1".into())),
    ] {
        let refused = store.put_destination(&taken, None).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(_))),
            "{refused:?}"
        );
    }
    store.remove_destination(office.id).await.unwrap();
    assert_eq!(store.destinations().await.unwrap(), [boss]);
    let again = store.remove_destination(office.id).await;
    assert!(
        matches!(again, Err(StoreError::NotFound { .. })),
        "{again:?}"
    );
}

async fn the_intent_to_hand_a_call_on_is_told_when_it_is_durable(record: Record) {
    let (_, items) = leased(&*record.store, 1).await;
    let (journal, mut told) = Journal::start(Arc::clone(&record.store));
    let events = vec![
        intended(1, &items[0]),
        placed(1),
        answered(1),
        bridged(1, 10),
        handed(1, 1, BACK_OFFICE, None),
    ];
    journal.append(Writer::default().batch(10, events));
    journal.close().await.unwrap();
    let mut all = Vec::new();
    while let Some(one) = told.recv().await {
        all.push(one);
    }
    assert_eq!(
        all,
        [
            Committed::Intent(attempt(1)),
            Committed::Transfer {
                attempt: attempt(1),
                number: 1
            },
            Committed::Durable(5),
        ]
    );
}

async fn second_legs_left_open_are_found_with_how_to_end_them(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 4).await;
    let mut events = Vec::new();
    for (n, item) in (1..).zip(&items) {
        events.extend([intended(n, item), placed(n), answered(n), bridged(n, 10)]);
    }
    let up = |n, signalling: Option<&str>| Event::TransferAnswered {
        attempt: attempt(n),
        signalling: signalling.map(|text| SignallingRecord(text.to_owned())),
    };
    let failed = |n| Event::TransferFailed {
        attempt: attempt(n),
        why: "no answer".to_owned(),
    };
    events.extend([
        // Rings over a trunk, after one that came to nothing.
        handed(1, 1, BACK_OFFICE, over_trunk()),
        failed(1),
        handed(1, 2, BACK_OFFICE, over_trunk()),
        // Was answered by a phone of ours.
        handed(2, 1, BACK_OFFICE, None),
        up(2, Some("dialog of the back office")),
        // An advisor's line is no second leg.
        handed(3, 1, TransferTarget::Agent(AgentId::new(9)), None),
        up(3, None),
        // Over with its call.
        handed(4, 1, BACK_OFFICE, None),
        closed(4, Outcome::Connected, None),
    ]);
    Writer::default().commit(store, 10, events).await;
    let open = record.reopened().await.store.open_sides().await.unwrap();
    let legs: Vec<_> = open.iter().map(|o| (o.attempt, o.number)).collect();
    assert_eq!(legs, [(attempt(1), 2), (attempt(2), 1)]);
    assert_eq!((open[0].route, &open[0].signalling), (over_trunk(), &None));
    let dialog = SignallingRecord("dialog of the back office".to_owned());
    assert_eq!((open[1].route, &open[1].signalling), (None, &Some(dialog)));
}

async fn who_had_the_customer_last_is_the_agent_of_the_attempt(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let last = AgentId::new(9);
    let to = TransferTarget::Agent(last);
    let events = vec![
        intended(1, &items[0]),
        placed(1),
        answered(1),
        bridged(1, 10),
        handed(1, 1, to, None),
        Event::CallTransferred {
            attempt: attempt(1),
            from: agent(),
            to,
        },
        Event::CallNoted {
            attempt: attempt(1),
            agent: agent(),
            note: "quiere portabilidad".to_owned(),
        },
    ];
    Writer::default().commit(store, 10, events).await;
    let row = store
        .attempt(attempt(1))
        .await
        .unwrap()
        .expect("it is there");
    assert_eq!(row.agent, Some(last));
    let steps = store.call_steps(attempt(1)).await.unwrap();
    let words: Vec<_> = steps.iter().map(|step| step.step).collect();
    assert_eq!(words, ["transfer_intended", "transferred", "noted"]);
    assert_eq!(steps[2].agent, Some(agent()));
    assert!(
        steps[2].body.contains("quiere portabilidad"),
        "{}",
        steps[2].body
    );
}
