//! Who follows events as they happen: so many at once, each looking at the record twice a second, for as long as they are logged in.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::response::sse::Event as Sent;
use domain::UserId;
use futures_util::stream::{self, Stream};
use store::{FeedEvent, FeedWanted, Role, Store};
use tokio::time::Instant;

use crate::auth::now;
use crate::error::ApiError;
use crate::events::{EventReader, LOOK_EVERY, sent};

/// Most who wait or follow at once: each looks at the record twice a second.
const FOLLOWERS_MAX: usize = 64;
/// Of one and the same user, so that nobody keeps the others out.
const OF_A_USER_MAX: usize = 8;
/// Between two looks whether whoever follows is still logged in, as who they were.
const LOGGED_IN_EVERY: Duration = Duration::from_secs(5);

/// Who waits or follows, in this process.
static FOLLOWERS: Mutex<BTreeMap<UserId, usize>> = Mutex::new(BTreeMap::new());

/// A place among those who wait or follow.
pub(crate) struct Place(UserId);

impl Place {
    /// Takes one, where there is one.
    pub(crate) fn take(user: UserId) -> Result<Place, ApiError> {
        let mut all = FOLLOWERS.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.get(&user).copied().unwrap_or(0);
        if own >= OF_A_USER_MAX || all.values().sum::<usize>() >= FOLLOWERS_MAX {
            return Err(ApiError::Crowded);
        }
        all.insert(user, own + 1);
        Ok(Place(user))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = FOLLOWERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut own) = all.entry(self.0) {
            *own.get_mut() -= 1;
            if *own.get() == 0 {
                own.remove();
            }
        }
    }
}

/// Somebody who follows as it happens.
pub(crate) struct Following {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) wanted: FeedWanted,
    pub(crate) reader: EventReader,
    pub(crate) ready: VecDeque<FeedEvent>,
    pub(crate) until: Instant,
    /// Who they were when they came.
    pub(crate) role: Role,
    pub(crate) token_hash: [u8; 32],
    /// When it was last seen that they are logged in.
    pub(crate) looked_at: Instant,
    pub(crate) _place: Place,
}

impl Following {
    pub(crate) fn stream(self) -> impl Stream<Item = Result<Sent, Infallible>> {
        stream::unfold(self, |mut following| async move {
            let sent = following.next().await?;
            Some((Ok(sent), following))
        })
    }

    /// The next to be sent; none: the stream ends.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return sent(&event, self.reader);
            }
            if Instant::now() >= self.until || !self.is_logged_in().await {
                return None;
            }
            let page = match self.store.feed(&self.wanted).await {
                Ok(page) => page,
                Err(fault) => {
                    tracing::warn!(%fault, "events are followed no further");
                    return None;
                }
            };
            self.wanted.after = page.next;
            self.ready.extend(page.events);
            if !self.ready.is_empty() {
                continue;
            }
            if !page.is_end {
                // Without data it is no event to who follows, but they remember its id.
                return Some(Sent::default().id(page.next.to_string()));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Looked at now and then.
    async fn is_logged_in(&mut self) -> bool {
        if self.looked_at.elapsed() < LOGGED_IN_EVERY {
            return true;
        }
        self.looked_at = Instant::now();
        let found = self.store.session(&self.token_hash, now()).await;
        matches!(found, Ok(Some((_, user))) if user.role == self.role)
    }
}
