//! What the reports between browser and us say of a leg (RFC 3550, section 6): str0m writes and reads
//! them, and tells their sum now and then.

use media::LegStats;
use str0m::stats::{MediaEgressStats, PeerStats};

/// Samples a millisecond of G.711: the unit of jitter in reports.
const SAMPLES_A_MS: f64 = 8.0;

/// The browser's view of what we send.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    rtt_ms: Option<f64>,
    lost: Option<i32>,
    jitter_ms: Option<f64>,
    reports: u64,
}

impl Figures {
    /// Takes what is newer.
    pub fn merge(&mut self, newer: &Figures) {
        self.rtt_ms = newer.rtt_ms.or(self.rtt_ms);
        self.lost = newer.lost.or(self.lost);
        self.jitter_ms = newer.jitter_ms.or(self.jitter_ms);
        self.reports += newer.reports;
    }

    /// Adds them to those of a leg.
    pub fn add_to(&self, stats: &mut LegStats) {
        stats.rtt_ms = self.rtt_ms;
        stats.remote_lost = self.lost;
        stats.remote_jitter_ms = self.jitter_ms;
        stats.rtcp_in = self.reports;
    }

    pub(crate) fn of_sent(stats: &MediaEgressStats) -> Figures {
        let remote = stats.remote.as_ref();
        Figures {
            rtt_ms: stats.rtt.map(|rtt| rtt.as_secs_f64() * 1_000.0),
            lost: remote.map(|remote| i32::try_from(remote.packets_lost).unwrap_or(i32::MAX)),
            jitter_ms: remote.map(|remote| f64::from(remote.jitter) / SAMPLES_A_MS),
            reports: u64::from(remote.is_some()),
        }
    }

    pub(crate) fn of_path(stats: &PeerStats) -> Figures {
        Figures {
            rtt_ms: stats.rtt.map(|rtt| rtt.as_secs_f64() * 1_000.0),
            ..Figures::default()
        }
    }
}
