//! Counters by hour, kept in the commit that changes an attempt: what it counted as before is taken away, what it counts
//! as then is added, as one signed difference (ADR 39). What a closed call counts as is said once, by the view
//! `attempt_count`.

mod difference;
mod filling;
mod time;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::Timestamp;

use self::difference::{Differences, Record};
pub(super) use self::filling::{CALLS_DIFFER, RECORDS_DIFFER, TIME_DIFFERS, ensure_filled};
pub(super) use self::time::{count_time, cut};
use super::database::Tx;
use super::fold::{AttemptChange, Fold};
use super::query::{Batch, Query};
use super::row::Row;
use crate::error::Result;

/// An hour of the counters.
pub(super) const HOUR_MS: i64 = 3_600_000;

/// What keeping the counters has cost this process.
static CALLS_COUNTED: AtomicU64 = AtomicU64::new(0);
static NANOSECONDS: AtomicU64 = AtomicU64::new(0);

/// How many calls this process has counted by hour as they were closed, typed or corrected, and how long its commits took for it.
pub fn counting_cost() -> (u64, Duration) {
    let took = Duration::from_nanos(NANOSECONDS.load(Ordering::Relaxed));
    (CALLS_COUNTED.load(Ordering::Relaxed), took)
}

fn note_cost(calls: usize, since: Instant) {
    CALLS_COUNTED.fetch_add(calls as u64, Ordering::Relaxed);
    let took = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
    NANOSECONDS.fetch_add(took, Ordering::Relaxed);
}

/// Which hour an instant is in.
pub(super) fn hour_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(HOUR_MS)
}

/// When an hour begins.
pub(super) fn begins(hour: i64) -> Timestamp {
    Timestamp::from_millis(hour.saturating_mul(HOUR_MS))
}

/// What a closed call counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    id: i64,
    campaign: i64,
    contact: i64,
    hour: i64,
    list: i64,
    segment: i64,
    agent: Option<i64>,
    /// Bits, in the order of [`FLAGS`].
    flags: i64,
    talk_ms: i64,
    waited_ms: i64,
}

/// What the flags are, as columns of `attempt_count`; the first five are the kinds of `record_hour`.
const FLAGS: [&str; 9] = [
    "worked",
    "worked_by_agent",
    "network_answered",
    "answered",
    "effective",
    "answered_by_system",
    "sale",
    "abandoned",
    "connected",
];
/// Kinds of `record_hour`, numbered from 1.
const KINDS: usize = 5;

impl Counted {
    fn has(&self, flag: usize) -> bool {
        self.flags & (1 << flag) != 0
    }
}

fn columns() -> String {
    let flags: Vec<String> = FLAGS
        .iter()
        .enumerate()
        .map(|(place, flag)| format!("{} * v.{flag}", 1 << place))
        .collect();
    format!(
        "SELECT v.id, v.campaign, v.contact, v.hour, v.list, v.segment, v.agent, {} AS flags,
                v.talk_ms, v.waited_ms",
        flags.join(" + ")
    )
}

fn counted(row: &Row) -> Result<Counted> {
    Ok(Counted {
        id: row.int("id")?,
        campaign: row.int("campaign")?,
        contact: row.int("contact")?,
        hour: row.int("hour")?,
        list: row.int("list")?,
        segment: row.int("segment")?,
        agent: row.opt_int("agent")?,
        flags: row.int("flags")?,
        talk_ms: row.int("talk_ms")?,
        waited_ms: row.int("waited_ms")?,
    })
}

/// What attempts counted as before a run of events changes them.
#[derive(Debug)]
pub(super) struct Before {
    /// Attempts that end or are typified in the run.
    attempts: BTreeSet<i64>,
    counted: BTreeMap<i64, Counted>,
}

/// Looks at the attempts that a run ends, types or corrects, before it does.
pub(super) async fn before(tx: &mut Tx, fold: &Fold<'_>) -> Result<Before> {
    let settles =
        |(_, change): &(&i64, &AttemptChange)| change.outcome.is_some() || change.code.is_some();
    let attempts = fold
        .attempts
        .iter()
        .filter(settles)
        .map(|(id, _)| *id)
        .collect();
    let mut before = Before {
        attempts,
        counted: BTreeMap::new(),
    };
    if before.attempts.is_empty() {
        return Ok(before);
    }
    let began = Instant::now();
    let text = format!(
        "{} FROM {{rows}} JOIN attempt_count v ON v.id = r.attempt",
        columns()
    );
    let query = Query::new("look at what calls count as", text);
    let rows = Batch::default().ints("attempt", before.attempts.iter().copied());
    for row in tx.fetch(query.rows(rows)).await? {
        let one = counted(&row)?;
        before.counted.insert(one.id, one);
    }
    note_cost(0, began);
    Ok(before)
}

/// Counts the difference that the run made.
pub(super) async fn after(tx: &mut Tx, before: Before) -> Result<()> {
    if before.attempts.is_empty() {
        return Ok(());
    }
    let began = Instant::now();
    // All closed calls of the records concerned: who was called in which hour depends on the others.
    let text = format!(
        "{} FROM (SELECT DISTINCT a.campaign, a.contact FROM {{rows}} JOIN attempt a ON a.id = r.attempt) AS c
         JOIN attempt_count v ON v.contact = c.contact AND v.campaign = c.campaign",
        columns()
    );
    let query = Query::new("look at what calls count as now", text);
    let rows = Batch::default().ints("attempt", before.attempts.iter().copied());
    let mut records: BTreeMap<(i64, i64), Record> = BTreeMap::new();
    let of = |one: &Counted| (one.campaign, one.contact);
    for row in tx.fetch(query.rows(rows)).await? {
        let one = counted(&row)?;
        let record = records.entry(of(&one)).or_default();
        record.after.push(one);
        if !before.attempts.contains(&one.id) {
            record.before.push(one);
        }
    }
    for one in before.counted.values() {
        records.entry(of(one)).or_default().before.push(*one);
    }
    let mut differences = Differences::default();
    for record in records.values() {
        differences.add(record);
    }
    differences.write(tx).await?;
    note_cost(before.attempts.len(), began);
    Ok(())
}
