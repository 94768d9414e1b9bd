//! Recordings: listed, played and downloaded by range, erased. Each time somebody hears one, or
//! erases one, that is in the audit log first.

use std::ops::Range;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{AgentId, AttemptId, CampaignId, Timestamp};
use futures_util::stream;
use recorder::{Playable, RecordingError, Vault};
use serde::Deserialize;
use store::{RecordingFilter, RecordingRow, RecordingState, Store};
use utoipa::IntoParams;
use wire::{EraseForm, Recording, RecordingMark, RecordingPage};

use crate::App;
use crate::audit::{self, From};
use crate::auth::Caller;
use crate::erasure::erase_recording;
use crate::error::ApiError;
use crate::range::{Wanted as WantedRange, wanted};

/// Most recordings on a page.
const PAGE_MAX: u32 = 1_000;
/// What is read and sent at once.
const PIECE: u64 = 256 * 1_024;

/// Which recordings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of this campaign.
    campaign: Option<i64>,
    /// `none`, `recording`, `spooled`, `stored`, `erased` or `lost`; absent: all but `none`.
    state: Option<String>,
    /// Begun at or after, in ms since 1970 UTC.
    from: Option<i64>,
    /// Begun before.
    to: Option<i64>,
    /// Cursor: the `next` of the page before.
    after: Option<i64>,
    /// At most so many, up to 1,000.
    limit: Option<u32>,
}

/// Recordings, in order of attempt.
#[utoipa::path(get, path = "/api/v1/recordings", tag = "recordings", params(Wanted),
    responses((status = 200, body = RecordingPage)))]
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<RecordingPage>, ApiError> {
    caller.supervisor()?;
    let limit = wanted.limit.unwrap_or(100).clamp(1, PAGE_MAX);
    let filter = RecordingFilter {
        campaign: wanted.campaign.map(CampaignId::new),
        state: wanted.state.as_deref().map(recording_state).transpose()?,
        from: wanted.from.map(Timestamp::from_millis),
        to: wanted.to.map(Timestamp::from_millis),
        after: wanted.after.map(AttemptId::new),
        limit,
        ..RecordingFilter::default()
    };
    let rows = app.store.recordings(&filter).await?;
    let full = rows.len() == limit as usize;
    let next = rows.last().filter(|_| full).map(|row| row.attempt.get());
    let recordings = rows.iter().map(recording_shown).collect();
    Ok(Json(RecordingPage { recordings, next }))
}

/// The state of a word.
pub fn recording_state(word: &str) -> Result<RecordingState, ApiError> {
    RecordingState::from_word(word).ok_or_else(|| {
        ApiError::Invalid(format!(
            "`{word}` is no state of a recording; use none, recording, spooled, stored, erased or lost"
        ))
    })
}

/// The recording of an attempt with its marks, or why there is none.
#[utoipa::path(get, path = "/api/v1/recordings/{attempt}", tag = "recordings",
    responses((status = 200, body = Recording), (status = 404, body = wire::Problem)))]
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(attempt): Path<i64>,
) -> Result<Json<Recording>, ApiError> {
    caller.supervisor()?;
    recording(app.store.as_ref(), AttemptId::new(attempt))
        .await
        .map(Json)
}

/// The recording of an attempt with its marks.
pub async fn recording(store: &dyn Store, attempt: AttemptId) -> Result<Recording, ApiError> {
    let row = found(store, attempt).await?;
    let marks = store.recording_marks(attempt).await?;
    let marks = marks.into_iter().map(|mark| RecordingMark {
        offset_ms: mark.offset_ms,
        at: mark.at.as_millis(),
        kind: mark.kind,
        text: mark.text,
        agent: mark.agent.map(AgentId::get),
    });
    Ok(Recording {
        marks: marks.collect(),
        ..recording_shown(&row)
    })
}

pub(crate) async fn found(store: &dyn Store, attempt: AttemptId) -> Result<RecordingRow, ApiError> {
    let row = store.recording(attempt).await?;
    row.ok_or_else(|| {
        ApiError::NotFound(format!("recording of attempt {attempt}: nobody picked up"))
    })
}

/// The sound of a recording, as a WAV file: the customer left, the advisor right. By range; each
/// request is in the audit log.
#[utoipa::path(get, path = "/api/v1/recordings/{attempt}/audio", tag = "recordings",
    responses((status = 200, content_type = "audio/wav"), (status = 206, content_type = "audio/wav"),
        (status = 404, body = wire::Problem), (status = 416)))]
