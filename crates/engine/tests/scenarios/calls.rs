//! One call's life: answered, bridged, abandoned, ended, lost from sight.

use crate::floor::{Floor, agent, running, secs};
use campaigns::Catalogue;
use domain::{AgentStatus, DialMode, EndedBy, Event, Occasion, Outcome, WorkState};
use engine::{AgentRequest, CallProgress, Command, LineEvent};

fn progressive(agents: i64, contacts: i64) -> Floor {
    Floor::with(running(DialMode::Progressive), agents, contacts)
}

#[test]
fn progressive_dials_one_line_per_ready_agent() {
    let floor = progressive(2, 10);
    assert_eq!(floor.dialed().len(), 2);
    assert_eq!(floor.live().calls.dialing, 2);
}

#[test]
fn power_dials_its_ratio_per_ready_agent() {
    let mut campaign = running(DialMode::Power);
    campaign.power_ratio = 2.5;
    let floor = Floor::with(campaign, 2, 20);
    assert_eq!(floor.dialed().len(), 5);
}

#[test]
fn an_answered_customer_goes_to_the_longest_idle_at_once() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.contacts([1]).after(secs(3));
    floor.agent_ready(2).after(secs(5)).agent_ready(1);
    let call = floor.last_dialed();
    floor.rings(call).answers(call);
    assert!(floor.was_ordered(&Command::Bridge {
        attempt: call,
        agent: agent(2)
    }));
    assert_eq!(floor.status(2), AgentStatus::Talking);
    assert_eq!(floor.status(1), AgentStatus::Ready);
}

#[test]
fn a_fax_machine_that_an_advisor_has_got_ends_as_fax_and_the_advisor_goes_on() {
    let mut floor = progressive(1, 2);
    let call = floor.last_dialed();
    floor.rings(call).answers(call).after(secs(2));
    assert_eq!(floor.status(1), AgentStatus::Talking);
    floor.fails(call, Outcome::Fax);
    assert_eq!(floor.outcome(call), Some((Outcome::Fax, EndedBy::System)));
    // Nobody need typify what the machine said itself.
    assert_eq!(floor.agent(1).attempt, None);
    assert_ne!(floor.last_dialed(), call, "the next one is dialed");
    let spoken_of = floor.state_of(1).1.last_code;
    assert_eq!(spoken_of.as_deref(), Some("NC07"));
    assert_eq!(floor.live().calls.waiting, 0);
}

#[test]
fn a_call_with_no_free_agent_is_abandoned_and_hears_the_message() {
    let mut floor = progressive(1, 5);
    let call = floor.last_dialed();
    floor.asks(1, AgentRequest::Break("café".into()));
    floor.rings(call).answers(call).after(secs(1));
    assert_eq!(floor.live().calls.waiting, 1);
    floor.after(secs(1));
    assert!(floor.was_ordered(&Command::PlayMessage { attempt: call }));
    assert!(floor.facts.contains(&Event::CallAbandoned {
        attempt: call,
        waited: secs(2)
    }));
    floor.call(call, CallProgress::MessagePlayed);
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Abandoned, EndedBy::System))
    );
    assert_eq!((floor.live().live_answers, floor.live().abandoned), (1, 1));
    assert_eq!(floor.state_of(1).1.last_code.as_deref(), Some("AB01"));
}

#[test]
fn an_agent_who_comes_free_in_time_takes_the_customer_who_waits() {
    let mut floor = progressive(1, 5);
    let call = floor.last_dialed();
    floor.asks(1, AgentRequest::Break("café".into()));
    floor.answers(call).after(secs(1));
    floor.asks(1, AgentRequest::Ready);
    assert_eq!(floor.status(1), AgentStatus::Talking);
    assert!(floor.facts.contains(&Event::CallBridged {
        attempt: call,
        agent: agent(1),
        waited: secs(1)
    }));
    assert_eq!(floor.live().bridge_wait, Some(secs(1)));
}

#[test]
fn who_hangs_up_before_an_agent_came_is_not_abandoned() {
    let mut floor = progressive(1, 5);
    let call = floor.last_dialed();
    floor.asks(1, AgentRequest::Break("café".into()));
    floor.answers(call).after(secs(1)).hangs_up(call);
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::HungUpWaiting, EndedBy::Customer))
    );
    assert_eq!(floor.live().abandoned, 0);
}

#[test]
fn every_failure_keeps_its_outcome_and_sets_what_comes_next() {
    for (outcome, state, attempts) in [
        (Outcome::NoAnswer, WorkState::Ready, 1),
        (Outcome::Busy, WorkState::Ready, 1),
        (Outcome::Machine, WorkState::Ready, 1),
        (Outcome::InvalidNumber, WorkState::Exhausted, 1),
        (Outcome::Congestion, WorkState::Ready, 0),
        (Outcome::Cancelled, WorkState::Ready, 0),
    ] {
        let mut floor = progressive(1, 1);
        let call = floor.last_dialed();
        floor.fails(call, outcome);
        assert_eq!(floor.outcome(call).map(|(said, _)| said), Some(outcome));
        let (now, work) = floor.state_of(1);
        assert_eq!((now, work.attempts), (state, attempts), "{outcome}");
        let occasion = Occasion::of(outcome).expect("no agent speaks of these");
        let row = Catalogue::house().system(occasion);
        assert_eq!(work.last_code.as_deref(), Some(row.code.as_str()));
    }
}

