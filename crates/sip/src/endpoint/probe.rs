//! OPTIONS as a sign of life of a trunk (RFC 3261 section 11).

use super::call::Owner;
use super::{Endpoint, Event, Flow, OptionsHandle};
use crate::message::{Method, NameAddr, Request, Status};
use crate::uri::Uri;
use std::time::Instant;

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

    pub(super) fn on_options_response(&mut self, handle: OptionsHandle, status: Status) {
        if status.is_final() {
            self.events.push_back(Event::Options {
                handle,
                alive: !matches!(status.code(), 408 | 503),
                status: Some(status),
            });
        }
    }

    pub(super) fn on_options_lost(&mut self, handle: OptionsHandle) {
        self.events.push_back(Event::Options {
            handle,
            alive: false,
            status: None,
        });
    }
}
