//! The end of an attempt: one outcome, what becomes of the contact, and the
//! agent set free. And of an intent that never became a call.

use agents::{Agent, State};
use campaigns::{After, defer};
use domain::{
    AgentId, AttemptId, CampaignId, Cause, EndedBy, Event, Gate, Occasion, Outcome, Timestamp,
    WorkItem, WorkState, WorkUpdate,
};

use crate::call::{Call, Phase};
use crate::gates::own_gate;
use crate::past::{Heard, PastCall};
use crate::timers::Timer;
use crate::{Command, Engine};

impl Engine {
    /// Closes a placed call, once: it is gone afterwards.
    pub(crate) fn close(
        &mut self,
        attempt: AttemptId,
        outcome: Outcome,
        cause: Cause,
        ended_by: EndedBy,
    ) {
        let Some(mut call) = self.take_call(attempt) else {
            return;
        };
        let side = call.side.take();
        self.recording_ends(&call, outcome);
        let q850 = cause.q850;
        let campaign = call.intent.campaign;
        let next = if call.came_in.is_some() {
            // The work is as it was, but for what was said of the call.
            None
        } else {
            self.learn_from_end(&call, outcome, &cause);
            self.after_outcome(&call, outcome)
        };
        self.emit(Event::AttemptClosed {
            attempt,
            outcome,
            cause,
            ended_by,
            next: next.clone(),
        });
        if let Some(update) = &next {
            self.will_be_due(update);
        }
        let (promised, heard_by) = (call.intent.agent, call.heard_by);
        let typified = call.typified;
        let was_cut = call.came_in.is_none() && was_cut(ended_by, q850);
        self.remember(call, outcome, was_cut, next);
        self.release_reserved(attempt, promised);
        self.side_ends_with(attempt, side);
        if outcome == Outcome::Connected {
            self.after_talk(attempt, campaign, heard_by, typified);
        } else if let Some(agent) = heard_by {
            self.talked_to_nobody(attempt, agent);
        }
        self.dirty.push(campaign);
        self.forget_removed(campaign);
    }

    /// Ends every call there is, each with its one outcome.
    pub(crate) fn cease(&mut self) {
        let strangers: Vec<AttemptId> = self.strangers.keys().copied().collect();
        for attempt in strangers {
            self.dismiss_stranger(attempt);
        }
        let open: Vec<(AttemptId, Phase)> = self
            .calls
            .iter()
            .map(|call| (call.intent.attempt, call.phase))
            .collect();
        for (attempt, phase) in open {
            match phase {
                Phase::Intended | Phase::Shown | Phase::Rerouting => {
                    self.refuse(attempt, own_gate("node.stopped"), self.now);
                }
                Phase::Ordered | Phase::Dialing | Phase::Ringing => {
                    // An order whose INVITE was not yet reported counts as sent:
                    // better one attempt too many than a person dialed twice.
                    self.call_placed(attempt);
                    self.order(Command::HangUp { attempt });
                    let cause = Cause::default();
                    self.close(attempt, Outcome::Cancelled, cause, EndedBy::System);
                }
                Phase::Waiting => {
                    if self.nobody_heard(attempt) {
                        self.mark_abandoned(attempt);
                    }
                    self.hang_up_answered(attempt, EndedBy::System);
                }
                Phase::Answering
                | Phase::Talking { .. }
                | Phase::Held { .. }
                | Phase::Consulting { .. }
                | Phase::ThreeWay { .. }
                | Phase::Passing
                | Phase::Handed
                | Phase::Message => {
                    self.hang_up_answered(attempt, EndedBy::System);
                }
            }
        }
    }

    fn nobody_heard(&self, attempt: AttemptId) -> bool {
        let call = self.calls.get(attempt);
        call.is_some_and(|call| call.heard_by.is_none())
    }

    /// The intent did not become a call; the work is due again at `until`.
    pub(crate) fn refuse(&mut self, attempt: AttemptId, gate: Gate, until: Timestamp) {
        let because = gate.clone();
        self.refuse_as(attempt, gate, |work| defer(work, until, because));
    }

