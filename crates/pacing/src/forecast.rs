//! What the next half minute brings: which calls on their way will hold an
//! agent and which busy agents will be free again. Read at a few points of
//! the time at which a call placed now would reach a person.

use domain::Timestamp;

use crate::agents_ahead::{AgentsAhead, TALK_AGES};
use crate::call_book::CallBook;
use crate::call_curves::{CallCurves, held, whole_steps};
use crate::pacer::PacerConfig;
use crate::snapshot::{Snapshot, SnapshotCall};
use crate::talk_book::TalkBook;

/// Points at which risk is read: equal shares of a new call's live time.
pub(crate) const POINTS: usize = 8;
/// Longest look ahead, in steps of a second.
const STEPS_MAX: usize = 80;
/// Seconds of detection and delays looked ahead beyond the ring timeout.
const STEPS_AFTER_RING: f64 = 14.0;
/// Chances below this are taken for none.
const NEGLIGIBLE: f64 = 1e-4;

/// A chance at each of the [`POINTS`].
pub(crate) type AtPoints = [f64; POINTS];

/// So many that are alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alike {
    pub(crate) count: u32,
    pub(crate) chance: AtPoints,
}

/// Everything the risk of one more call is computed from.
#[derive(Clone, Debug)]
pub(crate) struct Forecast {
    /// For busy agents: the chance of being free again in time.
    pub(crate) frees: Vec<Alike>,
    /// For calls on their way: the chance that they hold an agent.
    pub(crate) holds: Vec<Alike>,
    /// The same for a call placed now.
    pub(crate) new_holds: AtPoints,
    /// The chance that a call placed now reaches a person.
    pub(crate) new_live: f64,
    /// Agents free now, less live calls that wait already.
    pub(crate) free_now: i64,
    /// Mean and standard deviation of the fast factor on people answering.
    pub(crate) level: (f64, f64),
    /// The same for the factor on talks ending.
    pub(crate) talk_level: (f64, f64),
}

/// The books' tables for calls and talks of each age, kept from one second to
/// the next until a book says that it has learnt enough to make them anew.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outlook {
    tables: Option<Tables>,
}

impl Outlook {
    /// Bytes held beside itself: what tables there are does not depend on the
    /// size of the floor.
    pub(crate) fn footprint(&self) -> usize {
        self.tables.as_ref().map_or(0, |tables| {
            let by_age = tables.dialing.capacity() + tables.ringing.capacity();
            by_age * size_of::<AtPoints>() + tables.curves.footprint() + tables.ahead.footprint()
        })
    }

    /// Looks ahead from a snapshot with what the books have learnt.
    pub(crate) fn forecast(
        &mut self,
        snapshot: &Snapshot,
        calls: &CallBook,
        talks: &TalkBook,
        config: &PacerConfig,
    ) -> Forecast {
        let tables = self.tables(calls, talks, config);
        let mut frees = tables.frees_of_agents(snapshot);
        frees.extend(snapshot.elsewhere.frees());
        let mut holds = tables.holds_of_calls(snapshot);
        holds.extend(snapshot.elsewhere.holds());
        let mut ready = snapshot.agents_ready;
        if let Some(rate) = talks.leaving_rate(snapshot.agents_staying()) {
            // Who is ready may be gone by then, and is one chance among others.
            let remains = tables.remain(rate, config);
            for alike in &mut frees {
                let chances = alike.chance.iter_mut().zip(remains);
                chances.for_each(|(chance, remains)| *chance *= remains);
            }
            push(&mut frees, ready, &remains);
            ready = 0;
        }
        Forecast {
            frees,
            holds,
            new_holds: tables.new_holds,
            new_live: tables.new_live,
            free_now: i64::from(ready) - i64::from(snapshot.waiting),
            level: calls.level(),
            talk_level: talks.level(),
        }
    }

    /// What the busy agents and the calls of a snapshot come to, no more: the
    /// frees and the holds.
    pub(crate) fn under_way(
        &mut self,
        snapshot: &Snapshot,
        calls: &CallBook,
        talks: &TalkBook,
        config: &PacerConfig,
    ) -> (Vec<Alike>, Vec<Alike>) {
        let tables = self.tables(calls, talks, config);
        (
            tables.frees_of_agents(snapshot),
            tables.holds_of_calls(snapshot),
        )
    }

    fn tables(&mut self, calls: &CallBook, talks: &TalkBook, config: &PacerConfig) -> &Tables {
        let versions = (calls.learnt().version, talks.learnt().version);
        let tables = match self.tables.take() {
            Some(kept) if kept.versions == versions => kept,
            kept => Tables::new(kept, calls, talks, config, versions),
        };
        self.tables.insert(tables)
    }
}

#[derive(Clone, Debug)]
struct Tables {
    versions: (u64, u64),
    points: [usize; POINTS],
    curves: CallCurves,
    ahead: AgentsAhead,
    dialing: Vec<AtPoints>,
    ringing: Vec<AtPoints>,
    new_holds: AtPoints,
    new_live: f64,
}

