//! `cadencia typifications rules`: what finds typifications that contradict their calls, edited as a table.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use domain::Timestamp;
use wire::ContradictionRules;

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show, table};
use crate::times::shown;
use crate::typifications::text_of;

#[derive(Subcommand)]
pub(crate) enum RulesCommand {
    /// Writes the rules in force, or an earlier version, as CSV for a spreadsheet
    Export {
        /// Name of the campaign
        campaign: String,
        /// The file; standard output when absent
        #[arg(long)]
        out: Option<PathBuf>,
        /// An earlier version, by its number; 0: the house's
        #[arg(long = "number", value_name = "VERSION")]
        earlier: Option<u32>,
    },
    /// Puts a CSV into force; everything wrong with it is told
    Import {
        /// Name of the campaign
        campaign: String,
        /// The file
        file: PathBuf,
        /// Why, for whoever looks at the versions
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Says what is wrong with a CSV; changes nothing
    Check {
        /// Name of the campaign
        campaign: String,
        /// The file
        file: PathBuf,
    },
    /// The versions there were, by whom and why
    Versions {
        /// Name of the campaign
        campaign: String,
    },
}

impl RulesCommand {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        let (RulesCommand::Export { campaign, .. }
        | RulesCommand::Import { campaign, .. }
        | RulesCommand::Check { campaign, .. }
        | RulesCommand::Versions { campaign }) = self;
        let id = find(store, campaign).await?.id;
        match self {
            RulesCommand::Export { out, earlier, .. } => {
                let rules = api::contradiction_rules(store, id, *earlier).await?;
                match out {
                    Some(path) => std::fs::write(path, &rules.csv)
                        .with_context(|| format!("cannot write {}", path.display())),
                    None => show(global, &rules, |rules| print!("{}", rules.csv)),
                }
            }
            RulesCommand::Import { file, note, .. } => {
                let text = text_of(file)?;
                let put = api::put_contradiction_rules(store, id, &text, "command line", note);
                let put = put.await;
                let put = put.with_context(|| format!("{} cannot be used", file.display()))?;
                show(global, &put, |put| {
                    println!(
                        "version {} with {} rules is in force",
                        put.version, put.rules
                    );
                })
            }
            RulesCommand::Check { file, .. } => {
                let text = text_of(file)?;
                let checked = api::check_contradiction_rules(store, id, &text).await;
                let checked =
                    checked.with_context(|| format!("{} cannot be used", file.display()))?;
                show(global, &checked, |checked| {
                    println!("{} rules, and nothing is wrong with them", checked.rules);
                })
            }
            RulesCommand::Versions { .. } => {
                let versions = api::contradiction_versions(store, id).await?;
                show(global, &versions, |versions| {
                    let rows: Vec<Vec<String>> = versions.iter().map(row).collect();
                    let headings = ["version", "since", "by", "rules", "why"];
                    table(&headings, &rows, "no version");
                })
            }
        }
    }
}

fn row(rules: &ContradictionRules) -> Vec<String> {
    let since = rules.at.map(|at| shown(Timestamp::from_millis(at)));
    vec![
        rules.version.to_string(),
        since.unwrap_or_else(|| "the house's".to_owned()),
        rules.by.clone(),
        rules.rules.to_string(),
        rules.note.clone(),
    ]
}
