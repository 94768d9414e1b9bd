//! Somebody calls one of our caller ids: the ready agent of their campaign, or
//! the message with its keys; and nothing of it counts as an attempt.

use crate::floor::{CAMPAIGN, Floor, TRUNK, agent, number, running, secs, trunk, work};
use domain::{
    AgentStatus, AttemptId, CampaignState, DialMode, EndedBy, Event, OfferId, Outcome, PhoneNumber,
    TransferKind, TransferTarget, WorkItem, WorkState,
};
use engine::{AgentRequest, CallProgress, Command, Input, Menu, Offer, PastAttempt};

/// The caller id of the campaign.
fn ours() -> PhoneNumber {
    number(999)
}

fn offer(
    floor: &mut Floor,
    offer: i64,
    called: PhoneNumber,
    caller: Option<PhoneNumber>,
    known: Option<(WorkItem, WorkState)>,
) {
    let offer = Offer {
        offer: OfferId::new(offer),
        trunk: TRUNK,
        called: vec![called],
        caller,
        known,
    };
    floor.feed(Input::CallOffered(Box::new(offer)));
}

/// The call that an offer became.
fn taken(floor: &Floor, wanted: i64) -> Option<AttemptId> {
    floor.orders.iter().find_map(|order| match order {
        Command::TakeCall { offer, attempt, .. } if offer.get() == wanted => Some(*attempt),
        _ => None,
    })
}

fn refused(floor: &Floor, wanted: i64) -> Option<u16> {
    floor.orders.iter().find_map(|order| match order {
        Command::RefuseCall { offer, status } if offer.get() == wanted => Some(*status),
        _ => None,
    })
}

/// Contact `n` calls, whose number is theirs.
fn rings_in(floor: &mut Floor, n: i64) -> Option<AttemptId> {
    let (state, item) = floor.state_of(n);
    offer(floor, n, ours(), Some(number(n)), Some((item, state)));
    taken(floor, n)
}

/// The same, answered.
fn calls_us(floor: &mut Floor, n: i64) -> AttemptId {
    let call = rings_in(floor, n).expect("taken in");
    floor.answers(call);
    call
}

fn stranger_calls(floor: &mut Floor, n: i64) -> AttemptId {
    offer(floor, n, ours(), Some(number(n)), None);
    let call = taken(floor, n).expect("taken in");
    floor.answers(call);
    call
}

fn presses(floor: &mut Floor, call: AttemptId, key: char) {
    floor.call(call, CallProgress::Key(key));
}

fn hears(floor: &Floor, attempt: AttemptId, menu: Menu) -> bool {
    floor.was_ordered(&Command::PlayMenu { attempt, menu })
}

/// A floor that dials nobody: contacts 1 and 2 are on a list whose campaign is paused.
fn quiet(agents: i64) -> Floor {
    let mut campaign = running(DialMode::Progressive);
    campaign.state = CampaignState::Paused;
    Floor::with(campaign, agents, 2)
}

#[test]
fn a_caller_talks_to_the_ready_agent_of_their_campaign_at_any_hour() {
    let mut floor = quiet(0);
    // A Sunday, at three in the morning: no call of ours could leave.
    floor.after(secs(3 * 86_400 + 17 * 3_600));
    floor.agent_ready(1).agent_ready(2);
    let call = calls_us(&mut floor, 1);
    assert!(floor.was_ordered(&Command::Bridge {
        attempt: call,
        agent: agent(1)
    }));
    assert_eq!(floor.status(1), AgentStatus::Talking);
    floor.after(secs(60)).hangs_up(call);
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Connected, EndedBy::Customer))
    );
    floor.types(1, call, "VE01");
    assert_eq!(floor.status(1), AgentStatus::Ready);
    let (state, item) = floor.state_of(1);
    assert_eq!((state, item.attempts), (WorkState::Closed, 0));
}

#[test]
fn a_call_to_us_is_no_attempt() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 0);
    floor
        .contacts(1..=1)
        .change(|campaign| campaign.state = CampaignState::Paused);
    let call = calls_us(&mut floor, 1);
    let live = floor.live();
    assert_eq!((live.calls.talking, live.calls.inbound), (1, 1));
    floor.hangs_up(call).types(1, call, "TE02");
    let live = floor.live();
    assert_eq!(
        (live.attempts, live.live_answers, live.abandoned),
        (0, 0, 0)
    );
    assert_eq!(live.calls.inbound, 0);
    assert_eq!(floor.state_of(1).1.attempts, 0);
    let placed =
        |fact: &&Event| matches!(fact, Event::CallPlaced { .. } | Event::AttemptIntended(_));
    assert_eq!(floor.facts.iter().filter(placed).count(), 0);
}

