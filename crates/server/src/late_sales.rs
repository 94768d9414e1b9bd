//! Sends sales back to their advisors whose term for evidence of identity is over, within a minute of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use domain::Timestamp;
use store::Store;

const EVERY: Duration = Duration::from_secs(60);

/// Goes on until it is dropped.
pub(crate) async fn keep(store: Arc<dyn Store>) {
    loop {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let millis = since.unwrap_or_default().as_millis();
        let now = Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX));
        match store.return_late_sales(now).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "sales without evidence of identity went back"),
            Err(fault) => tracing::warn!(%fault, "late sales go back a minute later"),
        }
        tokio::time::sleep(EVERY).await;
    }
}
