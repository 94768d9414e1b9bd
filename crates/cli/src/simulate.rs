//! `cadencia simulate`: hours of a floor in virtual time, the engine that runs
//! production deciding. What is simulated is a campaign, a file, the flags, or
//! flags over either: a flag wins.

mod shown;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use api::rehearsal::{Plan, SEEDS};
use campaigns::Campaign;
use clap::Args;
use domain::{DialMode, Rate};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use simulator::{Report, Scenario, rehearse, simulate};
use store::Store;

use crate::Global;
use crate::output::{from_file, record, show, table};
use crate::times::{now, parse};

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
            runs => rehearse(&scenario, runs, processors(), &|| bar.inc(1))?,
        };
        bar.finish_and_clear();
        let broken = reports.iter().any(|report| !report.broken.is_empty());
        show(global, &json!({"runs": reports}), |_| shown(&reports))?;
        Ok(code(broken))
    }

    async fn rehearse(&self, global: &Global, name: &str) -> Result<ExitCode> {
        let store = record(global).await?;
        let campaign = named(store.as_ref(), name).await?;
        let from = self.from.as_deref().map(parse).transpose()?;
        let to = self.to.as_deref().map_or_else(|| Ok(now()), parse)?;
        let change = |scenario: &mut Scenario| self.apply(scenario);
        let plan = Plan::of(store.as_ref(), &campaign, from, to, change).await?;
        if self.print_scenario {
            return print(&plan.scenario);
        }
        let runs = self.runs.unwrap_or(SEEDS);
        let bar = progress(plan.runs(runs));
        let done = plan.run(runs, processors(), self.sales_target, &|| bar.inc(1))?;
        bar.finish_and_clear();
        show(global, &done, shown::print)?;
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
        scenario.staff(self.agents, self.hours);
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

async fn named(store: &dyn Store, name: &str) -> Result<Campaign> {
    let campaigns = store.campaigns().await?;
    let names: Vec<_> = campaigns.iter().map(|c| format!("`{}`", c.name)).collect();
    let names = names.join(", ");
    match campaigns.into_iter().find(|campaign| campaign.name == name) {
        Some(campaign) => Ok(campaign),
        None if names.is_empty() => {
            bail!("there is no campaign yet; make one with `cadencia campaign create`")
        }
        None => bail!("there is no campaign named `{name}`; there are {names}"),
    }
}

/// Runs go on every one of them: nobody is on the line.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

pub(crate) fn progress(runs: u32) -> ProgressBar {
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

pub(crate) fn mode(word: &str) -> Result<DialMode, String> {
    DialMode::from_word(word).ok_or_else(|| format!("write {}", DialMode::WORDS))
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
