//! How many contacts of a campaign are how far, from counters that the database keeps with every change of the work
//! (migration 26): a few rows however large the base. Who waits is counted by the minute in which they are due; of the
//! minute that is passing, the index of the work tells who is due already.

use std::collections::BTreeMap;

use domain::{CampaignId, SegmentId, Timestamp, WorkState};

use super::database::{Database, Pools, Tx};
use super::query::Query;
use super::row::Row;
use super::work::TURNS;
use crate::error::Result;
use crate::types::{HeldByRule, WorkDue};

/// `work_tally.minute` of who was never called.
const NEVER_CALLED: i64 = -1;
/// `work_tally.segment` where the campaign has no segments.
const NO_SEGMENT: i64 = -2;
const MINUTE_MS: i64 = 60_000;

/// See [`crate::Store::work_counts`].
pub(super) async fn counts(db: &Database, campaign: CampaignId) -> Result<Vec<(WorkState, u64)>> {
    let query = Query::new(
        "count work",
        "SELECT state, CAST(sum(n) AS BIGINT) AS n FROM work_tally WHERE campaign = $1
         GROUP BY state HAVING sum(n) <> 0 ORDER BY state",
    )
    .int(campaign.get());
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| Ok((row.kind("state", WorkState::from_number)?, row.narrow("n")?)))
        .collect()
}

/// See [`crate::Store::work_due`].
pub(super) async fn due(db: &Database, campaign: CampaignId, now: Timestamp) -> Result<WorkDue> {
    let minute = minute_of(now);
    let query = Query::new(
        "count work that is due",
        "SELECT list, CAST(sum(n) AS BIGINT) AS n,
                CAST(sum(CASE WHEN minute > $2 THEN n ELSE 0 END) AS BIGINT) AS later
         FROM work_tally WHERE campaign = $1 AND state = 1 GROUP BY list HAVING sum(n) <> 0",
    )
    .int(campaign.get())
    .int(minute);
    let mut counts = WorkDue::default();
    for row in db.fetch(query).await? {
        let soon = soon(db, campaign, row.int("list")?, now).await?;
        let waiting = row.narrow::<u64>("later")? + soon.within_the_minute;
        counts.due += row.narrow::<u64>("n")?.saturating_sub(waiting);
        counts.waiting += waiting;
        counts.next = [counts.next, soon.first].into_iter().flatten().min();
    }
    let query = Query::new(
        "count open attempts",
        "SELECT count(*) AS n FROM open_attempt o JOIN attempt a ON a.id = o.attempt
         WHERE a.campaign = $1",
    );
    if let Some(row) = db.fetch_one(query.int(campaign.get())).await? {
        counts.open = row.narrow("n")?;
    }
    Ok(counts)
}

/// Who of a list waits, as the index of the work has them.
#[derive(Default)]
struct Soon {
    /// Due later in the minute that is passing.
    within_the_minute: u64,
    /// When the first is due who is not yet.
    first: Option<Timestamp>,
}

/// Two entries of an index and what lies between them; tests ask the planner.
pub(super) const SOON: &str = "SELECT
         (SELECT count(*) FROM work WHERE campaign = $1 AND list = $2 AND turn = $3 AND state = 1
              AND next_at > $4 AND next_at < $5) AS n,
         (SELECT min(next_at) FROM work WHERE campaign = $1 AND list = $2 AND turn = $3 AND state = 1
              AND next_at > $4) AS first";

async fn soon(db: &Database, campaign: CampaignId, list: i64, now: Timestamp) -> Result<Soon> {
    let mut found = Soon::default();
    for turn in TURNS {
        let query = Query::new("look for what is due next", SOON)
            .int(campaign.get())
            .int(list)
            .int(turn)
            .int(now.as_millis())
            .int((minute_of(now) + 1) * MINUTE_MS);
        if let Some(row) = db.fetch_one(query).await? {
            found.within_the_minute += row.narrow::<u64>("n")?;
            found.first = [found.first, row.opt_time("first")?]
                .into_iter()
                .flatten()
                .min();
        }
    }
    Ok(found)
}

/// Most rules told.
const RULES_MAX: usize = 100;

/// See [`crate::Catalogues::held_by_rule`].
pub(super) async fn held_by_rule(
    db: &Database,
    campaign: CampaignId,
    now: Timestamp,
) -> Result<Vec<HeldByRule>> {
    let minute = minute_of(now);
    let query = Query::new(
        "count work by rule",
        "SELECT state, rule, CAST(sum(n) AS BIGINT) AS n, min(minute) AS first
         FROM (SELECT state, rule, minute, sum(n) AS n FROM work_tally
               WHERE campaign = $1 AND state IN (1, 3, 4) AND (state <> 1 OR minute > $2)
               GROUP BY state, rule, minute HAVING sum(n) <> 0) AS kept
         GROUP BY state, rule",
    )
    .int(campaign.get())
    .int(minute);
    let mut held: BTreeMap<(i16, String), HeldByRule> = BTreeMap::new();
    for row in db.fetch(query).await? {
        let one = held_of(&row)?;
        held.insert((one.state.number(), one.rule.clone()), one);
    }
    for (rule, contacts) in within_the_minute(db, campaign, now).await? {
        let one = held
            .entry((WorkState::Ready.number(), rule.clone()))
            .or_insert_with(|| HeldByRule {
                state: WorkState::Ready,
                rule,
                contacts: 0,
                first: now,
            });
        one.contacts += contacts;
        one.first = now;
    }
    let mut held: Vec<HeldByRule> = held.into_values().collect();
    held.sort_by(|a, b| (b.contacts, &a.rule).cmp(&(a.contacts, &b.rule)));
    held.truncate(RULES_MAX);
    Ok(held)
}