#[test]
fn pacing_counts_the_seat_of_an_agent_who_was_called() {
    let mut floor = Floor::with(running(DialMode::Progressive), 2, 0);
    floor.shelve(work(CAMPAIGN, 50, 50, &[50]));
    floor.change(|campaign| campaign.state = CampaignState::Paused);
    let call = calls_us(&mut floor, 50);
    floor.change(|campaign| campaign.state = CampaignState::Running);
    floor.contacts(1..=5).after(secs(5));
    // One line per ready agent, and only one of the two is.
    assert_eq!(floor.dialed().len(), 1);
    assert_eq!(floor.status(1), AgentStatus::Talking);
    floor.hangs_up(call).types(1, call, "CE01").after(secs(2));
    assert_eq!(floor.dialed().len(), 2);
}

#[test]
fn a_caller_nobody_is_ready_for_may_ask_to_be_called_back() {
    let mut floor = quiet(0);
    let call = calls_us(&mut floor, 1);
    assert!(hears(&floor, call, Menu::Choices));
    presses(&mut floor, call, '5');
    assert!(!hears(&floor, call, Menu::Noted), "5 means nothing");
    presses(&mut floor, call, '1');
    assert!(hears(&floor, call, Menu::Noted));
    let said = &floor.typifications(call)[0];
    assert_eq!((said.agent, said.code.as_str()), (None, "TI02"));
    let now = floor.now;
    let (state, item) = floor.state_of(1);
    assert_eq!((state, item.due, item.attempts), (WorkState::Ready, now, 0));
    // One wish a call.
    presses(&mut floor, call, '9');
    floor.call(call, CallProgress::MessagePlayed);
    assert_eq!(floor.typifications(call).len(), 1);
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Unserved, EndedBy::System))
    );
    // Called as soon as the campaign dials again.
    floor
        .agent_ready(1)
        .change(|campaign| campaign.state = CampaignState::Running);
    floor.after(secs(5));
    assert_eq!(floor.dialed().len(), 1);
}

#[test]
fn a_call_back_is_promised_whatever_was_decided_before() {
    let mut floor = quiet(0);
    let (_, item) = floor.state_of(1);
    offer(
        &mut floor,
        1,
        ours(),
        Some(number(1)),
        Some((item, WorkState::Closed)),
    );
    let call = taken(&floor, 1).expect("taken in");
    floor.answers(call);
    presses(&mut floor, call, '1');
    assert_eq!(floor.state_of(1).0, WorkState::Ready);
    assert!(floor.typifications(call)[0].next.promise.is_some());
}

#[test]
fn who_asks_never_to_be_called_is_suppressed_in_the_same_step() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.contacts(1..=1);
    let call = calls_us(&mut floor, 1);
    presses(&mut floor, call, '9');
    let said = &floor.typifications(call)[0];
    assert_eq!((said.code.as_str(), said.next.suppress), ("EX01", true));
    assert_eq!(floor.state_of(1).0, WorkState::Suppressed);
    floor.hangs_up(call);
    // The same person on another list is not dialed either.
    floor
        .shelve(work(CAMPAIGN, 7, 1, &[70]))
        .agent_ready(1)
        .after(secs(10));
    assert_eq!(floor.dialed(), []);
}

#[test]
fn who_must_not_be_called_may_call_and_stays_that() {
    let mut floor = quiet(1);
    let (_, item) = floor.state_of(1);
    offer(
        &mut floor,
        1,
        ours(),
        Some(number(1)),
        Some((item, WorkState::Suppressed)),
    );
    let call = taken(&floor, 1).expect("taken in");
    floor.answers(call).hangs_up(call).types(1, call, "TE02");
    assert_eq!(floor.state_of(1).0, WorkState::Suppressed);
}