    /// The same, with another end for the work.
    pub(crate) fn refuse_as(
        &mut self,
        attempt: AttemptId,
        gate: Gate,
        next: impl FnOnce(&WorkItem) -> WorkUpdate,
    ) {
        // Its first INVITE left: an attempt that its trunks failed, and that goes on nowhere.
        let placed = |call: &&Call| call.placed.is_some();
        if let Some(call) = self.calls.get(attempt).filter(placed) {
            let cause = call.failed_with.clone();
            return self.close(attempt, Outcome::Congestion, cause, EndedBy::Network);
        }
        let Some(call) = self.take_call(attempt) else {
            return;
        };
        self.give_caller_id_back(&call);
        let next = self.in_view_of_corrections(&call, next(&call.work));
        self.emit(Event::AttemptRefused {
            attempt,
            gate,
            next: next.clone(),
        });
        self.will_be_due(&next);
        self.release_reserved(attempt, call.intent.agent);
        self.dirty.push(call.intent.campaign);
        self.forget_removed(call.intent.campaign);
    }

    /// What the end of an attempt shows of its trunk, its caller id and the campaign's people.
    fn learn_from_end(&mut self, call: &Call, outcome: Outcome, cause: &Cause) {
        // The trunk it would have gone on over has shown nothing.
        if call.waiting_since.is_none() && !call.is_rerouting() {
            let (trunk, now) = (call.intent.trunk, self.now);
            self.trunks.judge(trunk, outcome, cause.retry_after, now);
        }
        self.judge_caller_id(call);
        let (campaign, answered) = (call.intent.campaign, call.waiting_since.is_some());
        self.observe_end(campaign, call.intent.attempt, answered, outcome);
    }

    /// How its caller id did, for the choice of the next ones.
    fn judge_caller_id(&mut self, call: &Call) {
        let (answered, now) = (call.waiting_since.is_some(), self.now);
        if let Some(run) = self.runs.get_mut(&call.intent.campaign) {
            let choice = &run.campaign.caller_id_choice;
            run.caller_ids
                .ended(choice, call.intent.caller_id, answered, now);
        }
    }

    fn give_caller_id_back(&mut self, call: &Call) {
        if let Some(run) = self.runs.get_mut(&call.intent.campaign) {
            run.caller_ids.give_back(call.intent.caller_id);
        }
    }

    /// Takes an open call out of every table.
    fn take_call(&mut self, attempt: AttemptId) -> Option<Box<Call>> {
        let call = self.calls.remove(attempt)?;
        self.supervision_ends(attempt);
        self.timers.clear(Timer::Wait(attempt));
        self.timers.clear(Timer::Silence(attempt));
        self.timers.clear(Timer::Length(attempt));
        self.timers.clear(Timer::Paused(attempt));
        if call.holds_channel {
            self.trunks.free(call.intent.trunk, !call.was_ordered());
        }
        if let Some(run) = self.runs.get_mut(&call.intent.campaign) {
            run.open = run.open.saturating_sub(1);
        }
        Some(call)
    }

    /// What becomes of the contact; `None` where a typification says.
    fn after_outcome(&self, call: &Call, outcome: Outcome) -> Option<WorkUpdate> {
        let occasion = Occasion::of(outcome)?;
        let run = self.runs.get(&call.intent.campaign)?;
        let free = matches!(outcome, Outcome::Cancelled | Outcome::Refused) && !call.cut_short;
        let after = After {
            attempt: call.intent.attempt,
            work: &call.work,
            phone: call.intent.ordinal,
            disposition: call.catalogue.system(occasion),
            version: call.catalogue.version,
            costs_attempt: !free,
            callback_at: None,
            agent: None,
            opt_out: false,
        };
        let update = after.update(&run.campaign, run.pack.as_deref(), self.now);
        Some(self.in_view_of_corrections(call, update))
    }

