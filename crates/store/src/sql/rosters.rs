//! Who is rostered when.

use std::collections::BTreeSet;

use domain::AgentId;
use kpi::RosterRow;
use serde_json::json;

use super::database::{Database, Tx};
use super::query::{Batch, Query};
use super::row::Row;
use crate::error::Result;

/// See [`crate::KpiStore::roster`].
pub(super) async fn all(db: &Database, days: (i64, i64)) -> Result<Vec<RosterRow>> {
    let query = Query::new(
        "read the roster",
        "SELECT agent, day, from_min, to_min, breaks FROM roster
         WHERE day >= $1 AND day <= $2 ORDER BY day, agent, from_min",
    )
    .int(days.0)
    .int(days.1);
    db.fetch(query).await?.iter().map(shift).collect()
}

fn shift(row: &Row) -> Result<RosterRow> {
    Ok(RosterRow {
        agent: AgentId::new(row.int("agent")?),
        day: row.int("day")?,
        from_min: row.narrow("from_min")?,
        to_min: row.narrow("to_min")?,
        breaks: row.json("breaks", "breaks of a shift")?,
    })
}

/// See [`crate::KpiStore::put_roster`].
pub(super) async fn put(
    db: &Database,
    days: &BTreeSet<(AgentId, i64)>,
    rows: &[RosterRow],
    source: &str,
) -> Result<()> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "take shifts away",
        "DELETE FROM roster WHERE (agent, day) IN (SELECT r.agent, r.day FROM {rows})",
    )
    .rows(
        Batch::default()
            .ints("agent", days.iter().map(|(agent, _)| agent.get()))
            .ints("day", days.iter().map(|(_, day)| *day)),
    );
    let gone = tx.run(query).await?;
    insert(&mut tx, rows).await?;
    let of_days = || days.iter().map(|(_, day)| day);
    let detail = json!({
        "advisor_days": days.len(), "first": of_days().min(), "last": of_days().max(),
        "shifts": [gone, rows.len()], "source": source,
    });
    tx.note("roster.load", "roster".to_owned(), detail.to_string());
    tx.commit().await
}

async fn insert(tx: &mut Tx, rows: &[RosterRow]) -> Result<()> {
    let breaks = |row: &RosterRow| json!(row.breaks).to_string();
    let batch = Batch::default()
        .ints("agent", rows.iter().map(|row| row.agent.get()))
        .ints("day", rows.iter().map(|row| row.day))
        .ints("from_min", rows.iter().map(|row| i64::from(row.from_min)))
        .ints("to_min", rows.iter().map(|row| i64::from(row.to_min)))
        .texts("breaks", rows.iter().map(breaks));
    let query = Query::new(
        "write shifts down",
        "INSERT INTO roster (agent, day, from_min, to_min, breaks)
         SELECT r.agent, r.day, r.from_min, r.to_min, r.breaks FROM {rows}",
    );
    tx.run(query.rows(batch)).await.map(drop)
}
