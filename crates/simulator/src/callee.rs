//! Whom a call reaches, and what they do: drawn when the call is placed.

use std::time::Duration;

use domain::{Outcome, PhoneNumber};

use crate::Scenario;
use crate::dice::Dice;
use crate::segments::Segment;

/// No network sets a call up faster.
pub(crate) const SETUP_MIN: Duration = Duration::from_millis(100);

/// Whom a call reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callee {
    /// Someone picks up.
    Person,
    /// A machine picks up.
    Machine,
    /// Nobody picks up: why.
    Nobody(Outcome),
}

/// What a call will be like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    pub(crate) callee: Callee,
    /// From INVITE to ringing, or to the refusal.
    pub(crate) setup: Duration,
    /// From ringing to picking up, where somebody does.
    pub(crate) ring: Duration,
}

impl Fate {
    /// `hour`: local time. `known`: the number was found to exist before. `segment`: whom it is of.
    pub(crate) fn draw(
        scenario: &Scenario,
        segment: Option<&Segment>,
        phone: PhoneNumber,
        known: bool,
        hour: u8,
        dice: &mut Dice,
    ) -> Fate {
        let model = &scenario.model;
        let mix = model.mix_by_hour.get(&hour).unwrap_or(&scenario.mix);
        let callee = if !known && is_invalid(scenario, phone) {
            Callee::Nobody(Outcome::InvalidNumber)
        } else {
            match segment {
                Some(segment) => segment.mix(mix).draw(dice),
                None => mix.draw(dice),
            }
        };
        let setup = SETUP_MIN + dice.around(scenario.setup_mean);
        let learnt = match callee {
            Callee::Machine | Callee::Nobody(Outcome::Machine) => model.machine_ring_ms.draw(dice),
            Callee::Person => model.ring_ms.draw(dice),
            Callee::Nobody(_) => None,
        };
        let ring = learnt.unwrap_or_else(|| match callee {
            // Voice mail takes over when the network has rung long enough.
            Callee::Machine | Callee::Nobody(Outcome::Machine) => dice.millis(12_000, 20_000),
            Callee::Person => Duration::from_millis(800) + dice.around(scenario.ring_mean),
            Callee::Nobody(_) => Duration::ZERO,
        });
        Fate {
            callee,
            setup,
            ring,
        }
    }

    /// Whether the far end rings at all.
    pub(crate) fn rings(&self) -> bool {
        matches!(
            self.callee,
            Callee::Person
                | Callee::Machine
                | Callee::Nobody(Outcome::NoAnswer | Outcome::Machine | Outcome::Rejected)
        )
    }
}

/// A property of the number, whenever it is called: mixed from it and the seed.
fn is_invalid(scenario: &Scenario, phone: PhoneNumber) -> bool {
    let mut mixed =
        (phone.as_u64() ^ scenario.seed.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^= mixed >> 31;
    mixed % scenario.mix.total().max(1) < u64::from(scenario.mix.invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_become_what_the_mix_says() {
        let scenario = Scenario::default();
        let mut dice = Dice::new(3);
        let (mut people, mut invalid) = (0, 0);
        for n in 0..20_000 {
            let phone = PhoneNumber::from_e164(&format!("+573{n:09}")).expect("a mobile");
            match Fate::draw(&scenario, None, phone, false, 10, &mut dice).callee {
                Callee::Person => people += 1,
                Callee::Nobody(Outcome::InvalidNumber) => invalid += 1,
                _ => {}
            }
        }
        assert!((5_700..6_300).contains(&people), "{people}");
        assert!((1_400..1_800).contains(&invalid), "{invalid}");
    }
}
