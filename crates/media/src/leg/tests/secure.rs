//! Legs whose packets are protected (RFC 3711).

use super::*;
use crate::LegStats;
use crate::rtcp::NtpClock;
use crate::srtp::{Keys, MasterKey, Suite};

fn keys() -> Keys {
    let key =
        |bytes: [u8; 30]| MasterKey::new(Suite::AesCm128HmacSha1Tag80, &bytes).expect("as long");
    Keys {
        ours: key([1; 30]),
        theirs: key([2; 30]),
    }
}

/// The other side of `remote`.
fn turned(remote: Remote) -> Remote {
    let keys = remote.keys.map(|keys| Keys {
        ours: keys.theirs,
        theirs: keys.ours,
    });
    Remote { keys, ..remote }
}

/// A leg of ours that speaks, and what its peer hears with.
fn pair() -> (Outgoing, Incoming, Instant) {
    let now = Instant::now();
    let remote = Remote {
        keys: Some(keys()),
        ..Remote::new(peer(), Codec::Pcma)
    };
    let (mut mouth, mut ear) = (Outgoing::new(1), Incoming::new());
    mouth.set_remote(now, remote);
    ear.set_remote(now, turned(remote));
    (mouth, ear, now)
}

fn frame(mouth: &mut Outgoing, now: Instant) -> Vec<u8> {
    let mut buffer = [0; 400];
    let length = mouth.tick(now, &mut buffer).packet.expect("it is due");
    buffer[..length].to_vec()
}

#[test]
fn what_a_protected_leg_says_only_the_other_with_its_key_hears() {
    let (mut mouth, mut ear, now) = pair();
    for n in 0..10 {
        let now = now + ms(20 * n);
        let mut packet = frame(&mut mouth, now);
        let opened = ear.open(&mut packet).expect("its key");
        assert!(is_audio(&ear.receive(now, peer(), opened)));
    }
    let mut plain = datagram(1, 20, 0);
    assert_eq!(ear.open(&mut plain), None, "in clear");
    let mut again = frame(&mut mouth, now + ms(200));
    let mut copy = again.clone();
    assert!(ear.open(&mut again).is_some());
    assert_eq!(ear.open(&mut copy), None, "a second time");
    let mut stats = LegStats::default();
    ear.add_to(&mut stats);
    assert_eq!((stats.packets_in, stats.unauthentic), (10, 2));
}

#[test]
fn who_is_proven_by_their_keys_is_heard_from_wherever_they_speak() {
    let (mut mouth, mut ear, now) = pair();
    let far_away = address("203.0.113.80:9");
    let mut packet = frame(&mut mouth, now);
    let opened = ear.open(&mut packet).expect("its key");
    assert!(!is_audio(&ear.receive(now, far_away, opened)));
    let mut packet = frame(&mut mouth, now + ms(20));
    let mut copy = packet.clone();
    let opened = ear.open_proven(&mut packet).expect("its key");
    let judged = ear.receive_proven(now, opened);
    assert!(is_audio(&judged) && judged.first && judged.learned.is_none());
    for mut other in [copy.clone(), datagram(1, 20, 0)] {
        assert_eq!(ear.open_proven(&mut other), None);
    }
    let mut stats = LegStats::default();
    ear.add_to(&mut stats);
    assert_eq!((stats.packets_in, stats.foreign_dropped), (1, 1));
    assert_eq!(stats.unauthentic, 2, "one that came before, one in clear");

    // Before there are keys, even of somebody who is known.
    let mut early = Incoming::new();
    assert_eq!(early.open_proven(&mut copy), None);
    early.set_remote(now, Remote::new(peer(), Codec::Pcma));
    let mut report = vec![0x80, 201, 0, 1, 0, 0, 0, 9];
    for in_clear in [&mut datagram(1, 20, 0), &mut report] {
        assert_eq!(early.open_proven(in_clear), None);
    }
}

#[test]
fn reports_are_protected_as_well() {
    let (mut mouth, mut ear, now) = pair();
    frame(&mut mouth, now);
    let mut reporter = Reporter::new(NtpClock::new(now, 0), 1);
    reporter.start(now);
    let made = reporter.report(now + ms(10_000), &Incoming::new(), &mouth);
    let plain = made.expect("it is due");
    let mut report = plain.clone();
    mouth.protect_report(&mut report).expect("few so far");
    assert_ne!(report[..plain.len()], plain);
    assert_eq!(ear.open(&mut report).as_deref(), Some(&plain[..]));
}

#[test]
fn a_description_that_says_the_same_again_goes_on_where_the_stream_was() {
    let (mut mouth, mut ear, now) = pair();
    let mut first = frame(&mut mouth, now);
    ear.open(&mut first.clone()).expect("its key");
    let remote = Remote {
        keys: Some(keys()),
        ..Remote::new(peer(), Codec::Pcma)
    };
    mouth.set_remote(now, remote);
    ear.set_remote(now, turned(remote));
    assert_eq!(ear.open(&mut first), None, "it came before");
    let mut second = frame(&mut mouth, now + ms(20));
    assert!(ear.open(&mut second).is_some());
}
