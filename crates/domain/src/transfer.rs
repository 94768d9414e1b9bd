//! Handing a live call on: to whom it may go, and how. Destinations are a list
//! that an administrator keeps; nothing outside it can be reached.

use crate::{AgentId, AttemptId, DestinationId, PhoneNumber, TrunkId};

/// A place outside the floor of advisors that calls may be handed to, such as
/// the back office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Which.
    pub id: DestinationId,
    /// Unique name people use.
    pub name: String,
    /// Where it is.
    pub place: DestinationPlace,
}

/// Where a destination is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DestinationPlace {
    /// A phone of ours that registers; the user part of its address of record.
    Phone(String),
    /// A number reached over a trunk of the call's campaign.
    Number(PhoneNumber),
}

/// Whom a call is handed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferTarget {
    /// Another advisor.
    Agent(AgentId),
    /// A destination of the list.
    Destination(DestinationId),
}

/// How a call is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransferKind {
    /// At once: the advisor is gone before the target answers.
    Blind,
    /// After a word with the target, while the customer is on hold.
    Attended,
}

impl TransferKind {
    /// The word used in the API and the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blind => "blind",
            Self::Attended => "attended",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<TransferKind> {
        [Self::Blind, Self::Attended]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// The way to a destination's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferRoute {
    /// Over which trunk.
    pub trunk: TrunkId,
    /// Which number.
    pub phone: PhoneNumber,
    /// Shown to the called party: the customer's call has it already.
    pub caller_id: PhoneNumber,
}

/// The decision to hand a call on. Durable before a destination's phone rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferIntent {
    /// Which call.
    pub attempt: AttemptId,
    /// Which transfer of this call, counted from 1: names its second leg.
    pub number: u32,
    /// Who asked.
    pub by: AgentId,
    /// To whom.
    pub to: TransferTarget,
    /// How.
    pub kind: TransferKind,
    /// Where a number is called: over what.
    pub route: Option<TransferRoute>,
}
