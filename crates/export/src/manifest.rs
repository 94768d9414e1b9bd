//! What lies in the folder of a day, for those who take it: counts, hashes, and which version of the day it is.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::ExportError;
use crate::table::hex;

/// Version of the tables: it rises when a column goes or changes its meaning; columns that come do not raise it.
pub const SCHEMA: u32 = 1;
/// What it is called.
pub const MANIFEST: &str = "manifest.json";

/// The manifest of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the tables.
    pub schema: u32,
    /// Which program wrote it.
    pub program: String,
    /// Number of the campaign.
    pub campaign: i64,
    /// Its name then.
    pub campaign_name: String,
    /// The day, such as `2026-11-30`.
    pub day: String,
    /// By the clock of this zone.
    pub zone: String,
    /// When it began, in ms since 1970 UTC.
    pub from_ms: i64,
    /// When the next one began.
    pub to_ms: i64,
    /// From 1: a day of whose calls something else was said later is written again.
    pub version: u32,
    /// When this version was written.
    pub written_at_ms: i64,
    /// What it takes the place of; of the first version nothing.
    pub restates: Option<Restated>,
    /// Whether documents, names and numbers are masked.
    pub masked: bool,
    /// Place in the journal of the last thing said of a call of the day.
    pub said_through: u64,
    /// The files.
    pub files: Vec<FileTold>,
}

/// A version that was written before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restated {
    /// Which.
    pub version: u32,
    /// When it was written.
    pub written_at_ms: i64,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
    /// How often something was said of calls of the day since.
    pub said_since: u64,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTold {
    /// What it is called.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of those.
    pub sha256: String,
    /// Its columns, in order.
    pub columns: Vec<ColumnTold>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnTold {
    /// Its name.
    pub name: String,
    /// Of what it is.
    pub kind: String,
}

/// The manifest in a folder, with its hash; none where there is no such folder.
pub(crate) fn read(folder: &Path) -> Result<Option<(Manifest, String)>, ExportError> {
    let path = folder.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound && !folder.exists() => {
            return Ok(None);
        }
        Err(fault) => return Err(fault.into()),
    };
    let manifest = serde_json::from_slice(&bytes)
        .map_err(|_| ExportError::Foreign(path.display().to_string()))?;
    Ok(Some((manifest, hex(&Sha256::digest(&bytes)))))
}

impl Manifest {
    /// Whether the files lie there as they were written.
    pub(crate) fn is_whole(&self, folder: &Path) -> bool {
        self.files.iter().all(|file| {
            let hash = sha256_of(&folder.join(&file.name));
            hash.is_ok_and(|hash| hash == file.sha256)
        })
    }
}

fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(&digest.finalize())),
            read => digest.update(&piece[..read]),
        }
    }
}
