//! The key of one recording. Whoever destroys every sealed copy of it has erased the recording.

/// Thirty-two random bytes.
#[derive(Clone)]
pub struct FileKey(pub(crate) [u8; 32]);

impl FileKey {
    /// A new one.
    pub fn random() -> FileKey {
        FileKey(rand::random())
    }
}

impl std::fmt::Debug for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileKey(…)")
    }
}
