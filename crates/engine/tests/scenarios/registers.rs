//! Numbers in a register are not called, nor anybody where nobody knows who is in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{DialMode, Listing, Outcome, WorkItem, WorkState};
use engine::{CallProgress, Command, Input};
use law::Pack;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::called::day_before;
use crate::floor::{CAMPAIGN, Floor, number, rne, running, secs, work};

fn listed(n: i64, as_of: &str) -> Vec<Listing> {
    vec![Listing {
        number: number(n),
        snapshot: Arc::new(rne(as_of)),
    }]
}

/// Work of which these numbers are in the register.
fn listed_work(contact: i64, phones: &[i64], in_register: &[i64]) -> WorkItem {
    let listings = in_register.iter().flat_map(|n| listed(*n, "2026-11-25"));
    WorkItem {
        listed: listings.collect(),
        ..work(CAMPAIGN, contact, contact, phones)
    }
}

fn held(floor: &Floor) -> String {
    floor.live().held.unwrap_or_default()
}

#[test]
fn a_campaign_whose_register_nobody_consulted_calls_nobody() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor
        .registers(&[])
        .contacts([1])
        .agent_ready(1)
        .after(secs(5));
    assert_eq!(floor.dialed(), []);
    assert!(
        held(&floor).contains("rne no se ha consultado"),
        "{}",
        held(&floor)
    );
    floor.registers(&["2026-11-24"]).after(secs(15));
    assert_eq!(floor.dialed().len(), 1);
}

#[test]
fn what_is_known_of_a_register_grows_old_at_midnight() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    // Wednesday: what is of Tuesday will do. On Thursday it is late.
    floor
        .registers(&["2026-11-24"])
        .contacts(1..=9)
        .agent_ready(1)
        .after(secs(5));
    assert_eq!(floor.dialed().len(), 1);
    floor.after(secs(24 * 3_600));
    let before = floor.dialed().len();
    floor.agent_ready(2).after(secs(60));
    assert_eq!(floor.dialed().len(), before);
    assert!(held(&floor).contains("2 días hábiles"), "{}", held(&floor));
}

#[test]
fn a_number_in_a_register_is_passed_over_for_another_of_the_person() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.shelve(listed_work(1, &[11, 12], &[11]));
    floor.agent_ready(1).after(secs(5));
    let dialed = floor.dialed();
    assert_eq!(dialed.len(), 1);
    assert_eq!(floor.intent(dialed[0]).phone, number(12));
}

#[test]
fn who_has_no_number_left_waits_for_the_next_snapshot() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.shelve(listed_work(1, &[11, 12], &[11, 12]));
    floor.agent_ready(1).after(secs(5));
    assert_eq!(floor.dialed(), []);
    assert_eq!(
        floor.state_of(1).0,
        WorkState::Ready,
        "neither used up nor lost"
    );
}

#[test]
fn a_snapshot_loaded_while_an_intent_is_written_stops_the_call() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.commits = false;
    floor.contacts([1]).agent_ready(1).after(secs(3));
    let attempt = floor.uncommitted[0];
    let phone = floor.intent(attempt).phone;
    floor.registers(&["2026-11-25"]);
    let asked = floor
        .orders
        .iter()
        .any(|order| *order == Command::LookUpNumbers(vec![phone]));
    assert!(asked, "{:?}", floor.orders);
    let snapshot = Arc::new(rne("2026-11-25"));
    let number = phone;
    floor.feed(Input::NumbersListed(vec![Listing { number, snapshot }]));
    floor.commit(attempt);
    assert_eq!(floor.dialed(), []);
    let (_, gate) = floor.refusals().pop().expect("refused");
    assert_eq!(gate.rule, "CO-3.rne");
    assert!(
        gate.pack.ends_with(" rne@2026-11-25#ab12cd34ef56"),
        "{}",
        gate.pack
    );
}

