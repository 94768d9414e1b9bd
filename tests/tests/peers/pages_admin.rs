//! The administrator's desk as a data marshal uses it, in a browser: from an encrypted file to a customer on an
//! advisor's line by keyboard alone; users and roles; what leaders change; every section in both languages and themes.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tests::desk::Desk;
use tests::floor::{PATIENCE, until};
use tests::http::log_in as enters;
use tests::{Floor, Running};

use crate::alone::alone;
use crate::chromium::{Chromium, Tab};
use crate::fate;
use crate::own_page::{ADVISOR, Scene, UP};
use crate::pages::{begin, has, is_for_everybody, log_in, shows};
use crate::peer::Carrier;
use crate::voice::Voice;

/// People of the base who answer and listen.
const PEOPLE: [usize; 3] = [77, 87, 97];
/// What customers say, in Hz.
const CUSTOMER: f64 = 1_000.0;

#[test]
fn a_data_marshal_goes_from_an_encrypted_file_to_dialing_by_keyboard() {
    if !alone("pages_admin::a_data_marshal_goes_from_an_encrypted_file_to_dialing_by_keyboard") {
        return;
    }
    let voice = Voice::open(CUSTOMER);
    let carrier = Carrier::start(voice.port());
    let floor = Floor::new();
    let base = sealed(&floor);
    let engine = floor.serve();
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    tab.theme("dark");
    open_desk(&tab, &engine, "es");
    log_in(&tab, "admin", &first_password(&engine));
    stands(&tab, "trunk", "todo");
    is_for_everybody(&tab, "admin-inicio-vacio");

    // A trunk, which is tested at once.
    goes_to(&tab, "k", "#troncales");
    tab.tab_to("#new-trunk");
    tab.press("Enter");
    writes(&tab, "#trunk-name", "operador");
    writes(&tab, "#trunk-host", "127.0.0.1");
    writes(&tab, "#trunk-port", &carrier.address.port().to_string());
    tab.tab_to("#save");
    tab.press("Enter");
    tab.until("it answers", "!!document.querySelector('[data-test=true]')");
    is_for_everybody(&tab, "admin-troncal-probada");

    // The base: looked at, a column changed, looked at again, loaded.
    goes_to(&tab, "b", "#bases");
    tab.tab_to("#file");
    tab.give_file("#file", &base);
    tab.until("it was looked at", "!!document.querySelector('#load')");
    has(&tab, "#load", "Cargar 3 contactos");
    is_for_everybody(&tab, "admin-base-columnas");
    tab.tab_to("select[data-column=ciudad]");
    tab.press("ArrowDown");
    tab.until(
        "it is to be looked at again",
        "!document.querySelector('#load')",
    );
    tab.tab_to("form .main[type=submit]");
    tab.press("Enter");
    tab.until(
        "it was looked at again",
        "!!document.querySelector('#load:not(:disabled)')",
    );
    tab.tab_to("#load");
    tab.press("Enter");
    tab.until(
        "it is in the list",
        "!!document.querySelector('[data-list=hogares]')",
    );
    is_for_everybody(&tab, "admin-base-cargada");
    let lists = floor.run(&["list", "list"]);
    assert_eq!(lists[0]["contacts"], 3, "{lists}");

    // The same again is refused until somebody says so.
    tab.give_file("#file", &base);
    tab.until(
        "it was looked at",
        "!!document.querySelector('#load:not(:disabled)')",
    );
    tab.tab_to("#load");
    tab.press("Enter");
    has(&tab, "form [role=alert]", "ya se cargó");
    has(&tab, "#again", "de nuevo");
    is_for_everybody(&tab, "admin-base-repetida");

    // A campaign over it, in the laboratory.
    goes_to(&tab, "c", "#campanas");
    tab.tab_to("#new-campaign");
    tab.press("Enter");
    writes(&tab, "#set-name", "ventas");
    tab.tab_to("#set-lists-0");
    tab.press(" ");
    tab.tab_to("#set-trunks-0");
    tab.press(" ");
    writes(&tab, "#set-caller_ids", "+576015550100");
    tab.tab_to("#set-law_pack");
    tab.press("l");
    is_for_everybody(&tab, "admin-campana-nueva");
    tab.tab_to("#save");
    tab.press("Enter");
    tab.until(
        "it is there",
        "!!document.querySelector('[data-campaign=ventas] [data-gate]')",
    );
    assert!(gate_shut(&tab, "advisors"), "nobody takes its calls yet");
    is_for_everybody(&tab, "admin-campana-sin-asesores");

    // Somebody who takes its calls; the passwords are shown once.
    goes_to(&tab, "u", "#usuarios");
    writes(&tab, "#advisor-name", "ana");
    tab.tab_to("#advisor-serves-0");
    tab.press(" ");
    tab.tab_to("#add-advisor");
    tab.press("Enter");
    tab.until(
        "both passwords are shown",
        "document.querySelectorAll('.secret code').length === 2",
    );
    is_for_everybody(&tab, "admin-asesor-nuevo");
    let password = tab.eval("document.querySelectorAll('.secret code')[1].textContent");
    let password = password.as_str().expect("a password").to_owned();

    goes_to(&tab, "c", "#campanas");
    tab.tab_to("tr[data-campaign=ventas] [data-order=start]");
    tab.press("Enter");
    tab.until(
        "it runs",
        "!!document.querySelector('tr[data-campaign=ventas] .running')",
    );
    is_for_everybody(&tab, "admin-campana-en-marcha");
    let campaigns = floor.run(&["campaign", "list"]);
    assert_eq!(campaigns[0]["state"], "running", "{campaigns}");
    goes_to(&tab, "i", "#inicio");
    stands(&tab, "start", "done");
    stands(&tab, "phones", "todo");
    is_for_everybody(&tab, "admin-inicio-sin-telefonos");
    floor.run(&["campaign", "set", "ventas", "--recording", "all"]);

    // The advisor sits down in the same browser, and is called.
    leaves(&tab);
    tab.open(&format!("http://{}/asesor?lang=es", engine.http()));
    log_in(&tab, "ana", &password);
    tab.until(
        "the desk is there",
        "!!document.querySelector('.phone button')",
    );
    tab.click(".phone button");
    tab.until("its line is up", UP);
    begin(&tab);
    tab.click("dialog .main");
    shows(&tab, "talking");
    has(&tab, ".who", "Persona");
    has(&tab, ".say", "Le habla ana");
    tab.press("j");
    has(&tab, ".stages [aria-current]", "Oferta");
    tab.press("x");
    shows(&tab, "wrap_up");
    tab.press("6");
    tab.press("3");
    tab.press("Enter");

    // The guide is through; the call is heard, from mark to mark.
    leaves(&tab);
    tab.theme("light");
    open_desk(&tab, &engine, "en");
    log_in(&tab, "admin", &first_password(&engine));
    stands(&tab, "call", "done");
    is_for_everybody(&tab, "admin-guide-done");
    goes_to(&tab, "r", "#grabaciones");
    tab.tab_to("td a");
    tab.press("Enter");
    tab.until(
        "its length is known",
        "document.querySelector('audio')?.duration > 0",
    );
    tab.until(
        "its marks are there",
        "!!document.querySelector('.marks button')",
    );
    is_for_everybody(&tab, "admin-recording");
    tab.tab_to(".marks button");
    tab.press("Enter");
    tab.until(
        "it is heard",
        "document.querySelector('audio').currentTime > 0",
    );
    goes_to(&tab, "a", "#auditoria");
    tab.until(
        "who heard it is there",
        "!!document.querySelector('[data-action=\"recording.listen\"]')",
    );
    tab.tab_to("#check");
    tab.press("Enter");
    has(&tab, "form [role=status]", "whole");
    let newer = tab.eval("!!document.querySelector('.banner')");
    assert_eq!(newer, false, "what is loaded later is no newer version");
    is_for_everybody(&tab, "admin-audit");
    engine.stop();
}

