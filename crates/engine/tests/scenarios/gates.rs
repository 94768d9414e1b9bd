//! What must be open at the instant a call would leave.

use crate::floor::{CAMPAIGN, Floor, MORNING, running, secs, trunk, work};
use domain::{CampaignState, DialMode, Gate, WorkState};
use engine::{AgentRequest, Command, Input};

/// One agent, contact 1, its intent not yet durable.
fn intended() -> Floor {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.commits = false;
    floor.agent_ready(1).contacts([1]).after(secs(3));
    assert_eq!(floor.uncommitted.len(), 1);
    assert_eq!(floor.dialed(), []);
    floor
}

fn refused_by(floor: &Floor) -> String {
    let refusals = floor.refusals();
    let (_, gate) = refusals.last().expect("the intent was refused");
    gate.rule.clone()
}

#[test]
fn no_call_leaves_before_its_intent_is_durable() {
    let mut floor = intended();
    floor.after(secs(30));
    assert_eq!(floor.dialed(), []);
    let attempt = floor.uncommitted[0];
    floor.commit(attempt);
    assert_eq!(floor.dialed(), [attempt]);
}

#[test]
fn a_campaign_stopped_while_the_intent_was_written_dials_nobody() {
    let mut floor = intended();
    let attempt = floor.uncommitted[0];
    floor.change(|campaign| campaign.state = CampaignState::Paused);
    floor.commit(attempt);
    assert_eq!(refused_by(&floor), "campaign.stopped");
    assert_eq!(floor.dialed(), []);
    assert_eq!(floor.state_of(1).0, WorkState::Ready);
}

#[test]
fn an_agent_who_left_while_the_intent_was_written_gets_no_call() {
    let mut floor = intended();
    let attempt = floor.uncommitted[0];
    floor.asks(1, AgentRequest::Break("café".into()));
    floor.commit(attempt);
    assert_eq!(refused_by(&floor), "agents.none");
}

#[test]
fn the_law_is_asked_at_the_instant_the_call_would_leave() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    // 18:59:50 in Bogotá; the window closes at 19:00.
    floor.contacts([1]).after(secs(9 * 3_600 - 10));
    floor.commits = false;
    floor.agent_ready(1).after(secs(5));
    let attempt = floor.uncommitted[0];
    floor.after(secs(5));
    floor.commit(attempt);
    assert_eq!(floor.dialed(), []);
    assert!(
        refused_by(&floor).contains("hours"),
        "{}",
        refused_by(&floor)
    );
    // Due again when the law allows, not before: seven in the morning.
    assert_eq!(floor.state_of(1).1.due, MORNING + secs(21 * 3_600));
    assert!(floor.live().held.expect("held").contains("horario"));
}

#[test]
fn outside_the_hours_nothing_is_intended_and_leases_go_back() {
    let mut floor = Floor::with(running(DialMode::Progressive), 0, 5);
    assert_eq!(floor.live().hopper, 5);
    floor.after(secs(9 * 3_600));
    assert_eq!(floor.live().hopper, 0);
    floor.agent_ready(1).after(secs(60));
    assert_eq!(floor.dialed(), []);
    assert_eq!(floor.state_of(1).0, WorkState::Ready);
    floor.asks(1, AgentRequest::Break("noche".into()));
    floor.after(secs(12 * 3_600));
    floor.agent_ready(2).after(secs(5));
    assert!(floor.live().hopper > 0 && !floor.dialed().is_empty());
}

#[test]
fn channels_bound_what_is_dialed() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.trunk(trunk(3, 50.0));
    for id in 1..=5 {
        floor.agent_ready(id);
    }
    floor.contacts(1..=20).after(secs(3));
    assert_eq!(floor.dialed().len(), 3);
    let first = floor.dialed()[0];
    floor.fails(first, domain::Outcome::Busy).after(secs(2));
    assert_eq!(floor.dialed().len(), 4);
}

#[test]
fn calls_per_second_bound_what_is_dialed() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.trunk(trunk(100, 2.0));
    for id in 1..=9 {
        floor.agent_ready(id);
    }
    floor.contacts(1..=20).after(secs(6));
    assert_eq!(floor.dialed().len(), 9, "all in the end, two a second");
}

#[test]
fn a_disabled_trunk_holds_the_campaign_and_says_so() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    let mut off = trunk(10, 10.0);
    off.enabled = false;
    floor.trunk(off).agent_ready(1).contacts([1]).after(secs(3));
    assert_eq!(floor.dialed(), []);
    assert!(floor.live().held.expect("held").contains("trunk"));
}

#[test]
fn a_law_pack_nobody_knows_holds_the_campaign() {
    let mut campaign = running(DialMode::Progressive);
    campaign.law_pack = "atlantis".into();
    let floor = Floor::with(campaign, 1, 3);
    assert_eq!(floor.dialed(), []);
    assert!(floor.live().held.expect("held").contains("atlantis"));
}

