//! Caller ids: how a campaign chooses among its own, and what each of them did.

use axum::Json;
use axum::extract::{Query, State};
use campaigns::{Campaign, Region, RestBelow, Rotation};
use domain::{CampaignId, Rate, Timestamp};
use serde::Deserialize;
use store::{CallerIdRow, Store};
use utoipa::IntoParams;
use wire::{CallerId, CampaignForm};

use crate::App;
use crate::auth::Caller;
use crate::campaigns::{caller_id, rate};
use crate::error::ApiError;

/// Which caller ids, and when.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallerIdQuery {
    /// Of this campaign.
    campaign: Option<i64>,
    /// Calls placed from here on, in ms since 1970 UTC; a day before `to` when absent.
    from: Option<i64>,
    /// Calls placed before, in ms since 1970 UTC; now when absent.
    to: Option<i64>,
}

/// A span of calls when nobody says which.
const DAY_MS: i64 = 86_400_000;

/// What each caller id did: calls placed and answered, in a span of time.
#[utoipa::path(get, path = "/api/v1/caller-ids", tag = "campaigns", params(CallerIdQuery),
    responses((status = 200, body = [CallerId])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<CallerIdQuery>,
) -> Result<Json<Vec<CallerId>>, ApiError> {
    caller.supervisor()?;
    let to = asked
        .to
        .unwrap_or_else(|| crate::auth::now().as_millis() + 1);
    let from = asked.from.unwrap_or(to - DAY_MS);
    let campaign = asked.campaign.map(CampaignId::new);
    let span = (Timestamp::from_millis(from), Timestamp::from_millis(to));
    Ok(Json(caller_ids(app.store.as_ref(), campaign, span).await?))
}

/// The caller ids of one campaign or all, those that made no call included.
pub async fn caller_ids(
    store: &dyn Store,
    campaign: Option<CampaignId>,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<CallerId>, ApiError> {
    let used = store.caller_ids(campaign, from, to).await?;
    let mut shown = Vec::new();
    for known in store.campaigns().await? {
        if campaign.is_some_and(|id| id != known.id) {
            continue;
        }
        let ours = |row: &&CallerIdRow| row.campaign == known.id;
        let mut numbers: Vec<_> = known.caller_ids.clone();
        numbers.extend(used.iter().filter(ours).map(|row| row.caller_id));
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let row = used.iter().filter(ours).find(|row| row.caller_id == number);
            let (calls, answered, by_people) =
                row.map_or((0, 0, 0), |row| (row.calls, row.answered, row.by_people));
            let share = |count: u64| (calls > 0).then(|| count as f64 / calls as f64);
            shown.push(CallerId {
                campaign: known.name.clone(),
                caller_id: number.dialable(),
                in_use: known.caller_ids.contains(&number),
                calls,
                answered,
                by_people,
                answer_rate: share(answered),
                people_rate: share(by_people),
            });
        }
    }
    Ok(shown)
}

/// Puts what a form says of the choice into a campaign.
pub(crate) fn apply(form: &CampaignForm, campaign: &mut Campaign) -> Result<(), ApiError> {
    let choice = &mut campaign.caller_id_choice;
    if let Some(word) = &form.caller_id_rotation {
        choice.rotation = Rotation::from_word(word).ok_or_else(|| {
            ApiError::Invalid(format!(
                "`{word}` is no way to choose caller ids; use round-robin or least-used"
            ))
        })?;
    }
    if let Some(most) = form.caller_id_day_max {
        choice.per_day_max = (most > 0).then_some(most);
    }
    if let Some(rows) = &form.caller_id_regions {
        choice.regions = rows
            .iter()
            .map(|row| region(row))
            .collect::<Result<_, _>>()?;
    }
    if form.caller_id_rest_below.is_some() {
        let mut share = Rate::ZERO;
        rate(
            &mut share,
            "caller_id_rest_below",
            &form.caller_id_rest_below,
        )?;
        choice.rest_below = RestBelow::new(share);
        if choice.rest_below.is_none() && share > Rate::ZERO {
            return Err(ApiError::Invalid(
                "caller_id_rest_below is a share from 1% to 90% of the others' answer rate".into(),
            ));
        }
    }
    Ok(())
}

fn region(row: &str) -> Result<Region, ApiError> {
    let (prefix, number) = row.trim().split_once(' ').ok_or_else(|| {
        ApiError::Invalid(format!(
            "`{row}` is no region of caller ids; write `PREFIX CALLER_ID`, such as `+5760 +576015550100`"
        ))
    })?;
    let prefix = prefix
        .parse()
        .map_err(|wrong: domain::InvalidRule| ApiError::Invalid(wrong.to_string()))?;
    Ok(Region {
        prefix,
        caller_id: caller_id(number.trim())?,
    })
}

/// How a campaign chooses, in public words.
pub(crate) fn shown(campaign: &Campaign) -> CampaignForm {
    let choice = &campaign.caller_id_choice;
    let region = |row: &Region| format!("{} {}", row.prefix, row.caller_id.dialable());
    let percent = |below: RestBelow| Rate::new(below.share()).map(|share| share.to_string());
    CampaignForm {
        caller_id_rotation: Some(choice.rotation.word().to_owned()),
        caller_id_day_max: choice.per_day_max,
        caller_id_regions: Some(choice.regions.iter().map(region).collect()),
        caller_id_rest_below: choice.rest_below.and_then(percent),
        ..CampaignForm::default()
    }
}
