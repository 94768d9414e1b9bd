//! A watched folder: what is complete is taken, loaded or refused, and put away. The record is written before a
//! file moves, and says after a crash where the file belongs; so nothing is lost and nothing loaded twice.
//!
//! ```text
//!  complete ─▶ entry `taken` ─▶ in taken/ ─▶ loaded with the entry, in one transaction ─▶ in done/
//!                                     └────▶ entry `refused` ─▶ in quarantine/, with its reason
//! ```

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use campaigns::Campaign;
use intake::ImportOptions;
use reception::Refusal;
use reception::folder::{Place, Reason, Steady, Waiting, open_file};
use rustix::fs::{FlockOperation, flock};
use store::{
    Actor, NewReception, ReceptionFilter, ReceptionId, ReceptionRow, ReceptionState, RefusedFile,
    Store, StoreError,
};

use crate::auth::now;
use crate::error::ApiError;
use crate::import::{ImportRequest, Origin, load};
use crate::places::{PlaceSettings, Reception};
use crate::refused_load::{LoadError, words_of};

/// What could not be done for no fault of a file is tried again so often.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// A folder that is watched by this process alone.
#[derive(Debug)]
pub struct DropFolder {
    settings: PlaceSettings,
    place: Place,
    steady: Steady,
    /// When what was left in `taken` was last looked after.
    recovered: Option<Duration>,
    /// Held as long as it is watched.
    _lock: File,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// The folder.
    pub place: String,
    /// The file.
    pub file: String,
    /// Number of its entry; none when it could not be written.
    pub entry: Option<i64>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is a list, or part of one.
    Loaded {
        /// Which.
        list: String,
        /// Rows.
        received: u64,
        /// Contacts.
        valid: u64,
    },
    /// It was loaded before a crash, and is put away now.
    WasLoaded,
    /// It is in quarantine.
    Refused {
        /// Why, as a code,
        code: String,
        /// and in words.
        words: String,
    },
    /// It will be tried again: the fault is not its own.
    Waits {
        /// What is the matter.
        why: String,
    },
}

