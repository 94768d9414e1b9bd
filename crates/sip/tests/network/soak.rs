//! A million calls through two endpoints that are never begun anew: what is kept of a call that is
//! over would show here. `make soak` runs it, `NETWORK_CALLS=5000000 make soak` for longer.

use crate::calls::{Floor, Tally};
use crate::net::Faults;

/// Calls of a wave. Between waves nothing is under way, so that what is left is left over.
const WAVE: usize = 20_000;
/// Waves until tables and allocator have the room that such waves need.
const WARM: usize = 5;
/// What the process may take more than it did then; a byte a call would be a megabyte.
const MORE_MAX: usize = 4 * 1024 * 1024;

fn calls() -> usize {
    let given = std::env::var("NETWORK_CALLS").ok();
    let calls = given.map(|calls| calls.parse().expect("NETWORK_CALLS: a number"));
    calls.unwrap_or(1_000_000)
}

/// Memory of this process that is resident now; `None` where the kernel does not tell.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: usize = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

#[test]
#[ignore = "takes minutes: make soak"]
fn a_million_calls_leave_nothing_and_take_no_more_memory_than_the_first() {
    let waves = calls().div_ceil(WAVE).max(WARM + 1);
    let mut floor = Floor::new(crate::seed(), Faults::losing(5));
    let (mut sum, mut warm) = (Tally::default(), None);
    for wave in 1..=waves {
        let tally = floor.wave(WAVE);
        sum.meant += tally.meant;
        sum.set_up += tally.set_up;
        sum.unacked += tally.unacked;
        if wave == WARM {
            warm = resident();
        }
        if wave % WARM == 0 {
            let mib = resident().unwrap_or(0) as f64 / 1_048_576.0;
            println!("{} calls: {mib:.1} MiB resident, {sum:?}", wave * WAVE);
        }
    }
    assert!(
        f64::from(sum.set_up) >= 0.999 * f64::from(sum.meant),
        "{sum:?}"
    );
    let (Some(warm), Some(now)) = (warm, resident()) else {
        println!("skipped: this system does not tell the memory of a process");
        return;
    };
    let more = now.saturating_sub(warm);
    assert!(more < MORE_MAX, "{more} bytes more than after {WARM} waves");
}
