//! The main job, end to end, with peers that others wrote: a base of 500
//! people is dialed through sipp as the carrier to baresip phones that
//! registered with digest. The number called decides what becomes of a call,
//! so that the right record of every contact is known beforehand.
//!
//! NOT held: that the phones hear the customers. They recorded silence where
//! sipp was to play a tone, and whose fault it is was not found out; the
//! figure is printed, and is 0 s today.

mod desk;
mod fate;
mod peer;
mod shim;
mod tone;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde_json::Value;
use tests::floor::until;
use tests::shift::Seat;
use tests::{Floor, Running};

use crate::desk::{Desk, Typed};
use crate::fate::{Fate, PEOPLE, person};
use crate::peer::{Carrier, Phone};
use crate::tone::{Ear, seconds_of};

const CAMPAIGN: &str = "extremo";
const ADVISORS: usize = 8;
/// What customers say, in Hz; no advisor's tone is near it.
const CUSTOMER: f64 = 440.0;
/// The whole base, with a machine that does other things too.
const WHOLE_BASE: Duration = Duration::from_secs(240);

struct Advisor {
    seat: Seat,
    /// What this advisor says, in Hz: nobody else says it.
    says: f64,
}

#[test]
fn a_base_dialed_through_sipp_to_baresip_ends_as_its_numbers_say() {
    let ear = Ear::open();
    let carrier = Carrier::start(CUSTOMER, ear.port());
    let floor = Floor::new();
    let advisors = set_up(&floor, &carrier);
    let engine = floor.serve();
    let phones = plug_in(&engine, &advisors);
    let desks: Vec<Desk> = advisors
        .iter()
        .map(|Advisor { seat, .. }| Desk::open(engine.http(), &seat.user, &seat.password))
        .collect();

    until("the whole base is dialed and typed", WHOLE_BASE, || {
        // A look costs a process; twice a second is often enough.
        std::thread::sleep(Duration::from_millis(500));
        let attempts = attempts(&floor);
        attempts.len() >= PEOPLE && attempts.iter().all(|row| row["code"].is_string())
    });
    let typed: Typed = desks.into_iter().flat_map(Desk::close).collect();
    engine.stop();

    let attempts = attempts(&floor);
    what_was_heard(&phones, &advisors, &ear);
    every_contact_ended_as_its_number_says(&attempts);
    the_wire_saw_what_the_record_holds(&carrier, &attempts);
    typifications_stand_beside_the_outcome(&attempts, &typed);
    customers_heard_their_advisor(&ear, &advisors, &attempts);
    let verdict = floor.run(&["verify"]);
    assert_eq!(verdict["verify"], "ok", "{verdict}");
}

