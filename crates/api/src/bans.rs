//! Sources on the SIP side that guessed passwords and are not heard for a while.

use std::net::IpAddr;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;

/// Who is not heard at the moment.
#[utoipa::path(get, path = "/api/v1/sip/bans", tag = "sip", responses((status = 200, body = [wire::SipBan])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<wire::SipBan>>, ApiError> {
    caller.supervisor()?;
    Ok(Json(app.control.bans().await))
}

/// Hear a source again.
#[utoipa::path(delete, path = "/api/v1/sip/bans/{source}", tag = "sip",
    responses((status = 204), (status = 404, body = wire::Problem)))]
pub(crate) async fn lift(
    State(app): State<App>,
    caller: Caller,
    Path(source): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    let no_ban = || ApiError::NotFound(format!("ban of {source}"));
    let address: IpAddr = source.parse().map_err(|_| no_ban())?;
    match app.control.lift_ban(address).await {
        true => {
            tracing::warn!(user = %caller.user.name, %source, "lifted a ban");
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(no_ban()),
    }
}
