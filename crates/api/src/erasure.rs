//! Erasing a recording: every key that opens it is destroyed, and what it opened is removed. A
//! certificate of it stays.

use std::sync::Arc;

use domain::{AttemptId, Timestamp};
use recorder::{Vault, path_of};
use store::{RecordingState, Store};
use wire::ErasureCertificate;

use crate::auth::now;
use crate::error::ApiError;
use crate::recordings::found;

/// Erases the recording of an attempt.
pub async fn erase_recording(
    store: &dyn Store,
    vault: &Arc<Vault>,
    attempt: AttemptId,
    by: &str,
    reason: &str,
) -> Result<ErasureCertificate, ApiError> {
    let row = found(store, attempt).await?;
    match row.state {
        RecordingState::Recording => {
            return Err(ApiError::Conflict(
                "the call is still being recorded; erase it when it is over".to_owned(),
            ));
        }
        RecordingState::None => {
            return Err(ApiError::Conflict("there is nothing to erase".to_owned()));
        }
        RecordingState::Erased => {
            return Err(ApiError::Conflict("it was erased already".to_owned()));
        }
        RecordingState::Spooled | RecordingState::Stored | RecordingState::Lost => {}
    }
    let at = now();
    let certificate = ErasureCertificate {
        attempt: attempt.get(),
        erased_at: at.as_millis(),
        by: by.to_owned(),
        reason: reason.to_owned(),
        class: row.class.clone(),
        keep_until: row.keep_until.map(Timestamp::as_millis),
        method: "its key (XChaCha20-Poly1305, 256 bits) was destroyed; its files were removed"
            .to_owned(),
        wav_sha256: row.wav_sha256.clone(),
        object_sha256: row.object_sha256.clone(),
    };
    remove_spooled(vault, attempt).await?;
    let text = serde_json::to_string(&certificate).map_err(ApiError::internal)?;
    if !store.recording_erased(attempt, at, &text).await? {
        return Err(ApiError::Conflict(
            "it changed meanwhile; look at it again".to_owned(),
        ));
    }
    Ok(certificate)
}

/// The file in the spool has its sealed key in its head: it goes first.
async fn remove_spooled(vault: &Arc<Vault>, attempt: AttemptId) -> Result<(), ApiError> {
    let path = path_of(&vault.spool, attempt);
    match tokio::fs::remove_file(path).await {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(ApiError::internal(error)),
    }
}
