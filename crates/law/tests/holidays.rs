//! Colombia's holidays beside those of an independent library (PyPI's `holidays`): every date, not how many.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use chrono::{Datelike, NaiveDate};
use law::holidays::colombia;

const THEIRS: &str = include_str!("holidays/colombia.csv");

fn dates(text: &str) -> BTreeSet<NaiveDate> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let date = |line: &str| line.split(',').next().and_then(|date| date.parse().ok());
    lines
        .map(|line| date(line).expect("a date first"))
        .collect()
}

#[test]
fn the_holidays_of_2024_to_2040_are_those_of_an_independent_library() {
    let theirs = dates(THEIRS);
    let ours: BTreeSet<NaiveDate> = (2024..=2040)
        .flat_map(|year| colombia(year).into_keys())
        .collect();
    let differ: Vec<_> = theirs.symmetric_difference(&ours).collect();
    assert!(differ.is_empty(), "{differ:?}");
    // Two rules meet on some dates, so a count of rules would prove nothing (30 June 2025, 1 July 2030).
    let in_year = |year| theirs.iter().filter(|date| date.year() == year).count();
    assert_eq!((in_year(2025), in_year(2026), in_year(2030)), (17, 19, 18));
    for (year, has_it) in [(2025, false), (2026, true)] {
        let july = theirs
            .iter()
            .filter(|date| date.year() == year && date.month() == 7);
        assert_eq!(july.count(), if has_it { 2 } else { 1 }, "Ley 2578 de 2026");
    }
}

#[test]
fn the_list_is_what_the_library_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("../../target/oracles/bin/python");
    if !python.exists() {
        eprintln!("passed over: no library here; deploy/dev/install-tools fetches it");
        return;
    }
    let said = Command::new(&python)
        .arg(root.join("tests/holidays/generate.py"))
        .output();
    let said = said.expect("Python runs");
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    assert_eq!(dates(&String::from_utf8_lossy(&said.stdout)), dates(THEIRS));
}
