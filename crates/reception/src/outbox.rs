//! The folder that files go back to a client by. Each is there whole, and once: it is laid down beside the folder, then
//! the record says that it goes, and then it appears, by one rename.
//!
//! ```text
//!  stage ─▶ .leaving/NAME ─▶ (the record says that NAME goes) ─▶ send ─▶ NAME
//! ```
//!
//! What lies in `.leaving` after a crash goes if the record says so, and is thrown away otherwise: whoever asks the record
//! decides that ([`Outbox::staged`]), nothing here does.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::folder::{rename, write_whole};

/// Where files wait to go; what is hidden no client takes for theirs.
const LEAVING: &str = ".leaving";

/// A folder that files go to, written to by this process alone.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    leaving: PathBuf,
    /// Held as long as it is open.
    _lock: File,
}

impl Outbox {
    /// `None` while another process has it. A folder that is not there is an error: a disk may not be mounted.
    pub fn open(folder: &Path) -> io::Result<Option<Outbox>> {
        let leaving = folder.join(LEAVING);
        match fs::create_dir(&leaving) {
            Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => return Err(fault),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let lock = options.open(leaving.join(".lock"))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(fault) => return Err(fault.into()),
        }
        Ok(Some(Outbox {
            folder: folder.to_owned(),
            leaving,
            _lock: lock,
        }))
    }

    /// Lays a file down, for good. One of that name which is there already is an error: it went.
    pub fn stage(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if self.folder.join(name).try_exists()? {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{name} is there already"),
            ));
        }
        write_whole(&self.leaving.join(name), bytes)
    }

    /// Lets a file go that was laid down; where it is now.
    pub fn send(&self, name: &str) -> io::Result<PathBuf> {
        let to = self.folder.join(name);
        rename(&self.leaving.join(name), &to)?;
        Ok(to)
    }

    /// Throws a file away that was laid down.
    pub fn discard(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.leaving.join(name))
    }

    /// Names of the files that are laid down, sorted; also of those that were being written.
    pub fn staged(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.leaving)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let names = entries.map(|entry| entry.expect("a file").file_name());
        let mut names: Vec<_> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_file_appears_whole_when_it_is_sent_and_not_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let outbox = Outbox::open(folder.path()).expect("ours").expect("free");
        outbox.stage("uno.csv.age", b"uno").expect("laid down");
        assert_eq!(names(folder.path()), [LEAVING]);
        assert_eq!(outbox.staged().expect("listed"), ["uno.csv.age"]);
        let sent = outbox.send("uno.csv.age").expect("sent");
        assert_eq!(fs::read(sent).expect("there"), b"uno");
        assert_eq!(outbox.staged().expect("listed"), Vec::<String>::new());
        let again = outbox.stage("uno.csv.age", b"dos").expect_err("it went");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        outbox.stage("tres", b"").expect("laid down");
        outbox.discard("tres").expect("thrown away");
        assert_eq!(outbox.staged().expect("listed"), Vec::<String>::new());
    }

    #[test]
    fn one_process_writes_at_a_time_and_a_missing_folder_is_not_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Outbox::open(folder.path()).expect("ours");
        assert!(Outbox::open(folder.path()).expect("readable").is_none());
        drop(first);
        assert!(Outbox::open(folder.path()).expect("readable").is_some());
        let missing = Outbox::open(&folder.path().join("mnt")).expect_err("not there");
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
