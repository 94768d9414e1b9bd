//! What makes contacts be looked at again by the segments of their campaign, what a person may change by hand, and new
//! passes over a base.

use campaigns::{Rest, Segmentation};
use domain::{ContactId, Outcome, SegmentId, WorkItem, WorkState, WorkUpdate};
use store::{SegmentPlace, SpeaksOf, Subjects};

use crate::database::Record;
use crate::fixture::{
    Writer, again, at, attempt, closed, intended, lease, load, people, phone, placed,
};
use crate::segments::{base, by_fours, names, next, number, part, put, segment};

contract!(
    whose_history_changes_is_looked_at_again_where_rules_speak_of_it,
    a_base_let_go_is_not_called_and_one_that_comes_is_looked_at,
    an_older_version_writes_nothing,
    a_segment_given_by_hand_is_kept,
    what_changed_meanwhile_is_not_overwritten,
    a_new_pass_is_for_those_on_whom_all_was_spent_and_for_nobody_else,
    without_segments_a_campaign_is_called_by_list_again,
);

async fn whose_history_changes_is_looked_at_again_where_rules_speak_of_it(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 2).await;
    let segmentation = Segmentation {
        segments: vec![segment("A", 1, 100)],
        rest: Rest::Last,
    };
    let history = SpeaksOf {
        history: true,
        today: false,
    };
    let set = store
        .put_segments(campaign, &segmentation, history, "ana", at(0))
        .await
        .unwrap();
    assert_eq!(set.speaks_of, history);
    part(store, campaign, &set, by_fours).await;
    let items = lease(store, campaign).await;
    let mut writer = Writer::default();
    let called = WorkUpdate {
        code: Some("NC01".to_owned()),
        repeats: 1,
        ..again(&items[0], 60, 1)
    };
    let call = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::NoAnswer, Some(called)),
    ];
    writer.commit(store, 10, call).await;
    store
        .update_work(&[campaigns::give_back(&items[1])])
        .await
        .unwrap();
    let unparted = store
        .segment_subjects(campaign, Subjects::Unparted, 10)
        .await
        .unwrap();
    assert_eq!(unparted.len(), 1, "who was only leased is as they were");
    let subject = &unparted[0];
    assert_eq!(number(subject), Some(1));
    assert_eq!(subject.code.as_deref(), Some("NC01"));
    let history = &subject.history;
    assert_eq!(
        (history.attempts, history.answered, history.last_at),
        (1, 0, Some(at(10)))
    );
    assert_eq!(next(store, campaign, at(90), 9).await, [2]);
    part(store, campaign, &set, by_fours).await;
    assert_eq!(next(store, campaign, at(90), 9).await, [1]);
}

async fn a_base_let_go_is_not_called_and_one_that_comes_is_looked_at(record: Record) {
    let store = &*record.store;
    let (campaign, first) = base(store, 3).await;
    let second = load(store, "otra", &people(4..7)).await;
    store.attach_list(campaign, second).await.unwrap();
    let set = put(
        store,
        campaign,
        vec![segment("A", 1, 100), segment("B", 2, 100)],
    )
    .await;
    part(store, campaign, &set, by_fours).await;
    let mut settings = store.campaigns().await.unwrap().remove(0);
    settings.lists = vec![second];
    store.put_campaign(&settings).await.unwrap();
    assert_eq!(next(store, campaign, at(0), 9).await, [4, 5, 6]);
    let subjects = store
        .segment_subjects(campaign, Subjects::After(None), 9)
        .await
        .unwrap();
    let attached: Vec<_> = subjects.iter().map(|subject| subject.attached).collect();
    assert_eq!(attached, [false, false, false, true, true, true]);
    let of_list = store
        .segment_subjects(campaign, Subjects::OfList(first, None), 9)
        .await
        .unwrap();
    assert_eq!(of_list.len(), 3);
}

async fn an_older_version_writes_nothing(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 1).await;
    let old = put(store, campaign, vec![segment("A", 1, 100)]).await;
    let new = put(store, campaign, vec![segment("B", 1, 100)]).await;
    let place = SegmentPlace {
        contact: ContactId::new(1),
        segment: Some(SegmentId::new(1)),
        rank: 0,
        spent: 0,
        repeats: 0,
        pinned: None,
    };
    assert!(
        !store
            .place_contacts(campaign, old.version, &[place])
            .await
            .unwrap()
    );
    store
        .segments_walked(campaign, old.version, None)
        .await
        .unwrap();
    assert!(
        !store
            .begin_segment_walk(campaign, old.version, 1, &[])
            .await
            .unwrap()
    );
    let kept = store.segments(campaign).await.unwrap().unwrap();
    assert!(kept.walk_is_on());
    assert_eq!((kept.version, kept.walk), (new.version, new.walk));
}