impl DropFolder {
    /// `None` while another process watches it.
    pub fn open(settings: &PlaceSettings) -> io::Result<Option<DropFolder>> {
        let place = Place::open(&settings.root)?;
        let mut options = OpenOptions::new();
        let lock = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(settings.root.join(".watched"))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(fault) => return Err(fault.into()),
        }
        Ok(Some(DropFolder {
            settings: settings.clone(),
            place,
            steady: Steady::default(),
            recovered: None,
            _lock: lock,
        }))
    }

    /// The folders of it.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Looks once: first after what a crash or a fault of ours left, then at what is complete. `now` is time since any
    /// instant.
    pub async fn look(
        &mut self,
        store: &Arc<dyn Store>,
        reception: &Reception,
        now: Duration,
    ) -> Result<Vec<Fate>, ApiError> {
        let store = &store.acting(Actor::at(format!("folder {}", self.settings.name)));
        let mut fates = Vec::new();
        let due = |at: Duration| now.saturating_sub(at) >= AGAIN_AFTER;
        if self.recovered.is_none_or(due) {
            self.recovered = Some(now);
            fates.extend(self.recover(store, reception).await?);
        }
        let waiting = self.place.waiting().map_err(ApiError::internal)?;
        for file in self.steady.complete(now, reception.steady, waiting) {
            fates.push(self.receive(store, reception, &file).await?);
        }
        Ok(fates)
    }

    /// Takes one file.
    async fn receive(
        &self,
        store: &Arc<dyn Store>,
        reception: &Reception,
        file: &Waiting,
    ) -> Result<Fate, ApiError> {
        let mut entry = NewReception {
            place: self.settings.name.clone(),
            file_name: file.name.to_string_lossy().into_owned(),
            sha256: String::new(),
            bytes: file.size,
            at: now(),
            by: format!("folder {}", self.settings.name),
            again: false,
        };
        if !file.is_file {
            return self
                .refuse_new(store, file, &entry, &words_of(&Refusal::NotAFile))
                .await;
        }
        match hash_file(self.place.at(file)).await? {
            Ok((sha256, bytes)) => (entry.sha256, entry.bytes) = (sha256, bytes),
            Err(fault) => {
                let why = words_of(&Refusal::Read(fault));
                return self.refuse_new(store, file, &entry, &why).await;
            }
        }
        match store.take_file(&entry).await {
            Ok(id) => match self.place.take(file, id.0) {
                Ok(taken) => self.load(store, reception, id, &taken, &entry).await,
                Err(fault) => {
                    // Withdrawn by whoever dropped it.
                    store
                        .refuse_file(id, &LoadError::interrupted(), now())
                        .await?;
                    Ok(self.fate(&entry, Some(id), waits(fault.to_string())))
                }
            },
            Err(StoreError::Conflict(words)) => {
                let why = LoadError::loaded_before(words);
                self.refuse_new(store, file, &entry, &why).await
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Refuses what is not even taken: the entry says so from its beginning.
    async fn refuse_new(
        &self,
        store: &Arc<dyn Store>,
        file: &Waiting,
        entry: &NewReception,
        why: &RefusedFile,
    ) -> Result<Fate, ApiError> {
        let id = store.note_refused(entry, why, now()).await?;
        let taken = match self.place.take(file, id.0) {
            Ok(taken) => taken,
            Err(fault) => return Ok(self.fate(entry, Some(id), waits(fault.to_string()))),
        };
        self.put_in_quarantine(&taken, id, entry, why)?;
        Ok(self.fate(entry, Some(id), refused(why)))
    }

    /// Loads what was taken, and puts it away.
    async fn load(
        &self,
        store: &Arc<dyn Store>,
        reception: &Reception,
        id: ReceptionId,
        taken: &Path,
        entry: &NewReception,
    ) -> Result<Fate, ApiError> {
        let campaign = match self.campaign(store.as_ref()).await? {
            Ok(campaign) => campaign,
            Err(why) => return Ok(self.fate(entry, Some(id), waits(why))),
        };
        let keys = reception
            .keyring(store.as_ref(), campaign.as_ref().map(|it| it.id))
            .await;
        let keys = match keys {
            Ok(keys) => keys,
            Err(ApiError::Invalid(why)) => return Ok(self.fate(entry, Some(id), waits(why))),
            Err(other) => return Err(other),
        };
        let mut options = ImportOptions::new(self.settings.list_of(&entry.file_name));
        options.sheet.clone_from(&self.settings.sheet);
        options.legal_basis.clone_from(&self.settings.legal_basis);
        let list = options.list_name.clone();
        let request = ImportRequest {
            path: taken.to_owned(),
            file_name: Some(entry.file_name.clone()),
            options,
            mapping: self.settings.mapping.clone(),
            dry_run: false,
            origin: Origin {
                place: entry.place.clone(),
                by: entry.by.clone(),
                entry: Some(id),
                expected: Some(entry.sha256.clone()),
                again: false,
                encrypted_only: !self.settings.clear,
                signed_only: self.settings.signed,
                campaign: campaign.as_ref().map(|it| it.id),
                keys,
                plaintext_max: reception.plaintext_max,
            },
        };
        let outcome = match load(Arc::clone(store), request, |_| {}).await {
            Ok(imported) => {
                if let (Some(campaign), Some(list)) = (&campaign, imported.list) {
                    store.attach_list(campaign.id, list).await?;
                }
                self.place.put_done(taken).map_err(ApiError::internal)?;
                Outcome::Loaded {
                    list,
                    received: imported.acta.received,
                    valid: imported.acta.valid,
                }
            }
            Err(LoadError::Refused { why, .. }) => {
                self.put_in_quarantine(taken, id, entry, &why)?;
                refused(&why)
            }
            Err(LoadError::Failed(problem)) => waits(problem.to_string()),
        };
        Ok(self.fate(entry, Some(id), outcome))
    }

    /// The campaign that dials what comes here, or why it cannot be told.
    async fn campaign(
        &self,
        store: &dyn Store,
    ) -> Result<Result<Option<Campaign>, String>, ApiError> {
        let Some(name) = &self.settings.campaign else {
            return Ok(Ok(None));
        };
        let campaigns = store.campaigns().await?;
        let found = campaigns
            .into_iter()
            .find(|campaign| campaign.name == *name);
        Ok(match found {
            Some(campaign) => Ok(Some(campaign)),
            None => Err(format!(
                "the place {} is for a campaign named {name}, and there is none; make it, or correct the configuration",
                self.settings.name
            )),
        })
    }

    /// Looks after what is in `taken`, and after entries of which there is no file.
    async fn recover(
        &self,
        store: &Arc<dyn Store>,
        reception: &Reception,
    ) -> Result<Vec<Fate>, ApiError> {
        let taken = self.place.taken().map_err(ApiError::internal)?;
        let mut fates = Vec::new();
        for (id, path) in &taken {
            match store.received_file(ReceptionId(*id)).await? {
                // Another record's, or one put back from a copy: it is dropped in anew.
                None => self.place.put_back(path).map_err(ApiError::internal)?,
                Some(row) => fates.push(self.go_on(store, reception, path, &row).await?),
            }
        }
        let filter = ReceptionFilter {
            place: Some(self.settings.name.clone()),
            state: Some(ReceptionState::Taken),
            before: None,
            limit: 1_000,
        };
        for row in store.received_files(&filter).await? {
            if !taken.iter().any(|(id, _)| *id == row.id.0) {
                // It is in `in` still, and will be taken under a new number.
                store
                    .refuse_file(row.id, &LoadError::interrupted(), now())
                    .await?;
            }
        }
        Ok(fates)
    }

    async fn go_on(
        &self,
        store: &Arc<dyn Store>,
        reception: &Reception,
        path: &Path,
        row: &ReceptionRow,
    ) -> Result<Fate, ApiError> {
        let outcome = match (row.state, &row.refused) {
            (ReceptionState::Taken, _) => {
                if let Some(import) = row.import {
                    match store.abort_import(import).await {
                        Ok(()) | Err(StoreError::NotFound { .. }) => {}
                        Err(other) => return Err(other.into()),
                    }
                }
                return self.load(store, reception, row.id, path, &row.file).await;
            }
            (ReceptionState::Loaded | ReceptionState::Reverted, _) => {
                if let (Ok(Some(campaign)), Some((list, _))) =
                    (self.campaign(store.as_ref()).await?, &row.list)
                    && row.state == ReceptionState::Loaded
                {
                    store.attach_list(campaign.id, *list).await?;
                }
                self.place.put_done(path).map_err(ApiError::internal)?;
                Outcome::WasLoaded
            }
            (ReceptionState::Refused, why) => {
                let why = why.clone().unwrap_or_else(LoadError::interrupted);
                self.put_in_quarantine(path, row.id, &row.file, &why)?;
                refused(&why)
            }
        };
        Ok(self.fate(&row.file, Some(row.id), outcome))
    }

    fn put_in_quarantine(
        &self,
        taken: &Path,
        id: ReceptionId,
        entry: &NewReception,
        why: &RefusedFile,
    ) -> Result<(), ApiError> {
        let reason = Reason {
            id: id.0,
            file: entry.file_name.clone(),
            sha256: entry.sha256.clone(),
            at: entry.at.as_millis(),
            code: why.code.clone(),
            es: why.spanish.clone(),
            en: why.words.clone(),
        };
        let put = self.place.put_in_quarantine(taken, &reason);
        put.map_err(ApiError::internal)
    }

    fn fate(&self, entry: &NewReception, id: Option<ReceptionId>, outcome: Outcome) -> Fate {
        Fate {
            place: self.settings.name.clone(),
            file: entry.file_name.clone(),
            entry: id.map(|id| id.0),
            outcome,
        }
    }
}

fn waits(why: String) -> Outcome {
    Outcome::Waits { why }
}

fn refused(why: &RefusedFile) -> Outcome {
    Outcome::Refused {
        code: why.code.clone(),
        words: why.words.clone(),
    }
}

async fn hash_file(path: PathBuf) -> Result<io::Result<(String, u64)>, ApiError> {
    let hashing = tokio::task::spawn_blocking(move || {
        let mut file = open_file(&path)?;
        reception::hash(&mut file)
    });
    hashing.await.map_err(ApiError::internal)
}
