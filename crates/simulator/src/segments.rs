//! The segments of a campaign, as a scenario has them: whose turn it is, how much is enough, what is left of their bases, and
//! how those who are in them differ from the campaign's people.

use std::collections::BTreeMap;

use campaigns::{CampaignSegment, Left, Quota, QuotaOf, SegmentOrder, SegmentTally};
use serde::{Deserialize, Serialize};

use crate::base::Stock;
use crate::doubt::moved;
use crate::mix::Mix;

/// A segment of a scenario. Those in it are alike but for what was tried: which of them comes first changes nothing, and
/// whoever is in it stays in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Its number in the record; 0 for those who fit none.
    #[serde(default)]
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// 1 comes first.
    pub priority: u16,
    /// Its part, in percent, among those of its priority.
    pub share: u8,
    /// Those to be called again come before those never called.
    #[serde(default)]
    pub retries_first: bool,
    /// It is spread over the hours of the run.
    #[serde(default)]
    pub spread: bool,
    /// When it is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<SegmentQuota>,
    /// What is left of its base.
    pub base: Vec<Stock>,
    /// How much likelier than the campaign's somebody of it picks up, as a ratio of odds.
    #[serde(default = "alike")]
    pub answers: f64,
    /// What calls with its people turn out to be, as weights by code; as the campaign's where empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub talks: BTreeMap<String, u32>,
}

/// How much is left until a segment is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentQuota {
    /// What is counted.
    pub of: Counted,
    /// So many more.
    pub most: u32,
}

/// What a quota counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Accepted sales.
    Sales,
    /// Effective contacts.
    Contacts,
    /// Calls that left.
    Attempts,
}

fn alike() -> f64 {
    1.0
}

impl Segment {
    /// As it is in the record, with what it did in all and what is left of its base. Of a quota a day all is left: it is
    /// another day that is rehearsed.
    pub fn of(segment: &CampaignSegment, in_all: SegmentTally, base: Vec<Stock>) -> Segment {
        let quota = |quota: Quota| {
            let (of, done) = match quota.of {
                QuotaOf::Sales => (Counted::Sales, in_all.sales),
                QuotaOf::Contacts => (Counted::Contacts, in_all.contacts),
                QuotaOf::Attempts => (Counted::Attempts, in_all.attempts),
            };
            let done = if quota.per_day { 0 } else { done };
            let done = u32::try_from(done).unwrap_or(u32::MAX);
            SegmentQuota {
                of,
                most: quota.most.saturating_sub(done),
            }
        };
        Segment {
            id: segment.id.get(),
            name: segment.name.clone(),
            priority: segment.priority,
            share: segment.share,
            retries_first: segment.retries_first,
            spread: segment.order == SegmentOrder::Spread,
            quota: segment.quota.map(quota),
            base,
            answers: 1.0,
            talks: BTreeMap::new(),
        }
    }

    /// Those who fit no segment, after all others.
    pub fn rest(name: &str, base: Vec<Stock>) -> Segment {
        Segment {
            id: 0,
            name: name.to_owned(),
            priority: u16::MAX,
            share: 100,
            retries_first: false,
            spread: false,
            quota: None,
            base,
            answers: 1.0,
            talks: BTreeMap::new(),
        }
    }

    /// What may still be called, with so much done in this run and so many under way.
    pub(crate) fn left(&self, done: SegmentTally, under_way: u32) -> Left {
        let Some(SegmentQuota { of, most }) = self.quota else {
            return Left::Any;
        };
        if most == 0 {
            return Left::Reached;
        }
        let of = match of {
            Counted::Sales => QuotaOf::Sales,
            Counted::Contacts => QuotaOf::Contacts,
            Counted::Attempts => QuotaOf::Attempts,
        };
        let quota = Quota {
            of,
            most,
            per_day: true,
        };
        quota.left(done, done, under_way)
    }

    /// What becomes of calls to its people, where the campaign's come to `mix`.
    pub(crate) fn mix(&self, mix: &Mix) -> Mix {
        if self.answers == 1.0 {
            return *mix;
        }
        moved(mix, self.answers, 1.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use domain::SegmentId;

    use super::*;

    fn segment(quota: Option<Quota>) -> CampaignSegment {
        CampaignSegment {
            id: SegmentId::new(7),
            name: "A".to_owned(),
            rule: String::new(),
            lists: Vec::new(),
            priority: 1,
            share: 100,
            order: SegmentOrder::Spread,
            retries_first: true,
            quota,
            sells: Vec::new(),
        }
    }

    #[test]
    fn a_quota_in_all_leaves_what_was_not_done_yet_and_one_a_day_all_of_it() {
        let did = SegmentTally {
            attempts: 900,
            contacts: 30,
            sales: 12,
        };
        let of = |per_day| {
            let quota = Quota {
                of: QuotaOf::Sales,
                most: 20,
                per_day,
            };
            let found = Segment::of(&segment(Some(quota)), did, Vec::new());
            assert!(found.spread && found.retries_first);
            found.quota.expect("kept").most
        };
        assert_eq!((of(false), of(true)), (8, 20));
        let none = Segment::of(&segment(None), did, Vec::new());
        assert_eq!(none.left(did, 5), Left::Any);
    }

    #[test]
    fn what_is_written_is_read_back_and_says_only_what_differs() {
        let text = r#"{"name": "A", "priority": 1, "share": 100, "base": [{"contacts": 9}]}"#;
        let read: Segment = serde_json::from_str(text).expect("a short segment");
        assert_eq!((read.answers, read.quota, read.spread), (1.0, None, false));
        let kept = serde_json::to_string(&read).expect("plain values");
        assert_eq!(serde_json::from_str::<Segment>(&kept).expect("ours"), read);
    }
}
