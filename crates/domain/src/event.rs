//! The facts. Everything that happened, in the past tense, never failing: the
//! store journals them, KPIs fold them, the API streams them, the simulator
//! produces the same ones.

use std::time::Duration;

use crate::{
    AgentId, AttemptId, CampaignId, Cause, EndedBy, Gate, Intent, LegQuality, Outcome,
    PacingRecord, PhoneNumber, RecordingFact, SignallingRecord, Supervision, Timestamp,
    TransferIntent, TransferTarget, TrunkId, WorkUpdate,
};

/// An event with its place in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Given by the only writer of this node: gapless, rising.
    pub seq: u64,
    /// When the engine learnt it.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// A fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Someone is to be called. Durable before the INVITE leaves.
    AttemptIntended(Intent),
    /// The intent did not become a call: a gate closed, the person was busy.
    /// The work goes back as `next` says.
    AttemptRefused {
        /// Which.
        attempt: AttemptId,
        /// The rule that refused it.
        gate: Gate,
        /// What becomes of the contact.
        next: WorkUpdate,
    },
    /// The INVITE left. From here on it counts as an attempt.
    CallPlaced {
        /// Which.
        attempt: AttemptId,
    },
    /// The trunk failed before anybody could ring, and the same attempt goes on over another one:
    /// durable before that INVITE leaves.
    CallRerouted {
        /// Which.
        attempt: AttemptId,
        /// The trunk that failed.
        from: TrunkId,
        /// The trunk it goes on over.
        to: TrunkId,
        /// What the first said.
        cause: Cause,
    },
    /// Somebody we know calls us, and is taken in. Like an attempt in what becomes of it, but none:
    /// no INVITE of ours left, so that it counts in no limit and no indicator of attempts. The
    /// caller id of the intent is the number they called.
    CallReceived(Intent),
    /// Somebody called whom no contact has the number of, or who hid it: they hear the message.
    StrangerCalled(Stranger),
    /// The call of a stranger is over, or all is known that will become of it.
    StrangerLeft {
        /// Which.
        attempt: AttemptId,
        /// What became of it.
        outcome: Outcome,
        /// What their key asked for, as a typification's code.
        code: Option<String>,
        /// Their number must not be called again.
        suppress: bool,
    },
    /// The far end rings (180 or 183).
    CallRinging {
        /// Which.
        attempt: AttemptId,
    },
    /// The far end picked up.
    CallAnswered {
        /// Which.
        attempt: AttemptId,
        /// How to end the dialog after a crash.
        signalling: SignallingRecord,
    },
    /// Customer and agent hear each other.
    CallBridged {
        /// Which.
        attempt: AttemptId,
        /// With whom.
        agent: AgentId,
        /// From answer to bridge.
        waited: Duration,
    },
    /// Answered by a person, no agent within the limit: the message plays.
    CallAbandoned {
        /// Which.
        attempt: AttemptId,
        /// From answer to this verdict.
        waited: Duration,
    },
    /// An agent put the customer on hold.
    CallHeld {
        /// Which.
        attempt: AttemptId,
        /// Who.
        agent: AgentId,
    },
    /// And took them back.
    CallResumed {
        /// Which.
        attempt: AttemptId,
        /// Who.
        agent: AgentId,
    },
    /// The call is to be handed on. Durable before a destination's phone rings.
    TransferIntended(TransferIntent),
    /// The target hears the agent, or the customer if the agent left already.
    TransferAnswered {
        /// Which.
        attempt: AttemptId,
        /// How to end a destination's dialog after a crash.
        signalling: Option<SignallingRecord>,
    },
    /// The target did not answer, left, or is not wanted any more.
    TransferFailed {
        /// Which.
        attempt: AttemptId,
        /// Why, in words.
        why: String,
    },
    /// Customer, agent and target hear each other.
    ThreeWayStarted {
        /// Which.
        attempt: AttemptId,
        /// Who asked.
        agent: AgentId,
    },
    /// The target has the customer now, without the agent.
    CallTransferred {
        /// Which.
        attempt: AttemptId,
        /// Who had it.
        from: AgentId,
        /// Who has it.
        to: TransferTarget,
    },
    /// An agent sent keys to the customer's side. Which ones is not written
    /// down: they may be somebody's secret.
    DigitsSent {
        /// Which.
        attempt: AttemptId,
        /// Who.
        agent: AgentId,
        /// How many.
        count: u8,
    },
    /// A supervisor, on an agent's line, joined somebody's call, changed how, or left it.
    CallSupervised {
        /// Which.
        attempt: AttemptId,
        /// Whose line.
        agent: AgentId,
        /// How; `None`: they left.
        mode: Option<Supervision>,
    },
    /// An agent who had the call left a note for whoever has it next.
    CallNoted {
        /// Which.
        attempt: AttemptId,
        /// Who.
        agent: AgentId,
        /// Free text.
        note: String,
    },
    /// Something about the recording of a call.
    Recording {
        /// Which.
        attempt: AttemptId,
        /// What.
        fact: RecordingFact,
    },
    /// How an answered call sounded, until now; shortly before its end.
    CallMeasured {
        /// Which.
        attempt: AttemptId,
        /// Those of its legs that heard something.
        legs: Vec<LegQuality>,
    },
    /// The call is over, whatever way; exactly one per placed call.
    AttemptClosed {
        /// Which.
        attempt: AttemptId,
        /// What became of it.
        outcome: Outcome,
        /// What the network said.
        cause: Cause,
        /// Who ended it.
        ended_by: EndedBy,
        /// What becomes of the contact; `None` where the agent's
        /// typification will say.
        next: Option<WorkUpdate>,
    },
    /// An agent (or the system, after wrap-up ran out) said what it was.
    Typified(Typification),
    /// An agent's state changed.
    AgentStateChanged {
        /// Who.
        agent: AgentId,
        /// From.
        from: AgentStatus,
        /// To.
        to: AgentStatus,
        /// Break reason, or why the line was lost.
        reason: Option<String>,
        /// The attempt they were or are on.
        attempt: Option<AttemptId>,
    },
    /// A campaign was started, paused, stopped or ran out.
    CampaignStateChanged {
        /// Which.
        campaign: CampaignId,
        /// To.
        state: CampaignState,
        /// Why, in words.
        reason: String,
    },
    /// How many calls were decided, and why.
    PacingDecided(PacingRecord),
    /// A page of the ledger between two decisions, which is full.
    PacingTold {
        /// Whose.
        campaign: CampaignId,
        /// As in [`PacingRecord::page`], without a decision.
        page: String,
    },
    /// What a campaign's pacing knows by now, for the pacing of a later day.
    PacingLearnt {
        /// Whose.
        campaign: CampaignId,
        /// As `pacing` writes it, in JSON.
        estimates: String,
    },
}

