//! What of a packet of RTP may be shown to somebody who looks at the packets of a call: always its head
//! and its length, of what it carries only what they may hear. Nothing is moved, so that counts, losses
//! and jitter are those of the network.

use rtp_rs::RtpReader;

use crate::rtp::is_rtcp;
use crate::{Codec, Remote};

/// An event code that means no key, and nothing else either (RFC 4733, section 3.2 and IANA's table).
const NO_KEY: u8 = 255;

/// What of a packet is shown besides its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// What is said.
    pub sound: bool,
    /// Which keys are pressed (RFC 4733).
    pub keys: bool,
}

/// Hides in a datagram of a media port what may not be shown; says whether something was. Reports
/// (RTCP) are shown. What is neither is hidden wholly, and what nobody agreed on counts as keys: they
/// may come under a number that was not agreed on yet.
pub fn redact(packet: &mut [u8], remote: Option<&Remote>, sealed: bool, shown: Shown) -> bool {
    if is_rtcp(packet) {
        return false;
    }
    let Ok(reader) = RtpReader::new(packet) else {
        packet.fill(0);
        return true;
    };
    let (begins, number) = (reader.payload_offset(), reader.payload_type());
    let law = law(number, remote);
    let is_shown = match law {
        Some(_) => shown.sound,
        None => shown.keys && shown.sound,
    };
    let payload = packet.get_mut(begins..).unwrap_or_default();
    if is_shown || payload.is_empty() {
        return false;
    }
    match law {
        _ if sealed => payload.fill(0),
        Some(codec) => payload.fill(codec.silence()),
        None if is_event(number, remote) => hide_key(payload),
        None => payload.fill(NO_KEY),
    }
    true
}

/// The law of packets of this number, if they are audio.
fn law(number: u8, remote: Option<&Remote>) -> Option<Codec> {
    match remote.filter(|remote| remote.payload_type == number) {
        Some(remote) => Some(remote.codec),
        None => Codec::from_payload_type(number),
    }
}

fn is_event(number: u8, remote: Option<&Remote>) -> bool {
    remote.is_some_and(|remote| remote.telephone_event == Some(number))
}

/// Leaves how long it is held and when it is released: what a fault of keys is found by.
fn hide_key(payload: &mut [u8]) {
    for event in payload.chunks_mut(4) {
        event[0] = NO_KEY;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dtmf::Event;
    use crate::rtp::{self, Packet};

    const NOTHING: Shown = Shown {
        sound: false,
        keys: false,
    };
    const SOUND: Shown = Shown {
        sound: true,
        keys: false,
    };
    const ALL: Shown = Shown {
        sound: true,
        keys: true,
    };

    fn remote() -> Remote {
        let mut remote = Remote::new(([127, 0, 0, 1], 4_000).into(), Codec::Pcma);
        remote.telephone_event = Some(101);
        remote
    }

    fn packet(payload_type: u8, payload: &[u8]) -> Vec<u8> {
        let mut buffer = [0; 400];
        let packet = Packet {
            payload_type,
            marker: false,
            sequence: 7,
            timestamp: 160,
            ssrc: 9,
            payload,
        };
        let length = rtp::write(&packet, &mut buffer).expect("it fits");
        buffer[..length].to_vec()
    }

    fn shown(payload_type: u8, payload: &[u8], sealed: bool, what: Shown) -> (bool, Vec<u8>) {
        let mut bytes = packet(payload_type, payload);
        let head = bytes[..12].to_vec();
        let hidden = redact(&mut bytes, Some(&remote()), sealed, what);
        assert_eq!(bytes[..12], head, "the head stays");
        (hidden, bytes[12..].to_vec())
    }

    fn key() -> [u8; 4] {
        let event = Event {
            key: '7',
            end: true,
            volume: 10,
            duration: 800,
        };
        event.to_bytes().expect("a key")
    }

    #[test]
    fn sound_is_shown_or_silence_in_its_place() {
        let voice = [0x11; 160];
        assert_eq!(shown(8, &voice, false, SOUND), (false, voice.to_vec()));
        let silence = vec![Codec::Pcma.silence(); 160];
        assert_eq!(shown(8, &voice, false, NOTHING), (true, silence));
        let silence = vec![Codec::Pcmu.silence(); 160];
        assert_eq!(shown(0, &voice, false, NOTHING), (true, silence));
        assert_eq!(shown(8, &voice, true, NOTHING), (true, vec![0; 160]));
    }

    #[test]
    fn which_key_it_was_is_hidden_but_not_that_there_was_one() {
        let (hidden, left) = shown(101, &key(), false, SOUND);
        assert!(hidden);
        assert_eq!(Event::parse(&left), None, "no key");
        assert_eq!(left[1..], key()[1..], "held and released as it was");
        assert_eq!(shown(101, &key(), false, ALL), (false, key().to_vec()));
        let paused = Shown {
            sound: false,
            keys: true,
        };
        assert!(
            shown(101, &key(), false, paused).0,
            "while card data is said"
        );
        assert_eq!(shown(101, &key(), true, SOUND), (true, vec![0; 4]));
    }

    #[test]
    fn keys_before_an_answer_may_have_any_number() {
        let mut early = packet(97, &key());
        assert!(redact(&mut early, None, false, SOUND));
        assert_eq!(early[12..], [NO_KEY; 4]);
        let mut voice = packet(8, &[0x11; 160]);
        assert!(!redact(&mut voice, None, false, SOUND));
    }

    #[test]
    fn reports_are_shown_and_what_is_unreadable_is_not() {
        let mut report = [0x80, 200, 0, 1, 0, 0, 0, 9];
        assert!(!redact(&mut report, None, false, NOTHING));
        let mut nonsense = *b"4111 1111 1111 1111";
        assert!(redact(&mut nonsense, None, false, ALL));
        assert_eq!(nonsense, [0; 19]);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_nothing_changes_its_length(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..200), sealed: bool, sound: bool, keys: bool,
        ) {
            let length = bytes.len();
            redact(&mut bytes, Some(&remote()), sealed, Shown { sound, keys });
            prop_assert_eq!(bytes.len(), length);
        }
    }
}
