//! RTCP: when it is sent, what it says and what is learned from it.

use super::*;
use crate::LegStats;
use crate::rtcp::{self, NtpClock, SenderInfo};

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
