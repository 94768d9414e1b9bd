//! Ten thousand numbers as people write them, beside what an independent library (PyPI's `phonenumbers`)
//! makes of them. What the product's named rules mend must come out as the number it stands for; all
//! else as the library reads it; and what lost its digits must be nobody's.

use std::path::Path;
use std::process::Command;

use domain::PhoneNumber;
use intake::number_with_repairs;

const THEIRS: &str = include_str!("phones/numbers.tsv");

/// Beginnings of which the two libraries' editions of the number plan say different things: compared with
/// neither. (Ruling: prefixes are data.)
const PLAN_DIFFERS: [&str; 2] = ["+593932", "+57465"];

/// A plain text of the plan of before 2021 is a number of today's by a named rule, and another one to the
/// library: so few, of ten thousand.
const OLD_PLAN_MAX: usize = 20;

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let lines = THEIRS.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().expect("three cells");
        (cell(), cell(), cell())
    })
}

#[test]
fn ten_thousand_numbers_are_read_as_an_independent_library_reads_them() {
    let (mut compared, mut mended, mut valid, mut old_plan) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for (kind, text, theirs) in rows() {
        let (ours, repairs) = number_with_repairs(text);
        let ours = ours.map_or("-".to_owned(), PhoneNumber::dialable);
        let differs = |prefix: &&str| ours.starts_with(*prefix) || theirs.starts_with(*prefix);
        if PLAN_DIFFERS.iter().any(differs) {
            continue;
        }
        compared += 1;
        mended += usize::from(!repairs.is_empty());
        valid += usize::from(theirs != "-");
        if ours == theirs {
            continue;
        }
        match (kind, repairs.as_slice()) {
            ("plain", ["indicativo de antes de 2021"]) => old_plan += 1,
            _ => wrong.push(format!(
                "{kind} {text:?}: {ours}, theirs {theirs} ({repairs:?})"
            )),
        }
    }
    let some = &wrong[..wrong.len().min(20)];
    assert!(wrong.is_empty(), "{} of {compared}: {some:#?}", wrong.len());
    assert!(
        compared > 9_900 && valid > 7_000 && mended > 2_000,
        "{compared} {valid} {mended}"
    );
    assert!(old_plan <= OLD_PLAN_MAX, "{old_plan} of the old plan");
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
        .arg(root.join("tests/phones/generate.py"))
        .output();
    let said = said.expect("Python runs");
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&said.stdout), THEIRS);
}
