//! Who works for which campaign, and the floor its pacing decides on: its own
//! agents and calls, and what other campaigns have under way with agents that
//! it counts on too.

use std::collections::BTreeMap;
use std::time::Duration;

use agents::Agent;
use domain::{AgentId, CampaignId, DialMode, Timestamp};
use pacing::Snapshot;

use crate::run::Run;
use crate::{Engine, pace};

/// Another campaign, as far as it meets the agents of the one that decides.
#[derive(Debug)]
struct Other {
    /// Agents of the one that decides who may be given its calls.
    shared: u32,
    /// Its calls, and those of the agents who are on one.
    floor: Snapshot,
}

impl Engine {
    /// The campaign an agent works for first: of theirs the first with calls
    /// to come.
    fn home(&self, agent: &Agent) -> Option<CampaignId> {
        let first = |fits: fn(&Run) -> bool| {
            let mut theirs = agent.profile.campaigns.iter().copied();
            theirs.find(|id| self.runs.get(id).is_some_and(fits))
        };
        first(Run::has_calls_to_come).or_else(|| first(Run::is_running))
    }

    /// Whether an agent is counted on for a campaign. The modes that promise
    /// an agent to each call have the agents whose first campaign they are to
    /// themselves; predictive campaigns share theirs.
    fn works_for(&self, agent: &Agent, id: CampaignId) -> bool {
        let shares = |id| self.runs.get(&id).is_some_and(Run::shares_agents);
        agent.serves(id)
            && self
                .home(agent)
                .is_some_and(|home| home == id || (shares(home) && shares(id)))
    }

    /// The campaigns an agent's next call may come from, with the part of a time
    /// spent waiting for it that each answers for.
    pub(crate) fn idle_for(&self, agent: AgentId, span: Duration) -> Vec<(CampaignId, Duration)> {
        let agent = self.roster.get(agent).into_iter();
        let theirs = agent.flat_map(|agent| {
            let theirs = agent.profile.campaigns.iter().copied();
            theirs.filter(|id| self.works_for(agent, *id))
        });
        let theirs: Vec<CampaignId> = theirs.collect();
        let part = span / u32::try_from(theirs.len()).unwrap_or(1).max(1);
        theirs.into_iter().map(|id| (id, part)).collect()
    }

    fn at_work_for(&self, id: CampaignId) -> impl Iterator<Item = &Agent> {
        self.roster
            .iter()
            .filter(move |agent| self.works_for(agent, id))
    }

    /// Agents who take another call of the campaign, now or after this one.
    pub(crate) fn staffed(&self, id: CampaignId) -> usize {
        self.roster.iter().filter(|agent| staffs(agent, id)).count()
    }

    /// Whether there is any such agent.
    pub(crate) fn is_staffed(&self, id: CampaignId) -> bool {
        self.roster.iter().any(|agent| staffs(agent, id))
    }

    /// Agents waiting for a call of the campaign.
    pub(crate) fn ready(&self, id: CampaignId) -> usize {
        self.at_work_for(id)
            .filter(|agent| agent.can_take(id))
            .count()
    }

    /// The same, the longest idle first.
    pub(crate) fn ready_agents(&self, id: CampaignId) -> Vec<AgentId> {
        let mut ready: Vec<(Timestamp, AgentId)> = self
            .at_work_for(id)
            .filter(|agent| agent.can_take(id))
            .map(|agent| (agent.idle_since(), agent.profile.id))
            .collect();
        ready.sort_unstable();
        ready.into_iter().map(|(_, agent)| agent).collect()
    }

    /// Puts campaigns in the order of the part of their agents that works for
    /// them: on a call, typifying one, or soon to be on one.
    pub(crate) fn put_in_turn(&self, campaigns: &mut [CampaignId]) {
        let mut has: BTreeMap<CampaignId, f64> = BTreeMap::new();
        for on in self.roster.iter().filter_map(Agent::attempt) {
            if let Some(campaign) = self.campaign_of(on) {
                *has.entry(campaign).or_default() += 1.0;
            }
        }
        for call in self.calls.iter().filter(|call| call.is_in_flight()) {
            let campaign = call.intent.campaign;
            let last = self.runs.get(&campaign).and_then(|run| run.pace.last());
            let chance = last.and_then(|last| last.answer_chance());
            *has.entry(campaign).or_default() += chance.unwrap_or(1.0);
        }
        let part =
            |id: &CampaignId| has.get(id).copied().unwrap_or(0.0) / self.staffed(*id).max(1) as f64;
        campaigns.sort_by(|one, other| part(one).total_cmp(&part(other)));
    }

