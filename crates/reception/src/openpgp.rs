//! OpenPGP messages. What protects against changes (MDC or AEAD) is checked before anything inside is looked
//! at; what has neither is refused. A signature counts when its key is known.

use std::fmt;
use std::io::{BufReader, Read, SeekFrom};

use pgp::composed::{DecryptionOptions, Edata, Esk, Message, SignedPublicKey, TheRing};
use pgp::packet::Signature as SignaturePacket;
use pgp::types::{KeyDetails, Password, Seipdv1ReadMode, StringToKey, VerifyingKey};

use crate::age_file::without;
use crate::envelope::Envelope;
use crate::error::Refusal;
use crate::keyring::Keyring;
use crate::plaintext::{Gathering, Plaintext};
use crate::signature::Signature;
use crate::{Opened, ReadSeek, SLACK};

/// Compressed messages in compressed messages: GnuPG makes one; a quine has no end.
const COMPRESSED_MAX: usize = 2;
/// Keys and passphrases that a message may be opened with: each that hides whose it is, is tried with each of ours.
const WAYS_MAX: usize = 32;
/// Argon2 for a passphrase: passes, and memory as a power of two of KiB (64 MiB, RFC 9106's second choice).
const PASSES_MAX: u8 = 4;
const MEMORY_MAX: u8 = 16;

pub(crate) fn open(
    file: &mut dyn ReadSeek,
    name: &str,
    keys: &Keyring,
    most: u64,
) -> Result<Opened, Refusal> {
    let ways = ways(file)?;
    let unlock: Vec<Password> = std::iter::once(Password::empty())
        .chain(keys.passphrases.iter().map(|it| it.as_str().into()))
        .collect();
    let mut refused = Refusal::NoKey;
    if ways.by_key {
        let ring = || TheRing {
            secret_keys: keys.openpgp.iter().collect(),
            key_passwords: unlock.iter().collect(),
            ..TheRing::default()
        };
        match read(file, ring(), keys, most) {
            Err(Refusal::NoKey) => {}
            done => return done.map(|(text, by)| opened(name, text, by)),
        }
    }
    if ways.by_passphrase {
        // One after another: any passphrase makes some key of a message that was encrypted with one, and only the
        // check at its end says whether it was that.
        refused = Refusal::NoPassphrase;
        for passphrase in &unlock[1..] {
            let ring = TheRing {
                message_password: vec![passphrase],
                ..TheRing::default()
            };
            match read(file, ring, keys, most) {
                Err(Refusal::NoKey | Refusal::Damaged(_)) => {}
                done => return done.map(|(text, by)| opened(name, text, by)),
            }
        }
    }
    Err(refused)
}

fn opened(name: &str, plaintext: Plaintext, signature: Signature) -> Opened {
    Opened {
        envelope: Envelope::OpenPgp,
        name: without(name, &["gpg", "pgp", "asc"]),
        plaintext,
        signature,
    }
}

/// How a message may be opened.
struct Ways {
    by_key: bool,
    by_passphrase: bool,
}

fn ways(file: &mut dyn ReadSeek) -> Result<Ways, Refusal> {
    match message(file)? {
        Message::Encrypted {
            edata: Edata::SymEncryptedData { .. },
            ..
        } => Err(Refusal::NoIntegrity),
        Message::Encrypted { esk, .. } => {
            if esk.len() > WAYS_MAX || esk.iter().any(is_dear) {
                let words = "opening it would take too much work";
                return Err(Refusal::Damaged(words.to_owned()));
            }
            let is_key = |esk: &Esk| matches!(esk, Esk::PublicKeyEncryptedSessionKey(_));
            Ok(Ways {
                by_key: esk.iter().any(is_key),
                by_passphrase: esk.iter().any(|esk| !is_key(esk)),
            })
        }
        _ => Err(Refusal::OnlySigned),
    }
}

