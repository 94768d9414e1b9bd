//! The figures of one trunk: since the start, and over the last minute and quarter of an hour as
//! differences between what was counted then and now. The words are those of ITU-T E.411 (seizure,
//! answer-seizure ratio) and E.425 (network effectiveness ratio).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use domain::{Outcome, TrunkId};

/// Where the steps of a spread lie, in ms.
pub const SPREAD_BOUNDS: [u64; 12] = [
    100, 250, 500, 1_000, 2_000, 3_000, 4_000, 6_000, 8_000, 12_000, 20_000, 60_000,
];
/// How often a mark is set.
const MARK_EVERY: Duration = Duration::from_secs(5);
/// How far back marks reach.
const MARKS_BACK: Duration = Duration::from_secs(15 * 60);
const MINUTE: Duration = Duration::from_secs(60);
/// Over how long calls a second are counted.
const RATE_OVER: Duration = Duration::from_secs(10);

/// What was counted of a trunk's calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrunkTotals {
    /// Calls whose INVITE left.
    pub attempts: u64,
    /// Calls that a 2xx answered.
    pub answers: u64,
    /// Calls that came to nothing.
    pub failures: u64,
    /// Calls that the network brought to where they should go: answered, rang, or refused there.
    pub effective: u64,
    /// Failures in the order of [`Outcome::ALL`].
    pub by_outcome: [u64; Outcome::ALL.len()],
    /// Failures by the first digit of the status, 3 to 6; the first place has those without.
    pub by_class: [u64; 5],
    /// Messages that we sent again.
    pub repeats_sent: u64,
    /// Messages that came again.
    pub repeats_heard: u64,
    /// From INVITE to the first 180 to 183.
    pub post_dial: Spread,
    /// From INVITE to the 2xx.
    pub answer_delay: Spread,
}

/// How times are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many there were.
    pub count: u64,
    /// All together.
    pub sum: Duration,
    /// How many were no longer than each of [`SPREAD_BOUNDS`].
    pub up_to: [u64; SPREAD_BOUNDS.len()],
}

/// The figures of a trunk at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct TrunkFigures {
    /// Which.
    pub id: TrunkId,
    /// Its name.
    pub name: String,
    /// Calls on it now.
    pub open: u32,
    /// Calls that leave, a second.
    pub calls_per_second: f64,
    /// Over the last minute.
    pub minute: TrunkTotals,
    /// Over the last quarter of an hour.
    pub quarter: TrunkTotals,
    /// Since the start.
    pub since_start: TrunkTotals,
}

/// Where a trunk's figures are kept.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) name: String,
    pub(super) open: u32,
    pub(super) totals: TrunkTotals,
    marks: VecDeque<(Instant, TrunkTotals)>,
}

impl Book {
    pub(super) fn answered(&mut self, took: Duration) {
        self.totals.answers += 1;
        self.totals.effective += 1;
        self.totals.answer_delay.add(took);
    }

    pub(super) fn failed(&mut self, outcome: Outcome, status: Option<u16>, rang: bool) {
        let totals = &mut self.totals;
        totals.failures += 1;
        let place = Outcome::ALL.iter().position(|known| *known == outcome);
        if let Some(place) = place {
            totals.by_outcome[place] += 1;
        }
        let class = usize::from(status.unwrap_or(0) / 100);
        totals.by_class[class.checked_sub(2).filter(|place| *place < 5).unwrap_or(0)] += 1;
        if rang || reached_somebody(outcome) {
            totals.effective += 1;
        }
    }

    pub(super) fn repeated(&mut self, ours: bool) {
        match ours {
            true => self.totals.repeats_sent += 1,
            false => self.totals.repeats_heard += 1,
        }
    }

    /// Sets a mark when one is due.
    pub(super) fn tick(&mut self, now: Instant) {
        let due = self
            .marks
            .back()
            .is_none_or(|(at, _)| now.saturating_duration_since(*at) >= MARK_EVERY);
        if due {
            self.marks.push_back((now, self.totals));
        }
        // One older than the longest span stays: it is where that span begins.
        while self
            .marks
            .get(1)
            .is_some_and(|(at, _)| now.saturating_duration_since(*at) >= MARKS_BACK)
        {
            self.marks.pop_front();
        }
    }

    pub(super) fn figures(&self, now: Instant, id: TrunkId) -> TrunkFigures {
        let lately = self.over(now, RATE_OVER);
        TrunkFigures {
            id,
            name: self.name.clone(),
            open: self.open,
            calls_per_second: lately.attempts as f64 / RATE_OVER.as_secs_f64(),
            minute: self.over(now, MINUTE),
            quarter: self.over(now, MARKS_BACK),
            since_start: self.totals,
        }
    }

    /// What was counted since the last mark that is as old as `span`, or since the start.
    fn over(&self, now: Instant, span: Duration) -> TrunkTotals {
        let old = |at: &Instant| now.saturating_duration_since(*at) >= span;
        let mark = self.marks.iter().rev().find(|(at, _)| old(at));
        self.totals
            .since(mark.map_or(&TrunkTotals::default(), |(_, totals)| totals))
    }
}

