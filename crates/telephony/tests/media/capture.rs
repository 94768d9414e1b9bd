//! Packets copied for a capture: all of them while there is room, none of a call lost where there is not,
//! and nothing in them that may not be shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use domain::AttemptId;
use media::dtmf::Event;
use media::rtp::{self, Datagram, Packet};
use media::srtp::{Keys, MasterKey, Protect, Suite, Unprotect};
use media::{Side, g711};
use telephony::media::{Capturing, Codec, Copied, Copier, Copies};

use super::rig::{PATIENCE, Phone, Rig};

const ROOM: usize = 4_096;

/// A capture of the legs of two phones.
struct Capture {
    copies: Copies,
    hushed: Arc<AtomicBool>,
    seen: Vec<Copied>,
}

impl Capture {
    fn of(rig: &Rig, phones: [&Phone; 2], (room, clear, keys): (usize, bool, bool)) -> Capture {
        let (capturing, copies) = Capturing::with_room(room, clear, keys);
        let hushed = Arc::<AtomicBool>::default();
        for (phone, side) in phones.into_iter().zip([Side::Customer, Side::Agent]) {
            let copier = Copier {
                capturing: capturing.clone(),
                number: 1,
                attempt: AttemptId::new(7),
                side,
                local: phone.handle.local,
                hushed: Arc::clone(&hushed),
            };
            rig.pool.capture(phone.leg(), copier);
        }
        Capture {
            copies,
            hushed,
            seen: Vec::new(),
        }
    }

    fn of_all(rig: &Rig, phones: [&Phone; 2]) -> Capture {
        Capture::of(rig, phones, (ROOM, false, false))
    }

    /// Packets of audio that are no silence, or keys, of this direction on that side.
    fn heard(&mut self, ours: bool, side: Side) -> Vec<&Copied> {
        self.seen.extend(std::iter::from_fn(|| self.copies.next()));
        let of = self.seen.iter();
        of.filter(|copied| copied.ours == ours && copied.side == side)
            .filter(|copied| !is_silence(&copied.bytes))
            .collect()
    }

    /// Until so many of a side were copied without their sound.
    fn until_silent(&mut self, count: usize, ours: bool, side: Side) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.heard(ours, side);
            let silent = self.seen.iter().filter(|it| {
                (it.ours, it.side, it.hidden) == (ours, side, true) && is_silence(&it.bytes)
            });
            let silent = silent.count();
            if silent >= count {
                return;
            }
            assert!(Instant::now() < deadline, "{silent} of {count}");
            std::thread::yield_now();
        }
    }

    fn until(&mut self, count: usize, ours: bool, side: Side) -> Vec<Copied> {
        let deadline = Instant::now() + PATIENCE;
        while self.heard(ours, side).len() < count {
            assert!(
                Instant::now() < deadline,
                "{} of {count}",
                self.heard(ours, side).len()
            );
            std::thread::yield_now();
        }
        self.heard(ours, side).into_iter().cloned().collect()
    }
}

fn is_silence(bytes: &[u8]) -> bool {
    let silence = Codec::Pcma.silence();
    bytes.len() > 12 && bytes[12..].iter().all(|code| *code == silence)
}

fn packet(copied: &Copied) -> Packet<'_> {
    match rtp::read(&copied.bytes) {
        Datagram::Rtp(packet) => packet,
        other => panic!("no RTP: {other:?}"),
    }
}

#[test]
fn each_packet_is_copied_as_it_came_and_as_it_left() {
    let rig = Rig::with(|config| config.threads = 2);
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let mut capture = Capture::of_all(&rig, [&a, &b]);
    a.say(440, 50);
    let heard = b.hear_sound(50);
    let came = capture.until(50, false, Side::Customer);
    let left = capture.until(50, true, Side::Agent);
    assert_eq!((came.len(), left.len()), (50, 50));
    for ((came, left), heard) in came.iter().zip(&left).zip(&heard) {
        assert_eq!((came.local, came.remote), (a.handle.local, a.address()));
        assert_eq!((left.local, left.remote), (b.handle.local, b.address()));
        assert!(!came.sealed && !came.hidden && came.leg == a.leg());
        let (came, left) = (packet(came), packet(left));
        assert_eq!(came.ssrc, a.ssrc);
        assert_eq!((left.ssrc, left.sequence), (heard.ssrc, heard.sequence));
        assert_eq!(
            (came.payload, left.payload),
            (&heard.payload[..], &heard.payload[..])
        );
    }
}

#[test]
fn a_capture_that_nobody_reads_costs_no_packet_of_the_call() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let room = 8;
    let capture = Capture::of(&rig, [&a, &b], (room, false, false));
    let mut heard = 0;
    for _ in 0..20 {
        a.say(440, 25);
        let sound = b.receive_many(25);
        heard += sound.iter().filter(|it| !b.is_silence(it)).count();
    }
    assert_eq!(heard, 500);
    let stats = rig.pool.stats(b.leg()).expect("open");
    assert_eq!(stats.send_errors, 0);
    let kept = std::iter::from_fn(|| capture.copies.next()).count();
    assert_eq!(kept, room);
    assert!(
        capture.copies.dropped() >= 1_000 - room as u64,
        "{}",
        capture.copies.dropped()
    );

    // One that is gone is not copied for any more.
    let Capture { copies, .. } = capture;
    drop(copies);
    a.say(440, 25);
    b.hear_sound(25);
}

