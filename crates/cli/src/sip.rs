//! `cadencia sip`: what signalling does, as it passes and afterwards.

mod bans;
mod capture;
mod ladder;
mod pcapng;
mod trace;
mod watching;

use anyhow::Result;
use clap::Subcommand;

use crate::Global;

#[derive(Subcommand)]
pub(crate) enum Sip {
    /// Show messages as they pass, call by call; numbers and secrets masked
    Trace(trace::Trace),
    /// Write messages, and the audio of calls if asked for, to a file that Wireshark and tshark read
    Capture(capture::Capture),
    /// Show the signalling of an attempt that is over
    Ladder(ladder::Ladder),
    /// Show who is not heard for a while, or hear them again
    Bans(bans::Bans),
}

impl Sip {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        match self {
            Sip::Trace(trace) => trace.run(global).await,
            Sip::Capture(capture) => capture.run(global).await,
            Sip::Ladder(ladder) => ladder.run(global).await,
            Sip::Bans(bans) => bans.run(global).await,
        }
    }
}
