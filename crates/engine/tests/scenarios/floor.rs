//! The vocabulary of the scenarios: a floor in virtual time. It plays the
//! shells around the engine (the store leases and commits, signalling sends)
//! and leaves to the test what people do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use campaigns::Campaign;
use domain::{
    AgentId, AgentProfile, AgentStatus, AttemptId, CampaignId, CampaignState, Cause, Contact,
    ContactId, ContactPhone, DialMode, EndedBy, Event, Gate, Intent, LineMode, ListId, Listing,
    Outcome, PersonConsent, PersonId, PhoneNumber, Purpose, RegisterSnapshot, SignallingRecord,
    Timestamp, Trunk, TrunkId, Typification, WorkItem, WorkState, WorkUpdate,
};
use engine::{
    AgentLive, AgentRequest, CallProgress, CampaignLive, Command, Engine, Input, LineEvent,
    Numbering, Rejection, Step,
};

use crate::called::{self, Called};
use crate::oracle::Oracle;

pub(crate) const CAMPAIGN: CampaignId = CampaignId::new(1);
pub(crate) const TRUNK: TrunkId = TrunkId::new(1);

/// Wednesday 2026-11-25, 10:00 in Bogotá.
pub(crate) const MORNING: Timestamp = Timestamp::from_millis(1_795_618_800_000);

pub(crate) fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) fn agent(id: i64) -> AgentId {
    AgentId::new(id)
}

/// A campaign that runs, with one trunk and one caller id.
pub(crate) fn running(mode: DialMode) -> Campaign {
    let mut campaign = Campaign::new(CAMPAIGN, "Renovación");
    campaign.state = CampaignState::Running;
    campaign.mode = mode;
    campaign.trunks = vec![TRUNK];
    campaign.caller_ids = vec![number(999)];
    campaign
}

pub(crate) fn number(n: i64) -> PhoneNumber {
    PhoneNumber::from_e164(&format!("+573{:09}", n)).expect("a mobile number")
}

pub(crate) fn trunk(channels: u32, rate: f64) -> Trunk {
    Trunk {
        channels_max: channels,
        calls_per_second_max: rate,
        ..Trunk::new(TRUNK, "carrier", "127.0.0.1")
    }
}

pub(crate) fn rne(as_of: &str) -> RegisterSnapshot {
    RegisterSnapshot {
        id: 1,
        register: "rne".to_owned(),
        as_of: as_of.to_owned(),
        sha256: "ab12cd34ef567890".to_owned(),
        overridden: false,
    }
}

pub(crate) fn work(campaign: CampaignId, contact: i64, person: i64, phones: &[i64]) -> WorkItem {
    WorkItem {
        campaign,
        contact: Contact {
            id: ContactId::new(contact),
            list: ListId::new(1),
            person: PersonId::new(person),
            document: String::new(),
            name: format!("Persona {person}"),
            segment: String::new(),
            phones: phones
                .iter()
                .enumerate()
                .map(|(ordinal, n)| ContactPhone {
                    ordinal: u8::try_from(ordinal).expect("few phones"),
                    number: number(*n),
                    attempts: 0,
                    usable: true,
                })
                .collect(),
            attributes: Vec::new(),
        },
        attempts: 0,
        repeats: 0,
        last_code: None,
        next_phone: 0,
        due: MORNING,
        promise: None,
        spent: 0,
        prior: Vec::new(),
        listed: Vec::new(),
        consents: Vec::new(),
        resumes: None,
    }
}

/// The store, as far as the engine sees it.
#[derive(Debug, Default)]
struct Shelf {
    work: BTreeMap<(CampaignId, ContactId), (WorkItem, WorkState)>,
    called: Called,
    /// What people agreed to and nobody ended.
    consents: BTreeMap<PersonId, Vec<PersonConsent>>,
}

impl Shelf {
    fn lease(
        &mut self,
        campaign: CampaignId,
        now: Timestamp,
        count: u32,
        agreed_alone: bool,
    ) -> (Vec<WorkItem>, Option<Timestamp>) {
        let mut leased = Vec::new();
        let mut next: Option<Timestamp> = None;
        for ((of, _), (item, state)) in &mut self.work {
            let consents = self.consents.get(&item.contact.person);
            if *of != campaign || *state != WorkState::Ready || agreed_alone && consents.is_none() {
                continue;
            }
            if item.due <= now && leased.len() < count as usize {
                *state = WorkState::Leased;
                leased.push(WorkItem {
                    prior: self.called.before(item),
                    consents: consents.cloned().unwrap_or_default(),
                    ..item.clone()
                });
            } else {
                next = Some(next.map_or(item.due, |known| known.min(item.due)));
            }
        }
        (leased, next)
    }

