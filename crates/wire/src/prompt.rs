//! Recordings that callers and advisors hear.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A recording.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Prompt {
    /// Which.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// Its language, such as `es`.
    pub language: String,
    /// How long it takes, in seconds.
    pub seconds: f64,
    /// The file it came from.
    pub file_name: String,
    /// SHA-256 of its sound as it is kept, 16-bit samples at 8 kHz.
    pub sha256: String,
    /// When it was imported, in ms since 1970 UTC.
    pub imported_at: i64,
    /// Where it is heard.
    pub uses: Vec<SoundUse>,
}

/// An occasion on which a recording is heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SoundUse {
    /// On calls of which campaign; absent: of every one that has none of its own.
    pub campaign: Option<String>,
    /// `abandon`, `menu`, `noted`, `hold`, `whisper` or `warning`.
    pub purpose: String,
}

/// What is to be heard on an occasion.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SoundUseForm {
    /// `abandon`, `menu`, `noted`, `hold`, `whisper` or `warning`.
    pub purpose: String,
    /// On calls of which campaign, by its id; absent: of every one that has none of its own.
    #[serde(default)]
    pub campaign: Option<i64>,
    /// The recording, by its id; absent: the usual again.
    #[serde(default)]
    pub prompt: Option<i64>,
}
