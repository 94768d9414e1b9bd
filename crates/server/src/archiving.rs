//! Brings recordings that are over from the spool to the archive, and lets go of what it has. All that
//! must outlive this process is in the record and the spool: a start goes on where a crash was.
//!
//! An archive that is away is asked again after a while that doubles, up to five minutes; what cannot
//! be read from the spool is looked at again each hour, and is in nobody's way. No call knows of any
//! of it: when the disk is nearly full, recordings cease and calls go on.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use domain::{AttemptId, Timestamp};
use futures_util::stream::{self, StreamExt as _};
use rand::RngExt as _;
use recorder::{ArchiveError, Archived, Vault, path_of};
use store::{RecordingFilter, RecordingState, RecordingStored, Store};
use tokio::sync::Notify;

use crate::archive_settings::ArchiveSettings;
use crate::clock::Clock;

/// How often is looked for work that nobody told of.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Recordings that are read from the record at once.
const PAGE: u32 = 200;
/// First and longest rest of an archive that is away.
const REST: Duration = Duration::from_secs(1);
const REST_MAX: Duration = Duration::from_secs(300);
/// Until what cannot be read from the spool is looked at again.
const TROUBLED_FOR: Duration = Duration::from_secs(3_600);

/// How the archive stands, for the metrics.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    waiting: AtomicU64,
    oldest_s: AtomicU64,
    stored: AtomicU64,
    bytes: AtomicU64,
    failed: AtomicU64,
    late: AtomicBool,
}

impl Figures {
    pub(crate) fn all(&self) -> [(&'static str, u64); 5] {
        let of = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        [
            ("waiting", of(&self.waiting)),
            ("oldest_s", of(&self.oldest_s)),
            ("stored", of(&self.stored)),
            ("bytes", of(&self.bytes)),
            ("failed", of(&self.failed)),
        ]
    }

    pub(crate) fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }
}

/// Who does it.
pub(crate) struct Archiver {
    pub(crate) vault: Arc<Vault>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) settings: ArchiveSettings,
    pub(crate) figures: Arc<Figures>,
    /// Whether the disk of the spool is nearly full.
    pub(crate) low: Arc<AtomicBool>,
    /// Told when a recording is over.
    pub(crate) more: Arc<Notify>,
}

impl Archiver {
    /// Goes on until it is dropped.
    pub(crate) async fn run(self) {
        // An archive that hangs must not keep its own alarm from ringing.
        tokio::join!(self.drain(), self.watch());
    }

    async fn drain(&self) {
        let mut troubled = HashMap::new();
        let mut rest = REST;
        loop {
            let before = self.figures.stored.load(Ordering::Relaxed);
            match self.round(&mut troubled).await {
                Ok(()) => {
                    rest = REST;
                    let _ = tokio::time::timeout(LOOK_EVERY, self.more.notified()).await;
                }
                Err(fault) => {
                    if self.figures.stored.load(Ordering::Relaxed) > before {
                        rest = REST;
                    }
                    tracing::warn!(fault = %format!("{fault:#}"), again_in = ?rest,
                        "recordings do not come to the archive; they wait in the spool");
                    let spread = rand::rng().random_range(0.75..1.25);
                    tokio::time::sleep(rest.mul_f64(spread)).await;
                    rest = (rest * 2).min(REST_MAX);
                }
            }
        }
    }

    /// Once through all that waits; ends early when the archive or the record is away.
    async fn round(&self, troubled: &mut HashMap<AttemptId, Instant>) -> Result<()> {
        self.let_go().await?;
        if let Err(fault) = self.sweep().await {
            tracing::warn!(fault = %format!("{fault:#}"),
                "objects of erased recordings, which nobody can open, are still in the archive");
        }
        troubled.retain(|_, until| *until > Instant::now());
        let mut after = None;
        loop {
            let filter = RecordingFilter {
                state: Some(RecordingState::Spooled),
                after,
                limit: PAGE,
                ..RecordingFilter::default()
            };
            let rows = self.store.recordings(&filter).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(last.attempt);
            let wanted = rows.into_iter().map(|row| row.attempt);
            let wanted: Vec<_> = wanted.filter(|it| !troubled.contains_key(it)).collect();
            let mut taken = stream::iter(wanted)
                .map(|attempt| async move { (attempt, self.take(attempt).await) })
                .buffer_unordered(self.settings.at_once);
            while let Some((attempt, taken)) = taken.next().await {
                if !taken? {
                    troubled.insert(attempt, Instant::now() + TROUBLED_FOR);
                }
            }
        }
    }

