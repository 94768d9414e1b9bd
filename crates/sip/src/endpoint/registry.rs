//! The registrar's side of REGISTER: what the registrar decides, put into messages and events.

use super::outside::{Arrived, status};
use super::{Binding, Endpoint, Event};
use crate::message::{NameAddr, Response, Status};
use crate::registrar::{Answer, Change};
use std::time::Instant;

impl Endpoint {
    /// Registrar: sets the password of a user of our domain; `None` removes the account and its
    /// bindings. Only the digest secret is kept.
    pub fn set_account(&mut self, user: &str, password: Option<&str>) {
        let changes = self.registrar.set_account(self.latest, user, password);
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
        let Some(user) = self.login(now, arrived) else {
            return;
        };
        let (from, request) = (arrived.from, &arrived.request);
        match self.registrar.register(now, from, user, request) {
            Answer::Refuse(code) => self.refuse(now, arrived, code),
            Answer::TooMany => {
                let mut response = self.response(&arrived.request, status(403));
                response.reason = "Too Many Phones".to_owned();
                self.answer_at_once(now, arrived, response);
            }
            Answer::TooOften => self.refuse_for_now(now, arrived, 503),
            Answer::TooBrief(least) => {
                let mut response = self.response(&arrived.request, status(423));
                let least = least.as_secs().to_string();
                response.headers.push("Min-Expires", least);
                self.answer_at_once(now, arrived, response);
            }
            Answer::Done {
                bindings,
                changes,
                outbound,
            } => {
                let response = self.registered(arrived, &bindings, outbound);
                self.answer_at_once(now, arrived, response);
                self.tell_changes(changes);
            }
        }
    }

    fn registered(&mut self, arrived: &Arrived, bindings: &[Binding], outbound: bool) -> Response {
        let mut response = self.response(&arrived.request, Status::OK);
        let headers = &mut response.headers;
        for binding in bindings {
            headers.push("Contact", contact_of(binding));
        }
        // What the proxies on the way asked for, so that the phone may check it (RFC 3327 section 5.3).
        for path in arrived.request.headers.get_all("Path") {
            headers.push("Path", path);
        }
        headers.push("Supported", "outbound, path");
        if outbound {
            headers.push("Require", "outbound");
            let seconds = self.config.flow_timer.as_secs().to_string();
            headers.push("Flow-Timer", seconds);
        }
        response
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
    if let Some(number) = binding.reg_id {
        contact.params.set("reg-id", Some(&number.to_string()));
    }
    if let Some(instance) = &binding.instance {
        contact.params.set_quoted("+sip.instance", instance);
    }
    contact.to_string()
}
