//! A leg as the thread sees it that owns it: what it hears is judged, told and forwarded, what is due
//! is said.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use ::media::detect::Detector;
use ::media::g711::decode_all;
use ::media::leg::{Judged, What};
use webrtc::{Path, Told, is_audio};

use super::leg::{Leg, Way, locked};
use super::plan::Room;
use super::worker::Common;
use super::{MediaEvent, TapFrame};

/// Datagrams read from the socket that many share before the others have their turn.
const READ_MAX: usize = 64;

/// A browser that is heard no more for so long has lost its network, or is gone.
const PAGE_SILENCE_MAX: Duration = Duration::from_secs(2);

/// Larger than any Ethernet frame; a datagram that fills it was cut and is no audio of ours.
pub(super) const DATAGRAM_MAX: usize = 2_048;

/// A leg and what only its own thread needs of it.
pub(super) struct Owned {
    pub(super) leg: Arc<Leg>,
    pub(super) other: Option<Arc<Leg>>,
    /// Whom it hears where they are several. Locked after a mouth, never before.
    pub(super) room: Option<Room>,
    pub(super) tap: Option<SyncSender<TapFrame>>,
    /// Listens for tones of the network, until the call is answered.
    pub(super) detector: Option<Box<Detector>>,
    /// The instant in the queue of alarms that counts.
    pub(super) alarm: Option<Instant>,
}

