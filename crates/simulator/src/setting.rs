//! What the engine is told before anything happens: the campaign, its trunk,
//! its agents.

use campaigns::Campaign;
use domain::{
    AgentId, AgentProfile, CampaignId, CampaignState, LineMode, PhoneNumber, Trunk, TrunkId,
};

use crate::{InvalidScenario, Scenario};

pub(crate) const CAMPAIGN: CampaignId = CampaignId::new(1);
const TRUNK: TrunkId = TrunkId::new(1);

pub(crate) fn campaign_of(scenario: &Scenario) -> Result<Campaign, InvalidScenario> {
    let mut campaign = Campaign::new(CAMPAIGN, "simulation");
    campaign.state = CampaignState::Running;
    campaign.mode = scenario.mode;
    campaign.power_ratio = scenario.power_ratio;
    campaign.abandon_limit = scenario.abandon_limit;
    campaign.abandon_target = scenario.abandon_target;
    campaign.ring_timeout = scenario.ring_timeout;
    campaign.lines_max = Some(scenario.lines_max).filter(|lines| *lines > 0);
    campaign.attempts_per_contact_max = scenario.rules.attempts_per_contact_max;
    campaign.attempts_per_phone_max = scenario.rules.attempts_per_phone_max;
    campaign.wrap_up = scenario.rules.wrap_up_max;
    campaign.trunks = vec![TRUNK];
    campaign.caller_ids = vec![caller_id()];
    campaign.law_pack = "laboratorio".into();
    let checked = campaign.check();
    checked.map_err(|error| InvalidScenario::Campaign(error.to_string()))?;
    Ok(campaign)
}

fn caller_id() -> PhoneNumber {
    PhoneNumber::from_e164("+576010000000").expect("a constant landline")
}

pub(crate) fn profile(agent: AgentId) -> AgentProfile {
    AgentProfile {
        id: agent,
        name: format!("agent {agent}"),
        sip_user: agent.to_string(),
        campaigns: vec![CAMPAIGN],
        line: LineMode::NailedUp,
    }
}

pub(crate) fn trunk(scenario: &Scenario) -> Trunk {
    Trunk {
        channels_max: scenario.trunk_channels(),
        calls_per_second_max: scenario.calls_per_second,
        ..Trunk::new(TRUNK, "carrier", "127.0.0.1")
    }
}
