//! The history of another system: four days of it as CSV files are checked, taken in, reported, taken in again, broken off
//! and gone on with, and written out for another record, on both databases; the figures are counted here, row by row.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cluster::Cluster;
use serde_json::Value;
use tests::Floor;

const CAMPAIGN: &str = "antes";
const CONTACTS: usize = 240;
const CALLS: usize = 700;
const ADVISORS: usize = 4;
/// 2025-09-01 08:00 in Bogotá, a Monday, in ms since 1970.
const START: i64 = 1_756_731_600_000;
const DAY: i64 = 86_400_000;
const PERIOD: [&str; 4] = ["--from", "2025-09-01", "--to", "2025-09-05"];

/// Chance from a seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What the files say, counted as they are written.
#[derive(Debug, Default)]
struct Counted {
    answered: u64,
    effective: u64,
    sales: u64,
    abandoned: u64,
    worked: BTreeSet<usize>,
    talk_ms: i64,
    connected: u64,
    legalised: u64,
    value: i64,
}

/// The files of a history.
#[derive(Default)]
struct Files {
    contacts: String,
    attempts: String,
    typifications: String,
    states: String,
    sales: String,
}

fn time(ms: i64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(ms).expect("within the calendar");
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// A history while it is made up.
struct Draft {
    dice: Dice,
    files: Files,
    counted: Counted,
    /// Lines with their instants: those of typifications, and of sales.
    words: Vec<(i64, String)>,
    stages: Vec<(i64, String)>,
}

/// The way of every second sale, with hours since its acceptance, and of the others.
const LEGALISED: [(&str, i64, &str); 6] = [
    ("en_validacion", 1, ""),
    ("validada", 2, ""),
    ("reservada", 3, ""),
    ("en_ruta", 20, ""),
    ("entregada", 40, ""),
    ("legalizada", 44, ""),
];
const REJECTED: [(&str, i64, &str); 2] = [("en_validacion", 1, ""), ("rechazada", 5, "cupo")];

fn history() -> (Files, Counted) {
    let mut draft = Draft {
        dice: Dice(11),
        counted: Counted::default(),
        words: Vec::new(),
        stages: Vec::new(),
        files: Files {
            contacts: "clave;documento;nombre;segmento;telefonos\n".to_owned(),
            attempts:
                "clave;contacto;telefono;inicio;timbre;contestada;conectada;fin;resultado;asesor\n"
                    .to_owned(),
            typifications: "intento;instante;codigo;asesor;usuario;nota\n".to_owned(),
            states: "asesor;instante;estado;motivo\n".to_owned(),
            sales: "intento;etapa;instante;valor;motivo;usuario\n".to_owned(),
        },
    };
    for n in 0..CONTACTS {
        let _ = writeln!(
            draft.files.contacts,
            "k{n};{};Persona {n};A;300{n:07}",
            20_000_000 + n
        );
    }
    for n in 0..CALLS {
        let (day, place) = ((n / 175) as i64, (n % 175) as i64);
        // 150 s apart, seven hours a day.
        draft.call(n, START + day * DAY + place * 150_000);
    }
    let in_order = |mut lines: Vec<(i64, String)>| -> String {
        lines.sort();
        lines.into_iter().map(|(_, line)| line).collect()
    };
    let Draft {
        mut files,
        counted,
        words,
        stages,
        ..
    } = draft;
    files.typifications += &in_order(words);
    files.sales += &in_order(stages);
    files.states += &shifts();
    (files, counted)
}

/// Eight hours a day, one of them a break.
fn shifts() -> String {
    let mut text = String::new();
    for day in 0..4 {
        for (hours, state) in [(0, "ready"), (3, "break"), (4, "ready"), (8, "offline")] {
            for advisor in 0..ADVISORS {
                let at = time(START + day * DAY + hours * 3_600_000 + advisor as i64);
                let _ = writeln!(text, "asesor {advisor};{at};{state};");
            }
        }
    }
    text
}

impl Draft {
    fn call(&mut self, n: usize, at: i64) {
        let contact = n * 7 % CONTACTS;
        let (answered, bridged) = (at + 9_000, at + 9_400);
        let talk = 20_000 + self.dice.roll(60_000) as i64;
        let cells = |answered: &str, bridged: &str, end: i64, outcome: &str, advisor: &str| {
            format!(
                "c{n};k{contact};300{contact:07};{};{};{answered};{bridged};{};{outcome};{advisor}\n",
                time(at),
                time(at + 2_000),
                time(end)
            )
        };
        self.counted.worked.insert(contact);
        let line = match self.dice.roll(10) {
            0..=3 => cells("", "", at + 27_000, "no_answer", ""),
            4 => cells(&time(answered), "", at + 12_000, "machine", ""),
            5 => {
                self.counted.answered += 1;
                self.counted.abandoned += 1;
                cells(&time(answered), "", at + 11_000, "abandoned", "")
            }
            _ => {
                let advisor = format!("asesor {}", n % ADVISORS);
                self.counted.answered += 1;
                self.counted.connected += 1;
                self.counted.talk_ms += talk;
                self.said(n, bridged + talk + 8_000, &advisor);
                cells(
                    &time(answered),
                    &time(bridged),
                    bridged + talk,
                    "connected",
                    &advisor,
                )
            }
        };
        self.files.attempts += &line;
    }

    /// What an advisor said of a call, and what a supervisor made of it.
    fn said(&mut self, n: usize, at: i64, advisor: &str) {
        let mut code = ["NI07", "VE01", "CE01", "TE02"][self.dice.roll(4) as usize];
        self.words
            .push((at, format!("c{n};{};{code};{advisor};;\n", time(at))));
        // A supervisor takes every tenth sale back on the day after.
        if code == "VE01" && self.dice.roll(10) == 0 {
            let later = at + DAY;
            let line = format!("c{n};{};NI07;;jefa;no acepta\n", time(later));
            self.words.push((later, line));
            code = "NI07";
        }
        self.counted.effective += u64::from(effective(code));
        if code == "VE01" {
            self.sold(n, at);
        }
    }

    fn sold(&mut self, n: usize, accepted: i64) {
        let value = 500_000 + 1_000 * n as i64;
        self.counted.sales += 1;
        self.counted.value += value;
        let line = format!("c{n};aceptada;{};{value};;\n", time(accepted));
        self.stages.push((accepted, line));
        let goes_through = n.is_multiple_of(2);
        self.counted.legalised += u64::from(goes_through);
        let way = if goes_through {
            &LEGALISED[..]
        } else {
            &REJECTED
        };
        for (stage, hours, why) in way {
            let at = accepted + hours * 3_600_000;
            let line = format!("c{n};{stage};{};;{why};oficina\n", time(at));
            self.stages.push((at, line));
        }
    }
}

/// Whether the house's typifications count that as an effective contact.
fn effective(code: &str) -> bool {
    let row = campaigns::Catalogue::house()
        .get(code)
        .expect("of the house");
    row.effective_contact
}

fn write(floor: &Floor, files: &Files) {
    for (name, text) in [
        ("contactos.csv", &files.contacts),
        ("intentos.csv", &files.attempts),
        ("tipificaciones.csv", &files.typifications),
        ("estados.csv", &files.states),
        ("ventas.csv", &files.sales),
    ] {
        floor.file(name, text);
    }
    floor.file("metas.csv", "fecha;ventas\n2025-09-01;30\n2025-09-02;30\n");
}

const IMPORT: [&str; 5] = ["attempts", "import", CAMPAIGN, "--folder", "."];

fn kpis(floor: &Floor) -> Value {
    floor.run(&[&["report", "kpi", CAMPAIGN][..], &PERIOD].concat())
}

fn part(kpis: &Value, id: &str, part: &str) -> f64 {
    let all = kpis["kpis"].as_array().expect("indicators");
    let kpi = all.iter().find(|kpi| kpi["id"] == id);
    let kpi = kpi.unwrap_or_else(|| panic!("no {id}"));
    kpi[part]
        .as_f64()
        .unwrap_or_else(|| panic!("no {part} of {kpi}"))
}

fn taken_in(floor: &Floor) -> Value {
    let (files, counted) = history();
    write(floor, &files);
    let checked = floor.run(&[&IMPORT[..], &["--check"]].concat());
    assert_eq!(
        (&checked["written"], &checked["attempts"]["rows"]),
        (&false.into(), &(CALLS as u64).into())
    );
    assert_eq!(
        floor.run(&["campaign", "list"]).as_array().map(Vec::len),
        Some(0),
        "only checked"
    );

    // Broken off: half of the attempts, and nothing said of them yet.
    let half: String = files
        .attempts
        .lines()
        .take(CALLS / 2 + 1)
        .map(|line| format!("{line}\n"))
        .collect();
    floor.file("mitad.csv", half);
    let some = [
        "attempts",
        "import",
        CAMPAIGN,
        "--contacts",
        "contactos.csv",
        "--attempts",
        "mitad.csv",
    ];
    assert_eq!(floor.run(&some)["attempts"]["new"], CALLS / 2);
    let rest = floor.run(&IMPORT);
    assert_eq!(rest["attempts"]["new"], CALLS - CALLS / 2, "{rest}");
    assert_eq!(
        (&rest["contacts"]["new"], &rest["contacts"]["rows"]),
        (&0.into(), &CONTACTS.into())
    );
    let again = floor.run(&IMPORT);
    for table in [
        "contacts",
        "attempts",
        "typifications",
        "agent_states",
        "sales",
    ] {
        assert_eq!(again[table]["new"], 0, "{table} in {again}");
    }
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
    let report = kpis(floor);
    let worked = counted.worked.len() as f64;
    for (id, of, count) in [
        ("contactabilidad", "denominator", CALLS as f64),
        ("contactabilidad", "numerator", counted.answered as f64),
        ("contacto_efectivo", "numerator", counted.effective as f64),
        ("efectividad", "numerator", counted.sales as f64),
        ("contactabilidad.records", "denominator", worked),
        ("gestion_base", "denominator", CONTACTS as f64),
        ("gestion_base", "numerator", worked),
        ("abandono", "numerator", counted.abandoned as f64),
        ("efectividad.neta", "numerator", counted.legalised as f64),
        ("productividad.ticket", "numerator", counted.value as f64),
        ("cumplimiento", "denominator", 60.0),
        ("tmo", "denominator", counted.connected as f64),
        ("tmo", "numerator", counted.talk_ms as f64 / 1_000.0),
        // Eight hours a day, breaks too.
        ("ratio.sph", "denominator", (4 * 8 * ADVISORS) as f64),
    ] {
        assert!(
            (part(&report, id, of) - count).abs() < 1e-6,
            "{of} of {id}: {count} in {report}"
        );
    }
    report
}

#[test]
fn a_history_is_taken_in_once_and_reported_to_the_digit_on_both_databases() {
    let floor = Floor::new();
    let sqlite = taken_in(&floor);
    let start = floor.refused(&["campaign", "start", CAMPAIGN]);
    assert!(start.contains("never dialed"), "{start}");
    // What is written out is what was taken in: another record tells the same of it.
    let out = floor.folder().join("fuera");
    let out = out.to_str().expect("a path of letters");
    let export = ["attempts", "export", CAMPAIGN, "--folder", out];
    floor.run(&[&export[..], &PERIOD].concat());
    let other = Floor::new();
    other.run(&["attempts", "import", CAMPAIGN, "--folder", out]);
    let goals = ["goal", "import", CAMPAIGN, "metas.csv"];
    other.file("metas.csv", "fecha;ventas\n2025-09-01;30\n2025-09-02;30\n");
    other.run(&goals);
    assert_eq!(other.run(&["verify"])["verify"], "ok");
    let (mine, theirs) = (kpis(&floor), kpis(&other));
    for (mine, theirs) in mine["kpis"]
        .as_array()
        .iter()
        .copied()
        .flatten()
        .zip(theirs["kpis"].as_array().iter().copied().flatten())
    {
        // Only contacts that were called are written out.
        if mine["id"]
            .as_str()
            .is_some_and(|id| !id.starts_with("gestion_base"))
        {
            assert_eq!(mine, theirs);
        }
    }
    let cluster = Cluster::start();
    let postgres = taken_in(&Floor::on(&cluster.url("public")));
    assert_eq!(sqlite, postgres);
}

#[test]
fn everything_wrong_with_a_history_is_told_by_file_line_and_column_and_nothing_is_written() {
    let floor = Floor::new();
    floor.file(
        "contactos.csv",
        "key;phones;document\nk1;3001234567;CC 1020\nk1;3001234567;\nk2;hola;1020\n",
    );
    floor.file(
        "intentos.csv",
        "clave;contacto;telefono;inicio;contestada;conectada;fin;resultado;asesor;codigo\n\
         a;k1;3001234567;2025-09-01 08:00:00;;;2025-09-01 08:00:20;connected;;\n\
         b;k9;3001234567;2025-09-01 08:00:10;;;2025-09-01 08:00:05;no_answer;;ZZ99\n\
         b;k1;3009999999;2099-01-01 08:00:10;;;ayer;llamada;;\n",
    );
    floor.file(
        "tipificaciones.csv",
        "intento;instante;codigo\nz;2025-09-01 09:00:00;NI07\n",
    );
    floor.file(
        "estados.csv",
        "asesor;instante;estado\nana;2025-09-01 08:00:00;ready\n",
    );
    floor.file(
        "ventas.csv",
        "intento;etapa;instante\na;legalizada;2025-09-01 09:00:00\nz;vendida;2025-09-01 09:00:00\n",
    );
    let words = floor.refused(&IMPORT);
    for wanted in [
        "contactos.csv, line 3, column clave: the contact \"k1\" is there twice",
        "contactos.csv, line 4, column telefonos: \"hola\" is no telephone number",
        "intentos.csv, line 2, column conectada: a connected call was answered",
        "intentos.csv, line 2, column asesor: a connected call had an advisor",
        "intentos.csv, line 3, column codigo: the typifications of the campaign have no code \"ZZ99\"",
        "intentos.csv, line 4, column inicio: 2099-01-01 08:00:10 is yet to come",
        "intentos.csv, line 4, column fin: \"ayer\" is no time",
        "intentos.csv, line 4, column resultado: \"llamada\" is no end of a call",
        "tipificaciones.csv, line 2, column intento: there is no attempt \"z\"",
        "estados.csv, line 2, column estado: ana never leaves",
        "ventas.csv, line 3, column etapa: \"vendida\" is no stage of a sale",
    ] {
        assert!(words.contains(wanted), "no `{wanted}` in {words}");
    }
    assert_eq!(
        floor.run(&["campaign", "list"]).as_array().map(Vec::len),
        Some(0)
    );
    assert_eq!(
        floor.run(&["list", "list"]).as_array().map(Vec::len),
        Some(0)
    );
}

#[test]
fn a_history_goes_into_no_campaign_that_is_dialed_and_is_not_taken_in_twice() {
    let floor = Floor::new();
    let (files, _) = history();
    write(&floor, &files);
    floor.run(&IMPORT);
    // The same calls under another name: two calls to one number at once.
    let twice = floor.refused(&["attempts", "import", "otra", "--folder", "."]);
    assert!(
        twice.contains("was this history loaded into another campaign?"),
        "{twice}"
    );
    floor.file("base.csv", "documento;nombre;celular\n10;Ana;3001234567\n");
    floor.run(&["list", "import", "base.csv", "--name", "base"]);
    let port = tests::ports::free_port().port().to_string();
    floor.run(&[
        "trunk",
        "set",
        "hilo",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
    ]);
    floor.run(&[
        "campaign",
        "create",
        "viva",
        "--list",
        "base",
        "--trunk",
        "hilo",
        "--law",
        "laboratorio",
        "--caller-id",
        "+576015550100",
    ]);
    let live = floor.refused(&["attempts", "import", "viva", "--folder", "."]);
    assert!(
        live.contains("a history goes into a campaign of its own"),
        "{live}"
    );
}

/// The laboratory's pack by another clock: half an hour off the full hours of UTC.
fn by_the_clock_of_kolkata(floor: &Floor) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let pack =
        std::fs::read_to_string(root.join("../config/law/laboratorio.toml")).expect("it is there");
    let pack = pack
        .replace("America/Bogota", "Asia/Kolkata")
        .replace("id = \"laboratorio\"", "id = \"india\"");
    std::fs::create_dir(floor.folder().join("leyes")).expect("the folder is ours");
    floor.file("leyes/india.toml", pack);
    let config = std::fs::read_to_string(floor.folder().join("cadencia.toml")).expect("written");
    floor.file(
        "cadencia.toml",
        format!("{config}[law]\nfolder = \"leyes\"\n"),
    );
}