#[test]
fn the_next_contact_is_dialed_when_a_call_came_to_nothing() {
    let mut floor = progressive(1, 2);
    let first = floor.last_dialed();
    floor.fails(first, Outcome::Busy);
    assert_eq!(floor.dialed().len(), 2);
}

#[test]
fn a_call_that_never_left_is_no_attempt() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.sends = false;
    floor.agent_ready(1).contacts([1]).after(secs(3));
    let call = floor.last_dialed();
    floor.fails(call, Outcome::Congestion);
    assert_eq!(floor.outcome(call), None);
    assert_eq!(floor.refusals()[0].1.rule, "trunk.failed");
    assert_eq!(floor.state_of(1).1.attempts, 0);
}

#[test]
fn a_call_that_reports_nothing_after_it_rang_out_is_ended_and_was_not_answered() {
    let mut floor = progressive(1, 1);
    let call = floor.last_dialed();
    floor.rings(call).after(secs(25 + 10));
    assert!(floor.was_ordered(&Command::HangUp { attempt: call }));
    assert_eq!(floor.outcome(call), None);
    floor.after(secs(35));
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::NoAnswer, EndedBy::System))
    );
    assert_eq!(floor.state_of(1).1.attempts, 1, "a phone rang for it");
    // It lives after all: nobody waits for it any more.
    floor.orders.clear();
    floor.answers(call);
    assert!(floor.was_ordered(&Command::HangUp { attempt: call }));
}

#[test]
fn an_answer_after_we_gave_up_is_an_abandoned_call() {
    let mut floor = progressive(1, 1);
    let call = floor.last_dialed();
    floor.rings(call);
    floor.asks(1, AgentRequest::Break("café".into()));
    floor.after(secs(16));
    assert!(floor.was_ordered(&Command::HangUp { attempt: call }));
    floor.answers(call).hangs_up(call);
    assert_eq!(
        floor.outcome(call).map(|(outcome, _)| outcome),
        Some(Outcome::Abandoned)
    );
    assert_eq!(floor.live().abandoned, 1);
}

#[test]
fn ringing_calls_are_given_up_once_rung_enough_when_everybody_left() {
    let mut floor = progressive(1, 1);
    let call = floor.last_dialed();
    floor.rings(call).after(secs(5));
    floor.asks(1, AgentRequest::LogOut).after(secs(9));
    assert!(!floor.was_ordered(&Command::HangUp { attempt: call }));
    floor.after(secs(2));
    assert!(floor.was_ordered(&Command::HangUp { attempt: call }));
    floor.fails(call, Outcome::NoAnswer);
    assert_eq!(
        floor.outcome(call).map(|(outcome, _)| outcome),
        Some(Outcome::Cancelled)
    );
    assert_eq!(floor.state_of(1).1.attempts, 0);
}

#[test]
fn a_customer_whose_agent_lost_the_line_goes_to_another() {
    let mut floor = progressive(2, 2);
    let calls = floor.dialed();
    floor.answers(calls[0]);
    assert_eq!(floor.status(1), AgentStatus::Talking);
    floor.line(1, LineEvent::Down("no audio".into()));
    assert_eq!(floor.status(1), AgentStatus::Lost);
    assert_eq!(floor.status(2), AgentStatus::Talking);
    assert!(floor.was_ordered(&Command::RaiseLine { agent: agent(1) }));
    floor.hangs_up(calls[0]);
    assert_eq!(floor.status(2), AgentStatus::WrapUp);
}

#[test]
fn a_customer_nobody_can_rescue_hears_the_message_but_was_not_abandoned() {
    let mut floor = progressive(1, 1);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(60));
    floor.line(1, LineEvent::Down("no audio".into()));
    floor.after(secs(2));
    assert!(floor.was_ordered(&Command::PlayMessage { attempt: call }));
    floor.call(call, CallProgress::MessagePlayed);
    assert_eq!(
        floor.outcome(call).map(|(outcome, _)| outcome),
        Some(Outcome::Connected)
    );
    assert_eq!(floor.live().abandoned, 0);
    let said = floor.typifications(call);
    assert_eq!((said[0].agent, said[0].code.as_str()), (None, "ST01"));
}

#[test]
fn the_longest_call_is_hung_up() {
    let mut campaign = running(DialMode::Progressive);
    campaign.call_max = secs(600);
    let mut floor = Floor::with(campaign, 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(600));
    assert!(floor.was_ordered(&Command::HangUp { attempt: call }));
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Connected, EndedBy::System))
    );
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
}

#[test]
fn an_agent_hangs_up_and_typifies() {
    let mut floor = progressive(1, 1);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(30));
    floor.asks(1, AgentRequest::HangUp);
    assert!(floor.was_ordered(&Command::HangUp { attempt: call }));
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Connected, EndedBy::Agent))
    );
    floor.types(1, call, "NI01");
    assert_eq!(floor.status(1), AgentStatus::Ready);
    // Signalling's own word about it comes late and changes nothing.
    floor.hangs_up(call);
    assert!(floor.oracle.all_placed_are_closed());
}
