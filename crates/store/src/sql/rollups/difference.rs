//! What a run of events changes in the counters, worked out in memory. Most of it is a handful of rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Counted, KINDS};
use crate::error::Result;
use crate::sql::database::Tx;
use crate::sql::query::{Batch, Query};

/// `attempt_hour.agent` of everybody's rows; an agent's row is of all lists and segments.
const EVERYBODY: i64 = 0;
const ALL_LISTS: i64 = 0;
const ALL_SEGMENTS: i64 = -3;
/// `record_hour.prev` where there is none.
const NONE_BEFORE: i64 = -1;
/// Sums of `attempt_hour`: attempts, seven flags, talk and waits.
const SUMS: usize = 10;
/// The flags summed, as places of [`super::FLAGS`], in the order of the columns from `network_answered` to `connected`.
const SUMMED: [usize; 7] = [2, 3, 5, 4, 6, 7, 8];

/// The closed calls of a record in a campaign.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) before: Vec<Counted>,
    pub(super) after: Vec<Counted>,
}

/// Campaign, hour, agent, list, segment.
type CallsKey = (i64, i64, i64, i64, i64);
/// Campaign, kind, hour, hour before.
type RecordsKey = (i64, i64, i64, i64);

/// Signed differences of counters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    calls: BTreeMap<CallsKey, [i64; SUMS]>,
    records: BTreeMap<RecordsKey, i64>,
}

impl Differences {
    /// Adds what changed of a record.
    pub(super) fn add(&mut self, record: &Record) {
        for (sign, calls) in [(-1, &record.before), (1, &record.after)] {
            for call in calls {
                self.add_call(call, sign);
            }
            for key in spans(calls) {
                *self.records.entry(key).or_default() += sign;
            }
        }
        self.calls
            .retain(|_, sums| sums.iter().any(|sum| *sum != 0));
        self.records.retain(|_, n| *n != 0);
    }

    fn add_call(&mut self, call: &Counted, sign: i64) {
        let mut sums = [0; SUMS];
        sums[0] = sign;
        for (place, flag) in SUMMED.into_iter().enumerate() {
            sums[place + 1] = if call.has(flag) { sign } else { 0 };
        }
        sums[8] = sign * call.talk_ms;
        sums[9] = sign * call.waited_ms;
        let (campaign, hour) = (call.campaign, call.hour);
        let everybodys = (campaign, hour, EVERYBODY, call.list, call.segment);
        let agents = call
            .agent
            .map(|agent| (campaign, hour, agent, ALL_LISTS, ALL_SEGMENTS));
        for key in [Some(everybodys), agents].into_iter().flatten() {
            let kept = self.calls.entry(key).or_insert([0; SUMS]);
            for (kept, sum) in kept.iter_mut().zip(sums) {
                *kept += sum;
            }
        }
    }

    /// Adds the differences to the counters.
    pub(super) async fn write(&self, tx: &mut Tx) -> Result<()> {
        if !self.calls.is_empty() {
            tx.run(self.calls_query()).await?;
        }
        if !self.records.is_empty() {
            tx.run(self.records_query()).await?;
        }
        Ok(())
    }

