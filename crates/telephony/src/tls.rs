//! TLS of connections: our certificate for those who come and for carriers that ask, the
//! authorities that carriers are judged by, both read anew while connections go on. TLS 1.2 and
//! 1.3 by rustls, with its defaults.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, client};

use crate::{TlsError, TlsSettings};

/// What connections need for TLS.
#[derive(Debug)]
pub(crate) struct Tls {
    settings: TlsSettings,
    current: RwLock<Loaded>,
    /// When the files were changed that were read last, whether they were sound or not.
    seen: Mutex<Vec<Option<SystemTime>>>,
}

#[derive(Clone, Debug)]
struct Loaded {
    server: Option<Arc<ServerConfig>>,
    client: Arc<ClientConfig>,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn new(settings: TlsSettings) -> Result<Tls, TlsError> {
        let seen = Mutex::new(changes(&settings));
        let current = RwLock::new(load(&settings)?);
        Ok(Tls {
            settings,
            current,
            seen,
        })
    }

    /// Reads the files anew; connections from now on use them. What was in use stays where they
    /// are not sound.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = changes(&self.settings);
        let loaded = load(&self.settings)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    /// Reads the files anew if one was written since; says whether.
    pub(crate) fn reload_if_changed(&self) -> Result<bool, TlsError> {
        let now = changes(&self.settings);
        if *self.seen.lock().unwrap_or_else(PoisonError::into_inner) == now {
            return Ok(false);
        }
        self.reload().map(|()| true)
    }

    fn current(&self) -> Loaded {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// For those who come; an error without a certificate of ours.
    pub(crate) fn acceptor(&self) -> io::Result<TlsAcceptor> {
        let server = self.current().server;
        server
            .map(TlsAcceptor::from)
            .ok_or_else(|| io::Error::other("no certificate of our own"))
    }

    /// Opens TLS to somebody whose certificate must bear all of `names`.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        names: &[ServerName<'static>],
    ) -> io::Result<client::TlsStream<TcpStream>> {
        let (first, others) = names
            .split_first()
            .ok_or_else(|| io::Error::other("nothing that the certificate must bear"))?;
        let connector = TlsConnector::from(self.current().client);
        let stream = connector.connect(first.clone(), stream).await?;
        let shown = stream.get_ref().1.peer_certificates().unwrap_or_default();
        for name in others {
            let certificate = shown.first().ok_or(rustls::Error::NoCertificatesPresented);
            certificate
                .and_then(ParsedCertificate::try_from)
                .and_then(|parsed| rustls::client::verify_server_name(&parsed, name))
                .map_err(io::Error::other)?;
        }
        Ok(stream)
    }
}

/// Why TLS with a carrier was not to be, for whoever must mend it.
pub(crate) fn explain(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let hint = match inner {
        Some(rustls::Error::InvalidCertificate(problem)) => match problem {
            CertificateError::UnknownIssuer => {
                "no authority we know signed its certificate; if it is the carrier's own, name \
                 the authority's file in `sip.tls.authorities`"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired; the carrier must renew it"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another host; give the trunk the host that it bears"
            }
            _ => "its certificate is not acceptable",
        },
        _ => return error.to_string(),
    };
    format!("{hint} ({error})")
}

fn changes(settings: &TlsSettings) -> Vec<Option<SystemTime>> {
    let own = settings.own.iter();
    let files = own.flat_map(|own| [&own.certificate, &own.key]);
    let files = files.chain(&settings.authorities);
    let changed = |path: &PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
    files.map(changed).collect()
}

fn load(settings: &TlsSettings) -> Result<Loaded, TlsError> {
    let own = settings.own.as_ref().map(|files| {
        let chain = certificates(&files.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?);
        let key = key.map_err(|_| TlsError::NoKey(files.key.clone()))?;
        Ok::<_, TlsError>((chain, key))
    });
    let own = own.transpose()?;
    let mismatch = |source| TlsError::Pair {
        certificate: settings
            .own
            .as_ref()
            .map_or_else(PathBuf::new, |own| own.certificate.clone()),
        source,
    };
    let provider = Arc::new(ring::default_provider());
    let server = match &own {
        Some((chain, key)) => {
            let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .expect("ring knows TLS 1.2 and 1.3")
                .with_no_client_auth();
            let config = builder.with_single_cert(chain.clone(), key.clone_key());
            Some(Arc::new(config.map_err(mismatch)?))
        }
        None => None,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.2 and 1.3")
        .with_root_certificates(authorities(settings.authorities.as_deref())?);
    let client = match own {
        // Some carriers want to know who calls.
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(mismatch)?,
        None => builder.with_no_client_auth(),
    };
    Ok(Loaded {
        server,
        client: Arc::new(client),
    })
}

/// Those of a file, or else those that this machine trusts.
fn authorities(file: Option<&Path>) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    let Some(file) = file else {
        let system = rustls_native_certs::load_native_certs();
        for error in &system.errors {
            tracing::debug!(%error, "an authority of this machine cannot be read");
        }
        store.add_parsable_certificates(system.certs);
        return Ok(store);
    };
    for certificate in certificates(file)? {
        store
            .add(certificate)
            .map_err(|_| TlsError::NoCertificate(file.to_owned()))?;
    }
    Ok(store)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) | Err(_) => Err(TlsError::NoCertificate(path.to_owned())),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Read {
        path: path.to_owned(),
        source,
    })
}
