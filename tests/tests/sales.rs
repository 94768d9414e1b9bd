//! A sale's whole way, as people and other programs go it: what an advisor said of calls becomes sales; sheet, evidence, validation and
//! reservation over HTTP by role; the client's delivery file with every kind of mistake by the command line, twice; the audit; the
//! sábana; and a correction that takes one back.

use std::net::SocketAddr;

use domain::AgentId;
use serde_json::{Value, json};
use tests::Floor;
use tests::http::{ask, fetch, log_in};
use tests::sold::{CAMPAIGN, PHOTO, PORTFOLIO, SALES, at, sheet, sold};

const MAPPING: &str = r#"
date = "%d/%m/%Y"
through = ["en_ruta"]
[stages]
"ENTREGADO" = "entregada"
"NO ENTREGADO" = "no_entregada"
[reasons]
"Cliente ausente" = "ausente"
[[column]]
name = "Pedido"
field = "reservation.order"
use = "key"
[[column]]
name = "Cedula"
field = "documento"
use = "compare"
kind = "document"
[[column]]
name = "Telefono"
field = "linea"
[[column]]
name = "Estado"
field = "stage"
use = "stage"
[[column]]
name = "Motivo"
use = "reason"
[[column]]
name = "Fecha"
use = "at"
kind = "date"
"#;

/// Somebody who is logged in.
struct User {
    http: SocketAddr,
    token: String,
}

impl User {
    fn of(floor: &Floor, http: SocketAddr, name: &str, role: &[&str]) -> User {
        let words = [&["user", "add", name, "--role"][..], role].concat();
        let made = floor.run(&words);
        let password = made["password"].as_str().expect("shown once");
        let (status, session) = log_in(http, name, password);
        assert_eq!(status, 200, "{session}");
        assert_eq!(session["role"], role[0]);
        let token = session["token"].as_str().expect("a token").to_owned();
        User { http, token }
    }

    fn asks(&self, method: &str, path: &str, form: Option<Value>) -> (u16, Value) {
        ask(
            self.http,
            method,
            &format!("/api/v1/{path}"),
            Some(&self.token),
            form,
        )
    }

    /// What must be granted.
    fn does(&self, method: &str, path: &str, form: Option<Value>) -> Value {
        let (status, answer) = self.asks(method, path, form);
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {answer}"
        );
        answer
    }

    fn moves(&self, sale: i64, to: &str) -> Value {
        self.does(
            "POST",
            &format!("sales/{sale}/move"),
            Some(json!({"to": to})),
        )
    }

    /// What is refused, in words.
    fn refused(&self, path: &str, form: Value) -> String {
        let (status, answer) = self.asks("POST", path, Some(form));
        assert!((400..500).contains(&status), "{path}: {status} {answer}");
        answer["message"].as_str().unwrap_or_default().to_owned()
    }

    fn attaches(&self, sale: i64, kind: &str, content: &[u8]) -> (u16, Value) {
        let path = format!("/api/v1/sales/{sale}/evidence?kind={kind}&name=cedula.jpg");
        let agent = ureq::Agent::from(
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .build(),
        );
        let request = agent
            .post(format!("http://{}{path}", self.http))
            .header("Authorization", format!("Bearer {}", self.token));
        let mut answer = request.send(content).expect("an answer");
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        (
            answer.status().as_u16(),
            serde_json::from_str(&text).unwrap_or(Value::Null),
        )
    }
}

fn reservation(n: i64) -> Value {
    json!({"values": {
        "material": "MOTO-G", "inventory": "Bodega Medellín", "address": "Calle 10 # 20-30",
        "authorised": "Luis Pérez", "authorised_id": "71.234.567", "phone": "300 123 4567",
        "slot_date": "2026-12-04", "order": format!("A-{n}"),
    }})
}

fn stage_of(floor: &Floor, sale: i64) -> String {
    let shown = floor.run(&["sale", "show", &sale.to_string()]);
    shown["sale"]["stage"].as_str().expect("a stage").to_owned()
}

