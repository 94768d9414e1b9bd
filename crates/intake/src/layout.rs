//! Where the table begins: title lines, headings, first row of data.

use std::collections::HashSet;

use crate::delimited::most_common;
use crate::error::IntakeError;
use crate::heading_words;
use crate::options::ImportOptions;
use crate::row::Row;

/// Lines in which headings are looked for.
const SEARCHED: usize = 30;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Line of the headings; none when the file has none.
    pub(crate) heading_line: Option<u64>,
    /// First line of data; what is above is titles and headings.
    pub(crate) data_from: u64,
    /// One for each column, unique.
    pub(crate) headings: Vec<String>,
}

impl Layout {
    /// From the first rows of the file, or as the options say.
    pub(crate) fn of(
        rows: &[Row],
        options: &ImportOptions,
        file: &str,
    ) -> Result<Layout, IntakeError> {
        let readable: Vec<&Row> = rows.iter().filter(|r| r.width() > 0).collect();
        let widths: Vec<usize> = readable.iter().map(|row| row.width()).collect();
        let common = most_common(&widths);
        let found =
            match options.heading_line {
                None => find(&readable, common),
                Some(0) => None,
                Some(line) => Some(*readable.iter().find(|row| row.line == line).ok_or_else(
                    || IntakeError::Option {
                        why: format!(
                            "line {line} of {file} has no headings: it is blank or too far down"
                        ),
                    },
                )?),
            };
        let layout = match found {
            Some(row) => Layout {
                heading_line: Some(row.line),
                data_from: row.line + 1,
                headings: unique(&row.cells[..row.width()]),
            },
            None => Layout {
                heading_line: None,
                data_from: readable
                    .iter()
                    .find(|row| filled(row) * 2 >= common)
                    .map_or(1, |row| row.line),
                headings: unique(&vec![String::new(); common]),
            },
        };
        if layout.headings.len() > options.limits.columns {
            return Err(IntakeError::Limit {
                file: file.to_owned(),
                line: layout.heading_line.unwrap_or(layout.data_from),
                why: format!("more than {} columns", options.limits.columns),
            });
        }
        Ok(layout)
    }
}

/// The row with most known headings; else the first full one without data.
fn find<'r>(rows: &[&'r Row], common: usize) -> Option<&'r Row> {
    let searched = &rows[..rows.len().min(SEARCHED)];
    let full = |row: &&&'r Row| filled(row) * 2 >= common && row.fault.is_none();
    let mut best: Option<(&'r Row, usize)> = None;
    for row in searched.iter().filter(full).filter(|row| !has_data(row)) {
        let known = known_headings(row);
        let lone_title = filled(row) == 1 && common > 1;
        if known > best.map_or(0, |(_, known)| known) && !lone_title {
            best = Some((row, known));
        }
    }
    let first = searched.iter().find(full).filter(|row| !has_data(row));
    best.map(|(row, _)| row).or(first.copied())
}

fn filled(row: &Row) -> usize {
    row.cells.iter().filter(|cell| !cell.is_empty()).count()
}

fn known_headings(row: &Row) -> usize {
    row.cells
        .iter()
        .filter(|cell| heading_words::role_of(cell).is_some())
        .count()
}

/// A number as long as a phone or a document is data, never a heading.
fn has_data(row: &Row) -> bool {
    row.cells.iter().any(|cell| {
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        digits >= 6 && digits * 2 > cell.chars().count()
    })
}

/// Headings as written; empty ones numbered, repeated ones told apart.
fn unique(cells: &[String]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut headings = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let base = match crate::plain::one_line(cell) {
            text if text.is_empty() => format!("columna {}", index + 1),
            text => text.chars().take(100).collect(),
        };
        let mut heading = base.clone();
        let mut copy = 2;
        while !taken.insert(heading.to_lowercase()) {
            heading = format!("{base} ({copy})");
            copy += 1;
        }
        headings.push(heading);
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(lines: &[&str]) -> Layout {
        let rows: Vec<Row> = lines
            .iter()
            .zip(1..)
            .map(|(text, line)| Row {
                line,
                cells: text.split(';').map(str::to_owned).collect(),
                ..Row::default()
            })
            .collect();
        Layout::of(&rows, &ImportOptions::new("prueba"), "base.csv").expect("few columns")
    }

    #[test]
    fn titles_above_the_headings_are_no_data() {
        let found = layout(&[
            "Base clientes Claro;;",
            ";;",
            "Cédula;Nombre;Celular",
            "1020304050;Ana;3001234567",
        ]);
        assert_eq!((found.heading_line, found.data_from), (Some(3), 4));
        assert_eq!(found.headings, ["Cédula", "Nombre", "Celular"]);
    }

    #[test]
    fn a_file_may_have_no_headings() {
        let found = layout(&["1020304050;Ana;3001234567", "1020304051;Luz;3001234568"]);
        assert_eq!((found.heading_line, found.data_from), (None, 1));
        assert_eq!(found.headings, ["columna 1", "columna 2", "columna 3"]);
    }

    #[test]
    fn headings_are_made_unique() {
        let found = layout(&["tel;Tel;;tel", "3001234567;;;"]);
        assert_eq!(found.headings, ["tel", "Tel (2)", "columna 3", "tel (3)"]);
    }

    #[test]
    fn unknown_headings_are_still_headings() {
        assert_eq!(
            layout(&["a;b", "1020304050;3001234567"]).heading_line,
            Some(1)
        );
    }
}
