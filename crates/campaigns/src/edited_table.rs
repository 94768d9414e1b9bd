//! Tables as spreadsheets write them back, and what is wrong with a row of one. For whatever people edit as a table:
//! typifications, rules that find contradictions.

use csv::StringRecord;

use crate::RowProblem;

/// A reader of such a text: a mark at its beginning is passed over, commas and semicolons are told apart by the
/// headings, and a row may be short.
pub(crate) fn reader(text: &str) -> csv::Reader<&[u8]> {
    let text = text.trim_start_matches('\u{feff}');
    let heading = text.lines().next().unwrap_or_default();
    let semicolons = heading.matches(';').count() > heading.matches(',').count();
    csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// Whether nothing stands in a row.
pub(crate) fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|cell| cell.trim().is_empty())
}

/// The line a row begins on.
pub(crate) fn line_of(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// What is wrong in a column of a row; `code` names the row.
pub(crate) fn problem(line: u64, column: &'static str, code: &str, words: String) -> RowProblem {
    RowProblem {
        line,
        column,
        code: code.to_owned(),
        words,
    }
}
