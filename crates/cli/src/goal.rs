//! `cadencia goal`: what was agreed to sell, by day, hour and advisor.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use wire::GoalRow;

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show, table};

#[derive(Subcommand)]
pub(crate) enum Goal {
    /// The goals of a campaign
    Show {
        /// Name of the campaign
        campaign: String,
        /// From this day on, as 2026-12-01
        #[arg(long)]
        from: Option<String>,
        /// Until this day, included
        #[arg(long)]
        to: Option<String>,
    },
    /// Load goals from a CSV with the columns fecha, hora, asesor, ventas, valor (or day, hour, agent, sales, value);
    /// those of the days it names are replaced
    Import {
        /// Name of the campaign
        campaign: String,
        /// The file
        file: PathBuf,
    },
}

/// Days from a text to another, both included, counted from 1970.
pub(crate) fn days(from: Option<&String>, to: Option<&String>) -> Result<(i64, i64)> {
    let day = |text: Option<&String>, other| match text {
        None => Ok(other),
        Some(text) => match api::day_of(text) {
            Some(day) => Ok(day),
            None => bail!("`{text}` is no day; write 2026-12-01"),
        },
    };
    Ok((day(from, 0)?, day(to, i64::from(i32::MAX))?))
}

/// What a file says, and how the audit log names it.
pub(crate) fn text_of(file: &Path) -> Result<(String, String)> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let sha256 = api::sha256_of(&bytes);
    let Ok(text) = String::from_utf8(bytes) else {
        bail!("{} is not UTF-8; save it as CSV UTF-8", file.display());
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok((text, format!("{name} sha256 {sha256}")))
}

impl Goal {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        match self {
            Goal::Show { campaign, from, to } => {
                let campaign = find(store.as_ref(), campaign).await?;
                let days = days(from.as_ref(), to.as_ref())?;
                let goals = api::goals(store.as_ref(), campaign.id, days).await?;
                show(global, &goals, |goals| told(goals))
            }
            Goal::Import { campaign, file } => {
                let campaign = find(store.as_ref(), campaign).await?;
                let (text, source) = text_of(file)?;
                let loaded = api::load_goals(store.as_ref(), campaign.id, &text, &source).await?;
                show(global, &loaded, |loaded| told(loaded))
            }
        }
    }
}

fn told(goals: &[GoalRow]) {
    let row = |goal: &GoalRow| {
        vec![
            goal.day.clone(),
            goal.hour
                .map_or_else(|| "todo el día".to_owned(), |hour| format!("{hour:02}:00")),
            goal.agent.clone().unwrap_or_else(|| "todos".to_owned()),
            kpi::half_up(goal.sales, 2),
            goal.value
                .map_or_else(String::new, |value| format!("$ {}", kpi::half_up(value, 0))),
        ]
    };
    let rows: Vec<_> = goals.iter().map(row).collect();
    let headings = ["fecha", "hora", "asesor", "ventas", "valor"];
    table(
        &headings,
        &rows,
        "no hay metas; cargue una con `goal import`",
    );
}
