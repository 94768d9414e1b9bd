//! The thread that writes: seals what it is handed and puts it on the disk, however long that takes.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use domain::{AttemptId, Timestamp};
use tokio::sync::mpsc::UnboundedSender;

use crate::file_key::FileKey;
use crate::keys::MasterKeys;
use crate::recorder::{Counters, Outcome};
use crate::sealed::{Content, Head};
use crate::spool::SpoolFile;

/// Seconds of sound that wait for the disk, of all calls together: 64 MB.
pub(crate) const WORK_MAX: usize = 4_096;

/// What is to be written.
pub(crate) enum Work {
    Begin {
        attempt: AttemptId,
        content: Content,
        began: Timestamp,
    },
    Chunk {
        attempt: AttemptId,
        place: u64,
        bytes: Vec<u8>,
        last: bool,
        /// When it was handed over.
        at: Instant,
    },
}

impl Work {
    pub(crate) fn chunk(attempt: AttemptId, place: u64, bytes: &[u8], last: bool) -> Work {
        Work::Chunk {
            attempt,
            place,
            bytes: bytes.to_vec(),
            last,
            at: Instant::now(),
        }
    }
}

pub(crate) struct Pen {
    folder: PathBuf,
    keys: Arc<MasterKeys>,
    outcomes: UnboundedSender<Outcome>,
    counters: Arc<Counters>,
    files: HashMap<AttemptId, (Content, SpoolFile)>,
}

impl Pen {
    pub(crate) fn new(
        folder: PathBuf,
        keys: Arc<MasterKeys>,
        outcomes: UnboundedSender<Outcome>,
        counters: Arc<Counters>,
    ) -> Pen {
        Pen {
            folder,
            keys,
            outcomes,
            counters,
            files: HashMap::new(),
        }
    }

    pub(crate) fn run(mut self, works: Receiver<Work>) {
        for work in works {
            match work {
                Work::Begin {
                    attempt,
                    content,
                    began,
                } => self.begin(attempt, content, began),
                Work::Chunk {
                    attempt,
                    place,
                    bytes,
                    last,
                    at,
                } => {
                    self.counters.writes(Some(at));
                    self.write(attempt, place, &bytes, last);
                    self.counters.writes(None);
                }
            }
        }
    }

    fn begin(&mut self, attempt: AttemptId, content: Content, began: Timestamp) {
        let key = FileKey::random();
        let sealed = self.keys.seal(&key, attempt);
        let head = Head::new(content, attempt, began, Some(sealed));
        match SpoolFile::create(&self.folder, &head, &key) {
            Ok(file) => {
                self.files.insert(attempt, (content, file));
            }
            Err(fault) => {
                tracing::error!(%attempt, %fault, "a call is not recorded: its file cannot be made");
                self.counters.failed.fetch_add(1, Ordering::Relaxed);
                self.tell(attempt, content, 0, Some(said(&fault)));
            }
        }
    }

    fn write(&mut self, attempt: AttemptId, place: u64, bytes: &[u8], last: bool) {
        // One that failed is over; what still comes of it goes nowhere.
        let Some((content, file)) = self.files.get_mut(&attempt) else {
            return;
        };
        let content = *content;
        let mut written = file.write(place, bytes, last);
        if last && written.is_ok() {
            written = file.sync();
        }
        match written {
            Ok(()) => {
                let bytes = bytes.len() as u64;
                self.counters.bytes.fetch_add(bytes, Ordering::Relaxed);
                if last {
                    self.files.remove(&attempt);
                    self.counters.finished.fetch_add(1, Ordering::Relaxed);
                    let pairs = (place * crate::CHUNK as u64 + bytes) / 2;
                    self.tell(attempt, content, pairs, None);
                }
            }
            Err(fault) => {
                let pairs = file.cut_to_whole();
                self.files.remove(&attempt);
                self.counters.failed.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%attempt, %fault, "a recording ends before its call: it cannot be written");
                self.tell(attempt, content, pairs, Some(said(&fault)));
            }
        }
    }

    fn tell(&self, attempt: AttemptId, content: Content, pairs: u64, early: Option<String>) {
        // Whoever no longer listens is stopping: the next start finds the file.
        let _ = self.outcomes.send(Outcome {
            attempt,
            content,
            pairs,
            early,
        });
    }
}

/// Why a disk did not take it, as a word for the record.
fn said(fault: &io::Error) -> String {
    match fault.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk_full".to_owned(),
        _ => format!("disk: {fault}"),
    }
}
