//! The world around the engine: a queue of what will happen, in virtual time.
//! It feeds the engine one happening after another, and from the events and
//! orders that come back draws what people, carriers and the store do next.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use campaigns::Campaign;
use domain::{
    AgentId, AgentProfile, AgentStatus, AttemptId, CampaignId, CampaignState, Cause, EndedBy,
    Event, LineMode, Outcome, PhoneNumber, SignallingRecord, Timestamp, Trunk, TrunkId,
    TrunkTransport, Typification,
};
use engine::{AgentRequest, CallProgress, Command, Engine, Input, LineEvent, Numbering};

use crate::callee::{Callee, Fate};
use crate::dice::Dice;
use crate::promises::Promises;
use crate::shelf::Shelf;
use crate::tally::Tally;
use crate::{InvalidScenario, Report, Scenario, agent};

const CAMPAIGN: CampaignId = CampaignId::new(1);
const TRUNK: TrunkId = TrunkId::new(1);
/// Wednesday 2026-11-25, 10:00 in Bogotá. Any instant would do.
const START: Timestamp = Timestamp::from_millis(1_795_618_800_000);
/// From an order to the packet on the wire, or from a packet to its report.
const NETWORK: Duration = Duration::from_millis(20);
/// How long the message to an abandoned caller lasts.
const MESSAGE: Duration = Duration::from_secs(8);
/// Nobody talks longer than this for their own reasons.
const TALK_MIN: Duration = Duration::from_secs(3);

/// Runs a scenario to its end.
pub fn simulate(scenario: &Scenario) -> Result<Report, InvalidScenario> {
    scenario.check()?;
    let campaign = campaign_of(scenario)?;
    let began = Instant::now();
    let mut world = World::new(scenario);
    world.open(campaign);
    let end = START + Duration::from_secs_f64(scenario.hours * 3_600.0);
    world.run_until(end);
    let wall = began.elapsed().as_secs_f64();
    Ok(world.report(end, wall))
}

/// The same run as what it fed the engine, and when: to be fed again to an
/// engine alone, which then takes the same steps.
pub fn record(scenario: &Scenario) -> Result<Vec<(Timestamp, Input)>, InvalidScenario> {
    scenario.check()?;
    let campaign = campaign_of(scenario)?;
    let mut world = World::new(scenario);
    world.inputs = Some(Vec::new());
    world.open(campaign);
    world.run_until(START + Duration::from_secs_f64(scenario.hours * 3_600.0));
    Ok(world.inputs.unwrap_or_default())
}

fn campaign_of(scenario: &Scenario) -> Result<Campaign, InvalidScenario> {
    let mut campaign = Campaign::new(CAMPAIGN, "simulation");
    campaign.state = CampaignState::Running;
    campaign.mode = scenario.mode;
    campaign.power_ratio = scenario.power_ratio;
    campaign.abandon_limit = scenario.abandon_limit;
    campaign.abandon_target = scenario.abandon_target;
    campaign.ring_timeout = scenario.ring_timeout;
    campaign.trunks = vec![TRUNK];
    campaign.caller_ids = vec![caller_id()];
    campaign.law_pack = "laboratorio".into();
    let checked = campaign.check();
    checked.map_err(|error| InvalidScenario::Campaign(error.to_string()))?;
    Ok(campaign)
}

fn caller_id() -> PhoneNumber {
    PhoneNumber::from_e164("+576010000000").expect("a constant landline")
}

/// What will happen.
#[derive(Clone, Debug)]
enum Happening {
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
struct Line {
    callee: Callee,
    answered: bool,
    bridged: bool,
}

struct World<'a> {
    scenario: &'a Scenario,
    engine: Engine,
    now: Timestamp,
    dice: Dice,
    shelf: Shelf,
    promises: Promises,
    tally: Tally,
    queue: BTreeMap<(Timestamp, u64), Happening>,
    queued: u64,
    steps: u64,
    /// What the engine was fed, where that is to be kept.
    inputs: Option<Vec<(Timestamp, Input)>>,
    /// Calls the carrier has, until they are over.
    lines: BTreeMap<AttemptId, Line>,
    /// Whom the agents talked to last, and on which attempt they are.
    on: BTreeMap<AgentId, AttemptId>,
    met: BTreeMap<AttemptId, Callee>,
}

