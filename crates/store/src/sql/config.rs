//! What every write of configuration has in common.

use domain::CampaignId;

use super::change;
use super::database::{Database, Tx};
use super::query::Query;
use crate::error::{Result, StoreError};

/// Tells every process that configuration changed.
pub(super) async fn touch(tx: &mut Tx) -> Result<()> {
    let query = Query::new(
        "mark the configuration as changed",
        "UPDATE config_version SET version = version + 1 WHERE id = 1",
    );
    tx.run(query).await.map(drop)
}

/// See [`crate::Store::config_version`].
pub(super) async fn version(db: &Database) -> Result<i64> {
    let query = Query::new(
        "read the version of the configuration",
        "SELECT version FROM config_version WHERE id = 1",
    );
    match db.fetch_one(query).await? {
        Some(row) => row.int("version"),
        None => Ok(0),
    }
}

/// Refuses an id that nothing visible has. `what` is the table's name.
pub(super) async fn must_exist(tx: &mut Tx, what: &'static str, id: i64) -> Result<()> {
    let text = format!("SELECT id FROM {what} WHERE id = $1 AND removed = 0");
    let query = Query::new("look an id up", text).int(id);
    match tx.fetch_one(query).await? {
        Some(_) => Ok(()),
        None => Err(no_such(what, id)),
    }
}

/// The error for an id that nothing has.
pub(super) fn no_such(what: &'static str, id: impl ToString) -> StoreError {
    StoreError::NotFound {
        what,
        id: id.to_string(),
    }
}

/// Turns a broken unique constraint into words for people.
pub(super) fn taken<T>(result: Result<T>, words: impl FnOnce() -> String) -> Result<T> {
    match result {
        Err(StoreError::Query { source, .. })
            if source
                .as_database_error()
                .is_some_and(|error| error.is_unique_violation()) =>
        {
            Err(StoreError::Conflict(words()))
        }
        other => other,
    }
}

/// The id of the row an insert made or an update changed; both end in
/// `RETURNING id`.
pub(super) async fn written(tx: &mut Tx, query: Query, what: &'static str, id: i64) -> Result<i64> {
    match tx.fetch_one(query).await? {
        Some(row) => row.int("id"),
        None => Err(no_such(what, id)),
    }
}

/// Hides a row; what it took part in keeps naming it.
pub(super) async fn remove(db: &Database, what: &'static str, id: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let text = format!("UPDATE {what} SET removed = 1 WHERE id = $1 AND removed = 0");
    let query = Query::new("remove a row of configuration", text).int(id);
    if tx.run(query).await? == 0 {
        return Err(no_such(what, id));
    }
    touch(&mut tx).await?;
    let word = change::word(what);
    tx.note(
        &format!("{word}.remove"),
        format!("{word} {id}"),
        String::new(),
    );
    tx.commit().await
}

/// The lists of a campaign in order of priority.
pub(super) async fn lists_of(tx: &mut Tx, campaign: CampaignId) -> Result<Vec<i64>> {
    let query = Query::new(
        "read the lists of a campaign",
        "SELECT list FROM campaign_list WHERE campaign = $1 ORDER BY place, list",
    )
    .int(campaign.get());
    let rows = tx.fetch(query).await?;
    rows.iter().map(|row| row.int("list")).collect()
}
