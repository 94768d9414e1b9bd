//! Whose the record is, and whose turn it is. Both hang on the node's one row:
//! an engine that takes the record over raises its epoch, and whoever writes
//! under an older one is refused.
//!
//! On PostgreSQL the row is also the lock by which those who touch the same
//! work take turns. It comes first in their transactions, so that none holds a
//! row of work while it waits for another: they cannot deadlock. On SQLite
//! every transaction that writes has the database to itself anyway.

use super::database::{Database, Tx};
use super::query::Query;
use super::restart::NODE;
use super::row::Row;
use crate::error::{Result, StoreError};

/// The epoch the record is in: only the engine that set it may intend calls.
pub(super) async fn epoch(db: &Database) -> Result<i64> {
    let query = Query::new("read the epoch", "SELECT epoch FROM node WHERE id = $1").int(NODE);
    match db.fetch_one(query).await? {
        Some(row) => row.int("epoch"),
        None => Ok(0),
    }
}

/// Raises the epoch, when nobody is writing under the old one any more.
pub(super) async fn raise(tx: &mut Tx) -> Result<i64> {
    let alone = "SELECT epoch FROM node WHERE id = $1 {alone}";
    tx.fetch(Query::new("wait for other engines", alone).int(NODE))
        .await?;
    let query = Query::new(
        "take the record over",
        "UPDATE node SET epoch = epoch + 1 WHERE id = $1 RETURNING epoch",
    )
    .int(NODE);
    match tx.fetch_one(query).await? {
        Some(row) => row.int("epoch"),
        None => Err(no_node()),
    }
}

/// Takes the turn to write; returns the end of the journal. Refused where
/// another engine took over.
pub(super) async fn turn_of(tx: &mut Tx, epoch: i64) -> Result<u64> {
    let query = Query::new(
        "wait for its turn",
        "SELECT n.epoch, (SELECT COALESCE(max(seq), 0) FROM event WHERE node = n.id) AS seq
         FROM node n WHERE n.id = $1 {turn}",
    )
    .int(NODE);
    under(tx, epoch, query).await?.narrow("seq")
}

/// Takes the turn to write what any process may, whoever has the record.
pub(super) async fn turn(tx: &mut Tx) -> Result<()> {
    let text = "SELECT epoch FROM node WHERE id = $1 {turn}";
    let query = Query::new("wait for its turn", text).int(NODE);
    tx.fetch(query).await.map(drop)
}

/// Waits until nobody leases work or writes, and has them wait until the end.
pub(super) async fn alone(tx: &mut Tx) -> Result<()> {
    let text = "SELECT epoch FROM node WHERE id = $1 {alone}";
    let query = Query::new("wait for everybody's turn", text).int(NODE);
    tx.fetch(query).await.map(drop)
}

/// Goes on beside those who take turns, but not beside an engine taking over.
pub(super) async fn beside(tx: &mut Tx, epoch: i64) -> Result<()> {
    let text = "SELECT epoch FROM node WHERE id = $1 {beside}";
    let query = Query::new("look whose the record is", text).int(NODE);
    under(tx, epoch, query).await.map(drop)
}

/// The node's row, unless the record is in another epoch.
async fn under(tx: &mut Tx, epoch: i64, query: Query) -> Result<Row> {
    let row = tx.fetch_one(query).await?.ok_or_else(no_node)?;
    match row.int("epoch")? == epoch {
        true => Ok(row),
        false => Err(StoreError::Replaced),
    }
}

fn no_node() -> StoreError {
    StoreError::NotFound {
        what: "node",
        id: NODE.to_string(),
    }
}
