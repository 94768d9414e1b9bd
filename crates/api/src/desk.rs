//! The advisor's desk: what they are doing and whom they talk to, pushed at
//! each change, and what they may ask for.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{AgentId, AttemptId, Timestamp};
use engine::{AgentLive, AgentRequest};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::{Desk, DeskCall, DeskContact, DeskPhone, TypifyForm};

use crate::App;
use crate::auth::{Caller, now as clock};
use crate::campaigns::find as find_campaign;
use crate::error::ApiError;
use crate::live::listening_little;

/// Longest note of a typification, in characters.
const NOTE_MAX: usize = 2_000;

/// The desk now.
#[utoipa::path(get, path = "/api/v1/agent", tag = "desk", responses((status = 200, body = Desk)))]
pub(crate) async fn now(State(app): State<App>, caller: Caller) -> Result<Json<Desk>, ApiError> {
    let agent = seat(&app, caller.agent()?)?;
    let contact = contact(&app, agent.attempt).await?;
    Ok(Json(shown(&agent, contact)))
}

/// The desk at each change: a WebSocket of `Desk`.
#[utoipa::path(get, path = "/api/v1/agent/events", tag = "desk", responses((status = 101)))]
pub(crate) async fn events(
    State(app): State<App>,
    caller: Caller,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let agent = caller.agent()?;
    Ok(listening_little(upgrade).on_upgrade(move |socket| tell(app, agent, socket)))
}

async fn tell(app: App, id: AgentId, mut socket: WebSocket) {
    let mut live = app.control.live();
    live.mark_changed();
    let mut told: Option<AgentLive> = None;
    loop {
        tokio::select! {
            changed = live.changed() => {
                if changed.is_err() {
                    return;
                }
                let agent = find(&live.borrow_and_update(), id);
                if agent == told {
                    continue;
                }
                let Some(agent) = agent else { continue };
                let contact = match contact(&app, agent.attempt).await {
                    Ok(contact) => contact,
                    Err(fault) => {
                        tracing::warn!(%fault, "a desk goes without its contact");
                        None
                    }
                };
                // The journal is a little behind a call that somebody just made to us: ask again.
                let complete = agent.attempt.is_none() || contact.is_some();
                let Ok(text) = serde_json::to_string(&shown(&agent, contact)) else { return };
                if socket.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
                told = complete.then_some(agent);
            }
            message = socket.recv() => if !matches!(message, Some(Ok(_))) {
                return;
            },
        }
    }
}

pub(crate) fn find(live: &engine::LiveState, id: AgentId) -> Option<AgentLive> {
    live.agents.iter().find(|agent| agent.id == id).cloned()
}

fn seat(app: &App, id: AgentId) -> Result<AgentLive, ApiError> {
    find(&app.control.live().borrow(), id)
        .ok_or_else(|| ApiError::NotFound(format!("agent {id} on the floor")))
}

pub(crate) fn shown(agent: &AgentLive, contact: Option<DeskContact>) -> Desk {
    Desk {
        now: clock().as_millis(),
        agent: agent.id.get(),
        name: agent.name.clone(),
        status: agent.status.word().to_owned(),
        since: agent.since.as_millis(),
        reason: agent.reason.clone(),
        line_up: agent.line_up,
        registered: agent.registered,
        attempt: agent.attempt.map(AttemptId::get),
        on_call: agent.on_call.as_ref().map(|call| DeskCall {
            stands: call.stands.to_owned(),
            with: call.with.clone(),
            answered: call.answered,
            ends: call.ends.map(Timestamp::as_millis),
            recording: call.recording.map(str::to_owned),
        }),
        deadline: agent.deadline.map(Timestamp::as_millis),
        booked: agent.booked.clone(),
        may_redial: agent.may_redial,
        contact,
    }
}

/// The person behind an attempt. Off the path of the call: the audio is
/// already joined when this is asked.
pub(crate) async fn contact(
    app: &App,
    attempt: Option<AttemptId>,
) -> Result<Option<DeskContact>, ApiError> {
    let Some(attempt) = attempt else {
        return Ok(None);
    };
    let Some(attempt) = app.store.attempt(attempt).await? else {
        return Ok(None);
    };
    let Some(contact) = app.store.contact(attempt.contact).await? else {
        return Ok(None);
    };
    let live = app.control.live().borrow().campaigns.clone();
    let campaign = live
        .iter()
        .find(|campaign| campaign.id == attempt.campaign)
        .map(|campaign| campaign.name.clone());
    Ok(Some(DeskContact {
        id: contact.id.get(),
        campaign: campaign.unwrap_or_default(),
        campaign_id: attempt.campaign.get(),
        catalogue: attempt.catalogue.get(),
        zone: campaigns::zone_of(&contact).map(str::to_owned),
        inbound: attempt.inbound,
        name: contact.name,
        document: contact.document,
        segment: contact.segment,
        phones: contact
            .phones
            .iter()
            .map(|phone| DeskPhone {
                number: phone.number.dialable(),
                current: phone.number == attempt.phone,
            })
            .collect(),
        attributes: contact.attributes,
    }))
}

