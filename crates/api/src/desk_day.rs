//! What an advisor did today: their own counts and no one else's, by the definitions of the catalogue.

use axum::Json;
use axum::extract::State;
use campaigns::DayClock;
use domain::{AgentId, Timestamp};
use kpi::Definition;
use store::Store;
use wire::DeskDay;

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// What the advisor who asks did today, with the goal that was agreed for them.
#[utoipa::path(get, path = "/api/v1/agent/day", tag = "desk", responses((status = 200, body = DeskDay)))]
pub(crate) async fn mine(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<DeskDay>, ApiError> {
    let agent = caller.agent()?;
    day_of(app.store.as_ref(), agent, now()).await.map(Json)
}

async fn day_of(store: &dyn Store, agent: AgentId, at: Timestamp) -> Result<DeskDay, ApiError> {
    let agents = store.agents().await?;
    let profile = agents.into_iter().find(|known| known.id == agent);
    let profile = profile.ok_or_else(|| ApiError::NotFound(format!("agent {agent}")))?;
    let all = store.campaigns().await?;
    let served = all
        .iter()
        .filter(|campaign| profile.campaigns.contains(&campaign.id));
    // Of campaigns in several countries the day that began first: nothing of a shift is left out.
    let clocks = served.map(|campaign| (campaign.id, DayClock::of(&campaign.law_pack)));
    let clocks: Vec<_> = clocks.collect();
    let begins = |clock: DayClock| clock.begins(clock.day(at));
    let from = clocks.iter().map(|(_, clock)| begins(*clock)).min();
    let from = from.unwrap_or_else(|| begins(DayClock::of("co")));
    let mut goal: Option<f64> = None;
    for (campaign, clock) in &clocks {
        let day = clock.day(at);
        let goals = store.goals(*campaign, (day, day)).await?;
        let own = goals
            .iter()
            .filter(|goal| goal.agent == Some(agent) && goal.hour.is_none());
        for one in own {
            goal = Some(goal.unwrap_or(0.0) + one.sales);
        }
    }
    let facts = store.agent_facts(agent, from, at).await?;
    let conversion = Definition::of("contacto_efectivo.conversion");
    let ms = |time: std::time::Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Ok(DeskDay {
        from: from.as_millis(),
        calls: facts.connected,
        contacts: facts.effective,
        sales: facts.sales_accepted,
        conversion: conversion.and_then(|definition| kpi::value(definition, &facts).value),
        goal,
        talking_ms: ms(facts.talking),
        ready_ms: ms(facts.ready + facts.reserved),
        wrap_up_ms: ms(facts.wrap_up),
        break_ms: ms(facts.on_break),
    })
}
