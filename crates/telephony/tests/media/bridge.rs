//! Two legs joined.

use std::time::{Duration, Instant};

use telephony::media::{Codec, LegId, MediaEvent};

use super::rig::{PATIENCE, Phone, Rig};

#[test]
fn a_tone_sent_by_each_side_is_heard_by_the_other() {
    let rig = Rig::new();
    let (mut a, mut b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    a.say(440, 25);
    b.expect_tone(440, 25);
    b.say(1_000, 25);
    a.expect_tone(1_000, 25);
}

#[test]
fn legs_of_different_threads_are_bridged_too() {
    let rig = Rig::with(|config| config.threads = 2);
    let (mut a, mut b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    assert_ne!(a.leg().0 % 2, b.leg().0 % 2);
    a.say(440, 10);
    b.expect_tone(440, 10);
    b.say(620, 10);
    a.expect_tone(620, 10);
}

#[test]
fn the_laws_are_translated_where_they_differ() {
    let rig = Rig::new();
    let (mut a, mut b) = rig.bridged(Codec::Pcma, Codec::Pcmu);
    a.say(700, 25);
    b.expect_tone(700, 25);
    assert_eq!(
        b.receive().payload_type,
        0,
        "the gap is filled in the listener's law"
    );
    b.say(900, 25);
    a.expect_tone(900, 25);
    assert_eq!(a.receive().payload_type, 8);
}

#[test]
fn the_listener_hears_one_continuous_stream_whoever_speaks() {
    let rig = Rig::new();
    let (mut a, b) = (rig.connected(Codec::Pcma), rig.connected(Codec::Pcma));
    let mut heard = b.receive_many(5);
    let bridged = |a: &mut Phone, b: &Phone| {
        rig.bridge(a, b);
        a.say(440, 5);
        b.receive_until(|packet| !b.is_silence(packet))
    };
    heard.extend(bridged(&mut a, &b));
    heard.extend(b.receive_many(4));
    rig.pool.unbridge(b.leg());
    heard.extend(b.receive_many(5));
    // Another caller, whose numbers have nothing to do with those before.
    let mut c = rig.connected(Codec::Pcma);
    (c.ssrc, c.sequence, c.timestamp) = (0xABCD, 20, 77);
    heard.extend(bridged(&mut c, &b));
    heard.extend(b.receive_many(4));
    for pair in heard.windows(2) {
        let [one, next] = pair else {
            unreachable!("windows of two")
        };
        assert_eq!(one.ssrc, next.ssrc);
        assert_eq!(one.sequence.wrapping_add(1), next.sequence);
        let step = next.timestamp.wrapping_sub(one.timestamp);
        assert!((160..8_000).contains(&step), "timestamps step by {step}");
    }
    assert!(
        heard.iter().filter(|packet| packet.marker).count() >= 3,
        "each change is marked"
    );
}

#[test]
fn a_packet_is_forwarded_on_arrival_and_not_on_a_tick() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    a.say(440, 1);
    b.hear_sound(1);
    let mut took: Vec<Duration> = (0..100)
        .map(|_| {
            let sent = Instant::now();
            a.say(440, 1);
            b.hear_sound(1)[0].at - sent
        })
        .collect();
    took.sort();
    assert!(took[50] < Duration::from_millis(5), "median {:?}", took[50]);
}

#[test]
fn a_leg_joined_anew_leaves_its_former_partner_in_silence() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let c = rig.connected(Codec::Pcma);
    rig.bridge(&a, &c);
    a.say(440, 10);
    c.expect_tone(440, 10);
    let rest = b.receive_many(10);
    assert!(rest.iter().all(|heard| b.is_silence(heard)));
}

#[test]
fn parted_legs_hear_silence_and_not_each_other() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    a.say(440, 3);
    b.hear_sound(3);
    rig.pool.unbridge(a.leg());
    rig.settle();
    rig.until(b.leg(), |stats| stats.packets_out > 8);
    a.say(440, 10);
    rig.until(a.leg(), |stats| stats.packets_in == 13);
    assert!(b.receive_many(10).iter().all(|heard| b.is_silence(heard)));
}

#[test]
fn a_bridged_leg_whose_other_side_says_nothing_is_kept_alive() {
    let rig = Rig::new();
    let (a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let heard = b.receive_many(30);
    assert!(heard.iter().all(|packet| b.is_silence(packet)));
    drop(a);
}

#[test]
fn a_far_side_on_hold_is_sent_nothing_and_comes_back() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let mut hold = telephony::media::Remote::new(b.address(), Codec::Pcma);
    hold.addr.set_ip([0, 0, 0, 0].into());
    rig.pool.set_remote(b.leg(), hold);
    rig.settle();
    a.say(440, 5);
    let sent = rig.until(a.leg(), |stats| stats.packets_in == 5);
    assert_eq!(sent.foreign_dropped, 0);
    let before = rig.pool.stats(b.leg()).expect("open").packets_out;
    a.say(440, 5);
    rig.until(a.leg(), |stats| stats.packets_in == 10);
    assert_eq!(rig.pool.stats(b.leg()).expect("open").packets_out, before);
    hold.addr = b.address();
    rig.pool.set_remote(b.leg(), hold);
    rig.settle();
    a.say(440, 5);
    b.expect_tone(440, 5);
}

