//! One agent, as a machine. Every state but `Offline` has a deadline, so that
//! nobody is stuck in one.
//!
//! ```text
//!              line up                 reserve            bridge
//!  Raising ─────────────▶ Break ──▶ Ready ──▶ Reserved ──────────▶ Talking
//!     ▲  │ gave up          ▲  ◀──    │  ◀──      │                  │
//!     │  ▼                  │ booked  │ bridge    │ released         │ call ended
//!  Offline ◀── log out ─────┤         └───────────┼──────▶ Talking   ▼
//!     ▲                     └─────────────────────┴───────────── WrapUp
//!     └── waited too long ── Lost ◀── line down, from any but Offline, WrapUp
//! ```
//! A call that was handed on and comes back leads from its WrapUp to Talking again; one that was cut and is called
//! again leads from its WrapUp to Reserved.
//!
//! A break or a log-out asked for during a call is booked and happens when the
//! agent is free. Who loses the line while typifying may finish that first.

use std::time::Duration;

use domain::{AgentProfile, AgentStatus, AttemptId, CampaignId, LineKind, Timestamp};

use crate::{Booked, Change, Expired, Refusal};

/// How long a phone may take to answer the call that raises the line. Longer
/// than the ring of a phone across the room, shorter than anyone's patience.
pub const RAISING_MAX: Duration = Duration::from_secs(45);
/// How long a line may be gone before the shift is taken to be over.
pub const LOST_MAX: Duration = Duration::from_secs(300);
/// Waiting longer than this without one call, nobody is there any more.
pub const READY_MAX: Duration = Duration::from_secs(4 * 3_600);
/// A break longer than this is a forgotten log-out.
pub const BREAK_MAX: Duration = Duration::from_secs(4 * 3_600);
/// The most one request may add to a wrap-up.
const EXTENSION_MAX: Duration = Duration::from_secs(600);

/// What an agent is doing, with just what that state knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not logged in.
    Offline,
    /// Logging in: the phone is being called. Shown as offline.
    Raising,
    /// Waiting for a call.
    Ready,
    /// Promised to one attempt.
    Reserved {
        /// Which.
        attempt: AttemptId,
    },
    /// On a call.
    Talking {
        /// Which.
        attempt: AttemptId,
    },
    /// Typifying.
    WrapUp {
        /// Which.
        attempt: AttemptId,
        /// Whether more time was asked for already.
        extended: bool,
    },
    /// Paused.
    Break {
        /// Why.
        reason: String,
    },
    /// The line fell.
    Lost {
        /// Why.
        why: String,
        /// What they were on.
        attempt: Option<AttemptId>,
    },
}

impl State {
    /// The status the record knows this state by.
    pub const fn status(&self) -> AgentStatus {
        match self {
            State::Offline | State::Raising => AgentStatus::Offline,
            State::Ready => AgentStatus::Ready,
            State::Reserved { .. } => AgentStatus::Reserved,
            State::Talking { .. } => AgentStatus::Talking,
            State::WrapUp { .. } => AgentStatus::WrapUp,
            State::Break { .. } => AgentStatus::Break,
            State::Lost { .. } => AgentStatus::Lost,
        }
    }

    fn attempt(&self) -> Option<AttemptId> {
        match self {
            State::Reserved { attempt }
            | State::Talking { attempt }
            | State::WrapUp { attempt, .. } => Some(*attempt),
            State::Lost { attempt, .. } => *attempt,
            State::Offline | State::Raising | State::Ready | State::Break { .. } => None,
        }
    }

    fn reason(&self) -> Option<String> {
        match self {
            State::Break { reason } => Some(reason.clone()),
            State::Lost { why, .. } => Some(why.clone()),
            State::Offline
            | State::Raising
            | State::Ready
            | State::Reserved { .. }
            | State::Talking { .. }
            | State::WrapUp { .. } => None,
        }
    }
}

/// One agent now.
#[derive(Clone, Debug)]
pub struct Agent {
    /// As configured.
    pub profile: AgentProfile,
    /// Whether a phone is registered.
    pub registered: bool,
    /// What carried the line last.
    pub line_kind: Option<LineKind>,
    state: State,
    since: Timestamp,
    /// Ready since, not counting reservations that came to nothing.
    idle_since: Timestamp,
    deadline: Option<Timestamp>,
    line_up: bool,
    booked: Option<Booked>,
    /// Why the last attempt to raise the line failed.
    trouble: Option<String>,
}

