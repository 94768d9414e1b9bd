//! What an engine that ended too early left in the spool, brought to its end: every file is playable
//! up to its last whole second, and says so.

use std::fs;
use std::io;
use std::path::Path;

use domain::AttemptId;

use crate::keys::MasterKeys;
use crate::recorder::Outcome;
use crate::sealed::{CHUNK, Content};
use crate::spool::{Spooled, end_after_crash};

/// A file of the spool, at a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// What is known of it now.
    pub outcome: Outcome,
    /// Whether a crash had left it unfinished.
    pub recovered: bool,
}

/// Looks at every file of the spool and ends those that were not. Files that cannot be read stay as
/// they are, for people.
pub fn recover(folder: &Path, keys: &MasterKeys) -> io::Result<Vec<Left>> {
    fs::create_dir_all(folder)?;
    let mut left = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let attempt = name
            .and_then(|name| name.strip_suffix(".rec"))
            .and_then(|name| name.parse().ok())
            .map(AttemptId::new);
        if let Some(attempt) = attempt {
            left.push(recover_one(&path, attempt, keys));
        }
    }
    left.sort_by_key(|left| left.outcome.attempt);
    Ok(left)
}

fn recover_one(path: &Path, attempt: AttemptId, keys: &MasterKeys) -> Left {
    let mut content = Content::Pcma;
    let plain = |content, pairs, early: Option<String>, recovered| Left {
        outcome: Outcome {
            attempt,
            content,
            pairs,
            early,
        },
        recovered,
    };
    let (whole, spooled) = match Spooled::whole_chunks(path, keys) {
        Ok(found) => found,
        Err(fault) => {
            tracing::error!(%attempt, %fault, "a recording left in the spool cannot be read");
            return plain(content, 0, Some(format!("unreadable: {fault}")), true);
        }
    };
    content = spooled.head().content;
    if spooled.head().attempt != attempt {
        return plain(
            content,
            0,
            Some("unreadable: it is of another call".to_owned()),
            true,
        );
    }
    if spooled.is_finished() {
        return plain(content, spooled.length() / 2, None, false);
    }
    if whole == 0 {
        if let Err(fault) = fs::remove_file(path) {
            tracing::warn!(%attempt, %fault, "an empty recording stays in the spool");
        }
        let why = "the engine ended before its first second was written";
        return plain(content, 0, Some(why.to_owned()), true);
    }
    let pairs = whole * (CHUNK as u64 / 2);
    match end_after_crash(path, &spooled, whole) {
        Ok(()) => plain(
            content,
            pairs,
            Some("the engine ended during the call".to_owned()),
            true,
        ),
        Err(fault) => {
            // Playable all the same; the next start tries again.
            tracing::error!(%attempt, %fault, "a recording could not be brought to its end");
            plain(content, pairs, Some(format!("not ended: {fault}")), true)
        }
    }
}
