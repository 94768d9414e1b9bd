//! Everything that can happen to the dialer.

use std::sync::Arc;
use std::time::Duration;

use campaigns::{Campaign, Catalogue};
use domain::{
    AgentId, AgentProfile, AttemptId, CampaignId, Cause, Destination, DestinationId, EndedBy, Gate,
    Intent, LegQuality, LineKind, Listing, Outcome, PersonConsent, PersonId, PhoneNumber,
    RegisterSnapshot, SignallingRecord, Supervision, Timestamp, TransferKind, TransferTarget,
    Trunk, TrunkId, WorkItem, WorkState, WorkUpdate,
};
use law::{AbandonLedger, Pack};

use crate::Offer;

/// Something that happened outside, told to the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Time went by: fire what is due. Feed it whenever
    /// [`Engine::next_wake`](crate::Engine::next_wake) has come.
    Wake,
    /// A campaign was made or changed (state included).
    CampaignChanged(Box<Campaign>),
    /// A campaign was removed.
    CampaignRemoved(CampaignId),
    /// A trunk was made or changed.
    TrunkChanged(Box<Trunk>),
    /// A trunk was removed.
    TrunkRemoved(TrunkId),
    /// A trunk that registers with its carrier is registered, or no longer.
    TrunkRegistered {
        /// Which.
        trunk: TrunkId,
        /// Whether the carrier knows us.
        registered: bool,
        /// The status it refused us with (408: it said nothing).
        refused: Option<u16>,
    },
    /// An agent was made or changed.
    AgentChanged(Box<AgentProfile>),
    /// An agent was removed.
    AgentRemoved(AgentId),
    /// The catalogue of typifications in force for a campaign.
    CatalogueChanged {
        /// For which campaign.
        campaign: CampaignId,
        /// The version in force.
        catalogue: Arc<Catalogue>,
    },
    /// The answer to [`Command::RefillHopper`](crate::Command::RefillHopper).
    HopperRefilled {
        /// For which campaign.
        campaign: CampaignId,
        /// Leased to us, due now, in dialing order.
        work: Vec<WorkItem>,
        /// When the next contact becomes due; `None`: nothing is left at all.
        next_due: Option<Timestamp>,
    },
    /// A destination was made or changed.
    DestinationChanged(Box<Destination>),
    /// A destination was removed: nobody can be handed there any more.
    DestinationRemoved(DestinationId),
    /// The intent is durable. Only now may the call leave.
    IntentCommitted(AttemptId),
    /// The store refused the intent (person or number already being called,
    /// suppressed, lease lost).
    IntentRefused {
        /// Which.
        attempt: AttemptId,
        /// Why.
        gate: Gate,
    },
    /// The intent to hand a call on is durable. Only now may a destination's
    /// phone ring.
    TransferCommitted {
        /// Which call.
        attempt: AttemptId,
        /// Which transfer of it.
        number: u32,
    },
    /// The store does not commit (`true`) or commits again (`false`). While
    /// it stalls, no new intent is made; nothing else changes.
    StoreStalled(bool),
    /// Whether there is room for new recordings: disks are nearly full (`false`), or no longer.
    RecordingRoom(bool),
    /// Other versions of law packs bind from now on; these are all.
    LawChanged(Vec<Arc<Pack>>),
    /// Other registers of numbers that must not be called are in force; these are all. Told before the
    /// campaigns at a start: until then no register counts as consulted.
    RegistersChanged(Vec<RegisterSnapshot>),
    /// The answer to [`Command::LookUpNumbers`](crate::Command::LookUpNumbers): those that are listed.
    NumbersListed(Vec<Listing>),
    /// What these people agreed to is this from now on: somebody recorded a consent, or ended one.
    ConsentsChanged(Vec<(PersonId, Vec<PersonConsent>)>),
    /// Somebody calls us: answered by [`Command::TakeCall`](crate::Command::TakeCall) or
    /// [`Command::RefuseCall`](crate::Command::RefuseCall) in the same step.
    CallOffered(Box<Offer>),
    /// A call went on.
    Call {
        /// Which.
        attempt: AttemptId,
        /// How far.
        progress: CallProgress,
    },
    /// How a call sounded; told just before its end.
    CallMeasured {
        /// Which.
        attempt: AttemptId,
        /// Those of its legs that heard something.
        legs: Vec<LegQuality>,
    },
    /// The second leg of a call that is handed on went on.
    Side {
        /// Which call.
        attempt: AttemptId,
        /// Which transfer of it.
        number: u32,
        /// How far.
        progress: CallProgress,
    },
    /// Something about an agent's line.
    Line {
        /// Whose.
        agent: AgentId,
        /// What.
        event: LineEvent,
    },
    /// An agent asked for something.
    Agent {
        /// Who.
        agent: AgentId,
        /// What. The outcome is in the step: an event, or a
        /// [`Rejection`](crate::Step::rejected).
        request: AgentRequest,
    },
    /// An attempt of an earlier engine that is over, at a start: its agent may
    /// still say what it was.
    Past(Box<PastAttempt>),
    /// A supervisor says what an attempt of anybody's was.
    Correct(Box<Correction>),
    /// At a start: people who answered a campaign's calls since its day began,
    /// and those of them abandoned.
    PacingBalance {
        /// Of which campaign.
        campaign: CampaignId,
        /// Answered.
        live: u64,
        /// Of those, abandoned.
        abandoned: u64,
        /// Both since the month began, the day included.
        month: (u64, u64),
    },
    /// At a start: how the abandon ledger of a campaign stands.
    AbandonLedger {
        /// Of which campaign.
        campaign: CampaignId,
        /// When its first call left; none: no call ever did.
        first: Option<Timestamp>,
        /// Who answered in the period under way, and who found no agent.
        counts: AbandonLedger,
    },
    /// At a start: calls that showed a campaign's caller id since its day began.
    CallerIdUsed {
        /// Of which campaign.
        campaign: CampaignId,
        /// Which number.
        caller_id: PhoneNumber,
        /// Calls placed.
        calls: u32,
        /// Of which answered.
        answered: u32,
    },
    /// What pacing had learnt of a campaign that is known already, as the
    /// newest [`Event::PacingLearnt`](domain::Event) of the record says.
    PacingLearnt {
        /// Of which campaign.
        campaign: CampaignId,
        /// When.
        at: Timestamp,
        /// As the event has it.
        estimates: String,
    },
    /// When agents leave their seats by the roster, breaks and ends of shifts; in place of what was told before.
    Rostered(Vec<(AgentId, Vec<Timestamp>)>),
    /// Compare agents with calls: feed it each second.
    Compare,
    /// Stop dialing; live calls go on. The shell watches
    /// [`LiveState`](crate::LiveState) until none is left.
    Drain,
    /// The time to drain is over: whatever call is left ends now, with its
    /// outcome, so that a clean stop leaves no open attempt.
    Cease,
}

