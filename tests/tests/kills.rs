//! SIGKILL of the engine at random instants while it dials, again and again:
//! what is on the wire is in the record, nobody is dialed twice, no
//! typification is lost, customers left on a line get a BYE or CANCEL, and
//! dialing goes on at once. Carrier and advisors outlive every engine.
//!
//! `CADENCIA_KILLS` sets how often (50), `CADENCIA_SEED` the instants.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store::{AttemptFilter, AttemptRow};
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::shift::Shift;
use tests::wire::Wire;

/// From the start of the process to its first new INVITE.
const RESTART_MAX: Duration = Duration::from_secs(2);
/// From the start of the process until nobody is left on a dead call.
const ORPHANS_MAX: Duration = Duration::from_secs(5);

#[test]
fn an_engine_killed_at_any_instant_loses_nothing_and_dials_nobody_twice() {
    let kills = from_environment("CADENCIA_KILLS", 50);
    let mut random = from_environment("CADENCIA_SEED", 7);
    println!("{kills} kills, seed {random}");
    let floor = Floor::new();
    let wire = Wire::start();
    floor.prepare(&Shift {
        trunk: wire.local(),
        channels: 60,
        calls_per_second: 15,
        contacts: 20_000,
        power_ratio: 3,
        agents: 6,
        habits: json!({"talk_mean_s": 0.3, "talk_min_s": 0.2, "wrap_up_mean_s": 0.2, "machine": 0.0}),
    });
    let mut engine = floor.serve();
    let advisors = floor.advisors(&engine);
    let mut restarts = Vec::new();
    let mut orphaned = 0;
    for kill in 0..kills {
        let dialed = wire.calls().len();
        until("calls leave", PATIENCE, || wire.calls().len() > dialed);
        // xorshift: any spread of instants does.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        std::thread::sleep(Duration::from_millis(random % 1_500));
        engine.kill();
        let before = wire.calls();
        every_call_is_in_the_record(&floor, &wire, kill);
        let began = Instant::now();
        engine = floor.serve();
        until("a new call leaves", PATIENCE, || {
            wire.calls().len() > before.len()
        });
        restarts.push(began.elapsed());
        let left: Vec<_> = before.iter().filter(|(_, call)| !call.over).collect();
        orphaned += left.len();
        until("every dead call is ended", ORPHANS_MAX, || {
            let calls = wire.calls();
            left.iter().all(|(id, _)| calls[*id].over)
        });
    }
    restarts.sort();
    let (median, longest) = (restarts[restarts.len() / 2], restarts[restarts.len() - 1]);
    let typed = advisors.farewell();
    engine.stop();
    println!(
        "{} calls on the wire, {orphaned} left on a dead call and freed, advisors typed {}, \
         restart to first INVITE {median:?} in the median, {longest:?} at most",
        wire.calls().len(),
        typed["typified"]
    );
    assert!(orphaned > 0, "no kill ever met a live call");
    the_record_holds(&floor, &wire, &typed);
    assert!(longest <= RESTART_MAX, "a restart took {longest:?}");
}

/// Record before acting: whatever rang has its row, with the engine dead.
fn every_call_is_in_the_record(floor: &Floor, wire: &Wire, kill: u64) {
    let known: HashSet<String> = attempts(floor)
        .into_iter()
        .map(|row| row.phone.dialable())
        .collect();
    for call in wire.calls().into_values() {
        assert!(
            known.contains(&call.number),
            "kill {kill}: {} was called and has no row",
            call.number
        );
    }
}

fn the_record_holds(floor: &Floor, wire: &Wire, typed: &Value) {
    let rows = attempts(floor);
    let mut intended: HashMap<String, usize> = HashMap::new();
    for row in &rows {
        assert!(
            row.outcome.is_some() || row.gate.is_some(),
            "still open: {row:?}"
        );
        if row.gate.is_none() {
            *intended.entry(row.phone.dialable()).or_default() += 1;
        }
    }
    let mut called: HashMap<String, usize> = HashMap::new();
    for call in wire.calls().into_values() {
        *called.entry(call.number).or_default() += 1;
    }
    for (number, times) in called.iter().chain(&intended) {
        let theirs = rows.iter().filter(|row| row.phone.dialable() == *number);
        let theirs: Vec<_> = theirs.collect();
        assert_eq!(*times, 1, "{number} was called again: {theirs:#?}");
    }
    let by_agents = rows.iter().filter(|row| row.coded_by.is_some()).count() as u64;
    let acknowledged = typed["typified"].as_u64().expect("a count");
    assert!(acknowledged > 0, "no advisor ever typed");
    assert!(
        by_agents >= acknowledged,
        "{acknowledged} typifications were acknowledged, {by_agents} are kept"
    );
    let verdict = floor.run(&["verify"]);
    assert_eq!(verdict["verify"], "ok", "{verdict}");
}

fn attempts(floor: &Floor) -> Vec<AttemptRow> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let store = store::open(&floor.record())
            .await
            .expect("the record opens");
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = store
                .attempts(&AttemptFilter {
                    after,
                    limit: 10_000,
                    ..AttemptFilter::default()
                })
                .await
                .expect("the record can be read");
            let Some(last) = page.last() else {
                return rows;
            };
            after = Some(last.id);
            rows.extend(page);
        }
    })
}

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}
