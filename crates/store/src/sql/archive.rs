//! The way of recordings from the spool to the archive, and what is left to be removed behind them.

use domain::{AttemptId, Timestamp};

use super::database::Database;
use super::query::Query;
use crate::error::Result;
use crate::types::RecordingBacklog;

/// See [`crate::Store::recording_backlog`].
pub(super) async fn backlog(db: &Database) -> Result<RecordingBacklog> {
    let query = Query::new(
        "count recordings that wait for the archive",
        "SELECT COUNT(*) AS waiting, CAST(COALESCE(SUM(duration_ms), 0) AS BIGINT) AS length,
             MIN(started_at + duration_ms) AS oldest, COUNT(trouble) AS troubled,
             MAX(trouble) AS trouble
         FROM recording WHERE state = 2",
    );
    let Some(row) = db.fetch_one(query).await? else {
        return Ok(RecordingBacklog::default());
    };
    Ok(RecordingBacklog {
        count: row.narrow("waiting")?,
        duration_ms: row.int("length")?,
        oldest: row.opt_time("oldest")?,
        troubled: row.narrow("troubled")?,
        trouble: row.opt_text("trouble")?,
    })
}

/// See [`crate::Store::recording_troubled`].
pub(super) async fn troubled(db: &Database, attempt: AttemptId, why: &str) -> Result<()> {
    let query = Query::new(
        "write down why a recording is not in the archive",
        "UPDATE recording SET tries = tries + 1, trouble = $1 WHERE attempt = $2 AND state = 2",
    );
    db.run(query.text(why).int(attempt.get())).await.map(drop)
}

/// See [`crate::Store::recordings_kept_local`].
pub(super) async fn kept_local(
    db: &Database,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<AttemptId>> {
    let query = Query::new(
        "read recordings whose files may be let go of",
        "SELECT attempt FROM recording
         WHERE state = 3 AND let_go_at IS NULL AND stored_at <= $1 ORDER BY stored_at LIMIT $2",
    )
    .int(before.as_millis())
    .int(i64::from(limit));
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| row.int("attempt").map(AttemptId::new))
        .collect()
}

/// See [`crate::Store::recording_let_go`].
pub(super) async fn let_go(db: &Database, attempt: AttemptId, at: Timestamp) -> Result<()> {
    let query = Query::new(
        "write down that a file was let go of",
        "UPDATE recording SET let_go_at = $1 WHERE attempt = $2 AND state = 3",
    );
    let query = query.int(at.as_millis()).int(attempt.get());
    db.run(query).await.map(drop)
}

/// See [`crate::Store::leftover_objects`].
pub(super) async fn leftover(db: &Database, limit: u32) -> Result<Vec<(AttemptId, String)>> {
    let query = Query::new(
        "read objects of recordings that were erased",
        "SELECT attempt, object FROM recording
         WHERE state = 4 AND object IS NOT NULL AND object_gone_at IS NULL
         ORDER BY attempt LIMIT $1",
    );
    let rows = db.fetch(query.int(i64::from(limit))).await?;
    rows.iter()
        .map(|row| Ok((AttemptId::new(row.int("attempt")?), row.text("object")?)))
        .collect()
}

/// See [`crate::Store::object_gone`].
pub(super) async fn gone(db: &Database, attempt: AttemptId, at: Timestamp) -> Result<()> {
    let query = Query::new(
        "write down that the object of an erased recording is gone",
        "UPDATE recording SET object_gone_at = $1 WHERE attempt = $2 AND state = 4",
    );
    let query = query.int(at.as_millis()).int(attempt.get());
    db.run(query).await.map(drop)
}

/// See [`crate::Store::recordings_sealed_otherwise`].
pub(super) async fn sealed_otherwise(
    db: &Database,
    name: &str,
    after: Option<AttemptId>,
    limit: u32,
) -> Result<Vec<(AttemptId, String)>> {
    let query = Query::new(
        "read recordings that another master key sealed",
        "SELECT attempt, sealed_key FROM recording
         WHERE sealed_key IS NOT NULL AND substr(sealed_key, 1, length($1)) <> $1 AND attempt > $2
         ORDER BY attempt LIMIT $3",
    )
    .text(name)
    .int(after.map_or(0, AttemptId::get))
    .int(i64::from(limit));
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| Ok((AttemptId::new(row.int("attempt")?), row.text("sealed_key")?)))
        .collect()
}

/// See [`crate::Store::reseal_recording`].
pub(super) async fn reseal(
    db: &Database,
    attempt: AttemptId,
    old: &str,
    new: &str,
) -> Result<bool> {
    let query = Query::new(
        "seal the key of a recording anew",
        "UPDATE recording SET sealed_key = $1 WHERE attempt = $2 AND sealed_key = $3",
    );
    let query = query.text(new).int(attempt.get()).text(old);
    Ok(db.run(query).await? == 1)
}
