//! Contacts of a list as text, a page in one row: most of what a rule over millions costs is the way of each row
//! through a driver.

use domain::{ContactId, ListId};

use super::super::database::Database;
use super::super::query::Query;
use crate::error::Result;
use crate::types::ContactTexts;

/// Most contacts in one page.
const PAGE_MAX: u32 = 20_000;

const PHONES: &str = "CAST((SELECT count(*) FROM phone p WHERE p.contact = k.id) AS TEXT)";
const NONE: &str = "''";

/// In the order of an index, or each page would sort all that follow; a test asks the planner.
pub(in super::super) fn text(phones: bool) -> String {
    let phones = if phones { PHONES } else { NONE };
    format!(
        "SELECT max(t.id) AS last, string_agg(t.line, $4) AS lines FROM (
             SELECT k.id, CAST(k.id AS TEXT) || $5 || {phones} || $5 || k.document || $5 || k.name
                    || $5 || k.segment || $5 || k.attributes AS line
             FROM contact k
             WHERE k.list = $1 AND k.id > $2
               AND EXISTS (SELECT 1 FROM import i WHERE i.id = k.import AND i.finished_at IS NOT NULL)
             ORDER BY k.id LIMIT $3) AS t"
    )
}

/// See [`crate::SegmentStore::contact_texts`].
pub(super) async fn page(
    db: &Database,
    list: ListId,
    after: Option<ContactId>,
    limit: u32,
    phones: bool,
) -> Result<Option<ContactTexts>> {
    let text = text(phones);
    let query = Query::new("read the contacts of a list as text", text)
        .int(list.get())
        .int(after.map_or(0, ContactId::get))
        .int(i64::from(limit.min(PAGE_MAX)))
        .text(&ContactTexts::LINE.to_string())
        .text(&ContactTexts::FIELD.to_string());
    let Some(row) = db.fetch_one(query).await? else {
        return Ok(None);
    };
    let lines = row.opt_text("lines")?;
    let last = row.opt_int("last")?.map(ContactId::new);
    Ok(last
        .zip(lines)
        .map(|(last, lines)| ContactTexts { last, lines }))
}
