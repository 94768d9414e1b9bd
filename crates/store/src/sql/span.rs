//! A period as whole hours, which counters by hour answer, and the ragged edges, which attempts and logs do.

use std::time::Duration;

use domain::Timestamp;

use super::rollups::{HOUR_MS, begins, hour_of};

/// A period that ends so near to now is until now: nothing was done after it.
const NOW: Duration = Duration::from_secs(5);

/// A period, cut at full hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// First hour, and the one after the last; empty when equal.
    pub(super) hours: (i64, i64),
    /// What is before and after them.
    pub(super) edges: Vec<(Timestamp, Timestamp)>,
}

impl Span {
    /// Cuts `from..to`. What ends now ends with the hour: it has no edge there.
    pub(super) fn of(from: Timestamp, to: Timestamp, now: Timestamp) -> Span {
        let next = |at: Timestamp| hour_of(at + Duration::from_millis(HOUR_MS as u64 - 1));
        let to = if to + NOW >= now {
            begins(next(to))
        } else {
            to
        };
        let (first, end) = (next(from), hour_of(to));
        if first >= end {
            let edges = if from < to {
                vec![(from, to)]
            } else {
                Vec::new()
            };
            let hours = (first, first);
            return Span { hours, edges };
        }
        let edges = [(from, begins(first)), (begins(end), to)];
        Span {
            hours: (first, end),
            edges: edges.into_iter().filter(|(from, to)| from < to).collect(),
        }
    }

    /// Whether it is nothing but whole hours.
    pub(super) fn is_whole(&self) -> bool {
        self.edges.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    #[test]
    fn a_period_is_whole_hours_and_its_edges() {
        let later = at(100_000);
        let span = |from, to| Span::of(at(from), at(to), later);
        assert_eq!(span(60, 180).hours, (1, 3));
        assert!(span(60, 180).is_whole());
        let ragged = span(50, 190);
        assert_eq!(ragged.hours, (1, 3));
        assert_eq!(ragged.edges, [(at(50), at(60)), (at(180), at(190))]);
        let within = span(61, 119);
        assert_eq!(within.edges, [(at(61), at(119))]);
        assert_eq!(within.hours.0, within.hours.1);
        assert!(span(70, 70).is_whole());
    }

    #[test]
    fn what_ends_now_ends_with_the_hour() {
        let span = Span::of(at(60), at(150), at(150));
        assert_eq!((span.hours, span.is_whole()), ((1, 3), true));
    }
}
