//! Law packs of a folder: read at a start and again when a file of it changed. One that cannot be trusted
//! is told, and those before stay in force.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use domain::Timestamp;
use engine::Input;
use law::{Book, Pack};
use serde::Deserialize;
use store::Store;
use tokio::sync::mpsc;

use crate::Config;
use crate::clock::Clock;
use crate::run::Aside;

/// How soon a changed file is noticed.
const EVERY: Duration = Duration::from_secs(5);

/// Largest text of a pack.
const BYTES_MAX: u64 = 1024 * 1024;

/// `[law]` of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LawSettings {
    /// A folder of packs (`*.toml`) beside those compiled in.
    pub folder: Option<std::path::PathBuf>,
}

/// Every pack of the configuration.
pub(crate) fn book(config: &Config) -> Result<Book> {
    let mut book = Book::compiled();
    let Some(folder) = &config.law.folder else {
        return Ok(book);
    };
    for path in files(folder)? {
        let size = fs::metadata(&path).map(|data| data.len()).unwrap_or(0);
        anyhow::ensure!(size <= BYTES_MAX, "{} is larger than 1 MiB", path.display());
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read the law pack {}", path.display()))?;
        book = book
            .with([text.as_str()])
            .with_context(|| format!("in the law pack {}", path.display()))?;
    }
    Ok(book)
}

/// Has everything in this process go by the packs of the configuration; tells them, if that is news.
pub fn install_law(config: &Config, at: Timestamp) -> Result<Option<Vec<Arc<Pack>>>> {
    Ok(book(config)?.install(at))
}

/// Looks at the folder again and again, and has the engine go by what changed or has come into force; ends
/// with the loop.
pub(crate) async fn watch(
    config: Config,
    store: Arc<dyn Store>,
    aside: mpsc::UnboundedSender<Aside>,
) {
    let mut told = String::new();
    loop {
        tokio::time::sleep(EVERY).await;
        // The wall's time: this runs for months.
        let now = Clock::start().now();
        let read = config.clone();
        let read = tokio::task::spawn_blocking(move || install_law(&read, now)).await;
        match read.map_err(anyhow::Error::from).flatten() {
            Ok(None) if aside.is_closed() => return,
            Ok(None) => {}
            Ok(Some(packs)) => {
                if let Err(fault) = store.put_law_texts(&Pack::texts(), now).await {
                    tracing::error!(%fault, "the law packs in force were not kept");
                }
                let labels: Vec<String> = packs.iter().map(|pack| pack.label()).collect();
                tracing::info!(packs = labels.join(", "), "other law packs are in force");
                if aside.send(Aside::Input(Input::LawChanged(packs))).is_err() {
                    return;
                }
            }
            Err(problem) => {
                let words = format!("{problem:#}");
                if words != told {
                    tracing::error!(problem = words, "law packs stay as they were");
                    told = words;
                }
            }
        }
    }
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let cannot = || format!("cannot read the folder of law packs {}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}
