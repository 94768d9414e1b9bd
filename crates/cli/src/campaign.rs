//! `cadencia campaign`: make, change, start, pause, stop.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use domain::{CampaignId, CampaignState, SoundUse};
use serde_json::json;
use store::Store;
use wire::CampaignForm;

use crate::Global;
use crate::output::{record, show, table};

#[derive(Subcommand)]
pub(crate) enum Campaign {
    /// Make a campaign
    Create(Settings),
    /// Change a campaign
    Set(Settings),
    /// Show every campaign
    List,
    /// Why it calls nobody: how many contacts each gate lets through
    Funnel {
        /// Its name
        name: String,
    },
    /// Segments it is called by: whom, in which order, how much of the mixture
    #[command(subcommand)]
    Segments(crate::campaign_segments::Segments),
    /// Start dialing
    Start {
        /// Its name
        name: String,
    },
    /// No new calls; live ones go on
    Pause {
        /// Its name
        name: String,
    },
    /// Stop
    Stop {
        /// Its name
        name: String,
    },
    /// Remove a campaign that is stopped; its attempts stay
    Remove {
        /// Its name
        name: String,
    },
}

async fn funnel(global: &Global, name: &str) -> Result<()> {
    let store = record(global).await?;
    let campaign = find(store.as_ref(), name).await?;
    let funnel = api::funnel(store.as_ref(), campaign.id, crate::times::now()).await?;
    show(global, &funnel, |funnel| {
        println!("{}", funnel.sentence);
        let row = |gate: &wire::FunnelGate| {
            let opens = gate.opens_at.map(domain::Timestamp::from_millis);
            vec![
                gate.gate.clone(),
                gate.through.to_string(),
                gate.held.to_string(),
                gate.why.clone().unwrap_or_default(),
                opens.map(crate::times::shown).unwrap_or_default(),
            ]
        };
        let rows: Vec<_> = funnel.gates.iter().map(row).collect();
        table(
            &["gate", "through", "held", "why", "opens"],
            &rows,
            "no gates",
        );
        for gate in funnel.gates.iter().filter(|gate| gate.held > 0) {
            for rule in gate.rules.iter().filter(|rule| !rule.rule.is_empty()) {
                println!("  {}: {} by {}", gate.gate, rule.contacts, rule.rule);
            }
        }
    })
}

