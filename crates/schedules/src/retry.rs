//! When something that did not arrive is tried again: after twice as long each time, and not all at the same moment.

use std::time::Duration;

/// So often something is tried; then it is dead until a person says otherwise.
pub const TRIES_MAX: u32 = 8;
/// After the first failure.
const FIRST: Duration = Duration::from_secs(30);
/// At most.
const LONGEST: Duration = Duration::from_secs(3_600);

/// How long to wait after so many tries; none when it was the last. `chance` is from 0 to 1: the wait is between the half and
/// the whole of what it may be, so that many that failed together do not come back together.
pub fn retry_after(tries: u32, chance: f64) -> Option<Duration> {
    if tries >= TRIES_MAX {
        return None;
    }
    let doubled = FIRST * 2_u32.saturating_pow(tries.saturating_sub(1));
    let share = 0.5 + chance.clamp(0.0, 1.0) / 2.0;
    Some(doubled.min(LONGEST).mul_f64(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_within_bounds_and_end() {
        let waits: Vec<u64> = (1..TRIES_MAX)
            .filter_map(|tries| Some(retry_after(tries, 1.0)?.as_secs()))
            .collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920]);
        assert_eq!(
            retry_after(3, 0.0),
            Some(Duration::from_secs(60)),
            "the half"
        );
        assert_eq!(retry_after(TRIES_MAX, 0.5), None, "dead");
    }
}
