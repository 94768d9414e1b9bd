//! `cadencia campaign segments`: whom a campaign calls in which order, counted before it is saved; and the same by Excel.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::Store;
use wire::{SegmentPreview, SegmentSet, SegmentSetForm, SegmentSheetRead, SegmentStanding};

use crate::Global;
use crate::campaign::find;
use crate::list;
use crate::output::{show, table};
use crate::times::shown;

/// Segments of a campaign
#[derive(Subcommand)]
pub(crate) enum Segments {
    /// The segments in force, what each has and did
    Show {
        /// Name of the campaign
        campaign: String,
        /// Print them as the file that `set` takes
        #[arg(long)]
        toml: bool,
    },
    /// The columns that rules may name: those of its lists, and what was tried
    Columns {
        /// Name of the campaign
        campaign: String,
    },
    /// What segments would do: how many each gets, who fits several, who fits none
    Preview(File),
    /// Put segments in force; a running campaign goes by them at once
    Set(File),
    /// Back to calling list by list
    Remove {
        /// Name of the campaign
        campaign: String,
    },
    /// Write contacts to a workbook, with a column `segmento_campaña` to be edited
    Export(Export),
    /// Give contacts the segments of an edited workbook
    Import {
        /// Name of the campaign
        campaign: String,
        /// The workbook
        file: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct File {
    /// Name of the campaign
    campaign: String,
    /// The segments, TOML or JSON; see docs/how-to/call-by-segment.md
    file: PathBuf,
}

#[derive(Args)]
pub(crate) struct Export {
    /// Name of the campaign
    campaign: String,
    /// Where to; must not be there yet
    file: PathBuf,
    /// Only those of this list
    #[arg(long)]
    list: Option<String>,
    /// Only those whom a rule takes, such as 'intentos = 0'
    #[arg(long, default_value = "")]
    rule: String,
}

impl Segments {
    pub(crate) async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        match self {
            Segments::Show { campaign, toml } => {
                let campaign = find(store, campaign).await?;
                let now = crate::times::now();
                let set = api::segments_shown(store, &campaign, now).await?;
                if *toml {
                    print!("{}", toml::to_string(&set.set)?);
                    return Ok(());
                }
                show(global, &set, print_set)
            }
            Segments::Columns { campaign } => columns(global, store, campaign).await,
            Segments::Preview(file) => file.preview(global, store).await,
            Segments::Set(file) => file.set(global, store).await,
            Segments::Remove { campaign } => {
                let campaign = find(store, campaign).await?;
                store.remove_segments(campaign.id).await?;
                show(global, &json!({"removed": campaign.name}), |_| {
                    println!("`{}` se marca base por base", campaign.name);
                })
            }
            Segments::Export(export) => export.run(global, store).await,
            Segments::Import { campaign, file } => import(global, store, campaign, file).await,
        }
    }
}

async fn columns(global: &Global, store: &dyn Store, campaign: &str) -> Result<()> {
    let campaign = find(store, campaign).await?;
    let columns = api::campaign_columns(store, &campaign).await?;
    show(global, &api::columns_shown(&columns.schema), |columns| {
        let row = |column: &wire::SegmentColumn| {
            let (name, kind) = (column.name.clone(), column.kind.clone());
            vec![name, kind, column.about.clone()]
        };
        let rows: Vec<_> = columns.iter().map(row).collect();
        table(&["columna", "tipo", "contiene"], &rows, "sin columnas");
    })
}

impl File {
    fn read(&self) -> Result<SegmentSetForm> {
        let text = std::fs::read_to_string(&self.file)
            .with_context(|| format!("cannot read the segments {}", self.file.display()))?;
        let is_json = self.file.extension().is_some_and(|end| end == "json");
        let form = match is_json {
            true => serde_json::from_str(&text).map_err(anyhow::Error::from),
            false => toml::from_str(&text).map_err(anyhow::Error::from),
        };
        form.with_context(|| format!("in the segments {}", self.file.display()))
    }

    async fn preview(&self, global: &Global, store: &dyn Store) -> Result<()> {
        let campaign = find(store, &self.campaign).await?;
        let bar = progress(global);
        let drawn = bar.clone();
        let walked = move |contacts| drawn.set_position(contacts);
        let preview = api::preview_segments(
            store,
            &campaign,
            &self.read()?,
            api::today_of(&campaign),
            walked,
        )
        .await;
        bar.finish_and_clear();
        let preview = preview?;
        if !preview.problems.is_empty() && !global.json {
            bail!("{}", api::refusal(&preview.problems));
        }
        show(global, &preview, print_preview)
    }

