//! Hora a hora as a table for programs: its columns, which the table for people has too.

use kpi::half_up;
use wire::{HourlyReport, HourlyRow};

/// A column: its heading, and a row's cell for people and for programs.
pub type HourlyColumn = (&'static str, fn(&HourlyRow) -> Option<f64>, u8, f64);

/// In the order of the report; decimals for people, and what a figure is multiplied with for them.
pub const HOURLY_COLUMNS: &[HourlyColumn] = &[
    ("asesores", |row| Some(row.agents as f64), 0, 1.0),
    ("h_conectadas", |row| Some(row.connected_h), 1, 1.0),
    ("h_productivas", |row| Some(row.productive_h), 1, 1.0),
    ("intentos", |row| Some(row.attempts as f64), 0, 1.0),
    ("contestadas", |row| Some(row.answered as f64), 0, 1.0),
    ("contactos", |row| Some(row.contacts as f64), 0, 1.0),
    ("registros", |row| Some(row.records as f64), 0, 1.0),
    ("ventas", |row| Some(row.sales as f64), 0, 1.0),
    ("meta", |row| row.goal, 1, 1.0),
    ("cumplimiento_%", |row| row.attainment, 1, 100.0),
    (
        "registros_acum",
        |row| Some(row.records_so_far as f64),
        0,
        1.0,
    ),
    ("ventas_acum", |row| Some(row.sales_so_far as f64), 0, 1.0),
    ("meta_acum", |row| row.goal_so_far, 1, 1.0),
    ("cumplimiento_acum_%", |row| row.attainment_so_far, 1, 100.0),
    ("ratio", |row| row.ratio, 2, 1.0),
    ("ventas_h", |row| row.sales_per_hour, 3, 1.0),
    ("registros_h", |row| row.records_per_hour, 1, 1.0),
    ("productividad", |row| row.productivity, 0, 1.0),
];

/// What a row is of.
pub fn hour_of_row(row: &HourlyRow) -> String {
    row.hour
        .map_or_else(|| "día".to_owned(), |hour| format!("{hour:02}:00"))
}

/// The report as CSV.
pub fn hourly_csv(report: &HourlyReport) -> String {
    let headings: Vec<_> = HOURLY_COLUMNS.iter().map(|column| column.0).collect();
    let mut text = format!("hora,{}\n", headings.join(","));
    for row in report.hours.iter().chain([&report.total]) {
        let cells: Vec<_> = HOURLY_COLUMNS
            .iter()
            .map(|(_, cell, _, scale)| {
                cell(row).map_or_else(String::new, |value| half_up(value * scale, 4))
            })
            .collect();
        text += &format!("{},{}\n", hour_of_row(row), cells.join(","));
    }
    text
}
