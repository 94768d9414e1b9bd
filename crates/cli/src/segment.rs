//! `cadencia segment`: rules over the columns of a list, counted before anybody is called by them.

use anyhow::Result;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use wire::{SegmentColumn, SegmentCount, SegmentExample};

use crate::Global;
use crate::list::find;
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
                let list = find(store.as_ref(), list).await?.id;
                let schema = api::segment_count::columns(store.as_ref(), list).await?;
                show(global, &api::columns_shown(&schema), |columns| {
                    let row = |column: &SegmentColumn| {
                        vec![
                            column.name.clone(),
                            column.kind.clone(),
                            column.about.clone(),
                        ]
                    };
                    let rows: Vec<_> = columns.iter().map(row).collect();
                    table(&["column", "kind", "what it holds"], &rows, "no columns");
                })
            }
            What::Count { list, rule } => {
                let list = find(store.as_ref(), list).await?;
                let bar = match global.json {
                    true => ProgressBar::hidden(),
                    false => ProgressBar::new(list.contacts),
                };
                let style = ProgressStyle::with_template("{bar:30} {pos} of {len} ({eta})");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                let today = api::today();
                let drawn = bar.clone();
                let count = api::segment_count::count(
                    store.as_ref(),
                    list.id,
                    rule,
                    today,
                    move |walked| {
                        drawn.set_position(walked);
                    },
                );
                let count = count.await;
                bar.finish_and_clear();
                show(global, &count?, print)
            }
            What::Words { list, rule } => {
                let list = find(store.as_ref(), list).await?.id;
                let schema = api::segment_count::columns(store.as_ref(), list).await?;
                let words = segments::suggestions(rule, &schema);
                show(global, &words, |words| println!("{}", words.join("  ")))
            }
        }
    }
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
