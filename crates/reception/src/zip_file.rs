//! Zips with AES (WinZip's AE-1 and AE-2). The code at the end of a file is over its encrypted bytes: it is
//! checked before a byte is decrypted, so that what unpacks it sees only what was packed by who knows the
//! passphrase. Names are looked at and never used as paths.

use std::io::{BufReader, Read, SeekFrom};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use zeroize::Zeroizing;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::envelope::Envelope;
use crate::error::Refusal;
use crate::keyring::Keyring;
use crate::plaintext::{Gathering, Plaintext};
use crate::signature::Signature;
use crate::{Opened, ReadSeek};

/// Entries of an archive that are looked at; a base has one.
const ENTRIES_MAX: usize = 1_000;
/// From the specification (<https://www.winzip.com/en/support/aes-encryption/>): rounds, bytes that tell a wrong
/// passphrase early, and bytes of the code.
const ROUNDS: u32 = 1_000;
const CHECK: usize = 2;
const CODE: usize = 10;

type Archive<'f> = ZipArchive<BufReader<&'f mut dyn ReadSeek>>;

/// Whether something in it is encrypted. What is no sound archive is not.
pub(crate) fn is_encrypted(file: &mut dyn ReadSeek) -> bool {
    let Ok(mut archive) = archive(file) else {
        return false;
    };
    let mut each = 0..archive.len().min(ENTRIES_MAX);
    each.any(|index| {
        archive
            .by_index_raw(index)
            .is_ok_and(|entry| entry.encrypted())
    })
}

fn archive(file: &mut dyn ReadSeek) -> Result<Archive<'_>, Refusal> {
    file.seek(SeekFrom::Start(0)).map_err(Refusal::Read)?;
    ZipArchive::new(BufReader::new(file)).map_err(|fault| damaged(&fault))
}

pub(crate) fn open(file: &mut dyn ReadSeek, keys: &Keyring, most: u64) -> Result<Opened, Refusal> {
    let mut archive = archive(file)?;
    let base = only_file(&mut archive)?;
    if base.size > most {
        return Err(Refusal::TooLarge { most });
    }
    let Some(passphrase) = passphrase(&mut archive, &base, keys)? else {
        return Err(Refusal::NoPassphrase);
    };
    let mut entry = archive
        .by_index_decrypt(base.index, passphrase.as_bytes())
        .map_err(|fault| damaged(&fault))?;
    let plaintext = Plaintext::gather(&mut entry, most).map_err(|fault| match fault {
        Gathering::TooLarge(most) => Refusal::TooLarge { most },
        Gathering::Failed(fault) => Refusal::Damaged(fault.to_string()),
    })?;
    Ok(Opened {
        envelope: Envelope::Zip,
        name: base.name,
        plaintext,
        signature: Signature::Absent,
    })
}

fn damaged(fault: &ZipError) -> Refusal {
    match fault {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Refusal::Method
        }
        other => Refusal::Damaged(other.to_string()),
    }
}

/// The base in an archive.
struct Base {
    index: usize,
    name: String,
    size: u64,
    packed: u64,
    /// Bytes of the key.
    key: usize,
}

/// The one file there is, if it is one and encrypted with AES.
fn only_file(archive: &mut Archive<'_>) -> Result<Base, Refusal> {
    if archive.len() > ENTRIES_MAX {
        return Err(Refusal::ManyFiles {
            files: archive.len(),
        });
    }
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let entry = archive
            .by_index_raw(index)
            .map_err(|fault| damaged(&fault))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let leaf = leaf(&name)?;
        if entry.is_symlink() {
            return Err(Refusal::Link);
        }
        if !entry.is_dir() {
            let (size, packed) = (entry.size(), entry.compressed_size());
            let (encrypted, method) = (entry.encrypted(), entry.compression());
            found.push((index, leaf, size, packed, encrypted, method));
        }
    }
    let [(index, name, size, packed, encrypted, method)] = found.as_slice() else {
        return Err(match found.len() {
            0 => Refusal::NoFile,
            files => Refusal::ManyFiles { files },
        });
    };
    if !encrypted {
        return Err(Refusal::PartlyEncrypted);
    }
    let aes = archive
        .get_aes_verification_key_and_salt(*index)
        .map_err(|fault| damaged(&fault))?;
    let Some(aes) = aes else {
        return Err(Refusal::ZipCrypto);
    };
    if !matches!(
        method,
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        return Err(Refusal::Method);
    }
    Ok(Base {
        index: *index,
        name: name.clone(),
        size: *size,
        packed: *packed,
        key: aes.salt.len() * 2,
    })
}

