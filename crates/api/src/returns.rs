//! Return files that go to clients: what one is written to a folder by, which are due by the schedule of a place, and a
//! pass that writes those. Which days are due is decided in `campaigns` ([`ReturnSchedule`]); what went is what the record
//! says, so that a pass that broke off is gone on with and no file goes twice.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use campaigns::{Campaign, DayClock, ReturnSchedule, WrittenReturn};
use chrono::NaiveDate;
use domain::{ListId, Timestamp};
use reception::folder::Place;
use reception::outbox::Outbox;
use reception::{Keyring, Recipient};
use store::{Actor, ReturnFileRow, Store, StoreError};
use wire::{DueReturnFile, ReturnPlan, ReturnTotals};

use crate::auth::now;
use crate::error::ApiError;
use crate::places::{PlaceSettings, Reception};
use crate::received::client_key;
use crate::return_file::{ReturnFile, return_file, sealed_return};

/// A folder that files go to, the client's key and ours.
#[derive(Debug)]
pub struct Delivery {
    outbox: Outbox,
    key: Recipient,
    keys: Arc<Keyring>,
}

/// A file that went.
#[derive(Debug)]
pub struct Delivered {
    /// Where it is.
    pub path: PathBuf,
    /// What was written down of it.
    pub row: ReturnFileRow,
    /// Its sums.
    pub totals: ReturnTotals,
}

impl Delivery {
    /// What an earlier one left is brought to its end first. A conflict while another process writes to the folder.
    pub async fn begin(
        store: &dyn Store,
        campaign: &Campaign,
        reception: &Reception,
        folder: &Path,
    ) -> Result<Delivery, ApiError> {
        let (key, _) = client_key(store, campaign.id).await?;
        let keys = reception.keyring(store, Some(campaign.id)).await?;
        let outbox = Outbox::open(folder).map_err(|fault| unwritable(folder, &fault))?;
        let outbox = outbox.ok_or_else(|| {
            ApiError::Conflict(format!(
                "somebody else is writing to {} just now; try again in a moment",
                folder.display()
            ))
        })?;
        let delivery = Delivery { outbox, key, keys };
        delivery.finish(store).await?;
        Ok(delivery)
    }

    /// What was laid down and did not go: it goes if the record says so.
    async fn finish(&self, store: &dyn Store) -> Result<(), ApiError> {
        for staged in self.outbox.staged().map_err(ApiError::internal)? {
            let file = staged.rsplit_once('.').map_or("", |(name, _)| name);
            let done = match store.return_file_named(file).await? {
                true => self.outbox.send(&staged).map(drop),
                false => self.outbox.discard(&staged),
            };
            done.map_err(ApiError::internal)?;
        }
        Ok(())
    }

    /// Encrypts a file, lays it down, writes down that it goes, and lets it go.
    pub async fn deliver(
        &self,
        store: &dyn Store,
        file: ReturnFile,
    ) -> Result<Delivered, ApiError> {
        let (row, totals) = (file.row.clone(), file.totals.clone());
        let (name, bytes) = sealed_return(file, self.key.clone(), Arc::clone(&self.keys)).await?;
        let staged = self.outbox.stage(&name, &bytes);
        staged.map_err(ApiError::internal)?;
        if let Err(fault) = store.put_return_file(&row).await {
            // Of another fault nobody knows whether it was written down: the next one asks.
            if let StoreError::Conflict(_) = fault {
                self.outbox.discard(&name).map_err(ApiError::internal)?;
            }
            return Err(fault.into());
        }
        let path = self.outbox.send(&name).map_err(ApiError::internal)?;
        Ok(Delivered { path, row, totals })
    }
}

fn unwritable(folder: &Path, fault: &std::io::Error) -> ApiError {
    ApiError::Conflict(format!(
        "the return folder {} cannot be written to: {fault}",
        folder.display()
    ))
}

/// A day of a list whose file is due.
struct ReturnDue {
    list: ListId,
    list_name: String,
    day: NaiveDate,
    since: Timestamp,
    /// It went, and calls of it were corrected since.
    restates: bool,
}

/// What is due of the lists of a campaign, list by list, the oldest day first.
async fn returns_due(
    store: &dyn Store,
    campaign: &Campaign,
    schedule: &ReturnSchedule,
    now: Timestamp,
) -> Result<Vec<ReturnDue>, ApiError> {
    let clock = DayClock::of(&campaign.law_pack);
    let files = store.return_files(campaign.id).await?;
    let lists = store.lists().await?;
    let mut found = Vec::new();
    for list in lists
        .iter()
        .filter(|list| campaign.lists.contains(&list.id))
    {
        let loads = store.loads(list.id).await?;
        let Some(first) = loads.iter().filter_map(|load| load.finished).min() else {
            continue;
        };
        let its = files.iter().filter(|file| file.list == list.id);
        let written: Vec<_> = its
            .map(|file| WrittenReturn {
                day: clock.day(file.from),
                at: file.at,
                corrected: file.corrected_at,
            })
            .collect();
        for due in schedule.due(clock, first, &written, now) {
            found.push(ReturnDue {
                list: list.id,
                list_name: list.name.clone(),
                day: clock.date(clock.begins(due.day)).unwrap_or_default(),
                since: due.since,
                restates: due.restates,
            });
        }
    }
    Ok(found)
}

