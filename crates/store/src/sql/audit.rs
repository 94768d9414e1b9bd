//! The audit log: appended to and read, and nothing else; triggers of both databases refuse the rest.

use domain::{Timestamp, UserId};

use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::types::{AuditEntry, AuditFilter, AuditRow};

/// Most entries in an answer.
const PAGE_MAX: u32 = 10_000;

/// See [`crate::Store::put_audit`].
pub(super) async fn put(db: &Database, entry: &AuditEntry) -> Result<()> {
    let query = Query::new(
        "write the audit log",
        "INSERT INTO audit (at, user_id, user_name, source, action, subject, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .int(entry.at.as_millis())
    .int(entry.user.map(UserId::get))
    .text(&entry.user_name)
    .text(&entry.source)
    .text(&entry.action)
    .text(&entry.subject)
    .text(&entry.detail);
    db.run(query).await.map(drop)
}

/// See [`crate::Store::audit`].
pub(super) async fn all(db: &Database, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
    let query = Query::new(
        "read the audit log",
        "SELECT id, at, user_id, user_name, source, action, subject, detail FROM audit
         WHERE id > $1 AND at >= $2 AND at < $3 AND ($4 = '' OR user_name = $4)
           AND ($5 = '' OR subject = $5) ORDER BY id LIMIT $6",
    )
    .int(filter.after.unwrap_or(0))
    .int(filter.from.map_or(0, Timestamp::as_millis))
    .int(filter.to.map_or(i64::MAX, Timestamp::as_millis))
    .text(filter.user_name.as_deref().unwrap_or_default())
    .text(filter.subject.as_deref().unwrap_or_default())
    .int(i64::from(filter.limit.min(PAGE_MAX)));
    let row_of = |row: &Row| {
        Ok(AuditRow {
            id: row.int("id")?,
            entry: AuditEntry {
                at: row.time("at")?,
                user: row.opt_int("user_id")?.map(UserId::new),
                user_name: row.text("user_name")?,
                source: row.text("source")?,
                action: row.text("action")?,
                subject: row.text("subject")?,
                detail: row.text("detail")?,
            },
        })
    };
    db.fetch(query).await?.iter().map(row_of).collect()
}
