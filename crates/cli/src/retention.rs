//! `cadencia recording retention|hold|release|holds|certificates`: what was kept long enough, what
//! somebody holds, and that recordings were erased. Works on the record and the files of this node.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::{AttemptId, Timestamp};
use recorder::Vault;
use serde_json::json;
use store::{CertificateFilter, Store};
use wire::{Hold, HoldForm};

use crate::Global;
use crate::output::{show, table};
use crate::times;

/// Who does what a command does.
const BY: &str = "command line";

#[derive(Subcommand)]
pub(crate) enum Retention {
    /// What was kept as long as it should, by campaign and class; erases nothing without --erase
    #[command(name = "retention")]
    Due {
        /// By then rather than by now; only to look
        #[arg(long, value_name = "TIME", conflicts_with = "erase")]
        at: Option<String>,
        /// Erase it; each has a certificate
        #[arg(long)]
        erase: bool,
    },
    /// Keep recordings from being erased, by anybody and any rule
    Hold {
        /// That of this attempt
        #[arg(long, conflicts_with = "phone", required_unless_present = "phone")]
        attempt: Option<i64>,
        /// All of whoever is reached at this phone (E.164), also those that are still to come
        #[arg(long)]
        phone: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Release a hold
    Release {
        /// Its number
        id: i64,
    },
    /// Holds, also those that were released
    Holds,
    /// Certificates of recordings that were erased
    Certificates(Certificates),
}

#[derive(Args)]
pub(crate) struct Certificates {
    /// Of this attempt
    #[arg(long)]
    attempt: Option<i64>,
    /// From then on
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before then
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Those after this number
    #[arg(long)]
    after: Option<i64>,
    /// At most so many
    #[arg(long, default_value_t = 1_000)]
    limit: u32,
    /// Go through all of them: whether any was changed or taken out
    #[arg(long)]
    verify: bool,
}

impl Retention {
    pub(crate) async fn run(
        &self,
        global: &Global,
        store: &dyn Store,
        vault: impl FnOnce() -> Result<Arc<Vault>>,
    ) -> Result<ExitCode> {
        match self {
            Retention::Due { erase: true, .. } => {
                return erase(global, store, &vault()?).await;
            }
            Retention::Due { at, .. } => due(global, store, at.as_deref()).await?,
            Retention::Hold {
                attempt,
                phone,
                reason,
            } => {
                let form = HoldForm {
                    attempt: *attempt,
                    phone: phone.clone(),
                    reason: reason.clone(),
                };
                hold(global, store, &form).await?;
            }
            Retention::Release { id } => {
                api::release_hold(store, *id, BY).await?;
                show(global, &json!({"released": id}), |_| {
                    println!("hold {id} released")
                })?;
            }
            Retention::Holds => {
                let holds = store.holds(None).await?;
                let holds: Vec<_> = holds.iter().map(api::hold_shown).collect();
                holds_shown(global, &holds)?;
            }
            Retention::Certificates(wanted) => wanted.run(global, store).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn now() -> Timestamp {
    times::now()
}

async fn due(global: &Global, store: &dyn Store, at: Option<&str>) -> Result<()> {
    let at = at.map(times::parse).transpose()?.unwrap_or_else(now);
    let due = api::retention_due(store, at).await?;
    show(global, &due, |due| {
        let row = |it: &wire::RetentionDue| {
            vec![
                it.campaign.clone(),
                it.class.clone(),
                it.due.to_string(),
                it.held.to_string(),
                format!("{:.1} h", it.duration_ms as f64 / 3_600_000.0),
                times::shown(Timestamp::from_millis(it.since)),
            ]
        };
        let rows: Vec<_> = due.iter().map(row).collect();
        let headings = ["campaign", "class", "due", "held", "length", "first since"];
        table(&headings, &rows, "nothing was kept longer than it should");
    })
}

async fn erase(global: &Global, store: &dyn Store, vault: &Arc<Vault>) -> Result<ExitCode> {
    let subject = "recordings".to_owned();
    let detail = "what was kept as long as it should".to_owned();
    api::note_command(store, "recording.retention", subject, detail).await?;
    let (erased, failed) = api::erase_due(store, vault, now()).await?;
    let value = json!({"erased": erased, "failed": failed});
    show(global, &value, |_| {
        println!(
            "{erased} recordings erased, each with a certificate; {failed} failed, see the log"
        );
    })?;
    Ok(match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

async fn hold(global: &Global, store: &dyn Store, form: &HoldForm) -> Result<()> {
    let mut placed = Vec::new();
    for held in api::held_by(store, form).await? {
        placed.push(api::place_hold(store, held, &form.reason, BY).await?);
    }
    holds_shown(global, &placed)
}

fn holds_shown(global: &Global, holds: &Vec<Hold>) -> Result<()> {
    show(global, holds, |holds| {
        let time = |at: Option<i64>| {
            at.map(|at| times::shown(Timestamp::from_millis(at)))
                .unwrap_or_default()
        };
        let row = |it: &Hold| {
            let on = match (it.attempt, it.person) {
                (Some(attempt), _) => format!("attempt {attempt}"),
                (None, person) => format!("person {}", person.unwrap_or_default()),
            };
            vec![
                it.id.to_string(),
                on,
                time(Some(it.placed_at)),
                it.placed_by.clone(),
                time(it.released_at),
                it.reason.clone(),
            ]
        };
        let rows: Vec<_> = holds.iter().map(row).collect();
        let headings = ["hold", "on", "since", "by", "released", "why"];
        table(&headings, &rows, "nothing is held");
    })
}

impl Certificates {
    async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        if self.verify {
            let count = store.check_certificates().await?;
            return show(
                global,
                &json!({"certificates": count, "chain": "whole"}),
                |_| {
                    println!("{count} certificates, none changed and none taken out");
                },
            );
        }
        let time = |text: &Option<String>| text.as_deref().map(times::parse).transpose();
        let filter = CertificateFilter {
            attempt: self.attempt.map(AttemptId::new),
            from: time(&self.from)?,
            to: time(&self.to)?,
            after: self.after,
            limit: self.limit,
        };
        let rows = store.certificates(&filter).await?;
        let shown: Vec<_> = rows.into_iter().map(api::certificate_shown).collect();
        show(global, &shown, |shown| {
            // One a line, to the letter: what follows the hash can be hashed again.
            for it in shown {
                println!("{}  {}", it.sha256, it.text);
            }
            if shown.is_empty() {
                println!("nothing was erased");
            }
        })
    }
}
