//! The client's side: answering a challenge.

use super::credentials::QopAuth;
use super::{Authorization, Challenge, Ha1};
use crate::message::Method;

/// Who answers a challenge. As good as the account: it has no `Debug`.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// The user name of the account.
    pub user: &'a str,
    /// Its password in the clear.
    pub password: &'a str,
}

/// Answers challenges. Stateless: the caller counts `nc` per nonce and draws `cnonce`.
#[derive(Clone, Copy, Debug)]
pub struct DigestClient;

impl DigestClient {
    /// The value of `Authorization` (for a 401) or `Proxy-Authorization` (for a 407).
    pub fn answer(
        challenge: &Challenge,
        method: &Method,
        uri: &str,
        login: Login<'_>,
        nc: u32,
        cnonce: &str,
    ) -> String {
        let ha1 = Ha1::new(login.user, &challenge.realm, login.password);
        let qop = challenge.qop_auth.then(|| QopAuth {
            nc,
            cnonce: cnonce.to_owned(),
        });
        let (algorithm, nonce) = (challenge.algorithm, challenge.nonce.clone());
        let response = ha1.response(algorithm, &nonce, method.as_str(), uri, qop.as_ref());
        Authorization {
            username: login.user.to_owned(),
            realm: challenge.realm.clone(),
            nonce,
            uri: uri.to_owned(),
            response,
            algorithm,
            qop,
            opaque: challenge.opaque.clone(),
        }
        .to_string()
    }
}
