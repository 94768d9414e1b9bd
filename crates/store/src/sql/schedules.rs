//! Schedules and their runs, on SQL. Who carries a run out holds it for a while: the statement that gives it looks again at
//! what it changes, so that of two who ask at once one gets it.

use std::collections::BTreeMap;

use ::schedules::{Format, Period, Report, Schedule, ScheduleId};
use async_trait::async_trait;
use domain::{CampaignId, Timestamp};
use serde_json::json;

use super::SqlStore;
use super::change;
use super::config::{must_exist, no_such, taken, written};
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};
use crate::schedule_store::ScheduleStore;
use crate::types::{NewRun, RunEnd, RunMade, RunRow, RunState};

/// Most runs in an answer.
const PAGE_MAX: u32 = 1_000;
/// Longest fault that is kept, in characters.
const FAULT_MAX: usize = 500;

const RUN: &str = "r.id, r.schedule, r.due_at, r.missed, r.asked_by, r.state, r.tries, r.next_at, r.fault, r.file_name,
    r.sha256, r.bytes, r.ended_at";

#[async_trait]
impl ScheduleStore for SqlStore {
    async fn schedules(&self) -> Result<Vec<Schedule>> {
        let query = Query::new(
            "read schedules",
            "SELECT id, name, campaign, report, format, period, cron, zone, business_days, place, clear, since
             FROM schedule WHERE removed = 0 ORDER BY name",
        );
        self.db
            .fetch(query)
            .await?
            .iter()
            .map(schedule_of)
            .collect()
    }

    async fn put_schedule(&self, schedule: &Schedule) -> Result<ScheduleId> {
        put(&self.db, schedule).await
    }

    async fn remove_schedule(&self, schedule: ScheduleId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let query = Query::new(
            "remove a schedule",
            "UPDATE schedule SET removed = 1 WHERE id = $1 AND removed = 0",
        );
        if tx.run(query.int(schedule.0)).await? == 0 {
            return Err(no_such("schedule", schedule));
        }
        let query = Query::new(
            "end the runs of a schedule",
            "UPDATE schedule_run SET state = 4, fault = 'the schedule was removed' WHERE schedule = $1 AND state = 1",
        );
        tx.run(query.int(schedule.0)).await?;
        tx.note(
            "schedule.remove",
            format!("schedule {schedule}"),
            String::new(),
        );
        tx.commit().await
    }

    async fn ran_through(&self) -> Result<BTreeMap<ScheduleId, Timestamp>> {
        let query = Query::new(
            "read what ran last",
            "SELECT schedule, max(due_at) AS due_at FROM schedule_run WHERE asked_by IS NULL GROUP BY schedule",
        );
        let last = |row: &Row| Ok((ScheduleId(row.int("schedule")?), row.time("due_at")?));
        self.db.fetch(query).await?.iter().map(last).collect()
    }

    async fn put_run(&self, new: &NewRun) -> Result<Option<i64>> {
        let mut tx = self.db.begin().await?;
        must_exist(&mut tx, "schedule", new.schedule.0).await?;
        let query = Query::new(
            "have a report run",
            "INSERT INTO schedule_run (schedule, due_at, missed, asked_by, state, next_at)
             VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING RETURNING id",
        )
        .int(new.schedule.0)
        .int(new.due_at.as_millis())
        .int(i64::from(new.missed))
        .opt_text(new.asked_by.as_deref())
        .int(new.at.as_millis());
        let id = tx.fetch_one(query).await?.map(|row| row.int("id"));
        if let (Some(Ok(id)), Some(_)) = (&id, &new.asked_by) {
            let subject = format!("schedule {}", new.schedule);
            tx.note("schedule.run", subject, format!("run {id}"));
        }
        tx.commit().await?;
        id.transpose()
    }

