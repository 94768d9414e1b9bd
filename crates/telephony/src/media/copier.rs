//! Copies of a leg's packets for whoever captures them. Media threads copy what there is room for and go
//! on; what does not fit is counted. What may not be shown is hidden before it is copied, so that it is
//! nowhere but where it was.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::SystemTime;

use ::media::redact::{Shown, redact};
use ::media::{LegId, Remote, Side};
use domain::AttemptId;

/// A packet of a leg, as it was on the wire or as it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// When it passed.
    pub at: SystemTime,
    /// Whether we said it.
    pub ours: bool,
    /// The call.
    pub attempt: AttemptId,
    /// Whose leg it is: the customer's, or of somebody who talks to them.
    pub side: Side,
    /// Tells legs of one side apart.
    pub leg: LegId,
    /// Our side of the leg, as its far side was told.
    pub local: SocketAddr,
    /// The other one.
    pub remote: SocketAddr,
    /// Whether it is protected (SRTP), and shown so.
    pub sealed: bool,
    /// Whether something of it is hidden.
    pub hidden: bool,
    /// The packet: RTP or RTCP.
    pub bytes: Vec<u8>,
}

/// What all copies of a capture have in common.
#[derive(Debug, Clone)]
pub struct Capturing {
    outbox: SyncSender<Copied>,
    dropped: Arc<AtomicU64>,
    clear: bool,
    keys: bool,
}

/// Copies of packets, as far as there was room for them.
#[derive(Debug)]
pub struct Copies {
    inbox: Receiver<Copied>,
    dropped: Arc<AtomicU64>,
}

/// Who copies the packets of one leg for one capture.
#[derive(Debug, Clone)]
pub struct Copier {
    /// Where copies go.
    pub capturing: Capturing,
    /// Tells captures apart.
    pub number: u64,
    /// The call.
    pub attempt: AttemptId,
    /// Whose leg it is.
    pub side: Side,
    /// Our side of the leg, as its far side was told.
    pub local: SocketAddr,
    /// While it is true no sound is shown: card data is said, or keyed.
    pub hushed: Arc<AtomicBool>,
}

/// How a packet is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it travels, and readable.
    Plain,
    /// As it travels, protected.
    Sealed,
    /// What is in a protected one.
    Opened,
}

/// A packet as it passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passing<'a> {
    pub(super) ours: bool,
    pub(super) form: Form,
    /// It goes to, or comes from, the port beside that of the audio.
    pub(super) beside: bool,
    pub(super) to_or_from: SocketAddr,
    /// What was agreed on, if it was.
    pub(super) agreed: Option<&'a Remote>,
    pub(super) bytes: &'a [u8],
}

impl Capturing {
    /// Both ends of a capture, with room for so many packets that wait. `clear`: of protected legs it is
    /// shown what was in their packets; `keys`: which keys are pressed is shown.
    pub fn with_room(room: usize, clear: bool, keys: bool) -> (Capturing, Copies) {
        let (outbox, inbox) = sync_channel(room);
        let dropped = Arc::<AtomicU64>::default();
        let copies = Copies {
            inbox,
            dropped: Arc::clone(&dropped),
        };
        let capturing = Capturing {
            outbox,
            dropped,
            clear,
            keys,
        };
        (capturing, copies)
    }
}

impl Copies {
    /// The next one, if one waits: whoever reads looks every few milliseconds, since to be woken for
    /// each would cost the media threads a call of the system.
    pub fn next(&self) -> Option<Copied> {
        self.inbox.try_recv().ok()
    }

    /// How many packets there was no room for.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Copier {
    /// Whether it wants packets of protected legs opened.
    pub(super) fn is_clear(&self) -> bool {
        self.capturing.clear
    }

    /// Copies a packet if there is room; false when nobody wants copies any more.
    pub(super) fn copy(&self, leg: LegId, passing: &Passing<'_>) -> bool {
        let wanted = match passing.form {
            Form::Plain => true,
            Form::Sealed => !self.capturing.clear,
            Form::Opened => self.capturing.clear,
        };
        if !wanted {
            return true;
        }
        let mut bytes = passing.bytes.to_vec();
        let shown = Shown {
            sound: !self.hushed.load(Ordering::Relaxed),
            keys: self.capturing.keys,
        };
        let sealed = passing.form == Form::Sealed;
        let hidden = redact(&mut bytes, passing.agreed, sealed, shown);
        let mut local = self.local;
        if passing.beside {
            local.set_port(local.port().saturating_add(1));
        }
        let copied = Copied {
            at: SystemTime::now(),
            ours: passing.ours,
            attempt: self.attempt,
            side: self.side,
            leg,
            local,
            remote: passing.to_or_from,
            sealed,
            hidden,
            bytes,
        };
        match self.capturing.outbox.try_send(copied) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.capturing.dropped.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }
}
