//! Sales of calls with their moves, and what was said of offers that were not accepted.

use ::sales::{CourseStep, SaleCourse, Stage};
use async_trait::async_trait;
use campaigns::DayClock;
use domain::CampaignId;
use kpi::{Dimension, PartFacts, Period};

use super::parts;
use crate::error::Result;
use crate::management_store::ManagementStore;
use crate::sql::SqlStore;
use crate::sql::database::Database;
use crate::sql::query::Query;
use crate::sql::read::INTENT_TO_INVITE_MAX;
use crate::types::RefusalRow;

#[async_trait]
impl ManagementStore for SqlStore {
    async fn parts(
        &self,
        campaign: CampaignId,
        period: &Period,
        dimension: Dimension,
        clock: DayClock,
    ) -> Result<Vec<PartFacts>> {
        parts::of(&self.db, campaign, period, dimension, clock).await
    }

    async fn sale_courses(&self, campaign: CampaignId, period: &Period) -> Result<Vec<SaleCourse>> {
        courses(&self.db, campaign, period).await
    }

    async fn refusals(&self, campaign: CampaignId, period: &Period) -> Result<Vec<RefusalRow>> {
        refusals(&self.db, campaign, period).await
    }
}

/// Binds the campaign and the instants of the INVITE, $1 to $4, that [`OF_PERIOD`] asks for.
pub(super) fn bound(query: Query, campaign: CampaignId, period: &Period) -> Query {
    query
        .int(campaign.get())
        .int(period.from.as_millis())
        .int(period.to.as_millis())
        .int((period.from - INTENT_TO_INVITE_MAX).as_millis())
}

/// Calls of a campaign by the instant of their INVITE, which comes soon after the intent that the index has.
pub(super) const OF_PERIOD: &str = "a.campaign = $1 AND a.placed_at >= $2 AND a.placed_at < $3
    AND a.intended_at >= $4 AND a.intended_at < $3";

async fn courses(db: &Database, campaign: CampaignId, period: &Period) -> Result<Vec<SaleCourse>> {
    let query = Query::new(
        "read the moves of sales",
            "SELECT s.id, s.value, m.at, m.to_stage, m.reason
             FROM sale s JOIN sale_move m ON m.sale = s.id
             WHERE s.campaign = $1 AND s.placed_at >= $2 AND s.placed_at < $3 AND s.by_correction = 0
             ORDER BY s.id, m.n",
    );
    let mut courses: Vec<SaleCourse> = Vec::new();
    let mut last = None;
    let query = query
        .int(campaign.get())
        .int(period.from.as_millis())
        .int(period.to.as_millis());
    for row in db.fetch(query).await? {
        let sale = row.int("id")?;
        if last != Some(sale) {
            last = Some(sale);
            courses.push(SaleCourse {
                value: row.int("value")?,
                steps: Vec::new(),
            });
        }
        let step = CourseStep {
            at: row.time("at")?,
            to: row.kind("to_stage", Stage::from_number)?,
            reason: row.opt_text("reason")?,
        };
        if let Some(course) = courses.last_mut() {
            course.steps.push(step);
        }
    }
    Ok(courses)
}

/// The same code may be of several versions of the catalogue: the words of the newest of them that was used.
async fn refusals(db: &Database, campaign: CampaignId, period: &Period) -> Result<Vec<RefusalRow>> {
    let query = Query::new(
        "count offers that were not accepted",
        format!(
            "SELECT s.code, s.n, d.level1, d.level2, d.level3
             FROM (SELECT a.code, max(a.catalogue) AS catalogue, count(*) AS n
                   FROM attempt a
                   JOIN disposition e ON e.catalogue = a.catalogue AND e.code = a.code
                   WHERE {OF_PERIOD} AND e.effective_contact = 1 AND e.accepted_sale = 0
                   GROUP BY a.code) AS s
             JOIN disposition d ON d.catalogue = s.catalogue AND d.code = s.code
             ORDER BY s.n DESC, s.code"
        ),
    );
    let rows = db.fetch(bound(query, campaign, period)).await?;
    let refusal = |row: &crate::sql::row::Row| {
        let levels = [
            row.text("level1")?,
            row.text("level2")?,
            row.text("level3")?,
        ];
        Ok(RefusalRow {
            code: row.text("code")?,
            levels: levels.into_iter().filter(|it| !it.is_empty()).collect(),
            calls: row.narrow("n")?,
        })
    };
    rows.iter().map(refusal).collect()
}
