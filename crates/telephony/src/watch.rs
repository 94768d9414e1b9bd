//! Sees every message that passes, and says what it saw: to people who watch now (`trace.rs`), to
//! the record when a call is over (its ladder), to the figures of its trunk (`book.rs`). Lives on
//! the signalling thread, so it waits for nobody: what others do not take in time is dropped and
//! counted. Changes nothing about any call.

mod book;
mod call;
mod trace;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use ::sip::endpoint::{Flow, NewCall};
use ::sip::glance::Glance;
use domain::{AttemptId, PhoneNumber, Trunk, TrunkId};
use engine::CallProgress;
use tokio::sync::{mpsc, watch};

use self::book::Book;
pub use self::book::{SPREAD_BOUNDS, Spread, TrunkFigures, TrunkTotals};
use self::call::Watched;
pub use self::call::{CallLadder, Said};
pub(crate) use self::trace::{Seats, Watcher};
pub use self::trace::{TooManyWatch, Trace, TraceFilter, Traced};
use crate::Heard;

/// Ladders that wait to be taken; beyond, the oldest calls lose theirs.
const LADDERS_MAX: usize = 20_000;

/// The figures of every trunk, as published each second.
pub type Board = Arc<Vec<TrunkFigures>>;

/// Whoever sees every message.
#[derive(Debug)]
pub(crate) struct Watch {
    calls: HashMap<AttemptId, Watched>,
    /// Whose the dialog with this Call-ID is.
    names: HashMap<Box<[u8]>, AttemptId>,
    /// Calls that are over, and since when; the answer to a BYE may still come.
    closing: Vec<(AttemptId, Option<Instant>)>,
    books: HashMap<TrunkId, Book>,
    /// Whose calls leave for and come from here.
    places: HashMap<SocketAddr, Vec<TrunkId>>,
    watchers: Vec<Watcher>,
    heard: Vec<Heard>,
    board: watch::Sender<Board>,
    /// Where ladders go, if they are kept.
    ladders: Option<mpsc::Sender<Vec<CallLadder>>>,
    finished: Vec<CallLadder>,
    dropped: u64,
}

impl Watch {
    /// One that saw nothing yet, and where the figures are published.
    pub(crate) fn new() -> (Watch, watch::Receiver<Board>) {
        let (board, published) = watch::channel(Board::default());
        let watch = Watch {
            calls: HashMap::new(),
            names: HashMap::new(),
            closing: Vec::new(),
            books: HashMap::new(),
            places: HashMap::new(),
            watchers: Vec::new(),
            heard: Vec::new(),
            board,
            ladders: None,
            finished: Vec::new(),
            dropped: 0,
        };
        (watch, published)
    }

    /// Where SIP is heard.
    pub(crate) fn hears_at(&mut self, heard: &[Heard]) {
        self.heard = heard.to_vec();
    }

    /// From now on ladders are kept, and handed over there.
    pub(crate) fn keep_ladders(&mut self, taker: mpsc::Sender<Vec<CallLadder>>) {
        self.ladders = Some(taker);
    }

    pub(crate) fn watched_by(&mut self, watcher: Watcher) {
        self.watchers.push(watcher);
    }

