//! Erasing a recording: every key that opens it is destroyed, and what it opened is removed. A
//! certificate of it stays, in a chain of all there are. What somebody holds is not erased.

use std::sync::Arc;

use domain::{AttemptId, Timestamp};
use recorder::Vault;
use store::{RecordingRow, RecordingState, Store};
use wire::ErasureCertificate;

use crate::auth::now;
use crate::error::ApiError;
use crate::recordings::found;

/// How it is done, in the words of the certificate.
const METHOD: &str = "every sealed copy of its key (XChaCha20-Poly1305, 256 bits) was destroyed; its \
                      files were removed";

/// Erases the recording of an attempt.
pub async fn erase_recording(
    store: &dyn Store,
    vault: &Arc<Vault>,
    attempt: AttemptId,
    by: &str,
    reason: &str,
) -> Result<ErasureCertificate, ApiError> {
    let row = found(store, attempt).await?;
    may_be_erased(store, &row).await?;
    // Nobody hears it from here on; and if the record refuses it is back where it was.
    let aside = Arc::clone(vault);
    on_disk(move || recorder::set_aside(&aside.spool, attempt)).await?;
    let at = now();
    let said = described(&row, at, by, reason)?;
    let certified = store.recording_erased(attempt, at, said).await;
    let Ok(Some(certificate)) = certified else {
        let back = Arc::clone(vault);
        on_disk(move || recorder::put_back(&back.spool, attempt)).await?;
        certified?;
        return Err(ApiError::Conflict(
            "it changed meanwhile; look at it again".to_owned(),
        ));
    };
    let gone = Arc::clone(vault);
    on_disk(move || recorder::destroy(&gone.spool, attempt)).await?;
    remove_object(store, vault, attempt, row.object.as_deref()).await?;
    serde_json::from_str(&certificate.body).map_err(ApiError::internal)
}

/// What somebody holds, or is not there, is not erased; the words say why.
async fn may_be_erased(store: &dyn Store, row: &RecordingRow) -> Result<(), ApiError> {
    let no = |words: &str| Err(ApiError::Conflict(words.to_owned()));
    match row.state {
        RecordingState::Recording => {
            return no("the call is still being recorded; erase it when it is over");
        }
        RecordingState::None => return no("there is nothing to erase"),
        RecordingState::Erased => return no("it was erased already"),
        RecordingState::Spooled | RecordingState::Stored | RecordingState::Lost => {}
    }
    let holds = store.holds(Some(row.attempt)).await?;
    match holds.first() {
        None => Ok(()),
        Some(hold) => Err(ApiError::Conflict(format!(
            "it is held ({}: {}); release the hold first: `cadencia recording release {}`",
            hold.id, hold.hold.reason, hold.id
        ))),
    }
}

type Said = serde_json::Map<String, serde_json::Value>;

fn described(row: &RecordingRow, at: Timestamp, by: &str, reason: &str) -> Result<Said, ApiError> {
    let certificate = ErasureCertificate {
        number: 0,
        previous_sha256: String::new(),
        attempt: row.attempt.get(),
        campaign: row.campaign.get(),
        erased_at: at.as_millis(),
        by: by.to_owned(),
        reason: reason.to_owned(),
        class: row.class.clone(),
        keep_until: row.keep_until.map(Timestamp::as_millis),
        started_at: row.started_at.map(Timestamp::as_millis),
        duration_ms: row.duration_ms,
        method: METHOD.to_owned(),
        wav_sha256: row.wav_sha256.clone(),
        object: row.object.clone(),
        object_sha256: row.object_sha256.clone(),
    };
    match serde_json::to_value(&certificate).map_err(ApiError::internal)? {
        serde_json::Value::Object(said) => Ok(said),
        _ => Ok(Said::new()),
    }
}

async fn on_disk<T: Send + 'static>(
    done: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(done).await;
    done.map_err(ApiError::internal)?
        .map_err(ApiError::internal)
}

/// What is in the archive can be opened by nobody any more. Where it does not answer, whoever brings
/// recordings there removes it later.
async fn remove_object(
    store: &dyn Store,
    vault: &Arc<Vault>,
    attempt: AttemptId,
    object: Option<&str>,
) -> Result<(), ApiError> {
    let Some(object) = object else {
        return Ok(());
    };
    match vault.archive.remove(object).await {
        Ok(()) => Ok(store.object_gone(attempt, now()).await?),
        Err(fault) => {
            tracing::warn!(%attempt, %fault, "the object of an erased recording is removed later");
            Ok(())
        }
    }
}