#[test]
fn users_get_roles_and_new_passwords_and_others_see_nothing_of_the_desk() {
    if !alone("pages_admin::users_get_roles_and_new_passwords_and_others_see_nothing_of_the_desk") {
        return;
    }
    let floor = Floor::new();
    let engine = floor.serve();
    let http = engine.http();
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    open_desk(&tab, &engine, "es");
    log_in(&tab, "admin", &first_password(&engine));
    stands(&tab, "people", "todo");
    goes_to(&tab, "u", "#usuarios");
    writes(&tab, "#user-name", "sofia");
    tab.press("Tab");
    tab.press("Tab");
    tab.press("Tab");
    tab.press("Enter");
    tab.until(
        "the password is shown",
        "!!document.querySelector('.secret code')",
    );
    let secret = || {
        let said = tab.eval("document.querySelector('.secret code').textContent");
        said.as_str().expect("a password").to_owned()
    };
    let first = secret();
    let (status, session) = enters(http, "sofia", &first);
    assert_eq!((status, &session["role"]), (200, &json!("supervisor")));

    // A new password, once somebody is sure.
    tab.tab_to("[data-reset=sofia]");
    tab.press("Enter");
    tab.until("it is asked", "!!document.querySelector('dialog[open]')");
    is_for_everybody(&tab, "admin-clave-nueva");
    tab.press("Escape");
    // It says that it is closed a little after it is.
    tab.until("nothing was done", "!document.querySelector('dialog')");
    assert_eq!(enters(http, "sofia", &first).0, 200, "nobody was sure");
    tab.tab_to("[data-reset=sofia]");
    tab.press("Enter");
    tab.tab_to("dialog .danger");
    tab.press("Enter");
    let old = json!(first);
    tab.until(
        "another password is shown",
        &format!("document.querySelector('.secret code')?.textContent !== {old}"),
    );
    let second = secret();
    assert_eq!(
        enters(http, "sofia", &first).0,
        401,
        "the old one is of no use"
    );
    assert_eq!(enters(http, "sofia", &second).0, 200);
    is_for_everybody(&tab, "admin-usuarios");

    // A role that needs a seat is refused to who has none, and nothing changes.
    tab.tab_to("[data-user=sofia] select");
    tab.press("ArrowUp");
    has(&tab, "[aria-labelledby=users-title] [role=alert]", "seat");
    let shown = "document.querySelector('[data-user=sofia] select').value === 'supervisor'";
    tab.until("the role is shown as it was", shown);
    assert_eq!(role_of(&floor, "sofia"), "supervisor");
    tab.tab_to("[data-user=sofia] select");
    tab.press("c");
    until("the role was changed", PATIENCE, || {
        role_of(&floor, "sofia") == "client"
    });
    goes_to(&tab, "a", "#auditoria");
    tab.until(
        "it is in the log",
        "!!document.querySelector('[data-action=\"user.change\"]')",
    );

    leaves(&tab);
    open_desk(&tab, &engine, "en");
    log_in(&tab, "sofia", &second);
    has(&tab, ".empty", "may not see");
    assert_eq!(tab.eval("!!document.querySelector('.sections')"), false);
    engine.stop();
}