async fn a_segment_given_by_hand_is_kept(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 2).await;
    let set = put(
        store,
        campaign,
        vec![segment("A", 1, 100), segment("B", 2, 100)],
    )
    .await;
    part(store, campaign, &set, by_fours).await;
    let subjects = store
        .segment_subjects(campaign, Subjects::After(None), 9)
        .await
        .unwrap();
    let second = set.segmentation.segments[1].id;
    let pins = [(subjects[0].contact.id, Some(second))];
    assert_eq!(
        store.pin_contacts(campaign, &pins, "hoja").await.unwrap(),
        1
    );
    assert_eq!(
        store.pin_contacts(campaign, &pins, "hoja").await.unwrap(),
        0,
        "it is so already"
    );
    let unparted = store
        .segment_subjects(campaign, Subjects::Unparted, 9)
        .await
        .unwrap();
    assert_eq!((unparted.len(), unparted[0].pinned), (1, Some(second)));
    assert_eq!(unparted[0].segment, None);
    assert_eq!(
        store
            .pin_contacts(campaign, &[(subjects[0].contact.id, None)], "hoja")
            .await
            .unwrap(),
        1
    );
}

async fn what_changed_meanwhile_is_not_overwritten(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 1).await;
    let set = put(store, campaign, vec![segment("A", 1, 100)]).await;
    part(store, campaign, &set, by_fours).await;
    let leased = lease(store, campaign).await;
    let read = store
        .segment_subjects(campaign, Subjects::After(None), 9)
        .await
        .unwrap()
        .remove(0);
    store.update_work(&[again(&leased[0], 5, 1)]).await.unwrap();
    let stale = SegmentPlace {
        contact: read.contact.id,
        segment: Some(SegmentId::new(0)),
        rank: 0,
        spent: read.spent,
        repeats: read.repeats,
        pinned: None,
    };
    assert!(
        store
            .place_contacts(campaign, set.version, &[stale])
            .await
            .unwrap()
    );
    let kept = store
        .segment_subjects(campaign, Subjects::After(None), 9)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(kept.segment, Some(set.segmentation.segments[0].id));
}

async fn a_new_pass_is_for_those_on_whom_all_was_spent_and_for_nobody_else(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 5).await;
    let items = lease(store, campaign).await;
    let ended = |item: &WorkItem, state| WorkUpdate {
        state,
        code: Some("NC01".to_owned()),
        repeats: 3,
        ..again(item, 0, 6)
    };
    let updates = [
        ended(&items[0], WorkState::Exhausted),
        ended(&items[1], WorkState::Closed),
        ended(&items[2], WorkState::Exhausted),
        again(&items[4], 60, 1),
    ];
    store.update_work(&updates).await.unwrap();
    // The number of the fourth does not exist.
    let no_good = WorkUpdate {
        invalid_phone: Some(0),
        ..ended(&items[3], WorkState::Exhausted)
    };
    let call = vec![
        intended(1, &items[3]),
        placed(1),
        closed(1, Outcome::InvalidNumber, Some(no_good)),
    ];
    Writer::default().commit(store, 0, call).await;
    store.suppress(phone(3), "pidió", at(0)).await.unwrap();
    let all: Vec<ContactId> = items.iter().map(|item| item.contact.id).collect();
    assert_eq!(
        store.recycle(campaign, &all, "otra pasada").await.unwrap(),
        1
    );
    assert_eq!(
        store.recycle(campaign, &all, "otra pasada").await.unwrap(),
        0,
        "once a pass"
    );
    let back = store.lease_work(campaign, at(0), 9).await.unwrap().0;
    assert_eq!(names(&back), [1]);
    assert_eq!(
        (
            back[0].attempts,
            back[0].repeats,
            back[0].contact.phones[0].attempts
        ),
        (0, 0, 0)
    );
    assert_eq!(
        back[0].last_code.as_deref(),
        Some("NC01"),
        "what was tried is known"
    );
    let subject = store
        .segment_subjects(campaign, Subjects::After(None), 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(subject.pass, 2);
}

async fn without_segments_a_campaign_is_called_by_list_again(record: Record) {
    let store = &*record.store;
    let (campaign, _) = base(store, 2).await;
    let set = put(store, campaign, vec![segment("A", 1, 100)]).await;
    store.remove_segments(campaign).await.unwrap();
    assert!(store.remove_segments(campaign).await.is_err());
    assert_eq!(store.segments(campaign).await.unwrap(), None);
    assert_eq!(next(store, campaign, at(0), 9).await, [1, 2]);
    let again = put(store, campaign, vec![segment("A", 1, 100)]).await;
    assert_eq!(again.version, 2);
    assert_eq!(
        again.segmentation.segments[0].id,
        set.segmentation.segments[0].id
    );
    assert!(store.attempt(attempt(1)).await.unwrap().is_none());
}
