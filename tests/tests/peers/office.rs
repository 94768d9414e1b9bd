//! The office as people use it, in a browser: a sale from acceptance to legalised by keyboard alone, files of the client's tools looked at
//! before they move anything, and a client who reads and is refused the rest. What the pages of calls are shown to be, `pages.rs` shows.

use domain::AgentId;
use serde_json::{Value, json};
use tests::http::{ask, log_in as session_of};
use tests::sold::{CAMPAIGN, PHOTO, PORTFOLIO, sheet, sold};
use tests::{Floor, Running};

use crate::alone::alone;
use crate::chromium::{Chromium, Tab};
use crate::own_page::ADVISOR;
use crate::pages::{has, is_for_everybody, log_in};

const MAPPING: &str = r#"
[stages]
"RECIBIDO" = "en_validacion"
[[column]]
name = "Venta"
field = "sale"
use = "key"
[[column]]
name = "Estado"
field = "stage"
use = "stage"
"#;

/// The indicators of all days: whatever month the calls of the test fall into.
const ALL_DAYS: &str = "indicadores?from=2020-01-01&to=2035-12-31";

/// A floor with sales, and who works on them.
struct Office {
    floor: Floor,
    engine: Running,
}

impl Office {
    fn open() -> Office {
        let floor = Floor::new();
        floor.run(&["agent", "set", "ana"]);
        let agents = floor.run(&["agent", "list"]);
        let agent = AgentId::new(agents[0]["id"].as_i64().expect("an id"));
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(sold(&floor.record(), agent));
        floor.file("portafolio.csv", PORTFOLIO);
        floor.run(&["portfolio", "import", CAMPAIGN, "portafolio.csv"]);
        floor.file("entregas.toml", MAPPING);
        let put = ["sale", "setting", "put", CAMPAIGN, "mapping"];
        floor.run(&[&put[..], &["entregas.toml", "--name", "entregas"]].concat());
        let engine = floor.serve();
        Office { floor, engine }
    }

    fn hires(&self, name: &str, role: &[&str]) -> String {
        let words = [&["user", "add", name, "--role"][..], role].concat();
        let user = self.floor.run(&words);
        user["password"].as_str().expect("shown once").to_owned()
    }

    /// The advisor writes the sheet of a sale, as their own page does.
    fn has_a_sheet(&self, sale: i64) {
        let password = self.hires("ana", &["advisor", "--agent", "ana"]);
        let (_, session) = session_of(self.engine.http(), "ana", &password);
        let path = format!("/api/v1/sales/{sale}/sheet");
        let (status, said) = ask(
            self.engine.http(),
            "PUT",
            &path,
            session["token"].as_str(),
            Some(sheet(sale)),
        );
        assert_eq!(status, 200, "{said}");
    }

    fn visit(&self, tab: &Tab<'_>, lang: &str, place: &str) {
        // Another place of the same page would not load it again.
        tab.open("about:blank");
        let http = self.engine.http();
        tab.open(&format!("http://{http}/oficina?lang={lang}#{place}"));
    }

    fn stage(&self, sale: i64) -> Value {
        let shown = self.floor.run(&["sale", "show", &sale.to_string()]);
        shown["sale"]["stage"].clone()
    }
}

/// Logs in, and waits until that is done.
fn enters(tab: &Tab<'_>, user: &str, password: &str) {
    log_in(tab, user, password);
    tab.until("they are in", "!!document.querySelector('.sections')");
}

/// Presses the number of a move, and Enter in what it asks.
fn moves(tab: &Tab<'_>, words: &str, stage: &str) {
    let way = "[...document.querySelectorAll('.ways button')].findIndex((button) => button.textContent.includes";
    tab.until(
        &format!("`{words}` is offered"),
        &format!("{way}('{words}')) >= 0"),
    );
    let place = tab.eval(&format!("{way}('{words}'))"));
    let place = place.as_i64().expect("a place") + 1;
    tab.press(&place.to_string());
    tab.until(
        "the move asks",
        "document.activeElement?.closest('dialog') !== null",
    );
    tab.press("Enter");
    tab.until(
        &format!("the sale is `{stage}`"),
        &format!("document.querySelector('[data-stage]')?.dataset.stage === '{stage}' && !document.querySelector('dialog')"),
    );
}

/// Goes to something by Tab, as who has no mouse does.
fn tab_to(tab: &Tab<'_>, selector: &str) {
    let is_there = format!("document.activeElement?.matches('{selector}') === true");
    for _ in 0..200 {
        if tab.eval(&is_there) == true {
            return;
        }
        tab.press("Tab");
    }
    panic!("{selector} is not reached by Tab");
}

