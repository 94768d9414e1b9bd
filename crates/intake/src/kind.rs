//! What a file is, told by its first bytes whatever its name says.

use crate::acta::Format;
use crate::error::IntakeError;
use crate::options::ImportOptions;
use crate::source::Source;
use crate::text;

/// First bytes, what they are, what to do.
const REFUSED: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "a PDF", "ask for the base as XLSX or CSV"),
    (
        b"Rar!",
        "a RAR archive",
        "unpack it and import the file inside",
    ),
    (
        b"7z\xBC\xAF",
        "a 7-Zip archive",
        "unpack it and import the file inside",
    ),
    (
        b"\x1F\x8B",
        "a gzip archive",
        "unpack it and import the file inside",
    ),
    (
        b"BZh",
        "a bzip2 archive",
        "unpack it and import the file inside",
    ),
    (
        b"\xFD7zXZ",
        "an xz archive",
        "unpack it and import the file inside",
    ),
    (
        b"\x28\xB5\x2F\xFD",
        "a zstd archive",
        "unpack it and import the file inside",
    ),
    (b"{\\rtf", "an RTF text", "save it as XLSX or CSV"),
    (
        b"age-encryption.org",
        "encrypted with age",
        "decrypt it first",
    ),
    (b"-----BEGIN AGE", "encrypted with age", "decrypt it first"),
    (b"-----BEGIN PGP", "encrypted with PGP", "decrypt it first"),
    (b"\x89PNG", "an image", "ask for the base as XLSX or CSV"),
    (
        b"\xFF\xD8\xFF",
        "an image",
        "ask for the base as XLSX or CSV",
    ),
    (b"SQLite format 3", "a database", "export the table as CSV"),
];

const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// CSV or XLSX; anything else is refused by name.
pub(crate) fn kind_of(
    source: &mut Source<'_>,
    options: &ImportOptions,
) -> Result<Format, IntakeError> {
    let file = source.file_name.clone();
    let refuse = |found, advice| IntakeError::Format {
        file: file.clone(),
        found,
        advice,
    };
    let head = source.head()?;
    if head.is_empty() {
        return Err(IntakeError::Empty { file });
    }
    if let Some((_, found, advice)) = REFUSED.iter().find(|(sign, ..)| head.starts_with(sign)) {
        return Err(refuse(found, advice));
    }
    if head.starts_with(COMPOUND) {
        let (found, advice) = compound(source)?;
        return Err(refuse(found, advice));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Format::Xlsx);
    }
    if let Some((found, advice)) = markup(head) {
        return Err(refuse(found, advice));
    }
    if options.encoding.is_none() && is_binary(head) {
        return Err(refuse(
            "binary data",
            "it is neither text nor a workbook; save it as XLSX or CSV",
        ));
    }
    Ok(Format::Csv)
}

/// The container of old Excel, and of new Excel under a password.
fn compound(source: &mut Source<'_>) -> Result<(&'static str, &'static str), IntakeError> {
    let sign: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let has = |bytes: &[u8]| bytes.windows(sign.len()).any(|window| window == sign);
    let encrypted = has(source.head()?) || has(&source.tail()?);
    Ok(if encrypted {
        (
            "a workbook protected with a password",
            "open it in Excel, remove the password and save it again",
        )
    } else {
        (
            "a workbook of Excel 97-2003 (.xls)",
            "open it and save it as XLSX or CSV",
        )
    })
}

/// Web pages and XML that some systems name `.xls` or `.csv`.
fn markup(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let start: Vec<u8> = head
        .iter()
        .copied()
        .skip_while(|b| b.is_ascii_whitespace() || matches!(b, 0xEF | 0xBB | 0xBF))
        .take(400)
        .map(|b| b.to_ascii_lowercase())
        .collect();
    let starts = |signs: &[&[u8]]| signs.iter().any(|sign| start.starts_with(sign));
    if starts(&[
        b"<!doctype html",
        b"<html",
        b"<table",
        b"<head",
        b"<style",
        b"<meta",
    ]) {
        return Some(("a web page", "open it in Excel and save it as XLSX or CSV"));
    }
    if starts(&[b"<?xml", b"<workbook"]) {
        return Some((
            "an XML document",
            "open it in Excel and save it as XLSX or CSV",
        ));
    }
    None
}

/// A damaged line here and there has control bytes; a binary file is full of them.
fn is_binary(head: &[u8]) -> bool {
    use crate::options::Encoding::{Utf8, Windows1252};
    let text = matches!(text::detect(head).0, Utf8 | Windows1252);
    let odd = head.iter().filter(|b| text::is_binary(&[**b])).count();
    text && odd * 20 > head.len()
}
