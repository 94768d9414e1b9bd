//! What a change of configuration leaves in the audit log: which columns of the row were what before and
//! are what now. Secrets are said to have changed, and nothing more.

use serde_json::{Map, Value};

use super::database::Tx;
use super::query::Query;
use crate::error::Result;

/// Columns that nobody reads in a log.
const SECRETS: [&str; 3] = ["password", "sip_password", "password_hash"];

/// A row as it stands; empty where there is none.
pub(super) async fn row(tx: &mut Tx, table: &str, id: i64) -> Result<Map<String, Value>> {
    let text = format!("SELECT * FROM {table} WHERE id = $1");
    let row = tx
        .fetch_one(Query::new("look at a row", text).int(id))
        .await?;
    row.map_or_else(|| Ok(Map::new()), |row| row.plain())
}

/// Notes what became of a row since `before`.
pub(super) async fn note(
    tx: &mut Tx,
    table: &'static str,
    id: i64,
    before: Map<String, Value>,
) -> Result<()> {
    note_with(tx, table, id, before, Map::new()).await
}

/// The same, with what other tables have of it now.
pub(super) async fn note_with(
    tx: &mut Tx,
    table: &'static str,
    id: i64,
    before: Map<String, Value>,
    beside: Map<String, Value>,
) -> Result<()> {
    let after = row(tx, table, id).await?;
    let mut said = differences(&before, &after);
    said.extend(beside);
    let deed = if before.is_empty() {
        "create"
    } else {
        "change"
    };
    let word = word(table);
    let detail = Value::Object(said).to_string();
    tx.note(&format!("{word}.{deed}"), format!("{word} {id}"), detail);
    Ok(())
}

/// What people call it.
pub(super) fn word(table: &'static str) -> &'static str {
    match table {
        "app_user" => "user",
        "route_plan" => "routes",
        "web_hook" => "webhook",
        other => other,
    }
}

/// Columns that differ as `[before, now]`; of a new row, what it is.
fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut said = Map::new();
    for (column, now) in after {
        let was = before.get(column);
        if was == Some(now) || ["id", "removed"].contains(&column.as_str()) {
            continue;
        }
        if SECRETS.contains(&column.as_str()) {
            if was.is_none() && now.is_null() {
                continue;
            }
            said.insert(column.clone(), "changed".into());
            continue;
        }
        match (was.map(opened), opened(now)) {
            (Some(Value::Object(was)), Value::Object(now)) => {
                said.extend(differences(&was, &now));
            }
            (Some(was), now) => {
                said.insert(column.clone(), Value::Array(vec![was, now]));
            }
            (None, now) if now.is_null() => {}
            (None, now) => {
                said.insert(column.clone(), now);
            }
        }
    }
    said
}

/// JSON in a text column, as what it is.
fn opened(value: &Value) -> Value {
    let text = value.as_str().filter(|text| text.starts_with(['{', '[']));
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_else(|| value.clone())
}
