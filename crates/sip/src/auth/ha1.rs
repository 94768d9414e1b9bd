//! H(user:realm:password), the secret that a registrar keeps instead of a password, and the
//! digest over it (RFC 7616 section 3.4).

use super::Algorithm;
use super::credentials::QopAuth;
use sha2::{Digest, Sha256};
use std::fmt;

/// HA1 for each algorithm. As good as the password within its realm: guard it likewise.
#[derive(Clone, PartialEq, Eq)]
pub struct Ha1 {
    /// By MD5.
    pub md5: [u8; 16],
    /// By SHA-256.
    pub sha256: [u8; 32],
}

impl Ha1 {
    /// Of a password in the clear.
    pub fn new(user: &str, realm: &str, password: &str) -> Self {
        let text = format!("{user}:{realm}:{password}");
        Self {
            md5: md5::Md5::digest(text.as_bytes()).into(),
            sha256: Sha256::digest(text.as_bytes()).into(),
        }
    }

    /// The response of a digest in lower-case hexadecimal; `qop: None` is the older form.
    pub(super) fn response(
        &self,
        algorithm: Algorithm,
        nonce: &str,
        method: &str,
        uri: &str,
        qop: Option<&QopAuth>,
    ) -> String {
        let ha1 = match algorithm {
            Algorithm::Md5 => hex(&self.md5),
            Algorithm::Sha256 => hex(&self.sha256),
        };
        let ha2 = hash(algorithm, &format!("{method}:{uri}"));
        let middle = match qop {
            Some(qop) => format!("{nonce}:{:08x}:{}:auth", qop.nc, qop.cnonce),
            None => nonce.to_owned(),
        };
        hash(algorithm, &format!("{ha1}:{middle}:{ha2}"))
    }
}

fn hash(algorithm: Algorithm, text: &str) -> String {
    match algorithm {
        Algorithm::Md5 => hex(&md5::Md5::digest(text.as_bytes())),
        Algorithm::Sha256 => hex(&Sha256::digest(text.as_bytes())),
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ha1(..)")
    }
}
