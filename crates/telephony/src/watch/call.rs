//! One customer's call as its messages tell it: when it rang, when it was answered, what came
//! again.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use ::sip::endpoint::{Flow, Transport};
use ::sip::glance::Glance;
use ::sip::ladder::Ladder;
use domain::{AttemptId, Outcome, PhoneNumber, TrunkId};

use super::book::Book;

/// How long after its last message a call that is over may still get one.
const LINGER: Duration = Duration::from_secs(2);
/// How long in all: the last BYE is given up after 32 s (RFC 3261, timer F).
const LINGER_MAX: Duration = Duration::from_secs(40);
/// Trunks that one call is tried over; more are forgotten.
const NAMES_MAX: usize = 8;

/// A call.
#[derive(Debug)]
pub(super) struct Watched {
    /// Its Call-IDs: one for each trunk that it was sent to.
    pub(super) names: Vec<Box<[u8]>>,
    pub(super) trunk: TrunkId,
    pub(super) phone: PhoneNumber,
    pub(super) flow: Flow,
    pub(super) ladder: Ladder,
    pub(super) is_over: bool,
    began: SystemTime,
    latest: Instant,
    invited: Option<Instant>,
    rang: bool,
    /// Answered or failed: counted.
    concluded: bool,
}

/// The messages of a call that is over.
#[derive(Clone, Debug)]
pub struct CallLadder {
    /// Which call.
    pub attempt: AttemptId,
    /// Over which trunk, by name.
    pub trunk: String,
    /// Its Call-ID.
    pub call_id: String,
    /// When it left.
    pub began: SystemTime,
    pub(super) transport: Transport,
    /// From where.
    pub local: SocketAddr,
    /// Where to.
    pub remote: SocketAddr,
    pub(super) ladder: Ladder,
}

/// One message of it, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Since the first one.
    pub after: Duration,
    /// Whether we said it.
    pub ours: bool,
    /// Whether the very same had passed before.
    pub again: bool,
    /// Request line or status line.
    pub start: String,
    /// CSeq.
    pub cseq: String,
    /// What its description of the session comes to.
    pub sdp: Option<String>,
    /// Names and values of the fields that explain it.
    pub fields: Vec<(String, String)>,
}

impl CallLadder {
    /// How the first message travelled, in a word.
    pub fn transport(&self) -> &'static str {
        self.transport.name()
    }

    /// Its messages, how many are missing in their midst, and after how many.
    pub fn said(&self) -> (Vec<Said>, u32, usize) {
        let (first, elided, last) = self.ladder.rungs();
        let said = first.iter().chain(last).map(|rung| Said {
            after: rung.after,
            ours: rung.ours,
            again: rung.again,
            start: rung.start().to_owned(),
            cseq: rung.cseq().to_owned(),
            sdp: rung.sdp().map(str::to_owned),
            fields: rung
                .fields()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        });
        (said.collect(), elided, first.len())
    }
}

impl Watched {
    pub(super) fn new(
        now: Instant,
        began: SystemTime,
        trunk: TrunkId,
        phone: PhoneNumber,
        flow: Flow,
    ) -> Watched {
        Watched {
            names: Vec::new(),
            trunk,
            phone,
            flow,
            ladder: Ladder::new(now),
            // Until it goes somewhere.
            is_over: true,
            began,
            latest: now,
            invited: None,
            rang: false,
            concluded: false,
        }
    }

    /// It is sent there; says whether that takes a channel: another address of the same trunk is the
    /// same call still.
    pub(super) fn goes_to(&mut self, trunk: TrunkId, flow: Flow, name: Box<[u8]>) -> bool {
        if !self.names.contains(&name) && self.names.len() < NAMES_MAX {
            self.names.push(name);
        }
        (self.trunk, self.flow) = (trunk, flow);
        let anew = std::mem::replace(&mut self.is_over, false);
        if anew {
            (self.invited, self.rang, self.concluded) = (None, false, false);
        }
        anew
    }

    /// Reads off a message what the figures need; says whether the very same passed before.
    pub(super) fn passed(
        &mut self,
        now: Instant,
        ours: bool,
        bytes: &[u8],
        glance: &Glance<'_>,
        book: &mut Book,
    ) -> bool {
        self.latest = now;
        if self.ladder.is_again(ours, bytes) {
            book.repeated(ours);
            return true;
        }
        match (ours, glance.status()) {
            (true, None) if self.invited.is_none() && glance.method() == Some("INVITE") => {
                self.invited = Some(now);
                book.totals.attempts += 1;
            }
            (false, Some(status)) if glance.cseq_method() == "INVITE" => {
                self.was_told(now, status, book);
            }
            _ => {}
        }
        false
    }

    fn was_told(&mut self, now: Instant, status: u16, book: &mut Book) {
        let Some(invited) = self.invited else { return };
        let took = now.saturating_duration_since(invited);
        match status {
            180..=183 if !std::mem::replace(&mut self.rang, true) => {
                book.totals.post_dial.add(took);
            }
            200..=299 if !std::mem::replace(&mut self.concluded, true) => {
                book.answered(took);
            }
            _ => {}
        }
    }

