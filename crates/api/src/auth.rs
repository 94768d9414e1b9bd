//! Who asks, and whether they may: a bearer token for programs, a cookie for
//! pages. Checked in one place, [`Caller`], which every handler takes.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::{AgentId, Timestamp};
use rand::RngExt as _;
use sha2::{Digest as _, Sha256};
use store::{Actor, Role, Store, User};

use crate::App;
use crate::access;
use crate::error::ApiError;

/// Name of the cookie that carries the token of a page.
pub(crate) const COOKIE_NAME: &str = "cadencia_session";

/// Who asks.
pub(crate) struct Caller {
    pub(crate) user: User,
    pub(crate) token_hash: [u8; 32],
    pub(crate) expires_at: Timestamp,
    /// The record, where what they change is noted under their name.
    pub(crate) store: Arc<dyn Store>,
}

impl Caller {
    /// Passes administrators only.
    pub(crate) fn admin(&self) -> Result<(), ApiError> {
        match self.user.role {
            Role::Admin => Ok(()),
            Role::Supervisor | Role::Advisor | Role::BackOffice | Role::Client => {
                Err(ApiError::NotAllowed)
            }
        }
    }

    /// Passes supervisors and administrators.
    pub(crate) fn supervisor(&self) -> Result<(), ApiError> {
        match self.user.role {
            Role::Admin | Role::Supervisor => Ok(()),
            Role::Advisor | Role::BackOffice | Role::Client => Err(ApiError::NotAllowed),
        }
    }

    /// Passes whom reports are for: supervisors, administrators, and the client.
    pub(crate) fn reader(&self) -> Result<(), ApiError> {
        match self.user.role {
            Role::Admin | Role::Supervisor | Role::Client => Ok(()),
            Role::Advisor | Role::BackOffice => Err(ApiError::NotAllowed),
        }
    }

    /// The agent the caller works as.
    pub(crate) fn agent(&self) -> Result<AgentId, ApiError> {
        self.user.agent.ok_or(ApiError::NotAllowed)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, ApiError> {
        let token = if let Some(token) = bearer(&parts.headers) {
            token
        } else {
            let token = cookie(&parts.headers).ok_or(ApiError::NotLoggedIn)?;
            same_site(&parts.method, &parts.headers)?;
            token
        };
        let token_hash = token_hash(token);
        let (session, user) = app
            .store
            .session(&token_hash, now())
            .await?
            .ok_or(ApiError::NotLoggedIn)?;
        let route = parts.extensions.get::<MatchedPath>();
        access::check(&user, &parts.method, route.map_or("", MatchedPath::as_str))?;
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let actor = actor(&user, from.map(|from| from.0));
        Ok(Caller {
            user,
            token_hash,
            expires_at: session.expires_at,
            store: app.store.acting(actor),
        })
    }
}

/// A user, as the audit log names them.
pub(crate) fn actor(user: &User, from: Option<SocketAddr>) -> Actor {
    Actor {
        user: Some(user.id),
        user_name: user.name.clone(),
        source: from.map(|from| from.ip().to_string()).unwrap_or_default(),
    }
}

/// Another site can make a browser send our cookie, but neither our header nor
/// our origin: changes need the header, live connections the origin.
fn same_site(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.contains_key("upgrade") {
        let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
        let host = headers.get(HOST).and_then(|value| value.to_str().ok());
        let ours = origin
            .and_then(|origin| origin.split_once("://"))
            .is_some_and(|(_, authority)| Some(authority) == host);
        return if ours {
            Ok(())
        } else {
            Err(ApiError::CrossSite)
        };
    }
    if method.is_safe() || headers.contains_key("x-cadencia") {
        return Ok(());
    }
    Err(ApiError::CrossSite)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, token)| token)
}

/// A new token: 256 random bits. Only its hash is kept.
pub(crate) fn new_token() -> String {
    let bits: [u8; 32] = rand::rng().random();
    BASE64_URL_SAFE_NO_PAD.encode(bits)
}

pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The clock of the shell.
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
