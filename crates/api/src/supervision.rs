//! A supervisor on an advisor's call: listen, whisper, barge in, take over. On their own line, as an
//! advisor on a break; whoever is on whose call is in the record of that call.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{AgentId, Supervision};
use engine::AgentRequest;
use wire::SupervisionForm;

use crate::App;
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
