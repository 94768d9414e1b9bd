//! `cadencia register`: registers of numbers that must not be called.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};
use wire::RegisterSnapshot;

use crate::Global;
use crate::output::{record, show, table};
use crate::times::{now, shown};

#[derive(Subcommand)]
pub(crate) enum Register {
    /// Load a register; it is in force for calls that wait and calls that have not rung
    Load(Load),
    /// What is known of each register, how old it is, and whether campaigns may go by it
    Status,
    /// Every snapshot of a register there ever was
    History {
        /// Its name
        register: String,
    },
    /// Let the one in force be used though it is late; noted in the audit log
    Override {
        /// Its name
        register: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args)]
pub(crate) struct Load {
    /// Its name: rne, dnc, tps, ctps, or one of your own that begins with casa
    register: String,
    /// The file: a number on a line, or a table
    file: PathBuf,
    /// The day it tells of, such as 2026-11-30
    #[arg(long, value_name = "DATE")]
    as_of: String,
    /// Heading of the numbers [default: the first cell that is one]
    #[arg(long)]
    column: Option<String>,
    /// Whose numbers: co, us or uk [default: as the name has it]
    #[arg(long)]
    country: Option<String>,
    /// Take it though many lines are no number
    #[arg(long)]
    accept_rejected: bool,
}

impl Register {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        match self {
            Register::Load(load) => load.run(global).await,
            Register::Status => status(global).await,
            Register::History { register } => {
                let rows = record(global).await?.snapshots(Some(register)).await?;
                let rows: Vec<_> = rows.iter().map(api::snapshot_shown).collect();
                show(global, &rows, |rows| history(rows))
            }
            Register::Override { register, reason } => {
                let store = record(global).await?;
                let by = "command line";
                let row = api::override_register(&*store, register, by, reason).await?;
                show(global, &api::snapshot_shown(&row), |row| {
                    println!(
                        "{} of {} may be used until it is too old",
                        row.register, row.as_of
                    );
                })
            }
        }
    }
}

impl Load {
    async fn run(&self, global: &Global) -> Result<()> {
        let name = self.file.file_name().unwrap_or_default();
        let load = api::RegisterLoad {
            register: self.register.clone(),
            as_of: self.as_of.clone(),
            path: self.file.clone(),
            file_name: name.to_string_lossy().into_owned(),
            column: self.column.clone(),
            country: self.country.clone(),
            by: "command line".to_owned(),
            accept_rejected: self.accept_rejected,
        };
        let bar = match global.json {
            true => ProgressBar::hidden(),
            false => ProgressBar::new_spinner(),
        };
        let style = ProgressStyle::with_template("{spinner} {pos} lines {elapsed} {per_sec}");
        bar.set_style(style.expect("the template is a constant"));
        let drawn = bar.clone();
        let store = record(global).await?;
        let row = api::load_register(Arc::clone(&store), load, move |lines| {
            drawn.set_position(lines);
        })
        .await?;
        bar.finish_and_clear();
        show(global, &api::snapshot_shown(&row), |row| {
            println!(
                "{} of {} in force: {} numbers ({} repeated, {} lines no number), {} of ours among them",
                row.register,
                row.as_of,
                row.numbers,
                row.repeated,
                row.rejected,
                row.hits.unwrap_or(0)
            );
            println!("SHA-256 {}", row.sha256);
        })
    }
}

async fn status(global: &Global) -> Result<()> {
    let store = record(global).await?;
    let registers = api::registers(&*store, now()).await?;
    show(global, &registers, |registers| {
        let mut rows = Vec::new();
        for register in registers {
            let (as_of, numbers) = match &register.snapshot {
                Some(one) => (one.as_of.clone(), one.numbers.to_string()),
                None => ("never loaded".to_owned(), String::new()),
            };
            let first = [register.register.clone(), as_of, numbers];
            if register.demanded_by.is_empty() {
                let rest = ["every pack", "", "in force"].map(str::to_owned);
                rows.push(first.iter().cloned().chain(rest).collect());
            }
            for demand in &register.demanded_by {
                let age = demand.age.map(|age| format!("{age} d")).unwrap_or_default();
                let may = match (demand.may_call, demand.state.as_str()) {
                    (true, "late") => "late; a manager lets it be used",
                    (true, _) => "fresh",
                    (false, "late") => "late: no call unless a manager overrides",
                    (false, "old") => "too old: no call",
                    (false, _) => "missing: no call",
                };
                let rest = [demand.pack.clone(), age, may.to_owned()];
                rows.push(first.iter().cloned().chain(rest).collect());
            }
        }
        let headings = [
            "register",
            "as of",
            "numbers",
            "demanded by",
            "age",
            "state",
        ];
        table(
            &headings,
            &rows,
            "no register is known, and no law pack demands one",
        );
    })
}

fn history(rows: &[RegisterSnapshot]) {
    let row = |row: &RegisterSnapshot| {
        vec![
            row.id.to_string(),
            row.as_of.clone(),
            shown(Timestamp::from_millis(row.loaded_at)),
            row.loaded_by.clone(),
            row.numbers.to_string(),
            row.hits.map(|hits| hits.to_string()).unwrap_or_default(),
            row.sha256.get(..12).unwrap_or_default().to_owned(),
            if row.in_force { "in force" } else { "replaced" }.to_owned(),
        ]
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    let headings = [
        "id", "as of", "loaded", "by", "numbers", "ours", "sha256", "state",
    ];
    table(&headings, &rows, "nothing was ever loaded of it");
}
