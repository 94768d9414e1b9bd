//! LibreOffice, as whoever opens our workbooks: it reads one and writes each of its sheets as a table.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// Semicolons, quotes, UTF-8; figures as they are kept and not as they are shown; every sheet in a file of its own.
const TABLES: &str =
    "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,false,false,false,false,-1";

/// The cells of a sheet, headings first; blank rows are left out.
pub type Sheet = Vec<Vec<String>>;

/// The sheets of a workbook by name, as LibreOffice reads them.
pub fn sheets(workbook: &Path) -> BTreeMap<String, Sheet> {
    let folder = tempfile::tempdir().expect("a folder");
    let home = format!(
        "-env:UserInstallation=file://{}/home",
        folder.path().display()
    );
    let out = folder.path().join("out");
    let mut convert = Command::new("soffice");
    convert
        .args([&home, "--headless", "--convert-to", TABLES, "--outdir"])
        .arg(&out)
        .arg(workbook)
        // Sheets have accents in their names, which become those of files.
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    let done = convert
        .output()
        .unwrap_or_else(|fault| panic!("{convert:?}: {fault}; run deploy/dev/install-tools"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{convert:?}: {said}");
    let stem = workbook.file_stem().expect("a file").to_string_lossy();
    let mut sheets = BTreeMap::new();
    for entry in std::fs::read_dir(&out).expect("LibreOffice wrote") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a file").to_string_lossy();
        let name = name.strip_prefix(&format!("{stem}-")).unwrap_or(&name);
        sheets.insert(name.to_owned(), table(&path));
    }
    assert!(!sheets.is_empty(), "{workbook:?} has no sheet: {said}");
    sheets
}

/// The rows of a table that have anything in them.
pub fn table(path: &Path) -> Sheet {
    let mut source = intake::Source::open(path).expect("it is there");
    let rows = intake::read_table(&mut source).expect("a table");
    rows.into_iter().map(|(_, cells)| cells).collect()
}

/// Whether two cells say the same: the same text, or the same number however it is written, also as a percentage.
pub fn is_same(one: &str, other: &str) -> bool {
    let number = |text: &str| match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0),
        None => text.parse::<f64>().ok(),
    };
    one == other
        || number(one)
            .zip(number(other))
            .is_some_and(|(one, other)| (one - other).abs() < 1e-9)
}