#[test]
fn leaders_change_segments_typifications_and_what_is_said() {
    if !alone("pages_admin::leaders_change_segments_typifications_and_what_is_said") {
        return;
    }
    let scene = Scene::with(PEOPLE.to_vec());
    let engine = scene.floor.serve();
    let password = admin_of(&scene.floor);
    let desk = Desk::of(engine.http(), "admin", &password);
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    open_desk(&tab, &engine, "es");
    log_in(&tab, "admin", &password);
    stands(&tab, "start", "done");

    // A segment, counted while it is written; a rule that cannot be read says so.
    goes_to(&tab, "s", "#segmentos");
    tab.tab_to("#add-segment");
    tab.press("Enter");
    writes(&tab, "#seg-name-0", "bogota");
    writes(&tab, "#seg-rule-0", "ciudad en (");
    tab.until(
        "what is wrong is said",
        "!!document.querySelector('#seg-count-0 .wrong')",
    );
    is_for_everybody(&tab, "admin-segmento-malo");
    tab.eval("document.activeElement.select()");
    tab.write("documento in (\"10000077\", \"10000087\")");
    has(&tab, "#seg-count-0", "2 contactos");
    is_for_everybody(&tab, "admin-segmentos");
    tab.tab_to("#save");
    tab.press("Enter");
    has(&tab, "main", "En vigor: versión 1");
    let segments = desk.get("campaigns/1/segments");
    assert_eq!(segments["set"]["segments"][0]["name"], "bogota");

    // A typification, checked and put into force.
    goes_to(&tab, "t", "#tipificaciones");
    tab.tab_to("[data-code=NI03] input.long");
    tab.eval("document.activeElement.select()");
    tab.write("Titular, oferta › No acepta › Ya lo tiene");
    tab.press("Tab");
    tab.tab_to("#save:not(:disabled)");
    tab.press("Enter");
    has(&tab, ".unsaved [role=status]", "Versión 1 en vigor");
    is_for_everybody(&tab, "admin-tipificaciones");
    let tree = desk.get("campaigns/1/typifications");
    assert!(tree.to_string().contains("Ya lo tiene"), "{tree}");

    // The script: a step more, refused until it is said in both languages, then said.
    goes_to(&tab, "g", "#guiones");
    tab.tab_to("#add-step");
    tab.press("Enter");
    has(&tab, "main", "faltan palabras");
    writes(&tab, "#say-es", "Gracias por contestar, {nombre}.");
    writes(&tab, "#say-en", "Thank you for answering, {nombre}.");
    has(&tab, "main", "ningún paso lleva aquí");
    is_for_everybody(&tab, "admin-guion-suelto");
    tab.tab_to("#save:not(:disabled)");
    tab.press("Enter");
    tab.until(
        "the server refuses",
        "document.querySelector('.unsaved [role=alert]').textContent.length > 0",
    );
    // Nothing leads there: it goes again, and other words are put.
    goes_to(&tab, "i", "#inicio");
    goes_to(&tab, "g", "#guiones");
    writes(&tab, "#say-es", "¡Muy buen día! ");
    tab.tab_to("#script-note");
    tab.write("un saludo más amable");
    tab.tab_to("#save:not(:disabled)");
    tab.press("Enter");
    has(&tab, ".unsaved [role=status]", "Versión 1");
    tab.tab_to("#preview");
    tab.press("Enter");
    has(&tab, ".say", "Muy buen día");
    is_for_everybody(&tab, "admin-guion");
    let script = desk.get("campaigns/1/script");
    assert_eq!(script["version"], 1, "{script}");
    assert!(
        script["steps"][0]["say"]["es"]
            .to_string()
            .contains("Muy buen día")
    );
    engine.stop();
}

