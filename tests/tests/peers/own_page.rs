//! The advisor's own page as the advisor's phone, in a real browser: sound and keys both ways to a
//! customer behind sipp, through the whole program.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::floor::{PATIENCE, until};
use tests::ports::free_port;
use tests::shift::Seat as Hired;
use tests::{Floor, Running};

use crate::alone::alone;
use crate::chromium::{Chromium, Tab};
use crate::desk::Seat;
use crate::gate::Gate;
use crate::peer::Carrier;
use crate::voice::{Note, Voice, sounds};
use crate::{Cast, Phones, set_up};

/// What the advisor's microphone plays, and what the customer says, in Hz.
pub(crate) const ADVISOR: f64 = 700.0;
const CUSTOMER: f64 = 1_000.0;
/// A person of the base who answers and listens.
const PERSON: usize = 77;

/// An installation with one advisor, and customers who answer and listen.
pub(crate) struct Scene {
    voice: Voice,
    _carrier: Carrier,
    pub(crate) floor: Floor,
    pub(crate) hired: Hired,
}

impl Scene {
    fn set() -> Scene {
        Scene::with(vec![PERSON])
    }

    pub(crate) fn with(people: Vec<usize>) -> Scene {
        let voice = Voice::open(CUSTOMER);
        let carrier = Carrier::start(voice.port());
        let floor = Floor::new();
        let cast = Cast {
            people,
            advisors: 1,
            phones: Phones::Baresip,
            proxy: false,
        };
        let trunk = format!("--port {}", carrier.address.port());
        let hired = set_up(&floor, &cast, &trunk).remove(0).seat;
        Scene {
            voice,
            _carrier: carrier,
            floor,
            hired,
        }
    }

    /// Audio has an address of its own, and an engine that starts again is found where it was.
    fn audio_at(&self, ip: &str) {
        self.floor
            .configure(&free_port().to_string(), &free_port().to_string());
        let path = self.floor.folder().join("cadencia.toml");
        let text = std::fs::read_to_string(path).expect("just written");
        let bound = text.replace("[media]\n", &format!("[media]\nbind = \"{ip}\"\n"));
        self.floor.file("cadencia.toml", bound);
    }

    pub(crate) fn desk(&self, engine: &Running) -> Seat {
        Seat::take(engine.http(), &self.hired.user, &self.hired.password)
    }

    /// The advisor's page, logged in, and the phone.
    fn sit_down(&self, tab: &Tab<'_>, gate: &Gate) {
        let url = format!("http://{}/asesor", gate.address());
        tab.open(&url);
        let form = json!({"user": self.hired.user, "password": self.hired.password});
        tab.eval(&format!(
            "fetch('/api/v1/session', {{ method: 'POST', body: JSON.stringify({form}),
              headers: {{ 'Content-Type': 'application/json' }} }}).then((answer) => answer.ok)"
        ));
        tab.open(&url);
        tab.until(
            "the page shows its phone",
            "!!document.querySelector('.phone button')",
        );
        tab.click(".phone button");
        tab.until("its line is up", UP);
    }

    /// Logs in and is ready; returns when customer and advisor hear each other.
    fn work(&self, desk: &Seat) {
        desk.post("agent/login", json!({})).expect("a seat is free");
        until("the shift began", PATIENCE, || {
            desk.get("agent")["status"] == "break"
        });
        desk.post("agent/ready", json!({})).expect("the line is up");
        until("they talk", PATIENCE, || {
            desk.get("agent")["status"] == "talking"
        });
        until("the customer hears the advisor", PATIENCE, || {
            self.voice.hears(ADVISOR)
        });
    }
}

pub(crate) const UP: &str = "document.querySelector('.phone')?.dataset.state === 'up'";
const SHOWS_THE_DESK: &str = "document.querySelector('[role=alert]').textContent === ''";