#[test]
fn the_laboratory_pack_dials_on_this_machine_only() {
    let mut campaign = running(DialMode::Progressive);
    campaign.law_pack = "laboratorio".into();
    let mut floor = Floor::with(campaign.clone(), 1, 3);
    assert_eq!(floor.dialed().len(), 1);
    floor = Floor::new(campaign);
    let mut abroad = trunk(10, 10.0);
    abroad.host = "203.0.113.5".into();
    floor
        .trunk(abroad)
        .agent_ready(1)
        .contacts([1])
        .after(secs(3));
    assert_eq!(floor.dialed(), []);
}

#[test]
fn a_store_that_stalls_stops_new_calls_and_nothing_else() {
    let mut floor = Floor::with(running(DialMode::Progressive), 2, 10);
    let calls = floor.dialed();
    floor.feed(Input::StoreStalled(true));
    floor
        .answers(calls[0])
        .fails(calls[1], domain::Outcome::Busy);
    floor
        .after(secs(5))
        .hangs_up(calls[0])
        .types(1, calls[0], "NI01");
    assert_eq!(floor.dialed().len(), 2);
    assert!(floor.live().held.is_some());
    floor.feed(Input::StoreStalled(false)).after(secs(1));
    assert_eq!(floor.dialed().len(), 4);
}

#[test]
fn the_store_may_refuse_an_intent() {
    let mut floor = intended();
    let attempt = floor.uncommitted[0];
    let gate = Gate {
        rule: "open_attempt".into(),
        pack: "store".into(),
    };
    floor.feed(Input::IntentRefused { attempt, gate });
    assert_eq!(refused_by(&floor), "open_attempt");
    assert_eq!(floor.state_of(1).0, WorkState::Ready);
}

#[test]
fn one_person_on_two_records_is_called_once_at_a_time() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.shelve(work(CAMPAIGN, 1, 1, &[1]));
    floor.shelve(work(CAMPAIGN, 2, 1, &[2]));
    floor.shelve(work(CAMPAIGN, 3, 3, &[1]));
    floor
        .agent_ready(1)
        .agent_ready(2)
        .agent_ready(3)
        .after(secs(10));
    assert_eq!(floor.dialed().len(), 1);
    let first = floor.last_dialed();
    floor.fails(first, domain::Outcome::Busy).after(secs(7_100));
    assert_eq!(
        floor.dialed().len(),
        1,
        "nor within two hours under another record"
    );
    floor.after(secs(200));
    assert_eq!(floor.dialed().len(), 2, "the others, one at a time");
}

#[test]
fn a_trunk_whose_carrier_refuses_is_rested_and_probed() {
    let mut floor = Floor::with(running(DialMode::Progressive), 5, 60);
    for call in floor.dialed() {
        floor.fails(call, domain::Outcome::Congestion);
    }
    let tried = floor.dialed().len();
    assert!(tried <= 10, "{tried}");
    for call in floor.dialed() {
        floor.fails(call, domain::Outcome::Congestion);
    }
    let tried = floor.dialed().len();
    floor.after(secs(1));
    assert_eq!(floor.dialed().len(), tried);
    floor.after(secs(5));
    assert_eq!(floor.dialed().len(), tried + 1, "one call finds out");
    let probe = floor.last_dialed();
    floor.rings(probe).after(secs(2));
    assert_eq!(floor.live().calls.dialing + floor.live().calls.ringing, 5);
}

#[test]
fn draining_stops_dialing_and_lets_calls_end() {
    let mut floor = Floor::with(running(DialMode::Progressive), 2, 10);
    let calls = floor.dialed();
    floor.answers(calls[0]);
    floor.feed(Input::Drain).after(secs(20));
    assert_eq!(floor.live().hopper, 0);
    floor.fails(calls[1], domain::Outcome::NoAnswer);
    assert!(!floor.was_ordered(&Command::HangUp { attempt: calls[0] }));
    floor
        .hangs_up(calls[0])
        .types(1, calls[0], "NI01")
        .after(secs(20));
    assert_eq!(floor.dialed().len(), 2);
    assert!(floor.oracle.all_placed_are_closed());
}

#[test]
fn when_the_time_to_drain_is_over_every_call_ends_with_its_outcome() {
    let mut campaign = running(DialMode::Power);
    campaign.power_ratio = 3.0;
    let mut floor = Floor::with(campaign, 1, 10);
    let calls = floor.dialed();
    let (talking, waiting, ringing) = (calls[0], calls[1], calls[2]);
    floor.answers(talking).answers(waiting).rings(ringing);
    floor.feed(Input::Drain).feed(Input::Cease);
    for (call, outcome) in [
        (talking, domain::Outcome::Connected),
        (waiting, domain::Outcome::Abandoned),
        (ringing, domain::Outcome::Cancelled),
    ] {
        let ended = floor.outcome(call);
        assert_eq!(ended, Some((outcome, domain::EndedBy::System)));
        assert!(floor.was_ordered(&Command::HangUp { attempt: call }));
    }
    assert!(floor.oracle.all_placed_are_closed());
}
