//! What the engine orders, and the step it hands back.

use std::time::Duration;

use domain::{
    AgentId, AttemptId, CampaignId, Event, OfferId, PhoneNumber, Recorded, Supervision, Timestamp,
    TransferRoute, TrunkId, WorkUpdate,
};

/// An order to a shell. Orders may fail; the failure comes back as an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Send the INVITE. Only ever given after the intent was committed and
    /// the gates were checked at this very instant.
    PlaceCall {
        /// Names the call.
        attempt: AttemptId,
        /// Whose call it is: what is heard on it may be the campaign's own.
        campaign: CampaignId,
        /// Over which trunk.
        trunk: TrunkId,
        /// Whom.
        phone: PhoneNumber,
        /// Shown to them.
        caller_id: PhoneNumber,
        /// Give up after ringing this long.
        ring_timeout: Duration,
    },
    /// Answer a call that somebody makes to us; what becomes of it is told as
    /// of a call that we placed.
    TakeCall {
        /// Which.
        offer: OfferId,
        /// Its name from now on.
        attempt: AttemptId,
        /// The campaign that called the person last, if one did.
        campaign: Option<CampaignId>,
    },
    /// Refuse it.
    RefuseCall {
        /// Which.
        offer: OfferId,
        /// With which SIP status.
        status: u16,
    },
    /// Let the customer and the agent hear each other. In memory: no wait.
    Bridge {
        /// The customer's call.
        attempt: AttemptId,
        /// Whose line.
        agent: AgentId,
    },
    /// Who hears whom on this call from now on. Who was on it and is not named
    /// leaves it; a customer who is not named hears the hold tone. Who is named
    /// and not there yet joins when they answer; the others hear it ring.
    Arrange {
        /// The customer's call.
        attempt: AttemptId,
        /// All who hear each other.
        talk: Vec<Party>,
    },
    /// Call a destination as the second leg of a call. Only ever given after
    /// the intent was committed.
    CallSide {
        /// The customer's call.
        attempt: AttemptId,
        /// Which transfer of it.
        number: u32,
        /// Where to.
        place: SidePlace,
        /// Give up after ringing this long.
        ring_timeout: Duration,
    },
    /// End the second leg of a call, whatever its state; nothing more is said
    /// of it.
    DropSide {
        /// The customer's call.
        attempt: AttemptId,
        /// Which transfer of it.
        number: u32,
    },
    /// An agent, as a supervisor, hears all of a call from now on and is heard as `mode` says; or
    /// is on it no more. It stays so whatever is arranged meanwhile.
    Supervise {
        /// The customer's call.
        attempt: AttemptId,
        /// Whose line.
        agent: AgentId,
        /// How; `None`: they leave.
        mode: Option<Supervision>,
    },
    /// Send keys to the customer's side.
    SendDigits {
        /// The customer's call.
        attempt: AttemptId,
        /// The keys.
        digits: String,
    },
    /// Something about the recording of a call. It ends with the call.
    Record {
        /// The customer's call.
        attempt: AttemptId,
        /// What.
        order: RecordOrder,
    },
    /// Let an agent hear that their call ends in a minute.
    Warn {
        /// The customer's call.
        attempt: AttemptId,
        /// Who.
        agent: AgentId,
    },
    /// Play the message to an abandoned caller, then hang up and report
    /// [`CallProgress::MessagePlayed`](crate::CallProgress::MessagePlayed).
    PlayMessage {
        /// The customer's call.
        attempt: AttemptId,
    },
    /// Play to a caller for whom nobody is ready, in place of what they hear
    /// now; then hang up and report `MessagePlayed` likewise.
    PlayMenu {
        /// Their call.
        attempt: AttemptId,
        /// What.
        menu: Menu,
    },
    /// End the call, whatever its state: CANCEL, or BYE.
    HangUp {
        /// The customer's call.
        attempt: AttemptId,
    },
    /// Raise the agent's line (call their registered phone).
    RaiseLine {
        /// Whose.
        agent: AgentId,
    },
    /// Drop the agent's line.
    DropLine {
        /// Whose.
        agent: AgentId,
    },
    /// Lease up to `count` contacts that are due; answer with
    /// [`Input::HopperRefilled`](crate::Input::HopperRefilled).
    RefillHopper {
        /// For which campaign.
        campaign: CampaignId,
        /// At most so many.
        count: u32,
        /// Only those who agreed to be called at other hours than the law's.
        agreed_alone: bool,
    },
    /// Say which of these numbers are in a register; answer with
    /// [`Input::NumbersListed`](crate::Input::NumbersListed).
    LookUpNumbers(Vec<PhoneNumber>),
    /// Give leased contacts back unchanged (campaign stopped, gate closed
    /// before an intent was made).
    ReleaseWork(Vec<WorkUpdate>),
}

/// What is ordered of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOrder {
    /// Tell the customer, and report
    /// [`CallProgress::Announced`](crate::CallProgress::Announced) when they have heard it.
    Announce,
    /// Begin it.
    Start {
        /// When that was decided.
        at: Timestamp,
    },
    /// Silence from now on.
    Pause,
    /// No more silence.
    Resume,
}

/// What a caller hears for whom nobody is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// What their keys do.
    Choices,
    /// That their key was understood.
    Noted,
}

/// One of those on a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The customer.
    Customer,
    /// An agent, on their line.
    Agent(AgentId),
    /// The second leg.
    Side,
}

/// Where a second leg goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SidePlace {
    /// To a phone of ours, by the user part of its address.
    Phone(String),
    /// To a number, over a trunk.
    Number(TransferRoute),
}

/// What one input led to. The shell makes `events` durable in order;
/// `commands` are carried out at once, except that an `AttemptIntended` event
/// must be answered by `IntentCommitted` or `IntentRefused` when its commit
/// returned: `PlaceCall` is only ever ordered in that later step.
#[must_use]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Facts, in order, numbered.
    pub events: Vec<Recorded>,
    /// Orders, in order.
    pub commands: Vec<Command>,
    /// Why an agent's request was not granted, in words for them.
    pub rejected: Option<Rejection>,
}

/// A request that was not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Stable code, such as `not_on_a_call`.
    pub code: &'static str,
    /// What happened and what to do next.
    pub words: String,
    /// The first instant at which it would be granted, where that is what is wrong.
    pub opens: Option<domain::Timestamp>,
}

impl Rejection {
    /// For reasons that no waiting takes away.
    pub fn new(code: &'static str, words: impl Into<String>) -> Rejection {
        Rejection {
            code,
            words: words.into(),
            opens: None,
        }
    }
}

impl Step {
    /// The facts without their numbers, for tests and the simulator.
    pub fn facts(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(|recorded| &recorded.event)
    }
}
