//! The kept corpora of the fuzz targets for RTP and RTCP with seeded damage: nothing panics, what was
//! read is written so that it reads the same, nothing takes a millisecond.

#[path = "../../../fuzz/entries/media.rs"]
mod entries;
#[path = "../../../fuzz/entries/mutate.rs"]
mod mutate;

use mutate::{drive, kept};
use std::path::Path;

fn target(name: &str, entry: impl Fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let dearest = drive(1, &kept(&corpus.join(name)), 60_000, entry);
    println!("{name}: the dearest took {dearest:?}");
}

#[test]
fn audio_and_keys() {
    target("rtp", entries::rtp);
}

#[test]
fn reports() {
    target("rtcp", entries::rtcp);
}
