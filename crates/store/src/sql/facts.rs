//! Counts for the indicators. Calls are counted by calendar, by the instant of
//! their INVITE; records by what the campaign has received by the end of the
//! period; agents' time is that of those who serve the campaign.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{AgentStatus, CampaignId, Outcome, Timestamp};
use kpi::Facts;

use super::database::Database;
use super::import::wall_clock;
use super::query::Query;
use super::read::{INTENT_TO_INVITE_MAX, agent_log_of, contacts_with};
use super::row::Row;
use crate::error::Result;
use crate::types::AgentLogRow;

/// See [`crate::Store::facts`].
pub(super) async fn facts(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Facts> {
    let mut facts = Facts::default();
    count_calls(db, campaign, from, to, &mut facts).await?;
    count_records(db, campaign, from, to, &mut facts).await?;
    count_agents_time(db, campaign, from, to, &mut facts).await?;
    Ok(facts)
}

async fn count_calls(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
    facts: &mut Facts,
) -> Result<()> {
    let query = Query::new(
        "count calls",
        "SELECT CASE WHEN a.code IS NULL THEN 0 ELSE 1 END AS coded, a.outcome, d.human,
                d.effective_contact, d.accepted_sale, count(*) AS n, count(answered_at) AS answered,
                count(bridged_at) AS bridged,
                CAST(COALESCE(sum(ended_at - bridged_at), 0) AS BIGINT) AS talk,
                CAST(COALESCE(sum(CASE WHEN bridged_at IS NOT NULL THEN waited_ms END), 0)
                     AS BIGINT) AS waited
         FROM attempt a LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE a.campaign = $1 AND placed_at >= $2 AND placed_at < $3
           AND intended_at >= $4 AND intended_at < $3
         GROUP BY coded, a.outcome, d.human, d.effective_contact, d.accepted_sale",
    )
    .int(campaign.get())
    .int(from.as_millis())
    .int(to.as_millis())
    .int((from - INTENT_TO_INVITE_MAX).as_millis());
    for row in db.fetch(query).await? {
        add_calls(&row, facts)?;
    }
    Ok(())
}

fn add_calls(row: &Row, facts: &mut Facts) -> Result<()> {
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

async fn count_records(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
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
         WHERE w.campaign = $1 AND i.finished_at < $2",
    )
    .int(campaign.get())
    .int(to.as_millis());
    if let Some(row) = db.fetch_one(query).await? {
        facts.received = row.narrow("received")?;
        facts.excluded = row.narrow("excluded")?;
    }
    let query = Query::new(
        "count records worked",
        "SELECT count(DISTINCT contact) AS worked,
                count(DISTINCT CASE WHEN coded_by IS NOT NULL THEN contact END) AS by_advisor
         FROM attempt
         WHERE campaign = $1 AND placed_at >= $2 AND placed_at < $3 AND code IS NOT NULL
           AND intended_at >= $4 AND intended_at < $3",
    )
    .int(campaign.get())
    .int(from.as_millis())
    .int(to.as_millis())
    .int((from - INTENT_TO_INVITE_MAX).as_millis());
    if let Some(row) = db.fetch_one(query).await? {
        facts.worked = row.narrow("worked")?;
        facts.worked_by_advisor = row.narrow("by_advisor")?;
    }
    facts.records_answered = contacts_with(db, campaign, from, to, "human").await?;
    facts.records_effective = contacts_with(db, campaign, from, to, "effective_contact").await?;
    Ok(())
}

async fn count_agents_time(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
    facts: &mut Facts,
) -> Result<()> {
    let query = Query::new(
        "read the log of a campaign's agents",
        "SELECT seq, at, agent, from_status, to_status, reason, attempt FROM agent_log l
         WHERE l.at < $1 AND l.agent IN (SELECT agent FROM agent_campaign WHERE campaign = $2)
           AND (l.at >= $3 OR l.seq = (SELECT max(p.seq) FROM agent_log p
                                       WHERE p.agent = l.agent AND p.at < $3))
         ORDER BY seq",
    )
    .int(to.as_millis())
    .int(campaign.get())
    .int(from.as_millis());
    let mut logs: BTreeMap<i64, Vec<AgentLogRow>> = BTreeMap::new();
    for row in db.fetch(query).await? {
        let change = agent_log_of(&row)?;
        logs.entry(change.agent.get()).or_default().push(change);
    }
    // A period that is not over yet counts until now.
    let end = to.min(wall_clock().max(from));
    for log in logs.values() {
        add_time(log, from, end, facts);
    }
    Ok(())
}

fn add_time(log: &[AgentLogRow], from: Timestamp, end: Timestamp, facts: &mut Facts) {
    for (place, change) in log.iter().enumerate() {
        let until = log.get(place + 1).map_or(end, |next| next.at);
        let spent = until.min(end).since(change.at.max(from));
        match change.to {
            AgentStatus::Offline => {}
            AgentStatus::Ready => facts.ready += spent,
            AgentStatus::Reserved => facts.reserved += spent,
            AgentStatus::Talking => facts.talking += spent,
            AgentStatus::WrapUp => facts.wrap_up += spent,
            AgentStatus::Break => facts.on_break += spent,
            AgentStatus::Lost => facts.lost += spent,
        }
    }
}
