//! Joins pacing, agents and campaigns. Everything that can happen to the
//! dialer enters through [`Engine::handle`]; nothing happens elsewhere. It
//! does no I/O: the shell feeds it inputs and time, writes down its events,
//! and only then carries out its commands.

mod command;
mod input;
mod live;

pub use command::{Command, Rejection, Step};
pub use input::{AgentRequest, CallProgress, Input, LineEvent};
pub use live::{AgentLive, CallsLive, CampaignLive, LiveState};

use domain::Timestamp;

/// The dialer's decisions, with their memory.
#[derive(Debug, Default)]
pub struct Engine {}

/// Where numbering goes on after a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbering {
    /// The next attempt's id.
    pub next_attempt: i64,
    /// The next event's place in the record.
    pub next_seq: u64,
}

impl Engine {
    /// An engine that knows nothing yet: feed it campaigns, trunks, agents.
    pub fn new(_numbering: Numbering) -> Engine {
        Engine {}
    }

    /// Takes one input; answers with facts and orders.
    pub fn handle(&mut self, _now: Timestamp, _input: Input) -> Step {
        Step::default()
    }

    /// When to feed [`Input::Wake`] next.
    pub fn next_wake(&self) -> Option<Timestamp> {
        None
    }

    /// The floor now.
    pub fn live(&self, now: Timestamp) -> LiveState {
        LiveState {
            at: now,
            ..LiveState::default()
        }
    }
}
