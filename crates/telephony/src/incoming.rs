//! Who calls us. A phone whose user logs in may call one number, `*43`, and then hears itself:
//! whoever sets a phone up can try it alone. Nothing leads from a phone to the outside: every other
//! number is refused alike, and counted. What carriers offer us is in `offers.rs`. Strangers never
//! come here, `sip` asks them who they are.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use ::sip::endpoint::{CallEvent, CallHandle, Flow};
use ::sip::message::Request;

use crate::exchange::{Exchange, Owner};
use crate::media::{LearnMode, LegId};
use crate::session::{FarSide, Session};

/// What a phone dials to hear itself.
const ECHO: &str = "*43";
/// How long it may.
const ECHO_MAX: Duration = Duration::from_secs(60);
/// How many may at once; each takes a pair of ports from customers.
const ECHOES_MAX: usize = 20;

/// Somebody who calls.
pub(crate) struct Caller {
    pub(crate) call: CallHandle,
    pub(crate) from: Flow,
    /// Of ours, by their password; none for trunks.
    pub(crate) user: Option<String>,
}

/// A phone that hears itself.
#[derive(Debug)]
pub(crate) struct Echo {
    user: String,
    /// Where its signalling comes from: its audio must come from there too.
    host: IpAddr,
    session: Session,
    since: Instant,
}

impl Echo {
    pub(crate) fn leg(&self) -> LegId {
        self.session.leg.id
    }
}

impl Exchange {
    /// An INVITE outside any call, from a trunk or a user of ours.
    pub(crate) fn somebody_calls(
        &mut self,
        now: Instant,
        caller: Caller,
        request: &Request,
        offer: Option<&str>,
    ) {
        let wants_echo = request.uri.user_decoded().as_deref() == Some(ECHO);
        match &caller.user {
            Some(user) if wants_echo => {
                let user = user.clone();
                self.echo(now, &caller, user, offer);
            }
            None => self.offered(now, &caller, request, offer),
            Some(_) => {
                self.meters.calls_refused.count();
                self.meters.refused_phones.count();
                self.refuse(now, caller.call, 404);
            }
        }
    }

    fn echo(&mut self, now: Instant, caller: &Caller, user: String, offer: Option<&str>) {
        let (call, from) = (caller.call, caller.from);
        let has_one = self.echoes.values().any(|echo| echo.user == user);
        if self.stopping || has_one || self.echoes.len() >= ECHOES_MAX {
            self.refuse(now, call, 486);
            return;
        }
        let host = from.remote.ip();
        let Ok(mut session) = self.open_session(Owner::Echo, host, FarSide::Phone(from.transport))
        else {
            self.refuse(now, call, 503);
            return;
        };
        let answered = session.renew(offer, LearnMode::NatFrom(host));
        let (answer, remote) = match answered {
            Ok((answer, Some(remote))) => (answer, remote),
            // Whoever sends no offer has to be offered something, and its answer awaited.
            Ok((_, None)) | Err(_) => {
                self.close_session(&session);
                self.refuse(now, call, 488);
                return;
            }
        };
        self.media.set_remote(session.leg.id, remote);
        self.media.echo(session.leg.id);
        self.owners.insert(call, Owner::Echo);
        let echo = Echo {
            user,
            host,
            session,
            since: now,
        };
        self.echoes.insert(call, echo);
        self.endpoint.answer(now, call, answer);
    }

    pub(crate) fn echo_event(&mut self, now: Instant, call: CallHandle, event: CallEvent) {
        match event {
            CallEvent::Ended { .. } | CallEvent::Failed { .. } | CallEvent::Cancelled => {
                self.echo_vanished(call);
            }
            CallEvent::Reinvite { offer } => {
                let Some(echo) = self.echoes.get_mut(&call) else {
                    return;
                };
                let leg = echo.session.leg.id;
                let learn = LearnMode::NatFrom(echo.host);
                let renewed = echo.session.renew(offer.as_deref(), learn);
                self.answer_reinvite(now, call, leg, renewed);
            }
            CallEvent::Referred { refer, .. } => self.decline_refer(now, refer),
            _ => {}
        }
    }

    /// Its dialog is over.
    pub(crate) fn echo_vanished(&mut self, call: CallHandle) {
        self.owners.remove(&call);
        if let Some(echo) = self.echoes.remove(&call) {
            self.close_session(&echo.session);
        }
    }

    pub(crate) fn end_long_echoes(&mut self, now: Instant) {
        let echoes = self.echoes.iter();
        let long: Vec<_> = echoes
            .filter_map(|(call, echo)| (now >= echo.since + ECHO_MAX).then_some(*call))
            .collect();
        for call in long {
            self.end_echo(now, call);
        }
    }

    /// Hangs up; what is kept of it goes when the phone agrees.
    pub(crate) fn end_echo(&mut self, now: Instant, call: CallHandle) {
        if let Some(echo) = self.echoes.remove(&call) {
            self.close_session(&echo.session);
            self.owners.insert(call, Owner::Ghost(None));
            self.endpoint.hang_up(now, call, None);
        }
    }
}
