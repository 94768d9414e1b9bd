//! The acta as a page to be printed, signed and kept: one file, no script, nothing fetched. It prints on A4 and on
//! Letter alike.

use std::fmt::Write as _;
use std::str::FromStr;

use chrono::DateTime;

use crate::acta::{Acta, Discarded};

/// What the page is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Spanish.
    #[default]
    Spanish,
    /// English.
    English,
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Language, String> {
        match text {
            "es" => Ok(Language::Spanish),
            "en" => Ok(Language::English),
            other => Err(format!("\"{other}\" is no language of this; use es or en")),
        }
    }
}

/// Rows that are listed on paper; all of them are in the JSON.
const ROWS_PRINTED: usize = 200;

const STYLE: &str = "@page{margin:16mm 14mm}\
*{box-sizing:border-box}\
body{font:10.5pt/1.4 'Liberation Sans',Arial,sans-serif;color:#111;max-width:182mm;margin:0 auto;padding:8mm 0}\
h1{font-size:16pt;margin:0 0 1mm}h2{font-size:11.5pt;margin:6mm 0 1.5mm;border-bottom:.3mm solid #111}\
table{border-collapse:collapse;width:100%}td,th{padding:.8mm 2mm;text-align:left;vertical-align:top}\
tr{break-inside:avoid}tr+tr>*{border-top:.2mm solid #bbb}th{font-weight:600;width:46mm}\
td.n{text-align:right;font-variant-numeric:tabular-nums;width:28mm}\
code{font:9pt 'Liberation Mono',monospace;overflow-wrap:anywhere}\
.sum{font-size:12pt;font-weight:700;margin:2mm 0}.bad{color:#a00}.back{border:.6mm solid #a00;padding:2mm 3mm;font-weight:700}\
.part{padding-left:6mm}.sign{display:flex;gap:12mm;margin-top:16mm;break-inside:avoid}\
.sign div{flex:1;border-top:.3mm solid #111;padding-top:1mm}thead{display:table-header-group}";

impl Acta {
    /// The page. `number` is that of the load; `reverted` says when and by whom it was taken back.
    pub fn page(&self, number: i64, reverted: Option<(i64, &str)>, language: Language) -> String {
        let mut page = Page {
            html: String::new(),
            language,
        };
        let title = page.words("Acta de cargue", "Load record");
        let lang = page.words("es", "en");
        page.add(&format!(
            "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><title>{title} {number}: {}</title>\
             <style>{STYLE}</style><body><h1>{title} {number}</h1>",
            escaped(&self.list_name)
        ));
        if let Some((at, by)) = reverted {
            let words = page.words("REVERTIDO EN SU TOTALIDAD", "TAKEN BACK AS A WHOLE");
            page.add(&format!(
                "<p class=\"back\">{words}: {} ({})</p>",
                instant(at),
                escaped(by)
            ));
        }
        self.file(&mut page);
        self.sums(&mut page);
        self.details(&mut page);
        self.columns(&mut page);
        self.rows(&mut page);
        page.signatures();
        page.add("</body></html>\n");
        page.html
    }

    fn file(&self, page: &mut Page) {
        page.section("Archivo", "File");
        page.row("Lista", "List", &escaped(&self.list_name));
        if let Some(sealed) = &self.sealed {
            let words = format!(
                "{} ({}, {} bytes)<br>SHA-256 <code>{}</code>",
                escaped(&sealed.file_name),
                escaped(&sealed.envelope),
                sealed.bytes,
                escaped(&sealed.sha256)
            );
            page.row("Recibido", "As received", &words);
            let signer = sealed.signer.as_deref();
            let none = page.words("ninguna conocida", "none that is known");
            let signer = signer.map_or(none.to_owned(), |it| {
                format!("<code>{}</code>", escaped(it))
            });
            page.row("Firma", "Signature", &signer);
        }
        let mut kind = format!(
            "{} ({}, {} bytes",
            escaped(&self.file_name),
            self.format,
            self.bytes
        );
        for more in [self.encoding.as_deref(), self.sheet.as_deref()]
            .into_iter()
            .flatten()
        {
            let _ = write!(kind, ", {}", escaped(more));
        }
        let _ = write!(kind, ")<br>SHA-256 <code>{}</code>", escaped(&self.sha256));
        page.row("Contenido", "Content", &kind);
        page.row("Base legal", "Legal basis", &escaped(&self.legal_basis));
        if !self.law_packs.is_empty() {
            page.row(
                "Ley aplicada",
                "Law pack",
                &escaped(&self.law_packs.join(", ")),
            );
        }
        if let Some(by) = &self.loaded_by {
            page.row("Cargado por", "Loaded by", &escaped(by));
        }
        for (spanish, english, millis) in [
            ("Inicio", "Begun", self.started_ms),
            ("Fin", "Ended", self.finished_ms),
        ] {
            if let Some(millis) = millis {
                page.row(spanish, english, &instant(millis));
            }
        }
        page.end();
    }

