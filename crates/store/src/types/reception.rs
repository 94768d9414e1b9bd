//! What clients sent, and what goes back to them.

use domain::{CampaignId, ListId, Timestamp};

use super::ImportId;

/// A file that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReceptionId(pub i64);

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceptionState {
    /// It is being read, or was when something broke off.
    Taken = 1,
    /// It is a list, or part of one.
    Loaded = 2,
    /// It is in quarantine.
    Refused = 3,
    /// It was loaded, and taken back as a whole.
    Reverted = 4,
}

impl ReceptionState {
    /// All of them.
    pub const ALL: [ReceptionState; 4] = [
        ReceptionState::Taken,
        ReceptionState::Loaded,
        ReceptionState::Refused,
        ReceptionState::Reverted,
    ];

    /// The number kept in the record.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the record.
    pub fn from_number(number: i16) -> Option<ReceptionState> {
        Self::ALL.into_iter().find(|it| it.number() == number)
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Loaded => "loaded",
            Self::Refused => "refused",
            Self::Reverted => "reverted",
        }
    }
}

/// A file to be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReception {
    /// The drop folder it came by; empty for an upload or a command.
    pub place: String,
    /// What it is called.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many they are.
    pub bytes: u64,
    /// When.
    pub at: Timestamp,
    /// Who brought it.
    pub by: String,
    /// It may have been loaded before: somebody says so.
    pub again: bool,
}

/// What was inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedFile {
    /// What it was sent in: `age`, `open_pgp`, `zip` or `clear`.
    pub envelope: String,
    /// Fingerprint of the key that signed it; empty when none that is known.
    pub signer: String,
    /// SHA-256 of what was inside.
    pub sha256: String,
    /// How many bytes that is.
    pub bytes: u64,
}

/// Why a file was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedFile {
    /// Stable code.
    pub code: String,
    /// What to do, in English.
    pub words: String,
    /// The same in Spanish.
    pub spanish: String,
}

/// A file and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceptionRow {
    /// Its number.
    pub id: ReceptionId,
    /// What it is.
    pub file: NewReception,
    /// What became of it.
    pub state: ReceptionState,
    /// What was inside, once it was opened.
    pub opened: Option<OpenedFile>,
    /// The load it led to.
    pub import: Option<ImportId>,
    /// The list of that load.
    pub list: Option<(ListId, String)>,
    /// When it was loaded or refused.
    pub ended_at: Option<Timestamp>,
    /// Why it was refused.
    pub refused: Option<RefusedFile>,
}

/// Which files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceptionFilter {
    /// That came by this drop folder.
    pub place: Option<String>,
    /// In this state.
    pub state: Option<ReceptionState>,
    /// Older than this one.
    pub before: Option<ReceptionId>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// A load of a list, with its acta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadRow {
    /// Its number.
    pub id: ImportId,
    /// Into which list.
    pub list: ListId,
    /// Contacts it brought.
    pub contacts: u64,
    /// The acta, as JSON.
    pub acta: String,
    /// When it was there to be called; none once it was taken back.
    pub finished: Option<Timestamp>,
    /// When it was taken back, and by whom.
    pub reverted: Option<(Timestamp, String)>,
}

/// A client's key, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignKey {
    /// Whose files are encrypted to it.
    pub campaign: CampaignId,
    /// The key: `age1...`, or an armoured certificate.
    pub key: String,
    /// What people compare: the recipient, or the fingerprint.
    pub name: String,
    /// When it was set.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// A file that went back to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnFileRow {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Of which list.
    pub list: ListId,
    /// Of which day, such as `2026-11-30`.
    pub day: String,
    /// When that day began.
    pub from: Timestamp,
    /// When it was over.
    pub to: Timestamp,
    /// 1, and one more each time it was written again.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What it was called.
    pub file_name: String,
    /// Of what it says, before it was encrypted.
    pub sha256: String,
    /// How many rows it accounts for.
    pub records: u64,
    /// Corrections, made since, of calls of its day to people of its list: it is to be written again.
    pub corrections: u64,
    /// When the first of those was made.
    pub corrected_at: Option<Timestamp>,
}
