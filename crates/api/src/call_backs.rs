//! The agenda of call-backs: what was booked, by the customer's clock and with what the law says of it; moved,
//! handed on and cancelled by supervisors.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use campaigns::Campaign;
use domain::{
    AgentId, AgentProfile, CampaignId, ContactId, PersonConsent, PersonId, Purpose, Timestamp,
    hidden,
};
use engine::Rejection;
use law::{NextCall, Pack};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;
use store::{CallBackChange, CallBackFilter, CallBackRow, Store};
use utoipa::IntoParams;
use wire::{
    CallBack, CallBackAssignForm, CallBackCancelForm, CallBackMoveForm, CallBackRefusal,
    CallBackWindow,
};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;

/// As far ahead as an advisor may book one.
const AHEAD_MAX: Duration = Duration::from_secs(90 * 86_400);
/// Most in an answer.
const LIMIT_MAX: u32 = 10_000;

/// Which call-backs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of this campaign.
    campaign: Option<i64>,
    /// Of this advisor. Advisors see their own only, and what anyone may call.
    agent: Option<i64>,
    /// Those that anyone may make, and no others.
    anyone: bool,
    /// At or after, in ms since 1970 UTC.
    from: Option<i64>,
    /// Before.
    to: Option<i64>,
    /// At most so many; 1,000 when absent.
    limit: Option<u32>,
}

impl Wanted {
    fn filter(&self) -> CallBackFilter {
        let agent = match (self.anyone, self.agent) {
            (true, _) => Some(None),
            (false, agent) => agent.map(|agent| Some(AgentId::new(agent))),
        };
        CallBackFilter {
            campaign: self.campaign.map(CampaignId::new),
            agent,
            from: self.from.map(Timestamp::from_millis),
            to: self.to.map(Timestamp::from_millis),
            limit: self.limit.unwrap_or(1_000).min(LIMIT_MAX),
        }
    }
}

/// Booked call-backs, the soonest first. Numbers are masked for who is no administrator.
#[utoipa::path(get, path = "/api/v1/callbacks", tag = "callbacks", params(Wanted),
    responses((status = 200, body = [CallBack])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<CallBack>>, ApiError> {
    let mut filter = wanted.filter();
    if caller.supervisor().is_err() && filter.agent != Some(None) {
        filter.agent = Some(Some(caller.agent()?));
    }
    let mut shown = call_backs(app.store.as_ref(), &filter).await?;
    if caller.admin().is_err() {
        for one in &mut shown {
            one.phone = hidden(&one.phone);
        }
    }
    Ok(Json(shown))
}

/// Booked call-backs by filter, with what the law says of each.
pub async fn call_backs(
    store: &dyn Store,
    filter: &CallBackFilter,
) -> Result<Vec<CallBack>, ApiError> {
    let (campaigns, agents) = (store.campaigns().await?, store.agents().await?);
    let rows = store.call_backs(filter).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let agreed = agreed(store, None).await?;
    let mut shown = Vec::new();
    for row in rows {
        // Whose campaign was removed is called by nobody.
        let campaign = campaigns
            .iter()
            .find(|campaign| campaign.id == row.campaign);
        let consents = theirs(&agreed, &row);
        shown.extend(campaign.map(|campaign| call_back_shown(&row, campaign, &agents, consents)));
    }
    Ok(shown)
}

/// What one person or everybody agreed to.
async fn agreed(
    store: &dyn Store,
    person: Option<PersonId>,
) -> Result<BTreeMap<PersonId, Vec<PersonConsent>>, ApiError> {
    let mut agreed: BTreeMap<PersonId, Vec<PersonConsent>> = BTreeMap::new();
    for row in store.consents(person, true).await? {
        let theirs = agreed.entry(row.consent.person).or_default();
        theirs.push(row.consent.given(row.id));
    }
    Ok(agreed)
}

/// What the person of a call-back agreed to.
fn theirs<'a>(
    agreed: &'a BTreeMap<PersonId, Vec<PersonConsent>>,
    row: &CallBackRow,
) -> &'a [PersonConsent] {
    agreed
        .get(&row.contact.person)
        .map_or(&[][..], Vec::as_slice)
}

/// A call-back as the law is asked about it: an advisor makes it, and what the person agreed to counts.
fn next_call<'a>(row: &'a CallBackRow, consents: &'a [PersonConsent]) -> NextCall<'a> {
    NextCall {
        purpose: asked(),
        zone: campaigns::zone_of(&row.contact),
        agent_waits: true,
        house: &[],
        consents,
    }
}

