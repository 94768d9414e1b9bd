//! A campaign rehearsed from its own record. Days of a known floor, simulated
//! with the engine itself, are written into the record; the program must find
//! that floor again, predict the last day from those before, and say so when
//! there is too little to tell.

mod http;
mod past;

use serde_json::Value;
use tests::Floor;
use tests::ports::free_port;
use tests::shift::CAMPAIGN;

const DAYS: usize = 4;
const ADVISORS: u32 = 8;
/// People called on one day, and nobody of them on another.
const A_DAY: usize = 3_000;
/// Whom nobody called yet.
const FRESH: usize = 2_000;

#[test]
fn a_floor_is_found_again_in_its_record_and_its_last_day_predicted() {
    let floor = Floor::new();
    set_up(&floor);
    let placed = floor.ask(async |store| past::days_gone_by(store).await);

    let scenario = printed(&floor);
    let mix = &scenario["mix"];
    let weight = |of: &str| mix[of].as_f64().expect("a weight");
    let all: f64 = mix
        .as_object()
        .expect("weights")
        .keys()
        .map(|of| weight(of))
        .sum();
    for (of, truth) in [
        ("person", 0.25),
        ("machine", 0.10),
        ("busy", 0.12),
        ("invalid", 0.08),
    ] {
        near(of, weight(of) / all, truth, 0.10);
    }
    near("talk", mean(&scenario["model"]["talk_ms"]), 60_000.0, 0.05);
    near(
        "wrap-up",
        mean(&scenario["model"]["wrap_up_ms"]),
        12_000.0,
        0.05,
    );

    let rehearsed = floor.run(&[
        "simulate",
        "--campaign",
        CAMPAIGN,
        "--runs",
        "6",
        "--sales-target",
        "1",
    ]);
    let words = format!("fitted from {placed} attempts of {DAYS} days");
    assert_eq!(rehearsed["model"]["words"], words, "{rehearsed}");
    assert_eq!(rehearsed["agents"], ADVISORS, "{rehearsed}");
    assert_eq!(rehearsed["sales_target"]["chance"], 1.0, "{rehearsed}");
    let figures = rehearsed["back_test"]["figures"]
        .as_array()
        .expect("a back-test");
    let named: Vec<_> = figures
        .iter()
        .map(|figure| figure["figure"].clone())
        .collect();
    assert_eq!(named, ["attempts", "contacts", "abandoned", "utilisation"]);
    for (figure, most) in figures.iter().zip([0.10, 0.10, 0.60, 0.05]) {
        let error = figure["error"].as_f64().expect("something happened");
        println!("{figure}");
        assert!(error.abs() <= most, "{figure}");
    }
}

#[test]
fn a_campaign_called_by_segments_is_rehearsed_by_them() {
    let floor = Floor::new();
    set_up(&floor);
    // Eleven of fourteen thousand people, and all others; the quota comes after the days that are told.
    let segments = "[[segments]]\nname = \"Chico\"\nrule = 'nombre contiene \"Persona 1234\"'\nshare = 50\n\
                    [[segments]]\nname = \"Grande\"\nrule = ''\nshare = 50\n";
    let quota = "quota = { of = \"attempts\", most = 400, per = \"day\" }\n";
    floor.file("antes.toml", segments);
    floor.file("segmentos.toml", format!("{segments}{quota}"));
    let set = |file| floor.run(&["campaign", "segments", "set", CAMPAIGN, file]);
    set("antes.toml");
    floor.ask(async |store| past::days_gone_by(store).await);
    set("segmentos.toml");
    let rehearse = ["simulate", "--campaign", CAMPAIGN, "--runs", "3"];
    let rehearsed = floor.run(&[&rehearse[..], &["--hours", "1"]].concat());
    let segments = rehearsed["expected"]["segments"].as_array();
    let segments = segments.expect("told by segment");
    let names: Vec<_> = segments.iter().map(|of| of["name"].clone()).collect();
    assert_eq!(names, ["Chico", "Grande", "resto"]);
    let (small, large) = (&segments[0], &segments[1]);
    assert_eq!(small["answers"], 1.0, "{small}");
    let answers = large["answers"].as_f64().expect("a ratio");
    assert!((0.9..1.1).contains(&answers) && answers != 1.0, "{large}");
    assert_eq!(large["attempts"]["high"], 400.0, "{large}");
    assert_eq!(large["enough"], 1.0, "{large}");
    let assumed = rehearsed["model"]["assumed"].to_string();
    assert!(
        assumed.contains("in the segment Chico: only") && !assumed.contains("Grande"),
        "{assumed}"
    );
}

