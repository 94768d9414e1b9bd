//! Calls that carriers offer us: from the address of a trunk, to a number. They ring until the
//! engine takes them in or refuses them; taken, they are customers' calls like those that we place
//! (`calls.rs`). Who calls whom is read here, by the trunk's number rules; whether anybody is
//! reached there is the engine's to say.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ::sip::endpoint::{CallEvent, CallHandle, Flow};
use ::sip::message::{Message, Request, Status};
use ::sip::uri::Uri;
use domain::{
    AttemptId, CampaignId, Cause, EndedBy, OfferId, Outcome, PhoneNumber, SignallingRecord, Trunk,
    TrunkId,
};
use engine::CallProgress;

use crate::Report;
use crate::calls::CustomerCall;
use crate::exchange::{Exchange, Owner};
use crate::incoming::Caller;
use crate::media::LearnMode;
use crate::session::FarSide;

/// How many may ring at once: the engine answers within milliseconds, a database that is slow
/// within two seconds.
const OFFERS_MAX: usize = 256;
/// After this whoever was to answer has forgotten the call.
const OFFER_MAX: Duration = Duration::from_secs(10);

/// A call that rings with us.
#[derive(Debug)]
pub(crate) struct Offered {
    call: CallHandle,
    trunk: TrunkId,
    from: Flow,
    /// Theirs to show in traces.
    number: PhoneNumber,
    call_id: String,
    invite: Vec<u8>,
    sdp: Option<String>,
    since: Instant,
}

impl Exchange {
    /// An INVITE from the address of a trunk.
    pub(crate) fn offered(
        &mut self,
        now: Instant,
        caller: &Caller,
        request: &Request,
        sdp: Option<&str>,
    ) {
        let call = caller.call;
        let Some((trunk, called, calling)) = self.who_calls_whom(caller.from.remote, request)
        else {
            return self.turn_away(now, call, 404);
        };
        if self.stopping || self.offers.len() >= OFFERS_MAX {
            return self.turn_away(now, call, 503);
        }
        self.next_offer += 1;
        let offer = OfferId::new(self.next_offer);
        let offered = Offered {
            call,
            trunk,
            from: caller.from,
            number: calling.unwrap_or(called[0]),
            call_id: request.headers.call_id().unwrap_or_default().to_owned(),
            invite: Message::Request(request.clone()).to_bytes(),
            sdp: sdp.map(str::to_owned),
            since: now,
        };
        self.offers.insert(offer, offered);
        self.owners.insert(call, Owner::Offer(offer));
        self.endpoint.ring(now, call, None);
        self.report(Report::Offered {
            offer,
            trunk,
            called,
            caller: calling,
        });
    }

