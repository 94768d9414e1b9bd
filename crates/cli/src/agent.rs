//! `cadencia agent`: who takes calls, and on which phone.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::Secret;
use serde_json::json;
use wire::AgentForm;

use crate::Global;
use crate::output::{record, show, table};
use crate::provision::Provision;

#[derive(Subcommand)]
pub(crate) enum Agent {
    /// Make an agent, or change the one of this name; a new one's phone
    /// password is generated and shown once unless given
    Set(Settings),
    /// Show every agent
    List,
    /// Show how an agent's phone is set up, or give it a new password
    Provision(Provision),
    /// Remove an agent; what they did stays
    Remove {
        /// Their name
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Settings {
    /// Unique name
    name: String,
    /// User part of the phone's address; made from the name when absent
    #[arg(long)]
    sip_user: Option<String>,
    /// Password of the phone
    #[arg(long, env = "CADENCIA_PHONE_PASSWORD", hide_env_values = true)]
    sip_password: Option<String>,
    /// A campaign they take calls for; may be given more than once
    #[arg(long = "campaign")]
    campaigns: Vec<String>,
    /// nailed_up or per_call
    #[arg(long)]
    line: Option<String>,
}

impl Agent {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let agents = store.agents().await?;
        let find = |name: &str| agents.iter().find(|agent| agent.name == name).cloned();
        match self {
            Agent::Set(settings) => {
                let old = find(&settings.name);
                let fresh = old.is_none();
                let mut agent = old.unwrap_or_else(api::new_agent);
                let form = settings.form(fresh);
                let generated = (fresh && settings.sip_password.is_none())
                    .then(|| form.sip_password.clone())
                    .flatten();
                api::apply_agent(store.as_ref(), &form, &mut agent).await?;
                let secret = form.sip_password.map(Secret::new);
                agent.id = store.put_agent(&agent, secret.as_ref()).await?;
                let mut shown = api::agent_shown(store.as_ref(), &agent).await?;
                shown.sip_password = generated;
                show(global, &shown, |agent| {
                    println!("agent `{}` saved, phone {}", agent.name, agent.sip_user);
                    if let Some(password) = &agent.sip_password {
                        println!("phone password  {password}  (shown once)");
                    }
                })
            }
            Agent::List => {
                let mut shown = Vec::new();
                for agent in &agents {
                    shown.push(api::agent_shown(store.as_ref(), agent).await?);
                }
                show(global, &shown, |shown| {
                    let rows: Vec<_> = shown
                        .iter()
                        .map(|a| {
                            let campaigns = a.campaigns.join(", ");
                            vec![
                                a.name.clone(),
                                a.sip_user.clone(),
                                a.line.clone(),
                                campaigns,
                            ]
                        })
                        .collect();
                    table(
                        &["agent", "phone", "line", "campaigns"],
                        &rows,
                        "no agents yet; make one with `cadencia agent set NAME --campaign NAME`",
                    );
                })
            }
            Agent::Provision(provision) => {
                let Some(agent) = find(provision.name()) else {
                    let name = provision.name();
                    bail!("there is no agent named `{name}`; see `cadencia agent list`");
                };
                provision.run(global, store.as_ref(), &agent).await
            }
            Agent::Remove { name } => {
                let Some(agent) = find(name) else {
                    bail!("there is no agent named `{name}`; see `cadencia agent list`");
                };
                store.remove_agent(agent.id).await?;
                show(global, &json!({"removed": name}), |_| {
                    println!("agent `{name}` removed")
                })
            }
        }
    }
}

impl Settings {
    fn form(&self, fresh: bool) -> AgentForm {
        let from_name = || {
            let letters = self.name.chars().filter(char::is_ascii_alphanumeric);
            letters.collect::<String>().to_lowercase()
        };
        AgentForm {
            name: Some(self.name.clone()),
            sip_user: self.sip_user.clone().or_else(|| fresh.then(from_name)),
            sip_password: self
                .sip_password
                .clone()
                .or_else(|| fresh.then(api::password::generate)),
            campaigns: (!self.campaigns.is_empty()).then(|| self.campaigns.clone()),
            line: self.line.clone(),
        }
    }
}
