//! SIGKILL of the engine at random instants while it dials, again and again:
//! what is on the wire is in the record, nobody is dialed twice, no
//! typification is lost, customers left on a line get a BYE or CANCEL, and
//! dialing goes on at once. Carrier and advisors outlive every engine. Written
//! once, held on both databases.
//!
//! `CADENCIA_KILLS` sets how often (50; on PostgreSQL a fifth of it),
//! `CADENCIA_SEED` the instants.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use cluster::Cluster;
use tests::floor::{PATIENCE, until};
use tests::shift::Shift;
use tests::wire::Wire;
use tests::{Floor, Running};

/// From the start of the process to its first new INVITE.
const RESTART_MAX: Duration = Duration::from_secs(2);
/// From the start of the process until nobody is left on a dead call.
const ORPHANS_MAX: Duration = Duration::from_secs(5);
/// Both measure time, so they take turns on the machine.
static MACHINE: Mutex<()> = Mutex::new(());

#[test]
fn an_engine_killed_at_any_instant_loses_nothing_and_dials_nobody_twice() {
    let _alone = MACHINE.lock();
    killed_at_any_instant(&Floor::new(), from_environment("CADENCIA_KILLS", 50));
}

#[test]
fn nor_does_one_on_postgresql() {
    let _alone = MACHINE.lock();
    let cluster = Cluster::start();
    let floor = Floor::on(&cluster.url("public"));
    let kills = from_environment("CADENCIA_KILLS", 50).div_ceil(5);
    killed_at_any_instant(&floor, kills);
}

fn killed_at_any_instant(floor: &Floor, kills: u64) {
    let mut random = from_environment("CADENCIA_SEED", 7);
    println!("{kills} kills, seed {random}");
    let wire = Wire::start();
    prepare(floor, &wire);
    let mut engine = floor.serve();
    let advisors = floor.advisors(&engine);
    let mut restarts = Vec::new();
    let mut orphaned = 0;
    for _ in 0..kills {
        let dialed = wire.calls().len();
        until("calls leave", PATIENCE, || wire.calls().len() > dialed);
        // xorshift: any spread of instants does.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        std::thread::sleep(Duration::from_millis(random % 1_500));
        engine.kill();
        floor.has_every_call_of(&wire);
        let restarted = start_again(floor, &wire);
        engine = restarted.engine;
        restarts.push(restarted.took);
        orphaned += restarted.orphaned;
    }
    restarts.sort();
    let (median, longest) = (restarts[restarts.len() / 2], restarts[restarts.len() - 1]);
    let typed = advisors.farewell()["typified"].as_u64().expect("a count");
    engine.stop();
    println!(
        "{} calls on the wire, {orphaned} left on a dead call and freed, advisors typed {typed}, \
         restart to first INVITE {median:?} in the median, {longest:?} at most",
        wire.calls().len(),
    );
    assert!(orphaned > 0, "no kill ever met a live call");
    assert!(typed > 0, "no advisor ever typed");
    floor.adds_up(&wire, typed);
    assert!(longest <= RESTART_MAX, "a restart took {longest:?}");
}

fn prepare(floor: &Floor, wire: &Wire) {
    floor.prepare(&Shift {
        channels: 60,
        contacts: 20_000,
        ..Shift::to(wire.local())
    });
}

struct Restarted {
    engine: Running,
    /// Until its first INVITE.
    took: Duration,
    /// Calls the dead engine left, all ended now.
    orphaned: usize,
}

fn start_again(floor: &Floor, wire: &Wire) -> Restarted {
    let before = wire.calls();
    let began = Instant::now();
    let engine = floor.serve();
    until("a new call leaves", PATIENCE, || {
        wire.calls().len() > before.len()
    });
    let took = began.elapsed();
    let left: Vec<_> = before.iter().filter(|(_, call)| !call.over).collect();
    until("every dead call is ended", ORPHANS_MAX, || {
        let calls = wire.calls();
        left.iter().all(|(id, _)| calls[*id].over)
    });
    Restarted {
        engine,
        took,
        orphaned: left.len(),
    }
}

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}
