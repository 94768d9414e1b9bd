//! What each segment of a campaign has and did, for who looks at it.

use std::collections::BTreeMap;

use campaigns::SegmentTally;
use domain::{CampaignId, SegmentId, Timestamp};

use super::super::database::Database;
use super::super::work_tally;
use super::lease::{around, locked};
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
    let locked = locked(&mut tx, campaign).await?;
    let around = around(&mut tx, campaign).await?;
    if let Some(locked) = locked {
        let reach = (locked.counted, around.end);
        tally::bring_up(&mut tx, campaign, around.clock, reach).await?;
    }
    let sums = tally::sums(&mut tx, campaign, around.clock, now).await?;
    tx.commit().await?;
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
    for counted in work_tally::by_segment(db, campaign).await? {
        of(counted.segment, &mut |standing| {
            standing.contacts = counted.contacts;
            (standing.fresh, standing.again) = (counted.fresh, counted.again);
        });
    }
    for (segment, (today, in_all)) in sums {
        of(segment, &mut |standing| {
            (standing.today, standing.in_all) = (today, in_all);
        });
    }
    Ok(standings.into_values().collect())
}
