//! Histories of other systems: campaigns that hold one are never dialed, events of the past pass gates that are closed now, and keys
//! are known with the rows they are of. And sales of a record that is older than sales are.

use domain::{CampaignState, ContactId, Outcome};
use sales::Stage;
use store::{PastKey, PastKind, PastMove, SaleFilter, StoreError};

use crate::database::Record;
use crate::fixture::{
    Writer, again, answered, at, attempt, bridged, campaign, closed, intended, leased, load,
    people, phone, placed, typified,
};
use crate::sales::sold;

contract!(
    a_campaign_that_holds_a_history_is_never_started,
    a_campaign_that_was_dialed_holds_no_history,
    calls_of_the_past_pass_closed_gates_and_are_known_by_their_keys,
    a_sale_of_the_past_goes_its_way_without_what_moves_need_here,
    sales_of_before_begin_when_the_record_is_opened,
);

async fn a_campaign_that_holds_a_history_is_never_started(record: Record) {
    let store = &*record.store;
    let id = campaign(store, "antes", &[]).await;
    assert!(!store.holds_past(id).await.unwrap());
    store.hold_past(id, at(1)).await.unwrap();
    store.hold_past(id, at(2)).await.unwrap();
    assert!(store.holds_past(id).await.unwrap());
    let start = store.set_campaign_state(id, CampaignState::Running).await;
    assert!(matches!(start, Err(StoreError::Conflict(words)) if words.contains("never dialed")));
    let stop = store.set_campaign_state(id, CampaignState::Stopped).await;
    stop.expect("it may be said to be stopped");
}

async fn a_campaign_that_was_dialed_holds_no_history(record: Record) {
    let store = &*record.store;
    let (id, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    sold(store, &mut writer, 1, &items[0], "NI07").await;
    let held = store.hold_past(id, at(100)).await;
    assert!(matches!(held, Err(StoreError::Conflict(_))), "{held:?}");
}

async fn calls_of_the_past_pass_closed_gates_and_are_known_by_their_keys(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let list = load(store, "historia", &people(1..2)).await;
    let id = campaign(store, "antes", &[list]).await;
    store.hold_past(id, at(0)).await.unwrap();
    let item = store.lease_work(id, at(1), 1).await.unwrap().0.remove(0);
    // Of a number that must not be called any more no live call would leave.
    store.suppress(phone(1), "RNE", at(2)).await.unwrap();
    let mut writer = Writer::default();
    let begun = vec![intended(1, &item), placed(1), answered(1), bridged(1, 300)];
    let over = vec![
        closed(1, Outcome::Connected, Some(again(&item, 8, 1))),
        typified(1, "CE01", false, again(&item, 8, 1)),
    ];
    let mut batch = writer.batch(4, begun);
    batch.extend(writer.batch(8, over));
    let key = |kind, name: &str, id| PastKey {
        kind,
        name: name.to_owned(),
        id,
    };
    let keys = [
        key(PastKind::Attempt, "c1", 1),
        key(PastKind::Typification, "c1|5", 6),
    ];
    store.commit_past(id, &batch, &keys).await.unwrap();
    // Whose answer was lost is told again, and changes nothing.
    store.commit_past(id, &batch, &keys).await.unwrap();
    let row = store.attempt(attempt(1)).await.unwrap().expect("written");
    assert_eq!(
        (row.outcome, row.code.as_deref()),
        (Some(Outcome::Connected), Some("CE01"))
    );
    let names = ["c1".to_owned(), "c2".to_owned()];
    let known = store.past_ids(id, PastKind::Attempt, &names).await.unwrap();
    assert_eq!(
        known.into_iter().collect::<Vec<_>>(),
        [("c1".to_owned(), 1)]
    );
    let back = store
        .past_names(id, PastKind::Attempt, &[1, 2])
        .await
        .unwrap();
    assert_eq!(back.into_iter().collect::<Vec<_>>(), [(1, "c1".to_owned())]);
    let last = store
        .last_past_id(id, PastKind::Typification)
        .await
        .unwrap();
    assert_eq!(last, Some(6));
    let past = store.past_attempts(&[attempt(1)]).await.unwrap().remove(0);
    assert!(past.is_typified && past.is_last);
    let contact = store
        .past_contacts(id, &[item.contact.id])
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (contact.attempts, contact.code.as_deref()),
        (1, Some("CE01"))
    );
    assert!(
        store
            .past_contacts(id, &[ContactId::new(99)])
            .await
            .unwrap()
            .is_empty()
    );
    let spans = [
        (phone(1), at(8), at(9)),
        (phone(1), at(3), at(5)),
        (phone(2), at(3), at(5)),
    ];
    let during = store.past_overlaps(&spans).await.unwrap();
    assert_eq!(during.into_iter().collect::<Vec<_>>(), [1]);
    assert_eq!(store.verify().await.unwrap(), []);
    // A contact's key may say who they are: it goes with the person.
    let own = [key(PastKind::Contact, "CC1", item.contact.id.get())];
    store.name_past(id, &own).await.unwrap();
    let person = item.contact.person;
    store
        .erase_person(person, "rights request 1", at(9))
        .await
        .unwrap();
    for (kind, name, left) in [(PastKind::Contact, "CC1", 0), (PastKind::Attempt, "c1", 1)] {
        let known = store.past_ids(id, kind, &[name.to_owned()]).await.unwrap();
        assert_eq!(known.len(), left, "{kind:?}");
    }
}

