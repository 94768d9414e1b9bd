//! Opens what clients send encrypted (age, OpenPGP, AES zip), and encrypts what goes back to them.
//!
//! Nothing of a file is given away before all of it was found to be whole and meant for us: it is held
//! in bounded memory ([`Plaintext`]), never on a disk. What a base then means is `intake`'s to say.
//! Also the folder that files are dropped in ([`folder`]), and that by which they go back ([`outbox`]). Knows no word of `domain`.

mod age_file;
mod envelope;
mod error;
pub mod folder;
mod key_files;
mod keyring;
mod openpgp;
pub mod outbox;
mod plaintext;
mod seal;
mod signature;
mod zip_file;

use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use envelope::Envelope;
pub use error::{KeyError, Refusal};
pub use key_files::{KeyFiles, PublicKeys};
pub use keyring::Keyring;
pub use plaintext::{Plaintext, hash};
pub use seal::{Recipient, RecipientKind};
pub use signature::Signature;

/// Something that can be read from any place.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// A file that was opened: all of it is there, as it was sent.
#[derive(Debug)]
pub struct Opened {
    /// What it was sent in.
    pub envelope: Envelope,
    /// What the file inside is called, without folders.
    pub name: String,
    /// What it says.
    pub plaintext: Plaintext,
    /// Who signed it.
    pub signature: Signature,
}

/// Bytes of a file looked at to tell what it is.
const HEAD: u64 = 4_096;
/// What encryption may add to what is inside.
pub(crate) const SLACK: u64 = 1 << 20;

/// Opens a file. `None` when it is not encrypted: it is then to be read as it is. What is inside may have
/// `most` bytes; a file much larger than that is not even read.
pub fn open(
    file: &mut dyn ReadSeek,
    name: &str,
    keys: &Keyring,
    most: u64,
) -> Result<Option<Opened>, Refusal> {
    let (envelope, armoured) = look(file)?;
    if envelope == Envelope::Clear {
        return Ok(None);
    }
    let size = file.seek(SeekFrom::End(0)).map_err(Refusal::Read)?;
    // Armour makes four bytes of three; nothing else makes a file much larger.
    if (if armoured { size / 4 * 3 } else { size }) > most + SLACK {
        return Err(Refusal::TooLarge { most });
    }
    file.seek(SeekFrom::Start(0)).map_err(Refusal::Read)?;
    // Should a hostile file make a foreign reader panic, that is a fault of the file.
    let opened = catch_unwind(AssertUnwindSafe(|| match envelope {
        Envelope::Age => age_file::open(file, name, keys, most),
        Envelope::OpenPgp => openpgp::open(file, name, keys, most),
        Envelope::Zip => zip_file::open(file, keys, most),
        Envelope::Clear => Err(Refusal::NotEncrypted),
    }));
    match opened {
        Ok(opened) => opened.map(Some),
        Err(_) => Err(Refusal::Damaged("it cannot be made sense of".to_owned())),
    }
}

/// What a file was sent in, by its content.
pub fn envelope_of(file: &mut dyn ReadSeek) -> Result<Envelope, Refusal> {
    Ok(look(file)?.0)
}

/// And whether it is armoured.
fn look(file: &mut dyn ReadSeek) -> Result<(Envelope, bool), Refusal> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(Refusal::Read)?;
    let read = Read::take(&mut *file, HEAD).read_to_end(&mut head);
    read.map_err(Refusal::Read)?;
    let envelope = match Envelope::of(&head) {
        // A workbook is a zip too: only one with something encrypted in it is opened here.
        Envelope::Zip if !zip_file::is_encrypted(file) => Envelope::Clear,
        envelope => envelope,
    };
    Ok((envelope, Envelope::is_armoured(&head)))
}
