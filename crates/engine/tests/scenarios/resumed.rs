//! A call that was cut is taken up again by its advisor: through intent and gates, as a call that serves the one cut.

use domain::{AgentStatus, AttemptId, Cause, DialMode, EndedBy, Outcome, Purpose, WorkState};
use engine::{AgentRequest, CallProgress, LineEvent};

use crate::floor::{Floor, running, secs};

fn cut(floor: &mut Floor, call: AttemptId, by: EndedBy) {
    let cause = Cause::default();
    floor.call(call, CallProgress::Ended { by, cause });
}

/// An advisor in wrap-up after a call that this one ended.
fn ended_by(by: EndedBy) -> (Floor, AttemptId) {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(30));
    cut(&mut floor, call, by);
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    (floor, call)
}

#[test]
fn the_advisor_calls_the_customer_of_a_cut_call_again_and_serves_it() {
    let (mut floor, first) = ended_by(EndedBy::Network);
    assert!(floor.agent(1).may_redial);
    floor.asks(1, AgentRequest::Redial);
    assert_eq!(floor.rejection(), "");
    assert_eq!(floor.status(1), AgentStatus::Reserved);
    let again = floor.last_dialed();
    let (was, now) = (floor.intent(first).clone(), floor.intent(again).clone());
    assert_eq!((now.purpose, now.serves), (Purpose::Resumed, Some(first)));
    assert_eq!((now.person, now.phone), (was.person, was.phone));
    floor.rings(again).answers(again);
    assert_eq!(floor.status(1), AgentStatus::Talking);
    floor.hangs_up(again).types(1, again, "VE01");
    assert_eq!(floor.rejection(), "");
    assert_eq!(floor.state_of(1).0, WorkState::Closed);
    assert_eq!(
        floor.outcome(again),
        Some((Outcome::Connected, EndedBy::Customer))
    );
    assert_eq!(
        floor.typifications(first).len(),
        1,
        "the system's, for nobody said more"
    );
    assert_eq!(floor.state_of(1).1.attempts, 2, "both were calls");
}

#[test]
fn nobody_who_answers_waits_while_the_advisor_calls_again() {
    let mut floor = Floor::with(running(DialMode::Predictive), 1, 40);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(5));
    cut(&mut floor, call, EndedBy::Network);
    floor.asks(1, AgentRequest::Redial);
    assert_eq!(
        floor.status(1),
        AgentStatus::Reserved,
        "never ready in between"
    );
}

#[test]
fn who_hung_up_is_not_called_again() {
    for by in [EndedBy::Customer, EndedBy::Agent, EndedBy::System] {
        let (mut floor, _) = ended_by(by);
        assert!(!floor.agent(1).may_redial, "{by:?}");
        floor.asks(1, AgentRequest::Redial);
        assert_eq!(floor.rejection(), "not_cut", "{by:?}");
        assert_eq!(floor.dialed().len(), 1, "{by:?}");
    }
}

#[test]
fn it_is_for_as_long_as_the_call_is_typified_and_by_who_had_it() {
    let (mut floor, call) = ended_by(EndedBy::Network);
    floor.agent_ready(2).asks(2, AgentRequest::Redial);
    assert_eq!(floor.rejection(), "not_in_wrap_up");
    floor.line(1, LineEvent::Down("cable".into()));
    floor.asks(1, AgentRequest::Redial);
    assert_eq!(floor.rejection(), "no_line");
    floor.types(1, call, "NI01").asks(1, AgentRequest::Redial);
    assert_eq!(floor.rejection(), "not_in_wrap_up");
    assert_eq!(floor.dialed().len(), 1);
}

#[test]
fn gates_hold_it_as_any_call() {
    let (mut floor, _) = ended_by(EndedBy::Network);
    floor.change(|campaign| campaign.state = domain::CampaignState::Paused);
    floor.asks(1, AgentRequest::Redial);
    assert_eq!(floor.rejection(), "closed");
    let mut late = Floor::new(running(DialMode::Progressive));
    // Two minutes to seven in the evening.
    late.contacts([1]).after(secs(9 * 3_600 - 120));
    late.agent_ready(1).after(secs(4));
    let call = late.last_dialed();
    late.answers(call).after(secs(130));
    cut(&mut late, call, EndedBy::Network);
    late.asks(1, AgentRequest::Redial);
    assert_eq!(late.rejection(), "closed", "the hours of the law are over");
    assert_eq!(late.status(1), AgentStatus::WrapUp);
    assert_eq!(late.dialed().len(), 1);
}

#[test]
fn one_that_nobody_answers_is_an_attempt_that_comes_again_as_any_other() {
    let (mut floor, first) = ended_by(EndedBy::Network);
    floor.asks(1, AgentRequest::Redial);
    let again = floor.last_dialed();
    floor.rings(again).fails(again, Outcome::NoAnswer);
    assert_eq!(floor.status(1), AgentStatus::Ready);
    let (state, work) = floor.state_of(1);
    assert_eq!(
        (state, work.last_code.as_deref()),
        (WorkState::Ready, Some("NC01"))
    );
    // The next one is an offer again, and not on the same day: they were spoken to.
    floor.after(secs(5 * 3_600));
    assert_eq!(floor.dialed().len(), 2);
    assert_ne!(first, again);
}

#[test]
fn a_carrier_that_says_itself_that_it_failed_has_cut_the_call() {
    for (q850, redials) in [(Some(16), false), (Some(41), true), (None, false)] {
        let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
        let call = floor.last_dialed();
        let cause = Cause {
            q850,
            ..Cause::default()
        };
        let by = EndedBy::Customer;
        floor
            .answers(call)
            .call(call, CallProgress::Ended { by, cause });
        assert_eq!(floor.agent(1).may_redial, redials, "{q850:?}");
    }
}
