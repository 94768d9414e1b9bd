//! Action plans and agreements: opened, for a target that was missed where there is one, followed up by steps, and late when
//! their day is over.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use ::practices::{Step, StepKind, standing};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use domain::{CampaignId, Timestamp};
use serde::Deserialize;
use store::{NewPlan, PlanRow, PlanStepRow, Store};
use utoipa::IntoParams;
use wire::{
    ActionPlan, ActionPlanForm, ActionPlanStep, ActionPlanStepForm, MissedTarget, MissedTargetForm,
};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::goals::number_of;
use crate::practices::{Calendar, day_of_number, read_day};

const WORDS_MAX: usize = 1_000;
const OWNER_MAX: usize = 80;
/// No plan is made for later: ten years.
const DAYS_AHEAD_MAX: u32 = 2_600;

/// A text of a form without what is around it, or what is wrong with it.
pub(crate) fn text(
    name: &str,
    text: &str,
    length: RangeInclusive<usize>,
) -> Result<String, ApiError> {
    let trimmed = text.trim();
    match length.contains(&trimmed.chars().count()) {
        true => Ok(trimmed.to_owned()),
        false => Err(ApiError::Invalid(format!(
            "`{name}` has {} to {} characters",
            length.start(),
            length.end()
        ))),
    }
}

/// A plan as a form has it, but for its session and target.
pub(crate) fn new_plan(
    calendar: &Calendar,
    form: &ActionPlanForm,
    at: Timestamp,
) -> Result<NewPlan, ApiError> {
    let due = due_of(calendar, form.due_on.as_deref(), form.in_days)?;
    Ok(NewPlan {
        words: text("words", &form.words, 1..=WORDS_MAX)?,
        owner: text("owner", &form.owner, 1..=OWNER_MAX)?,
        due: number_of(due),
        session: None,
        missed: None,
        at,
    })
}

/// A last day: a working one from today on, as a day or in working days.
fn due_of(
    calendar: &Calendar,
    on: Option<&str>,
    in_days: Option<u32>,
) -> Result<NaiveDate, ApiError> {
    let no = |words: String| Err(ApiError::Invalid(words));
    let today = calendar.today;
    let workdays = calendar.on(today)?.workdays();
    match (on, in_days) {
        (None, Some(days)) if days <= DAYS_AHEAD_MAX => {
            Ok(workdays.after(workdays.from(today), days))
        }
        (Some(text), None) => {
            let day = read_day(text)?;
            let next = workdays.from(day);
            match (day < today, day == next) {
                (true, _) => no(format!("{day} is over")),
                (false, false) => no(format!("{day} is no working day; the next is {next}")),
                (false, true) => Ok(day),
            }
        }
        _ => no("say by when: a working day as `due_on`, or working days as `in_days`".to_owned()),
    }
}

/// Opens a plan. For a target that was missed, its figure is computed now, and must be one that misses it.
pub async fn open_plan(
    store: &dyn Store,
    form: &ActionPlanForm,
    at: Timestamp,
) -> Result<ActionPlan, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let mut new = new_plan(&calendar, form, at)?;
    if let Some(session) = form.session {
        if store.practice_session(session).await?.is_empty() {
            return Err(ApiError::NotFound(format!("session {session}")));
        }
        new.session = Some(session);
    }
    if let Some(missed) = &form.missed {
        new.missed = Some(missed_target(store, missed, at).await?);
    }
    let id = store.open_plan(&new).await?;
    action_plan(store, id, at).await
}

async fn missed_target(
    store: &dyn Store,
    form: &MissedTargetForm,
    at: Timestamp,
) -> Result<store::MissedTarget, ApiError> {
    let campaign = find(store, CampaignId::new(form.campaign)).await?;
    let days = (read_day(&form.from)?, read_day(&form.to)?);
    let period = period_of(&campaign, days, at)?;
    let report = crate::kpis::report(store, campaign.id, &period).await?;
    let of = |kpi: &&wire::Kpi| {
        let indicator = kpi.id.split('.').next().unwrap_or_default();
        kpi.chosen && (indicator == form.indicator || kpi.id == form.indicator)
    };
    let no = |words: String| Err(ApiError::Conflict(words));
    let Some(found) = report.kpis.iter().find(of) else {
        let words = format!(
            "{} does not compare `{}`; see `cadencia kpi targets`",
            campaign.name, form.indicator
        );
        return no(words);
    };
    match (found.met, found.value, found.target) {
        (Some(false), Some(figure), Some(target)) => Ok(store::MissedTarget {
            campaign: campaign.id,
            variant: found.id.clone(),
            from: period.from,
            to: period.to,
            figure,
            target,
            definitions: report.definitions,
        }),
        (Some(true), _, _) => no(format!(
            "{} of {} was {} from {} to {}: its target is met",
            found.id, campaign.name, found.shown, form.from, form.to
        )),
        _ => no(format!(
            "{} of {} has no figure or no target from {} to {}",
            found.id, campaign.name, form.from, form.to
        )),
    }
}

