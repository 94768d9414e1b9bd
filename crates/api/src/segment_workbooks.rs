//! Workbooks of segments over HTTP: out as a download, in as an upload.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{CampaignId, ListId};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::SegmentSheetRead;

use crate::App;
use crate::audit;
use crate::auth::Caller;
use crate::campaigns::find;
use crate::error::ApiError;
use crate::lists::spool;
use crate::segment_sheets::{SheetWanted, take_segment_sheet, write_segment_sheet};
use crate::segments::today_of;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Which contacts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Those of this list; all of the campaign when absent.
    list: Option<i64>,
    /// Those this rule takes.
    rule: Option<String>,
}

/// The contacts of a campaign as a workbook (XLSX), with a column `segmento_campaña` to be edited. No phone is in it.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/segment-sheet", tag = "campaigns", params(Wanted),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 422, body = wire::Problem)))]
pub(crate) async fn download(
    State(app): State<App>,
    caller: Caller,
    from: audit::From,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.admin()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let wanted = SheetWanted {
        list: wanted.list.map(ListId::new),
        rule: wanted.rule.unwrap_or_default(),
    };
    let detail = format!(
        "list {:?}, rule {:?}",
        wanted.list.map(ListId::get),
        wanted.rule
    );
    let subject = format!("campaign {}", campaign.id);
    audit::note(
        store,
        &caller,
        &from,
        "campaign.segment_sheet",
        subject,
        detail,
    )
    .await?;
    let file = tempfile::NamedTempFile::new().map_err(ApiError::internal)?;
    write_segment_sheet(store, &campaign, &wanted, today_of(&campaign), file.path()).await?;
    let bytes = tokio::fs::read(file.path())
        .await
        .map_err(ApiError::internal)?;
    let headers = [
        (CONTENT_TYPE, XLSX.to_owned()),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"segmentos.xlsx\"".to_owned(),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// Give contacts the segments of an edited workbook: the body is the file. With problems nothing is changed.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/segment-sheet", tag = "campaigns",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = SegmentSheetRead), (status = 422, body = wire::Problem)))]
pub(crate) async fn upload(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    body: Body,
) -> Result<Json<SegmentSheetRead>, ApiError> {
    caller.admin()?;
    let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    let file = spool(body).await?;
    let (store, name) = (caller.store.as_ref(), "an upload");
    take_segment_sheet(store, &campaign, file.path(), name)
        .await
        .map(Json)
}