async fn a_sale_of_the_past_goes_its_way_without_what_moves_need_here(record: Record) {
    let store = &*record.store;
    let (id, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    sold(store, &mut writer, 1, &items[0], "VE01").await;
    let sale = store.sales(&SaleFilter::default()).await.unwrap().remove(0);
    let way = [
        Stage::Accepted,
        Stage::InValidation,
        Stage::Validated,
        Stage::Reserved,
        Stage::OnRoute,
        Stage::Delivered,
        Stage::Legalised,
    ];
    let one = |(n, to): (i64, &Stage)| PastMove {
        sale: sale.id,
        to: *to,
        at: at(1_000 * n),
        reason: None,
        user: "oficina".to_owned(),
        value: (n == 1).then_some(750_000),
    };
    let moves: Vec<PastMove> = (1..).zip(&way).map(one).collect();
    let skipped = store.put_past_moves(id, &moves[3..], &[]).await;
    assert!(
        matches!(skipped, Err(StoreError::Conflict(words)) if words.contains("cannot become reservada"))
    );
    store.put_past_moves(id, &moves, &[]).await.unwrap();
    let sale = store.sale(sale.id).await.unwrap().expect("it is there");
    assert_eq!(
        (sale.stage, sale.value, sale.moves),
        (Stage::Legalised, 750_000, 7)
    );
    assert_eq!(sale.since, at(7_000));
    assert_eq!(store.verify().await.unwrap(), []);
}

/// Takes the tables of sales out, as if the record had never had any.
async fn without_sales(record: &Record) {
    let tables = [
        "side_event",
        "web_hook",
        "sale_exchange",
        "portfolio_item",
        "sale_setting",
        "sale_audit_reply",
        "sale_audit",
        "sale_evidence_content",
        "sale_evidence",
        "sale_item",
        "sale_sheet",
        "sale_words",
        "sale_move",
        "sale",
    ];
    for table in tables {
        record
            .execute(&format!("DROP TABLE {table}"))
            .await
            .unwrap();
    }
    if !record.is_sqlite() {
        for function in [
            "sale_only_adds",
            "sale_sheet_erased_only",
            "side_event_only_adds",
        ] {
            record
                .execute(&format!("DROP FUNCTION {function}"))
                .await
                .unwrap();
        }
    }
    let gone = record
        .execute("DELETE FROM _sqlx_migrations WHERE version IN (33, 49)")
        .await;
    assert_eq!(gone.unwrap(), 2);
}

async fn sales_of_before_begin_when_the_record_is_opened(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 4).await;
    let mut writer = Writer::default();
    // Sold; sold and taken back; not sold but put right hours later; refused.
    for (n, code) in [(1, "VE01"), (2, "VE01"), (3, "NI07"), (4, "NI07")] {
        sold(store, &mut writer, n, &items[n as usize - 1], code).await;
    }
    let put_right = |n: i64, code| typified(n, code, true, again(&items[n as usize - 1], 600, 1));
    writer
        .commit(store, 5_000, vec![put_right(2, "NI07")])
        .await;
    writer
        .commit(store, 9_000, vec![put_right(3, "VE01")])
        .await;
    without_sales(&record).await;
    let record = record.reopened().await;
    let sales = record.store.sales(&SaleFilter::default()).await.unwrap();
    let mut told: Vec<_> = sales
        .iter()
        .map(|sale| (sale.attempt.get(), sale.accepted_at, sale.stage, sale.moves))
        .collect();
    // Which of them has which number is the database's affair.
    told.sort_unstable_by_key(|(attempt, ..)| *attempt);
    assert_eq!(
        told,
        [
            (1, at(10), Stage::Accepted, 1),
            (3, at(9_000), Stage::Accepted, 1)
        ]
    );
    let moves = record
        .store
        .sale_moves(&SaleFilter::default())
        .await
        .unwrap();
    assert!(
        moves
            .iter()
            .all(|one| one.doer == "program" && one.from.is_none())
    );
    assert_eq!(record.store.verify().await.unwrap(), []);
}
