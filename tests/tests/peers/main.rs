//! The main job, end to end, with peers that others wrote: a base of 500
//! people is dialed through sipp as the carrier to baresip phones that
//! registered with digest. The number called decides what becomes of a call,
//! so that the right record of every contact is known beforehand. Everybody
//! says a tone, so that the right sound in every ear is known as well.

mod desk;
mod fate;
mod heard;
mod peer;
mod record;
mod tone;
mod trace;

use std::time::Duration;

use tests::floor::until;
use tests::shift::Seat;
use tests::{Floor, Running};

use crate::desk::{Desk, Typed};
use crate::fate::PEOPLE;
use crate::heard::{advisors_heard_their_customers, customers_heard_their_advisor};
use crate::peer::{Carrier, Phone};
use crate::record::{
    attempts, attempts_were_charged_but_for_congestion, every_contact_ended_as_its_number_says,
    the_wire_saw_what_the_record_holds, typifications_stand_beside_the_outcome,
    who_did_not_answer_was_given_time,
};
use crate::tone::Ear;

const CAMPAIGN: &str = "extremo";
const ADVISORS: usize = 8;
/// The whole base, with a machine that does other things too.
const WHOLE_BASE: Duration = Duration::from_secs(240);

struct Advisor {
    seat: Seat,
    /// What this advisor says, in Hz: nobody else says it, nor anything near.
    says: f64,
}

#[test]
fn a_base_dialed_through_sipp_to_baresip_ends_as_its_numbers_say() {
    let ear = Ear::open();
    let carrier = Carrier::start(ear.port());
    let floor = Floor::new();
    // baresip 1.0 gives up at a challenge it does not know, where it should
    // pass over it (RFC 8760 section 2.4).
    floor.sip_setting("digests = [\"MD5\"]");
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
    let trace = carrier.trace();
    advisors_heard_their_customers(&phones, &advisors, &attempts);
    customers_heard_their_advisor(&ear, &advisors, &attempts);
    the_wire_saw_what_the_record_holds(&trace, &carrier.complaints(), &attempts);
    who_did_not_answer_was_given_time(&trace);
    every_contact_ended_as_its_number_says(&attempts);
    attempts_were_charged_but_for_congestion(&floor, &attempts);
    typifications_stand_beside_the_outcome(&attempts, &typed);
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