fn set_up(floor: &Floor, carrier: &Carrier) -> Vec<Advisor> {
    let base = floor.file("base.csv", fate::base());
    let base = base.to_str().expect("folders of tests are ASCII");
    let acta = floor.run(&["list", "import", base, "--name", "base"]);
    assert_eq!(acta["acta"]["valid"], PEOPLE, "{acta}");
    let port = carrier.address.port().to_string();
    let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
    let run = |line: String| {
        let words = words(&line);
        floor.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    run(format!(
        "trunk set operador --host 127.0.0.1 --port {port} --channels 60 --cps 30"
    ));
    // Progressive: a customer who answers has an advisor, so every outcome is determined.
    run(format!(
        "campaign create {CAMPAIGN} --mode progressive --list base --trunk operador \
         --caller-id +576015550100 --law laboratorio --ring-timeout 15s --wrap-up 60s \
         --attempts-per-contact 1"
    ));
    let advisors = (0..ADVISORS).map(|number| Advisor {
        seat: floor.hire(&format!("asesor{number}"), CAMPAIGN),
        says: 600.0 + 100.0 * number as f64,
    });
    let advisors = advisors.collect();
    run(format!("campaign start {CAMPAIGN}"));
    advisors
}

fn plug_in(engine: &Running, advisors: &[Advisor]) -> Vec<Phone> {
    advisors
        .iter()
        .map(|Advisor { seat, says }| {
            Phone::start(&seat.user, &seat.sip_password, engine.sip(), *says)
        })
        .collect()
}

fn attempts(floor: &Floor) -> Vec<Value> {
    let rows = floor.run(&["report", "attempts", CAMPAIGN, "--limit", "2000"]);
    rows.as_array().expect("a list of attempts").clone()
}

fn whose(row: &Value) -> usize {
    person(row["phone"].as_str().expect("a number"))
}

fn every_contact_ended_as_its_number_says(attempts: &[Value]) {
    let mut seen = BTreeMap::new();
    for row in attempts {
        let who = whose(row);
        let (outcome, status, cause) = Fate::of(who).recorded();
        assert_eq!(row["outcome"], outcome, "{who}: {row}");
        assert_eq!(row["sip_status"].as_u64(), status, "{who}: {row}");
        assert_eq!(row["q850"].as_u64(), cause, "{who}: {row}");
        assert!(row["gate"].is_null(), "{who}: {row}");
        *seen.entry(who).or_insert(0) += 1;
    }
    // One attempt each; what met congestion is due again in ten minutes, not now.
    assert!(
        (0..PEOPLE).all(|who| seen.get(&who) == Some(&1)),
        "{seen:?}"
    );
}

fn the_wire_saw_what_the_record_holds(carrier: &Carrier, attempts: &[Value]) {
    let mut on_the_wire: Vec<String> = carrier.invites().into_values().collect();
    let phone = |row: &Value| row["phone"].as_str().expect("a number").to_owned();
    let mut in_the_record: Vec<String> = attempts.iter().map(phone).collect();
    on_the_wire.sort();
    in_the_record.sort();
    assert_eq!(on_the_wire, in_the_record);
    let complaints = carrier.complaints();
    assert!(complaints.is_empty(), "sipp says: {complaints}");
}

fn typifications_stand_beside_the_outcome(attempts: &[Value], typed: &Typed) {
    for row in attempts {
        let who = whose(row);
        let said = typed.get(&row["id"].as_i64().expect("an id"));
        if Fate::of(who).talks() {
            let (code, _) = said.unwrap_or_else(|| panic!("{who} was not typed: {row}"));
            assert_eq!(row["code"], code.as_str(), "{who}: {row}");
            assert_eq!(row["coded_by"], row["agent"], "{who}: {row}");
            assert!(row["coded_by"].is_i64(), "{who}: {row}");
        } else {
            assert_eq!(said, None, "{who}: {row}");
            assert!(row["coded_by"].is_null(), "{who}: {row}");
        }
    }
}

/// How many calls of this fate each agent had.
fn calls(attempts: &[Value], fate: Fate) -> HashMap<i64, usize> {
    let mut calls = HashMap::new();
    for row in attempts.iter().filter(|row| Fate::of(whose(row)) == fate) {
        let agent = row["agent"].as_i64().expect("they were connected");
        *calls.entry(agent).or_insert(0) += 1;
    }
    calls
}

/// For whoever reads a failure.
fn what_was_heard(phones: &[Phone], advisors: &[Advisor], ear: &Ear) {
    let streams = ear.heard();
    for (Advisor { seat, says }, phone) in advisors.iter().zip(phones) {
        let heard = phone.heard();
        let said: Vec<f64> = streams.iter().map(|s| seconds_of(*says, s)).collect();
        println!(
            "{}: {} s of customers in {} samples; customers heard {said:?} s of them",
            seat.user,
            seconds_of(CUSTOMER, &heard),
            heard.len()
        );
    }
}

fn customers_heard_their_advisor(ear: &Ear, advisors: &[Advisor], attempts: &[Value]) {
    let talked = calls(attempts, Fate::Listens);
    let heard = ear.heard();
    for Advisor { seat, says } in advisors {
        let calls = talked.get(&seat.agent).copied().unwrap_or(0);
        let streams = heard
            .iter()
            .filter(|audio| seconds_of(*says, audio) >= 0.5)
            .count();
        assert_eq!(streams, calls, "calls in which {} was heard", seat.user);
    }
    assert_eq!(talked.values().sum::<usize>(), 15);
}
