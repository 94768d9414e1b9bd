//! Signalling as it passes, and what became of calls over each trunk.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::AttemptId;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use store::Store;
use utoipa::IntoParams;
use wire::{TraceLine, TrunkStats};

use crate::audit::{From, note};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::{App, MediaWanted, TraceWanted};

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
    /// Show the audio of calls too, packet by packet: of those of an `attempt`, a `trunk` or a `number`.
    /// Which calls is written to the log.
    media: bool,
    /// Show what is in packets that are protected (SRTP), instead of these.
    clear: bool,
    /// The audio of so many calls at most, the first there are [default: 10].
    calls: Option<usize>,
}

/// Calls whose audio is shown, unless told; and at most.
const CALLS: usize = 10;
const CALLS_MAX: usize = 200;

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
    let noting = Noting {
        action: match wanted.media {
            Some(media) if media.clear => "sip.capture.clear",
            _ => "sip.capture.media",
        },
        store: Arc::clone(&app.store),
        caller,
        from,
        noted: HashSet::new(),
    };
    let text = stream::try_unfold((lines, noting), |(mut lines, mut noting)| async move {
        let Some(line) = lines.next().await else {
            return Ok(None);
        };
        noting.note(&line).await?;
        let mut text = serde_json::to_vec(&line).map_err(|e| ApiError::Internal(e.into()))?;
        text.push(b'\n');
        Ok::<_, ApiError>(Some((text, (lines, noting))))
    });
    let text = text.map_err(io::Error::other);
    let kind = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((kind, Body::from_stream(text)).into_response())
}

/// Who is shown the audio of which calls, each noted before the first packet of it goes out.
struct Noting {
    action: &'static str,
    store: Arc<dyn Store>,
    caller: Caller,
    from: From,
    noted: HashSet<i64>,
}

impl Noting {
    async fn note(&mut self, line: &TraceLine) -> Result<(), ApiError> {
        let TraceLine::Packet(packet) = line else {
            return Ok(());
        };
        if !self.noted.insert(packet.attempt) {
            return Ok(());
        }
        let subject = format!("attempt {}", packet.attempt);
        let (store, caller, from) = (&*self.store, &self.caller, &self.from);
        note(store, caller, from, self.action, subject, String::new()).await
    }
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
        let chosen = self.attempt.is_some() || trunk.is_some() || self.number.is_some();
        let calls = self.calls.unwrap_or(CALLS);
        let wrong = match self.media {
            true if !chosen => Some("whose audio? choose by `attempt`, `trunk` or `number`"),
            true if !(1..=CALLS_MAX).contains(&calls) => Some("`calls` is from 1 to 200"),
            false if self.clear || self.calls.is_some() => {
                Some("`clear` and `calls` are for audio: say `media` too")
            }
            _ => None,
        };
        if let Some(words) = wrong {
            return Err(ApiError::Invalid(words.to_owned()));
        }
        let clear = self.clear;
        Ok(TraceWanted {
            media: self.media.then_some(MediaWanted { clear, calls }),
            call_id: self.call,
            attempt: self.attempt.map(AttemptId::new),
            trunk,
            sip_user,
            number_ends: self.number,
            unmasked: self.unmasked,
        })
    }
}
