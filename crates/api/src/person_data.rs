//! What a person may ask of us: all that is known of them, in a form they can read; that it be put right;
//! that it be erased. What the law makes us keep stays without their name.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::{AttemptId, PersonId, PhoneNumber, hidden};
use recorder::Vault;
use store::{AuditFilter, PersonSought, RecordingState, Rectification, Store};
use wire::{ErasePersonForm, Passport, PersonErased, PersonExport, RectifyForm};

use crate::App;
use crate::audit::{self, From};
use crate::auth::{Caller, now};
use crate::erasure::erase_recording;
use crate::error::ApiError;
use crate::people::passports;
use crate::recordings::recording_shown;
use crate::rights::requests;

/// Class of recordings that no rule keeps for a proof.
const USUAL_CLASS: &str = "default";

/// All that is known of a person.
pub async fn export_person(store: &dyn Store, person: PersonId) -> Result<PersonExport, ApiError> {
    let at = now();
    let mut found = passports(store, &PersonSought::Person(person), at).await?;
    let passport = found.pop();
    let passport = passport.ok_or_else(|| ApiError::NotFound(format!("person {person}")))?;
    let mut recordings = Vec::new();
    for attempt in &passport.attempts {
        let row = store.recording(AttemptId::new(attempt.id)).await?;
        recordings.extend(row.map(|row| recording_shown(&row)));
    }
    let filter = AuditFilter {
        subject: Some(format!("person {person}")),
        ..AuditFilter::default()
    };
    let audit = store.audit(&filter).await?;
    Ok(PersonExport {
        made_at: at.as_millis(),
        passport,
        recordings,
        requests: requests(store, Some(person), false, at).await?,
        audit: audit.iter().map(audit::audit_shown).collect(),
    })
}

/// The same as a page for people, in Spanish, that needs nothing from elsewhere.
pub fn export_page(export: &PersonExport) -> String {
    let value = serde_json::to_value(export).unwrap_or_default();
    let mut body = String::new();
    for (heading, part) in [
        ("Registros en las bases", &value["passport"]["records"]),
        (
            "Números a los que no se llama",
            &value["passport"]["suppressed_numbers"],
        ),
        (
            "A qué dio su consentimiento",
            &value["passport"]["consents"],
        ),
        ("Llamadas", &value["passport"]["attempts"]),
        ("Grabaciones", &value["recordings"]),
        ("Solicitudes", &value["requests"]),
        ("Quién consultó o cambió estos datos", &value["audit"]),
    ] {
        body.push_str(&format!("<h2>{heading}</h2>\n"));
        match part.as_array().filter(|rows| !rows.is_empty()) {
            None => body.push_str("<p>Nada.</p>\n"),
            Some(rows) => rows.iter().for_each(|row| body.push_str(&table_of(row))),
        }
    }
    format!(
        "<!doctype html>\n<html lang=\"es\"><head><meta charset=\"utf-8\"><title>Datos personales</title>\n\
         <style>body{{font:15px sans-serif;max-width:60em;margin:2em auto}}table{{border-collapse:collapse;\
         margin:0 0 1em;width:100%}}th{{text-align:left;width:14em;font-weight:normal;color:#555}}\
         td,th{{border-bottom:1px solid #ddd;padding:2px 6px;vertical-align:top}}</style></head><body>\n\
         <h1>Lo que se sabe de la persona {}</h1>\n<p>Generado el {}. Las horas son UTC.</p>\n{body}</body></html>\n",
        export.passport.person,
        escaped(&instant(export.made_at)),
    )
}

fn table_of(row: &serde_json::Value) -> String {
    let mut table = "<table>".to_owned();
    for (name, value) in row.as_object().into_iter().flatten() {
        let is_time = name.ends_with("_at") || ["at", "keep_until"].contains(&name.as_str());
        let text = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Number(n) if is_time => n.as_i64().map(instant).unwrap_or_default(),
            other => other.to_string(),
        };
        table.push_str(&format!(
            "<tr><th>{}</th><td>{}</td></tr>",
            escaped(name),
            escaped(&text)
        ));
    }
    table + "</table>\n"
}

