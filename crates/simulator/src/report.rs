//! What a simulation found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a simulation found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The seed it was drawn from.
    pub seed: u64,
    /// Agents at work.
    pub agents: u32,
    /// Simulated hours.
    pub hours: f64,
    /// Calls placed.
    pub attempts: u64,
    /// Calls a person picked up.
    pub answered: u64,
    /// Calls a machine picked up.
    pub machines: u64,
    /// Calls an agent heard, people and machines.
    pub connected: u64,
    /// People no agent came for in time.
    pub abandoned: u64,
    /// People who hung up first, within the time allowed.
    pub hung_up_waiting: u64,
    /// Abandoned in answered, from 0 to 1, people alone; `None` with nobody
    /// answering.
    pub abandon_rate: Option<f64>,
    /// Talk and wrap-up in talk, wrap-up and ready, from 0 to 1; `None` with
    /// nobody at work.
    pub utilisation: Option<f64>,
    /// Mean wait of a connected customer, in milliseconds.
    pub bridge_wait_ms: Option<u64>,
    /// Intents that never became calls.
    pub refused: u64,
    /// Calls going on when time was up.
    pub open: u64,
    /// Calls over, by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Typifications.
    pub typified: u64,
    /// Calls typified as a conversation with a person.
    pub contacts: u64,
    /// Of those, an offer was made to the holder.
    pub effective: u64,
    /// Of those, a sale.
    pub sales: u64,
    /// Most calls at once on the trunk.
    pub channels_peak: u64,
    /// Hours after which nobody of the base was due any more; `None`: somebody
    /// always was.
    pub base_dry_after_hours: Option<f64>,
    /// Contacts that may be called again when time was up.
    pub contacts_left: u64,
    /// The same by segment; empty where the campaign has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentReport>,
    /// Steps of the engine.
    pub steps: u64,
    /// Events recorded.
    pub events: u64,
    /// Of every event in order: equal where the runs are equal; empty where
    /// none was kept.
    pub fingerprint: String,
    /// Real seconds a simulated hour took. Not part of what the seed decides.
    pub wall_seconds_per_hour: f64,
    /// Promises the engine broke, in words; empty in a sound engine.
    pub broken: Vec<String>,
}

/// What a segment came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentReport {
    /// What it is called.
    pub name: String,
    /// How much likelier than the campaign's somebody of it picked up, as a ratio of odds.
    pub answers: f64,
    /// Calls placed.
    pub attempts: u64,
    /// Calls typified as a conversation with a person.
    pub contacts: u64,
    /// Of those, an offer was made to the holder.
    pub effective: u64,
    /// Of those, a sale.
    pub sales: u64,
    /// Contacts that may be called again when time was up.
    pub contacts_left: u64,
    /// Hours after which its quota was reached; `None`: it was not.
    pub enough_after_hours: Option<f64>,
}
