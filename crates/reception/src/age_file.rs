//! Files of age: each chunk is authenticated as it is read, and the last one says that it is the last, so
//! that what was gathered whole is whole.

use std::io::{BufReader, Read, SeekFrom};

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor, Identity, scrypt};

use crate::envelope::Envelope;
use crate::error::Refusal;
use crate::keyring::Keyring;
use crate::plaintext::{Gathering, Plaintext};
use crate::signature::Signature;
use crate::{Opened, ReadSeek};

/// Work that a passphrase may cost, as a power of two: what `age -p` asks for, a second and 256 MiB. A
/// header that asks for more is meant to hurt.
const WORK_MAX: u8 = 18;

pub(crate) fn open(
    file: &mut dyn ReadSeek,
    name: &str,
    keys: &Keyring,
    most: u64,
) -> Result<Opened, Refusal> {
    let plaintext = match decryptor(file)?.is_scrypt() {
        true => by_passphrases(file, keys, most)?,
        false => {
            let identities = keys.age.iter().map(|identity| identity as &dyn Identity);
            let reader = decryptor(file)?.decrypt(identities).map_err(refusal)?;
            gather(reader, most)?
        }
    };
    Ok(Opened {
        envelope: Envelope::Age,
        name: without(name, &["age", "asc"]),
        plaintext,
        signature: Signature::Absent,
    })
}

type Armoured<'f> = BufReader<ArmoredReader<BufReader<&'f mut dyn ReadSeek>>>;

fn decryptor(file: &mut dyn ReadSeek) -> Result<Decryptor<Armoured<'_>>, Refusal> {
    file.seek(SeekFrom::Start(0)).map_err(Refusal::Read)?;
    Decryptor::new_buffered(BufReader::new(ArmoredReader::new(file))).map_err(refusal)
}

/// One after another: a wrong one ends the library's search.
fn by_passphrases(
    file: &mut dyn ReadSeek,
    keys: &Keyring,
    most: u64,
) -> Result<Plaintext, Refusal> {
    for passphrase in &keys.passphrases {
        let mut identity = scrypt::Identity::new(passphrase.as_str().to_owned().into());
        identity.set_max_work_factor(WORK_MAX);
        let one = std::iter::once(&identity as &dyn Identity);
        match decryptor(file)?.decrypt(one) {
            Ok(reader) => return gather(reader, most),
            Err(DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) => {}
            Err(other) => return Err(refusal(other)),
        }
    }
    Err(Refusal::NoPassphrase)
}

fn gather(mut from: impl Read, most: u64) -> Result<Plaintext, Refusal> {
    Plaintext::gather(&mut from, most).map_err(|fault| match fault {
        Gathering::TooLarge(most) => Refusal::TooLarge { most },
        Gathering::Failed(fault) => Refusal::Damaged(fault.to_string()),
    })
}

fn refusal(fault: DecryptError) -> Refusal {
    match fault {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed => Refusal::NoKey,
        DecryptError::KeyDecryptionFailed => Refusal::NoPassphrase,
        DecryptError::ExcessiveWork { .. } => {
            Refusal::Damaged("its passphrase would take too much work".to_owned())
        }
        DecryptError::InvalidMac => Refusal::Damaged("its header was changed".to_owned()),
        DecryptError::UnknownFormat => {
            Refusal::Damaged("no version of age that is known".to_owned())
        }
        DecryptError::InvalidHeader => Refusal::Damaged("its header is none".to_owned()),
        DecryptError::Io(fault) => Refusal::Damaged(fault.to_string()),
        other => Refusal::Damaged(other.to_string()),
    }
}

/// The name of the file inside: that of the file without what says how it was encrypted.
pub(crate) fn without(name: &str, endings: &[&str]) -> String {
    let ending = |(_, ending): &(&str, &str)| {
        let ending = ending.to_ascii_lowercase();
        endings.contains(&ending.as_str())
    };
    match name.rsplit_once('.').filter(ending) {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name.to_owned(),
    }
}
