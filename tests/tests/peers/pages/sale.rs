//! An advisor sells: the sheet during the call, evidence pasted, dropped and taken with the camera, a reload in between, the
//! counters of the day; and a supervisor who writes to them meanwhile and sees the call behind a number.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, log_in as enter};

use super::{PEOPLE, begin, has, is_for_everybody, log_in, mind_the_paint, shows};
use crate::CAMPAIGN;
use crate::alone::alone;
use crate::chromium::{Chromium, Tab};
use crate::desk::Seat;
use crate::own_page::{ADVISOR, Scene, UP};

/// The smallest PNG there is, as an expression of bytes.
const PNG: &str = "Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (c) => c.charCodeAt(0))";
const SAVED: &str = "document.querySelector('.sheet')?.textContent.includes('Hoja guardada')";

#[test]
fn an_advisor_sells_with_sheet_and_evidence_and_is_written_to() {
    if !alone("pages::sale::an_advisor_sells_with_sheet_and_evidence_and_is_written_to") {
        return;
    }
    let scene = Scene::with(PEOPLE.to_vec());
    something_to_sell(&scene.floor);
    let made = scene
        .floor
        .run(&["user", "add", "sofia", "--role", "supervisor"]);
    let other = scene.floor.hire("otra", CAMPAIGN);
    let engine = scene.floor.serve();
    let password = made["password"].as_str().expect("shown once");
    let supervisor = Seat::take(engine.http(), "sofia", password);
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    tab.theme("dark");
    tab.open(&format!("http://{}/asesor?lang=es", engine.http()));
    log_in(&tab, &scene.hired.user, &scene.hired.password);
    tab.until(
        "the desk is there",
        "!!document.querySelector('.phone button')",
    );
    tab.click(".phone button");
    tab.until("its line is up", UP);
    begin(&tab);
    mind_the_paint(&tab);
    tab.click("dialog .main");
    shows(&tab, "talking");

    tab.until("all of it is painted", "window.painted !== null");
    tab.until(
        "what it may have been is there",
        "!!document.querySelector('.typify .picks button')",
    );

    // A sale by its code, and its sheet by a key.
    tab.press("/");
    tab.write("VE01");
    tab.press("Enter");
    has(&tab, ".chosen", "VE01");
    tab.press("Escape");
    tab.press("w");
    tab.until(
        "the sheet is there",
        "!!document.querySelector('#sheet-plan')",
    );
    assert_eq!(tab.eval("!!document.querySelector('#sheet-cuotas')"), false);
    for (field, value) in [
        ("tipo_documento", "cc"),
        ("documento", "1.020.304.050"),
        ("linea", "123"),
        ("plan", "PLAN-40"),
        ("equipo", "MOTO-G"),
        ("pago", "financiado"),
        ("cuotas", "12"),
        ("departamento", "Antioquia"),
        ("ciudad", "Medellín"),
        ("direccion", "Calle 10 # 20-30"),
    ] {
        fill(&tab, field, value);
    }

    // What is written to them takes neither keys nor focus.
    tab.eval("document.querySelector('#sheet-nombre').focus()");
    tab.write(" Nueva");
    let path = format!("agents/{}/message", agent(&scene.floor));
    let form = json!({"words": "Ofrezca el plan de 40"});
    let message = supervisor.post(&path, form).expect("they are there");
    has(&tab, ".message", "Ofrezca el plan de 40");
    let focus = tab.eval("document.activeElement.id");
    assert_eq!(focus, "sheet-nombre");
    tab.write("!");
    is_for_everybody(&tab, "asesor-hoja-de-venta");

    // All of it outlives a reload, and what is pasted waits for the sale.
    // Nobody else is called meanwhile.
    tab.press("Escape");
    tab.press("p");
    tab.press("1");
    has(&tab, ".top", "Almuerzo");
    tab.press("x");
    shows(&tab, "wrap_up");
    tab.reload();
    shows(&tab, "wrap_up");
    tab.until(
        "the sheet is there again",
        "!!document.querySelector('#sheet-ciudad')",
    );
    let kept = tab.eval("document.querySelector('#sheet-nombre').value");
    assert!(
        kept.as_str().is_some_and(|kept| kept.ends_with("Nueva!")),
        "{kept}"
    );
    has(&tab, ".message", "Ofrezca el plan de 40");
    tab.click(".message button");
    tab.until("it was seen", "!document.querySelector('.message')");
    let seen = supervisor.get("messages");
    assert_eq!(seen[0]["id"], message["id"]);
    assert!(seen[0]["seen_at"].is_i64(), "{seen}");
    paste(&tab, "cedula.png");
    has(&tab, ".evidence", "cedula.png se sube al tipificar");

    has(&tab, ".chosen", "VE01");
    tab.press("Enter");
    shows(&tab, "break");
    has(&tab, ".evidence", "cedula.png Adjunta");

    // What is wrong is said in the language of the page, by field, and all at once.
    submit(&tab);
    has(&tab, "#sheet-valor-why", "Falta");
    fill(&tab, "valor", "$ 1.250.000");
    submit(&tab);
    has(&tab, "#sheet-linea-why", "Diez dígitos");
    is_for_everybody(&tab, "asesor-hoja-con-faltas");
    fill(&tab, "linea", "300 123 4567");
    submit(&tab);
    tab.until("the sheet is kept", SAVED);

    // The other evidence by the camera, and one more dropped.
    choose(&tab, "#evidence-kind", "validacion");
    tab.click(".evidence [aria-pressed]");
    tab.until(
        "the camera sees something",
        "document.querySelector('.camera video')?.videoWidth > 0 || !!document.querySelector('.evidence .wrong')",
    );
    let refused = tab.eval("document.querySelector('.evidence .wrong')?.textContent ?? ''");
    assert_eq!(refused, "");
    is_for_everybody(&tab, "asesor-camara");
    tab.click(".camera .main");
    has(&tab, ".evidence", "La evidencia está completa");
    tab.eval(&format!(
        "(() => {{ const data = new DataTransfer(); data.items.add(new File([{PNG}], 'otra.png', {{ type: 'image/png' }}));
           document.querySelector('.drop').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true }})); }})()"
    ));
    has(&tab, ".evidence", "otra.png");
    tab.eval(
        "(() => { const data = new DataTransfer(); data.items.add(new File(['MZ'], 'programa.exe', { type: 'application/x-msdownload' }));
           document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true })); })()",
    );
    has(&tab, ".sheet .wrong[role=alert]", "programa.exe no es JPEG");

    let sale = scene.floor.run(&["sale", "show", "1"]);
    assert_eq!(sale["sheet"]["values"]["linea"], "+573001234567", "{sale}");
    assert_eq!(sale["sale"]["value"], 1_250_000, "{sale}");
    assert_eq!(sale["evidence"].as_array().map(Vec::len), Some(3), "{sale}");
    let kinds = sale["evidence"].as_array().expect("three");
    assert!(kinds.iter().any(|one| one["media_type"] == "image/jpeg"));

    // Their own day, with the goal they agreed to.
    has(&tab, ".own", "1 de 3");
    assert_eq!(
        tab.eval("document.querySelector('.own b').textContent"),
        "1"
    );
    assert!(tab.eval("!document.querySelector('.pending')").as_bool() == Some(true));
    is_for_everybody(&tab, "asesor-mi-dia");
    tab.theme("light");
    tab.open(&format!("http://{}/asesor?lang=en", engine.http()));
    has(&tab, ".own", "1 of 3");
    tab.until(
        "the sheet is as it was kept",
        "document.querySelector('#sheet-ciudad')?.value === 'Medellín'",
    );
    is_for_everybody(&tab, "advisor-sale-done");

    the_page_told_how_it_sounded(&supervisor);
    let (_, session) = enter(engine.http(), &other.user, &other.password);
    is_nobody_elses(engine.http(), session["token"].as_str().expect("a token"));
    behind_a_number(&tab, &engine.http().to_string(), password);
    engine.stop();
}

