//! Erases recordings that were kept as long as they should: at a start and each hour. What a crash
//! left between the word in the record and the end of a file is brought to its end first.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use recorder::{Vault, aside_in, destroy, put_back, set_aside};
use store::{RecordingState, Store};

use crate::clock::Clock;

const EVERY: Duration = Duration::from_secs(3_600);

/// Goes on until it is dropped.
pub(crate) async fn keep(store: Arc<dyn Store>, vault: Arc<Vault>) {
    loop {
        // The wall's time: this runs for months.
        let now = Clock::start().now();
        match api::erase_due(store.as_ref(), &vault, now).await {
            Ok((0, 0)) => {}
            Ok((erased, failed)) => {
                tracing::info!(erased, failed, "recordings were kept long enough");
            }
            Err(fault) => tracing::warn!(%fault, "recordings are erased an hour later"),
        }
        tell_overdue(&store, now).await;
        tokio::time::sleep(EVERY).await;
    }
}

/// People who asked for their rights and were not answered in time: told until somebody does.
async fn tell_overdue(store: &Arc<dyn Store>, now: domain::Timestamp) {
    match store.requests(None, true).await {
        Ok(open) => {
            let late = open.iter().filter(|row| row.request.due_at <= now);
            for row in late {
                let (request, due_on) = (row.id, row.request.due_on.as_str());
                tracing::error!(
                    request,
                    due_on,
                    "a person's request is overdue; see `rights list`"
                );
            }
        }
        Err(fault) => tracing::warn!(%fault, "requests for rights could not be looked at"),
    }
}

/// Files that were set aside to be destroyed: what the record has as erased is, the rest comes back.
pub(crate) async fn finish(store: &Arc<dyn Store>, vault: &Arc<Vault>) -> Result<()> {
    let spool = vault.spool.clone();
    for attempt in tokio::task::spawn_blocking(move || aside_in(&spool)).await?? {
        let row = store.recording(attempt).await?;
        let is_erased = row.is_some_and(|row| row.state == RecordingState::Erased);
        let spool = vault.spool.clone();
        tokio::task::spawn_blocking(move || match is_erased {
            true => destroy(&spool, attempt),
            false => put_back(&spool, attempt).map(drop),
        })
        .await??;
    }
    Ok(())
}

/// A file whose recording was erased, which lost power brought back.
pub(crate) async fn destroy_again(vault: &Arc<Vault>, attempt: domain::AttemptId) -> Result<()> {
    let spool = vault.spool.clone();
    let done = move || set_aside(&spool, attempt).and_then(|_| destroy(&spool, attempt));
    Ok(tokio::task::spawn_blocking(done).await??)
}
