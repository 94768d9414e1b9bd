//! Calls that others make to us, page by page with a cursor. They are no attempts, and `/attempts`
//! has none of them.

use axum::Json;
use axum::extract::{Query, State};
use domain::{AgentId, AttemptId, CampaignId, ContactId, PhoneNumber, Timestamp};
use serde::Deserialize;
use store::{InboundFilter, InboundRow};
use utoipa::IntoParams;
use wire::{InboundCall, InboundPage};

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;

/// Most calls on a page.
const PAGE_MAX: u32 = 10_000;

/// Which calls.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// At or after, in ms since 1970 UTC.
    from: Option<i64>,
    /// Before.
    to: Option<i64>,
    /// Cursor: `next` of the page before.
    after: Option<i64>,
    /// At most so many; 100 by default, 10000 at most.
    limit: Option<u32>,
}

/// Calls to our caller ids, in order of id.
#[utoipa::path(get, path = "/api/v1/inbound-calls", tag = "attempts", params(Wanted),
    responses((status = 200, body = InboundPage)))]
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<InboundPage>, ApiError> {
    caller.supervisor()?;
    let filter = InboundFilter {
        from: wanted.from.map(Timestamp::from_millis),
        to: wanted.to.map(Timestamp::from_millis),
        after: wanted.after.map(AttemptId::new),
        limit: wanted.limit.unwrap_or(100).clamp(1, PAGE_MAX),
    };
    let rows = app.store.inbound_calls(&filter).await?;
    let next = (rows.len() == filter.limit as usize)
        .then(|| rows.last().map(|row| row.id.get()))
        .flatten();
    let calls = rows.iter().map(inbound_shown).collect();
    Ok(Json(InboundPage { calls, next }))
}

/// A call to us in public words.
pub fn inbound_shown(row: &InboundRow) -> InboundCall {
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    InboundCall {
        id: row.id.get(),
        at: row.at.as_millis(),
        trunk: row.trunk.get(),
        phone: row.phone.map(PhoneNumber::dialable),
        called: row.called.dialable(),
        campaign: row.campaign.map(CampaignId::get),
        contact: row.contact.map(ContactId::get),
        agent: row.agent.map(AgentId::get),
        answered_at: ms(row.answered_at),
        bridged_at: ms(row.bridged_at),
        ended_at: ms(row.ended_at),
        outcome: row.outcome.map(|outcome| outcome.word().to_owned()),
        code: row.code.clone(),
        coded_by: row.coded_by.map(AgentId::get),
    }
}
