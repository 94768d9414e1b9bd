//! Counts for the indicators. Calls, and the records they were for, are counted by calendar, by the instant of
//! their INVITE; the base as a cohort, by what the campaign has received by the end of the
//! period; agents' time is that of those who serve the campaign. Whole hours come of the counters by hour, and only what is
//! before and after them of attempts.

use std::time::Duration;

use domain::{AgentStatus, CampaignId, Outcome, Timestamp};
use kpi::{Facts, Period};

use super::agent_time;
use super::database::Database;
use super::hours;
use super::import::wall_clock;
use super::query::Query;
use super::read::INTENT_TO_INVITE_MAX;
use super::rollups::begins;
use super::row::Row;
use super::sale;
use super::span::Span;
use crate::error::Result;

/// See [`crate::KpiStore::facts`].
pub(super) async fn facts(db: &Database, campaign: CampaignId, period: &Period) -> Result<Facts> {
    let span = Span::of(period.from, period.to, wall_clock());
    let mut facts = Facts::default();
    count_calls(db, campaign, &span, &mut facts).await?;
    match span.is_whole() {
        true => hours::count_records(db, campaign, span.hours, &mut facts).await?,
        false => count_records(db, campaign, period, &mut facts).await?,
    }
    count_base(db, campaign, period, &span, &mut facts).await?;
    sale::count_sales(db, campaign, period, &mut facts).await?;
    for piece in agent_time::pieces(db, campaign, period.from, period.to).await? {
        add_time(piece.status, piece.to.since(piece.from), &mut facts);
    }
    Ok(facts)
}

/// Adds an agent's time in a state.
pub(super) fn add_time(status: AgentStatus, spent: Duration, facts: &mut Facts) {
    match status {
        AgentStatus::Offline => {}
        AgentStatus::Ready => facts.ready += spent,
        AgentStatus::Reserved => facts.reserved += spent,
        AgentStatus::Talking => facts.talking += spent,
        AgentStatus::WrapUp => facts.wrap_up += spent,
        AgentStatus::Break => facts.on_break += spent,
        AgentStatus::Lost => facts.lost += spent,
    }
}

async fn count_calls(
    db: &Database,
    campaign: CampaignId,
    span: &Span,
    facts: &mut Facts,
) -> Result<()> {
    if span.hours.0 < span.hours.1 {
        hours::count_closed(db, campaign, span.hours, facts).await?;
        for row in open_calls(db, campaign, span.hours).await? {
            add_calls(&row, facts)?;
        }
    }
    for (from, to) in &span.edges {
        let text = calls_of(HOUR, "attempt a");
        let query = Query::new(
            "count calls",
            format!(
                "{text} WHERE a.campaign = $1 AND placed_at >= $2 AND placed_at < $3
                   AND intended_at >= $4 AND intended_at < $3 {BY}"
            ),
        )
        .int(campaign.get())
        .int(from.as_millis())
        .int(to.as_millis())
        .int((*from - INTENT_TO_INVITE_MAX).as_millis());
        for row in db.fetch(query).await? {
            add_calls(&row, facts)?;
        }
    }
    Ok(())
}

/// Calls of a span of hours that are not over, as [`add_calls`] reads them, by hour.
pub(super) async fn open_calls(
    db: &Database,
    campaign: CampaignId,
    hours: (i64, i64),
) -> Result<Vec<Row>> {
    let text = calls_of(HOUR, "open_attempt o JOIN attempt a ON a.id = o.attempt");
    let query = Query::new(
        "count calls that are not over",
        format!(
            "{text} WHERE a.campaign = $1 AND placed_at >= $2 AND placed_at < $3
               AND a.outcome IS NULL {BY}"
        ),
    )
    .int(campaign.get())
    .int(begins(hours.0).as_millis())
    .int(begins(hours.1).as_millis());
    db.fetch(query).await
}

const HOUR: &str = "a.placed_at / 3600000 AS hour";

