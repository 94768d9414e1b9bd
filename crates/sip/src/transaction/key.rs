//! By what a request finds its server transaction (RFC 3261 section 17.2.3), and by what a request
//! that came twice over different ways is known (section 8.2.2.2).

use crate::message::{Method, Request};

/// Identifies a server transaction. ACK has the key of its INVITE.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ServerKey {
    method: Method,
    rest: String,
}

impl ServerKey {
    /// `None` if a mandatory header is missing, which the parser has ruled out.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let headers = &request.headers;
        let via = headers.via_top().ok()?;
        let port = via.port.unwrap_or(5060);
        let rest = match via.rfc3261_branch() {
            Some(branch) => format!("{branch} {}:{port}", via.host),
            // RFC 2543: CANCEL and ACK carry the Request-URI, From tag, Call-ID, CSeq number and
            // top Via of their INVITE. The To tag is left out, since only some of them have it.
            None => format!(
                "{} {} {} {} {}:{port}",
                request.uri,
                headers.from().ok()?.tag().unwrap_or(""),
                headers.call_id().ok()?,
                headers.cseq().ok()?.number,
                via,
            ),
        };
        let method = match &request.method {
            Method::Ack => Method::Invite,
            other => other.clone(),
        };
        Some(Self { method, rest })
    }

    /// The key of the INVITE that a CANCEL with this key means.
    pub(crate) fn of_cancelled_invite(&self) -> Self {
        Self {
            method: Method::Invite,
            rest: self.rest.clone(),
        }
    }
}

/// What a request that was forked and merged again has in common with its copies.
pub(super) fn merge_key(request: &Request) -> Option<String> {
    let headers = &request.headers;
    if headers.to().ok()?.tag().is_some() {
        return None;
    }
    Some(format!(
        "{} {} {}",
        headers.call_id().ok()?,
        headers.from().ok()?.tag()?,
        headers.cseq().ok()?,
    ))
}
