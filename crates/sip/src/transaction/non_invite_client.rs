//! The client transaction of every request but INVITE and ACK (RFC 3261 section 17.1.2).
//!
//! ```text
//!           | request sent
//!           v
//!      +---------+ E: repeat, twice as long up to T2
//!      | Trying  |------------------------------------+
//!      +---------+   F, transport error: give up      |
//!        |     | 1xx: deliver                         |
//!        |     v                                      |
//!        |  +------------+ E: repeat each T2          |
//!        |  | Proceeding |--------------------------->+
//!        |  +------------+   F: give up               |
//!        |     | 200-699: deliver                     |
//!        +--+--+                                      |
//!           v                                         v
//!      +-----------+            K              +------------+
//!      | Completed |-------------------------->| Terminated |
//!      +-----------+                           +------------+
//! ```

use super::{Class, ClientDo};
use crate::timers::Timers;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct NonInviteClient {
    state: State,
    reliable: bool,
    t2: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Trying(Asking),
    Proceeding(Asking),
    Completed {
        /// Timer K.
        until: Instant,
    },
    Terminated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asking {
    /// Timer E; none over a reliable transport.
    repeat_at: Option<Instant>,
    interval: Duration,
    /// Timer F.
    give_up_at: Instant,
}

impl NonInviteClient {
    /// The request has just been sent.
    pub(super) fn new(now: Instant, timers: &Timers, reliable: bool) -> Self {
        let asking = Asking {
            repeat_at: (!reliable).then(|| now + timers.t1),
            interval: timers.t1,
            give_up_at: now + timers.timeout,
        };
        Self {
            state: State::Trying(asking),
            reliable,
            t2: timers.t2,
        }
    }

    pub(super) fn response(&mut self, now: Instant, timers: &Timers, class: Class) -> ClientDo {
        let (state, action) = match (self.state, class) {
            (State::Trying(asking) | State::Proceeding(asking), Class::Provisional) => {
                (State::Proceeding(asking), ClientDo::Deliver)
            }
            (State::Trying(_) | State::Proceeding(_), Class::Success | Class::Failure) => {
                let until = if self.reliable { now } else { now + timers.t4 };
                (State::Completed { until }, ClientDo::Deliver)
            }
            (
                State::Completed { .. } | State::Terminated,
                Class::Provisional | Class::Success | Class::Failure,
            ) => (self.state, ClientDo::Nothing),
        };
        self.state = state;
        action
    }

    pub(super) fn wake(&mut self, now: Instant) -> ClientDo {
        let (state, action) = match self.state {
            State::Trying(asking) | State::Proceeding(asking) if asking.give_up_at <= now => {
                (State::Terminated, ClientDo::GiveUp)
            }
            State::Trying(asking) if asking.is_due(now) => {
                let interval = (asking.interval * 2).min(self.t2);
                (State::Trying(asking.again(now, interval)), ClientDo::Repeat)
            }
            State::Proceeding(asking) if asking.is_due(now) => (
                State::Proceeding(asking.again(now, self.t2)),
                ClientDo::Repeat,
            ),
            State::Completed { until } if until <= now => (State::Terminated, ClientDo::Nothing),
            State::Trying(_)
            | State::Proceeding(_)
            | State::Completed { .. }
            | State::Terminated => (self.state, ClientDo::Nothing),
        };
        self.state = state;
        action
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Trying(asking) | State::Proceeding(asking) => Some(
                asking
                    .repeat_at
                    .map_or(asking.give_up_at, |at| at.min(asking.give_up_at)),
            ),
            State::Completed { until } => Some(until),
            State::Terminated => None,
        }
    }

    /// Whether a final response came, or none is awaited any more.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.state, State::Completed { .. } | State::Terminated)
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

impl Asking {
    fn is_due(&self, now: Instant) -> bool {
        self.repeat_at.is_some_and(|at| at <= now)
    }

    fn again(self, now: Instant, interval: Duration) -> Self {
        Self {
            repeat_at: Some(now + interval),
            interval,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unanswered_request_is_sent_eleven_times_in_32_seconds() {
        let start = Instant::now();
        let mut machine = NonInviteClient::new(start, &Timers::default(), false);
        let mut sent_at = vec![0];
        while let Some(at) = machine.deadline() {
            match machine.wake(at) {
                ClientDo::Repeat => sent_at.push((at - start).as_millis()),
                ClientDo::GiveUp => assert_eq!(at - start, Duration::from_secs(32)),
                other => panic!("{other:?}"),
            }
        }
        let expected = [
            0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500,
        ];
        assert_eq!(sent_at, expected);
    }

    #[test]
    fn after_a_1xx_it_is_repeated_each_t2_and_the_answer_is_told_once() {
        let start = Instant::now();
        let timers = Timers::default();
        let mut machine = NonInviteClient::new(start, &timers, false);
        machine.response(start, &timers, Class::Provisional);
        let first = machine.deadline().expect("timer E runs");
        assert_eq!(machine.wake(first), ClientDo::Repeat);
        assert_eq!(machine.deadline(), Some(first + timers.t2));
        assert_eq!(
            machine.response(first, &timers, Class::Success),
            ClientDo::Deliver
        );
        assert_eq!(
            machine.response(first, &timers, Class::Success),
            ClientDo::Nothing
        );
        assert_eq!(machine.deadline(), Some(first + timers.t4));
    }
}