#[test]
fn a_sale_that_calls_again_is_not_dialed_for_what_an_agent_notes() {
    let mut floor = quiet(1);
    let (_, item) = floor.state_of(1);
    offer(
        &mut floor,
        1,
        ours(),
        Some(number(1)),
        Some((item, WorkState::Closed)),
    );
    let call = taken(&floor, 1).expect("taken in");
    floor.answers(call).hangs_up(call).types(1, call, "CE02");
    assert_eq!(floor.state_of(1).0, WorkState::Closed);
}

#[test]
fn a_caller_who_hangs_up_while_it_rings_or_plays_leaves_the_work_as_it_was() {
    let mut floor = quiet(1);
    let call = rings_in(&mut floor, 1).expect("taken in");
    floor.hangs_up(call);
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Unserved, EndedBy::Customer))
    );
    assert_eq!(floor.status(1), AgentStatus::Ready);
    floor.asks(1, AgentRequest::LogOut);
    let call = calls_us(&mut floor, 2);
    floor.hangs_up(call);
    assert_eq!(
        floor.outcome(call),
        Some((Outcome::Unserved, EndedBy::Customer))
    );
    assert_eq!(floor.state_of(2).0, WorkState::Ready);
    assert!(floor.typifications(call).is_empty());
}

#[test]
fn two_callers_at_once_for_one_agent_one_talks_and_one_hears_the_message() {
    let mut floor = quiet(1);
    let one = rings_in(&mut floor, 1).expect("taken in");
    let other = rings_in(&mut floor, 2).expect("taken in");
    floor.answers(other).answers(one);
    assert_eq!(floor.agent(1).attempt, Some(other));
    assert!(hears(&floor, one, Menu::Choices));
    floor.hangs_up(other).hangs_up(one);
    assert_eq!(
        floor.outcome(other).map(|(outcome, _)| outcome),
        Some(Outcome::Connected)
    );
    assert_eq!(
        floor.outcome(one).map(|(outcome, _)| outcome),
        Some(Outcome::Unserved)
    );
}

#[test]
fn an_agent_may_hand_a_caller_on_and_one_whose_line_falls_is_replaced() {
    let mut floor = quiet(2);
    let call = calls_us(&mut floor, 1);
    floor
        .asks(1, AgentRequest::Hold)
        .asks(1, AgentRequest::Resume);
    floor.asks(
        1,
        AgentRequest::Transfer {
            to: TransferTarget::Agent(agent(2)),
            kind: TransferKind::Blind,
        },
    );
    assert_eq!(floor.agent(2).attempt, Some(call));
    floor.line(2, engine::LineEvent::Down("phone off".into()));
    floor.types(1, call, "CE01");
    floor.after(secs(10)).hangs_up(call);
    assert_eq!(
        floor.outcome(call).map(|(outcome, _)| outcome),
        Some(Outcome::Connected)
    );
}

#[test]
fn calls_to_us_take_channels_and_more_than_there_are_hear_busy() {
    let mut floor = quiet(0);
    floor.trunk(trunk(1, 50.0));
    let call = calls_us(&mut floor, 1);
    assert_eq!(rings_in(&mut floor, 2), None);
    assert_eq!(refused(&floor, 2), Some(486));
    floor.hangs_up(call);
    offer(&mut floor, 20, ours(), None, None);
    assert!(taken(&floor, 20).is_some(), "the channel is free again");
}

#[test]
fn a_number_that_nobody_shows_is_not_found_and_a_floor_that_closes_takes_nobody() {
    let mut floor = quiet(1);
    offer(&mut floor, 10, number(998), Some(number(1)), None);
    assert_eq!(refused(&floor, 10), Some(404));
    floor.feed(Input::Drain);
    offer(&mut floor, 11, ours(), Some(number(1)), None);
    assert_eq!(refused(&floor, 11), Some(503));
}

#[test]
fn whose_phone_we_ring_hears_busy() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    assert_eq!(rings_in(&mut floor, 1), None);
    assert_eq!(refused(&floor, 1), Some(486));
    floor.fails(call, Outcome::NoAnswer);
    assert!(rings_in(&mut floor, 1).is_some());
}

#[test]
fn nobody_on_a_call_to_us_is_dialed() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.contacts(1..=1);
    let call = calls_us(&mut floor, 1);
    floor.agent_ready(1).after(secs(5));
    assert_eq!(floor.dialed(), []);
    floor.hangs_up(call).after(secs(5));
    assert_eq!(floor.dialed().len(), 1);
}

