//! Calls over a network that loses, doubles and reorders (`proxy.rs`): every one is set up, none comes up
//! twice, every 200 is acknowledged, every end is heard.

use std::collections::HashMap;
use std::time::Duration;

use engine::{CallProgress, Command};

use crate::floor::{Floor, carrier, until};
use crate::peer::{Peer, Seen};
use crate::proxy::{Faults, Proxy};

/// Calls at once.
const CALLS: usize = 60;
const SEED: u64 = 14;

fn losing(percent: u64) -> Faults {
    Faults {
        lost: percent * 10,
        doubled: 50,
        late: 20,
        jitter: Duration::from_millis(20),
    }
}

/// How often the carrier saw what `fits` of each number.
fn counted(carrier: &Peer, fits: impl Fn(&Seen) -> Option<&String>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for number in carrier.seen().iter().filter_map(fits) {
        *counts.entry(number.clone()).or_default() += 1;
    }
    counts
}

async fn call_over(percent: u64) {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    let node = floor.telephony.local();
    let proxy = Proxy::start(node, carrier.address, SEED + percent, losing(percent));
    floor.trunk_to(proxy.address);
    // Their last digit has the carrier answer at once, without audio.
    let numbers = (0..CALLS).map(|number| format!("+57300000{number:03}8"));
    let numbers: Vec<_> = numbers.collect();
    let mut calls = Vec::new();
    for number in &numbers {
        calls.push(floor.calls(number));
    }
    for call in &calls {
        let progress = floor
            .call(*call, |progress| {
                matches!(
                    progress,
                    CallProgress::Answered(_) | CallProgress::Failed { .. }
                )
            })
            .await;
        assert!(
            matches!(progress, CallProgress::Answered(_)),
            "{progress:?}"
        );
    }
    until("every 200 is acknowledged", || {
        counted(&carrier, |seen| match seen {
            Seen::Confirmed(user) => Some(user),
            _ => None,
        })
        .len()
            == CALLS
    })
    .await;
    for call in &calls {
        floor.orders(Command::HangUp { attempt: *call });
        floor.next_end(*call).await;
    }
    until("every BYE arrives", || {
        counted(&carrier, |seen| match seen {
            Seen::HungUp(user) => Some(user),
            _ => None,
        })
        .len()
            == CALLS
    })
    .await;
    let invited = counted(&carrier, |seen| match seen {
        Seen::Invited(user, _) => Some(user),
        _ => None,
    });
    assert_eq!(invited.len(), CALLS);
    assert!(invited.values().all(|times| *times == 1), "{invited:?}");
}

#[tokio::test]
async fn calls_over_a_network_that_loses_one_in_a_hundred() {
    call_over(1).await;
}

#[tokio::test]
async fn calls_over_a_network_that_loses_one_in_twenty() {
    call_over(5).await;
}

#[tokio::test]
async fn calls_over_a_network_that_loses_one_in_five() {
    call_over(20).await;
}
