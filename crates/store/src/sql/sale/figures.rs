//! What indicators know of sales: of the calls of a period, how many of their sales are legalised by now and what they are worth, and
//! how many were legalised within the period, whenever accepted (ruling 6: print both).

use ::sales::Stage;
use domain::CampaignId;
use kpi::{Facts, Period};

use crate::error::Result;
use crate::sql::database::Database;
use crate::sql::query::Query;
use crate::sql::read::INTENT_TO_INVITE_MAX;

/// Counts sales into facts. A campaign whose sales nobody follows has no stages, and one without sheets no values: that is
/// "s/d", and not 0.
pub(in crate::sql) async fn count(
    db: &Database,
    campaign: CampaignId,
    period: &Period,
    facts: &mut Facts,
) -> Result<()> {
    let query = Query::new(
        "look whether sales are followed",
        "SELECT COALESCE(max(CASE WHEN moves > 1 + by_correction THEN 1 ELSE 0 END), 0) AS staged,
                COALESCE(max(CASE WHEN sheet > 0 THEN 1 ELSE 0 END), 0) AS valued
         FROM sale WHERE campaign = $1",
    );
    let Some(row) = db.fetch_one(query.int(campaign.get())).await? else {
        return Ok(());
    };
    let (staged, valued) = (row.flag("staged")?, row.flag("valued")?);
    if !staged && !valued {
        return Ok(());
    }
    let legalised = i64::from(Stage::Legalised.number());
    let query = Query::new(
        "count the sales of calls",
        "SELECT count(CASE WHEN s.stage = $4 THEN 1 END) AS legalised,
                CAST(COALESCE(sum(s.value), 0) AS BIGINT) AS worth,
                CAST(COALESCE(sum(CASE WHEN s.stage = $4 THEN s.value END), 0) AS BIGINT) AS legalised_worth
         FROM attempt a JOIN sale s ON s.attempt = a.id AND s.by_correction = 0
         WHERE a.campaign = $1 AND a.placed_at >= $2 AND a.placed_at < $3
           AND a.intended_at >= $5 AND a.intended_at < $3",
    )
    .int(campaign.get())
    .int(period.from.as_millis())
    .int(period.to.as_millis())
    .int(legalised)
    .int((period.from - INTENT_TO_INVITE_MAX).as_millis());
    if let Some(row) = db.fetch_one(query).await? {
        if staged {
            facts.sales_legalised = Some(row.narrow("legalised")?);
        }
        if valued {
            facts.value_sold = Some(row.int("worth")? as f64);
            facts.value_legalised = Some(row.int("legalised_worth")? as f64);
        }
    }
    if staged {
        let query = Query::new(
            "count sales legalised in a period",
            "SELECT count(*) AS n FROM sale s JOIN sale_move m ON m.sale = s.id AND m.to_stage = $4
             WHERE s.campaign = $1 AND s.by_correction = 0 AND m.at >= $2 AND m.at < $3",
        )
        .int(campaign.get())
        .int(period.from.as_millis())
        .int(period.to.as_millis())
        .int(legalised);
        if let Some(row) = db.fetch_one(query).await? {
            facts.sales_legalised_in_period = Some(row.narrow("n")?);
        }
    }
    Ok(())
}
