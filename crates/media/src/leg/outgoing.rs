//! What a leg's peer hears: the bridge, a playback or comfort silence, as one stream.
//!
//! ```text
//!             set_remote            join                    play
//!   nothing ────────────▶ silence ───────▶ the other leg ◀───────▶ playback
//!                            ▲   part            │            done / join
//!                            └───────────────────┘
//! ```
//! In a room the leg hears the sum of several others instead of one. Keys sent to the peer are heard
//! instead of whatever else there is, while they last.
//! The other leg is forwarded on arrival; only what is made here follows the 20 ms clock, and of silence to an
//! idle page only some (`spare.rs`).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::fade::Fade;
use super::keys::{Keys, Press};
use super::scramble;
use super::spare::Spare;
use super::stream::{Numbers, Stream};
use crate::codec::FRAME_SAMPLES;
use crate::dtmf::Event;
use crate::mixer::Mixer;
use crate::playback::Player;
use crate::rtcp::SenderInfo;
use crate::rtp::{self, Packet};
use crate::srtp::{self, MasterKey, Protect};
use crate::{Codec, LearnMode, LegId, LegStats, Playback, Remote, g711};

/// The packet time of what is made here.
const FRAME: Duration = Duration::from_millis(20);

/// A bridged leg whose other side says nothing for so long is sent silence, so that its own
/// watchdogs and NATs hold. Longer than a jittery network is late, shorter than any watchdog.
const GAP_MAX: Duration = Duration::from_millis(400);

/// Behind by more than this, the clock starts anew instead of sending a burst.
const BEHIND_MAX: Duration = Duration::from_millis(200);

/// The largest payload forwarded: 160 ms of G.711, more than any phone packs.
const PAYLOAD_MAX: usize = 1_280;

/// The speaking half of a leg.
#[derive(Debug)]
pub struct Outgoing {
    stream: Stream,
    remote: Option<Remote>,
    /// Protects what leaves, with the key it was made of.
    protection: Option<(MasterKey, Box<Protect>)>,
    /// The last packet as it was before it was protected, if somebody wants to know.
    plain: Option<Vec<u8>>,
    /// The address last named by signalling, and how its source is learned.
    named: Option<(SocketAddr, LearnMode)>,
    learned: Option<SocketAddr>,
    bridged: Option<LegId>,
    /// Whether it hears several legs, by the mixer that [`Outgoing::tick_in`] is given.
    in_room: bool,
    player: Option<Player>,
    keys: Keys,
    /// From what was heard before the room was entered or left.
    fade: Fade,
    spare: Spare,
    due: Option<Instant>,
    packets: u64,
    bytes: u64,
    send_errors: u64,
}

/// What the clock brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tick {
    /// Bytes of the packet in the buffer, if one is to be sent.
    pub packet: Option<usize>,
    /// It was the last of a playback that is not repeated.
    pub done: bool,
}

impl Outgoing {
    /// A leg that says nothing yet; the seed gives SSRC, first sequence number and timestamp.
    pub fn new(seed: u64) -> Outgoing {
        Outgoing::named((scramble(seed) >> 32) as u32, seed)
    }

    /// The same towards a browser's page: the stream has the SSRC that the page was told, and silence that
    /// says nothing is sent sparingly.
    pub fn to_page(ssrc: u32, seed: u64) -> Outgoing {
        Outgoing {
            spare: Spare::wanted(),
            ..Outgoing::named(ssrc, seed)
        }
    }

    fn named(ssrc: u32, seed: u64) -> Outgoing {
        // SRTP counts rollovers that are not on the wire (RFC 3711, 3.3.1): the number begins in the lower
        // half, so that a peer that misses the first packets counts as we do.
        let sequence = scramble(seed) as u16 & 0x7FFF;
        let timestamp = scramble(seed ^ 0x5DEE_CE66) as u32;
        Outgoing {
            stream: Stream::new(ssrc, sequence, timestamp),
            remote: None,
            protection: None,
            plain: None,
            named: None,
            learned: None,
            bridged: None,
            in_room: false,
            player: None,
            keys: Keys::default(),
            fade: Fade::default(),
            spare: Spare::default(),
            due: None,
            packets: 0,
            bytes: 0,
            send_errors: 0,
        }
    }

