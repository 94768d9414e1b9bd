//! A day of a campaign, in a folder that is whole or not there. What lies there already is looked at first: a day that
//! nothing was said of since stays as it is, and one of which calls were corrected is written again, as its next version.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use campaigns::Campaign;
use chrono::NaiveDate;
use domain::Timestamp;
use law::Pack;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use store::{DaySpan, Store};

use crate::error::ExportError;
use crate::manifest::{self, FileTold, MANIFEST, Manifest, Restated, SCHEMA};
use crate::table::{Columns, Table};
use crate::tables::{self, Reading};

/// So long after its end a day is closed: what happened in its last second is in the record by then.
const CLOSED_AFTER: Duration = Duration::from_secs(60);

/// Which day of which campaign.
#[derive(Clone, Copy, Debug)]
pub struct DayWanted<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// The day, by the clock of its law pack.
    pub day: NaiveDate,
    /// Documents, names and numbers are masked.
    pub masked: bool,
}

/// A day that lies in its folder.
#[derive(Clone, Debug)]
pub struct DayExported {
    /// The folder.
    pub folder: PathBuf,
    /// What lies there.
    pub manifest: Manifest,
    /// False where it lay there before, and nothing was said since.
    pub is_new: bool,
}

/// Writes a day to `campaign=NUMBER/day=DATE` under `root`.
pub async fn export_day(
    store: &dyn Store,
    wanted: DayWanted<'_>,
    root: &Path,
    now: Timestamp,
) -> Result<DayExported, ExportError> {
    let (campaign, day) = (wanted.campaign, wanted.day);
    let pack = Pack::by_id(&campaign.law_pack).map_err(ExportError::Clock)?;
    let from = pack.begins(day);
    let span = DaySpan {
        campaign: campaign.id,
        from,
        to: pack.tomorrow(from),
    };
    if now < span.to + CLOSED_AFTER {
        return Err(ExportError::NotOver(day));
    }
    let open = store.open_on(&span).await?;
    if open > 0 {
        return Err(ExportError::Open { day, open });
    }
    let place = root.join(format!("campaign={}", campaign.id));
    let folder = place.join(format!("day={day}"));
    let before = manifest::read(&folder)?;
    let mut restates = None;
    if let Some((before, sha256)) = before {
        let said = store.said_after(&span, before.said_through).await?;
        let is_same = before.schema == SCHEMA && before.masked == wanted.masked;
        if said == 0 && is_same && before.is_whole(&folder) {
            return Ok(DayExported {
                folder,
                manifest: before,
                is_new: false,
            });
        }
        restates = Some(Restated {
            version: before.version,
            written_at_ms: before.written_at_ms,
            manifest_sha256: sha256,
            said_since: said,
        });
    }
    fs::create_dir_all(&place)?;
    let unfinished = tempfile::Builder::new()
        .prefix(".unfinished-")
        .tempdir_in(&place)?;
    let reading = Reading {
        store,
        day: span,
        masked: wanted.masked,
    };
    let (files, said_through) = write_tables(reading, unfinished.path()).await?;
    let manifest = Manifest {
        schema: SCHEMA,
        program: concat!("cadencia ", env!("CARGO_PKG_VERSION")).to_owned(),
        campaign: campaign.id.get(),
        campaign_name: campaign.name.clone(),
        day: day.to_string(),
        zone: pack.zone().to_owned(),
        from_ms: span.from.as_millis(),
        to_ms: span.to.as_millis(),
        version: restates.as_ref().map_or(1, |before| before.version + 1),
        written_at_ms: now.as_millis(),
        restates,
        masked: wanted.masked,
        said_through,
        files,
    };
    write_manifest(unfinished.path(), &manifest)?;
    lay_down(unfinished, &folder)?;
    Ok(DayExported {
        folder,
        manifest,
        is_new: true,
    })
}

/// What was said is read first: what is said meanwhile is found by the next export.
async fn write_tables(
    reading: Reading<'_>,
    folder: &Path,
) -> Result<(Vec<FileTold>, u64), ExportError> {
    let begin = |name, columns: Columns| Table::begin(folder, name, columns);
    let mut typifications = begin("typifications", tables::TYPIFICATIONS)?;
    let said_through = reading.typifications(&mut typifications).await?;
    let mut attempts = begin("attempts", tables::ATTEMPTS)?;
    reading.attempts(&mut attempts).await?;
    let mut contacts = begin("contacts", tables::CONTACTS)?;
    reading.contacts(&mut contacts).await?;
    let mut agent_time = begin("agent_time", tables::AGENT_TIME)?;
    reading.agent_time(&mut agent_time).await?;
    let mut sale_moves = begin("sale_moves", tables::SALE_MOVES)?;
    reading.sale_moves(&mut sale_moves).await?;
    let tables = [attempts, typifications, contacts, agent_time, sale_moves];
    let files: Result<_, _> = tables.into_iter().map(Table::end).collect();
    Ok((files?, said_through))
}

fn write_manifest(folder: &Path, manifest: &Manifest) -> Result<(), ExportError> {
    let mut file = fs::File::create_new(folder.join(MANIFEST))?;
    serde_json::to_writer_pretty(&mut file, manifest).map_err(io::Error::from)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    Ok(())
}

/// Puts a finished folder in its place at once: whoever reads there finds one version or the other.
fn lay_down(unfinished: tempfile::TempDir, folder: &Path) -> Result<(), ExportError> {
    let made = unfinished.path();
    fs::File::open(made)?.sync_all()?;
    if folder.exists() {
        // What was there goes with the folder that was for the time being.
        renameat_with(CWD, made, CWD, folder, RenameFlags::EXCHANGE).map_err(io::Error::from)?;
    } else {
        fs::rename(unfinished.keep(), folder)?;
    }
    if let Some(place) = folder.parent() {
        fs::File::open(place)?.sync_all()?;
    }
    Ok(())
}
