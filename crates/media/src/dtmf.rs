//! Keys pressed on a telephone, as RFC 4733 carries them: reading, writing, and telling one key
//! from the many packets that repeat it.

use std::time::{Duration, Instant};

/// The sixteen keys in the order of their event codes (RFC 4733, table 3).
const KEYS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

/// No finger, and no sender that follows ITU-T Q.24, presses keys faster than this; a flood of
/// invented events is held to it.
const KEY_SPACING_MIN: Duration = Duration::from_millis(40);

/// The payload of a `telephone-event` packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The key.
    pub key: char,
    /// Set on the packets sent after the key is released.
    pub end: bool,
    /// Power of the tone in dBm0 without its sign.
    pub volume: u8,
    /// How long the key is held so far, in timestamp units.
    pub duration: u16,
}

impl Event {
    /// Reads a payload; `None` if it is too short or not a key.
    pub fn parse(payload: &[u8]) -> Option<Event> {
        let [code, flags, high, low, ..] = *payload else {
            return None;
        };
        Some(Event {
            key: *KEYS.get(usize::from(code))?,
            end: flags & 0x80 != 0,
            volume: flags & 0x3F,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    /// Writes a payload; `None` if the key is none of the sixteen.
    pub fn to_bytes(self) -> Option<[u8; 4]> {
        let code = KEYS.iter().position(|key| *key == self.key)? as u8;
        let [high, low] = self.duration.to_be_bytes();
        Some([
            code,
            u8::from(self.end) << 7 | self.volume.min(63),
            high,
            low,
        ])
    }
}

/// Tells each key once. All packets of one key carry the timestamp of its start.
#[derive(Debug, Default)]
pub struct KeyDetector {
    last: Option<(u32, Instant)>,
}

impl KeyDetector {
    /// Takes an event packet; gives the key at its first packet, whichever of them arrives.
    pub fn hear(&mut self, now: Instant, timestamp: u32, payload: &[u8]) -> Option<char> {
        let event = Event::parse(payload)?;
        if let Some((last, at)) = self.last {
            let newer = timestamp.wrapping_sub(last) as i32 > 0;
            if !newer || now.saturating_duration_since(at) < KEY_SPACING_MIN {
                return None;
            }
        }
        self.last = Some((timestamp, now));
        Some(event.key)
    }

    /// Forgets the last key: the sender has begun another stream with other timestamps.
    pub fn restart(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(key: char, duration: u16, end: bool) -> [u8; 4] {
        let event = Event {
            key,
            end,
            volume: 10,
            duration,
        };
        event.to_bytes().expect("a key")
    }

    #[test]
    fn a_payload_reads_as_it_was_written() {
        for key in KEYS {
            let event = Event {
                key,
                end: true,
                volume: 10,
                duration: 800,
            };
            assert_eq!(Event::parse(&event.to_bytes().expect("a key")), Some(event));
        }
        assert_eq!(payload('#', 400, true), [11, 0x8A, 1, 0x90]);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(Event::parse(&[16, 0, 0, 0]), None);
        assert_eq!(Event::parse(&[1, 0, 0]), None);
        assert_eq!(
            Event {
                key: 'x',
                end: false,
                volume: 0,
                duration: 0
            }
            .to_bytes(),
            None
        );
    }

    #[test]
    fn a_key_of_many_packets_is_told_once_even_if_its_first_is_lost() {
        let (mut keys, start) = (KeyDetector::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(keys.hear(at(0), 1000, &payload('5', 320, false)), Some('5'));
        assert_eq!(keys.hear(at(20), 1000, &payload('5', 480, false)), None);
        for repeat in 0..3 {
            assert_eq!(
                keys.hear(at(40 + repeat), 1000, &payload('5', 640, true)),
                None
            );
        }
        assert_eq!(
            keys.hear(at(200), 2600, &payload('5', 160, false)),
            Some('5')
        );
        assert_eq!(
            keys.hear(at(260), 1000, &payload('5', 640, true)),
            None,
            "late"
        );
    }

    #[test]
    fn a_flood_of_invented_keys_is_held_to_twenty_five_a_second() {
        let (mut keys, start) = (KeyDetector::default(), Instant::now());
        let told = (0..1000u32)
            .filter(|ms| {
                let now = start + Duration::from_millis(u64::from(*ms));
                keys.hear(now, *ms, &payload('1', 160, false)).is_some()
            })
            .count();
        assert_eq!(told, 25);
    }
}