    /// The stream's name.
    pub fn ssrc(&self) -> u32 {
        self.stream.ssrc()
    }

    /// Where packets go now; `None` on hold or before a peer is known.
    pub fn destination(&self) -> Option<SocketAddr> {
        let remote = self.remote.filter(|remote| !remote.is_held())?;
        Some(self.learned.unwrap_or(remote.addr))
    }

    /// Says who the peer is. Comfort silence starts if nothing plays.
    pub fn set_remote(&mut self, now: Instant, remote: Remote) {
        let named = (remote.addr, remote.learn);
        if !remote.is_held() && self.named != Some(named) {
            self.named = Some(named);
            self.learned = None;
        }
        self.remote = Some(remote);
        self.protect_with(remote.keys);
        if self.player.is_none() && self.bridged.is_none() && !self.in_room {
            self.player = Some(comfort());
        }
        self.due = self.due.or(Some(now));
    }

    /// Our key lasts as long as the leg: a peer that changes its own only does not begin ours anew,
    /// which would use its key stream twice.
    fn protect_with(&mut self, keys: Option<srtp::Keys>) {
        let ours = keys.map(|keys| keys.ours);
        let known = self.protection.as_ref().map(|(key, _)| *key);
        if known != ours {
            self.protection = ours.map(|key| (key, Box::new(Protect::new(&key))));
        }
    }

    /// Protects a report, if the stream is protected; `None` if it may not leave.
    pub fn protect_report(&mut self, report: &mut Vec<u8>) -> Option<()> {
        match &mut self.protection {
            Some((_, protection)) => protection.rtcp(report),
            None => Some(()),
        }
    }

    /// The peer, once it was named.
    pub fn remote(&self) -> Option<&Remote> {
        self.remote.as_ref()
    }

    /// Whether packets leave protected.
    pub fn is_protected(&self) -> bool {
        self.protection.is_some()
    }

    /// Keeps the last packet as it was before it was protected, or no more.
    pub fn keep_plain(&mut self, keep: bool) {
        self.plain = match keep {
            true => Some(self.plain.take().unwrap_or_default()),
            false => None,
        };
    }

    /// The last packet as it was before it was protected, where that is kept.
    pub fn plain(&self) -> Option<&[u8]> {
        self.plain.as_deref()
    }

    /// The peer's packets come from there: that is where it can be reached.
    pub fn learned(&mut self, source: SocketAddr) {
        self.learned = Some(source);
    }

    /// The peer hears `other` from the next packet on.
    pub fn join(&mut self, now: Instant, other: LegId) {
        if self.bridged == Some(other) && self.player.is_none() {
            // It does already: others may come and go around the two.
            return;
        }
        if self.in_room {
            self.fade.begin(now);
        }
        self.bridged = Some(other);
        self.in_room = false;
        self.player = None;
        self.begin_spurt();
        self.due = self.remote.map(|_| now + GAP_MAX);
    }

    /// The peer hears several others from the next frame on.
    pub fn enter_room(&mut self, now: Instant) {
        if self.in_room && self.player.is_none() {
            return;
        }
        let keeps_beat = self.keeps_beat();
        if self.bridged.take().is_some() {
            self.fade.begin(now);
        }
        self.in_room = true;
        self.player = None;
        if !keeps_beat {
            self.begin_spurt();
            self.due = self.remote.map(|_| now);
        }
    }

    /// The peer hears nobody any more: a playback goes on, else there is silence.
    pub fn part(&mut self, now: Instant) {
        let left_room = std::mem::take(&mut self.in_room);
        if left_room {
            self.fade.begin(now);
        }
        if (self.bridged.take().is_some() || left_room) && self.player.is_none() {
            self.start(now, comfort());
        }
    }

    /// The peer hears this now, instead of the bridge if there is one.
    pub fn play(&mut self, now: Instant, what: Playback, repeat: bool) {
        self.start(now, Player::new(what, repeat));
    }