#[test]
fn a_customer_and_an_advisor_whose_phone_is_the_page_hear_each_other() {
    if !alone("own_page::a_customer_and_an_advisor_whose_phone_is_the_page_hear_each_other") {
        return;
    }
    let scene = Scene::set();
    let engine = scene.floor.serve();
    let gate = Gate::before(engine.http());
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    scene.sit_down(&tab, &gate);
    let desk = scene.desk(&engine);
    until("the page counts as a phone", PATIENCE, || {
        desk.get("agent")["registered"] == true
    });
    is_quiet(&tab);
    scene.work(&desk);
    let began = Instant::now();
    until("the advisor hears the customer", PATIENCE, || {
        hears(&tab, CUSTOMER)
    });
    println!("heard {:?} after the advisor was", began.elapsed());

    nothing_is_lost(&scene.voice, &tab);

    // A key of the page in the audio, and one that is asked for.
    let is_told = |key: u8| {
        let then = Instant::now();
        move |voice: &Voice| {
            let notes = voice.since(then);
            let is_it = |note: &Note| note.kind == 101 && note.payload[0] == key;
            notes.iter().any(is_it)
        }
    };
    let told = is_told(7);
    tab.eval("legs.at(-1).getSenders()[0].dtmf.insertDTMF('7', 100, 70)");
    until("the customer's side is told the key", PATIENCE, || {
        told(&scene.voice)
    });
    let told = is_told(5);
    tab.click(".keys button:nth-child(5)");
    until("and the one on the screen", PATIENCE, || told(&scene.voice));

    // Silenced, packets go on and say nothing.
    tab.click(".phone button");
    until("the customer hears silence", PATIENCE, || {
        let notes = scene.voice.notes();
        let newest = &notes[notes.len() - 10..];
        !sounds(newest, ADVISOR) && newest[0].at.elapsed() < Duration::from_millis(400)
    });
    tab.click(".phone button");
    until("and then the advisor", PATIENCE, || {
        scene.voice.hears(ADVISOR)
    });

    desk.post("agent/hangup", json!({})).expect("they talk");
    until("the call is over", PATIENCE, || {
        desk.get("agent")["status"] == "wrap_up"
    });
    tab.until("the line stays up", UP);
    assert_eq!(desk.get("agent")["line_up"], true);
    is_quiet(&tab);
    engine.stop();
}

#[test]
fn a_page_that_is_loaded_again_goes_on_with_its_call_and_one_without_connection_too() {
    if !alone(
        "own_page::a_page_that_is_loaded_again_goes_on_with_its_call_and_one_without_connection_too",
    ) {
        return;
    }
    let scene = Scene::set();
    let engine = scene.floor.serve();
    let gate = Gate::before(engine.http());
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    scene.sit_down(&tab, &gate);
    let desk = scene.desk(&engine);
    scene.work(&desk);
    let attempt = desk.get("agent")["attempt"].clone();
    let still = || {
        let desk = desk.get("agent");
        assert_eq!(
            (&desk["status"], &desk["attempt"]),
            (&json!("talking"), &attempt)
        );
    };

    for _ in 0..3 {
        let pressed = Instant::now();
        tab.reload();
        until("the advisor was not heard for a moment", PATIENCE, || {
            scene
                .voice
                .since(pressed)
                .windows(5)
                .any(|notes| !sounds(notes, ADVISOR))
        });
        until("the advisor is heard again", PATIENCE, || {
            scene.voice.hears(ADVISOR)
        });
        tab.until("the line is up", UP);
        let (gap, whole) = absence(&scene.voice.since(pressed), pressed);
        println!("a leg in {:?}", took(&tab, "made"));
        println!("reload: not heard for {gap:?}, heard again {whole:?} after F5");
        assert!(whole < Duration::from_secs(4), "{whole:?}");
        still();
        until("and hears the customer", PATIENCE, || hears(&tab, CUSTOMER));
    }

    // Five seconds without a connection: the audio does not notice.
    let then = Instant::now();
    gate.shut();
    std::thread::sleep(Duration::from_secs(5));
    let notes = scene.voice.since(then);
    assert!(
        notes
            .chunks(10)
            .all(|notes| notes.len() < 10 || sounds(notes, ADVISOR))
    );
    assert!(
        (240..=262).contains(&notes.len()),
        "{} packets in 5 s",
        notes.len()
    );
    gate.open();
    // The page comes back by itself, to the same leg.
    tab.until("it shows the desk", SHOWS_THE_DESK);
    assert_eq!(
        tab.eval("legs.filter((leg) => leg.connectionState === 'connected').length"),
        1
    );
    tab.until("the line is up", UP);
    still();
    engine.stop();
}

