//! Why people did not accept.

/// Calls that were an effective contact and no sale, with one typification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalRow {
    /// Its code.
    pub code: String,
    /// What it says, from its widest words to its narrowest.
    pub levels: Vec<String>,
    /// How many calls.
    pub calls: u64,
}
