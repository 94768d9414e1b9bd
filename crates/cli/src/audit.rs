//! `cadencia audit`: who did what, and whether the log is as it was written.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use domain::Timestamp;
use store::AuditFilter;

use crate::Global;
use crate::output::{record, show, table};
use crate::times;

/// Who did what.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Audit {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    wanted: Wanted,
}

#[derive(Subcommand)]
enum What {
    /// Go through the whole log: tells every entry that was changed, taken out or put in
    Verify {
        /// Number and SHA-256 of an entry that was noted down, as NUMBER:SHA256: it must be there still
        #[arg(long, value_name = "NUMBER:SHA256")]
        noted: Option<String>,
    },
}

#[derive(Args)]
struct Wanted {
    /// From then on [default: the last midnight]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before then
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// By this user
    #[arg(long)]
    user: Option<String>,
    /// With this attempt
    #[arg(long)]
    attempt: Option<i64>,
    /// With this, such as 'campaign 3'
    #[arg(long, conflicts_with = "attempt")]
    subject: Option<String>,
    /// Of this kind, such as campaign.change
    #[arg(long)]
    action: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 1_000)]
    limit: u32,
}

impl Audit {
    pub(crate) async fn run(&self, global: &Global) -> Result<ExitCode> {
        match &self.what {
            Some(What::Verify { noted }) => verify(global, noted.as_deref()).await,
            None => self.wanted.run(global).await.map(|()| ExitCode::SUCCESS),
        }
    }
}

async fn verify(global: &Global, noted: Option<&str>) -> Result<ExitCode> {
    let noted = noted.map(parted).transpose()?;
    let store = record(global).await?;
    let check = api::audit_check(store.as_ref(), noted).await?;
    show(global, &check, |check| {
        for fault in &check.faults {
            println!("entry {} {}", fault.number, fault.what);
        }
        if check.whole {
            println!(
                "{} entries, none changed, taken out or put in",
                check.entries
            );
            println!("the last is {}:{}", check.last, check.sha256);
            println!("keep that line elsewhere; `--noted` asks for it later");
        }
    })?;
    Ok(match check.whole {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn parted(text: &str) -> Result<(i64, &str)> {
    let (number, sha256) = text.split_once(':').unwrap_or((text, ""));
    let number = number.parse();
    let number = number.with_context(|| format!("`{text}` is not written as NUMBER:SHA256"))?;
    Ok((number, sha256))
}

impl Wanted {
    async fn run(&self, global: &Global) -> Result<()> {
        let time = |text: &Option<String>| text.as_deref().map(times::parse).transpose();
        let store = record(global).await?;
        let of_attempt = self.attempt.map(|attempt| format!("attempt {attempt}"));
        let filter = AuditFilter {
            from: Some(time(&self.from)?.unwrap_or_else(times::today)),
            to: time(&self.to)?,
            user_name: self.user.clone(),
            subject: of_attempt.or_else(|| self.subject.clone()),
            action: self.action.clone(),
            after: None,
            limit: self.limit,
        };
        let rows = store.audit(&filter).await?;
        let entries: Vec<_> = rows.iter().map(api::audit_shown).collect();
        show(global, &entries, |entries| {
            let row = |entry: &wire::AuditEntry| {
                vec![
                    times::shown(Timestamp::from_millis(entry.at)),
                    entry.user.clone(),
                    entry.source.clone(),
                    entry.action.clone(),
                    entry.subject.clone(),
                    entry.detail.clone(),
                ]
            };
            let rows: Vec<_> = entries.iter().map(row).collect();
            table(
                &["when", "who", "from", "what", "with", "detail"],
                &rows,
                "nobody did anything of note in that time",
            );
        })
    }
}
