//! A live call held, handed on, and shared by three; and how long one lasts.

use crate::floor::{Floor, agent, number, running, secs};
use domain::{
    AgentStatus, AttemptId, Destination, DestinationId, DestinationPlace, DialMode, EndedBy, Event,
    Outcome, SignallingRecord, TransferKind, TransferTarget,
};
use engine::{AgentRequest, CallProgress, Command, Input, LineEvent, Party, SidePlace};

const BACK_OFFICE: DestinationId = DestinationId::new(1);
const MOBILE: DestinationId = DestinationId::new(2);

/// One customer with agent 1, agent 2 ready, and the back office on the list.
fn on_a_call() -> (Floor, AttemptId) {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    for (id, name, place) in [
        (
            BACK_OFFICE,
            "Back office",
            DestinationPlace::Phone("bo1".into()),
        ),
        (
            MOBILE,
            "Jefe de turno",
            DestinationPlace::Number(number(777)),
        ),
    ] {
        let name = name.to_owned();
        let destination = Destination { id, name, place };
        floor.feed(Input::DestinationChanged(Box::new(destination)));
    }
    let call = floor.last_dialed();
    floor.answers(call).after(secs(30));
    floor.agent_ready(2);
    (floor, call)
}

fn hands(floor: &mut Floor, to: TransferTarget, kind: TransferKind) {
    floor.asks(1, AgentRequest::Transfer { to, kind });
}

fn to_agent(id: i64) -> TransferTarget {
    TransferTarget::Agent(agent(id))
}

fn side(floor: &mut Floor, attempt: AttemptId, progress: CallProgress) {
    floor.feed(Input::Side {
        attempt,
        number: 1,
        progress,
    });
}

fn picks_up(floor: &mut Floor, attempt: AttemptId) {
    let record = SignallingRecord("second dialog".into());
    side(floor, attempt, CallProgress::Ringing);
    side(floor, attempt, CallProgress::Answered(record));
}

fn last_arrangement(floor: &Floor) -> Vec<Party> {
    let arranged = floor.orders.iter().rev().find_map(|order| match order {
        Command::Arrange { talk, .. } => Some(talk.clone()),
        _ => None,
    });
    arranged.expect("something was arranged")
}

fn transferred(floor: &Floor, attempt: AttemptId, to: TransferTarget) -> bool {
    let from = agent(1);
    floor
        .facts
        .contains(&Event::CallTransferred { attempt, from, to })
}

fn came_to_nothing(floor: &Floor) -> Option<&str> {
    floor.facts.iter().rev().find_map(|fact| match fact {
        Event::TransferFailed { why, .. } => Some(why.as_str()),
        _ => None,
    })
}

#[test]
fn a_customer_on_hold_is_taken_back() {
    let (mut floor, call) = on_a_call();
    floor.asks(1, AgentRequest::Hold);
    assert_eq!(last_arrangement(&floor), [Party::Agent(agent(1))]);
    assert_eq!(floor.agent(1).on_call.expect("on a call").stands, "held");
    floor.after(secs(20)).asks(1, AgentRequest::Resume);
    assert_eq!(
        last_arrangement(&floor),
        [Party::Customer, Party::Agent(agent(1))]
    );
    let agent = agent(1);
    for fact in [
        Event::CallHeld {
            attempt: call,
            agent,
        },
        Event::CallResumed {
            attempt: call,
            agent,
        },
    ] {
        assert!(floor.facts.contains(&fact));
    }
}

#[test]
fn who_hangs_up_on_hold_was_served() {
    let (mut floor, call) = on_a_call();
    floor.asks(1, AgentRequest::Hold).hangs_up(call);
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Connected, EndedBy::Customer))
    );
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
}

