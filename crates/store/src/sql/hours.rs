//! What the counters by hour say: of a span of hours, and of each of them.

use std::collections::BTreeMap;
use std::time::Duration;

use campaigns::DayClock;
use domain::{AgentId, AgentStatus, CampaignId, Timestamp};
use kpi::{Facts, HourFacts, PastHour};

use super::database::Database;
use super::facts::{add_calls, add_time, open_calls};
use super::import::wall_clock;
use super::query::Query;
use super::rollups::{begins, cut, hour_of};
use super::row::Row;
use crate::error::Result;

const SUMS: &str = "CAST(COALESCE(sum(attempts), 0) AS BIGINT) AS attempts,
    CAST(COALESCE(sum(network_answered), 0) AS BIGINT) AS network_answered,
    CAST(COALESCE(sum(answered), 0) AS BIGINT) AS answered,
    CAST(COALESCE(sum(answered_by_system), 0) AS BIGINT) AS answered_by_system,
    CAST(COALESCE(sum(effective), 0) AS BIGINT) AS effective,
    CAST(COALESCE(sum(sales), 0) AS BIGINT) AS sales,
    CAST(COALESCE(sum(abandoned), 0) AS BIGINT) AS abandoned,
    CAST(COALESCE(sum(connected), 0) AS BIGINT) AS connected,
    CAST(COALESCE(sum(talk_ms), 0) AS BIGINT) AS talk_ms,
    CAST(COALESCE(sum(waited_ms), 0) AS BIGINT) AS waited_ms";

/// Adds the sums of a row to facts.
pub(super) fn add(row: &Row, facts: &mut Facts) -> Result<()> {
    facts.attempts += row.narrow::<u64>("attempts")?;
    facts.network_answered += row.narrow::<u64>("network_answered")?;
    facts.answered += row.narrow::<u64>("answered")?;
    facts.answered_by_outcome += row.narrow::<u64>("answered_by_system")?;
    facts.effective += row.narrow::<u64>("effective")?;
    facts.sales_accepted += row.narrow::<u64>("sales")?;
    facts.abandoned += row.narrow::<u64>("abandoned")?;
    facts.connected += row.narrow::<u64>("connected")?;
    facts.talk += Duration::from_millis(row.narrow("talk_ms")?);
    facts.bridge_wait += Duration::from_millis(row.narrow("waited_ms")?);
    Ok(())
}

/// Calls of a span of hours that are over.
pub(super) async fn count_closed(
    db: &Database,
    campaign: CampaignId,
    hours: (i64, i64),
    facts: &mut Facts,
) -> Result<()> {
    let text = format!(
        "SELECT {SUMS} FROM attempt_hour WHERE campaign = $1 AND hour >= $2 AND hour < $3 AND agent = 0"
    );
    let query = Query::new("sum calls of hours", text)
        .int(campaign.get())
        .int(hours.0)
        .int(hours.1);
    match db.fetch_one(query).await? {
        Some(row) => add(&row, facts),
        None => Ok(()),
    }
}

/// Distinct records of a span of hours: those in it whose call before was before it.
pub(super) async fn count_records(
    db: &Database,
    campaign: CampaignId,
    hours: (i64, i64),
    facts: &mut Facts,
) -> Result<()> {
    let query = Query::new(
        "sum records of hours",
        "SELECT kind, CAST(sum(n) AS BIGINT) AS n FROM record_hour
         WHERE campaign = $1 AND kind IN (1, 2, 3, 4, 5) AND hour >= $2 AND hour < $3 AND prev < $2
         GROUP BY kind",
    )
    .int(campaign.get())
    .int(hours.0)
    .int(hours.1);
    for row in db.fetch(query).await? {
        *records(facts, row.int("kind")?) = row.narrow("n")?;
    }
    Ok(())
}

/// Where a kind of `record_hour` is kept.
fn records(facts: &mut Facts, kind: i64) -> &mut u64 {
    match kind {
        1 => &mut facts.worked,
        2 => &mut facts.worked_by_advisor,
        3 => &mut facts.records_network_answered,
        4 => &mut facts.records_answered,
        _ => &mut facts.records_effective,
    }
}

/// Records of a campaign worked before an hour.
pub(super) async fn count_base(
    db: &Database,
    campaign: CampaignId,
    end: i64,
    facts: &mut Facts,
) -> Result<()> {
    let query = Query::new(
        "sum records ever worked",
        "SELECT CAST(COALESCE(sum(CASE WHEN kind = 1 THEN n END), 0) AS BIGINT) AS worked,
                CAST(COALESCE(sum(CASE WHEN kind = 2 THEN n END), 0) AS BIGINT) AS by_advisor
         FROM record_hour WHERE campaign = $1 AND kind IN (1, 2) AND hour < $2 AND prev = -1",
    )
    .int(campaign.get())
    .int(end);
    if let Some(row) = db.fetch_one(query).await? {
        facts.base_worked = row.narrow("worked")?;
        facts.base_worked_by_advisor = row.narrow("by_advisor")?;
    }
    Ok(())
}

