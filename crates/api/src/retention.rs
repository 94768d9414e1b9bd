//! How long recordings are kept: what is due, erasing it, what somebody holds, and certificates of
//! what was erased. Until when each is kept was decided when its call was typified; here is only done
//! what was decided.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use domain::{AttemptId, PersonId, PhoneNumber, Timestamp};
use recorder::Vault;
use serde::Deserialize;
use store::{
    Actor, CertificateFilter, Held, HoldRow, NewHold, RecordingFilter, RecordingRow,
    RecordingState, Store,
};
use utoipa::IntoParams;
use wire::{CertificatePage, Hold, HoldForm, KeptCertificate, RetentionDue};

use crate::App;
use crate::auth::{Caller, now};
use crate::erasure::erase_recording;
use crate::error::ApiError;

/// Most certificates on a page.
const PAGE_MAX: u32 = 1_000;
/// Recordings that are read at once to be erased, and the pause between two: calls come first.
const ERASED_AT_ONCE: u32 = 200;
const BETWEEN: Duration = Duration::from_millis(10);

/// What was kept as long as it should, by campaign and class. Erases nothing.
#[utoipa::path(get, path = "/api/v1/recordings/due", tag = "recordings",
    responses((status = 200, body = [RetentionDue])))]
pub(crate) async fn due(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<RetentionDue>>, ApiError> {
    caller.supervisor()?;
    retention_due(app.store.as_ref(), now()).await.map(Json)
}

/// What was kept as long as it should by an instant.
pub async fn retention_due(
    store: &dyn Store,
    at: Timestamp,
) -> Result<Vec<RetentionDue>, ApiError> {
    let names: HashMap<_, _> = store
        .campaigns()
        .await?
        .into_iter()
        .map(|campaign| (campaign.id, campaign.name))
        .collect();
    let rows = store.retention_due(at).await?;
    let shown = rows.into_iter().map(|row| RetentionDue {
        campaign: match names.get(&row.campaign) {
            Some(name) => name.clone(),
            None => format!("campaign {}", row.campaign),
        },
        class: row.class,
        due: row.due,
        held: row.held,
        duration_ms: row.duration_ms,
        since: row.since.as_millis(),
    });
    Ok(shown.collect())
}

/// Erases what was kept as long as it should by an instant and nobody holds; says how many were, and
/// how many could not be. Each is in the audit log first.
pub async fn erase_due(
    store: &dyn Store,
    vault: &Arc<Vault>,
    at: Timestamp,
) -> Result<(u64, u64), ApiError> {
    let (mut erased, mut failed) = (0, 0);
    for state in [RecordingState::Spooled, RecordingState::Stored] {
        let mut after = None;
        loop {
            let filter = RecordingFilter {
                state: Some(state),
                kept_until: Some(at),
                not_held: true,
                after,
                limit: ERASED_AT_ONCE,
                ..RecordingFilter::default()
            };
            let rows = store.recordings(&filter).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.attempt);
            for row in &rows {
                match erase_one(store, vault, row).await {
                    Ok(()) => erased += 1,
                    Err(fault) => {
                        failed += 1;
                        tracing::error!(attempt = %row.attempt, %fault, "a recording is kept too long");
                    }
                }
                tokio::time::sleep(BETWEEN).await;
            }
        }
    }
    Ok((erased, failed))
}

async fn erase_one(
    store: &dyn Store,
    vault: &Arc<Vault>,
    row: &RecordingRow,
) -> Result<(), ApiError> {
    let class = row.class.as_deref().unwrap_or_default();
    let reason = format!("retention: a recording of class {class} is kept no longer");
    let store = store.acting(Actor::at("retention"));
    erase_recording(store.as_ref(), vault, row.attempt, "retention", &reason).await?;
    Ok(())
}

/// Place a hold: the recording of an attempt, or all of whoever is reached at a phone, are not erased,
/// by nobody and no rule, until it is released.
#[utoipa::path(post, path = "/api/v1/recordings/holds", tag = "recordings", request_body = HoldForm,
    responses((status = 201, body = [Hold]), (status = 404, body = wire::Problem),
        (status = 422, body = wire::Problem)))]
pub(crate) async fn place(
    caller: Caller,
    Json(form): Json<HoldForm>,
) -> Result<(StatusCode, Json<Vec<Hold>>), ApiError> {
    caller.admin()?;
    let store = caller.store.as_ref();
    let mut placed = Vec::new();
    for held in held_by(store, &form).await? {
        placed.push(place_hold(store, held, &form.reason, &caller.user.name).await?);
    }
    Ok((StatusCode::CREATED, Json(placed)))
}

