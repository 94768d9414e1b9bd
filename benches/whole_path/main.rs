//! The whole path, INVITE to BYE, by the real program: a base in the record,
//! calls paced, answered and bridged to registered phones with audio both
//! ways, typified and written down. Compared with what calls cost a SIP tool
//! that keeps no record (sipp calling sipp), in the same run.

mod metrics;
mod sipp;
mod usage;

use std::time::{Duration, Instant};

use benches::quick;
use serde_json::{Value, json};
use tests::floor::until;
use tests::shift::{CAMPAIGN, Shift};
use tests::{Floor, Running};

use crate::metrics::{figure, quantile};
use crate::usage::Usage;

const ADVISORS: usize = 30;
/// Calls that ring at once while their memory is measured: ten for each advisor.
const RINGING: u32 = 300;
/// Until advisors are at work, or calls ring.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    bridged_calls();
    ringing_calls();
}

/// Processor time, calls a second and latency of calls that are talked on.
fn bridged_calls() {
    let two_legs = sipp::seconds_a_call();
    let (floor, carrier) = prepare(json!({"person": 1, "no_answer": 0, "stay_mean_s": 600}), 1);
    let engine = floor.serve();
    let advisors = floor.advisors(&engine);
    let answers = || total(&engine, "live_answers");
    until("advisors are at work", PATIENCE, || {
        answers() >= ADVISORS as f64
    });
    let span = Duration::from_secs(if quick() { 10 } else { 300 });
    let (began, used, before) = (Instant::now(), Usage::of(engine.pid()), answers());
    std::thread::sleep(span);
    let (spent, done) = (Usage::of(engine.pid()), answers() - before);
    let each = |from: f64, to: f64| (to - from) / done * 1e3;
    let (rest, media) = (each(used.rest, spent.rest), each(used.media, spent.media));
    println!(
        "a bridged call in the record, {:.2} ms CPU; sipp calling sipp {:.2} ms; ratio {:.1}",
        rest,
        two_legs * 1e3,
        rest / (two_legs * 1e3)
    );
    println!(
        "  besides, {media:.2} ms CPU a call for media: 2 s of audio both ways and {ADVISORS} standing lines"
    );
    println!(
        "held {:.1} bridged calls/s for {:.0} s with {ADVISORS} advisors, {:.0} abandoned",
        done / began.elapsed().as_secs_f64(),
        began.elapsed().as_secs_f64(),
        total(&engine, "abandoned")
    );
    for name in ["cadencia_bridge_seconds", "cadencia_commit_seconds"] {
        let [p50, p99] = [0.5, 0.99].map(|share| quantile(&engine, name, share) * 1e3);
        println!("{name}: p50 <= {p50:.1} ms, p99 <= {p99:.1} ms (upper edge of the bucket)");
    }
    close(advisors, engine, carrier);
}

/// Memory of calls that ring, each with its dialog, its sockets and its
/// attempt; what they grow to when answered is the same objects in other states.
fn ringing_calls() {
    let theirs = sipp::kib_a_call(RINGING);
    let (floor, carrier) = prepare(json!({"person": 0, "no_answer": 1}), 10);
    floor.run(&["campaign", "pause", CAMPAIGN]);
    let engine = floor.serve();
    let advisors = floor.advisors(&engine);
    until("advisors are ready", PATIENCE, || {
        figure(&engine, "cadencia_agents{status=\"ready\"}") >= ADVISORS as f64
    });
    let before = Usage::of(engine.pid()).mib;
    floor.run(&["campaign", "start", CAMPAIGN]);
    let ringing = format!("cadencia_calls{{campaign=\"{CAMPAIGN}\",state=\"ringing\"}}");
    until("calls ring", PATIENCE, || {
        figure(&engine, &ringing) >= 0.9 * f64::from(RINGING)
    });
    let live = figure(&engine, &ringing);
    let each = (Usage::of(engine.pid()).mib - before) * 1_024.0 / live;
    println!(
        "memory: {before:.0} MiB with {ADVISORS} advisors, {each:.1} KiB more a ringing call ({live:.0} of them); a live call of sipp {theirs:.1} KiB; ratio {:.1}",
        each / theirs
    );
    close(advisors, engine, carrier);
}

/// An installation whose trunk leads to a carrier with these fates.
fn prepare(fates: Value, power_ratio: u32) -> (Floor, Running) {
    let floor = Floor::new();
    let mut mix = json!({"person": 0, "machine": 0, "no_answer": 0, "busy": 0, "unreachable": 0,
        "invalid": 0, "congestion": 0, "rejected": 0, "hangs_up": 0, "ring_mean_s": 0.2,
        "stay_mean_s": 600});
    for (name, share) in fates.as_object().expect("shares by name") {
        mix[name] = share.clone();
    }
    floor.file("mix.json", mix.to_string());
    let carrier =
        Running::start(floor.command(&["carrier", "--bind", "127.0.0.1:0", "--mix", "mix.json"]));
    floor.prepare(&Shift {
        trunk: carrier.sip(),
        channels: 400,
        calls_per_second: 50,
        contacts: 20_000,
        power_ratio,
        agents: ADVISORS,
        habits: json!({"talk_mean_s": 0.1, "talk_min_s": 2.0, "wrap_up_mean_s": 0.1, "machine": 0.0}),
    });
    (floor, carrier)
}

fn total(engine: &Running, kind: &str) -> f64 {
    let labels = format!("campaign=\"{CAMPAIGN}\",kind=\"{kind}\"");
    figure(
        engine,
        &format!("cadencia_campaign_calls_total{{{labels}}}"),
    )
}

fn close(advisors: Running, engine: Running, carrier: Running) {
    advisors.farewell();
    engine.stop();
    carrier.farewell();
}
