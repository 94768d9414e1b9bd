//! Which trunk carries which call: by plan, overflow and weight; and what happens when one fails.

use std::time::Duration;

use campaigns::CallerIdChoice;
use domain::{
    AttemptId, CostPerMinute, DialMode, Event, Outcome, Route, Trunk, TrunkId, WorkState,
};
use engine::{AgentRequest, Input};

use crate::floor::{Floor, TRUNK, number, running, secs, trunk};

const SECOND: TrunkId = TrunkId::new(2);
const THIRD: TrunkId = TrunkId::new(3);

fn another(id: TrunkId, channels: u32, rate: f64) -> Trunk {
    Trunk {
        id,
        name: format!("carrier {id}"),
        ..trunk(channels, rate)
    }
}

/// Agents who wait, contacts to call, and trunks in order of preference; nobody was dialed yet.
fn floor_over(trunks: &[Trunk], agents: i64, contacts: i64) -> Floor {
    let mut campaign = running(DialMode::Progressive);
    campaign.trunks = trunks.iter().map(|trunk| trunk.id).collect();
    let mut floor = Floor::new(campaign);
    for trunk in trunks {
        floor.trunk(trunk.clone());
    }
    for id in 1..=agents {
        floor.agent_ready(id);
    }
    floor.contacts(1..=contacts);
    floor
}

fn two_trunks(agents: i64, contacts: i64) -> Floor {
    let trunks = [trunk(100, 50.0), another(SECOND, 100, 50.0)];
    let mut floor = floor_over(&trunks, agents, contacts);
    floor.after(secs(4));
    floor
}

fn over(floor: &Floor, id: TrunkId) -> usize {
    let all = floor.dialed_over();
    all.iter().filter(|(_, trunk)| *trunk == id).count()
}

fn placed_events(floor: &Floor, call: AttemptId) -> usize {
    let placed = |fact: &&Event| matches!(fact, Event::CallPlaced { attempt } if *attempt == call);
    floor.facts.iter().filter(placed).count()
}

#[test]
fn calls_overflow_to_the_next_trunk_when_channels_are_used_up() {
    let trunks = [trunk(3, 50.0), another(SECOND, 100, 50.0)];
    let mut floor = floor_over(&trunks, 8, 20);
    floor.after(secs(4));
    assert_eq!((over(&floor, TRUNK), over(&floor, SECOND)), (3, 5));
}

#[test]
fn calls_overflow_to_the_next_trunk_when_calls_per_second_are_used_up() {
    let trunks = [trunk(100, 2.0), another(SECOND, 100, 50.0)];
    let mut floor = floor_over(&trunks, 10, 40);
    floor.after(secs(4));
    assert_eq!(floor.dialed().len(), 10);
    assert!(over(&floor, SECOND) >= 6, "{:?}", floor.dialed_over());
}

#[test]
fn room_is_that_of_all_trunks_together() {
    let trunks = [trunk(3, 50.0), another(SECOND, 2, 50.0)];
    let mut floor = floor_over(&trunks, 20, 40);
    floor.after(secs(6));
    assert_eq!((over(&floor, TRUNK), over(&floor, SECOND)), (3, 2));
}

#[test]
fn trunks_of_a_plan_share_by_weight() {
    let mut floor = floor_over(&[trunk(100, 50.0), another(SECOND, 100, 50.0)], 40, 60);
    floor.change(|campaign| {
        campaign.routes = vec![
            Route {
                weight: 3,
                ..Route::over(TRUNK)
            },
            Route::over(SECOND),
        ];
    });
    floor.after(secs(5));
    assert_eq!((over(&floor, TRUNK), over(&floor, SECOND)), (30, 10));
}

#[test]
fn a_prefix_has_its_trunk_and_the_cheaper_one_goes_first() {
    let trunks = [
        trunk(100, 50.0),
        another(SECOND, 100, 50.0),
        another(THIRD, 100, 50.0),
    ];
    let mut floor = floor_over(&trunks, 3, 3);
    floor.change(|campaign| {
        let priced = |id, cost| Route {
            cost: CostPerMinute::new(cost),
            ..Route::over(id)
        };
        let own = Route {
            prefix: number(2).dialable().parse().expect("digits"),
            ..Route::over(THIRD)
        };
        campaign.routes = vec![priced(TRUNK, 0.02), priced(SECOND, 0.01), own];
    });
    floor.after(secs(4));
    let by_number: Vec<_> = floor
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Event::AttemptIntended(intent) => Some((intent.phone, intent.trunk)),
            _ => None,
        })
        .collect();
    assert_eq!(
        by_number,
        [(number(1), SECOND), (number(2), THIRD), (number(3), SECOND)]
    );
}

