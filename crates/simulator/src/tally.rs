//! Counts the events of a run: calls by what became of them, agents' time by
//! what they did, and a fingerprint of every event in order.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::time::Duration;

use campaigns::Catalogue;
use domain::{
    AgentId, AgentStatus, Disposition, Event, Keyed, Occasion, Outcome, Recorded, Timestamp,
    Typification,
};

/// FNV-1a of 64 bits: the same on every machine and in every version.
#[derive(Debug)]
struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Fingerprint {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }
}

impl Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Kept where runs are to be compared: it costs a text of every event.
    fingerprint: Option<Fingerprint>,
    catalogue: Catalogue,
    pub(crate) events: u64,
    pub(crate) attempts: u64,
    pub(crate) refused: u64,
    /// People who picked up, as the world knows and the engine does not.
    pub(crate) people: u64,
    /// Machines that did.
    pub(crate) machines: u64,
    /// People no agent came for in time.
    pub(crate) people_abandoned: u64,
    pub(crate) connected: u64,
    pub(crate) typified: u64,
    /// Typified by an agent as a conversation, an offer made, a sale.
    pub(crate) contacts: u64,
    pub(crate) effective: u64,
    pub(crate) sales: u64,
    pub(crate) outcomes: BTreeMap<Outcome, u64>,
    waited: Duration,
    doing: Keyed<AgentId, (AgentStatus, Timestamp)>,
    ready: Duration,
    busy: Duration,
}

impl Tally {
    pub(crate) fn new(catalogue: Catalogue, fingerprint: bool) -> Tally {
        Tally {
            fingerprint: fingerprint.then(Fingerprint::default),
            catalogue,
            ..Tally::default()
        }
    }

    pub(crate) fn take(&mut self, recorded: &Recorded) {
        self.events += 1;
        if let Some(fingerprint) = &mut self.fingerprint {
            write!(fingerprint, "{recorded:?}").expect("a fingerprint takes any text");
        }
        match &recorded.event {
            Event::CallPlaced { .. } => self.attempts += 1,
            Event::AttemptRefused { .. } => self.refused += 1,
            Event::CallBridged { waited, .. } => {
                self.connected += 1;
                self.waited += *waited;
            }
            Event::AttemptClosed { outcome, .. } => {
                *self.outcomes.entry(*outcome).or_default() += 1;
            }
            Event::Typified(said) => self.typified(said),
            Event::AgentStateChanged { agent, to, .. } => self.turns(*agent, *to, recorded.at),
            Event::AttemptIntended(_)
            | Event::CallRerouted { .. }
            | Event::CallReceived(_)
            | Event::StrangerCalled(_)
            | Event::StrangerLeft { .. }
            | Event::CallRinging { .. }
            | Event::CallAnswered { .. }
            | Event::CallAbandoned { .. }
            | Event::CallHeld { .. }
            | Event::CallResumed { .. }
            | Event::TransferIntended(_)
            | Event::TransferAnswered { .. }
            | Event::TransferFailed { .. }
            | Event::ThreeWayStarted { .. }
            | Event::CallTransferred { .. }
            | Event::DigitsSent { .. }
            | Event::CallNoted { .. }
            | Event::Recording { .. }
            | Event::CallSupervised { .. }
            | Event::CallMeasured { .. }
            | Event::CampaignStateChanged { .. }
            | Event::PacingDecided(_)
            | Event::PacingTold { .. }
            | Event::PacingLearnt { .. } => {}
        }
    }

    /// The run is over: states still going on are counted up to now.
    pub(crate) fn close(&mut self, now: Timestamp) {
        let doing: Vec<_> = self.doing.iter().map(|(id, (to, _))| (*id, *to)).collect();
        for (agent, to) in doing {
            self.turns(agent, to, now);
        }
    }

    /// Talk and wrap-up in talk, wrap-up and ready; `None` with nobody at work.
    pub(crate) fn utilisation(&self) -> Option<f64> {
        let all = (self.busy + self.ready).as_secs_f64();
        (all > 0.0).then(|| self.busy.as_secs_f64() / all)
    }

    /// Mean wait from answer to agent.
    pub(crate) fn bridge_wait(&self) -> Option<Duration> {
        let bridges = u32::try_from(self.connected).unwrap_or(u32::MAX);
        self.waited.checked_div(bridges)
    }

    /// The typifications in force.
    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Empty where none was kept.
    pub(crate) fn fingerprint(&self) -> String {
        let hex = |fingerprint: &Fingerprint| format!("{:016x}", fingerprint.0);
        self.fingerprint.as_ref().map(hex).unwrap_or_default()
    }

    fn typified(&mut self, said: &Typification) {
        self.typified += 1;
        let Some(row) = self.catalogue.get(&said.code) else {
            return;
        };
        self.contacts += u64::from(is_conversation(said, row));
        self.effective += u64::from(row.effective_contact);
        self.sales += u64::from(row.accepted_sale);
    }

    fn turns(&mut self, agent: AgentId, to: AgentStatus, at: Timestamp) {
        let Some((was, since)) = self.doing.insert(agent, (to, at)) else {
            return;
        };
        let span = at.since(since);
        match was {
            AgentStatus::Ready => self.ready += span,
            AgentStatus::Talking | AgentStatus::WrapUp => self.busy += span,
            AgentStatus::Offline
            | AgentStatus::Reserved
            | AgentStatus::Break
            | AgentStatus::Lost => {}
        }
    }
}

/// Whether an agent spoke with a person. What nobody typified in time was a conversation all the same.
pub(crate) fn is_conversation(said: &Typification, row: &Disposition) -> bool {
    (row.human && said.agent.is_some()) || row.is_set_on(Occasion::Untyped)
}
