//! What only this crate can see: how statements are planned.

use super::database::Database;
use super::query::Query;
use super::work::PICK;

#[tokio::test]
async fn picking_work_walks_an_index_and_sorts_nothing() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", dir.path().join("record.db").display());
    let db = Database::open(&url).await.expect("opens");
    let query = Query::new("explain", format!("EXPLAIN QUERY PLAN {PICK}"))
        .int(1)
        .int(1)
        .int(1)
        .int(0)
        .int(10);
    let mut plan = Vec::new();
    for row in db.fetch(query).await.expect("explains") {
        plan.push(row.text("detail").expect("a step of the plan"));
    }
    let plan = plan.join("\n");
    assert!(plan.contains("INDEX work_ready"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    assert!(!plan.contains("SCAN"), "{plan}");
}
