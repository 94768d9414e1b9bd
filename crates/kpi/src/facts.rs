//! What an indicator may be computed from: counts of calls by calendar and of
//! records by cohort, for one campaign and period. The instant of the INVITE
//! decides which period a call belongs to.

use std::time::Duration;

/// Counts for one campaign and period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Calls whose INVITE left (trunk congestion included).
    pub attempts: u64,
    /// Answered by the network: people, machines, faxes.
    pub network_answered: u64,
    /// Answered by a person, by the flag `human` of the current typification.
    pub answered: u64,
    /// Answered by a person, as the system judged it.
    pub answered_by_outcome: u64,
    /// Answered calls with the flag effective contact.
    pub effective: u64,
    /// Answered by a person, no agent within the limit.
    pub abandoned: u64,
    /// Calls bridged to an agent.
    pub connected: u64,
    /// Calls typified as an accepted sale.
    pub sales_accepted: u64,
    /// Of those, sales legalised as of now; `None`: stages are not recorded.
    pub sales_legalised: Option<u64>,
    /// Value of the accepted sales in the currency of the campaign; `None`:
    /// values are not recorded.
    pub value_sold: Option<f64>,

    /// Records received in the lists of the campaign (valid ones).
    pub received: u64,
    /// Of those, excluded before their first attempt for a reason the contract
    /// lets us deduct.
    pub excluded: u64,
    /// Records with at least one attempt and a typification, system's included.
    pub worked: u64,
    /// Records typified by an agent.
    pub worked_by_advisor: u64,
    /// Records answered by a person at least once.
    pub records_answered: u64,
    /// Records with at least one effective contact.
    pub records_effective: u64,

    /// Sum of talk (bridge to end).
    pub talk: Duration,
    /// Agents' time by state.
    pub ready: Duration,
    /// Reserved: promised to a call or previewing.
    pub reserved: Duration,
    /// Talking, by the agents' log.
    pub talking: Duration,
    /// After-call work.
    pub wrap_up: Duration,
    /// On a break.
    pub on_break: Duration,
    /// Line or page lost.
    pub lost: Duration,
    /// Sum of waits from answer to bridge.
    pub bridge_wait: Duration,
    /// Accepted sales agreed as the goal of the period; `None`: no goal.
    pub goal: Option<u64>,
    /// Length of a shift, for advisor-days.
    pub shift: Option<Duration>,
}

impl Facts {
    /// Time agents were logged in, breaks included.
    pub fn logged_in(&self) -> Duration {
        self.ready + self.reserved + self.talking + self.wrap_up + self.on_break + self.lost
    }
}

/// The calls behind a figure, for drilling down to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptSet {
    /// Every call whose INVITE left.
    Placed,
    /// Answered by the network.
    NetworkAnswered,
    /// Answered by a person (current typification).
    Answered,
    /// Effective contact.
    Effective,
    /// Accepted sale.
    Sale,
    /// Abandoned.
    Abandoned,
    /// Bridged to an agent.
    Connected,
    /// Typified, by the system or an agent.
    Worked,
}

impl AttemptSet {
    /// Every set.
    pub const ALL: [AttemptSet; 8] = [
        Self::Placed,
        Self::NetworkAnswered,
        Self::Answered,
        Self::Effective,
        Self::Sale,
        Self::Abandoned,
        Self::Connected,
        Self::Worked,
    ];

    /// The word used in addresses and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::NetworkAnswered => "network_answered",
            Self::Answered => "answered",
            Self::Effective => "effective",
            Self::Sale => "sale",
            Self::Abandoned => "abandoned",
            Self::Connected => "connected",
            Self::Worked => "worked",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<AttemptSet> {
        Self::ALL.into_iter().find(|set| set.word() == word)
    }
}
