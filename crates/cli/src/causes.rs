//! `cadencia causes`: what the words of the network mean here, the built-in table and what the site
//! says otherwise.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;
use telephony::{Meaning, Word};

use crate::Global;
use crate::output::{configuration, show, table};

#[derive(Args)]
pub(crate) struct Causes {
    /// Check this file instead of the one that `sip.causes` in the configuration names
    #[arg(long)]
    file: Option<PathBuf>,
}

impl Causes {
    pub(crate) fn run(&self, global: &Global) -> Result<()> {
        let mut settings = configuration(global)?.sip;
        if self.file.is_some() {
            settings.causes.clone_from(&self.file);
        }
        let causes = settings.causes().context("the table of causes")?;
        let by = |meaning: Meaning| if meaning.by_site { "site" } else { "built-in" };
        let rows: Vec<(Word, Meaning)> = causes.all().collect();
        let shown: Vec<_> = rows
            .iter()
            .map(|(word, meaning)| {
                json!({
                    "word": word.to_string(), "outcome": meaning.outcome.word(),
                    "by": by(*meaning),
                })
            })
            .collect();
        show(global, &shown, |_| {
            let rows: Vec<_> = rows
                .iter()
                .map(|(word, meaning)| {
                    let outcome = meaning.outcome.word().to_owned();
                    vec![word.to_string(), outcome, by(*meaning).to_owned()]
                })
                .collect();
            table(&["the network says", "outcome", "by"], &rows, "");
        })
    }
}
