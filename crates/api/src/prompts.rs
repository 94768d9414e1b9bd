//! Recordings that callers and advisors hear: imported, chosen for an occasion, removed. A running engine plays what is
//! new from the next call on.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{CampaignId, PromptId, SoundUse};
use intake::sound::read_recording;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use store::{PromptRow, SoundUseRow, Store};
use utoipa::IntoParams;
use wire::SoundUseForm;

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// Samples of a second.
const RATE: f64 = 8_000.0;

/// Every recording, and where it is heard.
#[utoipa::path(get, path = "/api/v1/prompts", tag = "prompts",
    responses((status = 200, body = [wire::Prompt])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<wire::Prompt>>, ApiError> {
    caller.supervisor()?;
    prompts_shown(app.store.as_ref()).await.map(Json)
}

/// What a recording is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upload {
    /// What people call it. One of the same name and language is replaced, wherever it is heard.
    name: String,
    /// Its language, such as `es`.
    language: String,
    /// What the file is called.
    file_name: Option<String>,
}

/// Import a recording: the body is the file, WAV or Ogg (Vorbis, Opus).
#[utoipa::path(post, path = "/api/v1/prompts", tag = "prompts", params(Upload),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = wire::Prompt), (status = 422, body = wire::Problem)))]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    Query(upload): Query<Upload>,
    body: Bytes,
) -> Result<(StatusCode, Json<wire::Prompt>), ApiError> {
    caller.admin()?;
    let file_name = upload.file_name.unwrap_or_default();
    let (row, audio) = read_prompt(&upload.name, &upload.language, &file_name, body).await?;
    let id = keep_prompt(caller.store.as_ref(), &row, audio).await?;
    app.control.config_changed();
    let shown = prompts_shown(app.store.as_ref()).await?;
    let shown = shown.into_iter().find(|prompt| prompt.id == id.get());
    let shown = shown.ok_or_else(|| ApiError::NotFound(format!("prompt {id}")))?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// The sound of a recording as it is heard: WAV, 16 bits, 8 kHz.
#[utoipa::path(get, path = "/api/v1/prompts/{id}/audio", tag = "prompts",
    responses((status = 200, content_type = "audio/wav", body = Vec<u8>),
        (status = 404, body = wire::Problem)))]
pub(crate) async fn audio(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, ApiError> {
    caller.supervisor()?;
    let wav = prompt_wav(app.store.as_ref(), PromptId::new(id)).await?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], wav).into_response())
}

