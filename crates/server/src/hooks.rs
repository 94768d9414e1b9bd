//! Has events go to the web hooks that follow them, each hook by itself, as long as this engine has the record.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use api::PublicWords;
use delivery::{HookPass, HookRunner, Places};
use domain::WebHookId;
use prometheus::Registry;
use store::{Actor, FeedPlace, HookRow, Store, StoreError};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::clock::wall;
use crate::metrics::{encoded, gauge};

/// Between two looks at what happened.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Requests of a hook before it is looked whether it is still to be sent to.
const REQUESTS_MAX: usize = 50;

/// How web hooks stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct HookFigures {
    /// Hooks that wait for somebody, as of the last look.
    dead: u64,
    /// Hooks whose last try failed.
    failing: u64,
    /// Events that arrived.
    arrived: u64,
    /// Requests that failed.
    failed: u64,
}

pub(crate) type Figures = watch::Receiver<HookFigures>;

/// From where a hook looked, and how far nothing was for it. It says nothing any more once the hook stands elsewhere.
type Looked = (FeedPlace, FeedPlace);
/// What a hook came to.
type Ended = (WebHookId, Option<Looked>);

/// Sends until it is aborted.
pub(crate) fn send(store: Arc<dyn Store>, places: Arc<Places>) -> (JoinHandle<()>, Figures) {
    let (tell, figures) = watch::channel(HookFigures::default());
    let runner = HookRunner {
        store: store.acting(Actor::at("webhook")),
        places,
        writer: Arc::new(PublicWords),
        clock: Arc::new(wall),
    };
    let sending = tokio::spawn(async move {
        let mut under_way: JoinSet<Ended> = JoinSet::new();
        let (mut busy, mut looked) = (HashSet::new(), HashMap::new());
        loop {
            while let Some(ended) = under_way.try_join_next() {
                // A hook that broke off is no longer busy: nothing of it is, once none is under way.
                let Ok((hook, far)) = ended else { continue };
                busy.remove(&hook);
                far.map(|far| looked.insert(hook, far));
            }
            if under_way.is_empty() {
                busy.clear();
            }
            match due(&runner, &tell).await {
                Ok(hooks) => {
                    for hook in hooks {
                        if busy.insert(hook.id) {
                            let far = looked.get(&hook.id).copied();
                            under_way.spawn(follow(runner.clone(), hook, far, tell.clone()));
                        }
                    }
                }
                Err(fault) => {
                    let fault = &fault as &dyn std::error::Error;
                    tracing::error!(fault, "web hooks cannot be looked after");
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    (sending, figures)
}

/// Whoever was replaced leaves it to who has the record now.
async fn due(
    runner: &HookRunner,
    tell: &watch::Sender<HookFigures>,
) -> Result<Vec<HookRow>, StoreError> {
    if !runner.store.in_force().await? {
        return Ok(Vec::new());
    }
    let all = runner.store.web_hooks().await?;
    tell.send_modify(|figures| {
        let count = |is: fn(&HookRow) -> bool| all.iter().filter(|hook| is(hook)).count() as u64;
        figures.dead = count(|hook| hook.is_dead);
        figures.failing = count(|hook| !hook.is_dead && hook.tries > 0);
    });
    runner.due().await
}

/// Sends to one hook until it has everything, or fails.
async fn follow(
    runner: HookRunner,
    hook: HookRow,
    mut looked: Option<Looked>,
    tell: watch::Sender<HookFigures>,
) -> Ended {
    let (id, name) = (hook.id, hook.name.clone());
    let mut hook = Some(hook);
    for _ in 0..REQUESTS_MAX {
        let Some(now) = hook.take() else { break };
        let far = looked.filter(|(from, _)| *from == now.sent);
        match runner.pass(&now, far.map(|(_, far)| far)).await {
            Ok(HookPass::Looked(far, more)) => {
                looked = Some((now.sent, far));
                if !more {
                    break;
                }
            }
            Ok(HookPass::Arrived(events)) => {
                tell.send_modify(|figures| figures.arrived += u64::from(events));
            }
            Ok(HookPass::Failed(why)) => {
                tell.send_modify(|figures| figures.failed += 1);
                tracing::warn!(hook = name, why, "events are sent again later");
                break;
            }
            Ok(HookPass::Died(why)) => {
                tell.send_modify(|figures| figures.failed += 1);
                tracing::error!(hook = name, why, "a web hook is dead");
                break;
            }
            Ok(HookPass::Overtaken) => break,
            Err(fault) => {
                let fault = &fault as &dyn std::error::Error;
                tracing::error!(fault, hook = name, "a web hook cannot be looked after");
                break;
            }
        }
        match runner.due().await {
            Ok(hooks) => hook = hooks.into_iter().find(|hook| hook.id == id),
            Err(_) => break,
        }
    }
    (id, looked)
}

/// In the Prometheus text format.
pub(crate) fn text(figures: &Figures) -> String {
    encoded(|registry| gather(registry, &figures.borrow()))
}

fn gather(registry: &Registry, figures: &HookFigures) -> Result<(), prometheus::Error> {
    let gauge = gauge(
        registry,
        "cadencia_web_hooks",
        "Web hooks that follow events: dead ones that wait for somebody (an alarm), those whose last try failed; events that \
         arrived and requests that failed, since the start",
        &["figure"],
    )?;
    for (figure, value) in [
        ("dead", figures.dead),
        ("failing", figures.failing),
        ("arrived", figures.arrived),
        ("failed", figures.failed),
    ] {
        gauge.with_label_values(&[figure]).set(value as f64);
    }
    Ok(())
}
