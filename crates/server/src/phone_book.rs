//! Where phones are registered, kept durably without a write for each REGISTER: what changed
//! meanwhile goes into one transaction, of bounded length, so that events never wait long for the
//! writer. A crash loses a tenth of a second of it, and those phones register again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use store::Store;
use telephony::BindingRecord;
use tokio::sync::mpsc;
use tokio::time::sleep;

/// Users in one transaction: some ten milliseconds of the writer's time.
const BATCH: usize = 200;
/// Between two transactions: others write too.
const PAUSE: Duration = Duration::from_millis(100);
/// Between two tries of a store that refuses.
const RETRY: Duration = Duration::from_secs(1);

type Moved = (String, Vec<BindingRecord>);

/// The writer's end. One entry of it per user waits at most; the channel holds what came in during
/// one transaction.
pub(crate) struct PhoneBook {
    moved: mpsc::UnboundedSender<Moved>,
}

impl PhoneBook {
    /// Opens it; its task ends, with all written, after this is dropped, if the process lives on.
    pub(crate) fn open(store: Arc<dyn Store>) -> PhoneBook {
        let (moved, inbox) = mpsc::unbounded_channel();
        tokio::spawn(write(store, inbox));
        PhoneBook { moved }
    }

    /// A user's phones are here now, and nowhere else.
    pub(crate) fn moved(&self, user: String, phones: Vec<BindingRecord>) {
        // Its task ends after us.
        let _ = self.moved.send((user, phones));
    }
}

async fn write(store: Arc<dyn Store>, mut inbox: mpsc::UnboundedReceiver<Moved>) {
    let mut waiting: HashMap<String, Vec<store::Binding>> = HashMap::new();
    loop {
        if waiting.is_empty() {
            match inbox.recv().await {
                Some((user, phones)) => waiting.insert(user, kept(phones)),
                None => return,
            };
        }
        while let Ok((user, phones)) = inbox.try_recv() {
            waiting.insert(user, kept(phones));
        }
        let users: Vec<_> = waiting.keys().take(BATCH).cloned().collect();
        let batch: Vec<_> = users
            .into_iter()
            .filter_map(|user| waiting.remove_entry(&user))
            .collect();
        if let Err(fault) = store.put_phones(&batch).await {
            tracing::error!(%fault, "registrations of phones were not kept; again in 1 s");
            if inbox.is_closed() {
                return;
            }
            waiting.extend(batch);
            sleep(RETRY).await;
        }
        if !inbox.is_closed() {
            sleep(PAUSE).await;
        }
    }
}

fn kept(phones: Vec<BindingRecord>) -> Vec<store::Binding> {
    let phones = phones.into_iter();
    let kept = phones.map(|phone| store::Binding {
        user: phone.user,
        line: phone.line,
        expires_at: phone.expires_at,
    });
    kept.collect()
}
