//! `cadencia explain`: why it dialed, or did not, at a time.

use anyhow::Result;
use clap::Args;
use domain::Timestamp;
use wire::Explanation;

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show};
use crate::times::{now, parse, shown};

/// Why it dialed, or did not, at a time.
#[derive(Args)]
pub(crate) struct Explain {
    /// Name of the campaign
    campaign: String,
    /// When, today as 10:42 or with its date; now when absent
    #[arg(long)]
    at: Option<String>,
}

impl Explain {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let campaign = find(store.as_ref(), &self.campaign).await?;
        let at = self.at.as_deref().map_or_else(|| Ok(now()), parse)?;
        let explanation = api::explain(store.as_ref(), campaign.id, at).await?;
        show(global, &explanation, print)
    }
}

fn print(explanation: &Explanation) {
    let time = |millis| shown(Timestamp::from_millis(millis));
    println!("{} at {}", explanation.campaign, time(explanation.at));
    println!("  {}", explanation.sentence);
    if let Some(state) = &explanation.state {
        println!(
            "  {} since {} ({})",
            state.state,
            time(state.since),
            state.reason
        );
    }
    if let Some(decision) = &explanation.decision {
        println!(
            "  {}: +{} ({}) {}",
            time(decision.at),
            decision.dial,
            decision.binding,
            decision.why
        );
        for (name, value) in &decision.inputs {
            println!("    {name:<28} {value:.4}");
        }
    }
    for refused in &explanation.refused {
        println!(
            "  {}: attempt {} refused by {} ({})",
            time(refused.at),
            refused.attempt,
            refused.rule,
            refused.pack
        );
    }
}
