//! The informe gerencial: a campaign over some days against its targets, how it evolved, by parts, what became of its sales and
//! what is to be planned. Figures are those of the catalogue over the same counts as every other report; here they are
//! gathered, and what is made of them is decided in `kpi` and `sales`.

mod csv;
mod drawing;
mod evolution;
mod form;
mod page;
mod parts;
mod route;
mod words;
mod workbook;

use campaigns::{Campaign, DayClock};
use chrono::NaiveDate;
use domain::Timestamp;
use intake::Language;
use kpi::{
    Choice, Compared, Dimension, Facts, Light, Period, Shortfall, Told, Unit, compared, half_up,
    span_before,
};
use sales::{PIPELINE, Pipeline};
use store::{CorrectionRow, RefusalRow, Store};
use wire::{
    GerencialFigure, GerencialIndicator, GerencialLoss, GerencialPlan, GerencialRefusal,
    GerencialReport, GerencialShortfall, GerencialStage, GerencialStep,
};

use self::words::pick;
use crate::error::ApiError;
use crate::goals::day_text;
use crate::kpi_facts::{Agreed, facts_of};
use crate::kpis;

pub use self::csv::gerencial_csv;
pub use self::form::{GerencialForm, write_gerencial};
pub use self::page::gerencial_page;
pub(crate) use self::route::{__path_of_campaign, of_campaign};

/// Most days of a report.
const DAYS_MAX: i64 = 400;
/// What was said of offers that is told one by one.
const REFUSALS_TOLD: usize = 15;

/// Which days, and as they stood when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GerencialWanted {
    /// The first day, by the clock of the campaign's law pack.
    pub from: NaiveDate,
    /// The first day that is not of it.
    pub to: NaiveDate,
    /// The base is what was received from this day on; all that the campaign received where absent.
    pub received_from: Option<NaiveDate>,
    /// As it stood when this day ended; now where absent.
    pub as_of: Option<NaiveDate>,
    /// What it is written in.
    pub language: Language,
}

/// A day counted from 1970.
fn number_of(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// The informe gerencial of a campaign at an instant.
pub async fn gerencial(
    store: &dyn Store,
    campaign: &Campaign,
    wanted: &GerencialWanted,
    now: Timestamp,
) -> Result<GerencialReport, ApiError> {
    let made = Gathering::begin(store, campaign, wanted, now).await?;
    made.report(now).await
}

/// A report in the making.
struct Gathering<'a> {
    store: &'a dyn Store,
    campaign: &'a Campaign,
    wanted: &'a GerencialWanted,
    clock: DayClock,
    /// First day, and the one after the last.
    days: (i64, i64),
    period: Period,
    choices: Vec<Choice>,
    /// Corrections of its calls that were made on later days than these.
    corrections: Vec<CorrectionRow>,
}