    async fn claim_run(
        &self,
        only: Option<i64>,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<RunRow>> {
        let query = Query::new(
            "take a run",
            "UPDATE schedule_run SET state = 2, held_until = $1, tries = tries + 1
             WHERE id = (SELECT o.id FROM schedule_run o
                         WHERE ((o.state = 1 AND o.next_at <= $2) OR (o.state = 2 AND o.held_until <= $2))
                           AND o.id = COALESCE($3, o.id)
                         ORDER BY o.next_at, o.id LIMIT 1)
               AND ((state = 1 AND next_at <= $2) OR (state = 2 AND held_until <= $2))
             RETURNING id",
        )
        .int(until.as_millis())
        .int(now.as_millis())
        .int(only);
        let mut tx = self.db.begin().await?;
        let Some(taken) = tx.fetch_one(query).await? else {
            return Ok(None);
        };
        let text = format!("SELECT {RUN} FROM schedule_run r WHERE r.id = $1");
        let row = tx.fetch_one(Query::new("read a run", text).int(taken.int("id")?));
        let row = row.await?;
        tx.commit().await?;
        row.as_ref().map(run_of).transpose()
    }

    async fn run_made(&self, run: i64, made: &RunMade) -> Result<()> {
        let query = Query::new(
            "note what a run made",
            "UPDATE schedule_run SET file_name = $1, sha256 = $2, bytes = $3 WHERE id = $4",
        )
        .text(&made.file_name)
        .text(&made.sha256)
        .int(i64::try_from(made.bytes).unwrap_or(i64::MAX))
        .int(run);
        match self.db.run(query).await? {
            0 => Err(no_such("run", run)),
            _ => Ok(()),
        }
    }

    async fn run_ended(&self, run: i64, at: Timestamp, end: &RunEnd) -> Result<()> {
        ended(&self.db, run, at, end).await
    }

    async fn revive_run(&self, run: i64, now: Timestamp) -> Result<()> {
        let query = Query::new(
            "have a dead run tried again",
            "UPDATE schedule_run SET state = 1, tries = 0, next_at = $1, ended_at = NULL
             WHERE id = $2 AND state = 4
               AND schedule IN (SELECT s.id FROM schedule s WHERE s.removed = 0)",
        );
        let mut tx = self.db.begin().await?;
        if tx.run(query.int(now.as_millis()).int(run)).await? == 0 {
            return Err(StoreError::Conflict(format!(
                "run {run} is not dead, or its schedule is gone; see `cadencia schedule runs`"
            )));
        }
        tx.note("schedule.redeliver", format!("run {run}"), String::new());
        tx.commit().await
    }

    async fn runs(
        &self,
        schedule: Option<ScheduleId>,
        state: Option<RunState>,
        limit: u32,
    ) -> Result<Vec<RunRow>> {
        let text = format!(
            "SELECT {RUN} FROM schedule_run r
             WHERE r.schedule = COALESCE($1, r.schedule) AND r.state = COALESCE($2, r.state)
             ORDER BY r.id DESC LIMIT $3"
        );
        let query = Query::new("read runs", text)
            .int(schedule.map(|schedule| schedule.0))
            .int(state.map(|state| i64::from(state.number())))
            .int(i64::from(limit.clamp(1, PAGE_MAX)));
        self.db.fetch(query).await?.iter().map(run_of).collect()
    }
}

async fn put(db: &Database, schedule: &Schedule) -> Result<ScheduleId> {
    let text = match schedule.id.0 {
        0 => {
            "INSERT INTO schedule (name, campaign, report, format, period, cron, zone, business_days, place, clear, since)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id"
        }
        _ => {
            "UPDATE schedule SET name = $1, campaign = $2, report = $3, format = $4, period = $5, cron = $6, zone = $7,
                 business_days = $8, place = $9, clear = $10, since = $11
             WHERE id = $12 AND removed = 0 RETURNING id"
        }
    };
    let mut query = Query::new("write a schedule", text)
        .text(&schedule.name)
        .int(schedule.campaign.get())
        .text(schedule.report.word())
        .text(schedule.format.word())
        .text(schedule.period.word())
        .text(&schedule.cron)
        .opt_text(schedule.zone.as_deref())
        .int(i64::from(schedule.business_days))
        .text(&schedule.place)
        .int(i64::from(schedule.clear))
        .int(schedule.since.as_millis());
    if schedule.id.0 != 0 {
        query = query.int(schedule.id.0);
    }
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", schedule.campaign.get()).await?;
    let before = change::row(&mut tx, "schedule", schedule.id.0).await?;
    let id = taken(
        written(&mut tx, query, "schedule", schedule.id.0).await,
        || format!("there is already a schedule named {}", schedule.name),
    )?;
    change::note(&mut tx, "schedule", id, before).await?;
    tx.commit().await?;
    Ok(ScheduleId(id))
}

/// Of a try whose time was over, and which somebody else has, nothing is noted: both ended, the first counts.
async fn ended(db: &Database, run: i64, at: Timestamp, end: &RunEnd) -> Result<()> {
    let (state, next, fault) = match end {
        RunEnd::Arrived => (RunState::Arrived, None, None),
        RunEnd::Again(next, fault) => (RunState::Waiting, Some(*next), Some(fault)),
        RunEnd::Dead(fault) => (RunState::Dead, None, Some(fault)),
    };
    let fault: Option<String> = fault.map(|fault| fault.chars().take(FAULT_MAX).collect());
    let is_over = state != RunState::Waiting;
    let query = Query::new(
        "note what became of a run",
        "UPDATE schedule_run SET state = $1, next_at = COALESCE($2, next_at), fault = $3, ended_at = $4, held_until = NULL
         WHERE id = $5 AND state = 2 RETURNING schedule, sha256, bytes, file_name, tries",
    )
    .int(i64::from(state.number()))
    .int(next.map(Timestamp::as_millis))
    .opt_text(fault.as_deref())
    .int(is_over.then(|| at.as_millis()))
    .int(run);
    let mut tx = db.begin().await?;
    if let Some(row) = tx.fetch_one(query).await?.filter(|_| is_over) {
        let detail = json!({
            "run": run, "state": state.word(), "tries": row.int("tries")?, "file": row.opt_text("file_name")?,
            "sha256": row.opt_text("sha256")?, "bytes": row.opt_int("bytes")?, "fault": fault,
        });
        let subject = format!("schedule {}", row.int("schedule")?);
        tx.note("schedule.delivery", subject, detail.to_string());
    }
    tx.commit().await
}

fn schedule_of(row: &Row) -> Result<Schedule> {
    let word = |column: &'static str| row.text(column);
    Ok(Schedule {
        id: ScheduleId(row.int("id")?),
        name: word("name")?,
        campaign: CampaignId::new(row.int("campaign")?),
        report: known(&word("report")?, Report::from_word)?,
        format: known(&word("format")?, Format::from_word)?,
        period: known(&word("period")?, Period::from_word)?,
        cron: word("cron")?,
        zone: row.opt_text("zone")?,
        business_days: row.flag("business_days")?,
        place: word("place")?,
        clear: row.flag("clear")?,
        since: row.time("since")?,
    })
}

fn known<T>(word: &str, read: fn(&str) -> Option<T>) -> Result<T> {
    read(word).ok_or_else(|| StoreError::Corrupt {
        what: "schedule",
        detail: format!("{word:?} means nothing to this version"),
    })
}

fn run_of(row: &Row) -> Result<RunRow> {
    let made = match row.opt_text("file_name")? {
        Some(file_name) => Some(RunMade {
            file_name,
            sha256: row.text("sha256")?,
            bytes: row.narrow("bytes")?,
        }),
        None => None,
    };
    Ok(RunRow {
        id: row.int("id")?,
        schedule: ScheduleId(row.int("schedule")?),
        due_at: row.time("due_at")?,
        missed: row.narrow("missed")?,
        asked_by: row.opt_text("asked_by")?,
        state: row.kind("state", RunState::from_number)?,
        tries: row.narrow("tries")?,
        next_at: row.time("next_at")?,
        fault: row.opt_text("fault")?,
        made,
        ended_at: row.opt_time("ended_at")?,
    })
}
