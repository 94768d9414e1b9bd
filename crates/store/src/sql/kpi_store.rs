//! Indicators on SQL: which file answers what.

mod management;
mod parts;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use campaigns::DayClock;
use domain::{AgentId, CampaignId, Timestamp};
use kpi::{Choice, Facts, Goal, HourFacts, PastHour, Period, Presence, RosterRow};

use super::{SqlStore, agent_time, facts, goals, hours, kpi_choices, rosters};
use crate::error::Result;
use crate::kpi_store::KpiStore;

#[async_trait]
impl KpiStore for SqlStore {
    async fn facts(&self, campaign: CampaignId, period: &Period) -> Result<Facts> {
        facts::facts(&self.db, campaign, period).await
    }

    async fn hours(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<HourFacts>> {
        hours::of_campaign(&self.db, campaign, from, to).await
    }

    async fn past_hours(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
        clock: DayClock,
    ) -> Result<Vec<PastHour>> {
        hours::past(&self.db, campaign, from, to, clock).await
    }

    async fn kpi_choices(&self, campaign: CampaignId) -> Result<Vec<Choice>> {
        kpi_choices::all(&self.db, campaign).await
    }

    async fn put_kpi_choice(&self, campaign: CampaignId, choice: &Choice) -> Result<()> {
        kpi_choices::put(&self.db, campaign, choice).await
    }

    async fn remove_kpi_choice(&self, campaign: CampaignId, indicator: &str) -> Result<bool> {
        kpi_choices::remove(&self.db, campaign, indicator).await
    }

    async fn goals(&self, campaign: CampaignId, days: (i64, i64)) -> Result<Vec<Goal>> {
        goals::all(&self.db, campaign, days).await
    }

    async fn put_goals(
        &self,
        campaign: CampaignId,
        days: &BTreeSet<i64>,
        new: &[Goal],
        source: &str,
    ) -> Result<()> {
        goals::put(&self.db, campaign, days, new, source).await
    }

    async fn roster(&self, days: (i64, i64)) -> Result<Vec<RosterRow>> {
        rosters::all(&self.db, days).await
    }

    async fn put_roster(
        &self,
        days: &BTreeSet<(AgentId, i64)>,
        rows: &[RosterRow],
        source: &str,
    ) -> Result<()> {
        rosters::put(&self.db, days, rows, source).await
    }

    async fn usual_shift(&self, campaign: CampaignId) -> Result<Option<Duration>> {
        goals::usual_shift(&self.db, campaign).await
    }

    async fn put_usual_shift(&self, campaign: CampaignId, shift: Option<Duration>) -> Result<()> {
        goals::put_usual_shift(&self.db, campaign, shift).await
    }

    async fn presences(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
        clock: DayClock,
    ) -> Result<Vec<Presence>> {
        agent_time::presences(&self.db, campaign, from, to, clock).await
    }
}