/// What a form wants held.
pub async fn held_by(store: &dyn Store, form: &HoldForm) -> Result<Vec<Held>, ApiError> {
    let reason = form.reason.trim().chars().count();
    if !(1..=500).contains(&reason) {
        return Err(ApiError::Invalid(
            "say in `reason` why they are held, in 1 to 500 characters".to_owned(),
        ));
    }
    match (form.attempt, &form.phone) {
        (Some(attempt), None) => {
            let attempt = AttemptId::new(attempt);
            crate::recordings::found(store, attempt).await?;
            Ok(vec![Held::Attempt(attempt)])
        }
        (None, Some(phone)) => {
            let number = PhoneNumber::from_e164(phone)
                .map_err(|problem| ApiError::Invalid(format!("phone: {problem}")))?;
            let people = store.people_with_phone(&number).await?;
            if people.is_empty() {
                return Err(ApiError::NotFound("person with that phone".to_owned()));
            }
            Ok(people.into_iter().map(Held::Person).collect())
        }
        _ => Err(ApiError::Invalid(
            "name an `attempt` or a `phone`, one of them".to_owned(),
        )),
    }
}

/// Places a hold.
pub async fn place_hold(
    store: &dyn Store,
    held: Held,
    reason: &str,
    by: &str,
) -> Result<Hold, ApiError> {
    let hold = NewHold {
        held,
        reason: reason.trim().to_owned(),
        at: now(),
        by: by.to_owned(),
    };
    let id = store.put_hold(&hold).await?;
    Ok(hold_shown(&HoldRow {
        id,
        hold,
        released: None,
    }))
}

/// Holds, also those that were released.
#[utoipa::path(get, path = "/api/v1/recordings/holds", tag = "recordings",
    responses((status = 200, body = [Hold])))]
pub(crate) async fn holds(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<Hold>>, ApiError> {
    caller.supervisor()?;
    let holds = app.store.holds(None).await?;
    Ok(Json(holds.iter().map(hold_shown).collect()))
}

/// Release a hold: rules of retention go on where they were.
#[utoipa::path(delete, path = "/api/v1/recordings/holds/{id}", tag = "recordings",
    responses((status = 204), (status = 404, body = wire::Problem)))]
pub(crate) async fn release(caller: Caller, Path(id): Path<i64>) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    release_hold(caller.store.as_ref(), id, &caller.user.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Releases a hold.
pub async fn release_hold(store: &dyn Store, id: i64, by: &str) -> Result<(), ApiError> {
    match store.release_hold(id, now(), by).await? {
        true => Ok(()),
        false => Err(ApiError::NotFound(format!("hold {id} in force"))),
    }
}

/// A hold in public words.
pub fn hold_shown(row: &HoldRow) -> Hold {
    let (attempt, person) = match row.hold.held {
        Held::Attempt(attempt) => (Some(attempt.get()), None),
        Held::Person(person) => (None, Some(PersonId::get(person))),
    };
    let released = row.released.as_ref();
    Hold {
        id: row.id,
        attempt,
        person,
        reason: row.hold.reason.clone(),
        placed_at: row.hold.at.as_millis(),
        placed_by: row.hold.by.clone(),
        released_at: released.map(|(at, _)| at.as_millis()),
        released_by: released.map(|(_, by)| by.clone()),
    }
}

/// Which certificates.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of this attempt.
    attempt: Option<i64>,
    /// At or after, in ms since 1970 UTC.
    from: Option<i64>,
    /// Before.
    to: Option<i64>,
    /// Cursor: the `next` of the page before.
    after: Option<i64>,
    /// At most so many, up to 1,000.
    limit: Option<u32>,
}

/// Certificates of recordings that were erased, in order: each has its number and the hash of the one
/// before it in its text.
#[utoipa::path(get, path = "/api/v1/recordings/certificates", tag = "recordings", params(Wanted),
    responses((status = 200, body = CertificatePage)))]
pub(crate) async fn certificates(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<CertificatePage>, ApiError> {
    caller.supervisor()?;
    let limit = wanted.limit.unwrap_or(100).clamp(1, PAGE_MAX);
    let filter = CertificateFilter {
        attempt: wanted.attempt.map(AttemptId::new),
        from: wanted.from.map(Timestamp::from_millis),
        to: wanted.to.map(Timestamp::from_millis),
        after: wanted.after,
        limit,
    };
    let rows = app.store.certificates(&filter).await?;
    let full = rows.len() == limit as usize;
    Ok(Json(CertificatePage {
        next: rows.last().filter(|_| full).map(|row| row.number),
        certificates: rows.into_iter().map(certificate_shown).collect(),
    }))
}

/// A certificate in public words.
pub fn certificate_shown(row: store::CertificateRow) -> KeptCertificate {
    KeptCertificate {
        number: row.number,
        at: row.at.as_millis(),
        attempt: row.attempt.get(),
        sha256: row.sha256,
        text: row.body,
    }
}
