//! Agents on the floor: logging in, breaks, lost lines, their place in turn.

use crate::floor::{Floor, agent, running, secs};
use domain::{AgentStatus, DialMode, Outcome};
use engine::{AgentRequest, Command, LineEvent};

#[test]
fn log_in_raises_the_line_and_the_shift_starts_with_a_break() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.hire(1).asks(1, AgentRequest::LogIn);
    assert!(floor.was_ordered(&Command::RaiseLine { agent: agent(1) }));
    assert_eq!(floor.status(1), AgentStatus::Offline);
    floor.line(1, LineEvent::Up);
    assert_eq!(floor.agent(1).reason.as_deref(), Some("login"));
    floor.asks(1, AgentRequest::Ready);
    assert_eq!(floor.status(1), AgentStatus::Ready);
}

#[test]
fn a_phone_that_does_not_answer_leaves_the_agent_offline_with_the_reason() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.hire(1).asks(1, AgentRequest::LogIn).after(secs(45));
    assert_eq!(floor.status(1), AgentStatus::Offline);
    assert!(floor.agent(1).reason.is_some());
    assert!(floor.was_ordered(&Command::DropLine { agent: agent(1) }));
}

#[test]
fn a_phone_that_comes_on_while_its_agent_logs_in_is_called_then() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.hire(1).asks(1, AgentRequest::LogIn);
    floor.line(1, LineEvent::Down("not registered".into()));
    assert_eq!(floor.agent(1).reason.as_deref(), Some("not registered"));
    floor.orders.clear();
    floor.after(secs(2)).line(1, LineEvent::Registered);
    assert!(floor.was_ordered(&Command::RaiseLine { agent: agent(1) }));
    floor.line(1, LineEvent::Up);
    assert_eq!(floor.agent(1).reason.as_deref(), Some("login"));
}

#[test]
fn half_the_floor_gone_at_once_leaves_no_call_without_its_end() {
    let mut floor = Floor::with(running(DialMode::Progressive), 10, 40);
    let calls = floor.dialed();
    for call in &calls {
        floor.answers(*call);
    }
    for id in 1..=5 {
        floor.line(id, LineEvent::Down("network".into()));
    }
    let dialed = floor.dialed().len();
    floor.after(secs(2));
    assert_eq!(floor.dialed().len(), dialed, "nobody new is called");
    assert_eq!(floor.live().calls.message, 5);
    for call in &calls {
        floor.hangs_up(*call);
    }
    assert!(floor.oracle.all_placed_are_closed());
}

#[test]
fn a_break_on_a_call_is_booked_and_taken_after_typifying() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 3);
    let call = floor.last_dialed();
    floor
        .answers(call)
        .asks(1, AgentRequest::Break("almuerzo".into()));
    assert_eq!(floor.agent(1).booked.as_deref(), Some("almuerzo"));
    floor.hangs_up(call).types(1, call, "NI07");
    assert_eq!(floor.status(1), AgentStatus::Break);
    assert_eq!(floor.agent(1).reason.as_deref(), Some("almuerzo"));
    assert_eq!(floor.dialed().len(), 1, "nobody is dialed for a break");
}

#[test]
fn log_out_drops_the_line() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 0);
    floor.asks(1, AgentRequest::LogOut);
    assert_eq!(floor.status(1), AgentStatus::Offline);
    assert!(floor.was_ordered(&Command::DropLine { agent: agent(1) }));
}

#[test]
fn who_logs_in_again_has_their_line_raised_again() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 0);
    floor.asks(1, AgentRequest::LogOut);
    assert!(!floor.agent(1).line_up, "it was dropped");
    floor.orders.clear();
    floor.after(secs(1)).asks(1, AgentRequest::LogIn);
    assert!(floor.was_ordered(&Command::RaiseLine { agent: agent(1) }));
    assert_eq!(floor.status(1), AgentStatus::Offline, "no line, no shift");
    floor.asks(1, AgentRequest::Ready);
    assert_eq!(floor.rejection(), "offline");
    floor.line(1, LineEvent::Up).asks(1, AgentRequest::Ready);
    assert_eq!(floor.status(1), AgentStatus::Ready);
}

#[test]
fn a_line_that_comes_up_after_the_log_out_is_not_the_next_shifts() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.hire(1).asks(1, AgentRequest::LogIn);
    floor.asks(1, AgentRequest::LogOut);
    floor.line(1, LineEvent::Up);
    floor.orders.clear();
    floor.asks(1, AgentRequest::LogIn);
    assert!(floor.was_ordered(&Command::RaiseLine { agent: agent(1) }));
    assert_eq!(floor.status(1), AgentStatus::Offline);
}

#[test]
fn a_lost_line_is_called_again_until_it_is_back() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 0);
    floor.line(1, LineEvent::Down("phone off".into()));
    assert_eq!(floor.status(1), AgentStatus::Lost);
    floor.orders.clear();
    floor.after(secs(10));
    let raised = floor.orders.iter();
    let raised = raised.filter(|order| matches!(order, Command::RaiseLine { .. }));
    assert_eq!(raised.count(), 2);
    floor.line(1, LineEvent::Up);
    assert_eq!(floor.agent(1).reason.as_deref(), Some("line"));
    floor.orders.clear();
    floor.after(secs(60));
    assert!(
        floor
            .orders
            .iter()
            .all(|o| !matches!(o, Command::RaiseLine { .. }))
    );
}

#[test]
fn a_line_that_comes_up_when_nobody_wants_it_is_dropped() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.hire(1).line(1, LineEvent::Up);
    assert!(floor.was_ordered(&Command::DropLine { agent: agent(1) }));
    assert_eq!(floor.status(1), AgentStatus::Offline);
}

#[test]
fn requests_that_make_no_sense_are_refused_in_words() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.asks(9, AgentRequest::LogIn);
    assert_eq!(floor.rejection(), "unknown_agent");
    floor.hire(1).asks(1, AgentRequest::Ready);
    assert_eq!(floor.rejection(), "offline");
    floor.asks(1, AgentRequest::HangUp);
    assert_eq!(floor.rejection(), "not_on_a_call");
    floor.asks(1, AgentRequest::AcceptPreview);
    assert_eq!(floor.rejection(), "no_preview");
    floor.asks(1, AgentRequest::ExtendWrapUp(secs(10)));
    assert_eq!(floor.rejection(), "not_in_wrap_up");
}

#[test]
fn an_agent_removed_on_a_call_leaves_the_customer_to_another() {
    let mut floor = Floor::with(running(DialMode::Progressive), 2, 2);
    let calls = floor.dialed();
    floor.answers(calls[0]);
    floor.feed(engine::Input::AgentRemoved(agent(1)));
    assert_eq!(floor.status(2), AgentStatus::Talking);
    floor.fails(calls[1], Outcome::Busy).hangs_up(calls[0]);
    assert!(floor.oracle.all_placed_are_closed());
}

#[test]
fn utilisation_is_time_busy_in_time_at_work() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.answers(call);
    let ready = floor.live().utilisation.map_or(0.0, |share| share);
    assert!(ready < 0.01, "only waited so far");
    floor.after(secs(3)).hangs_up(call);
    let share = floor.live().utilisation.expect("someone is at work");
    assert!((share - 0.5).abs() < 0.2, "{share}");
}
