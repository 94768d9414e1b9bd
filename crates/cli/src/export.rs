//! `cadencia export`: days that are over, as files that other tools read.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use chrono::{Days, NaiveDate};
use clap::Subcommand;
use export::{DayExported, DayWanted, export_day};
use serde_json::{Value, json};

use crate::Global;
use crate::output::{record, show, table};
use crate::times::now;

#[derive(Subcommand)]
pub(crate) enum Export {
    /// Closed days as Parquet: calls, what was said of them, records, agents' time, moves of sales
    Parquet {
        /// Where to: a folder for each campaign, and in it one for each day
        dir: PathBuf,
        /// One day, such as 2026-11-30
        #[arg(long, conflicts_with_all = ["from", "to"], required_unless_present = "from")]
        day: Option<NaiveDate>,
        /// From this day on
        #[arg(long, requires = "to")]
        from: Option<NaiveDate>,
        /// Until this day, not included
        #[arg(long, requires = "from")]
        to: Option<NaiveDate>,
        /// Of this campaign alone [default: of each]
        #[arg(long)]
        campaign: Option<String>,
        /// Documents, names and numbers as they are, not masked; in the audit log
        #[arg(long)]
        clear: bool,
    },
}

impl Export {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let Export::Parquet {
            dir,
            day,
            from,
            to,
            campaign,
            clear,
        } = self;
        let (from, to) = match (day, from, to) {
            (Some(day), ..) => (*day, *day + Days::new(1)),
            (None, Some(from), Some(to)) => (*from, *to),
            _ => bail!("say --day, or --from and --to"),
        };
        if from >= to {
            bail!("--to {to} is not after --from {from}");
        }
        let store = record(global).await?;
        let store = store.as_ref();
        let campaigns = match campaign {
            Some(name) => vec![crate::campaign::find(store, name).await?],
            None => store.campaigns().await?,
        };
        let mut made = Vec::new();
        for campaign in &campaigns {
            let subject = format!("campaign {}", campaign.id);
            let masked = if *clear { "in the clear" } else { "masked" };
            let detail = format!("days from {from} until {to}, {masked}");
            api::note_command(store, "export.parquet", subject, detail).await?;
            for day in from.iter_days().take_while(|day| *day < to) {
                let wanted = DayWanted {
                    campaign,
                    day,
                    masked: !clear,
                };
                let exported = export_day(store, wanted, dir, now()).await;
                made.push(exported.with_context(|| format!("campaign {}", campaign.name))?);
            }
        }
        let value: Vec<Value> = made.iter().map(told).collect();
        show(global, &value, |_| {
            let rows: Vec<_> = made.iter().map(row).collect();
            let headings = ["campaña", "día", "versión", "", "intentos", "carpeta"];
            table(&headings, &rows, "ninguna campaña");
        })
    }
}

fn told(made: &DayExported) -> Value {
    json!({"folder": made.folder, "is_new": made.is_new, "manifest": made.manifest})
}

fn row(made: &DayExported) -> Vec<String> {
    let manifest = &made.manifest;
    let attempts = manifest
        .files
        .iter()
        .find(|file| file.name == "attempts.parquet");
    let state = match (made.is_new, &manifest.restates) {
        (false, _) => "sin cambios",
        (true, None) => "nuevo",
        (true, Some(_)) => "corregido",
    };
    vec![
        manifest.campaign_name.clone(),
        manifest.day.clone(),
        manifest.version.to_string(),
        state.to_owned(),
        attempts.map_or(0, |file| file.rows).to_string(),
        made.folder.display().to_string(),
    ]
}
