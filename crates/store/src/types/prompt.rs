//! Recordings that callers and advisors hear, and which of them is heard when.

use domain::{CampaignId, PromptId, SoundUse, Timestamp};

/// A recording, without its sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptRow {
    /// Which.
    pub id: PromptId,
    /// What people call it.
    pub name: String,
    /// Its language, such as `es`.
    pub language: String,
    /// The file it came from.
    pub file_name: String,
    /// SHA-256 of its sound, in hexadecimal digits.
    pub sha256: String,
    /// How many samples it has, 8000 a second.
    pub samples: u64,
    /// When it was imported.
    pub imported_at: Timestamp,
}

/// Which recording is heard on an occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoundUseRow {
    /// On calls of which campaign; `None`: of every campaign that has none of its own.
    pub campaign: Option<CampaignId>,
    /// The occasion.
    pub purpose: SoundUse,
    /// The recording.
    pub prompt: PromptId,
}
