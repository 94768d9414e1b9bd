//! The informe gerencial: a campaign over some days against its targets, how it evolved, by parts, what became of its sales and
//! what is to be planned. Figures are those of the catalogue over the same counts as every other report; here they are
//! gathered, and what is made of them is decided in `kpi` and `sales`.

mod csv;
mod drawing;
mod evolution;
mod form;
mod page;
mod parts;
mod plans;
mod route;
mod shapes;
mod words;
mod workbook;

use campaigns::{Campaign, DayClock};
use chrono::NaiveDate;
use domain::Timestamp;
use intake::Language;
use kpi::{Choice, Dimension, Facts, Period, compared, span_before};
use sales::Pipeline;
use store::{CorrectionRow, Store};
use wire::{GerencialBreakdown, GerencialReport};

use self::shapes::{indicator_of, losses_of, notes, plan_of, refusals_of, standing_of, steps_of};
use crate::error::ApiError;
use crate::goals::{day_text, number_of};
use crate::kpi_facts::{Agreed, facts_of};

pub use self::csv::gerencial_csv;
pub use self::form::{GerencialForm, write_gerencial};
pub use self::page::gerencial_page;
pub(crate) use self::route::{__path_of_campaign, of_campaign};

/// Most days of a report.
const DAYS_MAX: i64 = 400;
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
        let wants_plan = |row| plan_of(row, language);
        let mut plans: Vec<_> = rows.iter().filter_map(wants_plan).collect();
        self.follow(&mut plans, now).await?;
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
            plans,
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

    async fn parts(&self) -> Result<Vec<GerencialBreakdown>, ApiError> {
        let (from, to) = (self.period.from, self.period.to);
        let agreed = Agreed::of(self.store, self.campaign, from, to).await?;
        let mut all = Vec::new();
        for dimension in Dimension::ALL {
            all.push(self.breakdown(dimension, &agreed).await?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