#[test]
fn every_section_of_the_desk_is_for_everybody() {
    if !alone("pages_admin::every_section_of_the_desk_is_for_everybody") {
        return;
    }
    let scene = Scene::with(PEOPLE.to_vec());
    let engine = scene.floor.serve();
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    open_desk(&tab, &engine, "es");
    log_in(&tab, "admin", &admin_of(&scene.floor));
    stands(&tab, "start", "done");
    for (lang, theme) in [("es", "dark"), ("en", "light")] {
        tab.theme(theme);
        for section in SECTIONS {
            tab.open("about:blank");
            let url = format!(
                "http://{}/administracion?lang={lang}#{section}",
                engine.http()
            );
            tab.open(&url);
            tab.until(
                &format!("{section} is there"),
                "!!document.querySelector('main .lead') && !document.querySelector('main .empty[role=status]')",
            );
            assert_eq!(
                tab.eval("document.querySelector('main [role=alert]')?.textContent ?? ''"),
                ""
            );
            let name = section.replace('/', "-");
            is_for_everybody(&tab, &format!("admin-{name}-{lang}"));
        }
        tab.press("?");
        tab.until(
            "the keys are listed",
            "!!document.querySelector('dialog[open]')",
        );
        is_for_everybody(&tab, &format!("admin-teclas-{lang}"));
    }
    engine.stop();
}

