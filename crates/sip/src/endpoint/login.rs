//! Who somebody is that has to say so: digest over any request (RFC 3261 section 22), with the same
//! answer to a wrong password, an unknown name and no credentials at all.

use super::Endpoint;
use super::outside::{Arrived, status};
use crate::auth::Challenge;
use crate::message::Method;
use crate::registrar::Who;
use std::net::IpAddr;
use std::time::Instant;

impl Endpoint {
    /// Whether the sender of a request outside dialogs has to say who they are: strangers, for
    /// whatever tells them something or costs somebody something.
    pub(super) fn must_login(&self, arrived: &Arrived) -> bool {
        let source = arrived.from.remote.ip();
        match arrived.request.method {
            Method::Invite => !self.may_call(source),
            Method::Options
            | Method::Subscribe
            | Method::Refer
            | Method::Message
            | Method::Notify
            | Method::Publish => !self.may_call(source) && !self.is_known(source),
            _ => false,
        }
    }

    /// The user who sent a request; `None` once they have been asked to say so.
    pub(super) fn login(&mut self, now: Instant, arrived: &Arrived) -> Option<String> {
        let (from, request) = (arrived.from, &arrived.request);
        let source = from.remote.ip();
        let claimed = self.registrar.claimed(request);
        let locked = claimed.is_some_and(|user| {
            self.guard.is_locked(now, source, &user) && !self.registrar.is_bound(&user, from)
        });
        let who = if locked {
            self.registrar.stranger(now, source)
        } else {
            self.registrar.who(now, source, request)
        };
        match who {
            Who::User(user) => {
                self.guard.right(source, &user);
                Some(user)
            }
            Who::Stranger(challenges) => {
                self.challenge(arrived, &challenges);
                None
            }
            Who::Wrong {
                user,
                proven,
                challenges,
            } => {
                let spare = self.is_known(source);
                self.guard.wrong(now, source, &user, proven, spare);
                self.challenge(arrived, &challenges);
                None
            }
        }
    }

    /// Keeps nothing about the request (RFC 3261 section 8.2.7): whoever forges addresses would
    /// otherwise fill our memory with transactions.
    fn challenge(&mut self, arrived: &Arrived, challenges: &[Challenge]) {
        let mut response = self.response(&arrived.request, status(401));
        // Strangers need not know what program this is.
        response.headers.remove("Server");
        for challenge in challenges {
            response
                .headers
                .push("WWW-Authenticate", challenge.to_string());
        }
        self.send_response(arrived.reply, response);
    }

    /// Registrar: the sources shut out at the moment for guessing passwords.
    pub fn bans(&self, now: Instant) -> Vec<super::Ban> {
        self.guard.bans(now)
    }

    /// Registrar: hears a source again; says whether it was shut out.
    pub fn lift_ban(&mut self, now: Instant, source: IpAddr) -> bool {
        self.guard.lift(now, source)
    }

    /// How often strangers were turned away so far.
    pub fn turned_away(&self) -> super::TurnedAway {
        self.guard.turned_away
    }
}
