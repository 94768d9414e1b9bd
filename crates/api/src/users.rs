//! Those who may log in. No default password: what is not given is generated
//! and shown once.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::UserId;
use store::{Role, Store, User};
use wire::UserForm;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::hashing::Hashing;
use crate::trunks::set;
use crate::{App, password};

/// Every user.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", responses((status = 200, body = [wire::User])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<wire::User>>, ApiError> {
    caller.admin()?;
    let users = app.store.users().await?;
    Ok(Json(users.iter().map(|user| shown(user, None)).collect()))
}

/// Make a user. The password is shown once, when it was generated.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = UserForm,
    responses((status = 201, body = wire::User), (status = 422, body = wire::Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<UserForm>,
) -> Result<(StatusCode, Json<wire::User>), ApiError> {
    caller.admin()?;
    let mut user = new_user();
    let (store, hashing) = (app.store.as_ref(), &app.log_ins.hashing);
    let generated = apply_user_by(store, hashing, &form, &mut user).await?;
    user.id = caller.store.put_user(&user).await?;
    Ok((StatusCode::CREATED, Json(shown(&user, generated))))
}

/// Change a user.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", request_body = UserForm,
    responses((status = 200, body = wire::User), (status = 404, body = wire::Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<UserForm>,
) -> Result<Json<wire::User>, ApiError> {
    caller.admin()?;
    let users = app.store.users().await?;
    let mut user = users
        .into_iter()
        .find(|user| user.id.get() == id)
        .ok_or_else(|| ApiError::NotFound(format!("user {id}")))?;
    let (store, hashing) = (app.store.as_ref(), &app.log_ins.hashing);
    let generated = apply_user_by(store, hashing, &form, &mut user).await?;
    caller.store.put_user(&user).await?;
    Ok(Json(shown(&user, generated)))
}

/// Remove a user and their sessions.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", responses((status = 204)))]
pub(crate) async fn remove(caller: Caller, Path(id): Path<i64>) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    if caller.user.id.get() == id {
        return Err(ApiError::Conflict(
            "you cannot remove yourself; ask another administrator".to_owned(),
        ));
    }
    caller.store.remove_user(UserId::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A user before anything was said of them.
pub fn new_user() -> User {
    User {
        id: UserId::new(0),
        name: String::new(),
        role: Role::Advisor,
        password_hash: String::new(),
        agent: None,
    }
}

/// Puts a form into a user, checking it. Returns the password when it had to
/// be generated. For a command, which has no thread of its own for passwords.
pub async fn apply_user(
    store: &dyn Store,
    form: &UserForm,
    user: &mut User,
) -> Result<Option<String>, ApiError> {
    apply_user_by(store, &Hashing::start(), form, user).await
}

async fn apply_user_by(
    store: &dyn Store,
    hashing: &Hashing,
    form: &UserForm,
    user: &mut User,
) -> Result<Option<String>, ApiError> {
    set(&mut user.name, &form.name);
    if user.name.trim().is_empty() {
        return Err(ApiError::Invalid(
            "the user has no name; give it one".to_owned(),
        ));
    }
    if let Some(word) = &form.role {
        user.role = Role::from_word(word).ok_or_else(|| {
            ApiError::Invalid(format!(
                "`{word}` is no role; use admin, supervisor, advisor, back_office or client"
            ))
        })?;
    }
    if let Some(name) = &form.agent {
        let agents = store.agents().await?;
        let agent = agents.iter().find(|agent| agent.name == *name);
        let agent =
            agent.ok_or_else(|| ApiError::Invalid(format!("there is no agent named `{name}`")))?;
        user.agent = Some(agent.id);
    }
    if user.role == Role::Advisor && user.agent.is_none() {
        return Err(ApiError::Invalid(
            "an advisor needs an agent: the seat whose calls they take".to_owned(),
        ));
    }
    set_password(hashing, form, user).await
}

async fn set_password(
    hashing: &Hashing,
    form: &UserForm,
    user: &mut User,
) -> Result<Option<String>, ApiError> {
    let generated =
        (form.password.is_none() && user.password_hash.is_empty()).then(password::generate);
    let Some(password) = form.password.clone().or_else(|| generated.clone()) else {
        return Ok(None);
    };
    if password.chars().count() < password::LENGTH_MIN {
        return Err(ApiError::Invalid(format!(
            "a password has {} characters at least",
            password::LENGTH_MIN
        )));
    }
    user.password_hash = hashing.run(move || password::hash(&password)).await?;
    Ok(generated)
}

fn shown(user: &User, generated: Option<String>) -> wire::User {
    wire::User {
        id: user.id.get(),
        name: user.name.clone(),
        role: user.role.word().to_owned(),
        agent: user.agent.map(domain::AgentId::get),
        password: generated,
    }
}
