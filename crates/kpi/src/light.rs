//! Traffic lights: how a figure stands to its target, told by shape and word as well as by colour, so that neither a grey
//! print nor eyes that see red and green alike lose it. Where "nearly" ends is data ([`NEAR`], [`STRICT`]).

use crate::choice::{Judged, RECOMMENDED, Side};

/// A figure that misses its target by at most this share of the target is near it.
pub const NEAR: f64 = 0.10;

/// Indicators with a limit of the law, which nobody nearly keeps: never near.
pub const STRICT: &[&str] = &["abandono"];

/// How a figure stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Light {
    /// The target or better.
    Met,
    /// Missed, by no more than [`NEAR`].
    Near,
    /// Missed by more.
    Missed,
    /// No figure, or nothing to compare it with.
    Unknown,
}

impl Light {
    /// Every light.
    pub const ALL: [Light; 4] = [Light::Met, Light::Near, Light::Missed, Light::Unknown];

    /// How a judged figure stands.
    pub fn of(judged: &Judged) -> Light {
        match judged.value.value.zip(judged.target) {
            Some((figure, target)) => {
                Light::between(judged.value.definition.indicator(), figure, target)
            }
            None => Light::Unknown,
        }
    }

    /// How a figure of an indicator stands to a target.
    pub fn between(indicator: &str, figure: f64, target: f64) -> Light {
        let mut known = RECOMMENDED.iter();
        let Some(row) = known.find(|row| row.indicator == indicator) else {
            return Light::Unknown;
        };
        let near = match STRICT.contains(&indicator) {
            true => 0.0,
            false => NEAR,
        };
        // A tenth short to the digit is a tenth short, whatever floats make of it.
        let slack = near + 4.0 * f64::EPSILON;
        let (met, close) = match row.side {
            Side::AtLeast => (figure >= target, figure >= target * (1.0 - slack)),
            Side::AtMost => (figure <= target, figure <= target * (1.0 + slack)),
        };
        match (met, close) {
            (true, _) => Light::Met,
            (false, true) => Light::Near,
            (false, false) => Light::Missed,
        }
    }

    /// The word used in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Light::Met => "met",
            Light::Near => "near",
            Light::Missed => "missed",
            Light::Unknown => "unknown",
        }
    }

    /// What is read, in Spanish and in English.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Light::Met => ("cumple", "met"),
            Light::Near => ("cerca", "near"),
            Light::Missed => ("no cumple", "missed"),
            Light::Unknown => ("sin comparar", "not compared"),
        }
    }

    /// Its shape: a different one for each.
    pub const fn sign(self) -> &'static str {
        match self {
            Light::Met => "●",
            Light::Near => "▲",
            Light::Missed => "■",
            Light::Unknown => "○",
        }
    }

    /// Its colour, as RGB: of the palette of Okabe and Ito, which all common kinds of colour vision tell apart.
    pub const fn colour(self) -> u32 {
        match self {
            Light::Met => 0x00_9E73,
            Light::Near => 0xE6_9F00,
            Light::Missed => 0xD5_5E00,
            Light::Unknown => 0x76_7676,
        }
    }

    /// Whether a plan is due.
    pub const fn wants_plan(self) -> bool {
        matches!(self, Light::Near | Light::Missed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_nearly_met_or_missed() {
        let light = |figure| Light::between("contactabilidad", figure, 0.70);
        assert_eq!(light(0.70), Light::Met);
        assert_eq!(light(0.64), Light::Near);
        assert_eq!(light(0.62), Light::Missed);
        assert_eq!(Light::between("efectividad", 0.018, 0.02), Light::Near);
    }

    #[test]
    fn of_what_should_be_small_more_is_worse_and_a_limit_of_the_law_has_no_nearly() {
        let tmo = |figure| Light::between("tmo", figure, 200.0);
        assert_eq!(
            [tmo(200.0), tmo(219.0), tmo(221.0)],
            [Light::Met, Light::Near, Light::Missed]
        );
        assert_eq!(Light::between("abandono", 0.0301, 0.03), Light::Missed);
        assert_eq!(Light::between("abandono", 0.03, 0.03), Light::Met);
        assert_eq!(Light::between("nada", 1.0, 1.0), Light::Unknown);
    }

    #[test]
    fn no_two_lights_look_alike() {
        for (place, one) in Light::ALL.iter().enumerate() {
            for other in &Light::ALL[place + 1..] {
                assert_ne!(one.sign(), other.sign());
                assert_ne!(one.colour(), other.colour());
                assert_ne!(one.names(), other.names());
            }
        }
    }
}
