//! Which return files went back to clients, and which are to be written again since calls of their day were said to be
//! something else.

use domain::{CampaignId, ListId};

use super::config::taken;
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::types::ReturnFileRow;

/// See [`crate::Receptions::return_files`]. Found by the corrections, which are few.
pub(super) async fn written(db: &Database, campaign: CampaignId) -> Result<Vec<ReturnFileRow>> {
    let query = Query::new(
        "read which files went back",
        "SELECT f.campaign, f.list, f.day, f.version, f.from_ms, f.to_ms, f.written_at, f.written_by,
                f.file_name, f.sha256, f.records,
                (SELECT count(*) FROM typification t JOIN attempt a ON a.id = t.attempt
                 WHERE t.corrects = 1 AND t.at > f.written_at AND a.campaign = f.campaign
                   AND a.placed_at >= f.from_ms AND a.placed_at < f.to_ms
                   AND EXISTS (SELECT 1 FROM contact k
                               WHERE k.list = f.list AND k.person = a.person)) AS corrections,
                (SELECT min(t.at) FROM typification t JOIN attempt a ON a.id = t.attempt
                 WHERE t.corrects = 1 AND t.at > f.written_at AND a.campaign = f.campaign
                   AND a.placed_at >= f.from_ms AND a.placed_at < f.to_ms
                   AND EXISTS (SELECT 1 FROM contact k
                               WHERE k.list = f.list AND k.person = a.person)) AS corrected_at
         FROM return_file f
         WHERE f.campaign = $1 AND f.version = (SELECT max(l.version) FROM return_file l
             WHERE l.campaign = f.campaign AND l.list = f.list AND l.day = f.day)
         ORDER BY f.day, f.list",
    );
    let file = |row: &Row| {
        Ok(ReturnFileRow {
            campaign: CampaignId::new(row.int("campaign")?),
            list: ListId::new(row.int("list")?),
            day: row.text("day")?,
            from: row.time("from_ms")?,
            to: row.time("to_ms")?,
            version: row.narrow("version")?,
            at: row.time("written_at")?,
            by: row.text("written_by")?,
            file_name: row.text("file_name")?,
            sha256: row.text("sha256")?,
            records: row.narrow("records")?,
            corrections: row.narrow("corrections")?,
            corrected_at: row.opt_time("corrected_at")?,
        })
    };
    let rows = db.fetch(query.int(campaign.get())).await?;
    rows.iter().map(file).collect()
}

/// See [`crate::Receptions::return_file_named`].
pub(super) async fn is_named(db: &Database, file_name: &str) -> Result<bool> {
    let query = Query::new(
        "read whether a file went back",
        "SELECT 1 AS one FROM return_file WHERE file_name = $1 LIMIT 1",
    );
    Ok(db.fetch_one(query.text(file_name)).await?.is_some())
}

/// See [`crate::Receptions::put_return_file`].
pub(super) async fn put(db: &Database, file: &ReturnFileRow) -> Result<()> {
    let query = Query::new(
        "write down that a file goes back",
        "INSERT INTO return_file (campaign, list, day, version, from_ms, to_ms, written_at, written_by,
                                  file_name, sha256, records)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .int(file.campaign.get())
    .int(file.list.get())
    .text(&file.day)
    .int(i64::from(file.version))
    .int(file.from.as_millis())
    .int(file.to.as_millis())
    .int(file.at.as_millis())
    .text(&file.by)
    .text(&file.file_name)
    .text(&file.sha256)
    .int(i64::try_from(file.records).unwrap_or(i64::MAX));
    let mut tx = db.begin().await?;
    taken(tx.run(query).await, || {
        "somebody wrote this file at the same moment; write it again".to_owned()
    })?;
    let subject = format!("campaign {}", file.campaign);
    let detail = format!(
        "list {} of {}, version {}: {}",
        file.list, file.day, file.version, file.sha256
    );
    tx.note("reception.return", subject, detail);
    tx.commit().await
}
