//! A registration that we keep up at somebody else's registrar (RFC 3261 section 10.2).
//!
//! ```text
//!  register()            2xx                        4/5 of the time is over
//!     v                   v                                   v
//!  Asking --------------> Up -----------------------------> Asking
//!     | refused, lost     | unregister()
//!     v                   v
//!  Waiting -- retry --> Asking         Leaving -- any answer --> Down
//! ```

use crate::endpoint::NewRegistration;
use crate::message::{Method, NameAddr, Request, Response};
use crate::uri::{Host, Uri};
use std::time::Duration;

/// The first wait after a failure; doubles each time.
const RETRY_MIN: Duration = Duration::from_secs(30);
/// The longest wait, and the one after a wrong password, so that no registrar locks us out.
const RETRY_MAX: Duration = Duration::from_secs(600);

#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) wanted: NewRegistration,
    from_tag: String,
    call_id: String,
    pub(crate) cseq: u32,
    contact: String,
    /// What to ask for; a 423 raises it.
    expires: Duration,
    /// Failures in a row.
    failures: u32,
    /// To be taken back.
    pub(crate) leaving: bool,
    /// Whether the latest REGISTER took it back.
    pub(crate) asked_zero: bool,
}

impl Registration {
    /// `contact` is ours, in angle brackets.
    pub(crate) fn new(
        wanted: NewRegistration,
        from_tag: String,
        call_id: String,
        contact: String,
    ) -> Self {
        Self {
            expires: wanted.expires,
            wanted,
            from_tag,
            call_id,
            cseq: 0,
            contact,
            failures: 0,
            leaving: false,
            asked_zero: false,
        }
    }

    /// The next REGISTER, without Via.
    pub(crate) fn request(&mut self) -> Request {
        self.cseq += 1;
        // A domain that is no host name is sent as it is: the registrar will say so.
        let host = self.wanted.domain.parse();
        let host: Host = host.unwrap_or_else(|_| Host::Name(self.wanted.domain.clone()));
        let mut request = Request::new(Method::Register, Uri::sip(None, host.clone(), None));
        let address = NameAddr::new(Uri::sip(Some(&self.wanted.user), host, None));
        let mut from = address.clone();
        from.set_tag(&self.from_tag);
        self.asked_zero = self.leaving;
        let seconds = if self.leaving {
            0
        } else {
            self.expires.as_secs()
        };
        let headers = &mut request.headers;
        headers.push("Max-Forwards", "70");
        headers.push("From", from.to_string());
        headers.push("To", address.to_string());
        headers.push("Call-ID", self.call_id.as_str());
        headers.push("CSeq", format!("{} REGISTER", self.cseq));
        headers.push("Contact", self.contact.as_str());
        headers.push("Expires", seconds.to_string());
        request
    }

    /// What a 2xx grants us: our own Contact's time, else the header's, else what we asked for.
    pub(crate) fn granted(&mut self, response: &Response) -> Duration {
        self.failures = 0;
        let ours: Option<NameAddr> = self.contact.parse().ok();
        let contacts = response.headers.contacts().unwrap_or_default();
        let of_ours = contacts.iter().find(|contact| {
            ours.as_ref().is_some_and(|ours| {
                contact.uri.user == ours.uri.user
                    && contact.uri.host == ours.uri.host
                    && contact.uri.port == ours.uri.port
            })
        });
        let own = of_ours.and_then(|contact| contact.params.get("expires"));
        let own = own.and_then(|seconds| seconds.parse::<u32>().ok());
        let seconds = own.or(response.headers.expires().ok().flatten());
        seconds.map_or(self.expires, |seconds| Duration::from_secs(seconds.into()))
    }

    /// When to refresh, counted from the 2xx.
    pub(crate) fn refresh_after(granted: Duration) -> Duration {
        (granted * 4 / 5).max(Duration::from_secs(1))
    }

    /// Takes the lesson of a 423; says whether asking again makes sense.
    pub(crate) fn raise_expires(&mut self, response: &Response) -> bool {
        let least = response.headers.min_expires().ok().flatten();
        let least = least.map(|seconds| Duration::from_secs(seconds.into()));
        match least {
            Some(least) if least > self.expires => {
                self.expires = least;
                true
            }
            _ => false,
        }
    }

    /// How long to wait after a failure.
    pub(crate) fn retry_after(&mut self, status: u16, response: Option<&Response>) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let asked = response.and_then(|response| response.headers.retry_after());
        let doubled = RETRY_MIN * 2u32.saturating_pow(self.failures.min(10) - 1);
        let own = match status {
            401 | 403 | 404 | 407 => RETRY_MAX,
            _ => doubled.min(RETRY_MAX),
        };
        asked.map_or(own, |seconds| {
            Duration::from_secs(seconds.into()).clamp(RETRY_MIN, RETRY_MAX * 6)
        })
    }
}
