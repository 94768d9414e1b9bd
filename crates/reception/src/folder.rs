//! A folder that a client's files are dropped in, and where they go from there:
//!
//! ```text
//!  in/NAME ──take──▶ taken/ID-NAME ──┬─▶ done/ID-NAME
//!                                    └─▶ quarantine/ID-NAME, with ID-NAME.reason.txt and .json
//!  return/                               what is encrypted to the client
//! ```
//!
//! Every step is one rename, so that a file is always in exactly one place. What is to be done with one in
//! `taken` is told by the record, by its ID; nothing here decides.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;

/// Bytes of a name that are kept; a name of a file may have 255, and more is added to it.
const NAME_MAX: usize = 180;
/// Endings of what is still being written, by whatever copies it.
const UNFINISHED: [&str; 6] = ["part", "tmp", "filepart", "partial", "crdownload", "swp"];
/// `NAME.done` says that NAME is complete.
const DONE: &str = "done";

/// The folder of one client or campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    root: PathBuf,
}

/// Something in `in`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its name as the system has it.
    pub name: OsString,
    /// Bytes.
    pub size: u64,
    /// When it was last changed.
    pub changed: Option<SystemTime>,
    /// A plain file, not a link, folder or pipe.
    pub is_file: bool,
    /// Its marker says that it is complete.
    pub marked: bool,
}

/// Why a file was refused, as its reason files say it. No personal data is in it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reason {
    /// Number of its entry in the record.
    pub id: i64,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of its bytes; empty where they could not be read.
    pub sha256: String,
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Stable code.
    pub code: String,
    /// What to do, in Spanish.
    pub es: String,
    /// The same in English.
    pub en: String,
}

impl Place {
    /// A place, and the folders in it where they are missing.
    pub fn open(root: &Path) -> io::Result<Place> {
        let place = Place {
            root: root.to_owned(),
        };
        for folder in ["in", "taken", "done", "quarantine", "return"] {
            fs::create_dir_all(place.folder(folder))?;
        }
        Ok(place)
    }

    /// Where files go to the client.
    pub fn return_folder(&self) -> PathBuf {
        self.folder("return")
    }

    /// Where files are dropped.
    pub fn inbox(&self) -> PathBuf {
        self.folder("in")
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// What waits in `in`, by name. What is hidden or says that it is being written is not looked at.
    pub fn waiting(&self) -> io::Result<Vec<Waiting>> {
        let mut found = Vec::new();
        let mut marked = Vec::new();
        for entry in fs::read_dir(self.inbox())? {
            let entry = entry?;
            let name = entry.file_name();
            let text = name.to_string_lossy();
            let ending = text.rsplit_once('.').map(|(_, it)| it.to_ascii_lowercase());
            if text.starts_with('.') || ending.as_deref().is_some_and(|it| UNFINISHED.contains(&it))
            {
                continue;
            }
            if ending.as_deref() == Some(DONE) {
                marked.push(Path::new(&name).with_extension("").into_os_string());
                continue;
            }
            // Taken or withdrawn since it was listed: not there any more.
            let Ok(about) = fs::symlink_metadata(entry.path()) else {
                continue;
            };
            found.push(Waiting {
                name,
                size: about.len(),
                changed: about.modified().ok(),
                is_file: about.is_file(),
                marked: false,
            });
        }
        for waiting in &mut found {
            waiting.marked = marked.contains(&waiting.name);
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// Where a file in `in` is.
    pub fn at(&self, waiting: &Waiting) -> PathBuf {
        self.inbox().join(&waiting.name)
    }

    /// Takes a file out of the client's reach, under the number of its entry.
    pub fn take(&self, waiting: &Waiting, id: i64) -> io::Result<PathBuf> {
        let name = waiting.name.to_string_lossy();
        let to = self.folder("taken").join(kept_name(id, &name));
        // Before its file: one that stayed behind would make the next file of that name complete.
        let mut marker = waiting.name.clone();
        marker.push(".done");
        // It may not be there.
        let _ = fs::remove_file(self.inbox().join(marker));
        rename(&self.at(waiting), &to)?;
        Ok(to)
    }

    /// What was taken and not put away, by number.
    pub fn taken(&self) -> io::Result<Vec<(i64, PathBuf)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.folder("taken"))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let id = name.split_once('-').and_then(|(id, _)| id.parse().ok());
            if let Some(id) = id {
                found.push((id, entry.path()));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Gives a taken file back: the record knows nothing of it.
    pub fn put_back(&self, taken: &Path) -> io::Result<()> {
        let name = leaf(taken);
        let plain = name.split_once('-').map_or(name.as_str(), |(_, name)| name);
        rename(taken, &self.inbox().join(plain))
    }

    /// A file that was loaded.
    pub fn put_done(&self, taken: &Path) -> io::Result<()> {
        rename(taken, &self.folder("done").join(leaf(taken)))
    }

    /// A file that was refused, with the reason beside it.
    pub fn put_in_quarantine(&self, taken: &Path, reason: &Reason) -> io::Result<()> {
        let folder = self.folder("quarantine");
        let name = leaf(taken);
        let json = serde_json::to_vec_pretty(reason).map_err(io::Error::other)?;
        let text = format!(
            "{}\n\nArchivo: {}\nSHA-256: {}\nCódigo: {}\nEntrada: {}\n\n{}\n",
            reason.es, reason.file, reason.sha256, reason.code, reason.id, reason.en
        );
        write_whole(&folder.join(format!("{name}.reason.json")), &json)?;
        write_whole(&folder.join(format!("{name}.reason.txt")), text.as_bytes())?;
        rename(taken, &folder.join(name))
    }

    /// How many files are in a folder of it, reasons not counted.
    pub fn count(&self, folder: &str) -> io::Result<u64> {
        let mut count = 0;
        for entry in fs::read_dir(self.folder(folder))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            count += u64::from(!name.ends_with(".reason.txt") && !name.ends_with(".reason.json"));
        }
        Ok(count)
    }
}

/// Opens what is a plain file, following no link.
pub fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(flags.bits()).unwrap_or_default())
        .open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "no regular file",
        )),
    }
}

/// Writes a file that is whole or not there, for its owner alone.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".tmp");
    let unfinished = PathBuf::from(unfinished);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&unfinished, path)
}

/// Renames, for good: also if the machine loses its power right after.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    for path in [from, to] {
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
    }
    Ok(())
}

fn leaf(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn kept_name(id: i64, name: &str) -> String {
    let mut end = name.len().min(NAME_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{id}-{}", &name[..end])
}

/// Tells when a file is complete: it is marked, or was the same for so long.
#[derive(Debug, Default)]
pub struct Steady {
    seen: HashMap<OsString, (u64, Option<SystemTime>, Duration)>,
}

impl Steady {
    /// What of all that waits is complete. `now` is time since any instant; `lasting` is how long nothing may have
    /// changed.
    pub fn complete(
        &mut self,
        now: Duration,
        lasting: Duration,
        waiting: Vec<Waiting>,
    ) -> Vec<Waiting> {
        let before = std::mem::take(&mut self.seen);
        let mut complete = Vec::new();
        for file in waiting {
            let same = before
                .get(&file.name)
                .filter(|(size, changed, _)| (*size, *changed) == (file.size, file.changed));
            let since = same.map_or(now, |(_, _, since)| *since);
            self.seen
                .insert(file.name.clone(), (file.size, file.changed, since));
            let steady = same.is_some() && now.saturating_sub(since) >= lasting;
            if file.marked || steady {
                complete.push(file);
            }
        }
        complete
    }
}

#[cfg(test)]
mod tests;