#[test]
fn a_blind_transfer_gives_the_customer_to_the_other_advisor_who_says_what_it_was() {
    let (mut floor, call) = on_a_call();
    hands(&mut floor, to_agent(2), TransferKind::Blind);
    assert!(transferred(&floor, call, to_agent(2)));
    assert_eq!(floor.status(1), AgentStatus::Ready);
    assert_eq!(floor.status(2), AgentStatus::Talking);
    let note = "quiere el plan de 40 GB".to_owned();
    floor.asks(
        1,
        AgentRequest::Note {
            attempt: call,
            note,
        },
    );
    assert_eq!(floor.rejection(), "");
    floor.types(1, call, "NI01");
    assert_eq!(floor.rejection(), "not_your_call");
    floor.hangs_up(call);
    assert_eq!(floor.status(2), AgentStatus::WrapUp);
    floor.types(2, call, "VE01");
    assert_eq!(floor.typifications(call).len(), 1);
    assert_eq!((floor.live().live_answers, floor.live().abandoned), (1, 0));
    let note = "ya lo llamé".to_owned();
    floor.asks(
        1,
        AgentRequest::Note {
            attempt: call,
            note,
        },
    );
    assert_eq!(floor.rejection(), "", "after the call too");
}

#[test]
fn only_an_advisor_who_is_ready_can_be_asked() {
    let (mut floor, _) = on_a_call();
    floor.hire(3);
    for (to, code) in [
        (to_agent(1), "target_not_ready"),
        (to_agent(3), "target_not_ready"),
        (to_agent(9), "unknown_agent"),
        (
            TransferTarget::Destination(DestinationId::new(9)),
            "unknown_destination",
        ),
    ] {
        hands(&mut floor, to, TransferKind::Attended);
        assert_eq!(floor.rejection(), code);
    }
    assert_eq!(floor.status(1), AgentStatus::Talking);
    assert!(
        !floor
            .orders
            .iter()
            .any(|o| matches!(o, Command::CallSide { .. }))
    );
}

#[test]
fn an_attended_transfer_lets_the_advisors_speak_before_the_customer_is_given() {
    let (mut floor, call) = on_a_call();
    hands(&mut floor, to_agent(2), TransferKind::Attended);
    let (one, two) = (Party::Agent(agent(1)), Party::Agent(agent(2)));
    assert_eq!(last_arrangement(&floor), [one, two]);
    assert_eq!(floor.status(2), AgentStatus::Talking, "busy for pacing");
    assert_eq!(floor.agent(2).on_call.expect("asked").stands, "consulted");
    floor.asks(2, AgentRequest::Hold);
    assert_eq!(floor.rejection(), "not_on_a_call", "not theirs yet");
    floor
        .after(secs(20))
        .asks(1, AgentRequest::CompleteTransfer);
    assert_eq!(last_arrangement(&floor), [Party::Customer, two]);
    assert!(transferred(&floor, call, to_agent(2)));
    assert_eq!(floor.status(1), AgentStatus::Ready);
    floor.hangs_up(call);
    assert_eq!(floor.status(2), AgentStatus::WrapUp);
}

#[test]
fn a_customer_taken_back_stays_and_who_was_asked_is_free() {
    let (mut floor, call) = on_a_call();
    hands(&mut floor, to_agent(2), TransferKind::Attended);
    floor.asks(1, AgentRequest::CancelTransfer);
    assert_eq!(came_to_nothing(&floor), Some("taken back"));
    assert_eq!(floor.status(2), AgentStatus::Ready);
    assert_eq!(
        last_arrangement(&floor),
        [Party::Customer, Party::Agent(agent(1))]
    );
    floor.hangs_up(call);
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    assert_eq!(floor.status(2), AgentStatus::Ready);
}

#[test]
fn three_hear_each_other_and_two_go_on() {
    let (mut floor, call) = on_a_call();
    hands(&mut floor, to_agent(2), TransferKind::Attended);
    floor.asks(1, AgentRequest::ThreeWay);
    let (one, two) = (Party::Agent(agent(1)), Party::Agent(agent(2)));
    assert_eq!(last_arrangement(&floor), [Party::Customer, one, two]);
    floor
        .after(secs(30))
        .asks(1, AgentRequest::CompleteTransfer);
    assert_eq!(last_arrangement(&floor), [Party::Customer, two]);
    assert!(transferred(&floor, call, to_agent(2)));
}

