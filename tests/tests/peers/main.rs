//! The main job, end to end, with peers that others wrote: a base is dialed
//! through sipp as the carrier to phones that registered with digest. The number
//! called decides what becomes of a call, so that the right record of every
//! contact is known beforehand. Everybody says a tone, so that the right sound
//! in every ear is known as well.
//!
//! Beside it, others who come to the same door: our own page and one with JsSIP in a browser, and
//! SIPVicious and nmap.

mod alone;
mod browser;
mod chromium;
mod desk;
mod fate;
mod gate;
mod heard;
mod linphone;
mod nmap;
mod office;
mod own_page;
mod page;
mod pages;
mod pages_admin;
mod peer;
mod prompts;
mod proxy;
mod quality;
mod record;
mod secure_trunk;
mod sipvicious;
mod tone;
mod trace;
mod voice;

use std::net::SocketAddr;
use std::time::Duration;

use tests::Floor;
use tests::floor::until;
use tests::ports::free_port;
use tests::shift::Seat;

use crate::desk::{Desk, Typed};
use crate::heard::{advisors_heard_their_customers, customers_heard_their_advisor};
use crate::linphone::Linphone;
use crate::peer::{Baresip, Carrier, Phone};
use crate::proxy::Proxy;
use crate::quality::calls_were_measured;
use crate::record::{
    attempts, attempts_were_charged_but_for_congestion, every_contact_ended_as_its_number_says,
    the_wire_saw_what_the_record_holds, typifications_stand_beside_the_outcome,
    who_did_not_answer_was_given_time,
};
use crate::tone::Ear;

const CAMPAIGN: &str = "extremo";
/// The whole base, with a machine that does other things too.
const WHOLE_BASE: Duration = Duration::from_secs(240);
/// Advisors who are ready have calls dialed for them at once; on such a machine, within this.
const AT_WORK: Duration = Duration::from_secs(15);

/// Who takes part.
struct Cast {
    /// Whom the base holds.
    people: Vec<usize>,
    advisors: usize,
    phones: Phones,
    /// A proxy that the trunk registers at stands before the carrier.
    proxy: bool,
}

/// Who made the phones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phones {
    Baresip,
    /// Inside TLS, with protected audio.
    BaresipTls,
    Linphone,
}

struct Advisor {
    seat: Seat,
    /// What this advisor says, in Hz: nobody else says it, nor anything near.
    says: f64,
}

#[test]
fn a_base_dialed_through_sipp_to_baresip_ends_as_its_numbers_say() {
    dial(&Cast {
        people: (0..500).collect(),
        advisors: 8,
        phones: Phones::Baresip,
        proxy: false,
    });
}

#[test]
fn a_base_dialed_through_kamailio_to_linphone_ends_as_its_numbers_say() {
    dial(&Cast {
        people: fate::one_of_each(),
        advisors: 5,
        phones: Phones::Linphone,
        proxy: true,
    });
}

#[test]
fn a_base_dialed_to_baresip_inside_tls_with_protected_audio_ends_as_its_numbers_say() {
    dial(&Cast {
        people: fate::one_of_each(),
        advisors: 3,
        phones: Phones::BaresipTls,
        proxy: false,
    });
}

