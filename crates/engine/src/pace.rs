//! The narrow place where the engine asks `pacing`: the floor of a campaign
//! as a snapshot, the decision back, and which decisions are worth a record.

use std::time::Duration;

use agents::{Agent, State};
use campaigns::Campaign;
use domain::{DialMode, PacingRecord, Timestamp};
use pacing::{
    Balance, Beginning, Decision, Elsewhere, Fact, Learnt, Ledger, Pacer, PacerConfig, Snapshot,
    SnapshotCall, SnapshotTalk, SnapshotWrapUp,
};

use crate::call::{Call, Phase};
use crate::run::Run;
use crate::trunks::Room;

/// A decision is recorded at least this often, changed or not.
const RECORD_EVERY: Duration = Duration::from_secs(10);

/// What was learnt is kept this often, and when the campaign stops.
const LEARNT_EVERY: Duration = Duration::from_secs(15 * 60);

/// Until so many people have answered, pacing goes by guesses: how soon they
/// pick up here is not known yet.
const LEARNT_AFTER: u64 = 30;
/// Lines per agent at work until then: answers that all come at once still
/// find most agents free, and a low answer rate shows within minutes.
const LINES_WHILE_LEARNING: f64 = 2.0;

/// A campaign's pacing with its last decision.
#[derive(Debug)]
pub(crate) struct Pace {
    pacer: Pacer,
    /// What it was told since the last record; `None` where nobody replays.
    ledger: Option<Ledger>,
    last: Option<Decision>,
    recorded: Option<(Timestamp, &'static str)>,
    /// When what was learnt was kept last, and from how many people that was.
    kept: Option<(Timestamp, u64)>,
}

impl Pace {
    pub(crate) fn new(campaign: &Campaign, ledger: bool) -> Pace {
        let mut pace = Pace {
            pacer: Pacer::new(config(campaign)),
            ledger: ledger.then(Ledger::default),
            last: None,
            recorded: None,
            kept: None,
        };
        pace.begin(config(campaign), Balance::default(), None);
        pace
    }

    /// Changed aims start a new pacer, with the balance and the knowledge of the old one; what else changes
    /// leaves it be.
    pub(crate) fn change(&mut self, from: &Campaign, to: &Campaign, balance: Balance) {
        if config(from) != config(to) {
            self.balance(to, balance);
        }
    }

    /// What an earlier engine had learnt of the campaign so long ago; of no
    /// use once this one has seen people answer.
    pub(crate) fn remember(
        &mut self,
        campaign: &Campaign,
        balance: Balance,
        learnt: &str,
        age: Duration,
    ) {
        if let (0, Some(learnt)) = (self.pacer.known_from(), Learnt::from_json(learnt)) {
            self.begin(config(campaign), balance, Some((learnt, age)));
        }
    }

    /// Begins with a balance, and with what is known already: of no answers
    /// where a new day of calls begins, of those of the day after a restart.
    pub(crate) fn balance(&mut self, campaign: &Campaign, balance: Balance) {
        let known = self.pacer.known_from() > 0;
        let history = known.then(|| (self.pacer.learnt(), Duration::ZERO));
        self.begin(config(campaign), balance, history);
    }

    fn begin(
        &mut self,
        config: PacerConfig,
        balance: Balance,
        history: Option<(Learnt, Duration)>,
    ) {
        let beginning = Beginning {
            config,
            balance,
            history,
        };
        self.pacer = Pacer::begin(&beginning);
        if let Some(ledger) = &mut self.ledger {
            ledger.began(beginning);
        }
    }

    /// Live answers that what is known of the campaign is worth.
    pub(crate) fn known_from(&self) -> u64 {
        self.pacer.known_from()
    }

    /// What was learnt, where it is time to keep it or the campaign stops, and
    /// somebody answered since it was kept last.
    pub(crate) fn learnt(&mut self, now: Timestamp, stops: bool) -> Option<String> {
        let known = self.pacer.known_from();
        let (at, before) = *self.kept.get_or_insert((now, known));
        if known <= before || (!stops && now.since(at) < LEARNT_EVERY) {
            return None;
        }
        self.kept = Some((now, known));
        Some(self.pacer.learnt().to_json())
    }

    pub(crate) fn observe(&mut self, now: Timestamp, fact: Fact) {
        if let Some(ledger) = &mut self.ledger {
            ledger.told(now, fact);
        }
        self.pacer.observe(now, fact);
    }