#[test]
fn a_customer_who_leaves_a_consultation_ends_it_for_all() {
    let (mut floor, call) = on_a_call();
    hands(&mut floor, to_agent(2), TransferKind::Attended);
    floor.hangs_up(call);
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    assert_eq!(floor.status(2), AgentStatus::Ready);
}

#[test]
fn who_was_asked_and_hangs_up_gives_the_customer_back() {
    let (mut floor, call) = on_a_call();
    hands(&mut floor, to_agent(2), TransferKind::Attended);
    floor.asks(2, AgentRequest::HangUp);
    assert_eq!(came_to_nothing(&floor), Some("they hung up"));
    assert_eq!(floor.outcome(call), None);
    assert_eq!(
        last_arrangement(&floor),
        [Party::Customer, Party::Agent(agent(1))]
    );
}

#[test]
fn an_advisor_whose_line_falls_while_asking_leaves_the_customer_to_the_other() {
    let (mut floor, call) = on_a_call();
    hands(&mut floor, to_agent(2), TransferKind::Attended);
    floor.line(1, LineEvent::Down("no audio".into()));
    assert!(transferred(&floor, call, to_agent(2)));
    floor.hangs_up(call);
    assert_eq!(floor.status(2), AgentStatus::WrapUp);
}

#[test]
fn a_blind_transfer_whose_advisor_cannot_be_reached_comes_back() {
    let (mut floor, call) = on_a_call();
    hands(&mut floor, to_agent(2), TransferKind::Blind);
    floor.agent_ready(3);
    floor.line(2, LineEvent::Down("the phone was not picked up".into()));
    assert_eq!(floor.status(1), AgentStatus::Talking, "not agent 3");
    assert!(floor.was_ordered(&Command::Bridge {
        attempt: call,
        agent: agent(1)
    }));
}

#[test]
fn a_destination_rings_only_once_its_intent_is_durable() {
    let (mut floor, call) = on_a_call();
    floor.commits = false;
    let to = TransferTarget::Destination(BACK_OFFICE);
    hands(&mut floor, to, TransferKind::Attended);
    let rings = |floor: &Floor| {
        floor
            .orders
            .iter()
            .any(|o| matches!(o, Command::CallSide { .. }))
    };
    assert!(!rings(&floor));
    floor.asks(1, AgentRequest::CompleteTransfer);
    assert_eq!(floor.rejection(), "not_answered_yet");
    floor.oracle.transfer_committed(call, 1);
    floor.feed(Input::TransferCommitted {
        attempt: call,
        number: 1,
    });
    assert!(floor.was_ordered(&Command::CallSide {
        attempt: call,
        number: 1,
        place: SidePlace::Phone("bo1".into()),
        ring_timeout: secs(25),
    }));
    picks_up(&mut floor, call);
    floor.asks(1, AgentRequest::CompleteTransfer);
    assert_eq!(last_arrangement(&floor), [Party::Customer, Party::Side]);
    assert!(transferred(&floor, call, to));
    // The last advisor who had it says what it was, and at once.
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    floor.types(1, call, "VE01").after(secs(60));
    assert_eq!(floor.status(1), AgentStatus::Ready);
    assert_eq!(floor.live().calls.talking, 1);
    floor.hangs_up(call);
    assert!(floor.was_ordered(&Command::DropSide {
        attempt: call,
        number: 1
    }));
    assert_eq!(floor.typifications(call).len(), 1);
}

#[test]
fn a_commit_that_comes_after_the_customer_was_taken_back_rings_nobody() {
    let (mut floor, call) = on_a_call();
    floor.commits = false;
    for number in 1..=2 {
        let to = TransferTarget::Destination(BACK_OFFICE);
        hands(&mut floor, to, TransferKind::Attended);
        if number == 1 {
            floor.asks(1, AgentRequest::CancelTransfer);
        }
    }
    floor.oracle.transfer_committed(call, 1);
    floor.feed(Input::TransferCommitted {
        attempt: call,
        number: 1,
    });
    assert!(
        !floor
            .orders
            .iter()
            .any(|o| matches!(o, Command::CallSide { .. }))
    );
}

