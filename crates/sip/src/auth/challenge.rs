//! `WWW-Authenticate` and `Proxy-Authenticate` of the Digest scheme, read and written.

use super::AuthError;
use super::credentials::{self, find};
use crate::message::quote;
use std::fmt;

/// The hash of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// MD5, for phones that know nothing better.
    Md5,
    /// SHA-256 (RFC 8760).
    Sha256,
}

impl Algorithm {
    /// As written in headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// Reads the `algorithm` parameter; absent means MD5.
    pub(super) fn parse(text: Option<&str>) -> Result<Self, AuthError> {
        match text {
            None => Ok(Self::Md5),
            Some(name) if name.eq_ignore_ascii_case("MD5") => Ok(Self::Md5),
            Some(name) if name.eq_ignore_ascii_case("SHA-256") => Ok(Self::Sha256),
            Some(_) => Err(AuthError::Algorithm),
        }
    }
}

/// A challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Who asks.
    pub realm: String,
    /// The server's nonce.
    pub nonce: String,
    /// The hash to use.
    pub algorithm: Algorithm,
    /// Whether qop `auth` is offered; false: the older form without qop.
    pub qop_auth: bool,
    /// The answer was right and only its nonce too old: no need to ask for the password again.
    pub stale: bool,
    /// To be sent back as it is.
    pub opaque: Option<String>,
}

impl Challenge {
    /// Reads the value of one `WWW-Authenticate` or `Proxy-Authenticate` line.
    pub fn parse(value: &str) -> Result<Self, AuthError> {
        let params = credentials::digest_params(value)?;
        let qop = find(&params, "qop");
        let qop_auth = qop.is_some_and(|list| {
            list.split(',')
                .any(|one| one.trim().eq_ignore_ascii_case("auth"))
        });
        if qop.is_some() && !qop_auth {
            return Err(AuthError::Qop);
        }
        Ok(Self {
            realm: find(&params, "realm")
                .ok_or(AuthError::Malformed)?
                .to_owned(),
            nonce: find(&params, "nonce")
                .ok_or(AuthError::Malformed)?
                .to_owned(),
            algorithm: Algorithm::parse(find(&params, "algorithm"))?,
            qop_auth,
            stale: find(&params, "stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
            opaque: find(&params, "opaque").map(str::to_owned),
        })
    }
}

/// The strongest challenge that we can answer out of all lines of a 401 or 407.
pub fn strongest_challenge<'a>(values: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    values
        .filter_map(|value| Challenge::parse(value).ok())
        .max_by_key(|challenge| {
            // `max_by_key` takes the last of equals; the first line is the server's preference.
            match challenge.algorithm {
                Algorithm::Md5 => 0,
                Algorithm::Sha256 => 1,
            }
        })
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Digest realm={}, nonce={}",
            quote(&self.realm),
            quote(&self.nonce)
        )?;
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque={}", quote(opaque))?;
        }
        write!(f, ", algorithm={}", self.algorithm.as_str())?;
        if self.qop_auth {
            write!(f, ", qop=\"auth\"")?;
        }
        if self.stale {
            write!(f, ", stale=true")?;
        }
        Ok(())
    }
}
