//! `cadencia callerid`: caller ids and how often they are answered.

use anyhow::{Result, bail};
use clap::Subcommand;
use domain::Timestamp;

use crate::Global;
use crate::output::{record, show, table};
use crate::times;

#[derive(Subcommand)]
pub(crate) enum CallerId {
    /// Show what each caller id did: today, or in a span
    List {
        /// Of this campaign
        #[arg(long)]
        campaign: Option<String>,
        /// From here on, such as 2026-11-25 or 2026-11-25T09:00
        #[arg(long)]
        from: Option<String>,
        /// Until here
        #[arg(long)]
        to: Option<String>,
    },
}

impl CallerId {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let CallerId::List { campaign, from, to } = self;
        let store = record(global).await?;
        let id = match campaign {
            None => None,
            Some(name) => {
                let campaigns = store.campaigns().await?;
                let known = campaigns.iter().find(|known| known.name == *name);
                let Some(known) = known else {
                    bail!("there is no campaign named `{name}`; see `cadencia campaign list`");
                };
                Some(known.id)
            }
        };
        let at = |text: &Option<String>, or: Timestamp| match text {
            Some(text) => times::parse(text),
            None => Ok(or),
        };
        let span = (at(from, times::today())?, at(to, times::now())?);
        let rows = api::caller_ids(store.as_ref(), id, span).await?;
        show(global, &rows, |rows| {
            let percent = |share: Option<f64>| {
                share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", share * 100.0))
            };
            let rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    vec![
                        row.campaign.clone(),
                        row.caller_id.clone(),
                        if row.in_use { "yes" } else { "no" }.to_owned(),
                        row.calls.to_string(),
                        row.answered.to_string(),
                        percent(row.answer_rate),
                        percent(row.people_rate),
                    ]
                })
                .collect();
            table(
                &[
                    "campaign",
                    "caller id",
                    "in use",
                    "calls",
                    "answered",
                    "rate",
                    "by people",
                ],
                &rows,
                "no caller ids yet; give a campaign some with `cadencia campaign set NAME --caller-id NUMBER`",
            );
        })
    }
}
