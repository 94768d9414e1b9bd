//! The operating model: versions of the practices, and sessions. Plans and ideas are in the files beside.

mod ideas;
mod plans;

use async_trait::async_trait;

use super::SqlStore;
use super::config::taken;
use super::database::{Database, Tx};
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};
use crate::practice_store::PracticeStore;
use crate::types::{
    IdeaRow, IdeaStepRow, NewPlan, PlanRow, PlanStepRow, PracticeModelRow, SessionRow,
};

#[async_trait]
impl PracticeStore for SqlStore {
    async fn practice_models(&self) -> Result<Vec<PracticeModelRow>> {
        models(&self.db).await
    }

    async fn put_practice_model(&self, new: &PracticeModelRow) -> Result<u32> {
        put_model(&self.db, new).await
    }

    async fn practice_sessions(&self, days: (i64, i64)) -> Result<Vec<SessionRow>> {
        sessions(&self.db, days).await
    }

    async fn practice_session(&self, session: i64) -> Result<Vec<SessionRow>> {
        versions(&self.db, session).await
    }

    async fn record_session(&self, new: &SessionRow, agreed: &[NewPlan]) -> Result<i64> {
        record(&self.db, new, agreed).await
    }

    async fn correct_session(&self, new: &SessionRow) -> Result<()> {
        correct(&self.db, new).await
    }

    async fn action_plans(&self) -> Result<Vec<PlanRow>> {
        plans::all(&self.db, None).await
    }

    async fn action_plan(&self, plan: i64) -> Result<Option<PlanRow>> {
        Ok(plans::all(&self.db, Some(plan)).await?.pop())
    }

    async fn open_plan(&self, new: &NewPlan) -> Result<i64> {
        let mut tx = self.db.begin().await?;
        let id = plans::insert(&mut tx, new).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn step_plan(&self, plan: i64, steps: u32, new: &PlanStepRow) -> Result<()> {
        plans::step(&self.db, plan, steps, new).await
    }

    async fn ideas(&self) -> Result<Vec<IdeaRow>> {
        ideas::all(&self.db).await
    }

    async fn put_idea(&self, new: &IdeaRow) -> Result<i64> {
        ideas::put(&self.db, new).await
    }

    async fn step_idea(&self, idea: i64, steps: u32, new: &IdeaStepRow) -> Result<()> {
        ideas::step(&self.db, idea, steps, new).await
    }
}

async fn models(db: &Database) -> Result<Vec<PracticeModelRow>> {
    let query = Query::new(
        "read the versions of the practices",
        "SELECT version, created_at, created_by, note, text FROM practice_model ORDER BY version",
    );
    let row = |row: &Row| {
        Ok(PracticeModelRow {
            version: row.narrow("version")?,
            at: row.time("created_at")?,
            by: row.text("created_by")?,
            note: row.text("note")?,
            text: row.text("text")?,
        })
    };
    db.fetch(query).await?.iter().map(row).collect()
}

async fn put_model(db: &Database, new: &PracticeModelRow) -> Result<u32> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "put practices into force",
        "INSERT INTO practice_model (version, created_at, created_by, note, text)
         SELECT COALESCE(max(version), 0) + 1, $1, $2, $3, $4 FROM practice_model
         RETURNING version",
    )
    .int(new.at.as_millis())
    .text(&tx.actor_name())
    .text(&new.note)
    .text(&new.text);
    let row = taken(tx.fetch_one(query).await, changed_meanwhile)?;
    let version = match row {
        Some(row) => row.narrow("version")?,
        None => 0,
    };
    let detail = format!("version {version}; {}", new.note);
    tx.note("practices.model", "practices".to_owned(), detail);
    tx.commit().await?;
    Ok(version)
}

/// What is said to who would write over what somebody else did.
fn changed_meanwhile() -> String {
    "somebody else changed this at the same time; look at theirs first".to_owned()
}

