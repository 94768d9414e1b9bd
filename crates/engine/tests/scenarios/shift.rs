//! An hour of predictive dialing with callees and agents drawn from a seed:
//! the engine with the real pacing, end to end but for the sockets.

use std::collections::BTreeMap;

use crate::floor::{Floor, running, secs};
use domain::{AgentStatus, AttemptId, CampaignId, DialMode, Event, Outcome, Timestamp};
use std::time::Duration;

/// A small generator (splitmix64): the same seed gives the same hour.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> Duration {
        Duration::from_secs_f64(low + (high - low) * self.share())
    }

    /// Exponential with this mean.
    fn about(&mut self, mean: f64) -> Duration {
        Duration::from_secs_f64(-mean * (1.0 - self.share()).ln())
    }
}

/// What people will do.
#[derive(Clone, Copy, Debug)]
enum Plan {
    Ring(AttemptId),
    Answer(AttemptId),
    Fail(AttemptId, Outcome),
    EndTalk(AttemptId),
    Typify(i64, AttemptId),
}

/// A floor where people react, for as long as it is run.
pub(crate) struct Hour {
    pub(crate) floor: Floor,
    dice: Dice,
    /// Share of calls answered by people, by campaign; a third for others.
    pub(crate) answered: BTreeMap<CampaignId, f64>,
    /// Calls on their way, by campaign.
    dialed: BTreeMap<AttemptId, CampaignId>,
    plans: BTreeMap<(Timestamp, usize), Plan>,
    seen: usize,
    planned: usize,
}

impl Hour {
    pub(crate) fn new(floor: Floor, seed: u64) -> Hour {
        Hour {
            floor,
            dice: Dice(seed),
            answered: BTreeMap::new(),
            dialed: BTreeMap::new(),
            plans: BTreeMap::new(),
            seen: 0,
            planned: 0,
        }
    }

    fn plan(&mut self, after: Duration, plan: Plan) {
        self.planned += 1;
        self.plans
            .insert((self.floor.now + after, self.planned), plan);
    }

    /// People react to what happened since.
    fn react(&mut self) {
        while let Some(fact) = self.floor.facts.get(self.seen).cloned() {
            self.seen += 1;
            match fact {
                Event::AttemptIntended(intent) => {
                    self.dialed.insert(intent.attempt, intent.campaign);
                }
                Event::CallPlaced { attempt } => self.reach(attempt),
                Event::CallBridged { attempt, .. } => {
                    let talk = self.dice.about(60.0);
                    self.plan(talk, Plan::EndTalk(attempt));
                }
                Event::CallAbandoned { attempt, .. } => {
                    self.plan(secs(4), Plan::EndTalk(attempt));
                }
                Event::AgentStateChanged {
                    agent,
                    to: AgentStatus::WrapUp,
                    attempt: Some(attempt),
                    ..
                } => {
                    let wrap = self.dice.between(5.0, 25.0);
                    self.plan(wrap, Plan::Typify(agent.get(), attempt));
                }
                _ => {}
            }
        }
    }

    /// Some are answered by people, within a ring of up to 15 seconds.
    fn reach(&mut self, attempt: AttemptId) {
        let campaign = self.dialed.remove(&attempt);
        let answered = campaign.and_then(|id| self.answered.get(&id).copied());
        let setup = self.dice.between(0.5, 2.5);
        self.plan(setup, Plan::Ring(attempt));
        if self.dice.share() < answered.unwrap_or(0.33) {
            let ring = self.dice.between(3.0, 15.0);
            self.plan(setup + ring, Plan::Answer(attempt));
        } else {
            let busy = self.dice.share() < 0.3;
            let (outcome, after) = if busy {
                (Outcome::Busy, setup)
            } else {
                (Outcome::NoAnswer, setup + secs(25))
            };
            self.plan(
                after + Duration::from_millis(1),
                Plan::Fail(attempt, outcome),
            );
        }
    }

    fn carry_out(&mut self, plan: Plan) {
        let floor = &mut self.floor;
        match plan {
            Plan::Ring(attempt) => floor.rings(attempt),
            Plan::Answer(attempt) => floor.answers(attempt),
            Plan::Fail(attempt, outcome) => floor.fails(attempt, outcome),
            Plan::EndTalk(attempt) => floor.hangs_up(attempt),
            Plan::Typify(agent, attempt) => floor.types(agent, attempt, "NI07"),
        };
    }

    pub(crate) fn run(&mut self, span: Duration) {
        let end = self.floor.now + span;
        self.react();
        while self.floor.now < end {
            // Never further than a tick, so that people react to what it led to.
            let tick = (self.floor.now + Duration::from_millis(200)).min(end);
            let next = self.plans.first_key_value().map(|((at, _), _)| *at);
            let to = next.map_or(tick, |at| at.clamp(self.floor.now, tick));
            self.floor.after(to.since(self.floor.now));
            while let Some(entry) = self.plans.first_entry().filter(|e| e.key().0 <= to) {
                let plan = entry.remove();
                self.carry_out(plan);
            }
            self.react();
        }
    }
}

/// Twenty agents who all begin at once, and 6,000 strangers.
fn twenty_agents(seed: u64) -> Hour {
    let mut floor = Floor::new(running(DialMode::Predictive));
    floor.contacts(1..=6_000).after(secs(1));
    for id in 1..=20 {
        floor.agent_ready(id);
    }
    Hour::new(floor, seed)
}

#[test]
fn twenty_agents_are_kept_busy_within_the_abandon_limit_from_the_first_minute() {
    let (mut early, mut all) = ((0, 0), (0, 0));
    for seed in [1, 2, 3] {
        let mut hour = twenty_agents(seed);
        hour.run(secs(600));
        let live = hour.floor.live();
        early = (early.0 + live.live_answers, early.1 + live.abandoned);
        hour.run(secs(3_000));
        let live = hour.floor.live();
        all = (all.0 + live.live_answers, all.1 + live.abandoned);
        let busy = live.utilisation.expect("agents at work");
        assert!(busy >= 0.8, "seed {seed}: busy {busy:.3}");
    }
    let share = |(live, abandoned): (u64, u64)| abandoned as f64 / live as f64;
    assert!(all.0 > 2_000, "{} answers in three hours", all.0);
    // Strangers' habits are learnt in the first minutes: no burst of calls then.
    assert!(share(early) <= 0.05, "ten minutes: {early:?}");
    assert!(share(all) <= 0.03, "an hour: {all:?}");
}
