//! RTCP over real sockets: the reporting itself is tested in virtual time by crate `media`.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use media::rtcp;
use telephony::media::{Codec, Remote};

use super::rig::{PATIENCE, Phone, Rig};

/// A phone with its own port for reports, one above its audio.
fn phone_with_reports(rig: &Rig) -> (Phone, UdpSocket) {
    loop {
        let handle = rig.pool.open("test").expect("ports");
        let phone = Phone::new(handle, Codec::Pcma);
        let port = phone.address().port().saturating_add(1);
        let Ok(reports) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) else {
            continue;
        };
        reports.set_read_timeout(Some(PATIENCE)).expect("not zero");
        let remote = Remote::new(phone.address(), Codec::Pcma);
        rig.pool.set_remote(handle.id, remote);
        phone.receive();
        return (phone, reports);
    }
}

fn receive(reports: &UdpSocket) -> (rtcp::Compound, SocketAddr) {
    let mut buffer = [0; 500];
    let (length, from) = reports.recv_from(&mut buffer).expect("a report in time");
    (rtcp::parse(&buffer[..length]).expect("RTCP"), from)
}

#[test]
fn reports_are_exchanged_and_the_last_one_says_goodbye() {
    let rig = Rig::new();
    let (mut phone, reports) = phone_with_reports(&rig);
    phone.sequence = 10;
    phone.say(440, 4);
    phone.sequence += 1;
    phone.say(440, 4);
    rig.until(phone.leg(), |stats| stats.packets_in == 8);

    let (first, from) = receive(&reports);
    assert_eq!(from.port(), phone.handle.local.port() + 1);
    let (ssrc, info) = first.sender.expect("silence was sent");
    assert!(info.packets > 10);
    assert_eq!(
        (first.blocks[0].ssrc, first.blocks[0].lost),
        (phone.ssrc, 1)
    );

    let block = rtcp::ReportBlock {
        ssrc,
        fraction_lost: 0,
        lost: 2,
        highest: 0,
        jitter: 16,
        last_sender_report: rtcp::middle(info.ntp),
        delay: 0,
    };
    let answer = rtcp::write(phone.ssrc, None, Some(block), "phone", false);
    reports.send_to(&answer, from).expect("loopback takes it");
    // Garbage, and a stranger's report from another address, change nothing.
    reports
        .send_to(b"\x80\xc9\xff\xff", from)
        .expect("loopback takes it");
    let stranger = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).expect("loopback");
    stranger.send_to(&answer, from).expect("loopback takes it");
    let stats = rig.until(phone.leg(), |stats| {
        stats.malformed == 1 && stats.foreign_dropped == 1
    });
    assert_eq!((stats.rtcp_in, stats.remote_lost), (1, Some(2)));
    assert_eq!(stats.remote_jitter_ms, Some(2.0));
    assert!((0.0..1_000.0).contains(&stats.rtt_ms.expect("measured")));

    let stats = rig.close(phone.leg());
    assert_eq!((stats.rtcp_out, stats.lost), (2, 1));
    assert!(receive(&reports).0.bye);
}
