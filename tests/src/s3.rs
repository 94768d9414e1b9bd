//! An S3 of one bucket, as far as the archive needs one, on loopback: it checks who asks (signature
//! version 4, computed here by itself) and that what came is what was sent, keeps objects in memory,
//! gives ranges, takes uploads in parts. It can be told to refuse, to hang, or to spoil what it takes.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, Secured};

/// Who may come in.
pub const KEY_ID: &str = "AKTESTS";
/// And how they show it.
pub const SECRET: &str = "a secret of tests/only";
/// The bucket there is.
pub const BUCKET: &str = "grabaciones";

/// What it does to whoever asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// What it should.
    #[default]
    Well,
    /// Answers 503 to everything.
    Refuses,
    /// Answers nothing.
    Hangs,
    /// Changes a bit of what it keeps.
    Spoils,
}

/// A running one; it ends with the program.
#[derive(Clone)]
pub struct S3 {
    /// Where it is heard.
    pub address: SocketAddr,
    inside: Arc<Inside>,
    is_tls: bool,
}

#[derive(Default)]
struct Inside {
    mood: Mutex<Mood>,
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    uploads: Mutex<HashMap<String, BTreeMap<u32, Vec<u8>>>>,
    refused: AtomicUsize,
    asked: AtomicUsize,
}

impl S3 {
    /// Starts one, without TLS.
    pub fn start() -> S3 {
        S3::start_as(None)
    }

    /// Starts one that shows a certificate of this name.
    pub fn start_behind(authority: &Authority, name: &str) -> S3 {
        S3::start_as(Some(authority.acceptor(name)))
    }

