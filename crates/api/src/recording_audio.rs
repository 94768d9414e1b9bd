//! Recordings as they are heard: played and downloaded by range, from the spool or the archive. Each
//! time somebody does, that is in the audit log first.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG,
};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::AttemptId;
use futures_util::stream;
use recorder::{Playable, RecordingError, Vault};
use serde::Deserialize;
use store::{RecordingRow, RecordingState, Store};
use utoipa::IntoParams;

use crate::App;
use crate::audit::{self, From};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::range::{Wanted, wanted};
use crate::recordings::found;

/// What is read and sent at once.
const PIECE: u64 = 256 * 1_024;

/// As what file.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AsFile {
    /// `wav` (default); `flac`: as the archive has it, a quarter of the size, each sample at most 8 of
    /// 32,768 off.
    form: Option<String>,
}

/// The sound of a recording: the customer left, the advisor right. By range; each request is in the
/// audit log.
#[utoipa::path(get, path = "/api/v1/recordings/{attempt}/audio", tag = "recordings", params(AsFile),
    responses((status = 200, content_type = "audio/wav"), (status = 206, content_type = "audio/wav"),
        (status = 404, body = wire::Problem), (status = 416),
        (status = 503, description = "the archive does not answer", body = wire::Problem)))]
pub(crate) async fn audio(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(attempt): Path<i64>,
    Query(as_file): Query<AsFile>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.supervisor()?;
    let attempt = AttemptId::new(attempt);
    let store = app.store.as_ref();
    let file = as_file.open(store, &app.vault, attempt).await?;
    let (length, kind) = (file.len(), file.kind());
    let etag = format!("\"{attempt}-{kind}-{length}\"");
    let (status, range) = match wanted(request.headers(), length, &etag) {
        Wanted::Whole => (StatusCode::OK, 0..length),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Unsatisfiable => {
            let of = [(CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, of).into_response());
        }
    };
    let detail = format!("bytes {}-{} of {length}", range.start, range.end.max(1) - 1);
    let subject = format!("attempt {attempt}");
    audit::note(
        store,
        &caller,
        &from,
        "recording.listen",
        subject,
        detail.clone(),
    )
    .await?;
    let head = [
        (CONTENT_TYPE, format!("audio/{kind}")),
        (CONTENT_LENGTH, (range.end - range.start).to_string()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (ETAG, etag),
        // Somebody's voice lies in no cache.
        (CACHE_CONTROL, "no-store".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("inline; filename=\"{attempt}.{kind}\""),
        ),
    ];
    // An answer to HEAD has the head of the answer to GET, and nothing is read for it.
    let body = match *request.method() {
        Method::HEAD => Body::empty(),
        _ => Body::from_stream(pieces(file, range)),
    };
    let mut answer = (status, head, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(of) = detail.replacen(" of ", "/", 1).parse()
    {
        answer.headers_mut().insert(CONTENT_RANGE, of);
    }
    Ok(answer)
}

/// A recording as a file.
enum Heard {
    Wav(Playable),
    /// With its length.
    Flac(Playable, u64),
}

impl Heard {
    fn kind(&self) -> &'static str {
        match self {
            Heard::Wav(_) => "wav",
            Heard::Flac(..) => "flac",
        }
    }

    fn len(&self) -> u64 {
        match self {
            Heard::Wav(playable) => playable.wav().len(),
            Heard::Flac(_, length) => *length,
        }
    }

    async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        match self {
            Heard::Wav(playable) => playable.read(range).await,
            Heard::Flac(playable, _) => playable.read_flac(range).await,
        }
    }
}

impl AsFile {
    async fn open(
        &self,
        store: &dyn Store,
        vault: &Arc<Vault>,
        attempt: AttemptId,
    ) -> Result<Heard, ApiError> {
        match self.form.as_deref() {
            None | Some("wav") => Ok(Heard::Wav(open_recording(store, vault, attempt).await?)),
            Some("flac") => {
                let row = playable_row(store, attempt).await?;
                let no = || {
                    ApiError::Conflict(format!(
                        "recording of attempt {attempt}: the archive does not have it as FLAC; \
                         ask for `wav`"
                    ))
                };
                let (Some(object), Some(key)) = (&row.object, &row.sealed_key) else {
                    return Err(no());
                };
                let opened = vault.stored(attempt, object, key).await;
                let opened = opened.map_err(|fault| unplayable(attempt, fault))?;
                let length = opened.flac().ok_or_else(no)?;
                Ok(Heard::Flac(opened, length))
            }
            Some(other) => Err(ApiError::Invalid(format!(
                "form: `{other}` is not `wav` or `flac`"
            ))),
        }
    }
}

/// A recording that can be played, or why it cannot.
pub async fn open_recording(
    store: &dyn Store,
    vault: &Arc<Vault>,
    attempt: AttemptId,
) -> Result<Playable, ApiError> {
    let row = playable_row(store, attempt).await?;
    let local = vault.spooled(attempt).await;
    let opened = match (local, &row.object, &row.sealed_key) {
        // What is in the spool as well is nearer, and there when the archive is not.
        (Err(_), Some(object), Some(key)) => vault.stored(attempt, object, key).await,
        (local, _, _) => local,
    };
    opened.map_err(|fault| unplayable(attempt, fault))
}

/// What is known of a recording that can be played, or why it cannot.
async fn playable_row(store: &dyn Store, attempt: AttemptId) -> Result<RecordingRow, ApiError> {
    let row = found(store, attempt).await?;
    let none = |why: &str| {
        Err(ApiError::NotFound(format!(
            "recording of attempt {attempt}: {why}"
        )))
    };
    match row.state {
        RecordingState::Recording => Err(ApiError::Conflict(
            "the call is still being recorded; it can be heard when it is over".to_owned(),
        )),
        RecordingState::None | RecordingState::Lost => {
            none(row.why.as_deref().unwrap_or("nothing is left of it"))
        }
        RecordingState::Erased => none("it was erased"),
        RecordingState::Spooled | RecordingState::Stored => Ok(row),
    }
}

/// What was tampered with, or has no key any more, is the caller's to know; the rest is ours.
fn unplayable(attempt: AttemptId, fault: RecordingError) -> ApiError {
    match fault {
        RecordingError::File(error) if error.kind() == std::io::ErrorKind::NotFound => {
            ApiError::NotFound(format!(
                "file of the recording of attempt {attempt} on this node; ask the one that made it"
            ))
        }
        RecordingError::Changed(_) | RecordingError::HeadChanged | RecordingError::OtherKey(_) => {
            ApiError::Conflict(format!("recording of attempt {attempt}: {fault}"))
        }
        RecordingError::Away(fault) if fault.is_not_found() => ApiError::NotFound(format!(
            "object of the recording of attempt {attempt} in the archive"
        )),
        RecordingError::Away(fault) => ApiError::Away(fault),
        fault => ApiError::internal(fault),
    }
}

/// A range, piece by piece, as fast as it is taken.
fn pieces(
    file: Heard,
    range: Range<u64>,
) -> impl stream::Stream<Item = Result<Vec<u8>, RecordingError>> {
    stream::try_unfold((file, range), |(file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let end = range.end.min(range.start + PIECE);
        let piece = file.read(range.start..end).await?;
        Ok(Some((piece, (file, end..range.end))))
    })
}
