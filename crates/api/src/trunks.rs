//! Trunks: made, changed, removed by administrators.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{InvalidTrunk, PhoneNumber, Secret, Trunk, TrunkId, TrunkTransport, parse_span};
use wire::TrunkForm;

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;

/// Every trunk.
#[utoipa::path(get, path = "/api/v1/trunks", tag = "trunks", responses((status = 200, body = [wire::Trunk])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<wire::Trunk>>, ApiError> {
    caller.supervisor()?;
    Ok(Json(
        app.store.trunks().await?.iter().map(trunk_shown).collect(),
    ))
}

/// Make a trunk.
#[utoipa::path(post, path = "/api/v1/trunks", tag = "trunks", request_body = TrunkForm,
    responses((status = 201, body = wire::Trunk), (status = 422, body = wire::Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<TrunkForm>,
) -> Result<(StatusCode, Json<wire::Trunk>), ApiError> {
    caller.admin()?;
    let mut trunk = new_trunk();
    apply_trunk(&form, &mut trunk)?;
    trunk.id = caller.store.put_trunk(&trunk).await?;
    app.control.config_changed();
    Ok((StatusCode::CREATED, Json(trunk_shown(&trunk))))
}

/// Change a trunk.
#[utoipa::path(patch, path = "/api/v1/trunks/{id}", tag = "trunks", request_body = TrunkForm,
    responses((status = 200, body = wire::Trunk), (status = 404, body = wire::Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<TrunkForm>,
) -> Result<Json<wire::Trunk>, ApiError> {
    caller.admin()?;
    let trunks = app.store.trunks().await?;
    let mut trunk = trunks
        .into_iter()
        .find(|trunk| trunk.id.get() == id)
        .ok_or_else(|| ApiError::NotFound(format!("trunk {id}")))?;
    apply_trunk(&form, &mut trunk)?;
    caller.store.put_trunk(&trunk).await?;
    app.control.config_changed();
    Ok(Json(trunk_shown(&trunk)))
}

/// Ask a trunk whether it is there: OPTIONS to each of its addresses. No call is placed.
#[utoipa::path(post, path = "/api/v1/trunks/{id}/test", tag = "trunks",
    responses((status = 200, body = wire::TrunkTest), (status = 404, body = wire::Problem),
        (status = 409, body = wire::Problem)))]
pub(crate) async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<wire::TrunkTest>, ApiError> {
    caller.admin()?;
    let trunks = app.store.trunks().await?;
    let trunk = trunks.iter().find(|trunk| trunk.id.get() == id);
    let trunk = trunk.ok_or_else(|| ApiError::NotFound(format!("trunk {id}")))?;
    let tested = app.control.test_trunk(trunk).await;
    Ok(Json(tested.map_err(ApiError::Conflict)?))
}

/// Remove a trunk.
#[utoipa::path(delete, path = "/api/v1/trunks/{id}", tag = "trunks", responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    caller.store.remove_trunk(TrunkId::new(id)).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// A trunk before anything was said of it.
pub fn new_trunk() -> Trunk {
    Trunk::new(TrunkId::new(0), "", "")
}

/// Puts a form into a trunk (`None`: a new one's defaults stay), checking it.
pub fn apply_trunk(form: &TrunkForm, trunk: &mut Trunk) -> Result<(), ApiError> {
    let no = |words: &str| Err(ApiError::Invalid(words.to_owned()));
    set(&mut trunk.name, &form.name);
    set(&mut trunk.host, &form.host);
    set(&mut trunk.port, &form.port);
    set(&mut trunk.channels_max, &form.channels_max);
    set(&mut trunk.calls_per_second_max, &form.calls_per_second_max);
    apply_rules(form, trunk)?;
    apply_identity(form, trunk)?;
    if let Some(expires) = &form.register {
        let span = parse_span(expires)
            .map_err(|problem| ApiError::Invalid(format!("register: {problem}")))?;
        trunk.register = (!span.is_zero()).then_some(span);
    }
    if let Some(srtp) = &form.srtp {
        let read = srtp.parse();
        trunk.srtp = read.map_err(|wrong: InvalidTrunk| ApiError::Invalid(wrong.to_string()))?;
    }
    set(&mut trunk.enabled, &form.enabled);
    match form.transport.as_deref() {
        None => {}
        Some("udp") => trunk.transport = TrunkTransport::Udp,
        Some("tcp") => trunk.transport = TrunkTransport::Tcp,
        Some("tls") => {
            trunk.transport = TrunkTransport::Tls;
            // A new one is where TLS usually is.
            if trunk.id == TrunkId::new(0) && form.port.is_none() {
                trunk.port = 5061;
            }
        }
        Some(_) => return no("the transport of a trunk is `udp`, `tcp` or `tls`"),
    }
    match (&form.user, &form.password) {
        (Some(user), _) if user.is_empty() => trunk.credentials = None,
        (Some(user), Some(password)) => {
            trunk.credentials = Some((user.clone(), Secret::new(password.clone())));
        }
        (Some(user), None) => match &mut trunk.credentials {
            Some((old, _)) => old.clone_from(user),
            None => return no("a trunk that logs in needs both user and password"),
        },
        (None, Some(password)) => match &mut trunk.credentials {
            Some((_, old)) => *old = Secret::new(password.clone()),
            None => return no("a trunk that logs in needs both user and password"),
        },
        (None, None) => {}
    }
    trunk
        .check()
        .map_err(|problem| ApiError::Invalid(problem.to_string()))
}

