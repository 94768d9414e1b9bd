//! `Authorization` and `Proxy-Authorization` of the Digest scheme, read and written.

use super::{Algorithm, AuthError};
use crate::message::{lexer, quote};
use std::fmt;

/// Credentials as sent by a client.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The user name of the account.
    pub username: String,
    /// The realm of the challenge.
    pub realm: String,
    /// The nonce of the challenge.
    pub nonce: String,
    /// The digest URI, as the client spelt it.
    pub uri: String,
    /// The digest in hexadecimal.
    pub response: String,
    /// The hash.
    pub algorithm: Algorithm,
    /// qop `auth` with its counter and client nonce; `None`: the older form.
    pub qop: Option<QopAuth>,
    /// The opaque of the challenge.
    pub opaque: Option<String>,
}

/// What qop `auth` adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QopAuth {
    /// How often the nonce was used, this time included.
    pub nc: u32,
    /// The client's nonce.
    pub cnonce: String,
}

impl Authorization {
    /// Reads the value of one `Authorization` or `Proxy-Authorization` line.
    pub fn parse(value: &str) -> Result<Self, AuthError> {
        let params = digest_params(value)?;
        let needed = |name| {
            find(&params, name)
                .map(str::to_owned)
                .ok_or(AuthError::Malformed)
        };
        let qop = match find(&params, "qop") {
            None => None,
            Some(qop) if qop.eq_ignore_ascii_case("auth") => {
                let nc = needed("nc")?;
                if nc.len() != 8 {
                    return Err(AuthError::Malformed);
                }
                let nc = u32::from_str_radix(&nc, 16).map_err(|_| AuthError::Malformed)?;
                Some(QopAuth {
                    nc,
                    cnonce: needed("cnonce")?,
                })
            }
            Some(_) => return Err(AuthError::Qop),
        };
        Ok(Self {
            username: needed("username")?,
            realm: needed("realm")?,
            nonce: needed("nonce")?,
            uri: needed("uri")?,
            response: needed("response")?,
            algorithm: Algorithm::parse(find(&params, "algorithm"))?,
            qop,
            opaque: find(&params, "opaque").map(str::to_owned),
        })
    }
}

impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest username={}, ", quote(&self.username))?;
        write!(
            f,
            "realm={}, nonce={}, ",
            quote(&self.realm),
            quote(&self.nonce)
        )?;
        write!(
            f,
            "uri={}, response={}, ",
            quote(&self.uri),
            quote(&self.response)
        )?;
        write!(f, "algorithm={}", self.algorithm.as_str())?;
        if let Some(qop) = &self.qop {
            write!(
                f,
                ", qop=auth, nc={:08x}, cnonce={}",
                qop.nc,
                quote(&qop.cnonce)
            )?;
        }
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque={}", quote(opaque))?;
        }
        Ok(())
    }
}

/// The digest itself stays out of logs.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("realm", &self.realm)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// The parameters after `Digest`, quotes removed.
pub(super) fn digest_params(value: &str) -> Result<Vec<(&str, String)>, AuthError> {
    let value = lexer::trim(value);
    let (scheme, rest) = value
        .split_once(lexer::is_blank)
        .ok_or(AuthError::Malformed)?;
    if !scheme.eq_ignore_ascii_case("Digest") {
        return Err(AuthError::Scheme);
    }
    let parts = lexer::split_outside_quotes(rest, b',').ok_or(AuthError::Malformed)?;
    parts
        .into_iter()
        .map(lexer::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').ok_or(AuthError::Malformed)?;
            Ok((lexer::trim(name), lexer::unquote(lexer::trim(value))))
        })
        .collect()
}

/// The value of a parameter.
pub(super) fn find<'a>(params: &'a [(&str, String)], name: &str) -> Option<&'a str> {
    params
        .iter()
        .find(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
