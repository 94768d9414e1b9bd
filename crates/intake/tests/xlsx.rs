//! Workbooks as Excel in Spanish writes them, and the hostile ones.

use std::io::{Cursor, Read, Write};

use intake::{
    Acta, Discarded, ImportOptions, ImportedContact, IntakeError, Reason, Sink, SinkError, Source,
    Verdict, Why, import, inspect,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

#[derive(Default)]
struct Kept {
    contacts: Vec<ImportedContact>,
    discarded: Vec<(u64, u64, Why)>,
}

impl Sink for Kept {
    fn accept(&mut self, contact: ImportedContact) -> Result<Verdict, SinkError> {
        self.contacts.push(contact);
        Ok(Verdict::Accepted)
    }

    fn discard(&mut self, row: &Discarded, _: &[String]) -> Result<(), SinkError> {
        self.discarded.push((row.record, row.line, row.why));
        Ok(())
    }
}

fn load(bytes: Vec<u8>) -> Result<(Acta, Kept), IntakeError> {
    load_with(bytes, &ImportOptions::new("prueba"))
}

fn load_with(bytes: Vec<u8>, options: &ImportOptions) -> Result<(Acta, Kept), IntakeError> {
    let mut kept = Kept::default();
    let mut source = Source::seekable("base.xlsx", Cursor::new(bytes));
    let acta = import(&mut source, options, &mut kept, &mut |_| {})?;
    assert!(acta.balances(), "{acta}");
    Ok((acta, kept))
}

/// Titles, numbers as numbers, a date, a formula, a sheet of notes before it.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let notes = book.add_worksheet().set_name("Notas").expect("a name");
    notes.write(0, 0, "Base de uso interno").expect("written");
    let sheet = book.add_worksheet().set_name("Base Claro").expect("a name");
    let date = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write(0, 0, "Base segmentada").expect("written");
    let headings = [
        "Cédula",
        "Nombre",
        "Celular",
        "Fijo",
        "Ciudad",
        "Fecha alta",
        "Fecha corte",
    ];
    for (column, heading) in (0..).zip(headings) {
        sheet.write(2, column, heading).expect("written");
    }
    sheet.write(3, 0, 1_020_304_050.0).expect("written");
    sheet.write(3, 1, "Ana Peña").expect("written");
    sheet.write(3, 2, 3_001_234_567.0).expect("written");
    sheet.write(3, 3, 2_345_678.0).expect("written");
    sheet.write(3, 4, "Bogotá").expect("written");
    let day = ExcelDateTime::from_ymd(2026, 1, 31).expect("a day");
    sheet.write_with_format(3, 5, &day, &date).expect("written");
    sheet.write(3, 6, 46_023.0).expect("written");
    sheet.write(5, 0, 79_123_456.0).expect("written");
    sheet.write(5, 2, "3,00123E+09").expect("written");
    sheet.write(6, 2, "310 987 6543").expect("written");
    book.save_to_buffer().expect("memory takes all")
}

#[test]
fn a_workbook_as_excel_writes_it_is_read() {
    let (acta, kept) = load(workbook()).expect("a sound workbook");
    assert_eq!(acta.sheet.as_deref(), Some("Base Claro"));
    assert_eq!((acta.received, acta.valid), (3, 2));
    assert_eq!((acta.title_lines, acta.blank_lines), (1, 2));
    let ana = &kept.contacts[0];
    assert_eq!((ana.record, ana.line), (1, 4));
    assert_eq!(ana.document, "1020304050");
    let phones: Vec<String> = ana.phones.iter().map(|p| p.dialable()).collect();
    assert_eq!(phones, ["+573001234567", "+576012345678"]);
    let cell = |heading: &str| {
        let found = ana.attributes.iter().find(|(name, _)| name == heading);
        found.map(|(_, cell)| cell.as_str())
    };
    assert_eq!(cell("Fecha alta"), Some("2026-01-31"));
    assert_eq!(cell("Fecha corte"), Some("2026-01-01"));
    assert_eq!(kept.discarded, [(2, 6, Why::Rejected(Reason::DigitsLost))]);
    assert_eq!(acta.sha256.len(), 64);
    assert!(acta.warnings[0].contains("Notas"), "{acta}");
}

#[test]
fn a_sheet_may_be_asked_for_by_name() {
    let mut options = ImportOptions::new("p");
    options.sheet = Some("base claro".to_owned());
    assert!(load_with(workbook(), &options).is_ok());
    options.sheet = Some("Hoja9".to_owned());
    let error = load_with(workbook(), &options)
        .err()
        .expect("no such sheet");
    assert!(error.to_string().contains("Notas, Base Claro"), "{error}");
}