impl Agent {
    /// Someone not logged in.
    pub fn new(profile: AgentProfile, now: Timestamp) -> Agent {
        Agent {
            profile,
            registered: false,
            line_kind: None,
            state: State::Offline,
            since: now,
            idle_since: now,
            deadline: None,
            line_up: false,
            booked: None,
            trouble: None,
        }
    }

    /// Doing what.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The same as the record has it.
    pub fn status(&self) -> AgentStatus {
        self.state.status()
    }

    /// Since when.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// Waiting for a call since when; meaningful while ready.
    pub fn idle_since(&self) -> Timestamp {
        self.idle_since
    }

    /// When this state's time is over.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    /// Whether the line can carry a customer.
    pub fn line_is_up(&self) -> bool {
        self.line_up
    }

    /// Booked for when they are free.
    pub fn booked(&self) -> Option<&Booked> {
        self.booked.as_ref()
    }

    /// The attempt they are on, or typify.
    pub fn attempt(&self) -> Option<AttemptId> {
        self.state.attempt()
    }

    /// Break reason, why the line is lost, or why it could not be raised.
    pub fn reason(&self) -> Option<String> {
        self.state.reason().or_else(|| self.trouble.clone())
    }

    /// Whether they may be given a call of this campaign now.
    pub fn can_take(&self, campaign: CampaignId) -> bool {
        self.state == State::Ready && self.line_up && self.serves(campaign)
    }

    /// Whether a call they handed on may come back to them.
    pub fn can_take_back(&self, attempt: AttemptId) -> bool {
        match self.state {
            State::Ready => self.line_up,
            State::WrapUp { attempt: last, .. } => self.line_up && last == attempt,
            State::Offline
            | State::Raising
            | State::Reserved { .. }
            | State::Talking { .. }
            | State::Break { .. }
            | State::Lost { .. } => false,
        }
    }

    /// Whether they take calls for it at all.
    pub fn serves(&self, campaign: CampaignId) -> bool {
        self.profile.campaigns.contains(&campaign)
    }

    /// Whether they are at work: ready, or will be after the call they are on.
    pub fn is_staffed(&self) -> bool {
        match self.state {
            State::Ready => true,
            State::Reserved { .. } | State::Talking { .. } | State::WrapUp { .. } => {
                self.booked.is_none()
            }
            State::Offline | State::Raising | State::Break { .. } | State::Lost { .. } => false,
        }
    }

    /// Whether the line should be up but is not: raise it.
    pub fn wants_line(&self) -> bool {
        !self.line_up
            && !matches!(
                self.state,
                State::Offline | State::Talking { .. } | State::Reserved { .. }
            )
    }

    /// Starts the shift. `None`: the line must be raised first.
    pub fn log_in(&mut self, now: Timestamp) -> Result<Option<Change>, Refusal> {
        match self.state {
            State::Offline | State::Raising => {
                self.trouble = None;
                let _ = self.enter(now, State::Raising, Some(RAISING_MAX));
                Ok(None)
            }
            State::Lost { .. } => Ok(None),
            State::Ready
            | State::Reserved { .. }
            | State::Talking { .. }
            | State::WrapUp { .. }
            | State::Break { .. } => Err(Refusal::LoggedIn),
        }
    }

    /// The line can carry a customer.
    pub fn line_came_up(&mut self, now: Timestamp) -> Option<Change> {
        if self.state == State::Offline {
            // Nobody asked for it, and it is dropped.
            return None;
        }
        self.line_up = true;
        self.trouble = None;
        match self.state {
            State::Raising => Some(self.enter_break(now, "login")),
            State::Lost { .. } => Some(self.enter_break(now, "line")),
            State::Offline
            | State::Ready
            | State::Reserved { .. }
            | State::Talking { .. }
            | State::WrapUp { .. }
            | State::Break { .. } => None,
        }
    }

    /// The line fell, or could not be raised.
    pub fn line_went_down(&mut self, now: Timestamp, why: &str) -> Option<Change> {
        self.line_up = false;
        match self.state {
            State::Ready | State::Reserved { .. } | State::Talking { .. } | State::Break { .. } => {
                Some(self.enter_lost(now, why))
            }
            // A phone that is not on yet may come on while they log in.
            State::Raising | State::WrapUp { .. } | State::Lost { .. } | State::Offline => {
                self.trouble = Some(why.to_owned());
                None
            }
        }
    }

