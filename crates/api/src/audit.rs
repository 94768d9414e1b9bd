//! The audit log: who heard, took away or erased what. Written before the answer goes out: what is
//! not in the log does not happen.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, Extension, Query, State};
use domain::{Timestamp, UserId};
use serde::Deserialize;
use store::{AuditFilter, AuditRow, Store};
use utoipa::IntoParams;
use wire::{AuditCheck, AuditEntry, AuditFault, AuditPage};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// Most entries on a page.
const PAGE_MAX: u32 = 1_000;

/// Where a request comes from, if the server says so.
pub(crate) type From = Option<Extension<ConnectInfo<SocketAddr>>>;

/// Notes that somebody does something.
pub(crate) async fn note(
    store: &dyn Store,
    caller: &Caller,
    from: &From,
    action: &str,
    subject: String,
    detail: String,
) -> Result<(), ApiError> {
    let source = from.as_ref().map(|from| from.0.0.ip().to_string());
    let entry = store::AuditEntry {
        at: now(),
        user: Some(caller.user.id),
        user_name: caller.user.name.clone(),
        source: source.unwrap_or_default(),
        action: action.to_owned(),
        subject,
        detail,
    };
    Ok(store.put_audit(&entry).await?)
}

/// Notes that somebody at the machine's command line does something.
pub async fn note_command(
    store: &dyn Store,
    action: &str,
    subject: String,
    detail: String,
) -> Result<(), ApiError> {
    let entry = store::AuditEntry {
        at: now(),
        user: None,
        user_name: String::new(),
        source: "command line".to_owned(),
        action: action.to_owned(),
        subject,
        detail,
    };
    Ok(store.put_audit(&entry).await?)
}

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// At or after, in ms since 1970 UTC.
    from: Option<i64>,
    /// Before.
    to: Option<i64>,
    /// By the user of this name.
    user: Option<String>,
    /// With this subject, such as `attempt 17`.
    subject: Option<String>,
    /// Of this kind, such as `campaign.change`.
    action: Option<String>,
    /// Cursor: the `next` of the page before.
    after: Option<i64>,
    /// At most so many, up to 1,000.
    limit: Option<u32>,
}

/// What people did, in order.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Wanted),
    responses((status = 200, body = AuditPage)))]
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<AuditPage>, ApiError> {
    caller.admin()?;
    let limit = wanted.limit.unwrap_or(100).clamp(1, PAGE_MAX);
    let filter = AuditFilter {
        from: wanted.from.map(Timestamp::from_millis),
        to: wanted.to.map(Timestamp::from_millis),
        user_name: wanted.user,
        subject: wanted.subject,
        action: wanted.action,
        after: wanted.after,
        limit,
    };
    let rows = app.store.audit(&filter).await?;
    let full = rows.len() == limit as usize;
    let next = rows.last().filter(|_| full).map(|row| row.id);
    let entries = rows.iter().map(audit_shown).collect();
    Ok(Json(AuditPage { entries, next }))
}

/// An entry in public words.
pub fn audit_shown(row: &AuditRow) -> AuditEntry {
    AuditEntry {
        id: row.id,
        at: row.entry.at.as_millis(),
        user_id: row.entry.user.map(UserId::get),
        user: row.entry.user_name.clone(),
        source: row.entry.source.clone(),
        action: row.entry.action.clone(),
        subject: row.entry.subject.clone(),
        detail: row.entry.detail.clone(),
        sha256: row.sha256.clone(),
    }
}

/// An entry that was noted down elsewhere.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Noted {
    /// Its number.
    number: Option<i64>,
    /// Its SHA-256, in hexadecimal.
    sha256: Option<String>,
}

/// Goes through the whole log: what was changed, taken out or put in behind its back.
#[utoipa::path(get, path = "/api/v1/audit/check", tag = "audit", params(Noted),
    responses((status = 200, body = AuditCheck)))]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    Query(noted): Query<Noted>,
) -> Result<Json<AuditCheck>, ApiError> {
    caller.admin()?;
    let noted = match (noted.number, &noted.sha256) {
        (Some(number), Some(sha256)) => Some((number, sha256.as_str())),
        (None, None) => None,
        _ => {
            let words = "say both `number` and `sha256` of the entry that was noted down";
            return Err(ApiError::Invalid(words.to_owned()));
        }
    };
    audit_check(app.store.as_ref(), noted).await.map(Json)
}

/// Goes through the whole log.
pub async fn audit_check(
    store: &dyn Store,
    noted: Option<(i64, &str)>,
) -> Result<AuditCheck, ApiError> {
    let check = store.check_audit(noted).await?;
    let fault = |fault: store::AuditFault| AuditFault {
        number: fault.number,
        what: fault.what,
    };
    Ok(AuditCheck {
        whole: check.faults.is_empty(),
        entries: check.entries,
        last: check.last,
        sha256: check.sha256,
        faults: check.faults.into_iter().map(fault).collect(),
    })
}
