//! The practices of an installation: what is in force, what is due, and how far each role adheres. Sessions, plans and the
//! sheet are in the files beside.

use ::practices::{
    Adherence, Edition, Held, Item, Model, Role, adherence, agenda as due_in, week_of,
};
use axum::Json;
use axum::extract::{Query, State};
use chrono::{Days, NaiveDate};
use domain::Timestamp;
use law::Pack;
use serde::Deserialize;
use store::{PracticeModelRow, SessionRow, Store};
use utoipa::IntoParams;
use wire::{Practice, PracticeAdherence, PracticeDue, PracticeModel, PracticeOwner};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::goals::number_of;

/// Longest span that is asked for at once.
const SPAN_DAYS_MAX: i64 = 400;
/// Longest reason of a version.
const NOTE_MAX: usize = 500;
/// Longest text of a version.
const MODEL_BYTES_MAX: usize = 64 * 1024;

/// The versions of the practices, and which day it is by them.
pub(crate) struct Calendar {
    pub(crate) editions: Vec<Edition>,
    pub(crate) today: NaiveDate,
}

impl Calendar {
    pub(crate) async fn read(store: &dyn Store, at: Timestamp) -> Result<Calendar, ApiError> {
        let mut editions = vec![edition(NaiveDate::MIN, Model::house())?];
        for row in store.practice_models().await? {
            let model = Model::read(&row.text).map_err(ApiError::internal)?;
            let since = pack_of(&model)?.today(row.at).unwrap_or_default();
            editions.push(edition(since, model)?);
        }
        let last = editions.last().map(|edition| edition.pack.today(at));
        Ok(Calendar {
            today: last.flatten().unwrap_or_default(),
            editions,
        })
    }

    /// The version in force on a day.
    pub(crate) fn on(&self, day: NaiveDate) -> Result<&Edition, ApiError> {
        let edition = Edition::on(&self.editions, day);
        edition.ok_or_else(|| ApiError::NotFound(format!("practice on {day}")))
    }

    /// The name of a practice, in the newest version that has it.
    pub(crate) fn name_of<'a>(&'a self, key: &'a str) -> &'a str {
        let mut newest = self.editions.iter().rev();
        let found = newest.find_map(|edition| edition.model.practice(key));
        found.map_or(key, |practice| practice.name.es.as_str())
    }
}

fn edition(since: NaiveDate, model: Model) -> Result<Edition, ApiError> {
    Ok(Edition {
        since,
        pack: pack_of(&model)?,
        model,
    })
}

fn pack_of(model: &Model) -> Result<Pack, ApiError> {
    Pack::by_id(&model.pack).map_err(|problem| ApiError::Invalid(problem.to_string()))
}

/// The day that the record counts so.
pub(crate) fn day_of_number(number: i64) -> NaiveDate {
    NaiveDate::default()
        .checked_add_signed(chrono::Duration::days(number))
        .unwrap_or_default()
}

/// A day as somebody writes it.
pub(crate) fn read_day(text: &str) -> Result<NaiveDate, ApiError> {
    match crate::goals::day_of(text) {
        Some(number) => Ok(day_of_number(number)),
        None => Err(ApiError::Invalid(crate::goals::no_day(text))),
    }
}

/// The practices in force.
pub async fn practices(store: &dyn Store, at: Timestamp) -> Result<Vec<Practice>, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let model = &calendar.on(calendar.today)?.model;
    let owner = |owner: &::practices::Owner| PracticeOwner {
        role: owner.role.word().to_owned(),
        times: owner.times,
        leaders: model
            .leaders_in(owner.role)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    };
    let shown = |practice: &::practices::Practice| Practice {
        key: practice.key.clone(),
        name: practice.name.es.clone(),
        name_en: practice.name.en.clone(),
        every: practice.every.word().to_owned(),
        minutes: practice.minutes,
        owners: practice.owners.iter().map(owner).collect(),
    };
    Ok(model.practices.iter().map(shown).collect())
}

/// The versions of the practices, the newest first, the house's last.
pub async fn practice_models(store: &dyn Store) -> Result<Vec<PracticeModel>, ApiError> {
    let rows = store.practice_models().await?.into_iter().rev();
    let mut versions: Vec<_> = rows
        .map(|row| PracticeModel {
            version: row.version,
            at: Some(row.at.as_millis()),
            by: row.by,
            note: row.note,
            text: row.text,
        })
        .collect();
    versions.push(PracticeModel {
        version: 0,
        at: None,
        by: String::new(),
        note: String::new(),
        text: ::practices::HOUSE.to_owned(),
    });
    Ok(versions)
}

