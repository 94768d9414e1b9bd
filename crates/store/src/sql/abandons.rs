//! What the abandon ledger of a campaign is made of: its first call, and the calls of a period by outcome. Nothing is kept
//! beside the attempts, so that it cannot disagree with them.

use domain::{CampaignId, Outcome, Timestamp};

use super::database::Database;
use super::inbound::OUTBOUND;
use super::query::Query;
use super::read::INTENT_TO_INVITE_MAX;
use crate::error::Result;

/// See [`crate::LawStore::first_call`].
pub(super) async fn first_call(db: &Database, campaign: CampaignId) -> Result<Option<Timestamp>> {
    let query = Query::new(
        "find the first call of a campaign",
        "SELECT placed_at FROM attempt
         WHERE campaign = $1 AND placed_at IS NOT NULL AND direction = $2
         ORDER BY intended_at LIMIT 1",
    )
    .int(campaign.get())
    .int(OUTBOUND);
    match db.fetch_one(query).await? {
        Some(row) => row.opt_time("placed_at"),
        None => Ok(None),
    }
}

/// See [`crate::LawStore::abandons`].
pub(super) async fn counted(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<(u64, u64)> {
    let query = Query::new(
        "count abandoned calls",
        "SELECT outcome, count(*) AS n FROM attempt
         WHERE campaign = $1 AND placed_at >= $2 AND placed_at < $3 AND direction = $4
           AND intended_at >= $5 AND intended_at < $3
         GROUP BY outcome",
    )
    .int(campaign.get())
    .int(from.as_millis())
    .int(to.as_millis())
    .int(OUTBOUND)
    .int((from - INTENT_TO_INVITE_MAX).as_millis());
    let (mut live, mut abandoned) = (0, 0);
    for row in db.fetch(query).await? {
        let calls: u64 = row.narrow("n")?;
        match row.opt_outcome("outcome")? {
            Some(Outcome::Abandoned) => (live, abandoned) = (live + calls, abandoned + calls),
            Some(outcome) if outcome.answered_by_human() => live += calls,
            _ => {}
        }
    }
    Ok((live, abandoned))
}
