//! One agent's shift, a behaviour per test.

use super::*;
use domain::{AgentId, LineMode};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

const CALL: AttemptId = AttemptId::new(7);

fn offline() -> Agent {
    let profile = AgentProfile {
        id: AgentId::new(1),
        name: "Ana".into(),
        sip_user: "ana".into(),
        campaigns: vec![CampaignId::new(1)],
        line: LineMode::NailedUp,
    };
    Agent::new(profile, at(0))
}

fn ready() -> Agent {
    let mut agent = offline();
    assert_eq!(agent.log_in(at(0)), Ok(None));
    let _ = agent.line_came_up(at(1)).expect("on the log-in break");
    let _ = agent.ready(at(2)).expect("line is up");
    agent
}

fn talking() -> Agent {
    let mut agent = ready();
    let _ = agent.talk(at(10), CALL, secs(3_600)).expect("was ready");
    agent
}

#[test]
fn log_in_raises_the_line_and_ends_in_a_break_named_login() {
    let mut agent = offline();
    assert_eq!(agent.log_in(at(0)), Ok(None));
    assert_eq!(agent.status(), AgentStatus::Offline);
    let change = agent.line_came_up(at(3)).expect("a change");
    assert_eq!(
        (change.to, change.reason.as_deref()),
        (AgentStatus::Break, Some("login"))
    );
}

#[test]
fn a_line_that_cannot_be_raised_leaves_the_agent_offline_and_says_why() {
    let mut agent = offline();
    assert_eq!(agent.log_in(at(0)), Ok(None));
    assert_eq!(agent.line_went_down(at(1), "busy here"), None);
    assert!(agent.wants_line(), "it is tried again while there is time");
    assert_eq!(agent.expire(at(44)), Expired::Nothing);
    assert_eq!(agent.expire(at(45)), Expired::RaisingGaveUp);
    assert_eq!(*agent.state(), State::Offline);
    assert_eq!(agent.reason().as_deref(), Some("busy here"));
}

#[test]
fn nobody_is_ready_without_a_line() {
    let mut agent = offline();
    assert_eq!(agent.ready(at(0)), Err(Refusal::Offline));
    assert_eq!(agent.log_in(at(0)), Ok(None));
    assert_eq!(agent.ready(at(1)), Err(Refusal::Offline));
}

#[test]
fn a_break_asked_for_on_a_call_comes_after_its_wrap_up() {
    let mut agent = talking();
    assert_eq!(agent.take_break(at(20), "lunch"), Ok(None));
    assert_eq!(agent.status(), AgentStatus::Talking);
    let change = agent.wrap_up(at(30), secs(30)).expect("call ended");
    assert_eq!(
        (change.to, change.attempt),
        (AgentStatus::WrapUp, Some(CALL))
    );
    let change = agent.free(at(40)).expect("typified");
    assert_eq!(change.to, AgentStatus::Break);
    assert_eq!(change.reason.as_deref(), Some("lunch"));
    assert_eq!(agent.booked(), None);
}

#[test]
fn saying_ready_on_a_call_takes_a_booked_break_back() {
    let mut agent = talking();
    assert_eq!(agent.log_out(at(20)), Ok(None));
    assert_eq!(agent.booked(), Some(&Booked::LogOut));
    assert_eq!(agent.ready(at(21)), Ok(None));
    let _ = agent.wrap_up(at(30), secs(30));
    assert_eq!(agent.free(at(31)).expect("free").to, AgentStatus::Ready);
}

#[test]
fn wrap_up_is_extended_once_and_then_runs_out() {
    let mut agent = talking();
    let _ = agent.wrap_up(at(30), secs(30));
    assert_eq!(agent.ready(at(31)), Err(Refusal::NotTypified));
    assert_eq!(agent.extend(secs(20)), Ok(()));
    assert_eq!(agent.extend(secs(20)), Err(Refusal::ExtendedAlready));
    assert_eq!(agent.expire(at(60)), Expired::Nothing);
    assert_eq!(agent.expire(at(80)), Expired::WrapUp(CALL));
}

#[test]
fn a_line_lost_on_a_call_is_told_with_the_call_and_comes_back_as_a_break() {
    let mut agent = talking();
    let change = agent.line_went_down(at(20), "no audio").expect("lost");
    assert_eq!((change.to, change.attempt), (AgentStatus::Lost, Some(CALL)));
    assert!(agent.wants_line());
    let change = agent.line_came_up(at(25)).expect("back");
    assert_eq!(
        (change.to, change.reason.as_deref()),
        (AgentStatus::Break, Some("line"))
    );
}

#[test]
fn a_line_lost_in_wrap_up_lets_the_agent_typify_first() {
    let mut agent = talking();
    let _ = agent.wrap_up(at(30), secs(30));
    assert_eq!(agent.line_went_down(at(31), "phone off"), None);
    let change = agent.free(at(40)).expect("typified");
    assert_eq!(
        (change.to, change.reason.as_deref()),
        (AgentStatus::Lost, Some("phone off"))
    );
}

#[test]
fn a_line_lost_for_long_ends_the_shift() {
    let mut agent = ready();
    let _ = agent.line_went_down(at(10), "phone off").expect("lost");
    let Expired::Changed(change) = agent.expire(at(10) + LOST_MAX) else {
        panic!("lost has a deadline");
    };
    assert_eq!(change.to, AgentStatus::Offline);
}

#[test]
fn a_reservation_that_came_to_nothing_costs_no_place_in_the_queue() {
    let mut agent = ready();
    let _ = agent.reserve(at(50), CALL, secs(60)).expect("was ready");
    assert_eq!(
        agent.talk(at(51), AttemptId::new(8), secs(60)),
        Err(Refusal::NotReady)
    );
    let _ = agent.release(at(60)).expect("released");
    assert_eq!(agent.idle_since(), at(2));
}

#[test]
fn no_state_but_offline_lasts_for_ever() {
    for agent in [ready(), talking()] {
        assert!(agent.deadline().is_some(), "{:?}", agent.state());
    }
    let mut agent = ready();
    let Expired::Changed(change) = agent.expire(at(2) + READY_MAX) else {
        panic!("ready has a deadline");
    };
    assert_eq!(change.reason.as_deref(), Some("idle"));
    let Expired::Changed(change) = agent.expire(at(2) + READY_MAX + BREAK_MAX) else {
        panic!("a break has a deadline");
    };
    assert_eq!(change.to, AgentStatus::Offline);
}
