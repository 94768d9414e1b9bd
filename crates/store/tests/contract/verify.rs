//! The record checks itself: silent when sound, and each kind of damage is
//! found where it was planted.

use domain::Outcome;

use crate::database::Record;
use crate::fixture::{
    Writer, again, answered, bridged, closed, intended, leased, placed, typified,
};

contract!(
    a_sound_record_has_no_problem,
    each_kind_of_damage_is_found,
    a_call_without_intent_and_a_second_end_are_found,
);

/// Two calls that ended and one that goes on.
async fn worked(record: &Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    let calls = vec![
        intended(1, &items[0]),
        intended(2, &items[1]),
        intended(3, &items[2]),
        placed(1),
        placed(2),
        placed(3),
    ];
    writer.commit(store, 10, calls).await;
    let calls = vec![
        answered(1),
        bridged(1, 300),
        closed(2, Outcome::NoAnswer, Some(again(&items[1], 600, 1))),
    ];
    writer.commit(store, 20, calls).await;
    let calls = vec![
        closed(1, Outcome::Connected, None),
        typified(1, "CE01", false, again(&items[0], 600, 1)),
    ];
    writer.commit(store, 50, calls).await;
}

async fn a_sound_record_has_no_problem(record: Record) {
    assert_eq!(record.store.verify().await.unwrap(), []);
    worked(&record).await;
    assert_eq!(record.store.verify().await.unwrap(), []);
}

async fn each_kind_of_damage_is_found(record: Record) {
    worked(&record).await;
    // Damage, what finds it, and how to mend it for the next.
    let damages = [
        (
            "UPDATE work_tally SET n = n + 1 WHERE state = 1",
            "the counters of work are what the work is",
            "UPDATE work_tally SET n = n - 1 WHERE state = 1",
        ),
        (
            "UPDATE attempt_hour SET answered = answered + 1 WHERE agent = 0",
            "the counters of calls by hour are what the calls are",
            "UPDATE attempt_hour SET answered = answered - 1 WHERE agent = 0",
        ),
        (
            "UPDATE attempt_hour SET talk_ms = talk_ms - 1 WHERE agent = 7",
            "the counters of calls by hour are what the calls are",
            "UPDATE attempt_hour SET talk_ms = talk_ms + 1 WHERE agent = 7",
        ),
        (
            "UPDATE record_hour SET prev = 5 WHERE kind = 4",
            "the counters of records by hour are what their calls are",
            "UPDATE record_hour SET prev = -1 WHERE kind = 4",
        ),
        (
            "INSERT INTO agent_hour (agent, hour, status, ms) VALUES (7, 490909, 2, 1000)",
            "the counters of agents' time by hour are what their log says",
            "DELETE FROM agent_hour",
        ),
        (
            "UPDATE attempt SET id = 99 WHERE id = 2",
            "every attempt has its intent in the journal",
            "UPDATE attempt SET id = 2 WHERE id = 99",
        ),
        (
            "UPDATE attempt SET id = 99 WHERE id = 2",
            "every intent in the journal has its attempt",
            "UPDATE attempt SET id = 2 WHERE id = 99",
        ),
        (
            "UPDATE open_attempt SET attempt = 2 WHERE attempt = 3",
            "an open attempt has no outcome",
            "UPDATE open_attempt SET attempt = 3 WHERE attempt = 2",
        ),
        (
            "UPDATE open_attempt SET attempt = 77 WHERE attempt = 3",
            "an attempt without an outcome is open",
            "UPDATE open_attempt SET attempt = 3 WHERE attempt = 77",
        ),
        (
            "UPDATE attempt SET outcome = 14 WHERE id = 2",
            "a refused attempt never left",
            "UPDATE attempt SET outcome = 4 WHERE id = 2",
        ),
        (
            "UPDATE attempt SET agent = NULL WHERE id = 1",
            "a connected call was bridged to an agent",
            "UPDATE attempt SET agent = 7 WHERE id = 1",
        ),
        (
            "UPDATE attempt SET person = -1 WHERE id IN (1, 2)",
            "nobody is called twice at once",
            "UPDATE attempt SET person = -id WHERE id IN (1, 2)",
        ),
        (
            "UPDATE attempt SET phone = 573100000001 WHERE id = 2",
            "no number is called twice at once",
            "UPDATE attempt SET phone = 573100000002 WHERE id = 2",
        ),
        (
            "UPDATE attempt SET code = 'CE02' WHERE id = 1",
            "an attempt carries its last typification",
            "UPDATE attempt SET code = 'CE01' WHERE id = 1",
        ),
        (
            "UPDATE typification SET attempt = 88",
            "a typification belongs to an attempt",
            "UPDATE typification SET attempt = 1",
        ),
        (
            "UPDATE typification SET seq = seq + 1000",
            "every typification in the journal is in its table",
            "UPDATE typification SET seq = seq - 1000",
        ),
        (
            "UPDATE work SET attempts = attempts + 1 WHERE attempts = 1",
            "a contact was not charged more attempts than were made",
            "UPDATE work SET attempts = attempts - 1 WHERE attempts = 2",
        ),
        (
            "UPDATE work SET attempts = 0 WHERE attempts = 1 AND code = 'CE01'",
            "a contact was charged every attempt that costs one",
            "UPDATE work SET attempts = 1 WHERE code = 'CE01'",
        ),
        (
            "UPDATE attempt SET bridged_at = answered_at - 1 WHERE id = 1",
            "the steps of an attempt are in order",
            "UPDATE attempt SET bridged_at = answered_at WHERE id = 1",
        ),
        (
            "INSERT INTO event (node, seq, at, kind, body) VALUES (1, 500, 0, 11, '{}')",
            "the journal has no gap",
            "SELECT 1",
        ),
    ];
    for (damage, invariant, mend) in damages {
        record.execute(damage).await.expect(damage);
        let found = record.store.verify().await.unwrap();
        assert!(
            found.iter().any(|p| p.invariant == invariant),
            "{invariant:?} did not find: {damage}; found {found:?}"
        );
        record.execute(mend).await.expect(mend);
        let left = record.store.verify().await.unwrap();
        let mended = left.is_empty() || mend == "SELECT 1";
        assert!(mended, "after {mend}: {left:?}");
    }
}

async fn a_call_without_intent_and_a_second_end_are_found(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let end = || closed(1, Outcome::Busy, Some(again(&items[0], 600, 1)));
    let events = vec![intended(1, &items[0]), placed(1), end(), end(), placed(9)];
    Writer::default().commit(store, 10, events).await;
    let found = store.verify().await.unwrap();
    let invariants: Vec<_> = found.iter().map(|p| p.invariant).collect();
    let expected = [
        "no call left before its intent was recorded",
        "a closed attempt closed once",
    ];
    assert_eq!(invariants, expected);
    assert_eq!(found[0].detail, "attempt 9");
}