    fn update(&mut self, update: &WorkUpdate, dialed: Option<u8>) {
        let key = (update.campaign, update.contact);
        let Some((item, state)) = self.work.get_mut(&key) else {
            return;
        };
        let spent = update.attempts.saturating_sub(item.attempts);
        let phone_at = |ordinal: Option<u8>| ordinal.map(usize::from);
        if let Some(phone) = phone_at(dialed).and_then(|at| item.contact.phones.get_mut(at)) {
            phone.attempts += spent;
        }
        let bad = phone_at(update.invalid_phone);
        if let Some(phone) = bad.and_then(|at| item.contact.phones.get_mut(at)) {
            phone.usable = false;
        }
        *state = update.state;
        item.attempts = update.attempts;
        item.repeats = update.repeats;
        item.last_code.clone_from(&update.code);
        item.next_phone = update.next_phone;
        item.due = update.next_at;
        item.promise = update.promise;
    }
}

/// A floor.
pub(crate) struct Floor {
    engine: Engine,
    pub(crate) now: Timestamp,
    shelf: Shelf,
    pub(crate) oracle: Oracle,
    pub(crate) facts: Vec<Event>,
    pub(crate) orders: Vec<Command>,
    pub(crate) rejected: Option<Rejection>,
    /// Whether the store answers commits by itself.
    pub(crate) commits: bool,
    /// Whether signalling reports calls as sent by itself.
    pub(crate) sends: bool,
    /// Intents waiting for their commit.
    pub(crate) uncommitted: Vec<AttemptId>,
    /// The register of Colombia as the store has it, with who is in it.
    register: Option<(RegisterSnapshot, BTreeSet<PhoneNumber>)>,
    ordinals: BTreeMap<AttemptId, u8>,
    campaign: Campaign,
}

impl Floor {
    /// A morning with nobody there.
    pub(crate) fn new(campaign: Campaign) -> Floor {
        let mut floor = Floor {
            engine: Engine::new(Numbering::default()),
            now: MORNING,
            shelf: Shelf::default(),
            oracle: Oracle::default(),
            facts: Vec::new(),
            orders: Vec::new(),
            rejected: None,
            commits: true,
            sends: true,
            uncommitted: Vec::new(),
            register: None,
            ordinals: BTreeMap::new(),
            campaign: campaign.clone(),
        };
        floor.trunk(trunk(100, 50.0));
        floor.registers(&["2099-12-31"]);
        floor.feed(Input::CampaignChanged(Box::new(campaign)));
        floor
    }

    /// The register of Colombia as of these days; of several the last is in force.
    pub(crate) fn registers(&mut self, days: &[&str]) -> &mut Self {
        let known: Vec<_> = days.iter().map(|as_of| rne(as_of)).collect();
        self.register = known.last().map(|known| (known.clone(), BTreeSet::new()));
        self.feed(Input::RegistersChanged(known))
    }

    /// Another snapshot is in force, with these numbers in it.
    pub(crate) fn snapshot(&mut self, id: i64, as_of: &str, numbers: BTreeSet<PhoneNumber>) {
        let known = RegisterSnapshot { id, ..rne(as_of) };
        self.register = Some((known.clone(), numbers));
        self.feed(Input::RegistersChanged(vec![known]));
    }

    /// A person agreed to these, and to nothing else; the engine is told.
    pub(crate) fn agrees(&mut self, person: i64, consents: &[PersonConsent]) -> &mut Floor {
        let person = PersonId::new(person);
        match consents {
            [] => self.shelf.consents.remove(&person),
            some => self.shelf.consents.insert(person, some.to_vec()),
        };
        self.feed(Input::ConsentsChanged(vec![(person, consents.to_vec())]))
    }

    fn listed(&self, number: PhoneNumber) -> Option<Listing> {
        let (snapshot, numbers) = self.register.as_ref()?;
        let snapshot = Arc::new(snapshot.clone());
        numbers
            .contains(&number)
            .then_some(Listing { number, snapshot })
    }

