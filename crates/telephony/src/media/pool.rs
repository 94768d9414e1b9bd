//! The pool of legs and the commands others give it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ::media::{LegId, LegStats, Playback, Remote};
use tokio::sync::mpsc;

use super::{MediaEvent, TapFrame};

/// How a pool is set up.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// The local address of every leg.
    pub bind_ip: IpAddr,
    /// First and last UDP port, both included; a leg takes an even port and the odd one above it
    /// (RFC 3550, section 11). `(0, 0)` lets the system choose.
    pub port_range: (u16, u16),
    /// Media threads; 0 means one for every two processors.
    pub threads: usize,
    /// How long a far side may send nothing before [`MediaEvent::Silent`].
    pub silence_timeout: Duration,
    /// How long a closed leg's ports rest before reuse.
    pub drain: Duration,
    /// Seed of every SSRC, first sequence number and first timestamp.
    pub seed: u64,
}

impl MediaConfig {
    /// A pool on 127.0.0.1 with ports the system chooses: for tests and demonstrations.
    pub fn loopback(seed: u64) -> MediaConfig {
        MediaConfig {
            bind_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port_range: (0, 0),
            threads: 1,
            silence_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(2),
            seed,
        }
    }
}

/// An open leg: its name, and the address to put into the SDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegHandle {
    /// The leg.
    pub id: LegId,
    /// Where it receives RTP (RTCP one port above, or on the same port).
    pub local: SocketAddr,
}

/// All the legs of a process. Clones share them; the last clone dropped stops the threads.
#[derive(Debug, Clone)]
pub struct MediaPool;

impl MediaPool {
    /// Starts the media threads.
    ///
    /// The channel is unbounded because a media thread may neither wait nor lose a `Closed` or
    /// `PlaybackDone`; each leg can produce only a few events a second (digits at most 25).
    pub fn start(
        config: MediaConfig,
        events: mpsc::UnboundedSender<MediaEvent>,
    ) -> io::Result<MediaPool> {
        let _ = (config, events);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Opens a leg: binds a pair of ports. `purpose` is for the log only.
    pub fn open(&self, purpose: &'static str) -> io::Result<LegHandle> {
        let _ = purpose;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Says who the far side is (after offer/answer). Comfort silence starts if nothing plays.
    /// Saying the same again, as a re-INVITE does, keeps what was learned.
    pub fn set_remote(&self, leg: LegId, remote: Remote) {
        let _ = (leg, remote);
    }

    /// Joins two legs from the next packet on; stops any playback on both.
    pub fn bridge(&self, a: LegId, b: LegId) {
        let _ = (a, b);
    }

    /// Parts a leg from the one it is bridged with; both fall back to comfort silence.
    pub fn unbridge(&self, leg: LegId) {
        let _ = leg;
    }

    /// Plays to a leg. On a bridged leg the playback is heard instead of the other side until it
    /// is done, or, when repeated or `Silence`, until `bridge` is called again.
    pub fn play(&self, leg: LegId, what: Playback, repeat: bool) {
        let _ = (leg, what, repeat);
    }

    /// Copies what a leg receives to a bounded channel; frames that do not fit are counted and
    /// dropped. `None` ends it.
    pub fn tap(&self, leg: LegId, listener: Option<mpsc::Sender<TapFrame>>) {
        let _ = (leg, listener);
    }

    /// The figures of an open leg.
    pub fn stats(&self, leg: LegId) -> Option<LegStats> {
        let _ = leg;
        None
    }

    /// Closes a leg: parts its bridge, sends RTCP BYE, rests its ports, emits `Closed`.
    /// Closing it twice is harmless.
    pub fn close(&self, leg: LegId) {
        let _ = leg;
    }
}
