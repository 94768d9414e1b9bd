//! Registers of numbers that must not be called: loaded, shown with what the law says of their age, and
//! let be used by a manager where they are late.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use domain::{PhoneNumber, Timestamp};
use intake::{RegisterCountry, RegisterFile};
use law::{Freshness, Pack, Purpose};
use serde::Deserialize;
use store::{NewSnapshot, SnapshotRead, SnapshotRow, Store};
use tokio::runtime::Handle;
use utoipa::IntoParams;
use wire::{Register, RegisterDemand, RegisterOverride, RegisterOverrideForm, RegisterSnapshot};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::lists::spool;

/// Numbers kept in one transaction: small, so that calls go on.
const CHUNK: usize = 5_000;
/// Of so many lines one may be no number; a file with more is of another kind.
const LINES_PER_REJECTED: u64 = 20;

/// What to load.
#[derive(Clone, Debug)]
pub struct RegisterLoad {
    /// Its name: `rne`, `dnc`, `tps`, `ctps`, or one of the house's own that begins with `casa`.
    pub register: String,
    /// The day it tells of, as `2026-11-30`.
    pub as_of: String,
    /// Where the bytes are.
    pub path: PathBuf,
    /// What the file is called.
    pub file_name: String,
    /// Heading of the numbers; none: the first cell that is one.
    pub column: Option<String>,
    /// Whose numbers: `co`, `us`, `uk`; none: as the name of the register has it.
    pub country: Option<String>,
    /// Who loads it.
    pub by: String,
    /// Take it though many lines are no number.
    pub accept_rejected: bool,
}

/// Loads a register and puts it in force; `progress` hears how many lines were read.
pub async fn load_register(
    store: Arc<dyn Store>,
    load: RegisterLoad,
    progress: impl FnMut(u64) + Send + 'static,
) -> Result<SnapshotRow, ApiError> {
    let country = check(&load)?;
    let new = NewSnapshot {
        register: load.register.clone(),
        as_of: load.as_of.clone(),
        file_name: load.file_name.clone(),
        by: load.by.clone(),
        at: now(),
    };
    let id = store.begin_snapshot(&new).await?;
    let staged = Staged {
        store: Arc::clone(&store),
        runtime: Handle::current(),
        id,
    };
    let read = tokio::task::spawn_blocking(move || staged.read(&load, country, progress)).await;
    let read = match read.map_err(ApiError::internal).flatten() {
        Ok(read) => read,
        Err(failure) => {
            store.abort_snapshot(id).await?;
            return Err(failure);
        }
    };
    match store.finish_snapshot(id, &read, now()).await {
        Ok(row) => {
            let hits = Some(store.count_hits(id).await?);
            store.forget_replaced_snapshots().await?;
            Ok(SnapshotRow { hits, ..row })
        }
        Err(failure) => {
            store.abort_snapshot(id).await?;
            Err(failure.into())
        }
    }
}

fn check(load: &RegisterLoad) -> Result<RegisterCountry, ApiError> {
    let no = |words: String| Err(ApiError::Invalid(words));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if load.register.is_empty() || load.register.len() > 40 || !load.register.chars().all(plain) {
        return no("the name of a register has small letters, digits and dashes".to_owned());
    }
    let day: Option<NaiveDate> = load.as_of.parse().ok().filter(|_| load.as_of.len() == 10);
    let Some(day) = day else {
        return no(format!(
            "`{}` is no date; write it as 2026-11-30",
            load.as_of
        ));
    };
    if Pack::colombia()
        .today(now())
        .is_some_and(|today| day > today.succ_opt().unwrap_or(today))
    {
        return no(format!("{day} is still to come"));
    }
    match &load.country {
        None => Ok(RegisterCountry::of_register(&load.register)),
        Some(word) => match RegisterCountry::from_word(word) {
            Some(country) => Ok(country),
            None => no(format!(
                "`{word}` is no country of a register; use co, us or uk"
            )),
        },
    }
}

/// A load under way, on a thread of its own.
struct Staged {
    store: Arc<dyn Store>,
    runtime: Handle,
    id: i64,
}

