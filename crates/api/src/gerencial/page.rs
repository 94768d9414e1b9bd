//! The informe gerencial as a page to be read, printed and signed: one file, no script, nothing fetched. It prints on A4 and on
//! Letter alike.

mod sections;

use std::fmt::Write as _;

use domain::Timestamp;
use intake::{Language, escaped};
use kpi::{NO_FIGURE, Unit, half_up};
use wire::{
    GerencialFigure, GerencialIndicator, GerencialPlan, GerencialReport, GerencialSpan, Kpi,
};

use super::drawing::{self, Line, Point};
use super::words;

const STYLE: &str = "@page{margin:13mm 12mm}@page annex{size:landscape;margin:12mm}\
*{box-sizing:border-box}\
body{font:9.5pt/1.35 'Liberation Sans',Arial,sans-serif;color:#111;max-width:190mm;margin:0 auto;padding:6mm 4mm}\
h1{font-size:16pt;margin:0 0 1mm}h2{font-size:11.5pt;margin:6mm 0 1.5mm;border-bottom:.3mm solid #111;break-after:avoid}\
p{margin:1mm 0}.sub{color:#444}\
table{border-collapse:collapse;width:100%;font-size:8.5pt}td,th{padding:.7mm 1.4mm;text-align:left;vertical-align:top}\
thead{display:table-header-group}thead th{border-bottom:.3mm solid #111;font-weight:600}\
tr{break-inside:avoid}tbody tr+tr>*{border-top:.2mm solid #bbb}\
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}th.n{white-space:normal}\
.annex{page:annex;overflow-x:auto}.wide{font-size:7.5pt}.wide td,.wide th{padding:.5mm .8mm}.spans td:first-child{white-space:nowrap}\
.light{white-space:nowrap}.light svg{width:3mm;height:3mm;vertical-align:-.4mm}\
.light.missed{font-weight:700}.small{font-size:7.5pt;color:#444}\
.charts{display:grid;grid-template-columns:1fr 1fr;gap:3mm 5mm}.charts figure{margin:0;break-inside:avoid}\
figcaption{font-weight:600;font-size:8.5pt}svg{font:8px 'Liberation Sans',Arial,sans-serif}svg text{fill:#222}\
svg.line,svg.bars{width:100%;height:auto;display:block}svg.bars{font-size:11px;max-width:170mm;break-inside:avoid}\
svg .axis{fill:none;stroke:#555}svg .run{fill:none;stroke:#0072B2;stroke-width:1.3}\
svg .target{fill:none;stroke:#111;stroke-dasharray:4 3}svg.bars rect{fill:#0072B2}\
.plan td{height:14mm}.plan td:nth-child(n+4){min-width:24mm;border-left:.2mm solid #bbb}\
.sign{display:flex;gap:12mm;margin-top:16mm;break-inside:avoid}.sign div{flex:1;border-top:.3mm solid #111;padding-top:1mm}\
@media print{body{max-width:none;padding:0}.annex{overflow:visible}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}";

/// The page, with times in a zone.
pub fn gerencial_page(report: &GerencialReport, zone: &str) -> String {
    let language = report.language.parse().unwrap_or_default();
    let mut page = Page {
        html: String::new(),
        language,
        report,
    };
    page.head(zone);
    page.indicators();
    page.charts();
    page.plans();
    page.pipeline();
    page.losses();
    page.refusals();
    page.foot();
    page.html.push_str("<div class=\"annex\">");
    for (rows, name) in [
        (&report.days, ("Por día", "By day")),
        (&report.weeks, ("Por semana", "By week")),
        (&report.months, ("Por mes", "By month")),
    ] {
        page.spans(rows, name);
    }
    for part in &report.parts {
        page.breakdown(part);
    }
    page.html.push_str("</div></body></html>\n");
    page.html
}

struct Page<'a> {
    html: String,
    language: Language,
    report: &'a GerencialReport,
}

/// A cell: as HTML, and whether it is a number.
type Cell = (String, bool);

fn text(words: &str) -> Cell {
    (escaped(words), false)
}

fn number(shown: impl ToString) -> Cell {
    (escaped(&shown.to_string()), true)
}

