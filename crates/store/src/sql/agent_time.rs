//! What agents did with their time.

use std::collections::BTreeMap;
use std::time::Duration;

use campaigns::DayClock;
use domain::{AgentId, AgentStatus, CampaignId, Timestamp};
use kpi::Presence;

use super::database::Database;
use super::hours;
use super::import::wall_clock;
use super::query::Query;
use super::read::agent_log_of;
use super::rollups::begins;
use super::span::Span;
use crate::error::Result;
use crate::types::AgentLogRow;

/// A piece of an agent's time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) agent: AgentId,
    pub(super) status: AgentStatus,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// The time in `from..to` of the agents who serve a campaign, piece by piece; what is not over yet counts until now. Whole
/// hours come of the counters, each state of an hour as one piece; the edges of the log.
pub(super) async fn pieces(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Piece>> {
    let span = Span::of(from, to, wall_clock());
    let mut pieces = Vec::new();
    if span.hours.0 < span.hours.1 {
        for spent in hours::time_of(db, campaign, span.hours).await? {
            pieces.push(Piece {
                agent: spent.agent,
                status: spent.status,
                from: begins(spent.hour),
                to: begins(spent.hour) + spent.time,
            });
        }
    }
    for (from, to) in span.edges {
        pieces.extend(logged(db, campaign, from, to).await?);
    }
    Ok(pieces)
}

/// The same of the log.
async fn logged(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Piece>> {
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
    let mut logs: BTreeMap<AgentId, Vec<AgentLogRow>> = BTreeMap::new();
    for row in db.fetch(query).await? {
        let change = agent_log_of(&row)?;
        logs.entry(change.agent).or_default().push(change);
    }
    let end = to.min(wall_clock().max(from));
    let mut pieces = Vec::new();
    for log in logs.values() {
        for (place, change) in log.iter().enumerate() {
            let until = log.get(place + 1).map_or(end, |next| next.at);
            pieces.push(Piece {
                agent: change.agent,
                status: change.to,
                from: change.at.max(from),
                to: until.min(end),
            });
        }
    }
    pieces.retain(|piece| piece.from < piece.to);
    Ok(pieces)
}

/// See [`crate::KpiStore::presences`].
pub(super) async fn presences(
    db: &Database,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
    clock: DayClock,
) -> Result<Vec<Presence>> {
    let mut days: BTreeMap<(AgentId, i64), Duration> = BTreeMap::new();
    for piece in pieces(db, campaign, from, to).await? {
        if piece.status == AgentStatus::Offline {
            continue;
        }
        let mut begin = piece.from;
        while begin < piece.to {
            let day = clock.day(begin);
            let end = clock.begins(day + 1).min(piece.to);
            // A clock that is set back must not hold this up.
            let end = if end > begin { end } else { piece.to };
            *days.entry((piece.agent, day)).or_default() += end.since(begin);
            begin = end;
        }
    }
    let presence = |((agent, day), connected)| Presence {
        agent,
        day,
        connected,
    };
    Ok(days.into_iter().map(presence).collect())
}
