//! Typifications that contradict what the system saw of their calls, found in one pass over the record.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use campaigns::{ContradictionRule, Signals};
use domain::{AgentId, CampaignId, Timestamp};
use serde::Deserialize;
use store::{AttemptFilter, AttemptRow, Store};
use utoipa::IntoParams;
use wire::{Contradiction, Contradictions};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::contradiction_rules::rules_in_force;
use crate::error::ApiError;
use crate::meanings::Meanings;

/// Attempts read at once.
const PAGE: u32 = 10_000;
/// Most that are told; all are counted.
const FOUND_MAX: usize = 1_000;

/// Which calls.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Period {
    /// INVITE from then on, in ms since 1970 UTC; the last 24 h when absent.
    from: Option<i64>,
    /// Until, not included; now when absent.
    to: Option<i64>,
}

/// Calls of a campaign whose typification contradicts what the system saw.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/contradictions", tag = "typifications", params(Period),
    responses((status = 200, body = Contradictions), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(period): Query<Period>,
) -> Result<Json<Contradictions>, ApiError> {
    caller.supervisor()?;
    let to = period.to.map_or_else(now, Timestamp::from_millis);
    let day = Duration::from_secs(24 * 3_600);
    let from = period.from.map_or(to - day, Timestamp::from_millis);
    let store = app.store.as_ref();
    let rules = rules_in_force(store, CampaignId::new(id)).await?;
    Ok(Json(
        contradictions(store, CampaignId::new(id), &rules, from, to).await?,
    ))
}

/// What these rules find among the calls of a campaign within a time.
pub async fn contradictions(
    store: &dyn Store,
    campaign: CampaignId,
    (version, rules): &(u32, Vec<ContradictionRule>),
    from: Timestamp,
    to: Timestamp,
) -> Result<Contradictions, ApiError> {
    find(store, campaign).await?;
    let mut meanings = Meanings::default();
    let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut found, mut attempts) = (Vec::new(), 0);
    let mut filter = AttemptFilter {
        campaign: Some(campaign),
        from: Some(from),
        to: Some(to),
        limit: PAGE,
        ..AttemptFilter::default()
    };
    loop {
        let page = store.attempts(&filter).await?;
        let Some(last) = page.last() else { break };
        filter.after = Some(last.id);
        for row in &page {
            let (Some(saw), Some(code)) = (signals(row), row.code.as_deref()) else {
                continue;
            };
            attempts += 1;
            let meant = meanings.at(store, row.catalogue).await?;
            let Some(said) = meant.get(code) else {
                continue;
            };
            for rule in rules {
                let Some(message) = rule.finds(said, saw) else {
                    continue;
                };
                *by_rule.entry(&rule.rule).or_default() += 1;
                if found.len() < FOUND_MAX {
                    found.push(shown(row, code, saw, rule, message));
                }
            }
        }
        if page.len() < PAGE as usize {
            break;
        }
    }
    let mut by_rule: Vec<_> = by_rule
        .into_iter()
        .map(|(rule, n)| (rule.to_owned(), n))
        .collect();
    by_rule.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    Ok(Contradictions {
        rules_version: *version,
        attempts,
        found,
        by_rule,
    })
}

/// What the system saw of a call that left and is over.
fn signals(row: &AttemptRow) -> Option<Signals> {
    let (placed, ended) = (row.placed_at?, row.ended_at?);
    Some(Signals {
        outcome: row.outcome?,
        answered: row.answered_at.is_some(),
        talk: row
            .bridged_at
            .map(|bridged| ended.since(bridged))
            .unwrap_or_default(),
        ring: row.answered_at.unwrap_or(ended).since(placed),
    })
}

fn shown(
    row: &AttemptRow,
    code: &str,
    saw: Signals,
    rule: &ContradictionRule,
    message: String,
) -> Contradiction {
    Contradiction {
        attempt: row.id.get(),
        placed_at: row.placed_at.map(Timestamp::as_millis).unwrap_or_default(),
        agent: row.agent.map(AgentId::get),
        code: code.to_owned(),
        outcome: row.outcome.map(|outcome| outcome.word().to_owned()),
        talk_s: saw.talk.as_secs(),
        rule: rule.rule.clone(),
        message,
    }
}
