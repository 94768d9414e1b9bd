//! Every answered call has a recording or says why not; its marks, its file, its end; and the audit
//! log, which nobody changes.

use domain::{Event, NoRecording, Outcome, RecordingFact, UserId};
use store::{
    AuditEntry, AuditFilter, RecordingBacklog, RecordingFilter, RecordingMade, RecordingState,
    RecordingStored, Store,
};

use crate::database::Record;
use crate::fixture::{
    Writer, agent, answered, at, attempt, bridged, closed, intended, leased, placed,
};

contract!(
    every_answered_call_has_a_recording_or_says_why_not,
    marks_are_found_from_the_beginning_of_the_recording,
    a_recording_goes_from_the_spool_to_the_archive_and_to_nothing,
    what_waits_for_the_archive_is_counted_and_says_what_is_in_the_way,
    files_and_objects_that_are_left_are_told_until_they_are_gone,
    a_file_that_was_found_counts_before_the_journal_did,
    what_people_did_is_noted_and_found,
);

fn recording(n: i64, fact: RecordingFact) -> Event {
    Event::Recording {
        attempt: attempt(n),
        fact,
    }
}

fn made(n: i64, duration_ms: i64) -> RecordingMade {
    RecordingMade {
        attempt: attempt(n),
        duration_ms,
        content: "pcma".to_owned(),
        why: (duration_ms == 0).then(|| "disk_full".to_owned()),
    }
}

fn stored(n: i64) -> RecordingStored {
    RecordingStored {
        attempt: attempt(n),
        content: "flac".to_owned(),
        bytes: 100,
        wav_sha256: "aa".to_owned(),
        object: "2026/1.rec".to_owned(),
        object_bytes: 60,
        object_sha256: "bb".to_owned(),
        sealed_key: "cc".to_owned(),
        at: at(90),
    }
}

async fn state(store: &dyn Store, n: i64) -> (RecordingState, Option<String>) {
    let row = store.recording(attempt(n)).await.unwrap();
    let row = row.expect("answered");
    (row.state, row.why)
}

/// Calls that were answered, the first `n` attempts.
async fn answered_calls(store: &dyn Store, writer: &mut Writer, n: i64) {
    let (_, items) = leased(store, n as u64).await;
    for (n, item) in (1..).zip(&items) {
        let events = vec![intended(n, item), placed(n), answered(n), bridged(n, 100)];
        writer.commit(store, n, events).await;
    }
}

/// Erases one; whether there was something to erase.
async fn erased(store: &dyn Store, n: i64, seconds: i64) -> bool {
    let erased = store.recording_erased(attempt(n), at(seconds), serde_json::Map::new());
    erased.await.unwrap().is_some()
}

