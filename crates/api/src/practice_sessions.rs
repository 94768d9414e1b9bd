//! Sessions of practices: written down with what was agreed in them, and put right by another version.

use std::collections::BTreeMap;

use ::practices::{Edition, Practice, Role};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use chrono::{Days, NaiveDate};
use domain::Timestamp;
use store::{SessionRow, Store};
use wire::{PracticeSession, PracticeSessionForm};

use crate::App;
use crate::action_plans::{new_plan, text};
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::goals::number_of;
use crate::practices::{Calendar, Span, day_of_number, read_day};

const MINUTES_MAX: u32 = 480;
const PARTICIPANTS_MAX: usize = 500;
const NOTES_MAX: usize = 4_000;
const AGREEMENTS_MAX: usize = 20;
/// A session is written down at most so long after it was held.
const DAYS_BACK_MAX: u64 = 366;

/// Writes a session down; `by` holds it where the form names nobody.
pub async fn record_session(
    store: &dyn Store,
    form: &PracticeSessionForm,
    by: &str,
    at: Timestamp,
) -> Result<PracticeSession, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let key = form.practice.as_deref().unwrap_or_default();
    let new = SessionRow {
        session: 0,
        version: 0,
        at,
        by: String::new(),
        practice: key.to_owned(),
        role: form.role.clone().unwrap_or_default(),
        leader: form.leader.clone().unwrap_or_else(|| by.to_owned()),
        day: number_of(day_of(form, calendar.today)?),
        minutes: form.minutes.unwrap_or(0),
        participants: form.participants.clone().unwrap_or_default(),
        notes: form.notes.clone().unwrap_or_default(),
        void: false,
    };
    let new = sound(&calendar, new)?;
    if form.agreements.len() > AGREEMENTS_MAX {
        return Err(ApiError::Invalid(format!(
            "a session has {AGREEMENTS_MAX} agreements at most"
        )));
    }
    let mut agreed = Vec::new();
    for agreement in &form.agreements {
        if agreement.missed.is_some() || agreement.session.is_some() {
            let words = "an agreement is of its session alone; open a plan for a missed target";
            return Err(ApiError::Invalid(words.to_owned()));
        }
        agreed.push(new_plan(&calendar, agreement, at)?);
    }
    let id = store.record_session(&new, &agreed).await?;
    session(store, id).await
}

/// Puts a session right: what the form does not have stays.
pub async fn correct_session(
    store: &dyn Store,
    id: i64,
    form: &PracticeSessionForm,
    at: Timestamp,
) -> Result<PracticeSession, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    if !form.agreements.is_empty() {
        let words = "what was agreed is put right in its plan; see `cadencia plan step`";
        return Err(ApiError::Invalid(words.to_owned()));
    }
    let versions = store.practice_session(id).await?;
    let last = versions.into_iter().next().ok_or_else(|| missing(id))?;
    let day = day_of(form, day_of_number(last.day))?;
    let or = |new: &Option<String>, old: String| new.clone().unwrap_or(old);
    let new = SessionRow {
        at,
        practice: or(&form.practice, last.practice),
        role: or(&form.role, last.role),
        leader: or(&form.leader, last.leader),
        day: number_of(day),
        minutes: form.minutes.unwrap_or(last.minutes),
        participants: or(&form.participants, last.participants),
        notes: or(&form.notes, last.notes),
        void: form.void.unwrap_or(last.void),
        ..last
    };
    store.correct_session(&sound(&calendar, new)?).await?;
    session(store, id).await
}

fn day_of(form: &PracticeSessionForm, usual: NaiveDate) -> Result<NaiveDate, ApiError> {
    form.day.as_deref().map_or(Ok(usual), read_day)
}

fn missing(id: i64) -> ApiError {
    ApiError::NotFound(format!("session {id}"))
}

/// The same with what is usual in place of what is absent, or why it cannot be.
fn sound(calendar: &Calendar, mut new: SessionRow) -> Result<SessionRow, ApiError> {
    let no = |words: String| Err(ApiError::Invalid(words));
    let day = day_of_number(new.day);
    if day > calendar.today {
        return no(format!(
            "{day} is still to come; write it down when it was held"
        ));
    }
    if day + Days::new(DAYS_BACK_MAX) < calendar.today {
        return no(format!("{day} is more than a year ago"));
    }
    let edition = calendar.on(day)?;
    let Some(practice) = edition.model.practice(&new.practice) else {
        return no(format!(
            "there was no practice \"{}\" on {day}; see `cadencia practice list`",
            new.practice
        ));
    };
    let role = role_of(practice, &new.role)?;
    new.role = role.word().to_owned();
    new.leader = leader_of(edition, role, &new.leader)?;
    if new.minutes == 0 {
        new.minutes = u32::from(practice.minutes);
    }
    if new.minutes > MINUTES_MAX {
        return no(format!("a session takes 1 to {MINUTES_MAX} minutes"));
    }
    new.participants = text("participants", &new.participants, 0..=PARTICIPANTS_MAX)?;
    new.notes = text("notes", &new.notes, 0..=NOTES_MAX)?;
    Ok(new)
}