    /// It came to nothing.
    pub(super) fn failed(&mut self, book: &mut Book, outcome: Outcome, status: Option<u16>) {
        if self.invited.is_some() && !std::mem::replace(&mut self.concluded, true) {
            book.failed(outcome, status, self.rang);
        }
    }

    /// Whether a message of a call that is over may still come.
    pub(super) fn lingers(&self, now: Instant, over_since: Instant) -> bool {
        let quiet = now.saturating_duration_since(self.latest.max(over_since));
        quiet < LINGER && now.saturating_duration_since(over_since) < LINGER_MAX
    }

    pub(super) fn into_ladder(
        self,
        attempt: AttemptId,
        trunk: String,
        local: SocketAddr,
    ) -> CallLadder {
        let name = self.names.last().map_or(&[][..], |name| name);
        CallLadder {
            attempt,
            trunk,
            call_id: String::from_utf8_lossy(name).into_owned(),
            began: self.began,
            transport: self.flow.transport,
            local,
            remote: self.flow.remote,
            ladder: self.ladder,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(now: Instant) -> (Watched, Book) {
        let flow = Flow {
            transport: Transport::Udp,
            remote: ([192, 0, 2, 1], 5060).into(),
        };
        let phone = PhoneNumber::from_e164("+573001234567").expect("a number");
        let mut call = Watched::new(now, SystemTime::UNIX_EPOCH, TrunkId::new(1), phone, flow);
        call.goes_to(TrunkId::new(1), flow, Box::from(&b"c"[..]));
        (call, Book::default())
    }

    fn says(call: &mut Watched, book: &mut Book, at: Instant, ours: bool, line: &str, cseq: &str) {
        let text = format!("{line}\r\nCSeq: {cseq}\r\n\r\n");
        call.passed(
            at,
            ours,
            text.as_bytes(),
            &Glance::of(text.as_bytes()),
            book,
        );
    }

    #[test]
    fn a_call_counts_once_whatever_comes_again() {
        let now = Instant::now();
        let (mut call, mut book) = call(now);
        let at = |ms| now + Duration::from_millis(ms);
        let (invite, ringing) = ("INVITE sip:a SIP/2.0", "SIP/2.0 180 Ringing");
        says(&mut call, &mut book, at(0), true, invite, "1 INVITE");
        says(&mut call, &mut book, at(500), true, invite, "1 INVITE");
        says(
            &mut call,
            &mut book,
            at(600),
            false,
            "SIP/2.0 407 Who",
            "1 INVITE",
        );
        says(&mut call, &mut book, at(610), true, invite, "2 INVITE");
        says(&mut call, &mut book, at(900), false, ringing, "2 INVITE");
        says(&mut call, &mut book, at(950), false, ringing, "2 INVITE");
        says(
            &mut call,
            &mut book,
            at(4_000),
            false,
            "SIP/2.0 200 OK",
            "2 INVITE",
        );
        says(&mut call, &mut book, at(9_000), true, invite, "3 INVITE");
        says(
            &mut call,
            &mut book,
            at(9_100),
            false,
            "SIP/2.0 200 OK",
            "3 INVITE",
        );
        call.failed(&mut book, Outcome::Congestion, Some(488));
        let totals = book.totals;
        assert_eq!(
            (totals.attempts, totals.answers, totals.failures),
            (1, 1, 0)
        );
        assert_eq!((totals.repeats_sent, totals.repeats_heard), (1, 1));
        assert_eq!(totals.post_dial.count, 1);
        assert_eq!(totals.post_dial.sum, Duration::from_millis(900));
        assert_eq!(totals.answer_delay.sum, Duration::from_millis(4_000));
    }

    #[test]
    fn another_trunk_gets_a_call_of_its_own() {
        let now = Instant::now();
        let (mut call, mut book) = call(now);
        says(
            &mut call,
            &mut book,
            now,
            true,
            "INVITE sip:a SIP/2.0",
            "1 INVITE",
        );
        call.failed(&mut book, Outcome::Congestion, Some(503));
        assert!(!call.goes_to(TrunkId::new(1), call.flow, Box::from(&b"c2"[..])));
        call.is_over = true;
        assert!(call.goes_to(TrunkId::new(2), call.flow, Box::from(&b"d"[..])));
        let mut other = Book::default();
        says(
            &mut call,
            &mut other,
            now,
            true,
            "INVITE sip:b SIP/2.0",
            "1 INVITE",
        );
        call.failed(&mut other, Outcome::Busy, Some(486));
        assert_eq!((book.totals.attempts, book.totals.failures), (1, 1));
        assert_eq!((other.totals.attempts, other.totals.effective), (1, 1));
        assert_eq!(call.names.len(), 3);
    }

    #[test]
    fn a_call_that_is_over_waits_for_the_last_word_and_not_for_ever() {
        let now = Instant::now();
        let (mut call, _) = call(now);
        let at = |seconds| now + Duration::from_secs(seconds);
        assert!(call.lingers(at(1), now) && !call.lingers(at(2), now));
        call.latest = at(39);
        assert!(call.lingers(at(39), now) && !call.lingers(at(40), now));
    }
}
