//! The journal: what a commit projects, what it refuses, and that it cannot be
//! rewritten.

use domain::{Outcome, WorkUpdate};
use store::{Committed, GivenUp, Journal, StoreError};

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, answered, at, attempt, bridged, campaign, closed, intended, lease,
    leased, load, people, phone, placed, rules, someone, typified,
};

contract!(
    a_call_from_intent_to_typification_becomes_one_attempt,
    the_same_batch_again_changes_nothing_and_answers_the_same,
    a_batch_half_known_adds_only_what_is_new,
    a_gap_in_the_numbers_is_refused_whole,
    a_person_being_called_is_refused_and_others_go_through,
    a_number_on_which_someone_else_is_called_is_refused,
    two_intents_for_one_person_in_a_batch_let_the_first_through,
    a_suppressed_number_is_refused_though_leased_before,
    an_intent_without_a_lease_is_refused,
    an_engine_that_was_replaced_can_neither_commit_nor_lease,
    the_end_of_a_call_frees_the_person_even_within_a_batch,
    a_second_end_changes_nothing,
    events_cannot_be_changed_or_removed,
    a_text_with_a_nul_does_not_stop_the_journal,
    the_journal_reports_in_order_and_flushes,
    the_journal_of_an_engine_that_was_replaced_gives_up,
    a_journal_somebody_else_wrote_to_gives_up,
    a_database_that_fails_stalls_the_journal_and_loses_nothing,
);

