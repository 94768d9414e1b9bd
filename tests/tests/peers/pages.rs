//! The pages as people use them, in a browser: calls of an advisor by keyboard alone, and the floor of a supervisor.
//! Every screen, in both languages and both themes, is looked at by axe; with `CADENCIA_SCREENS=FOLDER` it is kept
//! as a picture. Their types are those of the API.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use tests::Floor;
use tests::floor::{PATIENCE, until};

use crate::CAMPAIGN;
use crate::alone::alone;
use crate::chromium::{Chromium, Tab};
use crate::own_page::{ADVISOR, Scene, UP};
use crate::record::attempts;

mod pace;
mod sale;

/// People of the base who answer and listen.
pub(crate) const PEOPLE: [usize; 2] = [77, 87];
/// From the bridge to name, script and first field on the screen, where two cores do all of it and draw it too.
const PAINTED_MS: i64 = 250;

#[test]
fn an_advisor_works_by_keyboard_alone_and_every_screen_is_for_everybody() {
    if !alone("pages::an_advisor_works_by_keyboard_alone_and_every_screen_is_for_everybody") {
        return;
    }
    let scene = Scene::with(PEOPLE.to_vec());
    scene
        .floor
        .run(&["campaign", "set", CAMPAIGN, "--recording", "all"]);
    let engine = scene.floor.serve();
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    let desk = scene.desk(&engine);
    let page = |lang: &str| format!("http://{}/asesor?lang={lang}", engine.http());

    tab.theme("dark");
    tab.open(&page("es"));
    log_in(&tab, &scene.hired.user, &scene.hired.password);
    tab.until(
        "the desk is there",
        "!!document.querySelector('.phone button')",
    );
    is_for_everybody(&tab, "asesor-desconectado");
    tab.click(".phone button");
    tab.until("its line is up", UP);

    // The first call: typified by two digits while it goes on, a break booked, all of it saved by Enter.
    begin(&tab);
    is_for_everybody(&tab, "asesor-prueba-de-audio");
    mind_the_paint(&tab);
    tab.click("dialog .main");
    shows(&tab, "talking");
    tab.until("the customer is painted", "window.painted !== null");
    let painted = tab.eval("window.painted").as_i64().expect("it was painted");
    let bridged = desk.get("agent")["since"].as_i64().expect("since when");
    println!(
        "the customer was on the screen {} ms after the bridge",
        painted - bridged
    );
    assert!(painted - bridged < PAINTED_MS);
    has(&tab, ".say", "Le habla asesor0");
    is_for_everybody(&tab, "asesor-en-llamada");
    // The script, to the reading of the contract and past it.
    for stage in ["Oferta", "Precierres", "Cierres", "Contrato"] {
        tab.press("j");
        has(&tab, ".stages [aria-current]", stage);
    }
    tab.press("n");
    is_for_everybody(&tab, "asesor-guion");
    tab.press("j");
    has(&tab, ".stages [aria-current]", "Despedida");
    has(&tab, ".chosen", "VE01");
    tab.press("6");
    is_for_everybody(&tab, "asesor-familia");
    tab.press("3");
    has(&tab, ".chosen", "NI03");
    tab.press("p");
    is_for_everybody(&tab, "asesor-pausa");
    tab.press("1");
    has(&tab, ".top", "Almuerzo");
    tab.press("t");
    tab.until(
        "to whom it may go is known",
        "!!document.querySelector('#hand-title ~ p, #target')",
    );
    is_for_everybody(&tab, "asesor-pasar");
    tab.press("Escape");
    tab.press("Escape");
    tab.press("m");
    tab.until(
        "the mute cannot lie",
        "document.querySelector('.status .wrong')?.textContent.includes('micrófono en silencio')",
    );
    is_for_everybody(&tab, "asesor-silencio");
    tab.press("m");
    tab.press("?");
    is_for_everybody(&tab, "asesor-teclas");
    tab.press("Escape");
    tab.press("x");
    shows(&tab, "wrap_up");

    // What was chosen outlives a reload, here into the other language.
    tab.theme("light");
    tab.open(&page("en"));
    shows(&tab, "wrap_up");
    has(&tab, ".chosen", "NI03");
    is_for_everybody(&tab, "advisor-wrap-up");
    tab.press("Enter");
    shows(&tab, "break");
    assert_eq!(desk.get("agent")["reason"], "Almuerzo");
    let (attempt, code) = typified(&scene.floor, 0);
    assert_eq!(code, "NI03");
    let marks = scene
        .floor
        .run(&["recording", "show", &attempt.to_string()]);
    let marks = marks["marks"].as_array().expect("its places").iter();
    let marks: Vec<String> = marks
        .map(|mark| format!("{} {}", mark["kind"], mark["text"]))
        .collect();
    println!("{marks:?}");
    for mark in [
        "\"stage\" \"greeting saludo\"",
        "\"read\" \"saludo\"",
        "\"contract\" \"contrato\"",
        "\"read\" \"contrato\"",
    ] {
        assert!(marks.iter().any(|made| made == mark), "{mark}: {marks:?}");
    }

    // The second one: found by its words, and called again in two keys.
    tab.until("its line is up again", UP);
    tab.press("r");
    shows(&tab, "talking");
    is_for_everybody(&tab, "advisor-talking");
    tab.press("/");
    tab.write("pensando");
    is_for_everybody(&tab, "advisor-search");
    tab.press("Enter");
    has(&tab, ".chosen", "CE01");
    tab.press("Escape");
    tab.press("x");
    shows(&tab, "wrap_up");
    tab.press("b");
    is_for_everybody(&tab, "advisor-call-back");
    tab.press("1");
    shows(&tab, "ready");
    assert_eq!(typified(&scene.floor, 1).1, "TI01");
    let booked = scene.floor.run(&["callback", "list"]);
    assert_eq!(booked.as_array().map(Vec::len), Some(1), "{booked}");
    engine.stop();
}

