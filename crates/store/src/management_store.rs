//! What informes gerenciales ask of the record beside the indicators themselves: the counts of parts of a campaign, what became
//! of sales, and why people who heard the offer did not accept it. A part of [`Store`](crate::Store) with a name of its own.

use async_trait::async_trait;
use campaigns::DayClock;
use domain::CampaignId;
use kpi::{Dimension, PartFacts, Period};
use sales::SaleCourse;

use crate::error::Result;
use crate::types::RefusalRow;

/// A period of a campaign, taken apart.
#[async_trait]
pub trait ManagementStore: Send + Sync {
    /// The counts of each base, segment, advisor or hour of the day in which there is something, by number; hours are those
    /// of the clock. Goals and advisor-days are not in them.
    async fn parts(
        &self,
        campaign: CampaignId,
        period: &Period,
        dimension: Dimension,
        clock: DayClock,
    ) -> Result<Vec<PartFacts>>;
    /// The sales of the calls of a period with all their moves, but for those annulled since their call was no sale.
    async fn sale_courses(&self, campaign: CampaignId, period: &Period) -> Result<Vec<SaleCourse>>;
    /// What was said of the calls of a period that were an effective contact and no sale, the commonest first.
    async fn refusals(&self, campaign: CampaignId, period: &Period) -> Result<Vec<RefusalRow>>;
}