/// The role that a session was held in: the one named, or the only one that owes the practice.
fn role_of(practice: &Practice, word: &str) -> Result<Role, ApiError> {
    let owes = |role: &Role| practice.owners.iter().any(|owner| owner.role == *role);
    let found = match (word, practice.owners.as_slice()) {
        ("", [only]) => Some(only.role),
        (word, _) => Role::from_word(word).filter(owes),
    };
    found.ok_or_else(|| {
        let roles: Vec<_> = practice.owners.iter().map(|it| it.role.word()).collect();
        ApiError::Invalid(format!(
            "{} is held by the {}; say which as `role`",
            practice.key,
            roles.join(" or the ")
        ))
    })
}

/// Who held it: one of those who lead in the role, where the model names them.
fn leader_of(edition: &Edition, role: Role, name: &str) -> Result<String, ApiError> {
    let name = text("leader", name, 1..=80)?;
    let leaders = edition.model.leaders_in(role);
    if leaders.is_empty() {
        return Ok(name);
    }
    let lower = name.to_lowercase();
    let found = leaders
        .iter()
        .find(|known| known.to_lowercase() == lower)
        .map(|known| (*known).to_owned());
    found.ok_or_else(|| {
        ApiError::Invalid(format!(
            "\"{name}\" does not lead as {}; write one of: {}",
            role.word(),
            leaders.join(", ")
        ))
    })
}

/// A session as it stands.
async fn session(store: &dyn Store, id: i64) -> Result<PracticeSession, ApiError> {
    let versions = store.practice_session(id).await?;
    let row = versions.into_iter().next().ok_or_else(|| missing(id))?;
    let plans = agreements(store).await?;
    Ok(shown(row, &plans))
}

/// Sessions held from a day to another; this week's where they are absent.
pub async fn practice_sessions(
    store: &dyn Store,
    span: Option<(NaiveDate, NaiveDate)>,
    at: Timestamp,
) -> Result<Vec<PracticeSession>, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let week = ::practices::week_of(calendar.today);
    let (first, last) = span.unwrap_or((week.first, week.last));
    let days = (number_of(first), number_of(last));
    let plans = agreements(store).await?;
    let rows = store.practice_sessions(days).await?.into_iter();
    Ok(rows.map(|row| shown(row, &plans)).collect())
}

/// The plans of each session.
async fn agreements(store: &dyn Store) -> Result<BTreeMap<i64, Vec<i64>>, ApiError> {
    let mut of: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for plan in store.action_plans().await? {
        if let Some(session) = plan.plan.session {
            of.entry(session).or_default().push(plan.id);
        }
    }
    Ok(of)
}

fn shown(row: SessionRow, plans: &BTreeMap<i64, Vec<i64>>) -> PracticeSession {
    PracticeSession {
        id: row.session,
        version: row.version,
        at: row.at.as_millis(),
        by: row.by,
        practice: row.practice,
        role: row.role,
        leader: row.leader,
        day: day_of_number(row.day).to_string(),
        minutes: row.minutes,
        participants: row.participants,
        notes: row.notes,
        void: row.void,
        agreements: plans.get(&row.session).cloned().unwrap_or_default(),
    }
}

/// Sessions that were held, as they stand.
#[utoipa::path(get, path = "/api/v1/practices/sessions", tag = "practices", params(Span),
    responses((status = 200, body = [PracticeSession]), (status = 422, body = wire::Problem)))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(days): Query<Span>,
) -> Result<Json<Vec<PracticeSession>>, ApiError> {
    caller.supervisor()?;
    practice_sessions(app.store.as_ref(), days.read()?, now())
        .await
        .map(Json)
}

/// Write a session down with what was agreed in it. In the audit log.
#[utoipa::path(post, path = "/api/v1/practices/sessions", tag = "practices",
    request_body = PracticeSessionForm,
    responses((status = 201, body = PracticeSession), (status = 422, body = wire::Problem)))]
pub(crate) async fn record(
    caller: Caller,
    Json(form): Json<PracticeSessionForm>,
) -> Result<(StatusCode, Json<PracticeSession>), ApiError> {
    caller.supervisor()?;
    let store = caller.store.as_ref();
    let made = record_session(store, &form, &caller.user.name, now()).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Put a session right: another version is written, and the old one stays. In the audit log.
#[utoipa::path(patch, path = "/api/v1/practices/sessions/{id}", tag = "practices",
    request_body = PracticeSessionForm,
    responses((status = 200, body = PracticeSession), (status = 404, body = wire::Problem),
              (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn correct(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<PracticeSessionForm>,
) -> Result<Json<PracticeSession>, ApiError> {
    caller.supervisor()?;
    correct_session(caller.store.as_ref(), id, &form, now())
        .await
        .map(Json)
}
