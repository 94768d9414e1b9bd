//! The evidence of a sale over HTTP: the archive that the command line writes. What is asked for is in the audit log before anything
//! of it is read.

use std::io::Seek as _;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::SaleId;

use crate::App;
use crate::audit::{self, From};
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::evidence_zip::pieces;
use crate::sale_pack::pack_sale;
use crate::sales::Viewer;

/// Tells the public key that the archive is signed by; keep it apart.
const KEY: HeaderName = HeaderName::from_static("x-evidence-key");

/// The evidence of a sale in one signed archive: its record, the recording with its marks, what shows who the customer is. What should
/// be in it and is not, its index says. The public key is the header `x-evidence-key`. It holds personal data in the clear. In the audit log.
#[utoipa::path(get, path = "/api/v1/sales/{id}/pack", tag = "sales",
    responses((status = 200, content_type = "application/zip"), (status = 404, body = wire::Problem)))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(id): Path<i64>,
) -> Result<Response, ApiError> {
    let viewer = Viewer::of(&caller)?;
    viewer.desk()?;
    let (store, id) = (app.store.as_ref(), SaleId::new(id));
    viewer.sale(store, id).await?;
    let detail = "over HTTP".to_owned();
    audit::note(
        store,
        &caller,
        &from,
        "sale.pack",
        format!("sale {id}"),
        detail,
    )
    .await?;
    let mut file = tempfile::tempfile().map_err(ApiError::internal)?;
    let index = pack_sale(store, &app.vault, id, &caller.user.name, now(), &mut file).await?;
    let bytes = file.stream_position().map_err(ApiError::internal)?;
    file.rewind().map_err(ApiError::internal)?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_LENGTH, bytes.to_string()),
        (CACHE_CONTROL, "no-store".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"venta-{id}.zip\""),
        ),
        (KEY, index.key),
    ];
    let body = Body::from_stream(pieces(tokio::fs::File::from_std(file)));
    Ok((headers, body).into_response())
}
