//! What other systems follow: events page by page with a cursor, waited for, or as a stream of server-sent events (HTML standard,
//! section 9.2). What is told, and in which order, is the record's; here it is told to whom, and in which words.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::{AgentId, AttemptId, CampaignId, ContactId, Timestamp, hidden};
use serde::Deserialize;
use store::{
    ClosedCall, FeedEvent, FeedFact, FeedKind, FeedPage, FeedPlace, FeedWanted, Role, Store,
};
use tokio::time::Instant;
use utoipa::IntoParams;
use wire::{
    Event, EventAgentState, EventCall, EventCallBack, EventCallBackChange, EventCampaignState,
    EventData, EventPage, EventSaleMove, EventTypification,
};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::event_stream::{Following, Place};

/// Most events on a page.
const PAGE_MAX: u32 = 1_000;
/// Longest wait for the next event, in seconds.
const WAIT_MAX: u64 = 60;
/// Longest search through what was not asked for: then the page is empty, and says where to go on.
const SEARCH_MAX: Duration = Duration::from_secs(2);
/// Between two looks for what came.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A stream ends after so long, and whoever follows comes back with what they have: they may not follow any more.
const STREAM_MAX: Duration = Duration::from_secs(15 * 60);
/// A stream of which nothing is to be said says that it is there.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// What may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventReader {
    /// Numbers are not masked.
    pub clear: bool,
    /// They may know who of the staff did what.
    pub is_staff: bool,
}

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Cursor: `next` of the page before, or the id of an event; `begin` (when absent), or `end` for what happens from now on.
    /// The header `Last-Event-ID` of a stream that is taken up again goes before it.
    after: Option<String>,
    /// Kinds with commas between; all that the role may see when absent.
    kinds: Option<String>,
    /// Of this campaign; of advisors, those who work in it.
    campaign: Option<i64>,
    /// At most so many; 100 by default, 1000 at most.
    limit: Option<u32>,
    /// Wait so many seconds for an event where there is none; 60 at most.
    wait: Option<u64>,
}

/// Events in one order that never changes, from the cursor on: each at least once, and again only under the same id. With `Accept:
/// text/event-stream` they come as they happen, with their kind as the event and their id as the id; such a stream ends after a quarter
/// of an hour and is taken up again by `Last-Event-ID`. Administrators see numbers whole; back office and client follow sales alone.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Wanted),
    responses((status = 200, content(
            (EventPage = "application/json"), (Event = "text/event-stream"))),
        (status = 403, body = wire::Problem), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem),
        (status = 503, body = wire::Problem)))]
pub(crate) async fn follow(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Wanted>,
) -> Result<Response, ApiError> {
    let (reader, reach) = reach_of(&caller)?;
    let kinds = match &asked.kinds {
        Some(words) => event_kinds(words.split(','))?,
        None => reach.to_vec(),
    };
    if !kinds.iter().all(|kind| reach.contains(kind)) {
        return Err(ApiError::NotAllowed);
    }
    let last = headers.get("last-event-id");
    let last = last
        .and_then(|id| id.to_str().ok())
        .filter(|id| !id.is_empty());
    let store = Arc::clone(&app.store);
    let wanted = FeedWanted {
        after: event_place(store.as_ref(), last.or(asked.after.as_deref())).await?,
        up_to: None,
        kinds,
        campaign: asked.campaign.map(CampaignId::new),
        limit: asked.limit.unwrap_or(100).clamp(1, PAGE_MAX),
    };
    if is_streamed(&headers) {
        let lasts = caller.expires_at.since(now()).min(STREAM_MAX);
        let following = Following {
            store,
            wanted,
            reader,
            ready: VecDeque::new(),
            until: Instant::now() + lasts,
            role: caller.user.role,
            token_hash: caller.token_hash,
            looked_at: Instant::now(),
            _place: Place::take(caller.user.id)?,
        };
        let alive = KeepAlive::new().interval(ALIVE_EVERY);
        let stream = following.stream();
        return Ok(Sse::new(stream).keep_alive(alive).into_response());
    }
    let wait = Duration::from_secs(asked.wait.unwrap_or(0).min(WAIT_MAX));
    let _place = match wait.is_zero() {
        true => None,
        false => Some(Place::take(caller.user.id)?),
    };
    let page = next_page(store.as_ref(), wanted, wait).await?;
    Ok(Json(page_shown(&page, reader)).into_response())
}