    /// Takes calls. `None`: nothing changes, but a booked break is taken back.
    pub fn ready(&mut self, now: Timestamp) -> Result<Option<Change>, Refusal> {
        match self.state {
            State::Offline | State::Raising => Err(Refusal::Offline),
            State::Lost { .. } => Err(Refusal::LineDown),
            State::Break { .. } if !self.line_up => Err(Refusal::LineDown),
            State::Break { .. } => Ok(Some(self.enter_ready(now))),
            State::WrapUp { .. } => Err(Refusal::NotTypified),
            State::Ready | State::Reserved { .. } | State::Talking { .. } => {
                self.booked = None;
                Ok(None)
            }
        }
    }

    /// Pauses. `None`: booked for after the call.
    pub fn take_break(&mut self, now: Timestamp, reason: &str) -> Result<Option<Change>, Refusal> {
        match self.state {
            State::Offline | State::Raising => Err(Refusal::Offline),
            State::Lost { .. } => Err(Refusal::LineDown),
            State::Ready | State::Break { .. } => Ok(Some(self.enter_break(now, reason))),
            State::Reserved { .. } | State::Talking { .. } | State::WrapUp { .. } => {
                self.booked = Some(Booked::Break(reason.to_owned()));
                Ok(None)
            }
        }
    }

    /// Ends the shift. `None`: booked for after the call, or was only raising.
    pub fn log_out(&mut self, now: Timestamp) -> Result<Option<Change>, Refusal> {
        match self.state {
            State::Offline => Err(Refusal::Offline),
            State::Raising => {
                let _ = self.enter_offline(now);
                Ok(None)
            }
            State::Ready | State::Break { .. } | State::Lost { .. } => {
                Ok(Some(self.enter_offline(now)))
            }
            State::Reserved { .. } | State::Talking { .. } | State::WrapUp { .. } => {
                self.booked = Some(Booked::LogOut);
                Ok(None)
            }
        }
    }

    /// Promises them to an attempt for at most `limit`.
    pub fn reserve(
        &mut self,
        now: Timestamp,
        attempt: AttemptId,
        limit: Duration,
    ) -> Result<Change, Refusal> {
        if self.state != State::Ready || !self.line_up {
            return Err(Refusal::NotReady);
        }
        Ok(self.enter(now, State::Reserved { attempt }, Some(limit)))
    }

    /// The call they typify was cut: they are promised to another to the same customer.
    pub fn call_again(
        &mut self,
        now: Timestamp,
        attempt: AttemptId,
        limit: Duration,
    ) -> Result<Change, Refusal> {
        if !matches!(self.state, State::WrapUp { .. }) || !self.line_up {
            return Err(Refusal::NotInWrapUp);
        }
        Ok(self.enter(now, State::Reserved { attempt }, Some(limit)))
    }

    /// Gives a reservation `limit` from now on (its contact is being called).
    pub fn hold_reservation(&mut self, now: Timestamp, limit: Duration) {
        if matches!(self.state, State::Reserved { .. }) {
            self.deadline = Some(now + limit);
        }
    }

    /// The attempt they were promised to came to nothing.
    pub fn release(&mut self, now: Timestamp) -> Option<Change> {
        matches!(self.state, State::Reserved { .. }).then(|| self.go_on(now))
    }

    /// They hear a customer, for at most `limit`.
    pub fn talk(
        &mut self,
        now: Timestamp,
        attempt: AttemptId,
        limit: Duration,
    ) -> Result<Change, Refusal> {
        match self.state {
            State::Ready => Ok(self.enter(now, State::Talking { attempt }, Some(limit))),
            State::Reserved { attempt: promised } if promised == attempt => {
                Ok(self.enter(now, State::Talking { attempt }, Some(limit)))
            }
            // They handed it on, nobody answered there, and it is theirs again.
            State::WrapUp { attempt: last, .. } if last == attempt && self.line_up => {
                Ok(self.enter(now, State::Talking { attempt }, Some(limit)))
            }
            _ => Err(Refusal::NotReady),
        }
    }

    /// A supervisor, who is on a break, takes a call of another's over; the break goes on after it.
    pub fn take_over(
        &mut self,
        now: Timestamp,
        attempt: AttemptId,
        limit: Duration,
    ) -> Result<Change, Refusal> {
        match &self.state {
            State::Break { reason } if self.line_up => {
                self.booked = Some(Booked::Break(reason.clone()));
                Ok(self.enter(now, State::Talking { attempt }, Some(limit)))
            }
            _ => Err(Refusal::NotReady),
        }
    }