#[test]
fn the_preview_lists_the_sheets() {
    let mut source = Source::seekable("b.xlsx", Cursor::new(workbook()));
    let preview = inspect(&mut source, &ImportOptions::new("p")).expect("sound");
    assert_eq!(preview.sheets, ["Notas", "Base Claro"]);
    assert_eq!(preview.heading_line, Some(3));
}

#[track_caller]
fn refused(bytes: Vec<u8>, words: &str) {
    let error = load(bytes).err().expect("refused");
    assert!(error.to_string().contains(words), "{error}");
}

/// An archive of these parts, packed as tightly as can be.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(*name, options).expect("a part");
        zip.write_all(bytes).expect("memory takes all");
    }
    zip.finish().expect("memory takes all").into_inner()
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let zeros = vec![b' '; 50 << 20];
    let bomb = archive(&[
        ("[Content_Types].xml", b"<x/>"),
        ("xl/workbook.xml", &zeros),
    ]);
    assert!(bomb.len() < 100_000);
    refused(bomb, "bomb");
}

#[test]
fn a_workbook_larger_than_the_bound_is_refused() {
    let mut options = ImportOptions::new("p");
    options.limits.unzipped_bytes = 3_000;
    let error = load_with(workbook(), &options).err().expect("too big");
    assert!(
        error.to_string().contains("would unpack to more"),
        "{error}"
    );
}

#[test]
fn a_part_that_lies_about_its_size_is_refused() {
    let text = vec![b'<'; 12 << 20];
    let mut bomb = archive(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", &text)]);
    // The size is declared twice, in the part's header and in the directory.
    let declared = (12_u32 << 20).to_le_bytes();
    let places: Vec<usize> = (0..bomb.len() - 4)
        .filter(|&at| bomb[at..at + 4] == declared)
        .collect();
    assert!(places.len() >= 2);
    for at in places {
        bomb[at..at + 4].copy_from_slice(&64_u32.to_le_bytes());
    }
    let error = load(bomb).err().expect("refused");
    assert!(matches!(error, IntakeError::Workbook { .. }), "{error}");
}

#[test]
fn a_table_of_texts_that_cannot_be_is_refused() {
    let texts = br#"<sst uniqueCount="4611686018427387904"><si><t>a</t></si></sst>"#;
    refused(
        archive(&[
            ("[Content_Types].xml", b"<x/>"),
            ("xl/sharedStrings.xml", texts),
        ]),
        "cannot hold them",
    );
}

#[test]
fn other_archives_are_refused_by_name() {
    refused(archive(&[("base.csv", b"a;b")]), "ZIP archive");
    refused(
        archive(&[("mimetype", b"application/vnd"), ("content.xml", b"<x/>")]),
        "OpenDocument",
    );
    refused(
        archive(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.bin", b"x")]),
        "xlsb",
    );
    refused(archive(&[("word/document.xml", b"<x/>")]), "document");
}

/// The workbook with its second sheet's XML changed.
fn altered(from: &str, to: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(Cursor::new(workbook())).expect("sound");
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("sound");
        if name.ends_with("sheet2.xml") {
            let text = String::from_utf8(bytes).expect("XML");
            assert!(text.contains(from), "{text}");
            bytes = text.replace(from, to).into_bytes();
        }
        parts.push((name, bytes));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(n, b)| (n.as_str(), &b[..])).collect();
    archive(&parts)
}

#[test]
fn rows_where_no_sheet_has_any_are_refused() {
    refused(altered("\"C7\"", "\"C400000000\""), "beyond the last");
    refused(altered("\"C7\"", "\"C2\""), "out of order");
    refused(altered("\"C7\"", "\"XFD7\""), "1000 columns");
}

#[test]
fn a_workbook_broken_anywhere_is_an_error_and_never_a_panic() {
    let sound = workbook();
    for at in (0..sound.len()).step_by(97) {
        let mut broken = sound.clone();
        broken[at] ^= 0xFF;
        // Some bytes do not matter; none may bring the process down.
        let _read = load(broken);
    }
    for length in (4..sound.len()).step_by(211) {
        let error = load(sound[..length].to_vec()).err().expect("cut short");
        assert!(matches!(error, IntakeError::Workbook { .. }), "{error}");
    }
}

#[test]
fn a_workbook_cannot_come_as_a_stream() {
    let bytes = workbook();
    let mut source = Source::stream("base.xlsx", &bytes[..]);
    let error = inspect(&mut source, &ImportOptions::new("p")).expect_err("refused");
    assert!(error.to_string().contains("stream"), "{error}");
}
