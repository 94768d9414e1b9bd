//! What a pacer was told, written down so that its decisions can be made again,
//! bit for bit: a page goes with each recorded decision, and holds what came
//! since the page before.
//!
//! Times are milliseconds before (negative) the instant the page is dated, and
//! lists stand for structures, because a page is written every second.

use std::time::Duration;

use domain::{DialMode, Rate, Timestamp};
use serde::{Deserialize, Serialize};

use crate::elsewhere::Elsewhere;
use crate::fact::Fact;
use crate::learnt::Learnt;
use crate::pacer::{Balance, PacerConfig};
use crate::snapshot::{Snapshot, SnapshotCall, SnapshotTalk, SnapshotWrapUp};

/// A page is full at so many entries, decision or not.
const FULL: usize = 2_000;

/// How a pacer began.
#[derive(Clone, Debug, PartialEq)]
pub struct Beginning {
    /// What was asked of it.
    pub config: PacerConfig,
    /// How the abandon period stands.
    pub balance: Balance,
    /// What an earlier pacer had learnt, and how long ago.
    pub history: Option<(Learnt, Duration)>,
}

/// Something a pacer was told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    Began(Box<Beginning>),
    Told(Timestamp, Fact),
    /// Asked for a decision, which dialed nothing and was not recorded.
    Asked(Timestamp),
}

/// What was told since the last page.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// A pacer begins: pages from here on are its own.
    pub fn began(&mut self, beginning: Beginning) {
        self.entries.clear();
        self.entries.push(Entry::Began(Box::new(beginning)));
    }

    /// It was told a fact.
    pub fn told(&mut self, at: Timestamp, fact: Fact) {
        self.entries.push(Entry::Told(at, fact));
    }

    /// It was asked, and its decision is in no record.
    pub fn asked(&mut self, at: Timestamp) {
        self.entries.push(Entry::Asked(at));
    }

    /// Whether the page must be written though no decision is recorded.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= FULL
    }

    /// The page, dated `now`; with the floor decided on, if one was.
    pub fn page(&mut self, now: Timestamp, floor: Option<&Snapshot>) -> String {
        let entries = std::mem::take(&mut self.entries);
        serde_json::to_string(&PageText::of(&entries, floor, now))
            .expect("numbers, words and lists always make JSON")
    }
}

/// A page nobody could read.
#[derive(Debug, thiserror::Error)]
#[error("a page of the pacing ledger is not readable: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

/// A page as read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub(crate) entries: Vec<Entry>,
    pub(crate) floor: Option<Snapshot>,
}

impl Page {
    /// Reads a page dated `at`.
    pub fn read(text: &str, at: Timestamp) -> Result<Page, Unreadable> {
        let text: PageText = serde_json::from_str(text)?;
        text.page(at).map_err(Unreadable::from)
    }

    /// Whether a pacer begins on it, so that nothing before it is needed.
    pub fn begins(&self) -> bool {
        matches!(self.entries.first(), Some(Entry::Began(_)))
    }
}

/// Milliseconds from the page's date.
type Offset = i64;

#[derive(Serialize, Deserialize)]
struct PageText {
    /// Target, limit, wait limit and ring timeout (ms), live, abandoned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<(f64, f64, u64, u64, u64, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sure: Option<f64>,
    /// Live and abandoned, earlier in the month.
    #[serde(default)]
    earlier: (u64, u64),
    /// Its age (ms), and what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    history: Option<(u64, Learnt)>,
    told: Vec<EntryText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<FloorText>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum EntryText {
    Told(Offset, Fact),
    Asked(Offset),
}

/// A snapshot; mode by its number.
#[derive(Serialize, Deserialize)]
struct FloorText {
    mode: i16,
    ratio: Option<f64>,
    ready: u32,
    talking: Vec<(Offset, bool)>,
    wrap_up: Vec<(Offset, u64, Option<Offset>, bool)>,
    calls: Vec<(Offset, Option<Offset>, Option<Offset>)>,
    waiting: u32,
    channels: u32,
    cps: u32,
    hopper: u32,
    closes: Option<u64>,
    cap: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    others_first: bool,
    #[serde(default, skip_serializing_if = "Elsewhere::is_empty")]
    elsewhere: Elsewhere,
}

impl PageText {
    fn of(entries: &[Entry], floor: Option<&Snapshot>, now: Timestamp) -> PageText {
        let (mut began, mut sure, mut history) = (None, None, None);
        let mut earlier = (0, 0);
        let mut told = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry {
                Entry::Began(begun) => {
                    began = Some(beginning_text(begun));
                    sure = begun.config.sure.map(Rate::get);
                    earlier = begun.balance.earlier;
                    let kept = begun.history.clone();
                    history = kept.map(|(learnt, age)| (millis(age), learnt));
                }
                Entry::Told(at, fact) => told.push(EntryText::Told(offset(*at, now), *fact)),
                Entry::Asked(at) => told.push(EntryText::Asked(offset(*at, now))),
            }
        }
        let floor = floor.map(|floor| floor_text(floor, now));
        PageText {
            began,
            sure,
            earlier,
            history,
            told,
            floor,
        }
    }

