//! The evidence of a sale in one archive: its record, the recording of its call with the marks (the reading of the contract among them),
//! what shows who the customer is, and an index with the hash of each, signed (Ed25519). Whoever has the public key can tell that nothing
//! of it was changed since; the key is the installation's own, made of its secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use domain::{SaleId, Timestamp};
use recorder::Vault;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::Store;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::error::ApiError;
use crate::evidence::sha256_of_bytes;
use crate::recording_audio::open_recording;
use crate::sale_evidence::evidence_content;
use crate::sales::{Viewer, sale};

const INDEX: &str = "index.json";
const SIGNATURE: &str = "index.sig";
const FORMAT: &str = "cadencia-sale/1";
/// The mark of the place where the contract is read.
const CONTRACT: &str = "contract";
/// What is read of the recording at once.
const PIECE: u64 = 1 << 20;
/// Most bytes of an archive's file that are read: more is none of ours.
const FILE_MAX: u64 = 1 << 30;

/// What is in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SalePackIndex {
    /// Which form this is.
    pub format: String,
    /// The sale.
    pub sale: i64,
    /// Its call.
    pub attempt: i64,
    /// Where it stood.
    pub stage: String,
    /// When the archive was made, in ms since 1970 UTC.
    pub made_at: i64,
    /// By whom.
    pub made_by: String,
    /// Where in the recording the contract is read, in ms from its beginning; none: nobody marked it.
    pub contract_ms: Option<i64>,
    /// What should be in it and is not.
    pub missing: Vec<String>,
    /// The public key that the signature is checked by, in hexadecimal.
    pub key: String,
    /// Its files.
    pub files: Vec<SalePackFile>,
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SalePackFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// The key pair of an installation.
async fn key_pair(store: &dyn Store) -> Result<Ed25519KeyPair, ApiError> {
    let secret = store.secret().await?;
    let seed = Sha256::new()
        .chain_update(b"cadencia evidence of sales")
        .chain_update(secret)
        .finalize();
    Ed25519KeyPair::from_seed_unchecked(&seed)
        .map_err(|fault| ApiError::internal(std::io::Error::other(fault.to_string())))
}

/// The public key of an installation, in hexadecimal: give it to whoever checks its archives.
pub async fn evidence_key(store: &dyn Store) -> Result<String, ApiError> {
    Ok(hex(key_pair(store).await?.public_key().as_ref()))
}

/// Writes the archive of a sale. Noted in the audit log by whoever calls, before.
pub async fn pack_sale<W: Write + Seek + Send>(
    store: &dyn Store,
    vault: &Arc<Vault>,
    id: SaleId,
    by: &str,
    at: Timestamp,
    out: W,
) -> Result<SalePackIndex, ApiError> {
    let record = sale(store, Viewer::MACHINE, id, at).await?;
    let keys = key_pair(store).await?;
    let attempt = domain::AttemptId::new(record.sale.attempt);
    let mut files = Packing::new(out);
    files.add("venta.json", &pretty(&record)?)?;
    let mut missing = record.sale.missing_evidence.clone();
    for row in store.evidence(id).await? {
        if row.erased_at.is_some() {
            missing.push(format!("evidence {} was erased", row.id));
            continue;
        }
        let content = evidence_content(store, &vault.keys, &row).await?;
        let ending = row.media_type.rsplit('/').next().unwrap_or("bin");
        files.add(
            &format!("evidencia/{}-{}.{ending}", row.id, row.kind),
            &content,
        )?;
    }
    let marks = store.recording_marks(attempt).await?;
    let contract = marks.iter().find(|mark| mark.kind == CONTRACT);
    if contract.is_none() {
        missing.push("no mark of the reading of the contract".to_owned());
    }
    let shown: Vec<_> = marks
        .iter()
        .map(|mark| {
            serde_json::json!({"offset_ms": mark.offset_ms, "at": mark.at.as_millis(), "kind": mark.kind,
                "text": mark.text})
        })
        .collect();
    files.add("marcas.json", &pretty(&shown)?)?;
    match open_recording(store, vault, attempt).await {
        Ok(recording) => {
            let mut wav = Vec::new();
            let length = recording.wav().len();
            while (wav.len() as u64) < length {
                let from = wav.len() as u64;
                let piece = recording.read(from..from + PIECE).await;
                wav.extend(piece.map_err(ApiError::internal)?);
            }
            files.add("grabacion.wav", &wav)?;
        }
        Err(fault @ (ApiError::NotFound(_) | ApiError::Conflict(_))) => {
            missing.push(fault.to_string());
        }
        Err(other) => return Err(other),
    }
    let index = SalePackIndex {
        format: FORMAT.to_owned(),
        sale: id.get(),
        attempt: record.sale.attempt,
        stage: record.sale.stage.clone(),
        made_at: at.as_millis(),
        made_by: by.to_owned(),
        contract_ms: contract.map(|mark| mark.offset_ms),
        missing,
        key: hex(keys.public_key().as_ref()),
        files: files.files.clone(),
    };
    let text = pretty(&index)?;
    files.add(INDEX, &text)?;
    files.add(SIGNATURE, hex(keys.sign(&text).as_ref()).as_bytes())?;
    files.end()?;
    Ok(index)
}

