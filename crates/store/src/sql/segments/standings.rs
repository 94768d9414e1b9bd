//! What each segment of a campaign has and did, for who looks at it.

use std::collections::BTreeMap;

use campaigns::SegmentTally;
use domain::{CampaignId, SegmentId, Timestamp};

use super::super::database::Database;
use super::super::query::Query;
use super::super::row::Row;
use super::lease::locked;
use super::tally;
use crate::error::Result;
use crate::types::SegmentStanding;

/// See [`crate::SegmentStore::segment_standings`].
pub(super) async fn standings(
    db: &Database,
    campaign: CampaignId,
    now: Timestamp,
) -> Result<Vec<SegmentStanding>> {
    let mut tx = db.begin().await?;
    if locked(&mut tx, campaign).await?.is_some() {
        tally::bring_up(&mut tx, campaign).await?;
    }
    let sums = tally::sums(&mut tx, campaign, now).await?;
    tx.commit().await?;
    let query = Query::new(
        "count the contacts of segments",
        "SELECT segment, count(*) AS n,
                CAST(sum(CASE WHEN state = 1 AND next_at = 0 THEN 1 ELSE 0 END) AS BIGINT) AS fresh,
                CAST(sum(CASE WHEN state = 1 AND next_at > 0 THEN 1 ELSE 0 END) AS BIGINT) AS again
         FROM work WHERE campaign = $1 AND segment IS NOT NULL GROUP BY segment",
    )
    .int(campaign.get());
    let mut standings: BTreeMap<i64, SegmentStanding> = BTreeMap::new();
    let mut of = |segment: i64, change: &mut dyn FnMut(&mut SegmentStanding)| {
        let standing = standings.entry(segment).or_insert_with(|| SegmentStanding {
            segment: SegmentId::new(segment),
            contacts: 0,
            fresh: 0,
            again: 0,
            today: SegmentTally::default(),
            in_all: SegmentTally::default(),
        });
        change(standing);
    };
    let rows: Vec<Row> = db.fetch(query).await?;
    for row in &rows {
        let (n, fresh, again) = (row.narrow("n")?, row.narrow("fresh")?, row.narrow("again")?);
        of(row.int("segment")?, &mut |standing| {
            (standing.contacts, standing.fresh, standing.again) = (n, fresh, again);
        });
    }
    for (segment, (today, in_all)) in sums {
        of(segment, &mut |standing| {
            (standing.today, standing.in_all) = (today, in_all);
        });
    }
    Ok(standings.into_values().collect())
}