    /// Whether a campaign before this one in turn waits for risk to fall, and
    /// most agents of this one are its agents too. What this one placed now
    /// would keep it waiting.
    pub(crate) fn others_are_first(&self, id: CampaignId) -> bool {
        let shares_most = |first: &CampaignId| {
            let both = |agent: &&Agent| staffs(agent, id) && agent.serves(*first);
            self.roster.iter().filter(both).count() >= self.staffed(id).div_ceil(2)
        };
        let mut others = self.first.iter().filter(|first| **first != id);
        others.any(shares_most)
    }

    /// Puts agents and calls on the floor of a campaign.
    pub(crate) fn fill_floor(&mut self, id: CampaignId, floor: &mut Snapshot) {
        // For all there are: a floor is made each second.
        floor.talking.reserve(self.roster.len());
        floor.wrap_up.reserve(self.roster.len());
        floor.calls.reserve(self.calls.len());
        let mut others = BTreeMap::new();
        let mut parts = 0.0;
        let now = self.now;
        let run = self.runs.get(&id);
        // A call made now is answered within this, or by nobody.
        let rings = run.map_or(Duration::ZERO, |run| run.campaign.ring_timeout);
        for agent in self.at_work_for(id) {
            let on = agent.attempt().and_then(|on| self.campaign_of(on));
            let elsewhere = on.filter(|on| *on != id && self.runs.contains_key(on));
            let seats = match elsewhere {
                Some(other) => &mut self.other(&mut others, other).floor,
                None => &mut *floor,
            };
            let leaves_soon = self.departures.leaves(agent.profile.id, now, rings);
            pace::seat(seats, agent, leaves_soon, || self.talked(agent));
            if staffs(agent, id) {
                parts += 1.0 / self.count_on(agent, id, &mut others);
            }
        }
        for call in self.calls.iter() {
            if call.intent.campaign == id {
                pace::put_call(floor, call);
            } else if let Some(other) = others.get_mut(&call.intent.campaign) {
                pace::put_call(&mut other.floor, call);
            }
        }
        for (other, meets) in others {
            self.tell_of(other, meets, id, floor);
        }
        if let Some(run) = self.runs.get(&id) {
            pace::cap_while_learning(floor, run.pace.known_from(), parts);
        }
    }

    /// How many campaigns count on an agent of `id`; notes all that may call them.
    fn count_on(
        &self,
        agent: &Agent,
        id: CampaignId,
        others: &mut BTreeMap<CampaignId, Other>,
    ) -> f64 {
        let mut campaigns = 1.0;
        for other in agent.profile.campaigns.iter().filter(|other| **other != id) {
            if self.runs.contains_key(other) {
                self.other(others, *other).shared += 1;
            }
            campaigns += f64::from(u8::from(self.works_for(agent, *other)));
        }
        campaigns
    }

    fn other<'a>(
        &self,
        others: &'a mut BTreeMap<CampaignId, Other>,
        id: CampaignId,
    ) -> &'a mut Other {
        others.entry(id).or_insert_with(|| Other {
            shared: 0,
            floor: Snapshot::empty(self.now, DialMode::Predictive),
        })
    }

    /// Tells a campaign what another has under way.
    fn tell_of(
        &mut self,
        other: CampaignId,
        mut meets: Other,
        id: CampaignId,
        floor: &mut Snapshot,
    ) {
        let part_of = |all: usize| (f64::from(meets.shared) / all.max(1) as f64).min(1.0);
        let (of_its_calls, of_ours) = (part_of(self.staffed(other)), part_of(self.staffed(id)));
        if let Some(run) = self.runs.get_mut(&other) {
            meets.floor.window_closes_in = run.closes().map(|at| at.since(self.now));
            let of_ours = if run.shares_agents() { of_ours } else { 0.0 };
            let told = run.pace.elsewhere(&meets.floor, of_its_calls, of_ours);
            floor.elsewhere.and(told);
        }
    }

    fn talked(&self, agent: &Agent) -> Duration {
        agent
            .attempt()
            .and_then(|attempt| self.past.get(attempt)?.heard.as_ref())
            .map_or(Duration::ZERO, |heard| heard.talked)
    }
}

fn staffs(agent: &Agent, id: CampaignId) -> bool {
    agent.is_staffed() && agent.line_is_up() && agent.serves(id)
}
