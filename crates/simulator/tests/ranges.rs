//! Ranges that say "of ten days one is below and one above" must hold days as
//! often as that: many pasts of a known floor, the last day of each predicted
//! from those before.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use domain::{ContactId, PhoneNumber, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulator::{BackTest, History, Judged, Mix, Scenario, Shift, Stock, events, rehearse};

const DAY: Duration = Duration::from_secs(86_400);
const SHIFT: Duration = Duration::from_secs(1_800);
/// Days of a past, of which the last is predicted.
const DAYS: u32 = 5;
const PASTS: u64 = 12;
const RUNS: u32 = 9;
/// People called on one day, and nobody of them on another.
const A_DAY: u32 = 1_000;

#[test]
fn ranges_hold_as_many_days_as_they_say() {
    for apart in [0.0, 0.08] {
        let figures = figures(apart);
        let held = figures.iter().filter(|judged| holds(judged)).count();
        let share = held as f64 / figures.len() as f64;
        for of in ["attempts", "contacts", "abandoned", "utilisation"] {
            let theirs = || figures.iter().filter(|judged| judged.figure == of);
            let held = theirs().filter(|judged| holds(judged)).count();
            let error: f64 = theirs().filter_map(|judged| judged.error).sum();
            let error = error / theirs().count() as f64;
            println!(
                "{apart}: {of} {held} of {}, off by {error:+.3}",
                theirs().count()
            );
        }
        // Four in five, give or take what so few pasts leave to chance.
        assert!((0.60..0.96).contains(&share), "{held} held at {apart}");
    }
}

fn holds(judged: &Judged) -> bool {
    (judged.predicted.low..=judged.predicted.high).contains(&judged.actual)
}

/// What was predicted and what happened, of every past.
fn figures(apart: f64) -> Vec<Judged> {
    let judged = |past: u64| {
        let history = days(past, apart);
        let settings = Scenario {
            base: vec![Stock::of_strangers(A_DAY)],
            channels: 60,
            ..Scenario::default()
        };
        let end = history.changes.last().expect("they log out").at + DAY;
        let test = BackTest::of(&history, end, &settings).expect("enough attempts");
        let reports = rehearse(&test.scenario, RUNS, 1, &|| {}).expect("sound");
        test.judge(&reports)
    };
    let next = AtomicU64::new(0);
    let all = Mutex::new(Vec::new());
    let work = || {
        loop {
            let past = next.fetch_add(1, Ordering::Relaxed);
            if past >= PASTS {
                return;
            }
            let judged = judged(past);
            all.lock().expect("no past panics").extend(judged);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    all.into_inner().expect("no past panics")
}

/// A past whose days differ by so much in who picks up and how long they talk.
fn days(past: u64, apart: f64) -> History {
    let mut dice = StdRng::seed_from_u64(past);
    let mut history = History::default();
    for day in 0..DAYS {
        let mut level = || 1.0 + apart * (dice.random::<f64>() * 2.0 - 1.0) * 3f64.sqrt();
        let truth = Scenario {
            seed: past * u64::from(DAYS) + u64::from(day),
            hours: 0.6,
            mix: Mix {
                person: (2_500.0 * level()) as u32,
                machine: 800,
                no_answer: 4_600,
                busy: 1_200,
                invalid: 700,
                congestion: 200,
                ..Mix::EMPTY
            },
            talk_mean: Duration::from_secs(50).mul_f64(level()),
            roster: vec![Shift {
                agents: 6,
                from: Duration::ZERO,
                to: SHIFT,
            }],
            base: vec![Stock::of_strangers(A_DAY)],
            channels: 60,
            ..Scenario::default()
        };
        let told = History::told(events(&truth).expect("sound"), -5);
        history.utc_offset = told.utc_offset;
        let later = |at: Timestamp| at + DAY * day;
        let others = i64::from(day) * 100_000;
        history.calls.extend(told.calls.into_iter().map(|mut call| {
            for at in [&mut call.placed, &mut call.ended] {
                *at = later(*at);
            }
            for at in [&mut call.ringing, &mut call.answered, &mut call.bridged] {
                *at = at.map(later);
            }
            call.contact = ContactId::new(call.contact.get() + others);
            let number = format!("+{}", call.phone.as_u64() + others as u64);
            call.phone = PhoneNumber::from_e164(&number).expect("digits");
            call
        }));
        history
            .changes
            .extend(told.changes.into_iter().map(|mut change| {
                change.at = later(change.at);
                change
            }));
    }
    history
}
