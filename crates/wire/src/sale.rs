//! Sales, from acceptance to legalisation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ScriptWords;

/// A sale as it stands. Times are milliseconds since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sale {
    /// Its number.
    pub id: i64,
    /// The call in which it was accepted.
    pub attempt: i64,
    /// Name of its campaign.
    pub campaign: String,
    /// The same by its id.
    pub campaign_id: i64,
    /// The record of the base.
    pub contact: i64,
    /// The customer.
    pub person: i64,
    /// Name of who sold it.
    pub agent: Option<String>,
    /// Its typification.
    pub code: String,
    /// When it was said.
    pub accepted_at: i64,
    /// `aceptada`, `en_validacion`, `validada`, `devuelta_asesor`, `rechazada`, `reservada`, `en_ruta`, `entregada`, `no_entregada`,
    /// `devuelta_logistica`, `legalizada` or `anulada`.
    pub stage: String,
    /// Since when.
    pub since: i64,
    /// By when it should leave its stage, in hours of business.
    pub due_at: Option<i64>,
    /// Whether that is over.
    pub overdue: bool,
    /// When it goes back to its advisor for want of evidence of identity.
    pub expires_at: Option<i64>,
    /// How often it went back to its advisor.
    pub returned: u32,
    /// Nothing is wrong with its sheet.
    pub has_sheet: bool,
    /// What it is worth, in whole units of the currency.
    pub value: i64,
    /// Material is reserved.
    pub reserved: bool,
    /// `undecided`, `not_due`, `due`, `passed` or `failed`.
    pub audit: String,
    /// Why an audit is due.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub audit_why: String,
    /// It was annulled since its call was no sale after all.
    pub by_correction: bool,
    /// Evidence of identity that is still to be attached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_evidence: Vec<String>,
    /// Where the caller may move it now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<SaleWay>,
}

/// A move that may be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleWay {
    /// Where to.
    pub to: String,
    /// One of these must be said; empty: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// A page of sales.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SalePage {
    /// In order of number; of a queue, in the order of the queue.
    pub sales: Vec<Sale>,
    /// The cursor of the next page; none on the last.
    pub next: Option<i64>,
}

/// A sale with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleRecord {
    /// As it stands.
    pub sale: Sale,
    /// Its moves, in order.
    pub moves: Vec<SaleMove>,
    /// Its sheet.
    pub sheet: Option<SalePaper>,
    /// Its reservation.
    pub reservation: Option<SalePaper>,
    /// Its evidence, without content.
    pub evidence: Vec<SaleEvidence>,
    /// Its audits.
    pub audits: Vec<SaleAudit>,
}

/// A move of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleMove {
    /// Its place, from 1.
    pub n: u32,
    /// When.
    pub at: i64,
    /// From where; none: accepted.
    pub from: Option<String>,
    /// To where.
    pub to: String,
    /// As whom: `advisor`, `back_office`, `supervisor` or `program`.
    pub doer: String,
    /// By which user.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// In their words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// A client's file said so.
    pub by_file: bool,
}

/// A version of a sheet or reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SalePaper {
    /// Its number, from 1.
    pub version: u32,
    /// When it was written.
    pub at: i64,
    /// By whom.
    pub by: String,
    /// Version of the form it was checked by; 0: the house's.
    pub form: u32,
    /// Values by field.
    pub values: BTreeMap<String, String>,
}

/// Write a sheet or a reservation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalePaperForm {
    /// Values by field.
    pub values: BTreeMap<String, String>,
}

/// Evidence of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleEvidence {
    /// Its number.
    pub id: i64,
    /// Its kind, of the identity policy.
    pub kind: String,
    /// Name of its file.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: String,
    /// When it was attached.
    pub at: i64,
    /// By whom.
    pub by: String,
    /// When it was erased with its person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<i64>,
}

/// Move a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleMoveForm {
    /// Where to.
    pub to: String,
    /// Why, where one of several words must be said.
    #[serde(default)]
    pub reason: Option<String>,
    /// In your words, up to 2,000 characters.
    #[serde(default)]
    pub note: String,
}

