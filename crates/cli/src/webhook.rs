//! `cadencia webhook`: web hooks that follow events, and how far each is.

use anyhow::{Result, bail};
use clap::Subcommand;
use domain::{Timestamp, WebHookId};
use store::Store;
use wire::{RedeliverForm, WebHook, WebHookForm};

use crate::Global;
use crate::output::{configuration, record, show, table};
use crate::times::{now, shown};

#[derive(Subcommand)]
pub(crate) enum WebhookCommand {
    /// Every web hook, and how far it is
    List,
    /// Have a web hook of the configuration follow events; the server sends them while it runs
    Add {
        /// Its name
        name: String,
        /// Name of a web hook of the configuration, under [[delivery.webhook]]
        #[arg(long)]
        place: String,
        /// Of this campaign [default: of all]
        #[arg(long)]
        campaign: Option<String>,
        /// Of these kinds, with commas between, such as sale.moved,attempt.closed [default: all]
        #[arg(long, value_delimiter = ',')]
        kinds: Vec<String>,
        /// Most events in a request [default: 100]
        #[arg(long)]
        batch: Option<u32>,
        /// What is after this id: `end`, `begin` or an id [default: end]
        #[arg(long, value_name = "ID")]
        after: Option<String>,
        /// Numbers as they are, not masked
        #[arg(long)]
        clear: bool,
    },
    /// Have one follow no longer
    Remove {
        /// Its name
        name: String,
    },
    /// Have a dead one go on; or any, once more, from an id on
    Redeliver {
        /// Its name
        name: String,
        /// After this id: `begin`, `end` or an id [default: where it stopped]
        #[arg(long, value_name = "ID")]
        after: Option<String>,
    },
}

impl WebhookCommand {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let places = configuration(global)?.delivery.resolved()?;
        let store = record(global).await?;
        let store = store.as_ref();
        match self {
            Self::List => {
                let all = api::web_hooks(store, &places).await?;
                show(global, &all, |all| hooks_table(all))
            }
            Self::Add {
                name,
                place,
                campaign,
                kinds,
                batch,
                after,
                clear,
            } => {
                let form = WebHookForm {
                    name: name.clone(),
                    place: place.clone(),
                    campaign: campaign.clone(),
                    kinds: kinds.clone(),
                    batch: *batch,
                    after: after.clone(),
                    clear: *clear,
                };
                let made = api::add_web_hook(store, &places, &form, now()).await?;
                show(global, &made, |made| {
                    hooks_table(std::slice::from_ref(made))
                })
            }
            Self::Remove { name } => {
                let id = named(store, name).await?;
                store.remove_web_hook(id).await?;
                show(global, &serde_json::json!({"removed": name}), |_| {
                    println!("el web hook {name} ya no sigue nada");
                })
            }
            Self::Redeliver { name, after } => {
                let id = named(store, name).await?;
                let after = after.clone();
                api::redeliver_events(store, id, &RedeliverForm { after }, now()).await?;
                show(global, &serde_json::json!({"follows": name}), |_| {
                    println!("el web hook {name} sigue; el servidor lo toma en segundos");
                })
            }
        }
    }
}

async fn named(store: &dyn Store, name: &str) -> Result<WebHookId> {
    let hooks = store.web_hooks().await?;
    match hooks.iter().find(|hook| hook.name == name) {
        Some(hook) => Ok(hook.id),
        None => bail!("there is no web hook named `{name}`; see `cadencia webhook list`"),
    }
}

fn hooks_table(all: &[WebHook]) {
    let row = |hook: &WebHook| {
        let place = match hook.is_here {
            true => hook.place.clone(),
            false => format!("{} (no está aquí)", hook.place),
        };
        let kinds = match hook.kinds.is_empty() {
            true => "todos".to_owned(),
            false => hook.kinds.join(","),
        };
        let at = hook.next_at.or(hook.arrived_at);
        vec![
            hook.name.clone(),
            place,
            hook.campaign
                .map_or_else(|| "todas".to_owned(), |id| id.to_string()),
            kinds,
            hook.state.clone(),
            hook.events.to_string(),
            hook.sent.clone(),
            hook.tries.to_string(),
            at.map_or_else(String::new, |at| shown(Timestamp::from_millis(at))),
            hook.fault.clone().unwrap_or_default(),
        ]
    };
    let headings = [
        "nombre",
        "a",
        "campaña",
        "eventos",
        "estado",
        "enviados",
        "hasta",
        "intentos",
        "próximo/último",
        "falla",
    ];
    let rows: Vec<_> = all.iter().map(row).collect();
    table(&headings, &rows, "ningún web hook");
}
