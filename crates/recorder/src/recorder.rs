//! The recorder as others hold it: orders and packets go in without waiting, outcomes come out.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{fs, io};

use domain::{AttemptId, Timestamp};
use media::{Codec, LegId, Side, TapFrame};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::ears::{self, Order};
use crate::keys::MasterKeys;
use crate::pen;
use crate::sealed::Content;

/// Packets that wait to be laid: a fifth of a second of 1,500 calls. What does not fit is counted
/// and lost; no media thread waits.
const FRAMES_MAX: usize = 32_768;

/// How recordings are made.
#[derive(Clone, Debug)]
pub struct RecorderConfig {
    /// Where files are made.
    pub folder: PathBuf,
    /// The law they are kept in.
    pub codec: Codec,
}

/// A recording that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whose call.
    pub attempt: AttemptId,
    /// What its file holds.
    pub content: Content,
    /// Samples of each side; 0: there is none.
    pub pairs: u64,
    /// Why it ends before its call did, or why there is none.
    pub early: Option<String>,
}

/// Figures since the start.
#[derive(Debug)]
pub struct Counters {
    pub(crate) open: AtomicU64,
    pub(crate) finished: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) seconds_lost: AtomicU64,
    pub(crate) bytes: AtomicU64,
    /// Since when what is being written waits, in ms after `began`; 0: nothing does.
    waits_since: AtomicU64,
    began: Instant,
}

impl Default for Counters {
    fn default() -> Counters {
        Counters {
            open: AtomicU64::new(0),
            finished: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            seconds_lost: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            waits_since: AtomicU64::new(0),
            began: Instant::now(),
        }
    }
}

impl Counters {
    /// Recordings that are being made.
    pub fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// Recordings that came to their end.
    pub fn finished(&self) -> u64 {
        self.finished.load(Ordering::Relaxed)
    }

    /// Recordings that a disk cut short, or did not let begin.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Seconds that a slow disk could not take in time.
    pub fn seconds_lost(&self) -> u64 {
        self.seconds_lost.load(Ordering::Relaxed)
    }

    /// How long what the disk is taking now has waited for it: next to nothing where it keeps up.
    pub fn behind(&self) -> Duration {
        match self.waits_since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => self
                .began
                .elapsed()
                .saturating_sub(Duration::from_millis(since)),
        }
    }

    /// The disk is taking what was handed over then; `None`: it has all.
    pub(crate) fn writes(&self, handed_over: Option<Instant>) {
        let since = handed_over.map_or(0, |at| at.duration_since(self.began).as_millis().max(1));
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        self.waits_since.store(since, Ordering::Relaxed);
    }

    /// Bytes written.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// The recorder. Clones share it; when the last one is gone, what is being recorded comes to its
/// end. No method waits but [`Recorder::stop`].
#[derive(Clone, Debug)]
pub struct Recorder {
    orders: mpsc::Sender<Order>,
    frames: SyncSender<TapFrame>,
    counters: Arc<Counters>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Recorder {
    /// Starts its two threads.
    pub fn start(
        config: RecorderConfig,
        keys: Arc<MasterKeys>,
    ) -> io::Result<(Recorder, UnboundedReceiver<Outcome>)> {
        fs::create_dir_all(&config.folder)?;
        let counters = Arc::<Counters>::default();
        let (orders, inbox) = mpsc::channel();
        let (frames, heard) = mpsc::sync_channel(FRAMES_MAX);
        let (work, works) = mpsc::sync_channel(pen::WORK_MAX);
        let (outcomes, told) = unbounded_channel();
        let writer = pen::Pen::new(config.folder, keys, outcomes, Arc::clone(&counters));
        let writer = thread::Builder::new()
            .name("recorder-pen".to_owned())
            .spawn(move || writer.run(works))?;
        let listener = ears::Ears::new(config.codec, inbox, heard, work, Arc::clone(&counters));
        let listener = thread::Builder::new()
            .name("recorder-ears".to_owned())
            .spawn(move || listener.run())?;
        let recorder = Recorder {
            orders,
            frames,
            counters,
            threads: Arc::new(Mutex::new(vec![listener, writer])),
        };
        Ok((recorder, told))
    }

    /// Where copies of packets go; those of a leg that is not seated are passed over.
    pub fn frames(&self) -> SyncSender<TapFrame> {
        self.frames.clone()
    }

    /// Begins a recording, with nobody on it.
    pub fn begin(&self, attempt: AttemptId, at: Instant, began: Timestamp) {
        self.order(Order::Begin { attempt, at, began });
    }

    /// What this leg says is heard on that side. A leg is heard in one recording.
    pub fn seat(&self, attempt: AttemptId, leg: LegId, side: Side) {
        self.order(Order::Seat { attempt, leg, side });
    }

    /// This leg is not heard any more.
    pub fn leave(&self, attempt: AttemptId, leg: LegId) {
        self.order(Order::Leave { attempt, leg });
    }

    /// Silence from this instant on.
    pub fn pause(&self, attempt: AttemptId, at: Instant) {
        self.order(Order::Pause { attempt, at });
    }

    /// No more silence.
    pub fn resume(&self, attempt: AttemptId, at: Instant) {
        self.order(Order::Resume { attempt, at });
    }

    /// Brings a recording to its end; its outcome follows.
    pub fn end(&self, attempt: AttemptId, at: Instant) {
        self.order(Order::End { attempt, at });
    }

    /// Figures.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Brings everything to its end and waits for that: not for a thread that must not wait.
    pub fn stop(self) {
        self.order(Order::Stop);
        let threads = self.threads.lock();
        let threads = threads.map(|mut threads| std::mem::take(&mut *threads));
        for thread in threads.unwrap_or_default() {
            if thread.join().is_err() {
                tracing::error!("a thread of the recorder ended by a panic");
            }
        }
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::debug!("the recorder is stopped; an order to it was dropped");
        }
    }
}
