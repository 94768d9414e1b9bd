//! One call's life, from the intent to its one outcome.
//!
//! ```text
//!  Intended ──committed──▶ (preview) Shown ──accepted──┐
//!     │ │                                              ▼
//!     │ └──────committed, gates open──────────────▶ Ordered ─▶ Dialing ─▶ Ringing
//!     │                      Rerouting ──committed──▶  │           │        │
//!     │                          ▲                     │           │        │
//!     │                          └──── trunk failed ───┴───────────┘        │
//!     ▼ gate closed, skipped, never left                            answered │
//!  refused (AttemptRefused)                                         ▼────────┘
//!                           ┌── agent ready ──────────────────── Waiting ◀─┐
//!                           ▼                                       │      │ line
//!                        Talking ───────────────────────────────────┼──────┘ lost
//!                           │  (handed on: below)      waited too long
//!                           ▼                                       ▼
//!                 closed (AttemptClosed, once) ◀───────────────── Message
//! ```
//! Whoever calls us begins at `Answering`, and is `Waiting` when our answer is out.
//! While an agent has the customer, the call may be held or handed on:
//! ```text
//!  Held ◀─hold/resume─▶ Talking ──attended──▶ Consulting ──────▶ ThreeWay
//!                        │    ▲ ◀─taken back, no answer─┴────────────┤
//!                  blind │    └── an advisor has the customer ◀──────┤ the agent
//!                        ▼                                           ▼ leaves
//!     Waiting ◀──no── Passing ──a destination answers────────────▶ Handed
//! ```

use std::sync::Arc;

use campaigns::Catalogue;
use domain::{
    AgentId, AttemptId, Cause, ContactId, Intent, Keyed, KeyedSet, PersonId, PhoneNumber,
    Timestamp, TrunkId, WorkItem, WorkState,
};

use crate::recording::Recording;
use crate::side::Side;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The intent waits for its commit.
    Intended,
    /// Preview: committed, the agent looks at the contact.
    Shown,
    /// Its trunk failed; that it goes on over another waits for its commit.
    Rerouting,
    /// Ordered, not yet reported as sent.
    Ordered,
    /// Sent.
    Dialing,
    /// Rings.
    Ringing,
    /// They called us; our answer is ordered.
    Answering,
    /// Answered, waiting for an agent.
    Waiting,
    /// Customer and agent hear each other.
    Talking {
        /// Who.
        agent: AgentId,
    },
    /// The agent put the customer on hold.
    Held {
        /// Who.
        agent: AgentId,
    },
    /// The customer is on hold while their agent asks the side.
    Consulting {
        /// Who.
        agent: AgentId,
    },
    /// Customer, agent and side hear each other.
    ThreeWay {
        /// Who.
        agent: AgentId,
    },
    /// Handed on by an agent who left; the destination rings.
    Passing,
    /// Customer and destination hear each other, no agent with them.
    Handed,
    /// The message plays, or an answer we no longer wanted is being ended.
    Message,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) intent: Intent,
    /// The work as it was when the attempt began.
    pub(crate) work: WorkItem,
    /// The typifications in force when it began.
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) phase: Phase,
    pub(crate) intended: Timestamp,
    /// They called us: where the work with them stood then.
    pub(crate) came_in: Option<WorkState>,
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
    /// Everyone who had it, in turn.
    pub(crate) had: Vec<AgentId>,
    /// Whom it is being handed to.
    pub(crate) side: Option<Box<Side>>,
    /// How often it was handed on.
    pub(crate) transfers: u32,
    /// Who handed it on last: nobody there, and it is theirs again.
    pub(crate) back_to: Option<AgentId>,
    /// How its recording stands.
    pub(crate) recording: Recording,
    /// When it has lasted as long as it may.
    pub(crate) ends: Option<Timestamp>,
    /// Whether its agent was told so.
    pub(crate) warned: bool,
    /// Whether it counts as abandoned.
    pub(crate) abandoned: bool,
    /// A correction of an earlier attempt ended the work while this one goes on.
    pub(crate) work_ended: Option<domain::WorkState>,
    /// Trunks that failed it.
    pub(crate) tried: Vec<TrunkId>,
    /// What the last of them said.
    pub(crate) failed_with: Cause,
    /// We ordered its end before anyone answered.
    pub(crate) given_up: bool,
    /// It rang as long as it may before that, and only its end is awaited: nobody answered.
    pub(crate) rang_out: bool,
    /// Given up for the risk it carried, after it rang as long as the law
    /// asks: an attempt like any other that nobody answered.
    pub(crate) cut_short: bool,
    /// What the typification decided, where it came while the call went on.
    pub(crate) typified_as: Option<domain::WorkUpdate>,
    /// Whether someone said what it was while it went on.
    pub(crate) typified: bool,
}

impl Call {
    pub(crate) fn new(
        intent: Intent,
        work: WorkItem,
        catalogue: Arc<Catalogue>,
        now: Timestamp,
        accepted: bool,
    ) -> Call {
        Call {
            intent,
            work,
            catalogue,
            phase: Phase::Intended,
            intended: now,
            came_in: None,
            accepted,
            holds_channel: false,
            placed: None,
            ringing: None,
            waiting_since: None,
            heard_by: None,
            talking_since: None,
            had: Vec::new(),
            side: None,
            transfers: 0,
            back_to: None,
            recording: Recording::Undecided,
            ends: None,
            warned: false,
            abandoned: false,
            work_ended: None,
            tried: Vec::new(),
            failed_with: Cause::default(),
            given_up: false,
            rang_out: false,
            cut_short: false,
            typified_as: None,
            typified: false,
        }
    }

