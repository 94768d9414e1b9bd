//! Goals of campaigns, and how long their advisors' shift usually is.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::{AgentId, CampaignId};
use kpi::Goal;
use serde_json::json;

use super::config::must_exist;
use super::database::{Database, Tx};
use super::query::{Batch, Query};
use super::row::Row;
use crate::error::Result;

/// `goal.hour` of a whole day, and `goal.agent` of everybody.
const WHOLE_DAY: i64 = -1;
const EVERYBODY: i64 = 0;

/// See [`crate::KpiStore::goals`].
pub(super) async fn all(
    db: &Database,
    campaign: CampaignId,
    days: (i64, i64),
) -> Result<Vec<Goal>> {
    let query = Query::new(
        "read goals",
        "SELECT day, hour, agent, sales, value FROM goal
         WHERE campaign = $1 AND day >= $2 AND day <= $3 ORDER BY day, hour, agent",
    )
    .int(campaign.get())
    .int(days.0)
    .int(days.1);
    db.fetch(query).await?.iter().map(goal).collect()
}

fn goal(row: &Row) -> Result<Goal> {
    let agent = Some(row.int("agent")?).filter(|agent| *agent != EVERYBODY);
    let hour = Some(row.int("hour")?).filter(|hour| *hour != WHOLE_DAY);
    Ok(Goal {
        day: row.int("day")?,
        hour: hour.and_then(|hour| u8::try_from(hour).ok()),
        agent: agent.map(AgentId::new),
        sales: row.real("sales")?,
        value: row.opt_real("value")?,
    })
}

/// See [`crate::KpiStore::put_goals`].
pub(super) async fn put(
    db: &Database,
    campaign: CampaignId,
    days: &BTreeSet<i64>,
    goals: &[Goal],
    source: &str,
) -> Result<()> {
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", campaign.get()).await?;
    let before = sum(&mut tx, campaign, days).await?;
    let query = Query::new(
        "take the goals of days away",
        "DELETE FROM goal WHERE campaign = $1 AND day IN (SELECT r.day FROM {rows})",
    )
    .int(campaign.get())
    .rows(Batch::default().ints("day", days.iter().copied()));
    tx.run(query).await?;
    for goal in goals {
        insert(&mut tx, campaign, goal).await?;
    }
    let after = sum(&mut tx, campaign, days).await?;
    let detail = json!({
        "days": days.len(), "first": days.first(), "last": days.last(),
        "goals": [before.0, after.0], "sales": [before.1, after.1], "source": source,
    });
    tx.note(
        "campaign.goals",
        format!("campaign {campaign}"),
        detail.to_string(),
    );
    tx.commit().await
}

async fn insert(tx: &mut Tx, campaign: CampaignId, goal: &Goal) -> Result<()> {
    let query = Query::new(
        "write a goal down",
        "INSERT INTO goal (campaign, day, hour, agent, sales, value) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .int(campaign.get())
    .int(goal.day)
    .int(goal.hour.map_or(WHOLE_DAY, i64::from))
    .int(goal.agent.map_or(EVERYBODY, AgentId::get))
    .real(goal.sales)
    .real(goal.value);
    tx.run(query).await.map(drop)
}

/// Goals of these days there are, and the sales of all of them.
async fn sum(tx: &mut Tx, campaign: CampaignId, days: &BTreeSet<i64>) -> Result<(i64, f64)> {
    let query = Query::new(
        "look at the goals of days",
        "SELECT count(*) AS n, CAST(COALESCE(sum(sales), 0) AS DOUBLE PRECISION) AS sales FROM goal
         WHERE campaign = $1 AND day IN (SELECT r.day FROM {rows})",
    )
    .int(campaign.get())
    .rows(Batch::default().ints("day", days.iter().copied()));
    match tx.fetch_one(query).await? {
        Some(row) => Ok((row.int("n")?, row.real("sales")?)),
        None => Ok((0, 0.0)),
    }
}

/// See [`crate::KpiStore::usual_shift`].
pub(super) async fn usual_shift(db: &Database, campaign: CampaignId) -> Result<Option<Duration>> {
    let query = Query::new(
        "read the usual shift",
        "SELECT minutes FROM usual_shift WHERE campaign = $1",
    );
    let row = db.fetch_one(query.int(campaign.get())).await?;
    let minutes = row.map(|row| row.narrow::<u32>("minutes")).transpose()?;
    Ok(minutes.map(|minutes| Duration::from_secs(60) * minutes))
}

/// See [`crate::KpiStore::put_usual_shift`].
pub(super) async fn put_usual_shift(
    db: &Database,
    campaign: CampaignId,
    shift: Option<Duration>,
) -> Result<()> {
    let before = usual_shift(db, campaign).await?;
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", campaign.get()).await?;
    let minutes = |shift: Duration| i64::try_from(shift.as_secs() / 60).unwrap_or(i64::MAX);
    let query = match shift {
        Some(shift) => Query::new(
            "set the usual shift",
            "INSERT INTO usual_shift (campaign, minutes) VALUES ($1, $2)
             ON CONFLICT (campaign) DO UPDATE SET minutes = excluded.minutes",
        )
        .int(campaign.get())
        .int(minutes(shift)),
        None => Query::new(
            "forget the usual shift",
            "DELETE FROM usual_shift WHERE campaign = $1",
        )
        .int(campaign.get()),
    };
    tx.run(query).await?;
    let detail = json!({"usual_shift_min": [before.map(minutes), shift.map(minutes)]});
    tx.note(
        "campaign.shift",
        format!("campaign {campaign}"),
        detail.to_string(),
    );
    tx.commit().await
}
