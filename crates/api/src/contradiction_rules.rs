//! The rules that find contradictions, as a campaign has them: what is in force, a new version after it was checked,
//! and the versions there were. A table travels as the CSV that spreadsheets edit.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use campaigns::{ContradictionRule, InvalidRules};
use domain::{CampaignId, Timestamp};
use serde::Deserialize;
use store::{ContradictionSet, Store};
use utoipa::IntoParams;
use wire::ContradictionRules;

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::typifications::Meant;

/// Which version.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// By its number, 0 the house's; the one in force when absent.
    version: Option<u32>,
}

/// The rules that find contradictions in a campaign: a version, which is the house's (0) until it has its own.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/contradiction-rules", tag = "typifications", params(Wanted),
    responses((status = 200, body = ContradictionRules), (status = 404, body = wire::Problem)))]
pub(crate) async fn shown(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<ContradictionRules>, ApiError> {
    caller.supervisor()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    contradiction_rules(app.store.as_ref(), id, wanted.version)
        .await
        .map(Json)
}

/// The same as the CSV that a spreadsheet edits, and that can be put back.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/contradiction-rules.csv", tag = "typifications",
    params(Wanted),
    responses((status = 200, content_type = "text/csv"), (status = 404, body = wire::Problem)))]
pub(crate) async fn csv(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.supervisor()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let rules = contradiction_rules(app.store.as_ref(), id, wanted.version).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"contradicciones.csv\"",
        ),
    ];
    Ok((headers, rules.csv).into_response())
}

/// Put rules into force. Everything that is wrong with them is told by line and column. In the audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/contradiction-rules.csv", tag = "typifications",
    params(Meant), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ContradictionRules), (status = 422, body = wire::Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(meant): Query<Meant>,
    text: String,
) -> Result<Json<ContradictionRules>, ApiError> {
    caller.admin()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let (store, by) = (caller.store.as_ref(), caller.user.name.as_str());
    match meant.check {
        true => check_contradiction_rules(store, id, &text).await,
        false => put_contradiction_rules(store, id, &text, by, &meant.note).await,
    }
    .map(Json)
}

/// The versions there are, the newest first; the house's last.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/contradiction-rules/versions", tag = "typifications",
    responses((status = 200, body = [ContradictionRules]), (status = 404, body = wire::Problem)))]
pub(crate) async fn versions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<ContradictionRules>>, ApiError> {
    caller.supervisor()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    contradiction_versions(app.store.as_ref(), id)
        .await
        .map(Json)
}

/// The rules in force in a campaign, and their version.
pub async fn rules_in_force(
    store: &dyn Store,
    campaign: CampaignId,
) -> Result<(u32, Vec<ContradictionRule>), ApiError> {
    let rules = contradiction_rules(store, campaign, None).await?;
    // Codes were checked when it was put; the campaign's may have changed since.
    let read = ContradictionRule::read(&rules.csv, None).map_err(refused)?;
    Ok((rules.version, read))
}

/// A version of a campaign's rules; the one in force where none is named.
pub async fn contradiction_rules(
    store: &dyn Store,
    campaign: CampaignId,
    version: Option<u32>,
) -> Result<ContradictionRules, ApiError> {
    let all = contradiction_versions(store, campaign).await?;
    let found = match version {
        None => all.into_iter().next(),
        Some(number) => all.into_iter().find(|rules| rules.version == number),
    };
    let missing = || ApiError::NotFound(format!("version {} of the rules", version.unwrap_or(0)));
    found.ok_or_else(missing)
}

/// Every version of a campaign's rules, the newest first; the house's last.
pub async fn contradiction_versions(
    store: &dyn Store,
    campaign: CampaignId,
) -> Result<Vec<ContradictionRules>, ApiError> {
    let sets = store.contradiction_sets(campaign).await?;
    let of_campaign = |set: &ContradictionSet| ContradictionRules {
        version: set.version,
        at: Some(set.at.as_millis()),
        by: set.by.clone(),
        note: set.note.clone(),
        rules: ContradictionRule::read(&set.text, None).map_or(0, |rules| rules.len()),
        csv: set.text.clone(),
    };
    let mut all: Vec<_> = sets.iter().map(of_campaign).collect();
    all.push(ContradictionRules {
        version: 0,
        at: None,
        by: String::new(),
        note: String::new(),
        rules: ContradictionRule::house().len(),
        csv: ContradictionRule::house_text().to_owned(),
    });
    Ok(all)
}

/// Says what a table would be, or everything that is wrong with it.
pub async fn check_contradiction_rules(
    store: &dyn Store,
    campaign: CampaignId,
    text: &str,
) -> Result<ContradictionRules, ApiError> {
    let meant = store.catalogue(campaign).await?;
    let rules = ContradictionRule::read(text, Some(&meant)).map_err(refused)?;
    Ok(ContradictionRules {
        version: 0,
        at: None,
        by: String::new(),
        note: String::new(),
        rules: rules.len(),
        csv: text.to_owned(),
    })
}

/// Puts a table that was checked into force.
pub async fn put_contradiction_rules(
    store: &dyn Store,
    campaign: CampaignId,
    text: &str,
    by: &str,
    note: &str,
) -> Result<ContradictionRules, ApiError> {
    let checked = check_contradiction_rules(store, campaign, text).await?;
    let new = ContradictionSet {
        campaign,
        version: 0,
        at: now(),
        by: by.to_owned(),
        note: note.to_owned(),
        text: text.to_owned(),
    };
    Ok(ContradictionRules {
        version: store.put_contradiction_set(&new).await?,
        at: Some(Timestamp::as_millis(new.at)),
        by: new.by,
        note: new.note,
        ..checked
    })
}

fn refused(problem: InvalidRules) -> ApiError {
    match problem {
        InvalidRules::Rows(problems) => ApiError::Rows(problems),
        other @ InvalidRules::Csv(_) => ApiError::Invalid(other.to_string()),
    }
}
