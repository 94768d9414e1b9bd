//! Figures of trunks in the Prometheus text format, labelled by the trunk's name. Written out by
//! hand: what is counted elsewhere, as it stands, is no metric that the library would keep.

use std::fmt::Write as _;

use domain::Outcome;
use telephony::{SPREAD_BOUNDS, Spread, TrunkFigures, TrunkTotals};

use crate::signalling::CLASSES;

/// A counter or gauge: its name, what it is, its kind, and its value of a trunk.
type Figure = (
    &'static str,
    &'static str,
    &'static str,
    fn(&TrunkFigures) -> f64,
);

const FIGURES: [Figure; 9] = [
    (
        "cadencia_trunk_attempts_total",
        "Calls whose INVITE left",
        "counter",
        |trunk| trunk.since_start.attempts as f64,
    ),
    (
        "cadencia_trunk_answers_total",
        "Calls answered",
        "counter",
        |trunk| trunk.since_start.answers as f64,
    ),
    (
        "cadencia_trunk_failures_total",
        "Calls that came to nothing",
        "counter",
        |trunk| trunk.since_start.failures as f64,
    ),
    (
        "cadencia_trunk_retransmissions_sent_total",
        "SIP messages of calls sent again",
        "counter",
        |trunk| trunk.since_start.repeats_sent as f64,
    ),
    (
        "cadencia_trunk_retransmissions_received_total",
        "SIP messages of calls that came again",
        "counter",
        |trunk| trunk.since_start.repeats_heard as f64,
    ),
    (
        "cadencia_trunk_channels_in_use",
        "Calls on the trunk now",
        "gauge",
        |trunk| f64::from(trunk.open),
    ),
    (
        "cadencia_trunk_calls_per_second",
        "Calls that leave, over the last ten seconds",
        "gauge",
        |trunk| trunk.calls_per_second,
    ),
    (
        "cadencia_trunk_answer_seizure_ratio",
        "Answers among calls that came to an end, over 15 minutes",
        "gauge",
        |trunk| trunk.quarter.answer_seizure_ratio().unwrap_or(f64::NAN),
    ),
    (
        "cadencia_trunk_network_effectiveness_ratio",
        "Calls that the network did its part for, over 15 minutes",
        "gauge",
        |trunk| trunk.quarter.network_effectiveness().unwrap_or(f64::NAN),
    ),
];

/// The metrics of all trunks; nothing where there are none.
pub(crate) fn text(trunks: &[TrunkFigures]) -> String {
    let mut text = String::new();
    if trunks.is_empty() {
        return text;
    }
    for (name, help, kind, value) in FIGURES {
        head(&mut text, name, help, kind);
        for trunk in trunks {
            sample(&mut text, name, trunk, "", value(trunk));
        }
    }
    failures(&mut text, trunks);
    spread(
        &mut text,
        "cadencia_trunk_post_dial_delay_seconds",
        "From INVITE to the first 180 to 183",
        trunks,
        |totals| &totals.post_dial,
    );
    spread(
        &mut text,
        "cadencia_trunk_answer_delay_seconds",
        "From INVITE to the answer",
        trunks,
        |totals| &totals.answer_delay,
    );
    text
}

fn failures(text: &mut String, trunks: &[TrunkFigures]) {
    let name = "cadencia_trunk_failures_by_outcome_total";
    head(
        text,
        name,
        "Calls that came to nothing, by outcome",
        "counter",
    );
    for trunk in trunks {
        let counts = Outcome::ALL.iter().zip(trunk.since_start.by_outcome);
        for (outcome, count) in counts.filter(|(_, count)| *count > 0) {
            let label = format!(",outcome=\"{}\"", outcome.word());
            sample(text, name, trunk, &label, count as f64);
        }
    }
    let name = "cadencia_trunk_failures_by_status_total";
    head(
        text,
        name,
        "Calls that came to nothing, by class of SIP status",
        "counter",
    );
    for trunk in trunks {
        for (class, count) in CLASSES.into_iter().zip(trunk.since_start.by_class) {
            sample(
                text,
                name,
                trunk,
                &format!(",status=\"{class}\""),
                count as f64,
            );
        }
    }
}

fn spread(
    text: &mut String,
    name: &str,
    help: &str,
    trunks: &[TrunkFigures],
    of: fn(&TrunkTotals) -> &Spread,
) {
    head(text, name, help, "histogram");
    for trunk in trunks {
        let spread = of(&trunk.since_start);
        let bucket = format!("{name}_bucket");
        for (bound, count) in SPREAD_BOUNDS.into_iter().zip(spread.up_to) {
            let label = format!(",le=\"{}\"", bound as f64 / 1_000.0);
            sample(text, &bucket, trunk, &label, count as f64);
        }
        sample(text, &bucket, trunk, ",le=\"+Inf\"", spread.count as f64);
        sample(
            text,
            &format!("{name}_sum"),
            trunk,
            "",
            spread.sum.as_secs_f64(),
        );
        sample(
            text,
            &format!("{name}_count"),
            trunk,
            "",
            spread.count as f64,
        );
    }
}

fn head(text: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn sample(text: &mut String, name: &str, trunk: &TrunkFigures, labels: &str, value: f64) {
    let quoted = trunk
        .name
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    // A ratio of nothing is no figure.
    if !value.is_nan() {
        let _ = writeln!(text, "{name}{{trunk=\"{quoted}\"{labels}}} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::TrunkId;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        assert_eq!(text(&[]), "");
        let mut trunk = TrunkFigures {
            id: TrunkId::new(1),
            name: "a \"b\" \\".to_owned(),
            open: 3,
            calls_per_second: 0.5,
            minute: TrunkTotals::default(),
            quarter: TrunkTotals::default(),
            since_start: TrunkTotals::default(),
        };
        trunk.since_start.attempts = 7;
        trunk.since_start.by_class[2] = 4;
        let text = text(&[trunk]);
        for line in [
            "# TYPE cadencia_trunk_attempts_total counter",
            r#"cadencia_trunk_attempts_total{trunk="a \"b\" \\"} 7"#,
            r#"cadencia_trunk_channels_in_use{trunk="a \"b\" \\"} 3"#,
            r#"cadencia_trunk_failures_by_status_total{trunk="a \"b\" \\",status="4xx"} 4"#,
            r#"cadencia_trunk_post_dial_delay_seconds_bucket{trunk="a \"b\" \\",le="0.1"} 0"#,
            "# TYPE cadencia_trunk_answer_delay_seconds histogram",
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line} in\n{text}"
            );
        }
        assert!(!text.contains("NaN"), "{text}");
    }
}
