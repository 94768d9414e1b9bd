//! From what `kpi` and `sales` decided to the shapes of the public API, in the language asked for.

use intake::Language;
use kpi::{Choice, Compared, Facts, Light, Shortfall, Told, Unit, half_up};
use sales::{PIPELINE, Pipeline};
use store::RefusalRow;
use wire::{
    GerencialFigure, GerencialIndicator, GerencialLoss, GerencialPlan, GerencialRefusal,
    GerencialShortfall, GerencialStage, GerencialStep,
};

use super::words::{self, pick};
use crate::kpis;

/// What was said of offers that is told one by one.
const REFUSALS_TOLD: usize = 15;

pub(super) fn indicator_of(row: Compared, language: Language) -> GerencialIndicator {
    let definition = row.judged.value.definition;
    let (unit, decimals) = (definition.unit, definition.decimals);
    let shown = |value: Option<f64>| {
        value.map_or_else(
            || kpi::NO_FIGURE.to_owned(),
            |value| unit.shown(value, decimals),
        )
    };
    let pair = row.before.zip(row.judged.value.value);
    let target = row.judged.target;
    GerencialIndicator {
        light: row.light.word().to_owned(),
        light_words: words::light(language, row.light),
        target_shown: target.map_or_else(String::new, |it| words::target(unit, it)),
        before: row.before,
        before_shown: shown(row.before),
        change_shown: pair.map_or_else(String::new, |(before, now)| {
            words::change(unit, decimals, before, now)
        }),
        shortfall: row
            .shortfall
            .as_ref()
            .map(|short| shortfall_of(short, language)),
        variants: row
            .variants
            .into_iter()
            .map(|one| kpis::shown(one, language))
            .collect(),
        kpi: kpis::shown(row.judged, language),
    }
}

fn sentence(short: &Shortfall, language: Language) -> String {
    match language {
        Language::Spanish => short.words(),
        Language::English => short.words_en(),
    }
}

fn shortfall_of(short: &Shortfall, language: Language) -> GerencialShortfall {
    GerencialShortfall {
        by: short.by,
        missing: short.missing,
        of: pick(language, (&short.of.0, &short.of.1)).to_owned(),
        is_excess: short.is_excess,
        calls: short.calls,
        sales: short.sales,
        hours: short.hours,
        words: sentence(short, language),
    }
}

pub(super) fn plan_of(row: &Compared, language: Language) -> Option<GerencialPlan> {
    let short = row.shortfall.as_ref().filter(|_| row.light.wants_plan())?;
    let definition = row.judged.value.definition;
    Some(GerencialPlan {
        indicator: definition.indicator().to_owned(),
        name: pick(language, (definition.name, definition.name_en)).to_owned(),
        light: row.light.word().to_owned(),
        missed_by: sentence(short, language),
        action: None,
        owner: None,
        due: None,
        follow_up: None,
    })
}

/// A figure of a part or a day.
pub(super) fn figure_of(told: Told, choices: &[Target], language: Language) -> GerencialFigure {
    let definition = told.value.definition;
    let target = choices.iter().find(|(id, _)| *id == definition.id);
    GerencialFigure {
        id: definition.id.to_owned(),
        name: pick(language, (definition.name, definition.name_en)).to_owned(),
        unit: definition.unit.word().to_owned(),
        value: told.value.value,
        shown: told.value.shown(),
        target: target.map(|(_, target)| *target),
        light: told.light.word().to_owned(),
    }
}