    /// The call is over: time to typify.
    pub fn wrap_up(&mut self, now: Timestamp, limit: Duration) -> Option<Change> {
        let State::Talking { attempt } = self.state else {
            return None;
        };
        let next = State::WrapUp {
            attempt,
            extended: false,
        };
        Some(self.enter(now, next, Some(limit)))
    }

    /// More time to typify, once per call.
    pub fn extend(&mut self, more: Duration) -> Result<(), Refusal> {
        match &mut self.state {
            State::WrapUp { extended: true, .. } => Err(Refusal::ExtendedAlready),
            State::WrapUp { extended, .. } => {
                *extended = true;
                self.deadline = self.deadline.map(|until| until + more.min(EXTENSION_MAX));
                Ok(())
            }
            _ => Err(Refusal::NotInWrapUp),
        }
    }

    /// Done with the call: ready again, or what was booked.
    pub fn free(&mut self, now: Timestamp) -> Option<Change> {
        matches!(self.state, State::Talking { .. } | State::WrapUp { .. }).then(|| self.go_on(now))
    }

    /// Forgets what they were on: someone else typified it while they were lost.
    pub fn forget_attempt(&mut self, done: AttemptId) {
        if let State::Lost { attempt, .. } = &mut self.state
            && *attempt == Some(done)
        {
            *attempt = None;
        }
    }

    /// The time of a state is over.
    pub fn expire(&mut self, now: Timestamp) -> Expired {
        if self.deadline.is_none_or(|until| now < until) {
            return Expired::Nothing;
        }
        // Once only: what follows sets its own.
        self.deadline = None;
        match self.state {
            State::Raising => {
                let _ = self.enter_offline(now);
                self.trouble
                    .get_or_insert_with(|| "the phone did not answer".to_owned());
                Expired::RaisingGaveUp
            }
            State::Ready => Expired::Changed(self.enter_break(now, "idle")),
            State::Reserved { attempt } => Expired::Reservation(attempt),
            State::Talking { attempt } => Expired::Talk(attempt),
            State::WrapUp { attempt, .. } => Expired::WrapUp(attempt),
            State::Break { .. } | State::Lost { .. } => Expired::Changed(self.enter_offline(now)),
            State::Offline => Expired::Nothing,
        }
    }

    pub(crate) fn clock_set_back(&mut self, span: Duration) {
        self.since = self.since - span;
        self.idle_since = self.idle_since - span;
        self.deadline = self.deadline.map(|until| until - span);
    }

    fn go_on(&mut self, now: Timestamp) -> Change {
        let was_reserved = matches!(self.state, State::Reserved { .. });
        match self.booked.take() {
            Some(Booked::LogOut) => self.enter_offline(now),
            _ if !self.line_up => {
                let why = self.trouble.clone().unwrap_or_else(|| "line down".into());
                self.enter_lost(now, &why)
            }
            Some(Booked::Break(reason)) => self.enter_break(now, &reason),
            None => {
                let idle_since = self.idle_since;
                let change = self.enter_ready(now);
                if was_reserved {
                    self.idle_since = idle_since;
                }
                change
            }
        }
    }

    fn enter_ready(&mut self, now: Timestamp) -> Change {
        self.idle_since = now;
        self.enter(now, State::Ready, Some(READY_MAX))
    }

    fn enter_break(&mut self, now: Timestamp, reason: &str) -> Change {
        let reason = reason.to_owned();
        self.enter(now, State::Break { reason }, Some(BREAK_MAX))
    }

    fn enter_offline(&mut self, now: Timestamp) -> Change {
        self.booked = None;
        // It is dropped: the next shift raises it anew.
        self.line_up = false;
        self.enter(now, State::Offline, None)
    }

    fn enter_lost(&mut self, now: Timestamp, why: &str) -> Change {
        self.booked = None;
        let next = State::Lost {
            why: why.to_owned(),
            attempt: self.attempt(),
        };
        self.enter(now, next, Some(LOST_MAX))
    }

    fn enter(&mut self, now: Timestamp, next: State, limit: Option<Duration>) -> Change {
        let change = Change {
            from: self.state.status(),
            to: next.status(),
            reason: next.reason(),
            attempt: next.attempt().or_else(|| self.state.attempt()),
        };
        self.state = next;
        self.since = now;
        self.deadline = limit.map(|span| now + span);
        change
    }
}

#[cfg(test)]
mod tests;
