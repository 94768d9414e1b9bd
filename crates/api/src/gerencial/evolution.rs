//! How the indicators evolved: each day, week and month is a period of its own, asked for as any other, so its distinct records
//! and its goal are right.

use kpi::{Facts, Step, spans, told};
use wire::{GerencialFigure, GerencialSpan};

use super::Gathering;
use super::shapes::{figure_of, targets};
use crate::error::ApiError;
use crate::kpi_facts::facts_of;

impl Gathering<'_> {
    pub(super) async fn evolution(&self, step: Step) -> Result<Vec<GerencialSpan>, ApiError> {
        let mut rows = Vec::new();
        let end = self.clock.day(self.period.to);
        for span in spans(step, self.days.0, self.days.1) {
            let period = self.period_of((span.from, span.to));
            if period.from >= period.to {
                continue;
            }
            let facts = facts_of(self.store, self.campaign, &period).await?;
            // Months before there was anything to tell are not told.
            if step == Step::Month && rows.is_empty() && is_empty(&facts) {
                continue;
            }
            let restated = self
                .restated(&period, period.from)
                .filter(|row| row.at >= period.to)
                .count();
            rows.push(GerencialSpan {
                label: span.label,
                from_ms: period.from.as_millis(),
                to_ms: period.to.as_millis(),
                is_part: span.is_part || span.to > end,
                restated: u32::try_from(restated).unwrap_or(u32::MAX),
                attempts: facts.attempts,
                sales: facts.sales_accepted,
                figures: self.figures(&facts, None),
            });
        }
        Ok(rows)
    }

    pub(super) fn figures(
        &self,
        facts: &Facts,
        indicators: Option<&[&str]>,
    ) -> Vec<GerencialFigure> {
        let targets = targets(&self.choices);
        told(facts, &self.choices, indicators)
            .into_iter()
            .map(|one| figure_of(one, &targets, self.wanted.language))
            .collect()
    }
}

fn is_empty(facts: &Facts) -> bool {
    facts.attempts == 0 && facts.received == 0 && facts.goal.is_none()
}
