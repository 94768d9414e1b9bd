//! Who may be heard, and what strangers and broken peers can do: nothing.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use telephony::media::{Codec, LearnMode, MediaEvent, Remote};

use super::rig::{Phone, Rig};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[test]
fn a_strict_leg_hears_the_address_of_the_sdp_and_nobody_else() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let mut stranger = Phone::new(a.handle, Codec::Pcma);
    stranger.say(900, 10);
    let stats = rig.until(a.leg(), |stats| stats.foreign_dropped == 10);
    assert_eq!(stats.packets_in, 0);
    a.say(440, 5);
    b.expect_tone(440, 5);
}

#[test]
fn a_phone_behind_a_nat_is_learned_answered_there_and_locked() {
    for learn in [LearnMode::Nat, LearnMode::NatFrom(HERE)] {
        let rig = Rig::new();
        let b = rig.connected(Codec::Pcma);
        // The SDP names a private address nobody answers at; the packets come from elsewhere.
        let mut a = Phone::new(rig.pool.open("test").expect("ports"), Codec::Pcma);
        let named = Phone::new(a.handle, Codec::Pcma).address();
        let remote = Remote {
            learn,
            ..Remote::new(named, Codec::Pcma)
        };
        rig.pool.set_remote(a.leg(), remote);
        rig.bridge(&a, &b);
        a.say(440, 5);
        assert_eq!(
            a.receive().from,
            a.handle.local,
            "answered where it speaks from"
        );
        b.expect_tone(440, 4);
        let mut stranger = Phone::new(a.handle, Codec::Pcma);
        stranger.say(900, 10);
        rig.until(a.leg(), |stats| stats.foreign_dropped == 10);
        // A re-INVITE that says the same keeps what was learned.
        rig.pool.set_remote(a.leg(), remote);
        rig.settle();
        a.say(440, 5);
        rig.until(a.leg(), |stats| stats.packets_in == 9);
    }
}

#[test]
fn a_host_that_did_not_register_is_never_learned() {
    let rig = Rig::new();
    let mut a = Phone::new(rig.pool.open("test").expect("ports"), Codec::Pcma);
    let elsewhere = LearnMode::NatFrom(IpAddr::from([192, 0, 2, 9]));
    let remote = Remote::new("192.0.2.9:4000".parse().expect("an address"), Codec::Pcma);
    rig.pool.set_remote(
        a.leg(),
        Remote {
            learn: elsewhere,
            ..remote
        },
    );
    rig.settle();
    a.say(440, 10);
    let stats = rig.until(a.leg(), |stats| stats.foreign_dropped == 10);
    assert_eq!(stats.packets_in, 0);
}

#[test]
fn what_comes_before_signalling_is_dropped_and_counted() {
    let rig = Rig::new();
    let mut a = Phone::new(rig.pool.open("test").expect("ports"), Codec::Pcma);
    a.say(440, 3);
    rig.until(a.leg(), |stats| stats.early_dropped == 3);
}

#[test]
fn garbage_is_counted_and_the_call_goes_on() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let mut garbage: Vec<Vec<u8>> = vec![vec![], vec![0x80], vec![0xFF; 11], vec![0; 1_400]];
    garbage.push(vec![0xBF; 12]);
    garbage.push(b"INVITE sip:a@b SIP/2.0\r\n\r\n".to_vec());
    garbage.push([vec![0x90, 8], vec![0xFF; 30]].concat());
    garbage.iter().for_each(|bytes| a.send_raw(bytes));
    a.send_payload(111, false, &[1; 60]);
    a.send_payload(8, false, &[]);
    a.say(440, 5);
    b.expect_tone(440, 5);
    let stats = rig.close(a.leg());
    assert_eq!(stats.malformed, garbage.len() as u64);
    assert_eq!(stats.unsupported, 2);
    assert_eq!(stats.packets_in, 5);
    assert_eq!(stats.lost, 0);
}

#[test]
fn a_flood_on_one_leg_does_not_hold_up_another_call() {
    let rig = Rig::new();
    let victim = rig.connected(Codec::Pcma);
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let flooded = AtomicBool::new(true);
    let mut took = std::thread::scope(|scope| {
        scope.spawn(|| {
            let stranger = Phone::new(victim.handle, Codec::Pcma);
            while flooded.load(Ordering::Relaxed) {
                stranger.send_raw(&[0xFF; 172]);
            }
        });
        rig.until(victim.leg(), |stats| stats.malformed > 10_000);
        let took: Vec<Duration> = (0..50)
            .map(|_| {
                let sent = Instant::now();
                a.say(440, 1);
                b.hear_sound(1)[0].at - sent
            })
            .collect();
        flooded.store(false, Ordering::Relaxed);
        took
    });
    took.sort();
    assert!(
        took[25] < Duration::from_millis(20),
        "median {:?}",
        took[25]
    );
}

#[test]
fn the_first_packet_is_told_once() {
    let rig = Rig::new();
    let mut a = rig.connected(Codec::Pcma);
    a.say(440, 5);
    a.ssrc += 1;
    a.say(440, 5);
    let stats = rig.until(a.leg(), |stats| stats.packets_in == 10);
    assert_eq!(stats.ssrc_changes, 1);
    rig.expect(|event| matches!(event, MediaEvent::FirstPacket { .. }).then_some(()));
    rig.pool.close(a.leg());
    let next = rig.expect(Some);
    assert!(matches!(next, MediaEvent::Closed { .. }), "{next:?}");
}

#[test]
fn silence_is_told_once_and_its_end_too() {
    let rig = Rig::with(|config| config.silence_timeout = Duration::from_millis(150));
    let mut a = rig.connected(Codec::Pcma);
    let silent = |event| match event {
        MediaEvent::Silent { leg, for_ } => Some((leg, for_)),
        _ => None,
    };
    let (leg, for_) = rig.expect(silent);
    assert_eq!(leg, a.leg());
    assert!(for_ >= Duration::from_millis(150));
    a.say(440, 1);
    rig.expect(|event| matches!(event, MediaEvent::Resumed { .. }).then_some(()));
    assert_eq!(rig.expect(silent).0, a.leg(), "watched again");
}

#[test]
fn loss_reordering_and_duplicates_are_counted() {
    let rig = Rig::new();
    let mut a = rig.connected(Codec::Pcma);
    a.sequence = 100;
    for sequence in [100, 101, 104, 103, 103, 106] {
        a.sequence = sequence;
        a.say(440, 1);
    }
    let stats = rig.until(a.leg(), |stats| stats.packets_in == 5);
    assert_eq!(
        (stats.lost, stats.out_of_order, stats.duplicates),
        (2, 1, 1)
    );
}
