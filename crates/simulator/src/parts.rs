//! The base of a campaign that is called by segments, by the rules that the store leases by: whose turn it is ([`Mix`]), how
//! much is enough, and how fast one is called that is spread over the day ([`SpreadPace`]). Contacts nobody leased yet are
//! counts, not contacts; the shelf makes them up.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use campaigns::{Catalogue, Left, LegalDay, MixTurn, SegmentTally, SpreadPace};
use domain::{AttemptId, ContactId, Event, Keyed, SegmentId, Timestamp};

use crate::base::Stock;
use crate::report::SegmentReport;
use crate::segments::Segment;

/// While calls are under way that a quota waits for, it is asked again so soon.
const SOON: Duration = Duration::from_secs(1);

/// All segments.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) parts: Vec<Part>,
    opened: Timestamp,
    /// The hours of the run.
    hours: LegalDay,
    /// Whose call it is.
    calls: Keyed<AttemptId, usize>,
}

/// One segment.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) segment: Segment,
    /// Nobody called them yet, and those called before the start: not made up.
    fresh: VecDeque<Stock>,
    tried: VecDeque<Stock>,
    /// Those who came to be ready, by when they are due; some no longer are.
    pub(crate) again: BinaryHeap<Reverse<(Timestamp, ContactId)>>,
    owed: i64,
    pace: SpreadPace,
    /// Of effective contacts and sales, as quotas count them.
    done: SegmentTally,
    conversations: u64,
    pub(crate) under_way: u32,
    pub(crate) finished: u64,
    total: u64,
    reached: Option<Timestamp>,
}

impl Parts {
    pub(crate) fn of(segments: &[Segment], opened: Timestamp, ends: Timestamp) -> Parts {
        Parts {
            parts: segments.iter().map(Part::of).collect(),
            opened,
            hours: LegalDay::between(opened, ends),
            calls: Keyed::default(),
        }
    }

    /// What each may get now.
    pub(crate) fn turns(&mut self, now: Timestamp) -> Vec<MixTurn> {
        let hours = &self.hours;
        let turn = |part: &mut Part| {
            let left = part.left();
            if left == Left::Reached {
                part.reached.get_or_insert(now);
            }
            let most = match left {
                Left::Any => u32::MAX,
                Left::Most(most) => most,
                Left::Waits | Left::Reached => 0,
            };
            if part.segment.spread && part.pace.is_due(now) {
                part.pace = part
                    .pace
                    .reckon(hours, part.waiting().min(u64::from(most)), now);
            }
            MixTurn {
                segment: SegmentId::new(part.segment.id),
                priority: part.segment.priority,
                share: part.segment.share,
                most,
                paced: match part.segment.spread {
                    true => part.pace.most(hours, now),
                    false => u32::MAX,
                },
                owed: part.owed,
            }
        };
        self.parts.iter_mut().map(turn).collect()
    }

    /// What the lease left of turns: debts, and what was taken of each.
    pub(crate) fn settle(&mut self, turns: &[MixTurn], taken: &[usize]) {
        for ((part, turn), taken) in self.parts.iter_mut().zip(turns).zip(taken) {
            part.owed = turn.owed;
            part.pace = part.pace.after(*taken);
            part.under_way += u32::try_from(*taken).unwrap_or(u32::MAX);
        }
    }

    /// When somebody may be called next.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let due = |part: &Part| {
            let earliest = match part.left() {
                Left::Any | Left::Most(_) => self.opened,
                Left::Waits => now + SOON,
                Left::Reached => return None,
            };
            let there = !part.fresh.is_empty() || !part.tried.is_empty();
            let again = part.again.peek().map(|Reverse((due, _))| *due);
            let first = there.then_some(self.opened).into_iter().chain(again).min();
            first.map(|first| first.max(earliest))
        };
        self.parts.iter().filter_map(due).min()
    }

    /// What a fact says of a segment; `of` is that of a contact.
    pub(crate) fn note(
        &mut self,
        event: &Event,
        catalogue: &Catalogue,
        of: impl Fn(ContactId) -> Option<usize>,
    ) {
        match event {
            Event::AttemptIntended(intent) => {
                if let Some(part) = of(intent.contact) {
                    self.calls.insert(intent.attempt, part);
                }
            }
            Event::CallPlaced { attempt } => {
                if let Some(part) = self.part_of(*attempt) {
                    part.done.attempts += 1;
                }
            }
            Event::Typified(said) => {
                let (Some(part), Some(row)) =
                    (self.part_of(said.attempt), catalogue.get(&said.code))
                else {
                    return;
                };
                part.conversations += u64::from(crate::tally::is_conversation(said, row));
                part.done.contacts += u64::from(row.effective_contact);
                part.done.sales += u64::from(row.accepted_sale);
            }
            _ => {}
        }
    }

    /// The segment of a call.
    pub(crate) fn segment_of(&self, attempt: AttemptId) -> Option<&Segment> {
        let place = self.calls.get(&attempt)?;
        Some(&self.parts[*place].segment)
    }

    fn part_of(&mut self, attempt: AttemptId) -> Option<&mut Part> {
        let place = self.calls.get(&attempt)?;
        self.parts.get_mut(*place)
    }

    /// What each came to.
    pub(crate) fn reports(&self) -> Vec<SegmentReport> {
        let report = |part: &Part| SegmentReport {
            name: part.segment.name.clone(),
            answers: part.segment.answers,
            attempts: part.done.attempts,
            contacts: part.conversations,
            effective: part.done.contacts,
            sales: part.done.sales,
            contacts_left: part.total - part.finished,
            enough_after_hours: part
                .reached
                .map(|at| at.since(self.opened).as_secs_f64() / 3_600.0),
        };
        self.parts.iter().map(report).collect()
    }
}

impl Part {
    fn of(segment: &Segment) -> Part {
        let there = segment.base.iter().copied();
        let there = there.filter(|stock| stock.contacts > 0);
        let (fresh, mut tried): (VecDeque<Stock>, VecDeque<Stock>) =
            there.partition(|stock| stock.attempts == 0);
        tried.make_contiguous().sort_by_key(|stock| stock.attempts);
        let all = segment.base.iter().map(|stock| u64::from(stock.contacts));
        Part {
            total: all.sum(),
            segment: segment.clone(),
            fresh,
            tried,
            again: BinaryHeap::new(),
            owed: 0,
            pace: SpreadPace::default(),
            done: SegmentTally::default(),
            conversations: 0,
            under_way: 0,
            finished: 0,
            reached: None,
        }
    }

    fn left(&self) -> Left {
        self.segment.left(self.done, self.under_way)
    }

    /// Contacts that wait, now or later.
    fn waiting(&self) -> u64 {
        let stocks = self.fresh.iter().chain(&self.tried);
        stocks.map(|stock| u64::from(stock.contacts)).sum::<u64>() + self.again.len() as u64
    }

    /// What the next contact that nobody called in this run is like: one never called, or one called before.
    pub(crate) fn untouched(&mut self, again: bool) -> Option<Stock> {
        let lane = match again {
            true => &mut self.tried,
            false => &mut self.fresh,
        };
        let first = lane.front_mut()?;
        let found = *first;
        first.contacts -= 1;
        if first.contacts == 0 {
            lane.pop_front();
        }
        Some(found)
    }
}
