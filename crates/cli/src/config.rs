//! `cadencia config`: is the configuration right, before anything runs on it.

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use crate::Global;
use crate::output::{configuration, show};

#[derive(Subcommand)]
pub(crate) enum Config {
    /// Read the configuration and say what is wrong with it, if anything
    Check,
}

impl Config {
    pub(crate) fn run(&self, global: &Global) -> Result<()> {
        let config = configuration(global)?;
        let value = json!({
            "ok": true, "database": without_password(&config.database),
            "http": config.http, "sip": config.sip.bind.all().first(),
        });
        show(global, &value, |_| {
            println!("the configuration is sound");
            println!("  database  {}", without_password(&config.database));
            println!("  http      {}", config.http);
            for (bind, kind) in [
                (&config.sip.bind, "UDP, TCP"),
                (&config.sip.tls.bind, "TLS"),
                (&config.sip.websocket.bind, "WebSocket"),
            ] {
                for place in bind.all() {
                    println!("  sip       {place} ({kind})");
                }
            }
        })
    }
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None => url.to_owned(),
    }
}
