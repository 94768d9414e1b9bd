//! Campaigns: set up by administrators, started and stopped by supervisors.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use campaigns::{Campaign, CampaignHours};
use domain::{CampaignId, CampaignState, DialMode, PhoneNumber, Rate, parse_span};
use law::{Pack, Purpose};
use store::Store;
use wire::CampaignForm;

use crate::App;
use crate::auth::{Caller, now};
use crate::caller_ids;
use crate::error::ApiError;
use crate::recording_rules;
use crate::trunks::set;

/// Every campaign.
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "campaigns", responses((status = 200, body = [wire::Campaign])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<wire::Campaign>>, ApiError> {
    caller.supervisor()?;
    let mut shown = Vec::new();
    for campaign in app.store.campaigns().await? {
        shown.push(campaign_shown(app.store.as_ref(), &campaign).await?);
    }
    Ok(Json(shown))
}

/// Make a campaign.
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "campaigns", request_body = CampaignForm,
    responses((status = 201, body = wire::Campaign), (status = 422, body = wire::Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<CampaignForm>,
) -> Result<(StatusCode, Json<wire::Campaign>), ApiError> {
    caller.admin()?;
    let mut campaign = Campaign::new(CampaignId::new(0), "");
    apply_campaign(app.store.as_ref(), &form, &mut campaign).await?;
    campaign.id = caller.store.put_campaign(&campaign).await?;
    app.control.config_changed();
    let shown = campaign_shown(app.store.as_ref(), &campaign).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Change a campaign.
#[utoipa::path(patch, path = "/api/v1/campaigns/{id}", tag = "campaigns", request_body = CampaignForm,
    responses((status = 200, body = wire::Campaign), (status = 404, body = wire::Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<CampaignForm>,
) -> Result<Json<wire::Campaign>, ApiError> {
    caller.admin()?;
    let mut campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    apply_campaign(app.store.as_ref(), &form, &mut campaign).await?;
    caller.store.put_campaign(&campaign).await?;
    app.control.config_changed();
    Ok(Json(campaign_shown(app.store.as_ref(), &campaign).await?))
}

/// Remove a campaign that is stopped; its attempts stay.
#[utoipa::path(delete, path = "/api/v1/campaigns/{id}", tag = "campaigns",
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    if matches!(
        campaign.state,
        CampaignState::Running | CampaignState::Paused
    ) {
        return Err(ApiError::Conflict(
            "the campaign is not stopped; stop it before removing it".to_owned(),
        ));
    }
    caller.store.remove_campaign(campaign.id).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

macro_rules! orders {
    ($($(#[$doc:meta])* $name:ident, $path:literal, $state:expr;)*) => {$(
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "campaigns",
            responses((status = 204), (status = 409, body = wire::Problem)))]
        pub(crate) async fn $name(
            State(app): State<App>,
            caller: Caller,
            Path(id): Path<i64>,
        ) -> Result<StatusCode, ApiError> {
            caller.supervisor()?;
            let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
            if $state == CampaignState::Running {
                check_start(app.store.as_ref(), &campaign).await?;
            }
            caller.store.set_campaign_state(campaign.id, $state).await?;
            app.control.config_changed();
            Ok(StatusCode::NO_CONTENT)
        }
    )*};
}

orders! {
    /// Start dialing.
    start, "/api/v1/campaigns/{id}/start", CampaignState::Running;
    /// No new calls; live ones go on.
    pause, "/api/v1/campaigns/{id}/pause", CampaignState::Paused;
    /// Stop.
    stop, "/api/v1/campaigns/{id}/stop", CampaignState::Stopped;
}

pub(crate) async fn find(store: &dyn Store, id: CampaignId) -> Result<Campaign, ApiError> {
    let campaigns = store.campaigns().await?;
    campaigns
        .into_iter()
        .find(|campaign| campaign.id == id)
        .ok_or_else(|| ApiError::NotFound(format!("campaign {id}")))
}

/// What must be there before anyone is called; says what to do next.
pub async fn check_start(store: &dyn Store, campaign: &Campaign) -> Result<(), ApiError> {
    let no = |words: &str| Err(ApiError::Conflict(format!("campaign not started: {words}")));
    if store.holds_past(campaign.id).await? {
        return no(
            "it holds the history of another system and is never dialed; make a campaign of its own over the list",
        );
    }
    if campaign.lists.is_empty() {
        return no("it has no list; load one and name it in `lists`");
    }
    if campaign.trunks.is_empty() && campaign.routes.is_empty() {
        return no("it has no trunk; make one and name it in `trunks`, or name a plan in `routes`");
    }
    if campaign.caller_ids.is_empty() {
        return no("it has no caller id; give one in `caller_ids`");
    }
    check_law(store, campaign).await?;
    check_registers(store, campaign).await
}

/// Registers that the law demands were consulted lately.
async fn check_registers(store: &dyn Store, campaign: &Campaign) -> Result<(), ApiError> {
    let pack = Pack::by_id(&campaign.law_pack).map_err(|e| ApiError::Invalid(e.to_string()))?;
    let known = store.registers().await?;
    match pack.registers_consulted(Purpose::Commercial, &known, now()) {
        Ok(()) => Ok(()),
        Err(refusal) => Err(ApiError::Conflict(format!(
            "campaign not started: {} ({}, {}); see `cadencia register status`",
            refusal.words, refusal.rule, refusal.pack
        ))),
    }
}

/// A pack for the laboratory binds only while no call can leave the machine.
async fn check_law(store: &dyn Store, campaign: &Campaign) -> Result<(), ApiError> {
    let pack = Pack::by_id(&campaign.law_pack).map_err(|e| ApiError::Invalid(e.to_string()))?;
    if !pack.loopback_only() {
        return Ok(());
    }
    let elsewhere = store.trunks().await?.into_iter().find(|trunk| {
        let address = trunk.host.parse::<std::net::IpAddr>();
        !address.is_ok_and(|address| address.is_loopback())
    });
    match elsewhere {
        None => Ok(()),
        Some(trunk) => Err(ApiError::Invalid(format!(
            "the law pack `{}` binds only while every trunk is a loopback address; `{}` is not",
            campaign.law_pack, trunk.name
        ))),
    }
}

/// Puts a form into a campaign, checking every setting and name.
pub async fn apply_campaign(
    store: &dyn Store,
    form: &CampaignForm,
    campaign: &mut Campaign,
) -> Result<(), ApiError> {
    set(&mut campaign.name, &form.name);
    if let Some(mode) = &form.mode {
        campaign.mode = DialMode::from_word(mode).ok_or_else(|| {
            ApiError::Invalid(format!("`{mode}` is no mode; use {}", DialMode::WORDS))
        })?;
    }
    set(&mut campaign.power_ratio, &form.power_ratio);
    if let Some(lines) = form.lines_max {
        campaign.lines_max = (lines > 0).then_some(lines);
    }
    set(
        &mut campaign.attempts_per_contact_max,
        &form.attempts_per_contact_max,
    );
    set(
        &mut campaign.attempts_per_phone_max,
        &form.attempts_per_phone_max,
    );
    span(
        &mut campaign.ring_timeout,
        "ring_timeout",
        &form.ring_timeout,
    )?;
    span(&mut campaign.wrap_up, "wrap_up", &form.wrap_up)?;
    span(
        &mut campaign.abandon_wait,
        "abandon_wait",
        &form.abandon_wait,
    )?;
    span(&mut campaign.call_max, "call_max", &form.call_max)?;
    rate(
        &mut campaign.abandon_limit,
        "abandon_limit",
        &form.abandon_limit,
    )?;
    rate(
        &mut campaign.abandon_target,
        "abandon_target",
        &form.abandon_target,
    )?;
    contact_limits(form, campaign)?;
    calling_again(form, campaign)?;
    let mut sure = campaign.abandon_sure.unwrap_or_default();
    rate(&mut sure, "abandon_sure", &form.abandon_sure)?;
    campaign.abandon_sure = (sure > Rate::ZERO).then_some(sure);
    set(&mut campaign.law_pack, &form.law_pack);
    if let Some(numbers) = &form.caller_ids {
        campaign.caller_ids = numbers
            .iter()
            .map(|n| caller_id(n))
            .collect::<Result<_, _>>()?;
    }
    if let Some(names) = &form.lists {
        let lists = store.lists().await?;
        campaign.lists = by_name("list", names, |name| {
            lists.iter().find(|list| list.name == name).map(|l| l.id)
        })?;
    }
    if let Some(names) = &form.trunks {
        let trunks = store.trunks().await?;
        campaign.trunks = by_name("trunk", names, |name| {
            trunks.iter().find(|trunk| trunk.name == name).map(|t| t.id)
        })?;
    }
    if let Some(name) = &form.routes {
        let plans = store.route_plans().await?;
        let plan = plans.into_iter().find(|plan| plan.name == *name);
        if plan.is_none() && !name.is_empty() {
            return Err(ApiError::Invalid(format!(
                "there is no route plan named `{name}`"
            )));
        }
        campaign.route_plan = plan.as_ref().map(|plan| plan.id);
        campaign.routes = plan.map(|plan| plan.routes).unwrap_or_default();
    }
    caller_ids::apply(form, campaign)?;
    recording_rules::apply(form, campaign)?;
    campaign
        .check()
        .map_err(|problem| ApiError::Invalid(problem.to_string()))?;
    check_law(store, campaign).await
}

/// How often one person is called; 0 takes a limit away.
fn contact_limits(form: &CampaignForm, campaign: &mut Campaign) -> Result<(), ApiError> {
    let limits = &mut campaign.contact_limits;
    if let Some(calls) = form.person_calls_per_day {
        limits.per_day = (calls > 0).then_some(calls);
    }
    if let Some(calls) = form.person_calls_per_week {
        limits.per_week = (calls > 0).then_some(calls);
    }
    if let Some(attempts) = form.person_calls_per_base {
        limits.per_base = (attempts > 0).then_some(attempts);
    }
    let mut gap = limits.gap.unwrap_or_default();
    span(&mut gap, "person_gap", &form.person_gap)?;
    limits.gap = (!gap.is_zero()).then_some(gap);
    Ok(())
}

/// When people are called again, and until when what was said of calls may be changed.
fn calling_again(form: &CampaignForm, campaign: &mut Campaign) -> Result<(), ApiError> {
    if let Some(parts) = &form.hours {
        let hours = CampaignHours::read(parts);
        campaign.hours = hours.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
    }
    span(
        &mut campaign.callback_kept,
        "callback_kept",
        &form.callback_kept,
    )?;
    span(
        &mut campaign.correct_within,
        "correct_within",
        &form.correct_within,
    )?;
    let within = &form.supervisor_corrects_within;
    span(
        &mut campaign.supervisor_corrects_within,
        "supervisor_corrects_within",
        within,
    )
}

pub(crate) fn caller_id(text: &str) -> Result<PhoneNumber, ApiError> {
    PhoneNumber::from_e164(text).map_err(|_| {
        ApiError::Invalid(format!(
            "the caller id `{text}` is no number in E.164, such as +576015550100"
        ))
    })
}

/// Ids of names, or which name is unknown.
pub(crate) fn by_name<T>(
    what: &str,
    names: &[String],
    id: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ApiError> {
    let known = |name: &String| {
        id(name).ok_or_else(|| ApiError::Invalid(format!("there is no {what} named `{name}`")))
    };
    names.iter().map(known).collect()
}

fn span(setting: &mut Duration, name: &str, form: &Option<String>) -> Result<(), ApiError> {
    if let Some(text) = form {
        *setting =
            parse_span(text).map_err(|problem| ApiError::Invalid(format!("{name}: {problem}")))?;
    }
    Ok(())
}

pub(crate) fn rate(setting: &mut Rate, name: &str, form: &Option<String>) -> Result<(), ApiError> {
    if let Some(text) = form {
        *setting = text.parse().map_err(|problem: domain::InvalidRate| {
            ApiError::Invalid(format!("{name}: {problem}"))
        })?;
    }
    Ok(())
}

/// A campaign in public words.
pub async fn campaign_shown(
    store: &dyn Store,
    campaign: &Campaign,
) -> Result<wire::Campaign, ApiError> {
    let (lists, trunks) = (store.lists().await?, store.trunks().await?);
    let list = |id| {
        lists
            .iter()
            .find(|list| list.id == id)
            .map(|l| l.name.clone())
    };
    let trunk = |id| trunks.iter().find(|t| t.id == id).map(|t| t.name.clone());
    let routes = match campaign.route_plan {
        Some(id) => {
            let plans = store.route_plans().await?;
            let plan = plans.into_iter().find(|plan| plan.id == id);
            plan.map(|plan| plan.name)
        }
        None => None,
    };
    let shown_by = recording_rules::shown(campaign, caller_ids::shown(campaign));
    let settings = CampaignForm {
        name: Some(campaign.name.clone()),
        mode: Some(campaign.mode.word().to_owned()),
        power_ratio: Some(campaign.power_ratio),
        lines_max: campaign.lines_max,
        lists: Some(campaign.lists.iter().filter_map(|id| list(*id)).collect()),
        trunks: Some(campaign.trunks.iter().filter_map(|id| trunk(*id)).collect()),
        routes,
        caller_ids: Some(campaign.caller_ids.iter().map(|n| n.dialable()).collect()),
        ring_timeout: Some(span_shown(campaign.ring_timeout)),
        attempts_per_contact_max: Some(campaign.attempts_per_contact_max),
        attempts_per_phone_max: Some(campaign.attempts_per_phone_max),
        person_calls_per_day: campaign.contact_limits.per_day,
        person_calls_per_week: campaign.contact_limits.per_week,
        person_gap: campaign.contact_limits.gap.map(span_shown),
        person_calls_per_base: campaign.contact_limits.per_base,
        hours: Some(campaign.hours.texts()),
        callback_kept: Some(span_shown(campaign.callback_kept)),
        correct_within: Some(span_shown(campaign.correct_within)),
        supervisor_corrects_within: Some(span_shown(campaign.supervisor_corrects_within)),
        wrap_up: Some(span_shown(campaign.wrap_up)),
        abandon_limit: Some(campaign.abandon_limit.to_string()),
        abandon_target: Some(campaign.abandon_target.to_string()),
        abandon_sure: campaign.abandon_sure.map(|sure| sure.to_string()),
        abandon_wait: Some(span_shown(campaign.abandon_wait)),
        law_pack: Some(campaign.law_pack.clone()),
        call_max: Some(span_shown(campaign.call_max)),
        ..shown_by
    };
    Ok(wire::Campaign {
        id: campaign.id.get(),
        state: campaign.state.word().to_owned(),
        settings,
    })
}

/// As [`parse_span`] reads it back.
fn span_shown(span: Duration) -> String {
    match span.subsec_millis() {
        0 => format!("{}s", span.as_secs()),
        _ => format!("{}ms", span.as_millis()),
    }
}