impl World<'_> {
    fn new(scenario: &Scenario) -> World<'_> {
        World {
            scenario,
            engine: Engine::new(Numbering::default()).without_ledger(),
            now: START,
            dice: Dice::new(scenario.seed),
            shelf: Shelf::of_strangers(CAMPAIGN, scenario.list_length(), START),
            promises: Promises::default(),
            tally: Tally::default(),
            queue: BTreeMap::new(),
            queued: 0,
            steps: 0,
            inputs: None,
            lines: BTreeMap::new(),
            on: BTreeMap::new(),
            met: BTreeMap::new(),
        }
    }

    /// The trunk is there, the campaign runs, the agents come in.
    fn open(&mut self, campaign: Campaign) {
        let trunk = trunk(self.scenario);
        self.feed(Input::TrunkChanged(Box::new(trunk)));
        self.feed(Input::CampaignChanged(Box::new(campaign)));
        for n in 1..=self.scenario.agents {
            let agent = AgentId::new(i64::from(n));
            self.feed(Input::AgentChanged(Box::new(profile(agent))));
            let late = self.dice.millis(0, 20_000);
            self.agent_asks(late, agent, AgentRequest::LogIn);
        }
    }

    fn run_until(&mut self, end: Timestamp) {
        loop {
            let queued = self.queue.first_key_value().map(|((at, _), _)| *at);
            let wake = self.engine.next_wake();
            let Some(next) = queued.into_iter().chain(wake).min() else {
                break;
            };
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            if queued == Some(next) {
                if let Some((_, happening)) = self.queue.pop_first() {
                    self.happens(happening);
                }
            } else {
                self.feed(Input::Wake);
            }
        }
        self.now = end;
    }

    fn report(mut self, end: Timestamp, wall: f64) -> Report {
        self.tally.close(end);
        let tally = self.tally;
        let outcome = |outcome| tally.outcomes.get(&outcome).copied().unwrap_or(0);
        Report {
            seed: self.scenario.seed,
            agents: self.scenario.agents,
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
            steps: self.steps,
            events: tally.events,
            fingerprint: tally.fingerprint(),
            wall_seconds_per_hour: wall / self.scenario.hours,
            broken: self.promises.into_broken(),
        }
    }

    // --- the queue -------------------------------------------------------

    fn after(&mut self, span: Duration, happening: Happening) {
        self.queued += 1;
        self.queue.insert((self.now + span, self.queued), happening);
    }

    fn tell(&mut self, span: Duration, input: Input) {
        self.after(span, Happening::Tell(Box::new(input)));
    }

    fn agent_asks(&mut self, span: Duration, agent: AgentId, request: AgentRequest) {
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
                let (work, next_due) = self.shelf.lease(self.now, count);
                self.feed(Input::HopperRefilled {
                    campaign: CAMPAIGN,
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

    // --- the far end -----------------------------------------------------

    fn answer(&mut self, attempt: AttemptId) {
        let Some(line) = self.lines.get_mut(&attempt) else {
            return;
        };
        line.answered = true;
        if line.callee == Callee::Machine {
            self.tally.machines += 1;
        } else {
            self.tally.people += 1;
            let patience = Duration::from_secs(1) + self.dice.about(self.scenario.patience_mean);
            self.after(patience, Happening::PatienceEnds(attempt));
        }
        let record = SignallingRecord(format!("dialog {attempt}"));
        self.call(attempt, CallProgress::Answered(record));
    }

    fn fail(&mut self, attempt: AttemptId, outcome: Outcome) {
        let unanswered = self.lines.get(&attempt).is_some_and(|line| !line.answered);
        if unanswered {
            self.lines.remove(&attempt);
            let cause = Cause::default();
            self.call(attempt, CallProgress::Failed { outcome, cause });
        }
    }

    fn customer_leaves(&mut self, attempt: AttemptId) {
        if self.lines.remove(&attempt).is_some() {
            let (by, cause) = (EndedBy::Customer, Cause::default());
            self.call(attempt, CallProgress::Ended { by, cause });
        }
    }

    fn call(&mut self, attempt: AttemptId, progress: CallProgress) {
        self.feed(Input::Call { attempt, progress });
    }

    /// An order to end a call reached the far end.
    fn hung_up(&mut self, attempt: AttemptId) {
        let Some(line) = self.lines.get(&attempt) else {
            return;
        };
        if line.answered {
            self.lines.remove(&attempt);
            let (by, cause) = (EndedBy::System, Cause::default());
            let progress = CallProgress::Ended { by, cause };
            self.tell(NETWORK, Input::Call { attempt, progress });
        } else {
            self.after(NETWORK, Happening::Fail(attempt, Outcome::Cancelled));
        }
    }

    fn reach(&mut self, attempt: AttemptId, phone: PhoneNumber, ring_timeout: Duration) {
        let fate = Fate::draw(self.scenario, phone, &mut self.dice);
        let line = Line {
            callee: fate.callee,
            answered: false,
            bridged: false,
        };
        self.lines.insert(attempt, line);
        let placed = CallProgress::Placed;
        self.tell(
            NETWORK,
            Input::Call {
                attempt,
                progress: placed,
            },
        );
        let setup = NETWORK + fate.setup;
        if fate.rings() && setup < ring_timeout {
            let progress = CallProgress::Ringing;
            self.tell(setup, Input::Call { attempt, progress });
        }
        let (span, what) = match fate.callee {
            Callee::Nobody(Outcome::NoAnswer) => (ring_timeout, None),
            Callee::Nobody(outcome) => (setup, Some(Happening::Fail(attempt, outcome))),
            Callee::Person | Callee::Machine => {
                (setup + fate.ring, Some(Happening::Answer(attempt)))
            }
        };
        match what {
            Some(what) if span < ring_timeout => self.after(span, what),
            _ => self.after(
                NETWORK + ring_timeout,
                Happening::Fail(attempt, Outcome::NoAnswer),
            ),
        }
    }

    // --- the engine ------------------------------------------------------

    fn feed(&mut self, input: Input) {
        if let Some(inputs) = &mut self.inputs {
            inputs.push((self.now, input.clone()));
        }
        let step = self.engine.handle(self.now, input);
        self.steps += 1;
        self.promises.check(&step);
        for recorded in &step.events {
            self.tally.take(recorded);
            self.journal(&recorded.event);
            self.react(&recorded.event);
        }
        for command in &step.commands {
            self.obey(command);
        }
    }

    /// What the store writes down.
    fn journal(&mut self, event: &Event) {
        match event {
            Event::AttemptIntended(intent) => {
                let delay = self.scenario.commit_delay;
                self.after(delay, Happening::Commit(intent.attempt));
            }
            Event::AttemptRefused { next, .. } => self.shelf.update(next, None),
            Event::AttemptClosed {
                next: Some(next), ..
            }
            | Event::Typified(Typification { next, .. }) => self.shelf.update(next, Some(0)),
            _ => {}
        }
    }

    /// What people do about it.
    fn react(&mut self, event: &Event) {
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
        self.met.insert(attempt, callee);
        let (talk, agent_ends) = if callee == Callee::Machine {
            (self.dice.millis(4_000, 9_000), true)
        } else {
            let talk = self.dice.around(self.scenario.talk_mean).max(TALK_MIN);
            (talk, self.dice.below(3) == 0)
        };
        if self.dice.happens(self.scenario.line_loss) {
            self.after(talk / 2, Happening::LineFalls(agent, attempt));
        }
        if agent_ends {
            self.after(talk, Happening::AgentHangsUp(agent, attempt));
        } else {
            self.after(talk, Happening::CustomerLeaves(attempt));
        }
    }

    fn agent_turned(&mut self, agent: AgentId, to: AgentStatus, attempt: Option<AttemptId>) {
        match (to, attempt) {
            (AgentStatus::WrapUp, Some(attempt)) => {
                let wrap = self.dice.around(self.scenario.wrap_up_mean);
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

    fn typify(&mut self, agent: AgentId, attempt: AttemptId) {
        let callee = self.met.remove(&attempt).unwrap_or(Callee::Person);
        let code = agent::typification(callee, &mut self.dice);
        if self.dice.happens(self.scenario.break_share) {
            let request = AgentRequest::Break("pausa".into());
            self.feed(Input::Agent { agent, request });
        }
        let request = AgentRequest::Typify {
            attempt,
            code: code.into(),
            note: String::new(),
            callback_at: None,
        };
        self.feed(Input::Agent { agent, request });
    }

    /// What the shells do as ordered.
    fn obey(&mut self, command: &Command) {
        match command {
            Command::PlaceCall {
                attempt,
                phone,
                ring_timeout,
                ..
            } => self.reach(*attempt, *phone, *ring_timeout),
            Command::HangUp { attempt } => self.hung_up(*attempt),
            Command::PlayMessage { attempt } => {
                let (attempt, progress) = (*attempt, CallProgress::MessagePlayed);
                self.tell(MESSAGE, Input::Call { attempt, progress });
            }
            Command::RaiseLine { agent } => {
                let (agent, event) = (*agent, LineEvent::Up);
                let pick_up = self.dice.millis(500, 4_000);
                self.tell(pick_up, Input::Line { agent, event });
            }
            Command::RefillHopper { count, .. } => {
                self.after(self.scenario.commit_delay, Happening::Lease(*count));
            }
            Command::ReleaseWork(updates) => {
                for update in updates {
                    self.shelf.update(update, None);
                }
            }
            // In memory, and nothing comes of it but what was drawn already.
            Command::Bridge { .. } | Command::DropLine { .. } => {}
        }
    }
}

fn profile(agent: AgentId) -> AgentProfile {
    AgentProfile {
        id: agent,
        name: format!("agent {agent}"),
        sip_user: agent.to_string(),
        campaigns: vec![CAMPAIGN],
        line: LineMode::NailedUp,
    }
}

fn trunk(scenario: &Scenario) -> Trunk {
    Trunk {
        id: TRUNK,
        name: "carrier".into(),
        host: "127.0.0.1".into(),
        port: 5060,
        transport: TrunkTransport::Udp,
        channels_max: scenario.trunk_channels(),
        calls_per_second_max: scenario.calls_per_second,
        credentials: None,
        prefix: String::new(),
        enabled: true,
    }
}
