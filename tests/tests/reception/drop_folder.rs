//! Files dropped in a folder: loaded, or in quarantine with a reason.

use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::floor::PATIENCE;

use crate::client::{Gpg, Office, base};

#[test]
fn a_base_that_comes_encrypted_is_a_list_with_its_acta() {
    let office = Office::new("mapping = [\"documento=DOCUMENTO\"]");
    office.drop_in("Hogares Marzo.csv", &base(0, 50));
    let fates = office.take();
    assert_eq!(
        (&fates[0]["state"], &fates[0]["valid"]),
        (&json!("loaded"), &json!(50))
    );
    assert_eq!(office.contacts("Hogares Marzo"), 50);
    assert_eq!(office.names("done"), ["1-Hogares Marzo.csv.age"]);
    assert!(office.names("in").is_empty() && office.names("taken").is_empty());
    let acta = &office.floor.run(&["list", "acta", "Hogares Marzo"])[0]["acta"];
    assert_eq!(acta["sealed"]["envelope"], "age");
    assert_eq!(acta["sealed"]["file_name"], "Hogares Marzo.csv.age");
    assert_eq!(acta["file_name"], "Hogares Marzo.csv");
    assert_eq!(acta["loaded_by"], "folder claro");
    assert_ne!(acta["sealed"]["sha256"], acta["sha256"]);
    // Nothing of it was ever written in the clear, but for the record itself.
    let clear = office.files_with(b"10000007;Persona 7");
    assert!(clear.is_empty(), "{clear:?}");
    let page = office.floor.folder().join("acta.html");
    let page_text = page.to_str().expect("ASCII");
    office
        .floor
        .run(&["list", "acta", "Hogares Marzo", "--html", page_text]);
    let page = std::fs::read_to_string(page).expect("written");
    assert!(page.contains("50 = 50 + 0 + 0: cuadra"), "{page}");
}

#[test]
fn the_same_file_or_the_same_base_in_another_envelope_is_not_loaded_twice() {
    let office = Office::new("");
    let dropped = office.drop_in("base.csv", &base(0, 10));
    let bytes = std::fs::read(&dropped).expect("just dropped");
    office.take();
    std::fs::write(&dropped, bytes).expect("our folder");
    office.mark(&dropped);
    let again = office.take();
    assert_eq!(
        (&again[0]["state"], &again[0]["code"]),
        (&json!("refused"), &json!("already_loaded"))
    );
    // Encrypted anew it is another file with the same in it.
    office.drop_in("otra.csv", &base(0, 10));
    let again = office.take();
    assert_eq!(again[0]["code"], "already_loaded", "{again:?}");
    assert_eq!(office.contacts("base"), 10);
    assert_eq!(office.contacts("otra"), 0);
    let quarantine = office.names("quarantine");
    assert_eq!(quarantine.len(), 6, "{quarantine:?}");
    // By command it may be, if somebody says so.
    let sealed = office.sealed("base.csv", base(0, 10));
    let file = sealed.to_str().expect("ASCII");
    let said = office
        .floor
        .refused(&["list", "import", file, "--name", "b"]);
    assert!(
        said.contains("loaded already, as entry 1, into the list base"),
        "{said}"
    );
    let acta = office
        .floor
        .run(&["list", "import", file, "--name", "b", "--again"]);
    assert_eq!(acta["acta"]["valid"], 10);
}

#[test]
fn what_is_wrong_is_in_quarantine_with_a_reason_and_no_personal_data() {
    let office = Office::new("");
    let sealed = office.sealed("rota.csv", base(0, 10));
    let mut bytes = std::fs::read(&sealed).expect("age made it");
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    let inbox = office.folder("in");
    std::fs::write(inbox.join("rota.csv.age"), bytes).expect("our folder");
    std::fs::write(inbox.join("clara.csv"), base(20, 30)).expect("our folder");
    symlink("/etc/passwd", inbox.join("enlace.csv")).expect("our folder");
    std::fs::create_dir(inbox.join("carpeta")).expect("our folder");
    office.drop_in("sin telefonos.csv", "Ana Pérez;hola\nLuis Gómez;hola\n");
    for name in ["rota.csv.age", "clara.csv", "enlace.csv", "carpeta"] {
        office.mark(&inbox.join(name));
    }
    let mut codes: Vec<_> = office
        .take()
        .iter()
        .map(|fate| {
            (
                fate["file"].as_str().expect("a name").to_owned(),
                fate["code"].clone(),
            )
        })
        .collect();
    codes.sort_by(|one, other| one.0.cmp(&other.0));
    let code = |at: usize| codes[at].1.as_str().expect("a code");
    assert_eq!(codes.len(), 5, "{codes:?}");
    assert_eq!(
        (code(0), code(1), code(2)),
        ("not_a_file", "not_encrypted", "not_a_file")
    );
    assert_eq!((code(3), code(4)), ("damaged", "no-phone-column"));
    assert!(office.names("in").is_empty());
    for name in office
        .names("quarantine")
        .iter()
        .filter(|name| name.contains(".reason."))
    {
        let text = std::fs::read_to_string(office.folder("quarantine").join(name)).expect("text");
        for secret in ["Ana", "Luis", "Persona", "1000002"] {
            assert!(!text.contains(secret), "{name}: {text}");
        }
    }
    let status = office.floor.run(&["reception", "status"]);
    let place = &status["places"][0];
    assert_eq!(
        (&place["quarantine"], &place["refused"]),
        (&json!(5), &json!(5))
    );
    assert_eq!(office.floor.run(&["list", "list"]), json!([]));
}