/// Pastes a photo, as from the clipboard.
fn pastes(tab: &Tab<'_>, kind: &str) {
    let photo = json!(PHOTO);
    tab.eval(&format!(
        "(() => {{ const data = new DataTransfer();
           data.items.add(new File([new Uint8Array({photo})], 'cedula.jpg'));
           window.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data }})); return true; }})()"
    ));
    has(tab, "#evidence-title ~ .done", kind);
}

#[test]
fn a_sale_goes_from_acceptance_to_legalised_by_keyboard_alone() {
    if !alone("office::a_sale_goes_from_acceptance_to_legalised_by_keyboard_alone") {
        return;
    }
    let office = Office::open();
    office.has_a_sheet(1);
    let desk = office.hires("oficina", &["back_office"]);
    let boss = office.hires("jefa", &["supervisor"]);
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    tab.theme("dark");
    office.visit(&tab, "es", "");
    enters(&tab, "oficina", &desk);
    tab.until(
        "the queue is there",
        "document.querySelectorAll('[data-sale]').length === 6",
    );
    // What the back office may not see it is not offered.
    let offered = tab.eval("[...document.querySelectorAll('.sections a')].map((a) => a.hash)");
    assert_eq!(offered, json!(["#ventas", "#cruces", "#sabana"]));
    is_for_everybody(&tab, "oficina-ventas");

    tab.press("/");
    tab.press("ArrowDown");
    tab.press("Enter");
    has(&tab, "#sale-title", "Venta 1");
    is_for_everybody(&tab, "oficina-venta");
    moves(&tab, "Pasar a validación", "en_validacion");
    pastes(&tab, "Documento de identidad");
    tab_to(&tab, "#evidence-kind");
    tab.press("ArrowDown");
    tab.press("ArrowDown");
    pastes(&tab, "Biometría");
    tab.eval("document.activeElement.blur()");
    moves(&tab, "Validar", "validada");

    tab_to(&tab, ".reserve");
    tab.press("Enter");
    tab_to(&tab, "#r-inventory");
    tab.press("Enter");
    assert_eq!(
        tab.eval("document.querySelector('#r-inventory').matches(':invalid')"),
        true
    );
    tab.write("Bodega Medellín");
    tab_to(&tab, "#r-slot_date");
    for digit in "12122026".chars() {
        tab.press(&digit.to_string());
    }
    is_for_everybody(&tab, "oficina-reserva");
    tab.press("Enter");
    has(&tab, "#reservation-title", "Reserva");
    tab.until(
        "it is reserved",
        "document.querySelector('.reserve')?.textContent.includes('Cambiar') === true",
    );
    moves(&tab, "Reservar", "reservada");
    moves(&tab, "Sale en ruta", "en_ruta");
    moves(&tab, "Entregada", "entregada");

    // The first sales of an advisor are audited, by somebody else.
    tab.theme("light");
    tab.eval("document.querySelector('.top button:last-child').click()");
    enters(&tab, "jefa", &boss);
    tab.until(
        "it is to be audited",
        "!!document.querySelector('#audit-title')",
    );
    tab_to(&tab, "#audit-title ~ button");
    tab.press("Enter");
    tab.until(
        "the criteria are there",
        "document.querySelectorAll('dialog fieldset').length > 4",
    );
    is_for_everybody(&tab, "oficina-auditoria");
    let criteria = tab.eval("document.querySelectorAll('dialog fieldset').length");
    for _ in 0..criteria.as_i64().expect("a count") {
        tab.press(" ");
        tab.press("Tab");
    }
    tab.press("Tab");
    tab.press("Enter");
    has(&tab, "#audit-title", "Auditoría");
    tab.until(
        "it passed",
        "!document.querySelector('dialog') && document.body.textContent.includes('aprobada')",
    );
    moves(&tab, "Legalizar", "legalizada");
    assert_eq!(office.stage(1), "legalizada");
    tab_to(&tab, "[data-stage] .grow + button");
    tab.press("Enter");
    has(&tab, "[data-stage] .done", "venta-1.zip");
    is_for_everybody(&tab, "oficina-legalizada");
    office.visit(&tab, "en", "ventas/1");
    has(&tab, "#sale-title", "Sale 1");
    has(&tab, "[data-stage]", "legalised");
    is_for_everybody(&tab, "office-sale");
    office.engine.stop();
}

