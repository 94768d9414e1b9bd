//! Destinations: where live calls may be handed to besides advisors. Nothing
//! that is not on this list can be reached.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{Destination, DestinationId, DestinationPlace, PhoneNumber, Secret};
use store::Store;
use wire::DestinationForm;

use crate::agents::is_sip_user;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::trunks::set;
use crate::{App, password};

/// Every destination.
#[utoipa::path(get, path = "/api/v1/destinations", tag = "destinations",
    responses((status = 200, body = [wire::Destination])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<wire::Destination>>, ApiError> {
    caller.supervisor()?;
    let destinations = app.store.destinations().await?;
    Ok(Json(destinations.iter().map(destination_shown).collect()))
}

/// Make a destination. A phone's password is shown once, when it was generated.
#[utoipa::path(post, path = "/api/v1/destinations", tag = "destinations",
    request_body = DestinationForm,
    responses((status = 201, body = wire::Destination), (status = 422, body = wire::Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(mut form): Json<DestinationForm>,
) -> Result<(StatusCode, Json<wire::Destination>), ApiError> {
    caller.admin()?;
    let generated = generated_password(&mut form);
    let mut destination = new_destination();
    apply_destination(app.store.as_ref(), &form, &mut destination).await?;
    let secret = form.sip_password.map(Secret::new);
    let put = caller.store.put_destination(&destination, secret.as_ref());
    destination.id = put.await?;
    app.control.config_changed();
    let mut shown = destination_shown(&destination);
    shown.sip_password = generated;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Change a destination.
#[utoipa::path(patch, path = "/api/v1/destinations/{id}", tag = "destinations",
    request_body = DestinationForm,
    responses((status = 200, body = wire::Destination), (status = 404, body = wire::Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<DestinationForm>,
) -> Result<Json<wire::Destination>, ApiError> {
    caller.admin()?;
    let known = app.store.destinations().await?;
    let mut destination = known
        .into_iter()
        .find(|destination| destination.id.get() == id)
        .ok_or_else(|| ApiError::NotFound(format!("destination {id}")))?;
    apply_destination(app.store.as_ref(), &form, &mut destination).await?;
    let secret = form.sip_password.map(Secret::new);
    let put = caller.store.put_destination(&destination, secret.as_ref());
    put.await?;
    app.control.config_changed();
    Ok(Json(destination_shown(&destination)))
}

/// Remove a destination.
#[utoipa::path(delete, path = "/api/v1/destinations/{id}", tag = "destinations",
    responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    let remove = caller.store.remove_destination(DestinationId::new(id));
    remove.await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// A destination before anything was said of it.
pub fn new_destination() -> Destination {
    Destination {
        id: DestinationId::new(0),
        name: String::new(),
        place: DestinationPlace::Phone(String::new()),
    }
}

/// Gives the phone of a new destination a password where the form has none;
/// says which.
pub fn generated_password(form: &mut DestinationForm) -> Option<String> {
    let needed = form.sip_user.is_some() && form.sip_password.is_none();
    let generated = needed.then(password::generate);
    form.sip_password = form.sip_password.take().or_else(|| generated.clone());
    generated
}

/// Puts a form into a destination, checking it.
pub async fn apply_destination(
    store: &dyn Store,
    form: &DestinationForm,
    destination: &mut Destination,
) -> Result<(), ApiError> {
    let no = |words: &str| Err(ApiError::Invalid(words.to_owned()));
    set(&mut destination.name, &form.name);
    match (&form.sip_user, &form.number) {
        (None, None) => {}
        (Some(user), None) => destination.place = DestinationPlace::Phone(user.clone()),
        (None, Some(number)) => {
            let number = PhoneNumber::from_e164(number);
            let Ok(number) = number else {
                return no(
                    "the number of a destination is written in E.164, such as +576011234567",
                );
            };
            destination.place = DestinationPlace::Number(number);
        }
        (Some(_), Some(_)) => {
            return no("a destination is either a phone (`sip_user`) or a `number`, not both");
        }
    }
    let name = destination.name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return no("the name of a destination has 1 to 60 characters");
    }
    if let DestinationPlace::Phone(user) = &destination.place {
        if user.len() > 64 || !is_sip_user(user) {
            return no(
                "a destination needs a `number`, or a `sip_user` of letters, digits and . - _",
            );
        }
        let agents = store.agents().await?;
        if agents.iter().any(|agent| agent.sip_user == *user) {
            return no("that phone is an advisor's; give the destination one of its own");
        }
    }
    password::check_phone(form.sip_password.as_ref())
}

/// A destination in public words.
pub fn destination_shown(destination: &Destination) -> wire::Destination {
    let (sip_user, number) = match &destination.place {
        DestinationPlace::Phone(user) => (Some(user.clone()), None),
        DestinationPlace::Number(number) => (None, Some(number.dialable())),
    };
    wire::Destination {
        id: destination.id.get(),
        name: destination.name.clone(),
        sip_user,
        sip_password: None,
        number,
    }
}
