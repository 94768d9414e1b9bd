//! The loop: one input, one step, then record, act, publish. It owns the
//! engine and is never locked; nothing in it waits for a disk or a network.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{AgentId, AgentStatus, Event, Timestamp, TransferKind};
use engine::{AgentRequest, Command, Engine, Input, LineEvent, LiveState, Offer, Rejection, Step};
use store::{Committed, GivenUp, Journal, Store};
use telephony::{Report, Telephony, TrunkRegistration};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::control::Request;
use crate::floor::Floor;
use crate::metrics::{LoopFigures, took};
use crate::phone_book::PhoneBook;

/// How often the store is asked whether configuration changed.
const RELOAD_EVERY: Duration = Duration::from_secs(1);
/// Shortest time between two pictures of the floor.
const PUBLISH_EVERY: Duration = Duration::from_millis(50);

/// What comes back from work done aside.
pub(crate) enum Aside {
    Input(Input),
    Floor(Box<Floor>),
    /// Another engine has the record.
    Replaced,
}

/// Everything the loop owns.
pub(crate) struct Loop {
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
    pub(crate) floor: Floor,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) journal: Journal,
    pub(crate) telephony: Telephony,
    pub(crate) phones: PhoneBook,
    pub(crate) figures: Arc<LoopFigures>,
    pub(crate) live: watch::Sender<Arc<LiveState>>,
    pub(crate) aside: mpsc::UnboundedSender<Aside>,
    pub(crate) drain: Duration,
    /// Agents to be made ready when their line is up (restart).
    pub(crate) resume: HashSet<AgentId>,
    pub(crate) waiting: VecDeque<(u64, oneshot::Sender<Result<(), Rejection>>)>,
    pub(crate) appended: VecDeque<(u64, Instant)>,
    pub(crate) published: Instant,
    /// Something happened since the last picture.
    pub(crate) changed: bool,
    pub(crate) reloading: bool,
    pub(crate) stop_by: Option<Instant>,
    /// Nothing can be recorded any more, so nothing may be done any more.
    pub(crate) given_up: Option<GivenUp>,
}

/// What the loop hears.
pub(crate) struct Inbox {
    pub(crate) reports: mpsc::UnboundedReceiver<Report>,
    pub(crate) committed: mpsc::UnboundedReceiver<Committed>,
    pub(crate) requests: mpsc::UnboundedReceiver<Request>,
    pub(crate) aside: mpsc::UnboundedReceiver<Aside>,
}

impl Loop {
    /// Runs until stopped and drained, or until it must give up: then says why.
    pub(crate) async fn run(mut self, mut inbox: Inbox) -> Option<GivenUp> {
        let mut reload = tokio::time::interval(RELOAD_EVERY);
        reload.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        // What the floor is comes before all that happens on it: the report of a trunk or a phone
        // that the engine has not heard of would be lost.
        while let Ok(prepared) = inbox.aside.try_recv() {
            self.came_back(prepared);
        }
        loop {
            let wake = self.next_wake();
            tokio::select! {
                // Calls first: a customer who answered must not wait for a page.
                biased;
                Some(report) = inbox.reports.recv() => self.reported(report),
                Some(committed) = inbox.committed.recv() => self.committed(committed),
                () = tokio::time::sleep_until(wake.into()) => self.tick(),
                Some(request) = inbox.requests.recv() => self.requested(request),
                Some(aside) = inbox.aside.recv() => self.came_back(aside),
                _ = reload.tick() => {
                    self.clock.follow_wall();
                    self.feed(Input::Compare);
                    self.telephony.compare(self.engine.tables());
                    self.reload();
                }
            }
            self.publish();
            if self.is_drained() {
                break;
            }
        }
        self.close(inbox.committed).await
    }

    fn tick(&mut self) {
        self.feed(Input::Wake);
    }

    fn next_wake(&self) -> Instant {
        let picture = self.published + self.publish_after();
        let engine = self.engine.next_wake().map(|at| self.clock.instant(at));
        engine.map_or(picture, |at| at.min(picture))
    }

