//! To a program of somebody: a POST whose sender can be told by a signature, and of which one that comes twice can be told by
//! its key. No redirect is followed, and of the answer little is read.

use std::path::Path;
use std::time::Duration;

use domain::{Secret, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::fault::Fault;
use crate::keeping::hex;

/// Header of the key: the same of every try, another of every run.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// Header of the instant of the signature, in seconds since 1970 UTC: who takes it refuses what is old.
pub const TIMESTAMP: &str = "Cadencia-Timestamp";
/// Header of the signature: see [`signature`].
pub const SIGNATURE: &str = "Cadencia-Signature";

/// Longest wait for an answer.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// Most bytes of a report that goes by web hook: it is held in memory.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most bytes that are read of an answer.
const READ_MAX: u64 = 2_048;

/// A web hook.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Where.
    pub url: String,
    /// What the signature is made with.
    pub secret: Secret,
}

/// What is sent.
pub(crate) struct Sent<'a> {
    pub(crate) key: &'a str,
    pub(crate) name: &'a str,
    pub(crate) media_type: &'a str,
    pub(crate) sha256: &'a str,
    pub(crate) at: Timestamp,
}

/// Whether reports may go to an address: by TLS anywhere, else no further than this machine.
pub fn is_let_through(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let Some(host) = uri.host() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|ip| ip.is_loopback());
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_loopback || host == "localhost",
        _ => false,
    }
}

/// `v1=` and HMAC-SHA256, in hexadecimal, of the timestamp, the key and the body with dots between.
pub fn signature(secret: &Secret, timestamp: i64, key: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
    let mut mac = mac.expect("a key of any length will do");
    mac.update(format!("{timestamp}.{key}.").as_bytes());
    mac.update(body);
    format!("v1={}", hex(&mac.finalize().into_bytes()))
}

impl Webhook {
    /// Sends a file; arrived is what is answered by a status from 200 to 299. Waits for that: for a thread of its own.
    pub(crate) fn deliver(&self, file: &Path, sent: &Sent<'_>) -> Result<(), Fault> {
        let unread = |fault: std::io::Error| Fault::of("the report cannot be read", &fault);
        let size = std::fs::metadata(file).map_err(unread)?.len();
        if size > BYTES_MAX {
            let words = format!("{size} bytes are too much for a web hook; send it to a folder");
            return Err(Fault::new(words));
        }
        let body = std::fs::read(file).map_err(unread)?;
        let named = format!("attachment; filename=\"{}\"", sent.name);
        let fields = [
            ("Content-Disposition", named.as_str()),
            ("Cadencia-Sha256", sent.sha256),
        ];
        self.post(&body, sent.media_type, sent.key, sent.at, &fields)
    }

    /// Sends a body, with these fields beside those of the signature. As above.
    pub(crate) fn post(
        &self,
        body: &[u8],
        media_type: &str,
        key: &str,
        at: Timestamp,
        fields: &[(&str, &str)],
    ) -> Result<(), Fault> {
        if !is_let_through(&self.url) {
            return Err(Fault::new(
                "the web hook is neither https nor on this machine",
            ));
        }
        let timestamp = at.as_millis() / 1_000;
        let signed = signature(&self.secret, timestamp, key, body);
        let mut request = agent()
            .post(&self.url)
            .header("Content-Type", media_type)
            .header(IDEMPOTENCY_KEY, key)
            .header(TIMESTAMP, timestamp.to_string())
            .header(SIGNATURE, signed);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let answered = request.send(body);
        let mut answer =
            answered.map_err(|fault| Fault::of("the web hook was not reached", &fault))?;
        let status = answer.status();
        // Read so that the connection ends well; what it says is theirs, and may hold anything.
        let _ = answer
            .body_mut()
            .with_config()
            .limit(READ_MAX)
            .read_to_vec();
        match status.is_success() {
            true => Ok(()),
            false => Err(Fault::new(format!("the web hook answered {status}"))),
        }
    }
}

fn agent() -> ureq::Agent {
    let found = rustls_native_certs::load_native_certs();
    let trusted = found.certs.iter();
    let trusted = trusted.map(|der| Certificate::from_der(der.as_ref()).to_owned());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::from(trusted))
        .build();
    let config = ureq::Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .timeout_global(Some(ANSWER_MAX))
        .user_agent(concat!("cadencia/", env!("CARGO_PKG_VERSION")))
        .build();
    ureq::Agent::new_with_config(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_leaves_this_machine() {
        for (url, is) in [
            ("https://example.com/hook", true),
            ("http://127.0.0.1:8080/hook", true),
            ("http://[::1]/hook", true),
            ("http://localhost/hook", true),
            ("http://example.com/hook", false),
            ("http://127.0.0.1.example.com/hook", false),
            ("http://127.0.0.1@example.com/hook", false),
            ("ftp://127.0.0.1/hook", false),
            ("/hook", false),
        ] {
            assert_eq!(is_let_through(url), is, "{url}");
        }
    }

    #[test]
    fn the_signature_is_what_others_compute() {
        // openssl dgst -sha256 -hmac secreto, of `1767272400.run-1.hola`.
        let made = signature(&Secret::new("secreto"), 1_767_272_400, "run-1", b"hola");
        assert_eq!(made, SIGNED);
    }

    const SIGNED: &str = "v1=31290c0781457b16a6b65ce93fe8039907ee5a2a9ad1ffa51229f7454f636b1a";
}
