//! Which variant of an indicator is compared with which target, and what is to be said of that choice: a client's target
//! may be out of reach for the variant chosen, whatever advisors do, or met by answering machines.

use crate::bound::upper_bound;
use crate::catalogue::{CATALOGUE, Definition, Unit};
use crate::compute::{KpiValue, compute};
use crate::facts::Facts;
use crate::term::Term;

/// Fewest attempts that may show a target to be out of reach (ruling 17).
const OUT_OF_REACH_ATTEMPTS_MIN: u64 = 1_000;
/// The variant that answering machines can satisfy (ruling 18).
const MET_BY_MACHINES: &str = "contactabilidad.network";

/// Which side of its target a figure should be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The target or more.
    AtLeast,
    /// The target or less.
    AtMost,
}

/// What the house recommends for an indicator: per record for clients' targets, per call for pacing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recommended {
    /// Of which indicator.
    pub indicator: &'static str,
    /// The variant compared.
    pub variant: &'static str,
    /// The target of the client's procedure, or of the house.
    pub target: Option<f64>,
    /// Which side is good.
    pub side: Side,
}

const fn recommended(
    indicator: &'static str,
    variant: &'static str,
    target: Option<f64>,
) -> Recommended {
    Recommended {
        indicator,
        variant,
        target,
        side: Side::AtLeast,
    }
}

/// One for each indicator that can have a target.
pub const RECOMMENDED: &[Recommended] = &[
    recommended("contactabilidad", "contactabilidad.records", Some(0.70)),
    recommended("contacto_efectivo", "contacto_efectivo.records", Some(0.60)),
    recommended("efectividad", "efectividad.record", Some(0.02)),
    recommended("gestion_base", "gestion_base", Some(0.85)),
    recommended("cumplimiento", "cumplimiento", Some(0.80)),
    recommended("ratio", "ratio", None),
    recommended("productividad", "productividad", None),
    Recommended {
        side: Side::AtMost,
        ..recommended("abandono", "abandono", Some(0.03))
    },
    recommended("utilizacion", "utilizacion", None),
    Recommended {
        side: Side::AtMost,
        ..recommended("tmo", "tmo", None)
    },
    Recommended {
        side: Side::AtMost,
        ..recommended("espera", "espera", None)
    },
];

/// What a campaign chose for an indicator.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Of which indicator.
    pub indicator: String,
    /// The variant compared with the target.
    pub variant: String,
    /// Its own target; `None`: the recommended one.
    pub target: Option<f64>,
}

/// Why a choice makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChoice {
    /// No such indicator, or none that has targets.
    #[error("`{name}` is no indicator; use one of: {all}", name = .0, all = indicators())]
    Indicator(String),
    /// A variant of nothing, or of another indicator.
    #[error("`{variant}` is no variant of {indicator}; use one of: {all}", all = variants(.indicator))]
    Variant {
        /// Chosen for.
        indicator: String,
        /// What was chosen.
        variant: String,
    },
    /// A target nothing can be compared with.
    #[error("a target is a number above 0, and a share is written as 70% or 0.7")]
    Target,
}

fn indicators() -> String {
    let all: Vec<_> = RECOMMENDED.iter().map(|row| row.indicator).collect();
    all.join(", ")
}

fn variants(indicator: &str) -> String {
    let of = |row: &&Definition| row.indicator() == indicator;
    let all: Vec<_> = CATALOGUE.iter().filter(of).map(|row| row.id).collect();
    all.join(", ")
}

impl Choice {
    /// Whether there are such an indicator and variant, and the target can be one.
    pub fn check(&self) -> Result<(), InvalidChoice> {
        let Choice {
            indicator,
            variant,
            target,
        } = self;
        if !RECOMMENDED.iter().any(|row| row.indicator == indicator) {
            return Err(InvalidChoice::Indicator(indicator.clone()));
        }
        if Definition::of(variant).is_none_or(|row| row.indicator() != indicator) {
            let (indicator, variant) = (indicator.clone(), variant.clone());
            return Err(InvalidChoice::Variant { indicator, variant });
        }
        match target {
            Some(target) if !(target.is_finite() && *target > 0.0) => Err(InvalidChoice::Target),
            _ => Ok(()),
        }
    }
}

/// Reads `70%`, `0.7`, `1.5` or `650000`.
pub fn read_target(text: &str) -> Result<f64, InvalidChoice> {
    let text = text.trim();
    let (number, scale) = text
        .strip_suffix('%')
        .map_or((text, 1.0), |number| (number.trim_end(), 100.0));
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value / scale),
        _ => Err(InvalidChoice::Target),
    }
}

