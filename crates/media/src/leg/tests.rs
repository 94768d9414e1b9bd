//! Both halves of a leg in virtual time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::rtcp::{self, NtpClock, SenderInfo};
use crate::rtp::{self, Datagram, Packet};
use crate::{Codec, LearnMode, LegId, LegStats, Playback, Prompt, Remote, ToneKind};

const OTHER: LegId = LegId(2);

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn peer() -> SocketAddr {
    address("198.51.100.7:4000")
}

fn datagram(ssrc: u32, sequence: u16, timestamp: u32) -> Vec<u8> {
    let packet = packet(ssrc, sequence, timestamp, &[0xD5; 160]);
    let mut bytes = vec![0; 200];
    let length = rtp::write(&packet, &mut bytes).expect("fits");
    bytes.truncate(length);
    bytes
}

fn packet(ssrc: u32, sequence: u16, timestamp: u32, payload: &[u8]) -> Packet<'_> {
    Packet {
        payload_type: 8,
        marker: false,
        sequence,
        timestamp,
        ssrc,
        payload,
    }
}

/// An outgoing half and its clock.
struct Mouth {
    half: Outgoing,
    now: Instant,
}

/// Header fields of a packet sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sent {
    sequence: u16,
    timestamp: u32,
    marker: bool,
    payload_type: u8,
}

impl Mouth {
    fn new() -> Mouth {
        let (mut half, now) = (Outgoing::new(1), Instant::now());
        half.set_remote(now, Remote::new(peer(), Codec::Pcma));
        Mouth { half, now }
    }

    /// Lets time pass frame by frame; gives what was sent, and whether a playback ended.
    fn pass(&mut self, time: Duration) -> (Vec<Sent>, bool) {
        let (end, mut all, mut done) = (self.now + time, Vec::new(), false);
        while let Some(due) = self.half.due().filter(|due| *due < end) {
            self.now = self.now.max(due);
            let mut buffer = [0; 300];
            let tick = self.half.tick(self.now, &mut buffer);
            all.extend(tick.packet.map(|length| sent(&buffer[..length])));
            done |= tick.done;
        }
        self.now = end;
        (all, done)
    }

    fn forward(&mut self, packet: &Packet<'_>) -> Option<Sent> {
        let mut buffer = [0; 2_000];
        let length = self
            .half
            .forward_audio(self.now, OTHER, Codec::Pcma, packet, &mut buffer)?;
        Some(sent(&buffer[..length]))
    }
}

fn sent(bytes: &[u8]) -> Sent {
    match rtp::read(bytes) {
        Datagram::Rtp(packet) => Sent {
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            payload_type: packet.payload_type,
        },
        other => panic!("not RTP: {other:?}"),
    }
}

fn prompt(frames: usize) -> Playback {
    let prompt = Prompt::from_g711(Codec::Pcma, &vec![1; frames * 160]);
    Playback::Prompt(Arc::new(prompt.expect("not empty")))
}

#[test]
fn silence_is_fifty_packets_a_second_without_a_seam() {
    let mut mouth = Mouth::new();
    let (sent, _) = mouth.pass(ms(1_000));
    assert_eq!(sent.len(), 50);
    assert!(sent[0].marker && sent[1..].iter().all(|packet| !packet.marker));
    for pair in sent.windows(2) {
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
}

#[test]
fn a_leg_that_knows_no_peer_needs_no_clock() {
    let mut half = Outgoing::new(1);
    half.play(Instant::now(), Playback::Tone(ToneKind::Ringback), true);
    half.join(Instant::now(), OTHER);
    assert_eq!(half.due(), None);
}

#[test]
fn a_prompt_ends_after_its_length_and_the_bridge_is_heard_again() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    mouth.half.play(mouth.now, prompt(10), false);
    assert_eq!(
        mouth.forward(&packet(5, 1, 0, &[0; 160])),
        None,
        "the prompt is heard instead"
    );
    let (sent, done) = mouth.pass(ms(200));
    assert_eq!((sent.len(), done), (10, true));
    let next = mouth
        .forward(&packet(5, 11, 1_600, &[0; 160]))
        .expect("heard again");
    assert_eq!(next.sequence, sent[9].sequence.wrapping_add(1));
    assert_eq!(next.timestamp, sent[9].timestamp.wrapping_add(160));
    assert!(next.marker);
}

