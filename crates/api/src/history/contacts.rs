//! Contacts of a history, loaded as any base is: staged, and visible at once for each instant at which they were received. Their
//! key stays with them as an attribute, by which they are found again.

use std::collections::BTreeMap;
use std::path::Path;

use domain::{CampaignId, ListId, Timestamp};
use intake::{Acta, Duplicates, Format, Mapping};
use store::{ImportId, ListTarget, NewContact, PastKey, PastKind, Store, Verdict};

use super::cells::Reading;
use super::rows::{CONTACTS, Meaning, PastPerson};
use super::table::Table;
use super::{CHUNK, Teller};
use crate::error::ApiError;

/// The attribute that holds the key of the other system.
pub(super) const KEY: &str = "clave";
/// Contacts looked through at once for their keys.
const PAGE: u32 = 2_000;

/// Loads contacts into the list of a history.
pub(super) struct Contacts<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) campaign: CampaignId,
    /// Name of the list.
    pub(super) list: String,
    /// The file, as its actas name it.
    pub(super) file_name: String,
    pub(super) sha256: String,
    pub(super) bytes: u64,
    /// When those were received of whom it is not said.
    pub(super) received_at: Timestamp,
}

/// A load under way.
struct Load {
    import: ImportId,
    at: Timestamp,
    rows: u64,
    shared: u64,
    without_document: u64,
    phones: u64,
}