#[test]
fn a_day_by_a_clock_off_the_full_hour_is_told_by_its_own_hours() {
    let floor = Floor::new();
    by_the_clock_of_kolkata(&floor);
    floor.file(
        "contactos.csv",
        "clave;telefonos\nk1;3001234561\nk2;3001234562\n",
    );
    floor.file(
        "intentos.csv",
        "clave;contacto;telefono;inicio;contestada;conectada;fin;resultado;asesor;codigo\n\
         a;k1;3001234561;2025-09-01 09:10:00;2025-09-01 09:10:05;2025-09-01 09:10:06;2025-09-01 09:12:00;connected;ana;VE01\n\
         b;k2;3001234562;2025-09-01 09:50:00;;;2025-09-01 09:50:20;no_answer;;\n\
         c;k2;3001234562;2025-09-01 10:05:00;;;2025-09-01 10:05:20;busy;;\n",
    );
    floor.file(
        "estados.csv",
        "asesor;instante;estado\nana;2025-09-01 09:00:00;ready\nana;2025-09-01 10:45:00;offline\n",
    );
    floor.run(&[
        "attempts", "import", CAMPAIGN, "--folder", ".", "--law", "india",
    ]);
    let report = floor.run(&["report", "hourly", CAMPAIGN, "--day", "2025-09-01"]);
    let told: Vec<_> = report["hours"]
        .as_array()
        .expect("hours")
        .iter()
        .map(|row| {
            let number = |column: &str| row[column].as_f64().unwrap_or(-1.0);
            [
                "hour",
                "attempts",
                "sales",
                "records",
                "records_so_far",
                "connected_h",
                "agents",
            ]
            .map(number)
        })
        .collect();
    assert_eq!(
        told,
        [
            [9.0, 2.0, 1.0, 2.0, 2.0, 1.0, 1.0],
            [10.0, 1.0, 0.0, 1.0, 2.0, 0.75, 1.0]
        ],
        "{report}"
    );
    let total = &report["total"];
    assert_eq!(
        (&total["attempts"], &total["records"], &total["connected_h"]),
        (&3.into(), &2.into(), &1.75.into())
    );
    assert!(
        report["notes"].to_string().contains("horas en punto"),
        "{report}"
    );
}
