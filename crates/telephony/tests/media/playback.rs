//! What is made here: prompts, tones, silence.

use std::sync::Arc;
use std::time::Duration;

use telephony::media::{Codec, MediaEvent, Playback, Prompt, ToneKind};

use super::rig::Rig;

/// A prompt no packet of which is silence, and every packet of which is another.
fn counting_prompt(frames: u8) -> Arc<Prompt> {
    let codes: Vec<u8> = (0..frames).flat_map(|n| [n; 160]).collect();
    Arc::new(Prompt::from_g711(Codec::Pcma, &codes).expect("not empty"))
}

fn done(event: MediaEvent) -> Option<telephony::media::LegId> {
    match event {
        MediaEvent::PlaybackDone { leg } => Some(leg),
        _ => None,
    }
}

#[test]
fn a_prompt_is_played_whole_in_time_and_then_told() {
    let rig = Rig::new();
    let phone = rig.connected(Codec::Pcma);
    rig.pool
        .play(phone.leg(), Playback::Prompt(counting_prompt(50)), false);
    let heard = phone.hear_sound(50);
    assert_eq!(rig.expect(done), phone.leg());
    for (n, packet) in (0u8..).zip(&heard) {
        assert_eq!(packet.payload, [n; 160]);
        assert_eq!(
            packet.timestamp,
            heard[0].timestamp.wrapping_add(160 * u32::from(n))
        );
    }
    let took = heard[49].at - heard[0].at;
    assert!(
        took > Duration::from_millis(900),
        "played too fast: {took:?}"
    );
    assert!(
        took < Duration::from_millis(2_500),
        "played too slowly: {took:?}"
    );
    assert!(phone.is_silence(&phone.receive()), "silence follows");
}

#[test]
fn a_prompt_given_before_the_far_side_is_known_waits_for_it() {
    let rig = Rig::new();
    let handle = rig.pool.open("test").expect("ports");
    let phone = super::rig::Phone::new(handle, Codec::Pcma);
    rig.pool
        .play(phone.leg(), Playback::Prompt(counting_prompt(5)), false);
    let remote = telephony::media::Remote::new(phone.address(), Codec::Pcma);
    rig.pool.set_remote(phone.leg(), remote);
    let heard = phone.receive_many(5);
    assert!(
        (0u8..)
            .zip(&heard)
            .all(|(n, packet)| packet.payload == [n; 160])
    );
    assert_eq!(rig.expect(done), phone.leg());
}

#[test]
fn the_message_to_an_abandoned_caller_is_heard_in_mu_law_too() {
    let rig = Rig::new();
    let phone = rig.connected(Codec::Pcmu);
    let prompt = Arc::new(Prompt::abandon_es());
    rig.pool
        .play(phone.leg(), Playback::Prompt(Arc::clone(&prompt)), true);
    let heard = phone.receive_until(|heard| !phone.is_silence(heard));
    let first = heard.last().expect("one at least");
    assert!(
        prompt
            .bytes(Codec::Pcmu)
            .windows(160)
            .any(|part| part == first.payload)
    );
}

#[test]
fn a_tone_repeats_until_something_else_is_played() {
    let rig = Rig::new();
    let phone = rig.connected(Codec::Pcma);
    rig.pool
        .play(phone.leg(), Playback::Tone(ToneKind::Steady(620)), true);
    phone.expect_tone(620, 75);
    rig.pool.play(phone.leg(), Playback::Silence, true);
    phone.receive_until(|heard| phone.is_silence(heard));
    assert_eq!(rig.told().into_iter().find_map(done), None);
}

#[test]
fn on_a_bridged_leg_a_beep_is_heard_first_and_then_the_other_side() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    rig.pool
        .play(b.leg(), Playback::Tone(ToneKind::Beep), false);
    rig.settle();
    a.say(300, 5);
    b.expect_tone(1_000, 10);
    assert_eq!(rig.expect(done), b.leg());
    a.say(300, 5);
    b.expect_tone(300, 5);
}

#[test]
fn a_message_goes_on_when_the_other_side_of_the_bridge_is_closed() {
    let rig = Rig::new();
    let (a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    rig.pool
        .play(b.leg(), Playback::Prompt(counting_prompt(20)), false);
    b.hear_sound(2);
    rig.close(a.leg());
    let rest = b.receive_many(18);
    assert_eq!(rest[17].payload, [19; 160]);
    assert_eq!(rig.expect(done), b.leg());
}
