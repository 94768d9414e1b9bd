//! A row of the typification catalogue: what a call was, with the flags the
//! KPIs count and the rule for calling again. The rows themselves are data
//! (`campaigns/data/`), versioned per campaign.

use std::time::Duration;

use crate::Occasion;

/// Who may set a disposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The system alone.
    System,
    /// An agent alone.
    Agent,
    /// Either.
    Both,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Origin; 3] = [Origin::System, Origin::Agent, Origin::Both];

    /// The word used in catalogues: S for the system, A for the advisor.
    pub const fn word(self) -> &'static str {
        match self {
            Origin::System => "S",
            Origin::Agent => "A",
            Origin::Both => "S A",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Origin> {
        Self::ALL.into_iter().find(|origin| origin.word() == word)
    }
}

/// Which phone of the person is tried next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NextPhone {
    /// The one just dialed, as long as it may be.
    #[default]
    Same,
    /// The one after it, in the order of the base.
    Next,
    /// The one on which calls came furthest lately; of several, the one tried least.
    Best,
}

impl NextPhone {
    /// Every choice.
    pub const ALL: [NextPhone; 3] = [NextPhone::Same, NextPhone::Next, NextPhone::Best];

    /// The word used in catalogues.
    pub const fn word(self) -> &'static str {
        match self {
            NextPhone::Same => "same",
            NextPhone::Next => "next",
            NextPhone::Best => "best",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<NextPhone> {
        Self::ALL.into_iter().find(|phone| phone.word() == word)
    }
}

/// Whose a call is that was promised with a typification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallBack {
    /// The agent's own who promised it.
    Personal,
    /// Anybody's.
    Anyone,
}

impl CallBack {
    /// Both.
    pub const ALL: [CallBack; 2] = [CallBack::Personal, CallBack::Anyone];

    /// The word used in catalogues.
    pub const fn word(self) -> &'static str {
        match self {
            CallBack::Personal => "personal",
            CallBack::Anyone => "anyone",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<CallBack> {
        Self::ALL.into_iter().find(|call| call.word() == word)
    }
}

/// When and how the person may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRule {
    /// Earliest wait before the next attempt.
    pub wait: Duration,
    /// Which phone of the person is next.
    pub next_phone: NextPhone,
    /// Try hours of the day at which the person was not tried yet.
    pub other_hours: bool,
    /// How often this may happen in a row before the phone is left alone.
    pub times_max: Option<u8>,
    /// The phone is no good: never dial it again for this person.
    pub invalidates_phone: bool,
    /// False where the call cost the contact no attempt (NC06).
    pub costs_attempt: bool,
}

/// One typification: code, place in the tree, flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// Stable code, such as `VE01`.
    pub code: String,
    /// The tree: one to three levels, Spanish.
    pub levels: [String; 3],
    /// Who may set it.
    pub origin: Origin,
    /// When the system sets it by itself.
    pub occasions: Vec<Occasion>,
    /// A human being was on the line.
    pub human: bool,
    /// It was someone other than the holder.
    pub third_party: bool,
    /// It was the holder.
    pub holder: bool,
    /// Holder reached and offer made.
    pub effective_contact: bool,
    /// The holder accepted a sale.
    pub accepted_sale: bool,
    /// The record is done with.
    pub closes_record: bool,
    /// The person must never be called again by this seller (EX01, TI05).
    pub suppresses: bool,
    /// Rank for *mejor gestión*: of a record's typifications the highest is its best, and the latest
    /// of several with the same.
    pub rank: u8,
    /// It promises the person a call; whose that is.
    pub call_back: Option<CallBack>,
    /// Nobody may set it any more; what it says of calls before stays.
    pub retired: bool,
    /// When and how to try again, where the record stays open.
    pub retry: RetryRule,
    /// What is to be done next, in words for the agent.
    pub next_action: String,
}

impl Disposition {
    /// The rank that the flags alone suggest: accepted sale > effective contact > holder > third party
    /// > human > none.
    pub fn usual_rank(&self) -> u8 {
        match self {
            d if d.accepted_sale => 5,
            d if d.effective_contact => 4,
            d if d.holder => 3,
            d if d.third_party => 2,
            d if d.human => 1,
            _ => 0,
        }
    }

    /// Whether an agent may set it.
    pub fn is_for_agents(&self) -> bool {
        self.origin != Origin::System && !self.retired
    }

    /// Whether the system sets it then.
    pub fn is_set_on(&self, occasion: Occasion) -> bool {
        self.occasions.contains(&occasion)
    }
}