/// A variant with what it is compared with.
pub(super) type Target = (&'static str, f64);

/// What is compared, whatever the figures.
pub(super) fn targets(choices: &[Choice]) -> Vec<Target> {
    kpi::judge(&Facts::default(), choices)
        .into_iter()
        .filter_map(|one| Some((one.value.definition.id, one.target?)))
        .collect()
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

pub(super) fn steps_of(pipeline: &Pipeline, language: Language) -> Vec<GerencialStep> {
    let accepted = pipeline.reached[0].sales;
    let step = |place: usize| {
        let (stage, counted) = (PIPELINE[place], pipeline.reached[place]);
        let before = place
            .checked_sub(1)
            .map(|before| pipeline.reached[before].sales);
        GerencialStep {
            stage: stage.word().to_owned(),
            name: pick(language, stage.names()).to_owned(),
            sales: counted.sales,
            value: counted.value,
            of_accepted: ratio(counted.sales, accepted),
            of_before: before.and_then(|before| ratio(counted.sales, before)),
        }
    };
    (0..PIPELINE.len()).map(step).collect()
}

pub(super) fn standing_of(pipeline: &Pipeline, language: Language) -> Vec<GerencialStage> {
    let row = |(stage, counted): &(sales::Stage, sales::Counted)| GerencialStage {
        stage: stage.word().to_owned(),
        name: pick(language, stage.names()).to_owned(),
        sales: counted.sales,
        value: counted.value,
    };
    pipeline.standing.iter().map(row).collect()
}

pub(super) fn losses_of(pipeline: &Pipeline, language: Language) -> Vec<GerencialLoss> {
    let accepted = pipeline.reached[0].sales;
    let row = |loss: &sales::Loss| GerencialLoss {
        stage: loss.stage.word().to_owned(),
        name: pick(language, loss.stage.names()).to_owned(),
        reason: loss.reason.replace('_', " "),
        sales: loss.counted.sales,
        value: loss.counted.value,
        share: ratio(loss.counted.sales, accepted).unwrap_or_default(),
    };
    pipeline.losses.iter().map(row).collect()
}

/// The commonest one by one, and the others together.
pub(super) fn refusals_of(rows: &[RefusalRow], language: Language) -> Vec<GerencialRefusal> {
    let all: u64 = rows.iter().map(|row| row.calls).sum();
    let share = |calls| ratio(calls, all).unwrap_or_default();
    let mut told: Vec<GerencialRefusal> = rows
        .iter()
        .take(REFUSALS_TOLD)
        .map(|row| GerencialRefusal {
            code: row.code.clone(),
            words: row.levels.join(" / "),
            calls: row.calls,
            share: share(row.calls),
        })
        .collect();
    let others: u64 = rows.iter().skip(REFUSALS_TOLD).map(|row| row.calls).sum();
    if others > 0 {
        told.push(GerencialRefusal {
            code: String::new(),
            words: pick(language, ("las demás", "all others")).to_owned(),
            calls: others,
            share: share(others),
        });
    }
    told
}

pub(super) fn notes(facts: &Facts, language: Language) -> Vec<String> {
    let mut notes = vec![(
        "los registros son distintos: los de las horas, los días o las partes no suman los del total",
        "records are distinct ones: those of hours, days or parts do not add up to those of the whole",
    )];
    if facts.goal.is_none() {
        notes.push((
            "no hay meta de ventas de estos días; cárguela con `goal import`",
            "there is no goal of sales for these days; load one with `goal import`",
        ));
    }
    if facts.advisor_days.is_none() {
        notes.push((
            "nadie dijo cuánto dura un turno: ratio y productividad son s/d; use `roster import` o `roster usual`",
            "nobody said how long a shift is: ratio and productivity are s/d; use `roster import` or `roster usual`",
        ));
    }
    if facts.sales_legalised.is_none() {
        notes.push((
            "nadie sigue las ventas de esta campaña: lo legalizado es s/d y el embudo termina en aceptada",
            "nobody follows the sales of this campaign: what is legalised is s/d and the pipeline ends at accepted",
        ));
    }
    let mut notes: Vec<String> = notes
        .into_iter()
        .map(|note| pick(language, note).to_owned())
        .collect();
    let near = half_up(kpi::NEAR * 100.0, 0);
    let lights = Light::ALL.map(|light| words::light(language, light));
    let [met, near_words, missed, _] = &lights;
    notes.push(match language {
        Language::Spanish => format!(
            "{met}: la meta o mejor; {near_words}: a {near} % de la meta o menos; {missed}: más lejos; el abandono, que es un límite de la ley, no tiene «cerca»"
        ),
        Language::English => format!(
            "{met}: the target or better; {near_words}: within {near} % of the target; {missed}: farther off; abandonment, a limit of the law, has no \"near\""
        ),
    });
    notes
}

/// A share as a percentage with a decimal.
pub(super) fn percent(share: f64) -> String {
    Unit::Share.shown(share, 1)
}
