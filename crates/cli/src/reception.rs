//! `cadencia reception`: our keys, clients' keys, files that came, files that go back.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use api::{DropFolder, Fate, Outcome, Reception as Settings};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use domain::{ListId, Timestamp};
use reception::folder;
use serde_json::json;
use store::{ReceptionFilter, ReceptionState, Store};
use wire::{ReturnPlan, ReturnedFile};

use crate::Global;
use crate::output::{configuration, record, show, table};
use crate::times;

#[derive(Subcommand)]
pub(crate) enum Reception {
    /// Our keys: what clients encrypt to
    #[command(subcommand)]
    Keys(Keys),
    /// Clients' keys: what return files are encrypted to, and whose signatures count
    #[command(subcommand)]
    Recipient(RecipientCommand),
    /// How the drop folders stand, and the files that came last
    Status {
        /// At most so many files
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// In this state: taken, loaded, refused or reverted
        #[arg(long)]
        state: Option<String>,
    },
    /// Load what is in the drop folders now, where no engine watches them
    Take,
    /// Write what became of the records of a list, encrypted to the client's key
    Return(Return),
    /// The files that went back, which are to be written again since calls of their day were corrected, and which
    /// are due to go by themselves
    Returns {
        /// The campaign
        campaign: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Make those that are missing, and print the public ones
    Make {
        /// The name in the OpenPGP key
        #[arg(long, default_value = "cadencia")]
        name: String,
    },
    /// Print the public ones
    Show,
}

#[derive(Subcommand)]
pub(crate) enum RecipientCommand {
    /// Set the client's key of a campaign: a file with `age1...` or an armoured OpenPGP public key
    Set {
        /// The campaign
        campaign: String,
        /// The file
        key: PathBuf,
    },
    /// Show it
    Show {
        /// The campaign
        campaign: String,
    },
    /// Take it away
    Remove {
        /// The campaign
        campaign: String,
    },
}

#[derive(Args)]
pub(crate) struct Return {
    /// The campaign
    campaign: String,
    /// Of this list alone [default: all that the campaign dials]
    #[arg(long)]
    list: Option<String>,
    /// Where to [default: the return folder of the campaign's place]
    #[arg(long)]
    folder: Option<PathBuf>,
    /// As it stood when this day ended, such as 2026-11-30 [default: today, as it stands]
    #[arg(long, value_name = "DATE", conflicts_with = "restate")]
    day: Option<NaiveDate>,
    /// Every file again of whose day calls were corrected since it was written
    #[arg(long)]
    restate: bool,
}

impl Reception {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let config = configuration(global)?;
        let settings = config.reception.resolved();
        if let Reception::Keys(keys) = self {
            return keys.run(global, &settings);
        }
        let store = record(global).await?;
        match self {
            Reception::Keys(_) => Ok(()),
            Reception::Recipient(it) => it.run(global, store.as_ref()).await,
            Reception::Status { limit, state } => {
                let state = state.as_deref().map(api::reception_state).transpose()?;
                status(global, store.as_ref(), &settings, *limit, state).await
            }
            Reception::Take => take(global, &store, &settings).await,
            Reception::Return(it) => it.run(global, store.as_ref(), &settings).await,
            Reception::Returns { campaign } => {
                returns(global, store.as_ref(), &settings, campaign).await
            }
        }
    }
}

impl Keys {
    fn run(&self, global: &Global, settings: &Settings) -> Result<()> {
        let files = &settings.keys;
        let made = match self {
            Keys::Make { name } => files.make(name)?,
            Keys::Show => Vec::new(),
        };
        let public = files.public()?;
        if public.age.is_empty() && public.openpgp.is_empty() {
            bail!("there are no keys yet; make them with `cadencia reception keys make`");
        }
        let openpgp: Vec<_> = public
            .openpgp
            .iter()
            .map(|(fingerprint, key)| json!({"fingerprint": fingerprint, "key": key}))
            .collect();
        let value = json!({"made": made, "age": public.age, "openpgp": openpgp,
            "passphrases": public.passphrases});
        show(global, &value, |_| {
            for file in &made {
                println!(
                    "made {}: keep a copy in a safe place, apart from the database",
                    file.display()
                );
            }
            for recipient in &public.age {
                println!("age      {recipient}");
            }
            for (fingerprint, key) in &public.openpgp {
                println!("OpenPGP  {fingerprint}\n\n{key}");
            }
        })
    }
}

impl RecipientCommand {
    async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        let campaign = match self {
            Self::Set { campaign, .. } | Self::Show { campaign } | Self::Remove { campaign } => {
                campaign
            }
        };
        let campaign = crate::campaign::find(store, campaign).await?;
        match self {
            Self::Set { key, .. } => {
                let text = std::fs::read_to_string(key);
                let text = text.with_context(|| format!("cannot read {}", key.display()))?;
                let key = api::read_client_key(&text)?;
                api::put_client_key(store, campaign.id, &key, "command line").await?;
            }
            Self::Show { .. } => {}
            Self::Remove { .. } => {
                if !store.remove_campaign_key(campaign.id).await? {
                    bail!("the campaign {} has no client's key", campaign.name);
                }
                return show(global, &json!({"removed": campaign.name}), |_| {
                    println!(
                        "the campaign {} has no client's key any more",
                        campaign.name
                    );
                });
            }
        }
        let (key, row) = api::client_key(store, campaign.id).await?;
        show(global, &api::client_key_shown(&key, &row), |key| {
            println!("{}  {}", key.kind, key.name);
            println!("compare this with the client by another way, such as a call");
        })
    }
}