impl Page<'_> {
    fn words<'w>(&self, pair: (&'w str, &'w str)) -> &'w str {
        words::pick(self.language, pair)
    }

    fn section(&mut self, name: (&str, &str)) {
        let name = escaped(self.words(name));
        let _ = write!(self.html, "<h2>{name}</h2>");
    }

    fn nothing(&mut self, words: (&str, &str)) {
        let words = escaped(self.words(words));
        let _ = write!(self.html, "<p>{words}</p>");
    }

    fn table(&mut self, class: &str, headings: &[String], rows: &[Vec<Cell>]) {
        let _ = write!(self.html, "<table class=\"{class}\"><thead><tr>");
        for (place, heading) in headings.iter().enumerate() {
            let mut cells = rows.iter().filter_map(|row| row.get(place));
            let class = match cells.next() {
                Some((_, true)) => " class=\"n\"",
                _ => "",
            };
            let _ = write!(
                self.html,
                "<th scope=\"col\"{class}>{}</th>",
                escaped(heading)
            );
        }
        self.html.push_str("</tr></thead><tbody>");
        for row in rows {
            self.html.push_str("<tr>");
            for (html, is_number) in row {
                let class = if *is_number { " class=\"n\"" } else { "" };
                let _ = write!(self.html, "<td{class}>{html}</td>");
            }
            self.html.push_str("</tr>");
        }
        self.html.push_str("</tbody></table>");
    }

    fn headings(&self, pairs: &[(&str, &str)]) -> Vec<String> {
        pairs
            .iter()
            .map(|pair| self.words(*pair).to_owned())
            .collect()
    }

    fn head(&mut self, zone: &str) {
        let report = self.report;
        let title = self.words(("Informe gerencial", "Management report"));
        let campaign = escaped(&report.campaign);
        let until = self.words(("hasta", "until"));
        let excluded = self.words(("sin incluirlo", "not included"));
        let at = |millis| law::text_in(zone, Timestamp::from_millis(millis)).unwrap_or_default();
        let made = self.words(("hecho el", "made at"));
        let lang = words::code(self.language);
        let mut html = format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>{title}: {campaign}, {from}</title>\
             <style>{STYLE}</style></head><body><h1>{title}: {campaign}</h1>\
             <p>{from} {until} {to} ({excluded}); {made} {made_at} ({zone}).",
            from = escaped(&report.from),
            to = escaped(&report.to),
            made_at = escaped(&at(report.made_at)),
            zone = escaped(zone)
        );
        let mut sub = vec![format!(
            "{} {} {until} {}",
            self.words(("Comparado con", "Compared with")),
            report.before_from,
            report.before_to
        )];
        if let Some(since) = &report.received_from {
            let words = self.words(("base recibida desde", "base received from"));
            sub.push(format!("{words} {since}"));
        }
        if let Some(day) = &report.as_of {
            let words = self.words(("ventas al cierre del", "sales as of the end of"));
            sub.push(format!("{words} {day}"));
        }
        let version = self.words(("versión", "version"));
        sub.push(format!("{version} {}", report.version));
        if let Some(restated) = report.restated_at {
            let words = self.words(("corregido el", "restated at"));
            sub.push(format!("{words} {}", at(restated)));
        }
        let definitions = self.words(("definiciones", "definitions"));
        sub.push(format!("{definitions} {}", report.definitions));
        let _ = write!(
            html,
            "</p><p class=\"sub\">{}.</p>",
            escaped(&sub.join("; "))
        );
        self.html.push_str(&html);
    }

    fn indicators(&mut self) {
        self.section(("Indicadores", "Indicators"));
        let headings = self.headings(&[
            ("Indicador", "Indicator"),
            ("Valor", "Figure"),
            ("Meta", "Target"),
            ("Semáforo", "Light"),
            ("Antes", "Before"),
            ("Cambio", "Change"),
            ("De", "Of"),
        ]);
        let rows: Vec<_> = self
            .report
            .indicators
            .iter()
            .map(|row| self.indicator(row))
            .collect();
        self.table("", &headings, &rows);
    }

    fn indicator(&self, row: &GerencialIndicator) -> Vec<Cell> {
        let mut name = format!("<b>{}</b>", escaped(&row.kpi.name));
        let mut small = |words: &str| {
            let _ = write!(name, "<div class=\"small\">{}</div>", escaped(words));
        };
        small(&row.kpi.formula);
        if !row.variants.is_empty() {
            let told = |one: &Kpi| format!("{}: {}", one.name, one.shown);
            let told: Vec<String> = row.variants.iter().map(told).collect();
            small(&told.join("; "));
        }
        for notice in &row.kpi.notices {
            small(&format!("! {}", notice.words));
        }
        let parts = format!(
            "{} / {}",
            counted(row.kpi.numerator),
            counted(row.kpi.denominator)
        );
        vec![
            (name, false),
            number(&row.kpi.shown),
            number(match row.target_shown.is_empty() {
                true => "—",
                false => row.target_shown.as_str(),
            }),
            (self.light(&row.light), false),
            number(&row.before_shown),
            number(&row.change_shown),
            number(parts),
        ]
    }

    fn light(&self, word: &str) -> String {
        let light = words::light_of(word);
        drawing::light(light, self.words(light.names()))
    }

    /// The finest evolution of which there is more than a point.
    fn charts(&mut self) {
        let report = self.report;
        let finest = [&report.days, &report.weeks, &report.months];
        let spans = finest.into_iter().find(|spans| spans.len() > 1);
        let Some(spans) = spans else { return };
        self.section(("Evolución", "Evolution"));
        self.html.push_str("<div class=\"charts\">");
        for (place, row) in report.indicators.iter().enumerate() {
            if let Some(figure) = self.chart(place, row, spans) {
                self.html.push_str(&figure);
            }
        }
        self.html.push_str("</div>");
    }

    fn chart(
        &self,
        place: usize,
        row: &GerencialIndicator,
        spans: &[GerencialSpan],
    ) -> Option<String> {
        let unit = unit_of(&row.kpi.unit);
        let point = |span: &'_ GerencialSpan| -> Option<(String, GerencialFigure)> {
            let figure = span.figures.get(place)?;
            Some((span.label.clone(), figure.clone()))
        };
        let points: Vec<_> = spans.iter().filter_map(point).collect();
        let decimals = match unit {
            Unit::Share | Unit::Seconds => 1,
            Unit::Number => 2,
            Unit::Money => 0,
        };
        let line = Line {
            title: &row.kpi.name,
            points: points
                .iter()
                .map(|(label, figure)| Point {
                    label,
                    value: figure.value,
                    light: words::light_of(&figure.light),
                })
                .collect(),
            target: row.kpi.target,
            shown: &|value| unit.shown(value, decimals),
            target_word: self.words(("meta", "target")),
        };
        let svg = line.svg()?;
        let caption = escaped(&row.kpi.name);
        Some(format!(
            "<figure><figcaption>{caption}</figcaption>{svg}</figure>"
        ))
    }

    fn plans(&mut self) {
        self.section(("Plan de acción", "Action plan"));
        if self.report.plans.is_empty() {
            let words = (
                "No hay metas incumplidas: no hace falta un plan.",
                "No target is missed: no plan is due.",
            );
            return self.nothing(words);
        }
        let headings = self.headings(&words::PLANS);
        let row = |plan: &GerencialPlan| {
            let mut cells = vec![
                text(&plan.name),
                (self.light(&plan.light), false),
                text(&plan.missed_by),
            ];
            let filled = [&plan.action, &plan.owner, &plan.due, &plan.follow_up];
            cells.extend(filled.map(|it| text(it.as_deref().unwrap_or_default())));
            cells
        };
        let rows: Vec<_> = self.report.plans.iter().map(row).collect();
        self.table("plan", &headings, &rows);
    }

    fn foot(&mut self) {
        self.section(("Notas", "Notes"));
        let notes: String = self
            .report
            .notes
            .iter()
            .map(|note| format!("<li>{}</li>", escaped(note)))
            .collect();
        let signs: String = self
            .headings(&[("Elabora", "Prepared by"), ("Revisa", "Reviewed by")])
            .iter()
            .map(|who| format!("<div>{}</div>", escaped(who)))
            .collect();
        let _ = write!(
            self.html,
            "<ul class=\"small\">{notes}</ul><div class=\"sign\">{signs}</div>"
        );
    }
}

fn counted(value: Option<f64>) -> String {
    value.map_or_else(|| NO_FIGURE.to_owned(), |value| half_up(value, 0))
}

pub(super) fn unit_of(word: &str) -> Unit {
    let all = [Unit::Share, Unit::Number, Unit::Seconds, Unit::Money];
    let mut all = all.into_iter();
    all.find(|unit| unit.word() == word).unwrap_or(Unit::Number)
}
