//! The INVITE server transaction (RFC 3261 section 17.2.1, RFC 6026 section 7.1).
//!
//! ```text
//!           | INVITE came: 100
//!           v
//!      +------------+ INVITE: repeat      1xx from user: send
//!      | Proceeding |
//!      +------------+
//!        |        | 300-699 from user: send
//!        | 2xx    v
//!        | send  +-----------+ INVITE, G: repeat      H: give up
//!        |       | Completed |-----------------------------------+
//!        |       +-----------+                                   |
//!        |            | ACK                                      |
//!        |            v                                          v
//!        |       +-----------+ INVITE, ACK: nothing  I    +------------+
//!        |       | Confirmed |--------------------------->| Terminated |
//!        v       +-----------+                            +------------+
//!      +----------+ INVITE: nothing (the dialog repeats its 2xx)  ^
//!      | Accepted | ACK: pass up                                  |
//!      +----------+-----------------------------------------------+
//!                   L
//! ```

use super::{Class, ServerDo};
use crate::timers::Timers;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct InviteServer {
    state: State,
    reliable: bool,
    t2: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Proceeding,
    Completed {
        /// Timer G; none over a reliable transport.
        repeat_at: Option<Instant>,
        interval: Duration,
        /// Timer H.
        give_up_at: Instant,
    },
    Confirmed {
        /// Timer I.
        until: Instant,
    },
    Accepted {
        /// Timer L.
        until: Instant,
    },
    Terminated,
}

impl InviteServer {
    pub(super) fn new(timers: &Timers, reliable: bool) -> Self {
        Self {
            state: State::Proceeding,
            reliable,
            t2: timers.t2,
        }
    }

    /// The INVITE came again.
    pub(super) fn repeated(&self) -> ServerDo {
        match self.state {
            State::Proceeding | State::Completed { .. } => ServerDo::Repeat,
            State::Confirmed { .. } | State::Accepted { .. } | State::Terminated => {
                ServerDo::Nothing
            }
        }
    }

    /// The user answers.
    pub(super) fn respond(&mut self, now: Instant, timers: &Timers, class: Class) -> ServerDo {
        let (state, action) = match (self.state, class) {
            (State::Proceeding, Class::Provisional) => (self.state, ServerDo::Send),
            (State::Proceeding, Class::Success) => {
                let until = now + timers.timeout;
                (State::Accepted { until }, ServerDo::Send)
            }
            (State::Proceeding, Class::Failure) => {
                let completed = State::Completed {
                    repeat_at: (!self.reliable).then(|| now + timers.t1),
                    interval: timers.t1,
                    give_up_at: now + timers.timeout,
                };
                (completed, ServerDo::Send)
            }
            (
                State::Completed { .. }
                | State::Confirmed { .. }
                | State::Accepted { .. }
                | State::Terminated,
                Class::Provisional | Class::Success | Class::Failure,
            ) => (self.state, ServerDo::Nothing),
        };
        self.state = state;
        action
    }

    /// An ACK with the branch of the INVITE came.
    pub(super) fn ack(&mut self, now: Instant, timers: &Timers) -> ServerDo {
        match self.state {
            State::Completed { .. } => {
                let until = if self.reliable { now } else { now + timers.t4 };
                self.state = State::Confirmed { until };
                ServerDo::Nothing
            }
            State::Accepted { .. } => ServerDo::PassUp,
            State::Proceeding | State::Confirmed { .. } | State::Terminated => ServerDo::Nothing,
        }
    }

    pub(super) fn wake(&mut self, now: Instant) -> ServerDo {
        match self.state {
            State::Completed { give_up_at, .. } if give_up_at <= now => {
                self.state = State::Terminated;
                ServerDo::Nothing
            }
            State::Completed {
                repeat_at: Some(at),
                interval,
                give_up_at,
            } if at <= now => {
                let interval = (interval * 2).min(self.t2);
                self.state = State::Completed {
                    repeat_at: Some(now + interval),
                    interval,
                    give_up_at,
                };
                ServerDo::Repeat
            }
            State::Confirmed { until } | State::Accepted { until } if until <= now => {
                self.state = State::Terminated;
                ServerDo::Nothing
            }
            State::Proceeding
            | State::Completed { .. }
            | State::Confirmed { .. }
            | State::Accepted { .. }
            | State::Terminated => ServerDo::Nothing,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Completed {
                repeat_at,
                give_up_at,
                ..
            } => Some(repeat_at.map_or(give_up_at, |at| at.min(give_up_at))),
            State::Confirmed { until } | State::Accepted { until } => Some(until),
            State::Proceeding | State::Terminated => None,
        }
    }

    /// Whether a final response was sent.
    pub(super) fn is_answered(&self) -> bool {
        self.state != State::Proceeding
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_repeated_until_the_ack() {
        let start = Instant::now();
        let timers = Timers::default();
        let mut machine = InviteServer::new(&timers, false);
        assert_eq!(machine.repeated(), ServerDo::Repeat);
        assert_eq!(
            machine.respond(start, &timers, Class::Failure),
            ServerDo::Send
        );
        let first = machine.deadline().expect("timer G runs");
        assert_eq!(first, start + timers.t1);
        assert_eq!(machine.wake(first), ServerDo::Repeat);
        assert_eq!(machine.ack(first, &timers), ServerDo::Nothing);
        assert_eq!(machine.repeated(), ServerDo::Nothing);
        assert_eq!(machine.deadline(), Some(first + timers.t4));
        machine.wake(first + timers.t4);
        assert!(machine.is_terminated());
    }

    #[test]
    fn a_refusal_without_ack_ends_after_64_t1() {
        let start = Instant::now();
        let timers = Timers::default();
        let mut machine = InviteServer::new(&timers, false);
        machine.respond(start, &timers, Class::Failure);
        let mut last = start;
        while let Some(at) = machine.deadline() {
            machine.wake(at);
            last = at;
        }
        assert_eq!(last - start, timers.timeout);
    }

    #[test]
    fn after_a_2xx_invites_are_absorbed_and_acks_belong_to_the_dialog() {
        let start = Instant::now();
        let timers = Timers::default();
        let mut machine = InviteServer::new(&timers, false);
        machine.respond(start, &timers, Class::Success);
        assert_eq!(machine.repeated(), ServerDo::Nothing);
        assert_eq!(machine.ack(start, &timers), ServerDo::PassUp);
        assert_eq!(
            machine.respond(start, &timers, Class::Failure),
            ServerDo::Nothing
        );
        assert_eq!(machine.deadline(), Some(start + timers.timeout));
    }
}
