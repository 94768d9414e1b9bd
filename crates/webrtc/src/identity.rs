//! What this side proves itself with: one self-signed certificate a process, whose fingerprint is in
//! every answer (RFC 8827). Browsers believe the fingerprint, which came over HTTPS, and not a name.

use std::sync::Arc;

use str0m::config::DtlsCert;
use str0m::crypto::CryptoProvider;

/// A certificate and the functions it is used with. Clones are the same identity.
#[derive(Clone)]
pub struct Identity {
    pub(crate) provider: Arc<CryptoProvider>,
    pub(crate) certificate: DtlsCert,
}

impl Identity {
    /// Makes one; `None` if the machine's source of chance fails.
    pub fn generate() -> Option<Identity> {
        let provider = crate::keys::provider();
        let certificate = provider.dtls_provider.generate_certificate()?;
        Some(Identity {
            provider: Arc::new(provider),
            certificate,
        })
    }
}

/// The key stays out of logs.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}
