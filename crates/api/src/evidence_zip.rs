//! Evidence over HTTP: the folder that the command line writes, as one ZIP. What is asked for is in the audit log
//! before anything is read.

use std::fs::{self, File};
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::{PersonId, Timestamp};
use futures_util::stream;
use serde::Deserialize;
use tokio::io::AsyncReadExt as _;
use utoipa::IntoParams;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::App;
use crate::audit::{self, From};
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::evidence::{EvidenceWanted, export_evidence};

/// What is read and sent at once.
const PIECE: usize = 256 * 1_024;
/// Tells the hash of the index, to be kept apart.
const INDEX_SHA256: HeaderName = HeaderName::from_static("x-evidence-index-sha256");

/// Of which span.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Attempts intended at or after, in ms since 1970 UTC.
    from: i64,
    /// Before; now when absent.
    to: Option<i64>,
    /// Of this person only.
    person: Option<i64>,
}

/// What shows that the calls of a span were made as the law has it: attempts, rules, registers, audit log, and an index
/// with the hash of each. The hash of the index is the header `x-evidence-index-sha256`.
#[utoipa::path(get, path = "/api/v1/evidence", tag = "audit", params(Wanted),
    responses((status = 200, content_type = "application/zip"), (status = 422, body = wire::Problem)))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Query(asked): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.admin()?;
    let store = app.store.as_ref();
    let to = asked.to.map_or_else(now, Timestamp::from_millis);
    let span = (Timestamp::from_millis(asked.from), to);
    if span.0 >= span.1 {
        return Err(ApiError::Invalid("`from` comes before `to`".to_owned()));
    }
    let subject = asked.person.map(|person| format!("person {person}"));
    let subject = subject.unwrap_or_else(|| "attempts".to_owned());
    let detail = format!("{} to {}", span.0.as_millis(), span.1.as_millis());
    audit::note(store, &caller, &from, "evidence.export", subject, detail).await?;
    let folder = tempfile::tempdir().map_err(ApiError::internal)?;
    let wanted = EvidenceWanted {
        from: span.0,
        to: span.1,
        person: asked.person.map(PersonId::new),
        folder: folder.path().to_owned(),
    };
    let made = export_evidence(store, &wanted, |_| ()).await?;
    let packed = tokio::task::spawn_blocking(move || packed(folder.path())).await;
    let (file, bytes) = packed
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_LENGTH, bytes.to_string()),
        (CACHE_CONTROL, "no-store".to_owned()),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"evidencia.zip\"".to_owned(),
        ),
    ];
    let body = Body::from_stream(pieces(tokio::fs::File::from_std(file)));
    let mut answer = (headers, body).into_response();
    if let Ok(hash) = HeaderValue::from_str(&made.index_sha256) {
        answer.headers_mut().insert(INDEX_SHA256, hash);
    }
    Ok(answer)
}

/// All files of a folder in one, which nobody else can open and which goes when it is closed.
fn packed(folder: &Path) -> io::Result<(File, u64)> {
    let mut zip = ZipWriter::new(tempfile::tempfile()?);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true);
    for path in files(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        let name = name.to_string_lossy().replace('\\', "/");
        zip.start_file(name, options).map_err(io::Error::other)?;
        io::copy(&mut File::open(&path)?, &mut zip)?;
    }
    let mut file = zip.finish().map_err(io::Error::other)?;
    let bytes = file.stream_position()?;
    file.rewind()?;
    Ok((file, bytes))
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => found.extend(files(&path)?),
            false => found.push(path),
        }
    }
    found.sort();
    Ok(found)
}

/// What an answer is sent by, from a file of any size.
pub(crate) fn pieces(
    file: tokio::fs::File,
) -> impl futures_util::Stream<Item = io::Result<Vec<u8>>> {
    stream::try_unfold(file, async |mut file| {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok((read > 0).then_some((piece, file)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_folder_is_in_one_under_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("law")).expect("a folder");
        for (name, text) in [("index.json", "{}"), ("law/co.toml", "id = 'co'")] {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let (file, bytes) = packed(folder.path()).expect("packs");
        assert_eq!(bytes, file.metadata().expect("a file").len());
        let mut zip = zip::ZipArchive::new(file).expect("a ZIP");
        let mut names = Vec::new();
        for place in 0..zip.len() {
            let entry = zip.by_index(place).expect("in it");
            names.push(entry.name().expect("UTF-8").into_owned());
        }
        assert_eq!(names, ["index.json", "law/co.toml"]);
        let law = zip.by_name("law/co.toml").expect("in it");
        assert_eq!(io::read_to_string(law).expect("text"), "id = 'co'");
    }
}
