//! Sends the return file of each finished day beside the loop: at a start, for the days that were missed, and whenever it
//! is the hour of a place. What could not be written is tried again after a pause; what went is the record's to say.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use api::{PlaceSettings, Reception, ReturnPass};
use domain::Timestamp;
use prometheus::Registry;
use store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::wall;
use crate::metrics::{encoded, gauge};

/// Pause after the first failure; it doubles with each that follows.
const AGAIN_AFTER: Duration = Duration::from_secs(5);
/// The longest pause, and how often what is off is looked at: a client's key may be set meanwhile.
const PAUSE_MAX: Duration = Duration::from_secs(900);
const OFF_PAUSE: Duration = Duration::from_secs(30);
/// The longest sleep: the wall clock may be set.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// How the return files of a place stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReturnFigures {
    place: String,
    /// Files that are due and did not go.
    due: u64,
    /// Since the start.
    sent: u64,
    /// Of those, days that went again.
    restated: u64,
    /// Files, or whole passes, that could not be written.
    failed: u64,
    /// Passes that ended well.
    passes: u64,
    /// 1 while nothing goes for want of a campaign or key.
    off: u64,
}

/// How those of all places stand.
pub(crate) type Figures = watch::Receiver<Vec<ReturnFigures>>;

/// Sends until it is aborted.
pub(crate) fn send_daily(reception: Reception, store: Arc<dyn Store>) -> (JoinHandle<()>, Figures) {
    let scheduled = |place: &&PlaceSettings| place.returns.is_some();
    let places = reception.places.iter().filter(scheduled);
    let mut rounds: Vec<Round> = places.cloned().map(Round::new).collect();
    let at_first: Vec<ReturnFigures> = rounds.iter().map(|round| round.figures.clone()).collect();
    let (tell, figures) = watch::channel(at_first);
    let sending = tokio::spawn(async move {
        while !rounds.is_empty() {
            for (at, round) in rounds.iter_mut().enumerate() {
                if wall() >= round.look_at {
                    round.look(&reception, &store).await;
                    tell.send_modify(|figures| figures[at] = round.figures.clone());
                }
            }
            let next = rounds.iter().map(|round| round.look_at).min();
            let wait = next.map_or(SLEEP_MAX, |next| next.since(wall()));
            tokio::time::sleep(wait.min(SLEEP_MAX)).await;
        }
    });
    (sending, figures)
}

/// One place, and when it is to be looked at.
struct Round {
    place: PlaceSettings,
    look_at: Timestamp,
    /// After the next failure.
    pause: Duration,
    /// Why nothing goes, as it was told last.
    told: Option<String>,
    figures: ReturnFigures,
}

impl Round {
    fn new(place: PlaceSettings) -> Round {
        Round {
            figures: ReturnFigures {
                place: place.name.clone(),
                ..ReturnFigures::default()
            },
            place,
            look_at: Timestamp::default(),
            pause: AGAIN_AFTER,
            told: None,
        }
    }

    async fn look(&mut self, reception: &Reception, store: &Arc<dyn Store>) {
        let place = self.place.name.as_str();
        match api::send_returns(store, reception, &self.place).await {
            Ok(pass) => self.note(pass),
            Err(fault) => {
                let words = &fault as &dyn Error;
                tracing::error!(fault = words, place, "return files cannot be written");
                self.figures.failed += 1;
                self.pause();
            }
        }
    }

    fn note(&mut self, pass: ReturnPass) {
        let place = self.place.name.as_str();
        self.figures.due = pass.left as u64;
        self.figures.off = u64::from(pass.off.is_some());
        for sent in &pass.sent {
            let (day, version) = (&sent.row.day, sent.row.version);
            let (list, records) = (&sent.totals.list, sent.row.records);
            self.figures.sent += 1;
            self.figures.restated += u64::from(version > 1);
            tracing::info!(place, list, day, version, records, "a return file went");
        }
        for (file, fault) in &pass.failed {
            let fault = fault as &dyn Error;
            self.figures.failed += 1;
            tracing::error!(fault, place, file, "a return file did not go");
        }
        if let Some(why) = &pass.off {
            if self.told.as_ref() != Some(why) {
                tracing::info!(place, why, "no return file goes yet");
            }
            self.look_at = wall() + OFF_PAUSE;
        } else if pass.failed.is_empty() {
            self.figures.passes += 1;
            self.pause = AGAIN_AFTER;
            self.look_at = pass.next.unwrap_or_else(|| wall() + OFF_PAUSE);
        } else {
            self.pause();
        }
        self.told = pass.off;
    }

    fn pause(&mut self) {
        self.look_at = wall() + self.pause;
        self.pause = (self.pause * 2).min(PAUSE_MAX);
    }
}

/// In the Prometheus text format.
pub(crate) fn text(figures: &Figures) -> String {
    encoded(|registry| gather(registry, &figures.borrow()))
}

fn gather(registry: &Registry, places: &[ReturnFigures]) -> Result<(), prometheus::Error> {
    let gauge = gauge(
        registry,
        "cadencia_return_files",
        "Return files that go by themselves: due and not gone (an alarm when it lasts), off for want of the client's \
         key (1); sent, of those restated, failed, and passes that ended well, since the start",
        &["place", "figure"],
    )?;
    for place in places {
        for (figure, value) in [
            ("due", place.due),
            ("off", place.off),
            ("sent", place.sent),
            ("restated", place.restated),
            ("failed", place.failed),
            ("passes", place.passes),
        ] {
            gauge
                .with_label_values(&[place.place.as_str(), figure])
                .set(value as f64);
        }
    }
    Ok(())
}
