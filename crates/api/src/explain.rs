//! Why it dialed, or did not, at a time: one sentence, and what stands behind
//! it in the record.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{CampaignId, CampaignState, Timestamp};
use law::{Pack, Purpose};
use serde::Deserialize;
use store::{GateRow, PacingRow, Store};
use utoipa::IntoParams;
use wire::{ExplainedDecision, ExplainedRefusal, ExplainedState, Explanation};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;

/// How far back a decision still speaks for an instant: one is recorded every
/// ten seconds at least.
const BEFORE: Duration = Duration::from_secs(30);

/// Which instant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Instant {
    /// When, in ms since 1970 UTC; now when absent.
    at: Option<i64>,
}

/// Why a campaign dialed, or did not, at a time.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/explanation", tag = "campaigns", params(Instant),
    responses((status = 200, body = Explanation), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(instant): Query<Instant>,
) -> Result<Json<Explanation>, ApiError> {
    caller.supervisor()?;
    let at = instant.at.map_or_else(now, Timestamp::from_millis);
    let explanation = explain(app.store.as_ref(), CampaignId::new(id), at).await?;
    Ok(Json(explanation))
}

/// Why a campaign dialed, or did not, at a time.
pub async fn explain(
    store: &dyn Store,
    campaign: CampaignId,
    at: Timestamp,
) -> Result<Explanation, ApiError> {
    let campaign = find(store, campaign).await?;
    let (from, to) = (at - BEFORE, at + Duration::from_millis(1));
    let decision = store.pacing_log(campaign.id, from, to).await?.pop();
    let refused = store.gates(Some(campaign.id), None, from, to).await?;
    let state = store.campaign_state_at(campaign.id, at).await?;
    let known = store.registers().await?;
    let closed = match Pack::by_id(&campaign.law_pack) {
        Ok(pack) => pack
            .may_call(at, None)
            .and_then(|()| pack.registers_consulted(Purpose::Commercial, &known, at))
            .err()
            .map(|refusal| format!("{}: {}", refusal.rule, refusal.words)),
        Err(problem) => Some(problem.to_string()),
    };
    let state = state.map(|row| ExplainedState {
        since: row.at.as_millis(),
        state: row.state,
        reason: row.reason,
    });
    Ok(Explanation {
        campaign: campaign.name,
        at: at.as_millis(),
        sentence: sentence(at, &campaign.law_pack, &closed, &state, &decision, &refused),
        hours_closed: closed,
        state,
        decision: decision.map(decision_shown),
        refused: refused.iter().map(refusal_shown).collect(),
    })
}

/// The first of these that holds is why.
fn sentence(
    at: Timestamp,
    law_pack: &str,
    closed: &Option<String>,
    state: &Option<ExplainedState>,
    decision: &Option<PacingRow>,
    refused: &[GateRow],
) -> String {
    if let Some(words) = closed {
        return format!("No call may leave: `{law_pack}` is closed ({words}).");
    }
    match state {
        None => return "No call left: the campaign had not been started by then.".into(),
        Some(now) if now.state != CampaignState::Running.word() => {
            return format!(
                "No call left: the campaign was {} ({}).",
                now.state, now.reason
            );
        }
        Some(_) => {}
    }
    let Some(decision) = decision else {
        return "No call left: nothing was decided in the 30 s before, so the dialer was not \
                running or its record did not commit."
            .into();
    };
    let ago = at.since(decision.at).as_secs();
    let when = match ago {
        0 => String::new(),
        ago => format!(", {ago} s before"),
    };
    let what = match decision.dial {
        0 => "No new call".to_owned(),
        1 => "It placed 1 call".to_owned(),
        many => format!("It placed {many} calls"),
    };
    let gates = match refused {
        [] => String::new(),
        [.., last] => format!(
            " Of late {} did not leave, the last because of `{}`.",
            refused.len(),
            last.gate.rule
        ),
    };
    format!("{what}{when}: {}.{gates}", decision.why)
}

fn decision_shown(row: PacingRow) -> ExplainedDecision {
    ExplainedDecision {
        at: row.at.as_millis(),
        dial: row.dial,
        binding: row.binding,
        why: row.why,
        inputs: row.inputs.into_iter().collect(),
    }
}

fn refusal_shown(row: &GateRow) -> ExplainedRefusal {
    ExplainedRefusal {
        at: row.at.as_millis(),
        attempt: row.attempt.get(),
        rule: row.gate.rule.clone(),
        pack: row.gate.pack.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(closed: Option<&str>, state: &str, dial: Option<u32>) -> String {
        let state = ExplainedState {
            since: 0,
            state: state.into(),
            reason: "por orden".into(),
        };
        let decision = dial.map(|dial| PacingRow {
            seq: 1,
            at: Timestamp::from_millis(7_000),
            campaign: CampaignId::new(1),
            dial,
            binding: "abandon".into(),
            why: "1 free; one more would find no agent 4.0% of the time, 3.0% allowed".into(),
            inputs: Vec::new(),
        });
        let closed = closed.map(str::to_owned);
        let at = Timestamp::from_millis(10_000);
        sentence(at, "co", &closed, &Some(state), &decision, &[])
    }

    #[test]
    fn the_first_obstacle_is_named() {
        assert!(told(Some("co.hours: domingo"), "paused", Some(1)).contains("`co` is closed"));
        assert!(told(None, "paused", Some(1)).contains("was paused (por orden)"));
        assert!(told(None, "running", None).contains("nothing was decided"));
        let held = told(None, "running", Some(0));
        assert!(
            held.starts_with("No new call, 3 s before: 1 free"),
            "{held}"
        );
        assert!(told(None, "running", Some(2)).starts_with("It placed 2 calls, 3 s before"));
    }
}