fn apply_rules(form: &TrunkForm, trunk: &mut Trunk) -> Result<(), ApiError> {
    if let Some(prefix) = &form.prefix {
        trunk.called = match prefix.as_str() {
            "" => Vec::new(),
            prefix => rules(&[format!("* put {prefix}")])?,
        };
    }
    if let Some(texts) = &form.called {
        trunk.called = rules(texts)?;
    }
    if let Some(texts) = &form.calling {
        trunk.calling = rules(texts)?;
    }
    if let Some(texts) = &form.headers {
        trunk.headers = rules(texts)?;
    }
    Ok(())
}

/// Rules as people write them; the first that is none is named.
fn rules<T: FromStr<Err: Display>>(texts: &[String]) -> Result<Vec<T>, ApiError> {
    let read = |text: &String| {
        text.parse()
            .map_err(|wrong: T::Err| ApiError::Invalid(wrong.to_string()))
    };
    texts.iter().map(read).collect()
}

fn apply_identity(form: &TrunkForm, trunk: &mut Trunk) -> Result<(), ApiError> {
    let identity = &mut trunk.identity;
    set(&mut identity.asserted, &form.asserted);
    set(&mut identity.remote_party, &form.remote_party);
    set(&mut identity.private, &form.private);
    set(&mut identity.history_info, &form.history_info);
    let unless_empty = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    if let Some(user) = &form.from_user {
        identity.from_user = unless_empty(user);
    }
    if let Some(domain) = &form.from_domain {
        identity.from_domain = unless_empty(domain);
    }
    if let Some(number) = &form.diversion {
        let number = unless_empty(number).map(|text| PhoneNumber::from_e164(&text));
        identity.diversion = number
            .transpose()
            .map_err(|wrong| ApiError::Invalid(format!("diversion: {wrong}")))?;
    }
    Ok(())
}

/// Overwrites a setting where the form has one.
pub(crate) fn set<T: Clone>(setting: &mut T, form: &Option<T>) {
    if let Some(value) = form {
        setting.clone_from(value);
    }
}

fn texts(rules: &[impl Display]) -> Vec<String> {
    rules.iter().map(ToString::to_string).collect()
}

/// A trunk in public words.
pub fn trunk_shown(trunk: &Trunk) -> wire::Trunk {
    wire::Trunk {
        id: trunk.id.get(),
        name: trunk.name.clone(),
        host: trunk.host.clone(),
        port: trunk.port,
        transport: match trunk.transport {
            TrunkTransport::Udp => "udp".to_owned(),
            TrunkTransport::Tcp => "tcp".to_owned(),
            TrunkTransport::Tls => "tls".to_owned(),
        },
        channels_max: trunk.channels_max,
        calls_per_second_max: trunk.calls_per_second_max,
        user: trunk.credentials.as_ref().map(|(user, _)| user.clone()),
        called: texts(&trunk.called),
        calling: texts(&trunk.calling),
        headers: texts(&trunk.headers),
        from_user: trunk.identity.from_user.clone(),
        from_domain: trunk.identity.from_domain.clone(),
        asserted: trunk.identity.asserted,
        remote_party: trunk.identity.remote_party,
        private: trunk.identity.private,
        diversion: trunk.identity.diversion.map(PhoneNumber::dialable),
        history_info: trunk.identity.history_info,
        register_s: trunk.register.map(|span| span.as_secs()),
        srtp: trunk.srtp.as_str().to_owned(),
        enabled: trunk.enabled,
    }
}
