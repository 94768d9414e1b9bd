//! `cadencia callback`: the agenda of call-backs.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::{AgentId, CampaignId, ContactId};
use store::{CallBackFilter, Store};
use wire::{CallBack, CallBackAssignForm, CallBackCancelForm, CallBackMoveForm};

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show, table};
use crate::times::parse;

#[derive(Subcommand)]
pub(crate) enum Callback {
    /// Booked call-backs, the soonest first, by the customer's clock and with what the law says of each
    List(List),
    /// Call at another time; outside the law it is refused with the next that is allowed
    Move {
        #[command(flatten)]
        which: Which,
        /// By the customer's clock, such as 2026-12-01T09:30
        #[arg(long, value_name = "TIME")]
        to: String,
        /// Why; it stays in the audit log
        #[arg(long)]
        reason: String,
    },
    /// Have another advisor call, or anyone
    Assign {
        #[command(flatten)]
        which: Which,
        /// Name of the advisor; anyone when absent
        #[arg(long)]
        agent: Option<String>,
        /// Why; it stays in the audit log
        #[arg(long)]
        reason: String,
    },
    /// Promise nothing any more: the contact waits for its turn as others do
    Cancel {
        #[command(flatten)]
        which: Which,
        /// Why; it stays in the audit log
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args)]
pub(crate) struct List {
    /// Of this campaign
    #[arg(long)]
    campaign: Option<String>,
    /// Of this advisor
    #[arg(long)]
    agent: Option<String>,
    /// Those that anyone may make
    #[arg(long, conflicts_with = "agent")]
    anyone: bool,
    /// From then on
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until then, not included
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 1_000)]
    limit: u32,
}

#[derive(Args)]
pub(crate) struct Which {
    /// Name of the campaign
    campaign: String,
    /// Number of the contact; see `callback list`
    contact: i64,
}

impl Which {
    async fn key(&self, store: &dyn Store) -> Result<(CampaignId, ContactId)> {
        let campaign = find(store, &self.campaign).await?;
        Ok((campaign.id, ContactId::new(self.contact)))
    }
}

impl Callback {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        let changed = match self {
            Callback::List(list) => return list.run(global, store).await,
            Callback::Move { which, to, reason } => {
                let form = CallBackMoveForm {
                    at: None,
                    local: Some(to.clone()),
                    reason: reason.clone(),
                };
                api::move_call_back(store, which.key(store).await?, &form).await?
            }
            Callback::Assign {
                which,
                agent,
                reason,
            } => {
                let agent = match agent {
                    Some(name) => Some(agent_named(store, name).await?.get()),
                    None => None,
                };
                let reason = reason.clone();
                let form = CallBackAssignForm { agent, reason };
                api::assign_call_back(store, which.key(store).await?, &form).await?
            }
            Callback::Cancel { which, reason } => {
                let reason = reason.clone();
                let form = CallBackCancelForm { reason };
                api::cancel_call_back(store, which.key(store).await?, &form).await?;
                return show(global, &serde_json::json!({"cancelled": true}), |_| {
                    println!("nothing is promised to contact {} any more", which.contact);
                });
            }
        };
        show(global, &changed, |one| {
            let by = one.agent_name.as_deref().unwrap_or("anyone");
            println!("{} is called at {} by {by}", one.name, one.local);
        })
    }
}

async fn agent_named(store: &dyn Store, name: &str) -> Result<AgentId> {
    let agents = store.agents().await?;
    match agents.iter().find(|agent| agent.name == name) {
        Some(agent) => Ok(agent.id),
        None => bail!("there is no advisor named `{name}`; see `cadencia agent list`"),
    }
}

impl List {
    async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        let campaign = match &self.campaign {
            Some(name) => Some(find(store, name).await?.id),
            None => None,
        };
        let agent = match (&self.agent, self.anyone) {
            (Some(name), _) => Some(Some(agent_named(store, name).await?)),
            (None, true) => Some(None),
            (None, false) => None,
        };
        let filter = CallBackFilter {
            campaign,
            agent,
            from: self.from.as_deref().map(parse).transpose()?,
            to: self.to.as_deref().map(parse).transpose()?,
            limit: self.limit,
        };
        let booked = api::call_backs(store, &filter).await?;
        show(global, &booked, |booked| {
            let rows: Vec<Vec<String>> = booked.iter().map(row).collect();
            let headings = [
                "when", "campaign", "contact", "name", "number", "by", "law", "state",
            ];
            table(&headings, &rows, "no call-back is booked");
        })
    }
}

fn row(one: &CallBack) -> Vec<String> {
    let law = match &one.refused {
        Some(refused) => refused.words.clone(),
        None => "allowed".to_owned(),
    };
    let state = match one.under_way {
        true => "under way",
        false => "booked",
    };
    vec![
        one.local.clone(),
        one.campaign_name.clone(),
        one.contact.to_string(),
        one.name.clone(),
        one.phone.clone(),
        one.agent_name
            .clone()
            .unwrap_or_else(|| "anyone".to_owned()),
        law,
        state.to_owned(),
    ]
}
