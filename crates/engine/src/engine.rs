//! The engine itself: what it remembers, and where each input goes.

use std::collections::BTreeMap;
use std::sync::Arc;

use agents::{Agent, Change, Expired, Refusal, Roster};
use campaigns::{Campaign, Catalogue};
use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, CampaignState, Destination, DestinationId, Event,
    Outcome, Recorded, RegisterSnapshot, Timestamp,
};
use law::Pack;
use pacing::Fact;

use crate::call::{Calls, Phase};
use crate::contacting::JustCalled;
use crate::departures::Departures;
use crate::gates::own_gate;
use crate::opted_out::OptedOut;
use crate::past::Past;
use crate::run::Run;
use crate::strangers::Stranger;
use crate::supervise::Supervisors;
use crate::timers::{PACE_EVERY, RAISE_EVERY, Timer, Timers};
use crate::trunks::Trunks;
use crate::{Command, Input, LiveState, Numbering, Rejection, Step};

/// The dialer's decisions, with their memory.
#[derive(Debug, Default)]
pub struct Engine {
    pub(crate) now: Timestamp,
    pub(crate) numbering: Numbering,
    pub(crate) runs: BTreeMap<CampaignId, Run>,
    /// Catalogues told before their campaign.
    catalogues: BTreeMap<CampaignId, Arc<Catalogue>>,
    pub(crate) trunks: Trunks,
    /// Where calls may be handed to besides advisors.
    pub(crate) destinations: BTreeMap<DestinationId, Destination>,
    pub(crate) roster: Roster,
    pub(crate) calls: Calls,
    /// Callers whom no contact has the number of.
    pub(crate) strangers: BTreeMap<AttemptId, Stranger>,
    pub(crate) supervisors: Supervisors,
    pub(crate) past: Past,
    pub(crate) opted_out: OptedOut,
    pub(crate) just_called: JustCalled,
    /// The registers of numbers that must not be called, as they are in force.
    pub(crate) registers: Arc<Vec<RegisterSnapshot>>,
    /// The law packs in force.
    pub(crate) packs: Vec<Arc<Pack>>,
    pub(crate) timers: Timers,
    /// Campaigns that would have dialed more this second, but for the risk.
    pub(crate) first: Vec<CampaignId>,
    /// Campaigns to look at again before this step ends.
    pub(crate) dirty: Vec<CampaignId>,
    pub(crate) stalled: bool,
    pub(crate) draining: bool,
    /// The disk of the recordings is nearly full.
    pub(crate) no_room: bool,
    /// What the reaper found so far.
    pub(crate) reaped: u64,
    /// Who leaves when, by the roster.
    pub(crate) departures: Departures,
    /// Nobody will replay its pacing.
    unledgered: bool,
    /// What this step led to so far.
    out: Step,
}

impl Engine {
    /// An engine that knows nothing yet: feed it campaigns, trunks, agents.
    pub fn new(numbering: Numbering) -> Engine {
        Engine {
            numbering: Numbering {
                // Zero means "not numbered yet" to those who store attempts.
                next_attempt: numbering.next_attempt.max(1),
                ..numbering
            },
            packs: Pack::all(),
            ..Engine::default()
        }
    }

    /// Keeps no ledger of pacing: for rehearsals, which nobody replays.
    #[must_use]
    pub fn without_ledger(mut self) -> Engine {
        self.unledgered = true;
        self
    }

