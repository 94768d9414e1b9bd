//! The kept corpora of the fuzz targets with seeded damage: nothing panics, what was read is written so
//! that it reads the same, and no message takes more than a millisecond (in a build without
//! optimisation: of its own magnitude).

#[path = "../../../../fuzz/entries/sip.rs"]
mod entries;
#[path = "../../../../fuzz/entries/mutate.rs"]
mod mutate;

use mutate::{drive, kept};
use std::path::Path;

/// The seed of this run: that of the environment, or the same every day.
fn seed() -> u64 {
    let given = std::env::var("MUTATION_SEED").ok();
    given.and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// Drives a target over the corpora in these folders.
fn target(name: &str, more: &[&str], times: usize, entry: impl Fn(&[u8])) {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = crates.join("../../fuzz/corpus").join(name);
    let mut inputs = kept(&corpus);
    for folder in more {
        inputs.extend(kept(&crates.join("tests").join(folder)));
    }
    let dearest = drive(seed(), &inputs, times, entry);
    println!(
        "{name}: {} kept, {times} damaged, the dearest took {dearest:?}",
        inputs.len()
    );
}

const TORTURE: &[&str] = &["torture/messages"];

#[test]
fn messages() {
    target("message", TORTURE, 60_000, entries::message);
}

#[test]
fn streams() {
    target("framing", TORTURE, 30_000, entries::framing);
}

#[test]
fn datagrams_at_an_endpoint() {
    target("endpoint", TORTURE, 20_000, entries::endpoint);
}

#[test]
fn session_descriptions() {
    target("sdp", &[], 60_000, entries::sdp);
}

#[test]
fn questions_of_stun() {
    target("stun", &[], 60_000, entries::stun);
}

#[test]
fn digests() {
    target("digest", &[], 60_000, entries::digest);
}

/// What the engine does with every INVITE: it is read, and the fields that are acted upon are.
#[test]
fn a_plain_invite_is_read_in_microseconds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/message/invite");
    let invite = std::fs::read(corpus).expect("the corpus is kept");
    let read = || {
        let message = sip::message::parse_datagram(&invite).expect("a plain INVITE");
        let headers = message.headers();
        assert!(headers.via_top().is_ok() && headers.from().is_ok() && headers.to().is_ok());
        assert!(headers.cseq().is_ok() && headers.contacts().is_ok());
    };
    let batch = || {
        let began = std::time::Instant::now();
        (0..100).for_each(|_| read());
        began.elapsed() / 100
    };
    let least = (0..200).map(|_| batch()).min().expect("many");
    println!("{} bytes with typed fields: {least:?}", invite.len());
    assert!(least < std::time::Duration::from_micros(60), "{least:?}");
}
