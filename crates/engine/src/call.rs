//! One call's life, from the intent to its one outcome.
//!
//! ```text
//!  Intended ──committed──▶ (preview) Shown ──accepted──┐
//!     │ │                                              ▼
//!     │ └──────committed, gates open──────────────▶ Ordered ─▶ Dialing ─▶ Ringing
//!     ▼ gate closed, skipped, never left                            │ answered
//!  refused (AttemptRefused)                                         ▼
//!                           ┌── agent ready ──────────────────── Waiting ◀─┐
//!                           ▼                                       │      │ line
//!                        Talking ───────────────────────────────────┼──────┘ lost
//!                           │                          waited too long
//!                           ▼                                       ▼
//!                 closed (AttemptClosed, once) ◀───────────────── Message
//! ```

use std::collections::{BTreeMap, BTreeSet};

use domain::{AgentId, AttemptId, Intent, PersonId, PhoneNumber, Timestamp, WorkItem};

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The intent waits for its commit.
    Intended,
    /// Preview: committed, the agent looks at the contact.
    Shown,
    /// Ordered, not yet reported as sent.
    Ordered,
    /// Sent.
    Dialing,
    /// Rings.
    Ringing,
    /// Answered, waiting for an agent.
    Waiting,
    /// Customer and agent hear each other.
    Talking {
        /// Who.
        agent: AgentId,
    },
    /// The message plays, or an answer we no longer wanted is being ended.
    Message,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) intent: Intent,
    /// The work as it was when the attempt began.
    pub(crate) work: WorkItem,
    pub(crate) phase: Phase,
    pub(crate) intended: Timestamp,
    /// Whether the agent accepted the preview; true where there is none.
    pub(crate) accepted: bool,
    /// Whether it holds a channel of its trunk.
    pub(crate) holds_channel: bool,
    pub(crate) placed: Option<Timestamp>,
    pub(crate) ringing: Option<Timestamp>,
    /// Answered at, or waiting again since the agent's line was lost.
    pub(crate) waiting_since: Option<Timestamp>,
    /// Who heard the customer, the last of them.
    pub(crate) heard_by: Option<AgentId>,
    /// Since when they did.
    pub(crate) talking_since: Option<Timestamp>,
    /// Whether it counts as abandoned.
    pub(crate) abandoned: bool,
    /// A correction of an earlier attempt ended the work while this one goes on.
    pub(crate) work_ended: Option<domain::WorkState>,
    /// We ordered its end before anyone answered.
    pub(crate) given_up: bool,
    /// Given up for the risk it carried, after it rang as long as the law
    /// asks: an attempt like any other that nobody answered.
    pub(crate) cut_short: bool,
    /// What the typification decided, where it came while the call went on.
    pub(crate) typified_as: Option<domain::WorkUpdate>,
    /// Whether someone said what it was while it went on.
    pub(crate) typified: bool,
}

impl Call {
    pub(crate) fn new(intent: Intent, work: WorkItem, now: Timestamp, accepted: bool) -> Call {
        Call {
            intent,
            work,
            phase: Phase::Intended,
            intended: now,
            accepted,
            holds_channel: false,
            placed: None,
            ringing: None,
            waiting_since: None,
            heard_by: None,
            talking_since: None,
            abandoned: false,
            work_ended: None,
            given_up: false,
            cut_short: false,
            typified_as: None,
            typified: false,
        }
    }

    /// Whether a person may still pick up.
    pub(crate) fn is_in_flight(&self) -> bool {
        match self.phase {
            Phase::Intended | Phase::Ordered | Phase::Dialing | Phase::Ringing => true,
            Phase::Shown | Phase::Waiting | Phase::Talking { .. } | Phase::Message => false,
        }
    }

    /// Whether an order to place it was given.
    pub(crate) fn was_ordered(&self) -> bool {
        !matches!(self.phase, Phase::Intended | Phase::Shown)
    }
}

/// Open calls. One per person and one per number, everywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    /// Boxed: a call is far larger than what a map moves well.
    open: BTreeMap<AttemptId, Box<Call>>,
    persons: BTreeSet<PersonId>,
    phones: BTreeSet<PhoneNumber>,
}

impl Calls {
    pub(crate) fn insert(&mut self, call: Call) {
        self.persons.insert(call.intent.person);
        self.phones.insert(call.intent.phone);
        self.open.insert(call.intent.attempt, Box::new(call));
    }

    pub(crate) fn remove(&mut self, attempt: AttemptId) -> Option<Box<Call>> {
        let call = self.open.remove(&attempt)?;
        self.persons.remove(&call.intent.person);
        self.phones.remove(&call.intent.phone);
        Some(call)
    }

    pub(crate) fn get(&self, attempt: AttemptId) -> Option<&Call> {
        self.open.get(&attempt).map(Box::as_ref)
    }

    pub(crate) fn get_mut(&mut self, attempt: AttemptId) -> Option<&mut Call> {
        self.open.get_mut(&attempt).map(Box::as_mut)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.open.values().map(Box::as_ref)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Call> {
        self.open.values_mut().map(Box::as_mut)
    }

    /// Whether a person or number is being called.
    pub(crate) fn are_calling(&self, person: PersonId, phone: PhoneNumber) -> bool {
        self.persons.contains(&person) || self.phones.contains(&phone)
    }
}