/// Whether who was called, or their telephone, said so (E.425: user busy, no answer, rejection).
fn reached_somebody(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Busy
            | Outcome::NoAnswer
            | Outcome::Rejected
            | Outcome::Unwanted
            | Outcome::Unreachable
            | Outcome::Machine
            | Outcome::Fax
    )
}

impl TrunkTotals {
    /// Answers among calls that came to an end, one way or the other; `None` while none did.
    pub fn answer_seizure_ratio(&self) -> Option<f64> {
        self.share(self.answers)
    }

    /// Calls that the network did its part for, among the same.
    pub fn network_effectiveness(&self) -> Option<f64> {
        self.share(self.effective)
    }

    fn share(&self, part: u64) -> Option<f64> {
        let all = self.answers + self.failures;
        (all > 0).then(|| part as f64 / all as f64)
    }

    fn since(&self, before: &TrunkTotals) -> TrunkTotals {
        TrunkTotals {
            attempts: self.attempts - before.attempts,
            answers: self.answers - before.answers,
            failures: self.failures - before.failures,
            effective: self.effective - before.effective,
            by_outcome: std::array::from_fn(|at| self.by_outcome[at] - before.by_outcome[at]),
            by_class: std::array::from_fn(|at| self.by_class[at] - before.by_class[at]),
            repeats_sent: self.repeats_sent - before.repeats_sent,
            repeats_heard: self.repeats_heard - before.repeats_heard,
            post_dial: self.post_dial.since(&before.post_dial),
            answer_delay: self.answer_delay.since(&before.answer_delay),
        }
    }
}

impl Spread {
    pub(super) fn add(&mut self, time: Duration) {
        self.count += 1;
        self.sum += time;
        for (bound, count) in SPREAD_BOUNDS.iter().zip(&mut self.up_to) {
            *count += u64::from(time <= Duration::from_millis(*bound));
        }
    }

    /// The mean; `None` while there was none.
    pub fn mean(&self) -> Option<Duration> {
        let count = u32::try_from(self.count).ok().filter(|count| *count > 0)?;
        Some(self.sum / count)
    }

    /// The bound under which this share of the times lies; `None` while there was none, and where
    /// it lies above all bounds.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let rank = (self.count as f64 * share).ceil() as u64;
        let place = self.up_to.iter().position(|count| *count >= rank.max(1))?;
        Some(Duration::from_millis(SPREAD_BOUNDS[place]))
    }

    fn since(&self, before: &Spread) -> Spread {
        Spread {
            count: self.count - before.count,
            sum: self.sum - before.sum,
            up_to: std::array::from_fn(|at| self.up_to[at] - before.up_to[at]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_forgets_what_is_older() {
        let start = Instant::now();
        let mut book = Book::default();
        for second in 0..1_000 {
            book.totals.attempts += 1;
            book.tick(start + Duration::from_secs(second));
        }
        let now = start + Duration::from_secs(1_000);
        let figures = book.figures(now, TrunkId::new(1));
        assert_eq!(figures.since_start.attempts, 1_000);
        assert!((59..=65).contains(&figures.minute.attempts), "{figures:?}");
        assert!(
            (899..=905).contains(&figures.quarter.attempts),
            "{figures:?}"
        );
        assert!(
            (0.8..1.6).contains(&figures.calls_per_second),
            "{figures:?}"
        );
        assert!(book.marks.len() <= 182, "{}", book.marks.len());
    }

    #[test]
    fn ratios_are_of_calls_that_came_to_an_end() {
        let mut book = Book::default();
        assert_eq!(book.totals.answer_seizure_ratio(), None);
        book.totals.attempts = 9;
        book.answered(Duration::from_secs(3));
        book.failed(Outcome::Busy, Some(486), false);
        book.failed(Outcome::Congestion, Some(503), false);
        book.failed(Outcome::Cancelled, Some(487), true);
        let totals = book.totals;
        assert_eq!(totals.answer_seizure_ratio(), Some(0.25));
        assert_eq!(totals.network_effectiveness(), Some(0.75));
        assert_eq!(totals.by_class, [0, 0, 2, 1, 0]);
        book.failed(Outcome::Congestion, None, false);
        book.failed(Outcome::Congestion, Some(999), false);
        assert_eq!(book.totals.by_class[0], 2);
    }

    #[test]
    fn a_spread_knows_mean_and_quantiles() {
        let mut spread = Spread::default();
        assert_eq!((spread.mean(), spread.quantile(0.5)), (None, None));
        for ms in [90, 90, 400, 1_900] {
            spread.add(Duration::from_millis(ms));
        }
        assert_eq!(spread.mean(), Some(Duration::from_millis(620)));
        assert_eq!(spread.quantile(0.5), Some(Duration::from_millis(100)));
        assert_eq!(spread.quantile(0.95), Some(Duration::from_millis(2_000)));
        spread.add(Duration::from_secs(99));
        assert_eq!(spread.quantile(1.0), None);
    }
}