/// What [`add_calls`] reads, of the calls of `from`; the first column, `hour`, is whatever they are told apart by.
pub(super) fn calls_of(hour: &str, from: &str) -> String {
    format!(
        "SELECT {hour}, CASE WHEN a.code IS NULL THEN 0 ELSE 1 END AS coded, a.outcome, d.human,
                d.effective_contact, d.accepted_sale, count(*) AS n, count(answered_at) AS answered,
                count(bridged_at) AS bridged,
                CAST(COALESCE(sum(ended_at - bridged_at), 0) AS BIGINT) AS talk,
                CAST(COALESCE(sum(CASE WHEN bridged_at IS NOT NULL THEN waited_ms END), 0)
                     AS BIGINT) AS waited
         FROM {from} LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code"
    )
}

pub(super) const BY: &str =
    "GROUP BY hour, coded, a.outcome, d.human, d.effective_contact, d.accepted_sale";

pub(super) fn add_calls(row: &Row, facts: &mut Facts) -> Result<()> {
    let calls: u64 = row.narrow("n")?;
    let outcome = row.opt_outcome("outcome")?;
    let flag = |name| Ok(row.opt_int(name)?.is_some_and(|flag| flag != 0));
    let human_by_outcome = outcome.is_some_and(Outcome::answered_by_human);
    // Nobody has said yet what the call was: the system's word stands.
    let human = match row.flag("coded")? {
        true => flag("human")?,
        false => human_by_outcome,
    };
    let when = |condition: bool| if condition { calls } else { 0 };
    facts.attempts += calls;
    facts.network_answered += row.narrow::<u64>("answered")?;
    facts.answered += when(human);
    facts.answered_by_outcome += when(human_by_outcome);
    facts.effective += when(flag("effective_contact")?);
    facts.sales_accepted += when(flag("accepted_sale")?);
    facts.abandoned += when(outcome == Some(Outcome::Abandoned));
    facts.connected += row.narrow::<u64>("bridged")?;
    facts.talk += Duration::from_millis(row.narrow("talk")?);
    facts.bridge_wait += Duration::from_millis(row.narrow("waited")?);
    Ok(())
}

/// Records of the calendar: distinct ones of the calls of the period that are over.
async fn count_records(
    db: &Database,
    campaign: CampaignId,
    period: &Period,
    facts: &mut Facts,
) -> Result<()> {
    let query = Query::new(
        "count records worked",
        "SELECT count(DISTINCT CASE WHEN a.code IS NOT NULL THEN a.contact END) AS worked,
                count(DISTINCT CASE WHEN a.code IS NOT NULL AND a.coded_by IS NOT NULL THEN a.contact END)
                    AS by_advisor,
                count(DISTINCT CASE WHEN a.answered_at IS NOT NULL THEN a.contact END) AS network,
                count(DISTINCT CASE WHEN d.human = 1 OR (a.code IS NULL AND a.outcome IN (1, 2, 3))
                               THEN a.contact END) AS answered,
                count(DISTINCT CASE WHEN d.effective_contact = 1 THEN a.contact END) AS effective
         FROM attempt a LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE a.campaign = $1 AND a.placed_at >= $2 AND a.placed_at < $3 AND a.outcome IS NOT NULL
           AND a.intended_at >= $4 AND a.intended_at < $3",
    )
    .int(campaign.get())
    .int(period.from.as_millis())
    .int(period.to.as_millis())
    .int((period.from - INTENT_TO_INVITE_MAX).as_millis());
    if let Some(row) = db.fetch_one(query).await? {
        facts.worked = row.narrow("worked")?;
        facts.worked_by_advisor = row.narrow("by_advisor")?;
        facts.records_network_answered = row.narrow("network")?;
        facts.records_answered = row.narrow("answered")?;
        facts.records_effective = row.narrow("effective")?;
    }
    Ok(())
}

