//! What is simulated: how many agents for how long, who picks up, how long
//! people ring and talk, how slow the store is. Every field has a default, so
//! that a scenario file says only what differs; an unknown field is refused.

use std::time::Duration;

use domain::{DialMode, Rate};
use serde::{Deserialize, Serialize};

use crate::base::Stock;
use crate::mix::Mix;
use crate::model::Model;
use crate::roster::{Shift, agents_at_once};
use crate::rules::Rules;
use crate::segments::Segment;
use crate::text;

const AGENTS_MAX: u32 = 5_000;
const HOURS_MAX: f64 = 168.0;
const CONTACTS_MAX: u32 = 5_000_000;

/// A scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Agents who log in at the start and stay.
    pub agents: u32,
    /// Simulated hours.
    pub hours: f64,
    /// Everything drawn comes from it.
    pub seed: u64,
    /// How the campaign dials.
    #[serde(with = "text::mode")]
    pub mode: DialMode,
    /// Lines per ready agent, in power mode.
    pub power_ratio: f64,
    /// The most answered calls that may be abandoned.
    #[serde(with = "text::share")]
    pub abandon_limit: Rate,
    /// What pacing aims at, under the limit.
    #[serde(with = "text::share")]
    pub abandon_target: Rate,
    /// Contacts on the list; 0: as many as nobody can use up.
    pub contacts: u32,
    /// What becomes of calls, as weights.
    pub mix: Mix,
    /// From INVITE to ringing, on average.
    #[serde(with = "text::span")]
    pub setup_mean: Duration,
    /// How long a person lets it ring, on average.
    #[serde(with = "text::span")]
    pub ring_mean: Duration,
    /// How long customer and agent talk, on average.
    #[serde(with = "text::span")]
    pub talk_mean: Duration,
    /// How long an agent takes to typify, on average.
    #[serde(with = "text::span")]
    pub wrap_up_mean: Duration,
    /// How long a person who hears nobody stays on the line, on average.
    #[serde(with = "text::span")]
    pub patience_mean: Duration,
    /// Give up ringing after this.
    #[serde(with = "text::span")]
    pub ring_timeout: Duration,
    /// Share of calls after which an agent takes a break.
    #[serde(with = "text::share")]
    pub break_share: Rate,
    /// How long such a break is, on average.
    #[serde(with = "text::span")]
    pub break_mean: Duration,
    /// Share of calls during which the agent's line falls.
    #[serde(with = "text::share")]
    pub line_loss: Rate,
    /// From an intent to its commit, and from asking for contacts to having them.
    #[serde(with = "text::span")]
    pub commit_delay: Duration,
    /// Calls at once the carrier allows; 0: ten per agent.
    pub channels: u32,
    /// New calls a second the carrier allows.
    pub calls_per_second: f64,
    /// Calls on their way at once, at most; 0: as many as pacing finds right.
    pub lines_max: u32,
    /// Local time at the start, in whole hours.
    pub start_hour: u8,
    /// Who is there from when to when; `agents` from start to end where empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roster: Vec<Shift>,
    /// What is left of a base; `contacts` strangers where empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub base: Vec<Stock>,
    /// How the campaign is parted; `base` and `contacts` are not looked at then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    /// How often and when people are called again.
    #[serde(skip_serializing_if = "Rules::are_usual")]
    pub rules: Rules,
    /// What a campaign's own attempts taught, in place of the averages above.
    #[serde(skip_serializing_if = "Model::is_empty")]
    pub model: Model,
}

impl Default for Scenario {
    fn default() -> Scenario {
        let share = |of: f64| Rate::new(of).expect("a constant from 0 to 1");
        Scenario {
            agents: 20,
            hours: 1.0,
            seed: 1,
            mode: DialMode::Predictive,
            power_ratio: 2.0,
            abandon_limit: share(0.03),
            abandon_target: share(0.02),
            contacts: 0,
            mix: Mix::default(),
            setup_mean: Duration::from_millis(1_500),
            ring_mean: Duration::from_secs(9),
            talk_mean: Duration::from_secs(75),
            wrap_up_mean: Duration::from_secs(12),
            patience_mean: Duration::from_secs(6),
            ring_timeout: Duration::from_secs(25),
            break_share: Rate::ZERO,
            break_mean: Duration::from_secs(300),
            line_loss: Rate::ZERO,
            commit_delay: Duration::from_millis(12),
            channels: 0,
            calls_per_second: 30.0,
            lines_max: 0,
            start_hour: 10,
            roster: Vec::new(),
            base: Vec::new(),
            segments: Vec::new(),
            rules: Rules::default(),
            model: Model::default(),
        }
    }
}

/// A scenario that cannot be simulated.
#[derive(Clone, Debug, PartialEq)]
pub enum InvalidScenario {
    /// More agents than one engine is made for.
    Agents(u32),
    /// No time, or more than a week.
    Hours(f64),
    /// A list too long to keep in memory.
    Contacts(u32),
    /// No call could become anything.
    EmptyMix,
    /// A carrier that takes no calls.
    CallsPerSecond(f64),
    /// A day has no such hour.
    StartHour(u8),
    /// Somebody leaves before they come.
    Roster,
    /// A setting the campaign itself refuses; why, in words.
    Campaign(String),
}

