//! What a process started later finds.

use domain::{CampaignId, Event, Outcome, SignallingRecord, WorkState};
use store::{Binding, Numbering, StoreError};

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, answered, at, attempt, bridged, closed, intended, intent, lease, leased,
    placed, typified,
};

contract!(
    a_new_record_numbers_from_one,
    numbering_goes_on_after_reopening,
    open_attempts_are_found_with_how_to_end_them,
    leases_go_back_except_those_being_called,
    what_nobody_typified_is_found_until_someone_does,
    the_newest_of_what_pacing_learnt_is_found,
    events_of_somebody_else_do_not_pass_for_ours,
    a_phone_ticket_is_good_once_and_not_for_long,
    registrations_lines_and_secret_survive,
);

async fn a_new_record_numbers_from_one(record: Record) {
    let first = Numbering {
        next_attempt: 1,
        next_seq: 1,
    };
    assert_eq!(record.store.numbering().await.unwrap(), first);
    record.store.ping().await.unwrap();
}

async fn numbering_goes_on_after_reopening(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    let call = vec![intended(40, &items[0]), placed(40)];
    Writer::default().commit(store, 10, call).await;
    let next = Numbering {
        next_attempt: 41,
        next_seq: 3,
    };
    let later = record.reopened().await;
    assert_eq!(later.store.numbering().await.unwrap(), next);
}

async fn open_attempts_are_found_with_how_to_end_them(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 3).await;
    let events = vec![
        intended(1, &items[0]),
        intended(2, &items[1]),
        intended(3, &items[2]),
        placed(2),
        answered(2),
        bridged(2, 10),
        placed(3),
        closed(3, Outcome::Busy, Some(again(&items[2], 600, 1))),
    ];
    Writer::default().commit(store, 10, events).await;
    let open = record.reopened().await.store.open_attempts().await.unwrap();
    let ids: Vec<_> = open.iter().map(|open| open.intent.attempt).collect();
    assert_eq!(ids, [attempt(1), attempt(2)]);
    assert_eq!(open[0].intent, intent(1, &items[0]));
    assert_eq!((open[0].placed, open[0].since), (false, at(10)));
    assert!(open[1].placed && open[1].answered);
    assert_eq!(open[1].agent, Some(agent()));
    let dialog = SignallingRecord("dialog of the customer".to_owned());
    assert_eq!(open[1].signalling, Some(dialog));
}

async fn leases_go_back_except_those_being_called(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    writer
        .commit(store, 10, vec![intended(1, &items[0]), placed(1)])
        .await;
    let later = record.reopened().await.store;
    later.take_over().await.unwrap();
    assert_eq!(later.release_leases().await.unwrap(), 2);
    let counts = later.work_counts(campaign).await.unwrap();
    assert_eq!(counts, [(WorkState::Ready, 2), (WorkState::Leased, 1)]);
    assert_eq!(lease(&*later, campaign).await.len(), 2);
    let end = closed(1, Outcome::UnknownCrash, Some(again(&items[0], 0, 1)));
    writer.commit(&*later, 20, vec![end]).await;
    assert_eq!(lease(&*later, campaign).await.len(), 1);
    assert_eq!(later.verify().await.unwrap(), []);
}

async fn what_nobody_typified_is_found_until_someone_does(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    let calls = vec![
        intended(1, &items[0]),
        placed(1),
        bridged(1, 10),
        closed(1, Outcome::Connected, None),
        intended(2, &items[1]),
        placed(2),
        closed(2, Outcome::Busy, Some(again(&items[1], 600, 1))),
    ];
    writer.commit(store, 10, calls).await;
    let later = record.reopened().await.store;
    let untyped = later.untyped_attempts().await.unwrap();
    let ids: Vec<_> = untyped.iter().map(|(intent, _)| intent.attempt).collect();
    assert_eq!(ids, [attempt(1)]);
    assert_eq!(untyped[0].0.contact, items[0].contact.id);
    let contact = items[1].contact.id;
    let work = later.work(campaign, contact).await.unwrap().unwrap();
    assert_eq!((work.attempts, work.due), (1, at(600)));
    let said = typified(1, "CE01", false, again(&items[0], 600, 1));
    writer.commit(&*later, 20, vec![said]).await;
    assert_eq!(later.untyped_attempts().await.unwrap(), []);
}

