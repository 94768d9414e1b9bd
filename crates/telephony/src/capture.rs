//! Captures: whose packets are copied for whoever asked. Calls are chosen as they begin and as those who
//! talk to the customer change, no more of them than was asked for; the copying is the media threads'
//! (`media/copier.rs`), the end comes when nobody reads any more.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use domain::AttemptId;
use media::Side;

use crate::TraceFilter;
use crate::exchange::Exchange;
use crate::media::{Capturing, Copied, Copier, Copies, LegId};

/// Packets that wait for a reader: a second of twenty calls, 16 MiB at the very most.
const ROOM: usize = 8 * 1_024;

/// What of the calls chosen is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaWanted {
    /// What is in protected packets (SRTP), instead of these.
    pub clear: bool,
    /// Which keys are pressed.
    pub keys: bool,
    /// So many calls at most, the first that are found.
    pub calls: usize,
}

/// Packets of calls as they pass. Whoever drops it captures no more.
#[derive(Debug)]
pub struct MediaTrace {
    copies: Copies,
    /// Whether somebody still reads.
    _reader: Arc<()>,
}

/// A capture under way.
#[derive(Debug)]
pub(crate) struct Capture {
    filter: TraceFilter,
    capturing: Capturing,
    reader: Weak<()>,
    /// Calls that may still be chosen.
    left: usize,
    number: u64,
    calls: HashMap<AttemptId, Captured>,
}

/// A call in a capture.
#[derive(Debug, Default)]
struct Captured {
    hushed: Arc<AtomicBool>,
    legs: Vec<LegId>,
}

impl Capture {
    /// A capture, and what is read of it.
    pub(crate) fn new(filter: TraceFilter, wanted: MediaWanted) -> (Capture, MediaTrace) {
        let (capturing, copies) = Capturing::with_room(ROOM, wanted.clear, wanted.keys);
        let reader = Arc::new(());
        let capture = Capture {
            filter,
            capturing,
            reader: Arc::downgrade(&reader),
            left: wanted.calls,
            number: 0,
            calls: HashMap::new(),
        };
        let trace = MediaTrace {
            copies,
            _reader: reader,
        };
        (capture, trace)
    }
}

impl MediaTrace {
    /// The next packet, if one waits.
    pub fn next(&self) -> Option<Copied> {
        self.copies.next()
    }

    /// How many were missed so far, because whoever reads was slow.
    pub fn dropped(&self) -> u64 {
        self.copies.dropped()
    }
}

impl Exchange {
    /// A capture begins, with the calls there are.
    pub(crate) fn begin_capture(&mut self, mut capture: Capture) {
        self.captures_begun += 1;
        capture.number = self.captures_begun;
        self.captures.push(capture);
        let mut there: Vec<_> = self.calls.keys().copied().collect();
        there.sort();
        for attempt in there {
            self.capture_call(attempt);
        }
    }

    /// A call began, or who is on it changed.
    pub(crate) fn capture_call(&mut self, attempt: AttemptId) {
        if self.captures.is_empty() {
            return;
        }
        let legs = self.captured_legs(attempt);
        let is_paused = self.is_paused(attempt);
        let mut captures = std::mem::take(&mut self.captures);
        for capture in &mut captures {
            if !capture.calls.contains_key(&attempt) {
                if capture.left == 0 || !self.is_asked_for(&capture.filter, attempt) {
                    continue;
                }
                capture.left -= 1;
            }
            let call = capture.calls.entry(attempt).or_default();
            call.hushed.store(is_paused, Ordering::Relaxed);
            for leg in &call.legs {
                if !legs.iter().any(|(known, ..)| known == leg) {
                    self.media.end_capture(*leg, capture.number);
                }
            }
            for (leg, side, local) in &legs {
                if !call.legs.contains(leg) {
                    let copier = Copier {
                        capturing: capture.capturing.clone(),
                        number: capture.number,
                        attempt,
                        side: *side,
                        local: *local,
                        hushed: Arc::clone(&call.hushed),
                    };
                    self.media.capture(*leg, copier);
                }
            }
            call.legs = legs.iter().map(|(leg, ..)| *leg).collect();
        }
        self.captures = captures;
    }

    /// Card data is said, or no more: from the next packet on no sound is captured, or some again.
    pub(crate) fn hush_captures(&self, attempt: AttemptId, hushed: bool) {
        let calls = self.captures.iter();
        for call in calls.filter_map(|capture| capture.calls.get(&attempt)) {
            call.hushed.store(hushed, Ordering::Relaxed);
        }
    }

    /// A call is over. Lines of agents stay up.
    pub(crate) fn end_captured_call(&mut self, attempt: AttemptId) {
        for capture in &mut self.captures {
            if let Some(call) = capture.calls.remove(&attempt) {
                for leg in call.legs {
                    self.media.end_capture(leg, capture.number);
                }
            }
        }
    }

    /// Captures that nobody reads any more end, and what is left of calls that are over.
    pub(crate) fn end_captures(&mut self) {
        for capture in &mut self.captures {
            let over = capture.reader.strong_count() == 0;
            let (media, calls, number) = (&self.media, &self.calls, capture.number);
            capture.calls.retain(|attempt, call| {
                let stays = !over && calls.contains_key(attempt);
                if !stays {
                    let legs = call.legs.iter();
                    legs.for_each(|leg| media.end_capture(*leg, number));
                }
                stays
            });
        }
        self.captures
            .retain(|capture| capture.reader.strong_count() > 0);
    }

    /// Whether it is a call that was asked for.
    fn is_asked_for(&self, filter: &TraceFilter, attempt: AttemptId) -> bool {
        let user = filter.sip_user.as_ref();
        self.watch.wants(filter, attempt)
            && user.is_none_or(|user| {
                let agent = self.users.get(user);
                let talk = self.calls.get(&attempt).map(|call| &call.talk);
                agent.is_some_and(|agent| {
                    talk.is_some_and(|talk| crate::parties::agents(talk).any(|it| it == *agent))
                })
            })
    }

    /// The legs of a call, whose they are, and where their far sides were told to send.
    fn captured_legs(&self, attempt: AttemptId) -> Vec<(LegId, Side, SocketAddr)> {
        let legs = self.heard_parties(attempt).into_iter();
        legs.filter_map(|(leg, side)| {
            let local = self.media.local(leg)?;
            let told = self.address.media_ip(local.ip());
            Some((leg, side, SocketAddr::new(told, local.port())))
        })
        .collect()
    }
}
