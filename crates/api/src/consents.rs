//! What people agreed to beyond their contract: recorded with its evidence, listed, ended. Whether a consent lets a call
//! leave is for the law pack to say, at the instant it would.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use campaigns::CampaignHours;
use domain::{AgreedTo, ConsentId, OtherHours, PersonId, Purpose, Timestamp};
use law::{HoursOfDay, Pack};
use serde::Deserialize;
use store::{ConsentRow, NewConsent, Store};
use utoipa::IntoParams;
use wire::{Consent, ConsentForm, EndConsentForm};

use crate::App;
use crate::audit::{From, note};
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// Longest reference to an instrument, and longest reason.
const WORDS_MAX: usize = 300;
/// Days of the week as they are written.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Records a consent of a person.
pub async fn record_consent(
    store: &dyn Store,
    person: PersonId,
    form: &ConsentForm,
    by: &str,
    at: Timestamp,
) -> Result<Consent, ApiError> {
    let new = read(person, form, by, at).map_err(ApiError::Invalid)?;
    let row = store.record_consent(&new).await?;
    Ok(shown(&row, at))
}

/// Ends one that stands.
pub async fn end_consent(
    store: &dyn Store,
    id: ConsentId,
    by: &str,
    reason: &str,
    at: Timestamp,
) -> Result<Consent, ApiError> {
    let reason = words("reason", reason).map_err(ApiError::Invalid)?;
    let row = store.end_consent(id, by, &reason, at).await?;
    Ok(shown(&row, at))
}

/// Consents, the oldest first.
pub async fn consents(
    store: &dyn Store,
    person: Option<PersonId>,
    standing_only: bool,
    at: Timestamp,
) -> Result<Vec<Consent>, ApiError> {
    let rows = store.consents(person, standing_only).await?;
    Ok(rows.iter().map(|row| shown(row, at)).collect())
}

fn read(
    person: PersonId,
    form: &ConsentForm,
    by: &str,
    at: Timestamp,
) -> Result<NewConsent, String> {
    let signed_at = Timestamp::from_millis(form.signed_at);
    let contract_at = form.contract_at.map(Timestamp::from_millis);
    if form.signed_at <= 0 || signed_at > at {
        return Err("say in `signed_at` when the person agreed: it is in the past".to_owned());
    }
    if contract_at.is_some_and(|made| made >= signed_at) {
        return Err(
            "the consent was signed before the contract or with it; it must be an instrument apart and later"
                .to_owned(),
        );
    }
    let hash = form.evidence_sha256.to_ascii_lowercase();
    if hash.len() != 64 || !hash.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(
            "`evidence_sha256` is the SHA-256 of the file that shows it: 64 digits".to_owned(),
        );
    }
    Ok(NewConsent {
        person,
        to: read_kind(form)?,
        purposes: read_purposes(&form.purposes)?,
        contract_at,
        signed_at,
        instrument: words("instrument", &form.instrument)?,
        evidence_sha256: hash,
        recorded_at: at,
        recorded_by: by.to_owned(),
    })
}

fn read_kind(form: &ConsentForm) -> Result<AgreedTo, String> {
    let [hours, commercial] = AgreedTo::WORDS;
    if form.kind == commercial {
        return match form.hours.is_none() && form.days.is_empty() && !form.holidays {
            true => Ok(AgreedTo::Calls),
            false => Err(format!("`{commercial}` names no hours, days or holidays")),
        };
    }
    if form.kind != hours {
        let kind = &form.kind;
        return Err(format!(
            "`{kind}` is no kind of consent; use {hours} or {commercial}"
        ));
    }
    let text = form.hours.clone().unwrap_or_default();
    let parts = CampaignHours::read(&[text]).map_err(|problem| problem.to_string())?;
    let mut days = [false; 7];
    for name in &form.days {
        let place = DAYS.iter().position(|day| day == name);
        let place = place.ok_or_else(|| format!("`{name}` is no day; use {}", DAYS.join(", ")))?;
        days[place] = true;
    }
    match (parts.parts(), form.days.is_empty()) {
        ([part], false) => Ok(AgreedTo::OtherHours(OtherHours {
            from: part.from,
            to: part.to,
            days,
            holidays: form.holidays,
        })),
        _ => Err("say in `hours` from when to when, and in `days` on which days".to_owned()),
    }
}