pub(crate) async fn audio(
    State(app): State<App>,
    caller: Caller,
    from: From,
    method: Method,
    headers: HeaderMap,
    Path(attempt): Path<i64>,
) -> Result<Response, ApiError> {
    caller.supervisor()?;
    let attempt = AttemptId::new(attempt);
    let playable = open_recording(app.store.as_ref(), &app.vault, attempt).await?;
    let length = playable.wav().len();
    let etag = format!("\"{attempt}-{length}\"");
    let (status, range) = match wanted(&headers, length, &etag) {
        WantedRange::Whole => (StatusCode::OK, 0..length),
        WantedRange::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        WantedRange::Unsatisfiable => {
            let of = [(CONTENT_RANGE, format!("bytes */{length}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, of).into_response());
        }
    };
    let detail = format!("bytes {}-{} of {length}", range.start, range.end.max(1) - 1);
    let subject = format!("attempt {attempt}");
    let store = app.store.as_ref();
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
        (CONTENT_TYPE, "audio/wav".to_owned()),
        (CONTENT_LENGTH, (range.end - range.start).to_string()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (ETAG, etag),
        // Somebody's voice lies in no cache.
        (CACHE_CONTROL, "no-store".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("inline; filename=\"{attempt}.wav\""),
        ),
    ];
    // An answer to HEAD has the head of the answer to GET, and nothing is read for it.
    let body = match method {
        Method::HEAD => Body::empty(),
        _ => Body::from_stream(pieces(playable, range)),
    };
    let mut answer = (status, head, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(of) = detail.replacen(" of ", "/", 1).parse()
    {
        answer.headers_mut().insert(CONTENT_RANGE, of);
    }
    Ok(answer)
}

/// A recording that can be played, or why it cannot.
pub async fn open_recording(
    store: &dyn Store,
    vault: &Arc<Vault>,
    attempt: AttemptId,
) -> Result<Playable, ApiError> {
    let row = found(store, attempt).await?;
    let none = |why: &str| {
        Err(ApiError::NotFound(format!(
            "recording of attempt {attempt}: {why}"
        )))
    };
    match row.state {
        RecordingState::Recording => {
            return Err(ApiError::Conflict(
                "the call is still being recorded; it can be heard when it is over".to_owned(),
            ));
        }
        RecordingState::None | RecordingState::Lost => {
            return none(row.why.as_deref().unwrap_or("nothing is left of it"));
        }
        RecordingState::Erased => return none("it was erased"),
        RecordingState::Spooled | RecordingState::Stored => {}
    }
    let vault = Arc::clone(vault);
    let opened = tokio::task::spawn_blocking(move || vault.spooled(attempt)).await;
    opened
        .map_err(ApiError::internal)?
        .map_err(|fault| unplayable(attempt, fault))
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
        fault => ApiError::internal(fault),
    }
}

/// A range, piece by piece, as fast as it is taken.
fn pieces(
    playable: Playable,
    range: Range<u64>,
) -> impl stream::Stream<Item = Result<Vec<u8>, RecordingError>> {
    stream::try_unfold((playable, range), |(playable, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let end = range.end.min(range.start + PIECE);
        let read = tokio::task::spawn_blocking(move || {
            let piece = playable.read(range.start..end);
            (playable, piece)
        });
        let (playable, piece) = read
            .await
            .map_err(|fault| RecordingError::Archive(fault.to_string()))?;
        Ok(Some((piece?, (playable, end..range.end))))
    })
}

/// Erase a recording before its time: its key is destroyed. The answer has the certificate.
#[utoipa::path(post, path = "/api/v1/recordings/{attempt}/erase", tag = "recordings",
    request_body = EraseForm,
    responses((status = 200, body = Recording), (status = 409, body = wire::Problem)))]
pub(crate) async fn erase(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(attempt): Path<i64>,
    Json(form): Json<EraseForm>,
) -> Result<Json<Recording>, ApiError> {
    caller.admin()?;
    let attempt = AttemptId::new(attempt);
    let (store, reason) = (app.store.as_ref(), form.reason.trim());
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(ApiError::Invalid(
            "say in `reason` why it is erased, in at most 500 characters".to_owned(),
        ));
    }
    let subject = format!("attempt {attempt}");
    let detail = reason.to_owned();
    audit::note(store, &caller, &from, "recording.erase", subject, detail).await?;
    erase_recording(store, &app.vault, attempt, &caller.user.name, reason).await?;
    recording(store, attempt).await.map(Json)
}

/// A recording in public words.
pub fn recording_shown(row: &RecordingRow) -> Recording {
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    let certificate = row.certificate.as_deref();
    Recording {
        attempt: row.attempt.get(),
        campaign: row.campaign.get(),
        state: row.state.word().to_owned(),
        why: row.why.clone(),
        started_at: ms(row.started_at),
        duration_ms: row.duration_ms,
        content: row.content.clone().filter(|content| !content.is_empty()),
        bytes: row.bytes,
        wav_sha256: row.wav_sha256.clone(),
        object: row.object.clone(),
        object_sha256: row.object_sha256.clone(),
        class: row.class.clone(),
        keep_until: ms(row.keep_until),
        stored_at: ms(row.stored_at),
        erased_at: ms(row.erased_at),
        certificate: certificate.and_then(|text| serde_json::from_str(text).ok()),
        marks: Vec::new(),
    }
}
