//! A floor in virtual time on somebody's own record: contacts are leased from it and every fact is handed to it, over as many
//! days as there are shifts. What a store promises, whoever holds the record must keep; nothing is played by a shelf.

use std::sync::Arc;
use std::time::Duration;

use campaigns::{Campaign, Catalogue};
use domain::{AgentProfile, Recorded, Timestamp, Trunk, WorkItem, WorkUpdate};
use engine::{AgentRequest, Input, Numbering};

use crate::world::World;
use crate::{InvalidScenario, Report, Scenario};

/// After the last shift, until calls and typifications are over.
const CLOSING: Duration = Duration::from_secs(3_600);

/// Where contacts come from and facts go to.
pub trait Record {
    /// Up to `count` contacts that are due, leased, and when the next one will be.
    fn lease(&mut self, now: Timestamp, count: u32) -> (Vec<WorkItem>, Option<Timestamp>);
    /// Facts, in order. Intents among them pass: a record that would refuse one breaks the run off.
    fn write(&mut self, events: &[Recorded]);
    /// Leases given back.
    fn give_back(&mut self, updates: &[WorkUpdate]);
}

/// A floor as it is configured, and when it is staffed.
#[derive(Clone, Debug)]
pub struct Attached {
    /// A midnight by its clock: hours of the day are told from it.
    pub midnight: Timestamp,
    /// The campaign, running.
    pub campaign: Campaign,
    /// Its trunk.
    pub trunk: Trunk,
    /// Its typifications.
    pub catalogue: Catalogue,
    /// Its advisors.
    pub agents: Vec<AgentProfile>,
    /// When all of them are there, in order.
    pub shifts: Vec<(Timestamp, Timestamp)>,
    /// Where numbering goes on.
    pub numbering: Numbering,
}

/// Runs a floor on a record. Of the scenario count people, networks and the seed; campaign, agents and base are those given.
pub fn run_on(
    scenario: &Scenario,
    floor: &Attached,
    record: &mut dyn Record,
) -> Result<Report, InvalidScenario> {
    scenario.check()?;
    let mut world = World::on(scenario, floor, record);
    world.staff(floor);
    for (from, to) in &floor.shifts {
        // Between shifts nobody is called, as a supervisor would have it.
        world.campaign_runs(*from, &floor.campaign, true);
        world.run_until(*to);
        world.campaign_runs(*to, &floor.campaign, false);
        world.run_until(*to + CLOSING);
    }
    Ok(world.report(0.0))
}

impl World<'_> {
    /// What the engine knows before anybody comes, and when they come.
    fn staff(&mut self, floor: &Attached) {
        self.feed(Input::TrunkChanged(Box::new(floor.trunk.clone())));
        self.feed(Input::CatalogueChanged {
            campaign: floor.campaign.id,
            catalogue: Arc::new(floor.catalogue.clone()),
        });
        for agent in &floor.agents {
            self.feed(Input::AgentChanged(Box::new(agent.clone())));
            for (from, to) in &floor.shifts {
                let late = self.dice.millis(0, 240_000);
                let come = from.since(self.now()) + late;
                self.agent_asks(come, agent.id, AgentRequest::LogIn);
                let go = to.since(self.now());
                self.agent_asks(go, agent.id, AgentRequest::LogOut);
            }
        }
    }

    /// The campaign runs from an instant on, or is paused.
    fn campaign_runs(&mut self, at: Timestamp, campaign: &Campaign, runs: bool) {
        let mut campaign = campaign.clone();
        campaign.state = match runs {
            true => domain::CampaignState::Running,
            false => domain::CampaignState::Paused,
        };
        self.run_until(at);
        self.feed(Input::CampaignChanged(Box::new(campaign)));
    }
}
