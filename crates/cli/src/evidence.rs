//! `cadencia evidence`: what shows that calls were made as the law has it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::PersonId;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::Global;
use crate::output::{record, show};
use crate::times::{now, parse};

#[derive(Subcommand)]
pub(crate) enum Evidence {
    /// Write the attempts of a span, the rules and registers they were made under, and the audit log
    Export(Export),
    /// Check a folder of evidence against its index
    Verify {
        /// The folder
        folder: PathBuf,
        /// SHA-256 of its index, as it was told when the folder was made
        #[arg(long)]
        index: Option<String>,
    },
}

#[derive(Args)]
pub(crate) struct Export {
    /// A folder that is empty or not there yet
    folder: PathBuf,
    /// Attempts from then on
    #[arg(long, value_name = "TIME")]
    from: String,
    /// Until then, not included [default: now]
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Of this person only; see `person show`
    #[arg(long, value_name = "NUMBER")]
    person: Option<i64>,
}

impl Evidence {
    pub(crate) async fn run(&self, global: &Global) -> Result<ExitCode> {
        match self {
            Evidence::Export(export) => export.run(global).await.map(|()| ExitCode::SUCCESS),
            Evidence::Verify { folder, index } => verify(global, folder, index.as_deref()),
        }
    }
}

impl Export {
    async fn run(&self, global: &Global) -> Result<()> {
        let to = self
            .to
            .as_deref()
            .map(parse)
            .transpose()?
            .unwrap_or_else(now);
        let wanted = api::EvidenceWanted {
            from: parse(&self.from)?,
            to,
            person: self.person.map(PersonId::new),
            folder: self.folder.clone(),
        };
        if wanted.from >= wanted.to {
            bail!("--from comes before --to");
        }
        let store = record(global).await?;
        let subject = match self.person {
            Some(person) => format!("person {person}"),
            None => "attempts".to_owned(),
        };
        let detail = format!("{} to {}", wanted.from.as_millis(), wanted.to.as_millis());
        api::note_command(&*store, "evidence.export", subject, detail).await?;
        // Where no engine ever ran, the packs have not been kept yet.
        store.put_law_texts(&law::Pack::texts(), now()).await?;
        let bar = match global.json {
            true => ProgressBar::hidden(),
            false => ProgressBar::new_spinner(),
        };
        let style = ProgressStyle::with_template("{spinner} {pos} attempts {elapsed} {per_sec}");
        bar.set_style(style.expect("the template is a constant"));
        let made = api::export_evidence(&*store, &wanted, |count| bar.set_position(count)).await?;
        bar.finish_and_clear();
        show(global, &made, |made| {
            println!(
                "{} attempts and {} entries of the audit log in {} files of {}",
                made.attempts,
                made.audit_entries,
                made.files,
                made.folder.display()
            );
            println!(
                "index.json has SHA-256 {}; keep that apart",
                made.index_sha256
            );
        })
    }
}

fn verify(global: &Global, folder: &std::path::Path, index: Option<&str>) -> Result<ExitCode> {
    let wrong = api::verify_evidence(folder, index)
        .with_context(|| format!("{} is no folder of evidence", folder.display()))?;
    let value =
        json!({"evidence": if wrong.is_empty() { "whole" } else { "broken" }, "wrong": wrong});
    show(global, &value, |_| {
        wrong.iter().for_each(|what| println!("{what}"));
        if wrong.is_empty() {
            println!("every file is as the index says");
        }
    })?;
    Ok(match wrong.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
