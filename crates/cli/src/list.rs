//! `cadencia list`: load a base and account for every row.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use intake::{Acta, Encoding, ImportOptions, Progress};
use serde_json::json;
use store::{ContactList, Store};

use crate::Global;
use crate::output::{record, show, table};
use crate::times::shown;

#[derive(Subcommand)]
pub(crate) enum List {
    /// Load a base, CSV or XLSX, into a list
    Import(Import),
    /// Show every list
    #[command(name = "list")]
    All,
    /// Show the actas de cargue of a list
    Acta {
        /// Name of the list
        name: String,
    },
    /// Call those of a list again on whom every attempt was spent: a new pass, counted first
    Recycle(crate::recycle::Recycle),
    /// Remove a list that no campaign dials
    Remove {
        /// Name of the list
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Import {
    /// The base
    file: PathBuf,
    /// Name of the list; that of the file when absent
    #[arg(long)]
    name: Option<String>,
    /// Read and account, but keep nothing
    #[arg(long)]
    dry_run: bool,
    /// What a column holds, as role=column (telefono=CELULAR); may be given more than once
    #[arg(long = "map", value_name = "ROLE=COLUMN")]
    mapping: Vec<String>,
    /// Sheet of a workbook
    #[arg(long)]
    sheet: Option<String>,
    /// Encoding of a CSV file, when not to be guessed
    #[arg(long)]
    encoding: Option<Encoding>,
    /// Delimiter of a CSV file, when not to be guessed
    #[arg(long)]
    delimiter: Option<char>,
    /// Why these people may be called
    #[arg(long)]
    legal_basis: Option<String>,
}

impl List {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        match self {
            List::Import(import) => import.run(global).await,
            List::All => lists(global).await,
            List::Acta { name } => actas(global, name).await,
            List::Recycle(recycle) => recycle.run(global).await,
            List::Remove { name } => {
                let store = record(global).await?;
                let list = find(store.as_ref(), name).await?;
                store.remove_list(list.id).await?;
                show(global, &json!({"removed": name}), |_| {
                    println!("list `{name}` removed")
                })
            }
        }
    }
}

impl Import {
    async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let of_file = || {
            let stem = self.file.file_stem().unwrap_or_default();
            stem.to_string_lossy().into_owned()
        };
        let mut options = ImportOptions::new(self.name.clone().unwrap_or_else(of_file));
        options.sheet.clone_from(&self.sheet);
        options.encoding = self.encoding;
        options.delimiter = self.delimiter;
        if let Some(basis) = &self.legal_basis {
            options.legal_basis.clone_from(basis);
        }
        let request = api::ImportRequest {
            path: self.file.clone(),
            file_name: None,
            options,
            mapping: self.mapping.clone(),
            dry_run: self.dry_run,
        };
        let bar = progress_bar(global);
        let drawn = bar.clone();
        let imported = api::load(Arc::clone(&store), request, move |progress: Progress| {
            let share = progress.share.map_or(0.0, |share| share.get());
            drawn.set_position((share * 1_000.0) as u64);
            drawn.set_message(format!("{} filas", progress.rows));
        })
        .await?;
        bar.finish_and_clear();
        let value = json!({
            "list": imported.list.map(|list| list.get()),
            "dry_run": self.dry_run,
            "acta": imported.acta,
        });
        show(global, &value, |_| {
            println!("columnas");
            for column in &imported.acta.mapping.columns {
                println!("  {:<24} {}", column.heading, column.role);
            }
            acta_shown(&imported.acta);
            if self.dry_run {
                println!("nothing was kept (--dry-run)");
            }
        })
    }
}

fn progress_bar(global: &Global) -> ProgressBar {
    if global.json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent}% {msg} {elapsed}")
        .expect("the template is a constant");
    ProgressBar::new(1_000).with_style(style)
}

/// The acta as people read it.
pub(crate) fn acta_shown(acta: &Acta) {
    println!("acta de cargue  {}  ({})", acta.file_name, acta.list_name);
    println!("  sha256        {}", acta.sha256);
    println!("  recibidos     {}", acta.received);
    println!("  válidos       {}", acta.valid);
    println!("  rechazados    {}", acta.rejected_total());
    for (reason, count) in &acta.rejected {
        println!("    {:<40} {count}", reason.words());
    }
    println!("  duplicados    {}", acta.duplicates.total());
    let sum = if acta.balances() {
        "cuadra"
    } else {
        "NO CUADRA"
    };
    println!(
        "  {} = {} + {} + {}: {sum}",
        acta.received,
        acta.valid,
        acta.rejected_total(),
        acta.duplicates.total()
    );
    for row in acta
        .rejected_rows
        .iter()
        .chain(&acta.duplicate_rows)
        .take(20)
    {
        println!(
            "    registro {} (línea {}): {}",
            row.record,
            row.line,
            row.why.words()
        );
    }
    let hidden = (acta.rejected_rows.len() + acta.duplicate_rows.len()).saturating_sub(20);
    if hidden > 0 {
        println!("    … y {hidden} más: --json los muestra todos");
    }
    for warning in &acta.warnings {
        println!("  aviso: {warning}");
    }
}

async fn lists(global: &Global) -> Result<()> {
    let lists = record(global).await?.lists().await?;
    let value: Vec<_> = lists
        .iter()
        .map(|list| {
            json!({"id": list.id.get(), "name": list.name, "contacts": list.contacts,
                "created_at": list.created_at.as_millis()})
        })
        .collect();
    show(global, &value, |_| {
        let rows: Vec<_> = lists
            .iter()
            .map(|list| {
                vec![
                    list.name.clone(),
                    list.contacts.to_string(),
                    shown(list.created_at),
                ]
            })
            .collect();
        table(
            &["list", "contacts", "loaded"],
            &rows,
            "no lists yet; load one with `cadencia list import FILE`",
        );
    })
}

/// The list of this name.
pub(crate) async fn find(store: &dyn Store, name: &str) -> Result<ContactList> {
    let lists = store.lists().await?;
    match lists.into_iter().find(|list| list.name == name) {
        Some(list) => Ok(list),
        None => bail!("there is no list named `{name}`; see `cadencia list list`"),
    }
}

async fn actas(global: &Global, name: &str) -> Result<()> {
    let store = record(global).await?;
    let list = find(store.as_ref(), name).await?;
    let actas = store
        .actas(list.id)
        .await?
        .iter()
        .map(|text| serde_json::from_str::<Acta>(text))
        .collect::<Result<Vec<_>, _>>()?;
    show(global, &actas, |actas| actas.iter().for_each(acta_shown))
}
