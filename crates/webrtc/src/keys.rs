//! The keys of audio, as DTLS agrees on them (RFC 5764): taken from the handshake before str0m sees them,
//! so that audio is protected by us and str0m has nothing to protect any with. Two who encrypt with one
//! key would use its key stream twice.
//!
//! str0m has no way to ask for keys, but it takes its DTLS from outside. Ours is its own, watched.

use std::cell::RefCell;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Instant;

use media::srtp::{Keys, MasterKey, Suite};
use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, KeyingMaterial,
    ProtocolVersion, SrtpProfile,
};
use str0m::crypto::{CryptoError, CryptoProvider};

/// Where the keys of one leg are, once there are any.
pub(crate) type Agreed = Arc<OnceLock<Keys>>;

thread_local! {
    /// Of the handshake that was made last on this thread. str0m makes one while it makes a leg, and
    /// gives nobody else a hand on it: whoever made the leg takes this right after.
    static NEWEST: RefCell<Option<Agreed>> = const { RefCell::new(None) };
}

/// What str0m is to use: its own cryptography, its DTLS watched.
pub(crate) fn provider() -> CryptoProvider {
    // str0m wants it for as long as the program runs, and one for all legs.
    static WATCHED: LazyLock<Watched> =
        LazyLock::new(|| Watched(str0m::crypto::from_feature_flags().dtls_provider));
    CryptoProvider {
        dtls_provider: &*WATCHED,
        ..str0m::crypto::from_feature_flags()
    }
}

/// Makes something of str0m, and says where the keys of the handshake in it will be.
pub(crate) fn watching<T>(make: impl FnOnce() -> T) -> (T, Agreed) {
    NEWEST.take();
    let made = make();
    // Without a handshake in it there will never be keys.
    (made, NEWEST.take().unwrap_or_default())
}

#[derive(Debug)]
struct Watched(&'static dyn DtlsProvider);

impl DtlsProvider for Watched {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        self.0.generate_certificate()
    }

    fn new_dtls(
        &self,
        certificate: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let inner = self.0.new_dtls(certificate, now, version, mtu)?;
        let agreed = Agreed::default();
        NEWEST.set(Some(Arc::clone(&agreed)));
        Ok(Box::new(Handshake { inner, agreed, now }))
    }

    fn is_test(&self) -> bool {
        self.0.is_test()
    }
}

#[derive(Debug)]
struct Handshake {
    inner: Box<dyn DtlsInstance>,
    agreed: Agreed,
    now: Instant,
}

impl DtlsInstance for Handshake {
    fn poll_output<'a>(&mut self, buffer: &'a mut [u8]) -> DtlsOutput<'a> {
        match self.inner.poll_output(buffer) {
            DtlsOutput::KeyingMaterial(material, profile) => {
                if let Some(keys) = keys(&material, profile, self.inner.is_active()) {
                    // There is one handshake a leg: nothing is agreed on anew.
                    let _ = self.agreed.set(keys);
                }
                // It goes no further. What else there is, is asked for at once.
                DtlsOutput::Timeout(self.now)
            }
            other => other,
        }
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.now = now;
        self.inner.handle_timeout(now)
    }

    fn set_active(&mut self, active: bool) {
        self.inner.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.handle_packet(packet)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.inner.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.inner.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.inner.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.inner.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.inner.close()
    }
}

/// The key of who began the handshake, the other's, and both salts in that order (RFC 5764, 4.2).
fn keys(material: &KeyingMaterial, profile: SrtpProfile, began: bool) -> Option<Keys> {
    let suite = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => Suite::AesCm128HmacSha1Tag80,
        SrtpProfile::AEAD_AES_128_GCM => Suite::AeadAes128Gcm,
        SrtpProfile::AEAD_AES_256_GCM => Suite::AeadAes256Gcm,
        _ => return None,
    };
    let (keys, salts) = material.split_at_checked(2 * suite.key_length())?;
    let key = |of: usize| {
        let key = keys.chunks(suite.key_length()).nth(of)?;
        let salt = salts.chunks(suite.salt_length()).nth(of)?;
        MasterKey::new(suite, &[key, salt].concat())
    };
    let (client, server) = (key(0)?, key(1)?);
    let (ours, theirs) = match began {
        true => (client, server),
        false => (server, client),
    };
    Some(Keys { ours, theirs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_sends_with_its_own_half() {
        let material: Vec<u8> = [[1; 16], [2; 16]].concat();
        let material = [material, vec![3; 12], vec![4; 12]].concat();
        let material = KeyingMaterial::new(&material);
        let profile = SrtpProfile::AEAD_AES_128_GCM;
        let key = |key: u8, salt: u8| {
            let bytes = [vec![key; 16], vec![salt; 12]].concat();
            MasterKey::new(Suite::AeadAes128Gcm, &bytes).expect("as long")
        };
        let (client, server) = (key(1, 3), key(2, 4));
        let of_client = Keys {
            ours: client,
            theirs: server,
        };
        let of_server = Keys {
            ours: server,
            theirs: client,
        };
        assert_eq!(keys(&material, profile, true), Some(of_client));
        assert_eq!(keys(&material, profile, false), Some(of_server));
    }

    #[test]
    fn material_that_is_too_short_gives_no_keys() {
        let material = KeyingMaterial::new(&[1; 40]);
        assert_eq!(keys(&material, SrtpProfile::AEAD_AES_256_GCM, true), None);
    }
}
