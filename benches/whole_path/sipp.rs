//! A SIP tool that keeps no record and has no audio: what calls cost it.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use benches::quick;
use tests::floor::until;
use tests::ports::free_port;

use crate::usage::{Usage, children_seconds};

/// Processor seconds that a call costs a caller and a callee together: INVITE,
/// 180, 200, ACK, BYE, 200.
pub(crate) fn seconds_a_call() -> f64 {
    let count = if quick() { 300 } else { 2_000 };
    let before = children_seconds();
    let mut pair = Pair::start(count, 200, Duration::ZERO);
    let calls_well = pair.uac.wait().expect("our own child").success();
    assert!(calls_well, "sipp calls sipp");
    // The callee leaves after the same count of calls; who is still there has seen them all.
    let _ = pair.uas.wait();
    (children_seconds() - before) / f64::from(count)
}

/// KiB that a live call costs the callee.
pub(crate) fn kib_a_call(live: u32) -> f64 {
    let mut pair = Pair::start(live, 100, Duration::from_secs(20));
    let before = Usage::of(pair.uas.id()).mib;
    until("sipp holds its calls", Duration::from_secs(15), || {
        // It writes a line of figures each second; the current calls are the 14th of them.
        let last = pair.figures().lines().last().map(str::to_owned);
        let now = last.and_then(|line| line.split(';').nth(13)?.parse().ok());
        now == Some(live)
    });
    let held = Usage::of(pair.uas.id()).mib;
    let _ = pair.uac.wait();
    let _ = pair.uas.wait();
    (held - before) * 1_024.0 / f64::from(live)
}

struct Pair {
    uas: Child,
    uac: Child,
    folder: tempfile::TempDir,
}

impl Pair {
    fn start(calls: u32, rate: u32, hold: Duration) -> Pair {
        let folder = tempfile::tempdir().expect("a folder for what sipp writes");
        let port = free_port().port();
        let sipp = |arguments: &[&str]| {
            Command::new("sipp")
                .args(arguments)
                .args(["-i", "127.0.0.1", "-nostdin", "-timeout", "60s"])
                .args(["-m", &calls.to_string(), "-l", &calls.to_string()])
                .current_dir(folder.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("sipp is installed (make tools installs it)")
        };
        let uas = sipp(&["-sn", "uas", "-p", &port.to_string()]);
        let target = format!("127.0.0.1:{port}");
        until("sipp listens", Duration::from_secs(10), || {
            std::net::UdpSocket::bind(&target).is_err()
        });
        let (rate, hold) = (rate.to_string(), hold.as_millis().to_string());
        let figures = ["-trace_stat", "-fd", "1", "-stf", "figures.csv"];
        let caller = ["-sn", "uac", &target, "-r", &rate, "-d", &hold];
        let uac = sipp(&[&caller[..], &figures[..]].concat());
        Pair { uas, uac, folder }
    }

    fn figures(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("figures.csv")).unwrap_or_default()
    }
}
