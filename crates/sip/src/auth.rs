//! Digest authentication (RFC 3261 section 22, RFC 7616, RFC 8760): MD5 and SHA-256, qop `auth`
//! and the older form without qop. No `-sess`, no `auth-int`, no Basic.

mod challenge;
mod client;
mod credentials;
mod ha1;
mod nonces;
mod replay;
#[cfg(test)]
mod tests;

pub use challenge::{Algorithm, Challenge, strongest_challenge};
pub use client::{DigestClient, Login};
pub use credentials::{Authorization, QopAuth};
pub use ha1::Ha1;
pub use nonces::{NonceRules, Nonces, Verdict};

/// Text that is not a digest challenge or answer that we understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// Not `name=value, ...`.
    #[error("malformed")]
    Malformed,
    /// Another scheme than Digest.
    #[error("not Digest")]
    Scheme,
    /// An algorithm other than MD5 and SHA-256.
    #[error("unknown algorithm")]
    Algorithm,
    /// A quality of protection other than `auth`.
    #[error("unsupported qop")]
    Qop,
}
