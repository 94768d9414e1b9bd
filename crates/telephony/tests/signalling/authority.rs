//! Certificates for tests: an authority, what it signs, and the files they go into.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use telephony::{Listener, ListenerKind, OwnCertificate, TelephonyConfig, TlsSettings};
use tempfile::TempDir;

use crate::floor::config;

pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A certificate and its key, PEM.
pub(crate) struct Signed {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
        let folder = tempfile::tempdir().expect("a folder");
        let authority = Authority { issuer, folder };
        authority.write("authorities.pem", &authority.issuer.as_ref().pem());
        authority
    }

    pub(crate) fn signs(&self, name: &str) -> Signed {
        self.signs_until(name, 2100)
    }

    pub(crate) fn signs_until(&self, name: &str, year: i32) -> Signed {
        let names = vec![name.to_owned()];
        let mut params = CertificateParams::new(names).expect("a name");
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        Signed {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// Puts a certificate where a node with [`Authority::node`] reads its own.
    pub(crate) fn install(&self, signed: &Signed) {
        self.write("own.pem", &signed.certificate);
        self.write("key.pem", &signed.key);
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("the folder is ours");
        path
    }

    /// The settings of a node that believes this authority, and no other.
    pub(crate) fn believed(&self) -> TlsSettings {
        TlsSettings {
            own: None,
            authorities: Some(self.folder.path().join("authorities.pem")),
        }
    }

    /// A node with a certificate of this authority that is heard at `kind` on `ip` as well.
    pub(crate) fn node(&self, kind: ListenerKind, ip: &str) -> TelephonyConfig {
        self.install(&self.signs(ip));
        let address = SocketAddr::new(ip.parse().expect("an address"), 0);
        let first = SocketAddr::new(address.ip(), 0);
        let listener = Listener {
            kind,
            address,
            advertised: None,
        };
        TelephonyConfig {
            places: vec![Listener::plain(first), listener],
            tls: TlsSettings {
                own: Some(OwnCertificate {
                    certificate: self.folder.path().join("own.pem"),
                    key: self.folder.path().join("key.pem"),
                }),
                ..self.believed()
            },
            ..config()
        }
    }

    /// What a phone needs to believe a node of this authority.
    pub(crate) fn client(&self) -> Arc<ClientConfig> {
        let mut store = RootCertStore::empty();
        let own = self.issuer.as_ref().der().clone();
        store.add(own).expect("an authority");
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring knows them")
            .with_root_certificates(store);
        Arc::new(builder.with_no_client_auth())
    }
}

impl Signed {
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).expect("our own PEM")
    }

    /// What a carrier needs to show this.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).expect("our own PEM");
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring knows them")
            .with_no_client_auth();
        let config = builder.with_single_cert(vec![self.der()], key);
        Arc::new(config.expect("they are of one another"))
    }
}