/// An audit of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleAudit {
    /// Its place, from 1.
    pub n: u32,
    /// When.
    pub at: i64,
    /// By whom.
    pub by: String,
    /// Version of the scorecard; 0: the house's.
    pub scorecard: u32,
    /// `yes`, `no` or `na` by criterion.
    pub answers: BTreeMap<String, String>,
    /// Points of a hundred.
    pub score: u32,
    /// `passed`, `too_few_points` or `critical_error`.
    pub verdict: String,
    /// Remarks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What the advisor says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<SaleAuditReply>,
}

/// What an advisor said of an audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleAuditReply {
    /// When.
    pub at: i64,
    /// They do not agree.
    pub disputes: bool,
    /// In their words.
    pub words: String,
}

/// Audit a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleAuditForm {
    /// `yes`, `no` or `na` for each criterion of the scorecard.
    pub answers: BTreeMap<String, String>,
    /// Remarks.
    #[serde(default)]
    pub note: String,
}

/// Acknowledge or dispute an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleAuditReplyForm {
    /// You do not agree.
    pub disputes: bool,
    /// Why.
    #[serde(default)]
    pub words: String,
}

/// A setting that decides about the sales of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleSetting {
    /// `form`, `identity`, `queues`, `scorecard` or `mapping`.
    pub kind: String,
    /// Of a mapping.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its number; 0: the house's, or one that was only checked.
    pub version: u32,
    /// When it was put.
    pub at: Option<i64>,
    /// By whom.
    pub by: String,
    /// Why.
    pub note: String,
    /// The text, TOML.
    pub text: String,
}

/// Something a campaign sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PortfolioItem {
    /// Its code.
    pub code: String,
    /// `equipo`, `plan`, or what a form asks for.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Price, in whole units of the currency.
    pub price: i64,
    /// How many were counted; none: not counted.
    pub stock: Option<i64>,
    /// How many are left.
    pub left: Option<i64>,
    /// First day on which it is sold.
    pub valid_from: Option<String>,
    /// Last day.
    pub valid_to: Option<String>,
    /// Plans it goes with; empty: any.
    pub with: Vec<String>,
}

/// What a client's file came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleCrossing {
    /// Its SHA-256.
    pub sha256: String,
    /// It was only looked at.
    pub dry_run: bool,
    /// Rows read.
    pub rows: u64,
    /// Sales that moved, or would.
    pub moved: u64,
    /// Rows that say what we know.
    pub unchanged: u64,
    /// The moves.
    pub moves: Vec<SaleCrossingMove>,
    /// What does not agree, in the order of the lines.
    pub differences: Vec<SaleDifference>,
}

/// A move that a line of a file makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleCrossingMove {
    /// The sale.
    pub sale: i64,
    /// The line.
    pub line: u64,
    /// Stages it came to, one after the other.
    pub to: Vec<String>,
}

/// What does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaleDifference {
    /// Line of the file; none: a sale of ours that the file does not have.
    pub line: Option<u64>,
    /// Which sale.
    pub sale: Option<i64>,
    /// `no_key`, `unknown_key`, `ambiguous_key`, `repeated`, `contradictory`, `unknown_stage`, `may_not_follow`, `other_value` or
    /// `not_in_file`.
    pub what: String,
    /// In words.
    pub message: String,
}

/// A row of the sábana: a sale with the day of each stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SabanaRow {
    /// The sale.
    pub sale: i64,
    /// Its call.
    pub attempt: i64,
    /// Who sold it.
    pub agent: Option<String>,
    /// Its typification.
    pub code: String,
    /// Where it stood.
    pub stage: String,
    /// What it is worth.
    pub value: i64,
    /// When it came to each stage last, in ms since 1970 UTC.
    pub stages: BTreeMap<String, i64>,
    /// Why it was lost, where it was.
    pub lost_by: Option<String>,
    /// How often it went back to its advisor.
    pub returned: u32,
    /// How its audit stands.
    pub audit: String,
}

/// A campaign whose sales and reports somebody may see, and what its sales are called by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaleCampaign {
    /// Which.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its days are those of this time zone.
    pub zone: String,
    /// Fields of its sheets, in their order.
    pub fields: Vec<SaleName>,
    /// Kinds of evidence.
    pub evidence: Vec<SaleName>,
    /// What an audit asks.
    pub criteria: Vec<SaleName>,
    /// Names of the files it exchanges with the client's tools; none for who only reads.
    pub files: Vec<String>,
}

/// What something is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaleName {
    /// Its word.
    pub key: String,
    /// Its name.
    pub label: ScriptWords,
}
