//! Logging in and out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{ConnectInfo, Extension, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use wire::{LogInForm, Role};

use crate::auth::{COOKIE_NAME, Caller, actor, new_token, now, token_hash};
use crate::error::ApiError;
use crate::{App, password};

/// A shift and its overtime.
const SESSION: Duration = Duration::from_secs(12 * 3_600);
/// Long enough for a command to ask what it came for; a trace that has begun goes on.
const SHORT: Duration = Duration::from_secs(60);
/// What an unknown user's password is compared with, so that it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0\
    $2gcOV25Q8vOKPIl8vdxsf7QCjocJcf+erntOGHkpXm4";

/// Log in.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = LogInForm,
    responses((status = 200, body = wire::Session), (status = 401, body = wire::Problem)))]
pub(crate) async fn enter(
    State(app): State<App>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    Json(form): Json<LogInForm>,
) -> Result<Response, ApiError> {
    let address = from.map(|from| from.0.0);
    let from = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
    let LogInForm {
        user: name,
        password,
    } = form;
    if !app.log_ins.may_try(from, &name, Instant::now()) {
        return Err(ApiError::TooManyTries);
    }
    let user = app.store.user_named(&name).await?;
    let hash = user
        .as_ref()
        .map_or_else(|| NOBODY.to_owned(), |user| user.password_hash.clone());
    let verify = move || password::verify(&password, &hash);
    let right = app.log_ins.hashing.run(verify).await?;
    let Some(user) = user.filter(|_| right) else {
        app.log_ins.was_wrong(from, &name, Instant::now());
        return Err(ApiError::WrongPassword);
    };
    let token = new_token();
    let session = store::Session {
        token_hash: token_hash(&token),
        user: user.id,
        created_at: now(),
        expires_at: now() + SESSION,
    };
    let store = app.store.acting(actor(&user, address));
    store.put_session(&session).await?;
    let cookie = format!(
        "{COOKIE_NAME}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}",
        SESSION.as_secs()
    );
    let shown = shown(token, &user, session.expires_at.as_millis());
    Ok(([(SET_COOKIE, cookie)], Json(shown)).into_response())
}

/// Who is logged in.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = wire::Session), (status = 401, body = wire::Problem)))]
pub(crate) async fn current(caller: Caller) -> Json<wire::Session> {
    Json(shown(
        String::new(),
        &caller.user,
        caller.expires_at.as_millis(),
    ))
}

/// Log out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub(crate) async fn leave(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    app.store.delete_session(&caller.token_hash).await?;
    let cookie = format!("{COOKIE_NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// A short session for who may open the record, hence is an administrator (ADR 8): as the one of
/// this name, or the first there is. Returns its token and the name.
pub async fn enter_by_record(
    store: &dyn store::Store,
    name: Option<&str>,
) -> Result<(String, String), ApiError> {
    let users = store.users().await?;
    let user = users
        .into_iter()
        .filter(|user| user.role == store::Role::Admin)
        .find(|user| name.is_none_or(|name| user.name == name));
    let whom = || match name {
        Some(name) => format!("administrator named `{name}`; see `cadencia user list`"),
        None => "administrator; make one with `cadencia user add NAME --role admin`".to_owned(),
    };
    let user = user.ok_or_else(|| ApiError::NotFound(whom()))?;
    let token = new_token();
    let session = store::Session {
        token_hash: token_hash(&token),
        user: user.id,
        created_at: now(),
        expires_at: now() + SHORT,
    };
    store.put_session(&session).await?;
    Ok((token, user.name))
}

fn shown(token: String, user: &store::User, expires_at: i64) -> wire::Session {
    wire::Session {
        token,
        user: user.name.clone(),
        role: match user.role {
            store::Role::Admin => Role::Admin,
            store::Role::Supervisor => Role::Supervisor,
            store::Role::Advisor => Role::Advisor,
            store::Role::BackOffice => Role::BackOffice,
            store::Role::Client => Role::Client,
        },
        agent: user.agent.map(domain::AgentId::get),
        expires_at,
    }
}
