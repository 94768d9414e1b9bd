//! How late the frames we make leave, against their 20 ms clock: the first sign of a media thread
//! that has too much to do.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of all buckets but the last, in milliseconds. Above five, ears begin to notice.
pub const LATENESS_BOUNDS_MS: [u64; 5] = [1, 2, 5, 10, 20];

/// Frames by lateness; shared by all threads of a pool.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    buckets: [AtomicU64; LATENESS_BOUNDS_MS.len() + 1],
}

impl Lateness {
    pub(super) fn count(&self, late: Duration) {
        let bucket = LATENESS_BOUNDS_MS
            .iter()
            .position(|bound| late < Duration::from_millis(*bound))
            .unwrap_or(LATENESS_BOUNDS_MS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> [u64; LATENESS_BOUNDS_MS.len() + 1] {
        self.buckets
            .each_ref()
            .map(|bucket| bucket.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_falls_into_the_first_bucket_that_holds_it() {
        let lateness = Lateness::default();
        for micros in [0, 999, 1_000, 4_999, 20_000, 9_000_000] {
            lateness.count(Duration::from_micros(micros));
        }
        assert_eq!(lateness.read(), [2, 1, 1, 0, 0, 2]);
    }
}