#[test]
fn a_page_finds_its_line_again_behind_a_hole_in_the_network_and_after_a_crash() {
    if !alone(
        "own_page::a_page_finds_its_line_again_behind_a_hole_in_the_network_and_after_a_crash",
    ) {
        return;
    }
    let scene = Scene::set();
    scene.audio_at("127.0.0.2");
    let engine = scene.floor.serve();
    let gate = Gate::before(engine.http());
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    scene.sit_down(&tab, &gate);
    let desk = scene.desk(&engine);
    scene.work(&desk);
    let attempt = desk.get("agent")["attempt"].clone();

    // No audio passes, for anybody.
    reach("127.0.0.2", false);
    let then = Instant::now();
    until("the advisor is missed", PATIENCE, || {
        !scene.voice.hears(ADVISOR)
    });
    tab.until(
        "the page knows",
        "document.querySelector('.phone').dataset.state === 'away'",
    );
    reach("127.0.0.2", true);
    until("the advisor is heard again", PATIENCE, || {
        scene.voice.hears(ADVISOR)
    });
    println!("heard again {:?} after the hole began", then.elapsed());
    until("and hears the customer", PATIENCE, || hears(&tab, CUSTOMER));
    let now = desk.get("agent");
    assert_eq!(
        (&now["status"], &now["attempt"]),
        (&json!("talking"), &attempt)
    );

    engine.kill();
    tab.until(
        "the page misses the engine",
        "document.querySelector('[role=alert]').textContent !== ''",
    );
    let engine = scene.floor.serve();
    // The call ended with the engine; the line is there again by itself.
    tab.until("it shows the desk again", SHOWS_THE_DESK);
    tab.until("the line is up again", UP);
    let desk = scene.desk(&engine);
    until("the engine counts on it", PATIENCE, || {
        desk.get("agent")["line_up"] == true
    });
    engine.stop();
}

#[test]
fn a_page_whose_network_lets_no_udp_pass_is_a_phone_all_the_same() {
    if !alone("own_page::a_page_whose_network_lets_no_udp_pass_is_a_phone_all_the_same") {
        return;
    }
    let scene = Scene::set();
    scene.audio_at("127.0.0.2");
    let path = scene.floor.folder().join("cadencia.toml");
    let text = std::fs::read_to_string(path).expect("just written");
    // Ports of one's own, so that those of pages are known.
    let ports = text.replace("port_first = 0", "port_first = 20000\nport_last = 20999");
    let ports = format!("{ports}[media.browser]\ntcp_port = 30000\n");
    scene.floor.file("cadencia.toml", ports);
    no_udp_to(30_000);
    let engine = scene.floor.serve();
    let gate = Gate::before(engine.http());
    let browser = Chromium::start(ADVISOR);
    let tab = browser.tab();
    scene.sit_down(&tab, &gate);
    println!("a leg by TCP in {:?}", took(&tab, "made"));
    let desk = scene.desk(&engine);
    scene.work(&desk);
    until("the advisor hears the customer", PATIENCE, || {
        hears(&tab, CUSTOMER)
    });
    nothing_is_lost(&scene.voice, &tab);
    let carried = tab.eval(
        "(async () => { const rows = [...(await legs.at(-1).getStats()).values()];
           const chosen = rows.find((row) => row.type === 'transport').selectedCandidatePairId;
           const pair = rows.find((row) => row.id === chosen);
           return rows.find((row) => row.id === pair.remoteCandidateId).protocol; })()",
    );
    assert_eq!(carried, "tcp");
    engine.stop();
}