    /// Brings one there; false: its file is at fault.
    async fn take(&self, attempt: AttemptId) -> Result<bool> {
        let fault = match self.vault.store(attempt).await {
            Ok(archived) => return self.took(attempt, archived).await.map(|()| true),
            Err(fault) => fault,
        };
        self.figures.failed.fetch_add(1, Ordering::Relaxed);
        let words = said(&fault);
        self.store.recording_troubled(attempt, &words).await?;
        if fault.is_of_the_store() {
            return Err(fault).with_context(|| format!("recording of attempt {attempt}"));
        }
        tracing::error!(%attempt, fault = %words, "a recording does not come to the archive");
        Ok(false)
    }

    async fn took(&self, attempt: AttemptId, archived: Archived) -> Result<()> {
        let bytes = archived.object_bytes;
        let object = archived.object.clone();
        if !self
            .store
            .recording_stored(&stored(attempt, archived))
            .await?
        {
            // It was erased while it was under way.
            self.vault.archive.remove(&object).await?;
            return Ok(());
        }
        self.figures.stored.fetch_add(1, Ordering::Relaxed);
        self.figures.bytes.fetch_add(bytes, Ordering::Relaxed);
        match self.settings.keep_local() {
            Duration::ZERO => self.let_go_of(attempt).await.map(drop),
            _ => Ok(()),
        }
    }

    /// Lets go of files that were kept long enough beside the archive, and of all it has when there is
    /// no room.
    async fn let_go(&self) -> Result<()> {
        let kept = match self.low.load(Ordering::Relaxed) {
            true => Duration::ZERO,
            false => self.settings.keep_local(),
        };
        let since = before(now(), kept);
        loop {
            let files = self.store.recordings_kept_local(since, PAGE).await?;
            let mut gone = 0;
            for attempt in &files {
                gone += usize::from(self.let_go_of(*attempt).await?);
            }
            if gone < PAGE as usize {
                return Ok(());
            }
        }
    }

    async fn let_go_of(&self, attempt: AttemptId) -> Result<bool> {
        let path = path_of(&self.vault.spool, attempt);
        match tokio::fs::remove_file(path).await {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%attempt, %fault, "a file that the archive has stays in the spool");
                Ok(false)
            }
            _ => {
                self.store.recording_let_go(attempt, now()).await?;
                Ok(true)
            }
        }
    }

    /// Removes the objects of recordings that were erased while the archive was away. Nobody can open
    /// them since.
    async fn sweep(&self) -> Result<()> {
        for (attempt, object) in self.store.leftover_objects(PAGE).await? {
            self.vault.archive.remove(&object).await?;
            self.store.object_gone(attempt, now()).await?;
        }
        Ok(())
    }

    /// Counts what waits, and rings when it waits too long.
    async fn watch(&self) {
        let late_after = self.settings.late();
        loop {
            match self.store.recording_backlog().await {
                Ok(backlog) => {
                    let waits = backlog
                        .oldest
                        .map_or(Duration::ZERO, |end| now().since(end));
                    self.figures.waiting.store(backlog.count, Ordering::Relaxed);
                    self.figures
                        .oldest_s
                        .store(waits.as_secs(), Ordering::Relaxed);
                    let late = waits > late_after;
                    if late != self.figures.late.swap(late, Ordering::Relaxed) {
                        tell(late, backlog.count, waits, backlog.trouble.as_deref());
                    }
                }
                Err(fault) => {
                    tracing::warn!(%fault, "recordings that wait for the archive are not counted");
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn tell(late: bool, waiting: u64, waits: Duration, trouble: Option<&str>) {
    if late {
        tracing::error!(
            waiting,
            ?waits,
            trouble = trouble.unwrap_or(""),
            "recordings have waited too long for the archive; see `cadencia recording backlog`"
        );
    } else {
        tracing::info!(
            waiting,
            "no recording waits too long for the archive any more"
        );
    }
}

fn stored(attempt: AttemptId, archived: Archived) -> RecordingStored {
    let size = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    RecordingStored {
        attempt,
        content: archived.content.word().to_owned(),
        bytes: size(archived.wav_bytes),
        wav_sha256: archived.wav_sha256,
        object: archived.object,
        object_bytes: size(archived.object_bytes),
        object_sha256: archived.object_sha256,
        sealed_key: archived.sealed_key,
        at: now(),
    }
}

/// A fault with its reasons, for the record.
fn said(fault: &ArchiveError) -> String {
    let reasons = std::iter::successors(Some(fault as &dyn std::error::Error), |it| it.source());
    let words: Vec<_> = reasons.map(ToString::to_string).collect();
    words.join(": ").chars().take(500).collect()
}

/// The wall's time: this runs for months.
fn now() -> Timestamp {
    Clock::start().now()
}

fn before(at: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(at.as_millis().saturating_sub(span))
}