    /// Takes one input; answers with facts and orders. What is due by `now`
    /// happens first.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Step {
        self.move_clock(now);
        while let Some(timer) = self.timers.pop_due(self.now) {
            self.fire(timer);
        }
        self.take(input);
        self.settle();
        std::mem::take(&mut self.out)
    }

    /// Takes a step that was read back, for its memory: the next one is written
    /// where it was. A rehearsal takes half a million of them.
    pub fn reuse(&mut self, mut step: Step) {
        step.events.clear();
        step.commands.clear();
        step.rejected = None;
        self.out = step;
    }

    /// When to feed [`Input::Wake`] next.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// The floor now.
    pub fn live(&self, now: Timestamp) -> LiveState {
        self.view(now)
    }

    /// A clock set back moves everything waited for with it: nobody is stuck
    /// in a state for the hour that happens twice.
    fn move_clock(&mut self, now: Timestamp) {
        if now < self.now {
            let span = self.now.since(now);
            self.timers.shift_back(span);
            self.roster.clock_set_back(span);
            self.trunks.clock_set_back(span);
            for run in self.runs.values_mut() {
                run.feed.restart();
            }
        }
        self.now = now;
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Wake => {}
            Input::CampaignChanged(campaign) => self.campaign_changed(*campaign),
            Input::CampaignRemoved(id) => self.campaign_removed(id),
            Input::TrunkChanged(trunk) => {
                self.trunks.put(*trunk);
                self.dirty.extend(self.runs.keys());
            }
            Input::TrunkRegistered {
                trunk,
                registered,
                refused,
            } => {
                self.trunks.registered(trunk, registered, refused);
                self.dirty.extend(self.runs.keys());
            }
            Input::TrunkRemoved(id) => self.trunks.remove(id),
            Input::AgentChanged(profile) => {
                self.roster.put(*profile, self.now);
                self.dirty.extend(self.runs.keys());
            }
            Input::AgentRemoved(id) => self.agent_removed(id),
            Input::CatalogueChanged {
                campaign,
                catalogue,
            } => self.catalogue_changed(campaign, catalogue),
            Input::HopperRefilled {
                campaign,
                work,
                next_due,
            } => self.hopper_refilled(campaign, work, next_due),
            Input::DestinationChanged(destination) => {
                self.destinations.insert(destination.id, *destination);
            }
            Input::DestinationRemoved(id) => {
                self.destinations.remove(&id);
            }
            Input::TransferCommitted { attempt, number } => {
                self.transfer_committed(attempt, number);
            }
            Input::Side {
                attempt,
                number,
                progress,
            } => self.side_went_on(attempt, number, progress),
            Input::IntentCommitted(attempt) => self.intent_committed(attempt),
            Input::IntentRefused { attempt, gate } => self.intent_refused(attempt, gate),
            Input::StoreStalled(stalled) => {
                self.stalled = stalled;
                self.dirty.extend(self.runs.keys());
            }
            Input::RecordingRoom(room) => {
                self.no_room = !room;
                self.dirty.extend(self.runs.keys());
            }
            Input::LawChanged(packs) => self.law_changed(packs),
            Input::RegistersChanged(known) => self.registers_changed(known),
            Input::NumbersListed(listed) => self.numbers_listed(&listed),
            Input::ConsentsChanged(changed) => self.consents_changed(changed),
            Input::CallOffered(offer) => self.call_offered(*offer),
            Input::Call { attempt, progress } => self.call_went_on(attempt, progress),
            Input::CallMeasured { attempt, legs } => self.call_measured(attempt, legs),
            Input::Line { agent, event } => self.line_event(agent, event),
            Input::Agent { agent, request } => self.agent_asks(agent, request),
            Input::Past(past) => self.past.restore(*past),
            Input::Correct(correction) => self.correct(*correction),
            Input::PacingBalance {
                campaign,
                live,
                abandoned,
                month,
            } => {
                let now = self.now;
                if let Some(run) = self.runs.get_mut(&campaign) {
                    run.restore_balance(now, (live, abandoned), month);
                }
            }
            Input::AbandonLedger {
                campaign,
                first,
                counts,
            } => {
                let now = self.now;
                if let Some(run) = self.runs.get_mut(&campaign) {
                    let pack = run.pack.clone();
                    run.period.restore(pack.as_deref(), first, counts, now);
                }
            }
            Input::CallerIdUsed {
                campaign,
                caller_id,
                calls,
                answered,
            } => {
                if let Some(run) = self.runs.get_mut(&campaign) {
                    run.caller_ids.restore(caller_id, calls, answered);
                }
            }
            Input::PacingLearnt {
                campaign,
                at,
                estimates,
            } => self.pacing_learnt(campaign, at, &estimates),
            Input::Rostered(rostered) => self.departures.told(rostered),
            Input::Compare => self.compare_tables(),
            Input::Drain => self.drain(),
            Input::Cease => self.cease(),
        }
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Pace => self.pace_all(),
            Timer::Leave(trunk) => self.let_leave(trunk),
            Timer::Feed(id) => {
                self.feed(id);
                self.dirty.push(id);
            }
            Timer::Wait(attempt) => self.waited_too_long(attempt),
            Timer::Silence(attempt) => self.call_is_silent(attempt),
            Timer::Side(attempt) => self.side_is_silent(attempt),
            Timer::Length(attempt) => self.length_is_up(attempt),
            Timer::Paused(attempt) => self.pause_is_over(attempt),
            Timer::Agent(id) => self.agent_state_is_over(id),
            Timer::Raise(id) => self.raise_again(id),
        }
    }

    /// Whatever changed may let someone be dialed, or end a campaign.
    fn settle(&mut self) {
        let mut changed = std::mem::take(&mut self.dirty);
        changed.sort_unstable();
        changed.dedup();
        for id in changed.drain(..) {
            self.dial(id, false);
            self.feed(id);
            self.finish_if_done(id);
        }
        // What that changed in turn is for the next step.
        changed.append(&mut self.dirty);
        self.dirty = changed;
        self.turn_full_pages();
    }

    /// A campaign nobody starts for days still hears of agents.
    fn turn_full_pages(&mut self) {
        let now = self.now;
        let full = |(id, run): (&CampaignId, &mut Run)| Some((*id, run.pace.full_page(now)?));
        let pages: Vec<_> = self.runs.iter_mut().filter_map(full).collect();
        for (campaign, page) in pages {
            self.emit(Event::PacingTold { campaign, page });
        }
    }

    // --- configuration ---------------------------------------------------

    fn campaign_changed(&mut self, campaign: Campaign) {
        let (id, state) = (campaign.id, campaign.state);
        let known = self.runs.get(&id).map(|run| run.campaign.state);
        match self.runs.get_mut(&id) {
            Some(run) => run.change(campaign, &self.packs, self.now),
            None => {
                let mut run = Run::new(campaign, !self.unledgered, &self.packs);
                if let Some(catalogue) = self.catalogues.remove(&id) {
                    run.catalogue = catalogue;
                }
                run.consult(Arc::clone(&self.registers));
                self.runs.insert(id, run);
            }
        }
        if known.unwrap_or(CampaignState::Stopped) != state {
            self.emit(Event::CampaignStateChanged {
                campaign: id,
                state,
                reason: if known.is_none() {
                    "el motor arrancó".into()
                } else {
                    "por orden".into()
                },
            });
        }
        if state == CampaignState::Running {
            if let Some(run) = self.runs.get_mut(&id) {
                run.feed.restart();
            }
            self.timers.set_by(Timer::Pace, self.now + PACE_EVERY);
            self.dirty.push(id);
        } else if known == Some(CampaignState::Running) {
            self.stop_dialing(id);
        }
    }

    /// In force for calls that begin from now on: those before keep the version they began with.
    fn catalogue_changed(&mut self, id: CampaignId, catalogue: Arc<Catalogue>) {
        match self.runs.get_mut(&id) {
            Some(run) => run.catalogue = catalogue,
            None => {
                self.catalogues.insert(id, catalogue);
            }
        }
    }

    /// What an earlier engine had learnt of a campaign.
    fn pacing_learnt(&mut self, id: CampaignId, at: Timestamp, estimates: &str) {
        if let Some(run) = self.runs.get_mut(&id) {
            let age = self.now.since(at);
            let balance = run.balance(self.now);
            run.pace.remember(&run.campaign, balance, estimates, age);
        }
    }

    fn campaign_removed(&mut self, id: CampaignId) {
        self.stop_dialing(id);
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        // Its live calls still need it: it goes once they are over.
        run.campaign.state = CampaignState::Stopped;
        run.removed = true;
        self.forget_removed(id);
    }

    pub(crate) fn forget_removed(&mut self, id: CampaignId) {
        let gone = |run: &Run| run.removed && run.open == 0 && run.untyped == 0;
        if self.runs.get(&id).is_some_and(gone) {
            self.runs.remove(&id);
            self.dirty.retain(|dirty| *dirty != id);
        }
    }

    /// No new calls; live ones go on. What is leased goes back.
    fn stop_dialing(&mut self, id: CampaignId) {
        self.keep_learnt(id, true);
        self.timers.clear(Timer::Feed(id));
        self.release_hopper(id);
        let shown: Vec<AttemptId> = self
            .calls
            .iter()
            .filter(|call| call.intent.campaign == id && call.phase == Phase::Shown)
            .map(|call| call.intent.attempt)
            .collect();
        for attempt in shown {
            self.refuse(attempt, own_gate("campaign.stopped"), self.now);
        }
    }

    fn drain(&mut self) {
        self.draining = true;
        let ids: Vec<CampaignId> = self.runs.keys().copied().collect();
        for id in ids {
            self.stop_dialing(id);
        }
    }

    fn intent_refused(&mut self, attempt: AttemptId, gate: domain::Gate) {
        let rule = gate.rule.to_ascii_lowercase();
        let never = ["suppress", "exclu", "opt"]
            .iter()
            .any(|word| rule.contains(word));
        if never {
            self.refuse_as(attempt, gate, campaigns::suppress);
        } else {
            // Someone else calls them: by then that call is over.
            let later = self.now + std::time::Duration::from_secs(600);
            self.refuse(attempt, gate, later);
        }
    }

    // --- agents ----------------------------------------------------------

    /// Lets an agent act, and records the change of state it led to.
    pub(crate) fn act(
        &mut self,
        id: AgentId,
        act: impl FnOnce(&mut Agent, Timestamp) -> Option<Change>,
    ) {
        let now = self.now;
        let Some(agent) = self.roster.get_mut(id) else {
            return;
        };
        let before = agent.since();
        let change = act(agent, now);
        let deadline = agent.deadline();
        match deadline {
            Some(at) => self.timers.set(Timer::Agent(id), at),
            None => self.timers.clear(Timer::Agent(id)),
        }
        if let Some(change) = change {
            self.account(id, &change, before);
            self.tell_pacers(id, &change);
            self.emit(Event::AgentStateChanged {
                agent: id,
                from: change.from,
                to: change.to,
                reason: change.reason,
                attempt: change.attempt,
            });
            self.after_change(id, change.to);
        }
    }

    /// The same for what may be refused.
    pub(crate) fn try_act(
        &mut self,
        id: AgentId,
        act: impl FnOnce(&mut Agent, Timestamp) -> Result<Option<Change>, Refusal>,
    ) {
        let mut refused = None;
        self.act(id, |agent, now| match act(agent, now) {
            Ok(change) => change,
            Err(refusal) => {
                refused = Some(refusal);
                None
            }
        });
        if let Some(refusal) = refused {
            self.reject(refusal.code(), &refusal.to_string());
        }
    }

    fn after_change(&mut self, id: AgentId, to: AgentStatus) {
        if to != AgentStatus::Break {
            self.stops_supervising(id);
        }
        match to {
            AgentStatus::Ready => self.agent_came_ready(id),
            AgentStatus::Lost => {
                self.order(Command::RaiseLine { agent: id });
                self.timers.set(Timer::Raise(id), self.now + RAISE_EVERY);
            }
            AgentStatus::Offline => {
                self.timers.clear(Timer::Raise(id));
                self.order(Command::DropLine { agent: id });
            }
            AgentStatus::Reserved
            | AgentStatus::Talking
            | AgentStatus::WrapUp
            | AgentStatus::Break => {}
        }
        if let Some(agent) = self.roster.get(id) {
            self.dirty.extend(agent.profile.campaigns.iter().copied());
        }
    }

    /// Time ready and time busy, for a campaign's utilisation.
    fn account(&mut self, id: AgentId, change: &Change, before: Timestamp) {
        let span = self.now.since(before);
        let on_call = change.attempt.and_then(|attempt| self.campaign_of(attempt));
        match change.from {
            AgentStatus::Ready => {
                for (campaign, part) in self.idle_for(id, span) {
                    if let Some(run) = self.runs.get_mut(&campaign) {
                        run.figures.ready += part;
                    }
                }
            }
            AgentStatus::Talking | AgentStatus::WrapUp => {
                if let Some(run) = on_call.and_then(|on| self.runs.get_mut(&on)) {
                    run.figures.busy += span;
                }
            }
            AgentStatus::Offline
            | AgentStatus::Reserved
            | AgentStatus::Break
            | AgentStatus::Lost => {}
        }
    }

    fn tell_pacers(&mut self, agent: AgentId, change: &Change) {
        let now = self.now;
        let ended = match change.from {
            AgentStatus::Talking => Some(Fact::TalkEnded { agent }),
            AgentStatus::WrapUp => Some(Fact::WrapUpEnded { agent }),
            _ => None,
        };
        let began = match change.to {
            AgentStatus::Ready => Some(Fact::AgentReady { agent }),
            AgentStatus::Offline
            | AgentStatus::Break
            | AgentStatus::Lost
            | AgentStatus::Reserved => Some(Fact::AgentLeft { agent }),
            AgentStatus::Talking | AgentStatus::WrapUp => None,
        };
        let Some(profile) = self.roster.get(agent).map(|agent| &agent.profile) else {
            return;
        };
        for id in &profile.campaigns {
            if let Some(run) = self.runs.get_mut(id) {
                for fact in ended.into_iter().chain(began) {
                    run.pace.observe(now, fact);
                }
            }
        }
    }

    fn agent_state_is_over(&mut self, id: AgentId) {
        let mut expired = Expired::Nothing;
        self.act(id, |agent, now| match agent.expire(now) {
            Expired::Changed(change) => Some(change),
            other => {
                expired = other;
                None
            }
        });
        match expired {
            Expired::Nothing | Expired::Changed(_) => {}
            Expired::RaisingGaveUp => self.order(Command::DropLine { agent: id }),
            Expired::Reservation(attempt) => self.reservation_is_over(id, attempt),
            Expired::Talk(attempt) => self.hang_up_answered(attempt, domain::EndedBy::System),
            Expired::WrapUp(attempt) => {
                self.typify_by_system(attempt);
                self.act(id, Agent::free);
            }
        }
    }

    fn reservation_is_over(&mut self, id: AgentId, attempt: AttemptId) {
        let ordered = self
            .calls
            .get(attempt)
            .is_some_and(crate::call::Call::was_ordered);
        if ordered {
            self.give_up(attempt);
        } else {
            self.refuse(attempt, own_gate("preview.timeout"), self.now);
        }
        // Who did not say yes or no in time is not at their desk.
        self.act(id, |agent, now| {
            agent.take_break(now, "preview").ok().flatten()
        });
        self.act(id, Agent::release);
    }

    // --- the step --------------------------------------------------------

    pub(crate) fn emit(&mut self, event: Event) {
        let seq = self.numbering.next_seq;
        self.numbering.next_seq += 1;
        self.out.events.push(Recorded {
            seq,
            at: self.now,
            event,
        });
    }

    pub(crate) fn order(&mut self, command: Command) {
        self.out.commands.push(command);
    }

    pub(crate) fn reject(&mut self, code: &'static str, words: &str) {
        self.refuse_request(Rejection::new(code, words));
    }

    pub(crate) fn refuse_request(&mut self, why: Rejection) {
        self.out.rejected = Some(why);
    }

    /// The campaign of an attempt, open or over.
    pub(crate) fn campaign_of(&self, attempt: AttemptId) -> Option<CampaignId> {
        let open = self.calls.get(attempt).map(|call| call.intent.campaign);
        open.or_else(|| self.past.get(attempt).map(|call| call.campaign))
    }

    pub(crate) fn observe(&mut self, campaign: CampaignId, fact: Fact) {
        let now = self.now;
        if let Some(run) = self.runs.get_mut(&campaign) {
            run.pace.observe(now, fact);
        }
    }

    /// Tells a campaign's pacing how a placed call ended.
    pub(crate) fn observe_end(
        &mut self,
        campaign: CampaignId,
        call: AttemptId,
        answered: bool,
        outcome: Outcome,
    ) {
        let fact = match outcome {
            _ if answered => Fact::Ended { call },
            Outcome::Cancelled => Fact::Cancelled { call },
            _ => Fact::Failed { call },
        };
        self.observe(campaign, fact);
    }
}
