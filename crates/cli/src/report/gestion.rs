//! `cadencia report gestion`: the base fed back to the client, as a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use api::{GestionForm, GestionWanted};
use chrono::NaiveDate;
use clap::Args;
use store::Store;

use crate::Global;
use crate::output::show;
use crate::times::now;

#[derive(Args)]
pub(crate) struct Gestion {
    /// Name of the campaign
    campaign: String,
    /// Of the loads of a month such as 2026-11 [default: this one]
    #[arg(long, conflicts_with_all = ["from", "to"])]
    month: Option<String>,
    /// Of the loads from this day on, such as 2026-11-03
    #[arg(long, requires = "to")]
    from: Option<NaiveDate>,
    /// Until this day, not included
    #[arg(long, requires = "from")]
    to: Option<NaiveDate>,
    /// Of this list alone [default: all that the campaign dials]
    #[arg(long)]
    list: Option<String>,
    /// As it stood when this day ended [default: now]
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// csv or xlsx
    #[arg(long, default_value = "csv")]
    format: String,
    /// The file [default: gestion-NUMBER in this folder]
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Gestion {
    pub(super) async fn run(&self, global: &Global, store: &dyn Store) -> Result<ExitCode> {
        let campaign = crate::campaign::find(store, &self.campaign).await?;
        let form = GestionForm::from_word(&self.format)?;
        let days = (self.from, self.to);
        let (from, to) = GestionWanted::span(&campaign, now(), self.month.as_deref(), days)?;
        if from >= to {
            bail!("--to {to} is not after --from {from}");
        }
        let lists = match &self.list {
            Some(name) => vec![crate::list::find(store, name).await?.id],
            None => Vec::new(),
        };
        let wanted = GestionWanted {
            lists,
            from,
            to,
            as_of: self.as_of,
            masked: false,
        };
        let subject = format!("campaign {}", campaign.id);
        let detail = format!("records received from {from} until {to}");
        api::note_command(store, "report.gestion", subject, detail).await?;
        let named = || PathBuf::from(format!("gestion-{}.{}", campaign.id, form.ending()));
        let path = self.out.clone().unwrap_or_else(named);
        let to = (form, path.as_path());
        let totals = api::write_gestion_file(store, &campaign, &wanted, now(), to).await?;
        let value = serde_json::json!({"file": path, "totals": totals});
        show(global, &value, |_| {
            println!("{}", path.display());
            println!(
                "  a {}, cargas desde {} hasta {}, versión {}",
                totals.day, totals.from, totals.to, totals.version
            );
            println!("  recibidos {}", totals.received);
            for (state, count) in &totals.states {
                println!("    {state:<12} {count}");
            }
            for (reason, count) in &totals.reasons {
                println!("      excluido: {reason} {count}");
            }
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