const SESSION: &str = "session, version, at, by_user, practice, role, leader, day, minutes, \
                       participants, notes, void";

async fn sessions(db: &Database, days: (i64, i64)) -> Result<Vec<SessionRow>> {
    let text = format!(
        "SELECT {SESSION} FROM practice_session p
         WHERE day >= $1 AND day <= $2 AND void = 0
           AND version = (SELECT max(n.version) FROM practice_session n WHERE n.session = p.session)
         ORDER BY day, session"
    );
    let query = Query::new("read the sessions held", text)
        .int(days.0)
        .int(days.1);
    db.fetch(query).await?.iter().map(session).collect()
}

async fn versions(db: &Database, id: i64) -> Result<Vec<SessionRow>> {
    let text =
        format!("SELECT {SESSION} FROM practice_session WHERE session = $1 ORDER BY version DESC");
    let query = Query::new("read the versions of a session", text).int(id);
    db.fetch(query).await?.iter().map(session).collect()
}

fn session(row: &Row) -> Result<SessionRow> {
    Ok(SessionRow {
        session: row.int("session")?,
        version: row.narrow("version")?,
        at: row.time("at")?,
        by: row.text("by_user")?,
        practice: row.text("practice")?,
        role: row.text("role")?,
        leader: row.text("leader")?,
        day: row.int("day")?,
        minutes: row.narrow("minutes")?,
        participants: row.text("participants")?,
        notes: row.text("notes")?,
        void: row.flag("void")?,
    })
}

async fn record(db: &Database, new: &SessionRow, agreed: &[NewPlan]) -> Result<i64> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "number a session",
        "SELECT COALESCE(max(session), 0) + 1 AS session FROM practice_session",
    );
    let id = match tx.fetch_one(query).await? {
        Some(row) => row.int("session")?,
        None => 1,
    };
    insert(&mut tx, (id, 1), new).await?;
    note(&mut tx, "practice.session", id, new);
    for plan in agreed {
        let plan = NewPlan {
            session: Some(id),
            ..plan.clone()
        };
        plans::insert(&mut tx, &plan).await?;
    }
    tx.commit().await?;
    Ok(id)
}

async fn correct(db: &Database, new: &SessionRow) -> Result<()> {
    let mut tx = db.begin().await?;
    let next = new.version.saturating_add(1);
    insert(&mut tx, (new.session, next), new).await?;
    note(&mut tx, "practice.corrected", new.session, new);
    tx.commit().await
}

async fn insert(tx: &mut Tx, (id, version): (i64, u32), new: &SessionRow) -> Result<()> {
    let query = Query::new(
        "write a session down",
        "INSERT INTO practice_session (session, version, at, by_user, practice, role, leader, day,
                                       minutes, participants, notes, void)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .int(id)
    .int(i64::from(version))
    .int(new.at.as_millis())
    .text(&tx.actor_name())
    .text(&new.practice)
    .text(&new.role)
    .text(&new.leader)
    .int(new.day)
    .int(i64::from(new.minutes))
    .text(&new.participants)
    .text(&new.notes)
    .int(i64::from(new.void));
    taken(tx.run(query).await, changed_meanwhile).map(drop)
}

fn note(tx: &mut Tx, action: &str, id: i64, new: &SessionRow) {
    let what = if new.void { "was none: " } else { "" };
    let detail = format!(
        "{what}{} by the {}, {} minutes on day {}",
        new.practice, new.role, new.minutes, new.day
    );
    tx.note(action, format!("session {id}"), detail);
}

/// The steps that must be there before the next: a step that was added meanwhile is not written over.
async fn must_have(tx: &mut Tx, query: Query, steps: u32) -> Result<()> {
    let row = tx.fetch_one(query).await?;
    let there: i64 = match row {
        Some(row) => row.int("n")?,
        None => 0,
    };
    match there == i64::from(steps) {
        true => Ok(()),
        false => Err(StoreError::Conflict(changed_meanwhile())),
    }
}
