//! Who may be heard: the source of a leg's packets, learned once where that is allowed, then
//! locked, so that nobody who guesses a port can speak into a call.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::rtp::Packet;
use crate::{LearnMode, Remote};

/// Packets in a row that a source other than the SDP's must send before it is believed
/// (RFC 3550, A.1, `MIN_SEQUENTIAL`): a stray packet of an older call is not two in a row.
const SEQUENTIAL_MIN: u8 = 2;

/// How long the stream of a learned source must have been silent before another stream (SSRC) from
/// there is heard without a word of signalling: somebody who sends under that address while the
/// phone speaks stays unheard, and a phone that begins anew is heard soon.
const STREAM_SILENCE: Duration = Duration::from_millis(250);

/// What the latch says of a packet's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// It is the one to be heard; `learned` tells the packet that locked it.
    Known { learned: bool },
    /// It may become that.
    OnProbation,
    /// It is not.
    Foreign,
}

#[derive(Debug)]
pub(super) struct Latch {
    remote: Remote,
    locked: Option<SocketAddr>,
    /// The stream heard from a source that was learned, and when last.
    stream: Option<(u32, Instant)>,
    candidate: Option<Candidate>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    from: SocketAddr,
    ssrc: u32,
    next: u16,
    seen: u8,
}

impl Latch {
    pub(super) fn new(remote: Remote) -> Latch {
        let locked = match remote.learn {
            LearnMode::Sdp => Some(canonical(remote.addr)),
            LearnMode::Nat | LearnMode::NatFrom(_) => None,
        };
        Latch {
            remote,
            locked,
            stream: None,
            candidate: None,
        }
    }

    pub(super) fn remote(&self) -> &Remote {
        &self.remote
    }

    /// Takes a new description of the far side. What was learned stays, unless the description
    /// names another address or another way to learn.
    pub(super) fn update(&mut self, remote: Remote) {
        let known = self.remote;
        let same = known.addr == remote.addr || remote.is_held();
        if known.learn != remote.learn || known.is_held() || !same {
            *self = Latch::new(remote);
        } else {
            // Signalling was heard: a new stream may begin. Hold names no address: the phone that
            // comes back from it is the phone that left.
            self.stream = None;
            self.remote = Remote {
                addr: known.addr,
                ..remote
            };
        }
    }

    pub(super) fn judge(&mut self, now: Instant, from: SocketAddr, packet: &Packet<'_>) -> Source {
        let from = canonical(from);
        let source = match self.locked {
            Some(locked) if locked == from => Source::Known { learned: false },
            Some(_) => Source::Foreign,
            None if !self.may_learn(from) => Source::Foreign,
            None => self.learn(from, packet),
        };
        match source {
            Source::Known { .. } if !self.is_its_stream(now, packet.ssrc) => Source::Foreign,
            source => source,
        }
    }

    /// Whether `ssrc` is the stream of the source that was learned. A carrier, named by its SDP,
    /// may change streams at will: from ringing to voice without a pause.
    fn is_its_stream(&mut self, now: Instant, ssrc: u32) -> bool {
        if self.remote.learn == LearnMode::Sdp {
            return true;
        }
        let another = self.stream.is_some_and(|(known, last)| {
            known != ssrc && now.saturating_duration_since(last) < STREAM_SILENCE
        });
        if !another {
            self.stream = Some((ssrc, now));
        }
        !another
    }

    /// Whether a report from there may be believed: RTCP comes from a port of its own.
    pub(super) fn admits_report(&self, from: SocketAddr) -> bool {
        let from = canonical(from);
        match self.locked {
            Some(locked) => locked.ip() == from.ip(),
            None => false,
        }
    }

    fn may_learn(&self, from: SocketAddr) -> bool {
        match self.remote.learn {
            LearnMode::Sdp => false,
            LearnMode::Nat => true,
            LearnMode::NatFrom(host) => host.to_canonical() == from.ip(),
        }
    }

    fn learn(&mut self, from: SocketAddr, packet: &Packet<'_>) -> Source {
        let seen = match self.candidate {
            _ if from == canonical(self.remote.addr) => SEQUENTIAL_MIN,
            Some(c) if (c.from, c.ssrc, c.next) == (from, packet.ssrc, packet.sequence) => {
                c.seen + 1
            }
            _ => 1,
        };
        if seen >= SEQUENTIAL_MIN {
            self.locked = Some(from);
            self.candidate = None;
            return Source::Known { learned: true };
        }
        self.candidate = Some(Candidate {
            from,
            ssrc: packet.ssrc,
            next: packet.sequence.wrapping_add(1),
            seen,
        });
        Source::OnProbation
    }
}

/// An IPv4 address as itself, also when a socket of both families reports it as IPv6.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
