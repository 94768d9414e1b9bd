//! What is done about missed targets: the plans that were opened for them in the operating model.

use domain::Timestamp;
use intake::Language;
use wire::{ActionPlan, GerencialPlan};

use super::Gathering;
use crate::action_plans::action_plans;
use crate::error::ApiError;
use crate::model_report::state_words;

impl Gathering<'_> {
    /// Fills in, for each missed target, the plan that was opened last for it, of days that the report tells of.
    pub(super) async fn follow(
        &self,
        rows: &mut [GerencialPlan],
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if rows.is_empty() {
            return Ok(());
        }
        let plans = action_plans(self.store, true, now).await?;
        for row in rows {
            let of = plans.iter().filter(|plan| self.is_for(plan, row));
            let found = of.max_by_key(|plan| plan.id);
            if let Some(plan) = found {
                row.action = Some(plan.words.clone());
                row.owner = Some(plan.owner.clone());
                row.due = Some(plan.due.clone());
                row.follow_up = Some(followed(plan, self.wanted.language));
            }
        }
        Ok(())
    }

    fn is_for(&self, plan: &ActionPlan, row: &GerencialPlan) -> bool {
        let (from, to) = (self.period.from.as_millis(), self.period.to.as_millis());
        let is_missed = |missed: &wire::MissedTarget| {
            missed.campaign == self.campaign.id.get()
                && missed.variant.split('.').next() == Some(row.indicator.as_str())
                && missed.from < to
                && from < missed.to
        };
        plan.state != "withdrawn" && plan.missed.as_ref().is_some_and(is_missed)
    }
}

/// Leaves of what is done about missed targets that they were missed: who does what is the house's own.
pub(super) fn withhold(rows: &mut [GerencialPlan]) {
    for row in rows {
        (row.action, row.owner, row.due, row.follow_up) = (None, None, None, None);
    }
}

/// How a plan stands, and what was said of it last.
fn followed(plan: &ActionPlan, language: Language) -> String {
    let state = match language {
        Language::Spanish => state_words(plan),
        Language::English => plan.state.clone(),
    };
    let said = plan.steps.iter().rev().find(|step| !step.words.is_empty());
    match said {
        Some(step) => format!("{}: {state}; {}", plan.id, step.words),
        None => format!("{}: {state}", plan.id),
    }
}
