//! Sales as callers see them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AgentId, AttemptId, CampaignId, ContactId, EvidenceId, PersonId, SaleId, Timestamp};
use sales::{Answer, AuditState, Doer, Stage, Standing, Verdict};

/// A sale as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleRow {
    /// Which.
    pub id: SaleId,
    /// The call in which it was accepted.
    pub attempt: AttemptId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The record of the base.
    pub contact: ContactId,
    /// The customer.
    pub person: PersonId,
    /// Who sold it.
    pub agent: Option<AgentId>,
    /// Its typification.
    pub code: String,
    /// When it was said.
    pub accepted_at: Timestamp,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// Moves it made; the next has the number after.
    pub moves: u32,
    /// How often it went back to its advisor.
    pub returned: u32,
    /// Version of its sheet; 0: none.
    pub sheet: u32,
    /// Nothing is wrong with that.
    pub has_sheet: bool,
    /// What it is worth, in whole units of the currency.
    pub value: i64,
    /// Version of its reservation; 0: none.
    pub reservation: u32,
    /// How its audit stands.
    pub audit: AuditState,
    /// Why one is due; empty where none is.
    pub audit_why: String,
    /// It was annulled because its call was no sale after all.
    pub by_correction: bool,
    /// Kinds of evidence it has.
    pub evidence: BTreeSet<String>,
}

impl SaleRow {
    /// As far as its moves go by it.
    pub fn standing(&self) -> Standing {
        Standing {
            stage: self.stage,
            has_sheet: self.has_sheet,
            evidence: self.evidence.clone(),
            is_reserved: self.reservation > 0,
            audit: self.audit,
        }
    }
}

/// Which sales.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleFilter {
    /// This one alone.
    pub only: Option<SaleId>,
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// At one of these stages; empty: any.
    pub stages: Vec<Stage>,
    /// Sold by this agent.
    pub agent: Option<AgentId>,
    /// Accepted from then on.
    pub from: Option<Timestamp>,
    /// Accepted before then.
    pub to: Option<Timestamp>,
    /// After this one.
    pub after: Option<SaleId>,
    /// So many at most; 0: all.
    pub limit: u32,
}

/// A move of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleMoveRow {
    /// The sale.
    pub sale: SaleId,
    /// Its place among the moves of the sale, from 1.
    pub n: u32,
    /// When.
    pub at: Timestamp,
    /// From where; none: accepted.
    pub from: Option<Stage>,
    /// To where.
    pub to: Stage,
    /// By whom.
    pub doer: String,
    /// Their log-in name; empty where it was the program.
    pub user: String,
    /// Why, in a word of the program.
    pub reason: Option<String>,
    /// In their own words; empty once erased.
    pub note: String,
    /// What a line of a client's file said.
    pub source: Option<String>,
}

/// A move somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMove {
    /// The sale.
    pub sale: SaleId,
    /// Where to.
    pub to: Stage,
    /// As whom.
    pub doer: Doer,
    /// Why.
    pub reason: Option<String>,
    /// In their words.
    pub note: String,
    /// What a line of a client's file said.
    pub source: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What is written in versions: of one kind or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// The sheet.
    Sheet,
    /// The reservation.
    Reservation,
}

impl Paper {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Paper::Sheet => 1,
            Paper::Reservation => 2,
        }
    }
}

/// A version of a sheet or reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperRow {
    /// Its number, from 1.
    pub version: u32,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Version of the form; 0: the house's.
    pub form: u32,
    /// Values by field.
    pub values: BTreeMap<String, String>,
    /// Of a sheet, what the sale was worth by it; none in versions of before that was kept.
    pub value: Option<i64>,
}

/// A sheet or reservation to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPaper {
    /// The sale.
    pub sale: SaleId,
    /// Which.
    pub paper: Paper,
    /// Values in the form they are kept in.
    pub values: BTreeMap<String, String>,
    /// Version of the form it was checked by; 0: the house's.
    pub form: u32,
    /// Of a sheet: what the sale is worth.
    pub value: i64,
    /// Of a sheet: what of the portfolio is sold.
    pub items: Vec<String>,
    /// As whom it is written.
    pub doer: Doer,
    /// When.
    pub at: Timestamp,
}

/// Evidence of a sale, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// Which.
    pub id: EvidenceId,
    /// Of which sale.
    pub sale: SaleId,
    /// Its kind, of the identity policy.
    pub kind: String,
    /// Name of its file; empty once erased.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// When it was attached.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// It was erased with its person.
    pub erased_at: Option<Timestamp>,
}

/// Evidence to be kept: the file sealed, and its key sealed, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvidence {
    /// What is known of it; its id and author are given here.
    pub row: EvidenceRow,
    /// The key.
    pub sealed_key: String,
    /// The file.
    pub sealed: Vec<u8>,
}

/// An audit of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleAuditRow {
    /// Its place among the audits of the sale, from 1.
    pub n: u32,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Version of the scorecard; 0: the house's.
    pub scorecard: u32,
    /// Answers by criterion.
    pub answers: BTreeMap<String, Answer>,
    /// Points of a hundred.
    pub score: u32,
    /// What it came to.
    pub verdict: Verdict,
    /// Remarks.
    pub note: String,
    /// What the advisor said of it: when, whether they dispute it, and their words.
    pub reply: Option<(Timestamp, bool, String)>,
}

/// An audit to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSaleAudit {
    /// The sale.
    pub sale: SaleId,
    /// Answers by criterion.
    pub answers: BTreeMap<String, Answer>,
    /// Remarks.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// A version of a setting of sales.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleSettingRow {
    /// The campaign.
    pub campaign: CampaignId,
    /// `form`, `identity`, `queues`, `scorecard`, `script`, or `mapping`.
    pub kind: String,
    /// Name of a mapping; empty for the others.
    pub name: String,
    /// Its number, from 1; given when it is put.
    pub version: u32,
    /// When it was put.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// In their words.
    pub note: String,
    /// The text.
    pub text: String,
}

/// A file exchanged with a client's tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRow {
    /// Which; given when it is noted.
    pub id: i64,
    /// The campaign.
    pub campaign: CampaignId,
    /// Name of the mapping.
    pub mapping: String,
    /// Its version.
    pub mapping_version: u32,
    /// `import` or `export`.
    pub direction: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Name of the file.
    pub file_name: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Rows.
    pub rows: u64,
    /// Sales that moved.
    pub moved: u64,
    /// What did not agree.
    pub differences: u64,
}
