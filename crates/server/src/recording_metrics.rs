//! Figures about recordings, and the alarms among them.

use prometheus::Registry;
use recorder::Counters;

use crate::archiving::Figures;
use crate::metrics::{encoded, gauge};
use crate::recordings::BEHIND_MAX;

pub(crate) fn text(counters: &Counters, low: bool, archive: &Figures) -> String {
    encoded(|registry| {
        gather(registry, counters, low)?;
        gather_archive(registry, archive)
    })
}

fn gather(registry: &Registry, counters: &Counters, low: bool) -> Result<(), prometheus::Error> {
    let figures = gauge(
        registry,
        "cadencia_recordings",
        "Recordings: being made, finished and failed since the start, seconds a slow disk could not \
         take, bytes written; how long, in seconds, what the disk takes now has waited for it",
        &["figure"],
    )?;
    for (name, value) in [
        ("open", counters.open()),
        ("finished", counters.finished()),
        ("failed", counters.failed()),
        ("seconds_lost", counters.seconds_lost()),
        ("bytes", counters.bytes()),
        ("behind_s", counters.behind().as_secs()),
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
    let slow = gauge(
        registry,
        "cadencia_recordings_disk_slow",
        "1 while what is recorded waits more than 5 s for the disk",
        &[],
    )?;
    slow.with_label_values::<&str>(&[])
        .set(f64::from(u8::from(counters.behind() > BEHIND_MAX)));
    Ok(())
}

fn gather_archive(registry: &Registry, archive: &Figures) -> Result<(), prometheus::Error> {
    let figures = gauge(
        registry,
        "cadencia_recordings_archive",
        "Recordings on their way to the archive: waiting, how long the one that waits longest does in \
         seconds; stored, bytes stored and failed tries since the start",
        &["figure"],
    )?;
    for (name, value) in archive.all() {
        figures.with_label_values(&[name]).set(value as f64);
    }
    let late = gauge(
        registry,
        "cadencia_recordings_archive_late",
        "1 while a recording waits for the archive longer than it should",
        &[],
    )?;
    late.with_label_values::<&str>(&[])
        .set(f64::from(u8::from(archive.is_late())));
    Ok(())
}