#[test]
fn a_number_no_route_fits_is_put_off_and_holds_nobody_up() {
    let mut floor = floor_over(&[trunk(100, 50.0)], 2, 3);
    floor.change(|campaign| {
        campaign.routes = [2, 3]
            .map(|n| Route {
                prefix: number(n).dialable().parse().expect("digits"),
                ..Route::over(TRUNK)
            })
            .to_vec();
    });
    floor.after(secs(5));
    assert_eq!(floor.dialed().len(), 2);
    let (state, work) = floor.state_of(1);
    assert_eq!((state, work.attempts), (WorkState::Ready, 0));
    assert!(work.due > floor.now);
}

#[test]
fn an_attempt_whose_trunk_fails_goes_on_over_the_next_at_no_cost() {
    let mut floor = two_trunks(1, 1);
    let call = floor.last_dialed();
    floor.refused(call, 503, None);
    assert_eq!(floor.dialed_over(), [(call, TRUNK), (call, SECOND)]);
    assert!(floor.facts.iter().any(|fact| matches!(
        fact,
        Event::CallRerouted { attempt, from: TRUNK, to: SECOND, .. } if *attempt == call
    )));
    floor.rings(call).answers(call);
    assert_eq!(placed_events(&floor, call), 1, "one attempt");
    assert_eq!(floor.live().attempts, 1);
    floor.asks(1, AgentRequest::HangUp);
    assert_eq!(
        floor.outcome(call).map(|(said, _)| said),
        Some(Outcome::Connected)
    );
}

#[test]
fn a_trunk_that_never_sent_the_invite_is_replaced_too() {
    let mut floor = floor_over(&[trunk(100, 50.0), another(SECOND, 100, 50.0)], 1, 1);
    floor.sends = false;
    floor.after(secs(4));
    let call = floor.last_dialed();
    floor.fails(call, Outcome::Congestion);
    assert_eq!(floor.dialed_over(), [(call, TRUNK), (call, SECOND)]);
    floor.fails(call, Outcome::Congestion);
    assert_eq!(floor.refusals().len(), 1, "nothing left: no attempt");
    assert_eq!(floor.state_of(1).1.attempts, 0);
}

#[test]
fn who_could_ring_is_not_called_over_another_trunk() {
    let mut floor = two_trunks(1, 1);
    let call = floor.last_dialed();
    floor.rings(call).refused(call, 503, None);
    assert_eq!(floor.dialed_over().len(), 1);
    assert_eq!(
        floor.outcome(call).map(|(said, _)| said),
        Some(Outcome::Congestion)
    );
}

#[test]
fn a_refusal_that_is_not_the_trunks_fault_ends_the_attempt() {
    for (outcome, status) in [(Outcome::Busy, 486), (Outcome::Congestion, 403)] {
        let mut floor = two_trunks(1, 1);
        let call = floor.last_dialed();
        match outcome {
            Outcome::Busy => floor.fails(call, outcome),
            _ => floor.refused(call, status, None),
        };
        assert_eq!(floor.dialed_over().len(), 1, "{status}");
        assert_eq!(floor.outcome(call).map(|(said, _)| said), Some(outcome));
    }
}

#[test]
fn an_attempt_that_every_trunk_failed_is_over_once_and_costs_nothing() {
    let mut floor = two_trunks(1, 1);
    let call = floor.last_dialed();
    floor.refused(call, 503, None).refused(call, 500, None);
    assert_eq!(floor.dialed_over().len(), 2);
    let closed = |fact: &&Event| matches!(fact, Event::AttemptClosed { .. });
    assert_eq!(floor.facts.iter().filter(closed).count(), 1);
    assert_eq!(
        floor.outcome(call).map(|(said, _)| said),
        Some(Outcome::Congestion)
    );
    let (state, work) = floor.state_of(1);
    assert_eq!((state, work.attempts), (WorkState::Ready, 0));
}

#[test]
fn the_second_invite_waits_until_the_record_knows_of_it() {
    let mut floor = two_trunks(1, 1);
    let call = floor.last_dialed();
    floor.commits = false;
    floor.refused(call, 503, None);
    assert_eq!(floor.dialed_over().len(), 1);
    assert_eq!(floor.live().calls.dialing, 1, "it is on its way still");
    floor.after(secs(1)).commit(call);
    assert_eq!(floor.dialed_over(), [(call, TRUNK), (call, SECOND)]);
}

