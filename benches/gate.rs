//! The gate of the law alone: what is asked at the instant a call leaves (hours, holidays, counts, registers
//! and how old they are), for a person of whom nothing was done and for one with as many calls before as
//! are kept. Compared with a round trip of one word between two threads, as the engine is.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use benches::{compare, rate, round_trips, span};
use domain::{Listing, PhoneNumber, PriorCall, Reach, RegisterSnapshot, Timestamp};
use law::{NextCall, Pack, Purpose};

/// Wednesday 2026-11-25, 10:00 in Bogotá.
const MORNING: Timestamp = Timestamp::from_millis(1_795_618_800_000);
/// Gates asked between two looks at the clock.
const ROUND: u64 = 1_000;

fn main() {
    let trips = round_trips();
    for (pack, before) in [
        ("co", 0),
        ("co", PriorCall::KEPT_MAX),
        ("us", PriorCall::KEPT_MAX),
    ] {
        let pack = Pack::by_id(pack).expect("compiled in");
        let gates = measured(&pack, before);
        println!(
            "{} with {before} calls before: {:.2} us a gate",
            pack.label(),
            1e6 / gates
        );
        compare(
            &format!("gate of {}", pack.id),
            gates,
            "channel round trip",
            trips,
        );
        assert!(
            gates > 50_000.0,
            "more than 20 us a gate: {gates:.0} a second"
        );
    }
}

fn measured(pack: &Pack, before: usize) -> f64 {
    let known = RegisterSnapshot {
        id: 1,
        register: if pack.id == "us" { "dnc" } else { "rne" }.to_owned(),
        as_of: "2026-11-24".to_owned(),
        sha256: "ab12cd34ef567890".to_owned(),
        overridden: false,
    };
    let number = |n: u64| PhoneNumber::from_e164(&format!("+573{n:09}")).expect("a number");
    let listed = vec![Listing {
        number: number(1),
        snapshot: Arc::new(known.clone()),
    }];
    let calls: Vec<PriorCall> = (1..=before as u64)
        .map(|n| PriorCall {
            at: MORNING - Duration::from_secs(n * 3 * 3_600),
            phone: number(n),
            reach: Reach::Nobody,
        })
        .collect();
    let call = NextCall {
        purpose: Purpose::Commercial,
        zone: None,
        agent_waits: false,
        house: &[],
        consents: &[],
    };
    rate(span(), || {
        for n in 0..ROUND {
            let at = MORNING + Duration::from_millis(n);
            let consulted = pack.registers_consulted(Purpose::Commercial, &known_of(&known), at);
            let free = pack.not_listed(Purpose::Commercial, number(2), &listed, at);
            let lawful = pack.may_contact(call, black_box(&calls), at);
            black_box((consulted.is_ok(), free.is_ok(), lawful.is_ok()));
        }
        ROUND
    })
}

fn known_of(known: &RegisterSnapshot) -> [RegisterSnapshot; 1] {
    [known.clone()]
}
