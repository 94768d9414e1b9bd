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
    /// Check a folder of evidence against its index, or the archive of a sale against its signature
    Verify {
        /// The folder, or the archive
        folder: PathBuf,
        /// SHA-256 of its index, as it was told when the folder was made
        #[arg(long)]
        index: Option<String>,
        /// Of an archive: the public key it must be signed by; see `evidence key`
        #[arg(long)]
        key: Option<String>,
    },
    /// The public key of this installation, that archives of sales are signed by
    Key,
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
            Evidence::Verify { folder, key, .. } if folder.is_file() => {
                verify_sale(global, folder, key.as_deref())
            }
            Evidence::Verify { folder, index, .. } => verify(global, folder, index.as_deref()),
            Evidence::Key => {
                let key = api::evidence_key(record(global).await?.as_ref()).await?;
                show(global, &json!({"key": key}), |_| println!("{key}"))?;
                Ok(ExitCode::SUCCESS)
            }
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

fn verify_sale(global: &Global, file: &std::path::Path, key: Option<&str>) -> Result<ExitCode> {
    let (index, wrong) = api::verify_sale_pack(file, key)
        .with_context(|| format!("{} is no archive of a sale", file.display()))?;
    let value = json!({"evidence": if wrong.is_empty() { "whole" } else { "broken" }, "wrong": wrong,
        "index": index});
    show(global, &value, |_| {
        wrong.iter().for_each(|what| println!("{what}"));
        let Some(index) = index.as_ref().filter(|_| wrong.is_empty()) else {
            return;
        };
        println!(
            "sale {}: {} files, each as it was made",
            index.sale,
            index.files.len()
        );
        match key {
            Some(_) => println!("signed by that key"),
            None => println!(
                "signed by {}; compare it with `cadencia evidence key`",
                index.key
            ),
        }
    })?;
    Ok(match wrong.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
