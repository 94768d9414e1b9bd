//! `cadencia report`: indicators, and the attempts behind them.

mod gerencial;
mod gestion;
mod model;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Subcommand, ValueEnum};
use domain::{AttemptId, Timestamp};
use kpi::half_up;
use store::{AttemptFilter, InboundFilter};
use wire::{AbandonPeriod, KpiReport};

use self::gerencial::Gerencial;
use self::gestion::Gestion;
use self::model::Model;
use crate::Global;
use crate::campaign::find;
use crate::output::{record, show, table};
use crate::report_hourly;
use crate::times::{now, parse, shown, today};

#[derive(Subcommand)]
pub(crate) enum Report {
    /// The indicators of a campaign and period
    Kpi {
        /// Name of the campaign
        campaign: String,
        /// From [default: today in Bogotá]
        #[arg(long)]
        from: Option<String>,
        /// Until, not included [default: now]
        #[arg(long)]
        to: Option<String>,
        /// The base is what was received since then [default: all that the campaign received]
        #[arg(long, value_name = "TIME")]
        received_from: Option<String>,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// A day by the hour: goal, attainment, projection of the close, base left and what would help
    Hourly {
        /// Name of the campaign
        campaign: String,
        /// As 2026-12-01 [default: today]
        #[arg(long)]
        day: Option<String>,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// The attempts of a campaign and period, or those behind an indicator
    Attempts {
        /// Name of the campaign
        campaign: String,
        /// From [default: today in Bogotá]
        #[arg(long)]
        from: Option<String>,
        /// Until, not included [default: now]
        #[arg(long)]
        to: Option<String>,
        /// Those counted by an indicator: placed, answered, effective, sale, abandoned, ...
        #[arg(long)]
        set: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// The sábana: a row for each sale accepted in a period, every stage dated
    Sabana {
        /// Name of the campaign
        campaign: String,
        /// Accepted from [default: today in Bogotá]
        #[arg(long)]
        from: Option<String>,
        /// Accepted until, not included [default: now]
        #[arg(long)]
        to: Option<String>,
        /// As the sales stood then [default: now]
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// How to print
        #[arg(long, value_enum, default_value = "csv")]
        format: Format,
    },
    /// The abandon ledger of a campaign, period by period; fails when one is overdrawn
    Abandons {
        /// Name of the campaign
        campaign: String,
    },
    /// The informe de gestión: every record received within a span with what became of it, adding up to what was received
    Gestion(Gestion),
    /// The informe gerencial: indicators against their targets, evolution, parts, pipeline of sales, causes of loss and plans
    Gerencial(Gerencial),
    /// Seguimiento Modelo Operación: indicators of each cycle beside the adherence to practices, and the plans
    Model(Model),
    /// Calls that others made to our caller ids
    Inbound {
        /// From [default: today in Bogotá]
        #[arg(long)]
        from: Option<String>,
        /// Until, not included [default: now]
        #[arg(long)]
        to: Option<String>,
        /// Those after this one: the last of the page before
        #[arg(long)]
        after: Option<i64>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Csv,
}

impl Report {
    pub(crate) async fn run(&self, global: &Global) -> Result<ExitCode> {
        let store = record(global).await?;
        if let Report::Abandons { campaign } = self {
            let campaign = find(store.as_ref(), campaign).await?;
            let periods = api::abandon_ledger(store.as_ref(), &campaign, now()).await?;
            return abandons(global, &periods);
        }
        if let Report::Gestion(it) = self {
            return it.run(global, store.as_ref()).await;
        }
        if let Report::Gerencial(it) = self {
            return it.run(global, store.as_ref()).await;
        }
        if let Report::Model(it) = self {
            return it.run(global, store.as_ref()).await;
        }
        let from = |text: &Option<String>| text.as_deref().map_or_else(|| Ok(today()), parse);
        let until = |text: &Option<String>| text.as_deref().map_or_else(|| Ok(now()), parse);
        match self {
            Report::Sabana {
                campaign,
                from: begin,
                to,
                as_of,
                format,
            } => {
                let span = (from(begin)?, until(to)?);
                crate::sabana::run(
                    global,
                    store.as_ref(),
                    campaign,
                    span,
                    until(as_of)?,
                    *format,
                )
                .await
            }
            Report::Kpi {
                campaign,
                from: begin,
                to,
                received_from,
                format,
            } => {
                let campaign = find(store.as_ref(), campaign).await?;
                let period = kpi::Period {
                    from: from(begin)?,
                    to: until(to)?,
                    received_from: received_from.as_deref().map(parse).transpose()?,
                    as_of: None,
                };
                let report = api::report(store.as_ref(), campaign.id, &period).await?;
                match (global.json, format) {
                    (true, _) | (_, Format::Json) => {
                        println!("{}", serde_json::to_string(&report)?)
                    }
                    (_, Format::Csv) => print!("{}", api::kpi_csv(&report)),
                    (_, Format::Table) => kpi_table(&report),
                }
                Ok(())
            }
            Report::Hourly {
                campaign,
                day,
                format,
            } => {
                let format = if global.json { Format::Json } else { *format };
                report_hourly::run(store.as_ref(), campaign, day.as_deref(), format).await
            }
            Report::Attempts {
                campaign,
                from: begin,
                to,
                set,
                limit,
            } => {
                let set = match set {
                    None => None,
                    Some(word) => match kpi::AttemptSet::from_word(word) {
                        Some(set) => Some(set),
                        None => bail!("`{word}` is no set of attempts; use one of: {}", sets()),
                    },
                };
                let campaign = find(store.as_ref(), campaign).await?;
                let filter = AttemptFilter {
                    campaign: Some(campaign.id),
                    from: Some(from(begin)?),
                    to: Some(until(to)?),
                    set,
                    limit: *limit,
                    ..AttemptFilter::default()
                };
                let rows = store.attempts(&filter).await?;
                let attempts: Vec<_> = rows.iter().map(api::attempt_shown).collect();
                show(global, &attempts, |_| attempts_table(&rows))
            }
            Report::Inbound {
                from: begin,
                to,
                after,
                limit,
            } => {
                let filter = InboundFilter {
                    from: Some(from(begin)?),
                    to: Some(until(to)?),
                    after: after.map(AttemptId::new),
                    limit: *limit,
                };
                let rows = store.inbound_calls(&filter).await?;
                let calls: Vec<_> = rows.iter().map(api::inbound_shown).collect();
                show(global, &calls, |_| inbound_table(&rows))
            }
            Report::Abandons { .. }
            | Report::Gestion(_)
            | Report::Gerencial(_)
            | Report::Model(_) => Ok(()),
        }
        .map(|()| ExitCode::SUCCESS)
    }
}

fn abandons(global: &Global, periods: &[AbandonPeriod]) -> Result<ExitCode> {
    show(global, &periods, |periods| {
        let day = |at: i64| shown(Timestamp::from_millis(at)).chars().take(10).collect();
        let percent = |share: Option<f64>| {
            share.map_or_else(
                || "s/d".to_owned(),
                |share| format!("{:.2} %", 100.0 * share),
            )
        };
        let row = |one: &AbandonPeriod| {
            vec![
                day(one.from),
                day(one.to),
                one.live.to_string(),
                one.abandoned.to_string(),
                percent(one.rate),
                percent(one.bound),
                percent(Some(one.limit)),
                match one.binds {
                    true => format!("{} (holds each call)", one.left),
                    false => one.left.to_string(),
                },
                format!("{} {}", one.rule, one.pack),
            ]
        };
        let rows: Vec<_> = periods.iter().map(row).collect();
        let headings = [
            "from",
            "until",
            "answered",
            "abandoned",
            "share",
            "95 % sure under",
            "limit",
            "left",
            "rule",
        ];
        table(&headings, &rows, "no call has left yet");
    })?;
    Ok(match periods.iter().any(|one| one.left < 0) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

fn sets() -> String {
    let words: Vec<_> = kpi::AttemptSet::ALL.iter().map(|set| set.word()).collect();
    words.join(", ")
}

/// The indicators as people read them.
pub(crate) fn kpi_table(report: &KpiReport) {
    let number = |value: Option<f64>| value.map_or_else(|| "s/d".to_owned(), |v| half_up(v, 0));
    let rows: Vec<_> = report
        .kpis
        .iter()
        .map(|kpi| {
            vec![
                kpi.name.clone(),
                kpi.shown.clone(),
                target(kpi),
                format!("{} / {}", number(kpi.numerator), number(kpi.denominator)),
                kpi.drill.clone().unwrap_or_default(),
            ]
        })
        .collect();
    println!("{}  (definiciones {})", report.campaign, report.definitions);
    table(&["indicador", "valor", "meta", "de", "detalle"], &rows, "");
    for kpi in &report.kpis {
        for notice in &kpi.notices {
            println!("! {}: {}", kpi.name, notice.words);
        }
    }
}

/// The target of the variant compared, and whether it is met, in a word as well as a sign.
fn target(kpi: &wire::Kpi) -> String {
    let Some(target) = kpi.target else {
        return String::new();
    };
    let shown = match kpi.unit.as_str() {
        "share" => format!("{} %", half_up(target * 100.0, 0)),
        _ => half_up(target, 2),
    };
    match kpi.met {
        Some(true) => format!("{shown} ✓ cumple"),
        Some(false) => format!("{shown} ✗ no cumple"),
        None => shown,
    }
}

fn attempts_table(rows: &[store::AttemptRow]) {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            vec![
                row.id.to_string(),
                shown(row.placed_at.unwrap_or(row.intended_at)),
                row.phone.to_string(),
                row.outcome
                    .map_or("open", |outcome| outcome.word())
                    .to_owned(),
                row.code.clone().unwrap_or_default(),
                row.talk()
                    .map_or_else(String::new, |talk| format!("{} s", talk.as_secs())),
            ]
        })
        .collect();
    table(
        &["attempt", "at", "phone", "outcome", "code", "talk"],
        &rows,
        "no attempts in this period",
    );
}

fn inbound_table(rows: &[store::InboundRow]) {
    let number = |id: Option<i64>| id.map_or_else(String::new, |id| id.to_string());
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            vec![
                row.id.to_string(),
                shown(row.at),
                row.phone
                    .map_or_else(|| "hidden".to_owned(), |phone| phone.to_string()),
                row.called.to_string(),
                number(row.campaign.map(domain::CampaignId::get)),
                number(row.agent.map(domain::AgentId::get)),
                row.outcome
                    .map_or("open", |outcome| outcome.word())
                    .to_owned(),
                row.code.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(
        &[
            "call", "at", "phone", "called", "campaign", "agent", "outcome", "code",
        ],
        &rows,
        "nobody called in this period",
    );
}
