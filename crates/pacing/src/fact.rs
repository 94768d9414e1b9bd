//! What happened on the floor, as far as pacing learns from it.

use domain::{AgentId, AttemptId};

/// A fact. Facts about calls and agents never seen before are taken as they
/// come; a fact that does not fit (a call ended twice) is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The INVITE left.
    CallPlaced {
        /// Which call.
        call: AttemptId,
    },
    /// The far end rings.
    Ringing {
        /// Which call.
        call: AttemptId,
    },
    /// Picked up, by whom is not known yet. Where no detection runs, tell
    /// [`Fact::Live`] right after.
    Answered {
        /// Which call.
        call: AttemptId,
    },
    /// A person: wants an agent now. The abandon clock starts.
    Live {
        /// Which call.
        call: AttemptId,
    },
    /// Agent and customer hear each other. Implies [`Fact::Live`].
    Bridged {
        /// Which call.
        call: AttemptId,
        /// With whom.
        agent: AgentId,
    },
    /// No agent within the limit. Implies [`Fact::Live`].
    Abandoned {
        /// Which call.
        call: AttemptId,
    },
    /// Ended without reaching a person: busy, refused, rang out, machine.
    Failed {
        /// Which call.
        call: AttemptId,
    },
    /// We gave it up ourselves (CANCEL): says nothing about the far end.
    Cancelled {
        /// Which call.
        call: AttemptId,
    },
    /// Over, whatever way. Of a live call that still waited: the customer
    /// hung up first, which counts as answered and not as abandoned.
    Ended {
        /// Which call.
        call: AttemptId,
    },
    /// The agent waits for a call.
    AgentReady {
        /// Who.
        agent: AgentId,
    },
    /// The agent is gone: break, log-out, lost line.
    AgentLeft {
        /// Who.
        agent: AgentId,
    },
    /// The agent's talk is over; wrap-up starts.
    TalkEnded {
        /// Who.
        agent: AgentId,
    },
    /// The agent's wrap-up is over. What follows is its own fact.
    WrapUpEnded {
        /// Who.
        agent: AgentId,
    },
}
