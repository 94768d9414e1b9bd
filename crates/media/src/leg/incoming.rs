//! What a leg's peer says: judged datagram by datagram.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::latch::{Latch, Source};
use super::reception::{Arrival, Reception};
use super::reporter::Reading;
use crate::dtmf::KeyDetector;
use crate::rtp::{self, Datagram, Packet};
use crate::srtp::{Keys, Unprotect};
use crate::{Codec, LegStats, Remote};

/// The hearing half of a leg.
#[derive(Debug, Default)]
pub struct Incoming {
    latch: Option<Latch>,
    /// Opens what comes, with the keys it was made of.
    protection: Option<(Keys, Box<Unprotect>)>,
    reception: Option<Reception>,
    keys: KeyDetector,
    heard: bool,
    /// Since when nothing has come; `None` while nothing is to be expected.
    quiet_since: Option<Instant>,
    silent: bool,
    stats: LegStats,
}

/// A datagram and what it brought about.
#[derive(Debug)]
pub struct Judged<'a> {
    /// What it is.
    pub what: What<'a>,
    /// It is the first packet that was heard of this leg.
    pub first: bool,
    /// It ends a silence that was told.
    pub resumed: bool,
    /// It locked this source: from now on this is where the peer is sent its packets.
    pub learned: Option<SocketAddr>,
}

