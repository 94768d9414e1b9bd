//! The informe gerencial as a workbook: a sheet for each table, numbers as numbers, and charts of the spreadsheet's own that
//! redraw themselves when somebody changes a figure. Nothing in it is a formula.

mod charts;

use intake::{Language, inert};
use kpi::{Light, NO_FIGURE, Unit};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use wire::{
    GerencialBreakdown, GerencialFigure, GerencialIndicator, GerencialReport, GerencialSpan,
};

use super::page::unit_of;
use super::words::{self, pick};

/// Widths of columns, in letters.
const FIRST_WIDE: f64 = 34.0;
const WIDE: f64 = 16.0;

/// A cell.
enum Cell {
    Text(String),
    Count(f64),
    /// Of a unit; `s/d` where there is none.
    Figure(Option<f64>, Unit),
    /// The same, blank where there is none: a chart draws a gap, and a text as 0.
    Drawn(Option<f64>, Unit),
    Light(Light),
}

/// A workbook in the making.
struct Book {
    book: Workbook,
    language: Language,
}

/// The workbook.
pub(super) fn workbook(report: &GerencialReport) -> Result<Vec<u8>, XlsxError> {
    let mut book = Book {
        book: Workbook::new(),
        language: report.language.parse().unwrap_or_default(),
    };
    book.indicators(report)?;
    for (spans, name) in [
        (&report.days, ("Por día", "By day")),
        (&report.weeks, ("Por semana", "By week")),
        (&report.months, ("Por mes", "By month")),
    ] {
        book.spans(report, spans, name)?;
    }
    for part in &report.parts {
        book.breakdown(part)?;
    }
    book.pipeline(report)?;
    book.losses(report)?;
    book.refusals(report)?;
    book.plans(report)?;
    book.notes(report)?;
    book.book.save_to_buffer()
}

fn text(words: &str) -> Cell {
    Cell::Text(words.to_owned())
}

fn count(n: u64) -> Cell {
    Cell::Count(n as f64)
}

fn number_format(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "0.00%",
        Unit::Number => "0.00",
        Unit::Seconds => "0.0",
        Unit::Money => "#,##0",
    }
}

