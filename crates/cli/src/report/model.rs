//! `cadencia report model`: the one sheet of the operating model, *Seguimiento Modelo Operación*.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use api::ModelSpan;
use clap::{Args, ValueEnum};
use store::Store;
use wire::{ModelCycle, ModelKpi, ModelPractice, ModelReport};

use crate::Global;
use crate::output::table;
use crate::plan::plans_told;
use crate::practice::{adherence_told, role_told};
use crate::times::now;

#[derive(Args)]
pub(crate) struct Model {
    /// The week of this day, as 2026-12-01 [default: this week]
    #[arg(long, conflicts_with = "month")]
    week: Option<String>,
    /// A month such as 2026-12: the weeks that end in it, and the month as a whole
    #[arg(long)]
    month: Option<String>,
    /// Of this campaign alone [default: all]
    #[arg(long)]
    campaign: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// The file [default: standard output; of a workbook seguimiento-modelo.xlsx in this folder]
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    Csv,
    Xlsx,
}

impl Model {
    pub(super) async fn run(&self, global: &Global, store: &dyn Store) -> Result<ExitCode> {
        let at = now();
        let span = ModelSpan::read(self.week.as_deref(), self.month.as_deref())?;
        let only = match &self.campaign {
            Some(name) => Some(crate::campaign::find(store, name).await?.id),
            None => None,
        };
        let report = api::model_report(store, &span, only, at).await?;
        match (global.json, self.format) {
            (true, _) | (_, Form::Json) => self.give(&serde_json::to_string(&report)?, "\n")?,
            (_, Form::Csv) => self.give(&api::model_csv(&report), "")?,
            (_, Form::Text) => told(&report),
            (_, Form::Xlsx) => {
                let usual = || PathBuf::from("seguimiento-modelo.xlsx");
                let path = self.out.clone().unwrap_or_else(usual);
                api::write_model_workbook(&report, &path)?;
                println!("{}", path.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn give(&self, text: &str, end: &str) -> Result<()> {
        match &self.out {
            Some(path) => std::fs::write(path, format!("{text}{end}"))
                .with_context(|| format!("cannot write {}", path.display())),
            None => {
                print!("{text}{end}");
                Ok(())
            }
        }
    }
}

fn told(report: &ModelReport) {
    println!(
        "Seguimiento Modelo Operación, {} a {}",
        report.from, report.to
    );
    report.cycles.iter().for_each(cycle_told);
    println!("\nPlanes de acción");
    plans_told(&report.plans);
    if report.without_plan > 0 {
        println!("! {} metas sin cumplir y sin plan", report.without_plan);
    }
}

fn cycle_told(cycle: &ModelCycle) {
    let every = match cycle.every.as_str() {
        "month" => "Mes",
        _ => "Semana",
    };
    println!("\n{every} {} a {}", cycle.from, cycle.to);
    let kpi = |kpi: &ModelKpi| {
        let met = match kpi.met {
            Some(true) => "✓ cumple",
            Some(false) => "✗ no cumple",
            None => "",
        };
        let plans: Vec<String> = kpi.plans.iter().map(i64::to_string).collect();
        vec![
            kpi.campaign.clone(),
            kpi.name.clone(),
            kpi.shown.clone(),
            kpi.target_shown.clone(),
            met.to_owned(),
            plans.join(" "),
        ]
    };
    let rows: Vec<_> = cycle.kpis.iter().map(kpi).collect();
    let headings = ["campaña", "indicador", "valor", "meta", "", "planes"];
    table(&headings, &rows, "ningún indicador tiene valor");
    println!();
    let practice = |it: &ModelPractice| {
        vec![
            it.name.clone(),
            role_told(&it.role).to_owned(),
            format!("{}/{}", it.done, it.goal),
            it.missed.to_string(),
            it.minutes.to_string(),
        ]
    };
    let rows: Vec<_> = cycle.practices.iter().map(practice).collect();
    let headings = ["práctica", "rol", "hechas", "no se hicieron", "minutos"];
    table(&headings, &rows, "ninguna práctica se debe");
    println!();
    adherence_told(&cycle.adherence);
}