/// A name without its folders. Nothing is ever written by it; one that climbs out of its folder is refused all
/// the same: whoever packed it meant no good.
fn leaf(name: &str) -> Result<String, Refusal> {
    let plain = name.replace('\\', "/");
    let climbs = plain.split('/').any(|part| part == "..");
    let elsewhere = plain.starts_with('/') || plain.as_bytes().get(1) == Some(&b':');
    if climbs || elsewhere || plain.chars().any(char::is_control) {
        return Err(Refusal::UnsafeName);
    }
    let leaf = plain.trim_end_matches('/').rsplit('/').next();
    Ok(leaf.unwrap_or_default().to_owned())
}

/// The passphrase under which the code at the end is right. The check at the beginning has two bytes only: one
/// passphrase of 65,536 passes it.
fn passphrase<'k>(
    archive: &mut Archive<'_>,
    base: &Base,
    keys: &'k Keyring,
) -> Result<Option<&'k str>, Refusal> {
    let mut changed = false;
    for passphrase in &keys.passphrases {
        let mut entry = archive
            .by_index_raw(base.index)
            .map_err(|fault| damaged(&fault))?;
        match code_is_right(&mut entry, base, passphrase)? {
            Judged::Right => return Ok(Some(passphrase.as_str())),
            Judged::OtherPassphrase => {}
            Judged::Changed => changed = true,
        }
    }
    match changed {
        true => Err(Refusal::Damaged(
            "its authentication code is wrong".to_owned(),
        )),
        false => Ok(None),
    }
}

enum Judged {
    Right,
    OtherPassphrase,
    Changed,
}

fn code_is_right(packed: &mut dyn Read, base: &Base, passphrase: &str) -> Result<Judged, Refusal> {
    let cut = |_| Refusal::Damaged("it was cut off".to_owned());
    let mut salt = vec![0; base.key / 2];
    packed.read_exact(&mut salt).map_err(cut)?;
    let mut check = [0; CHECK];
    packed.read_exact(&mut check).map_err(cut)?;
    let mut derived = Zeroizing::new(vec![0; 2 * base.key + CHECK]);
    pbkdf2::pbkdf2_hmac::<Sha1>(passphrase.as_bytes(), &salt, ROUNDS, &mut derived);
    if derived[2 * base.key..] != check {
        return Ok(Judged::OtherPassphrase);
    }
    let key = &derived[base.key..2 * base.key];
    let mut mac = Hmac::<Sha1>::new_from_slice(key)
        .map_err(|_| Refusal::Damaged("a key of no length".to_owned()))?;
    let around = (salt.len() + CHECK + CODE) as u64;
    let mut left = base
        .packed
        .checked_sub(around)
        .ok_or_else(|| Refusal::Damaged("it was cut off".to_owned()))?;
    let mut piece = vec![0; 64 * 1024];
    while left > 0 {
        let next = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        packed.read_exact(&mut piece[..next]).map_err(cut)?;
        mac.update(&piece[..next]);
        left -= next as u64;
    }
    let mut code = [0; CODE];
    packed.read_exact(&mut code).map_err(cut)?;
    Ok(match mac.verify_truncated_left(&code) {
        Ok(()) => Judged::Right,
        Err(_) => Judged::Changed,
    })
}
