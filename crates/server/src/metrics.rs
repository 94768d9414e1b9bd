//! Figures in the Prometheus text format. Never labelled by phone or call.

use std::time::Duration;

use domain::AgentStatus;
use engine::LiveState;
use prometheus::{Encoder as _, GaugeVec, Histogram, HistogramOpts, Opts, Registry, TextEncoder};
use telephony::Counters;

use crate::breaker_metrics;

/// What the loop measures of itself.
#[derive(Debug)]
pub(crate) struct LoopFigures {
    registry: Registry,
    pub(crate) commit: Histogram,
    pub(crate) bridge: Histogram,
    pub(crate) step: Histogram,
}

impl LoopFigures {
    pub(crate) fn new() -> Result<LoopFigures, prometheus::Error> {
        let registry = Registry::new();
        let make = |name: &str, help: &str| -> Result<Histogram, prometheus::Error> {
            let buckets = prometheus::exponential_buckets(0.000_05, 2.0, 18)?;
            let histogram = Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets))?;
            registry.register(Box::new(histogram.clone()))?;
            Ok(histogram)
        };
        Ok(LoopFigures {
            commit: make(
                "cadencia_commit_seconds",
                "From an event's step to its durability",
            )?,
            bridge: make(
                "cadencia_bridge_seconds",
                "From the answer's datagram to joined audio",
            )?,
            step: make("cadencia_step_seconds", "Time of one step of the loop")?,
            registry,
        })
    }
}

/// Notes a time.
pub(crate) fn took(histogram: &Histogram, time: Duration) {
    histogram.observe(time.as_secs_f64());
}

pub(crate) fn text(live: &LiveState, counters: &Counters, figures: &LoopFigures) -> String {
    let registry = Registry::new();
    // Names are fixed and distinct: registering them cannot fail.
    let gathered = gather(&registry, live, counters)
        .map(|()| {
            let mut families = figures.registry.gather();
            families.extend(registry.gather());
            families
        })
        .unwrap_or_default();
    let mut text = Vec::new();
    if TextEncoder::new().encode(&gathered, &mut text).is_err() {
        return String::new();
    }
    String::from_utf8(text).unwrap_or_default()
}

/// What somebody gathers, in the Prometheus text format; nothing where that cannot be.
pub(crate) fn encoded(gather: impl FnOnce(&Registry) -> Result<(), prometheus::Error>) -> String {
    let registry = Registry::new();
    let mut text = Vec::new();
    // Names are fixed and distinct: registering them cannot fail.
    let gathered =
        gather(&registry).and_then(|()| TextEncoder::new().encode(&registry.gather(), &mut text));
    match gathered {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

/// A gauge among the figures of a registry.
pub(crate) fn gauge(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<GaugeVec, prometheus::Error> {
    let gauge = GaugeVec::new(Opts::new(name, help), labels)?;
    registry.register(Box::new(gauge.clone()))?;
    Ok(gauge)
}

fn gather(
    registry: &Registry,
    live: &LiveState,
    counters: &Counters,
) -> Result<(), prometheus::Error> {
    let gauge = |name: &str, help: &str, labels: &[&str]| gauge(registry, name, help, labels);
    let agents = gauge("cadencia_agents", "Agents by status", &["status"])?;
    for status in AgentStatus::ALL {
        let count = live.agents.iter().filter(|agent| agent.status == status);
        agents
            .with_label_values(&[status.word()])
            .set(count.count() as f64);
    }
    let calls = gauge("cadencia_calls", "Calls by state", &["campaign", "state"])?;
    let totals = gauge(
        "cadencia_campaign_calls_total",
        "Calls since the start",
        &["campaign", "kind"],
    )?;
    for campaign in &live.campaigns {
        let by_state = [
            ("intended", campaign.calls.intended),
            ("dialing", campaign.calls.dialing),
            ("ringing", campaign.calls.ringing),
            ("waiting", campaign.calls.waiting),
            ("talking", campaign.calls.talking),
            ("message", campaign.calls.message),
        ];
        for (state, count) in by_state {
            calls
                .with_label_values(&[campaign.name.as_str(), state])
                .set(f64::from(count));
        }
        let by_kind = [
            ("attempts", campaign.attempts),
            ("live_answers", campaign.live_answers),
            ("abandoned", campaign.abandoned),
        ];
        for (kind, count) in by_kind {
            totals
                .with_label_values(&[campaign.name.as_str(), kind])
                .set(count as f64);
        }
    }
    let sip = gauge("cadencia_sip", "Signalling and media figures", &["figure"])?;
    for (name, value) in named(counters) {
        sip.with_label_values(&[name]).set(value as f64);
    }
    let reaped = gauge(
        "cadencia_reaped_agents",
        "Agents and calls that had lost each other",
        &[],
    )?;
    reaped
        .with_label_values::<&str>(&[])
        .set(live.reaped as f64);
    let stalled = gauge(
        "cadencia_store_stalled",
        "1 while the store does not commit",
        &[],
    )?;
    stalled
        .with_label_values::<&str>(&[])
        .set(f64::from(u8::from(live.store_stalled)));
    counting(registry)?;
    breaker_metrics::gather(registry, &live.trunks, live.at)
}

/// What the counters that reports read cost the commits of calls.
fn counting(registry: &Registry) -> Result<(), prometheus::Error> {
    let (calls, took) = store::counting_cost();
    for (name, help, value) in [
        (
            "cadencia_counted_calls_total",
            "Calls counted by hour as they were closed, typed or corrected",
            calls as f64,
        ),
        (
            "cadencia_counting_seconds_total",
            "Time of commits spent on counting calls by hour",
            took.as_secs_f64(),
        ),
    ] {
        gauge(registry, name, help, &[])?
            .with_label_values::<&str>(&[])
            .set(value);
    }
    Ok(())
}

fn named(counters: &Counters) -> [(&'static str, u64); 32] {
    [
        ("invites_sent", counters.invites_sent),
        ("sip_in", counters.sip_in),
        ("sip_out", counters.sip_out),
        ("malformed", counters.malformed),
        ("unheard", counters.unheard),
        ("scanners", counters.scanners),
        ("wrong_logins", counters.wrong_logins),
        ("bans", counters.bans),
        ("send_errors", counters.send_errors),
        ("connections_open", counters.connections_open),
        ("connections_refused", counters.connections_refused),
        ("handshakes_failed", counters.handshakes_failed),
        ("calls_open", counters.calls_open),
        ("lines_up", counters.lines_up),
        ("bridges", counters.bridges),
        ("messages_played", counters.messages_played),
        ("phones_passed_over", counters.phones_passed_over),
        ("registers_dropped", counters.registers_dropped),
        ("calls_taken", counters.calls_taken),
        ("calls_refused", counters.calls_refused),
        ("refused_phones", counters.refused_phones),
        ("refused_numbers", counters.refused_numbers),
        ("refused_busy", counters.refused_busy),
        ("refused_audio", counters.refused_audio),
        ("refused_overload", counters.refused_overload),
        ("orphans_ended", counters.orphans_ended),
        ("reaped_dialogs", counters.reaped_dialogs),
        ("reaped_legs", counters.reaped_legs),
        ("reaped_calls", counters.reaped_calls),
        ("reaped_lines", counters.reaped_lines),
        ("rtp_lost", counters.rtp_lost),
        ("rtp_foreign", counters.rtp_foreign),
    ]
}