    /// "Never again", or the end of the work, said of an earlier attempt while
    /// this one went on, is not undone by it.
    fn in_view_of_corrections(&self, call: &Call, update: WorkUpdate) -> WorkUpdate {
        let state = if self.opted_out.covers(&call.work) {
            WorkState::Suppressed
        } else {
            call.work_ended.unwrap_or(update.state)
        };
        WorkUpdate { state, ..update }
    }

    fn remember(
        &mut self,
        call: Box<Call>,
        outcome: Outcome,
        was_cut: bool,
        update: Option<WorkUpdate>,
    ) {
        let call = *call;
        let connected = outcome == Outcome::Connected;
        let waits = connected && !call.typified;
        if waits && let Some(run) = self.runs.get_mut(&call.intent.campaign) {
            run.untyped += 1;
        }
        let talked = call
            .talking_since
            .map_or(std::time::Duration::ZERO, |since| self.now.since(since));
        let (work, intent) = (call.work, call.intent);
        let heard = call.heard_by.map(|agent| {
            Box::new(Heard {
                agent,
                work,
                phone: intent.ordinal,
                number: intent.phone,
                talked,
                had: call.had,
                came_in: call.came_in,
                catalogue: call.catalogue,
                ended: self.now,
                was_cut,
            })
        });
        // Nobody can speak of most attempts, nor were agents promised to them,
        // and they come after none that may be corrected.
        let (campaign, contact) = (intent.campaign, intent.contact);
        if heard.is_none() && intent.agent.is_none() && !self.past.knows(campaign, contact) {
            return;
        }
        let past = PastCall {
            campaign,
            contact,
            heard,
            typified: !waits,
            update: update.or(call.typified_as),
        };
        self.past.put(intent.attempt, past);
    }

    /// The agent typifies, or goes on when they did already; who cannot is
    /// spoken for by the system.
    fn after_talk(
        &mut self,
        attempt: AttemptId,
        campaign: CampaignId,
        heard_by: Option<AgentId>,
        typified: bool,
    ) {
        let agent = heard_by.filter(|agent| {
            self.roster
                .get(*agent)
                .is_some_and(|agent| agent.attempt() == Some(attempt))
        });
        let state = agent
            .and_then(|agent| self.roster.get(agent))
            .map(Agent::state);
        let wrap_up = self.wrap_up_of(Some(campaign));
        match (agent, state) {
            (Some(agent), Some(State::Talking { .. })) if typified => {
                self.act(agent, Agent::free);
            }
            (Some(agent), Some(State::Talking { .. })) => {
                self.act(agent, |agent, now| agent.wrap_up(now, wrap_up));
            }
            // They handed it on and are at it.
            (Some(_), Some(State::WrapUp { .. })) => {}
            _ => self.typify_by_system(attempt),
        }
    }

    /// What the agent had was a machine: its outcome says all there is to say, and they go on.
    fn talked_to_nobody(&mut self, attempt: AttemptId, agent: AgentId) {
        let on_it = self.roster.get(agent).is_some_and(|agent| {
            matches!(agent.state(), State::Talking { .. }) && agent.attempt() == Some(attempt)
        });
        if on_it {
            self.act(agent, Agent::free);
        }
    }

    /// How long agents may typify a call of a campaign.
    pub(crate) fn wrap_up_of(&self, campaign: Option<CampaignId>) -> std::time::Duration {
        campaign
            .and_then(|id| self.runs.get(&id))
            .map_or(std::time::Duration::from_secs(30), |run| {
                run.campaign.wrap_up
            })
    }
}

/// Whether the network ended it, and not one of the two. A carrier may say so itself in its BYE (Reason, RFC 3326): Q.850 27
/// destination out of order, 38 network out of order, 41 temporary failure.
fn was_cut(by: EndedBy, q850: Option<u16>) -> bool {
    by == EndedBy::Network || by == EndedBy::Customer && matches!(q850, Some(27 | 38 | 41))
}