#[derive(Args)]
pub(crate) struct Settings {
    /// Unique name
    name: String,
    /// preview, progressive, super-progressive, power or predictive
    #[arg(long)]
    mode: Option<String>,
    /// Lines per ready agent, in power mode
    #[arg(long)]
    power_ratio: Option<f64>,
    /// The most calls on their way at once, whatever the mode would place; 0: no cap
    #[arg(long)]
    lines_max: Option<u32>,
    /// A list it dials; may be given more than once, in order of priority
    #[arg(long = "list")]
    lists: Vec<String>,
    /// A trunk it may use; may be given more than once
    #[arg(long = "trunk")]
    trunks: Vec<String>,
    /// The route plan its calls follow (see `cadencia routes`); empty: none
    #[arg(long)]
    routes: Option<String>,
    /// A caller id in E.164; may be given more than once
    #[arg(long = "caller-id")]
    caller_ids: Vec<String>,
    /// Which caller id is next: round-robin or least-used
    #[arg(long)]
    caller_id_rotation: Option<String>,
    /// The most calls a day that show one and the same caller id; 0: any number
    #[arg(long)]
    caller_id_day_max: Option<u32>,
    /// A caller id for called numbers that begin so, as 'PREFIX CALLER_ID'; may be given more
    /// than once; give '' for none
    #[arg(long = "caller-id-region")]
    caller_id_regions: Vec<String>,
    /// A caller id rests for an hour whose answer rate is below this share of the others',
    /// such as 50%; 0%: none rests
    #[arg(long)]
    caller_id_rest_below: Option<String>,
    /// How long the far end may ring; 15s at least
    #[arg(long)]
    ring_timeout: Option<String>,
    /// Attempts per contact
    #[arg(long)]
    attempts_per_contact: Option<u16>,
    /// Attempts per phone
    #[arg(long)]
    attempts_per_phone: Option<u16>,
    /// The most calls a day to one person over all campaigns, beside the law's limit; 0: the law's alone
    #[arg(long)]
    person_calls_per_day: Option<u32>,
    /// The same a week, from Monday
    #[arg(long)]
    person_calls_per_week: Option<u32>,
    /// The least time between two calls to one person, such as 4h; 0s: the law's alone
    #[arg(long)]
    person_gap: Option<String>,
    /// The most attempts to one person in one base, by whichever campaigns; 0: each campaign's own limit alone
    #[arg(long)]
    person_calls_per_base: Option<u16>,
    /// A part of the day such as 07:00-11:00: who is not reached in one is tried in another; may be given
    /// more than once; give '' for any hour
    #[arg(long)]
    hours: Vec<String>,
    /// How long a call that an advisor promised waits for them; then it is anybody's
    #[arg(long)]
    callback_kept: Option<String>,
    /// Until when after a call its advisor may correct what they said of it
    #[arg(long)]
    correct_within: Option<String>,
    /// The same for supervisors, of anybody's calls
    #[arg(long)]
    supervisor_corrects_within: Option<String>,
    /// Time to typify after a call
    #[arg(long)]
    wrap_up: Option<String>,
    /// The most answered calls that may be abandoned, such as 3%
    #[arg(long)]
    abandon_limit: Option<String>,
    /// What pacing aims at, such as 2%
    #[arg(long)]
    abandon_target: Option<String>,
    /// Be so sure, such as 95%, that the month's rate stays under the limit; 0% aims
    /// at the target on average
    #[arg(long)]
    abandon_sure: Option<String>,
    /// How long an answered customer may wait; 2s at most
    #[arg(long)]
    abandon_wait: Option<String>,
    /// Law pack: co, or laboratorio while every trunk is loopback
    #[arg(long)]
    law: Option<String>,
    /// Longest call
    #[arg(long)]
    call_max: Option<String>,
    /// Which calls are recorded: off, all, or a share such as 25%
    #[arg(long)]
    recording: Option<String>,
    /// From when on calls are recorded: answer, or bridge
    #[arg(long)]
    recording_from: Option<String>,
    /// Whether the customer must agree first: not_needed, asked (the agent says that they did), or
    /// announced (a recording tells them, when an agent hears them)
    #[arg(long)]
    recording_consent: Option<String>,
    /// Dial nobody while nothing can be recorded: true or false
    #[arg(long)]
    recording_required: Option<bool>,
    /// A pause of a recording ends by itself after this
    #[arg(long)]
    recording_pause_max: Option<String>,
    /// How long recordings are kept: 180d for all, and 'VE 1825d' for those whose typification
    /// begins with VE; may be given more than once; law: as the law pack says
    #[arg(long = "recording-keep")]
    recording_keep: Vec<String>,
}

impl Campaign {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        match self {
            Campaign::Create(settings) => {
                if find(store.as_ref(), &settings.name).await.is_ok() {
                    bail!(
                        "there is a campaign named `{}` already; use `campaign set`",
                        settings.name
                    );
                }
                let campaign = campaigns::Campaign::new(CampaignId::new(0), "");
                save(global, store.as_ref(), settings, campaign).await
            }
            Campaign::Set(settings) => {
                let campaign = find(store.as_ref(), &settings.name).await?;
                save(global, store.as_ref(), settings, campaign).await
            }
            Campaign::Funnel { name } => funnel(global, name).await,
            Campaign::Segments(segments) => segments.run(global, store.as_ref()).await,
            Campaign::List => list(global, store.as_ref()).await,
            Campaign::Start { name } => {
                order(global, store.as_ref(), name, CampaignState::Running).await
            }
            Campaign::Pause { name } => {
                order(global, store.as_ref(), name, CampaignState::Paused).await
            }
            Campaign::Stop { name } => {
                order(global, store.as_ref(), name, CampaignState::Stopped).await
            }
            Campaign::Remove { name } => {
                let campaign = find(store.as_ref(), name).await?;
                if matches!(
                    campaign.state,
                    CampaignState::Running | CampaignState::Paused
                ) {
                    bail!("campaign `{name}` is not stopped; stop it first");
                }
                store.remove_campaign(campaign.id).await?;
                show(global, &json!({"removed": name}), |_| {
                    println!("campaign `{name}` removed")
                })
            }
        }
    }
}

/// The campaign of this name.
pub(crate) async fn find(store: &dyn Store, name: &str) -> Result<campaigns::Campaign> {
    let campaigns = store.campaigns().await?;
    let found = campaigns.into_iter().find(|campaign| campaign.name == name);
    match found {
        Some(campaign) => Ok(campaign),
        None => bail!("there is no campaign named `{name}`; see `cadencia campaign list`"),
    }
}

