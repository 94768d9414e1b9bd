//! How a call sounded, estimated from what the streams show: the transmission rating of the E-model
//! (ITU-T G.107) for G.711 with loss concealment. An estimate of the network's part alone: echo,
//! noise and the phones themselves are taken to be as G.107 assumes them.

use crate::LegStats;

/// Rating of a call without delay and loss (G.107, default values).
const BEST: f64 = 93.2;
/// How well G.711 with concealment bears loss at random (G.113, appendix I, table I.4).
const LOSS_ROBUSTNESS: f64 = 25.1;
/// From the voice to its packet: one packet of 20 ms.
const PACKETISATION_MS: f64 = 20.0;
/// What a listener's jitter buffer adds for each millisecond of jitter.
const BUFFER_PER_JITTER: f64 = 2.0;

/// What a leg's peer said, as it came to us, in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Packets that came.
    pub received: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Interarrival jitter (RFC 3550, 6.4.1), in milliseconds.
    pub jitter_ms: f64,
    /// Round trip by RTCP, in milliseconds; `None`: the peer sends no reports.
    pub rtt_ms: Option<f64>,
    /// Packets of ours the peer says it lost.
    pub remote_lost: Option<u64>,
    /// Jitter the peer measures on our stream, in milliseconds.
    pub remote_jitter_ms: Option<f64>,
    /// Transmission rating of what came, 0 to 93.2.
    pub r_factor: f64,
}

impl Quality {
    /// Of the stretch from `before` until `now`; `None` where nothing was to be heard in it.
    pub fn between(before: &LegStats, now: &LegStats) -> Option<Quality> {
        let received = now.packets_in.saturating_sub(before.packets_in);
        let lost = now.lost.saturating_sub(before.lost);
        if received + lost == 0 {
            return None;
        }
        let share = lost as f64 / (received + lost) as f64;
        let remote_lost = now.remote_lost.map(|lost| {
            let before = before.remote_lost.unwrap_or(0);
            u64::try_from(i64::from(lost) - i64::from(before)).unwrap_or(0)
        });
        let way = now.rtt_ms.unwrap_or(0.0) / 2.0;
        let delay = way + PACKETISATION_MS + BUFFER_PER_JITTER * now.jitter_ms;
        Some(Quality {
            received,
            lost,
            jitter_ms: now.jitter_ms,
            rtt_ms: now.rtt_ms,
            remote_lost,
            remote_jitter_ms: now.remote_jitter_ms,
            r_factor: r_factor(share, delay),
        })
    }
}

/// Rating at a share of packets lost (0 to 1) and a one-way delay in milliseconds.
pub fn r_factor(loss: f64, delay_ms: f64) -> f64 {
    let percent = loss.clamp(0.0, 1.0) * 100.0;
    // Of equipment (G.107, 7-29 with Ie = 0 and losses at random).
    let equipment = 95.0 * percent / (percent + LOSS_ROBUSTNESS);
    // Of delay, in the simple form of Cole and Rosenbluth (2001).
    let delay = delay_ms.max(0.0);
    let late = (delay - 177.3).max(0.0);
    let of_delay = 0.024 * delay + 0.11 * late;
    (BEST - equipment - of_delay).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 0.05, "{value}, not {expected}");
    }

    #[test]
    fn ratings_are_those_of_the_model() {
        near(r_factor(0.0, 0.0), 93.2);
        near(r_factor(0.01, 0.0), 89.56);
        near(r_factor(0.05, 0.0), 77.42);
        near(r_factor(0.20, 0.0), 51.07);
        near(r_factor(0.0, 150.0), 89.6);
        near(r_factor(0.0, 400.0), 59.1);
        near(r_factor(1.0, 10_000.0), 0.0);
    }

    #[test]
    fn a_stretch_counts_what_came_in_it_alone() {
        let before = LegStats {
            packets_in: 1_000,
            lost: 900,
            remote_lost: Some(7),
            ..LegStats::default()
        };
        let now = LegStats {
            packets_in: 1_950,
            lost: 950,
            jitter_ms: 5.0,
            rtt_ms: Some(40.0),
            remote_lost: Some(9),
            ..before.clone()
        };
        let quality = Quality::between(&before, &now).expect("packets came");
        assert_eq!((quality.received, quality.lost), (950, 50));
        assert_eq!(quality.remote_lost, Some(2));
        near(quality.r_factor, r_factor(0.05, 50.0));
        assert_eq!(Quality::between(&now, &now), None);
    }
}