/// What a datagram is to those who listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// Audio in a law we know.
    Audio(Codec, Packet<'a>),
    /// A telephone event, with its key at the first packet of it.
    Keys(Packet<'a>, Option<char>),
    /// A packet of the stream nobody can use; the next one follows it without a gap.
    Skipped(Packet<'a>),
    /// RTCP that came to the RTP port; give it to the leg's reporter.
    Report(&'a [u8]),
    /// Nothing: counted and forgotten.
    Dropped,
}

impl Incoming {
    /// A leg that knows no peer yet.
    pub fn new() -> Incoming {
        Incoming::default()
    }

    /// Says who the peer is. Saying the same again keeps what was learned.
    pub fn set_remote(&mut self, now: Instant, remote: Remote) {
        match &mut self.latch {
            Some(latch) => latch.update(remote),
            None => self.latch = Some(Latch::new(remote)),
        }
        let known = self.protection.as_ref().map(|(keys, _)| *keys);
        if known != remote.keys {
            self.protection = remote.keys.map(|keys| {
                let opener = Unprotect::new(&keys.theirs);
                (keys, Box::new(opener))
            });
        }
        // A peer on hold owes us nothing; one that is not owes us packets from now on.
        self.quiet_since = (!remote.is_held()).then(|| self.quiet_since.unwrap_or(now));
    }

    /// Checks and opens a datagram where it lies, if the stream is protected, and gives what it then
    /// is; `None`, and counted, if it may not be believed. Comes before all else.
    pub fn open<'a>(&mut self, datagram: &'a mut [u8]) -> Option<&'a mut [u8]> {
        let Some((_, protection)) = &mut self.protection else {
            return Some(datagram);
        };
        let opened = match rtp::is_rtcp(datagram) {
            true => protection.rtcp(datagram),
            false => protection.rtp(datagram),
        };
        self.stats.unauthentic += u64::from(opened.is_err());
        opened.ok().map(|length| &mut datagram[..length])
    }

    /// Judges a datagram that came to the RTP port.
    pub fn receive<'a>(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &'a [u8],
    ) -> Judged<'a> {
        self.judge(now, Some(from), datagram)
    }

    /// Opens a datagram of a peer that its keys prove. Before there are keys nothing is believed.
    pub fn open_proven<'a>(&mut self, datagram: &'a mut [u8]) -> Option<&'a mut [u8]> {
        if self.protection.is_none() {
            self.stats.early_dropped += 1;
            return None;
        }
        self.open(datagram)
    }

    /// Judges what [`Incoming::open_proven`] opened: of its source nothing is left to be learned.
    pub fn receive_proven<'a>(&mut self, now: Instant, datagram: &'a [u8]) -> Judged<'a> {
        self.judge(now, None, datagram)
    }

    /// The peer, once it was named.
    pub fn remote(&self) -> Option<&Remote> {
        self.latch.as_ref().map(Latch::remote)
    }

    /// Whether the peer's packets are protected.
    pub fn is_protected(&self) -> bool {
        self.protection.is_some()
    }

    fn judge<'a>(
        &mut self,
        now: Instant,
        from: Option<SocketAddr>,
        datagram: &'a [u8],
    ) -> Judged<'a> {
        let packet = match rtp::read(datagram) {
            Datagram::Rtp(packet) => packet,
            Datagram::Rtcp(report) => return Judged::plain(What::Report(report)),
            Datagram::Malformed => {
                self.stats.malformed += 1;
                return Judged::plain(What::Dropped);
            }
        };
        let Some(latch) = &mut self.latch else {
            self.stats.early_dropped += 1;
            return Judged::plain(What::Dropped);
        };
        let source = match from {
            Some(from) => latch.judge(now, from, &packet),
            None => Source::Known { learned: false },
        };
        match source {
            Source::Known { learned } => {
                let kind = Kind::of(packet.payload_type, latch.remote());
                self.accept(now, kind, packet, from.filter(|_| learned))
            }
            Source::OnProbation => {
                self.stats.early_dropped += 1;
                Judged::plain(What::Dropped)
            }
            Source::Foreign => {
                self.stats.foreign_dropped += 1;
                Judged::plain(What::Dropped)
            }
        }
    }

    fn accept<'a>(
        &mut self,
        now: Instant,
        kind: Kind,
        packet: Packet<'a>,
        learned: Option<SocketAddr>,
    ) -> Judged<'a> {
        let what = match self.arrive(&packet) {
            Arrival::Next | Arrival::Late => self.sort(now, kind, packet),
            Arrival::Duplicate | Arrival::Stray => {
                self.stats.duplicates += 1;
                What::Dropped
            }
        };
        let heard = matches!(what, What::Audio(..) | What::Keys(..));
        let first = heard && !self.heard;
        self.heard |= heard;
        let resumed = heard && std::mem::take(&mut self.silent);
        if heard && self.quiet_since.is_some() {
            self.quiet_since = Some(now);
        }
        Judged {
            what,
            first,
            resumed,
            learned,
        }
    }

    /// Places the packet in its stream.
    fn arrive(&mut self, packet: &Packet<'_>) -> Arrival {
        let reception = self.reception.get_or_insert_with(|| Reception::new(packet));
        if reception.ssrc != packet.ssrc {
            reception.restart(packet);
            self.keys.restart();
            self.stats.ssrc_changes += 1;
        }
        let arrival = reception.receive(packet);
        if arrival == Arrival::Late {
            self.stats.out_of_order += 1;
        }
        arrival
    }

    fn sort<'a>(&mut self, now: Instant, kind: Kind, packet: Packet<'a>) -> What<'a> {
        if let (Kind::Audio(_), Some(reception)) = (kind, &mut self.reception) {
            reception.time(now, packet.timestamp);
        }
        match kind {
            Kind::Audio(_) if packet.payload.is_empty() => self.skip(packet),
            Kind::Unknown => self.skip(packet),
            Kind::Audio(codec) => {
                self.count(&packet);
                What::Audio(codec, packet)
            }
            Kind::Keys => {
                self.count(&packet);
                let key = self.keys.hear(now, packet.timestamp, packet.payload);
                self.stats.digits += u64::from(key.is_some());
                What::Keys(packet, key)
            }
        }
    }

    fn skip<'a>(&mut self, packet: Packet<'a>) -> What<'a> {
        self.stats.unsupported += 1;
        What::Skipped(packet)
    }

    fn count(&mut self, packet: &Packet<'_>) {
        self.stats.packets_in += 1;
        self.stats.bytes_in += packet.payload.len() as u64;
    }

    /// The call was answered: silence before that was nobody's fault, and counts from here.
    pub fn restart_silence(&mut self, now: Instant) {
        self.quiet_since = self.quiet_since.map(|_| now);
        self.silent = false;
    }

    /// Whether the peer has just been silent for `limit`: told once until it is heard again.
    pub fn silence(&mut self, now: Instant, limit: Duration) -> Option<Duration> {
        let quiet = now.saturating_duration_since(self.quiet_since?);
        if quiet < limit || self.silent {
            return None;
        }
        self.silent = true;
        Some(quiet)
    }

    /// When [`Incoming::silence`] should be asked next.
    pub fn silence_due(&self, limit: Duration) -> Option<Instant> {
        self.quiet_since
            .filter(|_| !self.silent)
            .map(|since| since + limit)
    }

    /// Whether a report from there may be believed; one that may not is counted.
    pub fn admits_report(&mut self, from: SocketAddr) -> bool {
        match &self.latch {
            Some(latch) if latch.admits_report(from) => return true,
            Some(_) => self.stats.foreign_dropped += 1,
            None => self.stats.early_dropped += 1,
        }
        false
    }

    /// Counts a datagram that is no report though it came as one.
    pub fn malformed(&mut self) {
        self.stats.malformed += 1;
    }

    pub(super) fn reading(&self) -> Option<Reading> {
        let reception = self.reception.as_ref()?;
        Some(Reading {
            ssrc: reception.ssrc,
            expected: reception.expected(),
            received: reception.received(),
            highest: reception.highest(),
            jitter: reception.jitter(),
        })
    }

    /// Counts a frame that a slow listener did not take.
    pub fn tap_dropped(&mut self) {
        self.stats.tap_dropped += 1;
    }

    /// Adds the figures of this half.
    pub fn add_to(&self, stats: &mut LegStats) {
        let sum = std::mem::take(stats);
        *stats = LegStats {
            packets_out: sum.packets_out,
            bytes_out: sum.bytes_out,
            send_errors: sum.send_errors,
            ..self.stats.clone()
        };
        if let Some(reception) = &self.reception {
            stats.lost = reception.lost();
            stats.jitter_ms = reception.jitter() / 8.0;
        }
    }
}

impl<'a> Judged<'a> {
    fn plain(what: What<'a>) -> Judged<'a> {
        Judged {
            what,
            first: false,
            resumed: false,
            learned: None,
        }
    }
}

/// What a payload type was negotiated to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Audio in this law.
    Audio(Codec),
    /// A telephone event (RFC 4733).
    Keys,
    /// Nothing that was agreed on.
    Unknown,
}

impl Kind {
    fn of(payload_type: u8, remote: &Remote) -> Kind {
        if payload_type == remote.payload_type {
            return Kind::Audio(remote.codec);
        }
        if remote.telephone_event == Some(payload_type) {
            return Kind::Keys;
        }
        // Our offers name both laws, and a peer may change between them at will.
        Codec::from_payload_type(payload_type).map_or(Kind::Unknown, Kind::Audio)
    }
}
