//! Finds out, beside the loop, where contacts of campaigns with segments belong: those that came, those whose history
//! changed, all of them after a change of segments. Until it is found nobody calls them.

use std::sync::Arc;
use std::time::Duration;

use api::Segmenting;
use store::Store;

/// Pause when there is nothing to look at.
const IDLE: Duration = Duration::from_secs(1);
/// Pause after a fault.
const AFTER_FAULT: Duration = Duration::from_secs(10);

/// Goes on until it is dropped.
pub(crate) async fn keep(store: Arc<dyn Store>) {
    let mut segmenting = Segmenting::default();
    loop {
        match segmenting.step(store.as_ref()).await {
            Ok(0) => tokio::time::sleep(IDLE).await,
            // Others may have the record for a moment.
            Ok(_) => tokio::task::yield_now().await,
            Err(fault) => {
                tracing::warn!(%fault, "contacts wait for their segment");
                tokio::time::sleep(AFTER_FAULT).await;
            }
        }
    }
}