    /// One input: step, record, act.
    pub(crate) fn feed(&mut self, input: Input) -> Option<Rejection> {
        let began = Instant::now();
        let step = self.engine.handle(self.clock.now(), input);
        let Step {
            events,
            commands,
            rejected,
        } = step;
        if let Some(last) = events.last() {
            self.changed = true;
            self.appended.push_back((last.seq, began));
            self.follow(&events);
            if self.given_up.is_none() {
                self.journal.append(events);
            }
        }
        for command in commands {
            self.act(command);
        }
        took(&self.figures.step, began.elapsed());
        rejected
    }

    /// The floor learns what the engine decided about campaigns, so that the
    /// store's own word for it is no change later.
    fn follow(&mut self, events: &[domain::Recorded]) {
        for recorded in events {
            if let Event::CampaignStateChanged {
                campaign, state, ..
            } = &recorded.event
                && let Some(known) = self.floor.campaigns.get_mut(campaign)
            {
                known.state = *state;
            }
        }
    }

    fn act(&mut self, command: Command) {
        match command {
            Command::RefillHopper {
                campaign,
                count,
                agreed_alone,
            } => {
                let (store, aside, now) = (
                    Arc::clone(&self.store),
                    self.aside.clone(),
                    self.clock.now(),
                );
                tokio::spawn(async move {
                    let leased = match agreed_alone {
                        true => store.lease_agreed(campaign, now, count).await,
                        false => store.lease_work(campaign, now, count).await,
                    };
                    let (work, next_due) = match leased {
                        Ok(leased) => leased,
                        Err(fault) => {
                            tracing::error!(%fault, "no contacts could be leased; again in 1 s");
                            (Vec::new(), Some(now + Duration::from_secs(1)))
                        }
                    };
                    let refilled = Input::HopperRefilled {
                        campaign,
                        work,
                        next_due,
                    };
                    // A loop that is gone has no hopper; its leases are released at the next start.
                    let _ = aside.send(Aside::Input(refilled));
                });
            }
            Command::ReleaseWork(updates) => {
                let store = Arc::clone(&self.store);
                tokio::spawn(async move {
                    if let Err(fault) = store.update_work(&updates).await {
                        tracing::error!(%fault, "contacts could not be given back; the next start does it");
                    }
                });
            }
            Command::LookUpNumbers(numbers) => {
                let (store, aside) = (Arc::clone(&self.store), self.aside.clone());
                tokio::spawn(async move {
                    match store.listed(&numbers).await {
                        Ok(listed) => {
                            let _ = aside.send(Aside::Input(Input::NumbersListed(listed)));
                        }
                        Err(fault) => {
                            tracing::error!(%fault, "calls on their way were not looked up in registers");
                        }
                    }
                });
            }
            other => self.telephony.carry_out(&other),
        }
    }

    fn reported(&mut self, report: Report) {
        match report {
            Report::Offered {
                offer,
                trunk,
                called,
                caller,
            } => self.offered(Offer {
                offer,
                trunk,
                called,
                caller,
                known: None,
            }),
            Report::Call { attempt, progress } => {
                self.feed(Input::Call { attempt, progress });
            }
            Report::Line { agent, event } => {
                let up = event == LineEvent::Up;
                self.feed(Input::Line { agent, event });
                if up && self.resume.remove(&agent) {
                    self.feed(Input::Agent {
                        agent,
                        request: AgentRequest::Ready,
                    });
                }
            }
            Report::TrunkRegistration { trunk, state } => {
                let refused = match state {
                    TrunkRegistration::Failed(status) => Some(status),
                    TrunkRegistration::Up(_) | TrunkRegistration::Down => None,
                };
                let registered = matches!(state, TrunkRegistration::Up(_));
                self.feed(Input::TrunkRegistered {
                    trunk,
                    registered,
                    refused,
                });
            }
            Report::Side {
                attempt,
                number,
                progress,
            } => {
                self.feed(Input::Side {
                    attempt,
                    number,
                    progress,
                });
            }
            Report::Measured { attempt, legs } => {
                self.feed(Input::CallMeasured { attempt, legs });
            }
            Report::Referred { agent, to } => {
                let kind = TransferKind::Blind;
                let request = AgentRequest::Transfer { to, kind };
                let rejected = self.feed(Input::Agent { agent, request });
                self.telephony.answer_refer(agent, rejected.is_none());
            }
            Report::BridgeTook { took: time, .. } => took(&self.figures.bridge, time),
            kept => self.keep(kept),
        }
    }

