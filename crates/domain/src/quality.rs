//! How a call sounded, as its record keeps it. Whole numbers, so that facts compare exactly.

/// One side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum CallLeg {
    /// The customer's.
    Customer = 1,
    /// The agent's, while they were on this call.
    Agent = 2,
}

impl CallLeg {
    /// Every leg.
    pub const ALL: [CallLeg; 2] = [CallLeg::Customer, CallLeg::Agent];

    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<CallLeg> {
        Self::ALL.into_iter().find(|leg| leg.number() == number)
    }

    /// The word used in the API and reports.
    pub const fn word(self) -> &'static str {
        match self {
            CallLeg::Customer => "customer",
            CallLeg::Agent => "agent",
        }
    }
}

/// How one leg's peer was heard, by RTP and RTCP (RFC 3550).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegQuality {
    /// Which.
    pub leg: CallLeg,
    /// Packets that came.
    pub received: u32,
    /// Packets that never came.
    pub lost: u32,
    /// Interarrival jitter, in microseconds.
    pub jitter_us: u32,
    /// Round trip, in microseconds, where the peer sends reports.
    pub rtt_us: Option<u32>,
    /// Packets of ours the peer says it lost.
    pub remote_lost: Option<u32>,
    /// Jitter the peer measures on our stream, in microseconds.
    pub remote_jitter_us: Option<u32>,
    /// Transmission rating of the E-model (ITU-T G.107), in tenths: 0 to 932.
    pub r_tenths: u16,
}

impl LegQuality {
    /// The mean opinion score that stands for the rating (G.107, annex B): 1 to 4.5, in hundredths
    /// at best.
    pub fn mean_opinion_score(&self) -> f64 {
        let r = f64::from(self.r_tenths) / 10.0;
        let score = 1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6;
        (score.clamp(1.0, 4.5) * 100.0).round() / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_model() {
        for (r_tenths, score) in [(932, 4.41), (700, 3.6), (500, 2.58), (0, 1.0), (30, 1.0)] {
            let leg = LegQuality {
                leg: CallLeg::Customer,
                received: 1,
                lost: 0,
                jitter_us: 0,
                rtt_us: None,
                remote_lost: None,
                remote_jitter_us: None,
                r_tenths,
            };
            assert_eq!(leg.mean_opinion_score(), score, "{r_tenths}");
        }
    }
}
