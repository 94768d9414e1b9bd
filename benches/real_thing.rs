//! The real thing beside its simulation: a campaign dialed over real SIP to the
//! built-in carrier and registered phones, then rehearsed from the very
//! attempts it left in the record. What stands between the two is what no
//! simulation has: signalling, bridging, journaling, processors.

use std::process::{Command, Stdio};

use benches::quick;
use serde_json::Value;
use tests::program::cadencia;

const AGENTS: &str = "20";
const CAMPAIGN: &str = "Claro hogar";

fn main() {
    let minutes = if quick() { 2.0 } else { 12.0 };
    let seeds = if quick() { 1 } else { 3 };
    for seed in 1..=seeds {
        compare(minutes, seed);
    }
}

fn compare(minutes: f64, seed: u32) {
    let folder = tempfile::tempdir().expect("a folder for the record");
    let record = folder.path().to_str().expect("temporary paths are UTF-8");
    let database = format!("sqlite:{record}/cadencia.db");
    let (length, seed_word) = (minutes.to_string(), seed.to_string());
    let real = last_line(&[
        "demo",
        "--minutes",
        &length,
        "--agents",
        AGENTS,
        "--seed",
        &seed_word,
        "--keep",
        record,
        "--http",
        "127.0.0.1:0",
        "--json",
    ]);
    let hours = (minutes / 60.0).to_string();
    let simulated = last_line(&[
        "simulate",
        "--campaign",
        CAMPAIGN,
        "--database",
        &database,
        "--agents",
        AGENTS,
        "--hours",
        &hours,
        "--runs",
        "40",
        "--json",
    ]);
    let busy = real["utilisation_from_start"].as_f64().expect("dialed");
    let told = |figure: &str, which: &str| {
        let range = &simulated["expected"][figure][which];
        range.as_f64().expect("a range of the rehearsal")
    };
    let [low, median, high] = ["low", "median", "high"].map(|which| told("utilisation", which));
    println!(
        "{minutes} min of {AGENTS} advisors, seed {seed}: busy {:.1} %, simulated {:.1} % \
         (p10 {:.1}, p90 {:.1}), ratio {:.3}",
        busy * 1e2,
        median * 1e2,
        low * 1e2,
        high * 1e2,
        busy / median
    );
    println!(
        "  attempts {}, simulated {:.0} (p10 {:.0}, p90 {:.0}); abandoned {}, simulated {:.0} (p10 {:.0}, p90 {:.0})",
        real["attempts"],
        told("attempts", "median"),
        told("attempts", "low"),
        told("attempts", "high"),
        real["abandoned"],
        told("abandoned", "median"),
        told("abandoned", "low"),
        told("abandoned", "high"),
    );
    println!("  simulated from: {}", simulated["model"]["words"]);
    assert_eq!(real["verify"], "ok");
}

/// What the program says last, as JSON.
fn last_line(arguments: &[&str]) -> Value {
    let mut program = Command::new(cadencia());
    program.args(arguments).stdin(Stdio::null());
    let output = program.output().expect("the program runs");
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {words}");
    let last = words.lines().last().expect("it says something");
    serde_json::from_str(last).unwrap_or_else(|_| panic!("no JSON: {last}"))
}
