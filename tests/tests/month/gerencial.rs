//! The informe gerencial of the month: the figures of `report kpi`, to the digit, wherever they are read.

use domain::Timestamp;
use serde_json::Value;
use tests::Floor;
use tests::office::{is_same, sheets};
use tests::shift::CAMPAIGN;

use crate::example::{ADVISORS, ATTEMPTS, EFFECTIVE, SALES, now};

/// The days of the month that are over, as the report names them.
fn span(start: Timestamp) -> (String, String) {
    let clock = campaigns::DayClock::of("laboratorio");
    let date = |at| clock.date(at).expect("within the calendar").to_string();
    (date(start), date(now()))
}

fn of<'a>(rows: &'a Value, key: &str, value: &str) -> &'a Value {
    let rows = rows.as_array().expect("rows");
    let found = rows.iter().find(|row| row[key] == value);
    found.unwrap_or_else(|| panic!("no {value} in {rows:?}"))
}

fn sum(rows: &Value, column: &str) -> u64 {
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| row[column].as_u64().expect("a count")).sum()
}

/// The report, after holding it against the indicators of the same instants and against itself.
pub(crate) fn report(floor: &Floor, start: Timestamp) -> Value {
    // 3.0 % of the records worked bought: 99 fewer than are wanted here.
    floor.run(&["kpi", "target", CAMPAIGN, "efectividad", "--target", "4%"]);
    let (from, to) = span(start);
    let asked = [
        "report",
        "gerencial",
        CAMPAIGN,
        "--from",
        &from,
        "--to",
        &to,
    ];
    let mut report = floor.run(&asked);
    same_figures(floor, &report);
    parts_add_up(&report);
    let plan = of(&report["plans"], "indicator", "efectividad");
    let says = plan["missed_by"].as_str().expect("a sentence");
    assert!(
        says.contains("faltan 99 ventas aceptadas") && says.contains("9900 llamadas"),
        "{says}"
    );
    assert_eq!(plan["light"], "missed");
    assert!(
        plan["owner"].is_null() && plan["due"].is_null(),
        "nobody filled it"
    );
    report.as_object_mut().expect("a report").remove("made_at");
    report
}

fn same_figures(floor: &Floor, report: &Value) {
    let ms = |key: &str| report[key].as_i64().expect("an instant").to_string();
    let (from, to) = (ms("from_ms"), ms("to_ms"));
    let kpis = floor.run(&["report", "kpi", CAMPAIGN, "--from", &from, "--to", &to]);
    let mut told = 0;
    for row in report["indicators"].as_array().expect("indicators") {
        let variants = row["variants"].as_array().expect("variants");
        for kpi in variants.iter().chain([&row["kpi"]]) {
            let id = kpi["id"].as_str().expect("an id");
            assert_eq!(kpi, of(&kpis["kpis"], "id", id));
            told += 1;
        }
    }
    assert_eq!(told, kpis["kpis"].as_array().expect("indicators").len());
    let light = |id: &str| {
        let rows = report["indicators"].as_array().expect("indicators");
        let row = rows.iter().find(|row| row["kpi"]["id"] == id);
        row.expect("told")["light_words"].clone()
    };
    assert_eq!(light("contactabilidad.records"), "● cumple");
    assert_eq!(light("abandono"), "● cumple");
    assert_eq!(light("productividad"), "○ sin comparar");
}

fn parts_add_up(report: &Value) {
    let attempts = ATTEMPTS as u64;
    assert_eq!(sum(&report["days"], "attempts"), attempts);
    assert_eq!(sum(&report["weeks"], "attempts"), attempts);
    assert_eq!(sum(&report["days"], "sales"), SALES as u64);
    let part = |dimension: &str| &of(&report["parts"], "dimension", dimension)["rows"];
    assert_eq!(sum(part("hour"), "attempts"), attempts);
    let whole = |id: &str| {
        let rows = report["indicators"].as_array().expect("indicators");
        let row = rows.iter().find(|row| row["kpi"]["id"] == id);
        row.expect("told")["kpi"]["value"].clone()
    };
    // There is one base, and there are no segments: each is the whole.
    for dimension in ["base", "segment"] {
        let rows = part(dimension).as_array().expect("rows");
        assert_eq!(rows.len(), 1, "{rows:?}");
        for figure in rows[0]["figures"].as_array().expect("figures") {
            assert_eq!(
                figure["value"],
                whole(figure["id"].as_str().expect("an id"))
            );
        }
    }
    assert_eq!(part("base")[0]["name"], "base");
    let advisors = part("advisor");
    assert_eq!(advisors.as_array().map(Vec::len), Some(ADVISORS as usize));
    assert_eq!(sum(advisors, "sales"), SALES as u64);
    assert_eq!(report["pipeline"][0]["sales"], SALES);
    assert_eq!(report["pipeline"][4]["sales"], 0);
    let refusals = &report["refusals"];
    assert_eq!(refusals[0]["code"], "CE01");
    assert_eq!(sum(refusals, "calls"), (EFFECTIVE - SALES) as u64);
}

/// What LibreOffice reads in the workbook, and what the page says, are the same figures.
pub(crate) fn files(floor: &Floor, start: Timestamp) {
    let (from, to) = span(start);
    let write = |form: &str, file: &str| {
        let asked = [
            "report",
            "gerencial",
            CAMPAIGN,
            "--from",
            &from,
            "--to",
            &to,
        ];
        floor.run(&[&asked[..], &["--format", form, "--out", file]].concat());
        floor.folder().join(file)
    };
    let report = floor.run(&[
        "report",
        "gerencial",
        CAMPAIGN,
        "--from",
        &from,
        "--to",
        &to,
    ]);
    let book = sheets(&write("xlsx", "informe.xlsx"));
    let names: Vec<&str> = book.keys().map(String::as_str).collect();
    for sheet in [
        "Por día",
        "Por semana",
        "Por asesor",
        "Embudo",
        "Plan de acción",
        "Notas",
    ] {
        assert!(names.contains(&sheet), "{names:?}");
    }
    let indicators = &book["Indicadores"];
    for row in report["indicators"].as_array().expect("indicators") {
        let id = row["kpi"]["id"].as_str().expect("an id");
        let cells = indicators.iter().find(|cells| cells[1] == id);
        let cells = cells.unwrap_or_else(|| panic!("no {id} in {indicators:?}"));
        let value = match row["kpi"]["value"].as_f64() {
            Some(value) => value.to_string(),
            None => "s/d".to_owned(),
        };
        assert!(
            is_same(&cells[2], &value),
            "{id}: {} is not {value}",
            cells[2]
        );
        assert_eq!(cells[4], row["light_words"].as_str().expect("words"));
    }
    let days = &book["Por día"];
    let attempts: f64 = days[1..]
        .iter()
        .map(|day| day[1].parse::<f64>().expect("a count"))
        .sum();
    assert_eq!(attempts, ATTEMPTS as f64);
    assert_eq!(
        days.len() - 1,
        report["days"].as_array().expect("days").len()
    );

    let page = std::fs::read_to_string(write("html", "informe.html")).expect("written");
    for told in [
        "Informe gerencial",
        "72.0 %",
        "Plan de acción",
        "<svg class=\"line\"",
        "@page",
    ] {
        assert!(page.contains(told), "{told}");
    }
    for foreign in ["<script", "http://", "https://", "url(", "<link", "<img"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let rows = std::fs::read_to_string(write("csv", "informe.csv")).expect("written");
    assert!(
        rows.contains("indicator;") && rows.contains(";contactabilidad.records;"),
        "{rows}"
    );
}
