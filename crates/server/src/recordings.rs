//! What the node does for recordings, aside of the loop: the recorder and its keys, what an earlier
//! run left in the spool, the end of each recording in the record, and room on the disk. A database
//! or a disk that is slow costs no call.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use domain::Rate;
use engine::Input;
use recorder::{MasterKeys, Outcome, Recorder, RecorderConfig, Vault, free_share, recover};
use store::{RecordingFilter, RecordingMade, RecordingState, Store};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::config::Config;
use crate::run::Aside;

/// How often the disk is looked at.
const ROOM_EVERY: Duration = Duration::from_secs(1);
/// First and longest wait before the record is asked again.
const AGAIN: Duration = Duration::from_millis(500);
const AGAIN_MAX: Duration = Duration::from_secs(30);

/// Everything of it that a node needs.
pub(crate) struct Recordings {
    pub(crate) recorder: Recorder,
    pub(crate) vault: Arc<Vault>,
    pub(crate) low: Arc<AtomicBool>,
    outcomes: UnboundedReceiver<Outcome>,
    low_water: Rate,
}

/// Where recordings are, and what opens them. Makes the file of keys where there is none.
pub fn vault(config: &Config) -> Result<Vault> {
    let settings = &config.recordings;
    let (keys, made) = MasterKeys::load_or_make(&settings.master_key)?;
    if made {
        tracing::warn!(
            file = %settings.master_key.display(),
            "made the master key of recordings; keep a copy of it in a safe place, apart from the \
             copies of the database: without it no recording can ever be heard"
        );
    }
    Ok(Vault {
        spool: settings.spool(),
        keys: Arc::new(keys),
        form: settings.form(),
    })
}

impl Recordings {
    pub(crate) fn open(config: &Config) -> Result<Recordings> {
        let vault = vault(config)?;
        let made = RecorderConfig {
            folder: vault.spool.clone(),
            codec: config.recordings.codec(),
        };
        let (recorder, outcomes) = Recorder::start(made, Arc::clone(&vault.keys))
            .with_context(|| format!("recordings cannot be made in {}", vault.spool.display()))?;
        Ok(Recordings {
            recorder,
            vault: Arc::new(vault),
            low: Arc::default(),
            outcomes,
            low_water: config.recordings.low_water(),
        })
    }

    /// Brings what an earlier run left in the spool to its end, and says so in the record. What should
    /// be there and is not is lost, and that is said too.
    pub(crate) async fn recover(&self, store: &Arc<dyn Store>) -> Result<()> {
        let vault = Arc::clone(&self.vault);
        let left = tokio::task::spawn_blocking(move || recover(&vault.spool, &vault.keys))
            .await?
            .with_context(|| format!("the spool {}", self.vault.spool.display()))?;
        let mended = left.iter().filter(|left| left.recovered).count();
        let mut found = Vec::new();
        for left in left {
            found.push(left.outcome.attempt);
            store.recording_made(&made(&left.outcome)).await?;
        }
        let filter = RecordingFilter {
            state: Some(RecordingState::Recording),
            limit: u32::MAX,
            ..RecordingFilter::default()
        };
        let mut lost = 0;
        for row in store.recordings(&filter).await? {
            if !found.contains(&row.attempt) {
                lost += 1;
                let why = "no file of it is in the spool of this node";
                let nothing = RecordingMade {
                    attempt: row.attempt,
                    duration_ms: 0,
                    content: String::new(),
                    why: Some(why.to_owned()),
                };
                store.recording_made(&nothing).await?;
            }
        }
        if mended + lost > 0 {
            tracing::warn!(
                mended,
                lost,
                "recordings that an earlier run left unfinished"
            );
        }
        Ok(())
    }

    /// Starts what goes on for as long as the node does; the handle ends when the recorder has.
    pub(crate) fn keep(
        self,
        store: Arc<dyn Store>,
        aside: UnboundedSender<Aside>,
    ) -> tokio::task::JoinHandle<()> {
        let (spool, low, water) = (self.vault.spool.clone(), self.low, self.low_water);
        tokio::spawn(watch_room(spool, water, low, aside));
        tokio::spawn(write_down(self.outcomes, store))
    }
}

/// The end of each recording, in the record: in order, and however long that takes.
async fn write_down(mut outcomes: UnboundedReceiver<Outcome>, store: Arc<dyn Store>) {
    while let Some(outcome) = outcomes.recv().await {
        let made = made(&outcome);
        let mut wait = AGAIN;
        while let Err(fault) = store.recording_made(&made).await {
            tracing::warn!(%fault, attempt = %made.attempt, "the end of a recording is not in the record yet");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(AGAIN_MAX);
        }
    }
}

fn made(outcome: &Outcome) -> RecordingMade {
    let why = match (outcome.pairs, &outcome.early) {
        (0, None) => Some("the call ended at once".to_owned()),
        (_, early) => early.clone(),
    };
    RecordingMade {
        attempt: outcome.attempt,
        // A pair is an eighth of a millisecond; what is shorter than one is nothing.
        duration_ms: i64::try_from(outcome.pairs / 8).unwrap_or(i64::MAX),
        content: outcome.content.word().to_owned(),
        why,
    }
}

/// Tells the engine when there is no more room, and when there is again. A little more than the low
/// water must be free before recordings begin anew.
async fn watch_room(
    spool: PathBuf,
    water: Rate,
    low: Arc<AtomicBool>,
    aside: UnboundedSender<Aside>,
) {
    let mut every = tokio::time::interval(ROOM_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    while !aside.is_closed() {
        every.tick().await;
        let folder = spool.clone();
        let asked = tokio::task::spawn_blocking(move || free_share(&folder)).await;
        let free = match asked {
            Ok(Ok(free)) => free,
            Ok(Err(fault)) => {
                tracing::warn!(%fault, "the disk of the recordings does not say how full it is");
                continue;
            }
            Err(_) => return,
        };
        let was_low = low.load(Ordering::Relaxed);
        let is_low = free < water.get() + if was_low { 0.01 } else { 0.0 };
        if is_low == was_low {
            continue;
        }
        low.store(is_low, Ordering::Relaxed);
        if is_low {
            tracing::error!(free = %format!("{:.1}%", free * 100.0), low_water = %water,
                "the disk of the recordings is nearly full: no recording begins until there is room");
        } else {
            tracing::info!("there is room for recordings again");
        }
        // A loop that is gone records nothing.
        let _ = aside.send(Aside::Input(Input::RecordingRoom(!is_low)));
    }
}
