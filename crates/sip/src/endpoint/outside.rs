//! Requests that belong to no transaction: sorted into dialogs, calls, probes and refusals
//! (RFC 3261 section 8.2).

use super::call::sdp_of_request;
use super::compose::{ALLOW, EXTENSIONS, mark_received, reply_flow};
use super::{Endpoint, Flow, Transmit};
use crate::dialog::DialogId;
use crate::message::{Message, Method, ParseError, Request, Response, Status};
use crate::transaction::{Receipt, ServerKey};
use rand::Rng;
use std::net::IpAddr;
use std::time::Instant;

/// Server transactions at a time. Beyond, new requests of strangers get 503 and
/// nothing is kept of them.
const SERVERS_MAX: usize = 100_000;

/// A request without transaction.
#[derive(Debug)]
pub(super) struct Arrived {
    /// Where it came from.
    pub(super) from: Flow,
    /// Where responses go.
    pub(super) reply: Flow,
    pub(super) key: ServerKey,
    /// Its top Via says where it came from.
    pub(super) request: Request,
}

impl Endpoint {
    pub(super) fn on_request(&mut self, now: Instant, from: Flow, mut request: Request) {
        let Some(key) = ServerKey::of(&request) else {
            return;
        };
        let receipt = self
            .servers
            .receive(now, &mut self.transmits, &key, &request);
        if receipt == Receipt::Absorbed {
            return;
        }
        if request.method == Method::Ack {
            self.on_ack(now, &request);
            return;
        }
        let reply = reply_flow(&request, from);
        mark_received(&mut request, from);
        let call = DialogId::of_request(&request).and_then(|id| self.dialogs.get(&id).copied());
        let arrived = Arrived {
            from,
            reply,
            key,
            request,
        };
        let cancels = arrived.request.method == Method::Cancel
            && self
                .servers
                .find(&arrived.key.of_cancelled_invite())
                .is_some();
        if call.is_none() && !cancels && !self.admits(now, from, &arrived.request) {
            return;
        }
        let is_known = self.is_known(from.remote.ip());
        if call.is_none() && !is_known && self.servers.len() >= SERVERS_MAX {
            let mut response = self.response(&arrived.request, status(503));
            response.headers.push("Retry-After", "5");
            self.send_response(arrived.reply, response);
            return;
        }
        match call {
            _ if receipt == Receipt::Merged => self.refuse(now, &arrived, 482),
            _ if arrived.request.method == Method::Cancel => self.on_cancel(now, &arrived),
            Some(call) => self.on_dialog_request(now, call, arrived),
            None => self.on_outside(now, arrived),
        }
    }

    fn on_outside(&mut self, now: Instant, arrived: Arrived) {
        let user = if self.must_login(&arrived) {
            let Some(user) = self.login(now, &arrived) else {
                return;
            };
            Some(user)
        } else {
            self.phone_at(&arrived)
        };
        let request = &arrived.request;
        let has_tag = request.headers.to().is_ok_and(|to| to.tag().is_some());
        match request.method {
            _ if has_tag => self.refuse(now, &arrived, 481),
            _ if lacks_extension(request) => self.refuse_extension(now, &arrived),
            _ if !request.uri.is_sip() && !is_tel(request) => self.refuse(now, &arrived, 416),
            Method::Invite if !request.body.is_empty() && sdp_of_request(request).is_none() => {
                let mut response = self.response(&arrived.request, status(415));
                response.headers.push("Accept", "application/sdp");
                self.answer_at_once(now, &arrived, response);
            }
            Method::Invite if shuns_sdp(request) => self.refuse(now, &arrived, 406),
            Method::Invite if request.headers.contains("Replaces") => {
                self.refuse_replacing(now, &arrived);
            }
            Method::Invite => self.on_incoming(now, arrived, user),
            Method::Register => self.on_register(now, &arrived),
            Method::Options => {
                let mut response = self.response(&arrived.request, Status::OK);
                response.headers.push("Allow", ALLOW);
                response.headers.push("Supported", self.supported());
                response.headers.push("Accept", "application/sdp");
                self.answer_at_once(now, &arrived, response);
            }
            Method::Bye | Method::Info | Method::Update | Method::Prack | Method::Notify => {
                self.refuse(now, &arrived, 481);
            }
            // Nobody tells us whom to call but the other side of a call that is up.
            Method::Refer => self.refuse(now, &arrived, 603),
            _ => self.refuse_method(now, &arrived),
        }
    }

    /// Whether to answer who asks, without SIP, where we see it (RFC 5626 section 4.4.2).
    pub fn admits_keep_alive(&mut self, now: Instant, source: IpAddr) -> bool {
        self.is_known(source) || self.guard.admits_question(now, source)
    }

    pub(super) fn may_call(&self, source: IpAddr) -> bool {
        self.config.accept_calls || self.config.trusted_peers.contains(&source)
    }

    /// Whose phone it is, where phones live at the address of a trunk: one that registered over this
    /// very flow.
    fn phone_at(&self, arrived: &Arrived) -> Option<String> {
        let from = arrived.request.headers.from().ok()?;
        let user = from.uri.user_decoded()?;
        self.registrar.is_bound(&user, arrived.from).then_some(user)
    }

