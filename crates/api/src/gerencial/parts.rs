//! The indicators of each base, segment, advisor and hour of the day.

use kpi::{DayHour, Dimension, Facts, PartFacts, advisor_days, told_by};
use wire::{GerencialBreakdown, GerencialPart};

use super::{Gathering, words};
use crate::error::ApiError;
use crate::kpi_facts::{Agreed, past_of};

impl Gathering<'_> {
    pub(super) async fn breakdown(
        &self,
        dimension: Dimension,
        agreed: &Agreed,
    ) -> Result<GerencialBreakdown, ApiError> {
        let (store, language) = (self.store, self.wanted.language);
        let parts = store.parts(self.campaign.id, &self.period, dimension, self.clock);
        let parts = parts.await?;
        let usual = store.usual_shift(self.campaign.id).await?;
        let goals = match dimension {
            Dimension::Advisor => Goals::OfAdvisors,
            Dimension::Hour if !agreed.goals.is_empty() => {
                Goals::OfHours(self.hours(agreed).await?)
            }
            _ => Goals::None,
        };
        let mut rows: Vec<GerencialPart> = Vec::new();
        for part in &parts {
            let mut facts = part.facts.clone();
            facts.goal = goals.of(part.part, agreed);
            facts.advisor_days = advisor_days(&part.presences, &agreed.shifts, usual);
            rows.push(GerencialPart {
                name: words::part(language, dimension, part.part, &part.name),
                ..self.row(part, &facts, dimension)
            });
        }
        if dimension != Dimension::Hour {
            rows.sort_by(|a, b| a.name.cmp(&b.name).then(a.part.cmp(&b.part)));
        }
        Ok(GerencialBreakdown {
            dimension: dimension.word().to_owned(),
            name: words::dimension(language, dimension).to_owned(),
            rows,
        })
    }

    fn row(&self, part: &PartFacts, facts: &Facts, dimension: Dimension) -> GerencialPart {
        GerencialPart {
            part: part.part,
            name: String::new(),
            attempts: facts.attempts,
            answered: facts.answered,
            contacts: facts.effective,
            records: facts.worked,
            sales: facts.sales_accepted,
            value: facts.value_sold,
            connected_h: facts.logged_in().as_secs_f64() / 3_600.0,
            figures: self.figures(facts, Some(told_by(dimension))),
        }
    }

    /// The hours of the days with a goal, as far as the report goes, and what each is to sell.
    async fn hours(&self, agreed: &Agreed) -> Result<Vec<(u8, Option<f64>)>, ApiError> {
        let past = past_of(self.store, self.campaign, self.clock, agreed.days.1).await?;
        let mut hours = Vec::new();
        let is_agreed = |day: &i64| agreed.goals.iter().any(|goal| goal.day == *day);
        for day in (agreed.days.0..=agreed.days.1).filter(is_agreed) {
            let plan = agreed.plan(day, &past);
            let until = |hour: &DayHour| hour.to.min(self.period.to);
            let begun = plan.hours.iter().filter(|hour| hour.from < until(hour));
            hours.extend(begun.map(|hour| {
                let goal = plan.goal(&agreed.goals, hour.from, until(hour));
                (hour.hour, goal)
            }));
        }
        Ok(hours)
    }
}

/// What a part is to sell.
enum Goals {
    /// Nothing is agreed of it.
    None,
    /// What was agreed for each advisor and day.
    OfAdvisors,
    /// What falls to each hour of the day.
    OfHours(Vec<(u8, Option<f64>)>),
}

impl Goals {
    fn of(&self, part: i64, agreed: &Agreed) -> Option<f64> {
        let goals: Vec<Option<f64>> = match self {
            Goals::None => Vec::new(),
            Goals::OfAdvisors => agreed
                .goals
                .iter()
                .filter(|goal| goal.hour.is_none() && goal.agent.is_some_and(|it| it.get() == part))
                .map(|goal| Some(goal.sales))
                .collect(),
            Goals::OfHours(hours) => hours
                .iter()
                .filter(|(hour, _)| i64::from(*hour) == part)
                .map(|(_, goal)| *goal)
                .collect(),
        };
        match goals.is_empty() {
            true => None,
            false => goals.into_iter().sum(),
        }
    }
}
