//! `cadencia attempts`: attempts out of the record, and the history of another system into it.

mod export;

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use wire::{HistoryAccount, HistoryPart};

use self::export::Export;
use crate::Global;
use crate::engine_api::reachable;
use crate::output::{configuration, record, show, table};

#[derive(Subcommand)]
pub(crate) enum Attempts {
    /// Take the history of another system in, as CSV files, into a campaign that is never dialed
    Import(Import),
    /// Write attempts, typifications, advisors' states and sales as CSV files that `attempts import` reads
    Export(Export),
}

#[derive(Args)]
pub(crate) struct Import {
    /// Name of the campaign that holds it; made where there is none
    campaign: String,
    /// A folder with contactos.csv, intentos.csv, tipificaciones.csv, estados.csv, ventas.csv, metas.csv, as far as they are there
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Contacts: clave, documento, nombre, segmento, telefonos, recibida
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// Attempts: clave, contacto, telefono, inicio, timbre, contestada, conectada, fin, resultado, asesor, codigo, linea, sip
    #[arg(long, value_name = "FILE")]
    attempts: Option<PathBuf>,
    /// What was said of attempts: intento, instante, codigo, asesor, usuario, nota
    #[arg(long, value_name = "FILE")]
    typifications: Option<PathBuf>,
    /// Advisors' states: asesor, instante, estado, motivo
    #[arg(long, value_name = "FILE")]
    agent_states: Option<PathBuf>,
    /// Stages that sales came to: intento, etapa, instante, valor, motivo, usuario
    #[arg(long, value_name = "FILE")]
    sales: Option<PathBuf>,
    /// Goals, as `goal import` takes them
    #[arg(long, value_name = "FILE")]
    goals: Option<PathBuf>,
    /// A typification of theirs and which of ours it is, as VENTA=VE01; may be given more than once
    #[arg(long = "code", value_name = "THEIRS=OURS")]
    codes: Vec<String>,
    /// Law pack of a campaign that is made: times without an offset are by its clock
    #[arg(long, default_value = "co")]
    law: String,
    /// Only check the files; write nothing
    #[arg(long)]
    check: bool,
}

impl Attempts {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        match self {
            Attempts::Import(import) => import.run(global).await,
            Attempts::Export(export) => export.run(global).await,
        }
    }
}

impl Import {
    async fn run(&self, global: &Global) -> Result<()> {
        let files = self.files()?;
        if !self.check {
            no_engine(global)?;
        }
        let request = api::HistoryRequest {
            campaign: self.campaign.clone(),
            law_pack: self.law.clone(),
            files,
            codes: self.codes()?,
            check_only: self.check,
        };
        let store = record(global).await?;
        let bar = progress_bar(global);
        let drawn = bar.clone();
        let taken = api::import_history(store.as_ref(), &request, move |progress| {
            let doing = match progress.of {
                None => "revisa",
                Some(rows) => {
                    if drawn.length().is_none() {
                        drawn.set_length(rows);
                        drawn.set_position(0);
                        drawn.set_style(writing_style());
                    }
                    "escribe"
                }
            };
            drawn.inc(progress.rows);
            drawn.set_message(format!("{doing} {}", progress.file));
        })
        .await;
        bar.finish_and_clear();
        let account = match taken {
            Ok(account) => account,
            Err(api::HistoryError::Files(problems)) if global.json => {
                let rows = problems.iter().map(|one| {
                    json!({"file": one.file, "line": one.line, "column": one.column, "words": one.words})
                });
                let rows: Vec<_> = rows.collect();
                println!("{}", json!({"written": false, "problems": rows}));
                bail!("nothing was written: {} problems", problems.len());
            }
            Err(other) => return Err(other.into()),
        };
        show(global, &account, told)
    }

    fn files(&self) -> Result<api::HistoryFiles> {
        let file = |given: &Option<PathBuf>, name: &str| {
            let in_folder = || {
                let path = self.folder.as_ref()?.join(name);
                path.is_file().then_some(path)
            };
            given.clone().or_else(in_folder)
        };
        let files = api::HistoryFiles {
            contacts: file(&self.contacts, "contactos.csv"),
            attempts: file(&self.attempts, "intentos.csv"),
            typifications: file(&self.typifications, "tipificaciones.csv"),
            agent_states: file(&self.agent_states, "estados.csv"),
            sales: file(&self.sales, "ventas.csv"),
            goals: file(&self.goals, "metas.csv"),
        };
        let all = [
            &files.contacts,
            &files.attempts,
            &files.typifications,
            &files.agent_states,
            &files.sales,
            &files.goals,
        ];
        if all.iter().all(|file| file.is_none()) {
            bail!(
                "there is nothing to import; name files, or a --folder that holds some (docs/how-to/bring-a-history.md)"
            );
        }
        Ok(files)
    }

    fn codes(&self) -> Result<BTreeMap<String, String>> {
        let pair = |text: &String| match text.split_once('=') {
            Some((theirs, ours)) if !theirs.is_empty() && !ours.is_empty() => {
                Ok((theirs.to_owned(), ours.to_owned()))
            }
            _ => bail!("`{text}` names no typification; write THEIRS=OURS, such as VENTA=VE01"),
        };
        self.codes.iter().map(pair).collect()
    }
}

/// The journal has one writer. An engine elsewhere that writes this record ends when it is taken over.
fn no_engine(global: &Global) -> Result<()> {
    let http = reachable(configuration(global)?.http);
    let answers =
        http.port() != 0 && TcpStream::connect_timeout(&http, Duration::from_millis(500)).is_ok();
    if answers {
        bail!(
            "the dialer answers at {http}; stop it first (a history is written while nobody is called), or only --check"
        );
    }
    Ok(())
}

fn progress_bar(global: &Global) -> ProgressBar {
    if global.json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {pos} filas {msg} {elapsed} {per_sec}")
        .expect("the template is a constant");
    ProgressBar::new_spinner().with_style(style)
}

fn writing_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {percent}% {msg} {elapsed} {per_sec}")
        .expect("the template is a constant")
}

fn told(account: &HistoryAccount) {
    let row = |what: &str, part: HistoryPart| {
        vec![what.to_owned(), part.rows.to_string(), part.new.to_string()]
    };
    let rows = [
        row("contactos", account.contacts),
        row("intentos", account.attempts),
        row("tipificaciones", account.typifications),
        row("estados de asesores", account.agent_states),
        row("etapas de ventas", account.sales),
        row("metas", account.goals),
    ];
    table(&["", "filas", "nuevas"], &rows, "");
    if !account.agents_made.is_empty() {
        println!(
            "asesores nuevos, sin teléfono: {}",
            account.agents_made.join(", ")
        );
    }
    match account.written {
        true => println!(
            "la campaña `{}` guarda la historia y no se marca nunca; sus informes: `cadencia report kpi {}`",
            account.campaign, account.campaign
        ),
        false => println!("revisado sin errores; no se escribió nada (--check)"),
    }
}