impl Book {
    fn words(&self, pair: (&'static str, &'static str)) -> &'static str {
        pick(self.language, pair)
    }

    fn headings(&self, pairs: &[(&'static str, &'static str)]) -> Vec<String> {
        let words = pairs.iter().map(|pair| self.words(*pair).to_owned());
        words.collect()
    }

    /// A sheet that is one table, made to be printed on the width of a page.
    fn table(
        &mut self,
        name: &str,
        headings: &[String],
        rows: &[Vec<Cell>],
    ) -> Result<&mut Worksheet, XlsxError> {
        let language = self.language;
        let sheet = self.book.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 1)?;
        sheet.set_landscape().set_paper_size(9);
        sheet.set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(0, 0)?;
        sheet.set_column_width(0, FIRST_WIDE)?;
        let bold = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Top);
        for (column, heading) in (0..).zip(headings) {
            if column > 0 {
                sheet.set_column_width(column, WIDE)?;
            }
            sheet.write_string_with_format(0, column, inert(heading), &bold)?;
        }
        for (row, cells) in (1..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                write(sheet, (row, column), cell, language)?;
            }
        }
        Ok(sheet)
    }

    fn indicators(&mut self, report: &GerencialReport) -> Result<(), XlsxError> {
        let headings = self.headings(&[
            ("Indicador", "Indicator"),
            ("Id", "Id"),
            ("Valor", "Figure"),
            ("Meta", "Target"),
            ("Semáforo", "Light"),
            ("Antes", "Before"),
            ("Numerador", "Numerator"),
            ("Denominador", "Denominator"),
            ("Qué falta", "What is missing"),
            ("Fórmula", "Formula"),
        ]);
        let mut rows = Vec::new();
        for row in &report.indicators {
            rows.push(indicator(row));
            rows.extend(row.variants.iter().map(|one| {
                let unit = unit_of(&one.unit);
                let mut cells = vec![text(&format!("   {}", one.name)), text(&one.id)];
                cells.push(Cell::Figure(one.value, unit));
                cells.extend([text(""), text(""), text("")]);
                cells.push(Cell::Figure(one.numerator, Unit::Number));
                cells.push(Cell::Figure(one.denominator, Unit::Number));
                cells.extend([text(""), text(&one.formula)]);
                cells
            }));
        }
        let name = self.words(("Indicadores", "Indicators"));
        let sheet = self.table(name, &headings, &rows)?;
        for column in [8, 9] {
            sheet.set_column_width(column, 60)?;
        }
        Ok(())
    }

    fn spans(
        &mut self,
        report: &GerencialReport,
        spans: &[GerencialSpan],
        name: (&'static str, &'static str),
    ) -> Result<(), XlsxError> {
        let mut headings = self.headings(&[
            ("Tramo", "Span"),
            ("Intentos", "Attempts"),
            ("Ventas", "Sales"),
        ]);
        let target = self.words(("meta", "target"));
        let mut drawn = Vec::new();
        for row in &report.indicators {
            let value = headings.len();
            headings.push(row.kpi.name.clone());
            if row.kpi.target.is_some() {
                headings.push(format!("{target}: {}", row.kpi.name));
                drawn.push((row, value, Some(value + 1)));
            } else {
                drawn.push((row, value, None));
            }
        }
        let line = |span: &GerencialSpan| {
            let mut cells = vec![text(&span.label), count(span.attempts), count(span.sales)];
            for figure in &span.figures {
                let unit = unit_of(&figure.unit);
                cells.push(Cell::Drawn(figure.value, unit));
                if figure.target.is_some() {
                    cells.push(Cell::Drawn(figure.target, unit));
                }
            }
            cells
        };
        let rows: Vec<_> = spans.iter().map(line).collect();
        let name = self.words(name);
        let sheet = self.table(name, &headings, &rows)?;
        let has_figure = |row: &&GerencialIndicator, place: usize| {
            row.kpi.target.is_some()
                || spans
                    .iter()
                    .any(|span| span.figures.get(place).is_some_and(|it| it.value.is_some()))
        };
        let drawn: Vec<charts::Drawn<'_>> = drawn
            .iter()
            .enumerate()
            .filter(|(place, (row, ..))| has_figure(row, *place))
            .map(|(_, (row, value, target))| charts::Drawn {
                title: &row.kpi.name,
                value: *value,
                target: *target,
                number_format: number_format(unit_of(&row.kpi.unit)),
            })
            .collect();
        if spans.len() > 1 {
            charts::lines(sheet, name, spans.len(), &drawn)?;
        }
        Ok(())
    }

    fn breakdown(&mut self, part: &GerencialBreakdown) -> Result<(), XlsxError> {
        let mut headings = self.headings(&[
            ("Parte", "Part"),
            ("Intentos", "Attempts"),
            ("Contestadas", "Answered"),
            ("Contactos", "Contacts"),
            ("Registros", "Records"),
            ("Ventas", "Sales"),
            ("Valor", "Value"),
            ("Horas conectadas", "Hours connected"),
        ]);
        let figures = part.rows.first().map(|row| row.figures.as_slice());
        let light = self.words(("semáforo", "light"));
        let compared = |figure: &GerencialFigure| figure.target.is_some();
        for figure in figures.unwrap_or_default() {
            headings.push(figure.name.clone());
            if compared(figure) {
                headings.push(format!("{light}: {}", figure.name));
            }
        }
        let line = |row: &wire::GerencialPart| {
            let mut cells = vec![text(&row.name)];
            cells.extend([row.attempts, row.answered, row.contacts].map(count));
            cells.extend([row.records, row.sales].map(count));
            cells.push(Cell::Figure(row.value, Unit::Money));
            cells.push(Cell::Figure(Some(row.connected_h), Unit::Number));
            for figure in &row.figures {
                cells.push(Cell::Figure(figure.value, unit_of(&figure.unit)));
                if compared(figure) {
                    cells.push(Cell::Light(words::light_of(&figure.light)));
                }
            }
            cells
        };
        let rows: Vec<_> = part.rows.iter().map(line).collect();
        self.table(&part.name, &headings, &rows)?;
        Ok(())
    }

    fn pipeline(&mut self, report: &GerencialReport) -> Result<(), XlsxError> {
        let headings = self.headings(&words::PIPELINE);
        let line = |step: &wire::GerencialStep| {
            vec![
                text(&step.name),
                count(step.sales),
                Cell::Figure(Some(step.value as f64), Unit::Money),
                Cell::Figure(step.of_accepted, Unit::Share),
                Cell::Figure(step.of_before, Unit::Share),
            ]
        };
        let rows: Vec<_> = report.pipeline.iter().map(line).collect();
        let name = self.words(("Embudo", "Pipeline"));
        let title = self.words(("De aceptada a legalizada", "From accepted to legalised"));
        let sheet = self.table(name, &headings, &rows)?;
        charts::bars(sheet, name, title, rows.len())
    }

    fn losses(&mut self, report: &GerencialReport) -> Result<(), XlsxError> {
        let headings = self.headings(&words::LOSSES);
        let line = |loss: &wire::GerencialLoss| {
            let name = match loss.reason.is_empty() {
                true => loss.name.clone(),
                false => format!("{}: {}", loss.name, loss.reason),
            };
            vec![
                Cell::Text(name),
                count(loss.sales),
                Cell::Figure(Some(loss.value as f64), Unit::Money),
                Cell::Figure(Some(loss.share), Unit::Share),
            ]
        };
        let rows: Vec<_> = report.losses.iter().map(line).collect();
        let name = self.words(("Causas de pérdida", "Causes of loss"));
        let sheet = self.table(name, &headings, &rows)?;
        charts::bars(sheet, name, name, rows.len())
    }

    fn refusals(&mut self, report: &GerencialReport) -> Result<(), XlsxError> {
        let headings = self.headings(&[
            ("Tipificación", "Typification"),
            ("Llamadas", "Calls"),
            ("Parte", "Share"),
            ("Código", "Code"),
        ]);
        let line = |row: &wire::GerencialRefusal| {
            vec![
                text(&row.words),
                count(row.calls),
                Cell::Figure(Some(row.share), Unit::Share),
                text(&row.code),
            ]
        };
        let rows: Vec<_> = report.refusals.iter().map(line).collect();
        let name = self.words(("Ofertas no aceptadas", "Offers not accepted"));
        let sheet = self.table(name, &headings, &rows)?;
        charts::bars(sheet, name, name, rows.len())
    }

    fn plans(&mut self, report: &GerencialReport) -> Result<(), XlsxError> {
        let headings = self.headings(&words::PLANS);
        let line = |plan: &wire::GerencialPlan| {
            let mut cells = vec![
                text(&plan.name),
                Cell::Light(words::light_of(&plan.light)),
                text(&plan.missed_by),
            ];
            let filled = [&plan.action, &plan.owner, &plan.due, &plan.follow_up];
            cells.extend(filled.map(|it| text(it.as_deref().unwrap_or_default())));
            cells
        };
        let rows: Vec<_> = report.plans.iter().map(line).collect();
        let name = self.words(("Plan de acción", "Action plan"));
        let sheet = self.table(name, &headings, &rows)?;
        for column in [2, 3, 6] {
            sheet.set_column_width(column, 60)?;
        }
        Ok(())
    }

    fn notes(&mut self, report: &GerencialReport) -> Result<(), XlsxError> {
        let headings = self.headings(&[("Dato", "What"), ("Valor", "Value")]);
        let pair = |name: &str, value: &str| vec![text(name), text(value)];
        let mut rows = vec![
            pair(self.words(("Campaña", "Campaign")), &report.campaign),
            pair(self.words(("Desde", "From")), &report.from),
            pair(
                self.words(("Hasta, sin incluirlo", "Until, not included")),
                &report.to,
            ),
            pair(
                self.words(("Ventas al cierre del", "Sales as of the end of")),
                report.as_of.as_deref().unwrap_or_default(),
            ),
            pair(
                self.words(("Base recibida desde", "Base received from")),
                report.received_from.as_deref().unwrap_or_default(),
            ),
            pair(
                self.words(("Versión", "Version")),
                &report.version.to_string(),
            ),
            pair(
                self.words(("Definiciones", "Definitions")),
                &report.definitions,
            ),
        ];
        let note = self.words(("Nota", "Note"));
        rows.extend(report.notes.iter().map(|words| pair(note, words)));
        let name = self.words(("Notas", "Notes"));
        let sheet = self.table(name, &headings, &rows)?;
        sheet.set_column_width(1, 110)?;
        Ok(())
    }
}

