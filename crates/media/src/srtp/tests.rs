//! Both sides against each other, and against packets that another implementation made.

use proptest::prelude::*;

use super::derive::Purpose;
use super::keys::SessionKeys;
use super::*;

use Suite::{AeadAes128Gcm, AeadAes256Gcm, AesCm128HmacSha1Tag32, AesCm128HmacSha1Tag80};

const SUITES: [Suite; 4] = [
    AesCm128HmacSha1Tag80,
    AesCm128HmacSha1Tag32,
    AeadAes128Gcm,
    AeadAes256Gcm,
];

/// The key of RFC 3711, appendix B.3, and whatever else a suite wants.
fn key(suite: Suite) -> MasterKey {
    let mut bytes = vec![
        0xE1, 0xF9, 0x7A, 0x0D, 0x3E, 0x01, 0x8B, 0xE0, 0xD6, 0x4F, 0xA3, 0x2C, 0x06, 0xDE, 0x41,
        0x39, 0x0E, 0xC6, 0x75, 0xAD, 0x49, 0x8A, 0xFE, 0xEB, 0xB6, 0x96, 0x0B, 0x3A, 0xAB, 0xE6,
    ];
    bytes.resize(suite.key_length() + suite.salt_length(), 0x5A);
    MasterKey::new(suite, &bytes).expect("as long as it wants")
}

fn both(suite: Suite) -> (Protect, Unprotect) {
    (Protect::new(&key(suite)), Unprotect::new(&key(suite)))
}

fn packet(sequence: u16, ssrc: u32, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 8];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 1, 0]);
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet
}

fn protected(sender: &mut Protect, plain: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = [0; 2_048];
    buffer[..plain.len()].copy_from_slice(plain);
    let length = sender.rtp(&mut buffer, plain.len())?;
    Some(buffer[..length].to_vec())
}

fn opened(receiver: &mut Unprotect, datagram: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut datagram = datagram.to_vec();
    let length = receiver.rtp(&mut datagram)?;
    Ok(datagram[..length].to_vec())
}

/// The reference packets of the library that most phones are built on.
#[test]
fn packets_are_those_of_the_reference_implementation() {
    let mut plain = vec![
        0x80, 0x0F, 0x12, 0x34, 0xDE, 0xCA, 0xFB, 0xAD, 0xCA, 0xFE, 0xBA, 0xBE,
    ];
    plain.extend([0xAB; 16]);
    let expected = [
        0x80, 0x0F, 0x12, 0x34, 0xDE, 0xCA, 0xFB, 0xAD, 0xCA, 0xFE, 0xBA, 0xBE, 0x4E, 0x55, 0xDC,
        0x4C, 0xE7, 0x99, 0x78, 0xD8, 0x8C, 0xA4, 0xD2, 0x15, 0x94, 0x9D, 0x24, 0x02, 0xB7, 0x8D,
        0x6A, 0xCC, 0x99, 0xEA, 0x17, 0x9B, 0x8D, 0xBB,
    ];
    let (mut sender, mut receiver) = both(AesCm128HmacSha1Tag80);
    assert_eq!(
        protected(&mut sender, &plain).as_deref(),
        Some(&expected[..])
    );
    assert_eq!(opened(&mut receiver, &expected), Ok(plain));

    let mut report = vec![0x81, 0xC8, 0x00, 0x0B, 0xCA, 0xFE, 0xBA, 0xBE];
    report.extend([0xAB; 16]);
    let plain = report.clone();
    sender.rtcp(&mut report).expect("a report");
    let expected = [
        0x81, 0xC8, 0x00, 0x0B, 0xCA, 0xFE, 0xBA, 0xBE, 0x71, 0x28, 0x03, 0x5B, 0xE4, 0x87, 0xB9,
        0xBD, 0xBE, 0xF8, 0x90, 0x41, 0xF9, 0x77, 0xA5, 0xA8, 0x80, 0x00, 0x00, 0x01, 0x99, 0x3E,
        0x08, 0xCD, 0x54, 0xD6, 0xC1, 0x23, 0x07, 0x98,
    ];
    assert_eq!(report, expected);
    let length = receiver.rtcp(&mut report).expect("our own");
    assert_eq!(report[..length], plain);
}

#[test]
fn a_packet_that_comes_again_or_was_touched_is_refused() {
    for suite in SUITES {
        let (mut sender, mut receiver) = both(suite);
        let sent = protected(&mut sender, &packet(7, 9, b"audio")).expect("room");
        assert!(opened(&mut receiver, &sent).is_ok());
        assert_eq!(opened(&mut receiver, &sent), Err(Refusal::Replayed));

        let plain = packet(8, 9, b"audio");
        let next = protected(&mut sender, &plain).expect("room");
        for place in 0..next.len() {
            let mut touched = next.clone();
            touched[place] ^= 1;
            assert!(
                opened(&mut receiver, &touched).is_err(),
                "{suite:?} byte {place}"
            );
        }
        assert_eq!(opened(&mut receiver, &next), Ok(plain));
    }
}

