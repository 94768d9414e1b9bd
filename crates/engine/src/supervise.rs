//! A supervisor takes part in a call of an advisor's: listens, whispers to the advisor, barges in, or
//! takes the call over. They do so on a line of their own, as an advisor on a break; whatever
//! ends that break ends it. One at a time on a call, and every step of it is a fact: who listened to
//! whom must be known.

use std::collections::BTreeMap;

use agents::State;
use domain::{AgentId, AttemptId, Event, Supervision, TransferTarget};

use crate::call::Phase;
use crate::command::Party;
use crate::transfer::Refused;
use crate::{Command, Engine};

const NOT_SUPERVISING: Refused = (
    "not_supervising",
    "you are on nobody's call; choose an advisor who is talking",
);
const NOT_TALKING: Refused = (
    "not_talking",
    "that advisor has no customer on the line; choose one who is talking",
);

/// Who is on whose call, and how.
#[derive(Debug, Default)]
pub(crate) struct Supervisors(BTreeMap<AgentId, (AttemptId, Supervision)>);

impl Supervisors {
    fn of(&self, by: AgentId) -> Option<AttemptId> {
        self.0.get(&by).map(|(attempt, _)| *attempt)
    }

    fn on(&self, attempt: AttemptId) -> Option<AgentId> {
        let mut all = self.0.iter();
        all.find(|(_, (on, _))| *on == attempt).map(|(by, _)| *by)
    }
}

impl Engine {
    /// Joins the call that another advisor has, or changes how.
    pub(crate) fn supervise(&mut self, by: AgentId, of: AgentId, mode: Supervision) {
        let done = self.try_supervise(by, of, mode);
        self.grant(done);
    }

    fn try_supervise(
        &mut self,
        by: AgentId,
        of: AgentId,
        mode: Supervision,
    ) -> Result<(), Refused> {
        self.may_supervise(by)?;
        let (attempt, _) = self.call_had_by(of).map_err(|_| NOT_TALKING)?;
        if self
            .supervisors
            .on(attempt)
            .is_some_and(|other| other != by)
        {
            return Err((
                "supervised_already",
                "another supervisor is on that call; wait until they leave",
            ));
        }
        if self.supervisors.of(by).is_some_and(|on| on != attempt) {
            self.stops_supervising(by);
        }
        let before = self.supervisors.0.insert(by, (attempt, mode));
        if before != Some((attempt, mode)) {
            self.tell_supervision(attempt, by, Some(mode));
        }
        Ok(())
    }

    fn may_supervise(&self, by: AgentId) -> Result<(), Refused> {
        let on_break = self.roster.get(by).is_some_and(|agent| {
            matches!(agent.state(), State::Break { .. }) && agent.line_is_up()
        });
        match on_break {
            true => Ok(()),
            false => Err((
                "no_free_line",
                "log in with a phone or this page, and stay on a break, to be on others' calls",
            )),
        }
    }

    /// Leaves the call they are on as a supervisor.
    pub(crate) fn leave_supervision(&mut self, by: AgentId) {
        let done = match self.supervisors.of(by) {
            Some(_) => {
                self.stops_supervising(by);
                Ok(())
            }
            None => Err(NOT_SUPERVISING),
        };
        self.grant(done);
    }

    /// Has the call from now on; the advisor is free and says nothing more of it.
    pub(crate) fn take_over(&mut self, by: AgentId) {
        let done = self.try_take_over(by);
        self.grant(done);
    }

    fn try_take_over(&mut self, by: AgentId) -> Result<(), Refused> {
        let attempt = self.supervisors.of(by).ok_or(NOT_SUPERVISING)?;
        self.may_supervise(by)?;
        let limit = self.talk_limit(attempt);
        let call = self.calls.get_mut(attempt).ok_or(NOT_SUPERVISING)?;
        let (Phase::Talking { agent: from } | Phase::Held { agent: from }) = call.phase else {
            return Err((
                "transfer_under_way",
                "the call is being handed on; take it over when that is done",
            ));
        };
        call.phase = Phase::Talking { agent: by };
        call.heard_by = Some(by);
        call.talking_since = Some(self.now);
        call.now_had_by(by);
        self.stops_supervising(by);
        let to = TransferTarget::Agent(by);
        self.emit(Event::CallTransferred { attempt, from, to });
        self.act(from, |agent, now| {
            let talks = matches!(agent.state(), State::Talking { .. });
            talks.then(|| agent.free(now)).flatten()
        });
        self.act(by, |agent, now| agent.take_over(now, attempt, limit).ok());
        self.arrange(attempt, &[Party::Customer, Party::Agent(by)]);
        Ok(())
    }

    /// Their break, or their line, is over.
    pub(crate) fn stops_supervising(&mut self, by: AgentId) {
        if let Some((attempt, _)) = self.supervisors.0.remove(&by) {
            self.tell_supervision(attempt, by, None);
        }
    }

    /// The call is over.
    pub(crate) fn supervision_ends(&mut self, attempt: AttemptId) {
        if let Some(by) = self.supervisors.on(attempt) {
            self.stops_supervising(by);
        }
    }

    fn tell_supervision(&mut self, attempt: AttemptId, by: AgentId, mode: Option<Supervision>) {
        let agent = by;
        self.emit(Event::CallSupervised {
            attempt,
            agent,
            mode,
        });
        self.order(Command::Supervise {
            attempt,
            agent,
            mode,
        });
    }
}
