//! Loading a base: reads the file off the runtime, stages it in chunks, makes
//! it visible in one statement. A load that fails leaves nothing.

use std::path::PathBuf;
use std::sync::Arc;

use domain::ListId;
use intake::{
    Acta, DryRun, ImportOptions, ImportedContact, IntakeError, LateDuplicates, Preview, Progress,
    Sink, SinkError, Source,
};
use store::{ImportId, ListTarget, NewContact, Store};
use tokio::runtime::Handle;

use crate::auth::now;
use crate::error::ApiError;

/// Contacts staged in one transaction: small, so that dialing goes on.
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
}

/// What a load led to.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The list; `None` after a dry run.
    pub list: Option<ListId>,
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
) -> Result<Imported, ApiError> {
    let target = if request.dry_run {
        None
    } else {
        Some(target(store.as_ref(), &request.options.list_name).await?)
    };
    let Some(target) = target else {
        let (acta, preview) = read(request, Box::new(DryRun), progress).await?;
        return Ok(Imported {
            list: None,
            acta,
            preview,
        });
    };
    let started = now();
    let import = store.begin_import(&target, started).await?;
    let staging = Staging {
        store: Arc::clone(&store),
        import,
        runtime: Handle::current(),
        rows: Vec::with_capacity(CHUNK),
        late: LateDuplicates::default(),
    };
    let (acta, preview) = match read(request, Box::new(staging), progress).await {
        Ok(done) => done,
        Err(failure) => {
            store.abort_import(import).await?;
            return Err(failure);
        }
    };
    let acta = acta.timed(started, now());
    let json = serde_json::to_string(&acta).map_err(ApiError::internal)?;
    let list = store
        .finish_import(import, &json, &acta.sha256, now())
        .await?;
    Ok(Imported {
        list: Some(list),
        acta,
        preview,
    })
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
    mut sink: Box<dyn Sink + Send>,
    mut progress: impl FnMut(Progress) + Send + 'static,
) -> Result<(Acta, Preview), ApiError> {
    let reading = tokio::task::spawn_blocking(move || -> Result<_, IntakeError> {
        let mut source = match request.file_name {
            None => Source::open(&request.path)?,
            Some(name) => {
                let file =
                    std::fs::File::open(&request.path).map_err(|source| IntakeError::Read {
                        file: name.clone(),
                        source,
                    })?;
                Source::seekable(name, file)
            }
        };
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
    done.map_err(|problem| ApiError::Invalid(with_causes(&problem)))
}

fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words.push_str(&format!(": {source}"));
        cause = source.source();
    }
    words
}

/// Gathers contacts and stages them chunk by chunk; which of them the list
/// has already is known only then.
struct Staging {
    store: Arc<dyn Store>,
    import: ImportId,
    runtime: Handle,
    rows: Vec<NewContact>,
    late: LateDuplicates,
}

impl Staging {
    fn flush(&mut self) -> Result<(), SinkError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let staged = self
            .runtime
            .block_on(self.store.import_chunk(self.import, &self.rows));
        for verdict in staged.map_err(SinkError::new)? {
            match verdict {
                store::Verdict::Accepted => {}
                store::Verdict::DuplicateDocument => self.late.by_document += 1,
                store::Verdict::DuplicatePhone => self.late.by_phone += 1,
            }
        }
        self.rows.clear();
        Ok(())
    }
}

impl Sink for Staging {
    fn accept(&mut self, contact: ImportedContact) -> Result<intake::Verdict, SinkError> {
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
        Ok(self.late)
    }
}
