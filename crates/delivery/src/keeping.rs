//! What was made and has not arrived: kept in a folder of this program alone until it has, so that each try brings the same
//! bytes.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use store::RunMade;

/// The folder of a run.
#[derive(Debug)]
pub(crate) struct Kept(PathBuf);

impl Kept {
    /// Made where it is not there, for the user of this program alone.
    pub(crate) fn open(kept: &Path, run: i64) -> io::Result<Kept> {
        let folder = kept.join(format!("run-{run}"));
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&folder)?;
        Ok(Kept(folder))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// Where a file is that was made before, if it is what it was.
    pub(crate) fn file(&self, made: &RunMade) -> Option<PathBuf> {
        let path = self.0.join(&made.file_name);
        let (sha256, bytes) = told(&path).ok()?;
        (sha256 == made.sha256 && bytes == made.bytes).then_some(path)
    }

    /// It arrived.
    pub(crate) fn forget(self) -> io::Result<()> {
        fs::remove_dir_all(self.0)
    }
}

/// The runs of which something is kept.
pub(crate) fn left(kept: &Path) -> Vec<i64> {
    let entries = fs::read_dir(kept).into_iter().flatten().flatten();
    let run = |entry: fs::DirEntry| {
        entry
            .file_name()
            .to_str()?
            .strip_prefix("run-")?
            .parse()
            .ok()
    };
    entries.filter_map(run).collect()
}

/// Hash and size of a file.
pub(crate) fn told(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok((hex(&digest.finalize()), bytes)),
            read => {
                digest.update(&piece[..read]);
                bytes += read as u64;
            }
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
