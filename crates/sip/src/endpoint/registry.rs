//! The registrar's side of REGISTER: what the registrar decides, put into messages and events.

use super::outside::{Arrived, status};
use super::{Binding, Endpoint, Event};
use crate::auth::Challenge;
use crate::message::{NameAddr, Status};
use crate::registrar::{Answer, Change};
use std::time::Instant;

impl Endpoint {
    /// Registrar: sets the password of a user of our domain; `None` removes the account and its
    /// bindings. Only the digest secret is kept.
    pub fn set_account(&mut self, user: &str, password: Option<&str>) {
        let changes = self.registrar.set_account(user, password);
        self.tell_changes(changes);
    }

    /// Registrar: where a user is reached, latest first. `expires_in` counts from the time that
    /// the endpoint was last given.
    pub fn bindings(&self, user: &str) -> Vec<Binding> {
        self.registrar.bindings(self.latest, user)
    }

    /// Registrar: takes back a binding of a former life.
    pub fn restore_binding(&mut self, now: Instant, binding: Binding) {
        self.latest = now;
        self.registrar.restore(now, binding);
    }

    pub(super) fn on_register(&mut self, now: Instant, arrived: &Arrived) {
        let answer = self.registrar.register(now, arrived.from, &arrived.request);
        match answer {
            Answer::Challenge(challenges) => self.challenge(arrived, &challenges),
            Answer::Wrong(challenges) => {
                self.source_rate.penalise(now, arrived.from.remote.ip());
                self.challenge(arrived, &challenges);
            }
            Answer::Refuse(code) => self.refuse(now, arrived, code),
            Answer::TooBrief(least) => {
                let mut response = self.response(&arrived.request, status(423));
                let least = least.as_secs().to_string();
                response.headers.push("Min-Expires", least);
                self.answer_at_once(now, arrived, response);
            }
            Answer::Done { bindings, changes } => {
                let mut response = self.response(&arrived.request, Status::OK);
                for binding in bindings {
                    let contact = contact_of(&binding);
                    response.headers.push("Contact", contact);
                }
                self.answer_at_once(now, arrived, response);
                self.tell_changes(changes);
            }
        }
    }

    /// Keeps nothing about the request (RFC 3261 section 8.2.7): whoever forges addresses would
    /// otherwise fill our memory with transactions.
    fn challenge(&mut self, arrived: &Arrived, challenges: &[Challenge]) {
        let mut response = self.response(&arrived.request, status(401));
        for challenge in challenges {
            response
                .headers
                .push("WWW-Authenticate", challenge.to_string());
        }
        self.send_response(arrived.reply, response);
    }

    pub(super) fn tell_changes(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.events.push_back(match change {
                Change::Registered { binding, fresh } => Event::Registered { binding, fresh },
                Change::Unregistered {
                    user,
                    contact,
                    last,
                } => Event::Unregistered {
                    user,
                    contact,
                    last,
                },
            });
        }
    }
}

fn contact_of(binding: &Binding) -> String {
    let mut contact = NameAddr::new(binding.contact.clone());
    let seconds = binding.expires_in.as_secs().to_string();
    contact.params.set("expires", Some(&seconds));
    contact.to_string()
}
