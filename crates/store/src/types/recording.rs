//! Recordings as the record knows them, and who did what with them.

use domain::{AgentId, AttemptId, CampaignId, Timestamp};

/// Where a recording stands. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum RecordingState {
    /// There is none.
    None = 0,
    /// It is being made.
    Recording = 1,
    /// It lies in the spool of the node that made it.
    Spooled = 2,
    /// It lies in the archive.
    Stored = 3,
    /// Its key was destroyed.
    Erased = 4,
    /// There should be one, and it cannot be heard.
    Lost = 5,
}

impl RecordingState {
    /// Every one.
    pub const ALL: [RecordingState; 6] = [
        Self::None,
        Self::Recording,
        Self::Spooled,
        Self::Stored,
        Self::Erased,
        Self::Lost,
    ];

    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<RecordingState> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// The word used in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Recording => "recording",
            Self::Spooled => "spooled",
            Self::Stored => "stored",
            Self::Erased => "erased",
            Self::Lost => "lost",
        }
    }

    /// From that word.
    pub fn from_word(word: &str) -> Option<RecordingState> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// The recording of an answered attempt, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingRow {
    /// Whose call.
    pub attempt: AttemptId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Where it stands.
    pub state: RecordingState,
    /// Why there is none, or why it ends before its call did.
    pub why: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// How long it is, in milliseconds.
    pub duration_ms: Option<i64>,
    /// How its samples are kept: `pcma`, `pcmu`, or `flac` in the archive.
    pub content: Option<String>,
    /// Bytes of it as a WAV file.
    pub bytes: Option<i64>,
    /// SHA-256 of that file, in hexadecimal.
    pub wav_sha256: Option<String>,
    /// Its name in the archive.
    pub object: Option<String>,
    /// Bytes of that object.
    pub object_bytes: Option<i64>,
    /// SHA-256 of that object.
    pub object_sha256: Option<String>,
    /// The key of that object, sealed, in hexadecimal.
    pub sealed_key: Option<String>,
    /// Its class.
    pub class: Option<String>,
    /// It is erased after this.
    pub keep_until: Option<Timestamp>,
    /// When the archive took it.
    pub stored_at: Option<Timestamp>,
    /// When it was erased.
    pub erased_at: Option<Timestamp>,
    /// That it was: a certificate, in JSON.
    pub certificate: Option<String>,
    /// How often it did not come to the archive.
    pub tries: i64,
    /// Why, the last time.
    pub trouble: Option<String>,
    /// Whether somebody holds it: it is not erased then.
    pub held: bool,
}

/// Recordings that are over and not in the archive yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordingBacklog {
    /// How many.
    pub count: u64,
    /// How long all of them are, in milliseconds.
    pub duration_ms: i64,
    /// When the one that waits longest was over.
    pub oldest: Option<Timestamp>,
    /// How many were tried, and did not come there.
    pub troubled: u64,
    /// Why, of one of those.
    pub trouble: Option<String>,
}

/// A recording that came to its end, whatever way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingMade {
    /// Whose call.
    pub attempt: AttemptId,
    /// How long it is; 0: nothing is left of it.
    pub duration_ms: i64,
    /// How its samples are kept.
    pub content: String,
    /// Why it ends before its call did.
    pub why: Option<String>,
}

/// A recording that the archive took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingStored {
    /// Whose call.
    pub attempt: AttemptId,
    /// How samples are kept there.
    pub content: String,
    /// Bytes of it as a WAV file.
    pub bytes: i64,
    /// SHA-256 of that file.
    pub wav_sha256: String,
    /// Its name in the archive.
    pub object: String,
    /// Bytes of that object.
    pub object_bytes: i64,
    /// SHA-256 of that object.
    pub object_sha256: String,
    /// The key of that object, sealed.
    pub sealed_key: String,
    /// When.
    pub at: Timestamp,
}

/// Which recordings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordingFilter {
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// In this state; `None`: all but those that never were.
    pub state: Option<RecordingState>,
    /// Begun at or after.
    pub from: Option<Timestamp>,
    /// Begun before.
    pub to: Option<Timestamp>,
    /// To be erased by then.
    pub kept_until: Option<Timestamp>,
    /// Only those that nobody holds.
    pub not_held: bool,
    /// Cursor: attempts above this one.
    pub after: Option<AttemptId>,
    /// At most so many, never more than 10,000.
    pub limit: u32,
}

/// A place of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingMarkRow {
    /// From the beginning of the recording.
    pub offset_ms: i64,
    /// When.
    pub at: Timestamp,
    /// What kind.
    pub kind: String,
    /// Free text.
    pub text: String,
    /// Who; `None`: the engine.
    pub agent: Option<AgentId>,
}
