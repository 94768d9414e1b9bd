//! The day replayed with other settings. What would have been dialed otherwise
//! would have been answered otherwise, which no record tells: so the floor is
//! fitted to the day's own calls, and run with the settings it had and with the
//! others, the same seeds on both sides.

use anyhow::{Context as _, Result};
use api::rehearsal::Plan;
use campaigns::Campaign;
use clap::Args;
use domain::{DialMode, Rate, Timestamp};
use serde::Serialize;
use simulator::{Range, Report, Scenario, Stock, rehearse};
use store::Store;

use crate::simulate::{mode, processors, progress};

/// Pairs of days that are run.
const SEEDS: u32 = 20;

/// What would be otherwise.
#[derive(Args, Clone, Debug)]
pub(super) struct Otherwise {
    /// And what had come of it with this abandon target, such as 2%
    #[arg(long)]
    target: Option<Rate>,
    /// And with this mode
    #[arg(long, value_parser = mode)]
    mode: Option<DialMode>,
    /// And with so many lines per ready agent, in power mode
    #[arg(long)]
    power_ratio: Option<f64>,
}

/// What had come of other settings.
#[derive(Debug, Serialize)]
pub(super) struct Counterfactual {
    /// The settings, in words.
    settings: String,
    /// What the floor rests on.
    model: String,
    seeds: u32,
    /// Points of utilisation, agents' time busy, more or less.
    utilisation_points: Range,
    /// Calls abandoned, more or less.
    abandoned: Range,
    /// Customers heard, more or less.
    connected: Range,
}

impl Otherwise {
    pub(super) fn is_asked(&self) -> bool {
        self.target.is_some() || self.mode.is_some() || self.power_ratio.is_some()
    }

    pub(super) async fn run(
        &self,
        store: &dyn Store,
        campaign: &Campaign,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Counterfactual> {
        let strangers = |contacts| Stock {
            contacts,
            attempts: 0,
            phones: 1,
        };
        let base = |scenario: &mut Scenario| scenario.base = vec![strangers(1)];
        let plan = Plan::of(store, campaign, Some(from), to, base).await?;
        let mut was = plan.scenario;
        // Whoever was called in that time was there to be called, and as many
        // again for settings that call more.
        let called = u32::try_from(plan.basis.attempts).unwrap_or(u32::MAX / 2);
        was.base = vec![strangers((2 * called).max(1))];
        let other = self.applied(&was);
        other
            .check()
            .context("nobody can dial with these settings")?;
        let bar = progress(2 * SEEDS);
        let run = |scenario| rehearse(scenario, SEEDS, processors(), &|| bar.inc(1));
        let pairs: Vec<_> = run(&was)?.into_iter().zip(run(&other)?).collect();
        bar.finish_and_clear();
        let differ = |of: fn(&Report) -> f64| {
            let differences = pairs.iter().map(|(was, other)| of(other) - of(was));
            Range::of(differences).context("no day was run")
        };
        Ok(Counterfactual {
            settings: self.words(),
            model: plan.basis.words(),
            seeds: SEEDS,
            utilisation_points: differ(|report| 100.0 * report.utilisation.unwrap_or(0.0))?,
            abandoned: differ(|report| report.abandoned as f64)?,
            connected: differ(|report| report.connected as f64)?,
        })
    }

    fn applied(&self, was: &Scenario) -> Scenario {
        let mut other = was.clone();
        if let Some(target) = self.target {
            other.abandon_target = target;
            // An aim above the limit is none.
            if target > other.abandon_limit {
                other.abandon_limit = target;
            }
        }
        other.mode = self.mode.unwrap_or(was.mode);
        other.power_ratio = self.power_ratio.unwrap_or(was.power_ratio);
        other
    }

    fn words(&self) -> String {
        let target = self.target.map(|target| format!("a target of {target}"));
        let mode = self.mode.map(|mode| format!("mode {}", mode.word()));
        let ratio = self
            .power_ratio
            .map(|lines| format!("{lines} lines per agent"));
        let words: Vec<String> = [target, mode, ratio].into_iter().flatten().collect();
        words.join(", ")
    }
}

impl Counterfactual {
    pub(super) fn print(&self) {
        println!(
            "  with {}, over {} days run twice:",
            self.settings, self.seeds
        );
        let line = |range: &Range, digits: usize, what: &str| {
            println!(
                "    {:+.digits$} {what} ({:+.digits$} to {:+.digits$} of eight days in ten)",
                range.median, range.low, range.high
            );
        };
        line(&self.utilisation_points, 1, "points of utilisation");
        line(&self.abandoned, 0, "calls abandoned");
        line(&self.connected, 0, "customers heard");
        println!("    the floor is {}", self.model);
    }
}