/// Records of the cohort, and what became of them by the end of the period.
async fn count_base(
    db: &Database,
    campaign: CampaignId,
    period: &Period,
    span: &Span,
    facts: &mut Facts,
) -> Result<()> {
    if period.received_from.is_none() && all_received(db, campaign, period.to).await? {
        count_received(db, campaign, facts).await?;
    } else {
        count_received_since(db, campaign, period, facts).await?;
    }
    let ends_whole = span.edges.last().is_none_or(|(_, to)| *to < period.to);
    if period.received_from.is_none() && ends_whole && span.hours.0 < span.hours.1 {
        return hours::count_base(db, campaign, span.hours.1, facts).await;
    }
    let query = Query::new(
        "count records received and worked",
        "SELECT count(DISTINCT a.contact) AS worked,
                count(DISTINCT CASE WHEN a.coded_by IS NOT NULL THEN a.contact END) AS by_advisor
         FROM attempt a JOIN work w ON w.campaign = a.campaign AND w.contact = a.contact
         JOIN contact k ON k.id = w.contact JOIN import i ON i.id = k.import
         WHERE a.campaign = $1 AND a.placed_at < $2 AND a.intended_at < $2 AND a.code IS NOT NULL
           AND a.outcome IS NOT NULL AND i.finished_at < $2 AND i.finished_at >= $3",
    )
    .int(campaign.get())
    .int(period.to.as_millis())
    .int(since(period));
    if let Some(row) = db.fetch_one(query).await? {
        facts.base_worked = row.narrow("worked")?;
        facts.base_worked_by_advisor = row.narrow("by_advisor")?;
    }
    Ok(())
}

fn since(period: &Period) -> i64 {
    period.received_from.map_or(i64::MIN, Timestamp::as_millis)
}

/// Whether everything that is the campaign's work had been received by then.
async fn all_received(db: &Database, campaign: CampaignId, by: Timestamp) -> Result<bool> {
    let query = Query::new(
        "look when the last base was received",
        "SELECT max(i.finished_at) AS last FROM import i
         WHERE i.list IN (SELECT DISTINCT t.list FROM work_tally t WHERE t.campaign = $1)",
    );
    let row = db.fetch_one(query.int(campaign.get())).await?;
    let last = row.map(|row| row.opt_time("last")).transpose()?.flatten();
    Ok(last.is_none_or(|last| last < by))
}

/// All records of a campaign, by the counters of its work.
async fn count_received(db: &Database, campaign: CampaignId, facts: &mut Facts) -> Result<()> {
    let query = Query::new(
        "count records received",
        "SELECT (SELECT CAST(COALESCE(sum(n), 0) AS BIGINT) FROM work_tally WHERE campaign = $1) AS received,
                (SELECT count(*) FROM work w WHERE w.campaign = $1 AND w.state = 5 AND NOT EXISTS
                    (SELECT 1 FROM attempt a WHERE a.contact = w.contact
                       AND a.campaign = w.campaign AND a.placed_at IS NOT NULL)) AS excluded",
    );
    if let Some(row) = db.fetch_one(query.int(campaign.get())).await? {
        facts.received = row.narrow("received")?;
        facts.excluded = row.narrow("excluded")?;
    }
    Ok(())
}

/// Those of them received in a time.
async fn count_received_since(
    db: &Database,
    campaign: CampaignId,
    period: &Period,
    facts: &mut Facts,
) -> Result<()> {
    let query = Query::new(
        "count records received",
        "SELECT count(*) AS received,
                count(CASE WHEN w.state = 5 AND NOT EXISTS
                          (SELECT 1 FROM attempt a WHERE a.contact = w.contact
                             AND a.campaign = w.campaign AND a.placed_at IS NOT NULL)
                      THEN 1 END) AS excluded
         FROM work w JOIN contact k ON k.id = w.contact JOIN import i ON i.id = k.import
         WHERE w.campaign = $1 AND i.finished_at < $2 AND i.finished_at >= $3",
    )
    .int(campaign.get())
    .int(period.to.as_millis())
    .int(since(period));
    if let Some(row) = db.fetch_one(query).await? {
        facts.received = row.narrow("received")?;
        facts.excluded = row.narrow("excluded")?;
    }
    Ok(())
}
