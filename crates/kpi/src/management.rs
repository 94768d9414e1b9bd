//! What an informe gerencial is composed of: each indicator by the variant that the campaign compares, with its light, what it
//! was before and what it is short of; and the same of parts: a base, a segment, an advisor, an hour of the day.

use crate::catalogue::Definition;
use crate::choice::{Choice, Judged, judge};
use crate::compute::KpiValue;
use crate::facts::Facts;
use crate::light::Light;
use crate::roster::Presence;
use crate::shortfall::Shortfall;

/// What a report is broken down by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// The base a record came in.
    Base,
    /// The segment a call was made in.
    Segment,
    /// The advisor a call was connected to.
    Advisor,
    /// The hour of the day of the INVITE.
    Hour,
}

impl Dimension {
    /// Every one, in the order of reports.
    pub const ALL: [Dimension; 4] = [
        Dimension::Base,
        Dimension::Segment,
        Dimension::Advisor,
        Dimension::Hour,
    ];

    /// The word used in the API and in files.
    pub const fn word(self) -> &'static str {
        match self {
            Dimension::Base => "base",
            Dimension::Segment => "segment",
            Dimension::Advisor => "advisor",
            Dimension::Hour => "hour",
        }
    }
}

/// The indicators that mean something of a part. Goals and advisors' time are of the whole campaign and not of a base or
/// segment; calls that found no advisor are nobody's; a base is not received by the hour.
pub const fn told_by(dimension: Dimension) -> &'static [&'static str] {
    match dimension {
        Dimension::Base | Dimension::Segment => &[
            "contactabilidad",
            "contacto_efectivo",
            "efectividad",
            "gestion_base",
            "abandono",
        ],
        Dimension::Advisor => &[
            "contacto_efectivo",
            "efectividad",
            "cumplimiento",
            "ratio",
            "productividad",
            "utilizacion",
            "tmo",
        ],
        Dimension::Hour => &[
            "contactabilidad",
            "contacto_efectivo",
            "efectividad",
            "cumplimiento",
            "ratio",
            "productividad",
            "abandono",
            "utilizacion",
            "tmo",
        ],
    }
}

/// The counts of a part.
#[derive(Clone, Debug, PartialEq)]
pub struct PartFacts {
    /// Its number: of a list, segment or advisor, or the hour.
    pub part: i64,
    /// What it is called; empty where nobody named it.
    pub name: String,
    /// Its own counts; records are the distinct ones of the part, which do not add up over parts.
    pub facts: Facts,
    /// Who was connected for how long, by day; of advisors and hours.
    pub presences: Vec<Presence>,
}

/// A figure with its light.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The figure by the variant compared.
    pub value: KpiValue,
    /// How it stands to its target.
    pub light: Light,
}

/// An indicator of the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// By the variant that the campaign compares, with its target.
    pub judged: Judged,
    /// How it stands.
    pub light: Light,
    /// The indicator's other variants, which are compared with nothing.
    pub variants: Vec<Judged>,
    /// The same figure of the time before.
    pub before: Option<f64>,
    /// What it is short of; `None` where it is met or has no target.
    pub shortfall: Option<Shortfall>,
}

/// Every indicator that can have a target, in the order of the catalogue.
pub fn compared(facts: &Facts, before: &Facts, choices: &[Choice]) -> Vec<Compared> {
    let earlier = judge(before, choices);
    let (chosen, others): (Vec<_>, Vec<_>) = judge(facts, choices)
        .into_iter()
        .partition(|judged| judged.chosen);
    let of_row = |judged: Judged| {
        let definition = judged.value.definition;
        let same = |one: &&Judged| one.value.definition.id == definition.id;
        let variant = |one: &&Judged| one.value.definition.indicator() == definition.indicator();
        Compared {
            light: Light::of(&judged),
            variants: others.iter().filter(variant).cloned().collect(),
            before: earlier.iter().find(same).and_then(|one| one.value.value),
            shortfall: Shortfall::of(&judged, facts),
            judged,
        }
    };
    chosen.into_iter().map(of_row).collect()
}

/// The figures of other counts by the variants compared: of `indicators`, or of all that can have a target.
pub fn told(facts: &Facts, choices: &[Choice], indicators: Option<&[&str]>) -> Vec<Told> {
    let wanted = |definition: &Definition| {
        indicators.is_none_or(|some| some.contains(&definition.indicator()))
    };
    judge(facts, choices)
        .into_iter()
        .filter(|judged| judged.chosen && wanted(judged.value.definition))
        .map(|judged| Told {
            light: Light::of(&judged),
            value: judged.value,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::RECOMMENDED;

    fn month(answered: u64) -> Facts {
        Facts {
            attempts: 1_000,
            answered,
            records_answered: answered,
            worked: 500,
            effective: 200,
            records_effective: 150,
            sales_accepted: 9,
            ..Facts::default()
        }
    }

    #[test]
    fn every_indicator_is_told_once_by_the_variant_compared_with_the_others_beside_it() {
        let rows = compared(&month(300), &month(400), &[]);
        let ids: Vec<_> = rows
            .iter()
            .map(|row| row.judged.value.definition.indicator())
            .collect();
        let expected: Vec<_> = RECOMMENDED.iter().map(|row| row.indicator).collect();
        assert_eq!(ids, expected);
        let first = &rows[0];
        assert_eq!(first.judged.value.definition.id, "contactabilidad.records");
        assert_eq!(
            (first.judged.value.value, first.before),
            (Some(0.6), Some(0.8))
        );
        assert_eq!(first.light, Light::Missed);
        assert!(first.shortfall.is_some());
        let variants: Vec<_> = first
            .variants
            .iter()
            .map(|one| one.value.definition.id)
            .collect();
        assert_eq!(
            variants,
            [
                "contactabilidad",
                "contactabilidad.system",
                "contactabilidad.network"
            ]
        );
        // 9 of 500 records are 1.8 %: within a tenth of 2 %.
        assert_eq!(rows[2].light, Light::Near);
        let goal = rows
            .iter()
            .find(|row| row.judged.value.definition.id == "cumplimiento");
        let goal = goal.expect("in the catalogue");
        assert_eq!((goal.light, &goal.shortfall), (Light::Unknown, &None));
    }

    #[test]
    fn a_part_is_told_by_the_same_variants_and_only_by_what_means_something_of_it() {
        let choice = Choice {
            indicator: "efectividad".to_owned(),
            variant: "efectividad.answered".to_owned(),
            target: Some(0.03),
        };
        for dimension in Dimension::ALL {
            let wanted = told_by(dimension);
            let told = told(&month(300), std::slice::from_ref(&choice), Some(wanted));
            let indicators: Vec<_> = told
                .iter()
                .map(|one| one.value.definition.indicator())
                .collect();
            assert_eq!(indicators, wanted, "{dimension:?}");
            let sold = told
                .iter()
                .find(|one| one.value.definition.indicator() == "efectividad");
            let sold = sold.expect("told of every part");
            assert_eq!(sold.value.definition.id, "efectividad.answered");
            assert_eq!((sold.value.value, sold.light), (Some(0.03), Light::Met));
        }
    }
}