#[test]
fn a_sale_goes_its_whole_way_and_nothing_is_moved_twice_or_shown_to_who_must_not_see_it() {
    let floor = Floor::new();
    floor.run(&["agent", "set", "ana"]);
    floor.run(&["agent", "set", "luz"]);
    let agents = floor.run(&["agent", "list"]);
    let ana = agents
        .as_array()
        .and_then(|all| all.iter().find(|agent| agent["name"] == "ana"));
    let agent = AgentId::new(ana.expect("made")["id"].as_i64().expect("an id"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(sold(&floor.record(), agent));
    floor.file("portafolio.csv", PORTFOLIO);
    floor.run(&["portfolio", "import", CAMPAIGN, "portafolio.csv"]);
    floor.file("entregas.toml", MAPPING);
    let put = [
        "sale",
        "setting",
        "put",
        CAMPAIGN,
        "mapping",
        "entregas.toml",
        "--name",
        "entregas",
    ];
    floor.run(&put);
    let engine = floor.serve();
    let http = engine.http();
    let desk = User::of(&floor, http, "oficina", &["back_office"]);
    let client = User::of(&floor, http, "claro", &["client"]);
    let boss = User::of(&floor, http, "jefa", &["supervisor"]);
    let seller = User::of(&floor, http, "ana", &["advisor", "--agent", "ana"]);
    let stranger = User::of(&floor, http, "luz", &["advisor", "--agent", "luz"]);

    who_sees_what(&desk, &client, &seller, &stranger);
    written_and_validated(&seller, &desk, &client);
    delivered(&floor, &desk);
    audited_and_legalised(&floor, &boss, &desk, &seller);
    told(&floor, &client);
    packed(&floor);
    assert_eq!(floor.run(&["verify"])["problems"], json!([]));
    drop(engine);
}

fn who_sees_what(desk: &User, client: &User, seller: &User, stranger: &User) {
    let count = |user: &User| {
        let page = user.does("GET", "sales", None);
        page["sales"].as_array().expect("a list").len() as i64
    };
    assert_eq!((count(desk), count(client)), (SALES, SALES));
    assert_eq!(
        (count(seller), count(stranger)),
        (SALES, 0),
        "advisors see their own"
    );
    let (status, _) = stranger.asks("GET", "sales/1", None);
    assert_eq!(status, 404);
    for (user, path) in [
        (desk, "lists"),
        (client, "lists"),
        (client, "campaigns/1/portfolio"),
    ] {
        assert_eq!(user.asks("GET", path, None).0, 403, "{path}");
    }
    // What a page begins with: names for all of them, files for who works with them.
    let named = |user: &User| user.does("GET", "sales/campaigns", None)[0].clone();
    assert_eq!(named(desk)["files"], json!(["entregas"]));
    assert_eq!(named(client)["files"], json!([]));
    assert_eq!(
        named(client)["fields"][0]["label"]["en"],
        "Kind of document"
    );
    // The reports that are made for the client, and for them alone of these two.
    for report in ["kpis", "gestion?format=json", "gerencial"] {
        let path = format!("campaigns/1/{report}");
        assert_eq!(client.asks("GET", &path, None).0, 200, "{path}");
        assert_eq!(desk.asks("GET", &path, None).0, 403, "{path}");
    }
    let sums = client.does("GET", "campaigns/1/gestion?format=json", None);
    let states = sums["states"].as_object().expect("by state").values();
    let all: u64 = states.filter_map(Value::as_u64).sum();
    assert_eq!(json!(all), sums["received"], "{sums}");
    let page = desk.does("GET", "sales?limit=4", None);
    let next = page["next"].as_i64().expect("more");
    let rest = desk.does("GET", &format!("sales?limit=4&after={next}"), None);
    assert_eq!(rest["sales"].as_array().map(Vec::len), Some(2));
    assert_eq!(rest["next"], Value::Null);
}

fn written_and_validated(seller: &User, desk: &User, client: &User) {
    let submit = json!({"to": "en_validacion"});
    assert!(
        seller
            .refused("sales/1/move", submit.clone())
            .contains("sheet")
    );
    let mut wrong = sheet(1);
    wrong["values"]["linea"] = json!("123");
    wrong["values"]["equipo"] = json!("NOKIA");
    let (status, problem) = seller.asks("PUT", "sales/1/sheet", Some(wrong));
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_fields")));
    let fields: Vec<_> = problem["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["column"].clone())
        .collect();
    assert_eq!(fields, ["linea", "equipo"]);
    for n in 1..=5 {
        seller.does("PUT", &format!("sales/{n}/sheet"), Some(sheet(n)));
        seller.moves(n, "en_validacion");
    }
    // Five of five are promised: the sixth customer cannot have one.
    let (status, problem) = seller.asks("PUT", "sales/6/sheet", Some(sheet(6)));
    assert_eq!(status, 422);
    assert!(
        problem["message"].to_string().contains("none left"),
        "{problem}"
    );
    assert!(
        seller
            .refused("sales/1/move", json!({"to": "validada"}))
            .contains("back_office")
    );
    assert!(
        desk.refused("sales/1/move", json!({"to": "validada"}))
            .contains("evidence")
    );
    let (status, said) = desk.attaches(1, "documento", b"MZ a program");
    assert_eq!(status, 422, "{said}");
    for n in 1..=5 {
        for kind in ["documento", "biometria"] {
            let (status, kept) = desk.attaches(n, kind, PHOTO);
            assert_eq!(
                (status, &kept["media_type"]),
                (200, &json!("image/jpeg")),
                "{kept}"
            );
        }
        desk.moves(n, "validada");
        desk.does(
            "PUT",
            &format!("sales/{n}/reservation"),
            Some(reservation(n)),
        );
        desk.moves(n, "reservada");
    }
    evidence_and_sheet_are_shown_to_who_may(desk, client);
}

fn evidence_and_sheet_are_shown_to_who_may(desk: &User, client: &User) {
    let path = "/api/v1/sales/1/evidence/1";
    let get = |user: &User, range| fetch(user.http, path, &user.token, range, "Content-Range");
    assert_eq!(get(desk, None).2, PHOTO);
    let (status, range, part) = get(desk, Some("bytes=3-7"));
    assert_eq!(
        (status, range.as_str()),
        (206, format!("bytes 3-7/{}", PHOTO.len()).as_str())
    );
    assert_eq!(part, &PHOTO[3..8]);
    assert_eq!(get(client, None).0, 403);
    let open = desk.does("GET", "sales/1", None);
    assert_eq!(open["sheet"]["values"]["documento"], "1020304051");
    let masked = client.does("GET", "sales/1", None);
    assert_eq!(masked["sheet"]["values"]["documento"], "*******051");
    assert_eq!(masked["sheet"]["values"]["valor"], "1250000");
    let all = masked.to_string();
    for secret in ["1020304051", "573100000001", "Persona 1", "Luis"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let form = json!({"to": "en_ruta"});
    assert_eq!(client.asks("POST", "sales/1/move", Some(form)).0, 403);
}

/// A client's file with every kind of mistake, and again.
fn delivered(floor: &Floor, desk: &User) {
    let file = "Pedido;Cedula;Telefono;Estado;Motivo;Fecha\r\n\
         A-1;1.020.304.051;;ENTREGADO;;04/12/2026\r\n\
         A-2;1020304052;;NO ENTREGADO;Cliente ausente;04/12/2026\r\n\
         A-3;9999999;;ENTREGADO;;04/12/2026\r\n\
         Z-9;1020304053;;ENTREGADO;;04/12/2026\r\n\
         A-4;1020304054;;PERDIDO;;04/12/2026\r\n\
         A-5;1020304055;;ENTREGADO;;04/12/2026\r\n\
         A-5;1020304055;;NO ENTREGADO;;04/12/2026\r\n\
         ;1;;ENTREGADO;;04/12/2026\r\n\
         A-1;1020304051;;ENTREGADO;;04/12/2026\r\n";
    floor.file("entregas.csv", file);
    let import = |more: &[&str]| {
        let words = [
            "sale",
            "import",
            CAMPAIGN,
            "entregas.csv",
            "--mapping",
            "entregas",
        ];
        floor.run(&[&words[..], more].concat())
    };
    let told = |crossing: &Value| -> Vec<(Value, String)> {
        let differences = crossing["differences"].as_array().expect("a list");
        differences
            .iter()
            .map(|d| {
                (
                    d["line"].clone(),
                    d["what"].as_str().expect("a word").to_owned(),
                )
            })
            .collect()
    };
    let looked = import(&["--dry-run"]);
    assert_eq!(
        (&looked["moved"], &looked["dry_run"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(stage_of(floor, 1), "reservada", "only looked at");
    let first = import(&[]);
    assert_eq!(first["moved"], json!(2));
    let expected = [
        (json!(4), "other_value"),
        (json!(5), "unknown_key"),
        (json!(6), "unknown_stage"),
        (json!(7), "contradictory"),
        (json!(8), "contradictory"),
        (json!(9), "no_key"),
        (json!(10), "repeated"),
    ];
    let expected: Vec<_> = expected
        .map(|(line, what)| (line, what.to_owned()))
        .to_vec();
    assert_eq!(told(&first), expected, "{first}");
    let stages: Vec<_> = (1..=5).map(|sale| stage_of(floor, sale)).collect();
    assert_eq!(
        stages,
        [
            "entregada",
            "no_entregada",
            "reservada",
            "reservada",
            "reservada"
        ]
    );
    let again = import(&[]);
    assert_eq!((&again["moved"], told(&again)), (&json!(0), expected));
    // What was not delivered goes out again, and an old file does not bring it back.
    desk.moves(2, "en_ruta");
    assert_eq!(import(&[])["moved"], json!(0));
    assert_eq!(stage_of(floor, 2), "en_ruta");
    let written = floor.folder().join("salida.csv");
    let out = [
        "sale",
        "export",
        CAMPAIGN,
        "--mapping",
        "entregas",
        "--out",
        "salida.csv",
    ];
    assert!(floor.command(&out).status().expect("runs").success());
    let text = std::fs::read_to_string(written).expect("written");
    assert!(
        text.contains("A-1;1020304051;'+573100000001;ENTREGADO;;"),
        "{text}"
    );
}

fn audited_and_legalised(floor: &Floor, boss: &User, desk: &User, seller: &User) {
    // The first sales of an advisor are audited.
    assert!(
        desk.refused("sales/1/move", json!({"to": "legalizada"}))
            .contains("audited")
    );
    let answers = |contract: &str| {
        json!({"answers": {"saludo": "yes", "grabacion": "yes", "identidad": "yes", "oferta": "yes",
            "contrato": contract, "despedida": "na"}})
    };
    assert_eq!(
        desk.asks("POST", "sales/1/audits", Some(answers("yes"))).0,
        403
    );
    let failed = boss.does("POST", "sales/1/audits", Some(answers("no")));
    assert_eq!(failed["verdict"], "critical_error");
    assert!(
        desk.refused("sales/1/move", json!({"to": "legalizada"}))
            .contains("did not pass")
    );
    let dispute = json!({"disputes": true, "words": "sí lo leí, minuto 4"});
    seller.does("POST", "sales/1/audits/reply", Some(dispute));
    boss.does("POST", "sales/1/audits", Some(answers("yes")));
    let legal = desk.moves(1, "legalizada");
    assert_eq!(
        (&legal["stage"], &legal["may"]),
        (&json!("legalizada"), &Value::Null)
    );
    let audit = floor.run(&["audit", "--subject", "sale 1"]);
    let actions = audit.to_string();
    for action in [
        "sale.sheet",
        "sale.evidence",
        "sale.evidence_read",
        "sale.move",
        "sale.audit_reply",
    ] {
        assert!(actions.contains(action), "{action}: {actions}");
    }
}

fn told(floor: &Floor, client: &User) {
    let rows = client.does("GET", "campaigns/1/sabana?from=0", None);
    let rows = rows.as_array().expect("a list");
    assert_eq!(rows.len() as i64, SALES);
    let dated = |row: &Value| row["stages"].as_object().map(serde_json::Map::len);
    assert_eq!(
        (dated(&rows[0]), dated(&rows[5])),
        (Some(7), Some(1)),
        "{}",
        rows[0]
    );
    let csv = [
        "report", "sabana", CAMPAIGN, "--from", "0", "--format", "csv",
    ];
    let csv = floor.command(&csv).output().expect("runs");
    let csv = String::from_utf8(csv.stdout).expect("text");
    assert_eq!(csv.lines().count() as i64, SALES + 1, "{csv}");
    // As of before anything was said there is nothing.
    let early = floor.run(&["report", "sabana", CAMPAIGN, "--from", "0", "--as-of", "1"]);
    assert_eq!(early, json!([]));
    // As it stood before there was a sheet, and as it stands.
    let told = |as_of: &[&str]| {
        let words = [
            "report", "sabana", CAMPAIGN, "--from", "0", "--format", "json",
        ];
        let rows = floor.run(&[&words[..], as_of].concat());
        (rows[0]["value"].clone(), rows[0]["audit"].clone())
    };
    let then = at(100).as_millis().to_string();
    assert_eq!(told(&["--as-of", &then]), (json!(0), json!("undecided")));
    assert_eq!(told(&[]), (json!(1_250_000), json!("passed")));
    let queue = floor.run(&[
        "sale",
        "queue",
        "--stage",
        "reservada",
        "--campaign",
        CAMPAIGN,
    ]);
    let ids: Vec<_> = queue["sales"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|s| s["id"].clone())
        .collect();
    assert_eq!(ids, [3, 4, 5]);
}

/// The archive of a sale is whole, and not any more after a byte of it was changed, a file put in, or somebody else signed it.
fn packed(floor: &Floor) {
    let made = floor.run(&["sale", "pack", "1", "venta-1.zip"]);
    let names: Vec<_> = made["files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|f| f["name"].clone())
        .collect();
    let expected = [
        "venta.json",
        "evidencia/1-documento.jpeg",
        "evidencia/2-biometria.jpeg",
        "marcas.json",
    ];
    assert_eq!(names, expected);
    // Nobody recorded this call, and nobody read a contract in it: that is said.
    assert_eq!(made["missing"].as_array().map(Vec::len), Some(2), "{made}");
    let key = floor.run(&["evidence", "key"])["key"]
        .as_str()
        .expect("a key")
        .to_owned();
    let verify = ["evidence", "verify", "venta-1.zip", "--key", &key];
    assert_eq!(floor.run(&verify)["evidence"], "whole");
    floor.refused(&["sale", "pack", "1", "venta-1.zip"]);

    let bytes = std::fs::read(floor.folder().join("venta-1.zip")).expect("made");
    let broken = |name: &str, bytes: &[u8]| {
        floor.file(name, bytes);
        let out = floor
            .command(&["evidence", "verify", name, "--key", &key, "--json"])
            .output();
        let out = out.expect("runs");
        assert!(!out.status.success(), "{name} passes");
        String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
    };
    let mut changed = bytes.clone();
    changed[bytes.len() / 3] ^= 1;
    broken("changed.zip", &changed);
    broken("cut.zip", &bytes[..bytes.len() - 40]);
    let other = Floor::new();
    let foreign = other.run(&["evidence", "key"])["key"]
        .as_str()
        .expect("a key")
        .to_owned();
    let out = floor
        .command(&["evidence", "verify", "venta-1.zip", "--key", &foreign])
        .output();
    let said = String::from_utf8_lossy(&out.expect("runs").stdout).into_owned();
    assert!(said.contains("another key"), "{said}");
}
