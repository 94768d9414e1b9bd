//! Kept inputs with seeded damage, for the ordinary tests: what cargo-fuzz does with a compiler's help,
//! done blindly, but everywhere and in seconds.

use std::path::Path;
use std::time::{Duration, Instant};

/// No input takes longer, whatever it is.
const COST_MAX: Duration = Duration::from_millis(1);
/// How often one that did is tried again: the machine may have been elsewhere.
const AGAIN: u32 = 20;

/// A generator of numbers (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `most`, or zero.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.roll() % (most.max(1) as u64)).expect("below a length")
    }
}

/// The inputs kept in a folder, in the order of their names.
pub(crate) fn kept(folder: &Path) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let read = |path| std::fs::read(path).expect("a file");
    paths.iter().map(read).collect()
}

/// Does `entry` with every kept input and with `times` damaged ones; returns the dearest of them.
///
/// # Panics
/// When one takes longer than it may, with the input to do it again.
#[allow(dead_code, reason = "not all entries are so cheap")]
pub(crate) fn drive(
    seed: u64,
    inputs: &[Vec<u8>],
    times: usize,
    entry: impl Fn(&[u8]),
) -> Duration {
    drive_within(COST_MAX, seed, inputs, times, entry)
}

/// The same where an input may take so long.
///
/// # Panics
/// Likewise.
pub(crate) fn drive_within(
    most: Duration,
    seed: u64,
    inputs: &[Vec<u8>],
    times: usize,
    entry: impl Fn(&[u8]),
) -> Duration {
    assert!(!inputs.is_empty(), "no corpus");
    let mut dice = Dice(seed);
    let mut dearest = Duration::ZERO;
    for round in 0..inputs.len() + times {
        let input = match inputs.get(round) {
            Some(kept) => kept.clone(),
            None => damaged(&mut dice, inputs),
        };
        let cost = cost(most, &input, &entry);
        assert!(
            cost <= most || cfg!(debug_assertions) && cost < 20 * most,
            "seed {seed}, round {round}: {cost:?} for {}",
            input.escape_ascii()
        );
        dearest = dearest.max(cost);
    }
    dearest
}

fn cost(most: Duration, input: &[u8], entry: impl Fn(&[u8])) -> Duration {
    let once = || {
        let began = Instant::now();
        entry(input);
        began.elapsed()
    };
    let mut cost = once();
    for _ in 0..AGAIN {
        if cost <= most {
            break;
        }
        cost = cost.min(once());
    }
    cost
}

/// One of the inputs with a few pieces flipped, cut, repeated, or taken from another.
fn damaged(dice: &mut Dice, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = inputs[dice.below(inputs.len())].clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(bytes.len());
        let end = (at + dice.below(32)).min(bytes.len());
        match dice.below(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(dice.below(256)).expect("below 256");
                }
            }
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].repeat(1 + dice.below(20));
                bytes.splice(at..at, piece);
            }
            3 => {
                let other = &inputs[dice.below(inputs.len())];
                let from = dice.below(other.len());
                let to = (from + dice.below(64)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            4 => {
                for byte in bytes[at..end]
                    .iter_mut()
                    .filter(|byte| byte.is_ascii_digit())
                {
                    *byte = b'0' + u8::try_from(dice.below(10)).expect("a digit");
                }
            }
            5 => bytes.truncate(end),
            _ => {
                let marks = b";,<>\"@:=[]%\\ \r\n\0\xff\xc3";
                bytes.insert(at, marks[dice.below(marks.len())]);
            }
        }
    }
    bytes
}