    /// Decides and keeps the decision; with its record where it goes into one.
    pub(crate) fn decide(
        &mut self,
        run: &Campaign,
        floor: &Snapshot,
    ) -> (Decision, Option<PacingRecord>) {
        let now = floor.now;
        let decision = self.pacer.decide(floor);
        let news = self.keep(now, decision);
        let ledger = self.ledger.as_mut();
        if !news {
            ledger.into_iter().for_each(|ledger| ledger.asked(now));
            return (decision, None);
        }
        let page = ledger.map(|ledger| ledger.page(now, Some(floor)));
        let record = PacingRecord {
            page: page.unwrap_or_default(),
            ..decision.record(run.id)
        };
        (decision, Some(record))
    }

    /// What it has under way, for a campaign that shares agents with it.
    pub(crate) fn elsewhere(&mut self, floor: &Snapshot, ours: f64, theirs: f64) -> Elsewhere {
        self.pacer.elsewhere(floor, ours, theirs)
    }

    /// The page that is full without a decision to go with.
    pub(crate) fn full_page(&mut self, now: Timestamp) -> Option<String> {
        let ledger = self.ledger.as_mut().filter(|ledger| ledger.is_full())?;
        Some(ledger.page(now, None))
    }

    /// Calls in flight, and the chances of each to be abandoned if somebody answers it, summed up.
    pub(crate) fn in_flight(&self) -> (f64, f64) {
        self.pacer.in_flight()
    }

    pub(crate) fn last(&self) -> Option<Decision> {
        self.last
    }

    /// Keeps a decision; true where it goes into the record: it dials, its
    /// binding limit changed, or the last one recorded is old.
    fn keep(&mut self, now: Timestamp, decision: Decision) -> bool {
        let news = decision.dial > 0
            || self.recorded.is_none_or(|(at, binding)| {
                binding != decision.binding || now.since(at) >= RECORD_EVERY
            });
        if news {
            self.recorded = Some((now, decision.binding));
        }
        self.last = Some(decision);
        news
    }
}

fn config(campaign: &Campaign) -> PacerConfig {
    PacerConfig {
        target: campaign.abandon_target,
        limit: campaign.abandon_limit,
        sure: campaign.abandon_sure,
        wait_limit: campaign.abandon_wait,
        ring_timeout: campaign.ring_timeout,
    }
}

/// The floor of a campaign, but for who and what is on it.
pub(crate) fn empty_floor(now: Timestamp, run: &Run, room: Room, hopper: usize) -> Snapshot {
    let mut floor = Snapshot::empty(now, run.campaign.mode);
    floor.power_ratio = run.campaign.power_ratio;
    floor.calls_max = run.campaign.lines_max;
    floor.channels_free = room.channels_free;
    floor.calls_now_max = room.calls_now_max;
    floor.hopper = u32::try_from(hopper).unwrap_or(u32::MAX);
    floor.window_closes_in = run.closes().map(|at| at.since(now));
    floor
}

/// The cap on calls in flight while the campaign's people are strangers, for
/// so many agents; one who serves two campaigns is half an agent to each.
pub(crate) fn cap_while_learning(floor: &mut Snapshot, known_from: u64, agents: f64) {
    if floor.mode == DialMode::Predictive && known_from < LEARNT_AFTER {
        let lines = (agents * LINES_WHILE_LEARNING).ceil() as u32;
        floor.calls_max = Some(floor.calls_max.map_or(lines, |cap| cap.min(lines)));
    }
}

/// Puts an agent at work on the floor; `talked` before the wrap-up they are in. Who leaves before a call made now is answered,
/// by the roster, is not there for it.
pub(crate) fn seat(
    floor: &mut Snapshot,
    agent: &Agent,
    leaves_soon: bool,
    talked: impl FnOnce() -> Duration,
) {
    let leaving = leaves_soon || agent.booked().is_some();
    match agent.state() {
        State::Ready if leaves_soon => {}
        State::Ready => floor.agents_ready += 1,
        State::Talking { .. } => floor.talking.push(SnapshotTalk {
            since: agent.since(),
            leaving,
        }),
        State::WrapUp { .. } => floor.wrap_up.push(SnapshotWrapUp {
            since: agent.since(),
            talked: talked(),
            until: agent.deadline(),
            leaving,
        }),
        State::Reserved { .. }
        | State::Offline
        | State::Raising
        | State::Break { .. }
        | State::Lost { .. } => {}
    }
}

/// Puts a call on the floor.
pub(crate) fn put_call(floor: &mut Snapshot, call: &Call) {
    match call.phase {
        Phase::Waiting => floor.waiting += 1,
        // Promised to one agent: no concern of the others.
        _ if call.intent.agent.is_some() => {}
        _ if call.is_in_flight() => floor.calls.push(SnapshotCall {
            placed: call.placed.unwrap_or(call.intended),
            ringing: call.ringing,
            answered: None,
        }),
        _ => {}
    }
}
