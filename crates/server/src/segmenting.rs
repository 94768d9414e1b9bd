//! Finds out, beside the loop, where contacts of campaigns with segments belong: those that came, those whose history
//! changed, all of them after a change of segments. Until it is found nobody calls them. Before that it goes on with
//! lists that were left half put to work.

use std::sync::Arc;
use std::time::Duration;

use api::{ApiError, Segmenting};
use store::Store;

/// Pause when there is nothing to look at.
const IDLE: Duration = Duration::from_secs(1);
/// Pause after a fault.
const AFTER_FAULT: Duration = Duration::from_secs(10);

/// Goes on until it is dropped.
pub(crate) async fn keep(store: Arc<dyn Store>) {
    let mut segmenting = Segmenting::default();
    loop {
        match step(&mut segmenting, store.as_ref()).await {
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

/// How many contacts were looked at.
async fn step(segmenting: &mut Segmenting, store: &dyn Store) -> Result<u64, ApiError> {
    store.put_to_work().await?;
    segmenting.step(store).await
}