async fn status(
    global: &Global,
    store: &dyn Store,
    settings: &Settings,
    limit: u32,
    state: Option<ReceptionState>,
) -> Result<()> {
    let counts = store.received_counts().await?;
    let filter = ReceptionFilter {
        state,
        limit,
        ..ReceptionFilter::default()
    };
    let files = store.received_files(&filter).await?;
    let files: Vec<_> = files.iter().map(api::received_shown).collect();
    let mut places = Vec::new();
    for settings in &settings.places {
        let place = folder::Place::open(&settings.root)
            .with_context(|| format!("the folder {}", settings.root.display()))?;
        let of = |state| {
            let its = counts
                .iter()
                .find(|(name, is, _)| *name == settings.name && *is == state);
            its.map_or(0, |(_, _, count)| *count)
        };
        places.push(
            json!({"place": settings.name, "campaign": settings.campaign,
            "folder": place.inbox(), "waiting": place.count("in")?, "taken": place.count("taken")?,
            "quarantine": place.count("quarantine")?, "loaded": of(ReceptionState::Loaded),
            "refused": of(ReceptionState::Refused), "reverted": of(ReceptionState::Reverted)}),
        );
    }
    let value = json!({"places": places, "files": files});
    show(global, &value, |_| {
        let cell = |place: &serde_json::Value, name: &str| match &place[name] {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => String::new(),
            other => other.to_string(),
        };
        let columns = [
            "place",
            "campaign",
            "waiting",
            "taken",
            "quarantine",
            "loaded",
            "refused",
            "reverted",
        ];
        let rows: Vec<Vec<String>> = places
            .iter()
            .map(|place| columns.iter().map(|name| cell(place, name)).collect())
            .collect();
        table(
            &columns,
            &rows,
            "no folder is watched; see [reception] in the configuration",
        );
        println!();
        let rows: Vec<_> = files
            .iter()
            .map(|file| {
                vec![
                    file.id.to_string(),
                    times::shown(Timestamp::from_millis(file.received_at)),
                    file.place
                        .clone()
                        .unwrap_or_else(|| file.received_by.clone()),
                    file.file_name.clone(),
                    file.state.clone(),
                    file.list_name
                        .clone()
                        .or_else(|| file.reason_es.clone())
                        .unwrap_or_default(),
                ]
            })
            .collect();
        table(
            &["entry", "when", "by", "file", "state", "list or reason"],
            &rows,
            "no file came yet",
        );
    })
}

/// Looks at each folder until all that is in it is complete, or is still being written.
async fn take(
    global: &Global,
    store: &std::sync::Arc<dyn Store>,
    settings: &Settings,
) -> Result<()> {
    let began = Instant::now();
    let mut fates: Vec<Fate> = Vec::new();
    for place in &settings.places {
        let Some(mut folder) = DropFolder::open(place)? else {
            bail!(
                "an engine watches the folder {}: it takes what is dropped there",
                place.root.display()
            );
        };
        fates.extend(folder.look(store, settings, began.elapsed()).await?);
        if folder.place().count("in")? > 0 {
            tokio::time::sleep(settings.steady + Duration::from_millis(10)).await;
            fates.extend(folder.look(store, settings, began.elapsed()).await?);
        }
    }
    let shown: Vec<_> = fates.iter().map(fate_shown).collect();
    show(global, &shown, |_| {
        let rows: Vec<_> = fates.iter().map(fate_row).collect();
        table(
            &["place", "file", "entry", "what", ""],
            &rows,
            "nothing that is complete was there",
        );
    })
}

fn fate_shown(fate: &Fate) -> serde_json::Value {
    let mut value = match &fate.outcome {
        Outcome::Loaded {
            list,
            received,
            valid,
        } => json!({"state": "loaded", "list": list, "received": received, "valid": valid}),
        Outcome::WasLoaded => json!({"state": "put_away"}),
        Outcome::Refused { code, words } => {
            json!({"state": "refused", "code": code, "reason": words})
        }
        Outcome::Waits { why } => json!({"state": "waits", "reason": why}),
    };
    value["place"] = json!(fate.place);
    value["file"] = json!(fate.file);
    value["entry"] = json!(fate.entry);
    value
}