async fn every_answered_call_has_a_recording_or_says_why_not(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    answered_calls(store, &mut writer, 3).await;
    let why = RecordingFact::Declined(NoRecording::NotChosen);
    let decided = vec![
        recording(1, RecordingFact::Started),
        recording(2, why),
        closed(2, Outcome::Connected, None),
    ];
    writer.commit(store, 10, decided).await;
    assert_eq!(state(store, 1).await, (RecordingState::Recording, None));
    let declined = (RecordingState::None, Some("not_chosen".to_owned()));
    assert_eq!(state(store, 2).await, declined);
    // The engine of the third ended before it decided.
    assert_eq!(store.recording(attempt(3)).await.unwrap(), None);
    let ends = vec![
        closed(3, Outcome::UnknownCrash, None),
        closed(1, Outcome::Connected, None),
    ];
    writer.commit(store, 20, ends).await;
    let ended = (RecordingState::None, Some("engine_ended".to_owned()));
    assert_eq!(state(store, 3).await, ended);
    assert_eq!(state(store, 1).await, (RecordingState::Recording, None));
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn marks_are_found_from_the_beginning_of_the_recording(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    answered_calls(store, &mut writer, 1).await;
    let by = agent();
    let begins = vec![
        recording(1, RecordingFact::Announced),
        recording(1, RecordingFact::Consented { agent: by }),
        recording(1, RecordingFact::Started),
    ];
    writer.commit(store, 10, begins).await;
    let marks = vec![
        recording(1, RecordingFact::Paused { agent: by }),
        recording(1, RecordingFact::Resumed { agent: None }),
        recording(
            1,
            RecordingFact::Marked {
                kind: "contract".to_owned(),
                text: "lectura".to_owned(),
                agent: Some(by),
            },
        ),
    ];
    writer.commit(store, 13, marks).await;
    let marks = store.recording_marks(attempt(1)).await.unwrap();
    let told: Vec<_> = marks
        .iter()
        .map(|mark| (mark.offset_ms, mark.kind.as_str(), mark.agent))
        .collect();
    assert_eq!(
        told,
        [
            (0, "announced", None),
            (0, "consented", Some(by)),
            (3_000, "pause", Some(by)),
            (3_000, "resume", None),
            (3_000, "contract", Some(by))
        ]
    );
    assert_eq!(marks[4].text, "lectura");
}

async fn a_recording_goes_from_the_spool_to_the_archive_and_to_nothing(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    answered_calls(store, &mut writer, 2).await;
    let begun = vec![
        recording(1, RecordingFact::Started),
        recording(2, RecordingFact::Started),
    ];
    writer.commit(store, 10, begun).await;
    let classed = RecordingFact::Classed {
        class: "VE".to_owned(),
        keep_until: at(1_000),
    };
    writer.commit(store, 20, vec![recording(1, classed)]).await;
    store.recording_made(&made(1, 9_000)).await.unwrap();
    store.recording_made(&made(2, 0)).await.unwrap();
    assert_eq!(state(store, 1).await.0, RecordingState::Spooled);
    let lost = (RecordingState::Lost, Some("disk_full".to_owned()));
    assert_eq!(state(store, 2).await, lost);
    assert!(store.recording_stored(&stored(1)).await.unwrap());
    assert!(
        !store.recording_stored(&stored(2)).await.unwrap(),
        "nothing to store"
    );
    // A start that finds the file in the spool still does not take it back.
    store.recording_made(&made(1, 9_000)).await.unwrap();
    let row = store.recording(attempt(1)).await.unwrap().expect("there");
    assert_eq!(
        (row.state, row.duration_ms),
        (RecordingState::Stored, Some(9_000))
    );
    assert_eq!(row.content.as_deref(), Some("flac"));
    assert_eq!(
        (row.class.as_deref(), row.keep_until),
        (Some("VE"), Some(at(1_000)))
    );
    let due = |until| RecordingFilter {
        kept_until: Some(at(until)),
        state: Some(RecordingState::Stored),
        limit: 10,
        ..RecordingFilter::default()
    };
    assert_eq!(store.recordings(&due(999)).await.unwrap().len(), 0);
    assert_eq!(store.recordings(&due(1_000)).await.unwrap().len(), 1);
    assert!(erased(store, 1, 1_001).await);
    assert!(!erased(store, 1, 1_002).await);
    let row = store.recording(attempt(1)).await.unwrap().expect("there");
    assert_eq!((row.sealed_key, row.erased_at), (None, Some(at(1_001))));
    assert!(
        !store.recording_stored(&stored(1)).await.unwrap(),
        "it is gone for good"
    );
    let all = RecordingFilter {
        limit: 10,
        ..RecordingFilter::default()
    };
    assert_eq!(store.recordings(&all).await.unwrap().len(), 2);
}

async fn what_waits_for_the_archive_is_counted_and_says_what_is_in_the_way(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    assert_eq!(
        store.recording_backlog().await.unwrap(),
        RecordingBacklog::default()
    );
    answered_calls(store, &mut writer, 2).await;
    for n in [1, 2] {
        let begun = vec![recording(n, RecordingFact::Started)];
        writer.commit(store, 10 * n, begun).await;
        store.recording_made(&made(n, 2_000)).await.unwrap();
    }
    store.recording_troubled(attempt(2), "away").await.unwrap();
    store.recording_troubled(attempt(2), "full").await.unwrap();
    let backlog = store.recording_backlog().await.unwrap();
    let expected = RecordingBacklog {
        count: 2,
        duration_ms: 4_000,
        oldest: Some(at(12)),
        troubled: 1,
        trouble: Some("full".to_owned()),
    };
    assert_eq!(backlog, expected);
    let row = store.recording(attempt(2)).await.unwrap().expect("there");
    assert_eq!((row.tries, row.trouble.as_deref()), (2, Some("full")));
    assert!(store.recording_stored(&stored(2)).await.unwrap());
    // What is there is in nobody's way any more.
    store.recording_troubled(attempt(2), "late").await.unwrap();
    let row = store.recording(attempt(2)).await.unwrap().expect("there");
    assert_eq!((row.tries, row.trouble), (2, None));
    assert_eq!(store.recording_backlog().await.unwrap().count, 1);
}

async fn files_and_objects_that_are_left_are_told_until_they_are_gone(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    answered_calls(store, &mut writer, 2).await;
    for n in [1, 2] {
        let begun = vec![recording(n, RecordingFact::Started)];
        writer.commit(store, 10 * n, begun).await;
        store.recording_made(&made(n, 2_000)).await.unwrap();
        assert!(store.recording_stored(&stored(n)).await.unwrap());
    }
    let local = async |seconds| {
        let local = store.recordings_kept_local(at(seconds), 10).await;
        local.unwrap()
    };
    assert_eq!(local(89).await, []);
    assert_eq!(local(90).await, [attempt(1), attempt(2)]);
    store.recording_let_go(attempt(1), at(95)).await.unwrap();
    assert_eq!(local(90).await, [attempt(2)]);
    assert_eq!(store.leftover_objects(10).await.unwrap(), []);
    assert!(erased(store, 1, 96).await);
    let left = store.leftover_objects(10).await.unwrap();
    assert_eq!(left, [(attempt(1), "2026/1.rec".to_owned())]);
    store.object_gone(attempt(1), at(97)).await.unwrap();
    assert_eq!(store.leftover_objects(10).await.unwrap(), []);
}

async fn a_file_that_was_found_counts_before_the_journal_did(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    answered_calls(store, &mut writer, 1).await;
    store.recording_made(&made(1, 2_000)).await.unwrap();
    assert_eq!(state(store, 1).await, (RecordingState::Spooled, None));
    writer
        .commit(store, 10, vec![recording(1, RecordingFact::Started)])
        .await;
    let row = store.recording(attempt(1)).await.unwrap().expect("there");
    assert_eq!(
        (row.state, row.started_at),
        (RecordingState::Spooled, Some(at(10)))
    );
    // Of a call that is not in the record nothing can be said.
    store.recording_made(&made(77, 2_000)).await.unwrap();
    assert_eq!(store.recording(attempt(77)).await.unwrap(), None);
}

async fn what_people_did_is_noted_and_found(record: Record) {
    let store = &*record.store;
    let entry = |seconds, name: &str, n| AuditEntry {
        at: at(seconds),
        user: (!name.is_empty()).then(|| UserId::new(4)),
        user_name: name.to_owned(),
        source: "127.0.0.1".to_owned(),
        action: "recording.listen".to_owned(),
        subject: format!("attempt {n}"),
        detail: "bytes 0-99 of 100".to_owned(),
    };
    let entries = [entry(1, "jefa", 1), entry(2, "ana", 1), entry(3, "", 2)];
    for entry in &entries {
        store.put_audit(entry).await.unwrap();
    }
    let asked = async |filter: AuditFilter| {
        let filter = AuditFilter {
            limit: 10,
            ..filter
        };
        let rows = store.audit(&filter).await.unwrap();
        rows.into_iter().map(|row| row.entry).collect::<Vec<_>>()
    };
    assert_eq!(asked(AuditFilter::default()).await, entries);
    let by_name = AuditFilter {
        user_name: Some("ana".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(asked(by_name).await, entries[1..2]);
    let of_first = AuditFilter {
        subject: Some("attempt 1".to_owned()),
        from: Some(at(2)),
        ..AuditFilter::default()
    };
    assert_eq!(asked(of_first).await, entries[1..2]);
    let page = AuditFilter {
        after: Some(1),
        limit: 1,
        ..AuditFilter::default()
    };
    assert_eq!(store.audit(&page).await.unwrap()[0].id, 2);
    for sql in ["UPDATE audit SET at = 0", "DELETE FROM audit WHERE id = 1"] {
        assert!(record.execute(sql).await.is_err(), "{sql} went through");
    }
    if !record.is_sqlite() {
        assert!(record.execute("TRUNCATE audit").await.is_err());
    }
}