impl<'a> Gathering<'a> {
    async fn begin(
        store: &'a dyn Store,
        campaign: &'a Campaign,
        wanted: &'a GerencialWanted,
        now: Timestamp,
    ) -> Result<Gathering<'a>, ApiError> {
        let clock = DayClock::of(&campaign.law_pack);
        let days = (number_of(wanted.from), number_of(wanted.to));
        if days.0 < 0 || days.1 <= days.0 || days.1 - days.0 > DAYS_MAX {
            return Err(ApiError::Invalid(format!(
                "{} until {} is no span of this report: it has 1 to {DAYS_MAX} days, the last of which is not included",
                wanted.from, wanted.to
            )));
        }
        let ends = |date: NaiveDate| clock.begins(number_of(date) + 1);
        let until = wanted.as_of.map_or(now, |date| ends(date).min(now));
        let period = Period {
            from: clock.begins(days.0),
            to: clock.begins(days.1).min(until),
            received_from: wanted
                .received_from
                .map(|date| clock.begins(number_of(date))),
            as_of: wanted.as_of.map(|_| until),
        };
        if period.from >= period.to {
            return Err(ApiError::Invalid(format!(
                "nothing of {} until {} has passed by then",
                wanted.from, wanted.to
            )));
        }
        let corrections = store.corrections(campaign.id, period.from, now).await?;
        let is_late = |row: &CorrectionRow| {
            row.placed_at
                .is_some_and(|at| clock.day(at) < clock.day(row.at))
        };
        Ok(Gathering {
            store,
            campaign,
            wanted,
            clock,
            days: (days.0, days.1.min(clock.day(period.to) + 1)),
            period,
            choices: store.kpi_choices(campaign.id).await?,
            corrections: corrections.into_iter().filter(is_late).collect(),
        })
    }

    /// Days, as the period is told of.
    fn period_of(&self, (from, to): (i64, i64)) -> Period {
        Period {
            from: self.clock.begins(from),
            to: self.clock.begins(to).min(self.period.to),
            ..self.period
        }
    }

    async fn report(&self, now: Timestamp) -> Result<GerencialReport, ApiError> {
        let language = self.wanted.language;
        let facts = facts_of(self.store, self.campaign, &self.period).await?;
        let (asked_from, asked_to) = (number_of(self.wanted.from), number_of(self.wanted.to));
        let before = span_before(asked_from, asked_to);
        let earlier = match before.0 < 0 {
            true => Facts::default(),
            false => facts_of(self.store, self.campaign, &self.period_of(before)).await?,
        };
        let rows = compared(&facts, &earlier, &self.choices);
        let courses = self.store.sale_courses(self.campaign.id, &self.period);
        let pipeline = Pipeline::of(&courses.await?, self.period.as_of.unwrap_or(now));
        let refusals = self.store.refusals(self.campaign.id, &self.period).await?;
        let restated: Vec<&CorrectionRow> = self.restated(&self.period, self.period.to).collect();
        Ok(GerencialReport {
            campaign: self.campaign.name.clone(),
            language: words::code(language).to_owned(),
            from: self.wanted.from.to_string(),
            to: self.wanted.to.to_string(),
            from_ms: self.period.from.as_millis(),
            to_ms: self.period.to.as_millis(),
            before_from: day_text(before.0),
            before_to: day_text(before.1),
            as_of: self.wanted.as_of.map(|date| date.to_string()),
            received_from: self.wanted.received_from.map(|date| date.to_string()),
            made_at: now.as_millis(),
            definitions: kpi::VERSION.to_owned(),
            near: kpi::NEAR,
            strict: kpi::STRICT.iter().map(|it| (*it).to_owned()).collect(),
            plans: rows
                .iter()
                .filter_map(|row| plan_of(row, language))
                .collect(),
            notes: notes(&facts, language),
            indicators: rows
                .into_iter()
                .map(|row| indicator_of(row, language))
                .collect(),
            days: self.evolution(kpi::Step::Day).await?,
            weeks: self.evolution(kpi::Step::Week).await?,
            months: self.evolution(kpi::Step::Month).await?,
            parts: self.parts().await?,
            pipeline: steps_of(&pipeline, language),
            standing: standing_of(&pipeline, language),
            losses: losses_of(&pipeline, language),
            refusals: refusals_of(&refusals, language),
            version: u32::try_from(restated.len())
                .unwrap_or(u32::MAX)
                .saturating_add(1),
            restated_at: restated.last().map(|row| row.at.as_millis()),
        })
    }

    /// Corrections of the calls of a period, made from an instant on.
    fn restated(&self, period: &Period, since: Timestamp) -> impl Iterator<Item = &CorrectionRow> {
        let within = period.from..period.to;
        let of_period = move |row: &&CorrectionRow| {
            row.at >= since && row.placed_at.is_some_and(|at| within.contains(&at))
        };
        self.corrections.iter().filter(of_period)
    }

    async fn parts(&self) -> Result<Vec<wire::GerencialBreakdown>, ApiError> {
        let (from, to) = (self.period.from, self.period.to);
        let agreed = Agreed::of(self.store, self.campaign, from, to).await?;
        let mut all = Vec::new();
        for dimension in Dimension::ALL {
            all.push(self.breakdown(dimension, &agreed).await?);
        }
        Ok(all)
    }
}

fn indicator_of(row: Compared, language: Language) -> GerencialIndicator {
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

fn plan_of(row: &Compared, language: Language) -> Option<GerencialPlan> {
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
fn figure_of(told: Told, choices: &[Target], language: Language) -> GerencialFigure {
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
type Target = (&'static str, f64);

/// What is compared, whatever the figures.
fn targets(choices: &[Choice]) -> Vec<Target> {
    kpi::judge(&Facts::default(), choices)
        .into_iter()
        .filter_map(|one| Some((one.value.definition.id, one.target?)))
        .collect()
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn steps_of(pipeline: &Pipeline, language: Language) -> Vec<GerencialStep> {
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

fn standing_of(pipeline: &Pipeline, language: Language) -> Vec<GerencialStage> {
    let row = |(stage, counted): &(sales::Stage, sales::Counted)| GerencialStage {
        stage: stage.word().to_owned(),
        name: pick(language, stage.names()).to_owned(),
        sales: counted.sales,
        value: counted.value,
    };
    pipeline.standing.iter().map(row).collect()
}

fn losses_of(pipeline: &Pipeline, language: Language) -> Vec<GerencialLoss> {
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
fn refusals_of(rows: &[RefusalRow], language: Language) -> Vec<GerencialRefusal> {
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

fn notes(facts: &Facts, language: Language) -> Vec<String> {
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
fn percent(share: f64) -> String {
    Unit::Share.shown(share, 1)
}

#[cfg(test)]
mod tests;
