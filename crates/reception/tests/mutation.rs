//! The kept files of the fuzz target with seeded damage: each is opened as it was, left to the reader of tables, or
//! refused with a reason; nothing panics beyond the crate, nothing takes long.

#[path = "../../../fuzz/entries/mutate.rs"]
mod mutate;
#[path = "../../../fuzz/entries/reception.rs"]
mod reception_entry;

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

/// Curves, and a passphrase's thousand rounds.
const COST_MAX: Duration = Duration::from_millis(20);

#[test]
fn a_damaged_file_says_what_it_said_or_nothing() {
    // Foreign readers may give up in their own way; `reception` takes that for a fault of the file.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let at = panic.location().map_or("", |place| place.file());
        if ["/pgp-", "/age-", "/zip-"]
            .iter()
            .all(|foreign| !at.contains(foreign))
        {
            usual(panic);
        }
    }));
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/reception");
    let given = std::env::var("MUTATION_SEED").ok();
    let seed = given.map_or(1, |text| text.parse().expect("MUTATION_SEED is a number"));
    let said = std::fs::read(corpus.join("clear")).expect("what all of them say");
    let inputs = mutate::kept(&corpus);
    let opened = inputs
        .iter()
        .filter(|input| reception_entry::reception(input).is_some());
    assert_eq!(
        opened.count(),
        9,
        "those that are encrypted to the corpus's keys"
    );
    let dearest = mutate::drive_within(COST_MAX, seed, &inputs, 4_000, |bytes| {
        if let Some(opened) = reception_entry::reception(bytes) {
            let mut text = Vec::new();
            let mut reader = opened.plaintext.into_reader();
            reader.read_to_end(&mut text).expect("memory");
            assert!(text == said, "something else was said");
        }
    });
    println!("reception: the dearest took {dearest:?}");
}
