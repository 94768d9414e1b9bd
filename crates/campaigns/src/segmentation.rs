//! How the contacts of a campaign are parted into segments, and what each of them gets: its rule, its turn, its
//! share of the calls, its order and how much of it is enough. Rules are text here; `segments` reads them.

use std::collections::BTreeMap;

use domain::{ListId, SegmentId};
use thiserror::Error;

/// The most segments of a campaign.
pub const SEGMENTS_MAX: usize = 50;
/// The longest name of a segment.
const NAME_MAX: usize = 60;
/// The most words that say what a segment sells, and the longest.
const SELLS_MAX: usize = 20;
const SELLS_WORD_MAX: usize = 60;
/// The rank of a contact whose best hour nobody knows; those known are 0 to 23.
pub const HOUR_UNKNOWN: i64 = 24;

/// The segments of a campaign, in order: whoever fits several belongs to the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segmentation {
    /// In order.
    pub segments: Vec<CampaignSegment>,
    /// What becomes of contacts that fit none.
    pub rest: Rest,
}

/// When contacts that fit no segment are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    /// After all segments, oldest first.
    #[default]
    Last,
    /// Not at all.
    Never,
}

/// One segment.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignSegment {
    /// Its number; 0 before it is saved.
    pub id: SegmentId,
    /// Unique in its campaign.
    pub name: String,
    /// Whom it takes; empty takes everybody.
    pub rule: String,
    /// Lists it applies to; empty: every one of the campaign.
    pub lists: Vec<ListId>,
    /// 1 is called first; those of a later one when no contact of it is left.
    pub priority: u16,
    /// Its part, in percent, of the calls of all segments with its priority.
    pub share: u8,
    /// Who comes first of those never called.
    pub order: SegmentOrder,
    /// Whether those to be tried again come before those never called.
    pub retries_first: bool,
    /// When it is enough.
    pub quota: Option<Quota>,
    /// What of the campaign's portfolio it is for, by code or kind: while nothing of that may be sold, nobody of it is
    /// called. Empty: whatever there is.
    pub sells: Vec<String>,
}

/// Who comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SegmentOrder {
    /// Loaded first.
    #[default]
    Oldest,
    /// Loaded last.
    Newest,
    /// Whose number in this column is the highest; without one, last.
    Score(String),
    /// Whose best hour it is: by a column that tells it, else by when they picked up last.
    BestHour(Option<String>),
    /// In no order, and as many in each hour that the law leaves of the day ([`SpreadPace`](crate::SpreadPace)): each hour
    /// meets the same mixture of the base.
    Spread,
}

/// How much of a segment is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// What is counted.
    pub of: QuotaOf,
    /// So many.
    pub most: u32,
    /// Anew each day, or in all since the segment was first saved.
    pub per_day: bool,
}

/// What a quota counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaOf {
    /// Calls whose typification is an accepted sale.
    Sales,
    /// Calls whose typification is an effective contact.
    Contacts,
    /// Calls that left.
    Attempts,
}

/// What was done with a segment, today and in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SegmentTally {
    /// Calls that left.
    pub attempts: u64,
    /// Effective contacts.
    pub contacts: u64,
    /// Accepted sales.
    pub sales: u64,
}

/// What a segment may still get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// As many as there are.
    Any,
    /// So many.
    Most(u32),
    /// None until what is under way has come to an end, or what it sells is there again.
    Waits,
    /// None before another day, or ever.
    Reached,
}

impl Left {
    /// The same when so many more are under way.
    pub fn after(self, found: usize) -> Left {
        let found = u32::try_from(found).unwrap_or(u32::MAX);
        match self {
            Left::Most(most) if found >= most => Left::Waits,
            Left::Most(most) => Left::Most(most - found),
            Left::Any | Left::Waits | Left::Reached => self,
        }
    }
}

impl Quota {
    /// What is left of it, with so many of its contacts being called or about to be. Attempts are never exceeded; sales
    /// and contacts may be, by calls that are under way when the last one comes.
    pub fn left(&self, today: SegmentTally, in_all: SegmentTally, under_way: u32) -> Left {
        let tally = if self.per_day { today } else { in_all };
        let done = match self.of {
            QuotaOf::Sales => tally.sales,
            QuotaOf::Contacts => tally.contacts,
            QuotaOf::Attempts => tally.attempts,
        };
        let missing = u64::from(self.most).saturating_sub(done);
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        match (missing, self.of) {
            (0, _) => Left::Reached,
            (_, QuotaOf::Sales | QuotaOf::Contacts) => Left::Any,
            (missing, QuotaOf::Attempts) => match missing.saturating_sub(under_way) {
                0 => Left::Waits,
                left => Left::Most(left),
            },
        }
    }
}

/// Ranks by best hour in the order in which they are called at an hour: those whose hour it is, those of whom it is not
/// known, those whose hour is over, and those whose hour comes, the next one last.
pub fn hours_from(hour: i64) -> impl Iterator<Item = i64> {
    let over = (0..hour).rev();
    let to_come = (hour + 1..24).rev();
    [hour, HOUR_UNKNOWN].into_iter().chain(over).chain(to_come)
}

