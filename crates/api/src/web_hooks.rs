//! Web hooks that follow events: made by administrators, for places that the configuration names. They are carried out by the
//! server (`delivery`), which is told here what an event is in public words.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use delivery::{EventWriter, Fault, PlaceKind, Places};
use domain::{CampaignId, Timestamp, WebHookId};
use store::{FeedEvent, FeedKind, HookRow, NewHook, Store};
use wire::{EventDelivery, RedeliverForm, WebHook, WebHookForm};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::events::{EventReader, event_kinds, event_place, event_shown};

/// Longest name, in characters.
const NAME_MAX: usize = 100;
/// Most events in a request, and as many as there are when nobody says how many.
const BATCH_MAX: u32 = 1_000;
const BATCH_USUAL: u32 = 100;

/// Every web hook, and how far it is.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "events", responses((status = 200, body = [WebHook])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<WebHook>>, ApiError> {
    caller.supervisor()?;
    web_hooks(app.store.as_ref(), &app.places).await.map(Json)
}

/// Have a web hook follow events: each is sent as `EventDelivery`, signed, until it is taken. In the audit log.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "events", request_body = WebHookForm,
    responses((status = 201, body = WebHook), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<WebHookForm>,
) -> Result<(StatusCode, Json<WebHook>), ApiError> {
    caller.admin()?;
    let made = add_web_hook(caller.store.as_ref(), &app.places, &form, now()).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Have a web hook follow no longer. In the audit log.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "events", responses((status = 204), (status = 404, body = wire::Problem)))]
pub(crate) async fn remove(caller: Caller, Path(id): Path<i64>) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    caller.store.remove_web_hook(WebHookId::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have a dead web hook go on where it stopped; or any, once more, from an id on. In the audit log.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/redeliver", tag = "events", request_body = RedeliverForm,
    responses((status = 204), (status = 404, body = wire::Problem), (status = 409, body = wire::Problem),
        (status = 422, body = wire::Problem)))]
pub(crate) async fn redeliver(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<RedeliverForm>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    redeliver_events(caller.store.as_ref(), WebHookId::new(id), &form, now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every web hook, in public words.
pub async fn web_hooks(store: &dyn Store, places: &Places) -> Result<Vec<WebHook>, ApiError> {
    let hooks = store.web_hooks().await?;
    Ok(hooks.iter().map(|hook| hook_shown(hook, places)).collect())
}

/// Checks a web hook and makes it.
pub async fn add_web_hook(
    store: &dyn Store,
    places: &Places,
    form: &WebHookForm,
    now: Timestamp,
) -> Result<WebHook, ApiError> {
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(ApiError::Invalid(format!(
            "name: 1 to {NAME_MAX} characters"
        )));
    }
    let batch = form.batch.unwrap_or(BATCH_USUAL);
    if !(1..=BATCH_MAX).contains(&batch) {
        return Err(ApiError::Invalid(format!(
            "batch: 1 to {BATCH_MAX} events in a request"
        )));
    }
    check_place(&form.place, places)?;
    let new = NewHook {
        name: name.to_owned(),
        place: form.place.clone(),
        campaign: match &form.campaign {
            Some(name) => Some(campaign_named(store, name).await?),
            None => None,
        },
        kinds: event_kinds(form.kinds.iter().map(String::as_str))?,
        batch,
        clear: form.clear,
        after: event_place(store, Some(form.after.as_deref().unwrap_or("end"))).await?,
        at: now,
    };
    let id = store.put_web_hook(&new).await?;
    let hooks = store.web_hooks().await?;
    let made = hooks.iter().find(|hook| hook.id == id);
    let made = made.ok_or_else(|| ApiError::NotFound(format!("web hook {id}")))?;
    Ok(hook_shown(made, places))
}

async fn campaign_named(store: &dyn Store, name: &str) -> Result<CampaignId, ApiError> {
    let campaigns = store.campaigns().await?;
    let found = campaigns.iter().find(|campaign| campaign.name == name);
    let found = found.ok_or_else(|| ApiError::NotFound(format!("campaign {name}")))?;
    Ok(found.id)
}

fn check_place(place: &str, places: &Places) -> Result<(), ApiError> {
    if is_here(place, places) {
        return Ok(());
    }
    let named = places.named.iter();
    let hooks = named.filter(|(_, place)| place.kind() == PlaceKind::Webhook);
    let known: Vec<&str> = hooks.map(|(name, _)| name.as_str()).collect();
    Err(ApiError::Invalid(format!(
        "the configuration has no web hook `{place}`; use one of: {}, or add it as [[delivery.webhook]]",
        known.join(", ")
    )))
}

fn is_here(place: &str, places: &Places) -> bool {
    let place = places.get(place);
    place.is_some_and(|place| place.kind() == PlaceKind::Webhook)
}

/// Has a web hook go on.
pub async fn redeliver_events(
    store: &dyn Store,
    hook: WebHookId,
    form: &RedeliverForm,
    now: Timestamp,
) -> Result<(), ApiError> {
    let from = match &form.after {
        Some(after) => Some(event_place(store, Some(after)).await?),
        None => None,
    };
    Ok(store.revive_web_hook(hook, from, now).await?)
}

fn hook_shown(hook: &HookRow, places: &Places) -> WebHook {
    let state = match (hook.is_dead, hook.tries) {
        (true, _) => "dead",
        (false, 0) => "follows",
        (false, _) => "fails",
    };
    WebHook {
        id: hook.id.get(),
        name: hook.name.clone(),
        place: hook.place.clone(),
        is_here: is_here(&hook.place, places),
        campaign: hook.campaign.map(CampaignId::get),
        kinds: words(&hook.kinds),
        batch: hook.batch,
        clear: hook.clear,
        state: state.to_owned(),
        sent: hook.sent.to_string(),
        tries: hook.tries,
        next_at: (state == "fails").then(|| hook.next_at.as_millis()),
        fault: hook.fault.clone(),
        events: hook.events,
        arrived_at: hook.arrived_at.map(Timestamp::as_millis),
    }
}

fn words(kinds: &[FeedKind]) -> Vec<String> {
    kinds.iter().map(|kind| kind.word().to_owned()).collect()
}

/// Writes events as the API has them.
#[derive(Clone, Copy, Debug)]
pub struct PublicWords;

impl EventWriter for PublicWords {
    fn written(&self, hook: &HookRow, events: &[FeedEvent]) -> Result<Vec<u8>, Fault> {
        let reader = EventReader {
            clear: hook.clear,
            is_staff: true,
        };
        let delivery = EventDelivery {
            hook: hook.name.clone(),
            events: events
                .iter()
                .map(|event| event_shown(event, reader))
                .collect(),
        };
        serde_json::to_vec(&delivery).map_err(|fault| Fault::of("the events", &fault))
    }
}