/// What comes after `#`.
const SECTIONS: [&str; 19] = [
    "inicio",
    "bases",
    "bases/1",
    "campanas",
    "campanas/nueva",
    "campanas/1",
    "segmentos",
    "tipificaciones",
    "guiones",
    "formularios/1/form",
    "formularios/1/identity",
    "troncales",
    "troncales/1",
    "numeros",
    "usuarios",
    "leyes",
    "grabaciones",
    "auditoria",
    "salud",
];

/// A base encrypted to this installation, whose list is `hogares`.
fn sealed(floor: &Floor) -> PathBuf {
    let keys = floor.run(&["reception", "keys", "make"]);
    let recipient = keys["age"][0].as_str().expect("a recipient").to_owned();
    let clear = floor.file("hogares.csv", fate::base(&PEOPLE));
    let sealed = floor.folder().join("hogares.csv.age");
    let done = Command::new("age")
        .args(["-r", &recipient, "-o"])
        .args([&sealed, &clear])
        .status()
        .expect("age is there; see deploy/dev/install-tools");
    assert!(done.success());
    sealed
}

fn open_desk(tab: &Tab<'_>, engine: &Running, lang: &str) {
    tab.open(&format!(
        "http://{}/administracion?lang={lang}",
        engine.http()
    ));
}

/// The password that the first start shows.
fn first_password(engine: &Running) -> String {
    let first = engine.said.first().expect("a first start makes a user");
    let password = first["password"].as_str().expect("and shows its password");
    password.to_owned()
}

/// An administrator made by command; their password.
fn admin_of(floor: &Floor) -> String {
    let user = floor.run(&["user", "add", "admin", "--role", "admin"]);
    user["password"].as_str().expect("shown once").to_owned()
}

fn role_of(floor: &Floor, name: &str) -> String {
    let users = floor.run(&["user", "list"]);
    let users = users.as_array().expect("users").iter();
    let found = users.clone().find(|user| user["name"] == name);
    let role = found.map_or(&Value::Null, |user| &user["role"]);
    role.as_str().expect("a role").to_owned()
}

/// Presses the letter of a section, and is there.
fn goes_to(tab: &Tab<'_>, letter: &str, hash: &str) {
    // Letters are letters while a field has the focus.
    tab.press("Escape");
    tab.press(letter);
    let there = format!(
        "location.hash === '{hash}' && !!document.querySelector('main .lead') && !document.querySelector('main .empty[role=status]')"
    );
    tab.until(&format!("{hash} is there"), &there);
}

fn writes(tab: &Tab<'_>, field: &str, words: &str) {
    tab.tab_to(field);
    tab.write(words);
}

fn stands(tab: &Tab<'_>, step: &str, how: &str) {
    let script =
        format!("document.querySelector('[data-step={step}]')?.dataset.stands === '{how}'");
    tab.until(&format!("the step `{step}` is `{how}`"), &script);
}

fn gate_shut(tab: &Tab<'_>, gate: &str) -> bool {
    tab.eval(&format!(
        "!!document.querySelector('[data-gate={gate}] .trouble')"
    )) == true
}

/// Logs out, and is asked who comes.
fn leaves(tab: &Tab<'_>) {
    tab.eval("fetch('/api/v1/session', { method: 'DELETE', headers: { 'X-Cadencia': '1' } }).then((said) => said.ok)");
}