/// Remove a recording; where it was heard the usual is heard again.
#[utoipa::path(delete, path = "/api/v1/prompts/{id}", tag = "prompts", responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    caller.store.remove_prompt(PromptId::new(id)).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// Choose what is heard on an occasion.
#[utoipa::path(put, path = "/api/v1/sounds", tag = "prompts", request_body = SoundUseForm,
    responses((status = 204), (status = 404, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn choose(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<SoundUseForm>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    let purpose = occasion(&form.purpose)?;
    let campaign = form.campaign.map(CampaignId::new);
    let prompt = form.prompt.map(PromptId::new);
    choose_sound(caller.store.as_ref(), campaign, purpose, prompt).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// The occasion of this name.
pub fn occasion(word: &str) -> Result<SoundUse, ApiError> {
    let words = SoundUse::ALL.map(SoundUse::word).join(", ");
    SoundUse::from_word(word)
        .ok_or_else(|| ApiError::Invalid(format!("`{word}` is no occasion; use one of {words}")))
}

/// Reads a file off the runtime: the recording and its sound, as the store takes them.
pub async fn read_prompt(
    name: &str,
    language: &str,
    file_name: &str,
    file: Bytes,
) -> Result<(PromptRow, Vec<u8>), ApiError> {
    let no = |words: &str| ApiError::Invalid(words.to_owned());
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(no("the name of a prompt has 1 to 60 characters"));
    }
    let letters = language.bytes().all(|byte| byte.is_ascii_lowercase());
    if !(2..=3).contains(&language.len()) || !letters {
        return Err(no("the language is written as `es` or `en`"));
    }
    let read = tokio::task::spawn_blocking(move || read_recording(&file)).await;
    let samples = read.map_err(ApiError::internal)?;
    let samples = samples.map_err(|error| ApiError::Invalid(error.to_string()))?;
    let audio: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let digest = Sha256::digest(&audio);
    let row = PromptRow {
        id: PromptId::new(0),
        name: name.to_owned(),
        language: language.to_owned(),
        file_name: file_name
            .chars()
            .filter(|c| !c.is_control())
            .take(120)
            .collect(),
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        samples: samples.len() as u64,
        imported_at: now(),
    };
    Ok((row, audio))
}

/// Keeps a recording, unless it is too long where the one of its name is heard now.
pub async fn keep_prompt(
    store: &dyn Store,
    row: &PromptRow,
    audio: Vec<u8>,
) -> Result<PromptId, ApiError> {
    let known = store.prompts().await?.into_iter();
    let mut same = known.filter(|known| known.name == row.name && known.language == row.language);
    if let Some(same) = same.next() {
        let uses = store.sound_uses().await?;
        for one in uses.iter().filter(|one| one.prompt == same.id) {
            check_length(one.purpose, row.samples)?;
        }
    }
    Ok(store.put_prompt(row, audio).await?)
}

/// Chooses what is heard on an occasion, unless it is too long for it; `prompt` `None`: the usual.
pub async fn choose_sound(
    store: &dyn Store,
    campaign: Option<CampaignId>,
    purpose: SoundUse,
    prompt: Option<PromptId>,
) -> Result<(), ApiError> {
    let known = store.prompts().await?;
    if let Some(row) = known.iter().find(|row| Some(row.id) == prompt) {
        check_length(purpose, row.samples)?;
    }
    Ok(store.put_sound_use(campaign, purpose, prompt).await?)
}

/// Somebody waits until it is over, but for music.
fn check_length(purpose: SoundUse, samples: u64) -> Result<(), ApiError> {
    let seconds_max = match purpose {
        SoundUse::Abandon | SoundUse::Menu => 45.0,
        SoundUse::Noted | SoundUse::Recording => 10.0,
        SoundUse::Whisper | SoundUse::Warning => 3.0,
        SoundUse::Hold => return Ok(()),
    };
    let seconds = samples as f64 / RATE;
    match seconds <= seconds_max {
        true => Ok(()),
        false => Err(ApiError::Invalid(format!(
            "it takes {seconds:.1} s, and for `{}` {seconds_max} s are the most; record a shorter one",
            purpose.word()
        ))),
    }
}

/// The sound of a recording as a file.
pub async fn prompt_wav(store: &dyn Store, prompt: PromptId) -> Result<Vec<u8>, ApiError> {
    let audio = store.prompt_audio(prompt).await?;
    let audio = audio.ok_or_else(|| ApiError::NotFound(format!("prompt {prompt}")))?;
    let samples = audio.chunks_exact(2);
    let samples: Vec<i16> = samples
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    Ok(intake::sound::wav_of(&samples))
}

/// Every recording in public words.
pub async fn prompts_shown(store: &dyn Store) -> Result<Vec<wire::Prompt>, ApiError> {
    let uses = store.sound_uses().await?;
    let campaigns = store.campaigns().await?;
    let name_of = |id: CampaignId| campaigns.iter().find(|campaign| campaign.id == id);
    let use_shown = |row: &SoundUseRow| wire::SoundUse {
        campaign: row.campaign.map(|id| match name_of(id) {
            Some(campaign) => campaign.name.clone(),
            None => format!("removed campaign {id}"),
        }),
        purpose: row.purpose.word().to_owned(),
    };
    let prompts = store.prompts().await?.into_iter();
    let shown = prompts.map(|row| wire::Prompt {
        id: row.id.get(),
        seconds: row.samples as f64 / RATE,
        uses: uses
            .iter()
            .filter(|one| one.prompt == row.id)
            .map(use_shown)
            .collect(),
        name: row.name,
        language: row.language,
        file_name: row.file_name,
        sha256: row.sha256,
        imported_at: row.imported_at.as_millis(),
    });
    Ok(shown.collect())
}

#[cfg(test)]
#[path = "prompts/tests.rs"]
mod tests;
