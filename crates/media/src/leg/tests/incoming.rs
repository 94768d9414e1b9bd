//! Who is heard, and what is counted.

use proptest::prelude::*;

use super::*;
use crate::LegStats;

fn figures(half: &Incoming) -> LegStats {
    let mut stats = LegStats::default();
    half.add_to(&mut stats);
    stats
}

#[test]
fn the_address_of_the_sdp_is_preferred_while_learning() {
    let (mut half, now) = ear(LearnMode::Nat);
    let stray = address("203.0.113.5:9000");
    assert!(!is_audio(&half.receive(now, stray, &datagram(1, 1, 0))));
    let named = datagram(2, 1, 0);
    let judged = half.receive(now, peer(), &named);
    assert_eq!((is_audio(&judged), judged.learned), (true, Some(peer())));
    assert!(!is_audio(&half.receive(now, stray, &datagram(1, 2, 160))));
    assert_eq!(figures(&half).foreign_dropped, 1);
}

#[test]
fn a_source_that_is_not_named_must_show_two_packets_in_a_row() {
    let (mut half, now) = ear(LearnMode::Nat);
    let (one, two) = (address("203.0.113.5:9000"), address("203.0.113.6:9000"));
    for sequence in [1, 5, 9] {
        assert!(!is_audio(&half.receive(
            now,
            one,
            &datagram(1, sequence, 0)
        )));
        assert!(!is_audio(&half.receive(
            now,
            two,
            &datagram(2, sequence, 0)
        )));
    }
    assert!(!is_audio(&half.receive(now, two, &datagram(2, 20, 0))));
    let second = datagram(2, 21, 160);
    let judged = half.receive(now, two, &second);
    assert_eq!(
        (is_audio(&judged), judged.first, judged.learned),
        (true, true, Some(two))
    );
}

#[test]
fn a_second_stream_under_a_learned_address_is_heard_once_the_first_has_ended() {
    let (mut half, start) = ear(LearnMode::Nat);
    let heard = |half: &mut Incoming, at: u64, ssrc, sequence| {
        is_audio(&half.receive(start + ms(at), peer(), &datagram(ssrc, sequence, 0)))
    };
    assert!(heard(&mut half, 0, 1, 1));
    for n in 1..50u16 {
        let at = u64::from(n) * 20;
        assert!(!heard(&mut half, at - 5, 2, n), "an injected packet");
        assert!(heard(&mut half, at, 1, n + 1), "the phone's next");
    }
    assert_eq!(figures(&half).foreign_dropped, 49);
    assert_eq!(figures(&half).lost, 0);
    assert!(heard(&mut half, 980 + 250, 2, 50), "the phone began anew");
    half.set_remote(
        start,
        Remote {
            learn: LearnMode::Nat,
            ..Remote::new(peer(), Codec::Pcma)
        },
    );
    assert!(heard(&mut half, 1_240, 3, 1), "signalling was heard");
}

#[test]
fn a_carrier_changes_streams_without_a_pause() {
    let (mut half, now) = ear(LearnMode::Sdp);
    for ssrc in 1..5 {
        assert!(is_audio(&half.receive(now, peer(), &datagram(ssrc, 1, 0))));
    }
}

#[test]
fn a_new_address_in_the_signalling_is_learned_anew_and_hold_forgets_nothing() {
    let (mut half, now) = ear(LearnMode::Sdp);
    let remote = Remote::new(peer(), Codec::Pcma);
    half.set_remote(
        now,
        Remote {
            addr: address("0.0.0.0:0"),
            ..remote
        },
    );
    half.set_remote(now, remote);
    assert!(is_audio(&half.receive(now, peer(), &datagram(1, 1, 0))));
    let moved = address("198.51.100.8:5000");
    half.set_remote(
        now,
        Remote {
            addr: moved,
            ..remote
        },
    );
    assert!(!is_audio(&half.receive(now, peer(), &datagram(1, 2, 160))));
    assert!(is_audio(&half.receive(now, moved, &datagram(1, 3, 320))));
}

