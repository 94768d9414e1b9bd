//! Seats that are left by the roster: no calls are made for them, and nobody is sent away.

use domain::DialMode;
use engine::Input;

use crate::floor::{Floor, agent, running, secs};

fn rostered(mode: DialMode, leaves_in: u64) -> Floor {
    let mut floor = Floor::new(running(mode));
    floor.contacts(1..20);
    let at = floor.now + secs(leaves_in);
    floor.feed(Input::Rostered(vec![(agent(1), vec![at])]));
    floor
}

#[test]
fn no_call_is_made_for_who_is_gone_before_it_is_answered() {
    let mut floor = rostered(DialMode::Progressive, 20);
    floor.agent_ready(1).after(secs(3));
    assert_eq!(floor.dialed().len(), 0);
    floor.agent_ready(2).after(secs(1));
    assert_eq!(floor.dialed().len(), 1, "for the other one alone");
}

#[test]
fn who_leaves_later_than_a_call_rings_is_counted_on() {
    let mut floor = rostered(DialMode::Progressive, 600);
    floor.agent_ready(1).after(secs(3));
    assert_eq!(floor.dialed().len(), 1);
}

#[test]
fn who_is_about_to_leave_still_takes_the_call_that_was_made_for_them() {
    let mut floor = rostered(DialMode::Progressive, 30);
    floor.agent_ready(1).after(secs(3));
    let call = floor.last_dialed();
    floor.rings(call).after(secs(10)).answers(call);
    assert_eq!(floor.agent(1).attempt, Some(call));
}

#[test]
fn who_stays_though_the_roster_says_otherwise_is_counted_on_again() {
    let mut floor = rostered(DialMode::Progressive, 20);
    floor.agent_ready(1).after(secs(100));
    assert_eq!(floor.dialed().len(), 0);
    floor.after(secs(60));
    assert_eq!(floor.dialed().len(), 1);
}

#[test]
fn another_roster_holds_from_then_on() {
    let mut floor = rostered(DialMode::Progressive, 20);
    floor.agent_ready(1);
    floor.feed(Input::Rostered(Vec::new())).after(secs(2));
    assert_eq!(floor.dialed().len(), 1, "the roster was taken back");
}
