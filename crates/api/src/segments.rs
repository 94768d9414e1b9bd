//! Segments of a list: its columns, what may be written next, and whom a rule takes.

use axum::Json;
use axum::extract::{Path, Query, State};
use campaigns::{Campaign, DayClock};
use chrono::NaiveDate;
use domain::ListId;
use segments::{Kind, Schema, Segment};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::{SegmentColumn, SegmentCount, SegmentRule, SegmentSuggestions};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::segment_count;

/// The columns that a rule over a list may name.
#[utoipa::path(get, path = "/api/v1/lists/{id}/columns", tag = "lists", responses((status = 200, body = [SegmentColumn])))]
pub(crate) async fn columns(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<SegmentColumn>>, ApiError> {
    caller.supervisor()?;
    let schema = segment_count::columns(app.store.as_ref(), ListId::new(id)).await?;
    Ok(Json(columns_shown(&schema)))
}

/// Columns in public words.
pub fn columns_shown(schema: &Schema) -> Vec<SegmentColumn> {
    let shown = schema.columns().iter().map(|column| SegmentColumn {
        name: column.name.clone(),
        kind: kind_word(column.kind).to_owned(),
        about: column.about.clone(),
    });
    shown.collect()
}

/// A rule as far as it is written.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Begun {
    /// The rule.
    rule: String,
}

/// What may be written next in a rule, and where it is wrong.
#[utoipa::path(get, path = "/api/v1/lists/{id}/segment-words", tag = "lists", params(Begun), responses((status = 200, body = SegmentSuggestions)))]
pub(crate) async fn words(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(begun): Query<Begun>,
) -> Result<Json<SegmentSuggestions>, ApiError> {
    caller.supervisor()?;
    let schema = segment_count::columns(app.store.as_ref(), ListId::new(id)).await?;
    let wrong = Segment::parse(&begun.rule, &schema).err();
    Ok(Json(SegmentSuggestions {
        words: segments::suggestions(&begun.rule, &schema),
        wrong_from: wrong.as_ref().map(|error| error.at.start),
        wrong_to: wrong.as_ref().map(|error| error.at.end),
        message: wrong.map(|error| error.message),
    }))
}

/// Whom a rule takes of a list, with examples. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/lists/{id}/segment-count", tag = "lists", request_body = SegmentRule,
    responses((status = 200, body = SegmentCount), (status = 422, body = wire::Problem)))]
pub(crate) async fn count(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(asked): Json<SegmentRule>,
) -> Result<Json<SegmentCount>, ApiError> {
    caller.supervisor()?;
    let list = ListId::new(id);
    let count = segment_count::count(app.store.as_ref(), list, &asked.rule, today(), |_| {});
    count.await.map(Json)
}

/// The day it is in Colombia, by whose calendar rules over a list alone are read.
pub fn today() -> NaiveDate {
    DayClock::default().date(now()).unwrap_or_default()
}

/// The day it is by the clock of a campaign's law pack.
pub fn today_of(campaign: &Campaign) -> NaiveDate {
    let clock = DayClock::of(&campaign.law_pack);
    clock.date(now()).unwrap_or_default()
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "number",
        Kind::Date => "date",
    }
}
