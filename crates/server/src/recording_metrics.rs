//! Figures about recordings, and the alarms among them.

use prometheus::{Encoder as _, Registry, TextEncoder};
use recorder::Counters;

use crate::metrics::gauge;

pub(crate) fn text(counters: &Counters, low: bool) -> String {
    let registry = Registry::new();
    let mut text = Vec::new();
    // Names are fixed and distinct: registering them cannot fail.
    let gathered = gather(&registry, counters, low)
        .and_then(|()| TextEncoder::new().encode(&registry.gather(), &mut text));
    match gathered {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

fn gather(registry: &Registry, counters: &Counters, low: bool) -> Result<(), prometheus::Error> {
    let figures = gauge(
        registry,
        "cadencia_recordings",
        "Recordings: being made, finished and failed since the start, seconds a slow disk could not \
         take, bytes written",
        &["figure"],
    )?;
    for (name, value) in [
        ("open", counters.open()),
        ("finished", counters.finished()),
        ("failed", counters.failed()),
        ("seconds_lost", counters.seconds_lost()),
        ("bytes", counters.bytes()),
    ] {
        figures.with_label_values(&[name]).set(value as f64);
    }
    let room = gauge(
        registry,
        "cadencia_recordings_disk_low",
        "1 while the disk of the recordings is too full to begin any",
        &[],
    )?;
    room.with_label_values::<&str>(&[])
        .set(f64::from(u8::from(low)));
    Ok(())
}