#[test]
fn a_second_page_must_take_the_line_over_and_a_late_answer_costs_its_lateness_only() {
    if !alone(
        "own_page::a_second_page_must_take_the_line_over_and_a_late_answer_costs_its_lateness_only",
    ) {
        return;
    }
    let scene = Scene::set();
    let engine = scene.floor.serve();
    let gate = Gate::before(engine.http());
    let browser = Chromium::start(ADVISOR);
    let first = browser.tab();
    scene.sit_down(&first, &gate);
    let desk = scene.desk(&engine);
    scene.work(&desk);

    let second = browser.tab();
    second.open(&format!("http://{}/asesor", gate.address()));
    second.until(
        "it is told that another page has the line",
        "document.querySelector('.phone')?.dataset.state === 'taken'",
    );
    assert_eq!(first.eval(UP), true);
    assert!(scene.voice.hears(ADVISOR));
    second.click(".phone button");
    second.until("it has the line", UP);
    first.until(
        "the first has not",
        "document.querySelector('.phone').dataset.state === 'taken'",
    );
    until("the advisor is heard", PATIENCE, || {
        scene.voice.hears(ADVISOR)
    });
    until("and hears", PATIENCE, || hears(&second, CUSTOMER));
    assert_eq!(desk.get("agent")["status"], "talking");

    for late in [200, 800] {
        gate.hold_up(Duration::from_millis(late));
        second.reload();
        second.until("the line is up", UP);
        let took = took(&second, "answered");
        println!("{late} ms late: up {took:?} after the answer");
        assert!(took < Duration::from_millis(400), "{took:?}");
        gate.hold_up(Duration::ZERO);
        until("the advisor is heard", PATIENCE, || {
            scene.voice.hears(ADVISOR)
        });
    }
    engine.stop();
}

/// Whether anything reaches an address, in the network that is this test's alone.
fn reach(ip: &str, reached: bool) {
    let what = if reached { "del" } else { "add" };
    let route = format!("{ip}/32");
    let words = ["route", what, "blackhole", &route, "table", "local"];
    let done = Command::new("ip")
        .args(words)
        .status()
        .expect("ip is everywhere");
    assert!(done.success());
}

/// No datagram reaches this port, in the network that is this test's alone: dropped without a word, as
/// the firewalls of offices do.
fn no_udp_to(port: u16) {
    let port = port.to_string();
    let done = Command::new("iptables")
        .env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
        .args(["-A", "INPUT", "-p", "udp", "--dport", &port, "-j", "DROP"])
        .status()
        .expect("iptables is there; `make tools` installs it");
    assert!(done.success());
}

/// Two seconds of the call: every packet of the page arrives at the customer in order, and every packet
/// of the customer at the page.
fn nothing_is_lost(voice: &Voice, tab: &Tab<'_>) {
    let (then, said, before) = (Instant::now(), voice.said(), counts(tab));
    std::thread::sleep(Duration::from_secs(2));
    let (notes, said, after) = (voice.since(then), voice.said() - said, counts(tab));
    let gapless = notes
        .windows(2)
        .all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1));
    assert!(gapless, "a packet of the page is missing");
    let rose = |name: &str| after[name].as_u64().unwrap_or(0) - before[name].as_u64().unwrap_or(0);
    println!(
        "page sent {}, customer got {}; customer sent {said}, page got {}; {after}",
        rose("sent"),
        notes.len(),
        rose("received")
    );
    // Packets that are under way when somebody counts.
    let near = |one: u64, other: u64| one.abs_diff(other) <= 4;
    assert!(near(rose("sent"), notes.len() as u64));
    assert!(near(rose("received"), said));
    assert_eq!(after["lost"], 0);
}

