//! Recordings, what may be asked of them, and the audit log.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The recording of an answered call, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recording {
    /// Whose call: the attempt's id.
    pub attempt: i64,
    /// Of which campaign.
    pub campaign: i64,
    /// `none`, `recording`, `spooled`, `stored`, `erased` or `lost`.
    pub state: String,
    /// Why there is none (`off`, `not_chosen`, `no_consent`, `not_bridged`, `disk_low`,
    /// `not_announced`, `engine_ended`, `before_recordings`), or why it ends before its call did.
    pub why: Option<String>,
    /// When it began, in ms since 1970 UTC.
    pub started_at: Option<i64>,
    /// How long it is.
    pub duration_ms: Option<i64>,
    /// How its samples are kept: `pcma`, `pcmu` or `flac`.
    pub content: Option<String>,
    /// Bytes of it as a WAV file of 16 bits, once it is in the archive.
    pub bytes: Option<i64>,
    /// SHA-256 of that file.
    pub wav_sha256: Option<String>,
    /// Its name in the archive.
    pub object: Option<String>,
    /// SHA-256 of the sealed object there.
    pub object_sha256: Option<String>,
    /// Its class: how its typification begins, or `default`.
    pub class: Option<String>,
    /// It is erased after this, in ms since 1970 UTC.
    pub keep_until: Option<i64>,
    /// When the archive took it, in ms since 1970 UTC.
    pub stored_at: Option<i64>,
    /// When it was erased, in ms since 1970 UTC.
    pub erased_at: Option<i64>,
    /// How often it did not come to the archive.
    #[serde(default)]
    pub tries: i64,
    /// Why, the last time, while it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Whether somebody holds it: nothing erases it then.
    #[serde(default)]
    pub held: bool,
    /// That it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<ErasureCertificate>,
    /// Places to find again; in an answer about one recording only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<RecordingMark>,
}

/// A place of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordingMark {
    /// From its beginning.
    pub offset_ms: i64,
    /// In ms since 1970 UTC.
    pub at: i64,
    /// `hold`, `unhold`, `pause`, `resume`, or what a script names: `stage`, `contract`; before the
    /// beginning `announced` (the customer was told, to the end) or `consented` (they agreed, as the agent says).
    pub kind: String,
    /// Free text.
    pub text: String,
    /// The agent; none: the engine.
    pub agent: Option<i64>,
}

/// Recordings that are over and wait for the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordingBacklog {
    /// How many.
    pub waiting: u64,
    /// How long all of them are.
    pub duration_ms: i64,
    /// When the one that waits longest was over, in ms since 1970 UTC.
    pub oldest_at: Option<i64>,
    /// How many were tried, and did not come there.
    pub troubled: u64,
    /// Why, of one of those.
    pub trouble: Option<String>,
}

/// Recordings, a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordingPage {
    /// In order of attempt.
    pub recordings: Vec<Recording>,
    /// Cursor of the next page; none: this is the last.
    pub next: Option<i64>,
}

/// That a recording can no longer be heard by anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErasureCertificate {
    /// From 1, without a gap.
    pub number: i64,
    /// SHA-256 of the text of the certificate before it; empty in the first.
    pub previous_sha256: String,
    /// Whose call.
    pub attempt: i64,
    /// Of which campaign.
    pub campaign: i64,
    /// When, in ms since 1970 UTC.
    pub erased_at: i64,
    /// By whom.
    pub by: String,
    /// Why: `retention`, or the words of who asked.
    pub reason: String,
    /// Its class, and until when it was to be kept.
    pub class: Option<String>,
    /// In ms since 1970 UTC.
    pub keep_until: Option<i64>,
    /// When it began, in ms since 1970 UTC.
    pub started_at: Option<i64>,
    /// How long it was.
    pub duration_ms: Option<i64>,
    /// How: the key was destroyed, and what else with it.
    pub method: String,
    /// What it was: SHA-256 of it as a WAV file.
    pub wav_sha256: Option<String>,
    /// Its name in the archive.
    pub object: Option<String>,
    /// SHA-256 of the sealed object there.
    pub object_sha256: Option<String>,
}

/// A mark to make.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkForm {
    /// 1 to 32 of a-z, 0-9 and _: `stage`, `contract`.
    pub kind: String,
    /// At most 200 characters.
    #[serde(default)]
    pub text: String,
}

/// Why a recording is erased before its time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseForm {
    /// In words, for the certificate.
    pub reason: String,
}
