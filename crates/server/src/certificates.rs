//! Certificates are renewed while calls go on: read anew on SIGHUP, and by itself soon after a
//! file was written. Whoever renews them needs to restart nothing.

use std::time::Duration;

use anyhow::Result;
use telephony::Telephony;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Looks after the certificates of a node.
#[derive(Debug)]
pub(crate) struct Certificates(JoinHandle<()>);

impl Certificates {
    pub(crate) fn watch(telephony: Telephony) -> Result<Certificates> {
        let mut hang_up = signal(SignalKind::hangup())?;
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let watching = tokio::spawn(async move {
            loop {
                let asked = tokio::select! {
                    _ = hang_up.recv() => true,
                    _ = look.tick() => false,
                };
                let telephony = telephony.clone();
                // Files may be slow. An error means that the process ends.
                let _ = spawn_blocking(move || read(&telephony, asked)).await;
            }
        });
        Ok(Certificates(watching))
    }

    pub(crate) fn leave(&self) {
        self.0.abort();
    }
}

fn read(telephony: &Telephony, asked: bool) {
    let done = match asked {
        true => telephony.reload_certificates().map(|()| true),
        false => telephony.reload_changed_certificates(),
    };
    match done {
        Ok(true) => tracing::info!("certificates read anew"),
        Ok(false) => {}
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "certificates not read anew; those in use stay");
        }
    }
}
