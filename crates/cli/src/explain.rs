//! `cadencia explain`: why it dialed, or did not, at a time.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use law::Pack;
use serde_json::json;

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show};
use crate::times::{now, parse, shown};

/// Why it dialed, or did not, at a time.
#[derive(Args)]
pub(crate) struct Explain {
    /// Name of the campaign
    campaign: String,
    /// When; now when absent
    #[arg(long)]
    at: Option<String>,
}

/// How far around the instant to look.
const AROUND: Duration = Duration::from_secs(30);

impl Explain {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let campaign = find(store.as_ref(), &self.campaign).await?;
        let at = self.at.as_deref().map_or_else(|| Ok(now()), parse)?;
        let (from, to) = (at - AROUND, at + Duration::from_secs(1));
        let decision = store.pacing_log(campaign.id, from, to).await?.pop();
        let gates = store.gates(Some(campaign.id), None, from, to).await?;
        let hours = match Pack::by_id(&campaign.law_pack) {
            Ok(pack) => match pack.may_call(at, None) {
                Ok(()) => format!("calling hours of `{}`: open", campaign.law_pack),
                Err(refusal) => {
                    format!(
                        "calling hours of `{}`: closed ({}: {})",
                        campaign.law_pack, refusal.rule, refusal.words
                    )
                }
            },
            Err(problem) => problem.to_string(),
        };
        let value = json!({
            "campaign": campaign.name, "at": at.as_millis(), "state_now": campaign.state.word(),
            "hours": hours,
            "decision": decision.as_ref().map(|d| json!({"at": d.at.as_millis(), "dial": d.dial,
                "binding": d.binding, "why": d.why, "inputs": d.inputs})),
            "refused": gates.iter().map(|g| json!({"at": g.at.as_millis(),
                "attempt": g.attempt.get(), "rule": g.gate.rule, "pack": g.gate.pack}))
                .collect::<Vec<_>>(),
        });
        show(global, &value, |_| {
            println!("{} at {}", campaign.name, shown(at));
            println!("  state now: {}", campaign.state.word());
            println!("  {hours}");
            match &decision {
                None => println!(
                    "  no pacing decision in the 30 s before: it was not running, or nobody was logged in"
                ),
                Some(decision) => {
                    println!(
                        "  {}: +{} ({}) {}",
                        shown(decision.at),
                        decision.dial,
                        decision.binding,
                        decision.why
                    );
                    for (name, value) in &decision.inputs {
                        println!("    {name:<28} {value:.4}");
                    }
                }
            }
            for gate in &gates {
                println!(
                    "  {}: attempt {} refused by {} ({})",
                    shown(gate.at),
                    gate.attempt,
                    gate.gate.rule,
                    gate.gate.pack
                );
            }
        })
    }
}
