//! Records as spreadsheets write them and as people break them.

use proptest::prelude::*;

use super::*;

fn records(text: &str, delimiter: u8) -> Vec<Record> {
    let lines = Lines::new(text.as_bytes(), b'\n', 1 << 20);
    let mut records = Records::new(lines, delimiter, 50, 1 << 20);
    std::iter::from_fn(|| records.next().expect("memory can be read")).collect()
}

fn cells(text: &str) -> Vec<(u64, Vec<String>)> {
    records(text, b';')
        .into_iter()
        .map(|record| {
            assert_eq!(record.fault, None, "{text:?}");
            let cells = record.cells.into_iter();
            let cells = cells.map(|c| String::from_utf8(c).expect("ours is UTF-8"));
            (record.line, cells.collect())
        })
        .collect()
}

fn faults(text: &str) -> Vec<(u64, bool)> {
    records(text, b';')
        .iter()
        .map(|record| (record.line, record.fault.is_some()))
        .collect()
}

#[test]
fn a_line_break_inside_quotes_is_part_of_the_cell() {
    let read = cells("a;\"Calle 1\nApto 2\";b\r\nc;d;e\n");
    assert_eq!(
        read[0],
        (1, vec!["a".into(), "Calle 1\nApto 2".into(), "b".into()])
    );
    assert_eq!(read[1].0, 3);
}

#[test]
fn quotes_inside_a_cell_are_text() {
    assert_eq!(
        cells("\"El \"\"Mono\"\" Díaz\";5\" de alto;\"Ana\" María")[0].1,
        ["El \"Mono\" Díaz", "5\" de alto", "Ana María"]
    );
}

#[test]
fn a_quote_never_closed_costs_only_its_own_line() {
    assert_eq!(
        faults("a;1\n\"b;2\nc;3\nd;4\n"),
        [(1, false), (2, true), (3, false), (4, false)]
    );
    assert_eq!(
        faults("\"b;2\n\"Pedro\";3\nd;4"),
        [(1, true), (2, false), (3, false)]
    );
    assert_eq!(faults("\"Juan;300;\"Cali\"\nd;4"), [(1, true), (2, false)]);
}

proptest! {
    /// Whatever a correct writer writes is read back cell by cell.
    #[test]
    fn what_the_csv_crate_writes_is_read_back(
        table in prop::collection::vec(
            prop::collection::vec("[a-z;\"\n, ñ]{0,6}", 2..5), 1..6)
    ) {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .flexible(true)
            .quote_style(csv::QuoteStyle::Always)
            .from_writer(Vec::new());
        for row in &table {
            writer.write_record(row).expect("memory takes all");
        }
        let text = String::from_utf8(writer.into_inner().expect("flushed")).expect("UTF-8");
        let read: Vec<Vec<String>> = cells(&text).into_iter().map(|(_, cells)| cells).collect();
        prop_assert_eq!(read, table);
    }

    /// No bytes make the reader fail or lose count of a line.
    #[test]
    fn any_text_is_read_to_its_end(text in "[a\";\n]{0,200}") {
        let read = records(&text, b';');
        let lines = text.lines().count() as u64;
        prop_assert!(read.iter().all(|record| record.line <= lines.max(1)));
        prop_assert!(read.windows(2).all(|pair| pair[0].line < pair[1].line));
    }
}
