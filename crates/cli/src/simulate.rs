//! `cadencia simulate`: hours of a floor in virtual time, the engine that runs
//! production deciding. What is simulated is a campaign, a file, the flags, or
//! flags over either: a flag wins.

mod campaign;
mod past;
mod shown;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use domain::{DialMode, Rate};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use simulator::{Report, Scenario, agents_at_once, simulate};

use self::campaign::{Rehearsal, side_by_side};
use crate::Global;
use crate::output::{from_file, show, table};

/// Enough for the tenth and the ninetieth of a hundred to mean something.
const CAMPAIGN_RUNS: u32 = 20;

/// Rehearse a floor in virtual time: no sockets, no database, the same engine.
#[derive(Args)]
pub(crate) struct Simulate {
    /// JSON file with what differs from the defaults; `--print-scenario` shows every field
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Rehearse this campaign: its base, its settings, a floor fitted to its own attempts
    #[arg(long, value_name = "NAME", conflicts_with = "scenario")]
    campaign: Option<String>,
    /// With --campaign: how sure so many sales are
    #[arg(long, requires = "campaign")]
    sales_target: Option<u64>,
    /// With --campaign: attempts from [default: four weeks before the end]
    #[arg(long, requires = "campaign")]
    from: Option<String>,
    /// With --campaign: attempts until, not included [default: now]
    #[arg(long, requires = "campaign")]
    to: Option<String>,
    /// Advisors at work
    #[arg(long)]
    agents: Option<u32>,
    /// Simulated hours
    #[arg(long)]
    hours: Option<f64>,
    /// Seed of everything drawn; the same seed gives the same hours
    #[arg(long)]
    seed: Option<u64>,
    /// So many runs, from the seed up [default: 20 of a campaign, else 1]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: Option<u32>,
    /// preview, progressive, power or predictive
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
    pub(crate) async fn run(&self, global: &Global) -> Result<ExitCode> {
        if let Some(name) = &self.campaign {
            return self.rehearse(global, name).await;
        }
        let scenario = self.in_force()?;
        scenario.check().context("this cannot be simulated")?;
        if self.print_scenario {
            return print(&scenario);
        }
        let runs = self.runs.unwrap_or(1);
        let bar = progress(runs);
        let reports = match runs {
            1 => vec![simulate(&scenario)?],
            runs => side_by_side(&scenario, runs, &|| bar.inc(1))?,
        };
        bar.finish_and_clear();
        let broken = reports.iter().any(|report| !report.broken.is_empty());
        show(global, &json!({"runs": reports}), |_| shown(&reports))?;
        Ok(code(broken))
    }

    async fn rehearse(&self, global: &Global, name: &str) -> Result<ExitCode> {
        let rehearsal = Rehearsal::of(global, name, self).await?;
        let cannot = "this cannot be simulated";
        rehearsal.scenario.check().context(cannot)?;
        if self.print_scenario {
            return print(&rehearsal.scenario);
        }
        let runs = self.runs.unwrap_or(CAMPAIGN_RUNS);
        let bar = progress(rehearsal.runs(runs));
        let done = rehearsal.run(runs, self.sales_target, &|| bar.inc(1))?;
        bar.finish_and_clear();
        show(global, &shown::value(&done), |_| shown::print(&done))?;
        Ok(code(!done.broken.is_empty()))
    }

    fn in_force(&self) -> Result<Scenario> {
        let mut scenario = match &self.scenario {
            None => Scenario::default(),
            Some(path) => from_file(path, "scenario")?,
        };
        self.apply(&mut scenario);
        Ok(scenario)
    }

    /// Flags win.
    fn apply(&self, scenario: &mut Scenario) {
        if self.agents.is_some() || self.hours.is_some() {
            // So many from start to end, whoever came and went before.
            if !scenario.roster.is_empty() {
                scenario.agents = agents_at_once(&scenario.roster);
            }
            scenario.roster.clear();
        }
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
    }
}

fn progress(runs: u32) -> ProgressBar {
    ProgressBar::new(u64::from(runs)).with_style(
        ProgressStyle::with_template("simulating {wide_bar} {pos}/{len} {eta}")
            .expect("a constant template"),
    )
}

fn print(scenario: &Scenario) -> Result<ExitCode> {
    println!("{}", serde_json::to_string_pretty(scenario)?);
    Ok(ExitCode::SUCCESS)
}

fn code(broken: bool) -> ExitCode {
    if broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn mode(word: &str) -> Result<DialMode, String> {
    DialMode::from_word(word)
        .ok_or_else(|| "write preview, progressive, power or predictive".to_owned())
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
