//! Reports by schedule: made by administrators, for places that the configuration names. They are carried out by the server
//! (`delivery`), which also takes what is asked for here.

use ::schedules::{Clockwork, Format, Period, Report, ScheduleId};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use delivery::{PlaceKind, Places};
use domain::Timestamp;
use law::Pack;
use serde::Deserialize;
use store::{NewRun, RunRow, RunState, Store};
use utoipa::IntoParams;
use wire::{Schedule, ScheduleForm, ScheduleRun};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// Longest name, in characters.
const NAME_MAX: usize = 100;
/// Most runs in an answer.
const RUNS_MAX: u32 = 1_000;

/// Every schedule, with when it is due next.
#[utoipa::path(get, path = "/api/v1/schedules", tag = "schedules", responses((status = 200, body = [Schedule])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<Schedule>>, ApiError> {
    caller.supervisor()?;
    schedules(app.store.as_ref(), &app.places, now())
        .await
        .map(Json)
}

/// Make a schedule. In the audit log.
#[utoipa::path(post, path = "/api/v1/schedules", tag = "schedules", request_body = ScheduleForm,
    responses((status = 201, body = Schedule), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<ScheduleForm>,
) -> Result<(StatusCode, Json<Schedule>), ApiError> {
    caller.admin()?;
    let made = add_schedule(caller.store.as_ref(), &app.places, &form, now()).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Remove a schedule; its runs stay. In the audit log.
#[utoipa::path(delete, path = "/api/v1/schedules/{id}", tag = "schedules", responses((status = 204)))]
pub(crate) async fn remove(caller: Caller, Path(id): Path<i64>) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    caller.store.remove_schedule(ScheduleId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have a schedule run now, of the days it would be due for today. In the audit log.
#[utoipa::path(post, path = "/api/v1/schedules/{id}/run", tag = "schedules",
    responses((status = 202, body = ScheduleRun), (status = 404, body = wire::Problem)))]
pub(crate) async fn run(
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<(StatusCode, Json<ScheduleRun>), ApiError> {
    caller.admin()?;
    let by = caller.user.name.clone();
    let run = ask_run(caller.store.as_ref(), ScheduleId(id), by, now()).await?;
    Ok((StatusCode::ACCEPTED, Json(run_shown(&run))))
}

/// Which runs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of this schedule.
    schedule: Option<i64>,
    /// `waiting`, `running`, `arrived` or `dead`.
    state: Option<String>,
    /// At most so many, 100 when absent.
    limit: Option<u32>,
}

/// Runs of schedules, the newest first: those that are dead wait for somebody to redeliver them.
#[utoipa::path(get, path = "/api/v1/schedule-runs", tag = "schedules", params(Wanted),
    responses((status = 200, body = [ScheduleRun])))]
