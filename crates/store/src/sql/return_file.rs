//! The records of a list and where they stand in a campaign, for the client's return file.

use domain::{CampaignId, ContactId, ListId, WorkState};

use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::types::{ImportId, ReturnRow};

/// Most rows at once.
const PAGE_MAX: u32 = 10_000;

/// See [`crate::Receptions::returned`]. The work of a person is found by the person: it may be with another record of
/// theirs, in another list of the campaign.
pub(super) async fn page(
    db: &Database,
    campaign: CampaignId,
    list: ListId,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<ReturnRow>> {
    let query = Query::new(
        "read where records stand",
        "SELECT k.id, k.import, k.record, k.line, k.document, h.suppressed, w.state, w.code,
                (SELECT p.e164 FROM phone p WHERE p.contact = k.id ORDER BY p.ordinal LIMIT 1)
                    AS e164,
                (SELECT count(*) FROM attempt a WHERE a.person = k.person
                    AND a.campaign = $1 AND a.placed_at IS NOT NULL) AS attempts,
                (SELECT max(a.placed_at) FROM attempt a WHERE a.person = k.person
                    AND a.campaign = $1 AND a.placed_at IS NOT NULL) AS last_at
         FROM contact k
         JOIN import i ON i.id = k.import AND i.finished_at IS NOT NULL
         JOIN person h ON h.id = k.person
         LEFT JOIN work w ON w.campaign = $1 AND w.person = k.person
         WHERE k.list = $2 AND k.id > $3 ORDER BY k.id LIMIT $4",
    )
    .int(campaign.get())
    .int(list.get())
    .int(after.map_or(0, ContactId::get))
    .int(i64::from(limit.min(PAGE_MAX)));
    db.fetch(query).await?.iter().map(row_of).collect()
}

fn row_of(row: &Row) -> Result<ReturnRow> {
    let phone = match row.opt_int("e164")? {
        None => None,
        Some(_) => Some(row.phone("e164")?),
    };
    Ok(ReturnRow {
        contact: ContactId::new(row.int("id")?),
        import: ImportId(row.int("import")?),
        record: row.narrow("record")?,
        line: row.narrow("line")?,
        document: row.text("document")?,
        phone,
        state: row.opt_kind("state", WorkState::from_number)?,
        suppressed: row.flag("suppressed")?,
        code: row.opt_text("code")?,
        attempts: row.narrow("attempts")?,
        last_at: row.opt_time("last_at")?,
    })
}
