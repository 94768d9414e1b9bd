//! Recordings: listed, told, counted, erased. Each time somebody erases one, that is in the audit log
//! first. How they are heard is in `recording_audio.rs`.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{AgentId, AttemptId, CampaignId, Timestamp};
use serde::Deserialize;
use store::{RecordingFilter, RecordingRow, RecordingState, Store};
use utoipa::IntoParams;
use wire::{EraseForm, Recording, RecordingBacklog, RecordingMark, RecordingPage};

use crate::App;
use crate::auth::Caller;
use crate::erasure::erase_recording;
use crate::error::ApiError;

/// Most recordings on a page.
const PAGE_MAX: u32 = 1_000;

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

/// Recordings that are over and wait for the archive.
#[utoipa::path(get, path = "/api/v1/recordings/backlog", tag = "recordings",
    responses((status = 200, body = RecordingBacklog)))]
pub(crate) async fn backlog(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<RecordingBacklog>, ApiError> {
    caller.supervisor()?;
    recording_backlog(app.store.as_ref()).await.map(Json)
}

/// Recordings that are over and wait for the archive.
pub async fn recording_backlog(store: &dyn Store) -> Result<RecordingBacklog, ApiError> {
    let backlog = store.recording_backlog().await?;
    Ok(RecordingBacklog {
        waiting: backlog.count,
        duration_ms: backlog.duration_ms,
        oldest_at: backlog.oldest.map(Timestamp::as_millis),
        troubled: backlog.troubled,
        trouble: backlog.trouble,
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

/// Erase a recording before its time: its key is destroyed. The answer has the certificate.
#[utoipa::path(post, path = "/api/v1/recordings/{attempt}/erase", tag = "recordings",
    request_body = EraseForm,
    responses((status = 200, body = Recording), (status = 409, body = wire::Problem)))]
pub(crate) async fn erase(
    State(app): State<App>,
    caller: Caller,
    Path(attempt): Path<i64>,
    Json(form): Json<EraseForm>,
) -> Result<Json<Recording>, ApiError> {
    caller.admin()?;
    let attempt = AttemptId::new(attempt);
    let (store, reason) = (caller.store.as_ref(), form.reason.trim());
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(ApiError::Invalid(
            "say in `reason` why it is erased, in at most 500 characters".to_owned(),
        ));
    }
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
        tries: row.tries,
        trouble: row.trouble.clone(),
        held: row.held,
        certificate: certificate.and_then(|text| serde_json::from_str(text).ok()),
        marks: Vec::new(),
    }
}