    async fn set(&self, global: &Global, store: &dyn Store) -> Result<()> {
        let campaign = find(store, &self.campaign).await?;
        let checked = api::check_segments(store, &campaign, &self.read()?).await?;
        checked.save(store, &campaign, "command line").await?;
        settle(global, store, &campaign).await?;
        let set = api::segments_shown(store, &campaign, crate::times::now()).await?;
        show(global, &set, print_set)
    }
}

/// Finds out where all contacts belong, beside a running server that does the same.
async fn settle(global: &Global, store: &dyn Store, campaign: &campaigns::Campaign) -> Result<()> {
    let bar = progress(global);
    let drawn = bar.clone();
    let seen = move |contacts| drawn.set_position(contacts);
    let settled = api::settle(store, campaign, api::today_of(campaign), seen).await;
    bar.finish_and_clear();
    settled?;
    Ok(())
}

fn progress(global: &Global) -> ProgressBar {
    let bar = match global.json {
        true => ProgressBar::hidden(),
        false => ProgressBar::new_spinner(),
    };
    let style = ProgressStyle::with_template("{spinner} {pos} registros ({per_sec})");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn print_set(set: &SegmentSet) {
    let saved = shown(Timestamp::from_millis(set.saved_at));
    println!("versión {}, de {} ({saved})", set.version, set.saved_by);
    if !set.settled {
        println!("se está buscando el segmento de cada registro");
    }
    for problem in &set.problems {
        println!("{}", problem.pointed);
    }
    for why in set.standings.iter().filter_map(|one| one.closed.as_ref()) {
        println!("! {why}");
    }
    let row = |standing: &SegmentStanding| {
        let form = set
            .set
            .segments
            .iter()
            .find(|one| one.name == standing.name);
        let setting = |of: &dyn Fn(&wire::SegmentForm) -> String| form.map_or_else(String::new, of);
        vec![
            standing.name.clone(),
            setting(&|form| form.priority.unwrap_or(1).to_string()),
            setting(&|form| format!("{} %", form.share.unwrap_or(100))),
            setting(&|form| form.order.clone().unwrap_or_default()),
            setting(&quota),
            standing.contacts.to_string(),
            standing.fresh.to_string(),
            standing.again.to_string(),
            standing.today.attempts.to_string(),
            standing.today.contacts.to_string(),
            standing.today.sales.to_string(),
            standing.in_all.sales.to_string(),
        ]
    };
    let rows: Vec<_> = set.standings.iter().map(row).collect();
    let headings = [
        "segmento",
        "prioridad",
        "mezcla",
        "orden",
        "cupo",
        "registros",
        "sin llamar",
        "por repetir",
        "intentos hoy",
        "contactos hoy",
        "ventas hoy",
        "ventas",
    ];
    table(&headings, &rows, "sin segmentos");
}

fn quota(form: &wire::SegmentForm) -> String {
    let quota = form.quota.as_ref();
    quota.map_or_else(String::new, |quota| {
        let of = match quota.of.as_str() {
            "sales" => "ventas",
            "contacts" => "contactos",
            _ => "intentos",
        };
        let per = if quota.per == "day" { " al día" } else { "" };
        format!("{} {of}{per}", quota.most)
    })
}

fn print_preview(preview: &SegmentPreview) {
    let share = |part: u64| 100.0 * part as f64 / preview.contacts.max(1) as f64;
    let all = preview.segments.iter().chain([&preview.rest]);
    let row = |one: &wire::SegmentPreviewed| {
        vec![
            one.name.clone(),
            one.fits.to_string(),
            one.gets.to_string(),
            format!("{:.1} %", share(one.gets)),
            one.callable.to_string(),
        ]
    };
    let rows: Vec<_> = all.clone().map(row).collect();
    println!("{} registros", preview.contacts);
    let headings = ["segmento", "cumplen", "recibe", "de la base", "por llamar"];
    table(&headings, &rows, "sin segmentos");
    for overlap in &preview.overlaps {
        println!(
            "{} cumplen `{}` y también `{}`: gana el primero",
            overlap.contacts, overlap.first, overlap.later
        );
    }
    for one in all {
        for example in &one.examples {
            let cells = example.cells.iter();
            let cells: Vec<String> = cells
                .map(|(name, cell)| format!("{name}: {cell}"))
                .collect();
            println!(
                "  {}: registro {}  {}",
                one.name,
                example.contact,
                cells.join(", ")
            );
        }
    }
}

impl Export {
    async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        let campaign = find(store, &self.campaign).await?;
        if self.file.exists() {
            bail!(
                "{} is there already; choose another name",
                self.file.display()
            );
        }
        let list = match &self.list {
            Some(name) => Some(list::find(store, name).await?.id),
            None => None,
        };
        let wanted = api::SheetWanted {
            list,
            rule: self.rule.clone(),
        };
        let subject = format!("campaign {}", campaign.id);
        let detail = format!("to {}, rule {:?}", self.file.display(), self.rule);
        api::note_command(store, "campaign.segment_sheet", subject, detail).await?;
        let today = api::today_of(&campaign);
        let rows = api::write_segment_sheet(store, &campaign, &wanted, today, &self.file).await?;
        let value = json!({"file": self.file, "contacts": rows});
        show(global, &value, |_| {
            println!("{rows} registros en {}", self.file.display());
            println!("cambie la columna `segmento_campaña`; vacía, deciden las reglas");
        })
    }
}

async fn import(global: &Global, store: &dyn Store, campaign: &str, file: &Path) -> Result<()> {
    let campaign = find(store, campaign).await?;
    let name = file.display().to_string();
    let told = api::take_segment_sheet(store, &campaign, file, &name).await?;
    settle(global, store, &campaign).await?;
    show(global, &told, print_import)?;
    if !told.problems.is_empty() {
        bail!("nothing was changed: correct the rows above and import the workbook again");
    }
    Ok(())
}

fn print_import(told: &SegmentSheetRead) {
    for problem in &told.problems {
        match problem.row {
            0 => println!("{}", problem.message),
            row => println!("fila {row}: {}", problem.message),
        }
    }
    if told.problems.is_empty() {
        println!(
            "{} registros, {} editados, {} con otro segmento",
            told.rows, told.edited, told.changed
        );
    }
}