#[test]
fn a_supervisor_sees_the_floor_and_stops_a_campaign() {
    if !alone("pages::a_supervisor_sees_the_floor_and_stops_a_campaign") {
        return;
    }
    let scene = Scene::with(PEOPLE.to_vec());
    let user = scene
        .floor
        .run(&["user", "add", "sofia", "--role", "supervisor"]);
    let password = user["password"].as_str().expect("shown once");
    let engine = scene.floor.serve();
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    tab.theme("dark");
    tab.open(&format!("http://{}/?lang=es", engine.http()));
    is_for_everybody(&tab, "entrar");
    log_in(&tab, "sofia", password);
    tab.until(
        "the campaign is there",
        "!!document.querySelector('[data-campaign=extremo] .running')",
    );
    has(&tab, "[data-agent]", "asesor0");
    is_for_everybody(&tab, "supervisor");
    has(&tab, "[data-campaign]", "no hay asesores");
    tab.click("[data-campaign] .ask");
    tab.until("it is explained", "!!document.querySelector('dialog td')");
    is_for_everybody(&tab, "supervisor-por-que");
    tab.press("Escape");
    tab.click("[data-campaign] .ask + button");
    tab.until("the day is shown", "!!document.querySelector('dialog td')");
    is_for_everybody(&tab, "supervisor-hora-a-hora");
    tab.press("Escape");

    // Nobody is shown by name on a wall.
    tab.theme("light");
    tab.open(&format!("http://{}/?lang=en&tv", engine.http()));
    tab.until(
        "the floor is there",
        "!!document.querySelector('[data-agent]')",
    );
    has(&tab, "[data-agent]", "Advisor 1");
    assert_eq!(
        tab.eval("document.body.textContent.includes('asesor0')"),
        false
    );
    is_for_everybody(&tab, "supervisor-tv");
    tab.click("[data-campaign] button");
    tab.until(
        "it is paused",
        "!!document.querySelector('[data-campaign] .paused')",
    );
    let campaigns = scene.floor.run(&["campaign", "list"]);
    assert_eq!(campaigns[0]["state"], "paused");
    engine.stop();
}

