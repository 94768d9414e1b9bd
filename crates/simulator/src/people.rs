//! What people do: agents who talk, typify and take breaks, customers who lose
//! patience.

use std::time::Duration;

use domain::{AgentId, AgentStatus, AttemptId, Event};
use engine::{AgentRequest, Input};

use crate::agent;
use crate::callee::Callee;
use crate::world::{Happening, World};

/// Nobody talks longer than this for their own reasons.
const TALK_MIN: Duration = Duration::from_secs(3);

impl World<'_> {
    /// What people do about it.
    pub(crate) fn react(&mut self, event: &Event) {
        match event {
            Event::CallBridged { attempt, agent, .. } => self.they_talk(*attempt, *agent),
            Event::CallAbandoned { attempt, .. } => {
                let line = self.lines.get(attempt);
                if line.is_some_and(|line| line.callee == Callee::Person) {
                    self.tally.people_abandoned += 1;
                }
                let stays = self.dice.millis(1_000, 12_000);
                self.after(stays, Happening::CustomerLeaves(*attempt));
            }
            Event::AgentStateChanged {
                agent, to, attempt, ..
            } => self.agent_turned(*agent, *to, *attempt),
            _ => {}
        }
    }

    fn they_talk(&mut self, attempt: AttemptId, agent: AgentId) {
        let Some(line) = self.lines.get_mut(&attempt) else {
            return;
        };
        line.bridged = true;
        let callee = line.callee;
        self.on.insert(agent, attempt);
        let (talk, agent_ends) = match callee {
            Callee::Machine => (self.listens(), true),
            _ => (self.talks(attempt), self.dice.below(3) == 0),
        };
        self.met.insert(attempt, callee);
        if self.dice.happens(self.scenario.line_loss) {
            self.after(talk / 2, Happening::LineFalls(agent, attempt));
        }
        if agent_ends {
            self.after(talk, Happening::AgentHangsUp(agent, attempt));
        } else {
            self.after(talk, Happening::CustomerLeaves(attempt));
        }
    }

    /// How long an agent takes to hear that it is a machine.
    fn listens(&mut self) -> Duration {
        let learnt = self.scenario.model.machine_talk_ms.draw(&mut self.dice);
        learnt.unwrap_or_else(|| self.dice.millis(4_000, 9_000))
    }

    /// How long customer and agent talk; what it will have been, where that was
    /// learnt, goes with the length.
    fn talks(&mut self, attempt: AttemptId) -> Duration {
        let model = &self.scenario.model;
        let own = self.shelf.segment_of(attempt).map(|of| &of.talks);
        let own = own.filter(|talks| !talks.is_empty());
        let kind = model.draw_talk(own, &mut self.dice);
        if let Some(kind) = kind {
            self.kinds.insert(attempt, kind.code.clone());
        }
        let spread = match kind.map(|kind| &kind.talk_ms) {
            Some(own) if !own.is_empty() => own,
            _ => &model.talk_ms,
        };
        let learnt = spread.draw(&mut self.dice);
        learnt.unwrap_or_else(|| self.dice.around(self.scenario.talk_mean).max(TALK_MIN))
    }

    fn agent_turned(&mut self, agent: AgentId, to: AgentStatus, attempt: Option<AttemptId>) {
        match (to, attempt) {
            (AgentStatus::WrapUp, Some(attempt)) => {
                let learnt = self.scenario.model.wrap_up_ms.draw(&mut self.dice);
                let wrap = learnt.unwrap_or_else(|| self.dice.around(self.scenario.wrap_up_mean));
                self.after(wrap, Happening::Typify(agent, attempt));
            }
            (AgentStatus::Break, _) => {
                let first = !self.on.contains_key(&agent);
                let pause = if first {
                    self.dice.millis(500, 5_000)
                } else {
                    self.dice.around(self.scenario.break_mean)
                };
                self.agent_asks(pause, agent, AgentRequest::Ready);
            }
            (AgentStatus::Reserved, Some(_)) => {
                let look = self.dice.millis(2_000, 12_000);
                self.agent_asks(look, agent, AgentRequest::AcceptPreview);
            }
            _ => {}
        }
    }

    pub(crate) fn typify(&mut self, agent: AgentId, attempt: AttemptId) {
        let callee = self.met.remove(&attempt).unwrap_or(Callee::Person);
        let learnt = self.kinds.remove(&attempt);
        let code = learnt
            .unwrap_or_else(|| agent::typification(callee, &self.scenario.model, &mut self.dice));
        if self.dice.happens(self.scenario.break_share) {
            let request = AgentRequest::Break("pausa".into());
            self.feed(Input::Agent { agent, request });
        }
        if !agent::may_say(self.tally.catalogue(), &code) {
            return;
        }
        let request = AgentRequest::Typify {
            attempt,
            code,
            note: String::new(),
            callback_at: None,
            opt_out: false,
        };
        self.feed(Input::Agent { agent, request });
    }
}
