//! A pass: what came due is written down, and what waits is carried out, one after the other. All that is known of a run is in
//! the record, so whoever goes on after a crash knows what was made and sends the same.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::Timestamp;
use law::Pack;
use schedules::{Clockwork, Schedule, retry_after};
use sha2::{Digest as _, Sha256};
use store::{NewRun, RunEnd, RunMade, RunRow, RunState, Store, StoreError};

use crate::email::Letter;
use crate::fault::Fault;
use crate::folder;
use crate::keeping::{self, Kept, hex, told};
use crate::places::{Place, Places};
use crate::webhook::Sent;

/// A run is its runner's for so long.
const HELD: Duration = Duration::from_secs(15 * 60);
/// And is broken off before: nobody else has it meanwhile.
const TRY_MAX: Duration = Duration::from_secs(14 * 60);
/// Runs of a pass: then it is looked again what is due.
const RUNS_MAX: usize = 100;
/// Of runs before so many nothing is kept.
const RUNS_KEPT: u32 = 1_000;

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Makes reports.
#[async_trait]
pub trait Maker: Send + Sync {
    /// Makes the file of a report in a folder; what it is called.
    async fn file(
        &self,
        schedule: &Schedule,
        due_at: Timestamp,
        folder: &Path,
    ) -> Result<String, Fault>;
    /// Lays the folders of a report down under `root`.
    async fn folders(
        &self,
        schedule: &Schedule,
        due_at: Timestamp,
        root: &Path,
    ) -> Result<RunMade, Fault>;
    /// What it is, in a line for people.
    async fn title(&self, schedule: &Schedule, due_at: Timestamp) -> Result<String, Fault>;
}

/// A run that made something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Which run.
    pub run: i64,
    /// Of which schedule.
    pub schedule: String,
    /// To which place.
    pub place: String,
    /// What it made, and where that is now.
    pub end: RunEnd,
}

/// What a pass came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Runs that were tried.
    pub tried: Vec<Made>,
    /// Schedules that cannot be reckoned with, and why.
    pub odd: Vec<(String, String)>,
}

/// Carries schedules out.
#[derive(Clone)]
pub struct Runner {
    /// The record.
    pub store: Arc<dyn Store>,
    /// The places of this node.
    pub places: Arc<Places>,
    /// Makes reports.
    pub maker: Arc<dyn Maker>,
    /// What time it is.
    pub clock: Clock,
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = &self.places;
        f.debug_struct("Runner")
            .field("places", places)
            .finish_non_exhaustive()
    }
}

impl Runner {
    /// Writes down what is due, and carries out what waits.
    pub async fn pass(&self) -> Result<Pass, StoreError> {
        let mut pass = Pass {
            odd: self.note_due().await?,
            ..Pass::default()
        };
        for _ in 0..RUNS_MAX {
            match self.next(None).await? {
                Some(made) => pass.tried.push(made),
                None => break,
            }
        }
        self.sweep().await?;
        Ok(pass)
    }

    /// Carries one run out if its time has come and nobody else has it.
    pub async fn next(&self, only: Option<i64>) -> Result<Option<Made>, StoreError> {
        let now = (self.clock)();
        let Some(run) = self.store.claim_run(only, now, now + HELD).await? else {
            return Ok(None);
        };
        let schedules = self.store.schedules().await?;
        let schedule = schedules.iter().find(|it| it.id == run.schedule);
        let end = match schedule {
            None => RunEnd::Dead("the schedule was removed".to_owned()),
            Some(schedule) => self.end_of(schedule, &run).await,
        };
        self.store.run_ended(run.id, (self.clock)(), &end).await?;
        Ok(Some(Made {
            run: run.id,
            schedule: schedule.map_or_else(String::new, |it| it.name.clone()),
            place: schedule.map_or_else(String::new, |it| it.place.clone()),
            end,
        }))
    }

