//! To a folder: whole or not there, and over what was there of the same name, which is the same report of the same days.

use std::fs::{self, File};
use std::path::Path;

use crate::fault::Fault;

/// Copies a file there. A folder that is not there is a fault: a disk may not be mounted.
pub(crate) fn deliver(file: &Path, name: &str, folder: &Path) -> Result<(), Fault> {
    let arriving = folder.join(format!(".arriving-{name}"));
    let copied = fs::copy(file, &arriving)
        .and_then(|_| File::open(&arriving)?.sync_all())
        .and_then(|()| fs::rename(&arriving, folder.join(name)))
        .and_then(|()| File::open(folder)?.sync_all());
    let doing = format!("the folder {} cannot be written to", folder.display());
    copied.map_err(|fault| Fault::of(&doing, &fault))
}
