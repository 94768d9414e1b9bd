//! What legs of browsers cost, without sockets: figures for `benches/README.md`, not checks.

use std::time::Duration;

use crate::page::{Call, FRAME, Page, packet};

/// Legs at a time, and frames of each.
const LEGS: usize = 100;
const FRAMES: u16 = 500;
/// Idle lines held at once.
const IDLE: usize = 1_000;

#[test]
#[ignore = "a figure, not a check"]
fn a_packet_each_way() {
    let mut calls: Vec<Call> = (0..LEGS).map(|_| Call::connected(Page::new())).collect();
    for call in &mut calls {
        (call.hearing, call.saying) = (Duration::ZERO, Duration::ZERO);
        for number in 0..FRAMES {
            call.we_say(&packet(8, number, &[1; 160]));
            call.page_says(8, number, &[1; 160]);
            call.pass(FRAME);
        }
    }
    let each = |total: Duration| total / (LEGS as u32 * u32::from(FRAMES));
    let hearing = each(calls.iter().map(|call| call.hearing).sum());
    let saying = each(calls.iter().map(|call| call.saying).sum());
    println!("a packet of a browser: opened in {hearing:?}, protected in {saying:?}");
}

#[test]
#[ignore = "a figure, not a check"]
fn a_thousand_idle_lines() {
    let ours = |calls: Vec<Call>| -> Vec<webrtc::Peer> {
        calls.into_iter().map(|call| call.ours).collect()
    };
    let warm = ours(vec![Call::connected(Page::new())]);
    let before = resident();
    let mut lines = Vec::with_capacity(IDLE);
    for _ in 0..IDLE {
        // The page's half goes at once: only ours stays.
        lines.extend(ours(vec![Call::connected(Page::new())]));
    }
    let rose = resident().saturating_sub(before);
    println!(
        "{} lines: {} KiB, {} KiB each",
        lines.len(),
        rose,
        rose / lines.len()
    );
    drop(warm);
}

/// KiB of memory in use.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says it");
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let words = line.expect("it is there").split_whitespace().nth(1);
    words.expect("a number").parse().expect("a number")
}
