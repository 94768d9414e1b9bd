//! Leasing: nobody is handed out twice, only what is due, call-backs first;
//! and what suppression does to work.

use std::collections::BTreeSet;

use domain::{AttemptId, CampaignId, Event, Outcome, Promise, WorkItem, WorkState, WorkUpdate};
use store::{WorkDue, WorkStock};

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, at, campaign, closed, intended, lease, leased, load, people, phone,
    placed, someone,
};

contract!(
    nobody_is_handed_out_twice,
    four_leasers_at_once_share_the_base_without_overlap,
    only_what_is_due_is_leased_and_the_next_instant_is_told,
    what_is_due_and_what_waits_is_counted,
    promised_call_backs_come_first,
    lists_come_in_their_order_of_priority,
    a_lease_given_back_is_handed_out_again,
    a_person_on_two_lists_is_one_piece_of_work,
    a_person_being_called_is_not_leased_by_another_campaign,
    a_number_suppressed_while_leased_is_not_leased_again,
    a_suppressed_phone_is_passed_over_for_another,
    an_invalid_phone_is_not_used_again,
    a_number_allowed_again_is_worked_again,
    a_base_is_counted_by_what_was_tried_and_by_phones_left,
);

async fn nobody_is_handed_out_twice(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..6)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let (first, _) = store.lease_work(campaign, at(0), 3).await.unwrap();
    let (second, next) = store.lease_work(campaign, at(0), 10).await.unwrap();
    let seen: BTreeSet<_> = first.iter().chain(&second).map(|i| i.contact.id).collect();
    assert_eq!((first.len(), second.len(), seen.len()), (3, 2, 5));
    assert_eq!(next, None, "all are out on lease");
    assert_eq!(first[0].contact.name, "Persona 1");
    assert_eq!(first[0].contact.phones[0].number, phone(1));
    assert_eq!(first[0].contact.attributes[0].1, "Bogotá");
}

async fn four_leasers_at_once_share_the_base_without_overlap(record: Record) {
    let list = load(&*record.store, "base", &people(1..401)).await;
    let campaign = campaign(&*record.store, "ventas", &[list]).await;
    four_leasers_get_all_once(&record, campaign, 400).await;
}

/// Four lease at once until nobody is left: each contact comes to one of them.
pub(crate) async fn four_leasers_get_all_once(
    record: &Record,
    campaign: CampaignId,
    all_of: usize,
) {
    let leaser = |store: std::sync::Arc<dyn store::Store>| async move {
        let mut mine = Vec::new();
        loop {
            let (items, next) = store.lease_work(campaign, at(0), 17).await.unwrap();
            // Rows another leaser holds are passed over; ask until none waits.
            if items.is_empty() && next.is_none() {
                return mine;
            }
            mine.extend(items.into_iter().map(|item| item.contact.id));
        }
    };
    let leasers: Vec<_> = (0..4)
        .map(|_| tokio::spawn(leaser(record.store.clone())))
        .collect();
    let mut all = Vec::new();
    for leaser in leasers {
        all.extend(leaser.await.expect("leases"));
    }
    assert_eq!(all.len(), all_of);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all_of);
}

async fn only_what_is_due_is_leased_and_the_next_instant_is_told(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let later = [again(&items[0], 300, 1), again(&items[1], 200, 1)];
    store.update_work(&later).await.unwrap();
    let (none, next) = store.lease_work(campaign, at(199), 10).await.unwrap();
    assert!(none.is_empty());
    assert_eq!(next, Some(at(200)));
    let (due, next) = store.lease_work(campaign, at(200), 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].contact.id, items[1].contact.id);
    assert_eq!((due[0].attempts, due[0].due), (1, at(200)));
    assert_eq!(next, Some(at(300)));
}

async fn what_is_due_and_what_waits_is_counted(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 4).await;
    Writer::default()
        .commit(store, 10, vec![intended(1, &items[3])])
        .await;
    let later = [again(&items[0], 300, 1), again(&items[1], 200, 1)];
    store.update_work(&later).await.unwrap();
    let counted = store.work_due(campaign, at(200)).await.unwrap();
    let wanted = WorkDue {
        due: 1,
        waiting: 1,
        next: Some(at(300)),
        open: 1,
    };
    assert_eq!(counted, wanted);
    let none = store
        .work_due(domain::CampaignId::new(99), at(0))
        .await
        .unwrap();
    assert_eq!(none, WorkDue::default());
}

async fn promised_call_backs_come_first(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 3).await;
    let promised = WorkUpdate {
        promise: Some(Promise {
            agent: Some(agent()),
            asked_in: Some(AttemptId::new(1)),
        }),
        ..again(&items[2], 100, 1)
    };
    let updates = [again(&items[0], 0, 0), again(&items[1], 0, 0), promised];
    store.update_work(&updates).await.unwrap();
    let (due, _) = store.lease_work(campaign, at(100), 2).await.unwrap();
    let ids: Vec<_> = due.iter().map(|item| item.contact.id).collect();
    assert_eq!(ids, [items[2].contact.id, items[0].contact.id]);
    assert_eq!(
        due[0].promise, updates[2].promise,
        "whose call, and where they asked"
    );
}