    /// The trunk at an address, the numbers that may have been called (never none), and who calls.
    /// Behind one address there may be several trunks: then it is the one at that very port.
    fn who_calls_whom(
        &self,
        from: SocketAddr,
        request: &Request,
    ) -> Option<(TrunkId, Vec<PhoneNumber>, Option<PhoneNumber>)> {
        let at = |fits: &dyn Fn(SocketAddr) -> bool| {
            let there = self.trunks.values().filter(|state| state.is_at(fits));
            there.map(|state| &state.trunk).min_by_key(|trunk| trunk.id)
        };
        let trunk = at(&|address| address == from).or_else(|| at(&|it| it.ip() == from.ip()))?;
        let to = request.headers.to().ok().map(|to| to.uri);
        let mut called: Vec<_> = [Some(&request.uri), to.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(|uri| called_by(trunk, uri))
            .collect();
        called.dedup();
        (!called.is_empty()).then(|| (trunk.id, called, calling(trunk, request)))
    }

    /// Answers a call that rings with us. One that was given up meanwhile is reported as over.
    pub(crate) fn take_call(
        &mut self,
        now: Instant,
        offer: OfferId,
        attempt: AttemptId,
        campaign: Option<CampaignId>,
    ) {
        let Some(offered) = self.offers.remove(&offer) else {
            let (by, cause) = (EndedBy::Customer, Cause::default());
            return self.report_call(attempt, CallProgress::Ended { by, cause });
        };
        let call = offered.call;
        let owner = Owner::Customer(attempt);
        let host = offered.from.remote.ip();
        let Some(srtp) = self.trunks.get(&offered.trunk).map(|it| it.trunk.srtp) else {
            return self.cannot_take(now, call, attempt, 503, "the trunk was removed");
        };
        let far = FarSide::Carrier(srtp, offered.from.transport);
        let Ok(mut session) = self.open_session(owner, host, far) else {
            return self.cannot_take(now, call, attempt, 503, "no media port is free");
        };
        let (answer, remote) = match session.renew(offered.sdp.as_deref(), LearnMode::Sdp) {
            Ok(renewed) => renewed,
            Err(error) => {
                tracing::warn!(%attempt, %error, "a caller offers no audio we can speak");
                self.close_session(&session);
                return self.cannot_take(now, call, attempt, 488, &error.to_string());
            }
        };
        if let Some(remote) = remote {
            self.media.set_remote(session.leg.id, remote);
        }
        // Fax machines call too.
        self.media.listen_for_tones(session.leg.id, None);
        self.owners.insert(call, owner);
        let whom = (offered.trunk, offered.number);
        let said = (offered.call_id.as_str(), offered.invite.as_slice());
        self.watch.taken(now, attempt, whom, offered.from, said);
        let received = CustomerCall::received(call, session, campaign, now);
        self.calls.insert(attempt, received);
        self.capture_call(attempt);
        self.meters.calls_taken.count();
        self.endpoint.answer(now, call, answer);
        let record = self.endpoint.dialog_record(call).unwrap_or_default();
        self.report_call(attempt, CallProgress::Answered(SignallingRecord(record)));
    }

    fn cannot_take(
        &mut self,
        now: Instant,
        call: CallHandle,
        attempt: AttemptId,
        code: u16,
        why: &str,
    ) {
        self.owners.remove(&call);
        self.turn_away(now, call, code);
        let (outcome, cause) = (
            Outcome::Congestion,
            Cause {
                sip_status: Some(code),
                text: Some(why.to_owned()),
                ..Cause::default()
            },
        );
        self.report_call(attempt, CallProgress::Failed { outcome, cause });
    }

    /// Refuses a call that rings with us.
    pub(crate) fn refuse_call(&mut self, now: Instant, offer: OfferId, status: u16) {
        if let Some(offered) = self.offers.remove(&offer) {
            self.owners.remove(&offered.call);
            self.turn_away(now, offered.call, status);
        }
    }

    pub(crate) fn offer_event(&mut self, now: Instant, offer: OfferId, event: CallEvent) {
        let Some(offered) = self.offers.get_mut(&offer) else {
            return;
        };
        let call = offered.call;
        match event {
            CallEvent::Cancelled | CallEvent::Failed { .. } | CallEvent::Ended { .. } => {
                self.offer_vanished(call, offer);
            }
            // It may be changed once it is answered.
            CallEvent::Reinvite { .. } => self.endpoint.answer_reinvite(now, call, None),
            CallEvent::Referred { refer, .. } => self.decline_refer(now, refer),
            _ => {}
        }
    }

    /// Its dialog is over.
    pub(crate) fn offer_vanished(&mut self, call: CallHandle, offer: OfferId) {
        self.owners.remove(&call);
        self.offers.remove(&offer);
    }

    /// Whether a call still rings with us.
    pub(crate) fn is_offered(&self, offer: OfferId, call: CallHandle) -> bool {
        self.offers
            .get(&offer)
            .is_some_and(|known| known.call == call)
    }

    /// Refuses what nobody answered in time; at the end, all.
    pub(crate) fn refuse_forgotten_offers(&mut self, now: Instant) {
        let forgotten = |offered: &Offered| self.stopping || now >= offered.since + OFFER_MAX;
        let offers: Vec<_> = self
            .offers
            .iter()
            .filter_map(|(offer, offered)| forgotten(offered).then_some(*offer))
            .collect();
        for offer in offers {
            self.refuse_call(now, offer, 503);
        }
    }

    /// Refuses a carrier's call, and counts it with its reason.
    fn turn_away(&mut self, now: Instant, call: CallHandle, code: u16) {
        self.meters.calls_refused.count();
        match code {
            404 => self.meters.refused_numbers.count(),
            486 => self.meters.refused_busy.count(),
            488 => self.meters.refused_audio.count(),
            _ => self.meters.refused_overload.count(),
        }
        self.refuse(now, call, code);
    }

    pub(crate) fn refuse(&mut self, now: Instant, call: CallHandle, code: u16) {
        let code = Status::new(code).filter(|status| status.code() >= 300);
        let status = code.unwrap_or(Status::new(480).expect("480 lies between 100 and 699"));
        self.endpoint.reject(now, call, status);
    }
}

/// The number of ours in an address, as the trunk writes those that we show.
fn called_by(trunk: &Trunk, uri: &Uri) -> Option<PhoneNumber> {
    domain::read(&trunk.calling, &user_of(uri)?)
}

/// Who calls: the carrier's word for it (RFC 3325), else the caller's own. As the trunk writes those
/// whom we call, else as it writes ours.
fn calling(trunk: &Trunk, request: &Request) -> Option<PhoneNumber> {
    let from = request.headers.from().ok();
    let said = request.headers.asserted().or(from)?;
    let user = user_of(&said.uri)?;
    let rules = if trunk.called.is_empty() {
        &trunk.calling
    } else {
        &trunk.called
    };
    domain::read(rules, &user)
}

/// The user of an address, without its parameters (RFC 3261 section 19.1.6) and the separators of
/// RFC 3966 section 5.1.1.
fn user_of(uri: &Uri) -> Option<String> {
    let user = uri.user_decoded()?;
    let number = user.split(';').next()?;
    Some(number.replace(['-', '.', '(', ')'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite(fields: &str) -> Request {
        let text = format!(
            "INVITE sip:6013000000;phone-context=x@us SIP/2.0\r\n\
             Via: SIP/2.0/UDP them;branch=z9hG4bKx\r\nTo: <sip:+576013000000@us>\r\n\
             Call-ID: x\r\nCSeq: 1 INVITE\r\n{fields}\r\n\r\n"
        );
        match ::sip::message::parse_datagram(text.as_bytes()) {
            Ok(Message::Request(request)) => request,
            other => panic!("it is a request: {other:?}"),
        }
    }

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::from_e164(text).expect("a number")
    }

    fn trunk() -> Trunk {
        Trunk {
            calling: vec!["+57 strip 2".parse().expect("a rule")],
            ..Trunk::new(TrunkId::new(1), "carrier", "them")
        }
    }

    #[test]
    fn the_carriers_word_for_who_calls_goes_before_the_callers_own() {
        let from = "From: <sip:+573009999999@them>;tag=1";
        let theirs = |fields: &str| calling(&trunk(), &invite(fields));
        assert_eq!(theirs(from), Some(number("+573009999999")));
        for asserted in [
            "P-Asserted-Identity: <sip:3001234567@them>",
            "P-Asserted-Identity: <tel:+57-300-123-4567>",
        ] {
            let fields = format!("{from}\r\n{asserted}");
            assert_eq!(theirs(&fields), Some(number("+573001234567")), "{asserted}");
        }
        assert_eq!(
            theirs("From: <sip:anonymous@anonymous.invalid>;tag=1"),
            None
        );
    }

    #[test]
    fn the_number_called_is_read_without_what_hangs_on_it() {
        let request = invite("From: <sip:a@them>;tag=1");
        let called = called_by(&trunk(), &request.uri);
        assert_eq!(called, Some(number("+576013000000")));
    }
}
