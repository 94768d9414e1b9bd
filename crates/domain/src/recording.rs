//! What is decided and said about the recording of a call. Of its file the record knows too, but
//! nothing of that is decided by the engine.

use crate::{AgentId, Timestamp};

/// A fact about the recording of an attempt's call.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordingFact {
    /// It began.
    Started,
    /// There is none, and will be none.
    Declined(NoRecording),
    /// The customer was told of it, and heard that to its end.
    Announced,
    /// The customer agreed to it, as their agent says.
    Consented {
        /// Who says so.
        agent: AgentId,
    },
    /// Silence is recorded from here on, as while a card number is said.
    Paused {
        /// Who asked.
        agent: AgentId,
    },
    /// And no longer.
    Resumed {
        /// Who asked; `None`: the pause had lasted as long as it may.
        agent: Option<AgentId>,
    },
    /// Something to find again.
    Marked {
        /// What kind of mark: `hold`, `unhold`, `stage`, `contract`, or what a script names.
        kind: String,
        /// Free text.
        text: String,
        /// Who; `None`: the engine.
        agent: Option<AgentId>,
    },
    /// What kind of recording it is, and how long it is kept for that.
    Classed {
        /// The class: the beginning of a typification's code, or `default`.
        class: String,
        /// It is erased after this.
        keep_until: Timestamp,
    },
}

/// Why a call was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRecording {
    /// Its campaign records nothing.
    Off,
    /// Its campaign records a share of its calls, and this one is not among them.
    NotChosen,
    /// The customer did not agree to it.
    NoConsent,
    /// No agent heard the customer.
    NotBridged,
    /// The disk was nearly full.
    DiskLow,
    /// The call was over before the customer had been told of it.
    NotAnnounced,
}

impl NoRecording {
    /// The word used in the record and the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::NotChosen => "not_chosen",
            Self::NoConsent => "no_consent",
            Self::NotBridged => "not_bridged",
            Self::DiskLow => "disk_low",
            Self::NotAnnounced => "not_announced",
        }
    }
}
