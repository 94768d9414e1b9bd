//! Brings events to web hooks, in their order, until they are taken. The record keeps how far each hook is and what is under way, so
//! whoever goes on after a crash sends the same under the same key; what an event is in public words is told by whoever implements
//! [`EventWriter`].
//!
//! ```text
//!  after `sent` ─▶ taken (up to `pending`) ─▶ posted ─▶ `sent` moves on
//!                         ▲                      │
//!                         └── later, at most so often ─▶ dead
//! ```

use std::fmt;
use std::sync::Arc;

use domain::WebHookId;
use schedules::retry_after;
use sha2::{Digest as _, Sha256};
use store::{FeedEvent, FeedPlace, FeedWanted, HookRow, Store, StoreError};

use crate::fault::Fault;
use crate::keeping::hex;
use crate::places::{Place, Places};
use crate::runner::Clock;
use crate::webhook::Webhook;

/// How far a hook may have looked, past what it was sent, before that is kept: what it does not want is looked through again after a
/// start, and each keeping is a write.
const UNKEPT_MAX: u64 = 10_000;

/// Writes events for others.
pub trait EventWriter: Send + Sync {
    /// The body of a request with these.
    fn written(&self, hook: &HookRow, events: &[FeedEvent]) -> Result<Vec<u8>, Fault>;
}

/// What a pass came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookPass {
    /// Nothing for it; up to there, and more may come at once.
    Looked(FeedPlace, bool),
    /// So many events arrived.
    Arrived(u32),
    /// It failed, and is tried again later.
    Failed(String),
    /// It failed for the last time.
    Died(String),
    /// Somebody else sent it, or it is not to be sent any more.
    Overtaken,
}

/// Sends what follows.
#[derive(Clone)]
pub struct HookRunner {
    /// The record.
    pub store: Arc<dyn Store>,
    /// The places of this node.
    pub places: Arc<Places>,
    /// Writes events.
    pub writer: Arc<dyn EventWriter>,
    /// What time it is.
    pub clock: Clock,
}

impl fmt::Debug for HookRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = &self.places;
        f.debug_struct("HookRunner")
            .field("places", places)
            .finish_non_exhaustive()
    }
}

impl HookRunner {
    /// The hooks whose time has come.
    pub async fn due(&self) -> Result<Vec<HookRow>, StoreError> {
        let now = (self.clock)();
        let mut hooks = self.store.web_hooks().await?;
        hooks.retain(|hook| !hook.is_dead && hook.next_at <= now);
        Ok(hooks)
    }

    /// Sends one request of a hook, if there is anything for it. `looked`: so far nothing was for it.
    pub async fn pass(
        &self,
        hook: &HookRow,
        looked: Option<FeedPlace>,
    ) -> Result<HookPass, StoreError> {
        let after = match (hook.pending, looked) {
            (None, Some(looked)) => hook.sent.max(looked),
            _ => hook.sent,
        };
        let wanted = FeedWanted {
            after,
            up_to: hook.pending,
            kinds: hook.kinds.clone(),
            campaign: hook.campaign,
            limit: hook.batch,
        };
        let page = self.store.feed(&wanted).await?;
        let Some(last) = page.events.last() else {
            return self.nothing(hook, page.next, page.is_end).await;
        };
        let to = match hook.pending {
            // It reaches as far as it did when it was taken, whatever of it is left to tell.
            Some(pending) if page.next >= pending => pending,
            Some(_) => page.next,
            None => last.place,
        };
        if hook.pending.is_none() && !self.store.hook_takes(hook.id, hook.sent, to).await? {
            return Ok(HookPass::Overtaken);
        }
        match self.send(hook, &page.events).await {
            Ok(()) => {
                let events = u32::try_from(page.events.len()).unwrap_or(u32::MAX);
                let way = (hook.sent, to);
                let noted = self.store.hook_passed(hook.id, way, events, (self.clock)());
                Ok(match noted.await? {
                    true => HookPass::Arrived(events),
                    false => HookPass::Overtaken,
                })
            }
            Err(fault) => self.failed(hook, &fault).await,
        }
    }

    async fn nothing(
        &self,
        hook: &HookRow,
        next: FeedPlace,
        is_end: bool,
    ) -> Result<HookPass, StoreError> {
        let far = next.seq.saturating_sub(hook.sent.seq) >= UNKEPT_MAX;
        if hook.pending.is_some() || far {
            let way = (hook.sent, next);
            let noted = self.store.hook_passed(hook.id, way, 0, (self.clock)());
            if !noted.await? {
                return Ok(HookPass::Overtaken);
            }
        }
        Ok(HookPass::Looked(next, !is_end))
    }

    async fn failed(&self, hook: &HookRow, fault: &Fault) -> Result<HookPass, StoreError> {
        let why = fault.to_string();
        let wait = retry_after(hook.tries + 1, rand::random());
        let again = wait.map(|wait| (self.clock)() + wait);
        self.store
            .hook_failed(hook.id, hook.sent, again, &why)
            .await?;
        Ok(match again {
            Some(_) => HookPass::Failed(why),
            None => HookPass::Died(why),
        })
    }

    async fn send(&self, hook: &HookRow, events: &[FeedEvent]) -> Result<(), Fault> {
        let Some(Place::Webhook(place)) = self.places.get(&hook.place) else {
            return Err(Fault::new(format!(
                "the configuration of this node has no web hook `{}`; add it under [delivery]",
                hook.place
            )));
        };
        let secret = self.store.secret().await;
        let secret = secret.map_err(|fault| Fault::of("the record", &fault))?;
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            return Ok(());
        };
        let key = key(hook.id, (first.place, last.place), &secret);
        let body = self.writer.written(hook, events)?;
        let (place, at): (Webhook, _) = ((**place).clone(), (self.clock)());
        let sending = tokio::task::spawn_blocking(move || {
            place.post(&body, "application/json", &key, at, &[])
        });
        let broke_off = |fault: tokio::task::JoinError| Fault::of("sending broke off", &fault);
        sending.await.map_err(broke_off)?
    }
}

/// Names a request to others: the same of every try, and no two installations have the same.
fn key(hook: WebHookId, (first, last): (FeedPlace, FeedPlace), secret: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(b"events of a web hook\n");
    digest.update(secret);
    digest.update(format!("{hook} {first} {last}"));
    let digest = hex(&digest.finalize()[..12]);
    format!("hook-{hook}-{first}-{last}-{digest}")
}
