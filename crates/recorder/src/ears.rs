//! The thread that listens: lays packets on the time lines of their calls, and hands each full
//! second to the pen. It waits for no disk; a second that the pen cannot take is lost, and counted.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use domain::{AttemptId, Timestamp};
use media::{Codec, LegId, Side, TapFrame, Timeline};

use crate::pen::Work;
use crate::recorder::Counters;
use crate::sealed::{CHUNK, Content};

/// How often packets are looked for. Looking costs nothing; waking somebody for each packet would.
const TURN: Duration = Duration::from_millis(20);
/// How often what is old enough is taken off the time lines.
const TAKE_EVERY: Duration = Duration::from_millis(100);
/// Orders obeyed before packets are looked at again.
const ORDERS_MAX: usize = 256;

/// What the listener is told. Orders come a few a call: their channel needs no bound.
#[derive(Debug)]
pub(crate) enum Order {
    Begin {
        attempt: AttemptId,
        at: Instant,
        began: Timestamp,
    },
    Seat {
        attempt: AttemptId,
        leg: LegId,
        side: Side,
    },
    Leave {
        attempt: AttemptId,
        leg: LegId,
    },
    Pause {
        attempt: AttemptId,
        at: Instant,
    },
    Resume {
        attempt: AttemptId,
        at: Instant,
    },
    End {
        attempt: AttemptId,
        at: Instant,
    },
    Stop,
}

/// A recording that goes on.
struct Take {
    line: Timeline,
    pairs: Vec<u8>,
    /// The place of the next chunk.
    next: u64,
}

pub(crate) struct Ears {
    codec: Codec,
    orders: Receiver<Order>,
    frames: Receiver<TapFrame>,
    pen: SyncSender<Work>,
    counters: Arc<Counters>,
    takes: HashMap<AttemptId, Take>,
    seats: HashMap<LegId, AttemptId>,
    /// What must reach the pen, and does as soon as there is room.
    pending: VecDeque<Work>,
    taken: Instant,
    stopping: bool,
}

impl Ears {
    pub(crate) fn new(
        codec: Codec,
        orders: Receiver<Order>,
        frames: Receiver<TapFrame>,
        pen: SyncSender<Work>,
        counters: Arc<Counters>,
    ) -> Ears {
        Ears {
            codec,
            orders,
            frames,
            pen,
            counters,
            takes: HashMap::new(),
            seats: HashMap::new(),
            pending: VecDeque::new(),
            taken: Instant::now(),
            stopping: false,
        }
    }

    pub(crate) fn run(mut self) {
        while !self.stopping {
            let first = match self.orders.recv_timeout(TURN) {
                Ok(order) => Some(order),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Order::Stop),
            };
            let more = self.orders.try_iter().take(ORDERS_MAX);
            let orders: Vec<Order> = first.into_iter().chain(more).collect();
            // What came before an order is heard before it is obeyed.
            self.listen();
            orders.into_iter().for_each(|order| self.obey(order));
            self.hand_over();
            let now = Instant::now();
            if now.duration_since(self.taken) >= TAKE_EVERY {
                self.taken = now;
                self.take(now);
            }
        }
        let now = Instant::now();
        let open: Vec<AttemptId> = self.takes.keys().copied().collect();
        open.into_iter().for_each(|attempt| self.end(attempt, now));
        for work in self.pending.drain(..) {
            // The pen is gone only after a panic, which was logged.
            let _ = self.pen.send(work);
        }
    }

    fn listen(&mut self) {
        for frame in self.frames.try_iter() {
            let attempt = self.seats.get(&frame.leg);
            if let Some(take) = attempt.and_then(|attempt| self.takes.get_mut(attempt)) {
                take.line.hear(&frame);
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Begin { attempt, at, began } => self.begin(attempt, at, began),
            Order::Seat { attempt, leg, side } => {
                if let Some(take) = self.takes.get_mut(&attempt) {
                    take.line.seat(leg, side);
                    self.seats.insert(leg, attempt);
                }
            }
            Order::Leave { attempt, leg } => {
                if self.seats.get(&leg) == Some(&attempt) {
                    self.seats.remove(&leg);
                }
                self.with(attempt, |line| line.leave(leg));
            }
            Order::Pause { attempt, at } => self.with(attempt, |line| line.pause(at)),
            Order::Resume { attempt, at } => self.with(attempt, |line| line.resume(at)),
            Order::End { attempt, at } => self.end(attempt, at),
            Order::Stop => self.stopping = true,
        }
    }

    fn with(&mut self, attempt: AttemptId, change: impl FnOnce(&mut Timeline)) {
        if let Some(take) = self.takes.get_mut(&attempt) {
            change(&mut take.line);
        }
    }

    fn begin(&mut self, attempt: AttemptId, at: Instant, began: Timestamp) {
        if self.takes.contains_key(&attempt) {
            return;
        }
        let content = Content::codes(self.codec);
        self.pending.push_back(Work::Begin {
            attempt,
            content,
            began,
        });
        let take = Take {
            line: Timeline::new(at),
            pairs: Vec::with_capacity(CHUNK + 4_096),
            next: 0,
        };
        self.takes.insert(attempt, take);
        self.counters.open.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&mut self, attempt: AttemptId, at: Instant) {
        let Some(mut take) = self.takes.remove(&attempt) else {
            return;
        };
        self.counters.open.fetch_sub(1, Ordering::Relaxed);
        take.line.finish(at, self.codec, &mut take.pairs);
        for leg in take.line.legs() {
            if self.seats.get(&leg) == Some(&attempt) {
                self.seats.remove(&leg);
            }
        }
        let mut chunks = take.pairs.chunks(CHUNK).peekable();
        let mut place = take.next;
        if chunks.peek().is_none() {
            self.pending
                .push_back(Work::chunk(attempt, place, &[], true));
        }
        while let Some(chunk) = chunks.next() {
            let last = chunks.peek().is_none();
            let work = Work::chunk(attempt, place, chunk, last);
            self.pending.push_back(work);
            place += 1;
        }
        self.hand_over();
    }

    /// Takes full seconds off the time lines.
    fn take(&mut self, now: Instant) {
        for (attempt, take) in &mut self.takes {
            take.line.take(now, self.codec, &mut take.pairs);
            while take.pairs.len() >= CHUNK {
                let work = Work::chunk(*attempt, take.next, &take.pairs[..CHUNK], false);
                take.pairs.drain(..CHUNK);
                take.next += 1;
                // Nothing may overtake the beginning of its file.
                let sent = match self.pending.is_empty() {
                    true => self.pen.try_send(work).map_err(|_| ()),
                    false => Err(()),
                };
                if sent.is_err() {
                    self.counters.seconds_lost.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    fn hand_over(&mut self) {
        while let Some(work) = self.pending.pop_front() {
            if let Err(TrySendError::Full(work)) = self.pen.try_send(work) {
                self.pending.push_front(work);
                return;
            }
        }
    }
}
