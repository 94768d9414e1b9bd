//! What happened on the floor, as far as pacing learns from it.

use domain::{AgentId, AttemptId};
use serde::{Deserialize, Serialize};

/// A fact. Facts about calls and agents never seen before are taken as they
/// come; a fact that does not fit (a call ended twice) is ignored. In the
/// ledger each is a letter, for there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// The INVITE left.
    #[serde(rename = "p")]
    CallPlaced {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
    },
    /// The far end rings.
    #[serde(rename = "r")]
    Ringing {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
    },
    /// Picked up, by whom is not known yet. Where no detection runs, tell
    /// [`Fact::Live`] right after.
    #[serde(rename = "a")]
    Answered {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
    },
    /// A person: wants an agent now. The abandon clock starts.
    #[serde(rename = "l")]
    Live {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
    },
    /// Agent and customer hear each other. Implies [`Fact::Live`].
    #[serde(rename = "b")]
    Bridged {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
        /// With whom.
        #[serde(rename = "a")]
        agent: AgentId,
    },
    /// No agent within the limit. Implies [`Fact::Live`].
    #[serde(rename = "x")]
    Abandoned {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
    },
    /// Ended without reaching a person: busy, refused, rang out, machine.
    #[serde(rename = "f")]
    Failed {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
    },
    /// We gave it up ourselves (CANCEL): says nothing about the far end.
    #[serde(rename = "c")]
    Cancelled {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
    },
    /// Over, whatever way. Of a live call that still waited: the customer
    /// hung up first, which counts as answered and not as abandoned.
    #[serde(rename = "e")]
    Ended {
        /// Which call.
        #[serde(rename = "c")]
        call: AttemptId,
    },
    /// The agent waits for a call.
    #[serde(rename = "R")]
    AgentReady {
        /// Who.
        #[serde(rename = "a")]
        agent: AgentId,
    },
    /// The agent is gone: break, log-out, lost line.
    #[serde(rename = "L")]
    AgentLeft {
        /// Who.
        #[serde(rename = "a")]
        agent: AgentId,
    },
    /// The agent's talk is over; wrap-up starts.
    #[serde(rename = "T")]
    TalkEnded {
        /// Who.
        #[serde(rename = "a")]
        agent: AgentId,
    },
    /// The agent's wrap-up is over. What follows is its own fact.
    #[serde(rename = "W")]
    WrapUpEnded {
        /// Who.
        #[serde(rename = "a")]
        agent: AgentId,
    },
}