impl Staged {
    fn read(
        &self,
        load: &RegisterLoad,
        country: RegisterCountry,
        mut progress: impl FnMut(u64),
    ) -> Result<SnapshotRead, ApiError> {
        let cannot = |error: std::io::Error| {
            ApiError::Invalid(format!("cannot read {}: {error}", load.file_name))
        };
        let source = File::open(&load.path).map_err(cannot)?;
        let mut file = RegisterFile::new(source, country, load.column.clone());
        let (mut chunk, mut kept, mut numbers) = (Vec::with_capacity(CHUNK), 0, 0);
        while let Some(number) = file.next_number().map_err(cannot)? {
            chunk.push(number);
            numbers += 1;
            if chunk.len() == CHUNK {
                kept += self.keep(&mut chunk)?;
                progress(file.lines());
            }
        }
        kept += self.keep(&mut chunk)?;
        progress(file.lines());
        let account = file.account();
        if numbers == 0 {
            let words = format!(
                "there is no number in {}; nothing was changed",
                load.file_name
            );
            return Err(ApiError::Invalid(words));
        }
        if account.rejected * LINES_PER_REJECTED > account.lines && !load.accept_rejected {
            return Err(ApiError::Invalid(format!(
                "{} of {} lines are no number, such as those at {:?}; is it the right file and column? \
                 Nothing was changed",
                account.rejected, account.lines, account.rejected_lines
            )));
        }
        Ok(SnapshotRead {
            sha256: account.sha256,
            repeated: numbers - kept,
            rejected: account.rejected,
        })
    }

    fn keep(&self, chunk: &mut Vec<PhoneNumber>) -> Result<u64, ApiError> {
        if chunk.is_empty() {
            return Ok(0);
        }
        let kept = self
            .runtime
            .block_on(self.store.snapshot_chunk(self.id, chunk));
        chunk.clear();
        Ok(kept?)
    }
}

/// Every register that is known or demanded, as it stands at an instant.
pub async fn registers(store: &dyn Store, at: Timestamp) -> Result<Vec<Register>, ApiError> {
    let rows = store.snapshots(None).await?;
    let known: Vec<&SnapshotRow> = rows.iter().filter(|row| row.in_force).collect();
    let packs = Pack::all();
    let mut names: Vec<String> = known
        .iter()
        .map(|row| row.snapshot.register.clone())
        .collect();
    let demanded = packs.iter().flat_map(|pack| {
        let day = pack.today(at).unwrap_or_default();
        let registers = pack.registers(Purpose::Commercial, day);
        registers
            .map(|(_, register)| register.name.clone())
            .collect::<Vec<_>>()
    });
    names.extend(demanded);
    names.sort_unstable();
    names.dedup();
    let shown = names.into_iter().map(|name| {
        let row = known.iter().find(|row| row.snapshot.register == name);
        Register {
            demanded_by: packs
                .iter()
                .filter_map(|pack| demand(pack, &name, row, at))
                .collect(),
            snapshot: row.map(|row| snapshot_shown(row)),
            register: name,
        }
    });
    Ok(shown.collect())
}

fn demand(
    pack: &Pack,
    name: &str,
    row: Option<&&SnapshotRow>,
    at: Timestamp,
) -> Option<RegisterDemand> {
    let day = pack.today(at)?;
    let mut registers = pack.registers(Purpose::Commercial, day);
    let (rule, register) = registers.find(|(_, register)| register.name == name)?;
    let snapshot = row.map(|row| &row.snapshot);
    let (state, age) = match pack.freshness(register, snapshot, at) {
        Freshness::Fresh { age } => ("fresh", Some(age)),
        Freshness::Late { age } => ("late", Some(age)),
        Freshness::Old { age } => ("old", Some(age)),
        Freshness::Missing => ("missing", None),
    };
    let overridden = snapshot.is_some_and(|snapshot| snapshot.overridden);
    Some(RegisterDemand {
        pack: pack.label(),
        rule: rule.id.clone(),
        age,
        state: state.to_owned(),
        may_call: state == "fresh" || (state == "late" && overridden),
    })
}

/// A snapshot in public words.
pub fn snapshot_shown(row: &SnapshotRow) -> RegisterSnapshot {
    let overridden = row
        .overridden
        .as_ref()
        .map(|(at, by, reason)| RegisterOverride {
            at: at.as_millis(),
            by: by.clone(),
            reason: reason.clone(),
        });
    RegisterSnapshot {
        id: row.snapshot.id,
        register: row.snapshot.register.clone(),
        as_of: row.snapshot.as_of.clone(),
        in_force: row.in_force,
        loaded_at: row.loaded_at.as_millis(),
        loaded_by: row.loaded_by.clone(),
        file_name: row.file_name.clone(),
        sha256: row.snapshot.sha256.clone(),
        numbers: row.numbers,
        repeated: row.repeated,
        rejected: row.rejected,
        hits: row.hits,
        replaced_at: row.replaced_at.map(Timestamp::as_millis),
        overridden,
    }
}

