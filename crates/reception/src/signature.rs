//! Who signed a file.

/// What is known of a file's signature. One of a known key that is wrong is a refusal, not one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Signature {
    /// There is none, as with age and zip.
    #[default]
    Absent,
    /// By a key that nobody gave us: worth nothing.
    UnknownKey,
    /// By a key of the client's.
    Valid {
        /// Its fingerprint.
        fingerprint: String,
    },
}
