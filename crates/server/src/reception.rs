//! Watches the drop folders beside the loop: what comes is loaded a file at a time, so that a base never keeps
//! dialing waiting. Files in quarantine are an alarm until somebody takes them away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::{DropFolder, Fate, Outcome, PlaceSettings, Reception};
use prometheus::Registry;
use store::Store;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::control::Request;
use crate::metrics::{encoded, gauge};

/// How often folders are looked at: what is dropped waits for `steady_s` anyway.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How a folder stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlaceFigures {
    name: String,
    /// 1 while this process watches it.
    watched: u64,
    waiting: u64,
    quarantine: u64,
    loaded: u64,
    refused: u64,
    /// Files that wait for a fault of ours to be mended.
    stuck: u64,
}

/// How all of them stand.
pub(crate) type Figures = watch::Receiver<Vec<PlaceFigures>>;

/// Watches every place until it is aborted; what is under way then is gone on with at the next start.
pub(crate) fn watch_places(
    reception: Reception,
    store: Arc<dyn Store>,
    requests: mpsc::UnboundedSender<Request>,
) -> (JoinHandle<()>, Figures) {
    let first = |place: &PlaceSettings| PlaceFigures {
        name: place.name.clone(),
        ..PlaceFigures::default()
    };
    let at_first: Vec<PlaceFigures> = reception.places.iter().map(first).collect();
    let (tell, figures) = watch::channel(at_first);
    let watching = tokio::spawn(async move {
        let mut folders: Vec<Option<DropFolder>> = reception.places.iter().map(|_| None).collect();
        let began = Instant::now();
        loop {
            for (at, settings) in reception.places.iter().enumerate() {
                if folders[at].is_none() {
                    folders[at] = opened(settings);
                }
                let Some(folder) = &mut folders[at] else {
                    tell.send_modify(|figures| figures[at].watched = 0);
                    continue;
                };
                let fates = match folder.look(&store, &reception, began.elapsed()).await {
                    Ok(fates) => fates,
                    Err(fault) => {
                        let fault = &fault as &dyn std::error::Error;
                        tracing::error!(
                            fault,
                            place = settings.name,
                            "a drop folder cannot be looked at"
                        );
                        continue;
                    }
                };
                let loaded = fates
                    .iter()
                    .any(|fate| matches!(fate.outcome, Outcome::Loaded { .. }));
                tell.send_modify(|figures| note(&mut figures[at], folder, &fates));
                if loaded {
                    // A loop that is gone needs no configuration.
                    let _ = requests.send(Request::Reload);
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    (watching, figures)
}

fn opened(settings: &PlaceSettings) -> Option<DropFolder> {
    match DropFolder::open(settings) {
        Ok(folder) => folder,
        Err(fault) => {
            tracing::error!(%fault, place = settings.name, folder = %settings.root.display(),
                "a drop folder cannot be watched");
            None
        }
    }
}

fn note(figures: &mut PlaceFigures, folder: &DropFolder, fates: &[Fate]) {
    figures.watched = 1;
    figures.waiting = folder.place().count("in").unwrap_or_default();
    figures.quarantine = folder.place().count("quarantine").unwrap_or_default();
    figures.stuck = folder.place().count("taken").unwrap_or_default();
    for fate in fates {
        let (place, file, entry) = (&fate.place, &fate.file, fate.entry);
        match &fate.outcome {
            Outcome::Loaded {
                list,
                received,
                valid,
            } => {
                figures.loaded += 1;
                tracing::info!(
                    place,
                    file,
                    entry,
                    list,
                    received,
                    valid,
                    "a base was loaded"
                );
            }
            Outcome::WasLoaded => tracing::info!(place, file, entry, "a base was put away"),
            Outcome::Refused { code, words } => {
                figures.refused += 1;
                tracing::error!(place, file, entry, code, words, "a file is in quarantine");
            }
            Outcome::Waits { why } => {
                tracing::error!(place, file, entry, why, "a file waits to be loaded");
            }
        }
    }
}

/// In the Prometheus text format.
pub(crate) fn text(figures: &Figures) -> String {
    encoded(|registry| gather(registry, &figures.borrow()))
}

fn gather(registry: &Registry, places: &[PlaceFigures]) -> Result<(), prometheus::Error> {
    let gauge = gauge(
        registry,
        "cadencia_reception",
        "Drop folders: watched by this process (1), files waiting, in quarantine (an alarm until they are taken \
         away) and stuck for a fault of ours; loaded and refused since the start",
        &["place", "figure"],
    )?;
    for place in places {
        for (figure, value) in [
            ("watched", place.watched),
            ("waiting", place.waiting),
            ("quarantine", place.quarantine),
            ("stuck", place.stuck),
            ("loaded", place.loaded),
            ("refused", place.refused),
        ] {
            gauge
                .with_label_values(&[place.name.as_str(), figure])
                .set(value as f64);
        }
    }
    Ok(())
}
