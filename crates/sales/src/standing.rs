//! All that decides what a sale may do next, folded from what happened to it.

use std::collections::BTreeSet;

use crate::stage::Stage;

/// How its audit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuditState {
    /// Nobody decided whether it is to be audited: it is not validated yet.
    #[default]
    Undecided,
    /// None is due.
    NotDue,
    /// One is due.
    Due,
    /// The last one passed.
    Passed,
    /// The last one did not.
    Failed,
}

impl AuditState {
    /// Every state.
    pub const ALL: [AuditState; 5] = [
        AuditState::Undecided,
        AuditState::NotDue,
        AuditState::Due,
        AuditState::Passed,
        AuditState::Failed,
    ];

    /// The word used in the API and the record.
    pub const fn word(self) -> &'static str {
        match self {
            AuditState::Undecided => "undecided",
            AuditState::NotDue => "not_due",
            AuditState::Due => "due",
            AuditState::Passed => "passed",
            AuditState::Failed => "failed",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<AuditState> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A sale as far as its moves go by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub stage: Stage,
    /// It has a sheet in which nothing is wrong.
    pub has_sheet: bool,
    /// Kinds of evidence attached.
    pub evidence: BTreeSet<String>,
    /// Material is set aside.
    pub is_reserved: bool,
    /// How its audit stands.
    pub audit: AuditState,
}

impl Default for Standing {
    /// Accepted, and nothing more.
    fn default() -> Standing {
        Standing {
            stage: Stage::Accepted,
            has_sheet: false,
            evidence: BTreeSet::new(),
            is_reserved: false,
            audit: AuditState::Undecided,
        }
    }
}

/// Something that happened to a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It came to another stage.
    Moved(Stage),
    /// Its sheet was written; whether nothing is wrong with it.
    SheetWritten {
        /// Nothing is missing, nothing is wrong.
        complete: bool,
    },
    /// Evidence of a kind was attached.
    EvidenceAttached(String),
    /// Material was set aside.
    Reserved,
    /// It was decided whether it is to be audited.
    AuditDecided {
        /// It is.
        due: bool,
    },
    /// It was audited.
    Audited {
        /// And passed.
        passed: bool,
    },
}

impl Standing {
    /// The same after something happened.
    pub fn after(mut self, fact: &Fact) -> Standing {
        match fact {
            Fact::Moved(stage) => self.stage = *stage,
            Fact::SheetWritten { complete } => self.has_sheet = *complete,
            Fact::EvidenceAttached(kind) => {
                self.evidence.insert(kind.clone());
            }
            Fact::Reserved => self.is_reserved = true,
            Fact::AuditDecided { due } => match (due, self.audit) {
                (true, AuditState::Undecided | AuditState::NotDue) => self.audit = AuditState::Due,
                (false, AuditState::Undecided) => self.audit = AuditState::NotDue,
                // An audit that is due or done is not undone by a later draw.
                (_, AuditState::Due | AuditState::Passed | AuditState::Failed)
                | (false, AuditState::NotDue) => {}
            },
            Fact::Audited { passed: true } => self.audit = AuditState::Passed,
            Fact::Audited { passed: false } => self.audit = AuditState::Failed,
        }
        self
    }

    /// Of a sale, from all that happened to it.
    pub fn of<'f>(facts: impl IntoIterator<Item = &'f Fact>) -> Standing {
        facts.into_iter().fold(Standing::default(), Standing::after)
    }
}