fn is_streamed(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(ACCEPT).iter();
    let mut accepts = accepts.filter_map(|value| value.to_str().ok());
    accepts.any(|value| value.contains("text/event-stream"))
}

/// What somebody may see of events.
fn reach_of(caller: &Caller) -> Result<(EventReader, &'static [FeedKind]), ApiError> {
    let role = caller.user.role;
    let reader = EventReader {
        clear: role == Role::Admin,
        is_staff: role != Role::Client,
    };
    match role {
        Role::Admin | Role::Supervisor => Ok((reader, &FeedKind::ALL)),
        Role::BackOffice | Role::Client => Ok((reader, &[FeedKind::SaleMoved])),
        Role::Advisor => Err(ApiError::NotAllowed),
    }
}

/// Kinds of these words.
pub fn event_kinds<'w>(
    words: impl IntoIterator<Item = &'w str>,
) -> Result<Vec<FeedKind>, ApiError> {
    let known = |word: &str| {
        FeedKind::from_word(word.trim()).ok_or_else(|| {
            let all = FeedKind::ALL.map(FeedKind::word).join(", ");
            ApiError::Invalid(format!("`{word}` is no kind of event; use some of: {all}"))
        })
    };
    let mut kinds: Vec<_> = words.into_iter().map(known).collect::<Result<_, _>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

/// The place that a cursor means. One behind the end is of another record, or of this one before it was put back.
pub async fn event_place(store: &dyn Store, cursor: Option<&str>) -> Result<FeedPlace, ApiError> {
    let place = match cursor {
        None | Some("begin") => return Ok(FeedPlace::BEGIN),
        Some("end") => return Ok(store.feed_end().await?),
        Some(text) => FeedPlace::from_text(text),
    };
    let place = place.ok_or_else(|| {
        ApiError::Invalid(
            "a cursor is `begin`, `end`, or the id of an event such as 812.0".to_owned(),
        )
    })?;
    let end = store.feed_end().await?;
    if place > end {
        return Err(ApiError::Conflict(format!(
            "events end at {end}, before {place}: this record was put back, or the cursor is of another; go on from an id you know, \
             or from `begin`"
        )));
    }
    Ok(place)
}

/// The next page that has an event, looked for and waited for as long as it may be.
async fn next_page(
    store: &dyn Store,
    mut wanted: FeedWanted,
    wait: Duration,
) -> Result<FeedPage, ApiError> {
    let begun = Instant::now();
    loop {
        let page = store.feed(&wanted).await?;
        let patience = if page.is_end {
            wait
        } else {
            wait.max(SEARCH_MAX)
        };
        if !page.events.is_empty() || begun.elapsed() >= patience {
            return Ok(page);
        }
        wanted.after = page.next;
        if page.is_end {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// An event of a stream.
pub(crate) fn sent(event: &FeedEvent, reader: EventReader) -> Option<Sent> {
    let shown = event_shown(event, reader);
    let sent = Sent::default().id(&shown.id).event(event.kind().word());
    // Numbers and texts are always written.
    sent.json_data(&shown).ok()
}

/// Events in public words: a page at once, whatever it holds.
pub async fn events(
    store: &dyn Store,
    wanted: &FeedWanted,
    reader: EventReader,
) -> Result<EventPage, ApiError> {
    Ok(page_shown(&store.feed(wanted).await?, reader))
}

fn page_shown(page: &FeedPage, reader: EventReader) -> EventPage {
    let shown = page.events.iter().map(|event| event_shown(event, reader));
    EventPage {
        events: shown.collect(),
        next: page.next.to_string(),
        is_end: page.is_end,
    }
}

/// An event in public words.
pub fn event_shown(event: &FeedEvent, reader: EventReader) -> Event {
    Event {
        id: event.place.to_string(),
        at: event.at.as_millis(),
        campaign: event.campaign.map(CampaignId::get),
        what: data_shown(event, reader),
    }
}

fn data_shown(event: &FeedEvent, reader: EventReader) -> EventData {
    match &event.fact {
        FeedFact::CallClosed(call) if call.inbound => {
            EventData::InboundClosed(call_shown(call, reader))
        }
        FeedFact::CallClosed(call) => EventData::AttemptClosed(call_shown(call, reader)),
        FeedFact::Typified {
            attempt,
            contact,
            agent,
            user,
            code,
            before,
            corrects,
        } => {
            let said = EventTypification {
                attempt: attempt.get(),
                contact: contact.map(ContactId::get),
                agent: agent.map(AgentId::get),
                user: user.clone().filter(|_| reader.is_staff),
                code: code.clone(),
                before: before.clone(),
            };
            match corrects {
                true => EventData::TypificationCorrected(said),
                false => EventData::TypificationMade(said),
            }
        }
        FeedFact::CallBackBooked {
            contact,
            due_at,
            agent,
            attempt,
        } => EventData::CallBackBooked(EventCallBack {
            contact: contact.get(),
            due_at: due_at.as_millis(),
            agent: agent.map(AgentId::get),
            attempt: attempt.map(AttemptId::get),
        }),
        FeedFact::CallBackChanged {
            contact,
            change,
            due_at,
            agent,
        } => EventData::CallBackChanged(EventCallBackChange {
            contact: contact.get(),
            change: change.clone(),
            due_at: due_at.map(Timestamp::as_millis),
            agent: agent.map(AgentId::get),
        }),
        FeedFact::SaleMoved {
            sale,
            n,
            attempt,
            contact,
            agent,
            from,
            to,
            doer,
            user,
            reason,
        } => EventData::SaleMoved(EventSaleMove {
            sale: sale.get(),
            n: *n,
            attempt: attempt.map(AttemptId::get),
            contact: contact.get(),
            agent: agent.map(AgentId::get),
            from: from.clone(),
            to: to.clone(),
            doer: doer.clone(),
            user: Some(user.clone()).filter(|user| reader.is_staff && !user.is_empty()),
            reason: reason.clone(),
        }),
        FeedFact::AgentState {
            agent,
            from,
            to,
            reason,
            attempt,
        } => EventData::AgentState(EventAgentState {
            agent: agent.get(),
            from: from.clone(),
            to: to.clone(),
            reason: reason.clone(),
            attempt: attempt.map(AttemptId::get),
        }),
        FeedFact::CampaignState { state, reason } => EventData::CampaignState(EventCampaignState {
            state: state.clone(),
            reason: reason.clone(),
        }),
    }
}

fn call_shown(call: &ClosedCall, reader: EventReader) -> EventCall {
    let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
    let phone = call.phone.dialable();
    EventCall {
        attempt: call.attempt.get(),
        list: call.list.get(),
        contact: call.contact.get(),
        segment: call.segment.clone(),
        phone: if reader.clear { phone } else { hidden(&phone) },
        trunk: call.trunk.get(),
        mode: call.mode.clone(),
        purpose: call.purpose.clone(),
        agent: call.agent.map(AgentId::get),
        placed_at: ms(call.placed_at),
        answered_at: ms(call.answered_at),
        bridged_at: ms(call.bridged_at),
        outcome: call.outcome.clone(),
        sip_status: call.sip_status,
        q850: call.q850,
        ended_by: call.ended_by.clone(),
    }
}
