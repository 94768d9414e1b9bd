//! Phones that register over such a network for an hour: each is found nearly always, none is left
//! behind, and a registrar that they have left keeps nothing.

use crate::net::{Faults, Net, flow};
use sip::endpoint::{Event, Load, NewRegistration, RegistrationHandle, RegistrationState};
use std::time::{Duration, Instant};

const REGISTRAR: usize = 0;
const PHONES: usize = 200;
const EXPIRES: Duration = Duration::from_secs(300);

fn user(phone: usize) -> String {
    format!("adv{phone}")
}

fn run(net: &mut Net, until: Instant) -> Vec<(usize, Event)> {
    let mut told = Vec::new();
    while let Some(at) = net.next().filter(|at| *at <= until) {
        net.now = net.now.max(at);
        net.step();
        told.extend(net.events());
    }
    net.now = until;
    told
}

fn register(net: &mut Net, phone: usize) -> RegistrationHandle {
    let name = user(phone);
    let password = format!("pw-{name}");
    net.act(REGISTRAR, |registrar, _| {
        registrar.set_account(&name, Some(&password));
    });
    let wanted = NewRegistration {
        flow: flow(REGISTRAR),
        domain: "example.com".to_owned(),
        user: name,
        password,
        expires: EXPIRES,
    };
    net.act(phone, |endpoint, now| endpoint.register(now, wanted))
}

/// How many phones the registrar would find now.
fn found(net: &mut Net) -> usize {
    let is_found = |net: &mut Net, phone: usize| {
        net.act(REGISTRAR, |registrar, _| {
            !registrar.bindings(&user(phone)).is_empty()
        })
    };
    (1..=PHONES).filter(|phone| is_found(net, *phone)).count()
}

fn an_hour(percent: u64) {
    let seed = crate::seed();
    let mut net = Net::new(PHONES + 1, seed, Faults::losing(percent));
    let handles: Vec<_> = (1..=PHONES)
        .map(|phone| register(&mut net, phone))
        .collect();
    let first = net.now + Duration::from_secs(60);
    run(&mut net, first);
    let (mut sum, mut looks) = (0, 0);
    for _ in 0..60 {
        let until = net.now + Duration::from_secs(60);
        run(&mut net, until);
        sum += found(&mut net);
        looks += 1;
    }
    let share = sum as f64 / (looks * PHONES) as f64;
    assert!(share >= 0.999, "seed {seed}, {percent} % lost: {share}");
    for (phone, handle) in (1..=PHONES).zip(handles) {
        net.act(phone, |endpoint, now| endpoint.unregister(now, handle));
    }
    let end = net.now + EXPIRES + Duration::from_secs(64);
    let told = run(&mut net, end);
    let down = told.iter().filter(|(_, event)| {
        let down = RegistrationState::Down;
        matches!(event, Event::Registration { state, .. } if *state == down)
    });
    assert_eq!(down.count(), PHONES, "seed {seed}");
    assert_eq!(found(&mut net), 0, "seed {seed}");
    for endpoint in 0..=PHONES {
        assert_eq!(net.load(endpoint), Load::default(), "seed {seed}");
    }
}

#[test]
fn phones_stay_registered_for_an_hour_where_one_in_twenty_is_lost() {
    an_hour(5);
}

#[test]
fn phones_stay_registered_for_an_hour_where_one_in_five_is_lost() {
    an_hour(20);
}
