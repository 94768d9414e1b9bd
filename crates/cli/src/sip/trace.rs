//! `cadencia sip trace`: messages as they pass, a line each, call by call.

use std::collections::HashMap;

use anyhow::Result;
use chrono::{DateTime, Local};
use clap::Args;
use serde_json::json;
use wire::{TraceLine, TracedMessage};

use super::watching::{Next, Wanted};
use crate::Global;

/// Calls whose first message is remembered; with more the counting of offsets begins anew.
const CALLS_MAX: usize = 10_000;
/// Characters of a start line that fit beside the rest.
const START_SHOWN: usize = 46;

/// Show messages as they pass, call by call; numbers and secrets masked
#[derive(Args)]
pub(crate) struct Trace {
    #[command(flatten)]
    wanted: Wanted,
    /// Show whole messages
    #[arg(long)]
    full: bool,
    /// End after so many minutes
    #[arg(long)]
    minutes: Option<f64>,
}

/// What was shown so far.
#[derive(Default)]
struct Shown {
    /// By Call-ID: a short name, and when its first message passed.
    calls: HashMap<String, (u64, i64)>,
    calls_total: u64,
    messages: u64,
    again: u64,
}

impl Trace {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let mut watching = self.wanted.watch(global, self.minutes, Vec::new()).await?;
        let mut shown = Shown::default();
        if let Some(beat) = watching.first.take().filter(|_| global.json) {
            println!("{beat}");
        }
        while let Next::Message(message) = watching.next().await? {
            let line = shown.line(&message);
            let text = message.text.clone();
            match global.json {
                true => println!("{}", serde_json::to_string(&TraceLine::Message(*message))?),
                false => println!("{line}"),
            }
            if self.full && !global.json {
                for line in text.lines() {
                    println!("    {}", calm(line));
                }
            }
        }
        let Shown {
            calls_total: calls,
            messages,
            again,
            ..
        } = shown;
        let dropped = watching.dropped;
        if global.json {
            let end = json!({"kind": "end", "messages": messages, "calls": calls,
                "again": again, "dropped": dropped});
            println!("{end}");
        } else {
            eprintln!(
                "{messages} messages of {calls} calls, {again} of them again; {dropped} missed"
            );
        }
        Ok(())
    }
}

impl Shown {
    fn line(&mut self, message: &TracedMessage) -> String {
        self.messages += 1;
        self.again += u64::from(message.again);
        if self.calls.len() >= CALLS_MAX && !self.calls.contains_key(&message.call_id) {
            self.calls.clear();
        }
        let (number, began) = *self
            .calls
            .entry(message.call_id.clone())
            .or_insert_with(|| {
                self.calls_total += 1;
                (self.calls_total, message.at_us)
            });
        let after = (message.at_us - began) as f64 / 1e6;
        let arrow = match message.direction.as_str() {
            "out" => "-->",
            _ => "<--",
        };
        let start = message.start.strip_prefix("SIP/2.0 ");
        let start = start.unwrap_or_else(|| message.start.trim_end_matches(" SIP/2.0"));
        let start: String = calm(start).chars().take(START_SHOWN).collect();
        let mut notes = vec![format!("{} {}", message.transport, message.remote)];
        notes.extend(message.trunk.clone());
        notes.extend(message.attempt.map(|attempt| format!("attempt {attempt}")));
        if message.text.contains("\nm=audio") {
            notes.push("SDP".to_owned());
        }
        if message.again {
            notes.push("again".to_owned());
        }
        let cseq = calm(&message.cseq);
        format!(
            "{}  #{number:<5} {after:>9.3}  {arrow} {start:<START_SHOWN$}  {cseq:<12}  {}",
            time(message.at_us),
            notes.join("  ")
        )
    }
}

fn time(at_us: i64) -> String {
    let at = DateTime::from_timestamp_micros(at_us).unwrap_or_default();
    at.with_timezone(&Local).format("%H:%M:%S%.3f").to_string()
}

/// What would steer the terminal is shown as a dot.
fn calm(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '.' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(at_us: i64, direction: &str, start: &str, again: bool) -> TracedMessage {
        TracedMessage {
            at_us,
            direction: direction.to_owned(),
            transport: "UDP".to_owned(),
            local: "127.0.0.1:5060".to_owned(),
            remote: "127.0.0.1:5070".to_owned(),
            trunk: Some("hilo".to_owned()),
            attempt: Some(7),
            call_id: "c".to_owned(),
            start: start.to_owned(),
            method: None,
            status: None,
            cseq: "1 INVITE".to_owned(),
            again,
            text: "x\nm=audio 1".to_owned(),
            length: 9,
            masked: true,
        }
    }

    #[test]
    fn a_line_says_which_call_when_who_and_what() {
        let mut shown = Shown::default();
        let first = shown.line(&message(1_000_000, "out", "INVITE sip:a SIP/2.0", false));
        assert!(
            first.contains("#1         0.000  --> INVITE sip:a  "),
            "{first}"
        );
        assert!(
            first.ends_with("1 INVITE      UDP 127.0.0.1:5070  hilo  attempt 7  SDP"),
            "{first}"
        );
        let second = shown.line(&message(1_512_000, "in", "SIP/2.0 180 \u{1b}[2J", true));
        assert!(
            second.contains("#1         0.512  <-- 180 .[2J  "),
            "{second}"
        );
        assert!(second.ends_with("again"), "{second}");
        assert_eq!((shown.messages, shown.calls_total, shown.again), (2, 1, 1));
    }
}