/// Reads from a socket that many share until it is empty, or the others must have their turn.
pub(super) fn read_some(socket: &UdpSocket, mut take: impl FnMut(SocketAddr, &mut [u8])) {
    let mut datagram = [0; DATAGRAM_MAX];
    for _ in 0..READ_MAX {
        match socket.recv_from(&mut datagram) {
            Ok((length, from)) => take(from, &mut datagram[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return,
            // An error of an earlier send, told late: the next datagram is not concerned.
            Err(_) => {}
        }
    }
}

/// Reads a datagram of a leg's own socket. There is seldom another, and that is told anew.
fn read_one(socket: &UdpSocket, take: impl FnOnce(SocketAddr, &mut [u8])) {
    let mut datagram = [0; DATAGRAM_MAX];
    if let Ok((length, from)) = socket.recv_from(&mut datagram) {
        take(from, &mut datagram[..length]);
    }
}

impl Owned {
    pub(super) fn new(leg: Arc<Leg>) -> Owned {
        Owned {
            leg,
            other: None,
            room: None,
            tap: None,
            detector: None,
            alarm: None,
        }
    }

    /// Reads a datagram that has come to its audio port.
    pub(super) fn read_rtp(&mut self, common: &Common) {
        let leg = Arc::clone(&self.leg);
        let Way::Plain(pair) = &leg.way else {
            return;
        };
        read_one(&pair.rtp, |from, datagram| {
            let now = Instant::now();
            let mut ear = leg.ear();
            if leg.is_captured() {
                leg.copy_heard(&ear, (from, false), datagram);
            }
            let Some(datagram) = ear.open(datagram) else {
                return;
            };
            if leg.is_captured() {
                leg.copy_opened(&ear, (from, false), datagram);
            }
            let judged = ear.receive(now, from, datagram);
            drop(ear);
            self.hear(common, now, from, judged);
        });
    }

    pub(super) fn read_rtcp(&mut self) {
        let Way::Plain(pair) = &self.leg.way else {
            return;
        };
        read_one(&pair.rtcp, |from, datagram| {
            let mut ear = self.leg.ear();
            if self.leg.is_captured() {
                self.leg.copy_heard(&ear, (from, true), datagram);
            }
            let Some(report) = ear.open(datagram) else {
                return;
            };
            if self.leg.is_captured() {
                self.leg.copy_opened(&ear, (from, true), report);
            }
            drop(ear);
            self.leg.take_report(Instant::now(), from, report);
        });
    }

    /// Takes a datagram of its browser; says whether its timers may have changed. Audio leaves them.
    pub(super) fn browser_sent(
        &mut self,
        common: &Common,
        path: Path,
        datagram: &mut [u8],
    ) -> bool {
        let now = Instant::now();
        if is_audio(datagram) {
            self.hear_browser(common, now, path, datagram);
            return false;
        }
        if let Some(browser) = self.leg.browser() {
            browser.receive(now, path, datagram);
        }
        self.ask_browser(common, now, Some(path));
        true
    }

    fn hear_browser(&mut self, common: &Common, now: Instant, path: Path, datagram: &mut [u8]) {
        let leg = Arc::clone(&self.leg);
        let mut ear = leg.ear();
        if leg.is_captured() && ear.is_protected() {
            leg.copy_heard(&ear, (path.there, false), datagram);
        }
        let Some(datagram) = ear.open_proven(datagram) else {
            return;
        };
        if leg.is_captured() {
            leg.copy_opened(&ear, (path.there, false), datagram);
        }
        let judged = ear.receive_proven(now, datagram);
        drop(ear);
        if judged.what == What::Dropped {
            return;
        }
        if let Some(browser) = leg.browser() {
            browser.heard_by(path);
        }
        self.hear(common, now, path.there, judged);
    }

    /// Reads what has come by a connection of its browser. Like an address, it is the browser's once a
    /// check with the password came by it; one whose first words are something else is cut.
    /// False if there is no such connection any more.
    pub(super) fn read_wire(&mut self, common: &Common, path: Path) -> bool {
        let leg = Arc::clone(&self.leg);
        let come = leg.browser().and_then(|browser| browser.read_wire(path));
        let (Some(browser), Some(come)) = (leg.browser(), come) else {
            return false;
        };
        for mut datagram in come.datagrams {
            if !browser.admits(Instant::now(), path, &datagram) {
                browser.cut_wire(path);
                return false;
            }
            self.browser_sent(common, path, &mut datagram);
        }
        if come.over {
            browser.cut_wire(path);
        }
        !come.over
    }

    /// Lets time go by for its browser.
    pub(super) fn wake_browser(&mut self, common: &Common, now: Instant) {
        if let Some(browser) = self.leg.browser() {
            browser.wake(now);
            self.ask_browser(common, now, None);
        }
    }

    /// Takes what its browser has to say, after something came by that way if something did.
    fn ask_browser(&self, common: &Common, now: Instant, by: Option<Path>) {
        let leg = &self.leg;
        let Some(browser) = leg.browser() else {
            return;
        };
        while let Some(told) = browser.next(now) {
            match told {
                Told::Connected => {
                    let from = by.map_or(leg.local, |by| by.there);
                    let Some(remote) = browser.remote(from) else {
                        continue;
                    };
                    browser.is_reached(true, by);
                    leg.ear().set_remote(now, remote);
                    leg.mouth().set_remote(now, remote);
                    leg.reporter().start(now);
                    common.send(MediaEvent::Connected { leg: leg.id });
                }
                Told::Unreachable => {
                    browser.is_reached(false, None);
                    common.send(MediaEvent::Unreachable { leg: leg.id });
                }
                Told::Left => common.send(MediaEvent::Left { leg: leg.id }),
                // The browser's part keeps these to itself.
                Told::Send(..) | Told::Idle(_) => {}
            }
        }
    }

    /// Passes on what was heard.
    fn hear(&mut self, common: &Common, now: Instant, from: SocketAddr, judged: Judged<'_>) {
        let leg = self.leg.id;
        if let Some(source) = judged.learned {
            self.leg.mouth().learned(source);
        }
        self.forward(now, &judged.what);
        if judged.first {
            common.send(MediaEvent::FirstPacket { leg, at: now });
        }
        if judged.resumed {
            common.send(MediaEvent::Resumed { leg });
        }
        if let (Some(detector), What::Audio(codec, packet)) = (&mut self.detector, &judged.what)
            && let Some(heard) = detector.hear(&decode_all(*codec, packet.payload))
        {
            common.send(MediaEvent::Tone { leg, heard });
        }
        match judged.what {
            What::Keys(_, Some(digit)) => common.send(MediaEvent::Digit { leg, digit }),
            What::Report(report) => self.leg.take_report(now, from, report),
            What::Audio(..) if self.tap.is_some() => self.copy_to_tap(now, &judged.what),
            _ => {}
        }
    }

    fn forward(&self, now: Instant, what: &What<'_>) {
        if let (Some(room), What::Audio(codec, packet)) = (&self.room, what) {
            locked(room).hear(now, self.leg.id, *codec, packet);
        }
        let Some(other) = &self.other else {
            return;
        };
        let mut buffer = [0; DATAGRAM_MAX];
        let mut mouth = other.mouth();
        let from = self.leg.id;
        let length = match what {
            What::Audio(codec, packet) => {
                mouth.forward_audio(now, from, *codec, packet, &mut buffer)
            }
            What::Keys(packet, _) => mouth.forward_keys(now, from, packet, &mut buffer),
            What::Skipped(packet) => {
                mouth.pass_over(from, packet);
                None
            }
            What::Report(_) | What::Dropped => None,
        };
        if let Some(length) = length {
            other.send(&mut mouth, &buffer[..length]);
        }
    }

    fn copy_to_tap(&mut self, at: Instant, what: &What<'_>) {
        let (Some(tap), What::Audio(codec, packet)) = (&self.tap, what) else {
            return;
        };
        for frame in TapFrame::of(self.leg.id, *codec, at, packet) {
            match tap.try_send(frame) {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => self.leg.ear().tap_dropped(),
                Err(TrySendError::Disconnected(_)) => {
                    self.tap = None;
                    return;
                }
            }
        }
    }

    /// Sends the frames that are due.
    pub(super) fn speak(&self, now: Instant, common: &Common) {
        let mut buffer = [0; DATAGRAM_MAX];
        let mut mouth = self.leg.mouth();
        while let Some(due) = mouth.due().filter(|due| *due <= now) {
            let tick = match &self.room {
                Some(room) => {
                    let room = &mut *locked(room);
                    mouth.tick_in(now, Some((room, self.leg.id)), &mut buffer)
                }
                None => mouth.tick(now, &mut buffer),
            };
            if let Some(length) = tick.packet {
                common.lateness.count(now - due);
                self.leg.send(&mut mouth, &buffer[..length]);
            }
            if tick.done {
                common.send(MediaEvent::PlaybackDone { leg: self.leg.id });
            }
        }
    }

    /// How long it may say nothing. A page says something all the time, muted or not.
    pub(super) fn silence_limit(&self, common: &Common) -> Duration {
        match self.leg.browser() {
            Some(_) => common.silence_timeout.min(PAGE_SILENCE_MAX),
            None => common.silence_timeout,
        }
    }

    pub(super) fn watch(&self, now: Instant, common: &Common) {
        let limit = self.silence_limit(common);
        if let Some(for_) = self.leg.ear().silence(now, limit) {
            let leg = self.leg.id;
            common.send(MediaEvent::Silent { leg, for_ });
        }
    }
}
