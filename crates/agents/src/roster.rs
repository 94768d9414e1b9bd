//! Everybody on the floor, and whose turn it is: the longest idle first.

use std::time::Duration;

use domain::{AgentId, AgentProfile, CampaignId, Timestamp};

use crate::Agent;

/// Every agent known.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// In order of id.
    ids: Vec<AgentId>,
    /// Each at the place of their id: all are looked at many times a second.
    agents: Vec<Agent>,
}

impl Roster {
    /// Takes in someone new, or what changed about someone known.
    pub fn put(&mut self, profile: AgentProfile, now: Timestamp) {
        match self.ids.binary_search(&profile.id) {
            Ok(place) => self.agents[place].profile = profile,
            Err(place) => {
                self.ids.insert(place, profile.id);
                self.agents.insert(place, Agent::new(profile, now));
            }
        }
    }

    /// Forgets someone.
    pub fn remove(&mut self, id: AgentId) -> Option<Agent> {
        let place = self.place(id)?;
        self.ids.remove(place);
        Some(self.agents.remove(place))
    }

    /// One of them.
    pub fn get(&self, id: AgentId) -> Option<&Agent> {
        self.place(id).map(|place| &self.agents[place])
    }

    /// One of them, to change.
    pub fn get_mut(&mut self, id: AgentId) -> Option<&mut Agent> {
        self.place(id).map(|place| &mut self.agents[place])
    }

    fn place(&self, id: AgentId) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        self.agents.len()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.agents.is_empty()
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter()
    }

    /// The clock was set back: every state began, and ends, so much earlier.
    pub fn clock_set_back(&mut self, span: Duration) {
        for agent in &mut self.agents {
            agent.clock_set_back(span);
        }
    }

    /// Who takes the next call of a campaign: the one waiting longest; of two
    /// that wait equally long, the lower id, so that a replay agrees.
    pub fn longest_idle(&self, campaign: CampaignId) -> Option<AgentId> {
        self.agents
            .iter()
            .filter(|agent| agent.can_take(campaign))
            .min_by_key(|agent| (agent.idle_since(), agent.profile.id))
            .map(|agent| agent.profile.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::LineMode;

    const CAMPAIGN: CampaignId = CampaignId::new(1);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn ready_at(roster: &mut Roster, id: i64, seconds: i64, campaign: CampaignId) {
        let profile = AgentProfile {
            id: AgentId::new(id),
            name: format!("agent {id}"),
            sip_user: format!("{id}"),
            campaigns: vec![campaign],
            line: LineMode::NailedUp,
        };
        roster.put(profile, at(0));
        let agent = roster.get_mut(AgentId::new(id)).expect("just put");
        let _ = agent.log_in(at(0)).expect("offline");
        let _ = agent.line_came_up(at(0));
        let _ = agent.ready(at(seconds)).expect("line up");
    }

    #[test]
    fn the_longest_idle_of_the_campaign_takes_the_call() {
        let mut roster = Roster::default();
        ready_at(&mut roster, 1, 30, CAMPAIGN);
        ready_at(&mut roster, 2, 20, CAMPAIGN);
        ready_at(&mut roster, 3, 10, CampaignId::new(2));
        assert_eq!(roster.longest_idle(CAMPAIGN), Some(AgentId::new(2)));
        assert_eq!(roster.longest_idle(CampaignId::new(9)), None);
    }

    #[test]
    fn who_has_no_line_takes_no_call() {
        let mut roster = Roster::default();
        ready_at(&mut roster, 1, 30, CAMPAIGN);
        let agent = roster.get_mut(AgentId::new(1)).expect("known");
        let _ = agent.line_went_down(at(40), "phone off");
        assert_eq!(roster.longest_idle(CAMPAIGN), None);
    }
}