fn dial(cast: &Cast) {
    let ear = Ear::open();
    let carrier = Carrier::start(ear.port());
    let proxy = cast.proxy.then(|| Proxy::before(carrier.address));
    let floor = Floor::new();
    if cast.phones != Phones::Linphone {
        // baresip 1.0 gives up at a challenge it does not know, where it should
        // pass over it (RFC 8760 section 2.4).
        floor.sip_setting("digests = [\"MD5\"]");
    }
    let registrar = match cast.phones {
        Phones::BaresipTls => Some(inside_tls(&floor)),
        Phones::Baresip | Phones::Linphone => None,
    };
    let advisors = set_up(&floor, cast, &trunk(&carrier, proxy.as_ref()));
    let engine = floor.serve();
    let registrar = registrar.unwrap_or_else(|| engine.sip());
    let phones = plug_in(registrar, cast.phones, &advisors);
    let desks: Vec<Desk> = advisors
        .iter()
        .map(|Advisor { seat, .. }| Desk::open(engine.http(), &seat.user, &seat.password))
        .collect();

    until("the first call is under way", AT_WORK, || {
        !attempts(&floor).is_empty()
    });
    until("the whole base is dialed and typed", WHOLE_BASE, || {
        // A look costs a process; twice a second is often enough.
        std::thread::sleep(Duration::from_millis(500));
        let attempts = attempts(&floor);
        attempts.len() >= cast.people.len() && attempts.iter().all(|row| row["code"].is_string())
    });
    let typed: Typed = desks.into_iter().flat_map(Desk::close).collect();
    calls_were_measured(&floor, &engine, &attempts(&floor));
    engine.stop();

    let attempts = attempts(&floor);
    let trace = carrier.trace();
    advisors_heard_their_customers(&phones, &advisors, &attempts);
    customers_heard_their_advisor(&ear, &advisors, &attempts);
    the_wire_saw_what_the_record_holds(&trace, &carrier.complaints(), &attempts);
    who_did_not_answer_was_given_time(&trace);
    every_contact_ended_as_its_number_says(cast, &attempts);
    attempts_were_charged_but_for_congestion(&floor, &attempts);
    typifications_stand_beside_the_outcome(&attempts, &typed);
    let verdict = floor.run(&["verify"]);
    assert_eq!(verdict["verify"], "ok", "{verdict}");
}

/// How the trunk reaches the carrier.
fn trunk(carrier: &Carrier, proxy: Option<&Proxy>) -> String {
    match proxy {
        None => format!("--port {}", carrier.address.port()),
        Some(proxy) => proxy.trunk(),
    }
}

fn set_up(floor: &Floor, cast: &Cast, trunk: &str) -> Vec<Advisor> {
    let base = floor.file("base.csv", fate::base(&cast.people));
    let base = base.to_str().expect("folders of tests are ASCII");
    let acta = floor.run(&["list", "import", base, "--name", "base"]);
    assert_eq!(acta["acta"]["valid"], cast.people.len(), "{acta}");
    let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
    let run = |line: String| {
        let words = words(&line);
        floor.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    run(format!(
        "trunk set operador --host 127.0.0.1 {trunk} --channels 60 --cps 30"
    ));
    // Progressive: a customer who answers has an advisor, so every outcome is determined.
    run(format!(
        "campaign create {CAMPAIGN} --mode progressive --list base --trunk operador \
         --caller-id +576015550100 --law laboratorio --ring-timeout 15s --wrap-up 60s \
         --attempts-per-contact 1"
    ));
    let advisors = (0..cast.advisors).map(|number| Advisor {
        seat: floor.hire(&format!("asesor{number}"), CAMPAIGN),
        says: 600.0 + 100.0 * number as f64,
    });
    let advisors = advisors.collect();
    run(format!("campaign start {CAMPAIGN}"));
    advisors
}

/// Has the floor hear phones inside TLS too, and talk to none there in clear; where.
fn inside_tls(floor: &Floor) -> SocketAddr {
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).expect("a name");
    floor.file("certificate.pem", own.cert.pem());
    floor.file("key.pem", own.signing_key.serialize_pem());
    let at = free_port();
    floor.sip_setting(&format!(
        "phone_srtp = \"required\"\n[sip.tls]\nbind = \"{at}\"\n\
         certificate = \"certificate.pem\"\nkey = \"key.pem\""
    ));
    at
}

fn plug_in(registrar: SocketAddr, phones: Phones, advisors: &[Advisor]) -> Vec<Box<dyn Phone>> {
    let plug = |Advisor { seat, says }: &Advisor| -> Box<dyn Phone> {
        let (user, password) = (&seat.user, &seat.sip_password);
        match phones {
            Phones::Baresip => Box::new(Baresip::start(user, password, registrar, *says)),
            Phones::BaresipTls => Box::new(Baresip::start_secure(user, password, registrar, *says)),
            Phones::Linphone => Box::new(Linphone::start(user, password, registrar, *says)),
        }
    };
    advisors.iter().map(plug).collect()
}
