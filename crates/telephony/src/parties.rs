//! Who hears whom on a call: customer, agents, the second leg. The engine says who is to; whoever is
//! not there yet joins when they answer.
//!
//! Two are bridged: their packets are forwarded. Three are mixed. One who waits for another hears
//! that one ring, and a customer who is not among them hears the hold tone.

use std::time::Instant;

use domain::{AgentId, AttemptId, SoundUse};
use engine::Party;

use crate::Report;
use crate::exchange::Exchange;
use crate::media::{LegId, Playback, ToneKind};

impl Exchange {
    /// Joins customer and agent: at once where the line is up, else the agent's phone rings.
    pub(crate) fn bridge(&mut self, now: Instant, attempt: AttemptId, agent: AgentId) {
        self.arrange(now, attempt, vec![Party::Customer, Party::Agent(agent)]);
    }

    /// Lets those hear each other, and nobody else who was on the call.
    pub(crate) fn arrange(&mut self, now: Instant, attempt: AttemptId, talk: Vec<Party>) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            // It ended while the order was under way; its end is reported already.
            return;
        };
        if call.answered().is_none() {
            return;
        }
        let before = std::mem::replace(&mut call.talk, talk.clone());
        for agent in agents(&before).filter(|agent| !talk.contains(&Party::Agent(*agent))) {
            self.customer_left(now, agent, attempt);
        }
        for agent in agents(&talk) {
            let up = self.lines.get(&agent).is_some_and(|line| line.is_up());
            if !up {
                self.ring_for(now, attempt, agent);
            }
        }
        self.join(attempt);
    }

    /// Joins whoever is there of those who are to hear each other.
    pub(crate) fn join(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.get(&attempt) else {
            return;
        };
        let (customer, talk) = (call.session.leg.id, call.talk.clone());
        let parties: Vec<(Party, LegId)> = talk
            .iter()
            .filter_map(|party| Some((*party, self.leg_of(attempt, *party)?)))
            .collect();
        let there: Vec<LegId> = parties.iter().map(|(_, leg)| *leg).collect();
        let supervisor = call.supervisor;
        for agent in agents(&talk) {
            if let Some(line) = self.lines.get_mut(&agent) {
                line.set_with(Some(attempt));
                if let Some(leg) = line.up_leg() {
                    let heard = self.media.stats(leg).unwrap_or_default();
                    line.mark(attempt, leg, heard);
                }
            }
        }
        match *there.as_slice() {
            [] => {}
            [alone] => {
                self.media.unbridge(alone);
                let sound = match talk.len() {
                    0 | 1 => Playback::Silence,
                    // Nobody's phone rings for them: it is a page that will be there again.
                    _ if agents(&talk).any(|agent| self.is_browser_away(agent)) => {
                        self.hold_sound(attempt)
                    }
                    _ => Playback::Tone(ToneKind::Cadence(&self.country.ringback)),
                };
                self.media.play(alone, sound, true);
            }
            [one, other] if supervisor.is_none() => {
                self.media.bridge(one, other);
                if self.is_first_bridge(attempt) && one == customer {
                    self.whisper(attempt, other);
                }
            }
            _ if supervisor.is_none() => self.media.mix(&there),
            _ => {}
        }
        if let Some((agent, mode)) = supervisor {
            self.let_supervisor_hear(&parties, agent, mode);
        }
        if !talk.contains(&Party::Customer) {
            self.media.unbridge(customer);
            self.media.play(customer, self.hold_sound(attempt), true);
        } else if there.len() > 1 {
            self.note_bridge(attempt);
        }
        // Whoever was put on hold before the end of it hears it from its beginning.
        if there.len() > 1 && self.calls.get(&attempt).is_some_and(|call| call.announcing) {
            self.announce(attempt);
        }
        self.seat_recorded(attempt);
        self.capture_call(attempt);
    }

    /// Measures how long the customer waited for the first one to hear them.
    fn note_bridge(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        let Some(since) = call.answered() else { return };
        if std::mem::replace(&mut call.joined, true) {
            return;
        }
        let took = since.elapsed();
        self.meters.bridges.count();
        self.report(Report::BridgeTook { attempt, took });
    }

    /// Whether nobody has heard the customer yet.
    fn is_first_bridge(&self, attempt: AttemptId) -> bool {
        self.calls.get(&attempt).is_some_and(|call| !call.joined)
    }

    pub(crate) fn leg_of(&self, attempt: AttemptId, party: Party) -> Option<LegId> {
        match party {
            Party::Customer => Some(self.calls.get(&attempt)?.session.leg.id),
            Party::Agent(agent) => self.lines.get(&agent)?.up_leg(),
            Party::Side => self.sides.get(&attempt)?.up_leg(),
        }
    }

    /// An agent's line fell; whoever is left on the call hears that, until the engine says more.
    pub(crate) fn agent_dropped(&mut self, attempt: AttemptId, agent: AgentId) {
        if let Some(call) = self.calls.get_mut(&attempt) {
            call.talk.retain(|party| *party != Party::Agent(agent));
            self.join(attempt);
        }
    }

    /// Whether an agent alone has the customer.
    pub(crate) fn is_plain(&self, attempt: AttemptId, agent: AgentId) -> bool {
        let plain = [Party::Customer, Party::Agent(agent)];
        let call = self.calls.get(&attempt);
        call.is_some_and(|call| call.talk == plain)
    }

    /// Lets an agent hear that their call ends soon.
    pub(crate) fn warn(&mut self, attempt: AttemptId, agent: AgentId) {
        if let Some(leg) = self.lines.get(&agent).and_then(|line| line.up_leg()) {
            let chosen = self.chosen(attempt, SoundUse::Warning);
            let beep = Playback::Tone(ToneKind::Beep);
            self.media
                .play(leg, chosen.map_or(beep, Playback::Prompt), false);
        }
    }
}

/// The agents among them.
pub(crate) fn agents(talk: &[Party]) -> impl Iterator<Item = AgentId> {
    talk.iter().filter_map(|party| match party {
        Party::Agent(agent) => Some(*agent),
        Party::Customer | Party::Side => None,
    })
}
