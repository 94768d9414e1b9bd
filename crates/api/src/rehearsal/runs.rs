//! The runs of a plan, and what they came to as others read it.

use simulator::{
    Expected, ExpectedSegment, InvalidScenario, Judged, Range, Report, chance_of_sales, rehearse,
};
use wire::{
    Rehearsal, RehearsalBackTest, RehearsalFigures, RehearsalJudged, RehearsalModel,
    RehearsalRange, RehearsalSegment, RehearsalTarget,
};

use super::plan::Plan;

impl Plan {
    /// Runs there will be for `seeds`.
    pub fn runs(&self, seeds: u32) -> u32 {
        seeds * (1 + u32::from(self.back_test.is_ok()))
    }

    /// Runs it on so many threads; `each` is called after every run. `seeds`
    /// count from 1.
    pub fn run(
        self,
        seeds: u32,
        threads: usize,
        sales_target: Option<u64>,
        each: &(dyn Fn() + Sync),
    ) -> Result<Rehearsal, InvalidScenario> {
        let run = |scenario| rehearse(scenario, seeds.max(1), threads, each);
        let back_test = match &self.back_test {
            Err(why) => RehearsalBackTest::Refused {
                refused: why.clone(),
            },
            Ok(test) => RehearsalBackTest::Judged {
                day: test.day.as_millis(),
                attempts: test.basis.attempts,
                days: test.basis.days,
                model: test.basis.words(),
                figures: (test.judge(&run(&test.scenario)?).into_iter())
                    .map(judged)
                    .collect(),
            },
        };
        let reports = run(&self.scenario)?;
        let chance = |target| {
            let chance = chance_of_sales(&reports, target)?;
            Some(RehearsalTarget { target, chance })
        };
        Ok(Rehearsal {
            campaign: self.campaign,
            model: RehearsalModel {
                fitted: self.basis.fitted,
                words: self.basis.words(),
                attempts: self.basis.attempts,
                days: self.basis.days,
                assumed: self.basis.assumed,
            },
            hours: self.scenario.hours,
            start_hour: self.scenario.start_hour,
            agents: self.scenario.agents_at_once(),
            channels: self.scenario.channels,
            expected: figures(&Expected::of(&reports).expect("at least one run")),
            sales_target: sales_target.and_then(chance),
            back_test,
            broken: broken(reports),
        })
    }
}

fn broken(reports: Vec<Report>) -> Vec<String> {
    reports.into_iter().flat_map(|run| run.broken).collect()
}

fn figures(expected: &Expected) -> RehearsalFigures {
    RehearsalFigures {
        runs: expected.runs,
        attempts: range(expected.attempts),
        contacts: range(expected.contacts),
        effective: range(expected.effective),
        sales: range(expected.sales),
        abandoned: range(expected.abandoned),
        abandon_rate: expected.abandon_rate.map(range),
        utilisation: expected.utilisation.map(range),
        channels_peak: range(expected.channels_peak),
        contacts_left: range(expected.contacts_left),
        base_ran_out: expected.base_ran_out,
        base_ran_out_after_hours: expected.base_ran_out_after_hours.map(range),
        segments: expected.segments.iter().map(segment).collect(),
    }
}

fn segment(expected: &ExpectedSegment) -> RehearsalSegment {
    RehearsalSegment {
        name: expected.name.clone(),
        answers: expected.answers,
        attempts: range(expected.attempts),
        contacts: range(expected.contacts),
        effective: range(expected.effective),
        sales: range(expected.sales),
        contacts_left: range(expected.contacts_left),
        enough: expected.enough,
        enough_after_hours: expected.enough_after_hours.map(range),
    }
}

fn range(range: Range) -> RehearsalRange {
    RehearsalRange {
        low: range.low,
        median: range.median,
        high: range.high,
    }
}

fn judged(judged: Judged) -> RehearsalJudged {
    RehearsalJudged {
        figure: judged.figure.to_owned(),
        predicted: range(judged.predicted),
        actual: judged.actual,
        error: judged.error,
    }
}
