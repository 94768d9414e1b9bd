//! The messages of one dialog, written down small for those who ask later what was said: start
//! line, CSeq, the fields that explain, what the description of the session comes to; masked. As
//! many as [`RUNGS_MAX`]; of more the middle is left out and counted.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::glance;
use crate::masking;

/// Messages kept of a dialog.
pub const RUNGS_MAX: usize = 40;
/// Of which so many are the first.
const FIRST: usize = 24;
/// Messages of which it is known whether they came before.
const SEEN_MAX: usize = 128;
/// Longest start line or field that is kept.
const TEXT_MAX: usize = 160;
/// Bytes of fields kept of one message.
const FIELDS_MAX: usize = 512;
/// What explains a message, as far as it stands in it.
const TELLING: [&str; 15] = [
    "Reason",
    "Retry-After",
    "Warning",
    "Require",
    "RSeq",
    "RAck",
    "Session-Expires",
    "Min-SE",
    "Contact",
    "P-Asserted-Identity",
    "Privacy",
    "Diversion",
    "Refer-To",
    "Server",
    "User-Agent",
];

/// The messages of a dialog.
#[derive(Clone, Debug)]
pub struct Ladder {
    began: Instant,
    first: Vec<Rung>,
    last: VecDeque<Rung>,
    elided: u32,
    seen: VecDeque<u64>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Since the first message.
    pub after: Duration,
    /// Whether we said it.
    pub ours: bool,
    /// Whether the very same message passed before.
    pub again: bool,
    /// Start line, CSeq, description of the session (or nothing) and fields, a line each.
    text: Box<str>,
}

impl Ladder {
    /// One that begins now.
    pub fn new(now: Instant) -> Self {
        Self {
            began: now,
            first: Vec::new(),
            last: VecDeque::new(),
            elided: 0,
            seen: VecDeque::new(),
        }
    }

    /// Whether the very same message passed before; remembers it.
    pub fn is_again(&mut self, ours: bool, bytes: &[u8]) -> bool {
        let digest = digest(bytes) ^ u64::from(ours);
        if self.seen.contains(&digest) {
            return true;
        }
        if self.seen.len() == SEEN_MAX {
            self.seen.pop_front();
        }
        self.seen.push_back(digest);
        false
    }

    /// Writes a message down.
    pub fn add(&mut self, now: Instant, ours: bool, again: bool, bytes: &[u8]) {
        let rung = Rung {
            after: now.saturating_duration_since(self.began),
            ours,
            again,
            text: written(bytes, ours).into_boxed_str(),
        };
        if self.first.len() < FIRST {
            self.first.push(rung);
            return;
        }
        if self.last.len() == RUNGS_MAX - FIRST {
            self.last.pop_front();
            self.elided += 1;
        }
        self.last.push_back(rung);
    }

    /// The messages before what was left out, how many those were, and the ones after.
    pub fn rungs(&self) -> (&[Rung], u32, impl ExactSizeIterator<Item = &Rung>) {
        (&self.first, self.elided, self.last.iter())
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
}

impl Rung {
    /// The start line, masked.
    pub fn start(&self) -> &str {
        self.lines().next().unwrap_or_default()
    }

    /// The value of CSeq.
    pub fn cseq(&self) -> &str {
        self.lines().nth(1).unwrap_or_default()
    }

    /// What the description of the session comes to, if there is one.
    pub fn sdp(&self) -> Option<&str> {
        self.lines().nth(2).filter(|sdp| !sdp.is_empty())
    }

    /// Names and values of the fields that explain, masked.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines()
            .skip(3)
            .filter_map(|line| line.split_once(": "))
    }

    fn lines(&self) -> std::str::Split<'_, char> {
        self.text.split('\n')
    }
}

/// Tells messages apart, also those of an enemy well enough: one that collides is marked as a
/// repetition, no more. Eight bytes at a time, since every message of every call goes through it.
pub fn digest(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(bytes.len() as u64, |hash, word| {
        mix(hash, u64::from_le_bytes(*word))
    });
    // The lowest bit is free for whoever wants to tell two kinds apart.
    rest.iter()
        .fold(hash, |hash, byte| mix(hash, u64::from(*byte)))
        << 1
}

fn written(bytes: &[u8], ours: bool) -> String {
    let mut text = line(&masking::masked_start(glance::start_line(bytes)));
    let (mut cseq, mut fields) = (String::new(), String::new());
    for field in glance::fields(bytes) {
        if cseq.is_empty() && field.name.eq_ignore_ascii_case(b"CSeq") {
            cseq = line(&masking::masked_value(&field));
            continue;
        }
        let Some(name) = telling(field.name) else {
            continue;
        };
        // What we are called is the same in every message of ours.
        if ours && name == "User-Agent" || fields.len() > FIELDS_MAX {
            continue;
        }
        let value = line(&masking::masked_value(&field));
        fields.extend(["\n", name, ": ", value.as_str()]);
    }
    let sdp = session_in_brief(glance::body(bytes));
    text.extend(["\n", cseq.as_str(), "\n", sdp.as_str(), fields.as_str()]);
    text
}

