//! Loading a base: opens the file, reads it off the runtime, stages it in chunks, makes it visible in one
//! statement. A load that fails leaves nothing but the entry that says why; a file that was loaded is not loaded
//! again, in whatever envelope it comes.

use std::path::PathBuf;
use std::sync::Arc;

use campaigns::Campaign;
use domain::{CampaignId, ListId};
use intake::{
    Acta, DryRun, ImportOptions, ImportedContact, IntakeError, LateDuplicates, Preview, Progress,
    Sink, SinkError, Source,
};
use law::Pack;
use reception::Keyring;
use store::{ImportId, ListTarget, NewContact, NewReception, ReceptionId, Store, StoreError};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::auth::now;
use crate::error::ApiError;
use crate::refused_load::{LoadError, refusal, refused_by_intake};
use crate::unsealing::{Inside, hash_of, open_inside};

/// Contacts handed to the record at a time.
const CHUNK: usize = 2_000;

/// What to load.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// Where the bytes are.
    pub path: PathBuf,
    /// What the file is called, where `path` is not its own name.
    pub file_name: Option<String>,
    /// How to read it.
    pub options: ImportOptions,
    /// Changes to the guessed mapping, as `role=column`.
    pub mapping: Vec<String>,
    /// Read and account, but keep nothing.
    pub dry_run: bool,
    /// How it came, and what opens it.
    pub origin: Origin,
}

/// How a file came, and what opens it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The drop folder it came by; empty for an upload or a command.
    pub place: String,
    /// Who brought it.
    pub by: String,
    /// Its entry, where it was taken already.
    pub entry: Option<ReceptionId>,
    /// SHA-256 of its bytes when it was taken; another now is a refusal.
    pub expected: Option<String>,
    /// It may have been loaded before: somebody says so.
    pub again: bool,
    /// It must be encrypted.
    pub encrypted_only: bool,
    /// It must be signed with the client's key.
    pub signed_only: bool,
    /// The campaign that will dial it, for the law of the acta.
    pub campaign: Option<CampaignId>,
    /// What opens it.
    pub keys: Arc<Keyring>,
    /// Bytes that an encrypted file may hold; 0 for the default.
    pub plaintext_max: u64,
}

/// What a load led to.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The list; `None` after a dry run.
    pub list: Option<ListId>,
    /// Number of the load; `None` after a dry run.
    pub load: Option<ImportId>,
    /// The account of every row.
    pub acta: Acta,
    /// What the file was found to be.
    pub preview: Preview,
}

/// Loads a base into the list named in the options, making it if need be.
pub async fn load(
    store: Arc<dyn Store>,
    request: ImportRequest,
    progress: impl FnMut(Progress) + Send + 'static,
) -> Result<Imported, LoadError> {
    let (sha256, bytes) = hash_of(&request.path).await?;
    let given = request.origin.entry;
    let entry = match (request.dry_run, given) {
        (true, _) => None,
        (false, Some(entry)) => Some(entry),
        (false, None) => Some(take(store.as_ref(), &request, &sha256, bytes).await?),
    };
    let done = load_taken(&store, request, entry, &sha256, progress).await;
    if let (Some(entry), Err(problem)) = (entry, &done) {
        // A file of a drop folder waits in `taken` when it was no fault of its own.
        let why = match problem {
            LoadError::Refused { why, .. } => Some(why.clone()),
            LoadError::Failed(_) if given.is_none() => Some(LoadError::interrupted()),
            LoadError::Failed(_) => None,
        };
        if let Some(why) = why {
            store
                .refuse_file(entry, &why, now())
                .await
                .map_err(ApiError::from)?;
        }
    }
    done
}

async fn take(
    store: &dyn Store,
    request: &ImportRequest,
    sha256: &str,
    bytes: u64,
) -> Result<ReceptionId, LoadError> {
    let file = NewReception {
        place: request.origin.place.clone(),
        file_name: request.name(),
        sha256: sha256.to_owned(),
        bytes,
        at: now(),
        by: request.origin.by.clone(),
        again: request.origin.again,
    };
    store.take_file(&file).await.map_err(already_loaded)
}

fn already_loaded(problem: StoreError) -> LoadError {
    match problem {
        StoreError::Conflict(words) => LoadError::already_loaded(words),
        other => LoadError::Failed(other.into()),
    }
}