fn pretty(value: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec_pretty(value).map_err(ApiError::internal)
}

/// An archive in the making.
struct Packing<W: Write + Seek> {
    zip: ZipWriter<W>,
    files: Vec<SalePackFile>,
}

impl<W: Write + Seek> Packing<W> {
    fn new(out: W) -> Packing<W> {
        Packing {
            zip: ZipWriter::new(out),
            files: Vec::new(),
        }
    }

    fn add(&mut self, name: &str, content: &[u8]) -> Result<(), ApiError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.zip
            .start_file(name, options)
            .map_err(ApiError::internal)?;
        self.zip.write_all(content).map_err(ApiError::internal)?;
        self.files.push(SalePackFile {
            name: name.to_owned(),
            bytes: content.len() as u64,
            sha256: sha256_of_bytes(content),
        });
        Ok(())
    }

    fn end(self) -> Result<(), ApiError> {
        self.zip.finish().map(drop).map_err(ApiError::internal)
    }
}

/// Everything that is wrong with the archive of a sale; empty where it is as it was made. `key`: the public key it must be of; the one it
/// names where that is not known, which shows only that it is whole.
pub fn verify_sale_pack(
    path: &Path,
    key: Option<&str>,
) -> std::io::Result<(Option<SalePackIndex>, Vec<String>)> {
    let mut zip = ZipArchive::new(File::open(path)?).map_err(std::io::Error::other)?;
    let mut contents = BTreeMap::new();
    let mut wrong = Vec::new();
    for place in 0..zip.len() {
        let file = zip.by_index(place).map_err(std::io::Error::other)?;
        let name = file.name().map_err(std::io::Error::other)?.into_owned();
        let mut content = Vec::new();
        if let Err(fault) = file.take(FILE_MAX).read_to_end(&mut content) {
            wrong.push(format!("{name}: cannot be read: {fault}"));
        }
        if contents.insert(name.clone(), content).is_some() {
            wrong.push(format!("{name}: is in it twice"));
        }
    }
    let text = contents.remove(INDEX).unwrap_or_default();
    let signature = contents.remove(SIGNATURE).unwrap_or_default();
    let index: SalePackIndex = match serde_json::from_slice(&text) {
        Ok(index) => index,
        Err(fault) => {
            wrong.push(format!("{INDEX}: {fault}"));
            return Ok((None, wrong));
        }
    };
    wrong.extend(signed(&index, &text, &signature, key));
    let mut known = BTreeSet::new();
    for file in &index.files {
        known.insert(file.name.clone());
        match contents.get(&file.name) {
            None => wrong.push(format!("{}: is not there", file.name)),
            Some(content) if sha256_of_bytes(content) != file.sha256 => {
                wrong.push(format!("{}: was changed", file.name));
            }
            Some(_) => {}
        }
    }
    let strange = contents.keys().filter(|name| !known.contains(*name));
    wrong.extend(strange.map(|name| format!("{name}: is not in the index")));
    Ok((Some(index), wrong))
}

/// What is wrong with a signature.
fn signed(
    index: &SalePackIndex,
    text: &[u8],
    signature: &[u8],
    key: Option<&str>,
) -> Option<String> {
    if index.format != FORMAT {
        return Some(format!("{INDEX}: `{}` is not {FORMAT}", index.format));
    }
    if key.is_some_and(|key| key != index.key) {
        return Some(format!("{INDEX}: is signed by another key, {}", index.key));
    }
    let signature = std::str::from_utf8(signature).ok().and_then(unhex);
    let public = unhex(&index.key);
    let sound = signature.zip(public).is_some_and(|(signature, public)| {
        UnparsedPublicKey::new(&ED25519, public)
            .verify(text, &signature)
            .is_ok()
    });
    (!sound).then(|| format!("{INDEX}: its signature is not of its key; it was changed"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}