#[test]
fn what_is_keyed_is_never_copied_and_nothing_said_while_the_recording_pauses() {
    let rig = Rig::new();
    let mut a = rig.connected_by(Codec::Pcma, |remote| remote.telephone_event = Some(101));
    let b = rig.connected_by(Codec::Pcma, |remote| remote.telephone_event = Some(96));
    rig.bridge(&a, &b);
    let mut capture = Capture::of_all(&rig, [&a, &b]);
    a.press('4');
    b.receive_until(|heard| heard.payload_type == 96);
    for (ours, side) in [(false, Side::Customer), (true, Side::Agent)] {
        let keys = capture.until(6, ours, side);
        assert_eq!(keys.len(), 6);
        for key in &keys {
            assert!(key.hidden);
            assert_eq!(Event::parse(packet(key).payload), None, "which key it was");
        }
    }
    capture.hushed.store(true, Ordering::Relaxed);
    a.say(440, 10);
    b.hear_sound(10);
    // A packet is copied after it was sent on: the last one is, before the pause ends.
    capture.until_silent(10, false, Side::Customer);
    capture.hushed.store(false, Ordering::Relaxed);
    a.say(440, 10);
    b.hear_sound(10);
    let came = capture.until(16, false, Side::Customer);
    assert_eq!(came.len(), 6 + 10, "sound of after the pause");
    let hidden = capture
        .seen
        .iter()
        .filter(|it| it.hidden && is_silence(&it.bytes));
    assert!(hidden.count() >= 20, "there, without their sound");
}

#[test]
fn keys_are_shown_to_who_may_see_them() {
    let rig = Rig::new();
    let mut a = rig.connected_by(Codec::Pcma, |remote| remote.telephone_event = Some(101));
    let b = rig.connected(Codec::Pcma);
    let mut capture = Capture::of(&rig, [&a, &b], (ROOM, false, true));
    a.press('4');
    let came = capture.until(6, false, Side::Customer);
    let key = Event::parse(packet(&came[0]).payload).expect("a key");
    assert_eq!(key.key, '4');
    capture.hushed.store(true, Ordering::Relaxed);
    a.press('5');
    let came = capture.until(12, false, Side::Customer);
    assert_eq!(Event::parse(packet(&came[6]).payload), None, "card data");
}

fn keys() -> Keys {
    let key = |byte: u8| {
        MasterKey::new(Suite::AesCm128HmacSha1Tag80, &[byte; 30]).expect("as long as it must be")
    };
    Keys {
        ours: key(1),
        theirs: key(2),
    }
}

/// A frame of a protected phone.
fn sealed(phone: &mut Phone, protect: &mut Protect) -> Vec<u8> {
    let mut buffer = [0; 400];
    let packet = Packet {
        payload_type: 8,
        marker: false,
        sequence: phone.sequence,
        timestamp: phone.timestamp,
        ssrc: phone.ssrc,
        payload: &[g711::encode(Codec::Pcma, 4_000); 160],
    };
    let length = rtp::write(&packet, &mut buffer).expect("it fits");
    phone.sequence = phone.sequence.wrapping_add(1);
    phone.timestamp = phone.timestamp.wrapping_add(160);
    let length = protect.rtp(&mut buffer, length).expect("it fits");
    buffer[..length].to_vec()
}

#[test]
fn a_protected_leg_is_copied_as_it_is_on_the_wire_or_opened_if_asked_for() {
    let rig = Rig::new();
    let mut a = rig.connected_by(Codec::Pcma, |remote| remote.keys = Some(keys()));
    let mut b = rig.connected(Codec::Pcma);
    a.sequence = 1;
    rig.bridge(&a, &b);
    let mut wire = Capture::of_all(&rig, [&a, &b]);
    let mut clear = Capture::of(&rig, [&a, &b], (ROOM, true, false));
    let mut protect = Protect::new(&keys().theirs);
    for _ in 0..10 {
        let frame = sealed(&mut a, &mut protect);
        a.send_raw(&frame);
    }
    b.hear_sound(10);
    b.say(440, 10);
    let voice = [g711::encode(Codec::Pcma, 4_000); 160];

    let came = wire.until(10, false, Side::Customer);
    let opened = clear.until(10, false, Side::Customer);
    assert_eq!((came.len(), opened.len()), (10, 10));
    let mut unprotect = Unprotect::new(&keys().theirs);
    for (came, opened) in came.iter().zip(&opened) {
        assert!(came.sealed && !opened.sealed);
        assert_eq!(packet(opened).payload, voice);
        assert_ne!(packet(came).payload[..160], voice);
        let mut bytes = came.bytes.clone();
        let length = unprotect.rtp(&mut bytes).expect("as it was protected");
        assert_eq!(bytes[..length], opened.bytes);
    }
    // What leaves to it likewise.
    let of_b = clear.until(10, false, Side::Agent);
    let said = clear.until(10, true, Side::Customer);
    for (of_b, said) in of_b.iter().zip(&said) {
        assert_eq!(packet(of_b).payload, packet(said).payload);
    }
    let left = wire.until(10, true, Side::Customer);
    assert!(left.iter().all(|left| left.sealed));

    // Hidden, a protected packet opens no more.
    wire.hushed.store(true, Ordering::Relaxed);
    let frame = sealed(&mut a, &mut protect);
    a.send_raw(&frame);
    b.hear_sound(1);
    let came = wire.until(11, false, Side::Customer);
    assert!(came[10].hidden);
    let mut bytes = came[10].bytes.clone();
    assert!(unprotect.rtp(&mut bytes).is_err());
}
