//! Keys that a leg presses itself, as RFC 4733 wants them told: a packet each 20 ms while a key is
//! down, all with the timestamp of its start, and the last one three times.

use std::collections::VecDeque;

use crate::codec::FRAME_SAMPLES;
use crate::dtmf::Event;

/// How long a key is held, in packets: 100 ms, twice what ITU-T Q.24 asks a receiver to know.
const HELD: u16 = 5;

/// The end of a key is told so often (RFC 4733 section 2.5.1.4).
const ENDS: u16 = 3;

/// The pause between two keys, in packets, its last ends included: 80 ms.
const PAUSE: u16 = 4;

/// Keys that wait at a time; a number to dial has no more.
const WAITING_MAX: usize = 64;

/// Keys to be pressed one after the other.
#[derive(Debug, Default)]
pub(super) struct Keys {
    waiting: VecDeque<char>,
    /// Packets since the key in front was pressed.
    step: u16,
    /// The timestamp of its start.
    began: u32,
}

/// What a tick is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Press {
    /// A key; `begins` where its timestamp has to be taken.
    Key { event: Event, begins: bool },
    /// The pause after it.
    Pause,
}

impl Keys {
    /// Adds what is a key, as far as there is room.
    pub(super) fn press(&mut self, keys: &str) {
        let room = WAITING_MAX.saturating_sub(self.waiting.len());
        let keys = keys.chars().map(|key| key.to_ascii_uppercase());
        let known = keys.filter(|key| "0123456789*#ABCD".contains(*key));
        self.waiting.extend(known.take(room));
    }

    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What the next tick is for, if not for sound.
    pub(super) fn next(&mut self) -> Option<Press> {
        let key = *self.waiting.front()?;
        let step = self.step;
        self.step += 1;
        if step >= HELD + ENDS {
            if self.step >= HELD + PAUSE {
                self.waiting.pop_front();
                self.step = 0;
            }
            return Some(Press::Pause);
        }
        let held = (step + 1).min(HELD) * FRAME_SAMPLES as u16;
        let event = Event {
            key,
            end: step >= HELD,
            volume: 10,
            duration: held,
        };
        Some(Press::Key {
            event,
            begins: step == 0,
        })
    }

    /// The timestamp that all packets of the key have: that of the first.
    pub(super) fn timestamp(&mut self, now: u32, begins: bool) -> u32 {
        if begins {
            self.began = now;
        }
        self.began
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_held_ended_three_times_and_followed_by_a_pause() {
        let mut keys = Keys::default();
        keys.press("5x");
        let told: Vec<_> = std::iter::from_fn(|| keys.next()).collect();
        let packet = |end, duration, begins| Press::Key {
            event: Event {
                key: '5',
                end,
                volume: 10,
                duration,
            },
            begins,
        };
        assert_eq!(
            told,
            [
                packet(false, 160, true),
                packet(false, 320, false),
                packet(false, 480, false),
                packet(false, 640, false),
                packet(false, 800, false),
                packet(true, 800, false),
                packet(true, 800, false),
                packet(true, 800, false),
                Press::Pause,
            ]
        );
        assert!(keys.is_idle());
    }

    #[test]
    fn more_keys_than_a_number_has_are_left_out() {
        let mut keys = Keys::default();
        keys.press(&"1".repeat(1000));
        assert_eq!(keys.waiting.len(), WAITING_MAX);
    }
}