pub(crate) async fn runs(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<ScheduleRun>>, ApiError> {
    caller.supervisor()?;
    let state = wanted.state.as_deref().map(run_state).transpose()?;
    let limit = wanted.limit.unwrap_or(100).clamp(1, RUNS_MAX);
    let schedule = wanted.schedule.map(ScheduleId);
    let rows = app.store.runs(schedule, state, limit).await?;
    Ok(Json(rows.iter().map(run_shown).collect()))
}

/// Have a dead run tried again: the same file, under the same key. In the audit log.
#[utoipa::path(post, path = "/api/v1/schedule-runs/{id}/redeliver", tag = "schedules",
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn redeliver(caller: Caller, Path(id): Path<i64>) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    caller.store.revive_run(id, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every schedule, in public words.
pub async fn schedules(
    store: &dyn Store,
    places: &Places,
    now: Timestamp,
) -> Result<Vec<Schedule>, ApiError> {
    let campaigns = store.campaigns().await?;
    let schedules = store.schedules().await?;
    let pack = |schedule: &::schedules::Schedule| {
        let campaign = campaigns.iter().find(|it| it.id == schedule.campaign)?;
        Pack::by_id(&campaign.law_pack).ok()
    };
    let shown = schedules
        .iter()
        .map(|it| schedule_shown(it, pack(it).as_ref(), places, now));
    Ok(shown.collect())
}

/// Checks a schedule and makes it. What was due before now is not made good.
pub async fn add_schedule(
    store: &dyn Store,
    places: &Places,
    form: &ScheduleForm,
    now: Timestamp,
) -> Result<Schedule, ApiError> {
    let campaigns = store.campaigns().await?;
    let campaign = campaigns.iter().find(|it| it.name == form.campaign);
    let campaign =
        campaign.ok_or_else(|| ApiError::NotFound(format!("campaign {}", form.campaign)))?;
    let report = known("report", &form.report, Report::from_word, || {
        words(Report::ALL.map(Report::word))
    })?;
    let usual = report.formats().first().copied().unwrap_or(Format::Csv);
    let format = form.format.as_deref().map(|word| {
        known("format", word, Format::from_word, || {
            words(report.formats().iter().map(|it| it.word()))
        })
    });
    let period = form.period.as_deref().map(|word| {
        known("period", word, Period::from_word, || {
            words(Period::ALL.map(Period::word))
        })
    });
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let words = format!("name: 1 to {NAME_MAX} characters");
        return Err(ApiError::Invalid(words));
    }
    let mut schedule = ::schedules::Schedule {
        id: ScheduleId(0),
        name: name.to_owned(),
        campaign: campaign.id,
        report,
        format: format.transpose()?.unwrap_or(usual),
        period: period.transpose()?.unwrap_or(Period::Yesterday),
        cron: form.cron.trim().to_owned(),
        zone: form.zone.clone(),
        business_days: form.business_days,
        place: form.place.clone(),
        clear: form.clear,
        since: now,
    };
    let pack = Pack::by_id(&campaign.law_pack);
    let pack = pack.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
    let invalid = |problem: ::schedules::ScheduleError| ApiError::Invalid(problem.to_string());
    schedule.check_format().map_err(invalid)?;
    Clockwork::of(&schedule, &pack).map_err(invalid)?;
    check_place(&schedule, places)?;
    schedule.id = store.put_schedule(&schedule).await?;
    Ok(schedule_shown(&schedule, Some(&pack), places, now))
}

fn check_place(schedule: &::schedules::Schedule, places: &Places) -> Result<(), ApiError> {
    let Some(place) = places.get(&schedule.place) else {
        let known = words(places.named.iter().map(|(name, _)| name.as_str()));
        return Err(ApiError::Invalid(format!(
            "the configuration has no place `{}`; use one of: {known}, or add it under [delivery]",
            schedule.place
        )));
    };
    if schedule.report.is_folder() && place.kind() != PlaceKind::Folder {
        let words = format!("{} goes to a folder alone", schedule.report.word());
        return Err(ApiError::Invalid(words));
    }
    Ok(())
}

fn known<T>(
    what: &str,
    word: &str,
    read: fn(&str) -> Option<T>,
    known: impl Fn() -> String,
) -> Result<T, ApiError> {
    read(word)
        .ok_or_else(|| ApiError::Invalid(format!("`{word}` is no {what}; use one of: {}", known())))
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

/// Has a schedule run now.
pub async fn ask_run(
    store: &dyn Store,
    schedule: ScheduleId,
    by: String,
    now: Timestamp,
) -> Result<RunRow, ApiError> {
    let new = NewRun {
        schedule,
        due_at: now,
        missed: 0,
        asked_by: Some(by),
        at: now,
    };
    let id = store.put_run(&new).await?;
    let runs = store.runs(Some(schedule), None, RUNS_MAX).await?;
    let run = runs.into_iter().find(|run| Some(run.id) == id);
    run.ok_or_else(|| ApiError::Conflict("the run is not there; try again".to_owned()))
}

/// The state of a word.
pub fn run_state(word: &str) -> Result<RunState, ApiError> {
    let mut states = RunState::ALL.into_iter();
    states.find(|state| state.word() == word).ok_or_else(|| {
        let all = words(RunState::ALL.map(RunState::word));
        ApiError::Invalid(format!("`{word}` is no state; use one of: {all}"))
    })
}

fn schedule_shown(
    schedule: &::schedules::Schedule,
    pack: Option<&Pack>,
    places: &Places,
    now: Timestamp,
) -> Schedule {
    let clockwork = pack.and_then(|pack| Clockwork::of(schedule, pack).ok());
    let next = clockwork.as_ref().and_then(|clockwork| clockwork.next(now));
    let zone = clockwork.map_or(String::new(), |clockwork| clockwork.zone().to_owned());
    let place = places.get(&schedule.place);
    Schedule {
        id: schedule.id.0,
        name: schedule.name.clone(),
        campaign: schedule.campaign.get(),
        report: schedule.report.word().to_owned(),
        format: schedule.format.word().to_owned(),
        period: schedule.period.word().to_owned(),
        cron: schedule.cron.clone(),
        zone,
        business_days: schedule.business_days,
        place: schedule.place.clone(),
        place_kind: place.map(|place| place.kind().word().to_owned()),
        clear: schedule.clear,
        next_at: next.map(Timestamp::as_millis),
    }
}

/// A run in public words.
pub fn run_shown(run: &RunRow) -> ScheduleRun {
    let made = run.made.as_ref();
    let waits = run.state == RunState::Waiting;
    ScheduleRun {
        id: run.id,
        schedule: run.schedule.0,
        due_at: run.due_at.as_millis(),
        missed: run.missed,
        asked_by: run.asked_by.clone(),
        state: run.state.word().to_owned(),
        tries: run.tries,
        next_at: waits.then(|| run.next_at.as_millis()),
        fault: run.fault.clone(),
        file: made.map(|made| made.file_name.clone()),
        sha256: made.map(|made| made.sha256.clone()),
        bytes: made.map(|made| made.bytes),
        ended_at: run.ended_at.map(Timestamp::as_millis),
    }
}