fn call_back_shown(
    row: &CallBackRow,
    campaign: &Campaign,
    agents: &[AgentProfile],
    consents: &[PersonConsent],
) -> CallBack {
    let pack = Pack::by_id(&campaign.law_pack).ok();
    let known = campaigns::zone_of(&row.contact);
    let zone = known.or_else(|| pack.as_ref().map(Pack::zone));
    let zone = zone.unwrap_or("UTC");
    let refusal = pack.as_ref().and_then(|pack| {
        let refused = pack
            .may_contact(next_call(row, consents), &[], row.at)
            .err()?;
        Some(CallBackRefusal {
            rule: refused.rule,
            pack: refused.pack,
            words: refused.words,
            opens_at: refused.opens.as_millis(),
        })
    });
    let window = pack.and_then(|pack| pack.window_about(asked(), row.at, known));
    let agent = row
        .agent
        .and_then(|id| agents.iter().find(|agent| agent.id == id));
    let mut phones = row.contact.phones.iter();
    let phone = phones.find(|phone| phone.usable);
    CallBack {
        campaign: campaign.id.get(),
        campaign_name: campaign.name.clone(),
        contact: row.contact.id.get(),
        person: row.contact.person.get(),
        name: row.contact.name.clone(),
        phone: phone.map_or_else(String::new, |phone| phone.number.dialable()),
        agent: row.agent.map(AgentId::get),
        agent_name: agent.map(|agent| agent.name.clone()),
        at: row.at.as_millis(),
        local: local(row.at, zone),
        zone: zone.to_owned(),
        lawful: refusal.is_none(),
        window: window.map(|(from, to)| CallBackWindow {
            from: local(from, zone),
            to: local(to, zone),
        }),
        refused: refusal,
        attempts: row.attempts,
        code: row.code.clone(),
        under_way: row.under_way,
    }
}

/// What a call-back is for, as the law sees it.
fn asked() -> Purpose {
    Purpose::RequestedCallback
}

fn local(at: Timestamp, zone: &str) -> String {
    law::text_in(zone, at).unwrap_or_default()
}

/// Calls at another time, which must be ahead and within the law, or at an hour that the person agreed to.
pub async fn move_call_back(
    store: &dyn Store,
    (campaign, contact): (CampaignId, ContactId),
    form: &CallBackMoveForm,
) -> Result<CallBack, ApiError> {
    let why = reason(&form.reason)?;
    let (row, campaign) = booked(store, campaign, contact).await?;
    let pack = Pack::by_id(&campaign.law_pack);
    let pack = pack.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
    let known = campaigns::zone_of(&row.contact);
    let zone = known.unwrap_or(pack.zone());
    let at = match (form.at, &form.local) {
        (Some(at), None) => Timestamp::from_millis(at),
        (None, Some(text)) => law::instant_in(zone, text).ok_or_else(|| {
            ApiError::Invalid(format!(
                "`{text}` is no time there is in {zone}; write it as 2026-12-01T09:30"
            ))
        })?,
        _ => {
            return Err(ApiError::Invalid("say either `at` or `local`".to_owned()));
        }
    };
    if at <= now() || at > now() + AHEAD_MAX {
        return Err(ApiError::Rejected(Rejection::new(
            "callback_out_of_range",
            "a call-back must lie ahead, within 90 days; choose another time",
        )));
    }
    let agreed = agreed(store, Some(row.contact.person)).await?;
    if let Err(refused) = pack.may_contact(next_call(&row, theirs(&agreed, &row)), &[], at) {
        return Err(ApiError::Rejected(Rejection {
            opens: Some(refused.opens),
            ..Rejection::new("callback_closed", refused.words)
        }));
    }
    changed(store, &row, &campaign, &CallBackChange::Move(at), why).await
}

/// Another advisor calls, or anyone.
pub async fn assign_call_back(
    store: &dyn Store,
    (campaign, contact): (CampaignId, ContactId),
    form: &CallBackAssignForm,
) -> Result<CallBack, ApiError> {
    let why = reason(&form.reason)?;
    let (row, campaign) = booked(store, campaign, contact).await?;
    let agent = form.agent.map(AgentId::new);
    if let Some(id) = agent {
        let agents = store.agents().await?;
        let serves = |agent: &&AgentProfile| agent.campaigns.contains(&campaign.id);
        let known = agents.iter().find(|agent| agent.id == id);
        let known = known.ok_or_else(|| ApiError::NotFound(format!("agent {id}")))?;
        if !serves(&known) {
            return Err(ApiError::Conflict(format!(
                "{} does not work in {}; choose somebody who does",
                known.name, campaign.name
            )));
        }
    }
    changed(store, &row, &campaign, &CallBackChange::Assign(agent), why).await
}