#[test]
fn a_clock_that_was_stopped_starts_anew_without_a_burst() {
    let mut mouth = Mouth::new();
    let (before, _) = mouth.pass(ms(100));
    mouth.now += ms(3_000);
    let (after, _) = mouth.pass(ms(100));
    assert!(after.len() <= 6, "{} packets at once", after.len());
    let last = before.last().expect("five").timestamp;
    let gap = after[0].timestamp.wrapping_sub(last);
    assert!(
        (24_000..25_000).contains(&gap),
        "the timestamps tell the pause: {gap}"
    );
}

#[test]
fn a_gap_in_the_bridge_is_filled_and_its_end_is_continuous() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    let first = mouth.forward(&packet(5, 1, 0, &[0; 160])).expect("bridged");
    assert!(
        mouth.pass(ms(400)).0.is_empty(),
        "a late network is not a gap"
    );
    let (filled, _) = mouth.pass(ms(200));
    assert_eq!(filled.len(), 10);
    assert_eq!(filled[0].sequence, first.sequence.wrapping_add(1));
    let gap = filled[0].timestamp.wrapping_sub(first.timestamp);
    assert_eq!(gap, 3_200, "400 ms");
    let next = mouth
        .forward(&packet(5, 2, 4_800, &[0; 160]))
        .expect("bridged");
    assert_eq!(next.sequence, filled[9].sequence.wrapping_add(1));
}

#[test]
fn loss_and_reordering_are_passed_on_as_they_are() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    let mut numbers = |sequence: u16| {
        let packet = packet(5, sequence, u32::from(sequence) * 160, &[0; 160]);
        mouth
            .forward(&packet)
            .map(|sent| (sent.sequence, sent.timestamp))
    };
    let (base, start) = numbers(10).expect("the first");
    assert_eq!(
        numbers(13),
        Some((base.wrapping_add(3), start.wrapping_add(480)))
    );
    assert_eq!(
        numbers(12),
        Some((base.wrapping_add(2), start.wrapping_add(320)))
    );
    assert_eq!(numbers(9), None, "from before the bridge");
    assert_eq!(
        numbers(14),
        Some((base.wrapping_add(4), start.wrapping_add(640)))
    );
}

#[test]
fn a_sender_that_restarts_its_numbers_is_not_noticed_by_the_listener() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    let mut last = mouth.forward(&packet(5, 1, 0, &[0; 160])).expect("bridged");
    for (ssrc, sequence, timestamp) in [(5, 40_000, 160), (5, 40_001, 9_999_999), (6, 7, 3)] {
        mouth.now += ms(20);
        let next = mouth
            .forward(&packet(ssrc, sequence, timestamp, &[0; 160]))
            .expect("bridged");
        assert_eq!(next.sequence, last.sequence.wrapping_add(1));
        assert_eq!(next.timestamp, last.timestamp.wrapping_add(160));
        assert!(next.marker);
        last = next;
    }
}

#[test]
fn a_key_held_for_seconds_is_not_a_restart() {
    let mut mouth = Mouth::new();
    let remote = Remote {
        telephone_event: Some(101),
        ..Remote::new(peer(), Codec::Pcma)
    };
    mouth.half.set_remote(mouth.now, remote);
    mouth.half.join(mouth.now, OTHER);
    let first = mouth.forward(&packet(5, 1, 0, &[0; 160])).expect("bridged");
    let mut buffer = [0; 200];
    for n in 0..200u16 {
        mouth.now += ms(20);
        let event = packet(5, 2 + n, 160, &[1, 10, 0, 160]);
        let length = mouth
            .half
            .forward_keys(mouth.now, OTHER, &event, &mut buffer);
        let key = sent(&buffer[..length.expect("bridged")]);
        assert_eq!(
            (key.payload_type, key.timestamp),
            (101, first.timestamp.wrapping_add(160))
        );
    }
    mouth.now += ms(20);
    let next = mouth
        .forward(&packet(5, 202, 32_160, &[0; 160]))
        .expect("bridged");
    assert_eq!(next.timestamp, first.timestamp.wrapping_add(32_160));
    assert!(!next.marker);
}

#[test]
fn only_the_leg_that_is_bridged_is_heard() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, LegId(9));
    assert_eq!(mouth.forward(&packet(5, 1, 0, &[0; 160])), None);
    mouth.half.join(mouth.now, OTHER);
    assert_eq!(
        mouth.forward(&packet(5, 2, 0, &[0; 1_400])),
        None,
        "no phone packs so much"
    );
    mouth.half.part(mouth.now);
    assert_eq!(mouth.forward(&packet(5, 3, 0, &[0; 160])), None);
    assert_eq!(mouth.pass(ms(100)).0.len(), 5, "silence follows");
}

