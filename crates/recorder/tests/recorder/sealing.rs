//! Who can hear a recording: nobody without the master key, and nobody one that was changed.

use std::fs;
use std::time::Instant;

use domain::AttemptId;
use media::{LegId, Side};
use recorder::{MasterKeys, RecordingError, Spooled};

use crate::rig::{CODEC, MS, Rig, Speaker, now, wait_until};

const CALL: AttemptId = AttemptId::new(5);

/// A recording of some three seconds.
fn recorded() -> Rig {
    let mut rig = Rig::new();
    let frames = rig.recorder.frames();
    let began = Instant::now();
    rig.recorder.begin(CALL, began, now());
    rig.recorder.seat(CALL, LegId(1), Side::Customer);
    let mut customer = Speaker::new(LegId(1), 440);
    wait_until(began + 40 * MS);
    for packet in 2..150 {
        let at = began + 20 * packet * MS;
        wait_until(at);
        customer.says(at, &frames);
    }
    rig.recorder.end(CALL, began + 3_000 * MS);
    assert_eq!(rig.outcome().pairs, 24_000);
    rig
}

#[test]
fn no_sound_lies_on_the_disk_and_another_key_opens_nothing() {
    let rig = recorded();
    let mut tone = Vec::new();
    for n in 0..32 {
        let sample = media::ToneKind::Steady(440).sample(n);
        tone.extend([media::g711::encode(CODEC, sample), CODEC.silence()]);
    }
    for entry in fs::read_dir(rig.folder.path().join("spool")).expect("ours") {
        let bytes = fs::read(entry.expect("ours").path()).expect("ours");
        assert!(!bytes.windows(16).any(|part| part == &tone[..16]));
        assert!(!bytes.windows(64).any(|part| part == [CODEC.silence(); 64]));
    }
    let (others, _) = MasterKeys::load_or_make(&rig.folder.path().join("other")).expect("made");
    let refused = Spooled::open(&rig.path(CALL), &others).expect_err("another key");
    assert!(matches!(refused, RecordingError::OtherKey(_)));
}

#[test]
fn a_changed_second_is_refused_and_the_others_are_heard() {
    let rig = recorded();
    let whole = fs::read(rig.path(CALL)).expect("ours");
    let mut changed = whole.clone();
    let in_second_one = whole.len() - 2 * 16_020 + 5_000;
    changed[in_second_one] ^= 1;
    fs::write(rig.path(CALL), &changed).expect("ours");
    let spooled = rig.opened(CALL);
    assert_eq!(spooled.read(0..16_000).expect("as written").len(), 16_000);
    let refused = spooled.read(15_000..17_000).expect_err("changed");
    assert_eq!(
        refused.to_string(),
        "second 1 was changed after it was written, or is of another recording; it is not played"
    );
    // Seconds that changed places, and a head that says something else.
    let mut swapped = whole.clone();
    let at = whole.len() - 3 * 16_020;
    swapped[at..at + 2 * 16_020].rotate_left(16_020);
    fs::write(rig.path(CALL), &swapped).expect("ours");
    assert!(rig.opened(CALL).read(0..100).is_err());
    let mut redated = whole.clone();
    redated[24] ^= 1;
    fs::write(rig.path(CALL), &redated).expect("ours");
    assert!(Spooled::open(&rig.path(CALL), &rig.keys).is_err());
    // One that was cut off says that it has no end.
    fs::write(rig.path(CALL), &whole[..whole.len() - 16_020]).expect("ours");
    assert!(!rig.opened(CALL).is_finished());
}
