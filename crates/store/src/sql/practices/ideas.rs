//! Ideas, with what became of them.

use std::collections::BTreeMap;

use super::{changed_meanwhile, must_have};
use crate::error::Result;
use crate::sql::config::{taken, written};
use crate::sql::database::Database;
use crate::sql::query::Query;
use crate::sql::row::Row;
use crate::types::{IdeaRow, IdeaStepRow};

/// See [`crate::PracticeStore::ideas`].
pub(super) async fn all(db: &Database) -> Result<Vec<IdeaRow>> {
    let query = Query::new(
        "read the steps of ideas",
        "SELECT idea, at, by_user, state, words FROM idea_step ORDER BY idea, n",
    );
    let mut steps: BTreeMap<i64, Vec<IdeaStepRow>> = BTreeMap::new();
    for row in &db.fetch(query).await? {
        steps
            .entry(row.int("idea")?)
            .or_default()
            .push(IdeaStepRow {
                at: row.time("at")?,
                by: row.text("by_user")?,
                state: row.text("state")?,
                words: row.text("words")?,
            });
    }
    let query = Query::new(
        "read ideas",
        "SELECT id, at, by_user, author, words FROM idea ORDER BY id",
    );
    let idea = |row: &Row| {
        let id = row.int("id")?;
        Ok(IdeaRow {
            id,
            at: row.time("at")?,
            by: row.text("by_user")?,
            author: row.text("author")?,
            words: row.text("words")?,
            steps: steps.remove(&id).unwrap_or_default(),
        })
    };
    db.fetch(query).await?.iter().map(idea).collect()
}

/// See [`crate::PracticeStore::put_idea`].
pub(super) async fn put(db: &Database, new: &IdeaRow) -> Result<i64> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "write an idea down",
        "INSERT INTO idea (at, by_user, author, words) VALUES ($1, $2, $3, $4) RETURNING id",
    )
    .int(new.at.as_millis())
    .text(&tx.actor_name())
    .text(&new.author)
    .text(&new.words);
    let id = written(&mut tx, query, "idea", 0).await?;
    tx.note("idea.noted", format!("idea {id}"), String::new());
    tx.commit().await?;
    Ok(id)
}

/// See [`crate::PracticeStore::step_idea`].
pub(super) async fn step(db: &Database, idea: i64, steps: u32, new: &IdeaStepRow) -> Result<()> {
    let mut tx = db.begin().await?;
    let there = Query::new(
        "count the steps of an idea",
        "SELECT count(*) AS n FROM idea_step WHERE idea = $1",
    );
    must_have(&mut tx, there.int(idea), steps).await?;
    let query = Query::new(
        "add a step to an idea",
        "INSERT INTO idea_step (idea, n, at, by_user, state, words)
         SELECT id, $2, $3, $4, $5, $6 FROM idea WHERE id = $1 RETURNING idea AS id",
    )
    .int(idea)
    .int(i64::from(steps) + 1)
    .int(new.at.as_millis())
    .text(&tx.actor_name())
    .text(&new.state)
    .text(&new.words);
    taken(
        written(&mut tx, query, "idea", idea).await,
        changed_meanwhile,
    )?;
    tx.note("idea.step", format!("idea {idea}"), new.state.clone());
    tx.commit().await
}
