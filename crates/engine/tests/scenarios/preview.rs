//! Preview: the agent sees the contact first, and starts the call or not.

use crate::floor::{Floor, agent, running, secs, trunk};
use domain::{AgentStatus, DialMode, Outcome, WorkState};
use engine::{AgentRequest, Command, LineEvent};

fn preview(agents: i64, contacts: i64) -> Floor {
    Floor::with(running(DialMode::Preview), agents, contacts)
}

#[test]
fn a_ready_agent_is_shown_a_contact_and_nobody_is_called() {
    let floor = preview(1, 3);
    assert_eq!(floor.status(1), AgentStatus::Reserved);
    assert!(floor.agent(1).attempt.is_some());
    assert_eq!(floor.dialed(), []);
}

#[test]
fn an_accepted_contact_is_called_for_that_agent() {
    let mut floor = preview(2, 3);
    let shown = floor.agent(2).attempt.expect("a contact");
    floor.after(secs(60)).asks(2, AgentRequest::AcceptPreview);
    assert_eq!(floor.dialed(), [shown]);
    floor.rings(shown).answers(shown);
    assert!(floor.was_ordered(&Command::Bridge {
        attempt: shown,
        agent: agent(2)
    }));
    floor.hangs_up(shown).types(2, shown, "CE01");
    let next = floor.agent(2).attempt.expect("the next contact");
    assert_ne!(next, shown);
}

#[test]
fn a_skipped_contact_goes_back_untouched_and_another_is_shown() {
    let mut floor = preview(1, 2);
    let first = floor.agent(1).attempt;
    floor.asks(1, AgentRequest::SkipPreview);
    assert_ne!(floor.agent(1).attempt, first);
    let (state, work) = floor.state_of(1);
    assert_eq!((state, work.attempts), (WorkState::Ready, 0));
    assert_eq!(floor.refusals()[0].1.rule, "preview.skipped");
}

#[test]
fn a_call_that_failed_brings_the_next_contact() {
    let mut floor = preview(1, 2);
    let first = floor.agent(1).attempt.expect("a contact");
    floor.asks(1, AgentRequest::AcceptPreview);
    floor.fails(first, Outcome::Busy);
    assert_eq!(floor.status(1), AgentStatus::Reserved);
    assert_ne!(floor.agent(1).attempt, Some(first));
}

#[test]
fn a_break_gives_the_shown_contact_back_at_once() {
    let mut floor = preview(1, 1);
    floor.asks(1, AgentRequest::Break("café".into()));
    assert_eq!(floor.status(1), AgentStatus::Break);
    assert_eq!(floor.refusals()[0].1.rule, "preview.left");
    assert_eq!((floor.live().calls.intended, floor.live().hopper), (0, 1));
}

#[test]
fn who_says_neither_yes_nor_no_is_sent_on_a_break() {
    let mut floor = preview(1, 2);
    floor.after(secs(301));
    assert_eq!(floor.status(1), AgentStatus::Break);
    assert_eq!(floor.agent(1).reason.as_deref(), Some("preview"));
    assert_eq!(floor.live().calls.intended, 0);
}

#[test]
fn a_shown_contact_takes_no_channel_and_an_accepted_one_needs_one() {
    let mut floor = Floor::new(running(DialMode::Preview));
    floor.trunk(trunk(1, 50.0));
    floor
        .contacts(1..=4)
        .agent_ready(1)
        .agent_ready(2)
        .after(secs(3));
    assert_eq!(floor.live().calls.intended, 2);
    floor.asks(1, AgentRequest::AcceptPreview);
    floor.asks(2, AgentRequest::AcceptPreview);
    assert_eq!(floor.rejection(), "trunk_busy");
    assert_eq!(floor.status(2), AgentStatus::Reserved, "may try again");
    let first = floor.last_dialed();
    floor.fails(first, Outcome::NoAnswer);
    floor.asks(2, AgentRequest::AcceptPreview);
    assert_eq!(floor.dialed().len(), 2);
}

#[test]
fn a_contact_written_down_after_the_campaign_stopped_is_not_shown() {
    let mut floor = Floor::new(running(DialMode::Preview));
    floor.commits = false;
    floor.contacts([1]).agent_ready(1).after(secs(3));
    let attempt = floor.uncommitted[0];
    floor.feed(engine::Input::Drain).commit(attempt);
    assert_eq!(floor.status(1), AgentStatus::Ready);
    assert_eq!(floor.live().calls.intended, 0);
}

#[test]
fn a_lost_line_gives_the_shown_contact_back() {
    let mut floor = preview(1, 1);
    floor.line(1, LineEvent::Down("phone off".into()));
    assert_eq!(floor.status(1), AgentStatus::Lost);
    assert_eq!(floor.refusals().len(), 1);
    assert_eq!((floor.live().calls.intended, floor.live().hopper), (0, 1));
}

#[test]
fn an_agent_may_give_up_a_preview_call_that_rings() {
    let mut floor = preview(1, 1);
    let call = floor.agent(1).attempt.expect("a contact");
    floor.asks(1, AgentRequest::AcceptPreview).rings(call);
    floor.asks(1, AgentRequest::HangUp);
    assert!(floor.was_ordered(&Command::HangUp { attempt: call }));
    floor.fails(call, Outcome::NoAnswer);
    assert_eq!(
        floor.outcome(call).map(|(outcome, _)| outcome),
        Some(Outcome::Cancelled)
    );
    assert_eq!(floor.status(1), AgentStatus::Ready);
}

#[test]
fn a_line_that_falls_in_a_preview_is_given_no_customer() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 5);
    let call = floor.last_dialed();
    floor.rings(call);
    // A second agent, who previews; the first takes a break while it rings.
    floor.change(|campaign| campaign.mode = DialMode::Preview);
    floor.agent_ready(2).after(secs(1));
    floor.asks(1, AgentRequest::Break("café".into()));
    assert_eq!(floor.status(2), AgentStatus::Reserved);
    floor.answers(call);
    floor.line(2, LineEvent::Down("gone".into()));
    assert_eq!(floor.status(2), AgentStatus::Lost);
    floor.after(secs(3));
    let (outcome, _) = floor
        .outcome(call)
        .unwrap_or((Outcome::Abandoned, domain::EndedBy::System));
    assert_eq!(outcome, Outcome::Abandoned);
    assert!(!floor.was_ordered(&Command::Bridge {
        attempt: call,
        agent: agent(2)
    }));
}