#[test]
fn a_file_is_looked_at_before_it_moves_anything_and_moves_nothing_twice() {
    if !alone("office::a_file_is_looked_at_before_it_moves_anything_and_moves_nothing_twice") {
        return;
    }
    let office = Office::open();
    office.has_a_sheet(1);
    let desk = office.hires("oficina", &["back_office"]);
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    office.visit(&tab, "es", "cruces");
    enters(&tab, "oficina", &desk);
    has(&tab, "#mapping", "entregas");
    is_for_everybody(&tab, "oficina-cruces");
    let reads = || {
        tab.eval(
            "(() => { const data = new DataTransfer();
               data.items.add(new File(['Venta;Estado\\n1;RECIBIDO\\n99;RECIBIDO\\n2;PERDIDO\\n'], 'entregas.csv'));
               window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data })); return true; })()",
        );
    };
    reads();
    has(&tab, "#found-title", "entregas.csv");
    has(&tab, ".done", "Nada se ha movido");
    has(&tab, "main", "llave desconocida");
    has(&tab, "main", "etapa desconocida");
    is_for_everybody(&tab, "oficina-cruce");
    assert_eq!(office.stage(1), "aceptada", "only looked at");
    tab_to(&tab, "#found-title ~ .main");
    tab.press("Enter");
    has(&tab, ".done", "Ventas movidas: 1");
    assert_eq!(office.stage(1), "en_validacion");
    // The same file again: what it says is so already.
    reads();
    has(&tab, ".done", "Nada se ha movido");
    let tiles = tab.eval("[...document.querySelectorAll('.tile b')].map((b) => b.textContent)");
    assert_eq!(tiles, json!(["3", "0", "1", "2"]));
    office.engine.stop();
}

/// Every section, in a language: something of it is there, and it is for everybody.
fn every_section_is_for_everybody(office: &Office, tab: &Tab<'_>, lang: &str, sections: &[&str]) {
    for section in sections {
        office.visit(tab, lang, section);
        tab.until(
            &format!("{section} is there"),
            "!!document.querySelector('main .card h2') && !document.querySelector('main > .empty, .loaded[aria-busy=true], .loaded .empty[role=status]')",
        );
        assert_eq!(
            tab.eval("document.querySelector('main [role=alert]:not(:empty)')?.textContent ?? ''"),
            "",
            "{section}"
        );
        is_for_everybody(
            tab,
            &format!("oficina-{lang}-{}", section.replace('/', "-")),
        );
    }
}

#[test]
fn a_client_reads_what_is_made_for_them_and_is_refused_the_rest() {
    if !alone("office::a_client_reads_what_is_made_for_them_and_is_refused_the_rest") {
        return;
    }
    let office = Office::open();
    let password = office.hires("claro", &["client"]);
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    tab.theme("dark");
    office.visit(&tab, "es", ALL_DAYS);
    enters(&tab, "claro", &password);
    // The figures of the page are those of the command line.
    let ratio = "document.querySelector('[data-kpi=ratio] .figure')";
    tab.until("the indicators are there", &format!("!!{ratio}"));
    let told = office.floor.run(&["report", "kpi", CAMPAIGN]);
    let told = told["kpis"].as_array().expect("a list");
    assert!(told.len() > 10, "{told:?}");
    for kpi in told {
        let id = kpi["id"].as_str().expect("an id");
        let figure = format!("document.querySelector('[data-kpi=\"{id}\"] .figure').textContent");
        assert_eq!(tab.eval(&figure), kpi["shown"], "{id}");
    }
    // They read and change nothing: no calls behind numbers, no moves, no evidence.
    assert_eq!(
        tab.eval("document.querySelectorAll('main table a, main table button').length"),
        0
    );
    let offered = tab.eval("[...document.querySelectorAll('.sections a')].map((a) => a.hash)");
    let theirs = ["ventas", "indicadores", "gestion", "gerencial", "sabana"];
    assert_eq!(offered, json!(theirs.map(|name| format!("#{name}"))));
    let sections = [
        "ventas",
        "ventas/1",
        "indicadores",
        "gestion",
        "gerencial",
        "sabana",
    ];
    every_section_is_for_everybody(&office, &tab, "es", &sections);
    office.visit(&tab, "es", "ventas/1");
    has(&tab, "#sale-title", "Venta 1");
    assert_eq!(
        tab.eval("document.querySelectorAll('main button, main input').length"),
        0
    );
    for place in ["metas", "modelo", "envios", "cruces", "horas"] {
        office.visit(&tab, "es", place);
        has(&tab, "main", "Su usuario no tiene esta sección");
    }
    // What is not offered is refused too.
    let (_, session) = session_of(office.engine.http(), "claro", &password);
    let refused = |method: &str, path: &str| {
        let token = session["token"].as_str();
        let form = (method != "GET").then(|| json!({}));
        let path = format!("/api/v1/{path}");
        ask(office.engine.http(), method, &path, token, form).0
    };
    for path in [
        "attempts",
        "campaigns",
        "campaigns/1/hourly",
        "campaigns/1/goals",
        "campaigns/1/kpi-targets",
        "roster",
        "schedules",
        "practices",
        "action-plans",
    ] {
        assert_eq!(refused("GET", path), 403, "{path}");
    }
    for path in ["sales/1/move", "campaigns/1/sale-files/entregas", "ideas"] {
        assert_eq!(refused("POST", path), 403, "{path}");
    }
    office.engine.stop();
}

