//! What an indicator may be computed from: counts of calls by calendar and of
//! records by cohort, for one campaign and period. The instant of the INVITE
//! decides which period a call belongs to.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{AgentId, Timestamp};

use crate::Term;

/// Which calls, records and sales count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// From.
    pub from: Timestamp,
    /// Until, not included; also the end of what is known of cohorts.
    pub to: Timestamp,
    /// The cohort: records received from then on, until `to`; all that the campaign received when absent.
    pub received_from: Option<Timestamp>,
    /// What became of sales is told as of then; as of now when absent.
    pub as_of: Option<Timestamp>,
}

impl Period {
    /// A period of the calendar, with all that was received before its end as its cohort.
    pub const fn new(from: Timestamp, to: Timestamp) -> Period {
        Period {
            from,
            to,
            received_from: None,
            as_of: None,
        }
    }
}

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
    /// Sales legalised in the period, whenever accepted; `None` likewise.
    pub sales_legalised_in_period: Option<u64>,
    /// Value of the accepted sales in the currency of the campaign; `None`:
    /// values are not recorded.
    pub value_sold: Option<f64>,
    /// Of that, what is legalised as of now.
    pub value_legalised: Option<f64>,

    /// Records of the cohort: received in the lists of the campaign (valid ones).
    pub received: u64,
    /// Of those, excluded before their first attempt for a reason the contract
    /// lets us deduct.
    pub excluded: u64,
    /// Of those received, with at least one attempt and a typification by the end of the period.
    pub base_worked: u64,
    /// Of those received, typified by an agent by the end of the period.
    pub base_worked_by_advisor: u64,
    /// Records with at least one attempt and a typification, system's included.
    pub worked: u64,
    /// Records typified by an agent.
    pub worked_by_advisor: u64,
    /// Records of which the network answered a call.
    pub records_network_answered: u64,
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
    pub goal: Option<f64>,
    /// Hours each agent was connected by the hours of their shift that day, summed; `None`: nobody said how long a shift is.
    pub advisor_days: Option<f64>,
}

impl Facts {
    /// Time agents were logged in, breaks included.
    pub fn logged_in(&self) -> Duration {
        self.ready + self.reserved + self.talking + self.wrap_up + self.on_break + self.lost
    }

    /// A count, sum of money, or time in seconds (hours where the term says so); `None` where it is not recorded.
    pub fn value(&self, term: Term) -> Option<f64> {
        let count = |n: u64| Some(n as f64);
        let seconds = |time: Duration| Some(time.as_secs_f64());
        match term {
            Term::Attempts => count(self.attempts),
            Term::NetworkAnswered => count(self.network_answered),
            Term::Answered => count(self.answered),
            Term::AnsweredBySystem => count(self.answered_by_outcome),
            Term::Effective => count(self.effective),
            Term::Abandoned => count(self.abandoned),
            Term::Connected => count(self.connected),
            Term::Sales => count(self.sales_accepted),
            Term::SalesLegalised => self.sales_legalised.and_then(count),
            Term::SalesLegalisedInPeriod => self.sales_legalised_in_period.and_then(count),
            Term::ValueSold => self.value_sold,
            Term::ValueLegalised => self.value_legalised,
            Term::Worked => count(self.worked),
            Term::WorkedByAdvisor => count(self.worked_by_advisor),
            Term::RecordsNetworkAnswered => count(self.records_network_answered),
            Term::RecordsAnswered => count(self.records_answered),
            Term::RecordsEffective => count(self.records_effective),
            Term::Received => count(self.received),
            Term::Excluded => count(self.excluded),
            Term::BaseWorked => count(self.base_worked),
            Term::BaseWorkedByAdvisor => count(self.base_worked_by_advisor),
            Term::Talk => seconds(self.talk),
            Term::Talking => seconds(self.talking),
            Term::WrapUp => seconds(self.wrap_up),
            Term::Ready => seconds(self.ready),
            Term::Reserved => seconds(self.reserved),
            Term::BridgeWait => seconds(self.bridge_wait),
            Term::ConnectedHours => Some(self.logged_in().as_secs_f64() / 3_600.0),
            Term::AdvisorDays => self.advisor_days,
            Term::Goal => self.goal,
        }
    }
}

/// Counts of an hour of a campaign, by the instant of the INVITE.
#[derive(Clone, Debug, PartialEq)]
pub struct HourFacts {
    /// When it begins.
    pub from: Timestamp,
    /// Its own counts; records are the distinct ones of the hour.
    pub facts: Facts,
    /// Records worked in it for the first time since the first of the hours asked for: their sum is the distinct count so far.
    pub new_records: u64,
    /// How long each agent was connected who was.
    pub connected: BTreeMap<AgentId, Duration>,
}

impl HourFacts {
    /// An hour in which nothing happened yet.
    pub fn new(from: Timestamp) -> HourFacts {
        HourFacts {
            from,
            facts: Facts::default(),
            new_records: 0,
            connected: BTreeMap::new(),
        }
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
    /// Answered by a person, as the system judged it.
    AnsweredBySystem,
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
    /// Typified by an agent.
    WorkedByAdvisor,
}

impl AttemptSet {
    /// Every set.
    pub const ALL: [AttemptSet; 10] = [
        Self::Placed,
        Self::NetworkAnswered,
        Self::Answered,
        Self::AnsweredBySystem,
        Self::Effective,
        Self::Sale,
        Self::Abandoned,
        Self::Connected,
        Self::Worked,
        Self::WorkedByAdvisor,
    ];

    /// The word used in addresses and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::NetworkAnswered => "network_answered",
            Self::Answered => "answered",
            Self::AnsweredBySystem => "answered_by_system",
            Self::Effective => "effective",
            Self::Sale => "sale",
            Self::Abandoned => "abandoned",
            Self::Connected => "connected",
            Self::Worked => "worked",
            Self::WorkedByAdvisor => "worked_by_advisor",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<AttemptSet> {
        Self::ALL.into_iter().find(|set| set.word() == word)
    }
}
