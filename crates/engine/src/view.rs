//! The floor as the supervisor sees it, made from the engine's state.

use std::time::Duration;

use agents::{Agent, Booked, State};
use domain::{AgentStatus, Timestamp, TransferTarget};

use crate::call::{Call, Phase};
use crate::run::{Held, Run};
use crate::side::Stage;
use crate::{AgentLive, CallsLive, CampaignLive, Engine, LiveState, OnCall};

impl Engine {
    pub(crate) fn view(&self, now: Timestamp) -> LiveState {
        LiveState {
            at: now,
            agents: self
                .roster
                .iter()
                .map(|agent| self.agent_live(agent))
                .collect(),
            campaigns: self
                .runs
                .values()
                .map(|run| self.campaign_live(run, now))
                .collect(),
            trunks: self.trunks.live(now),
            store_stalled: self.stalled,
            draining: self.draining,
            strangers: u32::try_from(self.strangers.len()).unwrap_or(u32::MAX),
            reaped: self.reaped,
        }
    }

    fn campaign_live(&self, run: &Run, now: Timestamp) -> CampaignLive {
        let id = run.campaign.id;
        let mut calls = CallsLive::default();
        for call in self.calls.iter().filter(|call| call.intent.campaign == id) {
            count(&mut calls, call);
        }
        let (live_answers, abandoned) = run.figures.balance(now);
        CampaignLive {
            id,
            name: run.campaign.name.clone(),
            state: run.campaign.state,
            mode: run.campaign.mode,
            calls,
            hopper: u32::try_from(run.hopper.len()).unwrap_or(u32::MAX),
            attempts: run.figures.attempts,
            live_answers,
            abandoned,
            abandons_left: run.abandons_left(),
            pacing: run.pace.last().map(|last| last.record(run.campaign.id)),
            held: run.held.as_ref().and_then(|held| words(held, run)),
            utilisation: self.utilisation(run, now),
            bridge_wait: run.figures.bridge_wait(),
        }
    }

    fn agent_live(&self, agent: &Agent) -> AgentLive {
        AgentLive {
            id: agent.profile.id,
            name: agent.profile.name.clone(),
            status: agent.status(),
            since: agent.since(),
            reason: agent.reason(),
            line_up: agent.line_is_up(),
            line_kind: agent.line_kind.filter(|_| agent.line_is_up()),
            registered: agent.registered,
            attempt: agent.attempt(),
            on_call: self.on_call(agent),
            deadline: matches!(agent.state(), State::WrapUp { .. })
                .then(|| agent.deadline())
                .flatten(),
            booked: agent.booked().map(Booked::word).map(str::to_owned),
            may_redial: self.may_redial(agent.profile.id),
        }
    }

    fn on_call(&self, agent: &Agent) -> Option<OnCall> {
        let State::Talking { attempt } = agent.state() else {
            return None;
        };
        let call = self.calls.get(*attempt)?;
        let asked = call.agent() != Some(agent.profile.id);
        let stands = match call.phase {
            _ if asked => "consulted",
            Phase::Held { .. } => "held",
            Phase::Consulting { .. } => "consulting",
            Phase::ThreeWay { .. } => "three_way",
            Phase::Talking { .. }
            | Phase::Intended
            | Phase::Shown
            | Phase::Rerouting
            | Phase::Ordered
            | Phase::Dialing
            | Phase::Ringing
            | Phase::Answering
            | Phase::Waiting
            | Phase::Passing
            | Phase::Handed
            | Phase::Message => "talking",
        };
        let side = call.side.as_deref();
        let with = side.and_then(|side| match side.to {
            _ if asked => self.roster.get(side.by).map(|by| by.profile.name.clone()),
            TransferTarget::Agent(to) => self.roster.get(to).map(|to| to.profile.name.clone()),
            TransferTarget::Destination(to) => self.destinations.get(&to).map(|to| to.name.clone()),
        });
        Some(OnCall {
            stands,
            with,
            answered: side.is_some_and(|side| side.stage == Stage::Up),
            ends: call.ends,
            recording: call.recording.word(),
        })
    }

    /// Time busy in time ready or busy, the states still going on included.
    fn utilisation(&self, run: &Run, now: Timestamp) -> Option<f64> {
        let id = run.campaign.id;
        let (mut ready, mut busy) = (run.figures.ready, run.figures.busy);
        for agent in self.roster.iter().filter(|agent| agent.serves(id)) {
            let span = now.since(agent.since());
            match agent.status() {
                AgentStatus::Ready => {
                    let idle = self.idle_for(agent.profile.id, span).into_iter();
                    let ours = idle.filter(|(campaign, _)| *campaign == id);
                    ready += ours.map(|(_, part)| part).sum::<Duration>();
                }
                AgentStatus::Talking | AgentStatus::WrapUp
                    if agent.attempt().and_then(|on| self.campaign_of(on)) == Some(id) =>
                {
                    busy += span;
                }
                _ => {}
            }
        }
        let all = (ready + busy).as_secs_f64();
        (all > 0.0).then(|| busy.as_secs_f64() / all)
    }
}

fn words(held: &Held, run: &Run) -> Option<String> {
    match held {
        Held::Because(words) => Some(words.clone()),
        Held::ByPacing => run.pace.last().map(|last| last.why()),
    }
}

fn count(calls: &mut CallsLive, call: &Call) {
    let place = match call.phase {
        Phase::Intended | Phase::Shown => &mut calls.intended,
        Phase::Rerouting | Phase::Ordered | Phase::Dialing => &mut calls.dialing,
        Phase::Ringing => &mut calls.ringing,
        Phase::Answering | Phase::Waiting => &mut calls.waiting,
        Phase::Talking { .. }
        | Phase::Held { .. }
        | Phase::Consulting { .. }
        | Phase::ThreeWay { .. }
        | Phase::Passing
        | Phase::Handed => &mut calls.talking,
        Phase::Message => &mut calls.message,
    };
    *place += 1;
    calls.inbound += u32::from(call.came_in.is_some());
}
