//! Nothing that goes wrong and comes right again lets a burst of calls out, and
//! a floor that empties stops dialing at once.

use crate::floor::{Floor, running, secs, trunk};
use domain::{AttemptId, DialMode};
use engine::{AgentRequest, Input, LineEvent};

/// Ten agents ready and a base that does not run out.
fn ten() -> Floor {
    let mut floor = Floor::new(running(DialMode::Predictive));
    floor.contacts(1..=800);
    for id in 1..=10 {
        floor.agent_ready(id);
    }
    floor
}

/// The most calls on their way to ten agents of whose customers nothing is known.
const LINES: usize = 20;
/// What one second decides has left a little later.
const LEFT: std::time::Duration = std::time::Duration::from_millis(500);

/// Orders given from here on, while `what` happens.
fn dialed_while(floor: &mut Floor, what: impl FnOnce(&mut Floor)) -> usize {
    let before = floor.dialed().len();
    what(floor);
    floor.dialed().len() - before
}

fn on_their_way(floor: &Floor) -> Vec<AttemptId> {
    let dialed = floor.dialed();
    let open = |call: &AttemptId| floor.outcome(*call).is_none();
    dialed.into_iter().filter(open).collect()
}

#[test]
fn a_journal_that_stalled_lets_no_old_decision_out() {
    let mut floor = ten();
    floor.commits = false;
    floor.after(secs(3)).after(LEFT);
    let waiting = floor.uncommitted.clone();
    assert!(!waiting.is_empty());
    floor.feed(Input::StoreStalled(true));
    for id in 1..=9 {
        floor.asks(id, AgentRequest::Break("sin sistema".into()));
    }
    // Long enough that nobody expects the last one to follow the others.
    floor.after(secs(600));
    floor.feed(Input::StoreStalled(false));
    let left = dialed_while(&mut floor, |floor| {
        for attempt in waiting.clone() {
            floor.commit(attempt);
        }
    });
    assert_eq!(left, 0, "decided for ten agents, minutes ago");
    let (_, gate) = floor.refusals().pop().expect("refused");
    assert_eq!(gate.rule, "decision.stale");
    floor.commits = true;
    let left = dialed_while(&mut floor, |floor| {
        floor.after(secs(2));
    });
    assert!((1..=2).contains(&left), "{left} for the one agent there");
}

#[test]
fn a_trunk_that_was_lost_for_an_hour_comes_back_without_a_burst() {
    let mut floor = ten();
    floor.after(secs(3)).after(LEFT);
    for call in on_their_way(&floor) {
        floor.fails(call, domain::Outcome::Congestion);
    }
    let mut lost = trunk(100, 50.0);
    lost.enabled = false;
    floor.trunk(lost).after(secs(3_600));
    let left = dialed_while(&mut floor, |floor| {
        floor.trunk(trunk(100, 50.0)).after(secs(2));
    });
    assert!((1..=LINES).contains(&left), "{left}");
}

#[test]
fn a_clock_that_jumps_an_hour_lets_no_burst_out() {
    for forward in [true, false] {
        let mut floor = ten();
        floor.after(secs(3)).after(LEFT);
        let left = dialed_while(&mut floor, |floor| {
            floor.now = match forward {
                true => floor.now + secs(3_600),
                false => floor.now - secs(3_600),
            };
            floor.feed(Input::Wake).after(secs(2));
        });
        assert!(left <= LINES, "{left} after a jump, forward: {forward}");
        assert!(on_their_way(&floor).len() <= LINES);
    }
}

#[test]
fn half_the_floor_gone_stops_new_calls_within_a_second() {
    let mut floor = ten();
    floor.after(secs(3)).after(LEFT);
    assert!(on_their_way(&floor).len() >= 10);
    let left = dialed_while(&mut floor, |floor| {
        for id in 1..=5 {
            floor.line(id, LineEvent::Down("corte".into()));
        }
        floor.after(secs(5));
    });
    assert_eq!(left, 0, "those on their way are more than enough");
}

#[test]
fn an_empty_floor_dials_nobody_within_a_tick_and_gives_up_who_rang_long_enough() {
    let mut floor = ten();
    floor.after(secs(3)).after(LEFT);
    let ringing = on_their_way(&floor);
    for call in ringing.clone() {
        floor.rings(call);
    }
    floor.after(secs(14));
    let left = dialed_while(&mut floor, |floor| {
        for id in 1..=10 {
            floor.asks(id, AgentRequest::LogOut);
        }
        floor.after(secs(3)).after(LEFT);
    });
    assert_eq!(left, 0);
    for attempt in ringing {
        assert!(floor.was_ordered(&engine::Command::HangUp { attempt }));
    }
}

#[test]
fn a_supervisors_cap_holds_from_the_next_second_on_in_every_mode() {
    for mode in [DialMode::Progressive, DialMode::Power, DialMode::Predictive] {
        let mut campaign = running(mode);
        campaign.power_ratio = 3.0;
        let mut floor = Floor::new(campaign);
        floor.contacts(1..=200);
        for id in 1..=10 {
            floor.agent_ready(id);
        }
        floor.after(secs(3)).after(LEFT);
        floor.change(|campaign| campaign.lines_max = Some(2));
        let left = dialed_while(&mut floor, |floor| {
            floor.after(secs(5));
        });
        assert_eq!(left, 0, "{mode:?} had more than two already");
        for call in on_their_way(&floor) {
            floor.fails(call, domain::Outcome::Busy);
        }
        floor.after(secs(2));
        assert_eq!(on_their_way(&floor).len(), 2, "{mode:?}");
        floor.change(|campaign| campaign.lines_max = None);
        floor.after(secs(2));
        assert!(on_their_way(&floor).len() > 2, "{mode:?}");
    }
}
