//! What is inside a file that came: opened off the runtime, since that is work.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use intake::{IntakeError, ReadSeek, Sealed};
use reception::{Envelope, Refusal, Signature};
use store::OpenedFile;

use crate::error::ApiError;
use crate::import::ImportRequest;
use crate::refused_load::{LoadError, refusal, refused_by_intake};

/// Bytes that an encrypted file may hold, where nobody says otherwise. With what GnuPG's packing needs beside it,
/// a file that is refused stays under 256 MiB.
pub(crate) const PLAINTEXT_MAX: u64 = 100 << 20;

/// A base, wherever its bytes are.
pub(crate) struct Inside {
    pub(crate) name: String,
    pub(crate) bytes: Box<dyn ReadSeek + Send>,
    pub(crate) opened: OpenedFile,
    /// The file it was in, if it was encrypted.
    pub(crate) sealed: Option<Sealed>,
}

/// SHA-256 and size of a file.
pub(crate) async fn hash_of(path: &Path) -> Result<(String, u64), LoadError> {
    let path = path.to_owned();
    let hashing = tokio::task::spawn_blocking(move || hash_now(&path));
    hashing.await.map_err(ApiError::internal)?
}

fn hash_now(path: &Path) -> Result<(String, u64), LoadError> {
    let hashed = File::open(path).and_then(|mut file| reception::hash(&mut file));
    hashed.map_err(|fault| unreadable(path, fault))
}

fn unreadable(path: &Path, source: std::io::Error) -> LoadError {
    refused_by_intake(IntakeError::Read {
        file: path.display().to_string(),
        source,
    })
}

/// Opens the file of a request; its bytes must still be those of which the hash is known.
pub(crate) async fn open_inside(
    request: &ImportRequest,
    sha256: &str,
) -> Result<Inside, LoadError> {
    let (request, sha256) = (request.clone(), sha256.to_owned());
    let opening = tokio::task::spawn_blocking(move || open_now(&request, &sha256));
    opening.await.map_err(ApiError::internal)?
}

fn open_now(request: &ImportRequest, sha256: &str) -> Result<Inside, LoadError> {
    let path: &PathBuf = &request.path;
    let mut file = File::open(path).map_err(|fault| unreadable(path, fault))?;
    let (name, origin) = (request.name(), &request.origin);
    let most = match origin.plaintext_max {
        0 => PLAINTEXT_MAX,
        most => most,
    };
    let opened = reception::open(&mut file, &name, &origin.keys, most);
    let Some(opened) = opened.map_err(|no| refusal(&no))? else {
        if origin.encrypted_only {
            return Err(refusal(&Refusal::NotEncrypted));
        }
        if origin.signed_only {
            return Err(refusal(&Refusal::NotSigned));
        }
        let bytes = file.seek(SeekFrom::End(0));
        let bytes = bytes.map_err(|fault| unreadable(path, fault))?;
        return Ok(Inside {
            name,
            bytes: Box::new(file),
            opened: OpenedFile {
                envelope: "clear".to_owned(),
                signer: String::new(),
                sha256: sha256.to_owned(),
                bytes,
            },
            sealed: None,
        });
    };
    // It was read in pieces: what was hashed must be what was opened.
    let (again, bytes) = hash_now(path)?;
    if again != sha256 {
        return Err(refusal(&Refusal::Changing));
    }
    let signer = match &opened.signature {
        Signature::Valid { fingerprint } => Some(fingerprint.clone()),
        Signature::Absent | Signature::UnknownKey => None,
    };
    if origin.signed_only && signer.is_none() {
        return Err(refusal(&Refusal::NotSigned));
    }
    Ok(Inside {
        name: opened.name,
        opened: OpenedFile {
            envelope: word(opened.envelope).to_owned(),
            signer: signer.clone().unwrap_or_default(),
            sha256: opened.plaintext.sha256(),
            bytes: opened.plaintext.len(),
        },
        sealed: Some(Sealed {
            envelope: opened.envelope.to_string(),
            file_name: name,
            sha256: sha256.to_owned(),
            bytes,
            signer,
        }),
        bytes: Box::new(opened.plaintext.into_reader()),
    })
}

fn word(envelope: Envelope) -> &'static str {
    match envelope {
        Envelope::Age => "age",
        Envelope::OpenPgp => "open_pgp",
        Envelope::Zip => "zip",
        Envelope::Clear => "clear",
    }
}
