//! A campaign that exists can run: every setting was checked when it was
//! made. A form that may be wrong is a `wire` type.

use std::time::Duration;

use domain::{
    CampaignId, CampaignState, DialMode, ListId, PhoneNumber, Rate, Route, RoutePlanId, TrunkId,
};
use thiserror::Error;

use crate::{CallerIdChoice, CampaignHours, ContactLimits, RecordingRules};

/// Shortest ring before giving up (US-2; house rule everywhere).
pub const RING_TIMEOUT_MIN: Duration = Duration::from_secs(15);
/// Longest ring anyone waits for.
pub const RING_TIMEOUT_MAX: Duration = Duration::from_secs(120);

/// A campaign as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Campaign {
    /// Which.
    pub id: CampaignId,
    /// Unique name people use.
    pub name: String,
    /// Where it stands, as people asked.
    pub state: CampaignState,
    /// How it dials.
    pub mode: DialMode,
    /// Lines per ready agent, in power mode.
    pub power_ratio: f64,
    /// A supervisor's cap on calls that are on their way at once.
    pub lines_max: Option<u32>,
    /// Lists it dials, in order of priority.
    pub lists: Vec<ListId>,
    /// Trunks it may use, in order of preference: where no route plan says more.
    pub trunks: Vec<TrunkId>,
    /// The route plan its calls follow; `None`: its trunks in their order.
    pub route_plan: Option<RoutePlanId>,
    /// The rows of that plan.
    pub routes: Vec<Route>,
    /// Caller ids it may show.
    pub caller_ids: Vec<PhoneNumber>,
    /// Which of them a call shows.
    pub caller_id_choice: CallerIdChoice,
    /// How long the far end may ring; never under [`RING_TIMEOUT_MIN`].
    pub ring_timeout: Duration,
    /// Attempts per contact.
    pub attempts_per_contact_max: u16,
    /// Attempts per phone.
    pub attempts_per_phone_max: u16,
    /// How often one person is called, over all campaigns.
    pub contact_limits: ContactLimits,
    /// Parts of the day: who was not reached in one is tried in another.
    pub hours: CampaignHours,
    /// How long a call that an agent promised waits for them, then it is anybody's.
    pub callback_kept: Duration,
    /// Until when after a call its agent may correct what they said of it.
    pub correct_within: Duration,
    /// The same for supervisors, of anybody's calls.
    pub supervisor_corrects_within: Duration,
    /// Time to typify after a call; then the system notes what it knows.
    pub wrap_up: Duration,
    /// The most calls answered by people that may be abandoned (law).
    pub abandon_limit: Rate,
    /// What pacing aims at, under the limit.
    pub abandon_target: Rate,
    /// How sure to be that the month's rate stays under the limit; `None`: the
    /// target is aimed at on average.
    pub abandon_sure: Option<Rate>,
    /// How long an answered customer may wait for an agent.
    pub abandon_wait: Duration,
    /// Law pack checked at the instant a call would leave.
    pub law_pack: String,
    /// Longest call.
    pub call_max: Duration,
    /// Which calls are recorded.
    pub recording: RecordingRules,
}

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum InvalidCampaign {
    /// Name.
    #[error("the campaign has no name; give it one")]
    NoName,
    /// Ring timeout.
    #[error(
        "a ring timeout of {0:?} is outside 15 s to 120 s; the called party must be given time to answer"
    )]
    RingTimeout(Duration),
    /// Power ratio.
    #[error("a power ratio of {0} is outside 1 to 10 lines per ready agent")]
    PowerRatio(f64),
    /// Attempts.
    #[error("attempts per contact and per phone must be from 1 to 50")]
    Attempts,
    /// Abandon target above the limit.
    #[error("the abandon target {target} is above the limit {limit}")]
    AbandonTarget {
        /// Aim.
        target: Rate,
        /// Limit.
        limit: Rate,
    },
    /// How sure of the month.
    #[error("being {0} sure of the abandon limit cannot be asked; it is from 50 % to 99.9 %")]
    AbandonSure(Rate),
    /// Wrap-up.
    #[error("a wrap-up of {0:?} is outside 1 s to 15 min")]
    WrapUp(Duration),
    /// Abandon wait.
    #[error("an answered customer may wait at most 2 s for an agent, not {0:?}")]
    AbandonWait(Duration),
    /// Longest call.
    #[error("a longest call of {0:?} is outside 1 min to 8 h")]
    CallMax(Duration),
    /// How its caller ids are chosen.
    #[error("{0}")]
    CallerIds(&'static str),
    /// What is recorded.
    #[error("{0}")]
    Recording(&'static str),
    /// How often one person is called.
    #[error("{0}")]
    ContactLimits(&'static str),
    /// How long a promised call waits for its agent.
    #[error("a call-back waits for its agent 24 h at most, not {0:?}")]
    CallbackKept(Duration),
    /// Until when corrections are taken.
    #[error("typifications may be corrected for 366 days at most, not {0:?}")]
    CorrectWithin(Duration),
}

impl Campaign {
    /// A campaign with the defaults of the house: predictive, 25 s of ring,
    /// limit 3 %, target 2 %, Colombian law.
    pub fn new(id: CampaignId, name: impl Into<String>) -> Campaign {
        Campaign {
            id,
            name: name.into(),
            state: CampaignState::Stopped,
            mode: DialMode::Predictive,
            power_ratio: 2.0,
            lines_max: None,
            lists: Vec::new(),
            trunks: Vec::new(),
            route_plan: None,
            routes: Vec::new(),
            caller_ids: Vec::new(),
            caller_id_choice: CallerIdChoice::default(),
            ring_timeout: Duration::from_secs(25),
            attempts_per_contact_max: 6,
            attempts_per_phone_max: 3,
            contact_limits: ContactLimits::default(),
            hours: CampaignHours::default(),
            callback_kept: Duration::from_secs(15 * 60),
            correct_within: Duration::from_secs(24 * 3_600),
            supervisor_corrects_within: Duration::from_secs(30 * 86_400),
            wrap_up: Duration::from_secs(30),
            abandon_limit: Rate::new(0.03).expect("3 % is a share"),
            abandon_target: Rate::new(0.02).expect("2 % is a share"),
            abandon_sure: None,
            abandon_wait: Duration::from_secs(2),
            law_pack: "co".to_owned(),
            call_max: Duration::from_secs(3_600),
            recording: RecordingRules::default(),
        }
    }

    /// Whether its calls may leave over a trunk.
    pub fn leaves_over(&self, trunk: TrunkId) -> bool {
        match self.routes.is_empty() {
            true => self.trunks.contains(&trunk),
            false => self.routes.iter().any(|route| route.trunk == trunk),
        }
    }

    /// Refuses what cannot run; the message says what to change.
    pub fn check(&self) -> Result<(), InvalidCampaign> {
        use InvalidCampaign as No;
        if self.name.trim().is_empty() {
            return Err(No::NoName);
        }
        if !(RING_TIMEOUT_MIN..=RING_TIMEOUT_MAX).contains(&self.ring_timeout) {
            return Err(No::RingTimeout(self.ring_timeout));
        }
        if !(1.0..=10.0).contains(&self.power_ratio) {
            return Err(No::PowerRatio(self.power_ratio));
        }
        let attempts = 1..=50;
        if !attempts.contains(&self.attempts_per_contact_max)
            || !attempts.contains(&self.attempts_per_phone_max)
        {
            return Err(No::Attempts);
        }
        if self.abandon_target > self.abandon_limit {
            return Err(No::AbandonTarget {
                target: self.abandon_target,
                limit: self.abandon_limit,
            });
        }
        if let Some(sure) = self.abandon_sure
            && !(0.5..=0.999).contains(&sure.get())
        {
            return Err(No::AbandonSure(sure));
        }
        if !(Duration::from_secs(1)..=Duration::from_secs(900)).contains(&self.wrap_up) {
            return Err(No::WrapUp(self.wrap_up));
        }
        if self.abandon_wait > Duration::from_secs(2) {
            return Err(No::AbandonWait(self.abandon_wait));
        }
        if !(Duration::from_secs(60)..=Duration::from_secs(8 * 3_600)).contains(&self.call_max) {
            return Err(No::CallMax(self.call_max));
        }
        self.caller_id_choice
            .check(&self.caller_ids)
            .map_err(No::CallerIds)?;
        self.recording.check().map_err(No::Recording)?;
        self.contact_limits.check().map_err(No::ContactLimits)?;
        if self.callback_kept > Duration::from_secs(86_400) {
            return Err(No::CallbackKept(self.callback_kept));
        }
        let longest = self.correct_within.max(self.supervisor_corrects_within);
        if longest > Duration::from_secs(366 * 86_400) {
            return Err(No::CorrectWithin(longest));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_run() {
        assert_eq!(Campaign::new(CampaignId::new(1), "Claro").check(), Ok(()));
    }

    #[test]
    fn a_ring_under_15_seconds_is_refused() {
        let mut campaign = Campaign::new(CampaignId::new(1), "Claro");
        campaign.ring_timeout = Duration::from_secs(14);
        assert_eq!(
            campaign.check(),
            Err(InvalidCampaign::RingTimeout(Duration::from_secs(14)))
        );
    }
}