impl Tables {
    /// What neither book's news touches is taken over from those `kept`.
    fn new(
        kept: Option<Tables>,
        calls: &CallBook,
        talks: &TalkBook,
        config: &PacerConfig,
        versions: (u64, u64),
    ) -> Tables {
        let ring_timeout = config.ring_timeout.as_secs_f64();
        let wait_limit = config.wait_limit.as_secs_f64();
        let steps = ((ring_timeout + STEPS_AFTER_RING) as usize).clamp(20, STEPS_MAX);
        let wait = (wait_limit.round() as usize).min(20);
        let (old, was) = kept.map_or((None, None), |kept| {
            let of_calls = (kept.versions.0 == versions.0).then_some(kept.curves);
            let of_talks = (kept.versions.1 == versions.1).then_some((kept.points, kept.ahead));
            (of_calls, of_talks)
        });
        let curves = old.unwrap_or_else(|| CallCurves::new(calls.learnt(), steps, ring_timeout));
        let points = quantiles(curves.new_call());
        let ahead = match was {
            Some((seen_at, ahead)) if seen_at == points => ahead,
            _ => AgentsAhead::new(talks.learnt(), &points, wait),
        };
        let (dialing, ringing) = curves.holds(ahead.busy(), &points);
        let new_call = curves.new_call();
        Tables {
            versions,
            new_holds: points.map(|at| held(new_call, ahead.busy(), at).clamp(0.0, 1.0)),
            new_live: new_call.iter().sum(),
            points,
            curves,
            ahead,
            dialing,
            ringing,
        }
    }

    /// The chance that an agent is still there at each point and as long after
    /// as a customer may wait, where so many leave in a second.
    fn remain(&self, rate: f64, config: &PacerConfig) -> AtPoints {
        let wait = config.wait_limit.as_secs_f64();
        self.points.map(|step| (-rate * (step as f64 + wait)).exp())
    }

    /// Calls of one age share one forecast.
    fn holds_of_calls(&self, snapshot: &Snapshot) -> Vec<Alike> {
        let mut dialing = [0; STEPS_MAX];
        let mut ringing = [0; STEPS_MAX];
        let mut holds = Vec::with_capacity(2 * STEPS_MAX);
        for call in &snapshot.calls {
            match (call.ringing, call.answered) {
                (_, Some(_)) => push(&mut holds, 1, &self.detecting(snapshot.now, call)),
                (Some(rang), None) => ringing[self.age(rang, snapshot.now)] += 1,
                (None, None) => dialing[self.age(call.placed, snapshot.now)] += 1,
            }
        }
        let counts = dialing.iter().zip(&self.dialing);
        for (count, chance) in counts.chain(ringing.iter().zip(&self.ringing)) {
            push(&mut holds, *count, chance);
        }
        holds
    }

    fn detecting(&self, now: Timestamp, call: &SnapshotCall) -> AtPoints {
        let picked = call.answered.unwrap_or(now);
        let rang = call.ringing.unwrap_or(call.placed);
        let ages = (millis(rang, picked), millis(picked, now));
        self.curves
            .detecting_holds(ages, self.ahead.busy(), &self.points)
    }

    /// Age in whole steps. A call older than any we let ring speaks of a clock
    /// that jumped, and may have just been placed: the cautious guess.
    fn age(&self, since: Timestamp, now: Timestamp) -> usize {
        let age = whole_steps(millis(since, now));
        if age < self.ringing.len() { age } else { 0 }
    }

    fn frees_of_agents(&self, snapshot: &Snapshot) -> Vec<Alike> {
        let mut talks = [0; TALK_AGES];
        for talk in snapshot.talking.iter().filter(|talk| !talk.leaving) {
            talks[self.ahead.talk_age(millis(talk.since, snapshot.now))] += 1;
        }
        let mut frees = Vec::with_capacity(TALK_AGES + snapshot.wrap_up.len());
        for (age, count) in talks.into_iter().enumerate() {
            push(&mut frees, count, self.ahead.talk_frees(age));
        }
        for wrap_up in snapshot.wrap_up.iter().filter(|wrap| !wrap.leaving) {
            let talked = i64::try_from(wrap_up.talked.as_millis()).unwrap_or(i64::MAX);
            let ages = (millis(wrap_up.since, snapshot.now), talked);
            let until = wrap_up.until.map(|until| millis(snapshot.now, until));
            let chance = self.ahead.wrap_up_frees(ages, until, &self.points);
            push(&mut frees, 1, &chance);
        }
        frees
    }
}

/// So many more, unless there are none or next to no chance of any.
fn push(all: &mut Vec<Alike>, count: u32, chance: &AtPoints) {
    if count > 0 && (chance[0] > NEGLIGIBLE || chance[POINTS - 1] > NEGLIGIBLE) {
        let chance = *chance;
        all.push(Alike { count, chance });
    }
}

/// Milliseconds from one instant to a later one, never negative.
fn millis(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millis().saturating_sub(from.as_millis()).max(0)
}

/// Steps at the middles of equal shares of a curve.
fn quantiles(curve: &[f64]) -> [usize; POINTS] {
    let total: f64 = curve.iter().sum();
    std::array::from_fn(|point| {
        let wanted = total * (point as f64 + 0.5) / POINTS as f64;
        let mut sum = 0.0;
        curve
            .iter()
            .position(|chance| {
                sum += chance;
                sum >= wanted
            })
            .unwrap_or(curve.len() - 1)
    })
}