/// See [`crate::KpiStore::hours`].
pub(super) async fn of_campaign(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<HourFacts>> {
    let span = (hour_of(from), hour_of(to));
    let mut all: BTreeMap<i64, HourFacts> = BTreeMap::new();
    calls_by_hour(db, campaign, span, &mut all).await?;
    records_by_hour(db, campaign, span, &mut all).await?;
    time_by_hour(db, campaign, span, &mut all).await?;
    Ok(all.into_values().collect())
}

fn at(all: &mut BTreeMap<i64, HourFacts>, hour: i64) -> &mut HourFacts {
    all.entry(hour)
        .or_insert_with(|| HourFacts::new(begins(hour)))
}

/// See [`crate::KpiStore::past_hours`].
pub(super) async fn past(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
    clock: DayClock,
) -> Result<Vec<PastHour>> {
    let span = (hour_of(from), hour_of(to));
    let mut all: BTreeMap<i64, HourFacts> = BTreeMap::new();
    calls_by_hour(db, campaign, span, &mut all).await?;
    time_by_hour(db, campaign, span, &mut all).await?;
    let past = all.values().map(|one| PastHour {
        day: clock.day(one.from),
        hour: u8::try_from(clock.hour(one.from)).unwrap_or_default(),
        sales: one.facts.sales_accepted,
        connected: one.facts.logged_in().as_secs_f64() / 3_600.0,
    });
    Ok(past.collect())
}

async fn calls_by_hour(
    db: &Database,
    campaign: CampaignId,
    span: (i64, i64),
    all: &mut BTreeMap<i64, HourFacts>,
) -> Result<()> {
    let text = format!(
        "SELECT hour, {SUMS} FROM attempt_hour
         WHERE campaign = $1 AND hour >= $2 AND hour < $3 AND agent = 0 GROUP BY hour"
    );
    let query = Query::new("sum calls by hour", text)
        .int(campaign.get())
        .int(span.0)
        .int(span.1);
    for row in db.fetch(query).await? {
        add(&row, &mut at(all, row.int("hour")?).facts)?;
    }
    for row in open_calls(db, campaign, span).await? {
        add_calls(&row, &mut at(all, row.int("hour")?).facts)?;
    }
    Ok(())
}

async fn records_by_hour(
    db: &Database,
    campaign: CampaignId,
    span: (i64, i64),
    all: &mut BTreeMap<i64, HourFacts>,
) -> Result<()> {
    let query = Query::new(
        "sum records by hour",
        "SELECT hour, kind, CAST(sum(n) AS BIGINT) AS n,
                CAST(sum(CASE WHEN prev < $2 THEN n ELSE 0 END) AS BIGINT) AS new
         FROM record_hour
         WHERE campaign = $1 AND kind IN (1, 2, 3, 4, 5) AND hour >= $2 AND hour < $3 GROUP BY hour, kind",
    )
    .int(campaign.get())
    .int(span.0)
    .int(span.1);
    for row in db.fetch(query).await? {
        let (kind, hour) = (row.int("kind")?, at(all, row.int("hour")?));
        *records(&mut hour.facts, kind) = row.narrow("n")?;
        if kind == 1 {
            hour.new_records = row.narrow("new")?;
        }
    }
    Ok(())
}

async fn time_by_hour(
    db: &Database,
    campaign: CampaignId,
    span: (i64, i64),
    all: &mut BTreeMap<i64, HourFacts>,
) -> Result<()> {
    for spent in time_of(db, campaign, span).await? {
        if spent.status != AgentStatus::Offline {
            let hour = at(all, spent.hour);
            *hour.connected.entry(spent.agent).or_default() += spent.time;
            add_time(spent.status, spent.time, &mut hour.facts);
        }
    }
    Ok(())
}

/// What an agent did in an hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    pub(super) agent: AgentId,
    pub(super) hour: i64,
    pub(super) status: AgentStatus,
    pub(super) time: Duration,
}

/// The time of the agents who serve a campaign in a span of hours: states that are over as they were counted, and those
/// they are in until now.
pub(super) async fn time_of(
    db: &Database,
    campaign: CampaignId,
    span: (i64, i64),
) -> Result<Vec<Spent>> {
    let query = Query::new(
        "sum agents' time by hour",
        "SELECT agent, hour, status, ms FROM agent_hour
         WHERE hour >= $2 AND hour < $3
           AND agent IN (SELECT agent FROM agent_campaign WHERE campaign = $1)",
    )
    .int(campaign.get())
    .int(span.0)
    .int(span.1);
    let mut all = Vec::new();
    for row in db.fetch(query).await? {
        all.push(Spent {
            agent: AgentId::new(row.int("agent")?),
            hour: row.int("hour")?,
            status: row.kind("status", AgentStatus::from_number)?,
            time: Duration::from_millis(row.narrow("ms")?),
        });
    }
    let query = Query::new(
        "look at the states of agents",
        "SELECT s.agent, s.status, s.since FROM agent_state s
         WHERE s.agent IN (SELECT agent FROM agent_campaign WHERE campaign = $1) AND s.since < $2",
    )
    .int(campaign.get())
    .int(begins(span.1).as_millis());
    let now = wall_clock().min(begins(span.1));
    for row in db.fetch(query).await? {
        let since = row.time("since")?.max(begins(span.0));
        for (hour, ms) in cut(since, now) {
            all.push(Spent {
                agent: AgentId::new(row.int("agent")?),
                hour,
                status: row.kind("status", AgentStatus::from_number)?,
                time: Duration::from_millis(u64::try_from(ms).unwrap_or_default()),
            });
        }
    }
    Ok(all)
}
