//! Agents shared with other campaigns: what those have under way, told in
//! chances, so that no two campaigns count on the same free agent.

use serde::{Deserialize, Serialize};

use crate::forecast::{Alike, POINTS};
use crate::pacer::Pacer;
use crate::snapshot::Snapshot;

/// Chances are told in parts of this: what is told is what is replayed.
const WHOLE: f64 = 10_000.0;
const MILLION: f64 = 1e6;

/// What other campaigns have under way that concerns the agents of this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Agents of this campaign on a call of another, or typifying it, who take
    /// another call after it.
    pub agents: u32,
    /// Those agents, alike ones together, by the chance to be free in time.
    frees: Vec<Told>,
    /// Calls of the others, by the chance to hold an agent of this campaign.
    holds: Vec<Told>,
    /// What the others' budgets allow.
    budgets: Vec<OtherBudget>,
}

/// So many alike, and their chance at each point in ten thousandths.
type Told = (u32, [u16; POINTS]);

/// The budget of a campaign that shares agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OtherBudget {
    /// Its target, in millionths.
    target: u32,
    /// The share it may abandon from here on, in millionths.
    share: u32,
    /// Live calls that it was learnt from.
    learnt: u32,
    /// The part, in ten thousandths, of this campaign's calls that go to agents
    /// it counts on.
    part: u16,
}

impl Elsewhere {
    /// Whether no other campaign concerns this one.
    pub fn is_empty(&self) -> bool {
        *self == Elsewhere::default()
    }

    /// Adds what a further campaign has under way.
    pub fn and(&mut self, other: Elsewhere) {
        self.agents += other.agents;
        self.frees.extend(other.frees);
        self.holds.extend(other.holds);
        self.budgets.extend(other.budgets);
    }

    pub(crate) fn frees(&self) -> impl Iterator<Item = Alike> {
        self.frees.iter().map(heard)
    }

    pub(crate) fn holds(&self) -> impl Iterator<Item = Alike> {
        self.holds.iter().map(heard)
    }

    /// The share of live calls that may be abandoned where campaigns share
    /// agents, by their balances and this one's own. All of them fill the same
    /// floor: what one allows itself, the calls of the others bear too. So they
    /// go by the strictest target among them, and half by the balance of all
    /// who have it: the ill luck of a small one does not hold up the rest.
    pub(crate) fn share(&self, own: OwnBudget) -> f64 {
        let Some(part) = self.budgets.iter().map(|other| other.part).max() else {
            return own.share;
        };
        let told = own.told(0.0);
        let all = || self.budgets.iter().chain([&told]);
        let strictest = all().map(|budget| budget.target).min();
        let (mut shares, mut weights) = (0.0, 0.0);
        for budget in all().filter(|budget| Some(budget.target) == strictest) {
            let weight = 1.0 + f64::from(budget.learnt);
            shares += weight * f64::from(budget.share) / MILLION;
            weights += weight;
        }
        let joint = shares / weights;
        let shared = if Some(told.target) == strictest {
            0.5 * (joint + own.share)
        } else {
            joint.min(own.share)
        };
        let part = f64::from(part) / WHOLE;
        (1.0 - part) * own.share + part * shared
    }
}

/// A campaign's own budget, as told to those it shares agents with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnBudget {
    /// Share aimed at.
    pub(crate) target: f64,
    /// Abandoned calls to spare against it.
    pub(crate) balance: f64,
    /// Share that may be abandoned from here on.
    pub(crate) share: f64,
    /// Live calls that it was learnt from.
    pub(crate) learnt: f64,
}

impl OwnBudget {
    fn told(self, part: f64) -> OtherBudget {
        OtherBudget {
            target: (self.target * MILLION).round() as u32,
            share: (self.share * MILLION).round() as u32,
            learnt: self.learnt as u32,
            part: (part * WHOLE).round() as u16,
        }
    }
}

impl Pacer {
    /// What this campaign has under way, for another with which it shares
    /// agents: of `floor`, its calls and those shared agents who are busy with
    /// them. So large a part of its calls (0 to 1) goes to shared agents, and
    /// so large a part of the other's calls to agents it counts on. Points in
    /// time are those of this campaign's calls: people here and there take much
    /// the same time to pick up.
    pub fn elsewhere(&mut self, floor: &Snapshot, ours: f64, theirs: f64) -> Elsewhere {
        let (calls, talks) = (&self.calls, &self.talks);
        let outlook = &mut self.outlook;
        let (frees, holds) = outlook.under_way(floor, calls, talks, &self.config);
        let mut holds: Vec<Told> = holds.iter().map(|alike| told(alike, ours)).collect();
        if floor.waiting > 0 {
            let chance = [1.0; POINTS];
            let count = floor.waiting;
            holds.push(told(&Alike { count, chance }, ours));
        }
        let budget = self.budget.own(floor.window_closes_in).told(theirs);
        Elsewhere {
            agents: u32::try_from(floor.agents_staying()).unwrap_or(u32::MAX),
            frees: frees.iter().map(|alike| told(alike, 1.0)).collect(),
            holds,
            budgets: Vec::from_iter((theirs > 0.0).then_some(budget)),
        }
    }
}

fn told(alike: &Alike, part: f64) -> Told {
    let parts = |chance: f64| (chance * part * WHOLE).round().clamp(0.0, WHOLE) as u16;
    (alike.count, alike.chance.map(parts))
}

fn heard((count, chance): &Told) -> Alike {
    Alike {
        count: *count,
        chance: chance.map(|parts| f64::from(parts) / WHOLE),
    }
}
