//! How far the contacts of a campaign were looked at by its segments.

use domain::{CampaignId, ContactId, ListId};

use super::super::database::Database;
use super::super::query::Query;
use crate::error::Result;

/// See [`crate::SegmentStore::begin_segment_walk`].
pub(super) async fn begin_walk(
    db: &Database,
    campaign: CampaignId,
    version: u32,
    day: i64,
    lists: &[ListId],
) -> Result<bool> {
    let lists: Vec<i64> = lists.iter().map(|list| list.get()).collect();
    let query = Query::new(
        "begin to part contacts",
        "UPDATE segment_set SET walked = 0, walked_day = $1, walked_lists = $2
         WHERE campaign = $3 AND version = $4",
    )
    .int(day)
    .text(&serde_json::to_string(&lists).expect("numbers always serialise"))
    .int(campaign.get())
    .int(i64::from(version));
    Ok(db.run(query).await? > 0)
}

/// See [`crate::SegmentStore::segments_walked`].
pub(super) async fn walked(
    db: &Database,
    campaign: CampaignId,
    version: u32,
    after: Option<ContactId>,
) -> Result<()> {
    let query = Query::new(
        "note how far contacts are parted",
        "UPDATE segment_set SET walked = $1 WHERE campaign = $2 AND version = $3",
    )
    .int(after.map(ContactId::get))
    .int(campaign.get())
    .int(i64::from(version));
    db.run(query).await.map(drop)
}
