//! From a decision to intents: whom to call now, over which trunk, shown as
//! whom. No call leaves here: an intent must be durable first.

use std::sync::Arc;
use std::time::Duration;

use agents::Agent;
use campaigns::{defer, exhaust, give_back};
use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, ContactPhone, DialMode, Event, Intent,
    PhoneNumber, TrunkId, WorkItem,
};

use crate::call::{Call, Phase};
use crate::consent::under;
use crate::gates::own_gate;
use crate::run::{Held, Run};
use crate::timers::{HANG_UP_WITHIN, PACE_EVERY, PLACED_WITHIN, Timer};
use crate::{Command, Engine, pace};

/// A promised call its agent gave up before it left comes again after this.
const GIVEN_UP_FOR: Duration = Duration::from_secs(600);
/// How long a contact waits whose number no route fits.
const NO_WAY_FOR: Duration = Duration::from_secs(3_600);
/// How long an agent may look at a contact before saying yes or no.
const PREVIEW_MAX: Duration = Duration::from_secs(300);
/// A phone that rang as long as the law asks may be given up when nobody is
/// left to talk, or it is too likely that nobody will be.
const RUNG_ENOUGH: Duration = campaigns::RING_TIMEOUT_MIN;

/// Why fewer calls leave than pacing would place.
const NOTHING_TO_SPARE: &str =
    "no more calls than agents ready: of those who answer none may be abandoned for now";

impl Engine {
    /// A second of every campaign that runs. Who has least of its agents at
    /// work is first, on agents and on trunks.
    pub(crate) fn pace_all(&mut self) {
        let running = self.runs.iter().filter(|(_, run)| run.is_running());
        let mut turns: Vec<CampaignId> = running.map(|(id, _)| *id).collect();
        if turns.is_empty() {
            return;
        }
        self.timers.set(Timer::Pace, self.now + PACE_EVERY);
        if turns.len() > 1 {
            self.put_in_turn(&mut turns);
        }
        self.first.clear();
        for id in turns {
            self.pace_tick(id);
        }
    }

