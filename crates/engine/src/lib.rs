//! Joins pacing, agents and campaigns. Everything that can happen to the
//! dialer enters through [`Engine::handle`]; nothing happens elsewhere. It
//! does no I/O: the shell feeds it inputs and time, writes down its events,
//! and only then carries out its commands.

mod abandons;
mod breaker;
mod call;
mod call_length;
mod closing;
mod command;
mod consent;
mod contacting;
mod correct;
mod departures;
mod dialing;
mod engine;
mod feed;
mod gates;
mod hold;
mod inbound;
mod input;
mod live;
mod matching;
mod opted_out;
mod pace;
mod past;
mod progress;
mod reaper;
mod recording;
mod redial;
mod registers;
mod requests;
mod reroute;
mod routes;
mod run;
mod side;
mod spacing;
mod staffing;
mod strangers;
mod supervise;
mod timers;
mod transfer;
mod trunks;
mod typified;
mod typify;
mod view;

pub use command::{Command, Menu, Party, RecordOrder, Rejection, SidePlace, Step};
pub use engine::Engine;
pub use inbound::Offer;
pub use input::{AgentRequest, CallProgress, Correction, Input, LineEvent, PastAttempt};
pub use live::{
    AgentLive, BreakerLive, BreakerState, CallsLive, CampaignLive, LiveState, OnCall, TrunkLive,
};
pub use reaper::Tables;

/// Where numbering goes on after a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbering {
    /// The next attempt's id.
    pub next_attempt: i64,
    /// The next event's place in the record.
    pub next_seq: u64,
}
