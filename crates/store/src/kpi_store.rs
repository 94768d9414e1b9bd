//! What indicators are computed from, and what campaigns chose and agreed about them. A part of [`Store`](crate::Store)
//! with a name of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use campaigns::DayClock;
use domain::{AgentId, CampaignId, Timestamp};
use kpi::{Choice, Facts, Goal, HourFacts, PastHour, Period, Presence, RosterRow};

use crate::error::Result;

/// Indicators of campaigns.
#[async_trait]
pub trait KpiStore: Send + Sync {
    /// Counts for the indicators of a campaign and period.
    async fn facts(&self, campaign: CampaignId, period: &Period) -> Result<Facts>;
    /// Calls, records (of calls that are over) and agents' time of each hour of `from..to`, both at full hours; hours of
    /// nothing are left out. What is received, worked of it and agreed is not in them.
    async fn hours(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<HourFacts>>;
    /// What each hour of `from..to`, both at full hours, sold in which time of agents: days and hours by `clock`.
    async fn past_hours(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
        clock: DayClock,
    ) -> Result<Vec<PastHour>>;
    /// What a campaign compares, where it is not what the catalogue recommends; by indicator.
    async fn kpi_choices(&self, campaign: CampaignId) -> Result<Vec<Choice>>;
    /// Chooses what is compared for an indicator. Does not check that there are such.
    async fn put_kpi_choice(&self, campaign: CampaignId, choice: &Choice) -> Result<()>;
    /// Goes back to what the catalogue recommends; whether something else had been chosen.
    async fn remove_kpi_choice(&self, campaign: CampaignId, indicator: &str) -> Result<bool>;

    // --- goals and rosters; days are counted from 1970 by the clock of the campaign -------

    /// The goals of a campaign from a day to another, both included.
    async fn goals(&self, campaign: CampaignId, days: (i64, i64)) -> Result<Vec<Goal>>;
    /// Puts goals in place of all that these days had; `source` is named in the audit log.
    async fn put_goals(
        &self,
        campaign: CampaignId,
        days: &BTreeSet<i64>,
        goals: &[Goal],
        source: &str,
    ) -> Result<()>;
    /// The shifts of everybody from a day to another, both included.
    async fn roster(&self, days: (i64, i64)) -> Result<Vec<RosterRow>>;
    /// Puts shifts in place of all that these advisors had on these days.
    async fn put_roster(
        &self,
        days: &BTreeSet<(AgentId, i64)>,
        rows: &[RosterRow],
        source: &str,
    ) -> Result<()>;
    /// How long the shift of a campaign's advisors is who have none in the roster.
    async fn usual_shift(&self, campaign: CampaignId) -> Result<Option<Duration>>;
    /// Sets it, or says that it is not known.
    async fn put_usual_shift(&self, campaign: CampaignId, shift: Option<Duration>) -> Result<()>;
    /// How long each agent who serves a campaign was connected on each day of a time.
    async fn presences(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
        clock: DayClock,
    ) -> Result<Vec<Presence>>;
}
