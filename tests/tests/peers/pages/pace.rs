//! How quick the pages are, measured in the browser: the first paint, a key and what it changes, and the floor of three hundred advisors.

use std::time::Instant;

use serde_json::json;
use tests::http::{ask, log_in as enter};

use super::{PEOPLE, log_in};
use crate::alone::alone;
use crate::chromium::{Chromium, Tab};
use crate::own_page::{ADVISOR, Scene, UP};

const ADVISORS: usize = 300;
const FIRST_PAINT_MS: f64 = 500.0;
const KEY_MS: f64 = 50.0;
/// From an advisor's deed to the supervisor's row.
const SEEN_MS: u128 = 1_000;
const BYTES_A_SECOND: f64 = 200_000.0;
/// Of sixty, on a machine that does all of it, draws without a graphics card and has more to do.
const FRAMES_A_SECOND: f64 = 45.0;

#[test]
fn pages_are_as_quick_as_hands_and_a_floor_of_three_hundred_is_live() {
    if !alone("pages::pace::pages_are_as_quick_as_hands_and_a_floor_of_three_hundred_is_live") {
        return;
    }
    let scene = Scene::with(PEOPLE.to_vec());
    let made = scene.floor.run(&["user", "add", "jefe", "--role", "admin"]);
    let password = made["password"].as_str().expect("shown once");
    let engine = scene.floor.serve();
    let http = engine.http();
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    let page = format!("http://{http}/asesor?lang=es");
    tab.open(&page);
    log_in(&tab, &scene.hired.user, &scene.hired.password);
    tab.until(
        "the desk is there",
        "!!document.querySelector('.phone button')",
    );
    let painted = median((0..7).map(|_| {
        tab.open(&page);
        tab.until(
            "the desk is there",
            "!!document.querySelector('.phone button')",
        );
        tab.until(
            "it is painted",
            "performance.getEntriesByName('first-contentful-paint').length > 0",
        );
        let first = tab.eval("performance.getEntriesByName('first-contentful-paint')[0].startTime");
        first.as_f64().expect("it was painted")
    }));
    println!("first paint of the advisor's page: {painted:.0} ms");
    assert!(painted <= FIRST_PAINT_MS);
    let key = median((0..21).map(|_| key_to_change(&tab)));
    println!("from a key to what it changes: {key:.1} ms");
    assert!(key <= KEY_MS);

    let (_, session) = enter(http, "jefe", password);
    let token = session["token"].as_str().expect("a token");
    let mut last = 0;
    for number in 1..ADVISORS {
        let name = format!("persona{number}");
        let form = json!({"name": name, "sip_user": name, "campaigns": []});
        let (status, agent) = ask(http, "POST", "/api/v1/agents", Some(token), Some(form));
        assert_eq!(status, 201, "{agent}");
        last = agent["id"].as_i64().expect("an id");
    }
    tab.eval("fetch('/api/v1/session', { method: 'DELETE', headers: { 'X-Cadencia': '1' } }).then((answer) => answer.ok)");
    tab.open(&format!("http://{http}/?lang=es"));
    log_in(&tab, "jefe", password);
    tab.until(
        "all of them are on the board",
        &format!("document.querySelectorAll('[data-agent]').length === {ADVISORS}"),
    );
    let frames = tab.eval(
        "new Promise((done) => { let frames = 0; const begin = performance.now();
           const next = (now) => { frames += 1; now - begin < 5000 ? requestAnimationFrame(next) : done(frames * 1000 / (now - begin)); };
           requestAnimationFrame(next); })",
    );
    let frames = frames.as_f64().expect("a number");
    let bytes = tab.eval(
        "new Promise((done) => { let bytes = 0, count = 0; const socket = new WebSocket(`ws://${location.host}/api/v1/live`);
           socket.onmessage = ({ data }) => { bytes += data.length; count += 1; if (count === 5) { socket.close(); done(bytes / count); } }; })",
    );
    let bytes = bytes.as_f64().expect("a number");
    println!(
        "{ADVISORS} advisors: {frames:.1} frames a second, {:.1} kB a second",
        bytes / 1_000.0
    );
    assert!(bytes <= BYTES_A_SECOND);
    assert!(frames >= FRAMES_A_SECOND);

    let deed = format!("/api/v1/agents/{last}/state");
    let at = format!("[data-agent='{}'] .state", scene.hired.agent);
    assert_eq!(
        tab.eval(&format!(
            "document.querySelector(\"{at}\").classList.contains('offline')"
        )),
        true
    );
    // From the advisor's key to the supervisor's row, each in a browser of their own.
    let theirs = Chromium::start(ADVISOR);
    let desk = theirs.tab();
    desk.open(&page);
    log_in(&desk, &scene.hired.user, &scene.hired.password);
    desk.until(
        "the desk is there",
        "!!document.querySelector('.phone button')",
    );
    desk.click(".phone button");
    desk.until("its line is up", UP);
    let began = Instant::now();
    desk.press("i");
    tab.until(
        "the supervisor sees it",
        &format!("!document.querySelector(\"{at}\").classList.contains('offline')"),
    );
    let seen = began.elapsed().as_millis();
    println!("a state was seen by the supervisor after {seen} ms");
    assert!(seen <= SEEN_MS + 250, "the floor is told each second");
    // Nobody who is not there is put anywhere.
    let (status, _) = ask(
        http,
        "POST",
        &deed,
        Some(token),
        Some(json!({"to": "ready"})),
    );
    assert_eq!(status, 409);
    engine.stop();
}

/// From a key to the frame after what it changed, in ms.
fn key_to_change(tab: &Tab<'_>) -> f64 {
    let took = tab.eval(
        "new Promise((done) => { const begin = performance.now();
           const changed = new MutationObserver(() => { if (!document.querySelector('dialog[open]')) return; changed.disconnect(); requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin))); });
           changed.observe(document.body, { childList: true, subtree: true, attributes: true });
           dispatchEvent(new KeyboardEvent('keydown', { key: '?', code: 'Slash', bubbles: true })); })
         .then((took) => { document.querySelector('dialog[open]').close(); return new Promise((next) => setTimeout(() => next(took), 50)); })",
    );
    took.as_f64().expect("a time")
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