    fn page(self, at: Timestamp) -> Result<Page, serde_json::Error> {
        let mut entries = Vec::with_capacity(self.told.len() + 1);
        if let Some(begun) = self.began {
            let mut begun = beginning(begun)?;
            begun.config.sure = self.sure.and_then(Rate::new);
            begun.balance.earlier = self.earlier;
            let kept = self.history;
            begun.history = kept.map(|(age, learnt)| (learnt, Duration::from_millis(age)));
            entries.push(Entry::Began(Box::new(begun)));
        }
        entries.extend(self.told.into_iter().map(|entry| match entry {
            EntryText::Told(offset, fact) => Entry::Told(instant(offset, at), fact),
            EntryText::Asked(offset) => Entry::Asked(instant(offset, at)),
        }));
        let floor = self.floor.map(|floor| snapshot(floor, at)).transpose()?;
        Ok(Page { entries, floor })
    }
}

fn offset(at: Timestamp, now: Timestamp) -> Offset {
    at.as_millis().saturating_sub(now.as_millis())
}

fn instant(offset: Offset, at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_add(offset))
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn wrong(what: &str) -> serde_json::Error {
    serde::de::Error::custom(what)
}

fn beginning_text(begun: &Beginning) -> (f64, f64, u64, u64, u64, u64) {
    let config = &begun.config;
    (
        config.target.get(),
        config.limit.get(),
        millis(config.wait_limit),
        millis(config.ring_timeout),
        begun.balance.live,
        begun.balance.abandoned,
    )
}

fn beginning(text: (f64, f64, u64, u64, u64, u64)) -> Result<Beginning, serde_json::Error> {
    let (target, limit, wait, ring, live, abandoned) = text;
    let share = |share| Rate::new(share).ok_or_else(|| wrong("a share beyond 0 to 1"));
    Ok(Beginning {
        config: PacerConfig {
            target: share(target)?,
            limit: share(limit)?,
            sure: None,
            wait_limit: Duration::from_millis(wait),
            ring_timeout: Duration::from_millis(ring),
        },
        balance: Balance {
            live,
            abandoned,
            earlier: (0, 0),
        },
        history: None,
    })
}

fn floor_text(floor: &Snapshot, now: Timestamp) -> FloorText {
    let from = |at: Timestamp| offset(at, now);
    FloorText {
        mode: floor.mode.number(),
        ratio: Some(floor.power_ratio).filter(|ratio| ratio.is_finite()),
        ready: floor.agents_ready,
        talking: floor
            .talking
            .iter()
            .map(|talk| (from(talk.since), talk.leaving))
            .collect(),
        wrap_up: floor
            .wrap_up
            .iter()
            .map(|wrap| {
                (
                    from(wrap.since),
                    millis(wrap.talked),
                    wrap.until.map(from),
                    wrap.leaving,
                )
            })
            .collect(),
        calls: floor
            .calls
            .iter()
            .map(|call| {
                (
                    from(call.placed),
                    call.ringing.map(from),
                    call.answered.map(from),
                )
            })
            .collect(),
        waiting: floor.waiting,
        channels: floor.channels_free,
        cps: floor.calls_now_max,
        hopper: floor.hopper,
        closes: floor.window_closes_in.map(millis),
        cap: floor.calls_max,
        others_first: floor.others_first,
        elsewhere: floor.elsewhere.clone(),
    }
}

fn snapshot(text: FloorText, at: Timestamp) -> Result<Snapshot, serde_json::Error> {
    let to = |offset: Offset| instant(offset, at);
    let mode = DialMode::from_number(text.mode).ok_or_else(|| wrong("an unknown mode"))?;
    Ok(Snapshot {
        now: at,
        mode,
        power_ratio: text.ratio.unwrap_or(f64::NAN),
        agents_ready: text.ready,
        talking: text
            .talking
            .into_iter()
            .map(|(since, leaving)| SnapshotTalk {
                since: to(since),
                leaving,
            })
            .collect(),
        wrap_up: text
            .wrap_up
            .into_iter()
            .map(|(since, talked, until, leaving)| SnapshotWrapUp {
                since: to(since),
                talked: Duration::from_millis(talked),
                until: until.map(to),
                leaving,
            })
            .collect(),
        calls: text
            .calls
            .into_iter()
            .map(|(placed, ringing, answered)| SnapshotCall {
                placed: to(placed),
                ringing: ringing.map(to),
                answered: answered.map(to),
            })
            .collect(),
        waiting: text.waiting,
        channels_free: text.channels,
        calls_now_max: text.cps,
        hopper: text.hopper,
        window_closes_in: text.closes.map(Duration::from_millis),
        calls_max: text.cap,
        others_first: text.others_first,
        elsewhere: text.elsewhere,
    })
}
