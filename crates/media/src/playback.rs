//! What a leg hears when nobody is bridged to it, and its cutting into frames of 20 ms.

use std::sync::Arc;

use crate::codec::FRAME_SAMPLES;
use crate::{Codec, Prompt, ToneKind, g711};

/// A thing to play to a leg.
#[derive(Debug, Clone)]
pub enum Playback {
    /// Comfort silence: frames of zero, so that NATs, watchdogs and ears know the line lives. A page is sent
    /// few of them while nothing else is to be heard.
    Silence,
    /// A tone; played once it is one cycle of its cadence (a steady tone: one second).
    Tone(ToneKind),
    /// A recorded message.
    Prompt(Arc<Prompt>),
}

/// A playback under way.
#[derive(Debug)]
pub(crate) struct Player {
    what: Playback,
    repeat: bool,
    position: usize,
}

impl Player {
    pub(crate) fn new(what: Playback, repeat: bool) -> Player {
        Player {
            what,
            repeat,
            position: 0,
        }
    }

    pub(crate) fn is_silence(&self) -> bool {
        matches!(self.what, Playback::Silence)
    }

    /// Writes the next frame; true if nothing follows it.
    pub(crate) fn frame(&mut self, codec: Codec, frame: &mut [u8; FRAME_SAMPLES]) -> bool {
        let length = match &self.what {
            Playback::Silence => {
                frame.fill(codec.silence());
                return false;
            }
            Playback::Tone(tone) => {
                for (code, n) in frame.iter_mut().zip(self.position as u32..) {
                    *code = g711::encode(codec, tone.sample(n));
                }
                tone.cycle() as usize
            }
            Playback::Prompt(prompt) => {
                let rest = prompt.bytes(codec).get(self.position..).unwrap_or(&[]);
                let length = rest.len().min(FRAME_SAMPLES);
                frame[..length].copy_from_slice(&rest[..length]);
                frame[length..].fill(codec.silence());
                prompt.bytes(codec).len()
            }
        };
        self.position += FRAME_SAMPLES;
        if self.position < length {
            return false;
        }
        self.position = 0;
        !self.repeat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::share_at;

    fn frames(mut player: Player, limit: usize) -> (Vec<u8>, bool) {
        let mut all = Vec::new();
        for _ in 0..limit {
            let mut frame = [0; FRAME_SAMPLES];
            let done = player.frame(Codec::Pcma, &mut frame);
            all.extend(frame);
            if done {
                return (all, true);
            }
        }
        (all, false)
    }

    #[test]
    fn a_prompt_is_played_whole_and_its_last_frame_is_filled_up() {
        let prompt = Prompt::from_g711(Codec::Pcma, &[7; 400]).expect("not empty");
        let (all, done) = frames(Player::new(Playback::Prompt(Arc::new(prompt)), false), 10);
        assert!(done);
        assert_eq!(all.len(), 480);
        assert!(all[..400].iter().all(|b| *b == 7));
        assert!(all[400..].iter().all(|b| *b == 0xD5));
    }

    #[test]
    fn a_repeated_tone_goes_on_and_a_beep_ends() {
        let (all, done) = frames(
            Player::new(Playback::Tone(ToneKind::Steady(600)), true),
            120,
        );
        assert!(!done);
        assert!(share_at(600, &g711::decode_all(Codec::Pcma, &all)) > 0.95);
        let (all, done) = frames(Player::new(Playback::Tone(ToneKind::Beep), false), 120);
        assert!(done);
        assert_eq!(all.len(), 1_600);
    }

    #[test]
    fn silence_never_ends() {
        assert!(!frames(Player::new(Playback::Silence, false), 50).1);
    }
}
