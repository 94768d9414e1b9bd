//! The world around the engine: a queue of what will happen, in virtual time.
//! It feeds the engine one happening after another, and from the events and
//! orders that come back draws what people, carriers and the store do next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use campaigns::Campaign;
use domain::{AgentId, AttemptId, CampaignId, Keyed, Outcome, Recorded, Timestamp};
use engine::{AgentRequest, Engine, Input, LineEvent, Numbering};

use crate::attached::{Attached, Record};
use crate::callee::Callee;
use crate::dice::Dice;
use crate::promises::Promises;
use crate::queued::Queued;
use crate::setting::{CAMPAIGN, profile, trunk};
use crate::shelf::Shelf;
use crate::tally::Tally;
use crate::{Report, Scenario};

/// Wednesday 2026-11-25, 00:00 in Bogotá. Any day would do.
const MIDNIGHT: Timestamp = Timestamp::from_millis(1_795_582_800_000);
const HOUR: Duration = Duration::from_secs(3_600);
/// From an order to the packet on the wire, or from a packet to its report.
pub(crate) const NETWORK: Duration = Duration::from_millis(20);

/// What passed between world and engine.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) inputs: Vec<(Timestamp, Input)>,
    pub(crate) events: Vec<Recorded>,
}

/// What will happen.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// Told to the engine as it is.
    Tell(Box<Input>),
    /// The intent is on disk.
    Commit(AttemptId),
    /// The store looks for contacts that are due.
    Lease(u32),
    /// Somebody picks up.
    Answer(AttemptId),
    /// Nobody picked up, or the network refused.
    Fail(AttemptId, Outcome),
    /// The customer hangs up.
    CustomerLeaves(AttemptId),
    /// The customer hangs up if nobody speaks to them yet.
    PatienceEnds(AttemptId),
    /// The agent hangs up, if still on this call.
    AgentHangsUp(AgentId, AttemptId),
    /// The agent's line falls, if still on this call.
    LineFalls(AgentId, AttemptId),
    /// The agent says what it was.
    Typify(AgentId, AttemptId),
}

/// One call as the far end lives it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) callee: Callee,
    pub(crate) answered: bool,
    pub(crate) bridged: bool,
}

pub(crate) struct World<'a> {
    pub(crate) scenario: &'a Scenario,
    engine: Engine,
    campaign: CampaignId,
    /// Hours of the day are told from it.
    midnight: Timestamp,
    /// Where contacts come from and facts go to, in place of the shelf.
    pub(crate) record: Option<&'a mut dyn Record>,
    start: Timestamp,
    now: Timestamp,
    pub(crate) dice: Dice,
    pub(crate) shelf: Shelf,
    promises: Promises,
    pub(crate) tally: Tally,
    queue: BinaryHeap<Reverse<Queued>>,
    queued: u64,
    steps: u64,
    /// Where it is to be kept.
    pub(crate) kept: Option<Kept>,
    /// Calls the carrier has, until they are over.
    pub(crate) lines: Keyed<AttemptId, Line>,
    /// The most it ever had at once.
    pub(crate) channels_peak: usize,
    /// On which attempt agents are or were last, whom they met there, and what
    /// that call will have been, where the model says.
    pub(crate) on: Keyed<AgentId, AttemptId>,
    pub(crate) met: Keyed<AttemptId, Callee>,
    pub(crate) kinds: Keyed<AttemptId, String>,
}

