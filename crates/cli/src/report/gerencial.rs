//! `cadencia report gerencial`: a campaign against its targets, on the terminal or as a file.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use api::{GerencialForm, GerencialWanted, GestionWanted};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use intake::Language;
use kpi::half_up;
use store::Store;
use wire::GerencialReport;

use crate::Global;
use crate::output::{show, table};
use crate::times::now;

#[derive(Args)]
pub(crate) struct Gerencial {
    /// Name of the campaign
    campaign: String,
    /// A month such as 2026-11 [default: this one]
    #[arg(long, conflicts_with_all = ["from", "to"])]
    month: Option<String>,
    /// From this day on, such as 2026-11-03
    #[arg(long, requires = "to")]
    from: Option<NaiveDate>,
    /// Until this day, not included
    #[arg(long, requires = "from")]
    to: Option<NaiveDate>,
    /// The base is what was received from this day on [default: all that the campaign received]
    #[arg(long, value_name = "DATE")]
    received_from: Option<NaiveDate>,
    /// What became of sales as it stood when this day ended [default: now]
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// How to print, or what to write
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
    /// es or en
    #[arg(long, default_value = "es")]
    lang: String,
    /// The file of a workbook or page [default: gerencial-NUMBER in this folder]; a file for csv and json too
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    Json,
    Csv,
    Xlsx,
    Html,
}

impl Form {
    /// What is written; a table is not.
    fn written(self) -> Option<GerencialForm> {
        match self {
            Form::Table => None,
            Form::Json => Some(GerencialForm::Json),
            Form::Csv => Some(GerencialForm::Csv),
            Form::Xlsx => Some(GerencialForm::Xlsx),
            Form::Html => Some(GerencialForm::Html),
        }
    }
}

impl Gerencial {
    pub(super) async fn run(&self, global: &Global, store: &dyn Store) -> Result<ExitCode> {
        let campaign = crate::campaign::find(store, &self.campaign).await?;
        let days = (self.from, self.to);
        let (from, to) = GestionWanted::span(&campaign, now(), self.month.as_deref(), days)?;
        let wanted = GerencialWanted {
            from,
            to,
            received_from: self.received_from,
            as_of: self.as_of,
            language: self.lang.parse::<Language>().map_err(|why| anyhow!(why))?,
        };
        let form = match (self.format.written(), global.json) {
            (None, true) => Some(GerencialForm::Json),
            (form, _) => form,
        };
        if form.is_none() && self.out.is_some() {
            bail!("a table is not written to a file; add --format json, csv, xlsx or html");
        }
        let report = api::gerencial(store, &campaign, &wanted, now()).await?;
        let Some(form) = form else {
            print(&report, wanted.language);
            return Ok(ExitCode::SUCCESS);
        };
        let is_file = matches!(form, GerencialForm::Xlsx | GerencialForm::Html);
        if !is_file && self.out.is_none() {
            let mut bytes = form.bytes(&report, &campaign)?;
            if form == GerencialForm::Json {
                bytes.push(b'\n');
            }
            std::io::stdout().write_all(&bytes)?;
            return Ok(ExitCode::SUCCESS);
        }
        let named = || PathBuf::from(format!("gerencial-{}.{}", campaign.id, form.ending()));
        let path = self.out.clone().unwrap_or_else(named);
        api::write_gerencial(&report, &campaign, (form, &path))?;
        let value = serde_json::json!({"file": path, "version": report.version});
        show(global, &value, |_| println!("{}", path.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn print(report: &GerencialReport, language: Language) {
    let words = |spanish: &'static str, english: &'static str| match language {
        Language::Spanish => spanish,
        Language::English => english,
    };
    println!(
        "{}  {} {} {} ({} {}, {} {})",
        report.campaign,
        report.from,
        words("hasta", "until"),
        report.to,
        words("versión", "version"),
        report.version,
        words("definiciones", "definitions"),
        report.definitions
    );
    let number = |value: Option<f64>| value.map_or_else(|| "s/d".to_owned(), |v| half_up(v, 0));
    let rows: Vec<_> = report
        .indicators
        .iter()
        .map(|row| {
            vec![
                row.kpi.name.clone(),
                row.kpi.shown.clone(),
                row.target_shown.clone(),
                row.light_words.clone(),
                row.before_shown.clone(),
                row.change_shown.clone(),
                format!(
                    "{} / {}",
                    number(row.kpi.numerator),
                    number(row.kpi.denominator)
                ),
            ]
        })
        .collect();
    let headings = match language {
        Language::Spanish => [
            "indicador",
            "valor",
            "meta",
            "semáforo",
            "antes",
            "cambio",
            "de",
        ],
        Language::English => [
            "indicator",
            "figure",
            "target",
            "light",
            "before",
            "change",
            "of",
        ],
    };
    table(&headings, &rows, "");
    for row in &report.indicators {
        // The one variant that is no other reading but how sure the figure is.
        for bound in row.variants.iter().filter(|it| it.id.ends_with(".bound")) {
            println!("  {}: {}", bound.name, bound.shown);
        }
        for notice in &row.kpi.notices {
            println!("! {}: {}", row.kpi.name, notice.words);
        }
    }
    let steps: Vec<_> = report
        .pipeline
        .iter()
        .map(|step| format!("{} {}", step.name, step.sales))
        .collect();
    println!("{}", steps.join(" → "));
    for loss in &report.losses {
        let lost = words("perdidas", "lost");
        println!("  {lost}: {} {} {}", loss.name, loss.reason, loss.sales);
    }
    for plan in &report.plans {
        println!("plan: {}: {}", plan.name, plan.missed_by);
    }
}