/// What must be said beside a figure that is compared with a target.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Answering machines alone can meet it.
    MetByMachines,
    /// Whatever advisors do, the target is not reached: what limits it is too small itself.
    OutOfReach {
        /// What limits the numerator.
        limiting: Term,
        /// The most that can be attained at present.
        best: f64,
        /// Below which that is, with 95 % confidence.
        bound: f64,
        /// The target.
        target: f64,
    },
}

impl Notice {
    /// Stable word.
    pub const fn code(&self) -> &'static str {
        match self {
            Notice::MetByMachines => "met_by_machines",
            Notice::OutOfReach { .. } => "out_of_reach",
        }
    }

    /// In Spanish.
    pub fn words(&self) -> String {
        match self {
            Notice::MetByMachines => {
                "esta variante cuenta los buzones como contestadas: con ellos solos se cumple la meta".to_owned()
            }
            Notice::OutOfReach {
                limiting,
                best,
                bound,
                target,
            } => format!(
                "meta de {} fuera de alcance con esta variante: lo limita «{}», a lo sumo {} (menos de {} con 95 % de confianza)",
                percent(*target),
                limiting.names().0,
                percent(*best),
                percent(*bound)
            ),
        }
    }
}

impl Notice {
    /// In English.
    pub fn words_en(&self) -> String {
        match self {
            Notice::MetByMachines => {
                "this variant counts answering machines as answered: they alone meet the target"
                    .to_owned()
            }
            Notice::OutOfReach {
                limiting,
                best,
                bound,
                target,
            } => format!(
                "target of {} out of reach for this variant: \"{}\" limits it, {} at most (under {} with 95 % confidence)",
                percent(*target),
                limiting.names().1,
                percent(*best),
                percent(*bound)
            ),
        }
    }
}

fn percent(share: f64) -> String {
    Unit::Share.shown(share, 1)
}

/// Every indicator with what it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The figure.
    pub value: KpiValue,
    /// Whether this variant is the one compared; the rest is empty where not.
    pub chosen: bool,
    /// With what; `None`: nothing is agreed.
    pub target: Option<f64>,
    /// Whether it is met; `None` without figure or target.
    pub met: Option<bool>,
    /// What is to be said of it.
    pub notices: Vec<Notice>,
}

/// Computes every indicator and compares the variants chosen, by default the recommended ones.
pub fn judge(facts: &Facts, choices: &[Choice]) -> Vec<Judged> {
    let judged = |value: KpiValue| {
        let of_indicator = |row: &&Recommended| row.indicator == value.definition.indicator();
        match RECOMMENDED.iter().find(of_indicator) {
            Some(row) => compared(value, row, choices, facts),
            None => plain(value),
        }
    };
    compute(facts).into_iter().map(judged).collect()
}

fn plain(value: KpiValue) -> Judged {
    Judged {
        value,
        chosen: false,
        target: None,
        met: None,
        notices: Vec::new(),
    }
}

fn compared(value: KpiValue, row: &Recommended, choices: &[Choice], facts: &Facts) -> Judged {
    let own = choices.iter().find(|own| own.indicator == row.indicator);
    let variant = own.map_or(row.variant, |own| own.variant.as_str());
    if value.definition.id != variant {
        return plain(value);
    }
    let target = own.and_then(|own| own.target).or(row.target);
    let met = value
        .value
        .zip(target)
        .map(|(figure, target)| match row.side {
            Side::AtLeast => figure >= target,
            Side::AtMost => figure <= target,
        });
    let mut notices = Vec::new();
    if variant == MET_BY_MACHINES {
        notices.push(Notice::MetByMachines);
    }
    if let Some(target) = target.filter(|_| row.side == Side::AtLeast) {
        notices.extend(out_of_reach(value.definition, target, facts));
    }
    Judged {
        value,
        chosen: true,
        target,
        met,
        notices,
    }
}