#[test]
fn a_snapshot_loaded_before_a_phone_rings_takes_the_call_back_and_after_it_does_not() {
    for (rings, taken_back) in [(false, true), (true, false)] {
        let mut floor = Floor::new(running(DialMode::Progressive));
        floor.contacts([1]).agent_ready(1).after(secs(3));
        let attempt = floor.dialed()[0];
        let number = floor.intent(attempt).phone;
        if rings {
            floor.call(attempt, CallProgress::Ringing);
        }
        floor.registers(&["2026-11-25"]);
        let snapshot = Arc::new(rne("2026-11-25"));
        floor.feed(Input::NumbersListed(vec![Listing { number, snapshot }]));
        let hung_up = floor.orders.contains(&Command::HangUp { attempt });
        assert_eq!(hung_up, taken_back, "rings: {rings}");
    }
}

#[test]
fn what_waits_is_leased_anew_under_another_snapshot() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.contacts(1..=5).after(secs(3));
    assert_eq!(floor.state_of(5).0, WorkState::Leased);
    floor.registers(&["2026-11-25"]);
    let back = floor.orders.iter().filter_map(|order| match order {
        Command::ReleaseWork(updates) => Some(updates.len()),
        _ => None,
    });
    assert_eq!(back.sum::<usize>(), 5);
}

#[test]
fn a_law_that_changes_binds_from_that_step_on() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.contacts(1..=5).agent_ready(1).after(secs(5));
    assert_eq!(floor.dialed().len(), 1);
    let text = include_str!("../../../../config/law/co.toml");
    // It is 10:00 in Bogotá.
    let stricter = text.replacen("opens = \"07:00\"", "opens = \"11:00\"", 1);
    let pack = Arc::new(Pack::from_toml(&stricter).expect("sound"));
    floor.feed(Input::LawChanged(vec![pack]));
    let first = floor.last_dialed();
    floor.fails(first, Outcome::NoAnswer).after(secs(600));
    assert_eq!(floor.dialed().len(), 1);
    assert!(held(&floor).contains("11:00"), "{}", held(&floor));
}

/// Twelve people with two numbers each, and three agents.
fn morning() -> Floor {
    let mut floor = Floor::new(running(DialMode::Progressive));
    for person in 1..=12 {
        floor.shelve(work(CAMPAIGN, person, person, &[person, 100 + person]));
    }
    floor.agent_ready(1).agent_ready(2).agent_ready(3);
    floor
}

/// Whoever rings does not answer.
fn nobody_answers(floor: &mut Floor) {
    for attempt in floor.dialed() {
        if floor.outcome(attempt).is_none() {
            floor.fails(attempt, Outcome::NoAnswer);
        }
    }
}

#[test]
fn of_a_floor_half_of_which_is_in_the_register_the_other_half_is_called() {
    let mut floor = morning();
    let even = (1..=12).filter(|n| n % 2 == 0);
    let numbers = even.flat_map(|n| [number(n), number(100 + n)]).collect();
    floor.snapshot(2, "2026-11-25", numbers);
    for _ in 0..200 {
        floor.after(secs(60));
        nobody_answers(&mut floor);
    }
    let called: BTreeSet<i64> = floor
        .dialed()
        .iter()
        .map(|id| floor.person_of(*id).get())
        .collect();
    assert_eq!(called, BTreeSet::from([1, 3, 5, 7, 9, 11]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The floor looks at each call as it leaves: hours, counts, how old the register is, who is in it.
    #[test]
    fn no_history_of_snapshots_and_days_calls_whom_the_law_forbids(
        steps in vec((0..5u8, 1..40_000u64, any::<u16>()), 1..40),
    ) {
        let mut floor = morning();
        for (id, (what, span, dice)) in (2..).zip(steps) {
            match what {
                0 | 1 => {
                    floor.after(secs(span % 1_800));
                },
                2 => {
                    floor.after(secs(span));
                },
                3 => {
                    let bit = |n: &i64| dice >> (n % 16) & 1 == 1;
                    let numbers = (1..=112).filter(bit).map(number).collect();
                    let as_of = day_before(floor.now, dice % 9);
                    floor.snapshot(id, &as_of, numbers);
                }
                _ => nobody_answers(&mut floor),
            }
            floor.comes_in(1 + i64::from(dice % 3));
        }
    }
}
