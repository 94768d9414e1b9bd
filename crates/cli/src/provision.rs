//! `cadencia agent provision`: how an agent's phone is set up, its new password, and the code that a
//! phone with a camera reads.

use anyhow::{Result, bail};
use api::provisioning::{new_password, new_ticket, provisioning, qr};
use clap::Args;
use domain::AgentProfile;
use store::Store;
use wire::Provisioning;

use crate::output::{configuration, show};
use crate::{Global, times};

#[derive(Args)]
pub(crate) struct Provision {
    /// Their name
    name: String,
    /// Give the phone a new password, shown once; phones that have the old one are let go
    #[arg(long)]
    reset: bool,
    /// Show a code from which a phone fetches its settings, password included: once, within ten
    /// minutes
    #[arg(long)]
    qr: bool,
    /// Where phones reach this server's HTTP; made from the configuration when absent
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Provision {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) async fn run(
        &self,
        global: &Global,
        store: &dyn Store,
        agent: &AgentProfile,
    ) -> Result<()> {
        let config = configuration(global)?;
        let server = config.sip.phone_server(&[]);
        let password = match self.reset {
            true => Some(new_password(store, agent).await?),
            false => None,
        };
        let ticket = if self.qr {
            let base = match &self.url {
                Some(url) => url.clone(),
                None => format!("http://{}", config.http),
            };
            if !base.starts_with("http://") && !base.starts_with("https://") {
                bail!(
                    "`--url` is where phones reach this server, such as https://cadencia.example"
                );
            }
            Some(new_ticket(store, agent, &base, times::now()).await?)
        } else {
            None
        };
        let shown = provisioning(agent, server, password.as_deref(), ticket);
        show(global, &shown, print)
    }
}

fn print(shown: &Provisioning) {
    println!("phone of `{}`: user {}", shown.agent, shown.sip_user);
    for place in &shown.server.places {
        println!("  {:<4} {}:{}", place.transport, place.host, place.port);
    }
    match &shown.password {
        Some(password) => println!("  password {password}  (shown once)"),
        None => println!("  password not shown; `--reset` makes a new one"),
    }
    println!("  dial {} to hear yourself", shown.echo);
    for phone in &shown.softphones {
        let file = phone.file.as_deref().unwrap_or_default();
        println!("\n== {} {file}\n{}", phone.name, phone.steps_en);
        println!("{}", phone.text.trim_end());
    }
    if let Some(ticket) = &shown.ticket {
        println!("\n== code, good once and for ten minutes\n{}", ticket.url);
        if let Some(blocks) = qr::blocks(&ticket.url) {
            println!("{blocks}");
        }
    }
}