/// Nothing is promised any more.
pub async fn cancel_call_back(
    store: &dyn Store,
    (campaign, contact): (CampaignId, ContactId),
    form: &CallBackCancelForm,
) -> Result<(), ApiError> {
    let why = reason(&form.reason)?;
    let (row, _) = booked(store, campaign, contact).await?;
    let key = (row.campaign, row.contact.id);
    let change = CallBackChange::Cancel;
    Ok(store.change_call_back(key.0, key.1, &change, why).await?)
}

fn reason(text: &str) -> Result<&str, ApiError> {
    let text = text.trim();
    match (1..=500).contains(&text.chars().count()) {
        true => Ok(text),
        false => Err(ApiError::Invalid(
            "say in `reason` why, in 1 to 500 characters".to_owned(),
        )),
    }
}

async fn booked(
    store: &dyn Store,
    campaign: CampaignId,
    contact: ContactId,
) -> Result<(CallBackRow, Campaign), ApiError> {
    let campaign = find(store, campaign).await?;
    let row = store.call_back(campaign.id, contact).await?;
    let missing = || ApiError::NotFound(format!("call-back booked with contact {contact}"));
    Ok((row.ok_or_else(missing)?, campaign))
}

async fn changed(
    store: &dyn Store,
    row: &CallBackRow,
    campaign: &Campaign,
    change: &CallBackChange,
    why: &str,
) -> Result<CallBack, ApiError> {
    store
        .change_call_back(row.campaign, row.contact.id, change, why)
        .await?;
    let agents = store.agents().await?;
    let row = store.call_back(row.campaign, row.contact.id).await?;
    let gone = || ApiError::Conflict("it is being called at this moment".to_owned());
    let row = row.ok_or_else(gone)?;
    let agreed = agreed(store, Some(row.contact.person)).await?;
    Ok(call_back_shown(
        &row,
        campaign,
        &agents,
        theirs(&agreed, &row),
    ))
}

/// Which of them.
type Key = Path<(i64, i64)>;

fn key(Path((campaign, contact)): Key) -> (CampaignId, ContactId) {
    (CampaignId::new(campaign), ContactId::new(contact))
}

fn masked(caller: &Caller, mut shown: CallBack) -> Json<CallBack> {
    if caller.admin().is_err() {
        shown.phone = hidden(&shown.phone);
    }
    Json(shown)
}

/// Call at another time: ahead, within the law; else the answer says when (`next_at`).
#[utoipa::path(post, path = "/api/v1/callbacks/{campaign}/{contact}/move", tag = "callbacks",
    request_body = CallBackMoveForm,
    responses((status = 200, body = CallBack), (status = 404, body = wire::Problem),
        (status = 409, body = wire::Problem)))]
pub(crate) async fn move_to(
    State(app): State<App>,
    caller: Caller,
    path: Key,
    Json(form): Json<CallBackMoveForm>,
) -> Result<Json<CallBack>, ApiError> {
    caller.supervisor()?;
    let moved = move_call_back(caller.store.as_ref(), key(path), &form).await?;
    app.control.config_changed();
    Ok(masked(&caller, moved))
}

/// Have another advisor call, or anyone.
#[utoipa::path(post, path = "/api/v1/callbacks/{campaign}/{contact}/assign", tag = "callbacks",
    request_body = CallBackAssignForm,
    responses((status = 200, body = CallBack), (status = 404, body = wire::Problem),
        (status = 409, body = wire::Problem)))]
pub(crate) async fn assign(
    State(app): State<App>,
    caller: Caller,
    path: Key,
    Json(form): Json<CallBackAssignForm>,
) -> Result<Json<CallBack>, ApiError> {
    caller.supervisor()?;
    let assigned = assign_call_back(caller.store.as_ref(), key(path), &form).await?;
    app.control.config_changed();
    Ok(masked(&caller, assigned))
}

/// Promise nothing any more: the contact waits for its turn as others do.
#[utoipa::path(post, path = "/api/v1/callbacks/{campaign}/{contact}/cancel", tag = "callbacks",
    request_body = CallBackCancelForm,
    responses((status = 204), (status = 404, body = wire::Problem), (status = 409, body = wire::Problem)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    path: Key,
    Json(form): Json<CallBackCancelForm>,
) -> Result<StatusCode, ApiError> {
    caller.supervisor()?;
    cancel_call_back(caller.store.as_ref(), key(path), &form).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