    /// The same with agents ready and contacts 1 to `contacts` on the list.
    pub(crate) fn with(campaign: Campaign, agents: i64, contacts: i64) -> Floor {
        let mut floor = Floor::new(campaign);
        for id in 1..=agents {
            floor.agent_ready(id);
        }
        floor.contacts(1..=contacts);
        // What the third second decides leaves one after another.
        floor.after(secs(3) + Duration::from_millis(500));
        floor
    }

    pub(crate) fn trunk(&mut self, trunk: Trunk) -> &mut Floor {
        self.oracle.trunks.insert(trunk.id, trunk.clone());
        self.feed(Input::TrunkChanged(Box::new(trunk)))
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Campaign)) -> &mut Floor {
        change(&mut self.campaign);
        let campaign = Box::new(self.campaign.clone());
        self.feed(Input::CampaignChanged(campaign))
    }

    pub(crate) fn contacts(&mut self, ids: impl IntoIterator<Item = i64>) -> &mut Floor {
        for id in ids {
            self.shelve(work(CAMPAIGN, id, id, &[id]));
        }
        self
    }

    pub(crate) fn shelve(&mut self, item: WorkItem) -> &mut Floor {
        let key = (item.campaign, item.contact.id);
        self.shelf.work.insert(key, (item, WorkState::Ready));
        self
    }

    pub(crate) fn hire(&mut self, id: i64) -> &mut Floor {
        self.hire_for(id, vec![CAMPAIGN])
    }

    pub(crate) fn hire_for(&mut self, id: i64, campaigns: Vec<CampaignId>) -> &mut Floor {
        self.feed(Input::AgentChanged(Box::new(AgentProfile {
            id: agent(id),
            name: format!("Asesor {id}"),
            sip_user: format!("{id}"),
            campaigns,
            line: LineMode::NailedUp,
        })))
    }

    /// Hired, logged in, line up, ready.
    pub(crate) fn agent_ready(&mut self, id: i64) -> &mut Floor {
        self.hire(id).comes_in(id)
    }

    pub(crate) fn comes_in(&mut self, id: i64) -> &mut Floor {
        self.asks(id, AgentRequest::LogIn)
            .line(id, LineEvent::Up)
            .asks(id, AgentRequest::Ready)
    }

    pub(crate) fn asks(&mut self, id: i64, request: AgentRequest) -> &mut Floor {
        self.feed(Input::Agent {
            agent: agent(id),
            request,
        })
    }

    pub(crate) fn types(&mut self, id: i64, attempt: AttemptId, code: &str) -> &mut Floor {
        self.types_callback(id, attempt, code, None)
    }

    pub(crate) fn types_callback(
        &mut self,
        id: i64,
        attempt: AttemptId,
        code: &str,
        callback_at: Option<Timestamp>,
    ) -> &mut Floor {
        self.asks(
            id,
            AgentRequest::Typify {
                attempt,
                code: code.into(),
                note: String::new(),
                callback_at,
                opt_out: false,
            },
        )
    }

    pub(crate) fn line(&mut self, id: i64, event: LineEvent) -> &mut Floor {
        self.feed(Input::Line {
            agent: agent(id),
            event,
        })
    }

    pub(crate) fn rings(&mut self, attempt: AttemptId) -> &mut Floor {
        self.call(attempt, CallProgress::Ringing)
    }

    pub(crate) fn answers(&mut self, attempt: AttemptId) -> &mut Floor {
        let record = SignallingRecord(format!("dialog {attempt}"));
        self.call(attempt, CallProgress::Answered(record))
    }

    pub(crate) fn fails(&mut self, attempt: AttemptId, outcome: Outcome) -> &mut Floor {
        let cause = Cause::default();
        self.call(attempt, CallProgress::Failed { outcome, cause })
    }

    /// The carrier refuses it with a status, asking perhaps to be left alone for so long.
    pub(crate) fn refused(
        &mut self,
        attempt: AttemptId,
        status: u16,
        retry_after: Option<Duration>,
    ) -> &mut Floor {
        let outcome = Outcome::Congestion;
        let cause = Cause {
            sip_status: Some(status),
            retry_after,
            ..Cause::default()
        };
        self.call(attempt, CallProgress::Failed { outcome, cause })
    }

    pub(crate) fn hangs_up(&mut self, attempt: AttemptId) -> &mut Floor {
        let (by, cause) = (EndedBy::Customer, Cause::default());
        self.call(attempt, CallProgress::Ended { by, cause })
    }

    pub(crate) fn call(&mut self, attempt: AttemptId, progress: CallProgress) -> &mut Floor {
        self.feed(Input::Call { attempt, progress })
    }

    /// Time goes by; everything due on the way happens at its instant.
    pub(crate) fn after(&mut self, span: Duration) -> &mut Floor {
        let end = self.now + span;
        while let Some(wake) = self.engine.next_wake().filter(|wake| *wake <= end) {
            self.now = self.now.max(wake);
            self.feed(Input::Wake);
        }
        self.now = end;
        self
    }

    pub(crate) fn commit(&mut self, attempt: AttemptId) -> &mut Floor {
        self.uncommitted.retain(|waiting| *waiting != attempt);
        self.oracle.committed(attempt);
        self.feed(Input::IntentCommitted(attempt))
    }

    /// One input, and what the shells answer to it.
    pub(crate) fn feed(&mut self, input: Input) -> &mut Floor {
        let step = self.engine.handle(self.now, input);
        self.oracle.check(self.now, &step);
        let Step {
            events,
            commands,
            rejected,
        } = step;
        self.rejected = rejected;
        let mut answers = Vec::new();
        for recorded in events {
            self.journal(&recorded.event, &mut answers);
            self.facts.push(recorded.event);
        }
        for command in commands {
            self.carry_out(&command, &mut answers);
            self.orders.push(command);
        }
        let rejected = self.rejected.take();
        for answer in answers {
            self.feed(answer);
        }
        self.rejected = rejected;
        self
    }

    fn journal(&mut self, event: &Event, answers: &mut Vec<Input>) {
        self.shelf.called.journal(self.now, event);
        match event {
            Event::AttemptIntended(intent) => {
                self.ordinals.insert(intent.attempt, intent.ordinal);
                if self.commits {
                    self.oracle.committed(intent.attempt);
                    answers.push(Input::IntentCommitted(intent.attempt));
                } else {
                    self.uncommitted.push(intent.attempt);
                }
            }
            Event::CallRerouted { attempt, .. } if self.commits => {
                self.oracle.committed(*attempt);
                answers.push(Input::IntentCommitted(*attempt));
            }
            Event::CallRerouted { attempt, .. } => self.uncommitted.push(*attempt),
            Event::TransferIntended(intent) if self.commits => {
                let (attempt, number) = (intent.attempt, intent.number);
                self.oracle.transfer_committed(attempt, number);
                answers.push(Input::TransferCommitted { attempt, number });
            }
            Event::AttemptRefused { attempt, next, .. }
            | Event::AttemptClosed {
                attempt,
                next: Some(next),
                ..
            }
            | Event::Typified(Typification { attempt, next, .. }) => {
                self.uncommitted.retain(|waiting| waiting != attempt);
                let dialed = self.ordinals.get(attempt).copied();
                self.shelf.update(next, dialed);
            }
            _ => {}
        }
    }

    fn check_law(&self, attempt: AttemptId) {
        let intent = self.intent(attempt);
        let key = (intent.campaign, intent.contact);
        let known = self.shelf.work.get(&key);
        if let Some((work, _)) = known.filter(|_| self.campaign.law_pack == "co") {
            let consents = self.shelf.consents.get(&work.contact.person);
            let consents = consents.map_or(&[][..], Vec::as_slice);
            self.shelf
                .called
                .must_be_lawful(self.now, intent, work, consents);
            let known = self.register.as_ref().map(|(known, _)| known.clone());
            called::must_be_consulted(self.now, &Vec::from_iter(known));
            let offer = intent.purpose == Purpose::Commercial;
            let listed = self.listed(intent.phone).filter(|_| offer);
            assert_eq!(
                listed, None,
                "{attempt} leaves for a number in the register"
            );
        }
    }

    fn carry_out(&mut self, command: &Command, answers: &mut Vec<Input>) {
        if let Command::PlaceCall { attempt, .. } = command {
            self.check_law(*attempt);
        }
        match command {
            Command::PlaceCall { attempt, .. } if self.sends => answers.push(Input::Call {
                attempt: *attempt,
                progress: CallProgress::Placed,
            }),
            Command::RefillHopper {
                campaign,
                count,
                agreed_alone,
            } => {
                let (mut work, next_due) =
                    self.shelf.lease(*campaign, self.now, *count, *agreed_alone);
                for item in &mut work {
                    let numbers = item.contact.phones.iter().map(|phone| phone.number);
                    let listed = numbers.filter_map(|number| self.listed(number));
                    item.listed.extend(listed.collect::<Vec<_>>());
                }
                answers.push(Input::HopperRefilled {
                    campaign: *campaign,
                    work,
                    next_due,
                });
            }
            Command::LookUpNumbers(numbers) => {
                let listed = numbers.iter().filter_map(|number| self.listed(*number));
                answers.push(Input::NumbersListed(listed.collect()));
            }
            Command::ReleaseWork(updates) => {
                for update in updates {
                    self.shelf.update(update, None);
                }
            }
            _ => {}
        }
    }

    // --- what is seen ----------------------------------------------------

    /// Calls ordered so far.
    pub(crate) fn dialed(&self) -> Vec<AttemptId> {
        self.orders
            .iter()
            .filter_map(|order| match order {
                Command::PlaceCall { attempt, .. } => Some(*attempt),
                _ => None,
            })
            .collect()
    }

    /// The same with their trunks.
    pub(crate) fn dialed_over(&self) -> Vec<(AttemptId, TrunkId)> {
        let placed = |order: &Command| match order {
            Command::PlaceCall { attempt, trunk, .. } => Some((*attempt, *trunk)),
            _ => None,
        };
        self.orders.iter().filter_map(placed).collect()
    }

    pub(crate) fn intent(&self, attempt: AttemptId) -> &Intent {
        let found = self.facts.iter().find_map(|fact| match fact {
            Event::AttemptIntended(intent) if intent.attempt == attempt => Some(intent),
            _ => None,
        });
        found.expect("it was intended")
    }

    pub(crate) fn campaign_of(&self, attempt: AttemptId) -> CampaignId {
        self.intent(attempt).campaign
    }

    pub(crate) fn person_of(&self, attempt: AttemptId) -> PersonId {
        self.intent(attempt).person
    }

    pub(crate) fn last_dialed(&self) -> AttemptId {
        *self.dialed().last().expect("a call was placed")
    }

    pub(crate) fn outcome(&self, attempt: AttemptId) -> Option<(Outcome, EndedBy)> {
        self.facts.iter().find_map(|fact| match fact {
            Event::AttemptClosed {
                attempt: closed,
                outcome,
                ended_by,
                ..
            } if *closed == attempt => Some((*outcome, *ended_by)),
            _ => None,
        })
    }

    pub(crate) fn refusals(&self) -> Vec<(AttemptId, Gate)> {
        self.facts
            .iter()
            .filter_map(|fact| match fact {
                Event::AttemptRefused { attempt, gate, .. } => Some((*attempt, gate.clone())),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn typifications(&self, attempt: AttemptId) -> Vec<Typification> {
        self.facts
            .iter()
            .filter_map(|fact| match fact {
                Event::Typified(said) if said.attempt == attempt => Some(said.clone()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn was_ordered(&self, order: &Command) -> bool {
        self.orders.contains(order)
    }

    pub(crate) fn agent(&self, id: i64) -> AgentLive {
        let live = self.engine.live(self.now);
        let found = live.agents.into_iter().find(|live| live.id == agent(id));
        found.expect("hired")
    }

    pub(crate) fn status(&self, id: i64) -> AgentStatus {
        self.agent(id).status
    }

    /// What the engine's own comparison of its tables found.
    pub(crate) fn reaped(&self) -> u64 {
        self.engine.live(self.now).reaped
    }

    pub(crate) fn live(&self) -> CampaignLive {
        self.live_of(CAMPAIGN)
    }

    pub(crate) fn live_of(&self, campaign: CampaignId) -> CampaignLive {
        let live = self.engine.live(self.now);
        let found = live.campaigns.into_iter().find(|live| live.id == campaign);
        found.expect("the campaign is known")
    }

    pub(crate) fn state_of(&self, contact: i64) -> (WorkState, WorkItem) {
        let key = (CAMPAIGN, ContactId::new(contact));
        let (item, state) = &self.shelf.work[&key];
        (*state, item.clone())
    }

    pub(crate) fn rejection(&self) -> &'static str {
        self.rejected
            .as_ref()
            .map_or("", |rejection| rejection.code)
    }
}
