//! `cadencia simulate`: hours of a floor in virtual time, the engine that runs
//! production deciding. What is simulated is a file, the flags, or both: a flag
//! wins over the file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use domain::{DialMode, Rate};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use simulator::{Report, Scenario, simulate};

use crate::Global;
use crate::output::{from_file, show, table};

/// Rehearse a floor in virtual time: no sockets, no database, the same engine.
#[derive(Args)]
pub(crate) struct Simulate {
    /// JSON file with what differs from the defaults; `--print-scenario` shows every field
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Advisors at work
    #[arg(long)]
    agents: Option<u32>,
    /// Simulated hours
    #[arg(long)]
    hours: Option<f64>,
    /// Seed of everything drawn; the same seed gives the same hours
    #[arg(long)]
    seed: Option<u64>,
    /// So many runs, from the seed up
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,
    /// preview, progressive, super-progressive, power or predictive
    #[arg(long, value_parser = mode)]
    mode: Option<DialMode>,
    /// The most answered calls that may be abandoned, such as 3%
    #[arg(long)]
    abandon_limit: Option<Rate>,
    /// Show the scenario in force, as a file to change, and simulate nothing
    #[arg(long)]
    print_scenario: bool,
}

impl Simulate {
    pub(crate) fn run(&self, global: &Global) -> Result<ExitCode> {
        let scenario = self.in_force()?;
        scenario.check().context("this cannot be simulated")?;
        if self.print_scenario {
            println!("{}", serde_json::to_string_pretty(&scenario)?);
            return Ok(ExitCode::SUCCESS);
        }
        let reports = self.reports(&scenario)?;
        let broken = reports.iter().any(|report| !report.broken.is_empty());
        show(global, &json!({"runs": reports}), |_| shown(&reports))?;
        Ok(if broken {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    fn in_force(&self) -> Result<Scenario> {
        let mut scenario = match &self.scenario {
            None => Scenario::default(),
            Some(path) => from_file(path, "scenario")?,
        };
        set(&mut scenario.agents, self.agents);
        set(&mut scenario.hours, self.hours);
        set(&mut scenario.seed, self.seed);
        set(&mut scenario.mode, self.mode);
        if let Some(limit) = self.abandon_limit {
            scenario.abandon_limit = limit;
            // Pacing aims under the limit: a lower limit takes its aim along.
            if scenario.abandon_target > limit {
                scenario.abandon_target = limit;
            }
        }
        Ok(scenario)
    }

    fn reports(&self, scenario: &Scenario) -> Result<Vec<Report>> {
        let bar = ProgressBar::new(u64::from(self.runs)).with_style(
            ProgressStyle::with_template("simulating {wide_bar} {pos}/{len} {eta}")
                .expect("a constant template"),
        );
        let mut reports = Vec::new();
        for run in 0..u64::from(self.runs) {
            let scenario = Scenario {
                seed: scenario.seed.wrapping_add(run),
                ..scenario.clone()
            };
            reports.push(simulate(&scenario)?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(reports)
    }
}

fn mode(word: &str) -> Result<DialMode, String> {
    DialMode::from_word(word).ok_or_else(|| {
        "write preview, progressive, super-progressive, power or predictive".to_owned()
    })
}

fn set<T>(field: &mut T, flag: Option<T>) {
    if let Some(value) = flag {
        *field = value;
    }
}

fn shown(reports: &[Report]) {
    let share =
        |share: Option<f64>| share.map_or("s/d".to_owned(), |s| format!("{:.2} %", s * 100.0));
    let rows: Vec<Vec<String>> = reports
        .iter()
        .map(|report| {
            vec![
                report.seed.to_string(),
                report.attempts.to_string(),
                report.answered.to_string(),
                report.connected.to_string(),
                report.abandoned.to_string(),
                share(report.abandon_rate),
                share(report.utilisation),
                report
                    .bridge_wait_ms
                    .map_or("s/d".to_owned(), |wait| format!("{wait} ms")),
                format!("{:.2} s", report.wall_seconds_per_hour),
            ]
        })
        .collect();
    table(
        &[
            "seed",
            "attempts",
            "answered",
            "connected",
            "abandoned",
            "abandon rate",
            "utilisation",
            "wait",
            "real time per hour",
        ],
        &rows,
        "nothing simulated",
    );
    for report in reports {
        for promise in &report.broken {
            println!("seed {}: BROKEN {promise}", report.seed);
        }
    }
    if let [report] = reports {
        for (outcome, calls) in &report.outcomes {
            println!("{outcome:<24} {calls}");
        }
        println!("fingerprint {} (equal runs are equal)", report.fingerprint);
    }
}