fn instant(ms: i64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(ms);
    at.map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Puts right what is known of a person.
pub async fn rectify_person(
    store: &dyn Store,
    person: PersonId,
    form: &RectifyForm,
) -> Result<(), ApiError> {
    let no = |words: &str| Err(ApiError::Invalid(words.to_owned()));
    let reason = form.reason.trim();
    if !(1..=500).contains(&reason.chars().count()) {
        return no("say in `reason` why, in 1 to 500 characters");
    }
    let number = |text: &str| -> Result<PhoneNumber, ApiError> {
        let words = || ApiError::Invalid(format!("`{text}` is no number that can be called"));
        intake::number(text).ok_or_else(words)
    };
    let phone = match (&form.phone, &form.new_phone) {
        (None, None) => None,
        (Some(old), Some(new)) => Some((number(old)?, number(new)?)),
        _ => return no("say both `phone` and `new_phone`"),
    };
    let document = form.document.as_deref().map(intake::document);
    if document.as_deref() == Some("") {
        return no("that document names nobody");
    }
    let name = form.name.as_deref().map(str::trim).map(str::to_owned);
    let change = Rectification {
        name,
        document,
        phone,
    };
    if change == Rectification::default() {
        return no("say what is to be put right: `name`, `document`, or `phone` and `new_phone`");
    }
    Ok(store.rectify(person, &change, reason).await?)
}

/// Erases a person and the recordings of them that no rule keeps as a proof. What somebody holds stays,
/// and the person with it.
pub async fn erase_person(
    store: &dyn Store,
    vault: &Arc<Vault>,
    person: PersonId,
    by: &str,
    reason: &str,
) -> Result<PersonErased, ApiError> {
    let reason = reason.trim();
    if !(1..=500).contains(&reason.chars().count()) {
        return Err(ApiError::Invalid(
            "say in `reason` why, in 1 to 500 characters".to_owned(),
        ));
    }
    let mut found = passports(store, &PersonSought::Person(person), now()).await?;
    let passport = found.pop();
    let passport = passport.ok_or_else(|| ApiError::NotFound(format!("person {person}")))?;
    // The person first: what is held, or on the line, is refused before anything is gone.
    let erased = store.erase_person(person, reason, now()).await?;
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for attempt in &passport.attempts {
        let Some(row) = store.recording(AttemptId::new(attempt.id)).await? else {
            continue;
        };
        if !matches!(row.state, RecordingState::Spooled | RecordingState::Stored) {
            continue;
        }
        let class = row.class.clone().unwrap_or_default();
        let proof = !class.is_empty() && class != USUAL_CLASS;
        if proof || row.held {
            kept.push((attempt.id, class));
            continue;
        }
        erase_recording(store, vault, row.attempt, by, reason).await?;
        gone.push(attempt.id);
    }
    Ok(PersonErased {
        person: person.get(),
        records: erased.records,
        numbers: erased.numbers,
        notes: erased.notes,
        attempts_kept: erased.attempts,
        in_old_journal: erased.in_old_journal,
        recordings_erased: gone,
        recordings_kept: kept,
    })
}

/// What a supervisor sees of a person: enough to speak with them, too little to copy.
pub(crate) fn masked(mut passport: Passport) -> Passport {
    for number in &mut passport.suppressed_numbers {
        number.phone = hidden(&number.phone);
    }
    for record in &mut passport.records {
        record.document = hidden(&record.document);
        record
            .phones
            .iter_mut()
            .for_each(|phone| *phone = hidden(phone));
    }
    for attempt in &mut passport.attempts {
        attempt.phone = hidden(&attempt.phone);
    }
    passport
}

/// All that is known of a person, to hand over to them; noted in the audit log.
/// The same as a page for people under `export.html`.
#[utoipa::path(get, path = "/api/v1/people/{person}/export", tag = "people",
    responses((status = 200, body = PersonExport), (status = 404, body = wire::Problem)))]
pub(crate) async fn export(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(person): Path<i64>,
) -> Result<Json<PersonExport>, ApiError> {
    noted_export(&app, &caller, &from, person).await.map(Json)
}

/// The same as a page for people.
#[utoipa::path(get, path = "/api/v1/people/{person}/export.html", tag = "people",
    responses((status = 200, content_type = "text/html", body = String),
        (status = 404, body = wire::Problem)))]
pub(crate) async fn export_html(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(person): Path<i64>,
) -> Result<Response, ApiError> {
    let page = export_page(&noted_export(&app, &caller, &from, person).await?);
    Ok(([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response())
}

/// All that is known of a person, for who may hand it over; nothing leaves before it is in the audit log.
async fn noted_export(
    app: &App,
    caller: &Caller,
    from: &From,
    person: i64,
) -> Result<PersonExport, ApiError> {
    caller.admin()?;
    let store = app.store.as_ref();
    let subject = format!("person {person}");
    audit::note(store, caller, from, "person.export", subject, String::new()).await?;
    export_person(store, PersonId::new(person)).await
}

/// Put right what is known of a person; the old values stay in the audit log, masked.
#[utoipa::path(post, path = "/api/v1/people/{person}/rectify", tag = "people",
    request_body = RectifyForm,
    responses((status = 204), (status = 404, body = wire::Problem), (status = 409, body = wire::Problem)))]
pub(crate) async fn rectify(
    caller: Caller,
    Path(person): Path<i64>,
    Json(form): Json<RectifyForm>,
) -> Result<axum::http::StatusCode, ApiError> {
    caller.admin()?;
    rectify_person(caller.store.as_ref(), PersonId::new(person), &form).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Erase a person: what the law makes us keep stays without their name, and they are never called again.
#[utoipa::path(post, path = "/api/v1/people/{person}/erase", tag = "people",
    request_body = ErasePersonForm,
    responses((status = 200, body = PersonErased), (status = 409, body = wire::Problem)))]
pub(crate) async fn erase(
    State(app): State<App>,
    caller: Caller,
    Path(person): Path<i64>,
    Json(form): Json<ErasePersonForm>,
) -> Result<Json<PersonErased>, ApiError> {
    caller.admin()?;
    let (store, by) = (caller.store.as_ref(), caller.user.name.as_str());
    erase_person(store, &app.vault, PersonId::new(person), by, &form.reason)
        .await
        .map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_for_people_says_what_was_written_and_runs_nothing() {
        let row = serde_json::json!({"name": "<script>alert(1)</script>", "at": 0, "code": null});
        let table = table_of(&row);
        assert!(
            table.contains("&lt;script&gt;") && !table.contains("<script>"),
            "{table}"
        );
        assert!(
            table.contains("1970-01-01 00:00:00") && !table.contains("code"),
            "{table}"
        );
    }
}
