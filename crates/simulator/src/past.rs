//! What a campaign's record says of days gone by: calls, and what agents did.
//! Whoever has a record fills it in; nothing is read here.

mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use campaigns::Catalogue;
use domain::{AgentId, AgentStatus, ContactId, Occasion, Outcome, PhoneNumber, Timestamp};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A call that left and is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCall {
    /// To which record.
    pub contact: ContactId,
    /// On which number.
    pub phone: PhoneNumber,
    /// INVITE left.
    pub placed: Timestamp,
    /// Rang.
    pub ringing: Option<Timestamp>,
    /// Picked up.
    pub answered: Option<Timestamp>,
    /// Joined to an agent.
    pub bridged: Option<Timestamp>,
    /// Over.
    pub ended: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// What it was said to be.
    pub code: Option<String>,
    /// The segment it was made in, where that is known: 0 for those who fit none.
    pub segment: Option<i64>,
}

/// An agent's state changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastChange {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub agent: AgentId,
    /// To what.
    pub to: AgentStatus,
    /// Why, where it is a break.
    pub reason: Option<String>,
}

/// Calls and changes, each in order of time.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Calls.
    pub calls: Vec<PastCall>,
    /// What agents did.
    pub changes: Vec<PastChange>,
    /// The typifications in force.
    pub catalogue: Catalogue,
    /// Local time, in hours from UTC.
    pub utc_offset: i8,
}

/// What a call with somebody at the other end was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    Person,
    Machine,
    /// No agent heard them.
    Unknown,
}

impl History {
    /// Local time, in whole hours.
    pub fn hour(&self, at: Timestamp) -> u8 {
        let hour = self.local(at).rem_euclid(DAY_MS) / HOUR_MS;
        u8::try_from(hour).expect("a day has 24 hours")
    }

    /// Local day, counted from 1970.
    pub fn day(&self, at: Timestamp) -> i64 {
        self.local(at).div_euclid(DAY_MS)
    }

    /// When a local day begins.
    pub fn midnight(&self, day: i64) -> Timestamp {
        let offset = i64::from(self.utc_offset) * HOUR_MS;
        Timestamp::from_millis(day.saturating_mul(DAY_MS).saturating_sub(offset))
    }

    /// Days with calls.
    pub fn days(&self) -> BTreeSet<i64> {
        self.calls
            .iter()
            .map(|call| self.day(call.placed))
            .collect()
    }

    /// What happened in `days`.
    pub fn within(&self, days: impl std::ops::RangeBounds<i64>) -> History {
        let has = |at| days.contains(&self.day(at));
        let calls = self.calls.iter().filter(|call| has(call.placed));
        let changes = self.changes.iter().filter(|change| has(change.at));
        History {
            calls: calls.cloned().collect(),
            changes: changes.cloned().collect(),
            catalogue: self.catalogue.clone(),
            utc_offset: self.utc_offset,
        }
    }

    /// Who was at the other end.
    pub(crate) fn met(&self, call: &PastCall) -> Met {
        if matches!(call.outcome, Outcome::Machine | Outcome::Fax) {
            return Met::Machine;
        }
        let code = call.code.as_deref().filter(|_| call.bridged.is_some());
        let Some(row) = code.and_then(|code| self.catalogue.get(code)) else {
            return Met::Unknown;
        };
        match row.human || row.is_set_on(Occasion::Untyped) {
            true => Met::Person,
            false => Met::Machine,
        }
    }

    /// States agents were in, with how long: (agent, state, reason, from, to).
    /// What went on when the history ends is cut there.
    pub(crate) fn stays(&self) -> Vec<Stay> {
        let mut open: BTreeMap<AgentId, &PastChange> = BTreeMap::new();
        let mut stays = Vec::new();
        let stay = |change: &PastChange, to| Stay {
            agent: change.agent,
            status: change.to,
            reason: change.reason.clone(),
            from: change.at,
            to,
        };
        for change in &self.changes {
            if let Some(before) = open.insert(change.agent, change) {
                stays.push(stay(before, change.at));
            }
        }
        let end = self.end();
        stays.extend(open.values().map(|change| stay(change, end.max(change.at))));
        stays
    }

    /// The last thing known.
    fn end(&self) -> Timestamp {
        let ended = self.calls.iter().map(|call| call.ended);
        let changed = self.changes.iter().map(|change| change.at);
        ended.chain(changed).max().unwrap_or_default()
    }

    fn local(&self, at: Timestamp) -> i64 {
        let offset = i64::from(self.utc_offset) * HOUR_MS;
        at.as_millis().saturating_add(offset)
    }
}

/// An agent in one state.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    pub(crate) agent: AgentId,
    pub(crate) status: AgentStatus,
    pub(crate) reason: Option<String>,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl Stay {
    pub(crate) fn span(&self) -> Duration {
        self.to.since(self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_local() {
        let history = History {
            utc_offset: -5,
            ..History::default()
        };
        // 2026-11-25 02:30 UTC is the evening before in Bogotá.
        let at = Timestamp::from_millis(1_795_573_800_000);
        assert_eq!(history.hour(at), 21);
        let midnight = history.midnight(history.day(at));
        assert_eq!(at.since(midnight), Duration::from_secs(21 * 3_600 + 1_800));
    }
}
