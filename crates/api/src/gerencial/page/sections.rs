//! The parts of the page that are tables: what became of sales, why they were lost, spans of days and breakdowns.

use std::fmt::Write as _;

use intake::escaped;
use kpi::{Light, NO_FIGURE};
use wire::{GerencialFigure, GerencialSpan};

use super::super::drawing::{self, Bar};
use super::super::shapes::percent;
use super::super::words;
use super::{Cell, Page, number, text};

impl Page<'_> {
    pub(super) fn pipeline(&mut self) {
        let report = self.report;
        self.section(("De aceptada a legalizada", "From accepted to legalised"));
        let accepted = report.pipeline.first().map_or(0, |step| step.sales);
        if accepted == 0 {
            let words = (
                "No hay ventas aceptadas en estos días.",
                "No sale was accepted on these days.",
            );
            return self.nothing(words);
        }
        let bar = |step: &wire::GerencialStep| Bar {
            name: step.name.clone(),
            value: step.sales as f64,
            shown: format!("{} ({})", step.sales, shown(step.of_accepted)),
        };
        let drawn: Vec<Bar> = report.pipeline.iter().map(bar).collect();
        let title = self.words(("Embudo de ventas", "Pipeline of sales"));
        if let Some(svg) = drawing::bars(title, &drawn) {
            self.html.push_str(&svg);
        }
        let headings = self.headings(&words::PIPELINE);
        let row = |step: &wire::GerencialStep| {
            vec![
                text(&step.name),
                number(step.sales),
                number(format!("$ {}", step.value)),
                number(shown(step.of_accepted)),
                number(shown(step.of_before)),
            ]
        };
        let rows: Vec<_> = report.pipeline.iter().map(row).collect();
        self.table("", &headings, &rows);
        if report.standing.is_empty() {
            return;
        }
        let told = |one: &wire::GerencialStage| format!("{} {}", one.name, one.sales);
        let told: Vec<String> = report.standing.iter().map(told).collect();
        let words = self.words((
            "Dónde están hoy las que no se perdieron",
            "Where those not lost stand",
        ));
        let told = escaped(&format!("{words}: {}.", told.join("; ")));
        let _ = write!(self.html, "<p>{told}</p>");
    }

    pub(super) fn losses(&mut self) {
        let report = self.report;
        self.section(("Causas de pérdida de ventas", "Why sales were lost"));
        if report.losses.is_empty() {
            let words = (
                "No se perdió ninguna venta aceptada.",
                "No accepted sale was lost.",
            );
            return self.nothing(words);
        }
        let name = |loss: &wire::GerencialLoss| match loss.reason.is_empty() {
            true => loss.name.clone(),
            false => format!("{}: {}", loss.name, loss.reason),
        };
        let drawn: Vec<Bar> = report
            .losses
            .iter()
            .map(|loss| Bar {
                name: name(loss),
                value: loss.sales as f64,
                shown: format!("{} ({})", loss.sales, percent(loss.share)),
            })
            .collect();
        let title = self.words(("Causas de pérdida", "Causes of loss"));
        if let Some(svg) = drawing::bars(title, &drawn) {
            self.html.push_str(&svg);
        }
        let headings = self.headings(&words::LOSSES);
        let rows: Vec<_> = report
            .losses
            .iter()
            .map(|loss| {
                vec![
                    text(&name(loss)),
                    number(loss.sales),
                    number(format!("$ {}", loss.value)),
                    number(percent(loss.share)),
                ]
            })
            .collect();
        self.table("", &headings, &rows);
    }

    pub(super) fn refusals(&mut self) {
        let report = self.report;
        self.section((
            "Por qué no se aceptó la oferta",
            "Why offers were not accepted",
        ));
        if report.refusals.is_empty() {
            let words = (
                "No hay contactos efectivos sin venta en estos días.",
                "No effective contact of these days ended without a sale.",
            );
            return self.nothing(words);
        }
        let headings = self.headings(&[
            ("Código", "Code"),
            ("Tipificación", "Typification"),
            ("Llamadas", "Calls"),
            ("Parte", "Share"),
        ]);
        let rows: Vec<_> = report
            .refusals
            .iter()
            .map(|row| {
                vec![
                    text(&row.code),
                    text(&row.words),
                    number(row.calls),
                    number(percent(row.share)),
                ]
            })
            .collect();
        self.table("", &headings, &rows);
    }

    pub(super) fn spans(&mut self, spans: &[GerencialSpan], name: (&str, &str)) {
        let Some(first) = spans.first() else { return };
        self.section(name);
        let mut headings = self.headings(&[
            ("Tramo", "Span"),
            ("Intentos", "Attempts"),
            ("Ventas", "Sales"),
        ]);
        headings.extend(first.figures.iter().map(short_name));
        let row = |span: &GerencialSpan| {
            let mut label = span.label.clone();
            if span.is_part {
                label.push_str(self.words((" (parte)", " (part)")));
            }
            if span.restated > 0 {
                label.push_str(self.words((" (corregido)", " (restated)")));
            }
            let mut cells = vec![text(&label), number(span.attempts), number(span.sales)];
            cells.extend(span.figures.iter().map(figure));
            cells
        };
        let rows: Vec<_> = spans.iter().map(row).collect();
        self.table("wide spans", &headings, &rows);
    }

    pub(super) fn breakdown(&mut self, part: &wire::GerencialBreakdown) {
        self.section((&part.name, &part.name));
        let Some(first) = part.rows.first() else {
            return self.nothing(("s/d", "s/d"));
        };
        let mut headings = self.headings(&[
            ("Parte", "Part"),
            ("Intentos", "Attempts"),
            ("Contactos", "Contacts"),
            ("Registros", "Records"),
            ("Ventas", "Sales"),
        ]);
        headings.extend(first.figures.iter().map(short_name));
        let row = |row: &wire::GerencialPart| {
            let mut cells = vec![
                text(&row.name),
                number(row.attempts),
                number(row.contacts),
                number(row.records),
                number(row.sales),
            ];
            cells.extend(row.figures.iter().map(figure));
            cells
        };
        let rows: Vec<_> = part.rows.iter().map(row).collect();
        self.table("wide", &headings, &rows);
    }
}

/// The name without its variant, which stands in the first table: these have a column for each.
fn short_name(figure: &GerencialFigure) -> String {
    let name = figure.name.split(" (").next();
    name.unwrap_or_default().to_owned()
}

/// A figure with the shape of its light before it.
fn figure(figure: &GerencialFigure) -> Cell {
    let light = words::light_of(&figure.light);
    let sign = match light {
        Light::Unknown => "",
        light => light.sign(),
    };
    number(format!("{sign} {}", figure.shown).trim())
}

fn shown(share: Option<f64>) -> String {
    share.map_or_else(|| NO_FIGURE.to_owned(), percent)
}
