//! The informe de gestión: what was received, what was done, and that it adds up; by command and by API.

use serde_json::json;
use tests::http::{fetch, log_in};
use tests::office::{is_same, sheets, table};

use crate::client::{Office, base};

/// LibreOffice reads in the workbook what is in the CSV, cell by cell.
fn reads_the_same(office: &Office) {
    let folder = office.floor.folder();
    let csv = table(&folder.join("g.csv"));
    let book = sheets(&folder.join("g.xlsx"));
    let (_, sheet) = book.first_key_value().expect("a sheet");
    let filled = |row: &[String]| {
        row.iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |at| at + 1)
    };
    assert_eq!(sheet.len(), csv.len());
    for (ours, theirs) in csv.iter().zip(sheet) {
        assert_eq!(filled(ours), filled(theirs), "{ours:?} and {theirs:?}");
        for (one, other) in ours.iter().zip(theirs) {
            assert!(is_same(one, other), "{one} and {other} of {ours:?}");
        }
    }
    let phone = csv[0].iter().position(|heading| heading == "telefonos");
    assert_eq!(sheet[1][phone.expect("a column")], "573000000000");
}

#[test]
fn what_the_client_calls_a_record_is_told() {
    let office = Office::new("campaign = \"hogares\"");
    let text = "ID Cliente;documento;nombre;celular\nC-77;10000001;Ana;3000000001\n10000002;10000002;Eva;3000000002\n";
    office.floor.file("con.csv", text);
    office.floor.file("sin.csv", base(5, 7));
    for name in ["con", "sin"] {
        let file = format!("{name}.csv");
        office.floor.run(&["list", "import", &file, "--name", name]);
    }
    let lists = ["--list", "con", "--list", "sin", "--law", "co"];
    office
        .floor
        .run(&[&["campaign", "create", "hogares"][..], &lists].concat());
    office
        .floor
        .run(&["report", "gestion", "hogares", "--out", "g.csv"]);
    let rows = table(&office.floor.folder().join("g.csv"));
    let mut named: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| ["con", "sin"].contains(&row[2].as_str()))
        .map(|row| (row[2].as_str(), row[0].as_str()))
        .collect();
    named.sort_unstable();
    // An id that is the document is masked as the document is.
    assert_eq!(
        named,
        [
            ("con", "*****002"),
            ("con", "C-77"),
            ("sin", "1"),
            ("sin", "2")
        ]
    );
}

#[test]
fn every_record_received_is_told_with_its_state_and_they_add_up() {
    let office = Office::new("campaign = \"hogares\"");
    // Two rows that are no contacts, and a name that a spreadsheet would take for a formula.
    let text = base(0, 20) + "10000003;Persona 3;3000000003\n10000099;Nadie;12\n";
    let file = office.floor.file("=base.csv", text);
    let import = [
        "list",
        "import",
        file.to_str().expect("ASCII"),
        "--name",
        "=base",
    ];
    office.floor.run(&import);
    office.floor.run(&[
        "campaign", "create", "hogares", "--list", "=base", "--law", "co",
    ]);

    let told = office
        .floor
        .run(&["report", "gestion", "hogares", "--out", "g.csv"]);
    let totals = &told["totals"];
    assert_eq!(totals["received"], 22, "{told}");
    let states = totals["states"].as_object().expect("sums");
    let sum: u64 = states
        .values()
        .map(|count| count.as_u64().expect("a count"))
        .sum();
    assert_eq!(sum, 22, "{told}");
    assert_eq!(totals["version"], 1);
    let csv = std::fs::read_to_string(office.floor.folder().join("g.csv")).expect("written");
    let rows: Vec<&str> = csv.lines().filter(|row| !row.starts_with("pie")).collect();
    assert_eq!(rows.len(), 1 + 22, "{csv}");
    assert!(
        rows[0].starts_with("\u{feff}id_cliente;id_registro;base;carga"),
        "{}",
        rows[0]
    );
    assert!(
        rows[1].contains(";'=base;") && !csv.contains(";=base;"),
        "{}",
        rows[1]
    );
    assert!(rows[1].contains(";*****000;573000000000;"), "{}", rows[1]);
    assert!(
        csv.contains("teléfono no válido") && csv.contains("pie;recibidos;;22"),
        "{csv}"
    );

    let as_book = [
        &["report", "gestion", "hogares"][..],
        &["--format", "xlsx", "--out", "g.xlsx"],
    ]
    .concat();
    office.floor.run(&as_book);
    reads_the_same(&office);

    // A day before anything came there is nothing to report, and no file.
    let early = [
        "--from",
        "2020-01-01",
        "--to",
        "2020-02-01",
        "--out",
        "no.csv",
    ];
    let said = office
        .floor
        .refused(&[&["report", "gestion", "hogares"], &early[..]].concat());
    assert!(said.contains("nothing was received"), "{said}");
    assert!(!office.floor.folder().join("no.csv").exists());

    let made = office
        .floor
        .run(&["user", "add", "jefa", "--role", "supervisor"]);
    let engine = office.floor.serve();
    let (_, session) = log_in(
        engine.http(),
        "jefa",
        made["password"].as_str().expect("one"),
    );
    let token = session["token"].as_str().expect("a token");
    let get = |path: &str, field: &str| fetch(engine.http(), path, token, None, field);
    let (status, named, body) = get("/api/v1/campaigns/1/gestion", "content-disposition");
    assert!(
        status == 200 && named.contains("gestion-1-"),
        "{status} {named}"
    );
    let body = String::from_utf8(body).expect("text");
    assert!(
        !body.contains("573000000000") && body.contains("*********000"),
        "{body}"
    );
    let (status, kind, book) = get("/api/v1/campaigns/1/gestion?format=xlsx", "content-type");
    assert!(
        status == 200 && kind.contains("spreadsheetml"),
        "{status} {kind}"
    );
    assert_eq!(&book[..2], b"PK");
    let (status, ..) = get(
        "/api/v1/campaigns/1/gestion?month=noviembre",
        "content-type",
    );
    assert_eq!(status, 422);
    let (status, policy, page) = get(
        "/api/v1/campaigns/1/gerencial?format=html&lang=en",
        "content-security-policy",
    );
    let page = String::from_utf8(page).expect("text");
    assert!(
        status == 200 && policy.contains("default-src 'none'"),
        "{status} {policy}"
    );
    assert!(page.contains("Management report: hogares"), "{page}");
    let (status, kind, report) = get("/api/v1/campaigns/1/gerencial", "content-type");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    assert_eq!(
        report["indicators"][3]["kpi"]["denominator"], 20.0,
        "{report}"
    );
    let (status, ..) = get(
        "/api/v1/campaigns/1/gerencial?from=2026-11-01",
        "content-type",
    );
    assert_eq!(status, 422);
    let log = office.floor.run(&["audit"]).to_string();
    assert_eq!(log.matches("report.gestion").count(), 5, "{log}");
    assert_eq!(office.floor.run(&["verify"])["verify"], json!("ok"));
}
