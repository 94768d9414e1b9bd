//! Second legs: whom customers are handed to. A phone of ours that registers, or a number over a
//! trunk; the engine ordered them after the intent was durable, and only to what an administrator
//! listed.
//!
//! ```text
//! Calling ──answer──▶ Up ──BYE either way──▶ gone
//!    └──refusal, timeout, CANCEL──▶ gone
//! ```

use std::net::IpAddr;
use std::time::{Duration, Instant};

use ::sip::endpoint::{self, CallEvent, CallHandle, NewCall};
use domain::{
    AttemptId, Cause, Destination, DestinationId, DestinationPlace, EndedBy, Outcome, Secret,
    SignallingRecord, TransferRoute,
};
use engine::{CallProgress, SidePlace};

use crate::Report;
use crate::exchange::{Exchange, Owner};
use crate::ids::CallIds;
use crate::media::{LearnMode, LegId};
use crate::outcome::{Refusal, WhoEnded, outcome_of};
use crate::session::{FarSide, Session};
use crate::trunk::Outbound;

/// The second leg of a call.
#[derive(Debug)]
pub(crate) struct SideCall {
    number: u32,
    pub(crate) handle: CallHandle,
    pub(crate) session: Session,
    /// A phone's audio comes from where its signalling does; a trunk's from where its SDP says.
    host: Option<IpAddr>,
    up: bool,
    heard: bool,
}

impl SideCall {
    /// Its leg, where it can be heard.
    pub(crate) fn up_leg(&self) -> Option<LegId> {
        self.up.then_some(self.session.leg.id)
    }

    fn learn(&self) -> LearnMode {
        self.host.map_or(LearnMode::Sdp, LearnMode::NatFrom)
    }
}

/// A second leg to be called.
#[derive(Clone, Debug)]
pub(crate) struct SideOrder {
    pub(crate) attempt: AttemptId,
    pub(crate) number: u32,
    pub(crate) place: SidePlace,
    pub(crate) ring_timeout: Duration,
}

impl Exchange {
    /// Makes a destination known; its phone may register from then on.
    pub(crate) fn set_destination(
        &mut self,
        now: Instant,
        destination: &Destination,
        password: &Secret,
    ) {
        self.remove_destination(destination.id);
        if let DestinationPlace::Phone(user) = &destination.place {
            self.endpoint.set_account(user, Some(password.expose()));
            self.take_back_bindings(now, user);
        }
        self.destinations
            .insert(destination.id, destination.clone());
    }

    pub(crate) fn remove_destination(&mut self, id: DestinationId) {
        let known = self.destinations.remove(&id).map(|known| known.place);
        if let Some(DestinationPlace::Phone(user)) = known {
            self.close_account(&user);
        }
    }

    pub(crate) fn call_side(&mut self, now: Instant, order: SideOrder) {
        let SideOrder {
            attempt, number, ..
        } = order;
        if !self.calls.contains_key(&attempt) || self.sides.contains_key(&attempt) {
            return;
        }
        let placed = match &order.place {
            SidePlace::Phone(user) => self.phone_side(attempt, user, order.ring_timeout),
            SidePlace::Number(route) => {
                self.trunk_side(now, (attempt, number), *route, order.ring_timeout)
            }
        };
        let (session, host, call) = match placed {
            Ok(placed) => placed,
            Err(why) => {
                tracing::warn!(%attempt, why, "the call is not handed on");
                let outcome = Outcome::Congestion;
                let cause = Cause::default();
                let failed = CallProgress::Failed { outcome, cause };
                return self.report_side(attempt, number, failed);
            }
        };
        let handle = self.endpoint.invite(now, call);
        self.owners.insert(handle, Owner::Side(attempt));
        let side = SideCall {
            number,
            handle,
            session,
            host,
            up: false,
            heard: false,
        };
        self.sides.insert(attempt, side);
    }

