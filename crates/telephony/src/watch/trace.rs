//! Those who watch signalling now. What they want is copied to them as it stands, masking and
//! writing being theirs; whoever is slow misses messages and knows how many.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::SystemTime;

use ::sip::endpoint::{Flow, Transport};
use ::sip::glance::Glance;
use ::sip::ladder::digest;
use ::sip::masking;
use domain::{AttemptId, PhoneNumber, TrunkId};
use tokio::sync::mpsc;

use super::call::Watched;

/// Who may watch at once.
const WATCHERS_MAX: usize = 8;
/// Messages that wait for one of them.
const WAITING_MAX: usize = 1_024;
/// Bytes of a message that are kept; longer ones are cut.
const BYTES_MAX: usize = 8 * 1024;
/// Messages outside customers' calls of which it is known whether they came before.
const RECENT: usize = 512;

/// Which messages are wanted: those for which all that is set holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceFilter {
    /// With a Call-ID that begins so.
    pub call_id: Option<String>,
    /// Of this customer's call.
    pub attempt: Option<AttemptId>,
    /// Of calls over this trunk, and to or from its addresses.
    pub trunk: Option<TrunkId>,
    /// To or from the phone of this user.
    pub sip_user: Option<String>,
    /// To or from a number that ends with these digits.
    pub number_ends: Option<String>,
}

/// A message that passed.
#[derive(Clone, Debug)]
pub struct Traced {
    /// When.
    pub at: SystemTime,
    /// Whether we said it.
    pub ours: bool,
    /// Whether the very same passed before.
    pub again: bool,
    pub(super) transport: Transport,
    /// Our side.
    pub local: SocketAddr,
    /// The other one.
    pub remote: SocketAddr,
    /// The customer's call it belongs to, if it does.
    pub attempt: Option<AttemptId>,
    /// The trunk of that call, or the one with this address.
    pub trunk: Option<TrunkId>,
    /// The message, up to 8 KiB.
    pub bytes: Vec<u8>,
    /// How long it was.
    pub length: usize,
}

/// Messages as they pass. Whoever drops it watches no more.
#[derive(Debug)]
pub struct Trace {
    inbox: mpsc::Receiver<Traced>,
    dropped: Arc<AtomicU64>,
    _seat: Seat,
}

/// As many watch as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{WATCHERS_MAX} others watch signalling already; end one of them")]
pub struct TooManyWatch;

impl Traced {
    /// How it travelled, in a word.
    pub fn transport(&self) -> &'static str {
        self.transport.name()
    }

    /// Hides numbers and secrets.
    pub fn mask(&mut self) {
        masking::mask(&mut self.bytes);
    }

    /// The message as text; what is none is shown as such.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Start line, Call-ID and CSeq.
    pub fn lines(&self) -> [String; 3] {
        let glance = Glance::of(&self.bytes);
        [glance.start, glance.call_id, glance.cseq]
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The method of a request.
    pub fn method(&self) -> Option<&str> {
        Glance::of(&self.bytes).method()
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        Glance::of(&self.bytes).status()
    }
}

impl Trace {
    /// The next message; `None` when telephony has ended.
    pub async fn next(&mut self) -> Option<Traced> {
        self.inbox.recv().await
    }

    /// The next message, if one waits.
    pub fn try_next(&mut self) -> Option<Traced> {
        self.inbox.try_recv().ok()
    }

    /// How many were missed so far, for being slow.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// The places of those who watch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seats(Arc<AtomicUsize>);

#[derive(Debug)]
struct Seat(Arc<AtomicUsize>);

impl Seats {
    /// Both ends of a new trace, as long as there is a place.
    pub(crate) fn take(&self, filter: TraceFilter) -> Result<(Trace, Watcher), TooManyWatch> {
        let taken = self.0.fetch_add(1, Ordering::Relaxed);
        let seat = Seat(Arc::clone(&self.0));
        if taken >= WATCHERS_MAX {
            return Err(TooManyWatch);
        }
        let (outbox, inbox) = mpsc::channel(WAITING_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let watcher = Watcher {
            filter,
            outbox,
            dropped: Arc::clone(&dropped),
            recent: Vec::new(),
            turn: 0,
        };
        let trace = Trace {
            inbox,
            dropped,
            _seat: seat,
        };
        Ok((trace, watcher))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Who watches.
#[derive(Debug)]
pub(crate) struct Watcher {
    filter: TraceFilter,
    outbox: mpsc::Sender<Traced>,
    dropped: Arc<AtomicU64>,
    recent: Vec<u64>,
    turn: usize,
}

/// What is known of a message besides its bytes.
pub(super) struct Seen<'a> {
    pub(super) flow: Flow,
    pub(super) local: SocketAddr,
    pub(super) ours: bool,
    pub(super) again: bool,
    pub(super) attempt: Option<AttemptId>,
    /// Of the call it belongs to.
    pub(super) trunk: Option<TrunkId>,
    pub(super) number: Option<PhoneNumber>,
    /// The trunks with the other side's address.
    pub(super) at_place: &'a [TrunkId],
}

impl Watcher {
    pub(super) fn is_gone(&self) -> bool {
        self.outbox.is_closed()
    }

    /// Hands a message over if it is wanted.
    pub(super) fn offer(&mut self, seen: &Seen<'_>, glance: &Glance<'_>, bytes: &[u8]) {
        if !self.filter.wants(seen, glance) {
            return;
        }
        let again = match seen.attempt {
            Some(_) => seen.again,
            None => self.came_before(digest(bytes) ^ u64::from(seen.ours)),
        };
        let Ok(place) = self.outbox.try_reserve() else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        };
        place.send(Traced {
            at: SystemTime::now(),
            ours: seen.ours,
            again,
            transport: seen.flow.transport,
            local: seen.local,
            remote: seen.flow.remote,
            attempt: seen.attempt,
            trunk: seen.trunk.or(seen.at_place.first().copied()),
            bytes: bytes[..bytes.len().min(BYTES_MAX)].to_vec(),
            length: bytes.len(),
        });
    }

    fn came_before(&mut self, digest: u64) -> bool {
        if self.recent.contains(&digest) {
            return true;
        }
        if self.recent.len() < RECENT {
            self.recent.push(digest);
        } else {
            self.recent[self.turn] = digest;
            self.turn = (self.turn + 1) % RECENT;
        }
        false
    }
}

impl TraceFilter {
    /// Whether it is a call that was asked for, whoever has it.
    pub(super) fn wants_call(&self, attempt: AttemptId, call: &Watched) -> bool {
        let begins = |name: &str| call.names.iter().any(|it| it.starts_with(name.as_bytes()));
        let ends = |digits: &str| call.phone.as_u64().to_string().ends_with(digits);
        self.attempt.is_none_or(|wanted| wanted == attempt)
            && self.trunk.is_none_or(|wanted| wanted == call.trunk)
            && self.call_id.as_deref().is_none_or(begins)
            && self.number_ends.as_deref().is_none_or(ends)
    }

