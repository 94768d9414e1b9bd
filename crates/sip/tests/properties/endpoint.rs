//! An endpoint under damaged messages: it does not panic, answers nobody but the sender, and has
//! forgotten its transactions once their timers have run.

use super::mutation::{Wire, damaged};
use proptest::collection::vec;
use proptest::prelude::*;
use sip::endpoint::{Endpoint, EndpointConfig, Event, Flow, Transport};
use std::time::{Duration, Instant};

/// More wakes than the timers of a few transactions can ask for.
const WAKES_MAX: usize = 500;

/// Takes all that the endpoint has to say, and hangs up what calls; whether it sends only to the
/// host of `from`.
fn drain(endpoint: &mut Endpoint, now: Instant, from: Flow) -> bool {
    let mut kept = true;
    loop {
        let mut idle = true;
        while let Some(transmit) = endpoint.poll_transmit() {
            kept &= transmit.flow.remote.ip() == from.remote.ip();
            idle = false;
        }
        while let Some(event) = endpoint.poll_event() {
            if let Event::Incoming { call, .. } = event {
                endpoint.hang_up(now, call, None);
            }
            idle = false;
        }
        if idle {
            return kept;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn damage_leaves_nothing_behind(datagrams in vec(damaged(), 1..6), tcp in any::<bool>()) {
        let mut now = Instant::now();
        let from = Flow {
            transport: if tcp { Transport::Tcp } else { Transport::Udp },
            remote: "203.0.113.50:5555".parse().expect("an address"),
        };
        let config = EndpointConfig { accept_calls: true, ..EndpointConfig::default() };
        let mut endpoint = Endpoint::new(config, now);
        for Wire(bytes) in &datagrams {
            endpoint.receive(now, from, bytes);
            prop_assert!(drain(&mut endpoint, now, from));
            now += Duration::from_millis(100);
        }
        for _ in 0..WAKES_MAX {
            let Some(wake) = endpoint.next_wake() else { break };
            now = now.max(wake);
            endpoint.wake(now);
            prop_assert!(drain(&mut endpoint, now, from));
        }
        let load = endpoint.load();
        prop_assert_eq!(endpoint.next_wake(), None, "{:?}", load);
        prop_assert_eq!(load, Default::default());
    }
}
