//! `cadencia roster`: who is rostered when.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use wire::RosterShift;

use crate::Global;
use crate::campaign::find;
use crate::goal::{days, text_of};
use crate::output::{record, show, table};

#[derive(Subcommand)]
pub(crate) enum Roster {
    /// Who is rostered when
    Show {
        /// From this day on, as 2026-12-01
        #[arg(long)]
        from: Option<String>,
        /// Until this day, included
        #[arg(long)]
        to: Option<String>,
    },
    /// Load shifts from a CSV with the columns asesor, fecha, desde, hasta, descansos (or agent, day, from, to, breaks);
    /// those of the advisors and days it names are replaced
    Import {
        /// The file
        file: PathBuf,
    },
    /// How long the shift of a campaign's advisors is who have none in the roster: shows it, or sets it
    Usual {
        /// Name of the campaign
        campaign: String,
        /// Such as 450m or 8h
        #[arg(long)]
        shift: Option<String>,
        /// It is not known: advisor-days of who is not rostered are s/d
        #[arg(long, conflicts_with = "shift")]
        unknown: bool,
    },
}

impl Roster {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        match self {
            Roster::Show { from, to } => {
                let days = days(from.as_ref(), to.as_ref())?;
                let shifts = api::roster(store.as_ref(), days).await?;
                show(global, &shifts, |shifts| told(shifts))
            }
            Roster::Import { file } => {
                let (text, source) = text_of(file)?;
                let loaded = api::load_roster(store.as_ref(), &text, &source).await?;
                show(global, &loaded, |loaded| told(loaded))
            }
            Roster::Usual {
                campaign,
                shift,
                unknown,
            } => {
                let campaign = find(store.as_ref(), campaign).await?;
                if shift.is_some() || *unknown {
                    let read = |text: &String| {
                        domain::parse_span(text).with_context(|| format!("in --shift {text}"))
                    };
                    let shift = shift.as_ref().map(read).transpose()?;
                    api::put_usual_shift(store.as_ref(), campaign.id, shift).await?;
                }
                let minutes = store.usual_shift(campaign.id).await?;
                let minutes = minutes.map(|shift| shift.as_secs() / 60);
                show(global, &wire::UsualShift { minutes }, |shift| {
                    match shift.minutes {
                        Some(minutes) => println!("turno usual de {minutes} minutos"),
                        None => println!("turno usual: s/d"),
                    }
                })
            }
        }
    }
}

fn told(shifts: &[RosterShift]) {
    let row = |shift: &RosterShift| {
        vec![
            shift.day.clone(),
            shift.agent.clone(),
            shift.from.clone(),
            shift.to.clone(),
            shift.breaks.join(" "),
        ]
    };
    let rows: Vec<_> = shifts.iter().map(row).collect();
    let headings = ["fecha", "asesor", "desde", "hasta", "descansos"];
    table(
        &headings,
        &rows,
        "no hay turnos; cargue unos con `roster import`",
    );
}