async fn save(
    global: &Global,
    store: &dyn Store,
    settings: &Settings,
    mut campaign: campaigns::Campaign,
) -> Result<()> {
    api::apply_campaign(store, &settings.form(), &mut campaign).await?;
    campaign.id = store.put_campaign(&campaign).await?;
    let shown = api::campaign_shown(store, &campaign).await?;
    show(global, &shown, |_| {
        println!(
            "campaign `{}` saved ({}, {})",
            campaign.name,
            campaign.mode.word(),
            campaign.state.word()
        );
    })
}

async fn order(global: &Global, store: &dyn Store, name: &str, state: CampaignState) -> Result<()> {
    let campaign = find(store, name).await?;
    if state == CampaignState::Running {
        api::check_start(store, &campaign).await?;
    }
    store.set_campaign_state(campaign.id, state).await?;
    let own_message = has_own_message(store, campaign.id).await?;
    let value = json!({"campaign": name, "state": state.word(), "own_message": own_message});
    show(global, &value, |_| {
        println!("campaign `{name}`: {}", state.word());
        if state == CampaignState::Running && !own_message {
            println!(
                "abandoned customers hear the built-in message; for one that names you: \
                 `cadencia prompt use NAME --for abandon --campaign {name}`"
            );
        }
    })
}

/// Whether a message was chosen for its abandoned customers, or for all.
async fn has_own_message(store: &dyn Store, id: CampaignId) -> Result<bool> {
    let uses = store.sound_uses().await?;
    let is_for = |campaign: Option<CampaignId>| campaign.is_none_or(|other| other == id);
    let mut own = uses.iter().filter(|one| is_for(one.campaign));
    Ok(own.any(|one| one.purpose == SoundUse::Abandon))
}

async fn list(global: &Global, store: &dyn Store) -> Result<()> {
    let mut shown = Vec::new();
    for campaign in store.campaigns().await? {
        shown.push(api::campaign_shown(store, &campaign).await?);
    }
    show(global, &shown, |shown| {
        let rows: Vec<_> = shown
            .iter()
            .map(|c| {
                let settings = &c.settings;
                vec![
                    settings.name.clone().unwrap_or_default(),
                    c.state.clone(),
                    settings.mode.clone().unwrap_or_default(),
                    settings.lists.clone().unwrap_or_default().join(", "),
                ]
            })
            .collect();
        table(
            &["campaign", "state", "mode", "lists"],
            &rows,
            "no campaigns yet; make one with `cadencia campaign create NAME`",
        );
    })
}

impl Settings {
    fn form(&self) -> CampaignForm {
        let some = |names: &Vec<String>| (!names.is_empty()).then(|| names.clone());
        CampaignForm {
            name: Some(self.name.clone()),
            mode: self.mode.clone(),
            power_ratio: self.power_ratio,
            lines_max: self.lines_max,
            lists: some(&self.lists),
            trunks: some(&self.trunks),
            routes: self.routes.clone(),
            caller_ids: some(&self.caller_ids),
            caller_id_rotation: self.caller_id_rotation.clone(),
            caller_id_day_max: self.caller_id_day_max,
            caller_id_regions: some(&self.caller_id_regions).map(|mut rows| {
                rows.retain(|row| !row.is_empty());
                rows
            }),
            caller_id_rest_below: self.caller_id_rest_below.clone(),
            ring_timeout: self.ring_timeout.clone(),
            attempts_per_contact_max: self.attempts_per_contact,
            attempts_per_phone_max: self.attempts_per_phone,
            wrap_up: self.wrap_up.clone(),
            abandon_limit: self.abandon_limit.clone(),
            abandon_target: self.abandon_target.clone(),
            abandon_sure: self.abandon_sure.clone(),
            person_calls_per_day: self.person_calls_per_day,
            person_calls_per_week: self.person_calls_per_week,
            person_gap: self.person_gap.clone(),
            person_calls_per_base: self.person_calls_per_base,
            hours: (!self.hours.is_empty()).then(|| {
                let parts = self.hours.iter().filter(|part| !part.is_empty());
                parts.cloned().collect()
            }),
            callback_kept: self.callback_kept.clone(),
            correct_within: self.correct_within.clone(),
            supervisor_corrects_within: self.supervisor_corrects_within.clone(),
            abandon_wait: self.abandon_wait.clone(),
            law_pack: self.law.clone(),
            call_max: self.call_max.clone(),
            recording: self.recording.clone(),
            recording_from: self.recording_from.clone(),
            recording_consent: self.recording_consent.clone(),
            recording_required: self.recording_required,
            recording_pause_max: self.recording_pause_max.clone(),
            recording_keep: some(&self.recording_keep),
        }
    }
}