#[test]
fn an_attempt_between_two_trunks_ends_when_a_gate_closes() {
    let mut floor = two_trunks(1, 1);
    let call = floor.last_dialed();
    floor.commits = false;
    floor.refused(call, 503, None);
    floor.asks(1, AgentRequest::LogOut).commit(call);
    assert_eq!(floor.dialed_over().len(), 1);
    assert!(floor.refusals().is_empty(), "its INVITE left: an attempt");
    assert_eq!(
        floor.outcome(call).map(|(said, _)| said),
        Some(Outcome::Congestion)
    );
    assert_eq!(floor.state_of(1).1.attempts, 0);
}

#[test]
fn a_carrier_that_asks_to_be_left_alone_is_and_then_called_again() {
    let mut floor = two_trunks(1, 60);
    let first = floor.last_dialed();
    floor.refused(first, 503, Some(secs(20)));
    floor.fails(first, Outcome::Busy);
    for _ in 0..15 {
        let call = floor.last_dialed();
        floor.after(secs(1)).fails(call, Outcome::Busy);
    }
    assert_eq!(over(&floor, TRUNK), 1, "left alone");
    for _ in 0..10 {
        let call = floor.last_dialed();
        floor.after(secs(1)).fails(call, Outcome::Busy);
    }
    assert!(over(&floor, TRUNK) > 1, "and found again");
}

#[test]
fn a_carrier_that_is_back_has_nine_tenths_of_its_calls_within_ten_seconds() {
    for seconds_down in [7, 23, 60] {
        let mut floor = floor_over(&[trunk(100, 10.0)], 30, 4_000);
        let back = floor.now + secs(4 + seconds_down);
        let (mut judged, mut paid) = (0, None);
        let mut by_second = std::collections::BTreeMap::<u64, u32>::new();
        while floor.now < back + secs(20) {
            floor.after(Duration::from_millis(50));
            let dialed = floor.dialed();
            for call in &dialed[judged..] {
                if floor.now < back {
                    floor.refused(*call, 503, None);
                } else {
                    let charged = |id| floor.state_of(id).1.attempts > 0;
                    paid.get_or_insert_with(|| (1..=4_000).any(charged));
                    let second = floor.now.since(back).as_secs();
                    *by_second.entry(second).or_default() += 1;
                    floor.fails(*call, Outcome::Busy);
                }
            }
            judged = dialed.len();
        }
        let full = by_second.iter().find(|(_, calls)| **calls >= 9);
        let (second, _) = full.expect("it came back");
        assert!(*second <= 9, "down {seconds_down} s: {by_second:?}");
        assert_eq!(paid, Some(false), "nobody paid for the carrier");
    }
}

#[test]
fn while_one_carrier_fails_the_other_has_the_calls_and_nobody_pays() {
    let mut floor = two_trunks(5, 400);
    let mut judged = 0;
    let end = floor.now + secs(30);
    while floor.now < end {
        let dialed = floor.dialed_over();
        for (call, trunk) in &dialed[judged..] {
            if *trunk == TRUNK {
                floor.refused(*call, 503, None);
            } else {
                floor.fails(*call, Outcome::NoAnswer);
            }
        }
        judged = dialed.len();
        floor.after(Duration::from_millis(50));
    }
    let ended = floor.facts.iter().filter_map(|fact| match fact {
        Event::AttemptClosed { outcome, .. } => Some(*outcome),
        _ => None,
    });
    let ended: Vec<_> = ended.collect();
    assert!(ended.len() > 100, "{}", ended.len());
    assert!(ended.iter().all(|outcome| *outcome == Outcome::NoAnswer));
    let wasted = over(&floor, TRUNK);
    assert!(wasted * 10 <= ended.len(), "{wasted} of {}", ended.len());
}

#[test]
fn a_trunk_that_is_not_registered_carries_nothing() {
    let registering = Trunk {
        register: Some(secs(300)),
        ..trunk(100, 50.0)
    };
    let mut floor = floor_over(&[registering], 1, 3);
    floor.after(secs(4));
    assert_eq!(floor.dialed().len(), 0);
    floor.feed(Input::TrunkRegistered {
        trunk: TRUNK,
        registered: true,
        refused: None,
    });
    floor.after(secs(2));
    assert_eq!(floor.dialed().len(), 1);
}

#[test]
fn caller_ids_stop_at_their_cap_and_say_so() {
    let mut floor = floor_over(&[trunk(100, 50.0)], 5, 20);
    floor.change(|campaign| {
        campaign.caller_ids = vec![number(998), number(999)];
        campaign.caller_id_choice = CallerIdChoice {
            per_day_max: Some(2),
            ..CallerIdChoice::default()
        };
    });
    floor.after(secs(6));
    assert_eq!(floor.dialed().len(), 4);
    let held = floor.live().held.expect("nothing more is dialed");
    assert!(held.contains("every caller id"), "{held}");
}
