//! Tables that people write in a spreadsheet and load: goals, rosters. Columns are found by their headings, in Spanish or
//! English; whoever loads them says what a cell means.

use csv::StringRecord;

use crate::RowProblem;
use crate::edited_table::{is_blank, line_of, problem, reader};

/// More rows than anybody writes by hand for a month: 500 advisors, 31 days, two shifts.
const ROWS_MAX: usize = 50_000;

/// A column that a table may have.
#[derive(Clone, Copy, Debug)]
pub struct EditedColumn {
    /// What problems call it.
    pub name: &'static str,
    /// The same in the other language.
    pub alias: &'static str,
    /// Whether the table makes no sense without.
    pub required: bool,
}

/// A row of such a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedRow {
    /// Line of the text, the heading being 1.
    pub line: u64,
    cells: Vec<String>,
}

impl EditedRow {
    /// The cell of a column, by its place among those asked for; empty where there is none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.as_str())
    }

    /// What is wrong with a cell of it.
    pub fn wrong(&self, column: &'static str, words: impl Into<String>) -> RowProblem {
        problem(self.line, column, "", words.into())
    }
}

/// The rows of a text; or everything that is wrong with its headings, or where it is no table.
pub fn read_edited(
    text: &str,
    columns: &[EditedColumn],
) -> Result<Vec<EditedRow>, Vec<RowProblem>> {
    let first = columns.first().map_or("", |column| column.name);
    let broken = |fault: csv::Error| {
        let line = fault.position().map_or(1, csv::Position::line);
        vec![problem(line, first, "", fault.to_string())]
    };
    let mut reader = reader(text);
    let headings = reader.headers().map_err(broken)?.clone();
    let places = places(&headings, columns)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        if is_blank(&record) {
            continue;
        }
        let cell = |place: &Option<usize>| {
            let found = place.and_then(|place| record.get(place));
            found.unwrap_or_default().trim().to_owned()
        };
        rows.push(EditedRow {
            line: line_of(&record),
            cells: places.iter().map(cell).collect(),
        });
        if rows.len() > ROWS_MAX {
            let words = format!("more than {ROWS_MAX} rows; load them in parts");
            return Err(vec![problem(line_of(&record), first, "", words)]);
        }
    }
    match rows.is_empty() {
        true => Err(vec![problem(1, first, "", "there is no row".to_owned())]),
        false => Ok(rows),
    }
}

/// Where each column stands.
fn places(
    headings: &StringRecord,
    columns: &[EditedColumn],
) -> Result<Vec<Option<usize>>, Vec<RowProblem>> {
    let names: Vec<String> = headings.iter().map(|h| h.trim().to_lowercase()).collect();
    let known = || {
        let names: Vec<_> = columns.iter().map(|column| column.name).collect();
        names.join(", ")
    };
    let mut problems = Vec::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        let is = |column: &&EditedColumn| column.name == name || column.alias == name;
        if !columns.iter().any(|column| is(&column)) {
            let words = format!("there is no column \"{name}\"; there are {}", known());
            problems.push(problem(1, columns[0].name, "", words));
        }
    }
    let place = |column: &EditedColumn| {
        let mut names = names.iter();
        names.position(|name| name == column.name || name == column.alias)
    };
    let places: Vec<_> = columns.iter().map(place).collect();
    for (column, place) in columns.iter().zip(&places) {
        if column.required && place.is_none() {
            let words = format!("this column is missing; there are {}", known());
            problems.push(problem(1, column.name, "", words));
        }
    }
    match problems.is_empty() {
        true => Ok(places),
        false => Err(problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[EditedColumn] = &[
        EditedColumn {
            name: "fecha",
            alias: "day",
            required: true,
        },
        EditedColumn {
            name: "ventas",
            alias: "sales",
            required: true,
        },
        EditedColumn {
            name: "hora",
            alias: "hour",
            required: false,
        },
    ];

    #[test]
    fn columns_are_found_by_either_name_in_any_order() {
        let text = "\u{feff}Ventas;DAY\n15; 2026-12-01 \n\n;\n16;2026-12-02\n";
        let rows = read_edited(text, COLUMNS).expect("a table");
        let cells: Vec<_> = rows
            .iter()
            .map(|row| (row.line, row.cell(0), row.cell(1), row.cell(2)))
            .collect();
        assert_eq!(
            cells,
            [(2, "2026-12-01", "15", ""), (5, "2026-12-02", "16", "")]
        );
    }

    #[test]
    fn what_is_wrong_with_the_headings_is_told_at_once() {
        let problems = read_edited("fecha,meta\n1,2\n", COLUMNS).expect_err("wrong");
        let told: Vec<_> = problems.iter().map(|one| one.column).collect();
        assert_eq!(told, ["fecha", "ventas"]);
        assert!(read_edited("fecha,ventas\n", COLUMNS).is_err(), "no row");
        assert!(read_edited("", COLUMNS).is_err());
    }
}
