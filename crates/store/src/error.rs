//! What can go wrong with the record: each variant says what was being tried.

use thiserror::Error;

/// A failure of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The address of the database cannot be used.
    #[error("the database address is not usable: {0}")]
    Address(String),
    /// The database could not be opened.
    #[error("could not open the database {database}: {advice}")]
    Open {
        /// Which, without its password.
        database: String,
        /// What it probably is, and what to do.
        advice: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// The database engine is one we must not run on.
    #[error("{0}")]
    Unsupported(String),
    /// The schema could not be brought up to date.
    #[error("could not bring the schema of the database up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("the database failed to {doing}")]
    Query {
        /// What was being tried, in words.
        doing: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// What was asked contradicts what is stored (a name taken, something in use).
    #[error("{0}")]
    Conflict(String),
    /// What was asked for is not there.
    #[error("there is no {what} {id}")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// A stored value this version cannot read.
    #[error("the stored {what} cannot be read: {detail}")]
    Corrupt {
        /// The kind of thing.
        what: &'static str,
        /// What is odd about it.
        detail: String,
    },
    /// Another engine has the record now.
    #[error("another engine took this record over")]
    Replaced,
    /// Someone else writes the journal, or events were lost.
    #[error("the journal expects event {expected}, not {got}: is somebody else writing to it?")]
    JournalGap {
        /// The next place.
        expected: u64,
        /// What came.
        got: u64,
    },
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
}

/// Shorthand of this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
