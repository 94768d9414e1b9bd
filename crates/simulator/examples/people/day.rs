//! What became of a day on a floor.

const HALF_HOUR_MS: i64 = 1_800_000;
/// Live calls that a half hour holds at least, or it reaches further back.
const HALF_HOUR_LIVE: usize = 50;

/// What became of a day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Day {
    pub(crate) placed: u64,
    pub(crate) live: u64,
    pub(crate) abandoned: u64,
    pub(crate) given_up: u64,
    pub(crate) ready_ms: i64,
    pub(crate) busy_ms: i64,
    /// When each live call was settled, and whether it was abandoned.
    pub(crate) settled: Vec<(i64, bool)>,
}

impl Day {
    /// Share of the advisors' time spent on talk and wrap-up.
    pub(crate) fn utilisation(&self) -> f64 {
        self.busy_ms as f64 / (self.busy_ms + self.ready_ms).max(1) as f64
    }

    /// The largest share abandoned in half an hour.
    pub(crate) fn worst(&self) -> f64 {
        let (mut from, mut abandoned, mut worst) = (0, 0, 0.0_f64);
        for (index, (at, lost)) in self.settled.iter().enumerate() {
            abandoned += u32::from(*lost);
            while at - self.settled[from].0 > HALF_HOUR_MS && index - from + 1 > HALF_HOUR_LIVE {
                abandoned -= u32::from(self.settled[from].1);
                from += 1;
            }
            if index - from + 1 >= HALF_HOUR_LIVE {
                worst = worst.max(f64::from(abandoned) / (index - from + 1) as f64);
            }
        }
        worst
    }
}
