//! The records of a list and where they stand in a campaign, for the client's return file; and which of those files
//! went back, and are to be written again since calls of their day were said to be something else.

use domain::{CampaignId, ContactId, ListId, Timestamp, WorkState};

use super::config::taken;
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::types::{ImportId, ReturnFileRow, ReturnRow};

/// Most rows at once.
const PAGE_MAX: u32 = 10_000;

/// See [`crate::Receptions::returned`]. The work of a person is found by the person: it may be with another record of
/// theirs, in another list of the campaign.
pub(super) async fn page(
    db: &Database,
    (campaign, list): (CampaignId, ListId),
    until: Timestamp,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<ReturnRow>> {
    let query = Query::new(
        "read where records stand",
        "SELECT k.id, k.import, k.record, k.line, k.document, h.suppressed, w.state, w.code,
                (SELECT p.e164 FROM phone p WHERE p.contact = k.id ORDER BY p.ordinal LIMIT 1)
                    AS e164,
                (SELECT count(*) FROM attempt a WHERE a.person = k.person
                    AND a.campaign = $1 AND a.placed_at < $5) AS attempts,
                (SELECT max(a.placed_at) FROM attempt a WHERE a.person = k.person
                    AND a.campaign = $1 AND a.placed_at < $5) AS last_at,
                (SELECT a.code FROM attempt a WHERE a.person = k.person
                    AND a.campaign = $1 AND a.placed_at < $5
                    ORDER BY a.placed_at DESC, a.id DESC LIMIT 1) AS code_then,
                CASE WHEN EXISTS (SELECT 1 FROM attempt a WHERE a.person = k.person
                    AND a.campaign = $1 AND a.placed_at >= $5) THEN 1 ELSE 0 END AS called_later
         FROM contact k
         JOIN import i ON i.id = k.import AND i.finished_at IS NOT NULL
         JOIN person h ON h.id = k.person
         LEFT JOIN work w ON w.campaign = $1 AND w.person = k.person
         WHERE k.list = $2 AND k.id > $3 ORDER BY k.id LIMIT $4",
    )
    .int(campaign.get())
    .int(list.get())
    .int(after.map_or(0, ContactId::get))
    .int(i64::from(limit.min(PAGE_MAX)))
    .int(until.as_millis());
    db.fetch(query).await?.iter().map(row_of).collect()
}

fn row_of(row: &Row) -> Result<ReturnRow> {
    let phone = match row.opt_int("e164")? {
        None => None,
        Some(_) => Some(row.phone("e164")?),
    };
    let called_later = row.flag("called_later")?;
    let code = if called_later { "code_then" } else { "code" };
    Ok(ReturnRow {
        contact: ContactId::new(row.int("id")?),
        import: ImportId(row.int("import")?),
        record: row.narrow("record")?,
        line: row.narrow("line")?,
        document: row.text("document")?,
        phone,
        state: row.opt_kind("state", WorkState::from_number)?,
        suppressed: row.flag("suppressed")?,
        code: row.opt_text(code)?,
        attempts: row.narrow("attempts")?,
        last_at: row.opt_time("last_at")?,
        called_later,
    })
}

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
                               WHERE k.list = f.list AND k.person = a.person)) AS corrections
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
        })
    };
    let rows = db.fetch(query.int(campaign.get())).await?;
    rows.iter().map(file).collect()
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
