//! The INVITE client transaction (RFC 3261 section 17.1.1, RFC 6026 section 7.2).
//!
//! ```text
//!           | INVITE sent
//!           v
//!      +---------+  A: repeat, twice as long    B, transport error: give up
//!      | Calling |-------------------------------------------------------+
//!      +---------+                                                       |
//!        |  |  | 1xx: deliver                                            |
//!        |  |  v                                                         |
//!        |  | +------------+ 1xx: deliver                                |
//!        |  | | Proceeding |  (no timer: the ring timeout is above us)   |
//!        |  | +------------+                                             |
//!        |  |    |     | 300-699: deliver, ACK                           |
//!        |  +----|-----+                                                 |
//!        | 2xx   |     v                                                 v
//!        |       |   +-----------+ 300-699: ACK   D            +------------+
//!        +---+---+   | Completed |---------------------------->| Terminated |
//!            | 2xx: deliver -------+                           +------------+
//!            v                                                       ^
//!      +----------+ 2xx: deliver (retransmitted, or another fork)    |
//!      | Accepted |--------------------------------------------------+
//!      +----------+ M
//! ```

use super::{Class, ClientDo};
use crate::timers::Timers;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct InviteClient {
    state: State,
    reliable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Calling {
        /// Timer A; none over a reliable transport.
        repeat_at: Option<Instant>,
        interval: Duration,
        /// Timer B.
        give_up_at: Instant,
    },
    Proceeding,
    Completed {
        /// Timer D.
        until: Instant,
    },
    Accepted {
        /// Timer M.
        until: Instant,
    },
    Terminated,
}

impl InviteClient {
    /// The INVITE has just been sent.
    pub(super) fn new(now: Instant, timers: &Timers, reliable: bool) -> Self {
        let state = State::Calling {
            repeat_at: (!reliable).then(|| now + timers.t1),
            interval: timers.t1,
            give_up_at: now + timers.timeout,
        };
        Self { state, reliable }
    }

    /// The INVITE was sent in a former life, and only its end is awaited.
    pub(super) fn adopted(reliable: bool) -> Self {
        Self {
            state: State::Proceeding,
            reliable,
        }
    }

    pub(super) fn response(&mut self, now: Instant, timers: &Timers, class: Class) -> ClientDo {
        let (state, action) = match (self.state, class) {
            (State::Calling { .. } | State::Proceeding, Class::Provisional) => {
                (State::Proceeding, ClientDo::Deliver)
            }
            (State::Calling { .. } | State::Proceeding, Class::Success) => {
                let until = now + timers.timeout;
                (State::Accepted { until }, ClientDo::Deliver)
            }
            (State::Calling { .. } | State::Proceeding, Class::Failure) => {
                let until = if self.reliable {
                    now
                } else {
                    now + timers.timeout
                };
                (State::Completed { until }, ClientDo::DeliverAndAck)
            }
            (State::Completed { .. }, Class::Failure) => (self.state, ClientDo::RepeatAck),
            (State::Accepted { .. }, Class::Success) => (self.state, ClientDo::Deliver),
            (State::Completed { .. }, Class::Provisional | Class::Success)
            | (State::Accepted { .. }, Class::Provisional | Class::Failure)
            | (State::Terminated, Class::Provisional | Class::Success | Class::Failure) => {
                (self.state, ClientDo::Nothing)
            }
        };
        self.state = state;
        action
    }

    pub(super) fn wake(&mut self, now: Instant) -> ClientDo {
        match self.state {
            State::Calling { give_up_at, .. } if give_up_at <= now => {
                self.state = State::Terminated;
                ClientDo::GiveUp
            }
            State::Calling {
                repeat_at: Some(at),
                interval,
                give_up_at,
            } if at <= now => {
                let interval = interval * 2;
                self.state = State::Calling {
                    repeat_at: Some(now + interval),
                    interval,
                    give_up_at,
                };
                ClientDo::Repeat
            }
            State::Completed { until } | State::Accepted { until } if until <= now => {
                self.state = State::Terminated;
                ClientDo::Nothing
            }
            State::Calling { .. }
            | State::Proceeding
            | State::Completed { .. }
            | State::Accepted { .. }
            | State::Terminated => ClientDo::Nothing,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Calling {
                repeat_at,
                give_up_at,
                ..
            } => Some(repeat_at.map_or(give_up_at, |at| at.min(give_up_at))),
            State::Completed { until } | State::Accepted { until } => Some(until),
            State::Proceeding | State::Terminated => None,
        }
    }

    /// Whether a final response came, or none is awaited any more.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self.state, State::Calling { .. } | State::Proceeding)
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(reliable: bool) -> (Instant, Timers, InviteClient) {
        let now = Instant::now();
        let timers = Timers::default();
        (now, timers, InviteClient::new(now, &timers, reliable))
    }

    #[test]
    fn an_unanswered_invite_is_sent_seven_times_and_given_up_after_64_t1() {
        let (start, _, mut machine) = machine(false);
        let mut sent_at = vec![0];
        while let Some(at) = machine.deadline() {
            match machine.wake(at) {
                ClientDo::Repeat => sent_at.push((at - start).as_millis()),
                ClientDo::GiveUp => assert_eq!(at - start, Duration::from_secs(32)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(sent_at, [0, 500, 1500, 3500, 7500, 15500, 31500]);
        assert!(machine.is_terminated());
    }

    #[test]
    fn over_a_stream_nothing_is_repeated() {
        let (start, _, mut machine) = machine(true);
        assert_eq!(machine.deadline(), Some(start + Duration::from_secs(32)));
        assert_eq!(
            machine.wake(start + Duration::from_secs(32)),
            ClientDo::GiveUp
        );
    }

    #[test]
    fn a_refusal_is_acknowledged_each_time_it_comes_but_told_once() {
        let (now, timers, mut machine) = machine(false);
        assert_eq!(
            machine.response(now, &timers, Class::Failure),
            ClientDo::DeliverAndAck
        );
        assert_eq!(
            machine.response(now, &timers, Class::Failure),
            ClientDo::RepeatAck
        );
        assert_eq!(
            machine.response(now, &timers, Class::Provisional),
            ClientDo::Nothing
        );
        let end = machine.deadline().expect("timer D runs");
        assert_eq!(end, now + timers.timeout);
        machine.wake(end);
        assert!(machine.is_terminated());
    }

    #[test]
    fn every_2xx_reaches_the_user_until_timer_m() {
        let (now, timers, mut machine) = machine(false);
        machine.response(now, &timers, Class::Provisional);
        for _ in 0..3 {
            assert_eq!(
                machine.response(now, &timers, Class::Success),
                ClientDo::Deliver
            );
        }
        machine.wake(now + timers.timeout);
        assert!(machine.is_terminated());
        assert_eq!(
            machine.response(now, &timers, Class::Success),
            ClientDo::Nothing
        );
    }
}