/// A line that nobody is on: a packet now and then, none of them lost, nothing to be heard, and it stays up.
fn is_quiet(tab: &Tab<'_>) {
    // The silence that follows any sound is whole.
    std::thread::sleep(Duration::from_secs(1));
    let (began, before) = (Instant::now(), counts(tab));
    let mut loudest = f64::MIN;
    while began.elapsed() < Duration::from_secs(4) {
        loudest = loudest.max(peak(tab).1);
    }
    let after = counts(tab);
    let rose = |name: &str| after[name].as_u64().unwrap_or(0) - before[name].as_u64().unwrap_or(0);
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "idle for {seconds:.1} s: got {}, loudest {loudest} dB",
        rose("received")
    );
    assert!((rose("received") as f64 - seconds / 0.4).abs() <= 2.0);
    assert!(rose("sent") as f64 > 40.0 * seconds, "it goes on saying");
    assert_eq!(after["lost"], 0);
    assert!(loudest < -60.0, "{loudest} dB");
    tab.until("the line is up", UP);
}

/// How long the newest leg took to be up, since it was `made` or `answered`.
fn took(tab: &Tab<'_>, since: &str) -> Duration {
    let took = tab.eval(&format!("legs.at(-1).up - legs.at(-1).{since}"));
    Duration::from_secs_f64(took.as_f64().expect("it is up") / 1_000.0)
}

fn counts(tab: &Tab<'_>) -> Value {
    tab.eval(
        "(async () => { const rows = [...(await legs.at(-1).getStats()).values()];
           const of = (type) => rows.find((row) => row.type === type) ?? {};
           return { sent: of('outbound-rtp').packetsSent, received: of('inbound-rtp').packetsReceived,
             lost: of('inbound-rtp').packetsLost, codec: of('codec').mimeType,
             cipher: of('transport').srtpCipher }; })()",
    )
}

/// Whether the page hears this tone: the loudest of what its ear is given.
fn hears(tab: &Tab<'_>, hertz: f64) -> bool {
    let (loudest, level) = peak(tab);
    level > -60.0 && (loudest - hertz).abs() < 15.0
}

/// The loudest of what the page's ear is given within a quarter of a second: its frequency, and how loud it is in dB.
fn peak(tab: &Tab<'_>) -> (f64, f64) {
    let peak = tab.eval(
        "(async () => { const ear = document.querySelector('audio');
           if (!ear?.srcObject) return [0, -1000];
           if (window.heard !== ear.srcObject) {
             window.heard = ear.srcObject; const context = new AudioContext();
             window.look = context.createAnalyser(); look.fftSize = 8192; look.smoothingTimeConstant = 0;
             context.createMediaStreamSource(heard).connect(look);
           }
           await new Promise((done) => setTimeout(done, 250));
           const bins = new Float32Array(look.frequencyBinCount); look.getFloatFrequencyData(bins);
           const level = Math.max(...bins);
           // No sound at all has no level.
           return [bins.indexOf(level) * look.context.sampleRate / look.fftSize, Math.max(level, -1000)]; })()",
    );
    let number = |of: usize| peak[of].as_f64().expect("a number");
    (number(0), number(1))
}

/// How long the advisor was not heard, and how long after `from` they were again.
fn absence(notes: &[Note], from: Instant) -> (Duration, Duration) {
    let heard: Vec<bool> = notes
        .windows(3)
        .map(|notes| sounds(notes, ADVISOR))
        .collect();
    let gone = heard
        .iter()
        .position(|heard| !heard)
        .expect("there was a moment");
    let back = heard
        .iter()
        .rposition(|heard| !heard)
        .expect("there was a moment")
        + 1;
    let back = notes[back.min(notes.len() - 1)].at;
    (back - notes[gone].at, back - from)
}
