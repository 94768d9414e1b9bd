//! Runs of a scenario: to a report, or to what passed between world and engine.

use std::time::Instant;

use domain::{Recorded, Timestamp};
use engine::Input;

use crate::setting::campaign_of;
use crate::world::{Kept, World};
use crate::{InvalidScenario, Report, Scenario};

/// Runs a scenario to its end.
pub fn simulate(scenario: &Scenario) -> Result<Report, InvalidScenario> {
    run(scenario, true)
}

/// The same without a fingerprint, which takes a tenth of the time.
pub(crate) fn simulate_quickly(scenario: &Scenario) -> Result<Report, InvalidScenario> {
    run(scenario, false)
}

fn run(scenario: &Scenario, fingerprint: bool) -> Result<Report, InvalidScenario> {
    scenario.check()?;
    let campaign = campaign_of(scenario)?;
    let began = Instant::now();
    let mut world = World::new(scenario, fingerprint);
    world.open(campaign);
    world.run_until(world.end());
    let wall = began.elapsed().as_secs_f64();
    Ok(world.report(wall))
}

/// The same run as what it fed the engine, and when: to be fed again to an
/// engine alone, which then takes the same steps.
pub fn record(scenario: &Scenario) -> Result<Vec<(Timestamp, Input)>, InvalidScenario> {
    Ok(kept(scenario)?.inputs)
}

/// The same run as the facts the engine recorded, in order.
pub fn events(scenario: &Scenario) -> Result<Vec<Recorded>, InvalidScenario> {
    Ok(kept(scenario)?.events)
}

fn kept(scenario: &Scenario) -> Result<Kept, InvalidScenario> {
    scenario.check()?;
    let campaign = campaign_of(scenario)?;
    let mut world = World::new(scenario, false);
    world.kept = Some(Kept::default());
    world.open(campaign);
    world.run_until(world.end());
    Ok(world.kept.unwrap_or_default())
}
