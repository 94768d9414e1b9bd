//! The end of a file in the spool: its head has a sealed copy of its key, which is overwritten before
//! the file is removed. First it is set aside, so that whoever is refused in the record can put it
//! back, and a start finds what a crash left in between.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use domain::AttemptId;

use crate::keys::SEALED_KEY;
use crate::sealed::HEAD;
use crate::spool::path_of;

/// How the name of a file ends that is to be destroyed.
const ASIDE: &str = "erasing";

fn aside(folder: &Path, attempt: AttemptId) -> PathBuf {
    path_of(folder, attempt).with_extension(ASIDE)
}

/// Sets a file aside: nobody hears it from here on. False: there is none.
pub fn set_aside(folder: &Path, attempt: AttemptId) -> io::Result<bool> {
    moved(&path_of(folder, attempt), &aside(folder, attempt))
}

/// Puts one back that is not to be destroyed after all. False: there is none.
pub fn put_back(folder: &Path, attempt: AttemptId) -> io::Result<bool> {
    moved(&aside(folder, attempt), &path_of(folder, attempt))
}

fn moved(from: &Path, to: &Path) -> io::Result<bool> {
    match fs::rename(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Destroys one that was set aside: its key, and then the file. One that is not there is destroyed.
pub fn destroy(folder: &Path, attempt: AttemptId) -> io::Result<()> {
    let path = aside(folder, attempt);
    let file = match OpenOptions::new().write(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    // A disk may keep what was there before, and the copies of others do: the master key is for those.
    file.write_all_at(&[0; SEALED_KEY], (HEAD - SEALED_KEY) as u64)?;
    file.sync_all()?;
    fs::remove_file(&path)?;
    File::open(folder)?.sync_all()
}

/// Whose files were set aside, and neither destroyed nor put back.
pub fn aside_in(folder: &Path) -> io::Result<Vec<AttemptId>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(ASIDE));
        let attempt = name.and_then(|name| name.strip_suffix('.')?.parse().ok());
        found.extend(attempt.map(AttemptId::new));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTEMPT: AttemptId = AttemptId::new(7);

    #[test]
    fn a_file_is_set_aside_put_back_or_destroyed_with_its_key_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let path = path_of(folder, ATTEMPT);
        assert!(!set_aside(folder, ATTEMPT).expect("there is none"));
        fs::write(&path, [7; 500]).expect("ours");
        assert!(set_aside(folder, ATTEMPT).expect("ours"));
        assert!(!path.exists());
        assert_eq!(aside_in(folder).expect("ours"), [ATTEMPT]);
        assert!(put_back(folder, ATTEMPT).expect("ours"));
        assert!(path.exists() && aside_in(folder).expect("ours").is_empty());
        assert!(set_aside(folder, ATTEMPT).expect("ours"));
        // Whoever has it open sees that the key is gone.
        let open = File::open(aside(folder, ATTEMPT)).expect("ours");
        destroy(folder, ATTEMPT).expect("ours");
        let mut bytes = [0; HEAD + 1];
        open.read_exact_at(&mut bytes, 0).expect("still open");
        assert_eq!(bytes[HEAD - SEALED_KEY..HEAD], [0; SEALED_KEY]);
        assert_eq!((bytes[0], bytes[HEAD]), (7, 7));
        assert_eq!(fs::read_dir(folder).expect("ours").count(), 0);
        destroy(folder, ATTEMPT).expect("destroyed already");
    }
}