/// The best that can be attained is all of what the numerator is a part of; where even that is, with 95 % confidence, below
/// the target, the target is structurally out of reach (ruling 17).
fn out_of_reach(definition: &Definition, target: f64, facts: &Facts) -> Option<Notice> {
    let limiting = definition.limit?;
    if facts.attempts < OUT_OF_REACH_ATTEMPTS_MIN {
        return None;
    }
    let part = facts.value(limiting)?;
    let whole = definition.denominator.value(facts)?;
    let bound = upper_bound(part as u64, whole as u64)?;
    (bound < target).then(|| Notice::OutOfReach {
        limiting,
        best: part / whole,
        bound,
        target,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month() -> Facts {
        Facts {
            attempts: 30_000,
            network_answered: 21_300,
            answered: 9_600,
            effective: 5_952,
            sales_accepted: 300,
            worked: 9_975,
            records_network_answered: 9_000,
            records_answered: 7_182,
            records_effective: 4_900,
            ..Facts::default()
        }
    }

    fn chosen(variant: &str, target: Option<f64>) -> Vec<Choice> {
        let indicator = Definition::of(variant).expect("a variant").indicator();
        vec![Choice {
            indicator: indicator.to_owned(),
            variant: variant.to_owned(),
            target,
        }]
    }

    fn judged(facts: &Facts, choices: &[Choice], id: &str) -> Judged {
        let all = judge(facts, choices);
        let found = all.into_iter().find(|one| one.value.definition.id == id);
        found.expect("it is in the catalogue")
    }

    #[test]
    fn the_same_month_passes_by_record_and_fails_by_call() {
        let by_record = judged(&month(), &[], "contactabilidad.records");
        assert_eq!((by_record.chosen, by_record.met), (true, Some(true)));
        assert_eq!(judged(&month(), &[], "contactabilidad").met, None);
        let by_call = chosen("contactabilidad", None);
        let by_call = judged(&month(), &by_call, "contactabilidad");
        assert_eq!((by_call.target, by_call.met), (Some(0.70), Some(false)));
        // The network answered 71 %: an advisor could still reach it.
        assert_eq!(by_call.notices, []);
    }

    #[test]
    fn a_target_above_what_the_network_answers_is_out_of_reach() {
        let choices = chosen("contactabilidad", Some(0.75));
        let notices = judged(&month(), &choices, "contactabilidad").notices;
        let [
            Notice::OutOfReach {
                limiting,
                best,
                bound,
                ..
            },
        ] = notices[..]
        else {
            panic!("{notices:?}")
        };
        assert_eq!(limiting, Term::NetworkAnswered);
        assert_eq!(best, 0.71);
        assert!(bound > 0.71 && bound < 0.72, "{bound}");
        assert_eq!(
            notices[0].words(),
            "meta de 75.0 % fuera de alcance con esta variante: lo limita «contestadas por la red (incluye buzón)», \
             a lo sumo 71.0 % (menos de 71.4 % con 95 % de confianza)"
        );
        // 999 attempts show nothing.
        let few = Facts {
            attempts: 999,
            network_answered: 100,
            ..Facts::default()
        };
        assert_eq!(judged(&few, &choices, "contactabilidad").notices, []);
    }

    #[test]
    fn the_literal_effective_contact_is_limited_by_those_offered() {
        let choices = chosen("contacto_efectivo.literal", Some(0.65));
        let notices = judged(&month(), &choices, "contacto_efectivo.literal").notices;
        assert!(
            matches!(
                notices[..],
                [Notice::OutOfReach {
                    limiting: Term::Effective,
                    ..
                }]
            ),
            "{notices:?}"
        );
    }

    #[test]
    fn machines_that_meet_a_target_are_told() {
        let choices = chosen("contactabilidad.network", None);
        let judged = judged(&month(), &choices, "contactabilidad.network");
        assert_eq!(judged.met, Some(true));
        assert_eq!(judged.notices, [Notice::MetByMachines]);
    }

    #[test]
    fn what_makes_no_sense_is_not_chosen() {
        let check = |indicator: &str, variant: &str, target| {
            let (indicator, variant) = (indicator.to_owned(), variant.to_owned());
            let choice = Choice {
                indicator,
                variant,
                target,
            };
            choice.check()
        };
        assert_eq!(check("efectividad", "efectividad.neta", Some(0.01)), Ok(()));
        let no = check("ventas", "ratio", None).expect_err("no such indicator");
        assert!(no.to_string().contains("contactabilidad"), "{no}");
        let no = check("ratio", "efectividad", None).expect_err("of another");
        assert!(no.to_string().contains("ratio.sph"), "{no}");
        for target in [0.0, -1.0, f64::NAN] {
            assert_eq!(
                check("ratio", "ratio", Some(target)),
                Err(InvalidChoice::Target)
            );
        }
        assert_eq!(read_target("70 %"), Ok(0.7));
        assert_eq!(read_target("650000"), Ok(650_000.0));
        assert_eq!(read_target("setenta"), Err(InvalidChoice::Target));
    }

    #[test]
    fn every_indicator_has_its_recommendation_and_it_is_a_sound_one() {
        for definition in CATALOGUE.iter().filter(|row| !row.id.contains('.')) {
            let row = RECOMMENDED
                .iter()
                .find(|row| row.indicator == definition.id);
            let row = row.unwrap_or_else(|| panic!("{} has none", definition.id));
            let choice = Choice {
                indicator: row.indicator.to_owned(),
                variant: row.variant.to_owned(),
                target: row.target,
            };
            assert_eq!(choice.check(), Ok(()));
        }
    }
}
