//! `cadencia user`: who may log in.

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::json;
use wire::UserForm;

use crate::Global;
use crate::output::{record, show, table};

#[derive(Subcommand)]
pub(crate) enum User {
    /// Make a user; without --password one is generated and shown once
    Add {
        /// Log-in name
        name: String,
        /// admin, supervisor, advisor, back_office or client
        #[arg(long, default_value = "supervisor")]
        role: String,
        /// Name of the agent they are (advisors)
        #[arg(long)]
        agent: Option<String>,
        /// Password, 8 characters at least
        #[arg(long)]
        password: Option<String>,
    },
    /// Show every user
    List,
    /// Give a user a new password; generated and shown once unless given
    Password {
        /// Log-in name
        name: String,
        /// Password, 8 characters at least
        #[arg(long)]
        password: Option<String>,
    },
    /// Remove a user and end their sessions
    Remove {
        /// Log-in name
        name: String,
    },
}

impl User {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let users = store.users().await?;
        let find = |name: &str| users.iter().find(|user| user.name == name).cloned();
        match self {
            User::Add {
                name,
                role,
                agent,
                password,
            } => {
                if find(name).is_some() {
                    bail!(
                        "there is a user named `{name}` already; use `user password` or another name"
                    );
                }
                let form = UserForm {
                    name: Some(name.clone()),
                    role: Some(role.clone()),
                    agent: agent.clone(),
                    password: password.clone(),
                };
                let mut user = api::new_user();
                let generated = api::apply_user(store.as_ref(), &form, &mut user).await?;
                store.put_user(&user).await?;
                shown(global, name, generated)
            }
            User::List => {
                let value: Vec<_> = users
                    .iter()
                    .map(|u| json!({"name": u.name, "role": u.role.word(), "agent": u.agent.map(|a| a.get())}))
                    .collect();
                show(global, &value, |_| {
                    let rows: Vec<_> = users
                        .iter()
                        .map(|u| vec![u.name.clone(), u.role.word().to_owned()])
                        .collect();
                    table(
                        &["user", "role"],
                        &rows,
                        "no users yet; make one with `cadencia user add NAME`",
                    );
                })
            }
            User::Password { name, password } => {
                let Some(mut user) = find(name) else {
                    bail!("there is no user named `{name}`; see `cadencia user list`");
                };
                user.password_hash.clear();
                let form = UserForm {
                    password: password.clone(),
                    ..UserForm::default()
                };
                let generated = api::apply_user(store.as_ref(), &form, &mut user).await?;
                store.put_user(&user).await?;
                shown(global, name, generated)
            }
            User::Remove { name } => {
                let Some(user) = find(name) else {
                    bail!("there is no user named `{name}`; see `cadencia user list`");
                };
                store.remove_user(user.id).await?;
                show(global, &json!({"removed": name}), |_| {
                    println!("user `{name}` removed")
                })
            }
        }
    }
}

fn shown(global: &Global, name: &str, generated: Option<String>) -> Result<()> {
    let value = json!({"name": name, "password": generated});
    show(global, &value, |_| match &generated {
        Some(password) => println!("user `{name}`, password  {password}  (shown once)"),
        None => println!("user `{name}` saved"),
    })
}
