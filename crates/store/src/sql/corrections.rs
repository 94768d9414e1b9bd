//! What was said of calls anew, and of each record the last and the best that was said.

use domain::{AgentId, AttemptId, CampaignId, CatalogueId, ContactId, Outcome, Timestamp};

use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::types::{CorrectionRow, Managed, Management};

/// See [`crate::Catalogues::management`].
pub(super) async fn management(
    db: &Database,
    campaign: CampaignId,
    contact: ContactId,
) -> Result<Management> {
    let query = Query::new(
        "read what was said of a record",
        "SELECT a.id, a.intended_at, a.code, COALESCE(d.best_rank, -1) AS best_rank
         FROM attempt a LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE a.contact = $1 AND a.campaign = $2 AND a.code IS NOT NULL AND a.outcome <> $3
         ORDER BY a.intended_at, a.id",
    )
    .int(contact.get())
    .int(campaign.get())
    .int(i64::from(Outcome::Refused.number()));
    let mut found = Management::default();
    let mut highest = i64::MIN;
    for row in db.fetch(query).await? {
        let said = Managed {
            attempt: AttemptId::new(row.int("id")?),
            at: row.time("intended_at")?,
            code: row.text("code")?,
        };
        let rank = row.int("best_rank")?;
        if rank >= highest {
            highest = rank;
            found.best = Some(said.clone());
        }
        found.last = Some(said);
    }
    Ok(found)
}

/// See [`crate::Catalogues::corrections`].
pub(super) async fn within(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<CorrectionRow>> {
    let query = Query::new(
        "read corrections",
        "SELECT t.seq, t.at, t.attempt, t.agent, t.corrected_by, t.note, t.code, a.contact,
                a.placed_at, a.catalogue,
                (SELECT p.code FROM typification p
                 WHERE p.attempt = t.attempt AND p.seq < t.seq ORDER BY p.seq DESC LIMIT 1) AS was
         FROM typification t JOIN attempt a ON a.id = t.attempt
         WHERE t.at >= $1 AND t.at < $2 AND t.corrects = 1 AND a.campaign = $3 ORDER BY t.seq",
    )
    .int(from.as_millis())
    .int(to.as_millis())
    .int(campaign.get());
    db.fetch(query).await?.iter().map(correction_of).collect()
}

fn correction_of(row: &Row) -> Result<CorrectionRow> {
    Ok(CorrectionRow {
        seq: row.narrow("seq")?,
        at: row.time("at")?,
        attempt: AttemptId::new(row.int("attempt")?),
        contact: ContactId::new(row.int("contact")?),
        placed_at: row.opt_time("placed_at")?,
        agent: row.opt_int("agent")?.map(AgentId::new),
        user: row.opt_text("corrected_by")?,
        why: row.text("note")?,
        catalogue: CatalogueId::new(row.int("catalogue")?),
        before: row.opt_text("was")?.unwrap_or_default(),
        after: row.text("code")?,
    })
}
