//! Out into a workbook and back, with what people do to it in between.

use std::io::Cursor;

use super::*;

fn written(folder: &Path) -> std::path::PathBuf {
    let headings = ["nombre".to_owned(), "saldo".to_owned(), "=plan".to_owned()];
    let mut sheet = SegmentSheet::new(&headings).expect("a sheet");
    let cells = |name: &str, balance: &str, plan: &str| [name, balance, plan].map(str::to_owned);
    let rows = [
        (
            7,
            cells("Ana", "1200.5", "=HYPERLINK(\"http://x\")"),
            "Alto valor",
        ),
        (8, cells("@luis", "-12", "007"), "resto"),
        (9, cells("+57 300", "1234567890123456", ""), ""),
    ];
    for (id, cells, segment) in rows {
        sheet.contact(id, &cells, segment).expect("a row");
    }
    let path = folder.join("segmentos.xlsx");
    assert_eq!(sheet.save(&path).expect("a file"), 3);
    path
}

fn read(bytes: Vec<u8>) -> Result<Vec<SheetRow>, Vec<SheetFault>> {
    let mut source = Source::seekable("segmentos.xlsx", Cursor::new(bytes));
    read_segment_sheet(&mut source).expect("a workbook")
}

fn said(faults: &[SheetFault]) -> Vec<(u64, &str)> {
    faults
        .iter()
        .map(|fault| (fault.line, fault.message.as_str()))
        .collect()
}

#[test]
fn what_goes_out_comes_back_by_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = read(std::fs::read(written(folder.path())).expect("a file")).expect("sound");
    let back: Vec<_> = rows
        .iter()
        .map(|row| (row.line, row.contact, row.segment.as_str()))
        .collect();
    assert_eq!(back, [(2, 7, "Alto valor"), (3, 8, "resto"), (4, 9, "")]);
    assert!(
        rows.iter()
            .all(|row| row.written.as_deref() == Some(row.segment.as_str()))
    );
}

#[test]
fn no_cell_is_a_formula_in_the_workbook_or_in_a_csv_made_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut source = Source::open(written(folder.path())).expect("a file");
    let options = ImportOptions::new("x");
    let (sheets, _) = workbook::survey(&mut source, &options, 1, &|_| true).expect("sound");
    assert_eq!(
        workbook::formula_rows(&mut source, &sheets.chosen, 9).expect("sound"),
        []
    );
    let mut rows = Vec::new();
    let each = &mut |row: Row| {
        rows.push(row.cells);
        Ok(ControlFlow::Continue(()))
    };
    workbook::read(&mut source, &sheets, &options, each).expect("sound");
    assert_eq!(rows[0][3], "'=plan");
    assert_eq!(
        rows[1][1..4],
        ["Ana", "1200.5", "'=HYPERLINK(\"http://x\")"]
    );
    assert_eq!(rows[2][1..4], ["'@luis", "-12", "007"]);
    assert_eq!(rows[3][1..3], ["'+57 300", "1234567890123456"]);
}

/// A workbook as somebody else makes it.
fn edited(rows: &[[&str; 3]], formula: Option<u32>) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, *cell).expect("a cell");
        }
    }
    if let Some(row) = formula {
        sheet
            .write_formula(row, 1, "=\"Alto valor\"")
            .expect("a cell");
    }
    book.save_to_buffer().expect("a workbook")
}

const HEADINGS: [&str; 3] = [ID, SEGMENT, "nombre"];

#[test]
fn rows_that_cannot_be_are_told_by_their_number() {
    let rows = [
        HEADINGS,
        ["x1", "A", ""],
        ["5", "A", ""],
        ["5", "B", ""],
        ["5", "A", ""],
    ];
    let faults = read(edited(&rows, None)).expect_err("two rows are wrong");
    let said = said(&faults);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].0 == 2 && said[0].1.contains("`x1` no es un número"),
        "{said:?}"
    );
    assert!(
        said[1].0 == 4 && said[1].1.contains("ya está en la fila 3"),
        "{said:?}"
    );
}

#[test]
fn formulas_are_refused_with_their_row() {
    let rows = [HEADINGS, ["5", "A", ""], ["6", "A", ""]];
    let faults = read(edited(&rows, Some(2))).expect_err("a formula");
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].line == 3 && faults[0].message.contains("fórmula"),
        "{faults:?}"
    );
}

#[test]
fn a_workbook_without_its_columns_is_refused_once() {
    let rows = [[ID, "nombre", ""], ["5", "Ana", ""], ["6", "Luis", ""]];
    let faults = read(edited(&rows, None)).expect_err("no segments");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].message.contains(SEGMENT), "{faults:?}");
}