async fn the_newest_of_what_pacing_learnt_is_found(record: Record) {
    let learnt = |campaign, estimates: &str| Event::PacingLearnt {
        campaign: CampaignId::new(campaign),
        estimates: estimates.to_owned(),
    };
    let mut writer = Writer::default();
    let store = &*record.store;
    let early = vec![learnt(1, r#"{"live":0.1}"#), learnt(2, r#"{"live":9.0}"#)];
    writer.commit(store, 10, early).await;
    let newest = r#"{"live":0.30000000000000004}"#;
    writer.commit(store, 20, vec![learnt(1, newest)]).await;
    let later = record.reopened().await.store;
    let found = |campaign| later.pacing_learnt(CampaignId::new(campaign));
    let one = found(1).await.unwrap();
    assert_eq!(one, Some((at(20), newest.to_owned())));
    assert_eq!(found(2).await.unwrap().map(|(when, _)| when), Some(at(10)));
    assert_eq!(found(3).await.unwrap(), None);
}

async fn events_of_somebody_else_do_not_pass_for_ours(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    // Both number from where the record ended, so the numbers collide.
    let theirs = Writer::default().batch(10, vec![intended(1, &items[0])]);
    store.commit(&theirs).await.unwrap();
    let ours = Writer::default().batch(10, vec![intended(1, &items[1])]);
    let refused = store.commit(&ours).await;
    let gap = matches!(refused, Err(StoreError::JournalGap { .. }));
    assert!(gap, "{refused:?}");
    assert_eq!(store.open_attempts().await.unwrap().len(), 1);
}

async fn a_phone_ticket_is_good_once_and_not_for_long(record: Record) {
    let store = &*record.store;
    let (first, second, third) = ([1; 32], [2; 32], [3; 32]);
    store
        .put_phone_ticket(&first, agent(), at(60))
        .await
        .unwrap();
    store
        .put_phone_ticket(&second, agent(), at(60))
        .await
        .unwrap();
    let taken = store.take_phone_ticket(&first, at(1)).await.unwrap();
    assert_eq!(taken, None, "a newer one voids it");
    let taken = store.take_phone_ticket(&second, at(59)).await.unwrap();
    assert_eq!(taken, Some(agent()));
    let taken = store.take_phone_ticket(&second, at(59)).await.unwrap();
    assert_eq!(taken, None, "it is used up");
    store
        .put_phone_ticket(&third, agent(), at(60))
        .await
        .unwrap();
    let taken = store.take_phone_ticket(&third, at(60)).await.unwrap();
    assert_eq!(taken, None, "it has lapsed");
}

async fn registrations_lines_and_secret_survive(record: Record) {
    let store = &*record.store;
    let binding = |user: &str, line: &str, until| Binding {
        user: user.to_owned(),
        line: line.to_owned(),
        expires_at: at(until),
    };
    let (ana, ana2, eva) = (
        binding("ana", "udp 10.0.0.1", 60),
        binding("ana", "udp 10.0.0.2", 60),
        binding("eva", "udp 10.0.0.3", 60),
    );
    let of = |user: &str, bindings: &[&Binding]| {
        let bindings: Vec<_> = bindings.iter().map(|one| (*one).clone()).collect();
        (user.to_owned(), bindings)
    };
    let both = [of("ana", &[&ana, &ana2]), of("eva", &[&eva])];
    store.put_phones(&both).await.unwrap();
    let renewed = binding("ana", "udp 10.0.0.1", 120);
    let again = [of("ana", &[&renewed, &ana2])];
    store.put_phones(&again).await.unwrap();
    let line = SignallingRecord("line of ana".to_owned());
    store.put_line_dialog(agent(), Some(&line)).await.unwrap();
    let secret = store.secret().await.unwrap();
    assert_ne!(secret, [0; 32]);

    let later = record.reopened().await.store;
    assert_eq!(later.secret().await.unwrap(), secret);
    let all = [renewed, ana2.clone(), eva.clone()];
    assert_eq!(later.bindings().await.unwrap(), all);
    assert_eq!(later.line_dialogs().await.unwrap(), [(agent(), line)]);
    later.put_phones(&[of("ana", &[&ana2])]).await.unwrap();
    assert_eq!(later.bindings().await.unwrap(), [ana2, eva.clone()]);
    later.put_phones(&[of("ana", &[])]).await.unwrap();
    assert_eq!(later.bindings().await.unwrap(), [eva]);
    later.put_line_dialog(agent(), None).await.unwrap();
    assert_eq!(later.line_dialogs().await.unwrap(), []);
}
