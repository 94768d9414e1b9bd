//! Our provisional responses to those who require them reliably (RFC 3262 section 3): repeated until
//! the PRACK, one at a time, and none of them overtaken by the 200 if it described the session.

use super::call::{Offered, Phase, sdp_of_request};
use super::compose::outline;
use super::outside::Arrived;
use super::{Alarm, CallEvent, CallHandle, Endpoint, Transmit};
use crate::message::{Request, Response, Status};
use rand::Rng;
use std::time::{Duration, Instant};

/// What a ringing call promised.
#[derive(Debug, Default)]
pub(super) struct Reliable {
    /// RSeq of the latest response; zero before the first.
    rseq: u32,
    /// It, until its PRACK comes.
    unpracked: Option<Unpracked>,
    /// What waits for that PRACK.
    waiting: Option<Waiting>,
    /// Whether a response described our side of the session, so that the 200 does not.
    pub(super) described: bool,
}

#[derive(Debug)]
struct Unpracked {
    transmit: Transmit,
    interval: Duration,
    give_up_at: Instant,
}

#[derive(Debug)]
enum Waiting {
    Ring(Option<String>),
    Answer(String),
}

impl Reliable {
    /// Whether both sides have agreed on a session, and know it.
    pub(super) fn has_agreed(&self) -> bool {
        self.described && self.unpracked.is_none()
    }
}

impl Endpoint {
    /// Rings reliably, now or once the response before was acknowledged.
    pub(super) fn ring_reliably(
        &mut self,
        now: Instant,
        handle: CallHandle,
        mut response: Response,
        early_sdp: Option<String>,
    ) {
        let first = 1 + self.rng.next_u32() % (u32::MAX / 4);
        let Some(Phase::Ringing(ringing)) = self.calls.get_mut(&handle).map(|call| &mut call.phase)
        else {
            return;
        };
        let invite = ringing.invite;
        let Some(reliable) = &mut ringing.reliable else {
            return;
        };
        if reliable.unpracked.is_some() {
            reliable.waiting = Some(Waiting::Ring(early_sdp));
            return;
        }
        reliable.rseq = if reliable.rseq == 0 {
            first
        } else {
            reliable.rseq + 1
        };
        response.headers.push("Require", "100rel");
        response.headers.push("RSeq", reliable.rseq.to_string());
        if let Some(sdp) = early_sdp.filter(|_| !reliable.described) {
            reliable.described = true;
            response.set_body("application/sdp", sdp);
        }
        if !self.respond(now, invite, response) {
            return;
        }
        let timers = self.config.timers;
        let transmit = self.servers.latest(invite);
        if let (Some(reliable), Some(transmit)) = (self.reliable_mut(handle), transmit) {
            reliable.unpracked = Some(Unpracked {
                transmit,
                interval: timers.t1,
                give_up_at: now + timers.timeout,
            });
            self.alarms
                .set(Alarm::Unpracked(handle), Some(now + timers.t1));
        }
    }

    /// Whether the 200 has to wait: a session that was described in a response which may not have
    /// arrived must not be answered yet (RFC 3262 section 5).
    pub(super) fn answer_waits(&mut self, handle: CallHandle, sdp: &str) -> bool {
        let Some(reliable) = self.reliable_mut(handle) else {
            return false;
        };
        let waits = reliable.described && reliable.unpracked.is_some();
        if waits {
            reliable.waiting = Some(Waiting::Answer(sdp.to_owned()));
        }
        waits
    }

    pub(super) fn on_unpracked(&mut self, now: Instant, handle: CallHandle) {
        let Some(unpracked) = self
            .reliable_mut(handle)
            .and_then(|reliable| reliable.unpracked.as_mut())
        else {
            return;
        };
        if unpracked.give_up_at <= now {
            self.reject(now, handle, Status::new(504).expect("504 is in range"));
            return;
        }
        unpracked.interval *= 2;
        // Twice as long each time, without the bound that the 200 has (RFC 3262 section 3).
        let next = (now + unpracked.interval).min(unpracked.give_up_at);
        let again = unpracked.transmit.clone();
        self.transmits.push_back(again);
        self.alarms.set(Alarm::Unpracked(handle), Some(next));
    }

    /// A PRACK: 200 if it acknowledges what is unacknowledged, else 481 (RFC 3262 section 3). An offer
    /// in it is answered in its 200.
    pub(super) fn on_prack(&mut self, now: Instant, handle: CallHandle, arrived: Arrived) {
        let acknowledged = arrived.request.headers.rack();
        let call = self.calls.get_mut(&handle);
        let Some(Phase::Ringing(ringing)) = call.map(|call| &mut call.phase) else {
            self.refuse(now, &arrived, 481);
            return;
        };
        let cseq = ringing.request.headers.cseq().ok();
        let offered = ringing.offered;
        let fits = ringing.reliable.as_mut().filter(|reliable| {
            let sent = cseq.map(|cseq| (reliable.rseq, cseq.number));
            reliable.unpracked.is_some() && sent.is_some() && acknowledged == sent
        });
        let Some(reliable) = fits else {
            self.refuse(now, &arrived, 481);
            return;
        };
        reliable.unpracked = None;
        let (waiting, described) = (reliable.waiting.take(), reliable.described);
        self.alarms.set(Alarm::Unpracked(handle), None);
        self.take_prack(now, handle, arrived, described && offered);
        match waiting {
            Some(Waiting::Ring(sdp)) => self.ring(now, handle, sdp),
            Some(Waiting::Answer(sdp)) => self.answer(now, handle, sdp),
            None => {}
        }
    }

    /// Answers a PRACK, with what it says of the session: an answer to the offer in our response, or,
    /// if the session was agreed on already, an offer.
    fn take_prack(&mut self, now: Instant, handle: CallHandle, arrived: Arrived, agreed: bool) {
        let sdp = sdp_of_request(&arrived.request);
        match sdp {
            Some(offer) if agreed => {
                let server = self
                    .servers
                    .open(arrived.key, &arrived.request, arrived.reply);
                if let Some(call) = self.calls.get_mut(&handle) {
                    let request = outline(&arrived.request);
                    let offer = Some(offer.as_str().into());
                    call.offered = Some(Box::new(Offered {
                        server,
                        request,
                        offer,
                    }));
                }
                let offer = Some(offer);
                self.tell(handle, CallEvent::Reinvite { offer });
            }
            sdp => {
                let ok = self.dialog_response(handle, &arrived.request, Status::OK);
                self.answer_at_once(now, &arrived, ok);
                if sdp.is_some() {
                    self.tell(handle, CallEvent::OfferAnswered { sdp });
                }
            }
        }
    }

    fn reliable_mut(&mut self, handle: CallHandle) -> Option<&mut Reliable> {
        match &mut self.calls.get_mut(&handle)?.phase {
            Phase::Ringing(ringing) => ringing.reliable.as_deref_mut(),
            Phase::Calling(_) | Phase::Up | Phase::Ending(_) => None,
        }
    }
}

/// Whether the caller of an INVITE will have nothing but reliable responses.
pub(super) fn is_required(invite: &Request) -> bool {
    invite.headers.lists("Require", "100rel")
}