/// A call from somebody of whom nothing is known but perhaps the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// Names the call.
    pub attempt: AttemptId,
    /// Over which trunk it came.
    pub trunk: TrunkId,
    /// Who calls; `None`: they hid it.
    pub phone: Option<PhoneNumber>,
    /// The number of ours they called.
    pub called: PhoneNumber,
    /// How to end the dialog after a crash; `None`: it was over before an answer.
    pub signalling: Option<SignallingRecord>,
}

/// What a call was, as someone said.
#[derive(Clone, Debug, PartialEq)]
pub struct Typification {
    /// Which attempt.
    pub attempt: AttemptId,
    /// Who said so; `None`: the system (wrap-up ran out), or a supervisor.
    pub agent: Option<AgentId>,
    /// The user who corrected it in an agent's stead; the note says why.
    pub user: Option<String>,
    /// Catalogue code.
    pub code: String,
    /// Free text.
    pub note: String,
    /// True where it replaces an earlier one; the earlier one stays.
    pub corrects: bool,
    /// What becomes of the contact.
    pub next: WorkUpdate,
}

/// What an agent is doing. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum AgentStatus {
    /// Not logged in.
    Offline = 1,
    /// Waiting for a call, line up.
    Ready = 2,
    /// Promised to one call that rings, or previewing a contact.
    Reserved = 3,
    /// On a call.
    Talking = 4,
    /// After the call, typifying.
    WrapUp = 5,
    /// Paused, with a reason.
    Break = 6,
    /// Line or page gone while logged in.
    Lost = 7,
}

impl AgentStatus {
    /// Every status.
    pub const ALL: [AgentStatus; 7] = [
        Self::Offline,
        Self::Ready,
        Self::Reserved,
        Self::Talking,
        Self::WrapUp,
        Self::Break,
        Self::Lost,
    ];

    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<AgentStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.number() == number)
    }

    /// The word used in the API and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Ready => "ready",
            Self::Reserved => "reserved",
            Self::Talking => "talking",
            Self::WrapUp => "wrap_up",
            Self::Break => "break",
            Self::Lost => "lost",
        }
    }
}

/// Where a campaign stands. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum CampaignState {
    /// Never started, or stopped.
    Stopped = 1,
    /// Dialing whenever gates are open.
    Running = 2,
    /// No new calls; live ones go on.
    Paused = 3,
    /// Nothing left to dial.
    Finished = 4,
}

impl CampaignState {
    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<CampaignState> {
        [Self::Stopped, Self::Running, Self::Paused, Self::Finished]
            .into_iter()
            .find(|state| state.number() == number)
    }

    /// The word used in the API and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
        }
    }
}