    /// The trunks there are, and where.
    pub(crate) fn set_trunks<'a, A>(&mut self, trunks: impl Iterator<Item = (&'a Trunk, A)>)
    where
        A: Iterator<Item = SocketAddr>,
    {
        let mut known = Vec::new();
        self.places.clear();
        for (trunk, addresses) in trunks {
            known.push(trunk.id);
            self.books
                .entry(trunk.id)
                .or_default()
                .name
                .clone_from(&trunk.name);
            for address in addresses {
                self.places.entry(address).or_default().push(trunk.id);
            }
        }
        self.books
            .retain(|id, book| known.contains(id) || book.open > 0);
        self.publish(Instant::now());
    }

    /// A call is about to be sent to a trunk: for the first time, after another trunk refused it, or
    /// to another address of the same.
    pub(crate) fn opened(
        &mut self,
        now: Instant,
        attempt: AttemptId,
        (trunk, phone): (TrunkId, PhoneNumber),
        call: &NewCall,
    ) {
        let Some(name) = &call.call_id else { return };
        let name: Box<[u8]> = name.as_bytes().into();
        self.names.insert(name.clone(), attempt);
        if self.calls.contains_key(&attempt) {
            self.closing.retain(|(closing, _)| *closing != attempt);
        }
        let watched = self
            .calls
            .entry(attempt)
            .or_insert_with(|| Watched::new(now, SystemTime::now(), trunk, phone, call.flow));
        if watched.goes_to(trunk, call.flow, name) {
            self.books.entry(trunk).or_default().open += 1;
        }
    }

    /// Somebody's call is about to be answered; it came with this INVITE.
    pub(crate) fn taken(
        &mut self,
        now: Instant,
        attempt: AttemptId,
        (trunk, phone): (TrunkId, PhoneNumber),
        flow: Flow,
        (call_id, invite): (&str, &[u8]),
    ) {
        let name: Box<[u8]> = call_id.as_bytes().into();
        self.names.insert(name.clone(), attempt);
        let mut call = Watched::new(now, SystemTime::now(), trunk, phone, flow);
        if call.goes_to(trunk, flow, name) {
            self.books.entry(trunk).or_default().open += 1;
        }
        if self.ladders.is_some() {
            call.ladder.add(now, false, false, invite);
        }
        self.calls.insert(attempt, call);
    }

    /// A call went on, as the engine is told of it.
    pub(crate) fn progressed(&mut self, attempt: AttemptId, progress: &CallProgress) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        let book = self.books.entry(call.trunk).or_default();
        match progress {
            CallProgress::Failed { outcome, cause } => {
                call.failed(book, *outcome, cause.sip_status);
            }
            CallProgress::Ended { .. } => {}
            _ => return,
        }
        if !std::mem::replace(&mut call.is_over, true) {
            book.open = book.open.saturating_sub(1);
            self.closing.push((attempt, None));
        }
    }

    /// A message passes, ours or theirs. On the way of every message: with nobody on the telephone
    /// and nobody watching it does nothing.
    pub(crate) fn passed(&mut self, now: Instant, flow: Flow, bytes: &[u8], ours: bool) {
        if self.names.is_empty() && self.watchers.is_empty() {
            return;
        }
        let glance = Glance::of(bytes);
        let attempt = self.names.get(glance.call_id).copied();
        let call = attempt.and_then(|attempt| self.calls.get_mut(&attempt));
        let (mut again, mut trunk, mut number) = (false, None, None);
        if let Some(call) = call {
            let book = self.books.entry(call.trunk).or_default();
            again = call.passed(now, ours, bytes, &glance, book);
            if self.ladders.is_some() {
                call.ladder.add(now, ours, again, bytes);
            }
            trunk = Some(call.trunk);
            number = Some(call.phone);
        }
        if self.watchers.is_empty() {
            return;
        }
        let at_place = self.places.get(&flow.remote).map_or(&[][..], Vec::as_slice);
        let seen = trace::Seen {
            flow,
            local: local_of(&self.heard, flow),
            ours,
            again,
            attempt,
            trunk,
            number,
            at_place,
        };
        for watcher in &mut self.watchers {
            watcher.offer(&seen, &glance, bytes);
        }
    }

    /// Whether it is a call that was asked for, whoever has it.
    pub(crate) fn wants(&self, filter: &TraceFilter, attempt: AttemptId) -> bool {
        let call = self.calls.get(&attempt);
        call.is_some_and(|call| filter.wants_call(attempt, call))
    }

    /// What is done each second.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.watchers.retain(|watcher| !watcher.is_gone());
        let mut still = Vec::new();
        for (attempt, since) in std::mem::take(&mut self.closing) {
            match (since, self.calls.get(&attempt)) {
                (_, None) => {}
                // What ends it is on its way out at this very moment.
                (None, Some(_)) => still.push((attempt, Some(now))),
                (Some(since), Some(call)) if call.lingers(now, since) => {
                    still.push((attempt, Some(since)));
                }
                (Some(_), Some(_)) => self.finish(attempt),
            }
        }
        self.closing = still;
        self.hand_over();
        for book in self.books.values_mut() {
            book.tick(now);
        }
        self.publish(now);
    }

    fn publish(&self, now: Instant) {
        let mut board: Vec<_> = self
            .books
            .iter()
            .map(|(id, book)| book.figures(now, *id))
            .collect();
        board.sort_by(|one, other| one.name.cmp(&other.name));
        self.board.send_replace(Arc::new(board));
    }

    /// Everything ends: ladders are handed over as they are.
    pub(crate) fn end(&mut self) {
        let calls: Vec<_> = self.calls.keys().copied().collect();
        for attempt in calls {
            self.finish(attempt);
        }
        self.hand_over();
        self.watchers.clear();
        self.ladders = None;
    }

    fn finish(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.remove(&attempt) else {
            return;
        };
        for name in &call.names {
            self.names.remove(name);
        }
        if self.ladders.is_none() || call.ladder.is_empty() {
            return;
        }
        if self.finished.len() >= LADDERS_MAX {
            self.dropped += 1;
            return;
        }
        let local = local_of(&self.heard, call.flow);
        let name = self.books.get(&call.trunk).map(|book| book.name.clone());
        self.finished
            .push(call.into_ladder(attempt, name.unwrap_or_default(), local));
    }

    /// Hands ladders to whoever keeps them, unless that one still has enough to do.
    fn hand_over(&mut self) {
        let Some(taker) = self.ladders.as_ref().filter(|_| !self.finished.is_empty()) else {
            return;
        };
        if let Ok(place) = taker.try_reserve() {
            place.send(std::mem::take(&mut self.finished));
            if self.dropped > 0 {
                tracing::warn!(
                    calls = self.dropped,
                    "the database was slow: no ladders of these"
                );
                self.dropped = 0;
            }
        }
    }
}

/// Our own side of a flow.
fn local_of(heard: &[Heard], flow: Flow) -> SocketAddr {
    let fits = |place: &&Heard| {
        let of_kind = place.kind.transports().contains(&flow.transport);
        of_kind && place.address.is_ipv4() == flow.remote.is_ipv4()
    };
    let place = heard.iter().find(fits).or_else(|| heard.first());
    let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
    place.map_or(unknown, |place| place.address)
}
