//! Trunks: made, changed, removed by administrators.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{Secret, Trunk, TrunkId, TrunkTransport};
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
    trunk.id = app.store.put_trunk(&trunk).await?;
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
    app.store.put_trunk(&trunk).await?;
    app.control.config_changed();
    Ok(Json(trunk_shown(&trunk)))
}

/// Remove a trunk.
#[utoipa::path(delete, path = "/api/v1/trunks/{id}", tag = "trunks", responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    app.store.remove_trunk(TrunkId::new(id)).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// A trunk before anything was said of it.
pub fn new_trunk() -> Trunk {
    Trunk {
        id: TrunkId::new(0),
        name: String::new(),
        host: String::new(),
        port: 5060,
        transport: TrunkTransport::Udp,
        channels_max: 30,
        calls_per_second_max: 10.0,
        credentials: None,
        prefix: String::new(),
        enabled: true,
    }
}

/// Puts a form into a trunk (`None`: a new one's defaults stay), checking it.
pub fn apply_trunk(form: &TrunkForm, trunk: &mut Trunk) -> Result<(), ApiError> {
    let no = |words: &str| Err(ApiError::Invalid(words.to_owned()));
    set(&mut trunk.name, &form.name);
    set(&mut trunk.host, &form.host);
    set(&mut trunk.port, &form.port);
    set(&mut trunk.channels_max, &form.channels_max);
    set(&mut trunk.calls_per_second_max, &form.calls_per_second_max);
    set(&mut trunk.prefix, &form.prefix);
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
    check(trunk)
}

fn check(trunk: &Trunk) -> Result<(), ApiError> {
    let no = |words: &str| Err(ApiError::Invalid(words.to_owned()));
    let plain = |text: &str| !text.chars().any(|c| c.is_control() || c.is_whitespace());
    if trunk.name.trim().is_empty() {
        return no("the trunk has no name; give it one");
    }
    if trunk.host.is_empty() || !plain(&trunk.host) {
        return no("the trunk needs the host name or IP address of the carrier");
    }
    if !(1..=100_000).contains(&trunk.channels_max) {
        return no("a trunk carries from 1 to 100000 calls at once");
    }
    if !(0.1..=5_000.0).contains(&trunk.calls_per_second_max) {
        return no("a trunk takes from 0.1 to 5000 new calls a second");
    }
    if trunk.prefix.len() > 16
        || !trunk
            .prefix
            .chars()
            .all(|c| c.is_ascii_digit() || "+*#".contains(c))
    {
        return no("the prefix of a trunk is at most 16 of 0-9 + * #");
    }
    Ok(())
}

/// Overwrites a setting where the form has one.
pub(crate) fn set<T: Clone>(setting: &mut T, form: &Option<T>) {
    if let Some(value) = form {
        setting.clone_from(value);
    }
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
        prefix: trunk.prefix.clone(),
        enabled: trunk.enabled,
    }
}