    fn sums(&self, page: &mut Page) {
        page.section("Cuadre", "Reconciliation");
        page.count("Recibidos", "Received", self.received, false);
        page.count("Válidos", "Valid", self.valid, false);
        for (reason, count) in &self.excluded {
            let reason = escaped(reason);
            let spanish = format!("de ellos, excluidos: {reason}");
            page.count(
                &spanish,
                &format!("of these, excluded: {reason}"),
                *count,
                true,
            );
        }
        page.count("Rechazados", "Rejected", self.rejected_total(), false);
        for (reason, count) in &self.rejected {
            page.count(reason.words(), reason.english(), *count, true);
        }
        page.count("Duplicados", "Duplicates", self.duplicates.total(), false);
        page.count(
            "por documento",
            "by document",
            self.duplicates.by_document,
            true,
        );
        page.count("por teléfono", "by phone", self.duplicates.by_phone, true);
        page.end();
        let (class, verdict) = match self.balances() {
            true => ("sum", page.words("cuadra", "it adds up")),
            false => ("sum bad", page.words("NO CUADRA", "IT DOES NOT ADD UP")),
        };
        page.add(&format!(
            "<p class=\"{class}\">{} = {} + {} + {}: {verdict}</p>",
            self.received,
            self.valid,
            self.rejected_total(),
            self.duplicates.total()
        ));
    }

    fn details(&self, page: &mut Page) {
        page.section("Detalle", "Details");
        page.count(
            "Teléfonos de los válidos",
            "Phones of the valid",
            self.phones,
            false,
        );
        for (reason, count) in &self.phones_left_out {
            let spanish = format!("no usados: {}", reason.words());
            page.count(
                &spanish,
                &format!("not used: {}", reason.english()),
                *count,
                true,
            );
        }
        for (repair, count) in &self.repairs {
            let repair = escaped(repair);
            page.count(
                &format!("reparados: {repair}"),
                &format!("mended: {repair}"),
                *count,
                true,
            );
        }
        page.count(
            "Válidos sin documento",
            "Valid without a document",
            self.without_document,
            false,
        );
        page.count(
            "Válidos con teléfono compartido",
            "Valid sharing a phone",
            self.shared_phones,
            false,
        );
        page.count(
            "Líneas en blanco o de título, no recibidas",
            "Blank or title lines, not received",
            self.blank_lines + self.title_lines,
            false,
        );
        page.end();
        for warning in &self.warnings {
            let word = page.words("Atención", "Note");
            page.add(&format!("<p>{word}: {}</p>", escaped(warning)));
        }
    }

    fn columns(&self, page: &mut Page) {
        page.section("Columnas entendidas", "Columns as understood");
        for column in &self.mapping.columns {
            page.add(&format!(
                "<tr><th>{}</th><td>{}</td></tr>",
                escaped(&column.heading),
                column.role
            ));
        }
        page.end();
    }

    fn rows(&self, page: &mut Page) {
        let kinds = [
            (
                "Filas rechazadas",
                "Rejected rows",
                &self.rejected_rows,
                self.rejected_total(),
            ),
            (
                "Filas duplicadas",
                "Duplicate rows",
                &self.duplicate_rows,
                self.duplicates.total(),
            ),
        ];
        for (spanish, english, rows, total) in kinds {
            if !rows.is_empty() {
                page.discarded(spanish, english, rows, total);
            }
        }
    }
}

struct Page {
    html: String,
    language: Language,
}

impl Page {
    fn words<'w>(&self, spanish: &'w str, english: &'w str) -> &'w str {
        match self.language {
            Language::Spanish => spanish,
            Language::English => english,
        }
    }

    fn add(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn section(&mut self, spanish: &str, english: &str) {
        let words = self.words(spanish, english).to_owned();
        self.add(&format!("<h2>{words}</h2><table>"));
    }

    fn end(&mut self) {
        self.add("</table>");
    }

    fn row(&mut self, spanish: &str, english: &str, html: &str) {
        let words = self.words(spanish, english).to_owned();
        self.add(&format!("<tr><th>{words}</th><td>{html}</td></tr>"));
    }

    fn count(&mut self, spanish: &str, english: &str, count: u64, part: bool) {
        let words = self.words(spanish, english).to_owned();
        let class = if part { " class=\"part\"" } else { "" };
        self.add(&format!(
            "<tr><td{class}>{words}</td><td class=\"n\">{count}</td></tr>"
        ));
    }

    fn discarded(&mut self, spanish: &str, english: &str, rows: &[Discarded], total: u64) {
        self.section(spanish, english);
        let head = self.words(
            "<thead><tr><th>Registro</th><th>Línea</th><th>Motivo</th><th>Columna</th></tr></thead>",
            "<thead><tr><th>Record</th><th>Line</th><th>Reason</th><th>Column</th></tr></thead>",
        );
        let mut html = head.to_owned();
        for row in rows.iter().take(ROWS_PRINTED) {
            let why = self.words(row.why.words(), row.why.english());
            let _ = write!(
                html,
                "<tr><td>{}</td><td>{}</td><td>{why}</td><td>{}</td></tr>",
                row.record,
                row.line,
                escaped(&row.column)
            );
        }
        self.add(&html);
        self.end();
        let more = total.saturating_sub(rows.len().min(ROWS_PRINTED) as u64);
        if more > 0 {
            let words = self.words(
                "más, en el acta en JSON",
                "more, in the JSON of this record",
            );
            let words = format!("<p>… {more} {words}</p>");
            self.add(&words);
        }
    }

    fn signatures(&mut self) {
        let (gives, takes) = match self.language {
            Language::Spanish => ("Entrega (cliente)", "Recibe (mariscal de datos)"),
            Language::English => ("Handed over by (client)", "Received by (data marshal)"),
        };
        self.add(&format!(
            "<div class=\"sign\"><div>{gives}</div><div>{takes}</div></div>"
        ));
    }
}

fn instant(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).map_or(String::new(), |at| {
        at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
    })
}

/// What a file, list or column is called was written by strangers: as text of a page, or of a quoted attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
    out
}