    /// Presses keys, one after the other, instead of whatever else is heard (RFC 4733); nothing where
    /// the peer takes no such events.
    pub fn press(&mut self, now: Instant, keys: &str) {
        if self
            .remote
            .is_some_and(|remote| remote.telephone_event.is_some())
        {
            self.keys.press(keys);
            if self.spare.is_resting() {
                self.begin_spurt();
            }
            self.due = Some(now);
        }
    }

    fn start(&mut self, now: Instant, player: Player) {
        let keeps_beat = self.keeps_beat();
        self.player = Some(player);
        if !keeps_beat {
            self.begin_spurt();
            self.due = self.remote.map(|_| now);
        }
    }

    /// A playback that follows another keeps its beat.
    fn keeps_beat(&self) -> bool {
        self.player.is_some() && self.due.is_some() && !self.spare.is_resting()
    }

    /// The next packet is marked, and has the timestamp of its instant.
    fn begin_spurt(&mut self) {
        self.spare.end();
        self.stream.cut();
    }

    /// Nothing is said any more, by nobody.
    pub fn end(&mut self) {
        self.remote = None;
        self.due = None;
    }

    /// When [`Outgoing::tick`] should be called next.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Makes the frame that is due, if one is.
    pub fn tick(&mut self, now: Instant, buffer: &mut [u8]) -> Tick {
        self.tick_in(now, None, buffer)
    }

    /// The same for a leg that sits in a room under this name.
    pub fn tick_in(
        &mut self,
        now: Instant,
        room: Option<(&mut Mixer, LegId)>,
        buffer: &mut [u8],
    ) -> Tick {
        let (Some(remote), Some(due)) = (self.remote, self.due.filter(|due| *due <= now)) else {
            return Tick::default();
        };
        let is_silence = self.is_silence();
        if is_silence && self.spare.is_resting() {
            // The timestamps went on while nothing was sent.
            self.stream.pause(now);
        }
        let step = self.spare.rest(is_silence).unwrap_or(FRAME);
        self.due = Some(self.next_due(now, due, step));
        if let Some(Press::Key { event, begins }) = self.keys.next() {
            let packet = self.write_key(now, &remote, (event, begins), buffer);
            return Tick {
                packet,
                done: false,
            };
        }
        let mut frame = [remote.codec.silence(); FRAME_SAMPLES];
        // With neither player nor room the leg is bridged and its other side is silent.
        let done = match (&mut self.player, room) {
            (Some(player), _) => player.frame(remote.codec, &mut frame),
            (None, Some((mixer, own))) if self.in_room => {
                mixer.frame(now, own, remote.codec, &mut frame);
                false
            }
            (None, _) => false,
        };
        self.fade.comes(now);
        self.fade.pass(remote.codec, &mut frame);
        if done {
            self.finish(now);
        }
        if self.destination().is_none() {
            self.stream.pause(now);
            return Tick { packet: None, done };
        }
        let numbers = self.stream.own(now, FRAME_SAMPLES as u32);
        let packet = self.write(numbers, remote.payload_type, &frame, buffer);
        Tick { packet, done }
    }

    /// A packet of a key: it takes the room of a frame, under the timestamp of the key's start.
    fn write_key(
        &mut self,
        now: Instant,
        remote: &Remote,
        (event, begins): (Event, bool),
        buffer: &mut [u8],
    ) -> Option<usize> {
        self.destination()?;
        let mut numbers = self.stream.own(now, FRAME_SAMPLES as u32);
        numbers.timestamp = self.keys.timestamp(numbers.timestamp, begins);
        numbers.marker = begins;
        self.write(numbers, remote.telephone_event?, &event.to_bytes()?, buffer)
    }

    /// Whether nothing is to be heard, by nobody.
    fn is_silence(&self) -> bool {
        let comfort = self.player.as_ref().is_some_and(Player::is_silence);
        comfort && self.bridged.is_none() && !self.in_room && self.keys.is_idle()
    }

    /// One frame after the last, however late this call comes.
    fn next_due(&mut self, now: Instant, due: Instant, step: Duration) -> Instant {
        if now.saturating_duration_since(due) <= BEHIND_MAX {
            return due + step;
        }
        self.stream.pause(now);
        now + step
    }

