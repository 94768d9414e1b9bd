//! The gates a call passes twice: when it is intended, so that no intent is
//! made in vain, and at the very instant it would leave.

use std::time::Duration;

use domain::{AttemptId, CampaignId, DialMode, Gate, Timestamp};
use law::Refusal;

use crate::Engine;

/// A forecast holds for the floor it was made on; after so long the floor is
/// another one. A journal that stalled answers late. (The other modes count
/// who is ready at the instant the call would leave.)
const DECISION_HOLDS: Duration = Duration::from_secs(5);

/// The version named for rules of the engine itself.
const ENGINE: &str = "engine";

/// A closed gate: which, and when to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) gate: Gate,
    pub(crate) until: Timestamp,
    pub(crate) words: String,
}

impl From<Refusal> for Closed {
    fn from(refusal: Refusal) -> Closed {
        Closed {
            gate: refusal.gate(),
            until: refusal.opens,
            words: refusal.words,
        }
    }
}

/// A gate of the engine's own.
pub(crate) fn own_gate(rule: &str) -> Gate {
    Gate {
        rule: rule.to_owned(),
        pack: ENGINE.to_owned(),
    }
}

impl Engine {
    pub(crate) fn closed(&self, rule: &str, words: &str) -> Closed {
        Closed {
            gate: own_gate(rule),
            until: self.now,
            words: words.to_owned(),
        }
    }

    /// Why a campaign may dial nobody now, if so. `by_consent`: its hours do not count, for they are asked
    /// about with each person.
    pub(crate) fn campaign_gate(&mut self, id: CampaignId, by_consent: bool) -> Result<(), Closed> {
        let now = self.now;
        if self.draining {
            return Err(self.closed("engine.draining", "the dialer is shutting down"));
        }
        if !self.runs.get(&id).is_some_and(crate::run::Run::is_running) {
            return Err(self.closed("campaign.stopped", "the campaign is not running"));
        }
        let run = self.runs.get_mut(&id).expect("checked just above");
        if let Err(refusal) = run.may_call(now)
            && !(by_consent && run.opens_by_consent())
        {
            return Err(Closed::from(refusal));
        }
        if run.campaign.recording.required && self.no_room {
            let words = "its calls must be recorded, and the disk of the recordings is nearly full";
            return Err(self.closed("recording.disk_low", words));
        }
        if run.campaign.caller_ids.is_empty() {
            return Err(self.closed("campaign.caller_id", "the campaign has no caller id"));
        }
        let (trunks, loopback) = (run.routes.trunks(), run.loopback_only());
        if !self.trunks.any_usable(trunks, loopback) {
            let words = if loopback {
                "no trunk of the campaign is enabled and on this machine, as its law pack asks"
            } else {
                "no trunk of the campaign is enabled"
            };
            return Err(self.closed("trunk.none", words));
        }
        Ok(())
    }

    /// Why a campaign may not intend another call, if so. One intended already has its caller id.
    pub(crate) fn intent_gate(&mut self, id: CampaignId, by_consent: bool) -> Result<(), Closed> {
        self.campaign_gate(id, by_consent)?;
        let run = &self.runs[&id];
        let (pool, choice) = (&run.campaign.caller_ids, &run.campaign.caller_id_choice);
        if run.caller_ids.used_up(pool, choice) {
            let words = "every caller id of the campaign made as many calls as it may today";
            return Err(self.closed("campaign.caller_ids_used_up", words));
        }
        Ok(())
    }

    /// Whether an intent may become a call at this instant.
    pub(crate) fn call_gate(&mut self, attempt: AttemptId) -> Result<(), Closed> {
        let Some(call) = self.calls.get(attempt) else {
            return Err(self.closed("call.gone", "the call is over"));
        };
        let (campaign, trunk) = (call.intent.campaign, call.intent.trunk);
        let (person, phone) = (call.intent.person, call.intent.phone);
        let call_is_paced = call.intent.agent.is_none();
        let by_forecast = call_is_paced
            && matches!(
                call.intent.mode,
                DialMode::Predictive | DialMode::SuperProgressive
            );
        if by_forecast && self.now.since(call.intended) > DECISION_HOLDS {
            return Err(self.closed("decision.stale", "it was decided on another floor"));
        }
        self.campaign_gate(campaign, true)?;
        if self.opted_out.contains(person, phone) {
            return Err(self.closed("person.opted_out", "the person asked not to be called"));
        }
        if let Some(call) = self.calls.get(attempt) {
            if !call.number_is_good() {
                return Err(self.closed("phone.invalid", "the number was found to be no good"));
            }
            self.register_gate(call)?;
            self.contact_gate(call)?;
            self.abandon_gate(call)?;
        }
        let loopback = self
            .runs
            .get(&campaign)
            .is_some_and(|run| run.loopback_only());
        if !self.trunks.may_order(trunk, loopback, self.now) {
            return Err(self.closed("trunk.busy", "no channel or call per second is left"));
        }
        if call_is_paced && self.is_at_cap(campaign) {
            return Err(self.closed("campaign.lines_max", "as many lines as a supervisor allows"));
        }
        if !self.someone_is_there(attempt) {
            return Err(self.closed("agents.none", "nobody is there to take the call"));
        }
        Ok(())
    }

    /// Whether a supervisor's cap leaves no room, set perhaps while the call
    /// waited for its turn.
    fn is_at_cap(&self, id: CampaignId) -> bool {
        let cap = self.runs.get(&id).and_then(|run| run.campaign.lines_max);
        cap.is_some_and(|cap| {
            let ours = self.calls.iter().filter(|call| call.intent.campaign == id);
            let lines = ours.filter(|call| call.was_ordered() && call.is_in_flight());
            lines.count() >= cap as usize
        })
    }

    /// Whether somebody would take the call: the agent it is promised to, a
    /// ready one per line in the modes that promise that, else anyone at work.
    fn someone_is_there(&self, attempt: AttemptId) -> bool {
        let Some(call) = self.calls.get(attempt) else {
            return false;
        };
        let Some(run) = self.runs.get(&call.intent.campaign) else {
            return false;
        };
        if let Some(agent) = call.intent.agent {
            return self
                .roster
                .get(agent)
                .is_some_and(|agent| agent.attempt() == Some(attempt) && agent.line_is_up());
        }
        let id = run.campaign.id;
        let lines_per_agent = match run.campaign.mode {
            DialMode::Predictive => return self.is_staffed(id),
            DialMode::SuperProgressive => return self.ready(id) > 0,
            DialMode::Power => run.campaign.power_ratio,
            DialMode::Progressive | DialMode::Preview => 1.0,
        };
        let lines = self.calls.iter().filter(|other| {
            other.intent.campaign == id
                && other.intent.agent.is_none()
                && other.was_ordered()
                && (other.is_in_flight() || other.phase == crate::call::Phase::Waiting)
        });
        ((lines.count() + 1) as f64) <= (self.ready(id) as f64 * lines_per_agent).floor()
    }
}
