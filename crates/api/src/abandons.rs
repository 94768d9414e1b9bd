//! The abandon ledger of a campaign, period by period: how many of those who answered found no agent, and how many more the
//! limit leaves. Counted anew from the attempts each time.

use axum::Json;
use axum::extract::{Path, State};
use campaigns::Campaign;
use domain::{CampaignId, Rate, Timestamp};
use law::{AbandonLedger, Pack};
use store::Store;
use wire::AbandonPeriod;

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;

/// Periods shown: three years of the shortest that make sense, and no endless loop.
const PERIODS_MAX: usize = 400;

/// Every period of a campaign up to an instant, the oldest first.
pub async fn abandon_ledger(
    store: &dyn Store,
    campaign: &Campaign,
    at: Timestamp,
) -> Result<Vec<AbandonPeriod>, ApiError> {
    let pack = Pack::by_id(&campaign.law_pack);
    let pack = pack.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
    let mut periods = Vec::new();
    let Some(first) = store
        .first_call(campaign.id)
        .await?
        .filter(|first| *first <= at)
    else {
        return Ok(periods);
    };
    let mut next = Some(first);
    while let Some(begins) = next.filter(|begins| *begins <= at && periods.len() < PERIODS_MAX) {
        let Some((from, to)) = pack.abandon_period(first, begins) else {
            break;
        };
        let until = to.min(at + std::time::Duration::from_millis(1));
        let (live, abandoned) = store.abandons(campaign.id, from, until).await?;
        let counts = AbandonLedger { live, abandoned };
        periods.push(shown(campaign, &pack, counts, (from, to), at));
        next = Some(to);
    }
    Ok(periods)
}

fn shown(
    campaign: &Campaign,
    pack: &Pack,
    counts: AbandonLedger,
    (from, to): (Timestamp, Timestamp),
    at: Timestamp,
) -> AbandonPeriod {
    let (law, own) = (pack.abandon_limit(), campaign.abandon_limit);
    let limit = if own.get() < law.get() { own } else { law };
    let left = counts.left(limit);
    let gate = pack.abandon_gate();
    AbandonPeriod {
        campaign: campaign.name.clone(),
        from: from.as_millis(),
        to: to.as_millis(),
        over: to <= at,
        live: counts.live,
        abandoned: counts.abandoned,
        limit: limit.get(),
        left,
        binds: pack.abandon_binds(counts),
        rate: Rate::of(counts.abandoned, counts.live).map(Rate::get),
        bound: kpi::upper_bound(counts.abandoned, counts.live),
        rule: gate.rule,
        pack: gate.pack,
    }
}

/// The abandon ledger of a campaign: of each period of the law, who answered, who of them found no agent, and how many more
/// the limit leaves (`floor(limit * live) - abandoned`).
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/abandons", tag = "kpis",
    responses((status = 200, body = [AbandonPeriod]), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<AbandonPeriod>>, ApiError> {
    caller.supervisor()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    abandon_ledger(store, &campaign, now()).await.map(Json)
}