impl Contacts<'_> {
    /// Loads those of a file that are not here yet; how many they are.
    pub(super) async fn load(
        &self,
        path: &Path,
        meaning: &Meaning,
        teller: &mut Teller<'_>,
    ) -> Result<u64, ApiError> {
        self.name_loaded().await?;
        let mut table = Table::open(path, CONTACTS).map_err(super::changed)?;
        let (mut new, mut at) = (0, self.received_at);
        let mut load: Option<Load> = None;
        loop {
            let mut people = Vec::new();
            while people.len() < CHUNK {
                let Some(row) = table.next().map_err(super::changed)? else {
                    break;
                };
                let read = Reading::of(&table, meaning, &row).contact();
                people.push(read.map_err(super::all_changed)?);
            }
            if people.is_empty() {
                break;
            }
            teller.tell(&table.file, people.len() as u64);
            let names: Vec<String> = people.iter().map(|person| person.key.clone()).collect();
            let known = self
                .store
                .past_ids(self.campaign, PastKind::Contact, &names)
                .await?;
            people.retain(|person| !known.contains_key(&person.key));
            for of_an_instant in people.chunk_by(|a, b| a.received_at == b.received_at) {
                at = of_an_instant[0].received_at.unwrap_or(at);
                if load.as_ref().is_some_and(|load| load.at != at) {
                    self.finish(load.take()).await?;
                }
                let into = match load.take() {
                    Some(load) => load,
                    None => self.begin(at).await?,
                };
                load = Some(self.stage(into, of_an_instant).await?);
                new += of_an_instant.len() as u64;
            }
        }
        self.finish(load).await?;
        Ok(new)
    }

    async fn begin(&self, at: Timestamp) -> Result<Load, ApiError> {
        let lists = self.store.lists().await?;
        let target = match lists.iter().find(|list| list.name == self.list) {
            Some(list) => ListTarget::Existing(list.id),
            None => ListTarget::New(self.list.clone()),
        };
        let import = self.store.begin_import(&target, at).await?;
        Ok(Load {
            import,
            at,
            rows: 0,
            shared: 0,
            without_document: 0,
            phones: 0,
        })
    }

    async fn stage(&self, mut load: Load, people: &[PastPerson]) -> Result<Load, ApiError> {
        let row = |(n, person): (u64, &PastPerson)| NewContact {
            document: person.document.clone(),
            name: person.name.clone(),
            segment: person.segment.clone(),
            phones: person.phones.clone(),
            attributes: vec![(KEY.to_owned(), person.key.clone())],
            record: load.rows + n,
            line: person.line,
        };
        let rows: Vec<NewContact> = (1..).zip(people).map(row).collect();
        let verdicts = self.store.import_chunk(load.import, &rows).await?;
        let twice = verdicts.iter().position(|verdict| !verdict.is_kept());
        if let Some(place) = twice {
            self.store.abort_import(load.import).await?;
            return Err(ApiError::Conflict(format!(
                "the contact \"{}\" (line {}) is a person whom the history knows under another key; give their calls that one. \
                 No contact of this load was kept",
                people[place].key, people[place].line
            )));
        }
        load.rows += rows.len() as u64;
        load.shared += count(&verdicts, |verdict| **verdict == Verdict::Shared);
        load.without_document += count(&rows, |row| row.document.is_empty());
        load.phones += rows.iter().map(|row| row.phones.len() as u64).sum::<u64>();
        Ok(load)
    }

    /// Shows a load, puts it to work in the campaign, and notes its keys.
    async fn finish(&self, load: Option<Load>) -> Result<(), ApiError> {
        let Some(load) = load else { return Ok(()) };
        let acta = serde_json::to_string(&self.acta(&load)).map_err(ApiError::internal)?;
        let list = self
            .store
            .finish_import(load.import, &acta, &self.sha256, load.at)
            .await?;
        self.store.attach_list(self.campaign, list).await?;
        self.name_loaded().await
    }

    /// Nobody is left out: what cannot be a contact was refused with the whole history.
    fn acta(&self, load: &Load) -> Acta {
        Acta {
            list_name: self.list.clone(),
            file_name: self.file_name.clone(),
            sha256: self.sha256.clone(),
            bytes: self.bytes,
            format: Format::Csv,
            encoding: None,
            delimiter: None,
            sheet: None,
            region: "CO".to_owned(),
            legal_basis: "historia de otro sistema: no se marca".to_owned(),
            mapping: Mapping::default(),
            received: load.rows,
            valid: load.rows,
            rejected: BTreeMap::new(),
            duplicates: Duplicates::default(),
            blank_lines: 0,
            title_lines: 1,
            shared_phones: load.shared,
            without_document: load.without_document,
            phones: load.phones,
            phones_left_out: BTreeMap::new(),
            repairs: BTreeMap::new(),
            rejected_rows: Vec::new(),
            duplicate_rows: Vec::new(),
            warnings: Vec::new(),
            started_ms: Some(load.at.as_millis()),
            finished_ms: Some(load.at.as_millis()),
            sealed: None,
            loaded_by: Some("attempts import".to_owned()),
            excluded: BTreeMap::new(),
            law_packs: Vec::new(),
        }
    }

    /// Notes the keys of contacts that a load brought: the last one may have been broken off in between.
    async fn name_loaded(&self) -> Result<(), ApiError> {
        let lists = self.store.lists().await?;
        let Some(list) = lists.iter().find(|list| list.name == self.list) else {
            return Ok(());
        };
        self.store.attach_list(self.campaign, list.id).await?;
        self.name_those_of(list.id).await
    }

    async fn name_those_of(&self, list: ListId) -> Result<(), ApiError> {
        let last = self
            .store
            .last_past_id(self.campaign, PastKind::Contact)
            .await?;
        let mut after = last.map(domain::ContactId::new);
        loop {
            let page = self.store.list_contacts(list, after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.id);
            let key = |contact: &domain::Contact| {
                let (_, name) = contact
                    .attributes
                    .iter()
                    .find(|(heading, _)| heading == KEY)?;
                Some(PastKey {
                    kind: PastKind::Contact,
                    name: name.clone(),
                    id: contact.id.get(),
                })
            };
            let keys: Vec<PastKey> = page.iter().filter_map(key).collect();
            self.store.name_past(self.campaign, &keys).await?;
        }
    }
}

fn count<T>(all: &[T], which: impl Fn(&&T) -> bool) -> u64 {
    all.iter().filter(which).count() as u64
}
