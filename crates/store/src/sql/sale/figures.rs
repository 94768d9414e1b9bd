//! What indicators know of sales: of the calls of a period, how many of their sales are legalised as of then and what they are worth,
//! and how many were legalised within the period, whenever accepted (ruling 6: print both).

use ::sales::Stage;
use domain::{CampaignId, Timestamp};
use kpi::{Facts, Period};

use crate::error::Result;
use crate::sql::database::Database;
use crate::sql::query::Query;
use crate::sql::row::Row;

/// What a campaign's sales are known by.
#[derive(Clone, Copy, Debug)]
pub(in crate::sql) struct Followed {
    /// Somebody moves them.
    staged: bool,
    /// They have sheets.
    valued: bool,
}

/// A campaign whose sales nobody follows has no stages, and one without sheets no values: that is "s/d", and not 0.
pub(in crate::sql) async fn followed(db: &Database, campaign: CampaignId) -> Result<Followed> {
    let query = Query::new(
        "look whether sales are followed",
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM sale WHERE campaign = $1 AND moves > 1 + by_correction)
                     THEN 1 ELSE 0 END AS staged,
                CASE WHEN EXISTS (SELECT 1 FROM sale WHERE campaign = $1 AND sheet > 0)
                     THEN 1 ELSE 0 END AS valued",
    );
    let row = db.fetch_one(query.int(campaign.get())).await?;
    let flag = |name| row.as_ref().map_or(Ok(false), |row| row.flag(name));
    Ok(Followed {
        staged: flag("staged")?,
        valued: flag("valued")?,
    })
}

/// The sales of the calls of a period, by `{part}`; `{runs}` goes before the tables, `{calls}` after them where a part is one of
/// their calls, `{within}` among the conditions. A sale that is legalised stays so, but for corrections, which take it back
/// altogether.
pub(in crate::sql) const SALES_OF_CALLS: &str = "
    SELECT part, count(CASE WHEN legal = 1 THEN 1 END) AS legalised,
           CAST(COALESCE(sum(value), 0) AS BIGINT) AS worth,
           CAST(COALESCE(sum(CASE WHEN legal = 1 THEN value END), 0) AS BIGINT) AS legalised_worth
    FROM (SELECT {part} AS part, s.value,
                 CASE WHEN s.stage = $4 AND s.stage_at <= $5 THEN 1 ELSE 0 END AS legal
          FROM {runs}sale s {calls}
          WHERE s.campaign = $1 AND s.placed_at >= $2 AND s.placed_at < $3 AND s.by_correction = 0 {within}) AS sold
    GROUP BY part";
/// The calls of these sales.
pub(in crate::sql) const CALLS_OF_SALES: &str = "JOIN attempt a ON a.id = s.attempt";

/// Binds what [`SALES_OF_CALLS`] asks for.
pub(in crate::sql) fn bound(query: Query, campaign: CampaignId, period: &Period) -> Query {
    query
        .int(campaign.get())
        .int(period.from.as_millis())
        .int(period.to.as_millis())
        .int(i64::from(Stage::Legalised.number()))
        .int(period.as_of.map_or(i64::MAX, Timestamp::as_millis))
}

/// Sales of calls, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sql) struct Sold {
    legalised: u64,
    worth: i64,
    legalised_worth: i64,
}

/// Reads a row of [`SALES_OF_CALLS`].
pub(in crate::sql) fn counted(row: &Row) -> Result<Sold> {
    Ok(Sold {
        legalised: row.narrow("legalised")?,
        worth: row.int("worth")?,
        legalised_worth: row.int("legalised_worth")?,
    })
}

impl Sold {
    /// Puts into facts what is known.
    pub(in crate::sql) fn tell(self, followed: Followed, facts: &mut Facts) {
        if followed.staged {
            facts.sales_legalised = Some(self.legalised);
        }
        if followed.valued {
            facts.value_sold = Some(self.worth as f64);
            facts.value_legalised = Some(self.legalised_worth as f64);
        }
    }
}

/// Counts sales into facts.
pub(in crate::sql) async fn count(
    db: &Database,
    campaign: CampaignId,
    period: &Period,
    facts: &mut Facts,
) -> Result<()> {
    let followed = followed(db, campaign).await?;
    if !followed.staged && !followed.valued {
        return Ok(());
    }
    let text = SALES_OF_CALLS
        .replace("{part}", "0")
        .replace("{runs}", "")
        .replace("{calls}", "")
        .replace("{within}", "");
    let query = Query::new("count the sales of calls", text);
    let row = db.fetch_one(bound(query, campaign, period)).await?;
    let sold = row.as_ref().map(counted).transpose()?;
    sold.unwrap_or_default().tell(followed, facts);
    if followed.staged {
        let query = Query::new(
            "count sales legalised in a period",
            "SELECT count(*) AS n FROM sale s
             WHERE s.campaign = $1 AND s.by_correction = 0 AND s.stage = $4 AND s.stage_at >= $2 AND s.stage_at < $3",
        )
        .int(campaign.get())
        .int(period.from.as_millis())
        .int(period.to.as_millis())
        .int(i64::from(Stage::Legalised.number()));
        if let Some(row) = db.fetch_one(query).await? {
            facts.sales_legalised_in_period = Some(row.narrow("n")?);
        }
    }
    Ok(())
}