fn indicator(row: &GerencialIndicator) -> Vec<Cell> {
    let unit = unit_of(&row.kpi.unit);
    let target = match row.kpi.target {
        Some(target) => Cell::Figure(Some(target), unit),
        None => text(""),
    };
    let short = row.shortfall.as_ref().map(|short| short.words.as_str());
    vec![
        text(&row.kpi.name),
        text(&row.kpi.id),
        Cell::Figure(row.kpi.value, unit),
        target,
        Cell::Light(words::light_of(&row.light)),
        Cell::Figure(row.before, unit),
        Cell::Figure(row.kpi.numerator, Unit::Number),
        Cell::Figure(row.kpi.denominator, Unit::Number),
        text(short.unwrap_or_default()),
        text(&row.kpi.formula),
    ]
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    language: Language,
) -> Result<(), XlsxError> {
    let number = |unit: &Unit| Format::new().set_num_format(number_format(*unit));
    match cell {
        Cell::Text(words) if words.is_empty() => {}
        Cell::Text(words) => {
            let top = Format::new().set_align(FormatAlign::Top).set_text_wrap();
            sheet.write_string_with_format(row, column, inert(words), &top)?;
        }
        Cell::Count(n) => {
            sheet.write_number(row, column, *n)?;
        }
        Cell::Figure(Some(value), unit) | Cell::Drawn(Some(value), unit) => {
            sheet.write_number_with_format(row, column, *value, &number(unit))?;
        }
        Cell::Figure(None, _) => {
            let right = Format::new().set_align(FormatAlign::Right);
            sheet.write_string_with_format(row, column, NO_FIGURE, &right)?;
        }
        Cell::Drawn(None, _) => {}
        Cell::Light(light) => {
            let format = Format::new().set_font_color(light.colour()).set_bold();
            let words = words::light(language, *light);
            sheet.write_string_with_format(row, column, words, &format)?;
        }
    }
    Ok(())
}
