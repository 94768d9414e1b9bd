//! The segments of a campaign: counted before they are saved, saved by version, shown with what they did. A change
//! takes effect on the running campaign, whose contacts are looked at again meanwhile.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use campaigns::{Campaign, REST_NAME};
use domain::{CampaignId, Timestamp};
use store::{SegmentSet, Store};
use wire::{SegmentProblem, SegmentSetForm, SegmentStanding, SegmentTally, SegmentVersion};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaign_rules::{CampaignRules, campaign_columns};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::segment_forms::{form_of, segmentation_of};
use crate::segment_gate::Shut;
use crate::segment_preview::preview;
use crate::segments::{columns_shown, today_of};

/// The segments of a campaign, with what each has and did.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/segments", tag = "campaigns",
    responses((status = 200, body = wire::SegmentSet), (status = 404, body = wire::Problem)))]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<wire::SegmentSet>, ApiError> {
    caller.supervisor()?;
    let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    let shown = segments_shown(app.store.as_ref(), &campaign, now()).await?;
    Ok(Json(shown))
}

/// Put segments in force, in place of those there were. Refused with all that is wrong, and where.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/segments", tag = "campaigns", request_body = SegmentSetForm,
    responses((status = 200, body = wire::SegmentSet), (status = 422, body = wire::Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<SegmentSetForm>,
) -> Result<Json<wire::SegmentSet>, ApiError> {
    caller.admin()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let checked = check_segments(store, &campaign, &form).await?;
    let saved_by = &caller.user.name;
    checked
        .save(caller.store.as_ref(), &campaign, saved_by)
        .await?;
    app.control.config_changed();
    segments_shown(store, &campaign, now()).await.map(Json)
}

/// Call the campaign list by list again. What its segments did is kept.
#[utoipa::path(delete, path = "/api/v1/campaigns/{id}/segments", tag = "campaigns",
    responses((status = 204), (status = 404, body = wire::Problem)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    caller.store.remove_segments(campaign.id).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

/// What segments would do: how many each gets, who fits several, who fits none. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/segments/preview", tag = "campaigns",
    request_body = SegmentSetForm,
    responses((status = 200, body = wire::SegmentPreview), (status = 404, body = wire::Problem)))]
pub(crate) async fn count(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<SegmentSetForm>,
) -> Result<Json<wire::SegmentPreview>, ApiError> {
    caller.supervisor()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    preview(store, &campaign, &form, today_of(&campaign), |_| {})
        .await
        .map(Json)
}

/// The columns that rules of a campaign may name: those of its lists, and what was tried.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/columns", tag = "campaigns",
    responses((status = 200, body = [wire::SegmentColumn]), (status = 404, body = wire::Problem)))]
pub(crate) async fn columns(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<wire::SegmentColumn>>, ApiError> {
    caller.supervisor()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let columns = campaign_columns(store, &campaign).await?;
    Ok(Json(columns_shown(&columns.schema)))
}

/// Segments that may be saved.
#[derive(Debug)]
pub struct CheckedSegments {
    rules: CampaignRules,
    segmentation: campaigns::Segmentation,
}

/// Reads segments against the columns of a campaign; the error says all that is wrong, each with a mark under it.
pub async fn check_segments(
    store: &dyn Store,
    campaign: &Campaign,
    form: &SegmentSetForm,
) -> Result<CheckedSegments, ApiError> {
    let lists = store.lists().await?;
    let (segmentation, mut problems) = segmentation_of(form, campaign, &lists);
    let columns = campaign_columns(store, campaign).await?;
    let rules = CampaignRules::read(&segmentation, columns);
    problems.extend(rules.problems.iter().cloned());
    match problems.is_empty() {
        true => Ok(CheckedSegments {
            rules,
            segmentation,
        }),
        false => Err(ApiError::Invalid(refusal(&problems))),
    }
}

impl CheckedSegments {
    /// Puts them in force.
    pub async fn save(
        &self,
        store: &dyn Store,
        campaign: &Campaign,
        by: &str,
    ) -> Result<SegmentSet, ApiError> {
        let speaks_of = self.rules.speaks_of();
        let set = store.put_segments(campaign.id, &self.segmentation, speaks_of, by, now());
        Ok(set.await?)
    }
}

/// All that is wrong, as people read it.
pub fn refusal(problems: &[SegmentProblem]) -> String {
    let said = problems
        .iter()
        .map(|problem| match (&problem.segment, problem.from) {
            (Some(segment), Some(_)) => format!("segment `{segment}`:\n{}", problem.pointed),
            (Some(segment), None) => format!("segment `{segment}`: {}", problem.message),
            (None, _) => problem.message.clone(),
        });
    let said: Vec<String> = said.collect();
    format!("the segments were not saved:\n{}", said.join("\n"))
}

/// The segments in force in public words.
pub async fn segments_shown(
    store: &dyn Store,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<wire::SegmentSet, ApiError> {
    let Some(set) = store.segments(campaign.id).await? else {
        let none = format!(
            "segment in campaign {}: it is called list by list",
            campaign.name
        );
        return Err(ApiError::NotFound(none));
    };
    let lists = store.lists().await?;
    let standings = store.segment_standings(campaign.id, now).await?;
    let shut = Shut::of(store, campaign, &set.segmentation).await?;
    let columns = campaign_columns(store, campaign).await?;
    let rules = CampaignRules::read(&set.segmentation, columns);
    let version = |one: store::SegmentVersion| SegmentVersion {
        version: one.version,
        saved_at: one.saved_at.as_millis(),
        saved_by: one.saved_by,
        segments: one.segments,
    };
    let versions = store.segment_versions(campaign.id).await?;
    Ok(wire::SegmentSet {
        version: set.version,
        saved_at: set.saved_at.as_millis(),
        saved_by: set.saved_by.clone(),
        set: form_of(&set.segmentation, &lists),
        settled: !set.walk_is_on(),
        standings: standings_shown(&set, &standings, &shut),
        problems: rules.problems,
        versions: versions.into_iter().map(version).collect(),
    })
}

/// In the order of the segments; the rest last.
fn standings_shown(
    set: &SegmentSet,
    standings: &[store::SegmentStanding],
    shut: &Shut,
) -> Vec<SegmentStanding> {
    let segments = set.segmentation.segments.iter();
    let named = segments
        .map(|segment| (segment.id.get(), segment.name.as_str()))
        .chain([(0, REST_NAME)]);
    let shown = named.map(|(id, name)| {
        let standing = standings.iter().find(|one| one.segment.get() == id);
        let count = |of: fn(&store::SegmentStanding) -> u64| standing.map_or(0, of);
        let mut segments = set.segmentation.segments.iter();
        let segment = segments.find(|segment| segment.id.get() == id);
        SegmentStanding {
            name: name.to_owned(),
            contacts: count(|one| one.contacts),
            fresh: count(|one| one.fresh),
            again: count(|one| one.again),
            closed: segment.and_then(|segment| shut.why(segment, standing)),
            today: tally(standing.map(|one| one.today)),
            in_all: tally(standing.map(|one| one.in_all)),
        }
    });
    shown.collect()
}

fn tally(tally: Option<campaigns::SegmentTally>) -> SegmentTally {
    let tally = tally.unwrap_or_default();
    SegmentTally {
        attempts: tally.attempts,
        contacts: tally.contacts,
        sales: tally.sales,
    }
}
