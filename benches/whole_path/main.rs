//! The whole path, INVITE to BYE, by the real program: a base in the record,
//! calls paced, answered and bridged to registered phones with audio both
//! ways, typified and written down. Compared with what two plain legs cost a
//! SIP tool that keeps no record (sipp calling sipp), in the same run.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use benches::quick;
use serde_json::json;
use tests::ports::free_port;
use tests::shift::{CAMPAIGN, Shift};
use tests::{Floor, Running};

/// Processor ticks a second, as the kernel tells them to everyone.
const TICKS: f64 = 100.0;

fn main() {
    let two_legs = sipp_pair();
    let floor = Floor::new();
    floor.file(
        "mix.json",
        json!({"person": 1, "machine": 0, "no_answer": 0, "busy": 0, "unreachable": 0,
            "invalid": 0, "congestion": 0, "rejected": 0, "hangs_up": 0,
            "ring_mean_s": 0.2, "stay_mean_s": 600})
        .to_string(),
    );
    let carrier =
        Running::start(floor.command(&["carrier", "--bind", "127.0.0.1:0", "--mix", "mix.json"]));
    floor.prepare(&Shift {
        trunk: carrier.sip(),
        channels: 200,
        calls_per_second: 50,
        contacts: 20_000,
        power_ratio: 1,
        agents: 30,
        habits: json!({"talk_mean_s": 0.1, "talk_min_s": 2.0, "wrap_up_mean_s": 0.1, "machine": 0.0}),
    });
    let engine = floor.serve();
    let idle = Usage::of(engine.pid());
    let advisors = floor.advisors(&engine);
    let calls = |kind| {
        figure(
            &engine,
            &format!("cadencia_campaign_calls_total{{campaign=\"{CAMPAIGN}\",kind=\"{kind}\"}}"),
        )
    };
    tests::floor::until("advisors are at work", Duration::from_secs(60), || {
        calls("live_answers") >= 30.0
    });
    let span = Duration::from_secs(if quick() { 10 } else { 300 });
    let (began, used, before) = (
        Instant::now(),
        Usage::of(engine.pid()),
        calls("live_answers"),
    );
    let mut talking = 0.0_f64;
    while began.elapsed() < span {
        std::thread::sleep(Duration::from_secs(1));
        talking = talking.max(calls_now(&engine));
    }
    let (spent, done) = (Usage::of(engine.pid()), calls("live_answers") - before);
    let each = (spent.seconds - used.seconds) / done;
    println!(
        "whole path, bridged with 2 s of audio: {:.2} ms CPU a call; sipp calling sipp {:.2} ms; ratio {:.1}",
        each * 1e3,
        two_legs * 1e3,
        each / two_legs
    );
    println!(
        "held {:.1} bridged calls/s for {:.0} s with 30 advisors, {:.0} abandoned",
        done / began.elapsed().as_secs_f64(),
        began.elapsed().as_secs_f64(),
        calls("abandoned")
    );
    // Not divided by calls: most of what grew came before the first of them.
    println!(
        "memory: {:.0} MiB resident at the start, {:.0} MiB with 30 advisors and {talking:.0} calls",
        idle.resident_kib / 1_024.0,
        spent.resident_kib / 1_024.0
    );
    for name in ["cadencia_bridge_seconds", "cadencia_commit_seconds"] {
        let [p50, p99] = [0.5, 0.99].map(|share| quantile(&engine, name, share));
        println!(
            "{name}: p50 <= {:.1} ms, p99 <= {:.1} ms (upper edge of the bucket)",
            p50 * 1e3,
            p99 * 1e3
        );
    }
    advisors.farewell();
    engine.stop();
    carrier.farewell();
}

/// Processor seconds a call costs two sipps together: INVITE, 180, 200, ACK, BYE, 200.
fn sipp_pair() -> f64 {
    let count = if quick() { 300 } else { 2_000 };
    let folder = tempfile::tempdir().expect("a folder for what sipp writes");
    let port = free_port().port();
    let sipp = |arguments: &[&str]| {
        Command::new("sipp")
            .args(arguments)
            .args(["-i", "127.0.0.1", "-nostdin", "-timeout", "60s"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sipp is installed (make tools installs it)")
    };
    let (calls, port) = (count.to_string(), port.to_string());
    let before = children_seconds();
    let mut uas = sipp(&["-sn", "uas", "-p", &port, "-m", &calls]);
    let target = format!("127.0.0.1:{port}");
    let mut uac = sipp(&["-sn", "uac", &target, "-r", "200", "-m", &calls, "-d", "0"]);
    assert!(
        uac.wait().expect("our own child").success(),
        "sipp calls sipp"
    );
    // The callee leaves after the same count of calls; who is still there has seen them all.
    let _ = uas.wait();
    (children_seconds() - before) / f64::from(count)
}

struct Usage {
    seconds: f64,
    resident_kib: f64,
}

impl Usage {
    fn of(process: u32) -> Usage {
        let fields = stat(&process.to_string());
        Usage {
            seconds: (fields[11] + fields[12]) / TICKS,
            // Pages of 4 KiB.
            resident_kib: fields[21] * 4.0,
        }
    }
}

/// Of children that have ended and were waited for.
fn children_seconds() -> f64 {
    let fields = stat("self");
    (fields[13] + fields[14]) / TICKS
}

/// `/proc/PID/stat` from the state on; the state itself reads as 0.
fn stat(process: &str) -> Vec<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs, on Linux");
    let (_, fields) = text.rsplit_once(") ").expect("a name in brackets");
    fields
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect()
}

/// Calls being talked on.
fn calls_now(engine: &Running) -> f64 {
    let name = format!("cadencia_calls{{campaign=\"{CAMPAIGN}\",state=\"talking\"}}");
    figure(engine, &name)
}

fn metrics(engine: &Running) -> String {
    ureq::get(format!("http://{}/metrics", engine.http()))
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string())
        .expect("the engine tells its figures")
}

fn figure(engine: &Running, name: &str) -> f64 {
    metrics(engine)
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .map_or(0.0, |value| value.trim().parse().expect("a number"))
}

/// The upper edge of the bucket in which this share of a histogram lies.
fn quantile(engine: &Running, name: &str, share: f64) -> f64 {
    let text = metrics(engine);
    let buckets: Vec<(f64, f64)> = text
        .lines()
        .filter_map(|line| line.strip_prefix(&format!("{name}_bucket{{le=\"")))
        .filter_map(|line| line.split_once("\"} "))
        .map(|(edge, count)| {
            (
                edge.parse().unwrap_or(f64::INFINITY),
                count.parse().unwrap_or(0.0),
            )
        })
        .collect();
    let total = buckets.last().map_or(0.0, |bucket| bucket.1);
    let within = buckets.iter().find(|(_, count)| *count >= total * share);
    within.map_or(f64::NAN, |(edge, _)| *edge)
}
