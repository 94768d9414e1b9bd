//! The two schemas are one: the same tables, views and columns.

use crate::database::{Postgres, Record, boxed, on_sqlite};

async fn columns(record: &Record) -> Vec<String> {
    let sql = match record.is_sqlite() {
        true => {
            "SELECT m.name || '.' || c.name AS found FROM sqlite_master m
             JOIN pragma_table_info(m.name) c
             WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite%'"
        }
        false => {
            "SELECT CAST(table_name || '.' || column_name AS TEXT) AS found
             FROM information_schema.columns WHERE table_schema = current_schema()"
        }
    };
    let mut found = record.texts(sql).await;
    // The migrator's own table is not ours.
    found.retain(|column| !column.starts_with("_sqlx"));
    found.sort();
    found
}

/// Leaves the columns where the comparison finds them.
static FOUND: std::sync::Mutex<Vec<Vec<String>>> = std::sync::Mutex::new(Vec::new());

async fn note_columns(record: Record) {
    let columns = columns(&record).await;
    assert!(columns.len() > 150, "only {} columns", columns.len());
    FOUND.lock().expect("nobody panics with it").push(columns);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_tables_views_and_columns() {
    on_sqlite(note_columns).await;
    assert!(Postgres::start().holds(boxed(note_columns)).await);
    let found = FOUND.lock().expect("nobody panics with it");
    assert_eq!(found[0], found[1]);
}
