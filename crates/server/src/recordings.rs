//! What the node does for recordings, aside of the loop: the recorder and its keys, what an earlier
//! run left in the spool, the end of each recording in the record, the archive after it, and room on
//! the disk. A database, a disk or an archive that is slow costs no call.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use domain::Rate;
use engine::Input;
use recorder::{
    Archive, MasterKeys, Outcome, Recorder, RecorderConfig, Vault, free_share, recover,
};
use store::{RecordingFilter, RecordingMade, RecordingState, Store};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;

use crate::archive_settings::ArchiveSettings;
use crate::archiving::{self, Archiver};
use crate::config::Config;
use crate::retention;
use crate::run::Aside;

/// How often the disk is looked at.
const ROOM_EVERY: Duration = Duration::from_secs(1);
/// What waits for the disk longer than this raises an alarm: memory holds some minutes of all calls.
pub(crate) const BEHIND_MAX: Duration = Duration::from_secs(5);
/// First and longest wait before the record is asked again.
const AGAIN: Duration = Duration::from_millis(500);
const AGAIN_MAX: Duration = Duration::from_secs(30);

/// Everything of it that a node needs.
pub(crate) struct Recordings {
    pub(crate) recorder: Recorder,
    pub(crate) vault: Arc<Vault>,
    pub(crate) low: Arc<AtomicBool>,
    pub(crate) figures: Arc<archiving::Figures>,
    archive: ArchiveSettings,
    erases: bool,
    outcomes: UnboundedReceiver<Outcome>,
    low_water: Rate,
}

/// Where recordings are, and what opens them. Makes the file of keys and the folder of the archive
/// where there is none.
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
    let place = settings.archive.place(&settings.folder)?;
    let archive = Archive::open(&place, settings.archive.form());
    Ok(Vault {
        spool: settings.spool(),
        archive: archive.context("the archive of recordings")?,
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
            figures: Arc::default(),
            archive: config.recordings.archive.clone(),
            erases: config.recordings.erase,
            outcomes,
            low_water: config.recordings.low_water(),
        })
    }

    /// Brings what an earlier run left in the spool to its end, and says so in the record. What should
    /// be there and is not is lost, and that is said too.
    pub(crate) async fn recover(&self, store: &Arc<dyn Store>) -> Result<()> {
        retention::finish(store, &self.vault)
            .await
            .context("files of recordings that were erased")?;
        let vault = Arc::clone(&self.vault);
        let left = tokio::task::spawn_blocking(move || recover(&vault.spool, &vault.keys))
            .await?
            .with_context(|| format!("the spool {}", self.vault.spool.display()))?;
        let mended = left.iter().filter(|left| left.recovered).count();
        let mut found = Vec::new();
        for left in left {
            let attempt = left.outcome.attempt;
            found.push(attempt);
            store.recording_made(&made(&left.outcome)).await?;
            let row = store.recording(attempt).await?;
            if row.is_some_and(|row| row.state == RecordingState::Erased) {
                retention::destroy_again(&self.vault, attempt).await?;
            }
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

    /// Starts what goes on for as long as the node does. The first handle ends when the recorder has;
    /// the second, that of the archive and of what is erased, may be given up at any time: the next
    /// start goes on.
    pub(crate) fn keep(
        self,
        store: Arc<dyn Store>,
        aside: UnboundedSender<Aside>,
    ) -> (JoinHandle<()>, JoinHandle<()>) {
        let (spool, water) = (self.vault.spool.clone(), self.low_water);
        tokio::spawn(watch_room(
            spool,
            water,
            Arc::clone(&self.low),
            aside.clone(),
        ));
        tokio::spawn(watch_pace(self.recorder.clone(), aside));
        let more = Arc::<Notify>::default();
        let (due, vault, erases) = (Arc::clone(&store), Arc::clone(&self.vault), self.erases);
        let erasing = async move {
            if erases {
                retention::keep(due, vault).await;
            }
        };
        let archiver = Archiver {
            vault: self.vault,
            store: Arc::clone(&store),
            settings: self.archive,
            figures: self.figures,
            low: self.low,
            more: Arc::clone(&more),
        };
        let archiving = tokio::spawn(async {
            tokio::join!(archiver.run(), erasing);
        });
        let writing = tokio::spawn(write_down(self.outcomes, store, more));
        (writing, archiving)
    }
}

/// The end of each recording, in the record: in order, and however long that takes. Then there is
/// `more` for the archive.
async fn write_down(
    mut outcomes: UnboundedReceiver<Outcome>,
    store: Arc<dyn Store>,
    more: Arc<Notify>,
) {
    while let Some(outcome) = outcomes.recv().await {
        let made = made(&outcome);
        let mut wait = AGAIN;
        while let Err(fault) = store.recording_made(&made).await {
            tracing::warn!(%fault, attempt = %made.attempt, "the end of a recording is not in the record yet");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(AGAIN_MAX);
        }
        more.notify_one();
    }
}

/// Tells people when the disk does not keep up. Seconds wait in memory, and calls go on.
async fn watch_pace(recorder: Recorder, aside: UnboundedSender<Aside>) {
    let mut slow = false;
    while !aside.is_closed() {
        tokio::time::sleep(ROOM_EVERY).await;
        let behind = recorder.counters().behind();
        if slow == (behind > BEHIND_MAX) {
            continue;
        }
        slow = !slow;
        match slow {
            true => tracing::error!(?behind, "the disk of the recordings is too slow"),
            false => tracing::info!("the disk of the recordings keeps up again"),
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