    fn wants(&self, seen: &Seen<'_>, glance: &Glance<'_>) -> bool {
        let call = self.call_id.as_ref();
        let user = self.sip_user.as_ref();
        call.is_none_or(|begins| glance.call_id.starts_with(begins.as_bytes()))
            && self
                .attempt
                .is_none_or(|wanted| seen.attempt == Some(wanted))
            && self.trunk.is_none_or(|wanted| match seen.trunk {
                Some(trunk) => trunk == wanted,
                None => seen.at_place.contains(&wanted),
            })
            && user.is_none_or(|user| glance.names_user(user))
            && self.wants_number(seen, glance)
    }

    fn wants_number(&self, seen: &Seen<'_>, glance: &Glance<'_>) -> bool {
        let Some(ends) = &self.number_ends else {
            return true;
        };
        let called = seen.number.map(PhoneNumber::as_u64);
        called.is_some_and(|number| number.to_string().ends_with(ends.as_str()))
            || glance.names_number(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trunk: Option<i64>, at_place: &[TrunkId]) -> Seen<'_> {
        Seen {
            flow: Flow {
                transport: Transport::Udp,
                remote: ([192, 0, 2, 1], 5060).into(),
            },
            local: ([192, 0, 2, 2], 5060).into(),
            ours: true,
            again: false,
            attempt: trunk.map(AttemptId::new),
            trunk: trunk.map(TrunkId::new),
            number: trunk.and_then(|_| PhoneNumber::from_e164("+573001234567").ok()),
            at_place,
        }
    }

    const INVITE: &[u8] = b"INVITE sip:99@h SIP/2.0\r\nCall-ID: abc\r\nTo: <sip:ana@h>\r\n\r\n";

    #[test]
    fn a_watcher_gets_what_is_asked_for() {
        let filter = |change: fn(&mut TraceFilter)| {
            let mut filter = TraceFilter::default();
            change(&mut filter);
            filter
        };
        let here = [TrunkId::new(7)];
        for (filter, of_call, other) in [
            (filter(|_| {}), true, true),
            (filter(|f| f.call_id = Some("ab".into())), true, true),
            (filter(|f| f.call_id = Some("bc".into())), false, false),
            (filter(|f| f.attempt = Some(AttemptId::new(1))), true, false),
            (filter(|f| f.trunk = Some(TrunkId::new(1))), true, false),
            (filter(|f| f.trunk = Some(TrunkId::new(7))), false, true),
            (filter(|f| f.sip_user = Some("ana".into())), true, true),
            (filter(|f| f.sip_user = Some("eva".into())), false, false),
            (filter(|f| f.number_ends = Some("4567".into())), true, false),
            (filter(|f| f.number_ends = Some("99".into())), true, true),
        ] {
            let glance = Glance::of(INVITE);
            assert_eq!(
                filter.wants(&seen(Some(1), &here), &glance),
                of_call,
                "{filter:?}"
            );
            assert_eq!(
                filter.wants(&seen(None, &here), &glance),
                other,
                "{filter:?}"
            );
        }
    }

    #[tokio::test]
    async fn who_is_slow_misses_messages_and_knows_how_many() {
        let (mut trace, mut watcher) = Seats::default()
            .take(TraceFilter::default())
            .expect("the first");
        for _ in 0..WAITING_MAX + 5 {
            watcher.offer(&seen(None, &[]), &Glance::of(INVITE), INVITE);
        }
        assert_eq!(trace.dropped(), 5);
        let first = trace.next().await.expect("one came");
        let second = trace.next().await.expect("and one more");
        assert!(!first.again && second.again);
        drop(trace);
        assert!(watcher.is_gone());
    }

    #[test]
    fn places_are_few_and_given_back() {
        let seats = Seats::default();
        let mut taken: Vec<_> = (0..WATCHERS_MAX)
            .map(|_| seats.take(TraceFilter::default()).expect("a place"))
            .collect();
        assert_eq!(
            seats.take(TraceFilter::default()).map(drop),
            Err(TooManyWatch)
        );
        taken.pop();
        seats.take(TraceFilter::default()).expect("given back");
    }
}
