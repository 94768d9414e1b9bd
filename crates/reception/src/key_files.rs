//! Our private keys: files apart from the database, readable by their owner alone. Several keys in a file are
//! all tried, so that a key is changed by adding the next one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret as _;
use pgp::composed::{
    ArmorOptions, Deserializable as _, EncryptionCaps, KeyType, SecretKeyParamsBuilder,
    SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::types::{CompressionAlgorithm, KeyDetails as _};
use rand_for_pgp::rngs::OsRng;
use zeroize::Zeroizing;

use crate::error::KeyError;
use crate::keyring::Keyring;

/// Passphrases that are tried; each may cost a second and 256 MiB.
const PASSPHRASES_MAX: usize = 16;

/// Where our keys are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFiles {
    /// Identities of age, one a line (`AGE-SECRET-KEY-1...`), as `age-keygen` writes them.
    pub age: PathBuf,
    /// Secret keys of OpenPGP, armoured.
    pub openpgp: PathBuf,
    /// Passphrases, one a line: of zips, of messages, and of the key above where it has one.
    pub passphrases: PathBuf,
}

/// What clients encrypt to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicKeys {
    /// Recipients of age (`age1...`), the one in use last.
    pub age: Vec<String>,
    /// Certificates of OpenPGP, armoured, with their fingerprints.
    pub openpgp: Vec<(String, String)>,
    /// How many passphrases there are.
    pub passphrases: usize,
}

impl KeyFiles {
    /// Reads what there is. A file that is not there holds no keys; one that others may read is an error.
    pub fn load(&self) -> Result<Keyring, KeyError> {
        let mut keys = Keyring::default();
        if let Some(text) = read(&self.age)? {
            for line in lines(&text) {
                let identity = line.parse();
                keys.age.push(identity.map_err(|_| {
                    KeyError::NoKey(self.age.clone(), "identity of age in each line")
                })?);
            }
        }
        if let Some(text) = read(&self.openpgp)? {
            keys.openpgp = secret_keys(&text)
                .ok_or_else(|| KeyError::NoKey(self.openpgp.clone(), "secret key of OpenPGP"))?;
        }
        if let Some(text) = read(&self.passphrases)? {
            let each = lines(&text).map(|line| Zeroizing::new(line.to_owned()));
            keys.passphrases = each.take(PASSPHRASES_MAX).collect();
        }
        Ok(keys)
    }

    /// Makes the keys that are not there yet, and says which files were made: their copies must go to a safe
    /// place. A key that is there is never touched.
    pub fn make(&self, name: &str) -> Result<Vec<PathBuf>, KeyError> {
        let mut made = Vec::new();
        if !self.age.exists() {
            let identity = age::x25519::Identity::generate();
            let secret = identity.to_string();
            let text = Zeroizing::new(format!(
                "# public key: {}\n{}\n",
                identity.to_public(),
                secret.expose_secret()
            ));
            write_new(&self.age, text.as_bytes())?;
            made.push(self.age.clone());
        }
        if !self.openpgp.exists() {
            let key = generate(name).map_err(KeyError::Made)?;
            let text = key
                .to_armored_bytes(ArmorOptions::default())
                .map_err(|fault| KeyError::Made(fault.to_string()))?;
            write_new(&self.openpgp, &Zeroizing::new(text))?;
            made.push(self.openpgp.clone());
        }
        Ok(made)
    }

    /// What to give to clients.
    pub fn public(&self) -> Result<PublicKeys, KeyError> {
        let keys = self.load()?;
        let armoured = |key: &SignedSecretKey| {
            let public = key.to_public_key();
            let text = public.to_armored_string(ArmorOptions::default());
            let text = text.map_err(|fault| KeyError::Made(fault.to_string()))?;
            Ok((public.fingerprint().to_string().to_uppercase(), text))
        };
        Ok(PublicKeys {
            age: keys
                .age
                .iter()
                .map(|it| it.to_public().to_string())
                .collect(),
            openpgp: keys
                .openpgp
                .iter()
                .map(armoured)
                .collect::<Result<_, KeyError>>()?,
            passphrases: keys.passphrases.len(),
        })
    }
}

/// The file, if there is one, and it is for its owner alone.
fn read(path: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    let failed = |fault| KeyError::File(path.to_owned(), fault);
    if path.as_os_str().is_empty() {
        return Ok(None);
    }
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(failed(fault)),
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    Ok(Some(text))
}

/// Lines that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let each = text.lines().map(|line| line.trim_end_matches('\r'));
    each.filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let failed = |fault| KeyError::File(path.to_owned(), fault);
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

const BLOCK: &str = "-----BEGIN PGP PRIVATE KEY BLOCK-----";

/// Each armoured block; `None` when there is none, or one is no key whose parts belong together.
fn secret_keys(text: &str) -> Option<Vec<SignedSecretKey>> {
    let blocks = text.split(BLOCK).skip(1);
    let keys: Option<Vec<_>> = blocks
        .map(|block| {
            let block = Zeroizing::new(format!("{BLOCK}{block}"));
            let (key, _) = SignedSecretKey::from_string(&block).ok()?;
            key.verify_bindings().ok()?;
            Some(key)
        })
        .collect();
    keys.filter(|keys| !keys.is_empty())
}

/// Ed25519 to sign return files, X25519 to be encrypted to: version 4, which GnuPG 2.2 can use. No bzip2 among what
/// we prefer, since we do not unpack it.
fn generate(name: &str) -> Result<SignedSecretKey, String> {
    let words = |fault: &dyn std::fmt::Display| fault.to_string();
    let encryption = SubkeyParamsBuilder::default()
        .key_type(KeyType::ECDH(ECCCurve::Curve25519Legacy))
        .can_encrypt(EncryptionCaps::All)
        .build()
        .map_err(|fault| words(&fault))?;
    let params = SecretKeyParamsBuilder::default()
        .key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(true)
        .primary_user_id(name.to_owned())
        .preferred_symmetric_algorithms([SymmetricKeyAlgorithm::AES256].into_iter().collect())
        .preferred_hash_algorithms(
            [HashAlgorithm::Sha512, HashAlgorithm::Sha256]
                .into_iter()
                .collect(),
        )
        .preferred_compression_algorithms(
            [CompressionAlgorithm::ZLIB, CompressionAlgorithm::ZIP]
                .into_iter()
                .collect(),
        )
        .subkeys(vec![encryption])
        .build()
        .map_err(|fault| words(&fault))?;
    params.generate(OsRng).map_err(|fault| words(&fault))
}