    /// A second of a campaign: decide, dial, and look after what rings.
    fn pace_tick(&mut self, id: CampaignId) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        run.feed.second();
        if !self.is_staffed(id) {
            for attempt in self.rung_enough(id) {
                self.give_up(attempt);
            }
        }
        self.dial(id, true);
        self.keep_learnt(id, false);
        self.feed(id);
        self.finish_if_done(id);
    }

    /// What pacing learnt goes into the record, for the pacing of a later day.
    pub(crate) fn keep_learnt(&mut self, campaign: CampaignId, stops: bool) {
        let now = self.now;
        let run = self.runs.get_mut(&campaign);
        if let Some(estimates) = run.and_then(|run| run.pace.learnt(now, stops)) {
            self.emit(Event::PacingLearnt {
                campaign,
                estimates,
            });
        }
    }

    /// Dials what may be dialed now. Predictive campaigns decide by the tick,
    /// the others whenever something changed.
    pub(crate) fn dial(&mut self, id: CampaignId, by_tick: bool) {
        self.follow_hours(id);
        let waits = |run: &Run| !run.hopper.is_empty();
        let somebody_agreed = self.runs.get(&id).is_some_and(waits);
        let gate = self.intent_gate(id, somebody_agreed);
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        if !run.is_running() {
            run.held = None;
            return;
        }
        run.held = match (&gate, self.stalled) {
            (Err(closed), _) => Some(Held::Because(closed.words.clone())),
            (Ok(()), true) => {
                let words = "the store does not commit; no new calls";
                Some(Held::Because(words.into()))
            }
            (Ok(()), false) => None,
        };
        if let Err(closed) = gate {
            // Nothing leaves for a while: others may want what we hold.
            if closed.until > self.now + Duration::from_secs(60) {
                self.release_hopper(id);
                self.timers.set_by(Timer::Feed(id), closed.until);
            }
            return;
        }
        if self.stalled {
            return;
        }
        let mode = run.campaign.mode;
        self.dial_promised(id);
        match mode {
            DialMode::Preview => self.show_previews(id),
            DialMode::Predictive if !by_tick => {}
            DialMode::Progressive
            | DialMode::SuperProgressive
            | DialMode::Power
            | DialMode::Predictive => self.dial_paced(id),
        }
    }

    fn dial_paced(&mut self, id: CampaignId) {
        let now = self.now;
        let Some(run) = self.runs.get(&id) else {
            return;
        };
        let room = self
            .trunks
            .room(run.routes.trunks(), run.loopback_only(), now);
        // One more than can leave: then the list is no limit, and none of the
        // others is looked at.
        let enough = room.calls_now_max.saturating_add(1) as usize;
        let hopper = run.hopper.count(enough, |work| self.may_dial(work, None));
        let mut floor = pace::empty_floor(now, run, room, hopper);
        self.fill_floor(id, &mut floor);
        floor.others_first = self.others_are_first(id);
        let run = self.runs.get_mut(&id).expect("found above");
        let (decision, record) = run.pace.decide(&run.campaign, &floor);
        // In modes with a fixed ratio, lines in flight are no reason to worry.
        if decision.dial == 0 && !matches!(decision.binding, "none" | "mode") {
            run.held = Some(Held::ByPacing);
        }
        if decision.is_bound_by_risk() {
            self.first.push(id);
        }
        if let Some(record) = record {
            self.emit(Event::PacingDecided(record));
        }
        if decision.gives_up() {
            self.cut_short(id);
        }
        let dial = self.ledger_lets(id, decision.dial);
        if dial < decision.dial
            && let Some(run) = self.runs.get_mut(&id)
        {
            run.held = Some(Held::Because(NOTHING_TO_SPARE.into()));
        }
        for _ in 0..dial {
            if !self.intend_next(id, None) {
                break;
            }
        }
    }

    /// Call-backs that agents promised in person.
    fn dial_promised(&mut self, id: CampaignId) {
        if self
            .runs
            .get(&id)
            .is_none_or(|run| run.hopper.promised() == 0)
        {
            return;
        }
        for agent in self.ready_agents(id) {
            let promised = self.runs.get(&id).is_some_and(|run| {
                run.hopper.count(1, |work| {
                    work.promised_by() == Some(agent) && self.may_dial(work, Some(agent))
                }) > 0
            });
            if promised && !self.intend_next(id, Some(agent)) {
                break;
            }
        }
    }

    /// Preview: every ready agent gets a contact to look at.
    fn show_previews(&mut self, id: CampaignId) {
        for agent in self.ready_agents(id) {
            if !self.intend_next(id, Some(agent)) {
                break;
            }
        }
    }

    /// Makes the intent to call the next contact, for `agent` if promised to
    /// one. False when there is no contact or no trunk.
    fn intend_next(&mut self, id: CampaignId, agent: Option<AgentId>) -> bool {
        let now = self.now;
        let Some(run) = self.runs.get(&id) else {
            return false;
        };
        let preview = run.campaign.mode == DialMode::Preview;
        let room = self
            .trunks
            .room(run.routes.trunks(), run.loopback_only(), now);
        // A preview takes no channel until it is accepted.
        if room.calls_now_max == 0 && !preview {
            return false;
        }
        let Some(work) = self.take_work(id, agent) else {
            return false;
        };
        let Some(phone) = phone_of(&work) else {
            self.release(vec![exhaust(&work, own_gate("contact.no_phone"))]);
            return true;
        };
        let Some(trunk) = self.trunk_for(id, phone.number, preview) else {
            // No row of its plan fits the number: until somebody changes that.
            let because = own_gate("routes.no_way");
            self.release(vec![defer(&work, now + NO_WAY_FOR, because)]);
            return true;
        };
        let attempt = self.next_attempt();
        let Some(intent) = self.intent(attempt, &work, phone, trunk, agent) else {
            self.release(vec![give_back(&work)]);
            return false;
        };
        let accepted = !preview;
        let Some(catalogue) = self.runs.get(&id).map(|run| Arc::clone(&run.catalogue)) else {
            return false;
        };
        let call = Call::new(intent.clone(), work, catalogue, now, accepted);
        self.begin_call(call);
        if let Some(run) = self.runs.get_mut(&id) {
            run.feed.took();
        }
        self.emit(Event::AttemptIntended(intent));
        if let Some(agent) = agent {
            let limit = if preview {
                PREVIEW_MAX
            } else {
                self.ring_max(id)
            };
            self.act(agent, |agent, now| agent.reserve(now, attempt, limit).ok());
        }
        true
    }

    pub(crate) fn next_attempt(&mut self) -> AttemptId {
        self.numbering.next_attempt += 1;
        AttemptId::new(self.numbering.next_attempt - 1)
    }

    /// Takes a call in; it holds a channel unless an agent is to accept it first.
    pub(crate) fn begin_call(&mut self, mut call: Call) {
        if call.accepted {
            call.holds_channel = true;
            self.trunks.hold(call.intent.trunk, self.now);
        }
        if let Some(run) = self.runs.get_mut(&call.intent.campaign) {
            run.open += 1;
        }
        self.calls.insert(call);
    }

    /// The trunk for a call to a number; for a preview, which takes no channel yet, the best.
    pub(crate) fn trunk_for(
        &mut self,
        id: CampaignId,
        number: PhoneNumber,
        preview: bool,
    ) -> Option<TrunkId> {
        let now = self.now;
        let run = self.runs.get_mut(&id)?;
        let (trunks, loopback) = (&self.trunks, run.loopback_only());
        let open = |trunk| trunks.lets_out(trunk, loopback, now);
        let chosen = run.routes.choose(number, open);
        chosen.or_else(|| run.routes.ways(number).next().filter(|_| preview))
    }

    /// Whether a call to a number may leave now, as far as its routes go. Where there is no way at
    /// all, it may be taken, to be put off.
    fn has_way(&self, run: &Run, number: PhoneNumber) -> bool {
        if run.routes.are_the_same_for_all() || run.campaign.mode == DialMode::Preview {
            return true;
        }
        let loopback = run.loopback_only();
        let mut ways = run.routes.ways(number).peekable();
        ways.peek().is_none() || ways.any(|id| self.trunks.lets_out(id, loopback, self.now))
    }

    pub(crate) fn intent(
        &mut self,
        attempt: AttemptId,
        work: &WorkItem,
        phone: ContactPhone,
        trunk: TrunkId,
        agent: Option<AgentId>,
    ) -> Option<Intent> {
        let now = self.now;
        let run = self.runs.get_mut(&work.campaign)?;
        let (pool, choice) = (&run.campaign.caller_ids, &run.campaign.caller_id_choice);
        let caller_id = run.caller_ids.choose(pool, choice, phone.number, now)?;
        Some(Intent {
            attempt,
            campaign: work.campaign,
            list: work.contact.list,
            contact: work.contact.id,
            person: work.contact.person,
            segment: work.contact.segment.clone(),
            phone: phone.number,
            ordinal: phone.ordinal,
            trunk,
            caller_id,
            mode: run.campaign.mode,
            purpose: work.purpose(),
            serves: work.serves(),
            agent,
            under: under(run, work, now),
            catalogue: run.catalogue.id,
        })
    }

    /// The next contact: one promised to the agent first, then anyone's.
    fn take_work(&mut self, id: CampaignId, agent: Option<AgentId>) -> Option<WorkItem> {
        let preview = self
            .runs
            .get(&id)
            .is_some_and(|run| run.campaign.mode == DialMode::Preview);
        // Borrowed apart so that the hopper may ask about open calls.
        let mut hopper = std::mem::take(&mut self.runs.get_mut(&id)?.hopper);
        let promised = agent.and_then(|agent| {
            hopper
                .take(|work| work.promised_by() == Some(agent) && self.may_dial(work, Some(agent)))
        });
        let work = promised.or_else(|| {
            (agent.is_none() || preview)
                .then(|| hopper.take(|work| self.may_dial(work, None)))
                .flatten()
        });
        self.runs.get_mut(&id)?.hopper = hopper;
        work
    }

    /// Whether a contact may be dialed now, for `agent` or for anyone.
    fn may_dial(&self, work: &WorkItem, agent: Option<AgentId>) -> bool {
        let Some(phone) = phone_of(work) else {
            // Taken, to be told the store as exhausted.
            return true;
        };
        let run = self.runs.get(&work.campaign);
        let kept = run.map_or(Duration::ZERO, |run| run.campaign.callback_kept);
        let promised = work
            .promised_by()
            .filter(|_| self.now.since(work.due) < kept);
        let theirs = promised.is_none_or(|owner| {
            Some(owner) == agent || !self.roster.get(owner).is_some_and(is_there)
        });
        theirs
            && run.is_none_or(|run| self.has_way(run, phone.number))
            && !self.calls.are_calling(work.contact.person, phone.number)
            && !self.opted_out.contains(work.contact.person, phone.number)
    }

    /// The intent is durable: the call may leave, if every gate is open still.
    pub(crate) fn intent_committed(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if !call.awaits_commit() {
            return;
        }
        if !call.accepted {
            call.phase = Phase::Shown;
            let campaign = call.intent.campaign;
            if let Err(closed) = self.campaign_gate(campaign, true) {
                self.refuse(attempt, closed.gate, closed.until);
            }
            return;
        }
        let (trunk, now) = (call.intent.trunk, self.now);
        if self.trunks.goes_now(trunk, attempt, now) {
            self.pass_gates(attempt);
        } else {
            self.wait_to_leave(trunk);
        }
    }

    /// Who is first in line leaves the trunk; who may not any more gives way.
    pub(crate) fn let_leave(&mut self, trunk: TrunkId) {
        let now = self.now;
        while let Some(attempt) = self.trunks.next_to_leave(trunk, now) {
            if self.calls.get(attempt).is_some_and(Call::awaits_commit) {
                self.pass_gates(attempt);
            }
        }
        self.wait_to_leave(trunk);
    }

    fn wait_to_leave(&mut self, trunk: TrunkId) {
        if let Some(at) = self.trunks.next_leaves(trunk, self.now) {
            self.timers.set(Timer::Leave(trunk), at);
        }
    }

    /// The instant at which a call leaves, or finds a gate closed.
    fn pass_gates(&mut self, attempt: AttemptId) {
        match self.call_gate(attempt) {
            Ok(()) => self.place(attempt),
            Err(closed) => self.refuse(attempt, closed.gate, closed.until),
        }
    }

    /// Orders the call. Every gate was checked in this very step.
    pub(crate) fn place(&mut self, attempt: AttemptId) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if !call.holds_channel {
            call.holds_channel = true;
            self.trunks.hold(call.intent.trunk, now);
        }
        call.phase = Phase::Ordered;
        let intent = call.intent.clone();
        self.trunks.order(intent.trunk, now);
        self.timers
            .set(Timer::Silence(attempt), now + PLACED_WITHIN);
        let ring_timeout = self
            .runs
            .get(&intent.campaign)
            .map_or(RUNG_ENOUGH, |run| run.campaign.ring_timeout);
        self.order(Command::PlaceCall {
            attempt,
            campaign: intent.campaign,
            trunk: intent.trunk,
            phone: intent.phone,
            caller_id: intent.caller_id,
            ring_timeout,
        });
    }

    /// Risk has jumped: who rang long enough is given up, but for calls that
    /// are promised to one agent.
    fn cut_short(&mut self, id: CampaignId) {
        for attempt in self.rung_enough(id) {
            let call = self.calls.get_mut(attempt).expect("open calls");
            if call.intent.agent.is_none() {
                call.cut_short = true;
                self.give_up(attempt);
            }
        }
    }

    /// Calls that have rung long enough to be given up.
    fn rung_enough(&self, id: CampaignId) -> Vec<AttemptId> {
        let now = self.now;
        self.calls
            .iter()
            .filter(|call| call.intent.campaign == id && !call.given_up)
            .filter(|call| call.phase == Phase::Ringing)
            .filter(|call| call.ringing.is_some_and(|at| now.since(at) >= RUNG_ENOUGH))
            .map(|call| call.intent.attempt)
            .collect()
    }

    /// Orders the end of a call nobody answered yet.
    pub(crate) fn give_up(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if call.was_ordered() {
            call.given_up = true;
            self.timers
                .set(Timer::Silence(attempt), self.now + HANG_UP_WITHIN);
            self.order(Command::HangUp { attempt });
        } else {
            // Its commit may still come, and must find nothing to place.
            let later = self.now + GIVEN_UP_FOR;
            self.refuse(attempt, own_gate("call.given_up"), later);
        }
    }

    /// Longest a call to a promised contact may ring, with what surrounds it.
    pub(crate) fn ring_max(&self, id: CampaignId) -> Duration {
        let ring = self
            .runs
            .get(&id)
            .map_or(RUNG_ENOUGH, |run| run.campaign.ring_timeout);
        ring + HANG_UP_WITHIN
    }
}

/// Whether an agent may come back to a call they promised: on a call, a break or without a line, but not gone.
fn is_there(agent: &Agent) -> bool {
    agent.state().status() != AgentStatus::Offline
}

/// The phone to dial: the one decided on, else the first that is good.
fn phone_of(work: &WorkItem) -> Option<ContactPhone> {
    let phones = || work.contact.phones.iter().filter(|phone| phone.usable);
    phones()
        .find(|phone| phone.ordinal == work.next_phone)
        .or_else(|| phones().next())
        .copied()
}