impl ImportRequest {
    /// What the file is called.
    pub fn name(&self) -> String {
        let of_path = || self.path.file_name().unwrap_or_default().to_string_lossy();
        self.file_name
            .clone()
            .unwrap_or_else(|| of_path().into_owned())
    }
}

async fn load_taken(
    store: &Arc<dyn Store>,
    mut request: ImportRequest,
    entry: Option<ReceptionId>,
    sha256: &str,
    progress: impl FnMut(Progress) + Send + 'static,
) -> Result<Imported, LoadError> {
    if request
        .origin
        .expected
        .as_ref()
        .is_some_and(|it| it != sha256)
    {
        return Err(refusal(&reception::Refusal::Changing));
    }
    let inside = open_inside(&request, sha256).await?;
    if let Some(entry) = entry {
        let noted = store.file_opened(entry, &inside.opened).await;
        noted.map_err(already_loaded)?;
    }
    if inside.sealed.is_some() {
        // What comes encrypted is held in memory, and its table of texts beside it.
        let limits = &mut request.options.limits;
        limits.unzipped_bytes = limits.unzipped_bytes.min(512 << 20);
        limits.shared_text_bytes = limits.shared_text_bytes.min(128 << 20);
    }
    let Some(entry) = entry else {
        let sealed = inside.sealed.clone();
        let (mut acta, preview) = read(request, inside, Box::new(DryRun), progress).await?;
        acta.sealed = sealed;
        return Ok(Imported {
            list: None,
            load: None,
            acta,
            preview,
        });
    };
    let name = request.options.list_name.clone();
    let target = target(store.as_ref(), &name).await?;
    let import = store
        .begin_import(&target, now())
        .await
        .map_err(ApiError::from)?;
    let begun = Begun {
        entry,
        import,
        target,
    };
    let loaded = fill(store, request, inside, begun, progress).await;
    if loaded.is_err() {
        store.abort_import(import).await.map_err(ApiError::from)?;
    }
    loaded
}

/// A load that was begun.
struct Begun {
    entry: ReceptionId,
    import: ImportId,
    target: ListTarget,
}

/// Reads the file into a load that was begun, and makes it visible.
async fn fill(
    store: &Arc<dyn Store>,
    request: ImportRequest,
    inside: Inside,
    begun: Begun,
    progress: impl FnMut(Progress) + Send + 'static,
) -> Result<Imported, LoadError> {
    let (entry, import) = (begun.entry, begun.import);
    let failed = |problem: StoreError| LoadError::Failed(problem.into());
    let started = now();
    store.file_goes_into(entry, import).await.map_err(failed)?;
    let staging = Staging {
        store: Arc::clone(store),
        import,
        runtime: Handle::current(),
        rows: Vec::with_capacity(CHUNK),
        under_way: None,
        shared: Vec::with_capacity(CHUNK),
        late: LateDuplicates::default(),
    };
    let (by, sealed) = (request.origin.by.clone(), inside.sealed.clone());
    let campaign = request.origin.campaign;
    let (expected, clear) = (inside.opened.sha256.clone(), sealed.is_none());
    let (mut acta, preview) = read(request, inside, Box::new(staging), progress).await?;
    if clear && acta.sha256 != expected {
        return Err(refusal(&reception::Refusal::Changing));
    }
    acta.sealed = sealed;
    acta.loaded_by = Some(by).filter(|by| !by.is_empty());
    let excluded = store.exclusions(import).await.map_err(failed)?;
    acta.excluded = excluded.into_iter().collect();
    acta.law_packs = law_packs(
        &store.campaigns().await.map_err(failed)?,
        &begun.target,
        campaign,
    );
    let acta = acta.timed(started, now());
    let json = serde_json::to_string(&acta).map_err(ApiError::internal)?;
    let list = store
        .finish_import(import, &json, &acta.sha256, now())
        .await
        .map_err(failed)?;
    Ok(Imported {
        list: Some(list),
        load: Some(import),
        acta,
        preview,
    })
}

/// The law packs of the campaigns that dial a list, or are about to.
fn law_packs(
    campaigns: &[Campaign],
    target: &ListTarget,
    about_to: Option<CampaignId>,
) -> Vec<String> {
    let dials = |campaign: &&Campaign| match target {
        ListTarget::Existing(list) if campaign.lists.contains(list) => true,
        ListTarget::Existing(_) | ListTarget::New(_) => about_to == Some(campaign.id),
    };
    let mut labels: Vec<String> = campaigns
        .iter()
        .filter(dials)
        .filter_map(|campaign| Pack::by_id(&campaign.law_pack).ok())
        .map(|pack| pack.label())
        .collect();
    labels.sort();
    labels.dedup();
    labels
}