    fn phone_side(
        &mut self,
        attempt: AttemptId,
        user: &str,
        ring_timeout: Duration,
    ) -> Result<(Session, Option<IpAddr>, NewCall), &'static str> {
        if self.stopping {
            return Err("telephony is stopping");
        }
        let bindings = self.endpoint.bindings(user);
        let binding = bindings.into_iter().next();
        let binding = binding.ok_or("no phone is registered there")?;
        let host = binding.flow.remote.ip();
        let far = FarSide::Phone(binding.flow.transport);
        let session = self
            .open_session(Owner::Side(attempt), host, far)
            .map_err(|_| "no media port is free")?;
        let call = self.phone_call(user, &binding, session.offer(), ring_timeout, Vec::new());
        Ok((session, Some(host), call))
    }

    fn trunk_side(
        &mut self,
        now: Instant,
        (attempt, number): (AttemptId, u32),
        route: TransferRoute,
        ring_timeout: Duration,
    ) -> Result<(Session, Option<IpAddr>, NewCall), &'static str> {
        if self.stopping {
            return Err("telephony is stopping");
        }
        let state = self.trunks.get(&route.trunk);
        let flow = state.and_then(|state| state.flow_but(now, attempt, &[]));
        let (Some(state), Some(flow)) = (state, flow) else {
            return Err("the trunk is unknown or its host has no address");
        };
        let trunk = state.trunk.clone();
        let domain = &self.address.domain;
        let sent = Outbound::of(&trunk, attempt, route.phone, route.caller_id, domain);
        let sent = sent.ok_or("the trunk's host is no host")?;
        let ids = CallIds::of_side(&self.secret, attempt, number, &domain.to_string());
        let far = FarSide::Carrier(trunk.srtp, flow.transport);
        let session = self
            .open_session(Owner::Side(attempt), flow.remote.ip(), far)
            .map_err(|_| "no media port is free")?;
        let call = sent.into_call(&trunk, flow, ids, session.offer(), ring_timeout);
        Ok((session, None, call))
    }

    pub(crate) fn side_event(&mut self, now: Instant, attempt: AttemptId, event: CallEvent) {
        let Some(side) = self.sides.get_mut(&attempt) else {
            return;
        };
        let number = side.number;
        match event {
            CallEvent::Sent => self.report_side(attempt, number, CallProgress::Placed),
            CallEvent::Trying => side.heard = true,
            // What it plays while it rings is not for the customer to hear.
            CallEvent::Ringing { .. } => {
                side.heard = true;
                self.report_side(attempt, number, CallProgress::Ringing);
            }
            CallEvent::Answered { sdp } => self.side_answered(now, attempt, sdp.as_deref()),
            CallEvent::Reinvite { offer } => {
                let learn = side.learn();
                let renewed = side.session.renew(offer.as_deref(), learn);
                let (handle, leg) = (side.handle, side.session.leg.id);
                self.answer_reinvite(now, handle, leg, renewed);
            }
            CallEvent::Failed {
                status,
                by_us,
                q850,
                blocked,
                text,
                retry_after,
            } => {
                let by = match by_us {
                    true => WhoEnded::RingTimeout,
                    false => WhoEnded::Network,
                };
                let refusal = Refusal {
                    status,
                    q850,
                    blocked,
                    heard: side.heard,
                    by,
                };
                let outcome = outcome_of(&self.causes, &refusal);
                let retry_after = retry_after.map(|secs| Duration::from_secs(secs.into()));
                let cause = Cause {
                    sip_status: Some(status),
                    q850,
                    text,
                    retry_after,
                };
                self.forget_side(attempt);
                let failed = CallProgress::Failed { outcome, cause };
                self.report_side(attempt, number, failed);
            }
            CallEvent::Ended { by, q850 } => {
                let by = match by {
                    endpoint::EndedBy::Remote => EndedBy::Customer,
                    endpoint::EndedBy::Us => EndedBy::System,
                    endpoint::EndedBy::Failure => EndedBy::Network,
                };
                let cause = Cause {
                    q850,
                    ..Cause::default()
                };
                self.forget_side(attempt);
                self.report_side(attempt, number, CallProgress::Ended { by, cause });
            }
            // Nobody outside may send the customer on.
            CallEvent::Referred { refer, .. } => self.decline_refer(now, refer),
            CallEvent::OfferAnswered { sdp } => {
                let (leg, learn) = (side.session.leg.id, side.learn());
                let settled = side.session.settle(sdp.as_deref(), learn);
                self.session_settled(leg, settled);
            }
            CallEvent::OfferRefused { .. }
            | CallEvent::Dtmf { .. }
            | CallEvent::PickedUp
            | CallEvent::Confirmed
            | CallEvent::Cancelled => {}
        }
    }

    fn side_answered(&mut self, now: Instant, attempt: AttemptId, sdp: Option<&str>) {
        let Some(side) = self.sides.get_mut(&attempt) else {
            return;
        };
        let (number, learn) = (side.number, side.learn());
        match side.session.settle(sdp, learn) {
            Ok(remote) => {
                side.up = true;
                let (handle, leg) = (side.handle, side.session.leg.id);
                self.media.set_remote(leg, remote);
                let record = self.endpoint.dialog_record(handle).unwrap_or_default();
                self.join(attempt);
                let answered = CallProgress::Answered(SignallingRecord(record));
                self.report_side(attempt, number, answered);
            }
            Err(error) => {
                tracing::warn!(%attempt, %error, "the second leg speaks no audio of ours");
                self.drop_side(now, attempt, number);
                let failed = CallProgress::Failed {
                    outcome: Outcome::Congestion,
                    cause: Cause {
                        text: Some(error.to_string()),
                        ..Cause::default()
                    },
                };
                self.report_side(attempt, number, failed);
            }
        }
    }

    /// Ends a second leg whatever its state, and says no more of it.
    pub(crate) fn drop_side(&mut self, now: Instant, attempt: AttemptId, number: u32) {
        let known = self.sides.get(&attempt);
        if known.is_some_and(|side| side.number == number) {
            self.end_side(now, attempt);
        }
    }

    /// The same for whichever there is.
    pub(crate) fn end_side(&mut self, now: Instant, attempt: AttemptId) {
        if let Some(side) = self.sides.remove(&attempt) {
            self.close_session(&side.session);
            self.owners.insert(side.handle, Owner::Ghost(None));
            self.endpoint.hang_up(now, side.handle, None);
        }
    }

    pub(crate) fn side_silent(&mut self, now: Instant, attempt: AttemptId) {
        let Some(side) = self.sides.get(&attempt) else {
            return;
        };
        if side.up && !side.session.held {
            let number = side.number;
            self.meters.silent_legs.count();
            self.end_side(now, attempt);
            let ended = CallProgress::Ended {
                by: EndedBy::System,
                cause: Cause::default(),
            };
            self.report_side(attempt, number, ended);
        }
    }

    /// Its dialog is gone, and nobody said so.
    pub(crate) fn side_vanished(&mut self, attempt: AttemptId) {
        let Some(side) = self.sides.get(&attempt) else {
            return;
        };
        let number = side.number;
        self.forget_side(attempt);
        let by = EndedBy::Network;
        let cause = Cause::default();
        self.report_side(attempt, number, CallProgress::Ended { by, cause });
    }

    fn forget_side(&mut self, attempt: AttemptId) {
        if let Some(side) = self.sides.remove(&attempt) {
            self.owners.remove(&side.handle);
            self.close_session(&side.session);
        }
    }

    fn report_side(&self, attempt: AttemptId, number: u32, progress: CallProgress) {
        self.report(Report::Side {
            attempt,
            number,
            progress,
        });
    }
}