#[test]
fn keys_are_told_once_and_passed_on_under_the_listeners_payload_type() {
    let rig = Rig::new();
    let mut a = rig.connected_by(Codec::Pcma, |remote| remote.telephone_event = Some(101));
    let b = rig.connected_by(Codec::Pcma, |remote| remote.telephone_event = Some(96));
    rig.bridge(&a, &b);
    for key in ['7', '#'] {
        a.press(key);
        let told = rig.expect(|event| match event {
            MediaEvent::Digit { leg, digit } => Some((leg, digit)),
            _ => None,
        });
        assert_eq!(told, (a.leg(), key));
        let mut events = b.receive_until(|heard| heard.payload_type == 96);
        events.drain(..events.len() - 1);
        events.extend(b.receive_many(5));
        assert!(
            events
                .iter()
                .all(|heard| heard.timestamp == events[0].timestamp)
        );
        assert_eq!(events[5].payload[1] & 0x80, 0x80, "the end is passed on");
        // The next key may not follow within 40 ms; a phone's gap is at least as long.
        b.receive_until(|heard| heard.at - events[0].at > Duration::from_millis(50));
    }
    assert_eq!(rig.close(a.leg()).digits, 2);
}

#[test]
fn a_listener_without_telephone_events_misses_no_packet() {
    let rig = Rig::new();
    let mut a = rig.connected_by(Codec::Pcma, |remote| remote.telephone_event = Some(101));
    let b = rig.connected(Codec::Pcma);
    rig.bridge(&a, &b);
    a.say(440, 2);
    let before = b.hear_sound(2);
    a.press('1');
    a.say(440, 2);
    let after = b.hear_sound(2);
    assert_eq!(before[1].sequence.wrapping_add(1), after[0].sequence);
    assert_eq!(after[0].payload_type, 8);
}

#[test]
fn commands_for_legs_that_are_not_there_are_harmless() {
    let rig = Rig::new();
    let mut a = rig.connected(Codec::Pcma);
    let nobody = LegId(4_711);
    rig.pool.bridge(a.leg(), nobody);
    rig.pool.bridge(a.leg(), a.leg());
    rig.pool.unbridge(nobody);
    rig.pool.close(nobody);
    assert_eq!(rig.pool.stats(nobody), None);
    a.say(440, 1);
    assert!(rig.until(a.leg(), |stats| stats.packets_in == 1).lost == 0);
    let deadline = Instant::now() + PATIENCE;
    assert!(a.receive().at < deadline);
}

/// The share of a frequency in what a phone hears of the next second.
fn share_heard(phone: &Phone, hertz: u16) -> f64 {
    let heard = phone.receive_many(50);
    let codes: Vec<u8> = heard.iter().flat_map(|h| h.payload.clone()).collect();
    media::tone::share_at(hertz, &media::g711::decode_all(Codec::Pcma, &codes))
}

/// Three phones that speak and hear for two seconds, each on a thread of its own.
fn three_speak(phones: [(Phone, u16); 3]) -> [(Phone, [f64; 3]); 3] {
    let tones = [phones[0].1, phones[1].1, phones[2].1];
    let threads = phones.map(|(mut phone, hertz)| {
        std::thread::spawn(move || {
            for _ in 0..100 {
                phone.say_frame(hertz);
                phone.receive();
            }
            let mut codes = Vec::new();
            for _ in 0..50 {
                phone.say_frame(hertz);
                codes.extend(phone.receive().payload);
            }
            let samples = media::g711::decode_all(Codec::Pcma, &codes);
            let shares = tones.map(|tone| media::tone::share_at(tone, &samples));
            (phone, shares)
        })
    });
    threads.map(|thread| thread.join().expect("it heard enough"))
}

#[test]
fn three_legs_on_two_threads_hear_each_other_and_two_go_on() {
    let rig = Rig::with(|config| config.threads = 2);
    let connect = || rig.connected(Codec::Pcma);
    let phones = [(connect(), 400), (connect(), 700), (connect(), 1_100)];
    let legs = phones.each_ref().map(|(phone, _)| phone.leg());
    rig.pool.mix(&legs);
    rig.settle();
    let heard = three_speak(phones);
    for (own, (_, shares)) in heard.iter().enumerate() {
        for (other, share) in shares.iter().enumerate() {
            if own == other {
                assert!(*share < 0.05, "{own} hears themselves: {shares:?}");
            } else {
                assert!(*share > 0.25, "{own} does not hear {other}: {shares:?}");
            }
        }
    }
    let [(mut one, _), (mut two, _), (three, _)] = heard;
    rig.bridge(&one, &two);
    // What was under way when they were bridged, and the 60 ms in which one sound becomes the other.
    one.say(500, 3);
    two.say(900, 3);
    one.receive_until(|heard| !one.is_silence(heard));
    two.receive_until(|heard| !two.is_silence(heard));
    rig.settle();
    one.drain();
    two.drain();
    one.say(500, 25);
    two.expect_tone(500, 25);
    assert!(share_heard(&three, 500) < 0.05, "who is left hears nothing");
    two.say(900, 25);
    one.expect_tone(900, 25);
}

#[test]
fn keys_sent_to_a_leg_arrive_as_events() {
    let rig = Rig::new();
    let phone = rig.connected_by(Codec::Pcma, |remote| remote.telephone_event = Some(101));
    rig.pool.press(phone.leg(), "4#");
    let mut keys = media::dtmf::KeyDetector::default();
    let mut heard = String::new();
    let packets = phone.receive_until(|packet| {
        packet.payload_type == 101 && packet.payload[0] == 11 && packet.payload[1] & 0x80 != 0
    });
    for packet in packets.iter().filter(|packet| packet.payload_type == 101) {
        heard.extend(keys.hear(packet.at, packet.timestamp, &packet.payload));
    }
    assert_eq!(heard, "4#");
}
