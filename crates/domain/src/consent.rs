//! What a person agreed to beyond their contract, as it stands. Whether it lets a call leave is for a law pack to
//! say; that they agreed to be recorded is another matter (`campaigns::Consent`).

use crate::{ConsentId, PersonId, Purpose, Timestamp};

/// One thing a person agreed to, that nobody has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonConsent {
    /// Its number in the record.
    pub id: ConsentId,
    /// Who agreed.
    pub person: PersonId,
    /// To what.
    pub to: AgreedTo,
    /// For calls of these purposes.
    pub purposes: Vec<Purpose>,
    /// When the contract was made that it is apart from, where there is one.
    pub contract_at: Option<Timestamp>,
    /// When they agreed.
    pub signed_at: Timestamp,
}

/// What somebody may agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgreedTo {
    /// To be called at these hours, which the law does not leave open by itself.
    OtherHours(OtherHours),
    /// To be called at all.
    Calls,
}

/// Hours of days of the week, by the clock of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherHours {
    /// From this minute of the day on.
    pub from: u16,
    /// Before this one; 1,440 for midnight.
    pub to: u16,
    /// On these days of the week, from Monday.
    pub days: [bool; 7],
    /// Also where such a day is a holiday.
    pub holidays: bool,
}

/// The consents that a call leaves under; none where it needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeavesUnder {
    /// For its hour.
    pub hours: Option<ConsentId>,
    /// To be called at all.
    pub calls: Option<ConsentId>,
}

impl LeavesUnder {
    /// Whether it names a consent.
    pub fn names(self, id: ConsentId) -> bool {
        self.hours == Some(id) || self.calls == Some(id)
    }

    /// Those it names.
    pub fn ids(self) -> impl Iterator<Item = ConsentId> {
        [self.hours, self.calls].into_iter().flatten()
    }
}

impl PersonConsent {
    /// Whether it is for calls of a purpose, at an instant.
    pub fn covers(&self, purpose: Purpose, at: Timestamp) -> bool {
        self.signed_at <= at && self.purposes.contains(&purpose)
    }
}

impl AgreedTo {
    /// The words of its kinds in the record and the API.
    pub const WORDS: [&'static str; 2] = ["hours", "commercial"];

    /// Its own.
    pub const fn word(&self) -> &'static str {
        match self {
            AgreedTo::OtherHours(_) => Self::WORDS[0],
            AgreedTo::Calls => Self::WORDS[1],
        }
    }
}
