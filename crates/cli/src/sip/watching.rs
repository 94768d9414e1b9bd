//! Watching the running engine's signalling, until told to stop: what trace and capture share.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use tokio::sync::mpsc;
use tokio::time::Instant;
use wire::{TraceLine, TracedMessage, TracedPacket};

use crate::Global;
use crate::engine_api::Reach;

/// How long nothing may pass before that is said.
const QUIET: Duration = Duration::from_secs(10);

/// Which messages, and from which engine.
#[derive(Args, Clone, Debug)]
pub(crate) struct Wanted {
    /// Only the call whose Call-ID begins so
    #[arg(long, value_name = "CALL-ID")]
    call: Option<String>,
    /// Only the call of this attempt
    #[arg(long, value_name = "ID")]
    attempt: Option<i64>,
    /// Only calls over this trunk, and messages to and from its addresses
    #[arg(long, value_name = "NAME")]
    trunk: Option<String>,
    /// Only messages to and from the phone of this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Only calls to or from numbers that end with these digits
    #[arg(long, value_name = "DIGITS")]
    number: Option<String>,
    /// Show numbers and secrets; the engine logs who asked, so say who: --as or --token
    #[arg(long)]
    unmasked: bool,
    #[command(flatten)]
    reach: Reach,
}

/// What is watched.
pub(crate) struct Watching {
    lines: mpsc::Receiver<Result<String>>,
    /// Its first line, for those who pass lines on.
    pub(crate) first: Option<String>,
    until: Option<Instant>,
    seen: u64,
    /// Messages the engine dropped because we were slow.
    pub(crate) dropped: u64,
    /// Packets of audio likewise.
    pub(crate) packets_dropped: u64,
    said_quiet: bool,
}

/// What comes next.
pub(crate) enum Next {
    /// A message.
    Message(Box<TracedMessage>),
    /// A packet of a call's audio.
    Packet(Box<TracedPacket>),
    /// Told to stop, time is up, or the engine ended it.
    End,
}

impl Wanted {
    /// Begins, for as long as said; with more of the query than what is said here.
    pub(crate) async fn watch(
        &self,
        global: &Global,
        minutes: Option<f64>,
        more: Vec<(&'static str, String)>,
    ) -> Result<Watching> {
        if self.unmasked && !self.is_by_name() {
            bail!("numbers and secrets are shown to somebody: say who, with --as USER or --token");
        }
        let until = match minutes {
            Some(minutes) if !(0.001..=1_440.0).contains(&minutes) => {
                bail!("--minutes is from 0.001 to 1440, a day")
            }
            minutes => minutes.map(|m| Instant::now() + Duration::from_secs_f64(m * 60.0)),
        };
        let engine = self.reach.engine(global).await?;
        let query = self.query().into_iter().chain(more).collect();
        let mut lines = engine.lines("/api/v1/sip/trace", query);
        // The engine beats at once when it listens; a refusal comes before anything is written.
        let first = lines
            .recv()
            .await
            .context("the engine ended it at once")??;
        if !global.json {
            eprintln!("watching the engine at {}; Ctrl-C ends it", engine.url);
        }
        Ok(Watching {
            lines,
            first: Some(first),
            until,
            seen: 0,
            dropped: 0,
            packets_dropped: 0,
            said_quiet: global.json,
        })
    }

    /// Whether it is said who asks.
    pub(crate) fn is_by_name(&self) -> bool {
        self.reach.is_by_name()
    }

    /// Whether it is said whose audio: that of all calls is nobody's to take.
    pub(crate) fn chooses_calls(&self) -> bool {
        self.attempt.is_some() || self.trunk.is_some() || self.number.is_some()
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let attempt = self.attempt.map(|attempt| attempt.to_string());
        let set = [
            ("call", self.call.clone()),
            ("attempt", attempt),
            ("trunk", self.trunk.clone()),
            ("agent", self.agent.clone()),
            ("number", self.number.clone()),
            ("unmasked", self.unmasked.then(|| "true".to_owned())),
        ];
        let set = set.into_iter();
        set.filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

impl Watching {
    /// The next message, or the end.
    pub(crate) async fn next(&mut self) -> Result<Next> {
        let began = Instant::now();
        loop {
            let quiet = match self.said_quiet || self.seen > 0 {
                true => began + Duration::from_secs(24 * 3_600),
                false => began + QUIET,
            };
            let until = self.until.unwrap_or(quiet).min(quiet);
            let line = tokio::select! {
                biased;
                _ = tokio::signal::ctrl_c() => return Ok(Next::End),
                () = tokio::time::sleep_until(until) => {
                    if self.until.is_some_and(|until| until <= Instant::now()) {
                        return Ok(Next::End);
                    }
                    self.said_quiet = true;
                    eprintln!(
                        "nothing passed in {} s; start a campaign, register a phone, or ask for less \
                         (--call, --trunk, --agent, --number)",
                        QUIET.as_secs()
                    );
                    continue;
                }
                line = self.lines.recv() => line,
            };
            let Some(line) = line else {
                return Ok(Next::End);
            };
            match serde_json::from_str(&line?)? {
                TraceLine::Message(message) => {
                    self.seen += 1;
                    return Ok(Next::Message(Box::new(message)));
                }
                TraceLine::Packet(packet) => {
                    self.seen += 1;
                    return Ok(Next::Packet(Box::new(packet)));
                }
                TraceLine::Beat {
                    dropped,
                    packets_dropped,
                    ..
                } => {
                    self.dropped = dropped;
                    self.packets_dropped = packets_dropped;
                }
            }
        }
    }
}
