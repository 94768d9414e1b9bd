//! Rules that find contradictions, in versions: the text as it was put, never changed.

use domain::CampaignId;

use super::config::{must_exist, no_such, taken};
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::types::ContradictionSet;

/// See [`crate::Catalogues::contradiction_sets`].
pub(super) async fn sets(db: &Database, campaign: CampaignId) -> Result<Vec<ContradictionSet>> {
    let query = Query::new(
        "read contradiction rules",
        "SELECT version, created_at, created_by, note, text FROM contradiction_set
         WHERE campaign = $1 ORDER BY version DESC",
    );
    let set = |row: &Row| {
        Ok(ContradictionSet {
            campaign,
            version: row.narrow("version")?,
            at: row.time("created_at")?,
            by: row.text("created_by")?,
            note: row.text("note")?,
            text: row.text("text")?,
        })
    };
    let rows = db.fetch(query.int(campaign.get())).await?;
    rows.iter().map(set).collect()
}

/// See [`crate::Catalogues::put_contradiction_set`].
pub(super) async fn put(db: &Database, new: &ContradictionSet) -> Result<u32> {
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", new.campaign.get()).await?;
    let query = Query::new(
        "put contradiction rules into force",
        "INSERT INTO contradiction_set (campaign, version, created_at, created_by, note, text)
         SELECT $1, COALESCE(max(version), 0) + 1, $2, $3, $4, $5
         FROM contradiction_set WHERE campaign = $1 RETURNING version",
    )
    .int(new.campaign.get())
    .int(new.at.as_millis())
    .text(&new.by)
    .text(&new.note)
    .text(&new.text);
    let row = taken(tx.fetch_one(query).await, || {
        "somebody else changed these rules at the same time; look at theirs first".to_owned()
    })?;
    let row = row.ok_or_else(|| no_such("campaign", new.campaign))?;
    let version: u32 = row.narrow("version")?;
    let subject = format!("campaign {}", new.campaign);
    let detail = format!("version {version}; {}", new.note);
    tx.note("campaign.contradiction_rules", subject, detail);
    tx.commit().await?;
    Ok(version)
}