/// The page told once what it heard.
fn the_page_told_how_it_sounded(supervisor: &Seat) {
    let mut legs = Value::Null;
    until("the page told how the call sounded", PATIENCE, || {
        legs = supervisor.get("attempts/1/quality");
        legs.as_array()
            .is_some_and(|legs| legs.iter().any(|leg| leg["leg"] == "page"))
    });
    let leg = |which: &str| {
        let legs = legs.as_array().expect("legs");
        legs.iter().find(|leg| leg["leg"] == which).cloned()
    };
    let page = leg("page").expect("waited for");
    assert!(
        page["received"].as_u64().is_some_and(|count| count > 20),
        "{page}"
    );
    assert_eq!(page["lost"], 0, "{page}");
    assert!(page["mos"].as_f64().is_some_and(|mos| mos > 4.0), "{page}");
}

/// Another advisor finds nothing of it: not the sale, its evidence or sheet, the call, nor what was written to its advisor.
fn is_nobody_elses(http: SocketAddr, token: &str) {
    let quality = json!({"attempt": 1, "received": 1, "lost": 0, "jitter_ms": 1.0, "made_up": 0.0, "r_factor": 90.0});
    for (method, path, form) in [
        ("GET", "sales/1", None),
        ("GET", "sales/1/evidence/1", None),
        ("PUT", "sales/1/sheet", Some(json!({"values": {}}))),
        ("POST", "sales/1/move", Some(json!({"to": "anulada"}))),
        ("POST", "agent/quality", Some(quality)),
        ("POST", "agent/messages/1/seen", Some(json!({}))),
    ] {
        let (status, said) = ask(http, method, &format!("/api/v1/{path}"), Some(token), form);
        assert_eq!(status, 404, "{method} {path}: {said}");
    }
    let (_, sales) = ask(http, "GET", "/api/v1/sales", Some(token), None);
    assert_eq!(sales["sales"], json!([]));
    let (_, day) = ask(http, "GET", "/api/v1/agent/day", Some(token), None);
    assert_eq!((&day["calls"], &day["goal"]), (&json!(0), &Value::Null));
}

