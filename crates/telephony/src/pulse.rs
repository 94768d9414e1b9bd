//! When to ask a far side whether it is still there, and when it is not (RFC 5626 section 4.4.1).
//! Anything heard is a sign of life. Whoever has answered once must answer always; whoever never
//! did does not know the question.

use std::time::Duration;

use tokio::time::Instant;

/// How long an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Pulse {
    every: Duration,
    must_answer: bool,
    asked: bool,
    due: Instant,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Ask now.
    Ask,
    /// Nothing.
    Wait,
    /// Nobody is there.
    Dead,
}

impl Pulse {
    pub(crate) fn new(every: Duration, must_answer: bool, now: Instant) -> Pulse {
        Pulse {
            every,
            must_answer,
            asked: false,
            due: now + every,
        }
    }

    /// When to call [`Pulse::beat`].
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    pub(crate) fn heard(&mut self, now: Instant) {
        self.asked = false;
        self.due = now + self.every;
    }

    /// An answer to our question was heard: the far side knows it.
    pub(crate) fn answered(&mut self, now: Instant) {
        self.must_answer = true;
        self.heard(now);
    }

    pub(crate) fn beat(&mut self, now: Instant) -> Beat {
        if now < self.due {
            return Beat::Wait;
        }
        if !self.asked {
            self.asked = true;
            self.due = now + ANSWER_MAX;
            return Beat::Ask;
        }
        if self.must_answer {
            return Beat::Dead;
        }
        self.heard(now);
        Beat::Wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(30);

    #[test]
    fn who_has_answered_once_and_then_does_not_is_dead() {
        let start = Instant::now();
        let mut pulse = Pulse::new(EVERY, false, start);
        assert_eq!(pulse.beat(start), Beat::Wait);
        assert_eq!(pulse.beat(start + EVERY), Beat::Ask);
        pulse.answered(start + EVERY);
        assert_eq!(pulse.beat(start + EVERY + ANSWER_MAX), Beat::Wait);
        assert_eq!(pulse.beat(start + EVERY * 2), Beat::Ask);
        assert_eq!(pulse.beat(start + EVERY * 2 + ANSWER_MAX), Beat::Dead);
    }

    #[test]
    fn who_never_answered_is_asked_again() {
        let start = Instant::now();
        let mut pulse = Pulse::new(EVERY, false, start);
        assert_eq!(pulse.beat(start + EVERY), Beat::Ask);
        let later = start + EVERY + ANSWER_MAX;
        assert_eq!(pulse.beat(later), Beat::Wait);
        assert_eq!(pulse.beat(later + EVERY), Beat::Ask);
    }

    #[test]
    fn whatever_is_heard_is_a_sign_of_life() {
        let start = Instant::now();
        let mut pulse = Pulse::new(EVERY, true, start);
        assert_eq!(pulse.beat(start + EVERY), Beat::Ask);
        pulse.heard(start + EVERY);
        assert_eq!(pulse.beat(start + EVERY + ANSWER_MAX), Beat::Wait);
    }
}