/// Days as a period of a campaign, by its clock; what is still to come is left out.
pub(crate) fn period_of(
    campaign: &campaigns::Campaign,
    (first, last): (NaiveDate, NaiveDate),
    now: Timestamp,
) -> Result<kpi::Period, ApiError> {
    let pack = law::Pack::by_id(&campaign.law_pack);
    let pack = pack.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
    let next = last.succ_opt().unwrap_or(last);
    let (from, to) = (pack.begins(first), pack.begins(next).min(now));
    match from < to {
        true => Ok(kpi::Period::new(from, to)),
        false => Err(ApiError::Invalid(format!(
            "from {first} to {last} nothing has happened yet"
        ))),
    }
}

/// Adds a step to a plan.
pub async fn step_plan(
    store: &dyn Store,
    id: i64,
    form: &ActionPlanStepForm,
    at: Timestamp,
) -> Result<ActionPlan, ApiError> {
    let Some(kind) = StepKind::from_word(&form.kind) else {
        let words: Vec<_> = StepKind::ALL.iter().map(|kind| kind.word()).collect();
        return Err(ApiError::Invalid(format!(
            "`{}` is no step; use {}",
            form.kind,
            words.join(", ")
        )));
    };
    let calendar = Calendar::read(store, at).await?;
    let row = plan_row(store, id).await?;
    let stands = stands(&calendar, &row)?;
    if let Some(why) = stands.state.refuses(kind) {
        return Err(ApiError::Conflict(format!("plan {id}: {why}")));
    }
    let due = match kind {
        StepKind::Due => Some(due_of(&calendar, form.due_on.as_deref(), form.in_days)?),
        _ => None,
    };
    let owner = match kind {
        StepKind::Owner => Some(text(
            "owner",
            form.owner.as_deref().unwrap_or_default(),
            1..=OWNER_MAX,
        )?),
        _ => None,
    };
    let least = usize::from(matches!(kind, StepKind::Note | StepKind::Withdrawn));
    let new = PlanStepRow {
        at,
        by: String::new(),
        day: number_of(calendar.today),
        kind: kind.word().to_owned(),
        words: text("words", &form.words, least..=WORDS_MAX)?,
        due: due.map(number_of),
        owner,
    };
    let steps = u32::try_from(row.steps.len()).unwrap_or(u32::MAX);
    store.step_plan(id, steps, &new).await?;
    action_plan(store, id, at).await
}

async fn plan_row(store: &dyn Store, id: i64) -> Result<PlanRow, ApiError> {
    let row = store.action_plan(id).await?;
    row.ok_or_else(|| ApiError::NotFound(format!("plan {id}; see `cadencia plan list`")))
}

fn stands(calendar: &Calendar, row: &PlanRow) -> Result<::practices::PlanStanding, ApiError> {
    let step = |step: &PlanStepRow| {
        Some(Step {
            kind: StepKind::from_word(&step.kind)?,
            day: day_of_number(step.day),
            due: step.due.map(day_of_number),
            owner: step.owner.clone(),
        })
    };
    let steps: Vec<Step> = row.steps.iter().filter_map(step).collect();
    let workdays = calendar.on(calendar.today)?.workdays();
    let opened = (row.plan.owner.as_str(), day_of_number(row.plan.due));
    Ok(standing(opened, &steps, calendar.today, workdays))
}

/// One plan.
pub async fn action_plan(
    store: &dyn Store,
    id: i64,
    at: Timestamp,
) -> Result<ActionPlan, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let names = campaign_names(store).await?;
    shown(&calendar, &names, &plan_row(store, id).await?)
}

/// Plans; of those that are closed, only with `all`. Those due first come first.
pub async fn action_plans(
    store: &dyn Store,
    all: bool,
    at: Timestamp,
) -> Result<Vec<ActionPlan>, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let names = campaign_names(store).await?;
    let mut plans = Vec::new();
    for row in store.action_plans().await? {
        let plan = shown(&calendar, &names, &row)?;
        if all || plan.closed_on.is_none() {
            plans.push(plan);
        }
    }
    plans.sort_by(|a, b| (&a.due, a.id).cmp(&(&b.due, b.id)));
    Ok(plans)
}

