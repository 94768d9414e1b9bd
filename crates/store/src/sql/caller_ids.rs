//! What each caller id did: calls placed, answered, and answered by a person. Counted from the
//! attempts, by the instant of the INVITE.

use domain::{CampaignId, Outcome, Timestamp};

use super::database::Database;
use super::query::Query;
use super::read::INTENT_TO_INVITE_MAX;
use crate::error::Result;
use crate::types::CallerIdRow;

/// See [`crate::Store::caller_ids`].
pub(super) async fn caller_ids(
    db: &Database,
    campaign: Option<CampaignId>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<CallerIdRow>> {
    let of_campaign = match campaign {
        Some(_) => "AND campaign = $7",
        None => "",
    };
    let mut query = Query::new(
        "count calls by caller id",
        format!(
            "SELECT campaign, caller_id, count(*) AS calls, count(answered_at) AS answered,
                    count(CASE WHEN outcome IN ($4, $5, $6) THEN 1 END) AS by_people
             FROM attempt
             WHERE placed_at >= $1 AND placed_at < $2 AND intended_at >= $3 AND intended_at < $2
             {of_campaign}
             GROUP BY campaign, caller_id ORDER BY campaign, caller_id"
        ),
    )
    .int(from.as_millis())
    .int(to.as_millis())
    .int((from - INTENT_TO_INVITE_MAX).as_millis());
    for outcome in [
        Outcome::Connected,
        Outcome::Abandoned,
        Outcome::HungUpWaiting,
    ] {
        query = query.int(i64::from(outcome.number()));
    }
    if let Some(campaign) = campaign {
        query = query.int(campaign.get());
    }
    let rows = db.fetch(query).await?;
    let read = |row: &super::row::Row| {
        Ok(CallerIdRow {
            campaign: CampaignId::new(row.int("campaign")?),
            caller_id: row.phone("caller_id")?,
            calls: row.narrow("calls")?,
            answered: row.narrow("answered")?,
            by_people: row.narrow("by_people")?,
        })
    };
    rows.iter().map(read).collect()
}
