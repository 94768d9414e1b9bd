//! What goes back to a client, encrypted to the key they gave us and, where that is OpenPGP, signed with ours.

use std::fmt;
use std::io::{self, Read, Write};
use std::time::{Duration, SystemTime};

use age::Encryptor;
use pgp::composed::{Deserializable as _, MessageBuilder, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PublicSubkey, Signature as SignaturePacket, SignatureType};
use pgp::types::{CompressionAlgorithm, KeyDetails as _, Password};
use rand_for_pgp::rngs::OsRng;
use serde::Serialize;

use crate::error::KeyError;
use crate::keyring::Keyring;

/// A client's public key.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    key: Key,
}

#[derive(Clone)]
enum Key {
    Age(age::x25519::Recipient),
    OpenPgp(Box<SignedPublicKey>),
}

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientKind {
    /// A recipient of age.
    Age,
    /// A certificate of OpenPGP.
    OpenPgp,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.name())
    }
}

impl Recipient {
    /// Reads `age1...`, or an armoured OpenPGP certificate. One that nothing can be encrypted to is refused.
    pub fn parse(text: &str) -> Result<Recipient, KeyError> {
        let text = text.trim();
        let no = |words: &str| Err(KeyError::Recipient(words.to_owned()));
        if text.contains("AGE-SECRET-KEY") || text.contains("PGP PRIVATE KEY") {
            return no(
                "that is a private key: nobody but its owner may have it; ask for the public one",
            );
        }
        if text.starts_with("age1") {
            return match text.parse() {
                Ok(key) => Ok(Recipient {
                    text: text.to_owned(),
                    key: Key::Age(key),
                }),
                Err(why) => no(&format!("that is no recipient of age ({why})")),
            };
        }
        let Ok((key, _)) = SignedPublicKey::from_string(text) else {
            return no(
                "that is neither a recipient of age (age1...) nor an armoured OpenPGP public key",
            );
        };
        if key.verify_bindings().is_err() {
            return no("the parts of that OpenPGP key do not belong together");
        }
        let recipient = Recipient {
            text: text.to_owned(),
            key: Key::OpenPgp(Box::new(key)),
        };
        if recipient.encryption_keys(SystemTime::now()).is_empty() {
            return no(
                "nothing can be encrypted to that OpenPGP key: it has no key for that, or it has expired",
            );
        }
        Ok(recipient)
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What kind of key it is.
    pub fn kind(&self) -> RecipientKind {
        match self.key {
            Key::Age(_) => RecipientKind::Age,
            Key::OpenPgp(_) => RecipientKind::OpenPgp,
        }
    }

    /// What people compare: the recipient itself, or the fingerprint.
    pub fn name(&self) -> String {
        match &self.key {
            Key::Age(key) => key.to_string(),
            Key::OpenPgp(key) => key.fingerprint().to_string().to_uppercase(),
        }
    }

    /// What a file encrypted to it is called at the end.
    pub fn ending(&self) -> &'static str {
        match self.key {
            Key::Age(_) => "age",
            Key::OpenPgp(_) => "gpg",
        }
    }

    pub(crate) fn certificate(&self) -> Option<&SignedPublicKey> {
        match &self.key {
            Key::Age(_) => None,
            Key::OpenPgp(key) => Some(key),
        }
    }

    /// Encrypts what is read. `name` is what the file inside is called.
    pub fn seal(
        &self,
        name: &str,
        from: &mut (dyn Read + Send),
        ours: &Keyring,
        mut out: &mut dyn Write,
    ) -> io::Result<()> {
        match &self.key {
            Key::Age(key) => {
                let one = std::iter::once(key as &dyn age::Recipient);
                let sealing = Encryptor::with_recipients(one).map_err(io::Error::other)?;
                let mut sealing = sealing.wrap_output(&mut out)?;
                io::copy(from, &mut sealing)?;
                sealing.finish().map(drop)
            }
            Key::OpenPgp(_) => self.seal_openpgp(name, from, ours, out),
        }
    }

    fn seal_openpgp(
        &self,
        name: &str,
        from: &mut (dyn Read + Send),
        ours: &Keyring,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut builder = MessageBuilder::from_reader(name.to_owned(), from)
            .seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
        builder.compression(CompressionAlgorithm::ZLIB);
        for key in self.encryption_keys(SystemTime::now()) {
            builder
                .encrypt_to_key(OsRng, key)
                .map_err(io::Error::other)?;
        }
        // A key under a passphrase opens what comes; what goes is then not signed.
        let signer = ours.openpgp.iter().rev();
        let mut signer = signer.filter(|key| !key.primary_key.secret_params().is_encrypted());
        if let Some(key) = signer.next() {
            builder.sign(&key.primary_key, Password::empty(), HashAlgorithm::Sha512);
        }
        builder.to_writer(OsRng, out).map_err(io::Error::other)
    }

    /// The keys in it that may be encrypted to now.
    fn encryption_keys(&self, now: SystemTime) -> Vec<&PublicSubkey> {
        let Key::OpenPgp(certificate) = &self.key else {
            return Vec::new();
        };
        let good = |subkey: &&SignedPublicSubKey| may_encrypt(subkey, now);
        let subkeys = certificate.public_subkeys.iter().filter(good);
        subkeys.map(|subkey| &subkey.key).collect()
    }
}

fn may_encrypt(subkey: &SignedPublicSubKey, now: SystemTime) -> bool {
    let revoked = |bond: &SignaturePacket| bond.typ() == Some(SignatureType::SubkeyRevocation);
    let bonds = || subkey.signatures.iter();
    let Some(bond) = bonds()
        .filter(|bond| !revoked(bond))
        .max_by_key(|bond| bond.created())
    else {
        return false;
    };
    let flags = bond.key_flags();
    let made = Duration::from_secs(u64::from(subkey.key.created_at().as_secs()));
    let lives = bond.key_expiration_time().map(|lives| lives.as_secs());
    let expired = lives.filter(|secs| *secs > 0).is_some_and(|secs| {
        SystemTime::UNIX_EPOCH + made + Duration::from_secs(u64::from(secs)) < now
    });
    subkey.key.algorithm().can_encrypt()
        && (flags.encrypt_comms() || flags.encrypt_storage())
        && !expired
        && !bonds().any(revoked)
}