#[test]
fn an_ipv4_peer_seen_through_an_ipv6_socket_is_the_same_peer() {
    let (mut half, now) = ear(LearnMode::Sdp);
    let mapped = address("[::ffff:198.51.100.7]:4000");
    assert!(is_audio(&half.receive(now, mapped, &datagram(1, 1, 0))));
}

#[test]
fn jitter_is_what_the_packets_are_late_or_early() {
    let (mut half, start) = ear(LearnMode::Sdp);
    for n in 0..400u16 {
        let late = if n % 2 == 0 { 0 } else { 8 };
        let now = start + ms(u64::from(n) * 20 + late);
        half.receive(now, peer(), &datagram(1, n, u32::from(n) * 160));
    }
    let jitter = figures(&half).jitter_ms;
    assert!((7.5..8.5).contains(&jitter), "{jitter} ms");
}

#[test]
fn a_restart_far_away_is_believed_at_its_second_packet() {
    let (mut half, now) = ear(LearnMode::Sdp);
    let heard = [
        (1, true),
        (2, true),
        (30_000, false),
        (30_001, true),
        (30_002, true),
    ];
    for (sequence, expected) in heard {
        let datagram = datagram(1, sequence, 0);
        assert_eq!(
            is_audio(&half.receive(now, peer(), &datagram)),
            expected,
            "{sequence}"
        );
    }
    assert_eq!(figures(&half).lost, 0);
}

#[test]
fn loss_is_counted_across_wraps_and_streams() {
    let (mut half, now) = ear(LearnMode::Sdp);
    for sequence in [65_534, 65_535, 1, 2] {
        half.receive(now, peer(), &datagram(1, sequence, 0));
    }
    for sequence in [500, 503] {
        half.receive(now, peer(), &datagram(2, sequence, 0));
    }
    let stats = figures(&half);
    assert_eq!(
        (stats.lost, stats.ssrc_changes, stats.packets_in),
        (3, 1, 6)
    );
}

#[test]
fn a_peer_on_hold_is_not_silent() {
    let (mut half, start) = ear(LearnMode::Sdp);
    let limit = ms(1_000);
    assert_eq!(half.silence_due(limit), Some(start + limit));
    let remote = Remote::new(peer(), Codec::Pcma);
    half.set_remote(
        start,
        Remote {
            addr: address("0.0.0.0:4000"),
            ..remote
        },
    );
    assert_eq!(half.silence(start + ms(9_000), limit), None);
    half.set_remote(start + ms(9_000), remote);
    assert_eq!(half.silence(start + ms(9_900), limit), None);
    assert_eq!(half.silence(start + ms(10_100), limit), Some(ms(1_100)));
    assert_eq!(half.silence(start + ms(10_200), limit), None, "told once");
}

#[test]
fn silence_before_an_answer_does_not_hide_that_after_it() {
    let (mut half, start) = ear(LearnMode::Sdp);
    let limit = ms(1_000);
    assert!(half.silence(start + ms(1_500), limit).is_some());
    half.restart_silence(start + ms(2_000));
    assert_eq!(half.silence_due(limit), Some(start + ms(3_000)));
    assert_eq!(half.silence(start + ms(2_900), limit), None);
    assert!(half.silence(start + ms(3_000), limit).is_some());
}

proptest! {
    #[test]
    fn no_datagram_panics_and_each_is_counted(
        datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..40)
    ) {
        let (mut half, now) = ear(LearnMode::Nat);
        for bytes in &datagrams {
            half.receive(now, peer(), bytes);
        }
        let stats = figures(&half);
        let counted = stats.packets_in + stats.malformed + stats.unsupported + stats.duplicates;
        prop_assert!(counted <= datagrams.len() as u64);
    }
}