fn read_purposes(texts: &[String]) -> Result<Vec<Purpose>, String> {
    let mut purposes = Vec::new();
    for text in texts {
        let purpose = Purpose::from_word(text);
        let purpose = purpose.ok_or_else(|| format!("`{text}` is no purpose of a call"))?;
        if !purposes.contains(&purpose) {
            purposes.push(purpose);
        }
    }
    match purposes.is_empty() {
        true => Err("say in `purposes` which calls the person agreed to".to_owned()),
        false => Ok(purposes),
    }
}

fn words(what: &str, text: &str) -> Result<String, String> {
    let text = text.trim();
    match (1..=WORDS_MAX).contains(&text.chars().count()) {
        true => Ok(text.to_owned()),
        false => Err(format!("`{what}` has 1 to {WORDS_MAX} characters")),
    }
}

fn shown(row: &ConsentRow, at: Timestamp) -> Consent {
    let consent = &row.consent;
    let hours = match consent.to {
        AgreedTo::OtherHours(hours) => Some(hours),
        AgreedTo::Calls => None,
    };
    let ended = row.ended.as_ref();
    let given = consent.given(row.id);
    let packs = Pack::all().into_iter();
    let heeding = packs.filter(|pack| ended.is_none() && pack.heeds(&given, at));
    Consent {
        id: row.id.get(),
        person: consent.person.get(),
        kind: consent.to.word().to_owned(),
        hours: hours.map(|hours| {
            let (from, to) = (hours.from, hours.to);
            HoursOfDay { from, to }.to_string()
        }),
        days: hours.map(|hours| day_names(hours.days)).unwrap_or_default(),
        holidays: hours.is_some_and(|hours| hours.holidays),
        purposes: consent
            .purposes
            .iter()
            .map(|purpose| purpose.word().to_owned())
            .collect(),
        contract_at: consent.contract_at.map(Timestamp::as_millis),
        signed_at: consent.signed_at.as_millis(),
        instrument: consent.instrument.clone(),
        evidence_sha256: consent.evidence_sha256.clone(),
        recorded_at: consent.recorded_at.as_millis(),
        recorded_by: consent.recorded_by.clone(),
        ended_at: ended.map(|(at, _, _)| at.as_millis()),
        ended_by: ended.map(|(_, by, _)| by.clone()),
        ended_why: ended.map(|(_, _, why)| why.clone()),
        heeded_by: heeding.map(|pack| pack.label()).collect(),
    }
}

fn day_names(days: [bool; 7]) -> Vec<String> {
    let named = DAYS.iter().zip(days).filter(|(_, named)| *named);
    named.map(|(day, _)| (*day).to_owned()).collect()
}

/// Which consents.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Those too that were ended.
    all: bool,
}

/// What a person agreed to, the oldest first. In the audit log.
#[utoipa::path(get, path = "/api/v1/people/{person}/consents", tag = "people", params(Wanted),
    responses((status = 200, body = [Consent])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(person): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<Consent>>, ApiError> {
    caller.supervisor()?;
    let store = app.store.as_ref();
    let subject = format!("person {person}");
    note(
        store,
        &caller,
        &from,
        "consent.read",
        subject,
        String::new(),
    )
    .await?;
    consents(store, Some(PersonId::new(person)), !wanted.all, now())
        .await
        .map(Json)
}

/// Record a consent of a person, with the hash of the file that shows it. In the audit log.
#[utoipa::path(post, path = "/api/v1/people/{person}/consents", tag = "people",
    request_body = ConsentForm,
    responses((status = 201, body = Consent), (status = 404, body = wire::Problem),
        (status = 422, body = wire::Problem)))]
pub(crate) async fn record(
    caller: Caller,
    Path(person): Path<i64>,
    Json(form): Json<ConsentForm>,
) -> Result<(StatusCode, Json<Consent>), ApiError> {
    caller.admin()?;
    let (store, by) = (caller.store.as_ref(), &caller.user.name);
    let recorded = record_consent(store, PersonId::new(person), &form, by, now()).await?;
    Ok((StatusCode::CREATED, Json(recorded)))
}

/// End a consent: calls under it that have not rung are taken back. In the audit log.
#[utoipa::path(post, path = "/api/v1/consents/{id}/end", tag = "people",
    request_body = EndConsentForm,
    responses((status = 200, body = Consent), (status = 404, body = wire::Problem)))]
pub(crate) async fn end(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<EndConsentForm>,
) -> Result<Json<Consent>, ApiError> {
    // Who takes calls back needs no leave that who lets them out has.
    caller.supervisor()?;
    let (store, by) = (caller.store.as_ref(), &caller.user.name);
    end_consent(store, ConsentId::new(id), by, &form.reason, now())
        .await
        .map(Json)
}

#[cfg(test)]
mod tests;