/// An attempt that was over before this engine began. It has a typification,
/// the system's where nobody else spoke.
#[derive(Clone, Debug, PartialEq)]
pub struct PastAttempt {
    /// Which.
    pub intent: Intent,
    /// The work as the record has it.
    pub work: WorkItem,
    /// Who heard the customer.
    pub agent: AgentId,
    /// What was decided about the work.
    pub update: WorkUpdate,
    /// They called us: where the work stood then.
    pub came_in: Option<WorkState>,
    /// The version of the typifications it began with.
    pub catalogue: Arc<Catalogue>,
    /// When it was over.
    pub ended: Timestamp,
}

/// What a supervisor says an attempt was, with what the record knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// Which.
    pub intent: Intent,
    /// The work as it was before it, as far as the record tells.
    pub work: WorkItem,
    /// What a later attempt made of the work, if there was one.
    pub later: Option<WorkUpdate>,
    /// Whether somebody said something of it before.
    pub typified: bool,
    /// Whether the work counts it as an attempt.
    pub counted: bool,
    /// They called us: where the work stood then.
    pub came_in: Option<WorkState>,
    /// The version of the typifications it began with.
    pub catalogue: Arc<Catalogue>,
    /// When it was over.
    pub ended: Timestamp,
    /// Who corrects.
    pub user: String,
    /// Why.
    pub why: String,
    /// What it was.
    pub code: String,
    /// When the customer asked to be called again.
    pub callback_at: Option<Timestamp>,
    /// Whether they asked never to be called again.
    pub opt_out: bool,
}

