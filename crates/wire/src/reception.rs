//! Files that clients send, their loads, and the keys that answers are encrypted to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file that was taken in, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceivedFile {
    /// Its number.
    pub id: i64,
    /// The drop folder it came by; absent for an upload or a command.
    pub place: Option<String>,
    /// What it is called.
    pub file_name: String,
    /// SHA-256 of its bytes; empty for what is no file.
    pub sha256: String,
    /// How many they are.
    pub bytes: u64,
    /// When it was taken, in ms since 1970 UTC.
    pub received_at: i64,
    /// Who brought it.
    pub received_by: String,
    /// `taken`, `loaded`, `refused` or `reverted`.
    pub state: String,
    /// What it was sent in, once it was opened: `age`, `open_pgp`, `zip` or `clear`.
    pub envelope: Option<String>,
    /// Fingerprint of the client's key that signed it.
    pub signer: Option<String>,
    /// SHA-256 of what was inside.
    pub content_sha256: Option<String>,
    /// The list it was loaded into.
    pub list: Option<i64>,
    /// That list's name.
    pub list_name: Option<String>,
    /// Number of that load.
    pub load: Option<i64>,
    /// When it was loaded or refused.
    pub ended_at: Option<i64>,
    /// Why it was refused: a stable code,
    pub code: Option<String>,
    /// in words,
    pub reason: Option<String>,
    /// and in Spanish.
    pub reason_es: Option<String>,
}

/// Files taken in, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceptionPage {
    /// The files.
    pub files: Vec<ReceivedFile>,
    /// Cursor of the next page; absent on the last.
    pub next: Option<i64>,
}

/// A load of a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Load {
    /// Its number.
    pub id: i64,
    /// Contacts it brought.
    pub contacts: u64,
    /// When it was taken back, in ms since 1970 UTC.
    pub reverted_at: Option<i64>,
    /// By whom.
    pub reverted_by: Option<String>,
    /// The acta de cargue.
    #[schema(value_type = Object)]
    pub acta: serde_json::Value,
}

/// Take a load back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevertForm {
    /// How many contacts it brought: whoever takes it back knows what goes.
    pub contacts: u64,
}

/// What taking a load back led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reverted {
    /// Number of the load.
    pub load: i64,
    /// Contacts that are gone.
    pub contacts: u64,
}

/// Set a client's key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientKeyForm {
    /// A recipient of age (`age1...`), or an armoured OpenPGP public key.
    pub key: String,
}

/// A client's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClientKey {
    /// `age` or `open_pgp`.
    pub kind: String,
    /// The recipient, or the fingerprint: to be compared with the client, by another way.
    pub name: String,
    /// When it was set, in ms since 1970 UTC.
    pub set_at: i64,
    /// By whom.
    pub set_by: String,
}

/// A file that went back to a client, in its last version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReturnedFile {
    /// Of which list.
    pub list: i64,
    /// Its name.
    pub list_name: String,
    /// Of which day, by the clock of the campaign's law pack.
    pub day: String,
    /// 1, and one more each time it was written again.
    pub version: u32,
    /// When, in ms since 1970 UTC.
    pub written_at: i64,
    /// The same where it was written before.
    pub restated_at: Option<i64>,
    /// By whom.
    pub written_by: String,
    /// What it was called before it was encrypted.
    pub file_name: String,
    /// SHA-256 of what it says.
    pub sha256: String,
    /// Rows it accounts for.
    pub records: u64,
    /// Corrections since of calls of its day.
    pub corrections: u64,
    /// Whether it is to be written again.
    pub to_be_restated: bool,
}

/// When the return files of a campaign go out by themselves, and which are due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReturnPlan {
    /// The place whose return folder they go to.
    pub place: String,
    /// The hour, such as `06:00`, of the day after, by the clock of the campaign's law pack.
    pub return_at: String,
    /// Whether days whose calls were corrected go again.
    pub restate: bool,
    /// Why none goes: nobody set the client's key.
    pub off: Option<String>,
    /// When there may be others, in ms since 1970 UTC.
    pub next_at: i64,
    /// Files that are due and did not go yet, list by list, the oldest day first.
    pub due: Vec<DueReturnFile>,
}

/// A return file that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DueReturnFile {
    /// Of which list.
    pub list: i64,
    /// Its name.
    pub list_name: String,
    /// Of which day, by the clock of the campaign's law pack.
    pub day: String,
    /// Since when, in ms since 1970 UTC.
    pub since: i64,
    /// It went, and calls of its day were corrected since.
    pub restates: bool,
}

/// What a return file says, summed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReturnTotals {
    /// The campaign.
    pub campaign: String,
    /// The list.
    pub list: String,
    /// Rows received in its loads.
    pub received: u64,
    /// Rows by state: `virgen`, `en_gestion`, `agotado`, `cerrado`, `excluido`, `rechazado`, `duplicado`. They add up
    /// to the rows received.
    pub states: BTreeMap<String, u64>,
    /// Closed rows by code.
    pub codes: BTreeMap<String, u64>,
}