    async fn note_due(&self) -> Result<Vec<(String, String)>, StoreError> {
        let now = (self.clock)();
        let ran = self.store.ran_through().await?;
        let campaigns = self.store.campaigns().await?;
        let mut odd = Vec::new();
        for schedule in self.store.schedules().await? {
            let campaign = campaigns.iter().find(|it| it.id == schedule.campaign);
            // A removed campaign has nothing to tell any more.
            let Some(campaign) = campaign else { continue };
            let clockwork = match clockwork(&schedule, &campaign.law_pack) {
                Ok(clockwork) => clockwork,
                Err(why) => {
                    odd.push((schedule.name.clone(), why));
                    continue;
                }
            };
            let through = ran.get(&schedule.id).copied().unwrap_or_default();
            let Some(due) = clockwork.due(through.max(schedule.since), now) else {
                continue;
            };
            let new = NewRun {
                schedule: schedule.id,
                due_at: due.at,
                missed: due.missed,
                asked_by: None,
                at: now,
            };
            self.store.put_run(&new).await?;
        }
        Ok(odd)
    }

    /// Lets go of what is kept for runs that nobody will have tried again: their schedule was removed, say.
    async fn sweep(&self) -> Result<(), StoreError> {
        let left = keeping::left(&self.places.kept);
        if left.is_empty() {
            return Ok(());
        }
        let schedules = self.store.schedules().await?;
        let runs = self.store.runs(None, None, RUNS_KEPT).await?;
        let is_wanted = |id: i64| {
            let run = runs.iter().find(|run| run.id == id);
            run.is_some_and(|run| {
                run.state != RunState::Arrived && schedules.iter().any(|it| it.id == run.schedule)
            })
        };
        for id in left.into_iter().filter(|id| !is_wanted(*id)) {
            let kept = Kept::open(&self.places.kept, id);
            if let Err(fault) = kept.and_then(Kept::forget) {
                tracing::warn!(%fault, run = id, "a report that nobody waits for is kept still");
            }
        }
        Ok(())
    }

    async fn end_of(&self, schedule: &Schedule, run: &RunRow) -> RunEnd {
        let carried = tokio::time::timeout(TRY_MAX, self.carry_out(schedule, run)).await;
        let late = || Err(Fault::new("it took too long"));
        match carried.unwrap_or_else(|_| late()) {
            Ok(()) => RunEnd::Arrived,
            Err(fault) => match retry_after(run.tries, rand::random()) {
                Some(wait) => RunEnd::Again((self.clock)() + wait, fault.to_string()),
                None => RunEnd::Dead(fault.to_string()),
            },
        }
    }

    async fn carry_out(&self, schedule: &Schedule, run: &RunRow) -> Result<(), Fault> {
        let place = self.places.get(&schedule.place).ok_or_else(|| {
            Fault::new(format!(
                "the configuration of this node has no place `{}`; add it under [delivery]",
                schedule.place
            ))
        })?;
        if schedule.report.is_folder() {
            let Place::Folder(root) = place else {
                return Err(Fault::new("such a report goes to a folder alone"));
            };
            let made = self.maker.folders(schedule, run.due_at, root).await?;
            return self.note_made(run, &made).await;
        }
        let kept = Kept::open(&self.places.kept, run.id)
            .map_err(|fault| Fault::of("the folder of what did not arrive yet", &fault))?;
        let before = run.made.as_ref().filter(|made| kept.file(made).is_some());
        let made = match before {
            Some(made) => made.clone(),
            None => self.make(schedule, run, &kept).await?,
        };
        self.send(schedule, run, place, &kept, &made).await?;
        // What is left behind takes room, and nothing else.
        if let Err(fault) = kept.forget() {
            tracing::warn!(%fault, run = run.id, "a report that arrived is kept still");
        }
        Ok(())
    }

    async fn make(&self, schedule: &Schedule, run: &RunRow, kept: &Kept) -> Result<RunMade, Fault> {
        let name = self.maker.file(schedule, run.due_at, kept.folder()).await?;
        let told = told(&kept.folder().join(&name));
        let (sha256, bytes) = told.map_err(|fault| Fault::of("the report", &fault))?;
        let made = RunMade {
            file_name: name,
            sha256,
            bytes,
        };
        self.note_made(run, &made).await?;
        Ok(made)
    }

