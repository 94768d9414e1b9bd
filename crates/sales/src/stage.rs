//! Where a sale stands. How it comes from one stage to another is in `course.rs`.

use std::fmt;

/// A stage of a sale. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Stage {
    /// The customer accepted; nobody looked at it yet.
    Accepted = 1,
    /// The back office has it.
    InValidation = 2,
    /// Equipment, address, credit and identity are as they should be.
    Validated = 3,
    /// Back to the advisor, who may submit it again.
    ReturnedToAdvisor = 4,
    /// No sale: quota, identity, or the customer desisted.
    Rejected = 5,
    /// Material is set aside for it.
    Reserved = 6,
    /// On its way to the customer.
    OnRoute = 7,
    /// The customer has it.
    Delivered = 8,
    /// The carrier could not deliver; it may go out again.
    NotDelivered = 9,
    /// The goods came back.
    ReturnedByLogistics = 10,
    /// Loaded in the client's tool, with its evidence.
    Legalised = 11,
    /// Taken back.
    Annulled = 12,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Stage; 12] = [
        Stage::Accepted,
        Stage::InValidation,
        Stage::Validated,
        Stage::ReturnedToAdvisor,
        Stage::Rejected,
        Stage::Reserved,
        Stage::OnRoute,
        Stage::Delivered,
        Stage::NotDelivered,
        Stage::ReturnedByLogistics,
        Stage::Legalised,
        Stage::Annulled,
    ];

    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<Stage> {
        Self::ALL.into_iter().find(|stage| stage.number() == number)
    }

    /// The word used in the API, in files and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Stage::Accepted => "aceptada",
            Stage::InValidation => "en_validacion",
            Stage::Validated => "validada",
            Stage::ReturnedToAdvisor => "devuelta_asesor",
            Stage::Rejected => "rechazada",
            Stage::Reserved => "reservada",
            Stage::OnRoute => "en_ruta",
            Stage::Delivered => "entregada",
            Stage::NotDelivered => "no_entregada",
            Stage::ReturnedByLogistics => "devuelta_logistica",
            Stage::Legalised => "legalizada",
            Stage::Annulled => "anulada",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Stage> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }

    /// Whether nobody moves a sale on from here. What was said of its call may still be corrected, which annuls it.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Stage::Rejected | Stage::Legalised | Stage::Annulled)
    }

    /// Whether a sale that stands here is lost as things are; goods that were not delivered may go out again.
    pub const fn is_lost(self) -> bool {
        matches!(
            self,
            Stage::Rejected | Stage::Annulled | Stage::ReturnedByLogistics | Stage::NotDelivered
        )
    }

    /// What people read: in Spanish and in English.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Stage::Accepted => ("aceptada", "accepted"),
            Stage::InValidation => ("en validación", "in validation"),
            Stage::Validated => ("validada", "validated"),
            Stage::ReturnedToAdvisor => ("devuelta al asesor", "returned to the advisor"),
            Stage::Rejected => ("rechazada", "rejected"),
            Stage::Reserved => ("reservada", "reserved"),
            Stage::OnRoute => ("en ruta", "on its way"),
            Stage::Delivered => ("entregada", "delivered"),
            Stage::NotDelivered => ("no entregada", "not delivered"),
            Stage::ReturnedByLogistics => ("devuelta por logística", "returned by logistics"),
            Stage::Legalised => ("legalizada", "legalised"),
            Stage::Annulled => ("anulada", "annulled"),
        }
    }

    /// Whether the sheet may be changed: from validation on it is what was validated.
    pub const fn sheet_is_open(self) -> bool {
        matches!(
            self,
            Stage::Accepted | Stage::ReturnedToAdvisor | Stage::InValidation
        )
    }

    /// Whether material may be set aside for it, or what was noted of that changed.
    pub const fn may_reserve(self) -> bool {
        matches!(self, Stage::Validated | Stage::Reserved)
    }

    /// Whether it will take material of the stock, and did not yet.
    pub const fn awaits_material(self) -> bool {
        matches!(
            self,
            Stage::Accepted | Stage::InValidation | Stage::Validated | Stage::ReturnedToAdvisor
        )
    }

    /// Whether it has material of the stock, which nobody else can have.
    pub const fn has_material(self) -> bool {
        matches!(
            self,
            Stage::Reserved
                | Stage::OnRoute
                | Stage::Delivered
                | Stage::NotDelivered
                | Stage::Legalised
        )
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_known_by_number_and_word() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_number(stage.number()), Some(stage));
            assert_eq!(Stage::from_word(stage.word()), Some(stage));
        }
        assert_eq!(Stage::from_word("devuelta"), None, "of two kinds");
    }
}
