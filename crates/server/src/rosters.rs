//! Tells the engine when advisors leave their seats by the roster, within a minute of its being loaded. The roster's days are
//! those of the clock of an advisor's first campaign.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use campaigns::DayClock;
use domain::{AgentId, CampaignId, Timestamp};
use engine::Input;
use store::{Result, Store};
use tokio::sync::mpsc;

use crate::clock::wall;
use crate::run::Aside;

const EVERY: Duration = Duration::from_secs(60);

/// Goes on until the loop is gone.
pub(crate) async fn keep(store: Arc<dyn Store>, aside: mpsc::UnboundedSender<Aside>) {
    let mut told: Vec<(AgentId, Vec<Timestamp>)> = Vec::new();
    loop {
        match read(store.as_ref(), wall()).await {
            Ok(rostered) if rostered != told => {
                told.clone_from(&rostered);
                if aside.send(Aside::Input(Input::Rostered(rostered))).is_err() {
                    return;
                }
            }
            Ok(_) if aside.is_closed() => return,
            Ok(_) => {}
            Err(fault) => tracing::warn!(%fault, "the roster is read again a minute later"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Of yesterday, today and tomorrow: a day begins elsewhere before it is over here.
async fn read(store: &dyn Store, now: Timestamp) -> Result<Vec<(AgentId, Vec<Timestamp>)>> {
    let day = DayClock::default().day(now);
    let rows = store.roster((day - 1, day + 1)).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let campaigns = store.campaigns().await?.into_iter();
    let clocks: HashMap<CampaignId, DayClock> = campaigns
        .map(|campaign| (campaign.id, DayClock::of(&campaign.law_pack)))
        .collect();
    let agents = store.agents().await?.into_iter();
    let first = agents.filter_map(|agent| Some((agent.id, *agent.campaigns.first()?)));
    let homes: HashMap<AgentId, CampaignId> = first.collect();
    let clock_of = |agent: &AgentId| {
        let clock = homes.get(agent).and_then(|campaign| clocks.get(campaign));
        clock.copied().unwrap_or_default()
    };
    let told = kpi::departures(&rows).into_iter().map(|(agent, times)| {
        let clock = clock_of(&agent);
        let times = times.into_iter().map(|(day, minute)| clock.at(day, minute));
        (agent, times.collect())
    });
    Ok(told.collect())
}
