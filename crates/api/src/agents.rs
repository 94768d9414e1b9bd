//! Agents: who takes calls, on which phone, for which campaigns.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{AgentId, AgentProfile, DestinationPlace, LineMode, Secret};
use store::Store;
use wire::AgentForm;

use crate::auth::Caller;
use crate::campaigns::by_name;
use crate::error::ApiError;
use crate::trunks::set;
use crate::{App, password};

/// Every agent.
#[utoipa::path(get, path = "/api/v1/agents", tag = "agents", responses((status = 200, body = [wire::Agent])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<wire::Agent>>, ApiError> {
    caller.supervisor()?;
    let mut shown = Vec::new();
    for agent in app.store.agents().await? {
        shown.push(agent_shown(app.store.as_ref(), &agent).await?);
    }
    Ok(Json(shown))
}

/// Make an agent. The phone's password is shown once, when it was generated.
#[utoipa::path(post, path = "/api/v1/agents", tag = "agents", request_body = AgentForm,
    responses((status = 201, body = wire::Agent), (status = 422, body = wire::Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(mut form): Json<AgentForm>,
) -> Result<(StatusCode, Json<wire::Agent>), ApiError> {
    caller.admin()?;
    let generated = form.sip_password.is_none().then(password::generate);
    form.sip_password = form.sip_password.or_else(|| generated.clone());
    let mut agent = new_agent();
    apply_agent(app.store.as_ref(), &form, &mut agent).await?;
    let secret = form.sip_password.map(Secret::new);
    agent.id = caller.store.put_agent(&agent, secret.as_ref()).await?;
    app.control.config_changed();
    let mut shown = agent_shown(app.store.as_ref(), &agent).await?;
    shown.sip_password = generated;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Change an agent.
#[utoipa::path(patch, path = "/api/v1/agents/{id}", tag = "agents", request_body = AgentForm,
    responses((status = 200, body = wire::Agent), (status = 404, body = wire::Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<AgentForm>,
) -> Result<Json<wire::Agent>, ApiError> {
    caller.admin()?;
    let agents = app.store.agents().await?;
    let mut agent = agents
        .into_iter()
        .find(|agent| agent.id.get() == id)
        .ok_or_else(|| ApiError::NotFound(format!("agent {id}")))?;
    apply_agent(app.store.as_ref(), &form, &mut agent).await?;
    let secret = form.sip_password.map(Secret::new);
    caller.store.put_agent(&agent, secret.as_ref()).await?;
    app.control.config_changed();
    Ok(Json(agent_shown(app.store.as_ref(), &agent).await?))
}

/// Remove an agent; what they did stays.
#[utoipa::path(delete, path = "/api/v1/agents/{id}", tag = "agents", responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    caller.store.remove_agent(AgentId::new(id)).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// An agent before anything was said of them.
pub fn new_agent() -> AgentProfile {
    AgentProfile {
        id: AgentId::new(0),
        name: String::new(),
        sip_user: String::new(),
        campaigns: Vec::new(),
        line: LineMode::NailedUp,
    }
}

/// Puts a form into an agent, checking every setting and name.
pub async fn apply_agent(
    store: &dyn Store,
    form: &AgentForm,
    agent: &mut AgentProfile,
) -> Result<(), ApiError> {
    let no = |words: &str| Err(ApiError::Invalid(words.to_owned()));
    set(&mut agent.name, &form.name);
    set(&mut agent.sip_user, &form.sip_user);
    match form.line.as_deref() {
        None => {}
        Some("nailed_up") => agent.line = LineMode::NailedUp,
        Some("per_call") => agent.line = LineMode::PerCall,
        Some(_) => return no("the line of an agent is `nailed_up` or `per_call`"),
    }
    if let Some(names) = &form.campaigns {
        let campaigns = store.campaigns().await?;
        agent.campaigns = by_name("campaign", names, |name| {
            campaigns.iter().find(|c| c.name == name).map(|c| c.id)
        })?;
    }
    if agent.name.trim().is_empty() {
        return no("the agent has no name; give it one");
    }
    if !is_sip_user(&agent.sip_user) {
        return no("the SIP user of an agent is made of letters, digits and . - _");
    }
    let destinations = store.destinations().await?;
    let taken = DestinationPlace::Phone(agent.sip_user.clone());
    if destinations.iter().any(|known| known.place == taken) {
        return no("that phone is a destination's; give the agent one of their own");
    }
    password::check_phone(form.sip_password.as_ref())
}

/// Whether a text can be the user of a phone's address.
pub(crate) fn is_sip_user(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}

/// An agent in public words.
pub async fn agent_shown(store: &dyn Store, agent: &AgentProfile) -> Result<wire::Agent, ApiError> {
    let campaigns = store.campaigns().await?;
    let name = |id| {
        campaigns
            .iter()
            .find(|c| c.id == id)
            .map(|c| c.name.clone())
    };
    Ok(wire::Agent {
        id: agent.id.get(),
        name: agent.name.clone(),
        sip_user: agent.sip_user.clone(),
        sip_password: None,
        campaigns: agent.campaigns.iter().filter_map(|id| name(*id)).collect(),
        line: match agent.line {
            LineMode::NailedUp => "nailed_up".to_owned(),
            LineMode::PerCall => "per_call".to_owned(),
        },
    })
}