    /// What telephony must find again after a crash.
    fn keep(&self, report: Report) {
        match report {
            Report::LineDialog { agent, record } => {
                let store = Arc::clone(&self.store);
                tokio::spawn(async move {
                    let kept = store.put_line_dialog(agent, record.as_ref()).await;
                    if let Err(fault) = kept {
                        tracing::error!(%fault, "the dialog of a line was not kept");
                    }
                });
            }
            Report::Phones { user, phones } => self.phones.moved(user, phones),
            Report::Offered { .. }
            | Report::Call { .. }
            | Report::Side { .. }
            | Report::Referred { .. }
            | Report::Line { .. }
            | Report::TrunkRegistration { .. }
            | Report::Measured { .. }
            | Report::BridgeTook { .. } => {}
        }
    }

    fn committed(&mut self, committed: Committed) {
        match committed {
            Committed::Intent(attempt) => {
                self.feed(Input::IntentCommitted(attempt));
            }
            Committed::Refused { attempt, gate } => {
                self.feed(Input::IntentRefused { attempt, gate });
            }
            Committed::Transfer { attempt, number } => {
                self.feed(Input::TransferCommitted { attempt, number });
            }
            Committed::Stalled(stalled) => {
                self.feed(Input::StoreStalled(stalled));
            }
            Committed::Durable(seq) => self.durable(seq),
            Committed::GivenUp(why) => self.give_up(why),
        }
    }

    /// Stops at once. Another engine has closed our calls and ends them with
    /// BYE: nobody is served by our going on, and what we did would be in no record.
    fn give_up(&mut self, why: GivenUp) {
        if self.given_up.is_some() {
            return;
        }
        match why {
            GivenUp::Replaced => tracing::error!(
                "another engine took this record over; this one dials no more, hangs up and stops"
            ),
            GivenUp::Gap => tracing::error!(
                "the journal is no longer this engine's alone; it dials no more, hangs up and stops"
            ),
        }
        self.given_up = Some(why);
        self.stop_by = Some(Instant::now());
    }

    /// Answers those who asked for what is durable now.
    fn durable(&mut self, seq: u64) {
        while let Some((_, began)) = self.appended.pop_front_if(|(last, _)| *last <= seq) {
            took(&self.figures.commit, began.elapsed());
        }
        while let Some((_, answer)) = self.waiting.pop_front_if(|(last, _)| *last <= seq) {
            // Whoever asked may have gone; what they asked for is done.
            let _ = answer.send(Ok(()));
        }
    }

    fn requested(&mut self, request: Request) {
        match request {
            Request::Agent {
                agent,
                request,
                answer,
            } => {
                self.answer_when_durable(Input::Agent { agent, request }, answer);
            }
            Request::Correct { correction, answer } => {
                self.answer_when_durable(Input::Correct(correction), answer);
            }
            Request::Reload => self.reload(),
            Request::Stop => self.begin_stop(),
        }
    }

    /// Feeds what somebody asked; they hear of it when what followed is in the record.
    fn answer_when_durable(
        &mut self,
        input: Input,
        answer: oneshot::Sender<Result<(), Rejection>>,
    ) {
        let before = self.appended.back().map(|(seq, _)| *seq);
        let rejected = self.feed(input);
        let after = self.appended.back().map(|(seq, _)| *seq);
        match (rejected, after) {
            (Some(rejection), _) => {
                let _ = answer.send(Err(rejection));
            }
            (None, Some(seq)) if after != before => {
                self.waiting.push_back((seq, answer));
            }
            (None, _) => {
                let _ = answer.send(Ok(()));
            }
        }
    }

