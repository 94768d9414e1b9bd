//! What supervisors write to advisors. It is shown on the advisor's page until they say that they have seen it; who wrote to whom, and
//! when it was seen, is in the audit log.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use domain::{AgentId, Timestamp};
use serde::Deserialize;
use store::{DeskMessageRow, Store};
use tokio::sync::broadcast;
use utoipa::IntoParams;
use wire::{DeskMessage, DeskMessageForm};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// Longest message, in characters: more is no message, and would be read in a call.
const WORDS_MAX: usize = 300;
/// A message that nobody saw in a shift is of no use to the next.
const SHOWN_FOR: Duration = Duration::from_secs(12 * 3_600);
/// Messages that a page may be behind; one that is more reads the record anyway.
const BEHIND_MAX: usize = 64;

/// Tells pages that somebody wrote to an agent.
#[derive(Debug)]
pub struct DeskNews(broadcast::Sender<AgentId>);

impl Default for DeskNews {
    fn default() -> DeskNews {
        DeskNews(broadcast::Sender::new(BEHIND_MAX))
    }
}

impl DeskNews {
    /// Hears of messages from now on.
    pub(crate) fn hear(&self) -> broadcast::Receiver<AgentId> {
        self.0.subscribe()
    }
}

/// What waits to be seen by an agent, oldest first.
pub(crate) async fn waiting(
    store: &dyn Store,
    agent: AgentId,
) -> Result<Vec<DeskMessage>, ApiError> {
    let from = now() - SHOWN_FOR;
    let rows = store.desk_messages(Some(agent), true, from).await?;
    Ok(rows.into_iter().rev().map(shown).collect())
}

/// Write to an advisor: shown on their page at once, without taking the keys from them.
#[utoipa::path(post, path = "/api/v1/agents/{id}/message", tag = "live", request_body = DeskMessageForm,
    responses((status = 201, body = DeskMessage), (status = 404, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<DeskMessageForm>,
) -> Result<(StatusCode, Json<DeskMessage>), ApiError> {
    caller.supervisor()?;
    let words: String = form
        .words
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if !(1..=WORDS_MAX).contains(&words.chars().count()) {
        return Err(ApiError::Invalid(format!(
            "a message has 1 to {WORDS_MAX} characters"
        )));
    }
    let mut row = DeskMessageRow {
        id: 0,
        agent: AgentId::new(id),
        at: now(),
        by: caller.user.name.clone(),
        words,
        seen_at: None,
    };
    row.id = caller.store.put_desk_message(&row).await?;
    // Nobody at a page of theirs: it waits in the record.
    let _ = app.desk_news.0.send(row.agent);
    Ok((StatusCode::CREATED, Json(shown(row))))
}

/// Since when.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Written at or after, in ms since 1970 UTC; of the last twelve hours when absent.
    from: Option<i64>,
}

/// Messages to advisors, newest first, and which of them were seen.
#[utoipa::path(get, path = "/api/v1/messages", tag = "live", params(Wanted),
    responses((status = 200, body = [DeskMessage])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<DeskMessage>>, ApiError> {
    caller.supervisor()?;
    let since = wanted.from.map(Timestamp::from_millis);
    let from = since.unwrap_or_else(|| now() - SHOWN_FOR);
    let rows = app.store.desk_messages(None, false, from).await?;
    Ok(Json(rows.into_iter().map(shown).collect()))
}

/// Say that one has seen a message.
#[utoipa::path(post, path = "/api/v1/agent/messages/{id}/seen", tag = "desk",
    responses((status = 204), (status = 404, body = wire::Problem)))]
pub(crate) async fn seen(caller: Caller, Path(id): Path<i64>) -> Result<StatusCode, ApiError> {
    let agent = caller.agent()?;
    match caller.store.see_desk_message(agent, id, now()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::NotFound(format!(
            "message {id} of yours that waits to be seen"
        ))),
    }
}

fn shown(row: DeskMessageRow) -> DeskMessage {
    DeskMessage {
        id: row.id,
        agent: row.agent.get(),
        at: row.at.as_millis(),
        by: row.by,
        words: row.words,
        seen_at: row.seen_at.map(Timestamp::as_millis),
    }
}
