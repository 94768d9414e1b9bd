//! Requests of people for their rights in the Prometheus text format: an alarm on one that is late needs no log.

use domain::Timestamp;
use prometheus::{Encoder as _, GaugeVec, Opts, Registry, TextEncoder};
use store::{RequestRow, Store};

/// Kinds that are told even where there is no request of them, so that an alarm finds its figure.
const KINDS: [&str; 2] = ["consulta", "reclamo"];

/// The figures; nothing where the record does not answer.
pub(crate) async fn text(store: &dyn Store, now: Timestamp) -> String {
    match store.requests(None, true).await {
        Ok(open) => told(&open, now).unwrap_or_default(),
        Err(fault) => {
            tracing::warn!(%fault, "requests for rights could not be counted");
            String::new()
        }
    }
}

fn told(open: &[RequestRow], now: Timestamp) -> Result<String, prometheus::Error> {
    let registry = Registry::new();
    let gauge = |name: &str, help: &str, labels: &[&str]| {
        let gauge = GaugeVec::new(Opts::new(name, help), labels)?;
        registry.register(Box::new(gauge.clone()))?;
        Ok::<_, prometheus::Error>(gauge)
    };
    let waiting = gauge(
        "cadencia_rights_requests_open",
        "Requests of people for their rights that are not answered yet",
        &["kind"],
    )?;
    let late = gauge(
        "cadencia_rights_requests_overdue",
        "Of those, whose last day is over",
        &["kind"],
    )?;
    for kind in KINDS {
        waiting.with_label_values(&[kind]).set(0.0);
        late.with_label_values(&[kind]).set(0.0);
    }
    for row in open {
        let kind = [row.request.kind.as_str()];
        waiting.with_label_values(&kind).inc();
        late.with_label_values(&kind)
            .add(f64::from(u8::from(row.request.due_at <= now)));
    }
    let due = open.iter().map(|row| row.request.due_at).min();
    if let Some(due) = due {
        let next = gauge(
            "cadencia_rights_next_due_timestamp_seconds",
            "When the last day of the one due first is over; absent while none is open",
            &[],
        )?;
        next.with_label_values::<&str>(&[])
            .set(due.as_millis() as f64 / 1_000.0);
    }
    let mut text = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut text)?;
    Ok(String::from_utf8(text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::NewRequest;

    fn request(kind: &str, due: i64) -> RequestRow {
        RequestRow {
            id: due,
            request: NewRequest {
                person: None,
                kind: kind.to_owned(),
                received_at: Timestamp::from_millis(0),
                received_by: String::new(),
                channel: String::new(),
                words: String::new(),
                pack: "co@1".to_owned(),
                rule: "CO-6".to_owned(),
                due_on: "2026-12-15".to_owned(),
                due_at: Timestamp::from_millis(due),
            },
            extended: None,
            closed: None,
            sha256: None,
        }
    }

    #[test]
    fn a_request_is_late_from_the_instant_its_last_day_is_over() {
        let open = [request("consulta", 5_000), request("reclamo", 9_000)];
        let at = |ms| told(&open, Timestamp::from_millis(ms)).expect("figures");
        let late = |ms, count| {
            let line = format!("cadencia_rights_requests_overdue{{kind=\"consulta\"}} {count}\n");
            assert!(at(ms).contains(&line), "{}", at(ms));
        };
        late(4_999, 0);
        late(5_000, 1);
        let none = "cadencia_rights_requests_overdue{kind=\"reclamo\"} 0\n";
        assert!(at(5_000).contains(none));
        assert!(at(5_000).contains("cadencia_rights_next_due_timestamp_seconds 5\n"));
        let empty = told(&[], Timestamp::from_millis(0)).expect("figures");
        assert!(
            empty.contains(none) && !empty.contains("next_due"),
            "{empty}"
        );
    }
}
