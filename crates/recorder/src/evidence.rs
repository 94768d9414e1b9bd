//! Evidence of sales, sealed as recordings are: each file by a key of its own, which a master key seals. Both are bound to the
//! sale and to what the file is, so that neither can be put in the place of another. Small files, sealed whole.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::SaleId;

use crate::error::RecordingError;
use crate::file_key::FileKey;
use crate::keys::{MasterKeys, SEALED_KEY, hex, unhex};

const NONCE: usize = 24;

/// A file that was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFile {
    /// Its key, sealed, in hexadecimal.
    pub sealed_key: String,
    /// Its bytes: nonce, content and tag.
    pub content: Vec<u8>,
}

impl MasterKeys {
    /// Seals evidence of a sale; `sha256` is that of the content.
    pub fn seal_evidence(&self, sale: SaleId, sha256: &str, content: &[u8]) -> SealedFile {
        let (key, aad) = (FileKey::random(), bound_to(sale, sha256));
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload {
            msg: content,
            aad: &aad,
        };
        let sealed = XChaCha20Poly1305::new(&key.0.into()).encrypt(&XNonce::from(nonce), payload);
        let mut all = nonce.to_vec();
        all.extend(sealed.expect("a file of memory is never too long"));
        SealedFile {
            sealed_key: hex(&self.seal_bound(&key, &aad)),
            content: all,
        }
    }

    /// Opens it again.
    pub fn open_evidence(
        &self,
        sale: SaleId,
        sha256: &str,
        sealed: &SealedFile,
    ) -> Result<Vec<u8>, RecordingError> {
        let aad = bound_to(sale, sha256);
        let bytes: [u8; SEALED_KEY] =
            unhex(&sealed.sealed_key).ok_or(RecordingError::HeadChanged)?;
        let key = self.unseal_bound(&bytes, &aad)?;
        let (nonce, msg) = sealed
            .content
            .split_at_checked(NONCE)
            .ok_or(RecordingError::HeadChanged)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| RecordingError::HeadChanged)?;
        let cipher = XChaCha20Poly1305::new(&key.0.into());
        let opened = cipher.decrypt(&XNonce::from(nonce), Payload { msg, aad: &aad });
        opened.map_err(|_| RecordingError::HeadChanged)
    }

    /// Its key sealed anew by the key in use; both in hexadecimal.
    pub fn reseal_evidence(
        &self,
        sale: SaleId,
        sha256: &str,
        sealed_key: &str,
    ) -> Result<String, RecordingError> {
        let aad = bound_to(sale, sha256);
        let bytes: [u8; SEALED_KEY] = unhex(sealed_key).ok_or(RecordingError::HeadChanged)?;
        let key = self.unseal_bound(&bytes, &aad)?;
        Ok(hex(&self.seal_bound(&key, &aad)))
    }
}

fn bound_to(sale: SaleId, sha256: &str) -> Vec<u8> {
    let sale = sale.get().to_le_bytes();
    [&b"cadencia evidence"[..], &sale, sha256.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(folder: &tempfile::TempDir) -> MasterKeys {
        let path = folder.path().join("master.key");
        MasterKeys::load_or_make(&path).expect("ours").0
    }

    #[test]
    fn evidence_opens_as_what_it_is_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = keys(&folder);
        let (sale, content) = (SaleId::new(7), b"una c\xc3\xa9dula".to_vec());
        let sealed = keys.seal_evidence(sale, "ab", &content);
        assert!(!sealed.content.windows(4).any(|bytes| bytes == b"dula"));
        let opened = |sale, sha, sealed: &SealedFile| keys.open_evidence(sale, sha, sealed).ok();
        assert_eq!(opened(sale, "ab", &sealed), Some(content.clone()));
        assert_eq!(
            opened(SaleId::new(8), "ab", &sealed),
            None,
            "of another sale"
        );
        assert_eq!(opened(sale, "ac", &sealed), None, "another file");
        let mut changed = sealed.clone();
        changed.content[30] ^= 1;
        assert_eq!(opened(sale, "ab", &changed), None);
        let other = keys.seal_evidence(sale, "ab", &content);
        assert_ne!(other.content, sealed.content, "a key of its own");
    }

    #[test]
    fn a_key_that_is_sealed_anew_opens_the_same_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = keys(&folder);
        let path = folder.path().join("master.key");
        let sale = SaleId::new(7);
        let sealed = old.seal_evidence(sale, "ab", b"prueba");
        MasterKeys::add(&path).expect("added");
        let both = MasterKeys::load(&path).expect("ours");
        let sealed_key = both
            .reseal_evidence(sale, "ab", &sealed.sealed_key)
            .expect("opens");
        MasterKeys::drop_old(&path).expect("dropped");
        let new = MasterKeys::load(&path).expect("ours");
        assert!(
            new.open_evidence(sale, "ab", &sealed).is_err(),
            "its old key is gone"
        );
        let anew = SealedFile {
            sealed_key,
            ..sealed
        };
        assert_eq!(
            new.open_evidence(sale, "ab", &anew).ok(),
            Some(b"prueba".to_vec())
        );
    }
}
