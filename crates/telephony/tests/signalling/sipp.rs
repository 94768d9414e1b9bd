//! The same ends with sipp as the carrier: a SIP stack that others wrote. Each scenario is a file
//! of `tests/sipp`; sipp itself checks the messages that it receives and fails on a wrong one.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

use domain::{EndedBy, Outcome, TrunkTransport};
use engine::{CallProgress, Command};

use crate::floor::{ANSWERS, Floor, PATIENCE, hung_up_by, until};
use crate::ports::free_port;

/// A sipp at work in a folder of its own, on a port of its own.
struct Sipp {
    address: SocketAddr,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Sipp {
    async fn plays(scenario: &str, transport: TrunkTransport) -> Sipp {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/sipp")
            .join(scenario);
        let address = free_port();
        let folder = tempfile::tempdir().expect("a folder for what sipp writes");
        let transport = match transport {
            TrunkTransport::Udp => "u1",
            TrunkTransport::Tcp => "t1",
            TrunkTransport::Tls => "l1",
        };
        let process = Process::new("sipp")
            .arg("-sf")
            .arg(file.with_extension("xml"))
            .args([
                "-i",
                "127.0.0.1",
                "-mi",
                "127.0.0.1",
                "-p",
                &address.port().to_string(),
            ])
            .args([
                "-m",
                "1",
                "-t",
                transport,
                "-rtp_echo",
                "-nostdin",
                "-timeout",
                "30s",
            ])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sipp is installed (make test installs it)");
        let listens = move || match transport {
            "u1" => UdpSocket::bind(address).is_err(),
            _ => std::net::TcpStream::connect(address).is_ok(),
        };
        until("sipp listens", listens).await;
        Sipp {
            address,
            process,
            _folder: folder,
        }
    }

    /// Waits until sipp has played its scenario to the end and found nothing wrong.
    async fn ends_content(mut self) {
        let started = std::time::Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("our child") {
                assert!(status.success(), "sipp says {status}");
                return;
            }
            assert!(started.elapsed() < PATIENCE, "sipp waits for something");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The end of a call that is never answered.
async fn end_with(scenario: &str, ring_timeout: Duration) -> CallProgress {
    let sipp = Sipp::plays(scenario, TrunkTransport::Udp).await;
    let mut floor = Floor::open().await;
    floor.trunk_to(sipp.address);
    let call = floor.calls_for(ANSWERS, ring_timeout);
    assert_eq!(floor.next(call).await, CallProgress::Placed);
    let end = floor
        .call(call, |p| matches!(p, CallProgress::Failed { .. }))
        .await;
    sipp.ends_content().await;
    assert_eq!(floor.telephony.counters().invites_sent, 1);
    end
}

fn outcome(end: &CallProgress) -> (Outcome, Option<u16>, Option<u16>) {
    match end {
        CallProgress::Failed { outcome, cause } => (*outcome, cause.sip_status, cause.q850),
        other => panic!("{other:?} is no end of an unanswered call"),
    }
}

#[tokio::test]
async fn sipp_refuses_and_the_outcome_says_why() {
    for (scenario, expected) in [
        ("busy", (Outcome::Busy, Some(486), Some(17))),
        ("not_found", (Outcome::InvalidNumber, Some(404), Some(1))),
        ("unavailable", (Outcome::Congestion, Some(503), Some(34))),
        ("absent", (Outcome::Unreachable, Some(480), Some(20))),
    ] {
        let end = end_with(scenario, Duration::from_secs(20)).await;
        assert_eq!(outcome(&end), expected, "{scenario}");
    }
}

#[tokio::test]
async fn sipp_rings_out_and_is_cancelled() {
    let end = end_with("no_answer", Duration::from_millis(400)).await;
    assert_eq!(outcome(&end).0, Outcome::NoAnswer);
}

#[tokio::test]
async fn an_answer_as_we_give_up_ringing_is_an_answer() {
    let sipp = Sipp::plays("late_answer", TrunkTransport::Udp).await;
    let mut floor = Floor::open().await;
    floor.trunk_to(sipp.address);
    let call = floor.calls_for(ANSWERS, Duration::from_millis(400));
    floor.answered(call).await;
    floor.orders(Command::HangUp { attempt: call });
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::System));
    sipp.ends_content().await;
}

#[tokio::test]
async fn an_answer_as_we_hang_up_is_told_and_ended() {
    let sipp = Sipp::plays("late_answer", TrunkTransport::Udp).await;
    let mut floor = Floor::open().await;
    floor.trunk_to(sipp.address);
    let call = floor.calls(ANSWERS);
    floor.call(call, |p| *p == CallProgress::Ringing).await;
    floor.orders(Command::HangUp { attempt: call });
    floor.answered(call).await;
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::System));
    sipp.ends_content().await;
}

#[tokio::test]
async fn sipp_answers_over_either_transport_and_we_hang_up() {
    for transport in [TrunkTransport::Udp, TrunkTransport::Tcp] {
        let sipp = Sipp::plays("answer", transport).await;
        let mut floor = Floor::open().await;
        floor.trunk_at(sipp.address, transport);
        let call = floor.calls(ANSWERS);
        floor.call(call, |p| *p == CallProgress::Ringing).await;
        floor.answered(call).await;
        floor.orders(Command::HangUp { attempt: call });
        let end = floor.next(call).await;
        assert!(
            matches!(
                end,
                CallProgress::Ended {
                    by: EndedBy::System,
                    ..
                }
            ),
            "{end:?}"
        );
        sipp.ends_content().await;
    }
}

#[tokio::test]
async fn sipp_hears_the_message_and_is_hung_up() {
    let sipp = Sipp::plays("answer", TrunkTransport::Udp).await;
    let mut floor = Floor::open().await;
    floor.trunk_to(sipp.address);
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.orders(Command::PlayMessage { attempt: call });
    assert_eq!(floor.next(call).await, CallProgress::MessagePlayed);
    sipp.ends_content().await;
}

#[tokio::test]
async fn sipp_hangs_up_at_once() {
    let sipp = Sipp::plays("hang_up", TrunkTransport::Udp).await;
    let mut floor = Floor::open().await;
    floor.trunk_to(sipp.address);
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    match floor.next(call).await {
        CallProgress::Ended { by, cause } => {
            assert_eq!((by, cause.q850), (EndedBy::Customer, Some(16)));
        }
        other => panic!("{other:?}"),
    }
    sipp.ends_content().await;
}
