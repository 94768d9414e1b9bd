//! What a bridged packet costs, and how much later it arrives: the media threads beside a plain relay
//! (a socket a leg, epoll, recv and send, nothing else) in the same run, each in a process of its
//! own, under the same load, on a processor of its own where there are two. Rounds of all of them follow
//! each other, and the least of each figure counts, since whatever else the machine does only adds;
//! packets lost are those of all rounds.

mod apart;
mod load;
mod ready;
mod relay;
mod rtpengine;
mod spike;
#[path = "../whole_path/usage.rs"]
#[allow(dead_code, reason = "the other bench looks at its memory too")]
mod usage;

use std::time::Duration;

use benches::quick;

use crate::load::{Load, Outcome};
use crate::relay::{Kind, Relays};

fn main() {
    if relay::is_one_of_ours() {
        return relay::serve();
    }
    let (usual, rounds, span) = match quick() {
        true => (vec![50], 1, Duration::from_secs(1)),
        false => (vec![100, 500, 1_000, 1_500], 5, Duration::from_secs(5)),
    };
    let asked: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let streams = match asked.is_empty() {
        true => usual,
        false => asked,
    };
    let relays = Relays::here(apart::stay());
    for streams in streams {
        measure(&relays, streams, rounds, span);
    }
}

fn measure(relays: &Relays, streams: usize, rounds: usize, span: Duration) {
    let mut best: Vec<Option<Outcome>> = relays.kinds.iter().map(|_| None).collect();
    for _ in 0..rounds {
        for (kind, best) in relays.kinds.iter().zip(&mut best) {
            let load = Load::new(streams, *kind == Kind::Protected);
            let relay = relays.start(*kind, &load);
            let outcome = load.run(span, &relay);
            *best = Some(match best.take() {
                Some(best) => best.least(outcome),
                None => outcome,
            });
        }
    }
    let best: Vec<Outcome> = best.into_iter().flatten().collect();
    let Some(plain) = best.first() else { return };
    for (kind, outcome) in relays.kinds.iter().zip(&best) {
        println!(
            "{streams} two-way streams, {}: {:.2} us CPU a packet ({:.2} of the plain relay), latency \
             p50 {:.0} us p99 {:.0} us ({:.2} and {:.2} of it), {} of {} packets lost",
            kind.words(),
            outcome.cpu,
            outcome.cpu / plain.cpu,
            outcome.p50,
            outcome.p99,
            outcome.p50 / plain.p50,
            outcome.p99 / plain.p99,
            outcome.sent.saturating_sub(outcome.received),
            outcome.sent,
        );
    }
}