/// Puts practices into force; `check` only says what is wrong with them.
pub async fn put_practice_model(
    store: &dyn Store,
    (text, note): (&str, &str),
    check: bool,
    at: Timestamp,
) -> Result<PracticeModel, ApiError> {
    let invalid = |words: String| ApiError::Invalid(words);
    if text.len() > MODEL_BYTES_MAX {
        return Err(invalid("the text has 64 KiB at most".to_owned()));
    }
    if note.chars().count() > NOTE_MAX {
        return Err(invalid("the note has 500 characters at most".to_owned()));
    }
    Model::read(text).map_err(|problem| invalid(problem.to_string()))?;
    let mut put = PracticeModel {
        version: 0,
        at: Some(at.as_millis()),
        by: String::new(),
        note: note.to_owned(),
        text: text.to_owned(),
    };
    if !check {
        let row = PracticeModelRow {
            version: 0,
            at,
            by: String::new(),
            note: note.to_owned(),
            text: text.to_owned(),
        };
        put.version = store.put_practice_model(&row).await?;
    }
    Ok(put)
}

/// What is due in a span, and the sessions that were held in its cycles.
pub(crate) async fn due(
    store: &dyn Store,
    calendar: &Calendar,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<(Vec<Item>, Vec<SessionRow>), ApiError> {
    let days = (last - first).num_days();
    if !(0..SPAN_DAYS_MAX).contains(&days) {
        return Err(ApiError::Invalid(format!(
            "from {first} to {last} is no span of 1 to {SPAN_DAYS_MAX} days"
        )));
    }
    // A half year that ends in the span began up to 184 days before; one that ends after it is not due in it.
    let from = number_of(first) - 184;
    let sessions = store
        .practice_sessions((from, number_of(last) + 31))
        .await?;
    let held: Vec<Held> = sessions.iter().filter_map(held).collect();
    let items = due_in(&calendar.editions, &held, (first, last), calendar.today);
    Ok((items, sessions))
}

fn held(row: &SessionRow) -> Option<Held> {
    Some(Held {
        practice: row.practice.clone(),
        role: Role::from_word(&row.role)?,
        leader: row.leader.clone(),
        day: day_of_number(row.day),
    })
}

/// What is due from a day to another, both included; this week where they are absent.
pub async fn practice_agenda(
    store: &dyn Store,
    span: Option<(NaiveDate, NaiveDate)>,
    at: Timestamp,
) -> Result<Vec<PracticeDue>, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let this_week = week_of(calendar.today);
    let span = span.unwrap_or((this_week.first, this_week.last));
    let (items, _) = due(store, &calendar, span).await?;
    Ok(items
        .iter()
        .map(|item| due_shown(&calendar, item))
        .collect())
}

fn due_shown(calendar: &Calendar, item: &Item) -> PracticeDue {
    PracticeDue {
        practice: item.practice.clone(),
        name: calendar.name_of(&item.practice).to_owned(),
        every: item.every.word().to_owned(),
        minutes: item.minutes,
        role: item.role.word().to_owned(),
        leader: item.leader.clone(),
        from: item.cycle.first.to_string(),
        to: item.cycle.last.to_string(),
        due: item.due.to_string(),
        goal: item.goal,
        done: item.done,
        state: item.state.word().to_owned(),
    }
}

/// Adherence of each week that a span touches, by role and of all roles.
pub async fn practice_adherence(
    store: &dyn Store,
    span: Option<(NaiveDate, NaiveDate)>,
    at: Timestamp,
) -> Result<Vec<PracticeAdherence>, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let span = span.unwrap_or((calendar.today, calendar.today));
    let (first, last) = (week_of(span.0).first, week_of(span.1).last);
    let (items, _) = due(store, &calendar, (first, last)).await?;
    let mut told = Vec::new();
    for monday in first.iter_days().step_by(7).take_while(|day| *day <= last) {
        let week = (monday, monday + Days::new(6));
        told.extend(adherence_shown(&items, week));
    }
    Ok(told)
}

