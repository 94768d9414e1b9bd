//! Breakers of trunks in the Prometheus text format, labelled by the trunk's name: what they do
//! with calls, since when, and for how long still.

use domain::Timestamp;
use engine::{BreakerState, TrunkLive};
use prometheus::Registry;

use crate::metrics::gauge;

/// Puts the breakers of these trunks among the figures.
pub(crate) fn gather(
    registry: &Registry,
    trunks: &[TrunkLive],
    now: Timestamp,
) -> Result<(), prometheus::Error> {
    let gauge = |name: &str, help: &str, labels: &[&str]| gauge(registry, name, help, labels);
    let states = gauge(
        "cadencia_trunk_breaker",
        "1 for the state in which the breaker of a trunk is",
        &["trunk", "state"],
    )?;
    let turned = gauge(
        "cadencia_trunk_breaker_since_timestamp_seconds",
        "When the breaker came into its state; absent while it never opened",
        &["trunk"],
    )?;
    let left = gauge(
        "cadencia_trunk_breaker_retry_after_seconds",
        "While it is open: in how long the next call finds out; else 0",
        &["trunk"],
    )?;
    for trunk in trunks {
        let (name, breaker) = (trunk.name.as_str(), &trunk.breaker);
        for state in BreakerState::ALL {
            let is_it = f64::from(u8::from(state == breaker.state));
            states.with_label_values(&[name, state.word()]).set(is_it);
        }
        if let Some(since) = breaker.since {
            let seconds = since.as_millis() as f64 / 1_000.0;
            turned.with_label_values(&[name]).set(seconds);
        }
        let wait = breaker.retry_at.map(|until| until.since(now));
        let seconds = wait.unwrap_or_default().as_secs_f64();
        left.with_label_values(&[name]).set(seconds);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::TrunkId;
    use engine::BreakerLive;
    use prometheus::{Encoder as _, TextEncoder};

    use super::*;

    fn trunk(name: &str, breaker: BreakerLive) -> TrunkLive {
        TrunkLive {
            id: TrunkId::new(1),
            name: name.to_owned(),
            calls: 0,
            channels_max: 30,
            enabled: true,
            registered: None,
            register_refused: None,
            breaker,
        }
    }

    #[test]
    fn an_open_breaker_says_since_when_and_for_how_long_and_one_that_never_opened_does_not() {
        let now = Timestamp::from_millis(100_000);
        let open = BreakerLive {
            state: BreakerState::Open,
            since: Some(Timestamp::from_millis(98_500)),
            retry_at: Some(now + Duration::from_millis(2_250)),
            asked: false,
        };
        let fine = BreakerLive {
            state: BreakerState::Closed,
            since: None,
            retry_at: None,
            asked: false,
        };
        let registry = Registry::new();
        let trunks = [trunk("a", open), trunk("b", fine)];
        gather(&registry, &trunks, now).expect("names are distinct");
        let mut text = Vec::new();
        let encoded = TextEncoder::new().encode(&registry.gather(), &mut text);
        encoded.expect("it fits into memory");
        let text = String::from_utf8(text).expect("text");
        for line in [
            r#"cadencia_trunk_breaker{state="open",trunk="a"} 1"#,
            r#"cadencia_trunk_breaker{state="closed",trunk="a"} 0"#,
            r#"cadencia_trunk_breaker{state="half_open",trunk="a"} 0"#,
            r#"cadencia_trunk_breaker_since_timestamp_seconds{trunk="a"} 98.5"#,
            r#"cadencia_trunk_breaker_retry_after_seconds{trunk="a"} 2.25"#,
            r#"cadencia_trunk_breaker{state="closed",trunk="b"} 1"#,
            r#"cadencia_trunk_breaker_retry_after_seconds{trunk="b"} 0"#,
        ] {
            assert!(text.lines().any(|said| said == line), "{line} in\n{text}");
        }
        assert!(!text.contains(r#"since_timestamp_seconds{trunk="b"}"#));
    }
}
