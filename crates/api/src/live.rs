//! The floor, once or each second.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use domain::Rate;
use engine::{AgentLive, CampaignLive, LiveState, TrunkLive};
use wire::{Live, LiveAgent, LiveCalls, LiveCampaign, LivePacing, LiveTrunk};

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;

/// The floor now.
#[utoipa::path(get, path = "/api/v1/floor", tag = "live", responses((status = 200, body = Live)))]
pub(crate) async fn now(State(app): State<App>, caller: Caller) -> Result<Json<Live>, ApiError> {
    caller.supervisor()?;
    Ok(Json(live_shown(&app.control.live().borrow())))
}

/// The floor each second: a WebSocket of `Live`.
#[utoipa::path(get, path = "/api/v1/live", tag = "live", responses((status = 101)))]
pub(crate) async fn floor(
    State(app): State<App>,
    caller: Caller,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    caller.supervisor()?;
    Ok(listening_little(upgrade).on_upgrade(|socket| tell(app, socket)))
}

/// Pages send next to nothing. The usual buffer of 128 KiB would be held for
/// each, and cleared at every read.
pub(crate) fn listening_little(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.max_message_size(4_096).read_buffer_size(4_096)
}

/// One message a second: more would be wasted on eyes.
async fn tell(app: App, mut socket: WebSocket) {
    let live = app.control.live();
    let mut tick = tokio::time::interval(std::time::Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = tick.tick() => {
                let shown = live_shown(&live.borrow());
                let Ok(text) = serde_json::to_string(&shown) else { return };
                if socket.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => if !matches!(message, Some(Ok(_))) {
                return;
            },
        }
    }
}

/// The floor in public words.
pub fn live_shown(live: &LiveState) -> Live {
    let mut agents_by_status = BTreeMap::new();
    for agent in &live.agents {
        *agents_by_status
            .entry(agent.status.word().to_owned())
            .or_default() += 1;
    }
    Live {
        at: live.at.as_millis(),
        agents_by_status,
        agents: live.agents.iter().map(agent_shown).collect(),
        campaigns: live.campaigns.iter().map(campaign_shown).collect(),
        trunks: live.trunks.iter().map(trunk_shown).collect(),
        strangers: live.strangers,
        store_stalled: live.store_stalled,
        draining: live.draining,
    }
}

fn agent_shown(agent: &AgentLive) -> LiveAgent {
    LiveAgent {
        id: agent.id.get(),
        name: agent.name.clone(),
        status: agent.status.word().to_owned(),
        since: agent.since.as_millis(),
        reason: agent.reason.clone(),
        line_up: agent.line_up,
        line_kind: agent.line_kind.map(|kind| kind.word().to_owned()),
        registered: agent.registered,
        attempt: agent.attempt.map(domain::AttemptId::get),
        deadline: agent.deadline.map(domain::Timestamp::as_millis),
        booked: agent.booked.clone(),
    }
}

fn trunk_shown(trunk: &TrunkLive) -> LiveTrunk {
    LiveTrunk {
        id: trunk.id.get(),
        name: trunk.name.clone(),
        calls: trunk.calls,
        channels_max: trunk.channels_max,
        enabled: trunk.enabled,
        registered: trunk.registered,
        register_refused: trunk.register_refused,
        rests_until: trunk.breaker.retry_at.map(domain::Timestamp::as_millis),
    }
}

fn campaign_shown(campaign: &CampaignLive) -> LiveCampaign {
    let calls = campaign.calls;
    LiveCampaign {
        id: campaign.id.get(),
        name: campaign.name.clone(),
        state: campaign.state.word().to_owned(),
        mode: campaign.mode.word().to_owned(),
        calls: LiveCalls {
            intended: calls.intended,
            dialing: calls.dialing,
            ringing: calls.ringing,
            waiting: calls.waiting,
            talking: calls.talking,
            message: calls.message,
            inbound: calls.inbound,
        },
        hopper: campaign.hopper,
        attempts: campaign.attempts,
        live_answers: campaign.live_answers,
        abandoned: campaign.abandoned,
        abandons_left: campaign.abandons_left,
        abandon_rate: Rate::of(campaign.abandoned, campaign.live_answers).map(Rate::get),
        utilisation: campaign.utilisation,
        bridge_wait_ms: campaign
            .bridge_wait
            .map(|wait| wait.as_secs_f64() * 1_000.0),
        pacing: campaign.pacing.as_ref().map(|pacing| LivePacing {
            dial: pacing.dial,
            binding: pacing.binding.to_owned(),
            why: pacing.why.clone(),
            inputs: pacing
                .inputs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), *value))
                .collect(),
        }),
        held: campaign.held.clone(),
    }
}
