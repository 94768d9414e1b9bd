//! What a campaign's own attempts taught: who picks up at which hour, how long
//! they ring and talk, what calls turn out to be. Whatever is empty here is
//! drawn from the averages of the scenario.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dice::Dice;
use crate::doubt::Doubt;
use crate::mix::Mix;
use crate::spread::Spread;

/// What was learnt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// What becomes of calls to numbers that exist, by local hour.
    pub mix_by_hour: BTreeMap<u8, Mix>,
    /// From ringing to a person picking up.
    pub ring_ms: Spread,
    /// From ringing to a machine picking up.
    pub machine_ring_ms: Spread,
    /// How long customer and agent talk, whatever comes of it.
    pub talk_ms: Spread,
    /// How long an agent listens to a machine.
    pub machine_talk_ms: Spread,
    /// How long an agent takes to typify.
    pub wrap_up_ms: Spread,
    /// What calls with people turn out to be.
    pub talks: Vec<Talk>,
    /// What agents call a machine; the house's `NC03` where empty.
    pub machine_code: String,
    /// How far a day may lie from all this.
    pub doubt: Doubt,
}

/// A kind of call with a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Talk {
    /// What the agent says it was.
    pub code: String,
    /// How often, against the others.
    pub weight: u32,
    /// How far a day may lie from that, as in [`Doubt`].
    #[serde(default)]
    pub doubt: f64,
    /// How long such calls are; as all calls, where too few were seen.
    #[serde(default)]
    pub talk_ms: Spread,
}

impl Model {
    /// Nothing was learnt.
    pub fn is_empty(&self) -> bool {
        *self == Model::default()
    }

    /// What a call with a person will turn out to be; by weights of a segment's own where it has any.
    pub(crate) fn draw_talk(
        &self,
        own: Option<&BTreeMap<String, u32>>,
        dice: &mut Dice,
    ) -> Option<&Talk> {
        let weight = |talk: &Talk| match own {
            Some(own) => u64::from(own.get(&talk.code).copied().unwrap_or(0)),
            None => u64::from(talk.weight),
        };
        let total = self.talks.iter().map(weight).sum();
        let mut drawn = dice.below(total);
        self.talks.iter().find(|talk| {
            let weight = weight(talk);
            let found = drawn < weight;
            drawn = drawn.saturating_sub(weight);
            found
        })
    }
}
