//! Master keys: a file outside the database, one key a line, the last one in use. They seal the keys
//! of recordings (XChaCha20-Poly1305), and nothing else. Neither the database nor the recordings can
//! be heard without this file, and it alone is worth nothing either.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use domain::AttemptId;
use sha2::{Digest as _, Sha256};

use crate::error::{KeyError, RecordingError};
use crate::file_key::FileKey;

/// Bytes that name a master key.
const NAME: usize = 8;
const NONCE: usize = 24;
/// Bytes of a sealed key: which master key, nonce, key and tag.
pub const SEALED_KEY: usize = NAME + NONCE + 32 + 16;

/// The keys that seal keys.
pub struct MasterKeys {
    keys: Vec<Master>,
}

struct Master {
    name: [u8; NAME],
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKeys({} keys)", self.keys.len())
    }
}

impl MasterKeys {
    /// Reads the file; makes it, readable by its owner alone, where there is none. Says whether it
    /// was made: its copy must go to a safe place.
    pub fn load_or_make(path: &Path) -> Result<(MasterKeys, bool), KeyError> {
        let failed = |error| KeyError::File(path.to_owned(), error);
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        let made = match made {
            Ok(mut file) => {
                let key: [u8; 32] = rand::random();
                let text = format!("{HEAD}{}\n", hex(&key));
                file.write_all(text.as_bytes()).map_err(failed)?;
                file.sync_all().map_err(failed)?;
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(failed(error)),
        };
        Ok((MasterKeys::load(path)?, made))
    }

    /// Reads the file.
    pub fn load(path: &Path) -> Result<MasterKeys, KeyError> {
        let failed = |error| KeyError::File(path.to_owned(), error);
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyError::Open(path.to_owned()));
        }
        let text = fs::read_to_string(path).map_err(failed)?;
        let mut keys = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = unhex(line).ok_or_else(|| KeyError::Line(path.to_owned(), number))?;
            keys.push(Master::new(&key));
        }
        if keys.is_empty() {
            return Err(KeyError::Empty(path.to_owned()));
        }
        Ok(MasterKeys { keys })
    }

    /// Seals the key of an attempt's recording with the key in use.
    pub fn seal(&self, key: &FileKey, attempt: AttemptId) -> [u8; SEALED_KEY] {
        let master = self.keys.last().expect("made with at least one key");
        let nonce: [u8; NONCE] = rand::random();
        let aad = bound_to(attempt);
        let payload = Payload {
            msg: &key.0,
            aad: &aad,
        };
        let sealed = master.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("32 bytes are never too many");
        let mut all = [0; SEALED_KEY];
        all[..NAME].copy_from_slice(&master.name);
        all[NAME..NAME + NONCE].copy_from_slice(&nonce);
        all[NAME + NONCE..].copy_from_slice(&sealed);
        all
    }

    /// The key of an attempt's recording.
    pub fn unseal(&self, sealed: &[u8], attempt: AttemptId) -> Result<FileKey, RecordingError> {
        let sealed: &[u8; SEALED_KEY] =
            sealed.try_into().map_err(|_| RecordingError::HeadChanged)?;
        let (name, rest) = sealed.split_at(NAME);
        let master = self.keys.iter().find(|master| master.name == name);
        let master = master.ok_or_else(|| RecordingError::OtherKey(hex(name)))?;
        let (nonce, msg) = rest.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| RecordingError::HeadChanged)?;
        let aad = bound_to(attempt);
        let key = master
            .cipher
            .decrypt(&XNonce::from(nonce), Payload { msg, aad: &aad });
        let key: Option<[u8; 32]> = key.ok().and_then(|key| key.try_into().ok());
        key.map(FileKey).ok_or(RecordingError::HeadChanged)
    }
}

impl Master {
    fn new(key: &[u8; 32]) -> Master {
        let digest = Sha256::new()
            .chain_update(b"cadencia master key")
            .chain_update(key)
            .finalize();
        let mut name = [0; NAME];
        name.copy_from_slice(&digest[..NAME]);
        Master {
            name,
            cipher: XChaCha20Poly1305::new(&(*key).into()),
        }
    }
}

/// What stands at the top of the file.
const HEAD: &str = "# Master keys of recordings. Whoever has this file and the recordings can hear \
them;\n# without it nobody ever can. Keep a copy of it apart from the copies of the database.\n# To \
change the key, add a line of 64 random digits 0-9 a-f; keep the old ones.\n";

/// A sealed key opens no other attempt's recording.
fn bound_to(attempt: AttemptId) -> Vec<u8> {
    [&b"cadencia recording"[..], &attempt.get().to_le_bytes()].concat()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    Some(std::array::from_fn(|n| {
        digits[2 * n] << 4 | digits[2 * n + 1]
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTEMPT: AttemptId = AttemptId::new(7);

    #[test]
    fn the_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys/master");
        let (keys, made) = MasterKeys::load_or_make(&path).expect("makes it");
        assert!(made);
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let key = FileKey::random();
        let sealed = keys.seal(&key, ATTEMPT);
        let (again, made) = MasterKeys::load_or_make(&path).expect("reads it");
        assert!(!made);
        assert_eq!(again.unseal(&sealed, ATTEMPT).expect("ours").0, key.0);
    }

    #[test]
    fn a_key_opens_no_other_recording_and_none_that_was_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (keys, _) = MasterKeys::load_or_make(&folder.path().join("a")).expect("made");
        let (others, _) = MasterKeys::load_or_make(&folder.path().join("b")).expect("made");
        let mut sealed = keys.seal(&FileKey::random(), ATTEMPT);
        assert!(keys.unseal(&sealed, AttemptId::new(8)).is_err());
        let other = others.unseal(&sealed, ATTEMPT).expect_err("another file");
        assert!(other.to_string().contains("put that key back"), "{other}");
        sealed[40] ^= 1;
        assert!(keys.unseal(&sealed, ATTEMPT).is_err());
        assert!(keys.unseal(&sealed[1..], ATTEMPT).is_err());
    }

    #[test]
    fn a_new_last_line_seals_from_then_on_and_old_lines_still_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master");
        let (keys, _) = MasterKeys::load_or_make(&path).expect("made");
        let old = keys.seal(&FileKey::random(), ATTEMPT);
        let text = fs::read_to_string(&path).expect("ours") + &"ab".repeat(32) + "\n";
        fs::write(&path, text).expect("ours");
        let keys = MasterKeys::load(&path).expect("two keys");
        let new = keys.seal(&FileKey::random(), ATTEMPT);
        assert_ne!(old[..NAME], new[..NAME]);
        assert!(keys.unseal(&old, ATTEMPT).is_ok() && keys.unseal(&new, ATTEMPT).is_ok());
    }

    #[test]
    fn a_file_that_others_may_read_or_that_is_none_is_refused_with_advice() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master");
        let refused = |text: &str, mode| {
            fs::write(&path, text).expect("ours");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
            MasterKeys::load(&path).expect_err("no").to_string()
        };
        assert!(refused(&"0".repeat(64), 0o640).contains("chmod 600"));
        assert!(refused("# nothing\n", 0o600).contains("holds no key"));
        assert!(refused("# a\nxyz\n", 0o600).contains("line 2"));
    }
}
