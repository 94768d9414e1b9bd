//! The signalling of attempts: written after the call, read by whoever asks why, let go after a
//! while. No part of the record: nothing is decided by it.

use domain::{AttemptId, Timestamp};

use super::database::Database;
use super::query::Query;
use crate::error::Result;
use crate::types::PackedLadder;

/// Rows let go in one transaction: the journal writes in between.
const FORGET_AT_ONCE: i64 = 2_000;

/// See [`crate::Store::put_ladders`].
pub(super) async fn put(db: &Database, now: Timestamp, ladders: &[PackedLadder]) -> Result<()> {
    if ladders.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    for ladder in ladders {
        let query = Query::new(
            "keep the signalling of an attempt",
            "INSERT INTO sip_ladder (attempt, kept_at, packed) VALUES ($1, $2, $3)
             ON CONFLICT (attempt) DO UPDATE SET kept_at = excluded.kept_at, packed = excluded.packed",
        )
        .int(ladder.attempt.get())
        .int(now.as_millis())
        .bytes(ladder.packed.clone());
        tx.run(query).await?;
    }
    tx.commit().await
}

/// See [`crate::Store::ladder`].
pub(super) async fn one(db: &Database, attempt: AttemptId) -> Result<Option<Vec<u8>>> {
    let query = Query::new(
        "read the signalling of an attempt",
        "SELECT packed FROM sip_ladder WHERE attempt = $1",
    );
    let row = db.fetch_one(query.int(attempt.get())).await?;
    row.map(|row| row.bytes("packed")).transpose()
}

/// See [`crate::Store::forget_ladders`].
pub(super) async fn forget(db: &Database, before: Timestamp) -> Result<u64> {
    let mut gone = 0;
    loop {
        let query = Query::new(
            "let go of old signalling",
            "DELETE FROM sip_ladder WHERE attempt IN
             (SELECT attempt FROM sip_ladder WHERE kept_at < $1 ORDER BY kept_at LIMIT $2)",
        );
        let query = query.int(before.as_millis()).int(FORGET_AT_ONCE);
        let some = db.run(query).await?;
        gone += some;
        if some < FORGET_AT_ONCE.unsigned_abs() {
            return Ok(gone);
        }
    }
}