    /// Reads the configuration aside, if it changed. An engine with nothing to
    /// record notices here that it was replaced.
    fn reload(&mut self) {
        if self.reloading {
            return;
        }
        self.reloading = true;
        let (store, aside) = (Arc::clone(&self.store), self.aside.clone());
        let (known, version) = (self.floor.known(), self.floor.version);
        tokio::spawn(async move {
            if let Ok(false) = store.in_force().await {
                let _ = aside.send(Aside::Replaced);
            }
            let floor = match Floor::load(&store, Some(known)).await {
                Ok(Some(floor)) => floor,
                Ok(None) => Floor {
                    version,
                    ..Floor::default()
                },
                Err(fault) => {
                    tracing::warn!(%fault, "the configuration could not be read; again in 1 s");
                    Floor {
                        version,
                        ..Floor::default()
                    }
                }
            };
            let _ = aside.send(Aside::Floor(Box::new(floor)));
        });
    }

    fn came_back(&mut self, aside: Aside) {
        match aside {
            Aside::Input(input) => {
                self.feed(input);
            }
            Aside::Replaced => self.give_up(GivenUp::Replaced),
            Aside::Floor(floor) => {
                self.reloading = false;
                if floor.version != self.floor.version {
                    let inputs = floor.changes(&self.floor, &self.telephony);
                    self.floor = *floor;
                    for input in inputs {
                        self.feed(input);
                    }
                }
            }
        }
    }

    /// Soon when something happened, else once a second.
    fn publish_after(&self) -> Duration {
        if self.changed {
            PUBLISH_EVERY
        } else {
            Duration::from_secs(1)
        }
    }

    /// A picture of the floor.
    fn publish(&mut self) {
        let now = Instant::now();
        if now - self.published < self.publish_after() {
            return;
        }
        self.published = now;
        self.changed = false;
        self.live
            .send_replace(Arc::new(self.engine.live(self.clock.now())));
    }

    fn begin_stop(&mut self) {
        if self.stop_by.is_some() {
            return;
        }
        self.stop_by = Some(Instant::now() + self.drain);
        self.feed(Input::Drain);
    }

    /// True when told to stop and nobody is on a call, or time is up.
    fn is_drained(&self) -> bool {
        let Some(stop_by) = self.stop_by else {
            return false;
        };
        if Instant::now() >= stop_by {
            return true;
        }
        let live = self.engine.live(self.clock.now());
        let calls = live.campaigns.iter().any(|campaign| {
            let calls = campaign.calls;
            calls.intended
                + calls.dialing
                + calls.ringing
                + calls.waiting
                + calls.talking
                + calls.message
                > 0
        });
        let calls = calls || live.strangers > 0;
        let working = live.agents.iter().any(|agent| {
            matches!(
                agent.status,
                AgentStatus::Talking | AgentStatus::WrapUp | AgentStatus::Reserved
            )
        });
        !calls && !working
    }

    /// In this order: calls left over end, shifts end, the record closes, then
    /// the sockets.
    async fn close(mut self, mut committed: UnboundedReceiver<Committed>) -> Option<GivenUp> {
        self.feed(Input::Cease);
        let now = self.clock.now();
        for agent in self.engine.live(now).agents {
            if agent.status != AgentStatus::Offline {
                self.feed(Input::Agent {
                    agent: agent.id,
                    request: AgentRequest::LogOut,
                });
            }
        }
        self.live
            .send_replace(Arc::new(self.engine.live(self.clock.now())));
        self.telephony.clone().stop(Duration::from_secs(2)).await;
        // Those who wait for an answer that never comes are told so by its sender
        // going away.
        if self.given_up.is_some() {
            return self.given_up;
        }
        if let Err(fault) = self.journal.close().await {
            tracing::error!(%fault, "the record was not closed; the next start mends it");
            while let Some(last) = committed.recv().await {
                self.committed(last);
            }
            return self.given_up;
        }
        for (_, answer) in self.waiting.drain(..) {
            let _ = answer.send(Ok(()));
        }
        None
    }
}

/// For the first step: the clock's now.
pub(crate) fn started(clock: &Clock) -> Timestamp {
    clock.now()
}
