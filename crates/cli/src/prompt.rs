//! `cadencia prompt`: recordings that callers and advisors hear.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::PromptId;
use serde_json::json;
use store::Store;

use crate::Global;
use crate::campaign::find as find_campaign;
use crate::output::{record, show, table};

#[derive(Subcommand)]
pub(crate) enum Prompt {
    /// Import a recording, WAV or Ogg (Vorbis, Opus); one of the same name and language is replaced
    Import(Import),
    /// Show every recording and where it is heard
    List,
    /// Choose what is heard on an occasion; a running engine plays it from the next call on
    Use(Use),
    /// Write a recording as WAV, as it is heard
    Export {
        #[command(flatten)]
        which: Which,
        /// Where to; a file that is there is not overwritten
        file: PathBuf,
    },
    /// Remove a recording; where it was heard the usual is heard again
    Remove(Which),
}

#[derive(Args)]
pub(crate) struct Which {
    /// Its name
    name: String,
    /// Its language, where the name is there in several
    #[arg(long)]
    language: Option<String>,
}

#[derive(Args)]
pub(crate) struct Import {
    /// What people call it
    name: String,
    /// The recording
    file: PathBuf,
    /// Its language, such as es or en
    #[arg(long)]
    language: String,
}

#[derive(Args)]
pub(crate) struct Use {
    #[command(flatten)]
    which: Which,
    /// When: abandon, menu, noted, hold, whisper or warning
    #[arg(long = "for", value_name = "OCCASION")]
    occasion: String,
    /// On calls of this campaign; of every one that has none of its own when absent
    #[arg(long)]
    campaign: Option<String>,
    /// No longer: the usual is heard again
    #[arg(long)]
    off: bool,
}

impl Prompt {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        match self {
            Prompt::Import(import) => import.run(global, store.as_ref()).await,
            Prompt::List => list(global, store.as_ref()).await,
            Prompt::Use(choice) => choice.run(global, store.as_ref()).await,
            Prompt::Export { which, file } => {
                let id = which.find(store.as_ref()).await?;
                let wav = api::prompt_wav(store.as_ref(), id).await?;
                let cannot = || format!("cannot write {}", file.display());
                let mut out = std::fs::File::create_new(file).with_context(cannot)?;
                std::io::Write::write_all(&mut out, &wav).with_context(cannot)?;
                let value = json!({"exported": which.name, "file": file, "bytes": wav.len()});
                show(global, &value, |_| {
                    println!("prompt `{}` written to {}", which.name, file.display());
                })
            }
            Prompt::Remove(which) => {
                let id = which.find(store.as_ref()).await?;
                store.remove_prompt(id).await?;
                show(global, &json!({"removed": which.name}), |_| {
                    println!("prompt `{}` removed", which.name);
                })
            }
        }
    }
}

impl Which {
    async fn find(&self, store: &dyn Store) -> Result<PromptId> {
        let name = &self.name;
        let mut found = store.prompts().await?;
        found.retain(|row| row.name == *name);
        if let Some(language) = &self.language {
            found.retain(|row| row.language == *language);
        }
        match found.as_slice() {
            [one] => Ok(one.id),
            [] => bail!("there is no such prompt named `{name}`; see `cadencia prompt list`"),
            _ => bail!("the prompt `{name}` is there in several languages; say `--language`"),
        }
    }
}

impl Import {
    async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        let cannot = || format!("cannot read {}", self.file.display());
        let length = std::fs::metadata(&self.file).with_context(cannot)?.len();
        if length > intake::sound::RECORDING_BYTES_MAX as u64 {
            bail!(
                "{}: {}",
                self.file.display(),
                intake::sound::SoundError::TooLarge
            );
        }
        let bytes = std::fs::read(&self.file).with_context(cannot)?;
        let file_name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let read = api::read_prompt(&self.name, &self.language, &file_name, bytes.into());
        let (row, audio) = read.await?;
        let id = api::keep_prompt(store, &row, audio).await?;
        let shown = api::prompts_shown(store).await?;
        let Some(shown) = shown.into_iter().find(|prompt| prompt.id == id.get()) else {
            bail!("the prompt was removed meanwhile");
        };
        show(global, &shown, |prompt| {
            println!(
                "prompt `{}` ({}) imported: {:.1} s, sha256 {}",
                prompt.name, prompt.language, prompt.seconds, prompt.sha256
            );
            if prompt.uses.is_empty() {
                println!("it is not heard yet; see `cadencia prompt use --help`");
            }
        })
    }
}

impl Use {
    async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        let purpose = api::occasion(&self.occasion)?;
        let campaign = match &self.campaign {
            Some(name) => Some(find_campaign(store, name).await?.id),
            None => None,
        };
        let prompt = match self.off {
            true => None,
            false => Some(self.which.find(store).await?),
        };
        api::choose_sound(store, campaign, purpose, prompt).await?;
        let value = json!({
            "purpose": purpose.word(),
            "campaign": self.campaign,
            "prompt": prompt.map(|_| &self.which.name),
        });
        show(global, &value, |_| {
            let heard = match self.off {
                true => "the usual".to_owned(),
                false => format!("prompt `{}`", self.which.name),
            };
            let whose = match &self.campaign {
                Some(name) => format!("campaign `{name}`"),
                None => "every campaign that has none of its own".to_owned(),
            };
            println!("{}: {heard} is heard on calls of {whose}", purpose.word());
        })
    }
}

async fn list(global: &Global, store: &dyn Store) -> Result<()> {
    let shown = api::prompts_shown(store).await?;
    show(global, &shown, |shown| {
        let uses = |prompt: &wire::Prompt| {
            let uses = prompt.uses.iter().map(|one| match &one.campaign {
                Some(campaign) => format!("{} ({campaign})", one.purpose),
                None => one.purpose.clone(),
            });
            uses.collect::<Vec<_>>().join(", ")
        };
        let rows: Vec<_> = shown
            .iter()
            .map(|prompt| {
                let seconds = format!("{:.1} s", prompt.seconds);
                let sha256 = prompt.sha256.get(..12).unwrap_or_default().to_owned();
                vec![
                    prompt.name.clone(),
                    prompt.language.clone(),
                    seconds,
                    sha256,
                    uses(prompt),
                ]
            })
            .collect();
        table(
            &["prompt", "language", "length", "sha256", "heard"],
            &rows,
            "no prompts yet: built-in messages and tones are heard; import one with `cadencia prompt import NAME FILE --language es`",
        );
    })
}
