//! `cadencia sip bans`: sources that guessed passwords, which the running engine does not hear for
//! a while; and a word for one of them.

use std::net::IpAddr;

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::Timestamp;
use serde_json::json;
use wire::SipBan;

use crate::Global;
use crate::engine_api::Reach;
use crate::output::{show, table};
use crate::times::shown;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Bans {
    #[command(flatten)]
    reach: Reach,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Hear a source again at once
    Lift {
        /// Its address, as the list shows it
        address: IpAddr,
        #[command(flatten)]
        reach: Reach,
    },
}

impl Bans {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        match &self.action {
            Some(Action::Lift { address, reach }) => {
                let engine = reach.engine(global).await?;
                engine.delete(format!("/api/v1/sip/bans/{address}")).await?;
                show(global, &json!({"lifted": address}), |_| {
                    println!("{address} is heard again");
                })
            }
            None => {
                let engine = self.reach.engine(global).await?;
                let bans: Vec<SipBan> = engine.get("/api/v1/sip/bans").await?;
                show(global, &bans, |bans| {
                    let rows: Vec<_> = bans.iter().map(row).collect();
                    let headings = ["source", "reason", "until", "left"];
                    table(&headings, &rows, "nobody is banned");
                })
            }
        }
    }
}

fn row(ban: &SipBan) -> Vec<String> {
    let reason = match ban.reason.as_str() {
        "wrong_logins" => format!("{} wrong logins", ban.wrong_logins),
        other => other.to_owned(),
    };
    vec![
        ban.source.clone(),
        reason,
        shown(Timestamp::from_millis(ban.until)),
        format!("{} s", ban.expires_in_s),
    ]
}