#[test]
fn on_hold_time_goes_on_but_nothing_is_sent() {
    let mut mouth = Mouth::new();
    mouth.pass(ms(100));
    let hold = Remote::new(address("0.0.0.0:4000"), Codec::Pcma);
    mouth.half.set_remote(mouth.now, hold);
    mouth.half.play(mouth.now, prompt(10), false);
    let (sent, done) = mouth.pass(ms(300));
    assert_eq!((sent.len(), done), (0, true));
    mouth
        .half
        .set_remote(mouth.now, Remote::new(peer(), Codec::Pcma));
    assert_eq!(mouth.pass(ms(100)).0.len(), 5);
}

proptest! {
    #[test]
    fn whoever_speaks_the_numbers_only_go_forward(
        steps in proptest::collection::vec((0u8..6, 0u64..900, any::<u16>(), any::<u32>()), 1..60)
    ) {
        let mut mouth = Mouth::new();
        let mut all = Vec::new();
        for (what, time, sequence, timestamp) in steps {
            match what {
                0 => mouth.half.join(mouth.now, OTHER),
                1 => mouth.half.part(mouth.now),
                2 => mouth.half.play(mouth.now, prompt(3), false),
                3 => mouth.half.play(mouth.now, Playback::Silence, true),
                // A new stream each time: whatever its numbers, it must fit in.
                _ => all.extend(mouth.forward(&packet(timestamp, sequence, timestamp, &[0; 160]))),
            }
            all.extend(mouth.pass(ms(time)).0);
        }
        for pair in all.windows(2) {
            prop_assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            let step = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
            prop_assert!((160..8_000 * 60).contains(&step), "{}", step);
        }
    }
}

/// An incoming half that expects packets from `peer()`.
fn ear(learn: LearnMode) -> (Incoming, Instant) {
    let (mut half, now) = (Incoming::new(), Instant::now());
    half.set_remote(
        now,
        Remote {
            learn,
            ..Remote::new(peer(), Codec::Pcma)
        },
    );
    (half, now)
}

fn figures(half: &Incoming) -> LegStats {
    let mut stats = LegStats::default();
    half.add_to(&mut stats);
    stats
}

fn is_audio(judged: &Judged<'_>) -> bool {
    matches!(judged.what, What::Audio(..))
}

#[test]
fn the_address_of_the_sdp_is_preferred_while_learning() {
    let (mut half, now) = ear(LearnMode::Nat);
    let stray = address("203.0.113.5:9000");
    assert!(!is_audio(&half.receive(now, stray, &datagram(1, 1, 0))));
    let named = datagram(2, 1, 0);
    let judged = half.receive(now, peer(), &named);
    assert_eq!((is_audio(&judged), judged.learned), (true, Some(peer())));
    assert!(!is_audio(&half.receive(now, stray, &datagram(1, 2, 160))));
    assert_eq!(figures(&half).foreign_dropped, 1);
}

#[test]
fn a_source_that_is_not_named_must_show_two_packets_in_a_row() {
    let (mut half, now) = ear(LearnMode::Nat);
    let (one, two) = (address("203.0.113.5:9000"), address("203.0.113.6:9000"));
    for sequence in [1, 5, 9] {
        assert!(!is_audio(&half.receive(
            now,
            one,
            &datagram(1, sequence, 0)
        )));
        assert!(!is_audio(&half.receive(
            now,
            two,
            &datagram(2, sequence, 0)
        )));
    }
    assert!(!is_audio(&half.receive(now, two, &datagram(2, 20, 0))));
    let second = datagram(2, 21, 160);
    let judged = half.receive(now, two, &second);
    assert_eq!(
        (is_audio(&judged), judged.first, judged.learned),
        (true, true, Some(two))
    );
}

#[test]
fn a_new_address_in_the_signalling_is_learned_anew_and_hold_forgets_nothing() {
    let (mut half, now) = ear(LearnMode::Sdp);
    let remote = Remote::new(peer(), Codec::Pcma);
    half.set_remote(
        now,
        Remote {
            addr: address("0.0.0.0:0"),
            ..remote
        },
    );
    half.set_remote(now, remote);
    assert!(is_audio(&half.receive(now, peer(), &datagram(1, 1, 0))));
    let moved = address("198.51.100.8:5000");
    half.set_remote(
        now,
        Remote {
            addr: moved,
            ..remote
        },
    );
    assert!(!is_audio(&half.receive(now, peer(), &datagram(1, 2, 160))));
    assert!(is_audio(&half.receive(now, moved, &datagram(1, 3, 320))));
}

