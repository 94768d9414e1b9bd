//! Room on the disk of the spool.

use std::io;
use std::path::Path;

/// The share of the disk below a folder that is free to us, 0 to 1.
pub fn free_share(folder: &Path) -> io::Result<f64> {
    let disk = rustix::fs::statvfs(folder)?;
    if disk.f_blocks == 0 {
        return Err(io::Error::other(
            "the file system does not say how large it is",
        ));
    }
    Ok(disk.f_bavail as f64 / disk.f_blocks as f64)
}