#[test]
fn whoever_leads_finds_every_section_in_both_languages() {
    if !alone("office::whoever_leads_finds_every_section_in_both_languages") {
        return;
    }
    let office = Office::open();
    let password = office.hires("jefa", &["admin"]);
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    tab.theme("dark");
    office.visit(&tab, "es", "horas");
    enters(&tab, "jefa", &password);
    let sections = [
        "ventas",
        "cruces",
        "indicadores",
        "horas",
        "gestion",
        "gerencial",
        "sabana",
        "metas",
        "modelo",
        "modelo/planes",
        "modelo/ideas",
        "modelo/seguimiento",
        "envios",
    ];
    every_section_is_for_everybody(&office, &tab, "es", &sections);
    tab.theme("light");
    every_section_is_for_everybody(&office, &tab, "en", &sections);
    calls_behind_a_number(&office, &tab);
    goals_are_loaded(&office, &tab);
    a_session_is_held(&office, &tab);
    a_report_is_scheduled(&office, &tab);
    office.engine.stop();
}

/// From a figure to its calls: as many as the numerator says.
fn calls_behind_a_number(office: &Office, tab: &Tab<'_>) {
    office.visit(tab, "es", ALL_DAYS);
    has(tab, "[data-kpi=efectividad] a", "6");
    tab_to(tab, "[data-kpi=efectividad] a");
    tab.press("Enter");
    tab.until(
        "the calls are there",
        "document.querySelectorAll('#calls-title ~ .loaded tbody tr').length === 6",
    );
    has(tab, "main tbody", "+573100000001");
    is_for_everybody(tab, "oficina-llamadas");
}

/// A file of goals: refused by line first, then asked, loaded, and what it changed is told.
fn goals_are_loaded(office: &Office, tab: &Tab<'_>) {
    office.visit(tab, "es", "metas");
    tab.until(
        "the form is there",
        "document.querySelectorAll('.drop').length === 2",
    );
    let drops = |text: &str| {
        tab.eval(&format!(
            "(() => {{ const data = new DataTransfer();
               data.items.add(new File(['{text}'], 'metas.csv'));
               document.querySelector('.drop').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, bubbles: true }})); return true; }})()"
        ));
        tab.until(
            "it asks",
            "document.activeElement?.closest('dialog') !== null",
        );
    };
    drops("fecha;ventas\\nayer;15\\n");
    is_for_everybody(tab, "oficina-metas-pregunta");
    tab.press("Enter");
    has(tab, "main tbody", "fecha");
    is_for_everybody(tab, "oficina-metas-error");
    let none = office.floor.run(&["goal", "show", CAMPAIGN]);
    assert_eq!(none, json!([]));
    drops("fecha;ventas\\n2026-12-24;15\\n");
    tab.press("Enter");
    has(tab, ".done", "metas.csv");
    has(tab, "main", "2026-12-24");
    let goals = office.floor.run(&["goal", "show", CAMPAIGN]);
    assert_eq!(
        (&goals[0]["day"], &goals[0]["sales"]),
        (&json!("2026-12-24"), &json!(15.0))
    );
}

/// A session of the week is recorded, with what was agreed in it.
fn a_session_is_held(office: &Office, tab: &Tab<'_>) {
    office.visit(tab, "es", "modelo");
    tab.until(
        "the agenda is there",
        "!!document.querySelector('#agenda-title ~ .record')",
    );
    tab_to(tab, ".record");
    tab.press("Enter");
    tab.until("the form is there", "!!document.querySelector('#s-people')");
    tab_to(tab, "#s-people");
    tab.write("Ana, Luz");
    tab_to(tab, "#s-notes");
    tab.write("Se revisó el día.");
    is_for_everybody(tab, "oficina-sesion");
    tab_to(tab, "dialog [type=submit]");
    tab.press("Enter");
    has(tab, "main", "Se revisó el día.");
    let sessions = office.floor.run(&["practice", "sessions"]);
    assert_eq!(sessions[0]["participants"], "Ana, Luz", "{sessions}");
}

/// A report to a place that there is not: the page says why it was refused.
fn a_report_is_scheduled(office: &Office, tab: &Tab<'_>) {
    office.visit(tab, "es", "envios");
    tab.until(
        "the schedules are there",
        "!!document.querySelector('#schedules-title ~ .main')",
    );
    tab_to(tab, "#schedules-title ~ .main");
    tab.press("Enter");
    tab.until("the form is there", "!!document.querySelector('#f-name')");
    tab_to(tab, "#f-name");
    tab.write("diario");
    tab_to(tab, "#f-place");
    tab.write("cliente");
    is_for_everybody(tab, "oficina-envio");
    tab.press("Enter");
    tab.until(
        "it is refused with the reason",
        "document.querySelector('dialog [role=alert]')?.textContent.includes('cliente') === true",
    );
}