#[test]
fn a_base_that_nothing_justifies_is_in_quarantine() {
    let office = Office::new("");
    let config = office.floor.folder().join("cadencia.toml");
    let text = std::fs::read_to_string(&config).expect("written");
    std::fs::write(config, text.replace("legal_basis = \"cliente\"", "")).expect("ours");
    office.drop_in("base.csv", &base(0, 10));
    assert_eq!(office.take()[0]["code"], "no-legal-basis");
    // Row by row: those that say nothing are not loaded.
    office.drop_in(
        "fila.csv",
        "CEDULA;CELULAR;BASE LEGAL\n10;3001112233;AUT-1\n11;3001112234;\n12;3001112235;referido\n",
    );
    let fates = office.take();
    assert_eq!(
        (&fates[0]["received"], &fates[0]["valid"]),
        (&json!(3), &json!(1))
    );
}

#[test]
fn a_running_engine_takes_what_is_dropped_and_says_what_it_refused() {
    let office = Office::new("campaign = \"hogares\"");
    office.floor.run(&[
        "list",
        "import",
        office
            .floor
            .file("otra.csv", base(500, 502))
            .to_str()
            .expect("ASCII"),
        "--name",
        "otra",
    ]);
    office.floor.run(&[
        "campaign", "create", "hogares", "--list", "otra", "--law", "co",
    ]);
    let engine = office.floor.serve();
    office.drop_in("base.csv", &base(0, 25));
    std::fs::write(office.folder("in").join("clara.csv"), base(30, 40)).expect("our folder");
    office.mark(&office.folder("in").join("clara.csv"));
    let began = Instant::now();
    let metrics = loop {
        let metrics = metrics(&engine);
        let says = |line: &str| metrics.lines().any(|it| it == line);
        if says("cadencia_reception{figure=\"loaded\",place=\"claro\"} 1")
            && says("cadencia_reception{figure=\"quarantine\",place=\"claro\"} 1")
        {
            break metrics;
        }
        assert!(began.elapsed() < PATIENCE, "{metrics}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(metrics.contains("cadencia_reception{figure=\"watched\",place=\"claro\"} 1"));
    assert_eq!(office.contacts("base"), 25);
    // Its campaign dials it.
    let funnel = office.floor.run(&["campaign", "funnel", "hogares"]);
    assert_eq!(funnel["gates"][0]["through"], 27, "{funnel}");
    let acta = &office.floor.run(&["list", "acta", "base"])[0]["acta"];
    assert!(
        acta["law_packs"][0]
            .as_str()
            .is_some_and(|it| it.starts_with("co")),
        "{acta}"
    );
    // Nobody else may take what the engine watches.
    let said = office.floor.refused(&["reception", "take"]);
    assert!(said.contains("an engine watches"), "{said}");
}

fn metrics(engine: &tests::Running) -> String {
    let url = format!("http://{}/metrics", engine.http());
    let mut answer = ureq::get(&url).call().expect("it answers");
    answer.body_mut().read_to_string().expect("text")
}

#[test]
fn a_place_that_wants_signatures_takes_what_its_client_signed_and_nothing_else() {
    let office = Office::new("campaign = \"hogares\"\nsigned = true");
    let other = office.floor.file("otra.csv", base(500, 502));
    office.floor.run(&[
        "list",
        "import",
        other.to_str().expect("ASCII"),
        "--name",
        "otra",
    ]);
    office.floor.run(&[
        "campaign", "create", "hogares", "--list", "otra", "--law", "co",
    ]);
    let client = Gpg::new(&office);
    office
        .floor
        .run(&["reception", "recipient", "set", "hogares", "client.asc"]);
    client.drop_in(&office, "sin firma.csv", &base(0, 10), &["--encrypt"]);
    assert_eq!(office.take()[0]["code"], "not_signed");
    client.drop_in(
        &office,
        "firmada.csv",
        &base(0, 10),
        &["--sign", "--encrypt"],
    );
    let fates = office.take();
    assert_eq!(fates[0]["state"], "loaded", "{fates:?}");
    let acta = &office.floor.run(&["list", "acta", "firmada"])[0]["acta"];
    assert_eq!(acta["sealed"]["signer"], client.fingerprint, "{acta}");
    // Somebody else's signature is nobody's.
    let stranger = Gpg::new(&office);
    stranger.drop_in(
        &office,
        "ajena.csv",
        &base(20, 30),
        &["--sign", "--encrypt"],
    );
    assert_eq!(office.take()[0]["code"], "not_signed");
}
