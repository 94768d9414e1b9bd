//! Placing a call: its INVITE, and that to the trunk's next address where the first fails soon.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ::sip::endpoint::NewCall;
use domain::{AttemptId, CampaignId, Cause, Outcome, PhoneNumber, TrunkId};
use engine::CallProgress;

use super::{CustomerCall, Phase};
use crate::exchange::{Exchange, Owner};
use crate::ids::CallIds;
use crate::session::{FarSide, Session};
use crate::trunk::Outbound;

/// A call whose first address fails is tried at the next one, if it fails within this: later the
/// floor is another one, and the engine decides.
const NEXT_ADDRESS_WITHIN: Duration = Duration::from_secs(5);

/// A call to be placed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placement {
    pub(crate) attempt: AttemptId,
    pub(crate) campaign: CampaignId,
    pub(crate) trunk: TrunkId,
    pub(crate) phone: PhoneNumber,
    pub(crate) caller_id: PhoneNumber,
    pub(crate) ring_timeout: Duration,
}

impl Exchange {
    pub(crate) fn place_call(&mut self, now: Instant, placement: Placement) {
        let attempt = placement.attempt;
        if self.calls.contains_key(&attempt) {
            tracing::error!(%attempt, "ordered twice; the second order is ignored");
            return;
        }
        let Some((session, call)) = self.session_and_call(now, &placement) else {
            let outcome = Outcome::Congestion;
            let cause = Cause::default();
            self.report_call(attempt, CallProgress::Failed { outcome, cause });
            return;
        };
        let tried = vec![call.flow.remote];
        let whom = (placement.trunk, placement.phone);
        self.watch.opened(now, attempt, whom, &call);
        let handle = self.endpoint.invite(now, call);
        self.owners.insert(handle, Owner::Customer(attempt));
        let call = CustomerCall {
            handle,
            placement: Some(placement),
            campaign: Some(placement.campaign),
            placed: now,
            tried,
            early: None,
            session,
            phase: Phase::Calling,
            talk: Vec::new(),
            supervisor: None,
            joined: false,
            announcing: false,
            paused: false,
            heard: false,
            rang: false,
            given_up: false,
        };
        self.calls.insert(attempt, call);
        self.capture_call(attempt);
    }

    /// The leg and the INVITE of a call; `None`, with a word in the log, where there is no way to
    /// place it.
    fn session_and_call(
        &mut self,
        now: Instant,
        placement: &Placement,
    ) -> Option<(Session, NewCall)> {
        let Placement { attempt, trunk, .. } = *placement;
        let refuse = |why: &str| tracing::warn!(%attempt, %trunk, why, "call not placed");
        if self.stopping {
            refuse("telephony is stopping");
            return None;
        }
        let state = self.trunks.get(&trunk);
        let flow = state.and_then(|state| state.flow_but(now, attempt, &[]));
        let (Some(state), Some(flow)) = (state, flow) else {
            refuse("the trunk is unknown or its host has no address");
            return None;
        };
        let far = FarSide::Carrier(state.trunk.srtp, flow.transport);
        let session = self
            .open_session(Owner::Customer(attempt), flow.remote.ip(), far)
            .inspect_err(|error| tracing::error!(%attempt, %error, "no media port is free"))
            .ok()?;
        let call = self.new_call(now, placement, &session, &[]);
        if call.is_none() {
            refuse("the trunk's host is no host");
            self.close_session(&session);
        }
        Some((session, call?))
    }

    /// The INVITE to an address of the trunk that was not tried yet; `None` where there is none.
    fn new_call(
        &self,
        now: Instant,
        placement: &Placement,
        session: &Session,
        tried: &[SocketAddr],
    ) -> Option<NewCall> {
        let Placement { attempt, trunk, .. } = *placement;
        let state = self.trunks.get(&trunk)?;
        let flow = state.flow_but(now, attempt, tried)?;
        let (phone, caller_id) = (placement.phone, placement.caller_id);
        let domain = &self.address.domain;
        let sent = Outbound::of(&state.trunk, attempt, phone, caller_id, domain)?;
        let way = (trunk, flow.remote);
        let ids = CallIds::of(&self.secret, attempt, way, &domain.to_string());
        let (offer, ring_timeout) = (session.offer(), placement.ring_timeout);
        Some(sent.into_call(&state.trunk, flow, ids, offer, ring_timeout))
    }

    /// Tries the next address of the trunk for a call that one failed, if that was soon enough: what
    /// was decided on another floor is the engine's to decide anew. The first INVITE is over.
    pub(super) fn try_next_address(&mut self, now: Instant, attempt: AttemptId) -> bool {
        let Some(call) = self.calls.get(&attempt) else {
            return false;
        };
        let soon = now.duration_since(call.placed) < NEXT_ADDRESS_WITHIN;
        if call.rang || call.given_up || self.stopping || !soon {
            return false;
        }
        let Some(placement) = call.placement else {
            return false;
        };
        let next = self.new_call(now, &placement, &call.session, &call.tried);
        let Some(next) = next else {
            return false;
        };
        let to = next.flow.remote;
        let whom = (placement.trunk, placement.phone);
        self.watch.opened(now, attempt, whom, &next);
        let handle = self.endpoint.invite(now, next);
        self.owners.insert(handle, Owner::Customer(attempt));
        if let Some(call) = self.calls.get_mut(&attempt) {
            self.owners.remove(&call.handle);
            call.handle = handle;
            call.tried.push(to);
            call.heard = false;
        }
        true
    }
}
