//! `cadencia sale`: sales from acceptance to legalisation, on the record itself, as a supervisor.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use api::{EvidenceFile, SaleFileRead, SalesWanted, Viewer};
use clap::{Args, Subcommand};
use domain::{CampaignId, EvidenceId, SaleId, Timestamp};
use store::{SaleFilter, Store};
use wire::{Sale as Shown, SaleAuditForm, SaleCrossing, SaleMoveForm, SaleRecord};

use crate::Global;
use crate::campaign::find;
use crate::output::{configuration, from_file, record, show, table};
use crate::sale_settings::SettingCommand;
use crate::times::{now, parse, shown};

#[derive(Subcommand)]
pub(crate) enum Sale {
    /// Sales by stage, campaign and time
    List(Wanted),
    /// The queue of a stage: what is due first
    Queue(Wanted),
    /// A sale with its moves, sheet, reservation, evidence and audits
    Show {
        /// Its number
        sale: i64,
    },
    /// Move a sale to another stage
    Move {
        /// Its number
        sale: i64,
        /// aceptada, en_validacion, validada, devuelta_asesor, rechazada, reservada, en_ruta, entregada, no_entregada,
        /// devuelta_logistica, legalizada, anulada
        to: String,
        /// Why, where one of several words must be said
        #[arg(long)]
        reason: Option<String>,
        /// In your words
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Write the sheet of a sale; everything wrong with it is told
    Sheet(Paper),
    /// Write the reservation of a sale that is validated
    Reserve(Paper),
    /// Attach evidence: a JPEG, PNG, PDF, WAV or Ogg file
    Attach {
        /// Number of the sale
        sale: i64,
        /// The file
        file: PathBuf,
        /// Its kind, of the identity policy
        #[arg(long)]
        kind: String,
    },
    /// Write evidence to a file; noted in the audit log
    Evidence {
        /// Number of the sale
        sale: i64,
        /// Number of the evidence
        evidence: i64,
        /// Where to; never over a file that is there
        file: PathBuf,
    },
    /// Audit a sale by the scorecard in force
    Audit {
        /// Its number
        sale: i64,
        /// An answer to each criterion, as KEY=yes, KEY=no or KEY=na
        #[arg(required = true, value_name = "KEY=ANSWER")]
        answers: Vec<String>,
        /// Remarks
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Write the sales of a campaign out as the client's tool reads them
    Export {
        /// Name of the campaign
        campaign: String,
        /// Name of the mapping
        #[arg(long)]
        mapping: String,
        /// The file; standard output when absent
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Cross a file of the client's with our sales: moves, and what does not agree
    Import {
        /// Name of the campaign
        campaign: String,
        /// The file, CSV or XLSX
        file: PathBuf,
        /// Name of the mapping
        #[arg(long)]
        mapping: String,
        /// Only say what it would come to
        #[arg(long)]
        dry_run: bool,
    },
    /// Write the evidence of a sale into one signed archive: recording, marks, identity, sheet, history
    Pack {
        /// Its number
        sale: i64,
        /// Where to; never over a file that is there
        file: PathBuf,
    },
    /// Form, identity policy, queues, scorecard, columns of exchanged files
    #[command(subcommand)]
    Setting(SettingCommand),
}

#[derive(Args)]
pub(crate) struct Wanted {
    /// Of this campaign
    #[arg(long)]
    campaign: Option<String>,
    /// At these stages, separated by commas
    #[arg(long, default_value = "")]
    stage: String,
    /// Those whose term is over
    #[arg(long)]
    overdue: bool,
    /// Accepted from then on
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Accepted before then
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Those after this one: the last of the page before
    #[arg(long)]
    after: Option<i64>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

#[derive(Args)]
pub(crate) struct Paper {
    /// Number of the sale
    sale: i64,
    /// Values, as FIELD=VALUE
    #[arg(value_name = "FIELD=VALUE")]
    values: Vec<String>,
    /// The same as a JSON object in a file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Paper {
    fn read(&self) -> Result<BTreeMap<String, String>> {
        let mut values: BTreeMap<String, String> = match &self.file {
            Some(path) => from_file(path, "sheet")?,
            None => BTreeMap::new(),
        };
        values.extend(pairs(&self.values)?);
        if values.is_empty() {
            bail!("say what stands in it: FIELD=VALUE, or --file with a JSON object");
        }
        Ok(values)
    }
}

fn pairs(texts: &[String]) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for text in texts {
        let Some((key, value)) = text.split_once('=') else {
            bail!("`{text}` is no KEY=VALUE");
        };
        values.insert(key.trim().to_owned(), value.trim().to_owned());
    }
    Ok(values)
}

impl Sale {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        let me = Viewer::MACHINE;
        match self {
            Sale::List(wanted) => list(global, store, wanted, false).await,
            Sale::Queue(wanted) => list(global, store, wanted, true).await,
            Sale::Show { sale } => {
                let sale = api::sale(store, me, SaleId::new(*sale), now()).await?;
                show(global, &sale, print_record)
            }
            Sale::Move {
                sale,
                to,
                reason,
                note,
            } => {
                let form = SaleMoveForm {
                    to: to.clone(),
                    reason: reason.clone(),
                    note: note.clone(),
                };
                let moved = api::move_sale(store, me, SaleId::new(*sale), &form, now()).await?;
                show(global, &moved, print_moved)
            }
            Sale::Sheet(paper) => {
                let (id, values) = (SaleId::new(paper.sale), paper.read()?);
                let sale = api::put_sheet(store, me, id, &values, now()).await;
                show(global, &sale.context("the sheet is not kept")?, print_moved)
            }
            Sale::Reserve(paper) => {
                let (id, values) = (SaleId::new(paper.sale), paper.read()?);
                let sale = api::put_reservation(store, me, id, &values, now()).await;
                show(
                    global,
                    &sale.context("the reservation is not kept")?,
                    print_moved,
                )
            }
            Sale::Attach { sale, file, kind } => {
                attach(global, store, SaleId::new(*sale), file, kind).await
            }
            Sale::Evidence {
                sale,
                evidence,
                file,
            } => {
                let evidence = EvidenceId::new(*evidence);
                take_out(global, store, SaleId::new(*sale), evidence, file).await
            }
            Sale::Audit {
                sale,
                answers,
                note,
            } => {
                let form = SaleAuditForm {
                    answers: pairs(answers)?,
                    note: note.clone(),
                };
                let audit = api::audit_sale(store, me, SaleId::new(*sale), &form, now()).await?;
                show(global, &audit, |audit| {
                    println!(
                        "audit {}: {} points, {}",
                        audit.n, audit.score, audit.verdict
                    );
                })
            }
            Sale::Export {
                campaign,
                mapping,
                out,
            } => {
                let campaign = find(store, campaign).await?;
                let file = api::export_sales(store, campaign.id, mapping, now()).await?;
                match out {
                    Some(path) => {
                        std::fs::write(path, &file.content)
                            .with_context(|| format!("cannot write {}", path.display()))?;
                        println!("{} sales in {}", file.rows, path.display());
                    }
                    None => print!("{}", file.content),
                }
                Ok(())
            }
            Sale::Import {
                campaign,
                file,
                mapping,
                dry_run,
            } => {
                let campaign = find(store, campaign).await?.id;
                import(
                    global,
                    store,
                    campaign,
                    (file.as_path(), mapping.as_str()),
                    *dry_run,
                )
                .await
            }
            Sale::Pack { sale, file } => pack(global, store, SaleId::new(*sale), file).await,
            Sale::Setting(setting) => setting.run(global, store).await,
        }
    }
}

async fn list(global: &Global, store: &dyn Store, wanted: &Wanted, as_queue: bool) -> Result<()> {
    let time = |text: &Option<String>| text.as_deref().map(parse).transpose();
    let campaign = match &wanted.campaign {
        Some(name) => Some(find(store, name).await?.id),
        None => None,
    };
    let wanted = SalesWanted {
        filter: SaleFilter {
            campaign,
            stages: api::stages_of(&wanted.stage)?,
            from: time(&wanted.from)?,
            to: time(&wanted.to)?,
            after: wanted.after.map(SaleId::new),
            limit: wanted.limit,
            ..SaleFilter::default()
        },
        as_queue,
        overdue: wanted.overdue,
    };
    let page = api::sales(store, Viewer::MACHINE, &wanted, now()).await?;
    show(global, &page, |page| {
        let rows: Vec<_> = page.sales.iter().map(row).collect();
        let headings = [
            "sale", "campaign", "advisor", "code", "stage", "since", "due", "sheet", "audit",
            "value",
        ];
        table(&headings, &rows, "no sale");
        if let Some(next) = page.next {
            println!("more: --after {next}");
        }
    })
}

fn time_of(at: i64) -> String {
    shown(Timestamp::from_millis(at))
}

fn row(sale: &Shown) -> Vec<String> {
    let due = sale.due_at.map(time_of).unwrap_or_default();
    vec![
        sale.id.to_string(),
        sale.campaign.clone(),
        sale.agent.clone().unwrap_or_default(),
        sale.code.clone(),
        sale.stage.clone(),
        time_of(sale.since),
        match sale.overdue {
            true => format!("{due} VENCIDA"),
            false => due,
        },
        if sale.has_sheet { "yes" } else { "no" }.to_owned(),
        sale.audit.clone(),
        sale.value.to_string(),
    ]
}

fn print_moved(sale: &Shown) {
    println!("sale {} is {}", sale.id, sale.stage);
    if !sale.missing_evidence.is_empty() {
        println!(
            "evidence still missing: {}",
            sale.missing_evidence.join("; ")
        );
    }
    let may: Vec<_> = sale.may.iter().map(|way| way.to.as_str()).collect();
    if !may.is_empty() {
        println!("from here it may become {}", may.join(", "));
    }
}

fn print_record(record: &SaleRecord) {
    table(
        &[
            "sale", "campaign", "advisor", "code", "stage", "since", "due", "sheet", "audit",
            "value",
        ],
        &[row(&record.sale)],
        "",
    );
    print_moved(&record.sale);
    let moves: Vec<Vec<String>> = record
        .moves
        .iter()
        .map(|m| {
            vec![
                m.n.to_string(),
                time_of(m.at),
                m.to.clone(),
                match m.user.is_empty() {
                    true => m.doer.clone(),
                    false => format!("{} ({})", m.user, m.doer),
                },
                m.reason.clone().unwrap_or_default(),
                m.note.clone(),
            ]
        })
        .collect();
    println!();
    table(&["n", "at", "to", "by", "why", "note"], &moves, "no move");
    for (name, paper) in [
        ("sheet", &record.sheet),
        ("reservation", &record.reservation),
    ] {
        let Some(paper) = paper else { continue };
        println!(
            "\n{name}, version {} ({})",
            paper.version,
            time_of(paper.at)
        );
        for (key, value) in &paper.values {
            println!("  {key} = {value}");
        }
    }
    let evidence: Vec<Vec<String>> = record
        .evidence
        .iter()
        .map(|e| {
            let erased = e.erased_at.map(|at| format!("erased {}", time_of(at)));
            vec![
                e.id.to_string(),
                e.kind.clone(),
                e.name.clone(),
                e.bytes.to_string(),
                erased.unwrap_or_else(|| e.sha256.clone()),
            ]
        })
        .collect();
    println!();
    table(
        &["evidence", "kind", "name", "bytes", "sha256"],
        &evidence,
        "no evidence",
    );
    for audit in &record.audits {
        println!(
            "\naudit {}: {} points, {}, by {}",
            audit.n, audit.score, audit.verdict, audit.by
        );
        if let Some(reply) = &audit.reply {
            let word = if reply.disputes {
                "disputed"
            } else {
                "acknowledged"
            };
            println!("  {word}: {}", reply.words);
        }
    }
}

async fn attach(
    global: &Global,
    store: &dyn Store,
    sale: SaleId,
    path: &Path,
    kind: &str,
) -> Result<()> {
    let vault = server::vault(&configuration(global)?)?;
    let content = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let file = EvidenceFile {
        kind: kind.to_owned(),
        name: name.unwrap_or_default(),
        content,
    };
    let kept = api::attach(store, &vault.keys, Viewer::MACHINE, sale, file, now()).await?;
    show(global, &kept, |kept| {
        println!(
            "evidence {} ({}), sha256 {}",
            kept.id, kept.kind, kept.sha256
        );
    })
}

async fn take_out(
    global: &Global,
    store: &dyn Store,
    sale: SaleId,
    evidence: EvidenceId,
    path: &Path,
) -> Result<()> {
    use std::io::Write as _;
    let vault = server::vault(&configuration(global)?)?;
    let rows = store.evidence(sale).await?;
    let Some(row) = rows.iter().find(|row| row.id == evidence) else {
        bail!("sale {sale} has no evidence {evidence}; see `cadencia sale show {sale}`");
    };
    let mut file = std::fs::File::create_new(path)
        .with_context(|| format!("cannot make {}; is it there already?", path.display()))?;
    let detail = format!("evidence {evidence} to {}", path.display());
    api::note_command(store, "sale.evidence_read", format!("sale {sale}"), detail).await?;
    let content = api::evidence_content(store, &vault.keys, row).await?;
    file.write_all(&content)?;
    show(
        global,
        &serde_json::json!({"evidence": evidence.get(), "bytes": content.len()}),
        |_| {
            println!("{} bytes in {}", content.len(), path.display());
        },
    )
}

async fn pack(global: &Global, store: &dyn Store, sale: SaleId, path: &Path) -> Result<()> {
    let vault = server::vault(&configuration(global)?).map(Arc::new)?;
    let file = std::fs::File::create_new(path)
        .with_context(|| format!("cannot make {}; is it there already?", path.display()))?;
    let detail = format!("to {}", path.display());
    api::note_command(store, "sale.pack", format!("sale {sale}"), detail).await?;
    let made = api::pack_sale(store, &vault, sale, "command line", now(), file).await;
    if made.is_err() {
        // Half of one is none.
        let _ = std::fs::remove_file(path);
    }
    show(global, &made?, |index| {
        println!(
            "{} files in {}, signed by {}",
            index.files.len(),
            path.display(),
            index.key
        );
        for missing in &index.missing {
            println!("missing: {missing}");
        }
    })
}

async fn import(
    global: &Global,
    store: &dyn Store,
    campaign: CampaignId,
    (path, mapping): (&Path, &str),
    dry_run: bool,
) -> Result<()> {
    let content = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let file = SaleFileRead {
        mapping,
        name: &name,
        content,
        dry_run,
    };
    let crossing = api::import_sales(store, campaign, file, now()).await?;
    show(global, &crossing, print_crossing)
}

fn print_crossing(crossing: &SaleCrossing) {
    let did = if crossing.dry_run {
        "would move"
    } else {
        "moved"
    };
    println!(
        "{} rows: {} {did}, {} say what we know, {} do not agree",
        crossing.rows,
        crossing.moved,
        crossing.unchanged,
        crossing.differences.len()
    );
    let rows: Vec<Vec<String>> = crossing
        .differences
        .iter()
        .map(|differs| {
            let number = |number: Option<String>| number.unwrap_or_else(|| "-".to_owned());
            vec![
                number(differs.line.map(|line| line.to_string())),
                number(differs.sale.map(|sale| sale.to_string())),
                differs.what.clone(),
                differs.message.clone(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        table(&["line", "sale", "what", "in words"], &rows, "");
    }
}