    /// Whether a person may still pick up.
    pub(crate) fn is_in_flight(&self) -> bool {
        match self.phase {
            Phase::Intended
            | Phase::Rerouting
            | Phase::Ordered
            | Phase::Dialing
            | Phase::Ringing => true,
            Phase::Shown
            | Phase::Answering
            | Phase::Waiting
            | Phase::Talking { .. }
            | Phase::Held { .. }
            | Phase::Consulting { .. }
            | Phase::ThreeWay { .. }
            | Phase::Passing
            | Phase::Handed
            | Phase::Message => false,
        }
    }

    /// Who has the customer, on hold or not.
    pub(crate) fn agent(&self) -> Option<AgentId> {
        match self.phase {
            Phase::Talking { agent }
            | Phase::Held { agent }
            | Phase::Consulting { agent }
            | Phase::ThreeWay { agent } => Some(agent),
            Phase::Intended
            | Phase::Shown
            | Phase::Rerouting
            | Phase::Ordered
            | Phase::Dialing
            | Phase::Ringing
            | Phase::Answering
            | Phase::Waiting
            | Phase::Passing
            | Phase::Handed
            | Phase::Message => None,
        }
    }

    pub(crate) fn now_had_by(&mut self, agent: AgentId) {
        if self.had.last() != Some(&agent) {
            self.had.push(agent);
        }
    }

    /// Whether nobody found its number to be no good since it was decided on.
    pub(crate) fn number_is_good(&self) -> bool {
        let mut phones = self.work.contact.phones.iter();
        phones.all(|phone| phone.usable || phone.number != self.intent.phone)
    }

    /// Whether an order to place it is out.
    pub(crate) fn was_ordered(&self) -> bool {
        !matches!(
            self.phase,
            Phase::Intended | Phase::Shown | Phase::Rerouting
        )
    }

    /// Whether it waits for its commit, to leave then.
    pub(crate) fn awaits_commit(&self) -> bool {
        matches!(self.phase, Phase::Intended | Phase::Rerouting)
    }
}

/// Open calls. One per person and one per number, everywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    /// In order of id, which rises from one call to the next.
    ids: Vec<AttemptId>,
    /// Each at the place of its id.
    #[expect(clippy::vec_box, reason = "all after one that is over move a place")]
    open: Vec<Box<Call>>,
    persons: KeyedSet<PersonId>,
    phones: KeyedSet<PhoneNumber>,
    /// How many there are with each contact.
    contacts: Keyed<ContactId, u32>,
    /// Came to wait for an agent; some no longer do.
    waiting: Vec<AttemptId>,
}

impl Calls {
    pub(crate) fn insert(&mut self, call: Call) {
        self.persons.insert(call.intent.person);
        self.phones.insert(call.intent.phone);
        *self.contacts.entry(call.intent.contact).or_default() += 1;
        let id = call.intent.attempt;
        let place = self.ids.partition_point(|known| *known < id);
        self.ids.insert(place, id);
        self.open.insert(place, Box::new(call));
    }

    pub(crate) fn remove(&mut self, attempt: AttemptId) -> Option<Box<Call>> {
        let place = self.place(attempt)?;
        self.ids.remove(place);
        let call = self.open.remove(place);
        self.persons.remove(&call.intent.person);
        self.phones.remove(&call.intent.phone);
        if let Some(count) = self.contacts.get_mut(&call.intent.contact) {
            *count -= 1;
            if *count == 0 {
                self.contacts.remove(&call.intent.contact);
            }
        }
        Some(call)
    }

    pub(crate) fn get(&self, attempt: AttemptId) -> Option<&Call> {
        self.place(attempt).map(|place| &*self.open[place])
    }

    pub(crate) fn get_mut(&mut self, attempt: AttemptId) -> Option<&mut Call> {
        self.place(attempt).map(|place| &mut *self.open[place])
    }

    fn place(&self, attempt: AttemptId) -> Option<usize> {
        self.ids.binary_search(&attempt).ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// All of them, in order of id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.open.iter().map(Box::as_ref)
    }

    /// Whether any is with a contact. Most typifications are of the only call
    /// there is with theirs: then no other need be looked for.
    pub(crate) fn have(&self, contact: ContactId) -> bool {
        self.contacts.contains_key(&contact)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Call> {
        self.open.iter_mut().map(Box::as_mut)
    }

    /// A call waits for an agent, since this instant.
    pub(crate) fn wait(&mut self, attempt: AttemptId, now: Timestamp) {
        if let Some(call) = self.get_mut(attempt) {
            call.phase = Phase::Waiting;
            call.waiting_since = Some(now);
            self.waiting.push(attempt);
        }
        if self.waiting.len() > self.open.len() {
            self.waiting().for_each(drop);
        }
    }

    /// Those who wait now.
    pub(crate) fn waiting(&mut self) -> impl Iterator<Item = &Call> {
        let mut came = std::mem::take(&mut self.waiting);
        let waits = |call: &Call| call.phase == Phase::Waiting;
        came.retain(|attempt| self.get(*attempt).is_some_and(waits));
        self.waiting = came;
        self.waiting.iter().filter_map(|attempt| self.get(*attempt))
    }

    /// Whether there is a call with a person, or with a number.
    pub(crate) fn have_on_line(
        &self,
        person: Option<PersonId>,
        phone: Option<PhoneNumber>,
    ) -> bool {
        person.is_some_and(|person| self.persons.contains(&person))
            || phone.is_some_and(|phone| self.phones.contains(&phone))
    }

    /// Whether a person or number is being called.
    pub(crate) fn are_calling(&self, person: PersonId, phone: PhoneNumber) -> bool {
        self.persons.contains(&person) || self.phones.contains(&phone)
    }
}