impl std::fmt::Display for InvalidScenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Agents(count) => write!(f, "{count} agents; at most {AGENTS_MAX} are simulated"),
            Self::Hours(hours) => write!(
                f,
                "{hours} hours; write more than 0 and at most {HOURS_MAX}"
            ),
            Self::Contacts(count) => {
                write!(f, "{count} contacts; at most {CONTACTS_MAX} are simulated")
            }
            Self::EmptyMix => f.write_str("every weight of the mix is 0; give one a weight"),
            Self::CallsPerSecond(rate) => write!(
                f,
                "{rate} calls per second; write more than 0 and at most 1000"
            ),
            Self::StartHour(hour) => write!(f, "a day has no hour {hour}; write 0 to 23"),
            Self::Roster => f.write_str("a shift of the roster ends before it begins"),
            Self::Campaign(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for InvalidScenario {}

impl Scenario {
    /// Refuses what cannot be simulated; the message says what to change.
    pub fn check(&self) -> Result<(), InvalidScenario> {
        use InvalidScenario as No;
        let agents = self.agents_expected();
        if agents > AGENTS_MAX {
            return Err(No::Agents(agents));
        }
        if !(self.hours > 0.0 && self.hours <= HOURS_MAX) {
            return Err(No::Hours(self.hours));
        }
        let stock = self.whole_base();
        let contacts = stock.iter().map(|stock| stock.contacts);
        let contacts = contacts.fold(self.contacts, u32::saturating_add);
        if contacts > CONTACTS_MAX {
            return Err(No::Contacts(contacts));
        }
        if self.start_hour > 23 {
            return Err(No::StartHour(self.start_hour));
        }
        if self.roster.iter().any(|shift| shift.to < shift.from) {
            return Err(No::Roster);
        }
        if self.mix.total() == 0 {
            return Err(No::EmptyMix);
        }
        if !(self.calls_per_second > 0.0 && self.calls_per_second <= 1_000.0) {
            return Err(No::CallsPerSecond(self.calls_per_second));
        }
        Ok(())
    }

    /// So many agents from start to end, and so many hours, whoever came and went
    /// before; without either, all stays as it is.
    pub fn staff(&mut self, agents: Option<u32>, hours: Option<f64>) {
        if agents.is_none() && hours.is_none() {
            return;
        }
        if !self.roster.is_empty() {
            self.agents = agents_at_once(&self.roster);
            self.roster.clear();
        }
        self.agents = agents.unwrap_or(self.agents);
        self.hours = hours.unwrap_or(self.hours);
    }

    /// What is written of the base, whatever the segment.
    pub fn whole_base(&self) -> Vec<Stock> {
        let parted = self.segments.iter().flat_map(|segment| &segment.base);
        self.base.iter().chain(parted).copied().collect()
    }

    /// How long it is simulated.
    pub(crate) fn span(&self) -> Duration {
        Duration::from_secs_f64(self.hours * 3_600.0)
    }

    /// The most agents who are there at once.
    pub fn agents_at_once(&self) -> u32 {
        match self.roster.as_slice() {
            [] => self.agents,
            shifts => agents_at_once(shifts),
        }
    }

    /// Everybody who comes in, at whatever time.
    pub(crate) fn agents_expected(&self) -> u32 {
        let shifts = self.roster.iter().map(|shift| shift.agents);
        match self.roster.is_empty() {
            true => self.agents,
            false => shifts.fold(0, u32::saturating_add),
        }
    }

    /// The base: as written, or more than can be called in the time.
    pub(crate) fn stock(&self) -> Vec<Stock> {
        if !self.base.is_empty() {
            return self.base.clone();
        }
        let enough = f64::from(self.agents_expected()) * self.hours * 600.0;
        let contacts = match self.contacts {
            0 => (enough.ceil() as u32).clamp(1_000, CONTACTS_MAX),
            contacts => contacts,
        };
        vec![Stock::of_strangers(contacts)]
    }

    /// The trunk's channels.
    pub(crate) fn trunk_channels(&self) -> u32 {
        if self.channels > 0 {
            self.channels
        } else {
            (self.agents_expected() * 10).max(10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_only_what_differs_and_no_unknown_word() {
        let read: Scenario =
            serde_json::from_str(r#"{"agents": 5, "mode": "power", "abandon_target": "1%"}"#)
                .expect("a short scenario");
        assert_eq!((read.agents, read.mode), (5, DialMode::Power));
        assert_eq!(read.abandon_target.to_string(), "1.0%");
        assert_eq!(read.talk_mean, Scenario::default().talk_mean);
        for bad in [
            r#"{"agnets": 5}"#,
            r#"{"mode": "loud"}"#,
            r#"{"talk_mean": 90}"#,
            r#"{"mix": {"people": 1}}"#,
        ] {
            assert!(serde_json::from_str::<Scenario>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let scenario = Scenario::default();
        let text = serde_json::to_string(&scenario).expect("plain values");
        let back: Scenario = serde_json::from_str(&text).expect("our own text");
        assert_eq!(back, scenario);
    }

    #[test]
    fn what_cannot_be_simulated_is_refused() {
        let base = Scenario::default;
        let bad = [
            Scenario {
                agents: 9_999,
                ..base()
            },
            Scenario {
                hours: 0.0,
                ..base()
            },
            Scenario {
                hours: f64::NAN,
                ..base()
            },
            Scenario {
                contacts: u32::MAX,
                ..base()
            },
            Scenario {
                calls_per_second: 0.0,
                ..base()
            },
        ];
        for scenario in bad {
            assert!(scenario.check().is_err(), "{scenario:?}");
        }
        assert_eq!(base().check(), Ok(()));
    }
}
