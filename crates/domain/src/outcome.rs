//! What the network and the engine say became of an attempt. What the agent
//! says is a [`Disposition`](crate::Disposition): two fields, never mixed.

use std::fmt;

macro_rules! outcomes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $word:literal;)*) => {
        /// System outcome of an attempt. Numbers are stored: never reuse one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum Outcome { $($(#[$doc])* $name = $number,)* }

        impl Outcome {
            /// Every outcome.
            pub const ALL: &[Outcome] = &[$(Outcome::$name,)*];

            /// The word used in the record, the API and reports.
            pub const fn word(self) -> &'static str {
                match self { $(Outcome::$name => $word,)* }
            }
        }
    };
}

outcomes! {
    /// Bridged to an agent.
    Connected = 1, "connected";
    /// Answered, nobody free within the limit: the message was played.
    Abandoned = 2, "abandoned";
    /// The customer hung up before a transfer, within the limit.
    HungUpWaiting = 3, "hung_up_waiting";
    /// Rang out.
    NoAnswer = 4, "no_answer";
    /// Busy.
    Busy = 5, "busy";
    /// An answering machine, as detection judged it.
    Machine = 6, "machine";
    /// Switched off or out of coverage.
    Unreachable = 7, "unreachable";
    /// The number does not exist.
    InvalidNumber = 8, "invalid_number";
    /// Trunk congestion or failure: costs the contact no attempt.
    Congestion = 9, "congestion";
    /// Fax or modem.
    Fax = 10, "fax";
    /// The called party refused.
    Rejected = 11, "rejected";
    /// We gave up for a reason of ours (campaign stopped, nobody left to talk).
    Cancelled = 12, "cancelled";
    /// The engine died with the attempt open; nobody knows.
    UnknownCrash = 13, "unknown_crash";
    /// Never left: the law, a limit or an open attempt forbade it. No attempt.
    Refused = 14, "refused";
    /// The called party, or who answers for them, does not want such calls
    /// (607, RFC 8197).
    Unwanted = 15, "unwanted";
    /// Analytics of the network blocked it: 608 (RFC 8688), or 603+
    /// (ATIS-1000099).
    Blocked = 16, "blocked";
    /// Somebody called us and no agent heard them: the message played, or they
    /// hung up before. Never of an attempt; their key says what they want.
    Unserved = 17, "unserved";
}

impl Outcome {
    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Result<Outcome, UnknownOutcome> {
        Self::ALL
            .iter()
            .copied()
            .find(|o| o.number() == number)
            .ok_or(UnknownOutcome(number))
    }

    /// True where a human being picked up, as far as the system can tell.
    pub const fn answered_by_human(self) -> bool {
        matches!(
            self,
            Outcome::Connected | Outcome::Abandoned | Outcome::HungUpWaiting
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A stored number that is no outcome (a newer version wrote it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownOutcome(pub i16);

impl fmt::Display for UnknownOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no outcome this version knows", self.0)
    }
}

impl std::error::Error for UnknownOutcome {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_comes_back_from_its_number() {
        for &outcome in Outcome::ALL {
            assert_eq!(Outcome::from_number(outcome.number()), Ok(outcome));
        }
        assert_eq!(Outcome::from_number(0), Err(UnknownOutcome(0)));
    }
}
