//! Why something did not arrive, in words that are kept with the run and shown to people: without secrets or customers.

use std::error::Error;
use std::fmt::Write as _;

/// Why something did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(String);

impl Fault {
    /// In these words.
    pub fn new(words: impl Into<String>) -> Fault {
        Fault(words.into())
    }

    /// What was being done, and the chain of what came of it.
    pub fn of(doing: &str, error: &dyn Error) -> Fault {
        let mut words = format!("{doing}: {error}");
        let mut source = error.source();
        while let Some(error) = source {
            // Writing to a text does not fail.
            let _ = write!(words, ": {error}");
            source = error.source();
        }
        Fault(words)
    }
}