fn left(floor: &Floor, call: AttemptId) -> Option<(Outcome, Option<String>, bool)> {
    floor.facts.iter().find_map(|fact| match fact {
        Event::StrangerLeft {
            attempt,
            outcome,
            code,
            suppress,
        } if *attempt == call => Some((*outcome, code.clone(), *suppress)),
        _ => None,
    })
}

#[test]
fn a_stranger_hears_the_message_and_what_their_key_asks_for_is_noted() {
    let mut floor = quiet(1);
    let call = stranger_calls(&mut floor, 77);
    assert!(hears(&floor, call, Menu::Choices));
    assert_eq!(floor.status(1), AgentStatus::Ready);
    presses(&mut floor, call, '9');
    let never = (Outcome::Unserved, Some("EX01".to_owned()), true);
    assert_eq!(left(&floor, call), Some(never));
    assert!(hears(&floor, call, Menu::Noted));
    floor.call(call, CallProgress::MessagePlayed);
    // From this step on, whoever turns out to have the number.
    floor.shelve(work(CAMPAIGN, 77, 77, &[77]));
    floor
        .change(|campaign| campaign.state = CampaignState::Running)
        .after(secs(5));
    assert!(!floor.dialed().is_empty(), "contact 1");
    assert_eq!(floor.state_of(77).1.attempts, 0);
}

#[test]
fn a_stranger_who_hides_hears_the_message_and_no_key_does_anything() {
    let mut floor = quiet(1);
    offer(&mut floor, 5, ours(), None, None);
    let call = taken(&floor, 5).expect("taken in");
    floor.answers(call);
    presses(&mut floor, call, '1');
    assert_eq!(left(&floor, call), None);
    floor.hangs_up(call);
    assert_eq!(left(&floor, call), Some((Outcome::Unserved, None, false)));
    assert_eq!(floor.reaped(), 0);
}

#[test]
fn a_clean_stop_ends_every_call_to_us_with_its_outcome() {
    let mut floor = quiet(1);
    let talks = calls_us(&mut floor, 1);
    let strange = stranger_calls(&mut floor, 77);
    let rings = rings_in(&mut floor, 2).expect("taken in");
    floor.feed(Input::Drain).feed(Input::Cease);
    assert_eq!(
        floor.outcome(talks).map(|(outcome, _)| outcome),
        Some(Outcome::Connected)
    );
    assert_eq!(
        floor.outcome(rings).map(|(outcome, _)| outcome),
        Some(Outcome::Unserved)
    );
    assert_eq!(
        left(&floor, strange),
        Some((Outcome::Unserved, None, false))
    );
    for attempt in [talks, strange, rings] {
        assert!(floor.was_ordered(&Command::HangUp { attempt }));
    }
}

#[test]
fn a_message_that_never_ends_is_hung_up() {
    let mut floor = quiet(0);
    let (known, strange) = (calls_us(&mut floor, 1), stranger_calls(&mut floor, 77));
    floor.after(secs(61));
    for attempt in [known, strange] {
        assert!(floor.was_ordered(&Command::HangUp { attempt }));
    }
    assert_eq!(
        floor.outcome(known).map(|(outcome, _)| outcome),
        Some(Outcome::Unserved)
    );
}

#[test]
fn a_call_to_us_of_an_earlier_engine_costs_no_attempt_when_it_is_corrected() {
    let mut floor = quiet(1);
    let call = calls_us(&mut floor, 1);
    floor.hangs_up(call).types(1, call, "CE01");
    let received = floor.facts.iter().find_map(|fact| match fact {
        Event::CallReceived(intent) => Some(intent.clone()),
        _ => None,
    });
    let update = floor.typifications(call)[0].next.clone();
    let mut later = quiet(1);
    later.feed(Input::Past(Box::new(PastAttempt {
        intent: received.expect("it was recorded"),
        work: floor.state_of(1).1,
        agent: agent(1),
        update,
        came_in: Some(WorkState::Ready),
        catalogue: std::sync::Arc::new(campaigns::Catalogue::spanish()),
        ended: floor.now,
    })));
    later.types(1, call, "NI01");
    assert_eq!(later.typifications(call)[0].next.attempts, 0);
}
