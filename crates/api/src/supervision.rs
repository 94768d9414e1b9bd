//! A supervisor on an advisor's call: listen, whisper, barge in, take over. On their own line, as an
//! advisor on a break; whoever is on whose call is in the record of that call.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{AgentId, Supervision};
use engine::AgentRequest;
use wire::{AgentStateForm, SupervisionForm};

use crate::App;
use crate::audit::{self, From};
use crate::auth::Caller;
use crate::desk::ask;
use crate::error::ApiError;

/// Join the call of an advisor, or change how.
#[utoipa::path(post, path = "/api/v1/supervision", tag = "live", request_body = SupervisionForm,
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn join(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<SupervisionForm>,
) -> Result<StatusCode, ApiError> {
    caller.supervisor()?;
    let mode = Supervision::from_word(&form.mode).ok_or_else(|| {
        ApiError::Invalid("the mode is `listen`, `whisper` or `barge`".to_owned())
    })?;
    let of = AgentId::new(form.agent);
    ask(&app, &caller, AgentRequest::Supervise { of, mode }).await
}

/// Leave that call.
#[utoipa::path(delete, path = "/api/v1/supervision", tag = "live",
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn leave(State(app): State<App>, caller: Caller) -> Result<StatusCode, ApiError> {
    caller.supervisor()?;
    ask(&app, &caller, AgentRequest::LeaveSupervision).await
}

/// Have that call from now on: its advisor is free.
#[utoipa::path(post, path = "/api/v1/supervision/take-over", tag = "live",
    responses((status = 204), (status = 409, body = wire::Problem)))]
pub(crate) async fn take_over(
    State(app): State<App>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    caller.supervisor()?;
    ask(&app, &caller, AgentRequest::TakeOver).await
}

/// Have an advisor be in another state, after their call if they are on one: as if they had asked for it. In the audit log.
#[utoipa::path(post, path = "/api/v1/agents/{id}/state", tag = "live", request_body = AgentStateForm,
    responses((status = 204), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn force(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(id): Path<i64>,
    Json(form): Json<AgentStateForm>,
) -> Result<StatusCode, ApiError> {
    caller.supervisor()?;
    let request = match form.to.as_str() {
        "ready" => AgentRequest::Ready,
        // Whose doing it was stands where the reason does.
        "break" => AgentRequest::Break(caller.user.name.clone()),
        "logout" => AgentRequest::LogOut,
        _ => {
            let words = "an advisor can be put to `ready`, `break` or `logout`";
            return Err(ApiError::Invalid(words.to_owned()));
        }
    };
    let (store, subject) = (app.store.as_ref(), format!("agent {id}"));
    let detail = serde_json::json!({ "to": form.to }).to_string();
    let granted = app.control.ask(AgentId::new(id), request).await;
    granted.map_err(ApiError::Rejected)?;
    audit::note(store, &caller, &from, "agent.force", subject, detail).await?;
    Ok(StatusCode::NO_CONTENT)
}
