//! The floor of one campaign at one instant, as the engine sees it.

use std::time::Duration;

use domain::{DialMode, Timestamp};

use crate::elsewhere::Elsewhere;

/// Everything a decision may depend on, besides what was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When.
    pub now: Timestamp,
    /// How the campaign dials now; may change from one snapshot to the next.
    pub mode: DialMode,
    /// Lines per ready agent, in power mode.
    pub power_ratio: f64,
    /// Agents who could take a call this instant (not those already promised
    /// to a call, nor those whose break is booked and who are free).
    pub agents_ready: u32,
    /// Agents on a call.
    pub talking: Vec<SnapshotTalk>,
    /// Agents typifying.
    pub wrap_up: Vec<SnapshotWrapUp>,
    /// Calls placed that have not yet reached a person nor ended, intents on
    /// their way to the wire included.
    pub calls: Vec<SnapshotCall>,
    /// Live calls waiting for an agent.
    pub waiting: u32,
    /// Channels free on the campaign's trunks.
    pub channels_free: u32,
    /// Calls that calls-per-second limits let out now.
    pub calls_now_max: u32,
    /// Contacts cleared for dialing now.
    pub hopper: u32,
    /// Time until calls may no longer leave; zero: closed. `None`: no end known.
    pub window_closes_in: Option<Duration>,
    /// A supervisor's cap on calls in flight, if any.
    pub calls_max: Option<u32>,
    /// A campaign that has less of the agents it shares with this one is first.
    pub others_first: bool,
    /// What other campaigns that share agents with this one have under way.
    pub elsewhere: Elsewhere,
}

/// An agent on a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotTalk {
    /// Bridged at.
    pub since: Timestamp,
    /// A break or the log-out follows this call, or the shift ends.
    pub leaving: bool,
}

/// An agent typifying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotWrapUp {
    /// Since when.
    pub since: Timestamp,
    /// How long the talk before it was.
    pub talked: Duration,
    /// When the system ends it.
    pub until: Option<Timestamp>,
    /// A break or the log-out follows, or the shift ends.
    pub leaving: bool,
}

/// A call on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotCall {
    /// Placed at (or intended at, while its commit is awaited).
    pub placed: Timestamp,
    /// Rings since.
    pub ringing: Option<Timestamp>,
    /// Picked up at; detection still runs.
    pub answered: Option<Timestamp>,
}

impl Snapshot {
    /// An empty floor at `now`, dialing in `mode`; fill in what there is.
    pub fn empty(now: Timestamp, mode: DialMode) -> Snapshot {
        Snapshot {
            now,
            mode,
            power_ratio: 1.0,
            agents_ready: 0,
            talking: Vec::new(),
            wrap_up: Vec::new(),
            calls: Vec::new(),
            waiting: 0,
            channels_free: 0,
            calls_now_max: 0,
            hopper: 0,
            window_closes_in: None,
            calls_max: None,
            others_first: false,
            elsewhere: Elsewhere::default(),
        }
    }

    /// Agents at work for the campaign: ready, talking or wrapping up, of
    /// those busy elsewhere the ones who stay.
    pub fn agents(&self) -> usize {
        let busy = self.talking.len() + self.wrap_up.len();
        self.agents_ready as usize + busy + self.elsewhere.agents as usize
    }

    /// Agents who take another call after what they are doing, or now.
    pub fn agents_staying(&self) -> usize {
        let talking = self.talking.iter().filter(|talk| !talk.leaving).count();
        let wrapping = self.wrap_up.iter().filter(|wrap| !wrap.leaving).count();
        self.agents_ready as usize + talking + wrapping + self.elsewhere.agents as usize
    }
}
