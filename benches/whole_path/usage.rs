//! What a process takes from the machine, as the kernel tells everyone.

use std::fs;

/// Processor ticks a second.
const TICKS: f64 = 100.0;
/// A page, in KiB.
const PAGE: f64 = 4.0;

/// What a process used so far.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    /// Processor seconds of the media threads.
    pub(crate) media: f64,
    /// Processor seconds of everything else.
    pub(crate) rest: f64,
    /// Resident memory.
    pub(crate) mib: f64,
}

impl Usage {
    pub(crate) fn of(process: u32) -> Usage {
        let threads = fs::read_dir(format!("/proc/{process}/task")).expect("it runs, on Linux");
        let (mut media, mut rest) = (0.0, 0.0);
        for thread in threads.flatten() {
            // A thread that ended meanwhile has used next to nothing.
            let Some((name, fields)) = stat(&thread.path().to_string_lossy()) else {
                continue;
            };
            match name.starts_with("media-") {
                true => media += seconds(&fields),
                false => rest += seconds(&fields),
            }
        }
        let (_, whole) = stat(&format!("/proc/{process}")).expect("it runs");
        Usage {
            media,
            rest,
            mib: whole[21] * PAGE / 1_024.0,
        }
    }
}

/// Processor seconds of our children that have ended and were waited for.
pub(crate) fn children_seconds() -> f64 {
    let (_, fields) = stat("/proc/self").expect("we run");
    (fields[13] + fields[14]) / TICKS
}

fn seconds(fields: &[f64]) -> f64 {
    (fields[11] + fields[12]) / TICKS
}

/// The name and, from the state on, the fields of `FOLDER/stat`; words read as 0.
fn stat(folder: &str) -> Option<(String, Vec<f64>)> {
    let text = fs::read_to_string(format!("{folder}/stat")).ok()?;
    let (head, fields) = text.rsplit_once(") ")?;
    let (_, name) = head.split_once('(')?;
    let fields = fields.split_whitespace();
    let fields = fields.map(|field| field.parse().unwrap_or(0.0)).collect();
    Some((name.to_owned(), fields))
}