/// Of what is due in a time, by role and of all roles.
pub(crate) fn adherence_shown(
    items: &[Item],
    (first, last): (NaiveDate, NaiveDate),
) -> Vec<PracticeAdherence> {
    let within = items
        .iter()
        .filter(|item| (first..=last).contains(&item.due));
    let within: Vec<Item> = within.cloned().collect();
    let (by_role, all) = adherence(&within);
    let shown = |role: Option<Role>, sum: &Adherence| PracticeAdherence {
        from: first.to_string(),
        to: last.to_string(),
        role: role.map(|role| role.word().to_owned()),
        goal: sum.goal,
        done: sum.done,
        missed: sum.missed,
        left: sum.left,
        share: sum.share(),
        shown: sum.share().map_or_else(
            || "s/d".to_owned(),
            |share| format!("{} %", kpi::half_up(100.0 * share, 1)),
        ),
    };
    let mut told: Vec<_> = by_role
        .iter()
        .map(|(role, sum)| shown(Some(*role), sum))
        .collect();
    told.push(shown(None, &all));
    told
}

/// Which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Span {
    /// From this day on, as 2026-12-01; this week when absent.
    from: Option<String>,
    /// Until this day, included.
    to: Option<String>,
}

impl Span {
    pub(crate) fn read(&self) -> Result<Option<(NaiveDate, NaiveDate)>, ApiError> {
        match (&self.from, &self.to) {
            (None, None) => Ok(None),
            (Some(from), None) => read_day(from).map(|day| Some((day, day + Days::new(6)))),
            (None, Some(to)) => read_day(to).map(|day| Some((day - Days::new(6), day))),
            (Some(from), Some(to)) => Ok(Some((read_day(from)?, read_day(to)?))),
        }
    }
}

/// The practices in force.
#[utoipa::path(get, path = "/api/v1/practices", tag = "practices",
    responses((status = 200, body = [Practice])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<Practice>>, ApiError> {
    caller.supervisor()?;
    practices(app.store.as_ref(), now()).await.map(Json)
}

/// The versions of the practices, the newest first. The house's own is version 0.
#[utoipa::path(get, path = "/api/v1/practices/model", tag = "practices",
    responses((status = 200, body = [PracticeModel])))]
pub(crate) async fn models(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<PracticeModel>>, ApiError> {
    caller.supervisor()?;
    practice_models(app.store.as_ref()).await.map(Json)
}

/// How practices are put into force.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Put {
    /// Why they are changed.
    note: String,
    /// Only say what is wrong with them.
    check: bool,
}

/// Put practices into force: TOML. Everything that is wrong with it is told at once. Past cycles keep the version they were due
/// under. In the audit log.
#[utoipa::path(put, path = "/api/v1/practices/model", tag = "practices", params(Put),
    request_body(content = String, content_type = "application/toml"),
    responses((status = 200, body = PracticeModel), (status = 422, body = wire::Problem)))]
pub(crate) async fn put_model(
    caller: Caller,
    Query(put): Query<Put>,
    text: String,
) -> Result<Json<PracticeModel>, ApiError> {
    caller.admin()?;
    let store = caller.store.as_ref();
    put_practice_model(store, (&text, &put.note), put.check, now())
        .await
        .map(Json)
}

/// What is due in a span, what of it was held and what missed.
#[utoipa::path(get, path = "/api/v1/practices/agenda", tag = "practices", params(Span),
    responses((status = 200, body = [PracticeDue]), (status = 422, body = wire::Problem)))]
pub(crate) async fn agenda(
    State(app): State<App>,
    caller: Caller,
    Query(days): Query<Span>,
) -> Result<Json<Vec<PracticeDue>>, ApiError> {
    caller.supervisor()?;
    practice_agenda(app.store.as_ref(), days.read()?, now())
        .await
        .map(Json)
}

/// Adherence by week and role: what was held of what was to be held by now.
#[utoipa::path(get, path = "/api/v1/practices/adherence", tag = "practices", params(Span),
    responses((status = 200, body = [PracticeAdherence]), (status = 422, body = wire::Problem)))]
pub(crate) async fn adhered(
    State(app): State<App>,
    caller: Caller,
    Query(days): Query<Span>,
) -> Result<Json<Vec<PracticeAdherence>>, ApiError> {
    caller.supervisor()?;
    practice_adherence(app.store.as_ref(), days.read()?, now())
        .await
        .map(Json)
}
