//! What the demo came to: from the record, beside what the carrier counted.

use std::collections::HashMap;
use std::process::ExitCode;

use anyhow::Result;
use domain::{AgentId, AgentStatus, AttemptId, Outcome, Timestamp};
use serde_json::{Value, json};
use store::{AttemptFilter, Store};
use wire::KpiReport;

use super::{Campaign, figure, one_line};

/// The figures of a demo.
#[derive(Debug, Default)]
pub(super) struct Figures {
    attempts: u64,
    answered: u64,
    connected: u64,
    abandoned: u64,
    hung_up_waiting: u64,
    typified: u64,
    typified_by_advisors: u64,
    utilisation: Option<f64>,
    utilisation_from_start: Option<f64>,
    wire_invites: u64,
    problems: Vec<String>,
}

pub(super) async fn gather(
    store: &dyn Store,
    campaign: Campaign,
    (started, settled, ended): (Timestamp, Timestamp, Timestamp),
    carried: &Value,
) -> Result<Figures> {
    let mut figures = Figures {
        wire_invites: figure(carried, "wire_invites"),
        utilisation: utilisation(store, (settled, ended)).await?,
        utilisation_from_start: utilisation(store, (started, ended)).await?,
        ..Figures::default()
    };
    figures.count(store, campaign).await?;
    for problem in store.verify().await? {
        figures
            .problems
            .push(format!("{}: {}", problem.invariant, problem.detail));
    }
    if figures.attempts != figures.wire_invites {
        figures.problems.push(format!(
            "{} attempts in the record, {} INVITEs on the wire",
            figures.attempts, figures.wire_invites
        ));
    }
    Ok(figures)
}

impl Figures {
    async fn count(&mut self, store: &dyn Store, campaign: Campaign) -> Result<()> {
        let mut after: Option<AttemptId> = None;
        loop {
            let filter = AttemptFilter {
                campaign: Some(campaign),
                after,
                limit: 10_000,
                ..AttemptFilter::default()
            };
            let rows = store.attempts(&filter).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for row in rows.iter().filter(|row| row.placed_at.is_some()) {
                self.attempts += 1;
                self.answered += u64::from(row.answered_at.is_some());
                self.typified += u64::from(row.code.is_some());
                self.typified_by_advisors += u64::from(row.coded_by.is_some());
                match row.outcome {
                    Some(Outcome::Connected) => self.connected += 1,
                    Some(Outcome::Abandoned) => self.abandoned += 1,
                    Some(Outcome::HungUpWaiting) => self.hung_up_waiting += 1,
                    _ => {}
                }
            }
        }
    }

    fn abandon_rate(&self) -> Option<f64> {
        let answered = self.connected + self.abandoned + self.hung_up_waiting;
        domain::Rate::of(self.abandoned, answered).map(domain::Rate::get)
    }

    fn verify(&self) -> String {
        if self.problems.is_empty() {
            "ok".to_owned()
        } else {
            self.problems.join("; ")
        }
    }

    /// The last line, for scripts.
    pub(super) fn line(&self, report: &KpiReport, typed: &Value) -> String {
        one_line(&json!({
            "attempts": self.attempts,
            "answered": self.answered,
            "connected": self.connected,
            "abandoned": self.abandoned,
            "abandon_rate": self.abandon_rate(),
            "utilisation": self.utilisation,
            "utilisation_from_start": self.utilisation_from_start,
            "typified": self.typified,
            "typified_by_advisors": self.typified_by_advisors,
            "typified_acknowledged": figure(typed, "typified"),
            "wire_invites": self.wire_invites,
            "verify": self.verify(),
            "kpis": report.kpis,
        }))
    }

    /// In words.
    pub(super) fn shown(&self) {
        let share = |s: Option<f64>| s.map_or("s/d".to_owned(), |s| format!("{:.1} %", s * 100.0));
        println!(
            "attempts {} = INVITEs on the wire {}",
            self.attempts, self.wire_invites
        );
        println!(
            "answered {}, connected {}, abandoned {} ({})",
            self.answered,
            self.connected,
            self.abandoned,
            share(self.abandon_rate())
        );
        println!(
            "utilisation after the first minutes {}",
            share(self.utilisation)
        );
        println!("typified {} of {}", self.typified, self.attempts);
        println!("record: {}", self.verify());
    }

    /// A record that does not hold is a failure.
    pub(super) fn verdict(&self) -> ExitCode {
        if self.problems.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// (talking + wrap-up) / (ready + reserved + talking + wrap-up) of all agents
/// in the period, from their log.
async fn utilisation(store: &dyn Store, (from, to): (Timestamp, Timestamp)) -> Result<Option<f64>> {
    let log = store.agent_log(None, Timestamp::from_millis(0), to).await?;
    let mut since: HashMap<AgentId, (Timestamp, AgentStatus)> = HashMap::new();
    let (mut busy, mut free) = (0.0, 0.0);
    let mut spend = |status: AgentStatus, begin: Timestamp, end: Timestamp| {
        let time = end.since(begin.max(from)).as_secs_f64();
        match status {
            AgentStatus::Talking | AgentStatus::WrapUp => busy += time,
            AgentStatus::Ready | AgentStatus::Reserved => free += time,
            AgentStatus::Offline | AgentStatus::Break | AgentStatus::Lost => {}
        }
    };
    for change in log {
        if let Some((begin, status)) = since.insert(change.agent, (change.at, change.to)) {
            spend(status, begin, change.at);
        }
    }
    for (begin, status) in since.into_values() {
        spend(status, begin, to);
    }
    Ok((busy + free > 0.0).then(|| busy / (busy + free)))
}
