//! What is done with a file that a client sends, before anybody knows that it is one. Driven by cargo-fuzz, and over
//! the kept corpus by the ordinary tests (`crates/reception/tests/mutation.rs`).

use std::fs::{OpenOptions, create_dir_all};
use std::io::{Cursor, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::OnceLock;

use reception::{KeyFiles, Keyring, Opened, Refusal};

/// What the corpus is encrypted to. Nobody uses these keys for anything else.
const KEYS: [(&str, &str); 3] = [
    ("age.key", include_str!("reception_keys/age.identity")),
    ("openpgp.asc", include_str!("reception_keys/openpgp.asc")),
    ("passphrases", include_str!("reception_keys/passphrases")),
];

/// The keys of the corpus: from files that nobody else may read, which a checkout does not make.
pub(crate) fn keys() -> &'static Keyring {
    static READ: OnceLock<Keyring> = OnceLock::new();
    READ.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("cadencia-corpus-{}", std::process::id()));
        create_dir_all(&folder).expect("a folder");
        for (name, text) in KEYS {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options.open(folder.join(name)).expect("our folder");
            file.write_all(text.as_bytes()).expect("our folder");
        }
        let files = KeyFiles {
            age: folder.join("age.key"),
            openpgp: folder.join("openpgp.asc"),
            passphrases: folder.join("passphrases"),
        };
        let keys = files.load().expect("the keys of the corpus");
        let _ = std::fs::remove_dir_all(folder);
        keys
    })
}

/// Bytes that what is inside may have.
const MOST: u64 = 1 << 16;

/// A file: opened, left to the reader of tables, or refused with a code and words in both languages.
pub(crate) fn reception(bytes: &[u8]) -> Option<Opened> {
    match reception::open(&mut Cursor::new(bytes), "base.csv.gpg", keys(), MOST) {
        Ok(opened) => {
            if let Some(opened) = &opened {
                assert!(opened.plaintext.len() <= MOST, "more than was allowed");
                assert!(!opened.name.contains('/'), "a name with a folder");
            }
            opened
        }
        Err(refused) => {
            told(&refused);
            None
        }
    }
}

fn told(refused: &Refusal) {
    for words in [refused.code(), &refused.to_string(), &refused.spanish()] {
        assert!(!words.is_empty(), "a reason");
    }
}
