//! Support for the measurements beside this crate. Each compares a part of the
//! product with something everyone knows, in the same run on the same machine:
//! the ratio then says more than either figure, whatever else the machine does.

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Whether only a short look is wanted (`BENCH_QUICK=1`, for continuous
/// integration): the figures then tell orders of magnitude, no more.
pub fn quick() -> bool {
    std::env::var("BENCH_QUICK").is_ok_and(|value| !value.is_empty() && value != "0")
}

/// How long one figure is measured.
pub fn span() -> Duration {
    if quick() {
        Duration::from_millis(200)
    } else {
        Duration::from_secs(3)
    }
}

/// Units a second of `round`, which does some and says how many; repeated
/// until `span` is over, at least twice. The first round warms up uncounted.
pub fn rate(span: Duration, mut round: impl FnMut() -> u64) -> f64 {
    round();
    let began = Instant::now();
    let (mut units, mut rounds) = (0, 0);
    while rounds < 2 || began.elapsed() < span {
        units += round();
        rounds += 1;
    }
    units as f64 / began.elapsed().as_secs_f64()
}

/// The same where each round needs something made anew, outside the count.
pub fn rate_with<T>(
    span: Duration,
    mut make: impl FnMut() -> T,
    mut round: impl FnMut(T) -> u64,
) -> f64 {
    round(make());
    let mut counted = Duration::ZERO;
    let (mut units, mut rounds) = (0, 0);
    while rounds < 2 || counted < span {
        let made = make();
        let began = Instant::now();
        units += round(made);
        counted += began.elapsed();
        rounds += 1;
    }
    units as f64 / counted.as_secs_f64()
}

/// The most memory that this process held so far, in KiB, as the kernel counts it.
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    figure.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Round trips a second of one word between two threads: what it costs at
/// least to have something done by somebody else.
pub fn round_trips() -> f64 {
    const TRIPS: u64 = 2_000;
    let (there, ask) = mpsc::channel::<u64>();
    let (answer, back) = mpsc::channel();
    let echo = thread::spawn(move || {
        for word in ask {
            if answer.send(word).is_err() {
                break;
            }
        }
    });
    let trips = rate(span(), || {
        for word in 0..TRIPS {
            there
                .send(word)
                .expect("the echo lives until `there` is gone");
            black_box(back.recv().expect("and answers every word"));
        }
        TRIPS
    });
    drop(there);
    echo.join().expect("the echo does nothing that panics");
    trips
}

/// One line: what was measured, what it is compared with, and the ratio.
pub fn compare(what: &str, rate: f64, with: &str, other: f64) {
    println!(
        "{what:<44} {:>12}/s {:>12} | {with:<30} {:>12}/s {:>12} | ratio {:.4}",
        figure(rate),
        each(rate),
        figure(other),
        each(other),
        rate / other
    );
}

/// Three digits and a unit.
fn figure(rate: f64) -> String {
    match rate {
        r if r >= 1e9 => format!("{:.2} G", r / 1e9),
        r if r >= 1e6 => format!("{:.2} M", r / 1e6),
        r if r >= 1e3 => format!("{:.1} k", r / 1e3),
        r => format!("{r:.1} "),
    }
}

/// How long one takes.
fn each(rate: f64) -> String {
    match 1e9 / rate {
        ns if ns >= 1e6 => format!("{:.2} ms", ns / 1e6),
        ns if ns >= 1e3 => format!("{:.2} us", ns / 1e3),
        ns => format!("{ns:.1} ns"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_at_a_glance() {
        assert_eq!(figure(1_234_567.0), "1.23 M");
        assert_eq!(figure(12.34), "12.3 ");
        assert_eq!(each(1_000_000.0), "1.00 us");
        assert_eq!(each(50.0), "20.00 ms");
    }

    #[test]
    fn what_is_counted_is_what_the_rounds_did_without_the_first() {
        let mut rounds = 0u64;
        let rate = rate(Duration::from_millis(20), || {
            rounds += 1;
            thread::sleep(Duration::from_millis(1));
            1
        });
        assert!(rounds >= 3 && rate <= 1_000.0, "{rounds} rounds, {rate}/s");
    }
}