fn held_of(row: &Row) -> Result<HeldByRule> {
    Ok(HeldByRule {
        state: row.kind("state", WorkState::from_number)?,
        rule: row.text("rule")?,
        contacts: row.narrow("n")?,
        first: Timestamp::from_millis(row.int("first")?.max(0) * MINUTE_MS),
    })
}

/// Who is due later in the minute that is passing, by rule.
async fn within_the_minute(
    db: &Database,
    campaign: CampaignId,
    now: Timestamp,
) -> Result<Vec<(String, u64)>> {
    let query = Query::new(
        "count work of the minute by rule",
        "SELECT COALESCE(because_rule, '') AS rule, count(*) AS n
         FROM (SELECT DISTINCT list FROM work_tally WHERE campaign = $1 AND state = 1) AS lists
         JOIN (SELECT 0 AS turn UNION ALL SELECT 1) AS turns ON 1 = 1
         JOIN work w ON w.campaign = $1 AND w.list = lists.list AND w.turn = turns.turn
              AND w.state = 1 AND w.next_at > $2 AND w.next_at < $3
         GROUP BY COALESCE(because_rule, '')",
    )
    .int(campaign.get())
    .int(now.as_millis())
    .int((minute_of(now) + 1) * MINUTE_MS);
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| Ok((row.text("rule")?, row.narrow("n")?)))
        .collect()
}

/// Contacts of a segment: all, those never called, those to be called again.
pub(super) struct InSegment {
    pub(super) segment: i64,
    pub(super) contacts: u64,
    pub(super) fresh: u64,
    pub(super) again: u64,
}

/// The same for each segment of a campaign.
pub(super) async fn by_segment(db: &Database, campaign: CampaignId) -> Result<Vec<InSegment>> {
    let query = Query::new(
        "count the contacts of segments",
        "SELECT segment, CAST(sum(n) AS BIGINT) AS n,
                CAST(sum(CASE WHEN state = 1 AND minute = $2 THEN n ELSE 0 END) AS BIGINT) AS fresh,
                CAST(sum(CASE WHEN state = 1 AND minute > $2 THEN n ELSE 0 END) AS BIGINT) AS again
         FROM work_tally WHERE campaign = $1 AND segment <> $3 GROUP BY segment HAVING sum(n) <> 0",
    )
    .int(campaign.get())
    .int(NEVER_CALLED)
    .int(NO_SEGMENT);
    let of = |row: &Row| {
        Ok(InSegment {
            segment: row.int("segment")?,
            contacts: row.narrow("n")?,
            fresh: row.narrow("fresh")?,
            again: row.narrow("again")?,
        })
    };
    db.fetch(query).await?.iter().map(of).collect()
}

/// How many contacts of a segment wait to be called by an instant, those never called among them.
pub(super) async fn due_in(
    tx: &mut Tx,
    campaign: CampaignId,
    segment: SegmentId,
    until: Timestamp,
) -> Result<u64> {
    let query = Query::new(
        "count the contacts of a segment that are due",
        "SELECT CAST(COALESCE(sum(n), 0) AS BIGINT) AS n FROM work_tally
         WHERE campaign = $1 AND segment = $2 AND state = 1 AND minute < $3",
    )
    .int(campaign.get())
    .int(segment.get())
    .int(minute_of(until));
    let row = tx.fetch_one(query).await?;
    let counted = row.map_or(Ok(0), |row| row.int("n"))?;
    Ok(u64::try_from(counted).unwrap_or(0))
}

/// See [`crate::Store::fold_counters`]. Rows that another folds are left to it.
pub(super) async fn fold(db: &Database) -> Result<()> {
    let text = match &db.pools {
        Pools::Sqlite { .. } => "DELETE FROM work_tally WHERE n = 0",
        Pools::Postgres(_) => FOLD,
    };
    db.run(Query::new("fold the counters of work", text))
        .await
        .map(drop)
}

const FOLD: &str =
    "WITH gone AS (DELETE FROM work_tally RETURNING campaign, list, state, segment, rule, minute, n)
     INSERT INTO work_tally (campaign, list, state, segment, rule, minute, n)
     SELECT campaign, list, state, segment, rule, minute, sum(n) FROM gone
     GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0";

fn minute_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(MINUTE_MS)
}
