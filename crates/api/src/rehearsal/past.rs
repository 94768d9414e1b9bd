//! What the record says of a campaign's days gone by, as the simulator takes it.

use std::collections::{BTreeMap, BTreeSet};

use campaigns::Campaign;
use domain::{AgentId, AttemptId, SegmentId, Timestamp};
use simulator::{History, PastCall, PastChange};
use store::{AttemptFilter, AttemptRow, Store};

use crate::error::ApiError;

/// Attempts of one page, as many as a record hands out.
const PAGE: u32 = 10_000;
/// More attempts teach nothing new about today, and take seconds to read.
const ATTEMPTS_MAX: usize = 200_000;
/// Colombia, which every law pack so far is for, has no summer time.
const UTC_OFFSET: i8 = -5;

/// Of the attempts in `from..to`, the latest [`ATTEMPTS_MAX`].
pub(super) async fn history(
    store: &dyn Store,
    campaign: &Campaign,
    from: Timestamp,
    to: Timestamp,
) -> Result<History, ApiError> {
    let calls = calls(store, campaign, from, to).await?;
    let since = calls.first().map_or(to, |call| call.placed.min(to));
    let theirs: BTreeSet<AgentId> = store
        .agents()
        .await?
        .into_iter()
        .filter(|agent| agent.campaigns.contains(&campaign.id))
        .map(|agent| agent.id)
        .collect();
    // Agents log in before the first call of their day leaves.
    let history = History {
        utc_offset: UTC_OFFSET,
        ..History::default()
    };
    let morning = history.midnight(history.day(since));
    let log = store.agent_log(None, morning, to).await?;
    let changes = log
        .into_iter()
        .filter(|row| theirs.contains(&row.agent))
        .map(|row| PastChange {
            at: row.at,
            agent: row.agent,
            to: row.to,
            reason: row.reason,
        });
    Ok(History {
        calls,
        changes: changes.collect(),
        catalogue: store.catalogue(campaign.id).await?,
        ..history
    })
}

async fn calls(
    store: &dyn Store,
    campaign: &Campaign,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<PastCall>, ApiError> {
    let mut filter = AttemptFilter {
        campaign: Some(campaign.id),
        from: Some(from),
        to: Some(to),
        newest_first: true,
        limit: PAGE,
        ..AttemptFilter::default()
    };
    let mut calls = Vec::new();
    while calls.len() < ATTEMPTS_MAX {
        let page = store.attempts(&filter).await?;
        let Some(last) = page.last() else { break };
        filter.after = Some(last.id);
        let first = page.iter().map(|row| row.id).min().unwrap_or(last.id);
        let newest = page.iter().map(|row| row.id).max().unwrap_or(last.id);
        let made_in = store.attempt_segments(campaign.id, first, newest).await?;
        let made_in: BTreeMap<AttemptId, SegmentId> = made_in.into_iter().collect();
        calls.extend(page.into_iter().filter_map(|row| {
            let segment = made_in.get(&row.id).map(|segment| segment.get());
            call(row, segment)
        }));
    }
    calls.sort_by_key(|call| call.placed);
    Ok(calls)
}

/// `None` where it never left or is not over.
fn call(row: AttemptRow, segment: Option<i64>) -> Option<PastCall> {
    Some(PastCall {
        contact: row.contact,
        phone: row.phone,
        placed: row.placed_at?,
        ringing: row.ringing_at,
        answered: row.answered_at,
        bridged: row.bridged_at,
        ended: row.ended_at?,
        outcome: row.outcome?,
        code: row.code,
        segment,
    })
}