/// What became of a call we placed, as signalling saw it. The mapping from SIP
/// to [`Outcome`] is `telephony`'s.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallProgress {
    /// The INVITE left.
    Placed,
    /// 180 or 183.
    Ringing,
    /// Picked up. Media to the customer is ready to be bridged.
    Answered(SignallingRecord),
    /// Ended before an answer, whoever ended it.
    Failed {
        /// What became of it.
        outcome: Outcome,
        /// What the network said.
        cause: Cause,
    },
    /// The message to an abandoned caller has been played.
    MessagePlayed,
    /// The customer has been told that the call is recorded.
    Announced,
    /// The customer pressed a key: `0` to `9`, `*`, `#`, `A` to `D`.
    Key(char),
    /// Ended after an answer; the far leg is gone.
    Ended {
        /// By whom.
        by: EndedBy,
        /// What the network said.
        cause: Cause,
    },
}

/// What happened to an agent's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent {
    /// Their phone registered.
    Registered,
    /// Their phone's last registration went.
    Unregistered,
    /// What carries the line, told before it is up.
    CarriedBy(LineKind),
    /// The line answered our call and can carry a customer.
    Up,
    /// They hung their phone up while several were on the call; the line can
    /// be raised again at once.
    HungUp,
    /// The line fell or could not be raised; why, in words.
    Down(String),
    /// The agent pressed a key on their phone.
    Key(char),
}

/// What an agent (or their supervisor) may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentRequest {
    /// Start the shift: the engine raises the line; when it is up the agent
    /// is on a break named `login` until they say `Ready`.
    LogIn,
    /// Take calls.
    Ready,
    /// Pause now if free; after the call if on one.
    Break(String),
    /// Log out now if free; after the call if on one.
    LogOut,
    /// Hang up the customer.
    HangUp,
    /// Put the customer on hold.
    Hold,
    /// Take the customer back from hold.
    Resume,
    /// Send keys to the customer's side, as a telephone does.
    SendDigits(String),
    /// Hand the call on.
    Transfer {
        /// To whom.
        to: TransferTarget,
        /// How.
        kind: TransferKind,
    },
    /// Leave the call to whom it is being handed.
    CompleteTransfer,
    /// Take the customer back instead.
    CancelTransfer,
    /// Let customer and target hear each other, the agent with them.
    ThreeWay,
    /// As a supervisor: join the call of another agent, or change how.
    Supervise {
        /// Whose call.
        of: AgentId,
        /// How.
        mode: Supervision,
    },
    /// Leave that call.
    LeaveSupervision,
    /// Have that call from now on.
    TakeOver,
    /// Leave a note about a call they had.
    Note {
        /// Which attempt.
        attempt: AttemptId,
        /// Free text.
        note: String,
    },
    /// The customer agreed to be recorded.
    ConsentToRecording,
    /// Record silence, as while a card number is said.
    PauseRecording,
    /// Record again.
    ResumeRecording,
    /// Mark this place of the recording.
    MarkRecording {
        /// What kind of mark.
        kind: String,
        /// Free text.
        text: String,
    },
    /// The call was cut: call that customer once more.
    Redial,
    /// Preview: call the contact shown.
    AcceptPreview,
    /// Preview: give it back and show another.
    SkipPreview,
    /// Say what the call was. Ends wrap-up, unless the call still goes on.
    Typify {
        /// Which attempt: their current or an earlier one (a correction).
        attempt: AttemptId,
        /// Catalogue code.
        code: String,
        /// Free text.
        note: String,
        /// When the customer asked to be called again.
        callback_at: Option<Timestamp>,
        /// Whether they asked never to be called again, whatever else the call was.
        opt_out: bool,
    },
    /// More time to typify, once per call.
    ExtendWrapUp(Duration),
}
