//! `cadencia list`: load a base and account for every row.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use intake::{Acta, Encoding, ImportOptions, Language, Progress};
use serde_json::json;
use store::{ContactList, ImportId, Store};

use crate::Global;
use crate::output::{configuration, record, show, table};
use crate::times::shown;

#[derive(Subcommand)]
pub(crate) enum List {
    /// Load a base into a list: CSV or XLSX, also encrypted (age, OpenPGP, AES zip)
    Import(Import),
    /// Show every list
    #[command(name = "list")]
    All,
    /// Show the actas de cargue of a list, or write one as a page to print
    Acta(ActaOf),
    /// Take a load back as a whole, while nobody of it was called
    Revert {
        /// Name of the list
        name: String,
        /// Number of the load [default: the last]
        #[arg(long)]
        load: Option<i64>,
        /// How many contacts go; without it, only what would be done is said
        #[arg(long, value_name = "CONTACTS")]
        confirm: Option<u64>,
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
    /// Load it although it was loaded before
    #[arg(long)]
    again: bool,
}

#[derive(Args)]
pub(crate) struct ActaOf {
    /// Name of the list
    name: String,
    /// Number of the load [default: all; the last for a page]
    #[arg(long)]
    load: Option<i64>,
    /// Write the page to this file (HTML, prints on A4 and Letter)
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The page's language: es or en
    #[arg(long, default_value = "es")]
    lang: Language,
}

impl List {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        match self {
            List::Import(import) => import.run(global).await,
            List::All => lists(global).await,
            List::Acta(acta) => acta.run(global).await,
            List::Revert {
                name,
                load,
                confirm,
            } => revert(global, name, *load, *confirm).await,
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
        let config = configuration(global)?;
        let (store, reception) = (record(global).await?, config.reception.resolved());
        let of_file = || {
            let name = self.file.file_name().unwrap_or_default();
            api::PlaceSettings::default().list_of(&name.to_string_lossy())
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
            origin: api::Origin {
                by: "command line".to_owned(),
                again: self.again,
                keys: reception.keyring(store.as_ref(), None).await?,
                plaintext_max: reception.plaintext_max,
                ..api::Origin::default()
            },
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
            "load": imported.load.map(|load| load.0),
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

impl ActaOf {
    async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let list = find(store.as_ref(), &self.name).await?;
        let load = self.load.map(ImportId);
        if let Some(path) = &self.html {
            let row = api::find_load(store.as_ref(), list.id, load).await?;
            std::fs::write(path, api::acta_page(&row, self.lang)?)
                .with_context(|| format!("cannot write {}", path.display()))?;
            return show(global, &json!({"load": row.id.0, "file": path}), |_| {
                println!("{}", path.display());
            });
        }
        let mut loads = store.loads(list.id).await?;
        loads.retain(|row| load.is_none_or(|load| row.id == load));
        let shown = loads
            .iter()
            .map(api::load_shown)
            .collect::<Result<Vec<_>, _>>()?;
        show(global, &shown, |shown| {
            for load in shown {
                if let Some(by) = &load.reverted_by {
                    println!("CARGUE {} REVERTIDO ({by})", load.id);
                }
                if let Ok(acta) = serde_json::from_value::<Acta>(load.acta.clone()) {
                    println!("{acta}");
                }
            }
        })
    }
}

/// Says what would go; takes it back when that number is confirmed.
async fn revert(
    global: &Global,
    name: &str,
    load: Option<i64>,
    confirm: Option<u64>,
) -> Result<()> {
    let store = record(global).await?;
    let list = find(store.as_ref(), name).await?;
    let row = api::find_load(store.as_ref(), list.id, load.map(ImportId)).await?;
    let Some(contacts) = confirm else {
        let value = json!({"load": row.id.0, "contacts": row.contacts, "reverted": false});
        return show(global, &value, |_| {
            println!(
                "load {} of {name} brought {} contacts; to take them back: \
                 cadencia list revert {name} --load {} --confirm {}",
                row.id.0, row.contacts, row.id.0, row.contacts
            );
        });
    };
    let gone = api::revert_load(store.as_ref(), &row, contacts, "command line").await?;
    let value = json!({"load": row.id.0, "contacts": gone, "reverted": true});
    show(global, &value, |_| {
        println!("{gone} contacts are gone; the acta stays")
    })
}