#[test]
fn a_day_is_replayed_with_settings_it_did_not_have() {
    let floor = Floor::new();
    set_up(&floor);
    floor.ask(async |store| past::days_gone_by(store).await);
    let replay = [
        "replay",
        CAMPAIGN,
        "--from",
        "2020-01-01",
        "--to",
        "2100-01-01",
    ];
    let replayed = floor.run(&[&replay[..], &["--mode", "progressive"]].concat());
    let middle = |of: &str| {
        replayed["otherwise"][of]["median"]
            .as_f64()
            .expect("a number")
    };
    println!("{}", replayed["otherwise"]);
    assert!(middle("abandoned") < 0.0, "{replayed}");
    assert!(middle("utilisation_points") < -2.0, "{replayed}");
    assert_eq!(replayed["differ"], 0, "{replayed}");
}

#[test]
fn too_little_to_tell_is_said_and_not_guessed() {
    let floor = Floor::new();
    let rehearse = [
        "simulate",
        "--campaign",
        CAMPAIGN,
        "--runs",
        "2",
        "--hours",
        "0.2",
    ];
    assert!(
        floor
            .refused(&rehearse)
            .contains("there is no campaign yet")
    );
    set_up(&floor);
    let other = floor.refused(&["simulate", "--campaign", "otra"]);
    assert!(
        other.contains(&format!("there are `{CAMPAIGN}`")),
        "{other}"
    );
    let rehearsed = floor.run(&rehearse);
    assert_eq!(rehearsed["agents"], ADVISORS, "{rehearsed}");
    assert_eq!(rehearsed["model"]["fitted"], false, "{rehearsed}");
    let words = rehearsed["model"]["words"].as_str().expect("words");
    assert!(
        words.contains("only 0 attempts, at least 500 needed"),
        "{words}"
    );
    assert!(rehearsed["back_test"]["refused"].is_string(), "{rehearsed}");
    assert_eq!(rehearsed["expected"]["runs"], 2, "{rehearsed}");
}

#[track_caller]
fn near(what: &str, found: f64, truth: f64, tolerance: f64) {
    let off = (found / truth - 1.0).abs();
    assert!(off <= tolerance, "{what}: {found} instead of {truth}");
}

fn mean(spread: &Value) -> f64 {
    let shares = spread.as_array().expect("lengths were seen");
    let sum: f64 = shares.iter().filter_map(Value::as_f64).sum();
    sum / shares.len() as f64
}

/// The scenario as a file to change; many lines.
fn printed(floor: &Floor) -> Value {
    let arguments = ["simulate", "--campaign", CAMPAIGN, "--print-scenario"];
    let out = floor
        .command(&arguments)
        .output()
        .expect("the program starts");
    assert!(out.status.success(), "{out:?}");
    serde_json::from_slice(&out.stdout).expect("a scenario")
}

fn set_up(floor: &Floor) {
    let mut base = String::from("documento;nombre;celular\n");
    for person in 0..DAYS * A_DAY + FRESH {
        base += &format!("{};Persona {person};300{person:07}\n", 10_000_000 + person);
    }
    floor.file("base.csv", base);
    floor.run(&["list", "import", "base.csv", "--name", "base"]);
    let port = free_port().port().to_string();
    let trunk = [
        "trunk",
        "set",
        "hilo",
        "--host",
        "127.0.0.1",
        "--channels",
        "200",
        "--port",
    ];
    floor.run(&[&trunk[..], &[&port]].concat());
    let campaign = "--list base --trunk hilo --law laboratorio --caller-id +576015550100";
    let campaign: Vec<&str> = campaign.split(' ').collect();
    floor.run(&[&["campaign", "create", CAMPAIGN][..], &campaign].concat());
    for advisor in 1..=ADVISORS {
        let name = format!("asesor{advisor}");
        let set = ["agent", "set", &name, "--sip-user", &name];
        floor.run(&[&set[..], &["--campaign", CAMPAIGN]].concat());
    }
}
