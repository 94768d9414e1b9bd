//! `cadencia recording rekey`: the master key is changed. A new one is added to the file, and the keys
//! of all recordings in the archive, and of evidence of sales, are sealed anew with it; sound is neither read nor written. An
//! engine that runs goes on and takes the new key by itself.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;
use recorder::{MasterKeys, spool_keys};
use serde_json::json;
use store::Store;

use crate::Global;
use crate::output::show;

/// Keys that are read from the record at once.
const PAGE: u32 = 500;

/// What was done, and what still needs another key than the new one.
#[derive(Default)]
struct Done {
    resealed: u64,
    /// How many the old keys would not open.
    failed: u64,
}

pub(crate) async fn rekey(
    global: &Global,
    store: &dyn Store,
    file: &Path,
    spool: &Path,
    go_on: bool,
    drop_old: bool,
) -> Result<()> {
    let detail = file.display().to_string();
    api::note_command(store, "recording.rekey", "recordings".to_owned(), detail).await?;
    if !go_on {
        MasterKeys::add(file)?;
    }
    let keys = MasterKeys::load(file)?;
    let name = keys.names().pop().unwrap_or_default();
    let done = reseal(global, store, &keys, &name).await?;
    let waiting = in_spool(spool, &name)?;
    let needed = waiting.values().sum::<u64>() + done.failed;
    let dropped = match drop_old && needed == 0 {
        true => MasterKeys::drop_old(file)?,
        false => 0,
    };
    let old = keys.names().len() - 1 - dropped;
    let value = json!({"key": name, "resealed": done.resealed, "failed": done.failed,
        "in_spool": waiting, "old_keys": old, "dropped": dropped});
    show(global, &value, |_| {
        println!(
            "key {name} is in use; {} keys of recordings sealed anew",
            done.resealed
        );
        println!("copy {} to its safe place now", file.display());
        if needed > 0 {
            println!(
                "{needed} recordings still need an old key, most since they wait for the archive; \
                 later: cadencia recording rekey --go-on --drop-old"
            );
        } else if old > 0 {
            println!(
                "nothing here needs the old keys any more (--go-on --drop-old takes them out)"
            );
        }
    })
}

async fn reseal(global: &Global, store: &dyn Store, keys: &MasterKeys, name: &str) -> Result<Done> {
    let bar = match global.json {
        true => ProgressBar::hidden(),
        false => ProgressBar::new_spinner(),
    };
    let (mut done, mut after) = (Done::default(), None);
    loop {
        let page = store.recordings_sealed_otherwise(name, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        for (attempt, sealed) in &page {
            match keys.reseal(sealed, *attempt) {
                // One that was erased meanwhile needs no key.
                Ok(new) => {
                    let changed = store.reseal_recording(*attempt, sealed, &new).await?;
                    done.resealed += u64::from(changed);
                }
                Err(fault) => {
                    done.failed += 1;
                    tracing::warn!(%attempt, %fault, "the key of a recording stays as it is");
                }
            }
            bar.set_message(format!("{} keys sealed anew", done.resealed));
            bar.tick();
        }
    }
    reseal_evidence(store, keys, name, &mut done).await?;
    bar.finish_and_clear();
    Ok(done)
}

/// The keys of evidence of sales are sealed by the same master key.
async fn reseal_evidence(
    store: &dyn Store,
    keys: &MasterKeys,
    name: &str,
    done: &mut Done,
) -> Result<()> {
    let mut after = None;
    loop {
        let page = store.evidence_sealed_otherwise(name, after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for (row, sealed) in &page {
            match keys.reseal_evidence(row.sale, &row.sha256, sealed) {
                Ok(new) => {
                    let changed = store.reseal_evidence(row.id, sealed, &new).await?;
                    done.resealed += u64::from(changed);
                }
                Err(fault) => {
                    done.failed += 1;
                    tracing::warn!(evidence = %row.id, %fault, "the key of evidence stays as it is");
                }
            }
        }
    }
}

/// How many recordings of the spool have a key that another master key sealed, by its name.
fn in_spool(spool: &Path, name: &str) -> Result<HashMap<String, u64>> {
    let mut waiting = HashMap::new();
    if !spool.exists() {
        return Ok(waiting);
    }
    let found = spool_keys(spool).with_context(|| format!("the spool {}", spool.display()))?;
    for (_, other) in found.into_iter().filter(|(_, other)| other != name) {
        *waiting.entry(other).or_default() += 1;
    }
    Ok(waiting)
}