async fn lists_come_in_their_order_of_priority(record: Record) {
    let store = &*record.store;
    let old = load(store, "vieja", &people(1..3)).await;
    let new = load(store, "nueva", &people(11..13)).await;
    let campaign = campaign(store, "ventas", &[new, old]).await;
    let lists: Vec<_> = lease(store, campaign)
        .await
        .iter()
        .map(|item| item.contact.list)
        .collect();
    assert_eq!(lists, [new, new, old, old]);
}

async fn a_lease_given_back_is_handed_out_again(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    store.update_work(&[again(&items[1], 0, 0)]).await.unwrap();
    let back = lease(store, campaign).await;
    assert_eq!(back.len(), 1);
    assert_eq!(back[0].contact.id, items[1].contact.id);
}

async fn a_person_on_two_lists_is_one_piece_of_work(record: Record) {
    let store = &*record.store;
    let one = load(store, "una", &people(1..4)).await;
    let two = load(store, "dos", &people(2..6)).await;
    let campaign = campaign(store, "ventas", &[one]).await;
    assert_eq!(store.attach_list(campaign, two).await.unwrap(), 2);
    assert_eq!(store.attach_list(campaign, two).await.unwrap(), 0);
    let items = lease(store, campaign).await;
    let persons: BTreeSet<_> = items.iter().map(|item| item.contact.person).collect();
    assert_eq!((items.len(), persons.len()), (5, 5));
}

async fn a_person_being_called_is_not_leased_by_another_campaign(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    let other = campaign(store, "otra", &[items[0].contact.list]).await;
    Writer::default()
        .commit(store, 10, vec![intended(1, &items[0])])
        .await;
    let got = lease(store, other).await;
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].contact.id, items[1].contact.id);
}

async fn a_number_suppressed_while_leased_is_not_leased_again(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    for n in [1, 2] {
        store.suppress(phone(n), "carta", at(1)).await.unwrap();
    }
    store.update_work(&[again(&items[0], 0, 0)]).await.unwrap();
    assert!(lease(store, campaign).await.is_empty());
    store.release_leases().await.unwrap();
    assert!(lease(store, campaign).await.is_empty());
    let counts = store.work_counts(campaign).await.unwrap();
    assert_eq!(counts, [(WorkState::Suppressed, 2)]);
}

async fn a_suppressed_phone_is_passed_over_for_another(record: Record) {
    let store = &*record.store;
    let mut row = someone(1);
    row.phones = vec![phone(1), phone(101)];
    store.suppress(phone(1), "carta", at(0)).await.unwrap();
    let list = load(store, "base", &[row]).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let items = lease(store, campaign).await;
    assert_eq!(items[0].next_phone, 1);
    let usable: Vec<_> = items[0].contact.phones.iter().map(|p| p.usable).collect();
    assert_eq!(usable, [false, true]);
}

async fn an_invalid_phone_is_not_used_again(record: Record) {
    let store = &*record.store;
    let mut row = someone(1);
    row.phones = vec![phone(1), phone(101)];
    let list = load(store, "base", &[row]).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let items = lease(store, campaign).await;
    assert_eq!(items[0].next_phone, 0);
    let call = no_such_number(1, &items[0], again(&items[0], 0, 1));
    Writer::default().commit(store, 10, call).await;
    let items = lease(store, campaign).await;
    assert_eq!(items[0].next_phone, 1);
    assert!(!items[0].contact.phones[0].usable);
}

/// A call to a number that does not exist.
fn no_such_number(n: i64, item: &WorkItem, next: WorkUpdate) -> Vec<Event> {
    let next = WorkUpdate {
        invalid_phone: Some(0),
        ..next
    };
    let ended = closed(n, Outcome::InvalidNumber, Some(next));
    vec![intended(n, item), placed(n), ended]
}

async fn a_number_allowed_again_is_worked_again(record: Record) {
    let store = &*record.store;
    store.suppress(phone(1), "carta", at(0)).await.unwrap();
    let list = load(store, "base", &people(1..2)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    assert!(lease(store, campaign).await.is_empty());
    store.unsuppress(phone(1)).await.unwrap();
    assert!(!store.is_suppressed(phone(1)).await.unwrap());
    assert_eq!(lease(store, campaign).await.len(), 1);
}

async fn a_base_is_counted_by_what_was_tried_and_by_phones_left(record: Record) {
    let store = &*record.store;
    let mut rows = people(1..5);
    rows[0].phones = vec![phone(1), phone(101)];
    rows[1].phones = vec![phone(2), phone(102)];
    store.suppress(phone(101), "carta", at(0)).await.unwrap();
    let list = load(store, "base", &rows).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let items = lease(store, campaign).await;
    store.take_over().await.unwrap();
    let call = no_such_number(1, &items[1], again(&items[1], 90, 2));
    Writer::default().commit(store, 10, call).await;
    let updates = [again(&items[2], 90, 1), again(&items[3], 0, 0)];
    store.update_work(&updates).await.unwrap();
    let stock = |state, attempts, phones, contacts| WorkStock {
        state,
        attempts,
        phones,
        segment: None,
        contacts,
    };
    let (ready, leased) = (WorkState::Ready, WorkState::Leased);
    let counted = store.work_stock(campaign).await.unwrap();
    let expected = [
        stock(ready, 0, 1, 1),
        stock(ready, 1, 1, 1),
        stock(ready, 2, 1, 1),
        stock(leased, 0, 1, 1),
    ];
    assert_eq!(counted, expected);
}