#[test]
fn a_report_that_comes_again_or_was_touched_is_refused() {
    for suite in SUITES {
        let (mut sender, mut receiver) = both(suite);
        let plain = [[0x81, 0xC8, 0, 3], [0, 0, 0, 9], [1; 4], [2; 4]].concat();
        let mut report = plain.clone();
        sender.rtcp(&mut report).expect("few so far");
        assert!(report.len() <= plain.len() + GROWTH_MAX);
        for place in 0..report.len() {
            let mut touched = report.clone();
            touched[place] ^= 1;
            assert!(
                receiver.rtcp(&mut touched).is_err(),
                "{suite:?} byte {place}"
            );
        }
        let mut copy = report.clone();
        let length = receiver.rtcp(&mut report).expect("our own");
        assert_eq!(report[..length], plain);
        assert_eq!(receiver.rtcp(&mut copy), Err(Refusal::Replayed));
    }
}

#[test]
fn a_key_as_long_as_another_suite_wants_it_is_none() {
    assert_eq!(MasterKey::new(AeadAes256Gcm, &[1; 28]), None);
    assert_eq!(MasterKey::new(AeadAes128Gcm, &[1; 30]), None);
    assert_eq!(MasterKey::new(AesCm128HmacSha1Tag80, &[1; 10]), None);
}

#[test]
fn a_stream_is_followed_over_many_rollovers_with_loss_and_disorder() {
    for suite in [AesCm128HmacSha1Tag80, AeadAes256Gcm] {
        follow(suite);
    }
}

fn follow(suite: Suite) {
    let (mut sender, mut receiver) = both(suite);
    let mut late = None;
    for number in 0..140_000u32 {
        let plain = packet(number as u16, 9, &number.to_be_bytes());
        let sent = protected(&mut sender, &plain).expect("room");
        match number % 10 {
            3 => {}
            5 => late = Some((plain, sent)),
            _ => assert_eq!(opened(&mut receiver, &sent), Ok(plain), "{number}"),
        }
        if number % 10 == 8 {
            let (plain, sent) = late.take().expect("five came before eight");
            assert_eq!(opened(&mut receiver, &sent), Ok(plain), "{number}");
        }
    }
}

#[test]
fn a_number_that_has_left_never_leaves_again_with_other_audio() {
    let (mut sender, _) = both(AesCm128HmacSha1Tag80);
    assert!(protected(&mut sender, &packet(65_535, 9, b"one")).is_some());
    assert!(protected(&mut sender, &packet(0, 9, b"two")).is_some());
    for again in [65_535, 0] {
        assert_eq!(protected(&mut sender, &packet(again, 9, b"other")), None);
    }
}

#[test]
fn a_key_is_not_for_streams_without_number() {
    let (_, mut receiver) = both(AesCm128HmacSha1Tag80);
    for ssrc in 0..40 {
        // Each stream is another sender's, who knows the key.
        let mut sender = Protect::new(&key(AesCm128HmacSha1Tag80));
        let sent = protected(&mut sender, &packet(1, ssrc, b"audio")).expect("room");
        let expected = ssrc >= 32;
        let refused = opened(&mut receiver, &sent) == Err(Refusal::TooManyStreams);
        assert_eq!(refused, expected, "{ssrc}");
    }
}

#[test]
fn a_header_with_sources_and_extension_stays_in_clear() {
    for suite in SUITES {
        let (mut sender, mut receiver) = both(suite);
        // Made by hand: one source, an extension of one word, four bytes of audio.
        let mut plain = packet(1, 9, &[]);
        plain[0] = 0x91;
        plain.extend([1, 2, 3, 4, 0xBE, 0xDE, 0, 1, 5, 6, 7, 8]);
        let header = plain.len();
        plain.extend(b"tone");
        let keys = SessionKeys::derive(&key(suite), Purpose::Rtp);
        let (mut sent, mut tag) = (plain.clone(), [0; GROWTH_MAX]);
        keys.seal_rtp((9, 1), &mut sent, header, &mut tag);
        assert_eq!(sent[..header], plain[..header]);
        sent.extend(&tag[..keys.tag()]);
        assert_eq!(opened(&mut receiver, &sent), Ok(plain), "{suite:?}");
        // And what we send has neither.
        assert!(protected(&mut sender, &packet(1, 9, b"tone")).is_some());
    }
}

#[test]
fn no_secret_is_printed() {
    let (sender, receiver) = both(AeadAes128Gcm);
    let keys = Keys {
        ours: key(AeadAes128Gcm),
        theirs: key(AeadAes128Gcm),
    };
    let text = format!("{sender:?} {receiver:?} {keys:?}").to_lowercase();
    assert!(!text.contains("225") && !text.contains("e1"), "{text}");
}

proptest! {
    #[test]
    fn no_datagram_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), suite in 0..4_usize) {
        let (mut sender, mut receiver) = both(SUITES[suite]);
        let _ = receiver.rtp(&mut bytes.clone());
        let _ = receiver.rtcp(&mut bytes.clone());
        let _ = sender.rtp(&mut bytes.clone(), bytes.len());
        let _ = sender.rtcp(&mut bytes.clone());
    }

    #[test]
    fn a_report_reads_the_same(
        body in proptest::collection::vec(any::<u8>(), 8..100),
        suite in 0..4_usize,
    ) {
        let (mut sender, mut receiver) = both(SUITES[suite]);
        let mut report = body.clone();
        prop_assert!(sender.rtcp(&mut report).is_some());
        let length = receiver.rtcp(&mut report).expect("our own");
        prop_assert_eq!(&report[..length], &body[..]);
        let mut again = body.clone();
        prop_assert!(sender.rtcp(&mut again).is_some());
        prop_assert_ne!(&report, &again);
    }
}