async fn target(store: &dyn Store, name: &str) -> Result<ListTarget, ApiError> {
    let lists = store.lists().await?;
    Ok(match lists.into_iter().find(|list| list.name == name) {
        Some(list) => ListTarget::Existing(list.id),
        None => ListTarget::New(name.to_owned()),
    })
}

async fn read(
    request: ImportRequest,
    inside: Inside,
    mut sink: Box<dyn Sink + Send>,
    mut progress: impl FnMut(Progress) + Send + 'static,
) -> Result<(Acta, Preview), LoadError> {
    let reading = tokio::task::spawn_blocking(move || -> Result<_, IntakeError> {
        let mut source = Source::seekable(inside.name, inside.bytes);
        let mut preview = intake::inspect(&mut source, &request.options)?;
        preview
            .mapping
            .set_all(request.mapping.iter().map(String::as_str))
            .map_err(|problem| IntakeError::Mapping {
                file: request.options.list_name.clone(),
                why: problem.to_string(),
            })?;
        let acta = intake::read(
            &mut source,
            &preview.mapping,
            &request.options,
            sink.as_mut(),
            &mut progress,
        )?;
        Ok((acta, preview))
    });
    let done = reading.await.map_err(ApiError::internal)?;
    done.map_err(refused_by_intake)
}

/// Gathers contacts and stages them chunk by chunk, the next while one is being written; which of them the list has
/// already is known only then.
struct Staging {
    store: Arc<dyn Store>,
    import: ImportId,
    runtime: Handle,
    rows: Vec<NewContact>,
    /// Of each row, whether its file says already that somebody shares a number of it.
    shared: Vec<bool>,
    /// At most one, so that what is held stays bounded and rows keep their order.
    under_way: Option<Chunk>,
    late: LateDuplicates,
}

/// Rows being written, and of each what its file says of whose numbers they are.
struct Chunk {
    written: JoinHandle<Result<Vec<store::Verdict>, StoreError>>,
    shared: Vec<bool>,
}

impl Staging {
    /// Has what was gathered written, once the chunk before it is.
    fn flush(&mut self) -> Result<(), SinkError> {
        self.wait()?;
        if !self.rows.is_empty() {
            let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(CHUNK));
            let (store, import) = (Arc::clone(&self.store), self.import);
            let staged = async move { store.import_chunk(import, &rows).await };
            let shared = std::mem::take(&mut self.shared);
            let written = self.runtime.spawn(staged);
            self.under_way = Some(Chunk { written, shared });
        }
        Ok(())
    }

    fn wait(&mut self) -> Result<(), SinkError> {
        let Some(Chunk { written, shared }) = self.under_way.take() else {
            return Ok(());
        };
        let staged = self.runtime.block_on(written).map_err(SinkError::new)?;
        let verdicts = staged.map_err(SinkError::new)?;
        for (verdict, counted) in verdicts.iter().zip(shared) {
            match verdict {
                store::Verdict::Accepted => {}
                store::Verdict::Shared => self.late.shared += u64::from(!counted),
                store::Verdict::DuplicateDocument => self.late.by_document += 1,
                store::Verdict::DuplicatePhone => self.late.by_phone += 1,
            }
        }
        Ok(())
    }
}

/// A load that is given up waits for no chunk: nobody sees what it staged, and it is removed.
impl Drop for Staging {
    fn drop(&mut self) {
        if let Some(chunk) = self.under_way.take() {
            chunk.written.abort();
        }
    }
}

impl Sink for Staging {
    fn accept(&mut self, contact: ImportedContact) -> Result<intake::Verdict, SinkError> {
        self.shared.push(contact.shared_phone);
        self.rows.push(NewContact {
            document: contact.document,
            name: contact.name,
            segment: contact.segment,
            phones: contact.phones,
            attributes: contact.attributes,
            record: contact.record,
            line: contact.line,
        });
        if self.rows.len() >= CHUNK {
            self.flush()?;
        }
        Ok(intake::Verdict::Accepted)
    }

    fn finish(&mut self) -> Result<LateDuplicates, SinkError> {
        self.flush()?;
        self.wait()?;
        Ok(self.late)
    }
}
