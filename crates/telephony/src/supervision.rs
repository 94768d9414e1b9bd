//! A supervisor on somebody's call: they hear all who are on it; who hears them, `Supervision` says.
//! Those who do not hear them are not touched: their packets go on as if nobody were there.

use domain::{AgentId, AttemptId, Supervision};
use engine::Party;

use crate::exchange::Exchange;
use crate::media::LegId;

impl Exchange {
    /// A supervisor comes, changes how they are heard, or leaves.
    pub(crate) fn supervise(
        &mut self,
        attempt: AttemptId,
        agent: AgentId,
        mode: Option<Supervision>,
    ) {
        if let Some(call) = self.calls.get_mut(&attempt) {
            call.supervisor = mode.map(|mode| (agent, mode));
            // They may be on this very call from now on, as its agent.
            let stays = call.talk.contains(&Party::Agent(agent));
            if mode.is_none() && !stays {
                self.supervisor_left(agent);
            }
            self.join(attempt);
        }
    }

    /// Their line hears nobody any more.
    pub(crate) fn supervisor_left(&mut self, agent: AgentId) {
        if let Some(leg) = self.lines.get(&agent).and_then(|line| line.up_leg()) {
            self.media.unbridge(leg);
        }
    }

    /// Lets a supervisor hear those who are there, and be heard.
    pub(crate) fn let_supervisor_hear(
        &mut self,
        parties: &[(Party, LegId)],
        agent: AgentId,
        mode: Supervision,
    ) {
        let Some(own) = self.lines.get(&agent).and_then(|line| line.up_leg()) else {
            return;
        };
        let everybody: Vec<LegId> = parties.iter().map(|(_, leg)| *leg).collect();
        let heard_by = |party: &Party| match mode {
            Supervision::Listen => false,
            Supervision::Whisper => matches!(party, Party::Agent(_)),
            Supervision::Barge => true,
        };
        let mut plan: Vec<(LegId, Vec<LegId>)> = Vec::with_capacity(parties.len() + 1);
        for (party, leg) in parties {
            let others = everybody.iter().copied().filter(|other| other != leg);
            let supervisor = Some(own).filter(|_| heard_by(party));
            plan.push((*leg, others.chain(supervisor).collect()));
        }
        plan.push((own, everybody));
        self.media.connect(&plan);
    }
}
