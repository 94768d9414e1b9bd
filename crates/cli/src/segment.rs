//! `cadencia segment`: rules over the columns of a list, counted before anybody is called by them.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::ListId;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::Store;
use wire::{SegmentCount, SegmentExample};

use crate::Global;
use crate::output::{record, show, table};

/// Rules over the columns of a list
#[derive(Args)]
pub(crate) struct SegmentCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The columns of a list that a rule may name
    Columns {
        /// Name of the list
        list: String,
    },
    /// Counts whom a rule takes, with examples; nothing is changed
    Count {
        /// Name of the list
        list: String,
        /// Such as 'ciudad in ("Cali") and edad >= 30'; everybody when absent
        #[arg(default_value = "")]
        rule: String,
    },
    /// What may be written next in a rule
    Words {
        /// Name of the list
        list: String,
        /// The rule as far as it is written
        #[arg(default_value = "")]
        rule: String,
    },
}

impl SegmentCommand {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        match &self.what {
            What::Columns { list } => {
                let list = find(store.as_ref(), list).await?.0;
                let schema = api::segment_count::columns(store.as_ref(), list).await?;
                let columns: Vec<_> = schema.columns().iter().collect();
                let shown: Vec<_> = columns
                    .iter()
                    .map(|column| json!({"name": column.name, "kind": kind(column), "about": column.about}))
                    .collect();
                show(global, &shown, |_| {
                    let row = |column: &&segments::Column| {
                        vec![column.name.clone(), kind(column), column.about.clone()]
                    };
                    let rows: Vec<_> = columns.iter().map(row).collect();
                    table(&["column", "kind", "what it holds"], &rows, "no columns");
                })
            }
            What::Count { list, rule } => {
                let (list, contacts) = find(store.as_ref(), list).await?;
                let bar = match global.json {
                    true => ProgressBar::hidden(),
                    false => ProgressBar::new(contacts),
                };
                let style = ProgressStyle::with_template("{bar:30} {pos} of {len} ({eta})");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                let today = api::today();
                let drawn = bar.clone();
                let count =
                    api::segment_count::count(store.as_ref(), list, rule, today, move |walked| {
                        drawn.set_position(walked);
                    });
                let count = count.await;
                bar.finish_and_clear();
                show(global, &count?, print)
            }
            What::Words { list, rule } => {
                let list = find(store.as_ref(), list).await?.0;
                let schema = api::segment_count::columns(store.as_ref(), list).await?;
                let words = segments::suggestions(rule, &schema);
                show(global, &words, |words| println!("{}", words.join("  ")))
            }
        }
    }
}

async fn find(store: &dyn Store, name: &str) -> Result<(ListId, u64)> {
    let lists = store.lists().await?;
    match lists.iter().find(|list| list.name == name) {
        Some(list) => Ok((list.id, list.contacts)),
        None => bail!("there is no list named `{name}`; see `cadencia list list`"),
    }
}

fn kind(column: &segments::Column) -> String {
    format!("{:?}", column.kind).to_lowercase()
}

fn print(count: &SegmentCount) {
    let share = 100.0 * count.taken as f64 / count.contacts.max(1) as f64;
    println!(
        "{} of {} contacts ({share:.1} %)",
        count.taken, count.contacts
    );
    let examples = |title: &str, examples: &[SegmentExample]| {
        for (place, example) in examples.iter().enumerate() {
            let cells = example.cells.iter();
            let cells: Vec<String> = cells
                .map(|(name, cell)| format!("{name}: {cell}"))
                .collect();
            let title = if place == 0 { title } else { "" };
            println!(
                "  {title:<9} contact {}  {}",
                example.contact,
                cells.join(", ")
            );
        }
    };
    examples("taken", &count.examples);
    examples("left out", &count.left_out);
}