/// Lets the snapshot in force of a register be used though it is late.
pub async fn override_register(
    store: &dyn Store,
    register: &str,
    by: &str,
    reason: &str,
) -> Result<SnapshotRow, ApiError> {
    let reason = reason.trim();
    if !(1..=500).contains(&reason.chars().count()) {
        let words = "say in `reason` why it is used all the same, in 1 to 500 characters";
        return Err(ApiError::Invalid(words.to_owned()));
    }
    Ok(store.override_snapshot(register, by, reason, now()).await?)
}

/// Every register that is known or demanded, and whether campaigns may go by it.
#[utoipa::path(get, path = "/api/v1/registers", tag = "law", responses((status = 200, body = [Register])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<Register>>, ApiError> {
    caller.supervisor()?;
    registers(app.store.as_ref(), now()).await.map(Json)
}

/// Every snapshot of a register there ever was, the oldest first.
#[utoipa::path(get, path = "/api/v1/registers/{register}/snapshots", tag = "law",
    responses((status = 200, body = [RegisterSnapshot])))]
pub(crate) async fn snapshots(
    State(app): State<App>,
    caller: Caller,
    Path(register): Path<String>,
) -> Result<Json<Vec<RegisterSnapshot>>, ApiError> {
    caller.supervisor()?;
    let rows = app.store.snapshots(Some(&register)).await?;
    Ok(Json(rows.iter().map(snapshot_shown).collect()))
}

/// How the body is to be read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upload {
    /// The day it tells of, as `2026-11-30`.
    as_of: String,
    /// What the file is called.
    file_name: Option<String>,
    /// Heading of the numbers; the first cell that is one when absent.
    column: Option<String>,
    /// Whose numbers: `co`, `us` or `uk`; as the name of the register has it when absent.
    country: Option<String>,
    /// Take it though many lines are no number.
    #[serde(default)]
    accept_rejected: bool,
}

/// Load a register: the body is the file, a number on a line or a table. It is in force when the answer
/// comes, for calls that wait and calls that have not rung.
#[utoipa::path(post, path = "/api/v1/registers/{register}/snapshots", tag = "law", params(Upload),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = RegisterSnapshot), (status = 409, body = wire::Problem),
        (status = 422, body = wire::Problem)))]
pub(crate) async fn load(
    State(app): State<App>,
    caller: Caller,
    Path(register): Path<String>,
    Query(upload): Query<Upload>,
    body: Body,
) -> Result<(StatusCode, Json<RegisterSnapshot>), ApiError> {
    caller.admin()?;
    let file = spool(body).await?;
    let load = RegisterLoad {
        register,
        as_of: upload.as_of,
        path: file.path().to_owned(),
        file_name: upload.file_name.unwrap_or_else(|| "register".to_owned()),
        column: upload.column,
        country: upload.country,
        by: caller.user.name.clone(),
        accept_rejected: upload.accept_rejected,
    };
    let row = load_register(Arc::clone(&caller.store), load, |_| {}).await?;
    app.control.config_changed();
    Ok((StatusCode::CREATED, Json(snapshot_shown(&row))))
}

/// Let the snapshot in force be used though it is late, until it is too old: for managers, in the audit log.
#[utoipa::path(post, path = "/api/v1/registers/{register}/override", tag = "law",
    request_body = RegisterOverrideForm,
    responses((status = 200, body = RegisterSnapshot), (status = 404, body = wire::Problem)))]
pub(crate) async fn allow(
    State(app): State<App>,
    caller: Caller,
    Path(register): Path<String>,
    Json(form): Json<RegisterOverrideForm>,
) -> Result<Json<RegisterSnapshot>, ApiError> {
    caller.admin()?;
    let store = caller.store.as_ref();
    let row = override_register(store, &register, &caller.user.name, &form.reason).await?;
    app.control.config_changed();
    Ok(Json(snapshot_shown(&row)))
}
