//! The configuration as the store has it, told to engine and telephony: all of
//! it at the start, what changed from then on.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use campaigns::{Campaign, Catalogue};
use domain::{
    AgentId, AgentProfile, CampaignId, CampaignState, Destination, DestinationId, PersonConsent,
    PersonId, RegisterSnapshot, Secret, Timestamp, Trunk, TrunkId,
};
use engine::Input;
use law::Pack;
use store::{Result, Store};
use telephony::Telephony;

use crate::clock::wall;
use crate::sounds::Sounds;

/// Consents are looked for from so long before the last time on: their instants are those of who wrote them.
const CONSENTS_OVERLAP: Duration = Duration::from_secs(600);

/// Everything configured, at one version.
#[derive(Clone, Debug, Default)]
pub(crate) struct Floor {
    pub(crate) version: i64,
    pub(crate) trunks: HashMap<TrunkId, Trunk>,
    pub(crate) agents: HashMap<AgentId, (AgentProfile, Secret)>,
    pub(crate) destinations: HashMap<DestinationId, (Destination, Secret)>,
    pub(crate) campaigns: HashMap<CampaignId, Campaign>,
    pub(crate) catalogues: HashMap<CampaignId, Arc<Catalogue>>,
    pub(crate) sounds: Sounds,
    pub(crate) registers: Vec<RegisterSnapshot>,
    /// People whose consents changed lately, with what stands.
    pub(crate) consents: Vec<(PersonId, Vec<PersonConsent>)>,
    /// When it was read.
    pub(crate) read_at: Timestamp,
}

/// How far the configuration is known.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    version: i64,
    read_at: Timestamp,
    sounds: Sounds,
}

impl Floor {
    /// How far it is known by this.
    pub(crate) fn known(&self) -> Known {
        Known {
            version: self.version,
            read_at: self.read_at,
            sounds: self.sounds.clone(),
        }
    }

    /// Reads it, unless that of `before` is still the version in force; of its sounds what is known already.
    pub(crate) async fn load(
        store: &Arc<dyn Store>,
        before: Option<Known>,
    ) -> Result<Option<Floor>> {
        let version = store.config_version().await?;
        if before
            .as_ref()
            .is_some_and(|before| before.version == version)
        {
            return Ok(None);
        }
        let read_at = wall();
        // At a start nothing is leased, and what is leased from then on comes with its consents.
        let consents = match &before {
            Some(before) => {
                let since = before.read_at - CONSENTS_OVERLAP;
                store.consents_changed(since).await?
            }
            None => Vec::new(),
        };
        let sounds = before.map(|before| before.sounds);
        let mut floor = Floor {
            version,
            read_at,
            consents,
            sounds: Sounds::load(store, &sounds.unwrap_or_default()).await?,
            registers: store.registers().await?,
            ..Floor::default()
        };
        for trunk in store.trunks().await? {
            floor.trunks.insert(trunk.id, trunk);
        }
        for agent in store.agents().await? {
            let password = store.agent_password(agent.id).await?.unwrap_or_default();
            floor.agents.insert(agent.id, (agent, password));
        }
        for destination in store.destinations().await? {
            let password = store.destination_password(destination.id).await?;
            let known = (destination.clone(), password.unwrap_or_default());
            floor.destinations.insert(destination.id, known);
        }
        for mut campaign in store.campaigns().await? {
            floor.obey_law(&mut campaign);
            let catalogue = store.catalogue(campaign.id).await?;
            floor.catalogues.insert(campaign.id, Arc::new(catalogue));
            floor.campaigns.insert(campaign.id, campaign);
        }
        Ok(Some(floor))
    }

    /// A pack that binds only in the laboratory never lets a call reach a real
    /// carrier, whatever was configured after the campaign.
    fn obey_law(&self, campaign: &mut Campaign) {
        let laboratory = Pack::by_id(&campaign.law_pack).is_ok_and(|pack| pack.loopback_only());
        let real = self.trunks.values().any(|trunk| {
            let address = trunk.host.parse::<std::net::IpAddr>();
            !address.is_ok_and(|address| address.is_loopback())
        });
        if laboratory && real && campaign.state == CampaignState::Running {
            tracing::error!(
                campaign = %campaign.name,
                "held: its law pack binds only while every trunk is loopback"
            );
            campaign.state = CampaignState::Stopped;
        }
    }

    /// Tells telephony what changed since `before`; returns what to tell the
    /// engine, in an order it can follow.
    pub(crate) fn changes(&self, before: &Floor, telephony: &Telephony) -> Vec<Input> {
        let mut inputs = Vec::new();
        if before.sounds != self.sounds {
            telephony.set_sounds(self.sounds.book());
        }
        if before.registers != self.registers {
            inputs.push(Input::RegistersChanged(self.registers.clone()));
        }
        let news = self.consents.iter();
        let news = news.filter(|one| !before.consents.contains(one));
        let news: Vec<_> = news.cloned().collect();
        if !news.is_empty() {
            inputs.push(Input::ConsentsChanged(news));
        }
        for trunk in changed(&before.trunks, &self.trunks) {
            telephony.set_trunk(trunk.clone());
            inputs.push(Input::TrunkChanged(Box::new(trunk.clone())));
        }
        for (campaign, catalogue) in &self.catalogues {
            // A version is never changed: its id is all there is to compare.
            let known = before.catalogues.get(campaign);
            if known.map(|known| known.id) != Some(catalogue.id) {
                inputs.push(Input::CatalogueChanged {
                    campaign: *campaign,
                    catalogue: Arc::clone(catalogue),
                });
            }
        }
        for campaign in changed(&before.campaigns, &self.campaigns) {
            inputs.push(Input::CampaignChanged(Box::new(campaign.clone())));
        }
        for (agent, password) in changed(&before.agents, &self.agents) {
            telephony.set_agent(agent.clone(), password);
            inputs.push(Input::AgentChanged(Box::new(agent.clone())));
        }
        for id in gone(&before.destinations, &self.destinations) {
            telephony.remove_destination(id);
            inputs.push(Input::DestinationRemoved(id));
        }
        for (destination, password) in changed(&before.destinations, &self.destinations) {
            telephony.set_destination(destination.clone(), password);
            inputs.push(Input::DestinationChanged(Box::new(destination.clone())));
        }
        for id in gone(&before.agents, &self.agents) {
            telephony.remove_agent(id);
            inputs.push(Input::AgentRemoved(id));
        }
        for id in gone(&before.campaigns, &self.campaigns) {
            inputs.push(Input::CampaignRemoved(id));
        }
        for id in gone(&before.trunks, &self.trunks) {
            telephony.remove_trunk(id);
            inputs.push(Input::TrunkRemoved(id));
        }
        inputs
    }
}

fn changed<'a, K: Eq + Hash + Ord + Copy, V: PartialEq>(
    before: &HashMap<K, V>,
    after: &'a HashMap<K, V>,
) -> Vec<&'a V> {
    let mut keys: Vec<K> = after
        .iter()
        .filter(|(key, value)| before.get(key) != Some(*value))
        .map(|(key, _)| *key)
        .collect();
    keys.sort_unstable();
    keys.iter().filter_map(|key| after.get(key)).collect()
}

fn gone<K: Eq + Hash + Copy, V>(before: &HashMap<K, V>, after: &HashMap<K, V>) -> Vec<K> {
    let mut gone: Vec<K> = before.keys().copied().collect();
    gone.retain(|key| !after.contains_key(key));
    gone
}
