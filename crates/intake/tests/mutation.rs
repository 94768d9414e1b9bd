//! The kept recordings of the fuzz target with seeded damage: each is read or refused with a reason,
//! nothing panics, nothing takes long.

#[path = "../../../fuzz/entries/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/entries/sound.rs"]
mod sound;

use std::path::Path;
use std::time::Duration;

/// Some hundredths of a second of sound; a decoder of Vorbis has tables to make.
const COST_MAX: Duration = Duration::from_millis(20);

#[test]
fn damaged_recordings_are_read_or_refused() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/sound");
    let given = std::env::var("MUTATION_SEED").ok();
    let seed = given.map_or(1, |text| text.parse().expect("MUTATION_SEED is a number"));
    let inputs = mutate::kept(&corpus);
    let dearest = mutate::drive_within(COST_MAX, seed, &inputs, 4_000, sound::sound);
    println!("sound: the dearest took {dearest:?}");
}
