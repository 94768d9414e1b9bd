//! Keeps the signalling of calls that are over, aside of the loop, and lets go of what is old. A
//! database that is slow or gone costs ladders, never calls.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Timestamp;
use store::{PackedLadder, Store};
use telephony::CallLadder;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::signalling::ladder_shown;

/// How often old ones are let go of.
const FORGET_EVERY: Duration = Duration::from_secs(600);

/// Keeps ladders until telephony has ended.
pub(crate) async fn keep(
    mut calls: mpsc::Receiver<Vec<CallLadder>>,
    store: Arc<dyn Store>,
    for_days: u32,
) {
    let kept_for = Duration::from_secs(u64::from(for_days) * 24 * 3_600);
    let mut forget_at = Instant::now();
    while let Some(batch) = calls.recv().await {
        let packed = tokio::task::spawn_blocking(move || packed(&batch)).await;
        // The wall's time: this runs for months.
        let now = Clock::start().now();
        if let Err(fault) = store.put_ladders(now, &packed.unwrap_or_default()).await {
            tracing::warn!(%fault, "the signalling of some calls was not kept");
        }
        if Instant::now() >= forget_at {
            forget_at = Instant::now() + FORGET_EVERY;
            forget(store.as_ref(), now, kept_for).await;
        }
    }
}

fn packed(calls: &[CallLadder]) -> Vec<PackedLadder> {
    let pack = |call: &CallLadder| {
        let packed = api::pack_ladder(ladder_shown(call));
        packed
            .inspect_err(|fault| tracing::error!(%fault, attempt = %call.attempt, "no ladder"))
            .ok()
            .map(|packed| PackedLadder {
                attempt: call.attempt,
                packed,
            })
    };
    calls.iter().filter_map(pack).collect()
}

async fn forget(store: &dyn Store, now: Timestamp, kept_for: Duration) {
    let before = now.as_millis() - i64::try_from(kept_for.as_millis()).unwrap_or(i64::MAX);
    match store.forget_ladders(Timestamp::from_millis(before)).await {
        Ok(0) => {}
        Ok(attempts) => tracing::info!(attempts, "let go of old signalling"),
        Err(fault) => tracing::warn!(%fault, "old signalling was not let go of; later again"),
    }
}
