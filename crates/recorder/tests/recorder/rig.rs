//! A recorder in a folder of its own, people who say tones to it packet by packet, and what is heard
//! of them afterwards.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use domain::{AttemptId, Timestamp};
use media::rtp::Packet;
use media::{Codec, LegId, TapFrame, ToneKind, g711, tone};
use recorder::{MasterKeys, Outcome, Recorder, RecorderConfig, Spooled, path_of};
use tokio::sync::mpsc::UnboundedReceiver;

pub(crate) const CODEC: Codec = Codec::Pcma;
const FRAME: usize = 160;

pub(crate) struct Rig {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) keys: Arc<MasterKeys>,
    pub(crate) recorder: Recorder,
    pub(crate) outcomes: UnboundedReceiver<Outcome>,
}

impl Rig {
    pub(crate) fn new() -> Rig {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = keys_in(folder.path());
        let (recorder, outcomes) = recorder_in(folder.path(), &keys);
        Rig {
            folder,
            keys,
            recorder,
            outcomes,
        }
    }

    /// Waits for the end of a recording.
    pub(crate) fn outcome(&mut self) -> Outcome {
        self.outcomes.blocking_recv().expect("the pen is there")
    }

    pub(crate) fn path(&self, attempt: AttemptId) -> PathBuf {
        path_of(&spool(self.folder.path()), attempt)
    }

    pub(crate) fn opened(&self, attempt: AttemptId) -> Spooled {
        Spooled::open(&self.path(attempt), &self.keys).expect("it can be heard")
    }
}

pub(crate) fn spool(folder: &Path) -> PathBuf {
    folder.join("spool")
}

pub(crate) fn keys_in(folder: &Path) -> Arc<MasterKeys> {
    let (keys, _) = MasterKeys::load_or_make(&folder.join("master")).expect("a folder of ours");
    Arc::new(keys)
}

pub(crate) fn recorder_in(
    folder: &Path,
    keys: &Arc<MasterKeys>,
) -> (Recorder, UnboundedReceiver<Outcome>) {
    let config = RecorderConfig {
        folder: spool(folder),
        codec: CODEC,
    };
    Recorder::start(config, Arc::clone(keys)).expect("threads start")
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

/// Somebody on a leg who says a tone.
pub(crate) struct Speaker {
    leg: LegId,
    hertz: u16,
    sequence: u16,
    said: u32,
}

impl Speaker {
    pub(crate) fn new(leg: LegId, hertz: u16) -> Speaker {
        Speaker {
            leg,
            hertz,
            sequence: 0,
            said: 0,
        }
    }

    /// 20 ms that came at an instant.
    pub(crate) fn says(&mut self, at: Instant, frames: &SyncSender<TapFrame>) {
        let mut codes = [0; FRAME];
        for (code, n) in codes.iter_mut().zip(self.said..) {
            *code = g711::encode(CODEC, ToneKind::Steady(self.hertz).sample(n));
        }
        let packet = Packet {
            payload_type: 8,
            marker: false,
            sequence: self.sequence,
            timestamp: self.said,
            ssrc: 1,
            payload: &codes,
        };
        self.sequence = self.sequence.wrapping_add(1);
        self.said = self.said.wrapping_add(FRAME as u32);
        for frame in TapFrame::of(self.leg, CODEC, at, &packet) {
            frames.send(frame).expect("the recorder listens");
        }
    }
}

/// Waits for an instant: the recorder hears in real time.
pub(crate) fn wait_until(at: Instant) {
    std::thread::sleep(at.saturating_duration_since(Instant::now()));
}

/// The two sides of a recording.
pub(crate) fn sides(spooled: &Spooled) -> (Vec<i16>, Vec<i16>) {
    let pairs = spooled.read(0..spooled.length()).expect("it can be heard");
    let side = |skip: usize| {
        let codes: Vec<u8> = pairs.iter().skip(skip).step_by(2).copied().collect();
        g711::decode_all(CODEC, &codes)
    };
    (side(0), side(1))
}

pub(crate) fn ms(side: &[i16], span: std::ops::Range<usize>) -> &[i16] {
    &side[span.start * 8..(span.end * 8).min(side.len())]
}

pub(crate) fn is_tone(side: &[i16], hertz: u16) -> bool {
    tone::share_at(hertz, side) > 0.9
}

pub(crate) fn is_silent(side: &[i16]) -> bool {
    side.iter().all(|sample| sample.abs() <= 8)
}

pub(crate) const MS: Duration = Duration::from_millis(1);