#[test]
fn an_ipv4_peer_seen_through_an_ipv6_socket_is_the_same_peer() {
    let (mut half, now) = ear(LearnMode::Sdp);
    let mapped = address("[::ffff:198.51.100.7]:4000");
    assert!(is_audio(&half.receive(now, mapped, &datagram(1, 1, 0))));
}

#[test]
fn jitter_is_what_the_packets_are_late_or_early() {
    let (mut half, start) = ear(LearnMode::Sdp);
    for n in 0..400u16 {
        let late = if n % 2 == 0 { 0 } else { 8 };
        let now = start + ms(u64::from(n) * 20 + late);
        half.receive(now, peer(), &datagram(1, n, u32::from(n) * 160));
    }
    let jitter = figures(&half).jitter_ms;
    assert!((7.5..8.5).contains(&jitter), "{jitter} ms");
}

#[test]
fn a_restart_far_away_is_believed_at_its_second_packet() {
    let (mut half, now) = ear(LearnMode::Sdp);
    let heard = [
        (1, true),
        (2, true),
        (30_000, false),
        (30_001, true),
        (30_002, true),
    ];
    for (sequence, expected) in heard {
        let datagram = datagram(1, sequence, 0);
        assert_eq!(
            is_audio(&half.receive(now, peer(), &datagram)),
            expected,
            "{sequence}"
        );
    }
    assert_eq!(figures(&half).lost, 0);
}

#[test]
fn loss_is_counted_across_wraps_and_streams() {
    let (mut half, now) = ear(LearnMode::Sdp);
    for sequence in [65_534, 65_535, 1, 2] {
        half.receive(now, peer(), &datagram(1, sequence, 0));
    }
    for sequence in [500, 503] {
        half.receive(now, peer(), &datagram(2, sequence, 0));
    }
    let stats = figures(&half);
    assert_eq!(
        (stats.lost, stats.ssrc_changes, stats.packets_in),
        (3, 1, 6)
    );
}

#[test]
fn a_peer_on_hold_is_not_silent() {
    let (mut half, start) = ear(LearnMode::Sdp);
    let limit = ms(1_000);
    assert_eq!(half.silence_due(limit), Some(start + limit));
    let remote = Remote::new(peer(), Codec::Pcma);
    half.set_remote(
        start,
        Remote {
            addr: address("0.0.0.0:4000"),
            ..remote
        },
    );
    assert_eq!(half.silence(start + ms(9_000), limit), None);
    half.set_remote(start + ms(9_000), remote);
    assert_eq!(half.silence(start + ms(9_900), limit), None);
    assert_eq!(half.silence(start + ms(10_100), limit), Some(ms(1_100)));
    assert_eq!(half.silence(start + ms(10_200), limit), None, "told once");
}

proptest! {
    #[test]
    fn no_datagram_panics_and_each_is_counted(
        datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..40)
    ) {
        let (mut half, now) = ear(LearnMode::Nat);
        for bytes in &datagrams {
            half.receive(now, peer(), bytes);
        }
        let stats = figures(&half);
        let counted = stats.packets_in + stats.malformed + stats.unsupported + stats.duplicates;
        prop_assert!(counted <= datagrams.len() as u64);
    }
}

/// A whole leg as its peer's reports see it.
struct Reporting {
    reporter: Reporter,
    ear: Incoming,
    mouth: Outgoing,
    clock: NtpClock,
    now: Instant,
}

impl Reporting {
    fn new() -> Reporting {
        let (ear, now) = ear(LearnMode::Sdp);
        let clock = NtpClock::new(now, 3_900_000_000 << 32);
        let mut reporter = Reporter::new(clock, 1);
        reporter.start(now);
        let mouth = Outgoing::new(1);
        Reporting {
            reporter,
            ear,
            mouth,
            clock,
            now,
        }
    }

    fn next_report(&mut self) -> rtcp::Compound {
        self.now = self.reporter.due().expect("started");
        let report = self.reporter.report(self.now, &self.ear, &self.mouth);
        rtcp::parse(&report.expect("due")).expect("our own")
    }

    fn hear(&mut self, sequences: impl IntoIterator<Item = u16>) {
        for sequence in sequences {
            let timestamp = u32::from(sequence) * 160;
            self.ear
                .receive(self.now, peer(), &datagram(77, sequence, timestamp));
        }
    }

    fn speak(&mut self) {
        self.mouth
            .set_remote(self.now, Remote::new(peer(), Codec::Pcma));
        let mut buffer = [0; 200];
        assert!(self.mouth.tick(self.now, &mut buffer).packet.is_some());
    }
}

