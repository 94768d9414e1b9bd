//! Keeps the counters of the record short: what changes added to them is folded each minute.

use std::sync::Arc;
use std::time::Duration;

use store::Store;

const EVERY: Duration = Duration::from_secs(60);

/// Goes on until it is dropped.
pub(crate) async fn keep(store: Arc<dyn Store>) {
    loop {
        if let Err(fault) = store.fold_counters().await {
            tracing::warn!(%fault, "the counters of work are folded a minute later");
        }
        tokio::time::sleep(EVERY).await;
    }
}
