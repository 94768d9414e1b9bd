//! A month run through the real engine, and every report of it against an independent recount (`recount.py`), to the last digit.
//! The first business days of November 2025, with All Saints among them; `MONTH_DAYS=18` for the whole month, which takes
//! minutes (`make soak`).

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;
use tests::Floor;

use crate::after;
use crate::floor::{
    ADVISORS, CAMPAIGN, EXCLUDED, PEOPLE, business_days, clock, november, set_up, work,
};

/// Business days that are worked: the first is after the holiday.
const DAYS: usize = 4;

fn days() -> Vec<i64> {
    let asked = std::env::var("MONTH_DAYS").ok();
    let count = asked.map_or(DAYS, |text| text.parse().expect("a number of days"));
    let days = business_days(count);
    assert!(
        !days.contains(&3) && days.first() == Some(&4),
        "the 3rd is a holiday: {days:?}"
    );
    days
}

#[test]
fn every_report_of_a_month_is_what_the_journal_says_when_it_is_counted_by_other_means() {
    let Some(python) = python() else {
        eprintln!("passed over: no Python here");
        return;
    };
    let (floor, days, began) = (Floor::new(), days(), Instant::now());
    set_up(&floor, &days);
    println!("set up after {:?}", began.elapsed());
    let report = work(&floor, &days);
    println!("{} attempts after {:?}", report.attempts, began.elapsed());
    assert_eq!(report.broken, Vec::<String>::new());
    let (corrected, sold) =
        floor.ask(async |store| (after::correct(store).await, after::sell(store).await));
    println!(
        "{corrected} corrections and {sold} sales after {:?}",
        began.elapsed()
    );
    assert!(corrected >= 20 && sold > 20, "{corrected} {sold}");
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
    // The busiest kind of day: not the first, so that records were called before it.
    let day = days[days.len() / 2];
    let counted = recount(&python, &floor, day);
    indicators(&floor, &counted["kpis"]);
    hours(&floor, &counted["hours"], day);
    sabana(&floor, &counted["sabana"]);
    gestion(&floor, &counted["gestion"]);
    println!("compared after {:?}", began.elapsed());
}

/// A Python with what its own library has: that of the other oracles, or the system's.
fn python() -> Option<String> {
    let oracles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/oracles/bin/python");
    let runs = |python: &String| {
        let version = Command::new(python).args(["-c", "import sqlite3"]).output();
        version.is_ok_and(|out| out.status.success())
    };
    [oracles.display().to_string(), "python3".to_owned()]
        .into_iter()
        .find(runs)
}

fn recount(python: &str, floor: &Floor, day: i64) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let record = floor.record();
    let record = record.strip_prefix("sqlite:").expect("a file");
    let ms = |day: i64| clock().begins(november(day)).as_millis().to_string();
    let out = Command::new(python)
        .arg(folder.join("tests/month/recount.py"))
        .arg(record)
        .arg(folder.join("../crates/campaigns/data/typifications-es.csv"))
        .args([ms(1), ms(31), ms(day)])
        .output()
        .expect("Python runs");
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    serde_json::from_slice(&out.stdout).expect("JSON")
}

const MONTH: [&str; 4] = ["--from", "2025-11-01", "--to", "2025-12-01"];

fn close(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        _ => a == b,
    }
}

fn indicators(floor: &Floor, counted: &Value) {
    let report = floor.run(&[&["report", "kpi", CAMPAIGN][..], &MONTH].concat());
    let kpis = report["kpis"].as_array().expect("indicators");
    assert_eq!(
        kpis.len(),
        counted.as_object().map_or(0, serde_json::Map::len)
    );
    for kpi in kpis {
        let id = kpi["id"].as_str().expect("a name");
        let theirs = &counted[id];
        assert_eq!(
            kpi["shown"], theirs["shown"],
            "{id}: {kpi} against {theirs}"
        );
        for part in ["numerator", "denominator"] {
            assert!(
                close(&kpi[part], &theirs[part]),
                "{part} of {id}: {kpi} against {theirs}"
            );
        }
    }
    let part = |id: &str, part: &str| {
        let kpi = kpis
            .iter()
            .find(|kpi| kpi["id"] == id)
            .expect("it is there");
        kpi[part].as_f64().expect("a figure")
    };
    // The month had all that it is to test.
    assert_eq!(part("gestion_base.gross", "denominator"), PEOPLE as f64);
    assert_eq!(
        part("gestion_base", "denominator"),
        (PEOPLE - EXCLUDED) as f64
    );
    let (legalised, in_period) = (
        part("efectividad.neta", "numerator"),
        part("efectividad.neta_period", "numerator"),
    );
    assert!(
        legalised > in_period && in_period > 0.0,
        "some are legalised in the month after: {legalised} {in_period}"
    );
    assert!(part("abandono", "numerator") > 0.0, "nobody was abandoned");
}

