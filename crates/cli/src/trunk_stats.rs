//! `cadencia trunk stats`: what becomes of calls over each trunk, by the running engine.

use anyhow::Result;
use clap::Args;
use wire::{TrunkBreaker, TrunkSpan, TrunkStats};

use crate::Global;
use crate::engine_api::Reach;
use crate::output::{show, table};

#[derive(Args)]
pub(crate) struct Stats {
    #[command(flatten)]
    reach: Reach,
}

impl Stats {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let engine = self.reach.engine(global).await?;
        let trunks: Vec<TrunkStats> = engine.get("/api/v1/trunks/stats").await?;
        show(global, &trunks, |trunks| {
            let rows: Vec<_> = trunks.iter().flat_map(rows).collect();
            table(
                &[
                    "trunk",
                    "breaker",
                    "now",
                    "calls/s",
                    "over",
                    "calls",
                    "answered",
                    "failed",
                    "ASR",
                    "NER",
                    "PDD ms",
                    "p95",
                    "again out/in",
                    "failures",
                ],
                &rows,
                "no trunks yet; make one with `cadencia trunk set NAME --host ADDRESS`",
            );
        })
    }
}

fn rows(trunk: &TrunkStats) -> Vec<Vec<String>> {
    let spans = [
        ("1 min", &trunk.minute),
        ("15 min", &trunk.quarter_hour),
        ("start", &trunk.since_start),
    ];
    let row = |(place, (over, span)): (usize, (&str, &TrunkSpan))| {
        let first = |text: String| if place == 0 { text } else { String::new() };
        let mut row = vec![
            first(trunk.name.clone()),
            first(breaker(&trunk.breaker)),
            first(trunk.channels_in_use.to_string()),
            first(format!("{:.1}", trunk.calls_per_second)),
            over.to_owned(),
        ];
        row.extend(cells(span));
        row
    };
    spans.into_iter().enumerate().map(row).collect()
}

/// `closed`, `half open`, or `open 2.3 s`; a `!` where the carrier asked for it.
fn breaker(breaker: &TrunkBreaker) -> String {
    let asked = if breaker.asked { "!" } else { "" };
    match breaker.retry_after_s {
        Some(left) => format!("{}{asked} {left:.1} s", breaker.state),
        None => breaker.state.replace('_', " "),
    }
}

fn cells(span: &TrunkSpan) -> Vec<String> {
    let none = || "-".to_owned();
    let share = |share: Option<f64>| share.map_or_else(none, |s| format!("{:.0}%", s * 100.0));
    let time = |ms: Option<u64>| ms.map_or_else(none, |ms| ms.to_string());
    let failures: Vec<_> = span
        .failures_by_outcome
        .iter()
        .map(|(outcome, count)| format!("{outcome} {count}"))
        .collect();
    vec![
        span.attempts.to_string(),
        span.answers.to_string(),
        span.failures.to_string(),
        share(span.answer_seizure_ratio),
        share(span.network_effectiveness_ratio),
        time(span.post_dial_delay_ms),
        time(span.post_dial_delay_p95_ms),
        format!(
            "{}/{}",
            span.retransmissions_sent, span.retransmissions_received
        ),
        failures.join(", "),
    ]
}
