//! Files that cannot be imported: a clear error each, and never a panic.

use std::io::Cursor;

use intake::{DryRun, ImportOptions, IntakeError, Source, import};

fn refused_with(bytes: &[u8], options: &ImportOptions) -> IntakeError {
    let mut source = Source::seekable("base.csv", Cursor::new(bytes.to_vec()));
    import(&mut source, options, &mut DryRun, &mut |_| {}).expect_err("refused")
}

#[track_caller]
fn refused(bytes: &[u8], code: &str, words: &str) {
    let error = refused_with(bytes, &ImportOptions::new("prueba"));
    assert_eq!(error.code(), code, "{error}");
    let text = error.to_string();
    assert!(text.contains("base.csv"), "{text}");
    assert!(text.contains(words), "{text}");
}

#[test]
fn an_empty_file_says_so() {
    refused(b"", "empty", "no rows");
    refused(b"\n\n \n;;\n", "empty", "no rows");
    refused(b"cedula;celular\n", "empty", "no rows");
    refused(b"\xEF\xBB\xBF", "empty", "no rows");
    refused(b"\xFF\xFE", "empty", "no rows");
}

#[test]
fn what_is_no_table_is_refused_by_name() {
    refused(b"%PDF-1.7 ...", "format", "PDF");
    refused(b"\x1F\x8B\x08\0\0", "format", "gzip");
    refused(b"<html><table><tr><td>", "format", "web page");
    refused(b"<?xml version=\"1.0\"?><Workbook>", "format", "XML");
    refused(b"-----BEGIN PGP MESSAGE-----\n", "format", "PGP");
    let noise: Vec<u8> = (0..5_000_u32)
        .map(|n| ((n * 7_919) >> 3) as u8 & 0x1F)
        .collect();
    refused(&noise, "format", "binary");
}

#[test]
fn old_and_locked_workbooks_are_told_apart() {
    let mut book = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    book.resize(400_000, 0);
    refused(&book, "format", "97-2003");
    let sign: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    book[399_000..399_000 + sign.len()].copy_from_slice(&sign);
    refused(&book, "format", "password");
}

#[test]
fn a_base_without_phones_names_its_columns() {
    refused(
        b"cedula;nombre\n1020304050;Ana\n",
        "no-phone-column",
        "cedula, nombre",
    );
}

#[test]
fn bounds_are_told_with_their_line() {
    let mut long = b"celular;nota\n3001234567;".to_vec();
    long.resize(3 << 20, b'a');
    refused(&long, "limit", "line 2");
    let mut options = ImportOptions::new("p");
    options.limits.rows = 2;
    let rows = b"cel\n3001234567\n3001234568\n3001234569\n";
    let error = refused_with(rows, &options).to_string();
    assert!(
        error.contains("line 4") && error.contains("2 rows"),
        "{error}"
    );
    options.limits.columns = 1;
    let error = refused_with(b"cel;nombre\n3001234567;Ana\n", &options);
    assert_eq!(error.code(), "limit", "{error}");
}

#[test]
fn options_that_make_no_sense_say_why() {
    let base = b"cel\n3001234567\n";
    let mut options = ImportOptions::new("p");
    options.region = "ZZ9".to_owned();
    assert_eq!(refused_with(base, &options).code(), "option");
    let mut options = ImportOptions::new("p");
    options.delimiter = Some('a');
    assert_eq!(refused_with(base, &options).code(), "option");
    let mut options = ImportOptions::new("p");
    options.heading_line = Some(40);
    assert_eq!(refused_with(base, &options).code(), "option");
}

#[test]
fn a_file_that_is_not_there_names_itself() {
    let error = Source::open("no/such/base.csv")
        .err()
        .map(|e| e.to_string());
    assert_eq!(error.as_deref(), Some("cannot read no/such/base.csv"));
}

#[test]
fn a_wrong_encoding_asked_for_loses_no_row() {
    let mut options = ImportOptions::new("p");
    options.encoding = Some(intake::Encoding::Utf8);
    let base = b"cel;nombre\n3001234567;Jos\xE9\n";
    let mut source = Source::stream("base.csv", &base[..]);
    let acta = import(&mut source, &options, &mut DryRun, &mut |_| {}).expect("readable");
    assert_eq!((acta.received, acta.valid), (1, 1));
}
