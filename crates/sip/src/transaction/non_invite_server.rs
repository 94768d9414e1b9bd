//! The server transaction of every request but INVITE and ACK (RFC 3261 section 17.2.2).
//!
//! ```text
//!           | request came
//!           v
//!      +--------+ request: nothing
//!      | Trying |----------------------+
//!      +--------+                      | 200-699 from user: send
//!           | 1xx from user: send      |
//!           v                          |
//!      +------------+ request: repeat  |
//!      | Proceeding |----------------->+
//!      +------------+                  v
//!                              +-----------+ request: repeat
//!                              | Completed |
//!                              +-----------+
//!                                      | J
//!                                      v
//!                              +------------+
//!                              | Terminated |
//!                              +------------+
//! ```

use super::{Class, ServerDo};
use crate::timers::Timers;
use std::time::Instant;

#[derive(Debug)]
pub(super) struct NonInviteServer {
    state: State,
    reliable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Trying,
    Proceeding,
    Completed {
        /// Timer J.
        until: Instant,
    },
    Terminated,
}

impl NonInviteServer {
    pub(super) fn new(reliable: bool) -> Self {
        Self {
            state: State::Trying,
            reliable,
        }
    }

    /// The request came again.
    pub(super) fn repeated(&self) -> ServerDo {
        match self.state {
            State::Proceeding | State::Completed { .. } => ServerDo::Repeat,
            State::Trying | State::Terminated => ServerDo::Nothing,
        }
    }

    /// The user answers.
    pub(super) fn respond(&mut self, now: Instant, timers: &Timers, class: Class) -> ServerDo {
        let (state, action) = match (self.state, class) {
            (State::Trying | State::Proceeding, Class::Provisional) => {
                (State::Proceeding, ServerDo::Send)
            }
            (State::Trying | State::Proceeding, Class::Success | Class::Failure) => {
                let until = if self.reliable {
                    now
                } else {
                    now + timers.timeout
                };
                (State::Completed { until }, ServerDo::Send)
            }
            (
                State::Completed { .. } | State::Terminated,
                Class::Provisional | Class::Success | Class::Failure,
            ) => (self.state, ServerDo::Nothing),
        };
        self.state = state;
        action
    }

    pub(super) fn wake(&mut self, now: Instant) {
        match self.state {
            State::Completed { until } if until <= now => self.state = State::Terminated,
            State::Trying | State::Proceeding | State::Completed { .. } | State::Terminated => {}
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Completed { until } => Some(until),
            State::Trying | State::Proceeding | State::Terminated => None,
        }
    }

    /// Whether a final response was sent.
    pub(super) fn is_answered(&self) -> bool {
        matches!(self.state, State::Completed { .. } | State::Terminated)
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_repeated_for_each_repeated_request_until_timer_j() {
        let start = Instant::now();
        let timers = Timers::default();
        let mut machine = NonInviteServer::new(false);
        assert_eq!(machine.repeated(), ServerDo::Nothing);
        assert_eq!(
            machine.respond(start, &timers, Class::Success),
            ServerDo::Send
        );
        assert_eq!(machine.repeated(), ServerDo::Repeat);
        assert_eq!(
            machine.respond(start, &timers, Class::Failure),
            ServerDo::Nothing
        );
        let end = machine.deadline().expect("timer J runs");
        assert_eq!(end, start + timers.timeout);
        machine.wake(end);
        assert!(machine.is_terminated());
    }
}