/// A supervisor sees which calls a number stands for, and writes from the row.
fn behind_a_number(tab: &Tab<'_>, http: &str, password: &str) {
    tab.eval("fetch('/api/v1/session', { method: 'DELETE', headers: { 'X-Cadencia': '1' } }).then((answer) => answer.ok)");
    tab.open(&format!("http://{http}/?lang=es"));
    log_in(tab, "sofia", password);
    tab.until(
        "the campaign is there",
        "!!document.querySelector('button.tile')",
    );
    tab.eval("[...document.querySelectorAll('button.tile')].find((tile) => tile.textContent.includes('Intentos')).click()");
    has(tab, "dialog.calls tbody", "conectada");
    has(tab, "dialog.calls tbody", "VE01");
    is_for_everybody(tab, "supervisor-llamadas");
    tab.eval("[...document.querySelectorAll('dialog.calls [aria-pressed]')].at(-1).click()");
    tab.until(
        "nobody was abandoned",
        "document.querySelector('dialog.calls').textContent.includes('No hay llamadas así')",
    );
    tab.press("Escape");
    tab.until("it is closed", "!document.querySelector('dialog')");
    tab.click("[data-agent] td:last-child button");
    has(tab, "dialog.advisor .seen", "enterado");
    is_for_everybody(tab, "supervisor-mensaje");
    // Nobody is ready whose line is away, and the page says why in its own words.
    tab.click("dialog.advisor [role=group] button:last-child");
    tab.until(
        "their shift is over",
        "document.querySelectorAll('[data-agent].offline').length === 2",
    );
    tab.press("Escape");
    tab.theme("dark");
    tab.open(&format!("http://{http}/?lang=en"));
    tab.until(
        "the floor is there",
        "!!document.querySelector('button.tile')",
    );
    is_for_everybody(tab, "floor");
    tab.click("[data-campaign] .ask + button + button");
    tab.until(
        "it can be rehearsed",
        "!!document.querySelector('dialog.rehearsal form')",
    );
    is_for_everybody(tab, "floor-rehearsal");
}

fn something_to_sell(floor: &Floor) {
    let sold = "code;kind;name;price;stock;valid_from;valid_to;with\n\
        MOTO-G;equipo;Moto G;900000;10;;;\nPLAN-40;plan;Plan 40 GB;40000;;;;\nVIEJO;plan;Plan viejo;10000;;;2020-01-01;\n";
    let sold = floor.file("portafolio.csv", sold);
    let sold = sold.to_str().expect("folders of tests are ASCII");
    floor.run(&["portfolio", "import", CAMPAIGN, sold]);
    // By the clock of the campaign, five hours behind.
    let today = chrono::Utc::now() - chrono::TimeDelta::hours(5);
    let goals = format!(
        "fecha;hora;asesor;ventas;valor\n{};;asesor0;3;\n",
        today.format("%Y-%m-%d")
    );
    let goals = floor.file("metas.csv", goals);
    let goals = goals.to_str().expect("folders of tests are ASCII");
    floor.run(&["goal", "import", CAMPAIGN, goals]);
}

fn agent(floor: &Floor) -> i64 {
    let agents = floor.run(&["agent", "list"]);
    agents[0]["id"].as_i64().expect("one advisor")
}

fn fill(tab: &Tab<'_>, field: &str, value: &str) {
    choose(tab, &format!("#sheet-{field}"), value);
}

/// As somebody writes in a field, or chooses in a list.
fn choose(tab: &Tab<'_>, place: &str, value: &str) {
    tab.until(
        &format!("`{place}` is there"),
        &format!("!!document.querySelector('{place}')"),
    );
    let value = json!(value);
    tab.eval(&format!(
        "(() => {{ const field = document.querySelector('{place}'); field.value = {value};
           for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, {{ bubbles: true }})); }})()"
    ));
}

fn paste(tab: &Tab<'_>, name: &str) {
    tab.eval(&format!(
        "(() => {{ const data = new DataTransfer(); data.items.add(new File([{PNG}], '{name}', {{ type: 'image/png' }}));
           window.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data }})); }})()"
    ));
}

fn submit(tab: &Tab<'_>) {
    tab.until(
        "the sheet may be kept",
        "document.querySelector('.sheet form button.main')?.disabled === false",
    );
    tab.click(".sheet form button.main");
}
