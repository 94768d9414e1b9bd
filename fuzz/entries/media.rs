//! What is done with datagrams on a media port, RTP and RTCP, as a function each. Driven by cargo-fuzz,
//! and over the kept corpora by the ordinary tests (`crates/media/tests/mutation.rs`).

use media::leg::{Incoming, Outgoing, Reporter, What};
use media::rtcp::{self, NtpClock};
use media::rtp::{self, Datagram};
use media::srtp::{Keys, MasterKey, Suite};
use media::{Codec, LearnMode, Remote, dtmf};
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Datagrams of one leg, cut out of the bytes by lengths that stand before them.
pub(crate) fn rtp(bytes: &[u8]) {
    if let Datagram::Rtp(packet) = rtp::read(bytes) {
        let mut buffer = vec![0; bytes.len() + 12];
        let length = rtp::write(&packet, &mut buffer).expect("there is room");
        assert_eq!(rtp::read(&buffer[..length]), Datagram::Rtp(packet));
        let _ = dtmf::Event::parse(packet.payload);
    }
    let from = SocketAddr::from(([192, 0, 2, 9], 4000));
    let mut ear = Incoming::new();
    ear.set_remote(
        start(),
        Remote {
            telephone_event: Some(101),
            learn: LearnMode::Nat,
            ..Remote::new(from, Codec::Pcma)
        },
    );
    let suites = [Suite::AesCm128HmacSha1Tag80, Suite::AeadAes256Gcm];
    let mut keyed = suites.map(|suite| {
        let mut ear = Incoming::new();
        ear.set_remote(start(), protected(from, suite));
        ear
    });
    let mut now = start();
    let mut rest = bytes;
    while let Some((length, next)) = rest.split_first() {
        let (datagram, after) = next.split_at(usize::from(*length).min(next.len()));
        let _ = ear.receive(now, from, datagram);
        for keyed in &mut keyed {
            let forged = keyed.open(&mut datagram.to_vec()).is_none();
            assert!(forged, "nobody guesses a tag");
        }
        let _ = ear.silence(now, Duration::from_secs(30));
        now += Duration::from_millis(20);
        rest = after;
    }
    let _ = ear.receive(now, from, bytes);
}

/// A report to a leg.
pub(crate) fn rtcp(bytes: &[u8]) {
    let _ = rtcp::parse(bytes);
    let from = SocketAddr::from(([192, 0, 2, 9], 4001));
    let (mut ear, mut mouth) = (Incoming::new(), Outgoing::new(1));
    let remote = Remote::new(SocketAddr::new(from.ip(), 4000), Codec::Pcma);
    ear.set_remote(start(), remote);
    mouth.set_remote(start(), remote);
    let clock = NtpClock::new(start(), 0xe000_0000_0000_0000);
    let mut reporter = Reporter::new(clock, 1);
    reporter.start(start());
    if let What::Report(report) = ear.receive(start(), from, bytes).what {
        reporter.receive(start(), from, report, &ear, mouth.ssrc());
    }
    reporter.receive(start(), from, bytes, &ear, mouth.ssrc());
    let later = start() + Duration::from_secs(10);
    if let Some(report) = reporter.report(later, &ear, &mouth) {
        assert!(rtcp::parse(&report).is_some(), "we read what we write");
    }
    let _ = reporter.bye(later, &ear, &mouth);
}

fn protected(from: SocketAddr, suite: Suite) -> Remote {
    let key = |byte| {
        let bytes = vec![byte; suite.key_length() + suite.salt_length()];
        MasterKey::new(suite, &bytes).expect("as long as the suite wants")
    };
    let keys = Keys {
        ours: key(1),
        theirs: key(2),
    };
    Remote {
        keys: Some(keys),
        ..Remote::new(from, Codec::Pcma)
    }
}

/// Some moment, the same for all.
fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}
