//! Ports, taps, figures, and ending cleanly.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use telephony::media::{Codec, MediaEvent};

use super::rig::{PATIENCE, Rig};

#[test]
fn running_out_of_ports_is_an_error_that_says_what_to_do_and_passes() {
    let rig = Rig::with(|config| {
        config.port_range = (47_400, 47_403);
        config.drain = Duration::from_millis(100);
    });
    let one = rig.pool.open("test").expect("the first pair");
    rig.pool.open("test").expect("the second pair");
    let refusal = rig
        .pool
        .open("test")
        .expect_err("there is no third")
        .to_string();
    assert!(refusal.contains("between 47400 and 47403"), "{refusal}");
    rig.close(one.id);
    assert!(
        rig.pool.open("test").is_err(),
        "a closed leg's ports rest first"
    );
    let deadline = Instant::now() + PATIENCE;
    let again = loop {
        match rig.pool.open("test") {
            Ok(handle) => break handle,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::yield_now();
    };
    assert_eq!(again.local, one.local);
    assert_ne!(again.id, one.id);
}

#[test]
fn a_tap_gets_what_the_leg_receives_and_a_slow_one_holds_nobody_up() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let (sender, frames) = std::sync::mpsc::sync_channel(4);
    rig.pool.tap(a.leg(), Some(sender));
    rig.settle();
    a.say(440, 20);
    b.expect_tone(440, 20);
    let stats = rig.until(a.leg(), |stats| stats.tap_dropped == 16);
    assert_eq!(stats.packets_in, 20);
    let first = frames.try_recv().expect("four frames fitted");
    assert_eq!(
        (first.leg, first.codec, first.sequence),
        (a.leg(), Codec::Pcma, 65_530)
    );
    assert_eq!(first.codes().len(), 160);
    rig.pool.tap(a.leg(), None);
    while frames.recv().is_ok() {}
}

#[test]
fn the_pool_knows_its_legs_and_how_late_its_frames_are() {
    let rig = Rig::new();
    let (a, b) = (rig.connected(Codec::Pcma), rig.connected(Codec::Pcma));
    a.receive_many(20);
    rig.close(b.leg());
    let figures = rig.pool.figures();
    assert_eq!((figures.opened, figures.open), (2, 1));
    let frames: u64 = figures.lateness.iter().sum();
    assert!(frames >= 21, "{figures:?}");
    assert!(
        figures.lateness[5] < frames / 2,
        "most leave within a frame's time: {figures:?}"
    );
}

#[test]
fn closing_is_told_once_with_the_figures_and_parts_the_bridge() {
    let rig = Rig::new();
    let (mut a, b) = rig.bridged(Codec::Pcma, Codec::Pcma);
    a.say(440, 10);
    b.expect_tone(440, 10);
    rig.pool.close(a.leg());
    let stats = rig.close(a.leg());
    assert_eq!((stats.packets_in, stats.bytes_in), (10, 1_600));
    assert!(stats.packets_out >= 1);
    assert_eq!(rig.pool.stats(a.leg()), None);
    assert!(
        b.receive_many(20).iter().all(|heard| b.is_silence(heard)),
        "b goes on"
    );
    let closed = rig
        .told()
        .into_iter()
        .filter(|e| matches!(e, MediaEvent::Closed { .. }));
    assert_eq!(closed.count(), 0, "told once");
}

#[test]
fn the_last_clone_dropped_closes_all_legs_and_frees_their_ports() {
    let rig = Rig::with(|config| config.port_range = (47_410, 47_419));
    let a = rig.connected(Codec::Pcma);
    let clone = rig.pool.clone();
    let leg = a.leg();
    let Rig { pool, .. } = &rig;
    assert!(pool.stats(leg).is_some());
    let told = rig.end();
    assert!(clone.stats(leg).is_some(), "a clone keeps the threads");
    drop(clone);
    let closed = told.recv_timeout(PATIENCE);
    assert!(matches!(closed, Ok(MediaEvent::Closed { leg: closed, .. }) if closed == leg));
    UdpSocket::bind((Ipv4Addr::LOCALHOST, a.handle.local.port())).expect("the port is free");
}
