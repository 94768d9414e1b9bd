//! What people and programs read: tables or JSON, from the same values. And
//! the record the commands work on.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::Config;
use store::Store;

use crate::Global;

/// The configuration in force: the file named, `cadencia.toml` where there is
/// one, else the defaults.
pub(crate) fn configuration(global: &Global) -> Result<Config> {
    let usual = Path::new("cadencia.toml");
    let mut config = match &global.config {
        Some(path) => Config::load(path)?,
        None if usual.exists() => Config::load(usual)?,
        None => Config::default(),
    };
    if let Some(database) = &global.database {
        config.database.clone_from(database);
        config.check()?;
    }
    server::install_law(&config, crate::times::now())?;
    Ok(config)
}

/// The record, as who has this machine changes it.
pub(crate) async fn record(global: &Global) -> Result<Arc<dyn Store>> {
    let store = open(&configuration(global)?.database).await?;
    Ok(store.acting(store::Actor::at("command line")))
}

/// Opens a record, saying which when it cannot.
pub(crate) async fn open(url: &str) -> Result<Arc<dyn Store>> {
    store::open(url)
        .await
        .context("the record cannot be opened; see `database` in the configuration")
}

/// What a JSON file holds; the message says which file, and what it is for.
pub(crate) fn from_file<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the {what} {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("in the {what} {}", path.display()))
}

/// Prints JSON where asked for, else what `human` makes of it.
pub(crate) fn show<T: Serialize>(global: &Global, value: &T, human: impl FnOnce(&T)) -> Result<()> {
    if global.json {
        println!("{}", serde_json::to_string(value)?);
    } else {
        human(value);
    }
    Ok(())
}

/// A table with aligned columns; says so when there is nothing.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>], empty: &str) {
    if rows.is_empty() {
        println!("{empty}");
        return;
    }
    let mut widths: Vec<usize> = headings.iter().map(|h| h.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        println!("{}", padded.join("  ").trim_end());
    };
    line(headings.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
}

/// Logs to standard error; `RUST_LOG` chooses what.
pub(crate) fn log(default: &str, json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call in one process keeps the first's: nothing is lost.
    let _ = if json {
        subscriber.json().try_init()
    } else {
        subscriber.try_init()
    };
}