fn fate_row(fate: &Fate) -> Vec<String> {
    let (what, more) = match &fate.outcome {
        Outcome::Loaded {
            list,
            received,
            valid,
        } => ("loaded", format!("{list}: {valid} of {received}")),
        Outcome::WasLoaded => ("put away", "it was loaded before".to_owned()),
        Outcome::Refused { words, .. } => ("quarantine", words.clone()),
        Outcome::Waits { why } => ("waits", why.clone()),
    };
    let entry = fate.entry.map_or(String::new(), |entry| entry.to_string());
    vec![
        fate.place.clone(),
        fate.file.clone(),
        entry,
        what.to_owned(),
        more,
    ]
}

async fn returns(
    global: &Global,
    store: &dyn Store,
    settings: &Settings,
    campaign: &str,
) -> Result<()> {
    let campaign = crate::campaign::find(store, campaign).await?;
    let files = api::return_files(store, &campaign).await?;
    let plan = api::return_plan(store, settings, &campaign).await?;
    show(global, &json!({"files": files, "plan": plan}), |_| {
        let row = |file: &ReturnedFile| {
            let state = match file.to_be_restated {
                true => format!("to be restated: {} corrections", file.corrections),
                false => "as it went".to_owned(),
            };
            vec![
                file.day.clone(),
                file.list_name.clone(),
                file.version.to_string(),
                times::shown(Timestamp::from_millis(file.written_at)),
                file.written_by.clone(),
                file.records.to_string(),
                state,
            ]
        };
        let rows: Vec<_> = files.iter().map(row).collect();
        let headings = [
            "day", "list", "version", "written", "by", "records", "state",
        ];
        table(&headings, &rows, "no file went back yet");
        println!();
        match &plan {
            Some(plan) => show_plan(plan),
            None => println!(
                "none goes by itself: no place of the campaign says when (return_at in [[reception.place]])"
            ),
        }
    })
}

fn show_plan(plan: &ReturnPlan) {
    let again = if plan.restate {
        ", corrected days again"
    } else {
        ""
    };
    println!(
        "each day's file goes to the place {} at {} of the day after{again}; next: {}",
        plan.place,
        plan.return_at,
        times::shown(Timestamp::from_millis(plan.next_at))
    );
    if let Some(why) = &plan.off {
        println!("none goes now: {why}");
    }
    let rows: Vec<_> = plan
        .due
        .iter()
        .map(|due| {
            vec![
                due.day.clone(),
                due.list_name.clone(),
                times::shown(Timestamp::from_millis(due.since)),
                if due.restates { "again" } else { "" }.to_owned(),
            ]
        })
        .collect();
    table(&["day", "list", "due since", ""], &rows, "nothing is due");
}

impl Return {
    /// Which lists, each of which day; today where none is said.
    async fn wanted(
        &self,
        store: &dyn Store,
        campaign: &campaigns::Campaign,
    ) -> Result<Vec<(ListId, Option<NaiveDate>)>> {
        let only = match &self.list {
            Some(name) => Some(crate::list::find(store, name).await?.id),
            None => None,
        };
        if !self.restate {
            let lists = only.map_or_else(|| campaign.lists.clone(), |list| vec![list]);
            return Ok(lists.into_iter().map(|list| (list, self.day)).collect());
        }
        let mut wanted = Vec::new();
        for file in api::return_files(store, campaign).await? {
            let list = ListId::new(file.list);
            if file.to_be_restated && only.is_none_or(|only| only == list) {
                wanted.push((list, Some(file.day.parse()?)));
            }
        }
        Ok(wanted)
    }

    async fn run(&self, global: &Global, store: &dyn Store, settings: &Settings) -> Result<()> {
        let campaign = crate::campaign::find(store, &self.campaign).await?;
        // Said before folders are looked for.
        api::client_key(store, campaign.id).await?;
        let out = match &self.folder {
            Some(folder) => folder.clone(),
            None => {
                let its =
                    |place: &&api::PlaceSettings| place.campaign.as_ref() == Some(&campaign.name);
                match settings.places.iter().find(its) {
                    Some(place) => folder::Place::open(&place.root)?.return_folder(),
                    None => bail!(
                        "no place is for the campaign {}; say where with --folder",
                        campaign.name
                    ),
                }
            }
        };
        let delivery = api::Delivery::begin(store, &campaign, settings, &out).await?;
        let mut written = Vec::new();
        for (list, day) in self.wanted(store, &campaign).await? {
            let mut file = api::return_file(store, &campaign, list, day, times::now()).await?;
            file.row.by = "command line".to_owned();
            let sent = delivery.deliver(store, file).await?;
            let bytes = std::fs::metadata(&sent.path).map_or(0, |about| about.len());
            written.push(
                json!({"file": sent.path, "bytes": bytes, "totals": sent.totals,
                "day": sent.row.day, "version": sent.row.version}),
            );
        }
        show(global, &written, |written| {
            for file in written {
                println!("{}", file["file"].as_str().unwrap_or_default());
                println!(
                    "  de {}, versión {}",
                    file["day"].as_str().unwrap_or_default(),
                    file["version"]
                );
                let totals = &file["totals"];
                println!("  recibidos {}", totals["received"]);
                for (state, count) in totals["states"].as_object().into_iter().flatten() {
                    println!("    {state:<12} {count}");
                }
            }
        })
    }
}