async fn a_call_from_intent_to_typification_becomes_one_attempt(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    let answers = writer.commit(store, 10, vec![intended(1, &items[0])]).await;
    assert_eq!(rules(&answers), [(1, "")]);
    writer.commit(store, 11, vec![placed(1)]).await;
    writer.commit(store, 15, vec![answered(1)]).await;
    let open = store.open_attempts().await.unwrap();
    assert_eq!(open.len(), 1);
    assert!(open[0].placed && open[0].answered && open[0].signalling.is_some());
    writer.commit(store, 16, vec![bridged(1, 900)]).await;
    let close = closed(1, Outcome::Connected, None);
    writer.commit(store, 60, vec![close]).await;
    assert!(store.open_attempts().await.unwrap().is_empty());
    let said = typified(1, "CE01", false, again(&items[0], 3_600, 1));
    writer.commit(store, 70, vec![said]).await;

    let row = store.attempt(attempt(1)).await.unwrap().unwrap();
    assert_eq!(row.phone, phone(1));
    assert_eq!(row.intended_at, at(10));
    assert_eq!(row.placed_at, Some(at(11)));
    assert_eq!(row.ringing_at, None);
    assert_eq!(row.answered_at, Some(at(15)));
    assert_eq!(row.bridged_at, Some(at(16)));
    assert_eq!(row.ended_at, Some(at(60)));
    assert_eq!(row.waited.map(|w| w.as_millis()), Some(900));
    assert_eq!(row.outcome, Some(Outcome::Connected));
    assert_eq!(row.agent, Some(agent()));
    assert_eq!(row.code.as_deref(), Some("CE01"));
    assert_eq!(row.coded_by, Some(agent()));
    assert_eq!(row.cause.sip_status, Some(480));
    assert_eq!(row.gate, None);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn the_same_batch_again_changes_nothing_and_answers_the_same(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    let events = vec![
        intended(1, &items[0]),
        intended(2, &items[0]),
        intended(3, &items[1]),
        placed(3),
        closed(3, Outcome::Busy, Some(again(&items[1], 600, 1))),
    ];
    let batch = Writer::default().batch(10, events);
    let first = store.commit(&batch).await.unwrap();
    assert_eq!(rules(&first), [(1, ""), (2, "person_busy"), (3, "")]);
    let before = store.attempts(&Default::default()).await.unwrap();
    let second = store.commit(&batch).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(store.attempts(&Default::default()).await.unwrap(), before);
    assert_eq!(store.numbering().await.unwrap().next_seq, 6);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn a_batch_half_known_adds_only_what_is_new(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    let events = vec![intended(1, &items[0]), placed(1), intended(2, &items[1])];
    let batch = Writer::default().batch(10, events);
    store.commit(&batch[..2]).await.unwrap();
    let answers = store.commit(&batch).await.unwrap();
    assert_eq!(rules(&answers), [(1, ""), (2, "")]);
    assert_eq!(store.numbering().await.unwrap().next_seq, 4);
}

async fn a_gap_in_the_numbers_is_refused_whole(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    let mut batch = Writer::default().batch(10, vec![intended(1, &items[0]), placed(1)]);
    store.commit(&batch[..1]).await.unwrap();
    batch[1].seq = 3;
    let refused = store.commit(&batch[1..]).await;
    assert!(matches!(
        refused,
        Err(StoreError::JournalGap {
            expected: 2,
            got: 3
        })
    ));
    assert_eq!(store.numbering().await.unwrap().next_seq, 2);
}

async fn a_person_being_called_is_refused_and_others_go_through(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..3)).await;
    let (one, two) = (
        campaign(store, "uno", &[list]).await,
        campaign(store, "dos", &[list]).await,
    );
    let (in_one, in_two) = (lease(store, one).await, lease(store, two).await);
    let mut writer = Writer::default();
    writer
        .commit(store, 10, vec![intended(1, &in_one[0])])
        .await;
    let both = vec![intended(2, &in_two[0]), intended(3, &in_two[1])];
    let answers = writer.commit(store, 11, both).await;
    assert_eq!(rules(&answers), [(2, "person_busy"), (3, "")]);
    let gates = store.gates(Some(two), None, at(0), at(60)).await.unwrap();
    assert_eq!(gates.len(), 1);
    assert_eq!(gates[0].attempt, attempt(2));
    assert_eq!(gates[0].gate.rule, "person_busy");
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn a_number_on_which_someone_else_is_called_is_refused(record: Record) {
    let store = &*record.store;
    let mut rows = people(1..4);
    rows[1].phones = vec![phone(1)];
    let list = load(store, "base", &rows).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let items = lease(store, campaign).await;
    let events = (1..).zip(&items).map(|(n, item)| intended(n, item));
    let answers = Writer::default().commit(store, 10, events.collect()).await;
    assert_eq!(rules(&answers), [(1, ""), (2, "number_busy"), (3, "")]);
}

async fn two_intents_for_one_person_in_a_batch_let_the_first_through(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let twice = vec![intended(1, &items[0]), intended(2, &items[0])];
    let answers = Writer::default().commit(store, 10, twice).await;
    assert_eq!(rules(&answers), [(1, ""), (2, "person_busy")]);
}

async fn a_suppressed_number_is_refused_though_leased_before(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    store
        .suppress(phone(1), "lo pidió por carta", at(5))
        .await
        .unwrap();
    let both = vec![intended(1, &items[0]), intended(2, &items[1])];
    let answers = Writer::default().commit(store, 10, both).await;
    assert_eq!(rules(&answers), [(1, "suppressed"), (2, "")]);
}

async fn an_intent_without_a_lease_is_refused(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    store.update_work(&[again(&items[0], 0, 0)]).await.unwrap();
    let answers = Writer::default()
        .commit(store, 10, vec![intended(1, &items[0])])
        .await;
    assert_eq!(rules(&answers), [(1, "lease_lost")]);
}

async fn an_engine_that_was_replaced_can_neither_commit_nor_lease(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let later = record.reopened().await.store;
    assert!(store.in_force().await.unwrap() && later.in_force().await.unwrap());
    later.take_over().await.unwrap();
    assert!(!store.in_force().await.unwrap() && later.in_force().await.unwrap());
    assert_eq!(later.release_leases().await.unwrap(), 2);

    let ours = Writer::default().batch(10, vec![intended(1, &items[0])]);
    let given_back = [again(&items[0], 0, 0)];
    for refused in [
        store.commit(&ours).await.map(drop),
        store.lease_work(campaign, at(0), 1).await.map(drop),
        store.update_work(&given_back).await,
        store.release_leases().await.map(drop),
    ] {
        assert!(matches!(refused, Err(StoreError::Replaced)), "{refused:?}");
    }
    assert_eq!(later.numbering().await.unwrap().next_seq, 1);
    let renewed = lease(&*later, campaign).await;
    let mut writer = Writer::default();
    let intent = vec![intended(1, &renewed[0])];
    assert_eq!(rules(&writer.commit(&*later, 11, intent).await), [(1, "")]);
}

async fn the_end_of_a_call_frees_the_person_even_within_a_batch(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    let call = vec![intended(1, &items[0]), placed(1)];
    writer.commit(store, 10, call).await;
    let end = closed(1, Outcome::Busy, Some(again(&items[0], 0, 1)));
    writer.commit(store, 20, vec![end]).await;
    let items = lease(store, campaign).await;
    assert_eq!(items[0].attempts, 1);
    assert_eq!(items[0].contact.phones[0].attempts, 1);
    writer.commit(store, 30, vec![intended(2, &items[0])]).await;
    // Leased still, as the engine would after a call that never left.
    let kept = WorkUpdate {
        state: domain::WorkState::Leased,
        ..again(&items[0], 0, 1)
    };
    let end = closed(2, Outcome::Cancelled, Some(kept));
    let answers = writer
        .commit(store, 40, vec![end, intended(3, &items[0])])
        .await;
    assert_eq!(rules(&answers), [(3, "")]);
}

async fn a_second_end_changes_nothing(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    let end = closed(1, Outcome::Busy, Some(again(&items[0], 600, 1)));
    let call = vec![intended(1, &items[0]), placed(1), end];
    writer.commit(store, 10, call).await;
    let end = closed(1, Outcome::Connected, None);
    writer.commit(store, 20, vec![end]).await;
    let row = store.attempt(attempt(1)).await.unwrap().unwrap();
    assert_eq!(row.outcome, Some(Outcome::Busy));
    assert_eq!(row.ended_at, Some(at(10)));
}

async fn events_cannot_be_changed_or_removed(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    Writer::default()
        .commit(store, 10, vec![intended(1, &items[0])])
        .await;
    for sql in [
        "UPDATE event SET at = 0",
        "UPDATE event SET body = '{}' WHERE seq = 1",
        "DELETE FROM event",
        "INSERT INTO event (node, seq, at, kind, body) VALUES (1, 1, 0, 11, '{}')",
    ] {
        assert!(record.execute(sql).await.is_err(), "{sql} went through");
    }
    if !record.is_sqlite() {
        assert!(record.execute("TRUNCATE event").await.is_err());
    }
    assert_eq!(store.numbering().await.unwrap().next_seq, 2);
}

async fn a_text_with_a_nul_does_not_stop_the_journal(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    let mut said = typified(1, "CE01", false, again(&items[0], 600, 1));
    if let domain::Event::Typified(said) = &mut said {
        said.note = "antes\0después".to_owned();
    }
    let call = vec![intended(1, &items[0]), placed(1), said];
    let batch = writer.batch(10, call);
    store.commit(&batch).await.expect("commits");
    let notes = store.typifications(attempt(1)).await.unwrap();
    assert_eq!(notes[0].note, "antes\u{fffd}después");
    let mut odd = someone(50);
    odd.name = "Ana\0".to_owned();
    load(store, "otra", &[odd]).await;
}

async fn the_journal_reports_in_order_and_flushes(record: Record) {
    let (_, items) = leased(&*record.store, 2).await;
    let (journal, mut reports) = Journal::start(record.store.clone());
    let mut writer = Writer::default();
    let both = vec![intended(1, &items[0]), intended(2, &items[0])];
    journal.append(writer.batch(10, both));
    journal.flush().await.unwrap();
    assert_eq!(reports.recv().await, Some(Committed::Intent(attempt(1))));
    assert!(matches!(
        reports.recv().await,
        Some(Committed::Refused { attempt: a, .. }) if a == attempt(2)
    ));
    assert_eq!(reports.recv().await, Some(Committed::Durable(2)));
    journal.append(writer.batch(11, vec![placed(1)]));
    journal.close().await.unwrap();
    assert_eq!(reports.recv().await, Some(Committed::Durable(3)));
    assert!(journal.flush().await.is_err(), "a closed journal says so");
    let numbering = record.store.numbering().await.unwrap();
    assert_eq!((numbering.next_attempt, numbering.next_seq), (3, 4));
}

async fn the_journal_of_an_engine_that_was_replaced_gives_up(record: Record) {
    let (_, items) = leased(&*record.store, 1).await;
    let (journal, mut reports) = Journal::start(record.store.clone());
    record.reopened().await.store.take_over().await.unwrap();
    journal.append(Writer::default().batch(10, vec![intended(1, &items[0])]));
    let last = Some(Committed::GivenUp(GivenUp::Replaced));
    assert_eq!(reports.recv().await, last);
    assert_eq!(reports.recv().await, None, "nothing more is reported");
    assert!(journal.flush().await.is_err(), "nothing of ours is durable");
    assert!(journal.close().await.is_err());
    assert_eq!(record.store.numbering().await.unwrap().next_seq, 1);
}

async fn a_journal_somebody_else_wrote_to_gives_up(record: Record) {
    let (_, items) = leased(&*record.store, 2).await;
    let (journal, mut reports) = Journal::start(record.store.clone());
    let theirs = vec![intended(1, &items[0])];
    Writer::default().commit(&*record.store, 9, theirs).await;
    journal.append(Writer::default().batch(10, vec![intended(1, &items[1])]));
    let closed = journal.close().await;
    assert!(closed.is_err(), "it ends, and says that it did not commit");
    let last = Some(Committed::GivenUp(GivenUp::Gap));
    assert_eq!(reports.recv().await, last);
}

async fn a_database_that_fails_stalls_the_journal_and_loses_nothing(record: Record) {
    let (_, items) = leased(&*record.store, 1).await;
    let away = "ALTER TABLE event RENAME TO event_away";
    record.execute(away).await.unwrap();
    let (journal, mut reports) = Journal::start(record.store.clone());
    let mut writer = Writer::default();
    journal.append(writer.batch(10, vec![intended(1, &items[0])]));
    assert_eq!(reports.recv().await, Some(Committed::Stalled(true)));
    journal.append(writer.batch(11, vec![placed(1)]));
    let back = "ALTER TABLE event_away RENAME TO event";
    record.execute(back).await.unwrap();
    assert_eq!(reports.recv().await, Some(Committed::Stalled(false)));
    assert_eq!(reports.recv().await, Some(Committed::Intent(attempt(1))));
    assert_eq!(reports.recv().await, Some(Committed::Durable(1)));
    assert_eq!(reports.recv().await, Some(Committed::Durable(2)));
    assert_eq!(record.store.verify().await.unwrap(), []);
}
