//! Has reports go that are due by schedule, as long as this engine has the record.

use std::sync::Arc;
use std::time::Duration;

use api::ReportMaker;
use delivery::{Pass, Places, Runner};
use prometheus::Registry;
use store::{RunEnd, RunState, Store, StoreError};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::wall;
use crate::metrics::{encoded, gauge};

/// Between two looks at what is due.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How reports by schedule stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeliveryFigures {
    arrived: u64,
    /// Tries that failed.
    failed: u64,
    /// Runs that wait for somebody, as of the last look.
    dead: u64,
    /// Schedules that cannot be reckoned with.
    odd: u64,
    /// Looks that ended well.
    passes: u64,
}

pub(crate) type Figures = watch::Receiver<DeliveryFigures>;

/// Sends until it is aborted.
pub(crate) fn send(store: Arc<dyn Store>, places: Arc<Places>) -> (JoinHandle<()>, Figures) {
    let (tell, figures) = watch::channel(DeliveryFigures::default());
    let runner = Runner {
        maker: Arc::new(ReportMaker {
            store: Arc::clone(&store),
        }),
        store: store.acting(store::Actor::at("schedule")),
        places,
        clock: Arc::new(wall),
    };
    let sending = tokio::spawn(async move {
        let mut told = None;
        loop {
            match look(&runner).await {
                Ok((pass, dead)) => {
                    tell.send_modify(|figures| figures.note(&pass, dead));
                    say(&pass, &mut told);
                }
                Err(fault) => {
                    let fault = &fault as &dyn std::error::Error;
                    tracing::error!(fault, "reports by schedule cannot be looked after");
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    (sending, figures)
}

/// Whoever was replaced leaves it to who has the record now.
async fn look(runner: &Runner) -> Result<(Pass, u64), StoreError> {
    if !runner.store.in_force().await? {
        return Ok((Pass::default(), 0));
    }
    let pass = runner.pass().await?;
    let dead = runner.store.runs(None, Some(RunState::Dead), 1_000).await?;
    Ok((pass, dead.len() as u64))
}

fn say(pass: &Pass, told: &mut Option<Vec<(String, String)>>) {
    for made in &pass.tried {
        let (run, schedule, place) = (made.run, made.schedule.as_str(), made.place.as_str());
        match &made.end {
            RunEnd::Arrived => tracing::info!(run, schedule, place, "a report arrived"),
            RunEnd::Again(_, why) => {
                tracing::warn!(run, schedule, place, why, "a report is sent again later");
            }
            RunEnd::Dead(why) => tracing::error!(run, schedule, place, why, "a report is dead"),
        }
    }
    if !pass.odd.is_empty() && told.as_ref() != Some(&pass.odd) {
        for (schedule, why) in &pass.odd {
            tracing::error!(schedule, why, "a schedule cannot be reckoned with");
        }
        *told = Some(pass.odd.clone());
    }
}

impl DeliveryFigures {
    fn note(&mut self, pass: &Pass, dead: u64) {
        let arrived = pass.tried.iter().filter(|it| it.end == RunEnd::Arrived);
        let arrived = arrived.count() as u64;
        self.arrived += arrived;
        self.failed += pass.tried.len() as u64 - arrived;
        self.dead = dead;
        self.odd = pass.odd.len() as u64;
        self.passes += 1;
    }
}

/// In the Prometheus text format.
pub(crate) fn text(figures: &Figures) -> String {
    encoded(|registry| gather(registry, &figures.borrow()))
}

fn gather(registry: &Registry, figures: &DeliveryFigures) -> Result<(), prometheus::Error> {
    let gauge = gauge(
        registry,
        "cadencia_scheduled_reports",
        "Reports by schedule: dead ones that wait for somebody (an alarm), schedules that cannot be reckoned with; arrived, \
         failed tries, and looks that ended well, since the start",
        &["figure"],
    )?;
    for (figure, value) in [
        ("dead", figures.dead),
        ("odd", figures.odd),
        ("arrived", figures.arrived),
        ("failed", figures.failed),
        ("passes", figures.passes),
    ] {
        gauge.with_label_values(&[figure]).set(value as f64);
    }
    Ok(())
}