async fn campaign_names(store: &dyn Store) -> Result<BTreeMap<CampaignId, String>, ApiError> {
    let campaigns = store.campaigns().await?.into_iter();
    Ok(campaigns.map(|it| (it.id, it.name)).collect())
}

fn shown(
    calendar: &Calendar,
    names: &BTreeMap<CampaignId, String>,
    row: &PlanRow,
) -> Result<ActionPlan, ApiError> {
    let stands = stands(calendar, row)?;
    let plan = &row.plan;
    let step = |step: &PlanStepRow| ActionPlanStep {
        at: step.at.as_millis(),
        by: step.by.clone(),
        kind: step.kind.clone(),
        words: step.words.clone(),
        due: step.due.map(|day| day_of_number(day).to_string()),
        owner: step.owner.clone(),
    };
    Ok(ActionPlan {
        id: row.id,
        at: plan.at.as_millis(),
        by: row.by.clone(),
        words: plan.words.clone(),
        owner: stands.owner,
        due: stands.due.to_string(),
        state: stands.state.word().to_owned(),
        days_late: stands.days_late,
        closed_on: stands.closed_on.map(|day| day.to_string()),
        session: plan.session,
        missed: plan.missed.as_ref().map(|it| missed_shown(names, it)),
        steps: row.steps.iter().map(step).collect(),
    })
}

fn missed_shown(
    names: &BTreeMap<CampaignId, String>,
    missed: &store::MissedTarget,
) -> MissedTarget {
    let name = names.get(&missed.campaign).cloned();
    MissedTarget {
        campaign: missed.campaign.get(),
        campaign_name: name.unwrap_or_else(|| missed.campaign.to_string()),
        variant: missed.variant.clone(),
        from: missed.from.as_millis(),
        to: missed.to.as_millis(),
        figure: missed.figure,
        figure_shown: kpi_shown(&missed.variant, missed.figure),
        target: missed.target,
        target_shown: kpi_shown(&missed.variant, missed.target),
        definitions: missed.definitions.clone(),
    }
}

/// A figure of an indicator as people read it.
pub(crate) fn kpi_shown(variant: &str, figure: f64) -> String {
    match kpi::Definition::of(variant) {
        Some(definition) => definition.unit.shown(figure, definition.decimals),
        None => kpi::half_up(figure, 2),
    }
}

/// Which plans.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Closed ones too.
    all: bool,
}

/// Plans and agreements that are open, those due first first.
#[utoipa::path(get, path = "/api/v1/action-plans", tag = "practices", params(Wanted),
    responses((status = 200, body = [ActionPlan])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<ActionPlan>>, ApiError> {
    caller.supervisor()?;
    action_plans(app.store.as_ref(), wanted.all, now())
        .await
        .map(Json)
}

/// One, with its steps.
#[utoipa::path(get, path = "/api/v1/action-plans/{id}", tag = "practices",
    responses((status = 200, body = ActionPlan), (status = 404, body = wire::Problem)))]
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<ActionPlan>, ApiError> {
    caller.supervisor()?;
    action_plan(app.store.as_ref(), id, now()).await.map(Json)
}

/// Open a plan; for a target that a campaign missed, its figure is taken now. In the audit log.
#[utoipa::path(post, path = "/api/v1/action-plans", tag = "practices", request_body = ActionPlanForm,
    responses((status = 201, body = ActionPlan), (status = 409, body = wire::Problem),
              (status = 422, body = wire::Problem)))]
pub(crate) async fn open(
    caller: Caller,
    Json(form): Json<ActionPlanForm>,
) -> Result<(StatusCode, Json<ActionPlan>), ApiError> {
    caller.supervisor()?;
    let made = open_plan(caller.store.as_ref(), &form, now()).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Follow a plan up, move or hand it on, close or reopen it. In the audit log.
#[utoipa::path(post, path = "/api/v1/action-plans/{id}/steps", tag = "practices",
    request_body = ActionPlanStepForm,
    responses((status = 200, body = ActionPlan), (status = 404, body = wire::Problem),
              (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn step(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<ActionPlanStepForm>,
) -> Result<Json<ActionPlan>, ApiError> {
    caller.supervisor()?;
    step_plan(caller.store.as_ref(), id, &form, now())
        .await
        .map(Json)
}