    fn finish(&mut self, now: Instant) {
        if self.in_room {
            self.player = None;
        } else if self.bridged.is_some() {
            self.player = None;
            self.due = Some(now + GAP_MAX);
        } else {
            self.player = Some(comfort());
        }
    }

    /// Makes the packet that brings the other leg's audio; `None` if the peer is not to hear it.
    pub fn forward_audio(
        &mut self,
        now: Instant,
        from: LegId,
        codec: Codec,
        packet: &Packet<'_>,
        buffer: &mut [u8],
    ) -> Option<usize> {
        let remote = self.listens_to(from)?;
        if packet.payload.len() > PAYLOAD_MAX {
            return None;
        }
        let samples = packet.payload.len() as u32;
        let numbers = self.stream.forward(now, packet, samples)?;
        self.due = Some(now + GAP_MAX);
        self.fade.comes(now);
        if codec == remote.codec && self.fade.is_over() {
            self.fade.heard(codec, packet.payload);
            return self.write(numbers, remote.payload_type, packet.payload, buffer);
        }
        let mut codes = [0; PAYLOAD_MAX];
        let codes = &mut codes[..packet.payload.len()];
        g711::transcode(codec, packet.payload, remote.codec, codes);
        self.fade.pass(remote.codec, codes);
        self.write(numbers, remote.payload_type, codes, buffer)
    }

    /// Makes the packet that brings the other leg's telephone event, if the peer takes events.
    pub fn forward_keys(
        &mut self,
        now: Instant,
        from: LegId,
        packet: &Packet<'_>,
        buffer: &mut [u8],
    ) -> Option<usize> {
        let remote = self.listens_to(from)?;
        let Some(payload_type) = remote.telephone_event else {
            self.stream.pass_over(packet);
            return None;
        };
        let numbers = self.stream.forward(now, packet, 0)?;
        self.due = Some(now + GAP_MAX);
        self.write(numbers, payload_type, packet.payload, buffer)
    }

    /// A packet of the other leg cannot be forwarded; its number is not missed.
    pub fn pass_over(&mut self, from: LegId, packet: &Packet<'_>) {
        if self.listens_to(from).is_some() {
            self.stream.pass_over(packet);
        }
    }

    /// The peer, if it hears that leg at this moment.
    fn listens_to(&self, from: LegId) -> Option<Remote> {
        let hears = self.bridged == Some(from) && self.player.is_none() && self.keys.is_idle();
        self.destination().and(self.remote).filter(|_| hears)
    }

    fn write(
        &mut self,
        numbers: Numbers,
        payload_type: u8,
        payload: &[u8],
        buffer: &mut [u8],
    ) -> Option<usize> {
        let packet = Packet {
            payload_type,
            marker: numbers.marker,
            sequence: numbers.sequence,
            timestamp: numbers.timestamp,
            ssrc: numbers.ssrc,
            payload,
        };
        let mut length = rtp::write(&packet, buffer)?;
        if let Some((_, protection)) = &mut self.protection {
            if let Some(plain) = &mut self.plain {
                plain.clear();
                plain.extend_from_slice(buffer.get(..length)?);
            }
            length = protection.rtp(buffer, length)?;
        }
        self.packets += 1;
        self.bytes += payload.len() as u64;
        Some(length)
    }

    /// Counts a datagram the network did not take.
    pub fn send_failed(&mut self) {
        self.send_errors += 1;
    }

    /// What a sender report says of the stream; `None` before anything was sent.
    pub(super) fn sender_info(&self, now: Instant, ntp: u64) -> Option<SenderInfo> {
        Some(SenderInfo {
            ntp,
            timestamp: self.stream.timestamp_at(now)?,
            packets: self.packets as u32,
            bytes: self.bytes as u32,
        })
    }

    /// Adds the figures of this half.
    pub fn add_to(&self, stats: &mut LegStats) {
        stats.packets_out = self.packets.saturating_sub(self.send_errors);
        stats.bytes_out = self.bytes;
        stats.send_errors = self.send_errors;
    }
}

fn comfort() -> Player {
    Player::new(Playback::Silence, true)
}