#[test]
fn the_types_of_the_pages_are_those_of_the_api() {
    tests::program::pages();
    let floor = Floor::new();
    let engine = floor.serve();
    let url = format!("http://{}/api/v1/openapi.json", engine.http());
    let document = ureq::get(&url).call().expect("it is served");
    let document = document.into_body().read_to_string().expect("text");
    let file = floor.file("openapi.json", document);
    let made = floor.folder().join("wire.d.ts");
    let done = Command::new("npx")
        .args(["--no-install", "openapi-typescript"])
        .arg(file)
        .arg("--output")
        .arg(&made)
        .current_dir(ui())
        .output()
        .expect("npx runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("it is there");
    assert!(
        read(made) == read(ui().join("src/shared/wire.d.ts")),
        "the API changed: `npm run types` in crates/web/ui, with the program running, writes the types anew"
    );
    engine.stop();
}

pub(crate) fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/web/ui")
}

pub(crate) fn log_in(tab: &Tab<'_>, user: &str, password: &str) {
    tab.until(
        "the form has the focus",
        "document.activeElement?.id === 'user'",
    );
    tab.write(user);
    tab.press("Tab");
    tab.write(password);
    tab.press("Enter");
}

/// Starts the shift and asks to be ready: the page has them hear themselves first.
pub(crate) fn begin(tab: &Tab<'_>) {
    tab.press("i");
    shows(tab, "break");
    tab.press("r");
    tab.until(
        "they are to hear themselves",
        "!!document.querySelector('dialog[open] meter')",
    );
}

/// Notes when the next customer's name, what is said to them and the first field have been painted.
pub(crate) fn mind_the_paint(tab: &Tab<'_>) {
    tab.eval(
        "window.painted = null;
         new MutationObserver((_, self) => {
           if (!['.who', '.say', '#code'].every((part) => document.querySelector(part))) return;
           self.disconnect();
           requestAnimationFrame(() => setTimeout(() => { window.painted = Date.now(); }));
         }).observe(document.body, { childList: true, subtree: true })",
    );
}

pub(crate) fn shows(tab: &Tab<'_>, status: &str) {
    let script = format!("!!document.querySelector('.top .state.{status}')");
    tab.until(&format!("the page shows `{status}`"), &script);
}

pub(crate) fn has(tab: &Tab<'_>, place: &str, words: &str) {
    let script = format!("document.querySelector('{place}')?.textContent.includes('{words}')");
    tab.until(&format!("`{place}` says `{words}`"), &script);
}

/// The attempt of this number, the first being 0, and its typification once it has one.
fn typified(floor: &Floor, number: usize) -> (i64, String) {
    let mut found = None;
    until("what was said is recorded", PATIENCE, || {
        let mut rows = attempts(floor);
        rows.sort_by_key(|row| row["id"].as_i64());
        let row = rows.get(number);
        found = row.and_then(|row| Some((row["id"].as_i64()?, row["code"].as_str()?.to_owned())));
        found.is_some()
    });
    found.expect("waited for")
}

/// axe finds nothing that shuts somebody out, and nothing is wider than the screen, even at 200 %.
pub(crate) fn is_for_everybody(tab: &Tab<'_>, screen: &str) {
    let axe = std::fs::read_to_string(ui().join("node_modules/axe-core/axe.min.js"));
    tab.eval(&format!("{}; true", axe.expect("npm ci brought it")));
    let found = tab.eval(
        "axe.run().then((found) => found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))",
    );
    assert_eq!(found, json!([]), "{screen}");
    for width in [640, 1_280] {
        tab.resize(width);
        let over = tab.eval("document.documentElement.scrollWidth - innerWidth");
        let fits = over.as_f64().is_some_and(|over| over <= 0.0);
        assert!(fits, "{screen} is {over} px too wide for {width}");
    }
    if let Some(folder) = std::env::var_os("CADENCIA_SCREENS") {
        let picture = BASE64_STANDARD.decode(tab.picture()).expect("base64");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let file = Path::new(&folder).join(format!("{screen}.png"));
        std::fs::write(file, picture).expect("the disk has room");
    }
}
