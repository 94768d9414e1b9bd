//! What a recording holds: both sides where they were said, pauses, legs that change.

use std::time::Instant;

use domain::AttemptId;
use media::{LegId, Side};

use crate::rig::{MS, Rig, Speaker, is_silent, is_tone, ms, now, sides, wait_until};

const CALL: AttemptId = AttemptId::new(41);
const CUSTOMER: LegId = LegId(1);
const AGENT: LegId = LegId(2);

#[test]
fn a_call_is_heard_again_as_it_was_said_with_its_pause_in_place() {
    let mut rig = Rig::new();
    let frames = rig.recorder.frames();
    let began = Instant::now();
    rig.recorder.begin(CALL, began, now());
    rig.recorder.seat(CALL, CUSTOMER, Side::Customer);
    rig.recorder.seat(CALL, AGENT, Side::Agent);
    let (mut customer, mut agent) = (Speaker::new(CUSTOMER, 440), Speaker::new(AGENT, 1_000));
    wait_until(began + 60 * MS);
    for packet in 0..120 {
        let at = began + (100 + 20 * packet) * MS;
        wait_until(at);
        match packet {
            50 => rig.recorder.pause(CALL, at),
            80 => rig.recorder.resume(CALL, at),
            _ => {}
        }
        customer.says(at, &frames);
        if packet < 100 {
            agent.says(at, &frames);
        }
    }
    let end = began + 2_500 * MS;
    wait_until(end);
    rig.recorder.end(CALL, end);
    let outcome = rig.outcome();
    assert_eq!(
        (outcome.attempt, outcome.pairs, outcome.early),
        (CALL, 20_000, None)
    );
    let spooled = rig.opened(CALL);
    assert!(spooled.is_finished());
    assert_eq!(spooled.head().began, now());
    let (left, right) = sides(&spooled);
    assert!(is_silent(ms(&left, 0..100)) && is_silent(ms(&right, 0..100)));
    assert!(is_tone(ms(&left, 100..1_100), 440) && is_tone(ms(&right, 100..1_100), 1_000));
    assert!(is_silent(ms(&left, 1_110..1_690)) && is_silent(ms(&right, 1_110..1_690)));
    assert!(is_tone(ms(&left, 1_700..2_500), 440) && is_tone(ms(&right, 1_700..2_100), 1_000));
    assert!(is_silent(ms(&right, 2_110..2_500)));
    assert_eq!(spooled.lost_seconds().expect("readable"), 0);
}

#[test]
fn who_joins_later_is_heard_on_the_right_and_strangers_are_not() {
    let mut rig = Rig::new();
    let frames = rig.recorder.frames();
    let began = Instant::now();
    rig.recorder.begin(CALL, began, now());
    rig.recorder.seat(CALL, AGENT, Side::Agent);
    let (mut agent, mut third) = (Speaker::new(AGENT, 400), Speaker::new(LegId(3), 1_200));
    let mut stranger = Speaker::new(LegId(9), 700);
    wait_until(began + 60 * MS);
    for packet in 0..30 {
        let at = began + (100 + 20 * packet) * MS;
        wait_until(at);
        if packet == 15 {
            rig.recorder.leave(CALL, AGENT);
            rig.recorder.seat(CALL, LegId(3), Side::Agent);
        }
        agent.says(at, &frames);
        third.says(at, &frames);
        stranger.says(at, &frames);
    }
    rig.recorder.end(CALL, began + 700 * MS);
    assert_eq!(rig.outcome().pairs, 5_600);
    let (left, right) = sides(&rig.opened(CALL));
    assert!(is_silent(&left));
    assert!(is_tone(ms(&right, 100..380), 400));
    assert!(is_tone(ms(&right, 430..690), 1_200));
}

#[test]
fn everything_comes_to_its_end_when_the_recorder_stops() {
    let mut rig = Rig::new();
    let calls = (1..=20).map(AttemptId::new);
    for attempt in calls.clone() {
        rig.recorder.begin(attempt, Instant::now(), now());
    }
    rig.recorder.clone().stop();
    for attempt in calls {
        assert_eq!(rig.outcome().early, None);
        assert!(rig.opened(attempt).is_finished());
    }
    assert_eq!(
        (
            rig.recorder.counters().open(),
            rig.recorder.counters().finished()
        ),
        (0, 20)
    );
}

#[test]
fn a_call_that_ends_at_once_has_a_recording_of_nothing() {
    let mut rig = Rig::new();
    let at = Instant::now();
    rig.recorder.begin(CALL, at, now());
    rig.recorder.end(CALL, at);
    // Of a call that nobody records nothing is said.
    rig.recorder.end(AttemptId::new(9), at);
    assert_eq!(rig.outcome().pairs, 0);
    assert!(rig.opened(CALL).is_finished());
}
