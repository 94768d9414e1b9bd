//! What an advisor may do with a live call from their desk, besides hanging up:
//! hold, keys, handing it on, a note. The desk's WebSocket tells how it stands.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{AgentId, AgentStatus, AttemptId, DestinationId, TransferKind, TransferTarget};
use engine::AgentRequest;
use wire::{CallStep, DigitsForm, MarkForm, NoteForm, TransferForm, TransferTargets, TransferTo};

use crate::App;
use crate::auth::Caller;
use crate::desk::{ask, requests};
use crate::error::ApiError;

/// Whom a call may be handed to now.
#[utoipa::path(get, path = "/api/v1/agent/targets", tag = "desk",
    responses((status = 200, body = TransferTargets)))]
pub(crate) async fn targets(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<TransferTargets>, ApiError> {
    let own = caller.agent()?;
    let destinations = app.store.destinations().await?;
    let live = app.control.live().borrow().clone();
    let ready = live
        .agents
        .iter()
        .filter(|agent| agent.id != own && agent.status == AgentStatus::Ready && agent.line_up);
    let agents = ready.map(|agent| TransferTo {
        id: agent.id.get(),
        name: agent.name.clone(),
    });
    let destinations = destinations.into_iter().map(|destination| TransferTo {
        id: destination.id.get(),
        name: destination.name,
    });
    Ok(Json(TransferTargets {
        agents: agents.collect(),
        destinations: destinations.collect(),
    }))
}

requests! {
    /// Put the customer on hold.
    hold, "/api/v1/agent/hold", AgentRequest::Hold;
    /// Take the customer back from hold.
    resume, "/api/v1/agent/resume", AgentRequest::Resume;
    /// Leave the call to whom it is being handed.
    complete, "/api/v1/agent/transfer/complete", AgentRequest::CompleteTransfer;
    /// Take the customer back instead.
    cancel, "/api/v1/agent/transfer/cancel", AgentRequest::CancelTransfer;
    /// Let customer and target hear each other, the advisor with them.
    three_way, "/api/v1/agent/transfer/three-way", AgentRequest::ThreeWay;
    /// The call was cut: call that customer once more, within five minutes and before typifying it. Only where the
    /// network ended it, and not one of the two (`may_redial` of the desk).
    redial, "/api/v1/agent/redial", AgentRequest::Redial;
    /// The customer agreed to be recorded: the recording begins.
    consent, "/api/v1/agent/recording/consent", AgentRequest::ConsentToRecording;
    /// Record silence, as while the customer says the number of a card. It ends by itself.
    pause_recording, "/api/v1/agent/recording/pause", AgentRequest::PauseRecording;
    /// Record again.
    resume_recording, "/api/v1/agent/recording/resume", AgentRequest::ResumeRecording;
}

/// Hand the call on.
#[utoipa::path(post, path = "/api/v1/agent/transfer", tag = "desk", request_body = TransferForm,
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn transfer(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<TransferForm>,
) -> Result<StatusCode, ApiError> {
    let to = match (form.agent, form.destination) {
        (Some(agent), None) => TransferTarget::Agent(AgentId::new(agent)),
        (None, Some(destination)) => TransferTarget::Destination(DestinationId::new(destination)),
        _ => {
            return Err(ApiError::Invalid(
                "say either `agent` or `destination`, by id; see GET /api/v1/agent/targets".into(),
            ));
        }
    };
    let kind = TransferKind::from_word(&form.kind)
        .ok_or_else(|| ApiError::Invalid("the kind is `blind` or `attended`".to_owned()))?;
    ask(&app, &caller, AgentRequest::Transfer { to, kind }).await
}

/// Send keys to the customer's side.
#[utoipa::path(post, path = "/api/v1/agent/digits", tag = "desk", request_body = DigitsForm,
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn digits(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<DigitsForm>,
) -> Result<StatusCode, ApiError> {
    ask(&app, &caller, AgentRequest::SendDigits(form.digits)).await
}

/// Mark this place of the recording: a stage of the script, the reading of the contract.
#[utoipa::path(post, path = "/api/v1/agent/recording/mark", tag = "desk", request_body = MarkForm,
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn mark(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<MarkForm>,
) -> Result<StatusCode, ApiError> {
    let MarkForm { kind, text } = form;
    ask(&app, &caller, AgentRequest::MarkRecording { kind, text }).await
}

/// Leave a note about a call they had.
#[utoipa::path(post, path = "/api/v1/agent/note", tag = "desk", request_body = NoteForm,
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn note(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<NoteForm>,
) -> Result<StatusCode, ApiError> {
    let attempt = AttemptId::new(form.attempt);
    let note = form.note;
    ask(&app, &caller, AgentRequest::Note { attempt, note }).await
}

/// What advisors did with a call besides ending it, oldest first.
#[utoipa::path(get, path = "/api/v1/attempts/{id}/steps", tag = "attempts",
    responses((status = 200, body = [CallStep])))]
pub(crate) async fn steps(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<CallStep>>, ApiError> {
    caller.supervisor()?;
    let rows = app.store.call_steps(AttemptId::new(id)).await?;
    let shown = rows.into_iter().map(|row| CallStep {
        at: row.at.as_millis(),
        agent: row.agent.map(AgentId::get),
        step: row.step.to_owned(),
        detail: serde_json::from_str(&row.body).unwrap_or_default(),
    });
    Ok(Json(shown.collect()))
}
