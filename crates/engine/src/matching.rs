//! Call to agent: an answered customer goes to the longest idle at once, and
//! an agent who comes free takes who has waited longest.

use domain::{AgentId, AttemptId, Event};
use pacing::Fact;

use crate::call::Phase;
use crate::timers::{MESSAGE_MAX, Timer};
use crate::{Command, Engine};

impl Engine {
    /// Someone for a customer who waits; without one, the clock runs.
    pub(crate) fn find_agent(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        let campaign = call.intent.campaign;
        let promised = call.intent.agent.filter(|agent| {
            self.roster
                .get(*agent)
                .is_some_and(|agent| agent.attempt() == Some(attempt) && agent.line_is_up())
        });
        // Who handed it on knows the customer.
        let back_to = call.back_to.filter(|agent| {
            self.roster
                .get(*agent)
                .is_some_and(|agent| agent.can_take_back(attempt))
        });
        let agent = promised
            .or(back_to)
            .or_else(|| self.roster.longest_idle(campaign));
        if let Some(agent) = agent
            && self.bridge(attempt, agent)
        {
            return;
        }
        let call = self.calls.get(attempt);
        if call.is_some_and(|call| call.came_in.is_some() && call.heard_by.is_none()) {
            return self.offer_choices(attempt);
        }
        let wait = self
            .runs
            .get(&campaign)
            .map_or(std::time::Duration::ZERO, |run| run.campaign.abandon_wait);
        self.timers.set(Timer::Wait(attempt), self.now + wait);
    }

    /// An agent came free: who has waited longest is theirs.
    pub(crate) fn agent_came_ready(&mut self, agent: AgentId) {
        let Some(known) = self.roster.get(agent) else {
            return;
        };
        let longest = self
            .calls
            .waiting()
            .filter(|call| known.can_take(call.intent.campaign))
            .min_by_key(|call| (call.waiting_since, call.intent.attempt))
            .map(|call| call.intent.attempt);
        if let Some(attempt) = longest {
            self.bridge(attempt, agent);
        }
    }

    fn bridge(&mut self, attempt: AttemptId, agent: AgentId) -> bool {
        let Some(call) = self.calls.get(attempt) else {
            return false;
        };
        let (campaign, came_in) = (call.intent.campaign, call.came_in.is_some());
        let waited = call
            .waiting_since
            .map_or(std::time::Duration::ZERO, |since| self.now.since(since));
        let limit = self.talk_limit(attempt);
        let mut bridged = false;
        self.act(agent, |agent, now| {
            let change = agent.talk(now, attempt, limit).ok();
            bridged = change.is_some();
            change
        });
        if !bridged {
            return false;
        }
        let promised_elsewhere = match self.calls.get_mut(attempt) {
            Some(call) => {
                call.phase = Phase::Talking { agent };
                call.heard_by = Some(agent);
                call.talking_since = Some(self.now);
                call.now_had_by(agent);
                call.intent.agent.filter(|promised| *promised != agent)
            }
            None => None,
        };
        self.timers.clear(Timer::Wait(attempt));
        self.length_counts(attempt);
        self.order(Command::Bridge { attempt, agent });
        self.emit(Event::CallBridged {
            attempt,
            agent,
            waited,
        });
        self.record_from_bridge(attempt);
        if !came_in {
            if let Some(run) = self.runs.get_mut(&campaign) {
                run.figures.bridged(waited);
            }
            let call = attempt;
            self.observe(campaign, Fact::Bridged { call, agent });
        }
        self.release_reserved(attempt, promised_elsewhere);
        true
    }

    /// No agent within the limit: the message plays.
    pub(crate) fn waited_too_long(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        if call.phase != Phase::Waiting {
            return;
        }
        if call.heard_by.is_none() {
            self.mark_abandoned(attempt);
        } else if let Some(call) = self.calls.get_mut(attempt) {
            // An agent's line fell: the customer was served, not abandoned.
            call.phase = Phase::Message;
        }
        self.timers
            .set(Timer::Silence(attempt), self.now + MESSAGE_MAX);
        self.order(Command::PlayMessage { attempt });
    }

    /// The verdict: answered by a person, no agent.
    pub(crate) fn mark_abandoned(&mut self, attempt: AttemptId) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        call.phase = Phase::Message;
        call.abandoned = true;
        let campaign = call.intent.campaign;
        let waited = call
            .waiting_since
            .map_or(std::time::Duration::ZERO, |since| now.since(since));
        if let Some(run) = self.runs.get_mut(&campaign) {
            run.figures.abandoned(now);
            run.period.abandoned();
        }
        self.emit(Event::CallAbandoned { attempt, waited });
        self.observe(campaign, Fact::Abandoned { call: attempt });
    }
}