#[test]
fn reports_come_every_five_seconds_or_so_and_not_in_step() {
    let mut leg = Reporting::new();
    let start = leg.now;
    let mut times = vec![start];
    for _ in 0..40 {
        leg.next_report();
        times.push(leg.now);
    }
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps[0] >= ms(1_250) && gaps[0] <= ms(3_750));
    assert!(
        gaps[1..]
            .iter()
            .all(|gap| *gap >= ms(2_500) && *gap <= ms(7_500))
    );
    let mean = (leg.now - start) / 40;
    assert!(mean > ms(4_000) && mean < ms(6_000), "{mean:?}");
}

#[test]
fn a_report_tells_loss_so_far_and_since_the_last_one() {
    let mut leg = Reporting::new();
    assert_eq!(
        leg.next_report(),
        rtcp::Compound::default(),
        "nothing heard, nothing said"
    );
    leg.hear([0, 1, 2, 3, 5, 6, 7]);
    let block = leg.next_report().blocks[0];
    assert_eq!(
        (block.ssrc, block.lost, block.fraction_lost, block.highest),
        (77, 1, 32, 7)
    );
    leg.hear(8..16);
    let block = leg.next_report().blocks[0];
    assert_eq!((block.lost, block.fraction_lost), (1, 0));
}

#[test]
fn who_sends_reports_what_it_sent() {
    let mut leg = Reporting::new();
    leg.speak();
    let (ssrc, info) = leg.next_report().sender.expect("it sent");
    assert_eq!((ssrc, info.packets, info.bytes), (leg.mouth.ssrc(), 1, 160));
    assert_eq!(leg.next_report().sender, None, "nothing sent since");
}

#[test]
fn round_trip_and_the_peers_figures_are_read_from_its_report() {
    let mut leg = Reporting::new();
    leg.speak();
    let sender = leg.next_report().sender.expect("it sent").1;
    leg.now += ms(340);
    let block = rtcp::ReportBlock {
        ssrc: leg.mouth.ssrc(),
        fraction_lost: 0,
        lost: 3,
        highest: 1,
        jitter: 80,
        last_sender_report: rtcp::middle(sender.ntp),
        delay: rtcp::units(ms(300)),
    };
    let report = rtcp::write(9, None, Some(block), "peer", false);
    let own = leg.mouth.ssrc();
    assert!(
        leg.reporter
            .receive(leg.now, peer(), &report, &leg.ear, own)
    );
    let mut stats = LegStats::default();
    leg.reporter.add_to(&mut stats);
    let rtt = stats.rtt_ms.expect("measured");
    assert!((39.0..41.0).contains(&rtt), "{rtt}");
    assert_eq!(
        (stats.remote_lost, stats.remote_jitter_ms),
        (Some(3), Some(10.0))
    );
}

#[test]
fn the_peers_sender_report_is_answered_so_that_it_can_measure_too() {
    let mut leg = Reporting::new();
    leg.hear(0..5);
    let info = SenderInfo {
        ntp: leg.clock.now(leg.now),
        timestamp: 0,
        packets: 5,
        bytes: 800,
    };
    let report = rtcp::write(77, Some(info), None, "peer", false);
    leg.reporter.receive(leg.now, peer(), &report, &leg.ear, 1);
    let came = leg.now;
    let block = leg.next_report().blocks[0];
    assert_eq!(block.last_sender_report, rtcp::middle(info.ntp));
    assert_eq!(block.delay, rtcp::units(leg.now - came));
}

#[test]
fn reports_go_one_port_up_until_the_peers_come_from_elsewhere_and_end_with_goodbye() {
    let mut leg = Reporting::new();
    leg.speak();
    assert_eq!(
        leg.reporter.destination(&leg.mouth),
        Some(address("198.51.100.7:4001"))
    );
    let from = address("198.51.100.7:4444");
    let report = rtcp::write(77, None, None, "peer", false);
    leg.reporter.receive(leg.now, from, &report, &leg.ear, 1);
    assert_eq!(leg.reporter.destination(&leg.mouth), Some(from));
    assert!(!leg.reporter.receive(leg.now, from, b"garbage", &leg.ear, 1));
    let last = leg
        .reporter
        .bye(leg.now, &leg.ear, &leg.mouth)
        .expect("there was a peer");
    assert!(rtcp::parse(&last).expect("our own").bye);
    assert_eq!(leg.reporter.bye(leg.now, &leg.ear, &leg.mouth), None);
}
