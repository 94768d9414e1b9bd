//! `cadencia attempts export`: what `attempts import` reads.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show};
use crate::times::{now, parse, today};

#[derive(Args)]
pub(crate) struct Export {
    /// Name of the campaign
    campaign: String,
    /// The folder to write into: contactos.csv, intentos.csv, tipificaciones.csv, estados.csv, ventas.csv
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// From [default: today in Bogotá]
    #[arg(long)]
    from: Option<String>,
    /// Until, not included [default: now]
    #[arg(long)]
    to: Option<String>,
}

impl Export {
    pub(super) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let campaign = find(store.as_ref(), &self.campaign).await?;
        let from = self.from.as_deref().map_or_else(|| Ok(today()), parse)?;
        let to = self.to.as_deref().map_or_else(|| Ok(now()), parse)?;
        let detail = format!(
            "{} from {} to {} ms",
            campaign.name,
            from.as_millis(),
            to.as_millis()
        );
        let subject = format!("campaign {}", campaign.id);
        api::note_command(store.as_ref(), "attempts.export", subject, detail).await?;
        let span = (from, to);
        let account = api::export_history(store.as_ref(), &campaign, span, &self.folder).await?;
        show(global, &account, |account| {
            println!(
                "{} intentos de {} contactos, {} tipificaciones y {} estados en {}",
                account.attempts.rows,
                account.contacts.rows,
                account.typifications.rows,
                account.agent_states.rows,
                self.folder.display()
            );
        })
    }
}