/// Whether trying a passphrase would take more memory or time than one of the client's would.
fn is_dear(way: &Esk) -> bool {
    let Esk::SymKeyEncryptedSessionKey(by_passphrase) = way else {
        return false;
    };
    match by_passphrase.s2k() {
        Some(StringToKey::Argon2 { t, m_enc, .. }) => *t > PASSES_MAX || *m_enc > MEMORY_MAX,
        _ => false,
    }
}

/// The library wants to print what it reads from.
struct Source<'f>(BufReader<&'f mut dyn ReadSeek>);

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl std::io::BufRead for Source<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.0.consume(bytes);
    }
}

fn message(file: &mut dyn ReadSeek) -> Result<Message<'_>, Refusal> {
    file.seek(SeekFrom::Start(0)).map_err(Refusal::Read)?;
    let source = Source(BufReader::new(file));
    let parsed = Message::from_reader(source).map_err(|fault| damaged(&fault))?;
    Ok(parsed.0)
}

/// Everything a message says, and who signed it.
fn read(
    file: &mut dyn ReadSeek,
    mut ring: TheRing<'_>,
    keys: &Keyring,
    most: u64,
) -> Result<(Plaintext, Signature), Refusal> {
    ring.decrypt_options = DecryptionOptions::new()
        .enable_gnupg_aead()
        .set_seipdv1_read_mode(Seipdv1ReadMode::CheckFirst {
            max_message_size: usize::try_from(most + 2 * SLACK).unwrap_or(usize::MAX),
        });
    let sealed = message(file)?;
    let (mut inside, _) = sealed
        .decrypt_the_ring(ring, true)
        .map_err(|fault| match fault {
            pgp::errors::Error::MissingKey => Refusal::NoKey,
            other => damaged(&other),
        })?;
    let mut unpacked = 0;
    while inside.is_compressed() {
        unpacked += 1;
        if unpacked > COMPRESSED_MAX {
            return Err(Refusal::Nested);
        }
        inside = inside.decompress().map_err(|fault| damaged(&fault))?;
    }
    if inside.is_encrypted() {
        return Err(Refusal::Nested);
    }
    let plaintext = Plaintext::gather(&mut inside, most).map_err(|fault| match fault {
        Gathering::TooLarge(most) => Refusal::TooLarge { most },
        Gathering::Failed(fault) => Refusal::Damaged(fault.to_string()),
    })?;
    let signature = signed_by(&inside, &keys.clients)?;
    Ok((plaintext, signature))
}

fn damaged(fault: &pgp::errors::Error) -> Refusal {
    Refusal::Damaged(fault.to_string())
}

/// Who signed a message that was read to its end.
fn signed_by(message: &Message<'_>, clients: &[SignedPublicKey]) -> Result<Signature, Refusal> {
    let Message::Signed { reader, .. } = message else {
        return Ok(Signature::Absent);
    };
    for index in 0..reader.num_signatures() {
        let Some(signature) = reader.signature(index) else {
            continue;
        };
        for client in clients {
            let Some(key) = signer(client, signature) else {
                continue;
            };
            let fingerprint = client.fingerprint().to_string().to_uppercase();
            return match message.verify_nested_explicit(index, key) {
                Ok(_) => Ok(Signature::Valid { fingerprint }),
                Err(_) => Err(Refusal::BadSignature { fingerprint }),
            };
        }
    }
    Ok(Signature::UnknownKey)
}

/// The key of a client that a signature says it is by, if that may sign.
fn signer<'k>(client: &'k SignedPublicKey, by: &SignaturePacket) -> Option<&'k dyn VerifyingKey> {
    let named = |key: &dyn VerifyingKey| {
        by.issuer_fingerprint().contains(&&key.fingerprint())
            || by.issuer_key_id().contains(&&key.legacy_key_id())
    };
    if named(&client.primary_key) {
        return Some(&client.primary_key);
    }
    let subkey = client.public_subkeys.iter().find(|subkey| {
        named(&subkey.key) && subkey.signatures.iter().any(|bond| bond.key_flags().sign())
    });
    subkey.map(|subkey| &subkey.key as &dyn VerifyingKey)
}