    async fn note_made(&self, run: &RunRow, made: &RunMade) -> Result<(), Fault> {
        let noted = self.store.run_made(run.id, made).await;
        noted.map_err(|fault| Fault::of("the record", &fault))
    }

    async fn send(
        &self,
        schedule: &Schedule,
        run: &RunRow,
        place: &Place,
        kept: &Kept,
        made: &RunMade,
    ) -> Result<(), Fault> {
        let path = kept.folder().join(&made.file_name);
        match place {
            Place::Folder(folder) => folder::deliver(&path, &made.file_name, folder),
            Place::Webhook(hook) => {
                let key = self.key(run).await?;
                let (hook, made, at) = (hook.clone(), made.clone(), (self.clock)());
                let media_type = schedule.format.media_type();
                let sending = tokio::task::spawn_blocking(move || {
                    let sent = Sent {
                        key: &key,
                        name: &made.file_name,
                        media_type,
                        sha256: &made.sha256,
                        at,
                    };
                    hook.deliver(&path, &sent)
                });
                let broke_off =
                    |fault: tokio::task::JoinError| Fault::of("sending broke off", &fault);
                sending.await.map_err(broke_off)?
            }
            Place::Email(email) => {
                let title = self.maker.title(schedule, run.due_at).await?;
                let is_attached = email.attaches(made.bytes);
                let lies_at = match is_attached {
                    true => None,
                    false => Some(self.keep_large(&path, &made.file_name)?),
                };
                let key = self.key(run).await?;
                let letter = Letter {
                    key: &key,
                    words: words(&title, run, made, lies_at.as_deref()),
                    subject: title,
                    name: &made.file_name,
                    media_type: schedule.format.media_type(),
                };
                let attached = is_attached.then_some(path.as_path());
                email.deliver(letter, attached).await
            }
        }
    }

    /// What is too large for a mail stays on the node.
    fn keep_large(&self, path: &Path, name: &str) -> Result<String, Fault> {
        let large = self.places.kept.join("large");
        let kept = std::fs::create_dir_all(&large);
        kept.and_then(|()| std::fs::copy(path, large.join(name)))
            .map_err(|fault| Fault::of("the folder of large reports", &fault))?;
        Ok(large.join(name).display().to_string())
    }

    /// Names a run to others: nobody guesses it, and no two installations have the same.
    async fn key(&self, run: &RunRow) -> Result<String, Fault> {
        let secret = self.store.secret().await;
        let secret = secret.map_err(|fault| Fault::of("the record", &fault))?;
        let mut digest = Sha256::new();
        digest.update(b"a run of a schedule\n");
        digest.update(secret);
        digest.update(run.id.to_be_bytes());
        Ok(format!("run-{}-{}", run.id, hex(&digest.finalize()[..12])))
    }
}

fn clockwork(schedule: &Schedule, law_pack: &str) -> Result<Clockwork, String> {
    let pack = Pack::by_id(law_pack).map_err(|problem| problem.to_string())?;
    Clockwork::of(schedule, &pack).map_err(|problem| problem.to_string())
}

fn words(title: &str, run: &RunRow, made: &RunMade, lies_at: Option<&str>) -> String {
    let mut words = format!(
        "{title}\n\narchivo / file: {}\nbytes: {}\nSHA-256: {}\n",
        made.file_name, made.bytes, made.sha256
    );
    if let Some(path) = lies_at {
        words += &format!(
            "\nEs demasiado grande para adjuntarlo; está en el servidor en:\n\
             It is too large to be attached; it lies on the server at:\n{path}\n"
        );
    }
    if run.missed > 0 {
        words += &format!(
            "\nNo se enviaron {0} informes anteriores de esta programación porque nada estaba en marcha; no se repiten.\n\
             {0} reports of this schedule before it were missed while nothing ran; they are not made good.\n",
            run.missed
        );
    }
    words
}
