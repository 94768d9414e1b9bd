//! Requests and responses of an endpoint: its Via, Contact, tags and what it says about itself.

use super::{Endpoint, Flow, Transport};
use crate::message::{Method, Request, Response, Status, Via};
use crate::uri::{Scheme, Uri};
use rand::Rng;
use std::net::SocketAddr;

/// What we take, in and outside dialogs.
pub(super) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, INFO, UPDATE, REFER, REGISTER";

impl Endpoint {
    /// The extensions that we take part in.
    pub(super) fn supported(&self) -> &'static str {
        match self.config.session_timer {
            Some(_) => "100rel, timer",
            None => "100rel",
        }
    }

    /// 128 random bits as text.
    pub(super) fn token(&mut self) -> String {
        format!("{:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64())
    }

    pub(super) fn branch(&mut self) -> String {
        format!("z9hG4bK{}", self.token())
    }

    /// Our Contact for a peer on `flow`; `sips` where what it answers or asks is
    /// (RFC 3261 sections 8.1.1.8 and 12.1.1).
    pub(super) fn contact(&self, user: Option<&str>, flow: Flow, scheme: &Scheme) -> String {
        let mut uri = Uri::sip_at(user, self.config.local_for(flow));
        if let Some(transport) = flow.transport.uri_param() {
            uri.params.set("transport", Some(transport));
        }
        if *scheme == Scheme::Sips {
            uri.scheme = Scheme::Sips;
            // Under `sips` the layer below is TLS whatever this says, and `tls` itself is
            // deprecated there (section 26.2.2).
            if flow.transport == Transport::Tls {
                uri.params.remove("transport");
            }
        }
        format!("<{uri}>")
    }

    /// Puts our Via with a new branch on a request.
    pub(super) fn stamp(&mut self, request: &mut Request, flow: Flow) {
        let branch = self.branch();
        self.stamp_with(request, flow, &branch);
    }

    pub(super) fn stamp_with(&self, request: &mut Request, flow: Flow, branch: &str) {
        let local = self.config.local_for(flow);
        let (host, port) = (local.ip().into(), Some(local.port()));
        let via = Via::new(flow.transport.name(), host, port, branch);
        request.headers.push_front("Via", via.to_string());
        // A trunk may want us to be something else.
        let named = request.headers.get("User-Agent").is_some();
        if request.method != Method::Ack && request.method != Method::Cancel && !named {
            request
                .headers
                .push("User-Agent", self.config.user_agent.as_str());
        }
    }

    /// A response to `request` with a To tag, if it lacks one, and what we are.
    pub(super) fn response(&mut self, request: &Request, status: Status) -> Response {
        let mut response = Response::to_request(request, status);
        if status != Status::TRYING
            && let Ok(mut to) = request.headers.to()
            && to.tag().is_none()
        {
            to.set_tag(&self.token());
            response.headers.set("To", to.to_string());
        }
        response
            .headers
            .push("Server", self.config.user_agent.as_str());
        response
    }
}

/// The extensions that may be required of us.
pub(super) const EXTENSIONS: [&str; 2] = ["100rel", "timer"];

/// What of a request a later response, or what the response leads to, still needs.
pub(super) fn outline(request: &Request) -> Request {
    const KEPT: [&str; 6] = ["Via", "From", "To", "Call-ID", "CSeq", "Record-Route"];
    const CONSIDERED: [&str; 5] = [
        "Contact",
        "Require",
        "Supported",
        "Session-Expires",
        "Min-SE",
    ];
    let mut outline = Request::new(request.method.clone(), request.uri.clone());
    for name in KEPT.into_iter().chain(CONSIDERED) {
        for value in request.headers.get_all(name) {
            outline.headers.push(name, value);
        }
    }
    outline
}

/// Where responses to `request`, which came from `from`, go (RFC 3261 section 18.2.2, RFC 3581).
pub(super) fn reply_flow(request: &Request, from: Flow) -> Flow {
    let Ok(via) = request.headers.via_top() else {
        return from;
    };
    if from.transport.is_connected() || via.wants_rport() {
        return from;
    }
    Flow {
        transport: from.transport,
        remote: SocketAddr::new(from.remote.ip(), via.port.unwrap_or(5060)),
    }
}

/// Writes into the top Via where the request really came from (RFC 3261 section 18.2.1).
pub(super) fn mark_received(request: &mut Request, from: Flow) {
    let Ok(mut vias) = request.headers.vias() else {
        return;
    };
    let Some(top) = vias.first_mut() else {
        return;
    };
    let differs = top.host.ip() != Some(from.remote.ip());
    let (ip, port) = (from.remote.ip().to_string(), from.remote.port().to_string());
    if top.wants_rport() {
        top.params.set("rport", Some(&port));
        top.params.set("received", Some(&ip));
    } else if differs {
        top.params.set("received", Some(&ip));
    } else {
        return;
    }
    request.headers.remove("Via");
    for via in vias.iter().rev() {
        request.headers.push_front("Via", via.to_string());
    }
}