    /// Whether to hear a new request from `source`: always if it is a trunk or a registered phone.
    fn admits(&mut self, now: Instant, from: Flow, request: &Request) -> bool {
        let source = from.remote.ip();
        let answers = || {
            request.method == Method::Register && self.registrar.gave_nonce_of(now, source, request)
        };
        self.is_known(source) || answers() || self.guard.admits(now, source, request)
    }

    pub(super) fn is_known(&self, source: IpAddr) -> bool {
        self.config.trusted_peers.contains(&source) || self.registrar.knows(source)
    }

    /// Bytes that are no message we could act upon: a request is told so, as far as it is one.
    pub(super) fn on_malformed(&mut self, now: Instant, from: Flow, error: ParseError) {
        let Some(request) = error.request.as_deref() else {
            return;
        };
        if request.method == Method::Ack || !request.headers.contains("Via") {
            return;
        }
        if !self.admits(now, from, request) {
            return;
        }
        // Where its Via cannot be read the answer goes back the way it came.
        let (reply, mut request) = (reply_flow(request, from), request.clone());
        mark_received(&mut request, from);
        let mut response = self.response(&request, error.status());
        response.reason = error.reason();
        self.send_response(reply, response);
    }

    /// Nobody may put a call in the place of one of ours (RFC 3891 section 3): a dialog that is not
    /// there is 481, one that is there is declined. Transfers go by REFER.
    fn refuse_replacing(&mut self, now: Instant, arrived: &Arrived) {
        let code = match arrived.request.headers.replaces() {
            Err(_) => 400,
            Ok(Some(replaces)) if self.call_named(&replaces).is_some() => 603,
            Ok(_) => 481,
        };
        self.refuse(now, arrived, code);
    }

    /// Refuses with the usual reason phrase.
    pub(super) fn refuse(&mut self, now: Instant, arrived: &Arrived, code: u16) {
        let response = self.response(&arrived.request, status(code));
        self.answer_at_once(now, arrived, response);
    }

    /// Refuses a request that came while another of theirs waits for its answer (section 14.2,
    /// RFC 3311 section 5.2): in some random time of up to ten seconds it may go.
    pub(super) fn refuse_overlapping(&mut self, now: Instant, arrived: &Arrived) {
        let seconds = self.rng.next_u64() % 11;
        let mut response = self.response(&arrived.request, status(500));
        response.headers.push("Retry-After", seconds.to_string());
        self.answer_at_once(now, arrived, response);
    }

    /// Refuses what may work a little later.
    pub(super) fn refuse_for_now(&mut self, now: Instant, arrived: &Arrived, code: u16) {
        let mut response = self.response(&arrived.request, status(code));
        response.headers.push("Retry-After", "5");
        self.answer_at_once(now, arrived, response);
    }

    /// The extensions required of us that we lack (section 8.2.2.3).
    pub(super) fn refuse_extension(&mut self, now: Instant, arrived: &Arrived) {
        let mut response = self.response(&arrived.request, status(420));
        let extensions: Vec<_> = lacking(&arrived.request).collect();
        response.headers.push("Unsupported", extensions.join(", "));
        self.answer_at_once(now, arrived, response);
    }

    /// 405 for a method that we know and do not take, 501 for one that we do not know.
    pub(super) fn refuse_method(&mut self, now: Instant, arrived: &Arrived) {
        let code = match arrived.request.method {
            Method::Other(_) => 501,
            _ => 405,
        };
        let mut response = self.response(&arrived.request, status(code));
        response.headers.push("Allow", ALLOW);
        self.answer_at_once(now, arrived, response);
    }

    /// Opens a transaction for a request and answers it finally.
    pub(super) fn answer_at_once(&mut self, now: Instant, arrived: &Arrived, response: Response) {
        let server = self
            .servers
            .open(arrived.key.clone(), &arrived.request, arrived.reply);
        self.respond(now, server, response);
    }

    /// Sends a response without keeping anything.
    pub(super) fn send_response(&mut self, flow: Flow, response: Response) {
        self.transmits.push_back(Transmit {
            flow,
            bytes: Message::Response(response).to_bytes(),
        });
    }
}

/// Whether a request requires what we do not know.
pub(super) fn lacks_extension(request: &Request) -> bool {
    lacking(request).next().is_some()
}

fn lacking(request: &Request) -> impl Iterator<Item = &str> {
    let known: &[&str] = match request.method {
        Method::Invite | Method::Update => &EXTENSIONS,
        // A registrar keeps flows and paths.
        Method::Register => &["outbound", "path"],
        _ => &[],
    };
    let is_known = |token: &str| known.iter().any(|other| other.eq_ignore_ascii_case(token));
    let required = request.headers.tokens("Require");
    required.filter(move |token| !is_known(token))
}

fn is_tel(request: &Request) -> bool {
    request.uri.scheme == crate::uri::Scheme::Tel
}

/// Whether a caller says that it cannot read what we would answer with. One that says nothing can.
fn shuns_sdp(request: &Request) -> bool {
    let reads_sdp = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or(kind).trim();
        ["application/sdp", "application/*", "*/*"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known))
    };
    let mut kinds = request.headers.tokens("Accept").peekable();
    kinds.peek().is_some() && !kinds.any(reads_sdp)
}

/// A status whose code is written in this crate.
pub(super) fn status(code: u16) -> Status {
    Status::new(code).expect("codes of our own are in range")
}