impl<'a> World<'a> {
    pub(crate) fn new(scenario: &'a Scenario, fingerprint: bool) -> World<'a> {
        let start = MIDNIGHT + HOUR * u32::from(scenario.start_hour);
        World {
            scenario,
            engine: Engine::new(Numbering::default()).without_ledger(),
            campaign: CAMPAIGN,
            midnight: MIDNIGHT,
            record: None,
            start,
            now: start,
            dice: Dice::new(scenario.seed),
            shelf: match scenario.segments.as_slice() {
                [] => Shelf::of(CAMPAIGN, scenario.stock(), start),
                segments => Shelf::by_segment(CAMPAIGN, segments, start, start + scenario.span()),
            },
            promises: Promises::default(),
            tally: Tally::new(scenario.rules.catalogue(), fingerprint),
            queue: BinaryHeap::new(),
            queued: 0,
            steps: 0,
            kept: None,
            lines: Keyed::default(),
            channels_peak: 0,
            on: Keyed::default(),
            met: Keyed::default(),
            kinds: Keyed::default(),
        }
    }

    /// On a record of somebody's.
    pub(crate) fn on(
        scenario: &'a Scenario,
        floor: &Attached,
        record: &'a mut dyn Record,
    ) -> World<'a> {
        World {
            engine: Engine::new(floor.numbering).without_ledger(),
            campaign: floor.campaign.id,
            midnight: floor.midnight,
            record: Some(record),
            start: floor.midnight,
            now: floor.midnight,
            shelf: Shelf::of(floor.campaign.id, Vec::new(), floor.midnight),
            tally: Tally::new(floor.catalogue.clone(), false),
            ..World::new(scenario, false)
        }
    }
}

