//! What a bridged packet costs, and how much later it arrives: the media threads beside a plain relay
//! (a socket a leg, epoll, recv and send, nothing else) in the same run, each in a process of its
//! own, under the same load. Rounds of all of them follow each other; the least CPU counts, since
//! whatever else the machine does only adds.

mod load;
mod relay;
#[path = "../whole_path/usage.rs"]
#[allow(dead_code, reason = "the other bench looks at its memory too")]
mod usage;

use std::time::Duration;

use benches::quick;

use crate::load::{Load, Outcome};
use crate::relay::{Kind, Relay};

fn main() {
    if relay::is_one_of_ours() {
        return relay::serve();
    }
    let (streams, rounds, span) = match quick() {
        true => (vec![50], 1, Duration::from_secs(1)),
        false => (vec![100, 500, 1_000, 1_500], 5, Duration::from_secs(5)),
    };
    for streams in streams {
        measure(streams, rounds, span);
    }
}

fn measure(streams: usize, rounds: usize, span: Duration) {
    let mut best: [Option<Outcome>; Kind::ALL.len()] = Default::default();
    for _ in 0..rounds {
        for (kind, best) in Kind::ALL.into_iter().zip(&mut best) {
            let load = Load::new(streams, kind == Kind::Protected);
            let relay = Relay::start(kind, &load);
            let outcome = load.run(span, &relay);
            let better = best.as_ref().is_none_or(|best| outcome.cpu < best.cpu);
            if better {
                *best = Some(outcome);
            }
        }
    }
    let [Some(plain), ..] = &best else { return };
    for (kind, outcome) in Kind::ALL.iter().zip(best.iter().flatten()) {
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
            outcome.sent - outcome.received,
            outcome.sent,
        );
    }
}
