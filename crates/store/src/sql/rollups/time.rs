//! Agents' time by hour: each state, when it is over.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AgentStatus, Timestamp};

use super::HOUR_MS;
use crate::error::Result;
use crate::sql::database::Tx;
use crate::sql::fold::AgentChange;
use crate::sql::query::{Batch, Query};

/// Adds the time of states that end with these changes; before the agents' states are updated.
pub(in crate::sql) async fn count_time(tx: &mut Tx, changes: &[AgentChange]) -> Result<()> {
    let agents: BTreeSet<i64> = changes.iter().map(|c| c.agent).collect();
    let query = Query::new(
        "look at agents' states",
        "SELECT s.agent, s.status, s.since FROM {rows} JOIN agent_state s ON s.agent = r.agent",
    )
    .rows(Batch::default().ints("agent", agents.iter().copied()));
    let mut states = BTreeMap::new();
    for row in tx.fetch(query).await? {
        let status = row.kind("status", AgentStatus::from_number)?;
        states.insert(row.int("agent")?, (status, row.time("since")?));
    }
    let mut spent: BTreeMap<(i64, i64, i64), i64> = BTreeMap::new();
    for change in changes {
        if let Some((status, since)) = states.insert(change.agent, (change.to, change.at)) {
            for (hour, ms) in cut(since, change.at) {
                let status = i64::from(status.number());
                *spent.entry((change.agent, hour, status)).or_default() += ms;
            }
        }
    }
    let offline = i64::from(AgentStatus::Offline.number());
    spent.retain(|(_, _, status), ms| *status != offline && *ms > 0);
    if spent.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "count agents' time by hour",
        "INSERT INTO agent_hour (agent, hour, status, ms)
         SELECT r.agent, r.hour, r.status, r.ms FROM {rows} WHERE true
         ON CONFLICT (agent, hour, status) DO UPDATE SET ms = agent_hour.ms + excluded.ms",
    )
    .rows(
        Batch::default()
            .ints("agent", spent.keys().map(|key| key.0))
            .ints("hour", spent.keys().map(|key| key.1))
            .ints("status", spent.keys().map(|key| key.2))
            .ints("ms", spent.values().copied()),
    );
    tx.run(query).await.map(drop)
}

/// A time cut at full hours: which hour, and how much of it.
pub(in crate::sql) fn cut(from: Timestamp, to: Timestamp) -> Vec<(i64, i64)> {
    let mut pieces = Vec::new();
    let (mut at, end) = (from.as_millis(), to.as_millis());
    while at < end {
        let hour = at.div_euclid(HOUR_MS);
        let until = ((hour + 1) * HOUR_MS).min(end);
        pieces.push((hour, until - at));
        at = until;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_cut_at_full_hours() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let cut = |from, to| cut(at(from), at(to));
        assert_eq!(cut(50, 130), [(0, 600_000), (1, 3_600_000), (2, 600_000)]);
        assert_eq!(cut(60, 120), [(1, 3_600_000)]);
        assert_eq!(cut(60, 60), []);
        assert_eq!(cut(60, 50), []);
    }
}
