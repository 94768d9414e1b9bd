//! Signalling as it passes, and what became of calls over each trunk.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::AttemptId;
use futures_util::StreamExt as _;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::{TraceLine, TrunkStats};

use crate::audit::{From, note};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::{App, TraceWanted};

/// Which messages, and how they are shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// With a Call-ID that begins so.
    call: Option<String>,
    /// Of this attempt's call.
    attempt: Option<i64>,
    /// Of calls over the trunk of this name, and to or from its addresses.
    trunk: Option<String>,
    /// To or from the phone of the agent of this name.
    agent: Option<String>,
    /// To or from a number that ends with these digits.
    number: Option<String>,
    /// Show numbers and secrets. Who asked is written to the log.
    unmasked: bool,
}

/// Signalling as it passes, a line of JSON for each message, until the caller leaves. Numbers and
/// secrets are masked.
#[utoipa::path(get, path = "/api/v1/sip/trace", tag = "signalling", params(Wanted),
    responses((status = 200, body = TraceLine, content_type = "application/x-ndjson"),
        (status = 404, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn trace(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.admin()?;
    let wanted = wanted.checked(&app).await?;
    let lines = app
        .control
        .trace(wanted.clone())
        .map_err(ApiError::Conflict)?;
    if wanted.unmasked {
        let subject = "signalling".to_owned();
        note(
            &*app.store,
            &caller,
            &from,
            "sip.trace.unmasked",
            subject,
            String::new(),
        )
        .await?;
        tracing::warn!(user = %caller.user.name, "watches signalling with numbers and secrets shown");
    }
    let text = lines.map(|line| {
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        Ok::<_, serde_json::Error>(text)
    });
    let kind = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((kind, Body::from_stream(text)).into_response())
}

/// What became of calls over each trunk: over a minute, 15 minutes and since the start.
#[utoipa::path(get, path = "/api/v1/trunks/stats", tag = "trunks",
    responses((status = 200, body = [TrunkStats])))]
pub(crate) async fn stats(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<TrunkStats>>, ApiError> {
    caller.supervisor()?;
    Ok(Json(app.control.trunk_stats()))
}

impl Wanted {
    /// Names become what they name; digits must be some.
    async fn checked(self, app: &App) -> Result<TraceWanted, ApiError> {
        let mut trunk = None;
        if let Some(name) = self.trunk {
            let trunks = app.store.trunks().await?;
            let known = trunks.iter().find(|trunk| trunk.name == name);
            let missing = || ApiError::NotFound(format!("trunk named `{name}`"));
            trunk = Some(known.ok_or_else(missing)?.id);
        }
        let mut sip_user = None;
        if let Some(name) = self.agent {
            let agents = app.store.agents().await?;
            let known = agents.into_iter().find(|agent| agent.name == name);
            let missing = || ApiError::NotFound(format!("agent named `{name}`"));
            sip_user = Some(known.ok_or_else(missing)?.sip_user);
        }
        if let Some(number) = &self.number
            && (number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let words = "`number` is the last digits of a number, such as 4567";
            return Err(ApiError::Invalid(words.to_owned()));
        }
        Ok(TraceWanted {
            call_id: self.call,
            attempt: self.attempt.map(AttemptId::new),
            trunk,
            sip_user,
            number_ends: self.number,
            unmasked: self.unmasked,
        })
    }
}
