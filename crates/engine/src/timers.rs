//! Every timer of the engine, in one table, with the reason for each. A timer
//! is one thing waited for: setting it again moves it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use domain::{AgentId, AttemptId, CampaignId, Keyed, Timestamp, TrunkId};

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Timer {
    /// Pacing decides again, for every campaign in turn: every [`PACE_EVERY`].
    Pace,
    /// The next call in line leaves a trunk.
    Leave(TrunkId),
    /// A campaign may ask for contacts again (next one due, or no answer came).
    Feed(CampaignId),
    /// An answered customer waited for an agent as long as the law lets them.
    Wait(AttemptId),
    /// A call reports nothing: it is ended, then forgotten.
    Silence(AttemptId),
    /// The second leg of a call being handed on reports nothing.
    Side(AttemptId),
    /// A call lasts as long as its campaign lets it, or will in a minute.
    Length(AttemptId),
    /// The recording of a call is paused as long as its campaign lets it.
    Paused(AttemptId),
    /// The state of an agent is over (`agents::Agent::deadline`).
    Agent(AgentId),
    /// A line that should be up is not: call the phone again.
    Raise(AgentId),
}

/// How often pacing decides. Asking every second is enough: people take
/// seconds to pick up.
pub(crate) const PACE_EVERY: Duration = Duration::from_secs(1);
/// How often a lost line is called again: the phone may just be rebooting.
pub(crate) const RAISE_EVERY: Duration = Duration::from_secs(5);
/// An order to place a call must be confirmed within this.
pub(crate) const PLACED_WITHIN: Duration = Duration::from_secs(10);
/// Grace after the ring timeout, which is telephony's to keep.
pub(crate) const RING_GRACE: Duration = Duration::from_secs(10);
/// How long a destination may ring: a customer listens to it.
pub(crate) const SIDE_RING: Duration = Duration::from_secs(25);
/// So long before the longest call ends, its agent is warned.
pub(crate) const LENGTH_WARNING: Duration = Duration::from_secs(60);
/// An agent's own deadline on a call comes so long after the call's.
pub(crate) const LENGTH_GRACE: Duration = Duration::from_secs(60);
/// A hang-up must end the call within this: a transaction's 32 s and a little.
pub(crate) const HANG_UP_WITHIN: Duration = Duration::from_secs(35);
/// The message to an abandoned caller is over within this.
pub(crate) const MESSAGE_MAX: Duration = Duration::from_secs(60);

/// The table. Most timers are moved or cleared long before they are due: what
/// was written in the queue for them stays there, is passed over, and is swept
/// out when half of the queue is such.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    /// The first is never one to be passed over.
    queue: BinaryHeap<Reverse<(Timestamp, Timer)>>,
    at: Keyed<Timer, Timestamp>,
}

/// A queue this short is not worth sweeping.
const SWEPT_FROM: usize = 64;

impl Timers {
    pub(crate) fn set(&mut self, timer: Timer, at: Timestamp) {
        if self.at.insert(timer, at) != Some(at) {
            self.queue.push(Reverse((at, timer)));
            self.pass_over();
        }
    }

    /// Sets it unless it is due earlier already.
    pub(crate) fn set_by(&mut self, timer: Timer, at: Timestamp) {
        if self.at.get(&timer).is_none_or(|known| *known > at) {
            self.set(timer, at);
        }
    }

    pub(crate) fn clear(&mut self, timer: Timer) {
        if self.at.remove(&timer).is_some() {
            self.pass_over();
        }
    }

    /// The first that is due, taken out.
    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<Timer> {
        let Reverse((at, timer)) = *self.queue.peek()?;
        if at > now {
            return None;
        }
        self.clear(timer);
        Some(timer)
    }

    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    /// The clock was set back by `span`: what was waited for is as far off as
    /// it was before.
    pub(crate) fn shift_back(&mut self, span: Duration) {
        let moved: Vec<(Timer, Timestamp)> = self.at.iter().map(|(t, at)| (*t, *at)).collect();
        for (timer, at) in moved {
            self.set(timer, at - span);
        }
    }

    /// What was moved or cleared goes from the front of the queue, or from all
    /// of it.
    fn pass_over(&mut self) {
        let at = &self.at;
        let waits = |(due, timer): &(Timestamp, Timer)| at.get(timer) == Some(due);
        if self.queue.len() > SWEPT_FROM.max(2 * at.len()) {
            self.queue.retain(|Reverse(queued)| waits(queued));
        }
        while self
            .queue
            .peek()
            .is_some_and(|Reverse(first)| !waits(first))
        {
            self.queue.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn timers_fire_in_order_of_time_and_once() {
        let (pace, feed) = (Timer::Pace, Timer::Feed(CampaignId::new(1)));
        let mut timers = Timers::default();
        timers.set(pace, at(20));
        timers.set(feed, at(10));
        timers.set(pace, at(15));
        assert_eq!(timers.next(), Some(at(10)));
        assert_eq!(timers.pop_due(at(9)), None);
        assert_eq!(timers.pop_due(at(30)), Some(feed));
        assert_eq!(timers.pop_due(at(30)), Some(pace));
        assert_eq!(timers.pop_due(at(30)), None);
    }

    #[test]
    fn what_was_moved_or_cleared_fires_no_more_and_takes_no_room() {
        let mut timers = Timers::default();
        let wait = |call| Timer::Wait(AttemptId::new(call));
        for round in 0..1_000 {
            timers.set(wait(round % 7), at(5_000 - round));
        }
        timers.clear(wait(6));
        assert!(timers.queue.len() <= SWEPT_FROM + 1);
        let fired: Vec<Timer> = std::iter::from_fn(|| timers.pop_due(at(9_000))).collect();
        assert_eq!(fired, [5, 4, 3, 2, 1, 0].map(wait));
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn a_clock_set_back_does_not_make_anyone_wait_longer() {
        let wait = Timer::Wait(AttemptId::new(1));
        let mut timers = Timers::default();
        timers.set(wait, at(3_600_100));
        timers.shift_back(Duration::from_secs(3_600));
        assert_eq!(timers.next(), Some(at(100)));
    }
}
