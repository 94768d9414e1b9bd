//! The agenda: booked call-backs in the order of their time; moved, handed on and cancelled while nobody calls.

use domain::{AgentId, CampaignId, Outcome, Promise, Timestamp, WorkItem, WorkUpdate};
use store::{AuditFilter, CallBackChange, CallBackFilter, Store, StoreError};

use crate::database::Record;
use crate::fixture::{Writer, again, agent, at, closed, intended, leased, placed};

contract!(
    what_was_promised_is_found_by_time_campaign_and_agent,
    a_call_back_is_moved_handed_on_and_cancelled_and_each_is_in_the_log,
    what_is_being_called_is_left_alone,
);

const ALL: CallBackFilter = CallBackFilter {
    campaign: None,
    agent: None,
    from: None,
    to: None,
    limit: 100,
};

/// Three people, of whom two were promised a call: the first by an agent.
async fn promised(store: &dyn Store) -> (CampaignId, Vec<WorkItem>) {
    let (campaign, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    let promise = [
        (
            9_000,
            Some(Promise {
                agent: Some(agent()),
                asked_in: None,
            }),
        ),
        (
            8_000,
            Some(Promise {
                agent: None,
                asked_in: None,
            }),
        ),
        (7_000, None),
    ];
    for ((n, item), (seconds, promise)) in (1..).zip(&items).zip(promise) {
        let next = WorkUpdate {
            promise,
            ..again(item, seconds, 1)
        };
        let over = closed(n, Outcome::NoAnswer, Some(next));
        writer
            .commit(store, n, vec![intended(n, item), placed(n), over])
            .await;
    }
    (campaign, items)
}

async fn when(store: &dyn Store, filter: &CallBackFilter) -> Vec<(Timestamp, Option<AgentId>)> {
    let found = store.call_backs(filter).await.unwrap();
    found.iter().map(|row| (row.at, row.agent)).collect()
}

async fn what_was_promised_is_found_by_time_campaign_and_agent(record: Record) {
    let store = &*record.store;
    let (campaign, items) = promised(store).await;
    let (early, late) = ((at(8_000), None), (at(9_000), Some(agent())));
    assert_eq!(when(store, &ALL).await, [early, late]);
    let mine = CallBackFilter {
        agent: Some(Some(agent())),
        ..ALL
    };
    assert_eq!(when(store, &mine).await, [late]);
    let anyone = CallBackFilter {
        agent: Some(None),
        ..ALL
    };
    assert_eq!(when(store, &anyone).await, [early]);
    let span = CallBackFilter {
        campaign: Some(campaign),
        from: Some(at(8_000)),
        to: Some(at(9_000)),
        ..ALL
    };
    assert_eq!(when(store, &span).await, [early]);
    let other = CallBackFilter {
        campaign: Some(CampaignId::new(99)),
        ..ALL
    };
    assert_eq!(when(store, &other).await, []);
    let one = store
        .call_back(campaign, items[0].contact.id)
        .await
        .unwrap();
    let one = one.expect("promised");
    assert_eq!((one.contact.phones.len(), one.under_way), (1, false));
    assert_eq!(one.code.as_deref(), Some("NC01"));
    let none = store.call_back(campaign, items[2].contact.id).await;
    assert_eq!(none.unwrap(), None);
}

async fn a_call_back_is_moved_handed_on_and_cancelled_and_each_is_in_the_log(record: Record) {
    let store = &*record.store;
    let (campaign, items) = promised(store).await;
    let first = items[0].contact.id;
    let version = store.config_version().await.unwrap();
    for change in [
        CallBackChange::Move(at(5_000)),
        CallBackChange::Assign(None),
    ] {
        store
            .change_call_back(campaign, first, &change, "lo pidió")
            .await
            .unwrap();
    }
    assert!(store.config_version().await.unwrap() > version);
    assert_eq!(when(store, &ALL).await[0], (at(5_000), None));
    // It goes before others at its time, as call-backs do.
    let (due, _) = store.lease_work(campaign, at(7_500), 1).await.unwrap();
    assert_eq!(due[0].contact.id, first);
    assert!(due[0].promise.is_some());
    let second = items[1].contact.id;
    let cancel = CallBackChange::Cancel;
    store
        .change_call_back(campaign, second, &cancel, "ya compró")
        .await
        .unwrap();
    let again = store
        .change_call_back(campaign, second, &cancel, "otra vez")
        .await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
    // Its turn comes as any other's.
    let (due, _) = store.lease_work(campaign, at(8_000), 10).await.unwrap();
    assert!(due.iter().all(|item| item.promise.is_none()));
    let log = store.audit(&AuditFilter::default()).await.unwrap();
    let log: Vec<_> = log
        .iter()
        .filter(|row| row.entry.action.starts_with("callback."))
        .map(|row| (row.entry.action.as_str(), row.entry.detail.as_str()))
        .collect();
    let move_to = format!(
        "{} by agent 7 is {} by agent 7; lo pidió",
        at(9_000).as_millis(),
        at(5_000).as_millis()
    );
    assert_eq!(log[0], ("callback.move", move_to.as_str()));
    assert_eq!((log[1].0, log[2].0), ("callback.assign", "callback.cancel"));
}

async fn what_is_being_called_is_left_alone(record: Record) {
    let store = &*record.store;
    let (campaign, items) = promised(store).await;
    let (due, _) = store.lease_work(campaign, at(8_500), 10).await.unwrap();
    assert_eq!(due[0].contact.id, items[1].contact.id);
    let change = CallBackChange::Move(at(20_000));
    let late = store
        .change_call_back(campaign, due[0].contact.id, &change, "tarde")
        .await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    let rows = store.call_backs(&ALL).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.under_way).collect::<Vec<_>>(),
        [true, false]
    );
}