    fn calls_query(&self) -> Query {
        let sum = |place: usize| self.calls.values().map(move |sums| sums[place]);
        let batch = Batch::default()
            .ints("campaign", self.calls.keys().map(|key| key.0))
            .ints("hour", self.calls.keys().map(|key| key.1))
            .ints("agent", self.calls.keys().map(|key| key.2))
            .ints("list", self.calls.keys().map(|key| key.3))
            .ints("segment", self.calls.keys().map(|key| key.4))
            .ints("attempts", sum(0))
            .ints("network_answered", sum(1))
            .ints("answered", sum(2))
            .ints("answered_by_system", sum(3))
            .ints("effective", sum(4))
            .ints("sales", sum(5))
            .ints("abandoned", sum(6))
            .ints("connected", sum(7))
            .ints("talk_ms", sum(8))
            .ints("waited_ms", sum(9));
        Query::new(
            "count calls by hour",
            "INSERT INTO attempt_hour (campaign, hour, agent, list, segment, attempts, network_answered,
                 answered, answered_by_system, effective, sales, abandoned, connected, talk_ms, waited_ms)
             SELECT r.campaign, r.hour, r.agent, r.list, r.segment, r.attempts, r.network_answered,
                    r.answered, r.answered_by_system, r.effective, r.sales, r.abandoned, r.connected,
                    r.talk_ms, r.waited_ms
             FROM {rows} WHERE true
             ON CONFLICT (campaign, hour, agent, list, segment) DO UPDATE SET
                 attempts = attempt_hour.attempts + excluded.attempts,
                 network_answered = attempt_hour.network_answered + excluded.network_answered,
                 answered = attempt_hour.answered + excluded.answered,
                 answered_by_system = attempt_hour.answered_by_system + excluded.answered_by_system,
                 effective = attempt_hour.effective + excluded.effective,
                 sales = attempt_hour.sales + excluded.sales,
                 abandoned = attempt_hour.abandoned + excluded.abandoned,
                 connected = attempt_hour.connected + excluded.connected,
                 talk_ms = attempt_hour.talk_ms + excluded.talk_ms,
                 waited_ms = attempt_hour.waited_ms + excluded.waited_ms",
        )
        .rows(batch)
    }

    fn records_query(&self) -> Query {
        let batch = Batch::default()
            .ints("campaign", self.records.keys().map(|key| key.0))
            .ints("kind", self.records.keys().map(|key| key.1))
            .ints("hour", self.records.keys().map(|key| key.2))
            .ints("prev", self.records.keys().map(|key| key.3))
            .ints("n", self.records.values().copied());
        Query::new(
            "count records by hour",
            "INSERT INTO record_hour (campaign, kind, hour, prev, n)
             SELECT r.campaign, r.kind, r.hour, r.prev, r.n FROM {rows} WHERE true
             ON CONFLICT (campaign, kind, hour, prev) DO UPDATE SET n = record_hour.n + excluded.n",
        )
        .rows(batch)
    }
}

/// The hours in which a record had calls of each kind, each with the one before it.
fn spans(calls: &[Counted]) -> Vec<RecordsKey> {
    let mut spans = Vec::new();
    for flag in 0..KINDS {
        let of_kind = calls.iter().filter(|call| call.has(flag));
        let hours: BTreeSet<_> = of_kind.map(|call| (call.hour, call.campaign)).collect();
        let mut prev = NONE_BEFORE;
        for (hour, campaign) in hours {
            spans.push((campaign, flag as i64 + 1, hour, prev));
            prev = hour;
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKED: i64 = 1;
    const ANSWERED: i64 = 1 << 3;

    fn call(id: i64, hour: i64, flags: i64) -> Counted {
        Counted {
            id,
            campaign: 1,
            contact: 5,
            hour,
            list: 2,
            segment: -2,
            agent: None,
            flags,
            talk_ms: 0,
            waited_ms: 0,
        }
    }

    fn records(before: Vec<Counted>, after: Vec<Counted>) -> Vec<(RecordsKey, i64)> {
        let mut differences = Differences::default();
        differences.add(&Record { before, after });
        differences.records.into_iter().collect()
    }

    #[test]
    fn a_call_that_ends_is_one_difference_after_the_one_before_it() {
        let old = call(1, 10, WORKED);
        let new = call(2, 12, WORKED);
        assert_eq!(records(vec![old], vec![old, new]), [((1, 1, 12, 10), 1)]);
        // A second call within the hour makes no record more.
        let again = call(3, 12, WORKED);
        assert_eq!(records(vec![old, new], vec![old, new, again]), []);
    }

    #[test]
    fn a_correction_moves_those_after_it() {
        let (first, last) = (call(1, 10, ANSWERED), call(3, 14, ANSWERED));
        let (was, is) = (call(2, 12, ANSWERED), call(2, 12, 0));
        let moved = records(vec![first, was, last], vec![first, is, last]);
        assert_eq!(
            moved,
            [
                ((1, 4, 12, 10), -1),
                ((1, 4, 14, 10), 1),
                ((1, 4, 14, 12), -1)
            ]
        );
    }

    #[test]
    fn an_agents_call_counts_for_everybody_and_for_them() {
        let mut differences = Differences::default();
        let taken = Counted {
            agent: Some(7),
            talk_ms: 30_000,
            ..call(1, 10, WORKED | 1 << 8)
        };
        differences.add(&Record {
            before: Vec::new(),
            after: vec![taken],
        });
        let sums = [1, 0, 0, 0, 0, 0, 0, 1, 30_000, 0];
        let expected = [((1, 10, 0, 2, -2), sums), ((1, 10, 7, 0, -3), sums)];
        assert_eq!(differences.calls, BTreeMap::from(expected));
    }
}
