//! What other systems follow, and the web hooks it is brought to. A part of [`Store`](crate::Store) with a name of its own.

use async_trait::async_trait;
use domain::{Timestamp, WebHookId};

use crate::error::Result;
use crate::types::{FeedPage, FeedPlace, FeedWanted, HookRow, NewHook};

/// Events in one order that never changes: what is read once stays where it is, and whatever comes later stands after it. Calls of
/// histories that were taken in are not among them.
#[async_trait]
pub trait FeedStore: Send + Sync {
    /// Where the order ends now.
    async fn feed_end(&self) -> Result<FeedPlace>;
    /// Events after a place. A page may be empty and not the last: so much is looked through at once, and no more.
    async fn feed(&self, wanted: &FeedWanted) -> Result<FeedPage>;

    /// Every web hook, by name.
    async fn web_hooks(&self) -> Result<Vec<HookRow>>;
    /// Makes one. In the audit log, as are the other changes that people make, and its death.
    async fn put_web_hook(&self, new: &NewHook) -> Result<WebHookId>;
    /// Removes one.
    async fn remove_web_hook(&self, hook: WebHookId) -> Result<()>;
    /// Has a dead one go on; from another place where one is given, dead or not.
    async fn revive_web_hook(
        &self,
        hook: WebHookId,
        from: Option<FeedPlace>,
        now: Timestamp,
    ) -> Result<()>;
    /// Notes what is about to be sent, and thereby what every further try sends. False where the hook does not stand at `from`.
    async fn hook_takes(
        &self,
        hook: WebHookId,
        from: FeedPlace,
        pending: FeedPlace,
    ) -> Result<bool>;
    /// Notes that everything up to `to` arrived: so many events. False as above.
    async fn hook_passed(
        &self,
        hook: WebHookId,
        (from, to): (FeedPlace, FeedPlace),
        events: u32,
        at: Timestamp,
    ) -> Result<bool>;
    /// Notes that a try failed, and when it is made again; dead where it is not.
    async fn hook_failed(
        &self,
        hook: WebHookId,
        from: FeedPlace,
        again: Option<Timestamp>,
        fault: &str,
    ) -> Result<()>;
}
