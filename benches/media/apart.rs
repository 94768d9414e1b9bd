//! The load on one processor and what is measured on another, so that neither takes the other's time.

use std::path::Path;
use std::process::Command;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

const LOAD: usize = 0;
const MEASURED: &str = "1";

/// Puts this process on the load's, where there are two; says whether there are.
pub(crate) fn stay() -> bool {
    let ours = sched_getaffinity(None).expect("a processor");
    if ours.count() < 2 {
        return false;
    }
    let mut load = CpuSet::new();
    load.set(LOAD);
    sched_setaffinity(None, &load).is_ok()
}

/// A command that will run on the other one, if we are `apart`.
pub(crate) fn command(program: &Path, apart: bool) -> Command {
    if !apart {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", MEASURED]).arg(program);
    command
}
