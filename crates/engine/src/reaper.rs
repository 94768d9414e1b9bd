//! The engine's part of the reaper: its tables, for telephony to compare with
//! its own, and agents compared with calls. Each second; cheap, as nothing is
//! copied but ids.

use agents::{Agent, State};
use domain::{AgentId, AttemptId};

use crate::Engine;

/// What the engine counts on: calls that were ordered and are not over, lines
/// that are up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    /// Calls.
    pub calls: Vec<AttemptId>,
    /// Agents whose line is up.
    pub lines: Vec<AgentId>,
}

impl Engine {
    /// The tables as they are now.
    pub fn tables(&self) -> Tables {
        let calls = self.calls.iter().filter(|call| call.was_ordered());
        // Who is not logged in counts on nothing.
        let lines = self.roster.iter().filter(|agent| {
            let at_work = !matches!(agent.state(), State::Offline | State::Raising);
            at_work && agent.line_is_up()
        });
        Tables {
            calls: calls
                .map(|call| call.intent.attempt)
                .chain(self.strangers.keys().copied())
                .collect(),
            lines: lines.map(|agent| agent.profile.id).collect(),
        }
    }

    /// Compares agents with calls: who is on a call that is over is free, and a
    /// customer whose agent is elsewhere finds another.
    pub(crate) fn compare_tables(&mut self) {
        let mut stuck: Vec<AgentId> = Vec::new();
        for agent in self.roster.iter() {
            let on = match agent.state() {
                State::Reserved { attempt } | State::Talking { attempt } => *attempt,
                State::Offline
                | State::Raising
                | State::Ready
                | State::WrapUp { .. }
                | State::Break { .. }
                | State::Lost { .. } => continue,
            };
            if self.calls.get(on).is_none() {
                stuck.push(agent.profile.id);
            }
        }
        for agent in stuck {
            self.reaped += 1;
            self.act(agent, Agent::free);
            self.act(agent, Agent::release);
        }
        let left = self.calls.iter().filter(|call| {
            call.agent().is_some_and(|agent| {
                let agent = self.roster.get(agent);
                agent.is_none_or(|agent| agent.attempt() != Some(call.intent.attempt))
            })
        });
        let left: Vec<AttemptId> = left.map(|call| call.intent.attempt).collect();
        for attempt in left {
            self.reaped += 1;
            self.rescue(attempt);
        }
    }
}
