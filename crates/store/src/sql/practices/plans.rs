//! Action plans and agreements, with their steps.

use std::collections::BTreeMap;

use domain::CampaignId;

use super::{changed_meanwhile, must_have};
use crate::error::Result;
use crate::sql::config::{must_exist, taken, written};
use crate::sql::database::{Database, Tx};
use crate::sql::query::Query;
use crate::sql::row::Row;
use crate::types::{MissedTarget, NewPlan, PlanRow, PlanStepRow};

/// All of them, or one.
pub(super) async fn all(db: &Database, only: Option<i64>) -> Result<Vec<PlanRow>> {
    let query = Query::new(
        "read action plans",
        "SELECT id, at, by_user, words, owner, due, session, campaign, variant, period_from,
                period_to, figure, target, definitions
         FROM action_plan WHERE ($1 = 0 OR id = $1) ORDER BY id",
    );
    let rows = db.fetch(query.int(only.unwrap_or(0))).await?;
    let query = Query::new(
        "read the steps of action plans",
        "SELECT plan, at, by_user, day, kind, words, due, owner FROM action_plan_step
         WHERE ($1 = 0 OR plan = $1) ORDER BY plan, n",
    );
    let mut steps: BTreeMap<i64, Vec<PlanStepRow>> = BTreeMap::new();
    for row in &db.fetch(query.int(only.unwrap_or(0))).await? {
        steps
            .entry(row.int("plan")?)
            .or_default()
            .push(step_of(row)?);
    }
    let plan = |row: &Row| {
        let id = row.int("id")?;
        Ok(PlanRow {
            id,
            by: row.text("by_user")?,
            plan: plan_of(row)?,
            steps: steps.remove(&id).unwrap_or_default(),
        })
    };
    rows.iter().map(plan).collect()
}

fn plan_of(row: &Row) -> Result<NewPlan> {
    let missed = match row.opt_int("campaign")? {
        None => None,
        Some(campaign) => Some(MissedTarget {
            campaign: CampaignId::new(campaign),
            variant: row.text("variant")?,
            from: row.time("period_from")?,
            to: row.time("period_to")?,
            figure: row.real("figure")?,
            target: row.real("target")?,
            definitions: row.text("definitions")?,
        }),
    };
    Ok(NewPlan {
        words: row.text("words")?,
        owner: row.text("owner")?,
        due: row.int("due")?,
        session: row.opt_int("session")?,
        missed,
        at: row.time("at")?,
    })
}

fn step_of(row: &Row) -> Result<PlanStepRow> {
    Ok(PlanStepRow {
        at: row.time("at")?,
        by: row.text("by_user")?,
        day: row.int("day")?,
        kind: row.text("kind")?,
        words: row.text("words")?,
        due: row.opt_int("due")?,
        owner: row.opt_text("owner")?,
    })
}

/// Opens a plan within a transaction; its number.
pub(super) async fn insert(tx: &mut Tx, new: &NewPlan) -> Result<i64> {
    let missed = new.missed.as_ref();
    if let Some(missed) = missed {
        must_exist(tx, "campaign", missed.campaign.get()).await?;
    }
    let query = Query::new(
        "open an action plan",
        "INSERT INTO action_plan (at, by_user, words, owner, due, session, campaign, variant,
                                  period_from, period_to, figure, target, definitions)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
    )
    .int(new.at.as_millis())
    .text(&tx.actor_name())
    .text(&new.words)
    .text(&new.owner)
    .int(new.due)
    .int(new.session)
    .int(missed.map(|it| it.campaign.get()))
    .opt_text(missed.map(|it| it.variant.as_str()))
    .int(missed.map(|it| it.from.as_millis()))
    .int(missed.map(|it| it.to.as_millis()))
    .real(missed.map(|it| it.figure))
    .real(missed.map(|it| it.target))
    .opt_text(missed.map(|it| it.definitions.as_str()));
    let id = written(tx, query, "action plan", 0).await?;
    let why = match (missed, new.session) {
        (Some(it), _) => format!(
            "{} of campaign {} was {} of {}",
            it.variant, it.campaign, it.figure, it.target
        ),
        (None, Some(session)) => format!("agreed in session {session}"),
        (None, None) => "opened".to_owned(),
    };
    let detail = format!("{why}; due on day {}", new.due);
    tx.note("plan.opened", format!("plan {id}"), detail);
    Ok(id)
}

/// See [`crate::PracticeStore::step_plan`].
pub(super) async fn step(db: &Database, plan: i64, steps: u32, new: &PlanStepRow) -> Result<()> {
    let mut tx = db.begin().await?;
    let there = Query::new(
        "count the steps of an action plan",
        "SELECT count(*) AS n FROM action_plan_step WHERE plan = $1",
    );
    must_have(&mut tx, there.int(plan), steps).await?;
    let query = Query::new(
        "add a step to an action plan",
        "INSERT INTO action_plan_step (plan, n, at, by_user, day, kind, words, due, owner)
         SELECT id, $2, $3, $4, $5, $6, $7, $8, $9 FROM action_plan WHERE id = $1 RETURNING plan AS id",
    )
    .int(plan)
    .int(i64::from(steps) + 1)
    .int(new.at.as_millis())
    .text(&tx.actor_name())
    .int(new.day)
    .text(&new.kind)
    .text(&new.words)
    .int(new.due)
    .opt_text(new.owner.as_deref());
    taken(
        written(&mut tx, query, "action plan", plan).await,
        changed_meanwhile,
    )?;
    tx.note("plan.step", format!("plan {plan}"), new.kind.clone());
    tx.commit().await
}