#[test]
fn a_number_is_called_with_the_campaigns_caller_id_and_holds_a_channel() {
    let (mut floor, call) = on_a_call();
    let to = TransferTarget::Destination(MOBILE);
    hands(&mut floor, to, TransferKind::Blind);
    let place = floor.orders.iter().find_map(|order| match order {
        Command::CallSide { place, .. } => Some(place.clone()),
        _ => None,
    });
    let Some(SidePlace::Number(route)) = place else {
        panic!("no number was called: {place:?}");
    };
    assert_eq!((route.phone, route.caller_id), (number(777), number(999)));
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    picks_up(&mut floor, call);
    assert!(transferred(&floor, call, to));
    side(
        &mut floor,
        call,
        CallProgress::Ended {
            by: EndedBy::Customer,
            cause: domain::Cause::default(),
        },
    );
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Connected, EndedBy::Agent))
    );
    assert_eq!(floor.status(1), AgentStatus::WrapUp, "typifies in peace");
}

#[test]
fn nobody_at_the_destination_gives_the_customer_back_to_who_sent_them() {
    let (mut floor, call) = on_a_call();
    let to = TransferTarget::Destination(MOBILE);
    hands(&mut floor, to, TransferKind::Blind);
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    side(
        &mut floor,
        call,
        CallProgress::Failed {
            outcome: Outcome::NoAnswer,
            cause: domain::Cause::default(),
        },
    );
    assert_eq!(came_to_nothing(&floor), Some("no answer"));
    assert_eq!(floor.status(1), AgentStatus::Talking);
    floor.hangs_up(call);
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
}

#[test]
fn nobody_at_the_destination_and_the_sender_busy_finds_the_next_or_plays_the_message() {
    for anyone in [true, false] {
        let (mut floor, call) = on_a_call();
        hands(
            &mut floor,
            TransferTarget::Destination(MOBILE),
            TransferKind::Blind,
        );
        floor.types(1, call, "NI01");
        floor.asks(1, AgentRequest::Break("café".into()));
        if !anyone {
            floor.asks(2, AgentRequest::Break("café".into()));
        }
        // Signalling itself says nothing: the engine's own clock decides.
        floor.after(secs(25 + 10));
        if anyone {
            assert_eq!(floor.status(2), AgentStatus::Talking);
        } else {
            floor.after(secs(2));
            assert!(floor.was_ordered(&Command::PlayMessage { attempt: call }));
            assert_eq!(floor.live().abandoned, 0, "they were served");
        }
    }
}

#[test]
fn keys_are_sent_but_not_written_down() {
    let (mut floor, call) = on_a_call();
    floor.asks(1, AgentRequest::SendDigits("12#".into()));
    assert!(floor.was_ordered(&Command::SendDigits {
        attempt: call,
        digits: "12#".into()
    }));
    assert!(floor.facts.contains(&Event::DigitsSent {
        attempt: call,
        agent: agent(1),
        count: 3
    }));
    for bad in ["", "12x", "1234567890123456789012345678901234567890"] {
        floor.asks(1, AgentRequest::SendDigits(bad.into()));
        assert_eq!(floor.rejection(), "bad_digits");
    }
}

#[test]
fn a_minute_before_the_longest_call_ends_its_advisor_is_warned() {
    let mut campaign = running(DialMode::Progressive);
    campaign.call_max = secs(600);
    let mut floor = Floor::with(campaign, 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(539));
    let warning = Command::Warn {
        attempt: call,
        agent: agent(1),
    };
    assert!(!floor.was_ordered(&warning));
    floor.after(secs(1));
    assert!(floor.was_ordered(&warning));
    assert!(floor.agent(1).on_call.expect("talking").ends.is_some());
    floor.after(secs(59));
    assert_eq!(floor.outcome(call), None);
    floor.after(secs(1));
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Connected, EndedBy::System))
    );
}

#[test]
fn handing_a_call_on_does_not_make_it_longer() {
    let (mut floor, call) = on_a_call();
    floor.after(secs(3_000));
    hands(&mut floor, to_agent(2), TransferKind::Blind);
    floor.after(secs(570));
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Connected, EndedBy::System))
    );
}
