//! `cadencia replay`: the pacing decisions of a day made again from the
//! ledger, by the code of this program, and compared bit for bit; and what had
//! come of the day with other settings.

mod otherwise;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use campaigns::Campaign;
use clap::Args;
use domain::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};
use pacing::{Decision, Page, Replay as Pacing};
use serde::Serialize;
use store::{LedgerRow, PacingRow, Store};

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show};
use crate::times::{now, parse, shown, today};
use otherwise::{Counterfactual, Otherwise};

/// Pacing decisions made again from the record, and compared
#[derive(Args)]
pub(crate) struct Replay {
    /// Name of the campaign
    campaign: String,
    /// From; the last midnight when absent
    #[arg(long)]
    from: Option<String>,
    /// Until, not included; a day after `from`, or now, when absent
    #[arg(long)]
    to: Option<String>,
    #[command(flatten)]
    otherwise: Otherwise,
}

/// Rows read at a time.
const CHUNK: u32 = 2_000;
/// Differences told in full.
const TOLD_MAX: usize = 20;
/// A day.
const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// What a replay found.
#[derive(Debug, Serialize)]
struct Replayed {
    campaign: String,
    from: i64,
    to: i64,
    decisions: u64,
    equal: u64,
    differ: u64,
    /// Calls these decisions placed.
    dialed: u64,
    differences: Vec<Difference>,
    /// What had come of other settings, where some were asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    otherwise: Option<Counterfactual>,
}

/// A decision that came out otherwise.
#[derive(Debug, Serialize)]
struct Difference {
    at: i64,
    recorded: Made,
    again: Made,
}

/// A decision.
#[derive(Debug, Serialize)]
struct Made {
    dial: u32,
    binding: String,
    why: String,
    inputs: Vec<(String, f64)>,
}

impl Replay {
    /// Fails when a decision comes out otherwise.
    pub(crate) async fn run(&self, global: &Global) -> Result<ExitCode> {
        let store = record(global).await?;
        let campaign = find(store.as_ref(), &self.campaign).await?;
        let from = self.from.as_deref().map_or_else(|| Ok(today()), parse)?;
        let to = match self.to.as_deref() {
            Some(to) => parse(to)?,
            None => (from + DAY).min(now()),
        };
        let mut replayed = again(global, store.as_ref(), &campaign, from, to).await?;
        if replayed.decisions == 0 && !self.otherwise.is_asked() {
            bail!(
                "`{}` made no decision that can be replayed from {} to {}; say another day with --from",
                campaign.name,
                shown(from),
                shown(to)
            );
        }
        if self.otherwise.is_asked() {
            let found = self.otherwise.run(store.as_ref(), &campaign, (from, to));
            replayed.otherwise = Some(found.await?);
        }
        show(global, &replayed, print)?;
        Ok(if replayed.differ == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Reads the ledger from where the pacer of `from` began, and decides again.
async fn again(
    global: &Global,
    store: &dyn Store,
    campaign: &Campaign,
    from: Timestamp,
    to: Timestamp,
) -> Result<Replayed> {
    let mut replayed = Replayed {
        campaign: campaign.name.clone(),
        from: from.as_millis(),
        to: to.as_millis(),
        decisions: 0,
        equal: 0,
        differ: 0,
        dialed: 0,
        differences: Vec::new(),
        otherwise: None,
    };
    let mut pacing = Pacing::default();
    let mut next = store.pacing_began(campaign.id, from).await?.unwrap_or(0);
    let bar = progress(global);
    loop {
        let rows = store.pacing_ledger(campaign.id, next, to, CHUNK).await?;
        let Some(last) = rows.last() else { break };
        next = last.seq + 1;
        bar.set_message(shown(last.at));
        for row in &rows {
            let made = turn(&mut pacing, row)?;
            if let (Some(decision), true) = (&row.decision, row.at >= from) {
                replayed.compare(decision, made);
            }
        }
        bar.inc(rows.len() as u64);
    }
    bar.finish_and_clear();
    Ok(replayed)
}

/// The decision of a row, made again; `None` where nobody knows what the pacer
/// knew.
fn turn(pacing: &mut Pacing, row: &LedgerRow) -> Result<Option<Decision>> {
    let Some(page) = &row.page else {
        return Ok(None);
    };
    let page = Page::read(page, row.at).with_context(|| format!("event {}", row.seq))?;
    Ok(pacing.turn(&page))
}

fn progress(global: &Global) -> ProgressBar {
    if global.json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {pos} decisions, {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::no_length().with_style(style)
}

impl Replayed {
    /// A decision nothing is known of (made before there was a ledger) counts
    /// neither way.
    fn compare(&mut self, row: &PacingRow, made: Option<Decision>) {
        let Some(made) = made else { return };
        let made = Made {
            dial: made.dial,
            binding: made.binding.to_owned(),
            why: made.why(),
            inputs: named(&made),
        };
        let recorded = Made {
            dial: row.dial,
            binding: row.binding.clone(),
            why: row.why.clone(),
            inputs: row.inputs.clone(),
        };
        self.decisions += 1;
        self.dialed += u64::from(recorded.dial);
        if recorded.is(&made) {
            self.equal += 1;
            return;
        }
        self.differ += 1;
        if self.differences.len() < TOLD_MAX {
            self.differences.push(Difference {
                at: row.at.as_millis(),
                recorded,
                again: made,
            });
        }
    }
}

impl Made {
    /// The same, to the last bit.
    fn is(&self, other: &Made) -> bool {
        let bits = |made: &Made| -> Vec<(String, u64)> {
            let inputs = made.inputs.iter();
            inputs
                .map(|(name, value)| (name.clone(), value.to_bits()))
                .collect()
        };
        (self.dial, &self.binding, &self.why) == (other.dial, &other.binding, &other.why)
            && bits(self) == bits(other)
    }
}

fn named(decision: &Decision) -> Vec<(String, f64)> {
    let inputs = decision.inputs().into_iter();
    inputs
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn print(replayed: &Replayed) {
    let time = |millis| shown(Timestamp::from_millis(millis));
    println!(
        "{}: {} decisions from {} to {} made again ({} calls placed)",
        replayed.campaign,
        replayed.decisions,
        time(replayed.from),
        time(replayed.to),
        replayed.dialed
    );
    match replayed.differ {
        0 if replayed.decisions == 0 => println!("  the record holds no ledger of them"),
        0 => println!("  all of them the same, bit for bit"),
        _ => print_differences(replayed),
    }
    if let Some(otherwise) = &replayed.otherwise {
        otherwise.print();
    }
}

fn print_differences(replayed: &Replayed) {
    let time = |millis| shown(Timestamp::from_millis(millis));
    println!("  {} the same, {} not:", replayed.equal, replayed.differ);
    for difference in &replayed.differences {
        let (recorded, again) = (&difference.recorded, &difference.again);
        println!("  {}", time(difference.at));
        println!(
            "    recorded: +{} ({}) {}",
            recorded.dial, recorded.binding, recorded.why
        );
        println!(
            "    again:    +{} ({}) {}",
            again.dial, again.binding, again.why
        );
    }
    println!("  another version of the program decided then, or the record was changed");
}
