//! OPTIONS as a sign of life of a trunk (RFC 3261 section 11).

use super::call::Owner;
use super::{Endpoint, Event, Flow, NoAnswer, OptionsAnswer, OptionsHandle};
use crate::message::{Method, NameAddr, Request, Response};
use crate::uri::Uri;
use std::time::Instant;

/// Methods of an answer that are told; there are 14.
const ALLOW_MAX: usize = 32;
/// Letters of a name that are told.
const NAME_MAX: usize = 80;

impl Endpoint {
    /// Asks whether somebody is alive.
    pub fn options(&mut self, now: Instant, to: Flow, uri: Uri) -> OptionsHandle {
        let handle = OptionsHandle(self.handle());
        let mut from = NameAddr::new(Uri::sip_at(None, self.config.local_for(to)));
        from.set_tag(&self.token());
        let call_id = self.token();
        let contact = self.contact(None, to, &uri.scheme);
        let mut request = Request::new(Method::Options, uri.clone());
        let headers = &mut request.headers;
        headers.push("Max-Forwards", "70");
        headers.push("From", from.to_string());
        headers.push("To", NameAddr::new(uri).to_string());
        headers.push("Call-ID", call_id);
        headers.push("CSeq", "1 OPTIONS");
        headers.push("Contact", contact);
        headers.push("Accept", "application/sdp");
        self.stamp(&mut request, to);
        let owner = Owner::Options(handle);
        self.clients
            .start(now, &mut self.transmits, request, to, owner);
        handle
    }

    pub(super) fn on_options_response(&mut self, handle: OptionsHandle, response: &Response) {
        let status = response.status;
        if status.is_final() {
            self.events.push_back(Event::Options {
                handle,
                alive: !matches!(status.code(), 408 | 503),
                said: Ok(answer(response)),
            });
        }
    }

    /// `status` is 408 after silence, 503 for a dead transport.
    pub(super) fn on_options_lost(&mut self, handle: OptionsHandle, status: u16) {
        let why = match status {
            408 => NoAnswer::Silence,
            _ => NoAnswer::Unreachable,
        };
        self.events.push_back(Event::Options {
            handle,
            alive: false,
            said: Err(why),
        });
    }
}

fn answer(response: &Response) -> OptionsAnswer {
    let headers = &response.headers;
    let short = |text: &str| -> String { text.trim().chars().take(NAME_MAX).collect() };
    let methods = headers.get_all("Allow").flat_map(|list| list.split(','));
    let methods = methods.map(short).filter(|method| !method.is_empty());
    let server = headers.get("Server").or_else(|| headers.get("User-Agent"));
    OptionsAnswer {
        status: response.status,
        allow: methods.take(ALLOW_MAX).collect(),
        server: server.map(short),
    }
}
