//! Supervisors on others' calls.

use crate::floor::{Floor, agent, running, secs};
use domain::{AgentStatus, AttemptId, DialMode, Event, Supervision, TransferTarget};
use engine::{AgentRequest, Command, LineEvent};

/// Agent 1 with a customer; agent 2 on a break with their line up: the supervisor.
fn on_a_call() -> (Floor, AttemptId) {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(30));
    floor.hire(2);
    floor.asks(2, AgentRequest::LogIn).line(2, LineEvent::Up);
    (floor, call)
}

fn joins(floor: &mut Floor, mode: Supervision) {
    let of = agent(1);
    floor.asks(2, AgentRequest::Supervise { of, mode });
}

/// What was said of the supervisor on the call, and ordered: the same.
fn supervised(floor: &Floor, call: AttemptId) -> Vec<Option<Supervision>> {
    let facts = floor.facts.iter().filter_map(|fact| match fact {
        Event::CallSupervised {
            attempt,
            agent: by,
            mode,
        } if *attempt == call => {
            assert_eq!(*by, agent(2));
            Some(*mode)
        }
        _ => None,
    });
    let facts: Vec<_> = facts.collect();
    let orders = floor.orders.iter().filter_map(|order| match order {
        Command::Supervise { attempt, mode, .. } if *attempt == call => Some(*mode),
        _ => None,
    });
    assert_eq!(orders.collect::<Vec<_>>(), facts);
    facts
}

#[test]
fn every_step_of_a_supervisor_is_a_fact() {
    let (mut floor, call) = on_a_call();
    joins(&mut floor, Supervision::Listen);
    assert_eq!(floor.rejected, None);
    joins(&mut floor, Supervision::Listen);
    joins(&mut floor, Supervision::Whisper);
    floor.asks(2, AgentRequest::LeaveSupervision);
    let expected = [Some(Supervision::Listen), Some(Supervision::Whisper), None];
    assert_eq!(supervised(&floor, call), expected);
    assert_eq!(floor.agent(2).status, AgentStatus::Break);
}

#[test]
fn a_supervisor_is_off_when_the_call_their_break_or_their_line_ends() {
    for end in 0..3 {
        let (mut floor, call) = on_a_call();
        joins(&mut floor, Supervision::Barge);
        match end {
            0 => floor.hangs_up(call),
            1 => floor.asks(2, AgentRequest::Ready),
            _ => floor.line(2, LineEvent::Down("gone".into())),
        };
        assert_eq!(
            supervised(&floor, call),
            [Some(Supervision::Barge), None],
            "{end}"
        );
    }
}

#[test]
fn who_may_not_supervise_is_told_why() {
    let (mut floor, _) = on_a_call();
    let why = |floor: &Floor| floor.rejected.as_ref().map(|rejected| rejected.code);
    floor.asks(2, AgentRequest::TakeOver);
    assert_eq!(why(&floor), Some("not_supervising"));
    floor.asks(2, AgentRequest::LeaveSupervision);
    assert_eq!(why(&floor), Some("not_supervising"));
    // Nobody has a customer but agent 1.
    let mode = Supervision::Listen;
    floor.asks(2, AgentRequest::Supervise { of: agent(2), mode });
    assert_eq!(why(&floor), Some("not_talking"));
    // Whoever takes calls is no supervisor at the same time.
    floor.asks(2, AgentRequest::Ready);
    joins(&mut floor, Supervision::Listen);
    assert_eq!(why(&floor), Some("no_free_line"));
    // One at a time.
    floor.asks(2, AgentRequest::Break("supervisión".into()));
    joins(&mut floor, Supervision::Listen);
    floor.hire(3);
    floor.asks(3, AgentRequest::LogIn).line(3, LineEvent::Up);
    floor.asks(3, AgentRequest::Supervise { of: agent(1), mode });
    assert_eq!(why(&floor), Some("supervised_already"));
}

#[test]
fn a_call_taken_over_is_the_supervisors_and_their_break_goes_on_after_it() {
    let (mut floor, call) = on_a_call();
    joins(&mut floor, Supervision::Barge);
    floor.asks(2, AgentRequest::TakeOver);
    assert_eq!(floor.rejected, None);
    assert_eq!(supervised(&floor, call), [Some(Supervision::Barge), None]);
    let (from, to) = (agent(1), TransferTarget::Agent(agent(2)));
    assert!(floor.facts.contains(&Event::CallTransferred {
        attempt: call,
        from,
        to
    }));
    assert_eq!(floor.agent(1).status, AgentStatus::Ready);
    assert_eq!(floor.agent(2).status, AgentStatus::Talking);

    floor.after(secs(20)).hangs_up(call);
    floor.types(2, call, "CE01");
    assert_eq!(floor.agent(2).status, AgentStatus::Break);
}