/// Where a contact stands in its segment: the lowest is called first. `score` is what its column holds, and `hour` the
/// best one, where the order asks for them.
pub fn rank(order: &SegmentOrder, contact: i64, score: Option<f64>, hour: Option<u8>) -> i64 {
    match order {
        SegmentOrder::Oldest => contact,
        SegmentOrder::Newest => -contact,
        SegmentOrder::Score(_) => score.map_or(i64::MAX, |score| -ordered(score)),
        SegmentOrder::BestHour(_) => hour
            .filter(|hour| *hour < 24)
            .map_or(HOUR_UNKNOWN, i64::from),
        SegmentOrder::Spread => i64::try_from(mixed(contact) >> 1).unwrap_or(i64::MAX),
    }
}

/// A number whose order as an integer is its own. The smallest is never reached, so that it can be negated.
fn ordered(number: f64) -> i64 {
    if number.is_nan() {
        return -i64::MAX;
    }
    let bits = number.to_bits().cast_signed();
    match bits < 0 {
        true => -(bits & i64::MAX),
        false => bits,
    }
}

/// A number of which nobody sees where it came from (SplitMix64).
const fn mixed(number: i64) -> u64 {
    let mut z = number.cast_unsigned().wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Segments that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidSegmentation {
    /// None at all.
    #[error("there is no segment; remove the segments of the campaign to call it list by list")]
    None,
    /// Too many.
    #[error("{0} segments are too many; a campaign may have {SEGMENTS_MAX}")]
    TooMany(usize),
    /// A name.
    #[error("segment {place}: {what}")]
    Name {
        /// From 1.
        place: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A setting.
    #[error("segment `{name}`: {what}")]
    Setting {
        /// Of the segment.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// Shares.
    #[error(
        "the shares of the segments with priority {priority} add up to {sum} %, not to 100 %: {names}"
    )]
    Shares {
        /// Which.
        priority: u16,
        /// To what.
        sum: u32,
        /// Segment and share.
        names: String,
    },
}

impl Segmentation {
    /// Refuses what cannot be dialed by; says all that is wrong.
    pub fn check(&self) -> Result<(), Vec<InvalidSegmentation>> {
        let mut wrong = Vec::new();
        match self.segments.len() {
            0 => wrong.push(InvalidSegmentation::None),
            1..=SEGMENTS_MAX => {}
            many => wrong.push(InvalidSegmentation::TooMany(many)),
        }
        for (place, segment) in self.segments.iter().enumerate() {
            let before = &self.segments[..place];
            wrong.extend(segment.wrong_name(place + 1, before));
            wrong.extend(segment.wrong_setting());
        }
        wrong.extend(self.wrong_shares());
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn wrong_shares(&self) -> Vec<InvalidSegmentation> {
        let mut by_priority: BTreeMap<u16, Vec<&CampaignSegment>> = BTreeMap::new();
        for segment in &self.segments {
            by_priority
                .entry(segment.priority)
                .or_default()
                .push(segment);
        }
        let wrong = |(priority, segments): (u16, Vec<&CampaignSegment>)| {
            let sum: u32 = segments.iter().map(|one| u32::from(one.share)).sum();
            let each = segments
                .iter()
                .map(|one| format!("{} {} %", one.name, one.share));
            (sum != 100).then(|| InvalidSegmentation::Shares {
                priority,
                sum,
                names: each.collect::<Vec<_>>().join(", "),
            })
        };
        by_priority.into_iter().filter_map(wrong).collect()
    }
}

impl CampaignSegment {
    fn wrong_name(&self, place: usize, before: &[CampaignSegment]) -> Option<InvalidSegmentation> {
        let name = self.name.trim();
        let same = |other: &CampaignSegment| other.name.to_lowercase() == name.to_lowercase();
        let what = if name.is_empty() {
            "it has no name; give it one".to_owned()
        } else if name.chars().count() > NAME_MAX {
            format!("its name is longer than {NAME_MAX} letters")
        } else if name.chars().any(char::is_control) || name.starts_with(['=', '+', '-', '@', '\''])
        {
            format!("a workbook would take the name `{name}` for a formula; begin with a letter")
        } else if name.eq_ignore_ascii_case(REST_NAME) {
            format!("`{REST_NAME}` is what fits no segment; choose another name")
        } else if before.iter().any(same) {
            format!("there is another named `{name}`")
        } else {
            return None;
        };
        Some(InvalidSegmentation::Name { place, what })
    }

    fn wrong_setting(&self) -> Option<InvalidSegmentation> {
        let what = if self.priority == 0 {
            "priorities begin with 1"
        } else if !(1..=100).contains(&self.share) {
            "its share is from 1 % to 100 %"
        } else if self.quota.is_some_and(|quota| quota.most == 0) {
            "a quota of 0 is reached before it begins; leave the segment out instead"
        } else if self.sells.len() > SELLS_MAX || !self.sells.iter().all(|word| is_code(word)) {
            "what it sells is up to 20 codes or kinds of the portfolio, of 1 to 60 letters each"
        } else {
            return None;
        };
        Some(InvalidSegmentation::Setting {
            name: self.name.clone(),
            what: what.to_owned(),
        })
    }
}

fn is_code(word: &str) -> bool {
    let letters = word.trim().chars().count();
    (1..=SELLS_WORD_MAX).contains(&letters) && !word.chars().any(char::is_control)
}

/// What those are called who fit no segment.
pub const REST_NAME: &str = "resto";

#[cfg(test)]
mod tests;