    fn start_as(acceptor: Option<TlsAcceptor>) -> S3 {
        let is_tls = acceptor.is_some();
        let inside = Arc::<Inside>::default();
        let router = Router::new().fallback(answer).with_state(inside.clone());
        let (told, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
                let listener = listener.expect("a port of loopback");
                let _ = told.send(listener.local_addr().expect("bound"));
                match acceptor {
                    None => axum::serve(listener, router).await,
                    Some(acceptor) => {
                        let secured = Secured { listener, acceptor };
                        axum::serve(secured, router).await
                    }
                }
                .expect("serves");
            });
        });
        S3 {
            address: address.recv().expect("it starts"),
            inside,
            is_tls,
        }
    }

    /// The settings of an engine that archives here, after a table of recordings; the file of keys
    /// lies in its folder.
    pub fn settings(&self, floor: &crate::Floor) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let text = format!("access_key_id = \"{KEY_ID}\"\nsecret_access_key = \"{SECRET}\"\n");
        let file = floor.file("s3.toml", text);
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(file, mode).expect("our own file");
        let scheme = if self.is_tls { "https" } else { "http" };
        format!(
            "[recordings.archive]\nurl = \"s3://{BUCKET}/claro\"\nendpoint = \"{scheme}://{}\"\n\
             credentials = \"s3.toml\"\n",
            self.address
        )
    }

    /// From now on it behaves so.
    pub fn behave(&self, mood: Mood) {
        *lock(&self.inside.mood) = mood;
    }

    /// Its objects by name.
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        lock(&self.inside.objects).clone()
    }

    /// Requests so far.
    pub fn asked(&self) -> usize {
        self.inside.asked.load(Ordering::Relaxed)
    }

    /// Requests that were not let in, or did not arrive as they were sent.
    pub fn refused(&self) -> usize {
        self.inside.refused.load(Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(
    State(inside): State<Arc<Inside>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    inside.asked.fetch_add(1, Ordering::Relaxed);
    let mood = *lock(&inside.mood);
    match mood {
        Mood::Refuses => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mood::Hangs => std::future::pending().await,
        Mood::Well | Mood::Spoils => {}
    }
    if let Err(why) = let_in(&method, &uri, &headers, &body) {
        eprintln!("{method} {uri}: {why}");
        inside.refused.fetch_add(1, Ordering::Relaxed);
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    let Some(name) = uri.path().strip_prefix(&format!("/{BUCKET}/")) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut body = body.to_vec();
    if mood == Mood::Spoils
        && let Some(byte) = body.last_mut()
    {
        *byte ^= 1;
    }
    let query = |key: &str| {
        let pairs = uri.query().unwrap_or_default().split('&');
        let mut found = pairs.filter_map(|pair| match pair.split_once('=') {
            Some((name, value)) => (name == key).then_some(value),
            None => (pair == key).then_some(""),
        });
        found.next().map(str::to_owned)
    };
    let part = query("partNumber").and_then(|part| part.parse().ok());
    match (&method, query("uploadId"), part) {
        (&Method::PUT, Some(upload), Some(part)) => inside.part(&upload, part, body),
        (&Method::POST, Some(upload), _) => inside.complete(name, &upload),
        (&Method::DELETE, Some(upload), _) => {
            lock(&inside.uploads).remove(&upload);
            StatusCode::NO_CONTENT.into_response()
        }
        (&Method::POST, None, _) if query("uploads").is_some() => inside.begin(name),
        (&Method::PUT, None, _) => {
            lock(&inside.objects).insert(name.to_owned(), body);
            etag(name)
        }
        (&Method::DELETE, None, _) => {
            lock(&inside.objects).remove(name);
            StatusCode::NO_CONTENT.into_response()
        }
        (&Method::GET | &Method::HEAD, None, _) => inside.give(name, &headers),
        _ => StatusCode::NOT_IMPLEMENTED.into_response(),
    }
}

fn etag(of: &str) -> Response {
    ([("etag", format!("\"{:x?}\"", of.len()))], "").into_response()
}

impl Inside {
    fn begin(&self, name: &str) -> Response {
        let mut uploads = lock(&self.uploads);
        let id = format!("upload{}", uploads.len());
        uploads.insert(id.clone(), BTreeMap::new());
        format!(
            "<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{name}</Key>\
             <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        )
        .into_response()
    }

    fn part(&self, upload: &str, part: u32, body: Vec<u8>) -> Response {
        match lock(&self.uploads).get_mut(upload) {
            Some(parts) => {
                parts.insert(part, body);
                etag(upload)
            }
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn complete(&self, name: &str, upload: &str) -> Response {
        let Some(parts) = lock(&self.uploads).remove(upload) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let whole = parts.into_values().flatten().collect();
        lock(&self.objects).insert(name.to_owned(), whole);
        format!(
            "<CompleteMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{name}</Key>\
             <ETag>\"whole\"</ETag></CompleteMultipartUploadResult>"
        )
        .into_response()
    }

    fn give(&self, name: &str, headers: &HeaderMap) -> Response {
        let objects = lock(&self.objects);
        let Some(object) = objects.get(name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let common = [
            ("etag", "\"one\"".to_owned()),
            ("last-modified", "Mon, 30 Nov 2026 00:00:00 GMT".to_owned()),
        ];
        let Some(range) = headers.get("range") else {
            return (common, object.clone()).into_response();
        };
        let range = range
            .to_str()
            .ok()
            .and_then(|text| bytes_of(text, object.len()));
        let Some(range) = range else {
            return StatusCode::RANGE_NOT_SATISFIABLE.into_response();
        };
        let of = format!("bytes {}-{}/{}", range.start, range.end - 1, object.len());
        let body = object[range].to_vec();
        (
            StatusCode::PARTIAL_CONTENT,
            common,
            [("content-range", of)],
            body,
        )
            .into_response()
    }
}

/// `bytes=FIRST-LAST`.
fn bytes_of(text: &str, length: usize) -> Option<Range<usize>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    (first < length && first <= last).then(|| first..(last + 1).min(length))
}

/// Whether somebody who has the secret asks for this, and the body is the one they signed.
fn let_in(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| format!("no header {name}"))
    };
    let hash = hex(&Sha256::digest(body));
    if header("x-amz-content-sha256")? != hash {
        return Err("the body is not the one that was signed".to_owned());
    }
    if let Ok(sum) = header("x-amz-checksum-sha256")
        && sum != STANDARD.encode(Sha256::digest(body))
    {
        return Err("the body has another check sum".to_owned());
    }
    let authorization = header("authorization")?;
    let field = |name: &str| {
        let at = authorization.find(name).ok_or("no signature")? + name.len();
        let end = authorization[at..]
            .find(',')
            .map_or(authorization.len(), |end| at + end);
        Ok::<_, String>(&authorization[at..end])
    };
    let scope = field("Credential=")?;
    let scope = scope
        .strip_prefix(&format!("{KEY_ID}/"))
        .ok_or("somebody else")?;
    let signed = field("SignedHeaders=")?;
    let mut canonical = String::new();
    for name in signed.split(';') {
        canonical += &format!("{name}:{}\n", header(name)?.trim());
    }
    let mut query: Vec<_> = uri.query().into_iter().flat_map(|q| q.split('&')).collect();
    query.sort_unstable();
    let query: Vec<_> = query
        .iter()
        .map(|pair| {
            if pair.contains('=') {
                (*pair).to_owned()
            } else {
                format!("{pair}=")
            }
        })
        .collect();
    let request = format!(
        "{method}\n{}\n{}\n{canonical}\n{signed}\n{hash}",
        uri.path(),
        query.join("&")
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        header("x-amz-date")?,
        hex(&Sha256::digest(request.as_bytes()))
    );
    let key = scope
        .split('/')
        .fold(format!("AWS4{SECRET}").into_bytes(), |key, word| {
            mac(&key, word)
        });
    match hex(&mac(&key, &to_sign)) == field("Signature=")? {
        true => Ok(()),
        false => Err("the signature is another".to_owned()),
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