pub(crate) async fn ask(
    app: &App,
    caller: &Caller,
    request: AgentRequest,
) -> Result<StatusCode, ApiError> {
    let agent = caller.agent()?;
    let granted = app.control.ask(agent, request).await;
    granted.map_err(ApiError::Rejected)?;
    Ok(StatusCode::NO_CONTENT)
}

macro_rules! requests {
    ($($(#[$doc:meta])* $name:ident, $path:literal, $request:expr;)*) => {$(
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "desk",
            responses((status = 204), (status = 409, body = wire::Problem)))]
        pub(crate) async fn $name(
            State(app): State<App>,
            caller: Caller,
        ) -> Result<StatusCode, ApiError> {
            $crate::desk::ask(&app, &caller, $request).await
        }
    )*};
}

pub(crate) use requests;

requests! {
    /// Start the shift.
    log_in, "/api/v1/agent/login", AgentRequest::LogIn;
    /// Take calls.
    ready, "/api/v1/agent/ready", AgentRequest::Ready;
    /// Log out, after the call if on one.
    log_out, "/api/v1/agent/logout", AgentRequest::LogOut;
    /// Hang up the customer.
    hang_up, "/api/v1/agent/hangup", AgentRequest::HangUp;
    /// Preview: call the contact shown.
    accept_preview, "/api/v1/agent/preview/accept", AgentRequest::AcceptPreview;
    /// Preview: show another contact.
    skip_preview, "/api/v1/agent/preview/skip", AgentRequest::SkipPreview;
    /// One more minute to typify, once a call.
    extend, "/api/v1/agent/extend", AgentRequest::ExtendWrapUp(Duration::from_secs(60));
}

/// Why they pause.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BreakForm {
    /// The reason, as the floor names it.
    reason: String,
}

/// Pause, after the call if on one.
#[utoipa::path(post, path = "/api/v1/agent/break", tag = "desk", request_body = BreakForm,
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn pause(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<BreakForm>,
) -> Result<StatusCode, ApiError> {
    let reason: String = form.reason.trim().chars().take(60).collect();
    if reason.is_empty() {
        return Err(ApiError::Invalid("say the reason of the break".to_owned()));
    }
    ask(&app, &caller, AgentRequest::Break(reason)).await
}

/// Say what a call was.
#[utoipa::path(post, path = "/api/v1/agent/typify", tag = "desk", request_body = TypifyForm,
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn typify(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<TypifyForm>,
) -> Result<StatusCode, ApiError> {
    if form.note.chars().count() > NOTE_MAX {
        return Err(ApiError::Invalid(format!(
            "the note is longer than {NOTE_MAX} characters; shorten it"
        )));
    }
    let asked = match &form.callback_local {
        Some(local) => Some(by_their_clock(&app, form.attempt, local).await?),
        None => form.callback_at.map(Timestamp::from_millis),
    };
    let request = AgentRequest::Typify {
        attempt: AttemptId::new(form.attempt),
        code: form.code,
        note: form.note,
        callback_at: asked,
        opt_out: form.opt_out,
    };
    ask(&app, &caller, request).await
}

/// The instant of a time that a customer said, by their own clock; by that of the law pack where nobody knows
/// where they are.
async fn by_their_clock(app: &App, attempt: i64, local: &str) -> Result<Timestamp, ApiError> {
    let missing = || ApiError::NotFound(format!("attempt {attempt}"));
    let found = app.store.attempt(AttemptId::new(attempt)).await?;
    let attempt = found.ok_or_else(missing)?;
    let contact = app.store.contact(attempt.contact).await?;
    let known = contact.as_ref().and_then(campaigns::zone_of);
    let zone = match known {
        Some(zone) => zone.to_owned(),
        None => {
            let campaign = find_campaign(app.store.as_ref(), attempt.campaign).await?;
            let pack = law::Pack::by_id(&campaign.law_pack);
            let pack = pack.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
            pack.zone().to_owned()
        }
    };
    law::instant_in(&zone, local).ok_or_else(|| {
        ApiError::Invalid(format!(
            "`{local}` is no time there is in {zone}; write it as 2026-12-01T09:30"
        ))
    })
}
