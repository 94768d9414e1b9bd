//! The informe gerencial as one table for other programs: a row for each figure, told apart by section and span.

use intake::csv_line;
use kpi::half_up;
use wire::{GerencialFigure, GerencialReport, GerencialSpan};

const COLUMNS: [&str; 10] = [
    "seccion",
    "tramo",
    "indicador",
    "nombre",
    "valor",
    "mostrado",
    "meta",
    "semaforo",
    "antes",
    "detalle",
];

/// A row, by column.
#[derive(Default)]
struct Line<'a> {
    section: &'a str,
    span: &'a str,
    id: &'a str,
    name: &'a str,
    value: Option<f64>,
    shown: &'a str,
    target: Option<f64>,
    light: &'a str,
    before: Option<f64>,
    detail: &'a str,
}

struct Table(String);

impl Table {
    fn add(&mut self, line: &Line<'_>) {
        let number = |value: Option<f64>| value.map_or_else(String::new, |it| it.to_string());
        let cells = [
            line.section.to_owned(),
            line.span.to_owned(),
            line.id.to_owned(),
            line.name.to_owned(),
            number(line.value),
            line.shown.to_owned(),
            number(line.target),
            line.light.to_owned(),
            number(line.before),
            line.detail.to_owned(),
        ];
        self.0.push_str(&csv_line(&cells, ';'));
    }

    fn count(&mut self, section: &str, span: &str, id: &str, count: f64, detail: &str) {
        self.add(&Line {
            section,
            span,
            id,
            name: id,
            value: Some(count),
            shown: &half_up(count, 0),
            detail,
            ..Line::default()
        });
    }

    fn figure(&mut self, section: &str, span: &str, figure: &GerencialFigure) {
        self.add(&Line {
            section,
            span,
            id: &figure.id,
            name: &figure.name,
            value: figure.value,
            shown: &figure.shown,
            target: figure.target,
            light: &figure.light,
            ..Line::default()
        });
    }

    fn spans(&mut self, section: &str, spans: &[GerencialSpan]) {
        for span in spans {
            let detail = if span.restated > 0 { "restated" } else { "" };
            self.count(
                section,
                &span.label,
                "attempts",
                span.attempts as f64,
                detail,
            );
            self.count(section, &span.label, "sales", span.sales as f64, detail);
            for figure in &span.figures {
                self.figure(section, &span.label, figure);
            }
        }
    }
}

/// UTF-8 with its mark, separated by semicolons.
pub fn gerencial_csv(report: &GerencialReport) -> String {
    let mut table = Table(format!("\u{feff}{}\n", COLUMNS.join(";")));
    let whole = format!("{} - {}", report.from, report.to);
    for row in &report.indicators {
        let short = row.shortfall.as_ref().map(|short| short.words.as_str());
        table.add(&Line {
            section: "indicator",
            span: &whole,
            id: &row.kpi.id,
            name: &row.kpi.name,
            value: row.kpi.value,
            shown: &row.kpi.shown,
            target: row.kpi.target,
            light: &row.light,
            before: row.before,
            detail: short.unwrap_or_default(),
        });
        for variant in &row.variants {
            table.add(&Line {
                section: "variant",
                span: &whole,
                id: &variant.id,
                name: &variant.name,
                value: variant.value,
                shown: &variant.shown,
                ..Line::default()
            });
        }
    }
    table.spans("day", &report.days);
    table.spans("week", &report.weeks);
    table.spans("month", &report.months);
    for part in &report.parts {
        for row in &part.rows {
            for (id, count) in [
                ("attempts", row.attempts),
                ("answered", row.answered),
                ("contacts", row.contacts),
                ("records", row.records),
                ("sales", row.sales),
            ] {
                table.count(&part.dimension, &row.name, id, count as f64, "");
            }
            for figure in &row.figures {
                table.figure(&part.dimension, &row.name, figure);
            }
        }
    }
    for step in &report.pipeline {
        table.count("pipeline", &whole, &step.stage, step.sales as f64, "");
    }
    for stage in &report.standing {
        table.count("standing", &whole, &stage.stage, stage.sales as f64, "");
    }
    for loss in &report.losses {
        table.count("loss", &whole, &loss.stage, loss.sales as f64, &loss.reason);
    }
    for row in &report.refusals {
        table.count("refusal", &whole, &row.code, row.calls as f64, &row.words);
    }
    for plan in &report.plans {
        table.add(&Line {
            section: "plan",
            span: &whole,
            id: &plan.indicator,
            name: &plan.name,
            light: &plan.light,
            detail: &plan.missed_by,
            ..Line::default()
        });
    }
    table.0
}
