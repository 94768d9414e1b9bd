//! `cadencia report hourly`: a day by the hour, its goal and how it will close.

use anyhow::{Result, bail};
use api::{HOURLY_COLUMNS, hour_of_row};
use domain::Timestamp;
use kpi::half_up;
use store::Store;
use wire::{HourlyReport, HourlyRow};

use crate::campaign::find;
use crate::output::table;
use crate::report::Format;
use crate::times::{now, shown};

/// The report of a day; today without one.
pub(crate) async fn run(
    store: &dyn Store,
    campaign: &str,
    day: Option<&str>,
    format: Format,
) -> Result<()> {
    let day = match day {
        None => None,
        Some(text) => match api::day_of(text) {
            None => bail!("`{text}` is no day; write 2026-12-01"),
            day => day,
        },
    };
    let campaign = find(store, campaign).await?;
    let report = api::hourly(store, &campaign, day, now()).await?;
    match format {
        Format::Json => println!("{}", serde_json::to_string(&report)?),
        Format::Csv => print!("{}", api::hourly_csv(&report)),
        Format::Table => told(&report),
    }
    Ok(())
}

fn told(report: &HourlyReport) {
    let cells = |row: &HourlyRow| {
        let figures = HOURLY_COLUMNS.iter().map(|(_, cell, decimals, scale)| {
            cell(row).map_or_else(
                || kpi::NO_FIGURE.to_owned(),
                |value| half_up(value * scale, *decimals),
            )
        });
        [hour_of_row(row)]
            .into_iter()
            .chain(figures)
            .collect::<Vec<_>>()
    };
    let rows: Vec<_> = report
        .hours
        .iter()
        .chain([&report.total])
        .map(cells)
        .collect();
    let headings: Vec<_> = ["hora"]
        .into_iter()
        .chain(HOURLY_COLUMNS.iter().map(|column| column.0))
        .collect();
    let at = Timestamp::from_millis(report.at);
    println!("{}  {}  (a las {})", report.campaign, report.day, shown(at));
    table(&headings, &rows, "");
    close(report);
    let base = &report.base;
    match base.exhausted_at {
        Some(at) => println!(
            "base disponible: {} registros; se agota {}",
            base.left,
            shown(Timestamp::from_millis(at))
        ),
        None => println!("base disponible: {} registros", base.left),
    }
    if !report.levers_words.is_empty() {
        println!("para llegar a la meta: {}", report.levers_words);
    }
    for note in &report.notes {
        println!("! {note}");
    }
}

fn close(report: &HourlyReport) {
    let percent = |share: f64| format!("{} %", half_up(share * 100.0, 0));
    let Some(seen) = &report.projection else {
        println!("proyección: {}", kpi::NO_FIGURE);
        return;
    };
    println!(
        "cierre proyectado: {} ({}: {}–{}, en verdad {})",
        half_up(seen.close, 1),
        percent(seen.nominal),
        seen.low,
        seen.high,
        percent(seen.exact)
    );
    let (Some(goal), Some(gap)) = (report.goal, report.gap) else {
        return;
    };
    println!(
        "meta {}: cierre al {}, probabilidad de llegar {}; faltan {}, ritmo requerido {} por hora-asesor en {} h",
        half_up(goal, 1),
        seen.attainment
            .map_or_else(|| kpi::NO_FIGURE.to_owned(), percent),
        seen.goal_probability
            .map_or_else(|| kpi::NO_FIGURE.to_owned(), percent),
        half_up(gap, 1),
        report
            .required_pace
            .map_or_else(|| kpi::NO_FIGURE.to_owned(), |pace| half_up(pace, 3)),
        half_up(report.hours_left, 1)
    );
}
