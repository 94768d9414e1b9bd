//! Answering challenges to our own requests (RFC 3261 section 22.2): each kind once, and once more
//! if the server says that only its nonce was stale.

use super::Endpoint;
use super::call::{Challenges, Credentials};
use crate::auth::{DigestClient, Login, strongest_challenge};
use crate::message::{Request, Response};

impl Endpoint {
    /// `request` again with credentials for the challenge in `response`: CSeq one higher, without
    /// Via. `None` if it should not or cannot be answered.
    pub(super) fn authorized(
        &mut self,
        request: &Request,
        response: &Response,
        credentials: &Credentials,
        answered: &mut Challenges,
    ) -> Option<Request> {
        let (asks, answers, count) = match response.status.code() {
            401 => ("WWW-Authenticate", "Authorization", &mut answered.user),
            407 => (
                "Proxy-Authenticate",
                "Proxy-Authorization",
                &mut answered.proxy,
            ),
            _ => return None,
        };
        let challenge = strongest_challenge(response.headers.get_all(asks))?;
        let allowed = if challenge.stale { 2 } else { 1 };
        if *count >= allowed {
            return None;
        }
        *count += 1;
        let login = Login {
            user: &credentials.user,
            password: &credentials.password,
        };
        let (uri, cnonce) = (request.uri.to_string(), self.token());
        let answer = DigestClient::answer(&challenge, &request.method, &uri, login, 1, &cnonce);
        let mut again = request.clone();
        again.headers.remove("Via");
        again.headers.remove("User-Agent");
        again.headers.set(answers, answer);
        let number = request.headers.cseq().ok()?.number + 1;
        let cseq = format!("{number} {}", request.method);
        again.headers.set("CSeq", cseq);
        Some(again)
    }
}
