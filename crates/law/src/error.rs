//! What can be wrong with a pack of rules.

use thiserror::Error;

/// A pack that is not there or cannot be trusted.
#[derive(Debug, Error)]
pub enum LawError {
    /// No pack has this id.
    #[error("there is no law pack \"{id}\"; use one of: {known}")]
    UnknownPack {
        /// What was asked for.
        id: String,
        /// The ids there are.
        known: String,
    },
    /// The text of a pack is not TOML of the expected shape.
    #[error("cannot read the law pack")]
    ReadPack(#[from] toml::de::Error),
    /// A rule says something impossible.
    #[error("law pack {pack}, rule {rule}: {why}")]
    Rule {
        /// The pack.
        pack: String,
        /// The rule or holiday.
        rule: String,
        /// What is wrong with it.
        why: String,
    },
}
