//! `cadencia destination`: where live calls may be handed to besides advisors.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::Secret;
use serde_json::json;
use wire::DestinationForm;

use crate::Global;
use crate::output::{record, show, table};

#[derive(Subcommand)]
pub(crate) enum Destination {
    /// Add a destination; a phone's password is generated and shown once
    /// unless given
    Add(Settings),
    /// Show every destination
    List,
    /// Remove a destination
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Settings {
    /// Unique name, such as "Back office"
    name: String,
    /// User part of the address of a phone that registers here
    #[arg(long, conflicts_with = "number", required_unless_present = "number")]
    sip_user: Option<String>,
    /// Password of that phone
    #[arg(long, env = "CADENCIA_PHONE_PASSWORD", hide_env_values = true)]
    sip_password: Option<String>,
    /// A number in E.164, reached over a trunk of the call's campaign
    #[arg(long)]
    number: Option<String>,
}

impl Destination {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        match self {
            Destination::Add(settings) => {
                let mut form = settings.form();
                let generated = api::generated_password(&mut form);
                let mut destination = api::new_destination();
                api::apply_destination(store.as_ref(), &form, &mut destination).await?;
                let secret = form.sip_password.map(Secret::new);
                destination.id = store.put_destination(&destination, secret.as_ref()).await?;
                let mut shown = api::destination_shown(&destination);
                shown.sip_password = generated;
                show(global, &shown, |destination| {
                    println!(
                        "destination `{}` added: {}",
                        destination.name,
                        place(destination)
                    );
                    if let Some(password) = &destination.sip_password {
                        println!("phone password  {password}  (shown once)");
                    }
                })
            }
            Destination::List => {
                let known = store.destinations().await?;
                let shown: Vec<_> = known.iter().map(api::destination_shown).collect();
                show(global, &shown, |shown| {
                    let rows = shown.iter().map(|d| vec![d.name.clone(), place(d)]);
                    let rows: Vec<_> = rows.collect();
                    table(
                        &["destination", "where"],
                        &rows,
                        "no destinations yet; add one with `cadencia destination add NAME --sip-user USER`",
                    );
                })
            }
            Destination::Remove { name } => {
                let known = store.destinations().await?;
                let Some(destination) = known.iter().find(|known| known.name == *name) else {
                    bail!(
                        "there is no destination named `{name}`; see `cadencia destination list`"
                    );
                };
                store.remove_destination(destination.id).await?;
                show(global, &json!({"removed": name}), |_| {
                    println!("destination `{name}` removed")
                })
            }
        }
    }
}

fn place(destination: &wire::Destination) -> String {
    let phone = destination
        .sip_user
        .as_ref()
        .map(|user| format!("phone {user}"));
    phone
        .or_else(|| destination.number.clone())
        .unwrap_or_default()
}

impl Settings {
    fn form(&self) -> DestinationForm {
        DestinationForm {
            name: Some(self.name.clone()),
            sip_user: self.sip_user.clone(),
            // The environment may hold one for agents' phones.
            sip_password: self
                .sip_password
                .clone()
                .filter(|_| self.sip_user.is_some()),
            number: self.number.clone(),
        }
    }
}