fn hours(floor: &Floor, counted: &Value, day: i64) {
    let date = api::day_text(november(day));
    let report = floor.run(&["report", "hourly", CAMPAIGN, "--day", &date]);
    let counted = counted.as_array().expect("hours");
    let rows = report["hours"].as_array().expect("hours");
    let busy = counted.iter().filter(|hour| hour["attempts"] != 0).count();
    assert!(busy >= 7 && rows.len() >= busy, "{report}");
    for row in rows {
        let theirs = counted
            .iter()
            .find(|hour| hour["from"] == row["from"])
            .expect("an hour of the day");
        for (column, value) in theirs.as_object().expect("columns") {
            assert!(
                close(&row[column], value),
                "{column} of {row} against {theirs}"
            );
        }
    }
    let total = &report["total"];
    let last = counted.last().expect("24 hours");
    assert_eq!(
        (&total["records"], &total["sales"]),
        (&last["records_so_far"], &last["sales_so_far"])
    );
    let sum = |column: &str| {
        counted
            .iter()
            .filter_map(|hour| hour[column].as_u64())
            .sum::<u64>()
    };
    for column in ["attempts", "answered", "contacts"] {
        assert_eq!(total[column], sum(column), "{column}");
    }
    assert_eq!(total["agents"], ADVISORS);
    assert_eq!(report["goal"], (12 + day % 5) as f64);
    // The holiday: nobody was there, and nothing is divided by nobody.
    let empty = floor.run(&["report", "hourly", CAMPAIGN, "--day", "2025-11-03"]);
    assert_eq!(
        (
            &empty["total"]["attempts"],
            &empty["total"]["ratio"],
            &empty["goal"]
        ),
        (&0.into(), &Value::Null, &Value::Null)
    );
}

fn sabana(floor: &Floor, counted: &Value) {
    let rows = floor.run(
        &[
            &["report", "sabana", CAMPAIGN][..],
            &MONTH,
            &["--format", "json"],
        ]
        .concat(),
    );
    let (rows, counted) = (
        rows.as_array().expect("rows"),
        counted.as_array().expect("rows"),
    );
    assert_eq!(rows.len(), counted.len());
    for (row, theirs) in rows.iter().zip(counted) {
        for (column, value) in theirs.as_object().expect("columns") {
            assert_eq!(&row[column], value, "{column} of {row} against {theirs}");
        }
    }
}

fn gestion(floor: &Floor, counted: &Value) {
    let file = floor.folder().join("gestion.csv");
    let out = file.to_str().expect("a path of letters");
    let told = floor.run(&[
        "report", "gestion", CAMPAIGN, "--month", "2025-11", "--out", out,
    ]);
    let mut source = intake::Source::open(&file).expect("written");
    let mut lines = intake::read_table(&mut source)
        .expect("a table")
        .into_iter();
    let (_, headings) = lines.next().expect("headings");
    let mut states = std::collections::BTreeMap::new();
    let mut seen = 0;
    for (line, cells) in lines {
        let Some(theirs) = counted.get(&cells[0]) else {
            continue;
        };
        seen += 1;
        for (column, value) in theirs.as_object().expect("columns") {
            let place = headings
                .iter()
                .position(|heading| heading == column)
                .expect("a column");
            let cell = cells.get(place).map_or("", String::as_str);
            assert_eq!(
                cell,
                value.as_str().expect("a text"),
                "{column} of {line} against {theirs}"
            );
        }
        *states
            .entry(theirs["estado"].as_str().expect("a state").to_owned())
            .or_insert(0) += 1;
    }
    assert_eq!(seen, PEOPLE);
    // The two rows that are no contacts are excluded too, with their reasons.
    *states.entry("excluido".to_owned()).or_insert(0) += 2;
    let totals = &told["totals"];
    assert_eq!(totals["received"], PEOPLE + 2, "{told}");
    for (state, count) in &states {
        assert_eq!(totals["states"][state], *count, "{state} in {told}");
    }
}