/// The usual spelling of a name that is kept.
fn telling(name: &[u8]) -> Option<&'static str> {
    let long: &[u8] = match name {
        [b'm' | b'M'] => b"Contact",
        [b'x' | b'X'] => b"Session-Expires",
        [b'r' | b'R'] => b"Refer-To",
        name => name,
    };
    let mut known = TELLING.iter().copied();
    known.find(|known| known.as_bytes().eq_ignore_ascii_case(long))
}

/// A value on one line of bounded length.
fn line(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(TEXT_MAX)
        .collect()
}

/// `audio 192.0.2.10:40012 RTP/AVP PCMA/8000 telephone-event/8000 sendrecv`; empty without an
/// audio stream.
fn session_in_brief(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let lines = || text.lines().map(str::trim_end);
    let Some(media) = lines().find_map(|line| line.strip_prefix("m=audio ")) else {
        return String::new();
    };
    let mut words = media.split(' ');
    let (port, transport) = (words.next().unwrap_or("?"), words.next().unwrap_or("?"));
    let ip = lines().find_map(|line| line.strip_prefix("c=")?.split(' ').nth(2));
    let mut brief = format!("audio {}:{port} {transport}", ip.unwrap_or("?"));
    for format in words.take(12) {
        let prefix = format!("a=rtpmap:{format} ");
        let name = lines().find_map(|line| line.strip_prefix(prefix.as_str()));
        brief.push(' ');
        brief.push_str(name.unwrap_or(match format {
            "0" => "PCMU/8000",
            "8" => "PCMA/8000",
            other => other,
        }));
    }
    let direction = lines()
        .find(|line| ["a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"].contains(line));
    if let Some(direction) = direction {
        brief.push(' ');
        brief.push_str(&direction[2..]);
    }
    line(&masking::masked_brief(&brief))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &[u8] = b"INVITE sip:+573001234567@h SIP/2.0\r\nCSeq: 1 INVITE\r\n\
        User-Agent: us\r\nContact: <sip:+576015550100@10.0.0.1:5060>\r\n\
        Content-Type: application/sdp\r\n\r\nv=0\r\nc=IN IP4 10.0.0.1\r\n\
        m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

    #[test]
    fn a_rung_says_what_explains_and_gives_nobody_away() {
        let now = Instant::now();
        let mut ladder = Ladder::new(now);
        ladder.add(now, true, false, INVITE);
        let busy =
            b"SIP/2.0 486 Busy\r\nCSeq: 1 INVITE\r\nReason: Q.850;cause=17\r\nX-Y: z\r\n\r\n";
        ladder.add(now + Duration::from_millis(70), false, false, busy);
        let (rungs, elided, _) = ladder.rungs();
        assert_eq!(elided, 0);
        assert_eq!(rungs[0].start(), "INVITE sip:+5730******67@h SIP/2.0");
        let sdp = "audio 10.0.0.1:4000 RTP/AVP PCMA/8000 PCMU/8000 telephone-event/8000 sendrecv";
        assert_eq!(rungs[0].sdp(), Some(sdp));
        let contact = [("Contact", "<sip:+5760******00@10.0.0.1:5060>")];
        assert_eq!(rungs[0].fields().collect::<Vec<_>>(), contact);
        assert_eq!((rungs[1].cseq(), rungs[1].sdp()), ("1 INVITE", None));
        assert_eq!(
            rungs[1].fields().collect::<Vec<_>>(),
            [("Reason", "Q.850;cause=17")]
        );
        assert_eq!(rungs[1].after, Duration::from_millis(70));
    }

    #[test]
    fn of_very_many_messages_the_middle_is_left_out() {
        let now = Instant::now();
        let mut ladder = Ladder::new(now);
        for number in 0..100 {
            let bytes = format!("INFO sip:h SIP/2.0\r\nCSeq: {number} INFO\r\n\r\n");
            assert!(!ladder.is_again(true, bytes.as_bytes()));
            ladder.add(now, true, false, bytes.as_bytes());
        }
        let (first, elided, last) = ladder.rungs();
        let last: Vec<_> = last.map(Rung::cseq).collect();
        assert_eq!(first.len() + last.len(), RUNGS_MAX);
        assert_eq!(elided as usize, 100 - RUNGS_MAX);
        assert_eq!(
            (first[23].cseq(), last[0], last[15]),
            ("23 INFO", "84 INFO", "99 INFO")
        );
    }

    #[test]
    fn a_message_that_comes_again_is_known_and_an_echo_is_not_it() {
        let mut ladder = Ladder::new(Instant::now());
        assert!(!ladder.is_again(true, INVITE));
        assert!(ladder.is_again(true, INVITE));
        assert!(!ladder.is_again(false, INVITE), "from the other side");
        assert!(!ladder.is_again(true, &INVITE[..INVITE.len() - 1]));
    }

    #[test]
    fn whatever_comes_is_written_down_in_bounds() {
        let now = Instant::now();
        let mut ladder = Ladder::new(now);
        let long = format!("X {}\r\n", "y".repeat(9_000)) + &"Warning: z\r\n".repeat(2_000);
        for bytes in [&b""[..], b"\xff\xfe", b"\r\n\r\nm=audio ", long.as_bytes()] {
            ladder.add(now, false, false, bytes);
        }
        let (rungs, ..) = ladder.rungs();
        assert!(
            rungs.iter().all(|rung| rung.text.len() < 3 * 1024),
            "bounded"
        );
    }
}