/// When files of a campaign go out by themselves and which are due; none where no place says an hour.
pub async fn return_plan(
    store: &dyn Store,
    reception: &Reception,
    campaign: &Campaign,
) -> Result<Option<ReturnPlan>, ApiError> {
    let its = |place: &&PlaceSettings| place.campaign.as_ref() == Some(&campaign.name);
    let mut places = reception.places.iter().filter(its);
    let Some((place, schedule)) = places.find_map(|place| Some((place, place.returns?))) else {
        return Ok(None);
    };
    let (hour, minute) = (schedule.minute / 60, schedule.minute % 60);
    let due = returns_due(store, campaign, &schedule, now()).await?;
    let shown = |due: &ReturnDue| DueReturnFile {
        list: due.list.get(),
        list_name: due.list_name.clone(),
        day: due.day.to_string(),
        since: due.since.as_millis(),
        restates: due.restates,
    };
    Ok(Some(ReturnPlan {
        place: place.name.clone(),
        return_at: format!("{hour:02}:{minute:02}"),
        restate: schedule.restate,
        off: without_key(store, campaign).await?,
        next_at: schedule
            .next(DayClock::of(&campaign.law_pack), now())
            .as_millis(),
        due: due.iter().map(shown).collect(),
    }))
}

/// That there is no key to encrypt to, in words.
async fn without_key(store: &dyn Store, campaign: &Campaign) -> Result<Option<String>, ApiError> {
    match client_key(store, campaign.id).await {
        Ok(_) => Ok(None),
        Err(ApiError::NotFound(what)) => Ok(Some(format!("there is no {what}"))),
        Err(other) => Err(other),
    }
}

/// What a pass over a place came to.
#[derive(Debug, Default)]
pub struct ReturnPass {
    /// Files that went.
    pub sent: Vec<Delivered>,
    /// Lists whose next file could not be written, and why; their later days wait for it.
    pub failed: Vec<(String, ApiError)>,
    /// Files that are due still.
    pub left: usize,
    /// Why nothing goes at all: nobody set the client's key, say.
    pub off: Option<String>,
    /// When there may be something to do again, where all went.
    pub next: Option<Timestamp>,
}

/// Writes what is due of a place to its return folder. Off until there are a campaign and its client's key.
pub async fn send_returns(
    store: &Arc<dyn Store>,
    reception: &Reception,
    place: &PlaceSettings,
) -> Result<ReturnPass, ApiError> {
    let (Some(schedule), Some(name)) = (&place.returns, &place.campaign) else {
        return Ok(ReturnPass::off("no hour is set".to_owned()));
    };
    let campaigns = store.campaigns().await?;
    let Some(campaign) = campaigns.iter().find(|it| it.name == *name) else {
        return Ok(ReturnPass::off(format!("there is no campaign {name} yet")));
    };
    if let Some(why) = without_key(store.as_ref(), campaign).await? {
        return Ok(ReturnPass::off(why));
    }
    let began = now();
    let due = returns_due(store.as_ref(), campaign, schedule, began).await?;
    let mut pass = ReturnPass {
        left: due.len(),
        next: Some(schedule.next(DayClock::of(&campaign.law_pack), began)),
        ..ReturnPass::default()
    };
    let actor = format!("place {}", place.name);
    let store = store.acting(Actor::at(actor.clone()));
    let folders = Place::open(&place.root).map_err(|fault| unwritable(&place.root, &fault))?;
    let folder = folders.return_folder();
    let delivery = Delivery::begin(store.as_ref(), campaign, reception, &folder).await?;
    let mut stuck: Option<ListId> = None;
    for due in due {
        if stuck == Some(due.list) {
            continue;
        }
        match send(store.as_ref(), &delivery, campaign, &due, &actor).await {
            Ok(sent) => {
                pass.left -= 1;
                pass.sent.push(sent);
            }
            Err(fault) => {
                stuck = Some(due.list);
                let what = format!("{} of {}", due.list_name, due.day);
                pass.failed.push((what, fault));
            }
        }
    }
    Ok(pass)
}

impl ReturnPass {
    fn off(why: String) -> ReturnPass {
        ReturnPass {
            off: Some(why),
            ..ReturnPass::default()
        }
    }
}

async fn send(
    store: &dyn Store,
    delivery: &Delivery,
    campaign: &Campaign,
    due: &ReturnDue,
    by: &str,
) -> Result<Delivered, ApiError> {
    let mut file = return_file(store, campaign, due.list, Some(due.day), now()).await?;
    by.clone_into(&mut file.row.by);
    delivery.deliver(store, file).await
}
