//! Setting up an agent's phone: what to enter where, for the administrator or the agent; a new
//! password, shown once; and the place from which a phone fetches its settings, once.

pub mod qr;
pub mod softphones;

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::{AgentProfile, Secret, Timestamp};
use store::{Role, Store};
use wire::{PhoneServer, PhoneTicket, Provisioning};

use self::softphones::{Account, linphone_file, softphones};
use crate::auth::{Caller, new_token, now, token_hash};
use crate::error::ApiError;
use crate::{App, password};

/// What a phone dials to hear itself; telephony answers there.
const ECHO: &str = "*43";
/// How long a place holds settings ready: as long as it takes to find the menu of a phone.
pub const TICKET: Duration = Duration::from_secs(600);
/// Below the address of the API, before the token.
const TICKET_PATH: &str = "/api/v1/phone-config/";

/// How an agent's phone is set up, without its password.
#[utoipa::path(get, path = "/api/v1/agents/{name}/provisioning", tag = "agents",
    responses((status = 200, body = Provisioning), (status = 404, body = wire::Problem)))]
pub(crate) async fn shown(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Provisioning>, ApiError> {
    let agent = whose(&app, &caller, &name).await?;
    let server = app.control.phone_server();
    Ok(Json(provisioning(&agent, server, None, None)))
}

/// Give an agent's phone a new password. It and the place to fetch it from are shown this once; the
/// phones that have the old one are let go.
#[utoipa::path(post, path = "/api/v1/agents/{name}/provisioning", tag = "agents",
    responses((status = 200, body = Provisioning), (status = 404, body = wire::Problem)))]
pub(crate) async fn renew(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let agent = whose(&app, &caller, &name).await?;
    let server = app.control.phone_server();
    let word = new_password(caller.store.as_ref(), &agent).await?;
    app.control.config_changed();
    let base = base_of(&headers);
    let ticket = new_ticket(app.store.as_ref(), &agent, &base, now()).await?;
    tracing::info!(agent = %agent.name, by = %caller.user.name, "the phone has a new password");
    let shown = provisioning(&agent, server, Some(&word), Some(ticket));
    Ok((no_store(), Json(shown)).into_response())
}

/// The settings that a ticket is for, in Linphone's form. Good once.
#[utoipa::path(get, path = "/api/v1/phone-config/{token}", tag = "agents",
    responses((status = 200, content_type = "text/xml"), (status = 404, body = wire::Problem)))]
pub(crate) async fn fetch(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    // One answer for used, lapsed and never given out.
    let gone = || ApiError::NotFound("these settings; ask for a new code".to_owned());
    let hash = token_hash(&token);
    let id = app.store.take_phone_ticket(&hash, now()).await?;
    let id = id.ok_or_else(gone)?;
    let agents = app.store.agents().await?;
    let agent = agents.into_iter().find(|agent| agent.id == id);
    let agent = agent.ok_or_else(gone)?;
    let word = app.store.agent_password(id).await?.ok_or_else(gone)?;
    let server = app.control.phone_server();
    let place = server.places.first().ok_or_else(gone)?;
    let account = Account {
        name: &agent.name,
        user: &agent.sip_user,
        password: Some(word.expose()),
    };
    let file = linphone_file(account, &server, place);
    let kind = HeaderValue::from_static("text/xml; charset=utf-8");
    Ok((no_store(), [(CONTENT_TYPE, kind)], file).into_response())
}

/// The agent, for administrators and themself. To anybody else no agent exists.
async fn whose(app: &App, caller: &Caller, name: &str) -> Result<AgentProfile, ApiError> {
    let agents = app.store.agents().await?;
    let found = agents.into_iter().find(|agent| agent.name == name);
    let allowed = |agent: &AgentProfile| {
        caller.user.role == Role::Admin || caller.user.agent == Some(agent.id)
    };
    match found {
        Some(agent) if allowed(&agent) => Ok(agent),
        Some(_) | None if caller.user.role != Role::Admin => Err(ApiError::NotAllowed),
        Some(_) | None => Err(ApiError::NotFound(format!("an agent named `{name}`"))),
    }
}

/// Everything about an agent's phone in public words.
pub fn provisioning(
    agent: &AgentProfile,
    server: PhoneServer,
    word: Option<&str>,
    ticket: Option<PhoneTicket>,
) -> Provisioning {
    let account = Account {
        name: &agent.name,
        user: &agent.sip_user,
        password: word,
    };
    Provisioning {
        agent: agent.name.clone(),
        sip_user: agent.sip_user.clone(),
        softphones: softphones(account, &server),
        server,
        echo: ECHO.to_owned(),
        password: word.map(str::to_owned),
        ticket,
    }
}

/// Gives the agent's phone a new password and says it.
pub async fn new_password(store: &dyn Store, agent: &AgentProfile) -> Result<String, ApiError> {
    let word = password::generate();
    store
        .put_agent(agent, Some(&Secret::new(word.clone())))
        .await?;
    Ok(word)
}

/// Makes a place below `base` from which the agent's phone may fetch its settings once.
pub async fn new_ticket(
    store: &dyn Store,
    agent: &AgentProfile,
    base: &str,
    now: Timestamp,
) -> Result<PhoneTicket, ApiError> {
    let token = new_token();
    let expires_at = now + TICKET;
    store
        .put_phone_ticket(&token_hash(&token), agent.id, expires_at)
        .await?;
    let url = format!("{}{TICKET_PATH}{token}", base.trim_end_matches('/'));
    let qr_svg = qr::svg(&url)
        .ok_or_else(|| ApiError::Invalid("the address of this server is too long".to_owned()))?;
    Ok(PhoneTicket {
        url,
        expires_at: expires_at.as_millis(),
        qr_svg,
    })
}

/// Where the browser that asks finds us: a page says so itself, scheme included.
fn base_of(headers: &HeaderMap) -> String {
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = said(HOST).unwrap_or("localhost");
    let origin = said(ORIGIN).filter(|origin| origin.ends_with(&format!("://{host}")));
    origin.map_or_else(|| format!("http://{host}"), str::to_owned)
}

fn no_store() -> [(axum::http::HeaderName, HeaderValue); 1] {
    [(CACHE_CONTROL, HeaderValue::from_static("no-store"))]
}