impl World<'_> {
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn end(&self) -> Timestamp {
        match self.record {
            None => self.start + self.scenario.span(),
            Some(_) => self.now,
        }
    }

    /// Local time, in whole hours.
    pub(crate) fn hour(&self) -> u8 {
        let passed = self.now.since(self.midnight).as_secs() / HOUR.as_secs();
        u8::try_from(passed % 24).expect("a day has 24 hours")
    }

    /// The trunk is there, the campaign runs, the agents come in.
    pub(crate) fn open(&mut self, campaign: Campaign) {
        let trunk = trunk(self.scenario);
        self.feed(Input::TrunkChanged(Box::new(trunk)));
        if !self.scenario.rules.catalogue.is_empty() {
            let catalogue = Arc::new(self.tally.catalogue().clone());
            self.feed(Input::CatalogueChanged {
                campaign: CAMPAIGN,
                catalogue,
            });
        }
        self.feed(Input::CampaignChanged(Box::new(campaign)));
        let mut last = 0;
        for shift in &self.scenario.roster {
            for agent in last + 1..=last + shift.agents {
                self.comes(agent, shift.from);
                self.agent_asks(
                    shift.to,
                    AgentId::new(i64::from(agent)),
                    AgentRequest::LogOut,
                );
            }
            last += shift.agents;
        }
        if self.scenario.roster.is_empty() {
            for agent in 1..=self.scenario.agents {
                let late = self.dice.millis(0, 20_000);
                self.comes(agent, late);
            }
        }
    }

    fn comes(&mut self, agent: u32, late: Duration) {
        let agent = AgentId::new(i64::from(agent));
        self.feed(Input::AgentChanged(Box::new(profile(agent))));
        self.agent_asks(late, agent, AgentRequest::LogIn);
    }

    pub(crate) fn run_until(&mut self, end: Timestamp) {
        loop {
            let queued = self.queue.peek().map(|Reverse(first)| first.at);
            let wake = self.engine.next_wake();
            let Some(next) = queued.into_iter().chain(wake).min() else {
                break;
            };
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            if queued == Some(next) {
                if let Some(Reverse(first)) = self.queue.pop() {
                    self.happens(first.what);
                }
            } else {
                self.feed(Input::Wake);
            }
        }
        self.now = end;
    }

    pub(crate) fn report(mut self, wall: f64) -> Report {
        self.tally.close(self.end());
        let tally = self.tally;
        let outcome = |outcome| tally.outcomes.get(&outcome).copied().unwrap_or(0);
        Report {
            seed: self.scenario.seed,
            agents: self.scenario.agents_expected(),
            hours: self.scenario.hours,
            attempts: tally.attempts,
            answered: tally.people,
            machines: tally.machines,
            connected: tally.connected,
            abandoned: tally.people_abandoned,
            hung_up_waiting: outcome(Outcome::HungUpWaiting),
            abandon_rate: domain::Rate::of(tally.people_abandoned, tally.people)
                .map(domain::Rate::get),
            utilisation: tally.utilisation(),
            bridge_wait_ms: tally
                .bridge_wait()
                .map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
            refused: tally.refused,
            open: self.promises.open() as u64,
            outcomes: tally
                .outcomes
                .iter()
                .map(|(outcome, count)| (outcome.word().to_owned(), *count))
                .collect(),
            typified: tally.typified,
            contacts: tally.contacts,
            effective: tally.effective,
            sales: tally.sales,
            channels_peak: self.channels_peak as u64,
            base_dry_after_hours: self
                .shelf
                .dry_at()
                .map(|at| at.since(self.start).as_secs_f64() / 3_600.0),
            contacts_left: self.shelf.left(),
            segments: self.shelf.segment_reports(),
            steps: self.steps,
            events: tally.events,
            fingerprint: tally.fingerprint(),
            wall_seconds_per_hour: wall / self.scenario.hours,
            broken: self.promises.into_broken(),
        }
    }

    // --- the queue -------------------------------------------------------

    pub(crate) fn after(&mut self, span: Duration, happening: Happening) {
        self.queued += 1;
        self.queue.push(Reverse(Queued {
            at: self.now + span,
            place: self.queued,
            what: happening,
        }));
    }

    pub(crate) fn tell(&mut self, span: Duration, input: Input) {
        self.after(span, Happening::Tell(Box::new(input)));
    }

    pub(crate) fn agent_asks(&mut self, span: Duration, agent: AgentId, request: AgentRequest) {
        self.tell(span, Input::Agent { agent, request });
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Tell(input) => self.feed(*input),
            Happening::Commit(attempt) => {
                self.promises.committed(attempt);
                self.feed(Input::IntentCommitted(attempt));
            }
            Happening::Lease(count) => {
                let (work, next_due) = match &mut self.record {
                    None => self.shelf.lease(self.now, count),
                    Some(record) => record.lease(self.now, count),
                };
                self.feed(Input::HopperRefilled {
                    campaign: self.campaign,
                    work,
                    next_due,
                });
            }
            Happening::Answer(attempt) => self.answer(attempt),
            Happening::Fail(attempt, outcome) => self.fail(attempt, outcome),
            Happening::CustomerLeaves(attempt) => self.customer_leaves(attempt),
            Happening::PatienceEnds(attempt) => {
                if self.lines.get(&attempt).is_some_and(|line| !line.bridged) {
                    self.customer_leaves(attempt);
                }
            }
            Happening::AgentHangsUp(agent, attempt) => {
                if self.on.get(&agent) == Some(&attempt) && self.lines.contains_key(&attempt) {
                    let request = AgentRequest::HangUp;
                    self.feed(Input::Agent { agent, request });
                }
            }
            Happening::LineFalls(agent, attempt) => {
                if self.on.get(&agent) == Some(&attempt) && self.lines.contains_key(&attempt) {
                    let event = LineEvent::Down("network".into());
                    self.feed(Input::Line { agent, event });
                }
            }
            Happening::Typify(agent, attempt) => self.typify(agent, attempt),
        }
    }

    // --- the engine ------------------------------------------------------

    pub(crate) fn feed(&mut self, input: Input) {
        if let Some(kept) = &mut self.kept {
            kept.inputs.push((self.now, input.clone()));
        }
        let step = self.engine.handle(self.now, input);
        if let Some(kept) = &mut self.kept {
            kept.events.extend(step.events.iter().cloned());
        }
        self.steps += 1;
        self.promises.check(&step);
        if let Some(record) = &mut self.record {
            record.write(&step.events);
        }
        for recorded in &step.events {
            self.tally.take(recorded);
            self.shelf.note(&recorded.event, self.tally.catalogue());
            self.journal(&recorded.event);
            self.react(&recorded.event);
        }
        for command in &step.commands {
            self.obey(command);
        }
        self.engine.reuse(step);
    }
}
