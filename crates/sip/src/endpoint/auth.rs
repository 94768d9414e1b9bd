//! Answering challenges to our own requests (RFC 3261 section 22.2): each kind once, and once more
//! if the server says that only its nonce was stale.

use super::call::{Challenges, Credentials};
use super::{Endpoint, Flow};
use crate::auth::{DigestClient, Login, strongest_challenge};
use crate::message::{Request, Response};
use crate::transaction::ClientId;

impl Endpoint {
    /// The request that `response` challenges, again with credentials: CSeq one higher, without Via;
    /// and where it went. `None` if it should not or cannot be answered.
    pub(super) fn authorized(
        &mut self,
        id: ClientId,
        response: &Response,
        credentials: &Credentials,
        answered: &mut Challenges,
    ) -> Option<(Request, Flow)> {
        let (request, flow) = (self.clients.request(id)?, self.clients.flow(id)?);
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
        let number = request.headers.cseq().ok()?.number + 1;
        let cseq = format!("{number} {}", request.method);
        let mut again = request;
        again.headers.remove("Via");
        again.headers.remove("User-Agent");
        again.headers.set(answers, answer);
        again.headers.set("CSeq", cseq);
        Some((again, flow))
    }
}
