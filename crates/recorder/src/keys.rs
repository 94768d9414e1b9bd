//! Master keys: a file outside the database, one key a line, the last one in use. They seal the keys
//! of recordings and of evidence (XChaCha20-Poly1305), and nothing else. Neither the database nor the recordings can
//! be heard without this file, and it alone is worth nothing either. A line that is added or taken
//! out is known to whoever runs at the next key it seals, or cannot open.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

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
    path: PathBuf,
    read: RwLock<Read>,
}

/// The file as it was read.
struct Read {
    keys: Vec<Master>,
    stamp: Stamp,
}

/// When a file was changed, and its size then.
type Stamp = Option<(SystemTime, u64)>;

#[derive(Clone)]
struct Master {
    name: [u8; NAME],
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKeys({})", self.names().join(", "))
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
        Ok(MasterKeys {
            read: RwLock::new(Read::of(path)?),
            path: path.to_owned(),
        })
    }

    /// The names of the keys, in order; the last is in use.
    pub fn names(&self) -> Vec<String> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        read.keys.iter().map(|master| hex(&master.name)).collect()
    }

    /// Adds a new key at the end of the file: it seals from then on, also in the hands of whoever
    /// runs. Its name.
    pub fn add(path: &Path) -> Result<String, KeyError> {
        let failed = |error| KeyError::File(path.to_owned(), error);
        // What is there must be sound first.
        Read::of(path)?;
        let key: [u8; 32] = rand::random();
        let mut text = fs::read_to_string(path).map_err(failed)?;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        replace(path, &format!("{text}{}\n", hex(&key))).map_err(failed)?;
        Ok(hex(&Master::new(&key).name))
    }

    /// Takes out every key but the last; says how many there were. What they sealed can be opened by
    /// nobody any more.
    pub fn drop_old(path: &Path) -> Result<usize, KeyError> {
        let failed = |error| KeyError::File(path.to_owned(), error);
        let text = fs::read_to_string(path).map_err(failed)?;
        let is_key = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let keys: Vec<_> = text.lines().filter(is_key).collect();
        let last = keys
            .last()
            .ok_or_else(|| KeyError::Empty(path.to_owned()))?;
        let kept: Vec<_> = text.lines().filter(|line| !is_key(line)).collect();
        let kept = kept.join("\n");
        replace(path, &format!("{kept}\n{}\n", last.trim())).map_err(failed)?;
        Ok(keys.len() - 1)
    }

    /// Reads the file again where it was changed. What cannot be read leaves what is known.
    fn refresh(&self) {
        let known = |read: &Read| read.stamp == stamp(&self.path);
        if known(&self.read.read().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        match Read::of(&self.path) {
            Ok(read) => *self.read.write().unwrap_or_else(PoisonError::into_inner) = read,
            Err(fault) => tracing::warn!(%fault, "the master keys as they were known go on"),
        }
    }

    fn found(&self, wanted: impl Fn(&[Master]) -> Option<&Master>) -> Option<Master> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        wanted(&read.keys).cloned()
    }

    fn named(&self, name: &[u8]) -> Option<Master> {
        self.found(|keys| keys.iter().find(|master| master.name == name))
    }
}

/// When a file was changed last.
fn stamp(path: &Path) -> Stamp {
    let known = fs::metadata(path).ok()?;
    Some((known.modified().ok()?, known.len()))
}

/// Writes a file of keys in the place of another, so that there is a whole one at any instant.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

impl Read {
    fn of(path: &Path) -> Result<Read, KeyError> {
        // Before it is read: a change meanwhile is seen the next time.
        let stamp = stamp(path);
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
        Ok(Read { keys, stamp })
    }
}

impl MasterKeys {
    /// Seals the key of an attempt's recording with the key in use.
    pub fn seal(&self, key: &FileKey, attempt: AttemptId) -> [u8; SEALED_KEY] {
        self.seal_bound(key, &bound_to(attempt))
    }

    /// The key of an attempt's recording.
    pub fn unseal(&self, sealed: &[u8], attempt: AttemptId) -> Result<FileKey, RecordingError> {
        self.unseal_bound(sealed, &bound_to(attempt))
    }

    /// Seals the key of whatever is named by these bytes: it opens nothing else.
    pub(crate) fn seal_bound(&self, key: &FileKey, aad: &[u8]) -> [u8; SEALED_KEY] {
        self.refresh();
        let master = self.found(|keys| keys.last());
        let master = master.expect("made with at least one key");
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: &key.0, aad };
        let sealed = master.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("32 bytes are never too many");
        let mut all = [0; SEALED_KEY];
        all[..NAME].copy_from_slice(&master.name);
        all[NAME..NAME + NONCE].copy_from_slice(&nonce);
        all[NAME + NONCE..].copy_from_slice(&sealed);
        all
    }

    /// The key of what is named by these bytes.
    pub(crate) fn unseal_bound(
        &self,
        sealed: &[u8],
        aad: &[u8],
    ) -> Result<FileKey, RecordingError> {
        let sealed: &[u8; SEALED_KEY] =
            sealed.try_into().map_err(|_| RecordingError::HeadChanged)?;
        let (name, rest) = sealed.split_at(NAME);
        let master = self.named(name).or_else(|| {
            self.refresh();
            self.named(name)
        });
        let master = master.ok_or_else(|| RecordingError::OtherKey(hex(name)))?;
        let (nonce, msg) = rest.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| RecordingError::HeadChanged)?;
        let key = master
            .cipher
            .decrypt(&XNonce::from(nonce), Payload { msg, aad });
        let key: Option<[u8; 32]> = key.ok().and_then(|key| key.try_into().ok());
        key.map(FileKey).ok_or(RecordingError::HeadChanged)
    }
}

impl MasterKeys {
    /// A sealed key, sealed anew by the key in use; both in hexadecimal.
    pub fn reseal(&self, sealed: &str, attempt: AttemptId) -> Result<String, RecordingError> {
        let bytes: [u8; SEALED_KEY] = unhex(sealed).ok_or(RecordingError::HeadChanged)?;
        let key = self.unseal(&bytes, attempt)?;
        Ok(hex(&self.seal(&key, attempt)))
    }
}

/// The master key that sealed one, by name; it in hexadecimal.
pub fn sealed_by(sealed: &str) -> &str {
    sealed.get(..2 * NAME).unwrap_or_default()
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
change the key: `cadencia recording rekey`.\n";

/// A sealed key opens no other attempt's recording.
fn bound_to(attempt: AttemptId) -> Vec<u8> {
    [&b"cadencia recording"[..], &attempt.get().to_le_bytes()].concat()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect();
    let digits = digits.filter(|digits| digits.len() == 2 * N)?;
    Some(std::array::from_fn(|n| {
        digits[2 * n] << 4 | digits[2 * n + 1]
    }))
}

#[cfg(test)]
mod tests;
