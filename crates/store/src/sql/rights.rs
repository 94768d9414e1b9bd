//! Requests of people for their rights: taken, extended, closed; each step in the audit log.

use domain::{PersonId, Timestamp};

use super::config::{no_such, written};
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};
use crate::types::{NewRequest, RequestRow};

/// See [`crate::LawStore::open_request`].
pub(super) async fn open(db: &Database, new: &NewRequest) -> Result<i64> {
    let query = Query::new(
        "take a request",
        "INSERT INTO rights_request (person, kind, received_at, received_by, channel, words, pack,
                                     rule, due_on, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
    )
    .int(new.person.map(PersonId::get))
    .text(&new.kind)
    .int(new.received_at.as_millis())
    .text(&new.received_by)
    .text(&new.channel)
    .text(&new.words)
    .text(&new.pack)
    .text(&new.rule)
    .text(&new.due_on)
    .int(new.due_at.as_millis());
    let mut tx = db.begin().await?;
    let id = written(&mut tx, query, "request", 0).await?;
    let detail = format!("{} due on {} ({})", new.kind, new.due_on, new.rule);
    tx.note("rights.open", format!("request {id}"), detail);
    tx.commit().await?;
    Ok(id)
}

/// See [`crate::LawStore::extend_request`].
pub(super) async fn extend(
    db: &Database,
    id: i64,
    due: (&str, Timestamp),
    told: &str,
    at: Timestamp,
) -> Result<()> {
    let query = Query::new(
        "take more time for a request",
        "UPDATE rights_request SET due_on = $1, due_at = $2, extended_at = $3, extension = $4
         WHERE id = $5 AND closed_at IS NULL AND extended_at IS NULL",
    )
    .text(due.0)
    .int(due.1.as_millis())
    .int(at.as_millis())
    .text(told)
    .int(id);
    let mut tx = db.begin().await?;
    if tx.run(query).await? == 0 {
        let words = format!("request {id} is closed, was extended before, or is not there");
        return Err(StoreError::Conflict(words));
    }
    let detail = format!("due on {}: {told}", due.0);
    tx.note("rights.extend", format!("request {id}"), detail);
    tx.commit().await
}

/// See [`crate::LawStore::close_request`].
pub(super) async fn close(
    db: &Database,
    id: i64,
    by: &str,
    outcome: &str,
    sha256: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    let query = Query::new(
        "close a request",
        "UPDATE rights_request SET closed_at = $1, closed_by = $2, outcome = $3, sha256 = $4
         WHERE id = $5 AND closed_at IS NULL",
    )
    .int(at.as_millis())
    .text(by)
    .text(outcome)
    .opt_text(sha256)
    .int(id);
    let mut tx = db.begin().await?;
    if tx.run(query).await? == 0 {
        return Err(no_such("open request", id));
    }
    tx.note("rights.close", format!("request {id}"), outcome.to_owned());
    tx.commit().await
}

/// See [`crate::LawStore::requests`].
pub(super) async fn all(
    db: &Database,
    person: Option<PersonId>,
    open_only: bool,
) -> Result<Vec<RequestRow>> {
    let query = Query::new(
        "read requests",
        "SELECT id, person, kind, received_at, received_by, channel, words, pack, rule, due_on,
                due_at, extended_at, extension, closed_at, closed_by, outcome, sha256
         FROM rights_request
         WHERE ($1 = 0 OR person = $1) AND ($2 = 0 OR closed_at IS NULL) ORDER BY due_at, id",
    )
    .int(person.map_or(0, PersonId::get))
    .int(i64::from(open_only));
    db.fetch(query).await?.iter().map(row_of).collect()
}

fn row_of(row: &Row) -> Result<RequestRow> {
    let text = |column| Ok::<_, StoreError>(row.opt_text(column)?.unwrap_or_default());
    let extended = match row.opt_time("extended_at")? {
        Some(at) => Some((at, text("extension")?)),
        None => None,
    };
    let closed = match row.opt_time("closed_at")? {
        Some(at) => Some((at, text("closed_by")?, text("outcome")?)),
        None => None,
    };
    Ok(RequestRow {
        id: row.int("id")?,
        request: NewRequest {
            person: row.opt_int("person")?.map(PersonId::new),
            kind: row.text("kind")?,
            received_at: row.time("received_at")?,
            received_by: row.text("received_by")?,
            channel: row.text("channel")?,
            words: row.text("words")?,
            pack: row.text("pack")?,
            rule: row.text("rule")?,
            due_on: row.text("due_on")?,
            due_at: row.time("due_at")?,
        },
        extended,
        closed,
        sha256: row.opt_text("sha256")?,
    })
}
