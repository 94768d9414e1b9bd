//! Sources on the SIP side that guessed passwords and are not heard for a while.

use std::net::IpAddr;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use crate::App;
use crate::audit::{self, From};
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

/// Hear a source again. Who did is in the audit log.
#[utoipa::path(delete, path = "/api/v1/sip/bans/{source}", tag = "sip",
    responses((status = 204), (status = 404, body = wire::Problem)))]
pub(crate) async fn lift(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(source): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    let no_ban = || ApiError::NotFound(format!("ban of {source}"));
    let address: IpAddr = source.parse().map_err(|_| no_ban())?;
    let bans = app.control.bans().await;
    let ban = bans.iter().find(|ban| ban.source.parse() == Ok(address));
    let ban = ban.ok_or_else(no_ban)?;
    let subject = format!("source {address}");
    let detail = format!("{}, {} wrong logins", ban.reason, ban.wrong_logins);
    audit::note(
        app.store.as_ref(),
        &caller,
        &from,
        "sip.ban.lift",
        subject,
        detail,
    )
    .await?;
    match app.control.lift_ban(address).await {
        true => Ok(StatusCode::NO_CONTENT),
        // It ended by itself meanwhile.
        false => Err(no_ban()),
    }
}
