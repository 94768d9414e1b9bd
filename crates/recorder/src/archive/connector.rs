//! HTTP/1.1 to an S3: `object_store` signs requests and reads answers, here they are carried. With
//! what the program has anyway (hyper, rustls with ring) rather than a second client, a second TLS
//! and a second pool of certificates. Bodies are whole, as the archive sends and reads in pieces; each
//! request ends within its time, whatever the other side does or does not.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::header::HOST;
use http::{HeaderValue, Method, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::error::ArchiveError;

/// From the name to a connection that may be used.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// A part of 8 MiB over a line of 1 Mbit/s takes 70 s.
const SEND_MAX: Duration = Duration::from_secs(150);
const READ_MAX: Duration = Duration::from_secs(60);
/// Most bytes of an answer: more than is ever asked for.
const ANSWER_MAX: usize = 16 << 20;
/// Connections kept for the next request: as many as are busy at once, about.
const IDLE_MAX: usize = 8;

/// Makes clients that trust the same authorities.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    tls: Arc<ClientConfig>,
}

impl Connector {
    /// Trusts the authorities of a file, or those that the machine does.
    pub(super) fn new(authorities: Option<&Path>) -> Result<Connector, ArchiveError> {
        let mut roots = RootCertStore::empty();
        match authorities {
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            Some(file) => {
                let no = || ArchiveError::Authorities(file.to_owned());
                let found = CertificateDer::pem_file_iter(file).map_err(|_| no())?;
                let found: Result<Vec<_>, _> = found.collect();
                let (added, _) = roots.add_parsable_certificates(found.map_err(|_| no())?);
                if added == 0 {
                    return Err(no());
                }
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Connector { tls: Arc::new(tls) })
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Client {
            tls: TlsConnector::from(Arc::clone(&self.tls)),
            idle: Mutex::default(),
        }))
    }
}

/// A connection that waits, and where it leads.
type Idle = (String, SendRequest<HttpRequestBody>);

struct Client {
    tls: TlsConnector,
    idle: Mutex<Vec<Idle>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let most = match *request.method() {
            Method::PUT | Method::POST => SEND_MAX,
            _ => READ_MAX,
        };
        let answered = timeout(most, self.exchange(request)).await;
        answered.unwrap_or_else(|late| Err(HttpError::new(HttpErrorKind::Timeout, late)))
    }
}

impl Client {
    async fn exchange(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let uri = request.uri().clone();
        let (place, authority) = place_of(&uri)?;
        let host = HeaderValue::from_str(&authority).map_err(unknown)?;
        request.headers_mut().insert(HOST, host);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = path.parse().map_err(unknown)?;
        let mut connection = match self.idle(&place) {
            Some(connection) => connection,
            None => self.connect(&uri).await?,
        };
        let lost = |fault| HttpError::new(HttpErrorKind::Request, fault);
        let answer = connection.send_request(request).await.map_err(lost)?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_MAX).collect().await;
        let body = body.map_err(|fault| HttpError::new_boxed(HttpErrorKind::Interrupted, fault))?;
        self.keep(place, connection);
        let body = Full::new(body.to_bytes()).map_err(|never| match never {});
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
    }

    fn idle(&self, place: &str) -> Option<SendRequest<HttpRequestBody>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, connection)| !connection.is_closed());
        let usable = |(known, connection): &Idle| known == place && connection.is_ready();
        let at = idle.iter().rposition(usable)?;
        Some(idle.swap_remove(at).1)
    }

    fn keep(&self, place: String, connection: SendRequest<HttpRequestBody>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push((place, connection));
        }
    }

    async fn connect(&self, uri: &Uri) -> Result<SendRequest<HttpRequestBody>, HttpError> {
        let connected = timeout(CONNECT_MAX, self.connected(uri)).await;
        connected.unwrap_or_else(|late| Err(HttpError::new(HttpErrorKind::Connect, late)))
    }

    async fn connected(&self, uri: &Uri) -> Result<SendRequest<HttpRequestBody>, HttpError> {
        let refused = |fault: std::io::Error| HttpError::new(HttpErrorKind::Connect, fault);
        let host = uri.host().unwrap_or_default();
        // Brackets of an IPv6 address belong to the URI, not to the address.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let stream = TcpStream::connect((host, port)).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        if !is_tls {
            return started(stream).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(unknown)?;
        let secured = self.tls.connect(name, stream).await;
        started(secured.map_err(|fault| not_believed(host, fault))?).await
    }
}

/// A handshake that failed; where it did for a certificate, what to do about it.
fn not_believed(host: &str, fault: std::io::Error) -> HttpError {
    let inner = fault.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => {
            let distrust = Distrust(host.to_owned(), why.to_string());
            HttpError::new(HttpErrorKind::Connect, distrust)
        }
        _ => HttpError::new(HttpErrorKind::Connect, fault),
    }
}

/// Speaks HTTP over a connection, for as long as somebody asks.
async fn started(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
) -> Result<SendRequest<HttpRequestBody>, HttpError> {
    let lost = |fault| HttpError::new(HttpErrorKind::Connect, fault);
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(lost)?;
    tokio::spawn(async move {
        if let Err(fault) = connection.await {
            tracing::debug!(%fault, "a connection to the archive ended");
        }
    });
    Ok(sender)
}

/// Where a request goes, and what its Host header says.
fn place_of(uri: &Uri) -> Result<(String, String), HttpError> {
    let authority = uri.authority().ok_or_else(|| unknown(NoHost))?.as_str();
    let scheme = uri.scheme_str().unwrap_or("https");
    Ok((format!("{scheme}://{authority}"), authority.to_owned()))
}

#[derive(Debug, thiserror::Error)]
#[error("a request names no host")]
struct NoHost;

#[derive(Debug, thiserror::Error)]
#[error(
    "the certificate of {0} is not believed ({1}); name a file of the authority that signed it in \
     recordings.archive.authorities, or correct the endpoint"
)]
struct Distrust(String, String);

fn unknown(fault: impl std::error::Error + Send + Sync + 'static) -> HttpError {
    HttpError::new(HttpErrorKind::Unknown, fault)
}
