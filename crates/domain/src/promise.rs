//! A call that was promised to a person, and what a call is for: asked in one place, so that no two
//! parts of the program disagree whether the person asked for it.

use crate::{AgentId, AttemptId};

/// A call the person asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Promise {
    /// Whose call that is; `None`: anybody's.
    pub agent: Option<AgentId>,
    /// The attempt in which they asked for it; `None`: a promise of before that was noted.
    pub asked_in: Option<AttemptId>,
}

/// Why a call is made. A rule of a law binds only the purposes it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To offer something: the dialer's own calls.
    Commercial,
    /// The person asked to be called back.
    RequestedCallback,
    /// A call cut short, taken up again.
    Resumed,
    /// To validate a sale already accepted.
    SaleValidation,
    /// About the delivery of something sold.
    Delivery,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 5] = [
        Purpose::Commercial,
        Purpose::RequestedCallback,
        Purpose::Resumed,
        Purpose::SaleValidation,
        Purpose::Delivery,
    ];

    /// What a campaign's next call to somebody is for.
    pub const fn of_next(promise: Option<Promise>) -> Purpose {
        match promise {
            Some(_) => Purpose::RequestedCallback,
            None => Purpose::Commercial,
        }
    }

    /// The word used in law packs and files.
    pub const fn word(self) -> &'static str {
        match self {
            Purpose::Commercial => "commercial",
            Purpose::RequestedCallback => "requested-callback",
            Purpose::Resumed => "resumed",
            Purpose::SaleValidation => "sale-validation",
            Purpose::Delivery => "delivery",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Purpose> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}
