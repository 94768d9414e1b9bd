//! How often and when people are called again: the campaign's limits, and its
//! catalogue of typifications where it is not the house's own.

use std::time::Duration;

use campaigns::{Campaign, Catalogue};
use domain::{
    CallBack, CampaignId, CatalogueId, Disposition, NextPhone, Occasion, Origin, RetryRule,
};
use serde::{Deserialize, Serialize};

use crate::text;

/// How often and when people are called again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Attempts per contact.
    pub attempts_per_contact_max: u16,
    /// Attempts per phone.
    pub attempts_per_phone_max: u16,
    /// Time to typify after a call.
    #[serde(with = "text::span")]
    pub wrap_up_max: Duration,
    /// Typifications; the house's own where empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub catalogue: Vec<Row>,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::of(&Campaign::new(CampaignId::new(0), ""), &[])
    }
}

impl Rules {
    /// Those of a campaign and its typifications.
    pub fn of(campaign: &Campaign, rows: &[Disposition]) -> Rules {
        let rows: Vec<Row> = rows.iter().map(Row::of).collect();
        let usual: Vec<Row> = Catalogue::spanish().rows().iter().map(Row::of).collect();
        Rules {
            attempts_per_contact_max: campaign.attempts_per_contact_max,
            attempts_per_phone_max: campaign.attempts_per_phone_max,
            wrap_up_max: campaign.wrap_up,
            catalogue: if rows == usual { Vec::new() } else { rows },
        }
    }

    /// Whether a new campaign would have them.
    pub(crate) fn are_usual(&self) -> bool {
        *self == Rules::default()
    }

    /// The typifications in force.
    pub(crate) fn catalogue(&self) -> Catalogue {
        match self.catalogue.as_slice() {
            [] => Catalogue::spanish(),
            rows => {
                let rows = rows.iter().map(Row::disposition).collect();
                Catalogue::from_rows(CatalogueId::new(0), 0, rows)
            }
        }
    }
}

/// A typification, as far as it decides who is called again and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    code: String,
    by_system_alone: bool,
    human: bool,
    effective_contact: bool,
    accepted_sale: bool,
    closes_record: bool,
    suppresses: bool,
    #[serde(with = "text::span")]
    wait: Duration,
    /// `same`, `next` or `best`.
    #[serde(default)]
    next_phone: String,
    #[serde(default)]
    other_hours: bool,
    times_max: Option<u8>,
    invalidates_phone: bool,
    costs_attempt: bool,
    /// `personal` or `anyone`.
    #[serde(default)]
    call_back: Option<String>,
    /// When the system sets it.
    #[serde(default)]
    set_on: Vec<String>,
}

impl Row {
    fn of(row: &Disposition) -> Row {
        Row {
            code: row.code.clone(),
            by_system_alone: row.origin == Origin::System,
            human: row.human,
            effective_contact: row.effective_contact,
            accepted_sale: row.accepted_sale,
            closes_record: row.closes_record,
            suppresses: row.suppresses,
            wait: row.retry.wait,
            next_phone: row.retry.next_phone.word().to_owned(),
            other_hours: row.retry.other_hours,
            times_max: row.retry.times_max,
            invalidates_phone: row.retry.invalidates_phone,
            costs_attempt: row.retry.costs_attempt,
            call_back: row.call_back.map(|call| call.word().to_owned()),
            set_on: row
                .occasions
                .iter()
                .map(|on| on.word().to_owned())
                .collect(),
        }
    }

    fn disposition(&self) -> Disposition {
        let origin = match self.by_system_alone {
            true => Origin::System,
            false => Origin::Both,
        };
        let mut row = Disposition {
            code: self.code.clone(),
            levels: Default::default(),
            origin,
            occasions: self
                .set_on
                .iter()
                .filter_map(|word| Occasion::from_word(word))
                .collect(),
            human: self.human,
            third_party: false,
            holder: self.effective_contact,
            effective_contact: self.effective_contact,
            accepted_sale: self.accepted_sale,
            closes_record: self.closes_record,
            suppresses: self.suppresses,
            rank: 0,
            call_back: self.call_back.as_deref().and_then(CallBack::from_word),
            retired: false,
            retry: RetryRule {
                wait: self.wait,
                next_phone: NextPhone::from_word(&self.next_phone).unwrap_or_default(),
                other_hours: self.other_hours,
                times_max: self.times_max,
                invalidates_phone: self.invalidates_phone,
                costs_attempt: self.costs_attempt,
            },
            next_action: String::new(),
        };
        row.rank = row.usual_rank();
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_catalogue_is_not_repeated_in_a_scenario_and_another_is_kept() {
        let campaign = Campaign::new(CampaignId::new(1), "Claro");
        let house = Catalogue::spanish();
        assert!(Rules::of(&campaign, house.rows()).are_usual());
        let mut other = house.rows().to_vec();
        other[0].retry.wait = Duration::from_secs(60);
        let rules = Rules::of(&campaign, &other);
        let kept = rules.catalogue();
        let first = kept.get(&other[0].code).expect("kept");
        assert_eq!(first.retry, other[0].retry);
        let text = serde_json::to_string(&rules).expect("plain values");
        assert_eq!(serde_json::from_str::<Rules>(&text).expect("ours"), rules);
    }
}
