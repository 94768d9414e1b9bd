//! What a call was: by its agent, by the system, corrected, and "never again".

use crate::floor::{CAMPAIGN, Floor, agent, number, running, secs, work};
use std::sync::Arc;

use campaigns::Catalogue;
use domain::{AgentStatus, AttemptId, CatalogueId, DialMode, Intent, Purpose, TrunkId, WorkState};
use engine::{AgentRequest, Command, Input, PastAttempt};

/// One agent in wrap-up after a call with contact 1.
fn wrapping(contacts: i64) -> (Floor, AttemptId) {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, contacts);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(30)).hangs_up(call);
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    (floor, call)
}

#[test]
fn a_typification_ends_wrap_up_and_says_what_becomes_of_the_contact() {
    let (mut floor, call) = wrapping(1);
    floor.types(1, call, "VE01");
    assert_eq!(floor.status(1), AgentStatus::Ready);
    assert_eq!(floor.state_of(1).0, WorkState::Closed);
    let said = &floor.typifications(call)[0];
    assert_eq!((said.agent, said.corrects), (Some(agent(1)), false));
}

#[test]
fn wrap_up_that_runs_out_is_noted_by_the_system_and_the_agent_goes_on() {
    let (mut floor, call) = wrapping(1);
    floor.after(secs(29));
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    floor.after(secs(1));
    assert_eq!(floor.status(1), AgentStatus::Ready);
    let said = &floor.typifications(call)[0];
    assert_eq!((said.agent, said.code.as_str()), (None, "ST01"));
    // Their word later corrects it.
    floor.types(1, call, "NI01");
    let said = &floor.typifications(call)[1];
    assert!(said.corrects);
    assert_eq!(floor.state_of(1).0, WorkState::Closed);
}

#[test]
fn wrap_up_may_be_extended_once() {
    let (mut floor, _) = wrapping(1);
    floor.asks(1, AgentRequest::ExtendWrapUp(secs(60)));
    floor.asks(1, AgentRequest::ExtendWrapUp(secs(60)));
    assert_eq!(floor.rejection(), "extended_already");
    floor.after(secs(89));
    assert_eq!(floor.status(1), AgentStatus::WrapUp);
    floor.after(secs(1));
    assert_eq!(floor.status(1), AgentStatus::Ready);
}

#[test]
fn typified_during_the_call_means_no_wrap_up() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).types(1, call, "NI07");
    assert_eq!(floor.status(1), AgentStatus::Talking);
    floor.hangs_up(call);
    assert_eq!(floor.status(1), AgentStatus::Ready);
    assert_eq!(floor.typifications(call).len(), 1);
}

#[test]
fn codes_that_are_not_the_agents_to_set_are_refused() {
    let (mut floor, call) = wrapping(1);
    floor.types(1, call, "XX99");
    assert_eq!(floor.rejection(), "unknown_code");
    floor.types(1, call, "NC01");
    assert_eq!(floor.rejection(), "system_code");
    floor.types(1, AttemptId::new(77), "NI01");
    assert_eq!(floor.rejection(), "not_your_call");
    floor.hire(2).types(2, call, "NI01");
    assert_eq!(floor.rejection(), "not_your_call");
    assert_eq!(floor.typifications(call).len(), 0);
    floor.types(1, call, "NC03");
    assert_eq!(floor.rejection(), "", "an agent may say it was a machine");
}

#[test]
fn a_call_back_that_cannot_be_is_refused() {
    let (mut floor, call) = wrapping(1);
    let now = floor.now;
    floor.types_callback(1, call, "TI01", Some(now));
    assert_eq!(floor.rejection(), "callback_out_of_range");
    floor.types_callback(1, call, "NI01", Some(now + secs(3_600)));
    assert_eq!(floor.rejection(), "callback_on_closed");
    // Ten at night: the law lets no call leave.
    floor.types_callback(1, call, "TI01", Some(now + secs(12 * 3_600)));
    assert_eq!(floor.rejection(), "callback_closed");
}

#[test]
fn a_personal_call_back_goes_to_who_promised_it_at_its_time() {
    let (mut floor, call) = wrapping(1);
    let then = floor.now + secs(1_800);
    floor.types_callback(1, call, "TI01", Some(then));
    floor.agent_ready(2).after(secs(1_790));
    assert_eq!(floor.dialed().len(), 1, "not before its time");
    floor.after(secs(15));
    assert_eq!(floor.dialed().len(), 2);
    assert_eq!(floor.status(1), AgentStatus::Reserved);
    assert_eq!(floor.status(2), AgentStatus::Ready);
    let again = floor.last_dialed();
    floor.answers(again);
    assert!(floor.was_ordered(&Command::Bridge {
        attempt: again,
        agent: agent(1)
    }));
}

#[test]
fn a_promised_call_given_up_before_it_left_never_leaves() {
    let (mut floor, call) = wrapping(1);
    let then = floor.now + secs(600);
    floor.types_callback(1, call, "TI01", Some(then));
    floor.commits = false;
    floor.after(secs(605));
    let promised = floor.uncommitted[0];
    floor.asks(1, AgentRequest::HangUp).commit(promised);
    assert_eq!(floor.dialed(), [call]);
}

#[test]
fn a_personal_call_back_whose_agent_is_gone_goes_to_anyone() {
    let (mut floor, call) = wrapping(1);
    let then = floor.now + secs(600);
    floor.types_callback(1, call, "TI01", Some(then));
    floor.asks(1, AgentRequest::LogOut);
    floor.agent_ready(2).after(secs(610));
    assert_eq!(floor.dialed().len(), 2);
    let again = floor.last_dialed();
    floor.answers(again);
    assert_eq!(floor.status(2), AgentStatus::Talking);
}

#[test]
fn who_asks_not_to_be_called_is_taken_out_everywhere_in_the_same_step() {
    // Contact 2 is the same person on another list, contact 3 shares the phone.
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.shelve(work(CAMPAIGN, 1, 1, &[1]));
    floor.shelve(work(CAMPAIGN, 2, 1, &[21]));
    floor.shelve(work(CAMPAIGN, 3, 3, &[1]));
    floor.shelve(work(CAMPAIGN, 4, 4, &[4]));
    floor.agent_ready(1).after(secs(3));
    let call = floor.last_dialed();
    floor.answers(call).hangs_up(call).types(1, call, "EX01");
    assert!(floor.typifications(call)[0].next.suppress);
    let (state, _) = floor.state_of(1);
    assert_eq!(state, WorkState::Suppressed);
    // Whatever is dialed from now on, it is neither of them.
    floor.after(secs(5));
    let next = floor.last_dialed();
    assert_ne!(next, call);
    floor.fails(next, domain::Outcome::Busy).after(secs(70));
    assert_eq!(floor.dialed().len(), 2);
    assert_eq!(floor.state_of(2).0, WorkState::Suppressed);
    assert_eq!(floor.state_of(3).0, WorkState::Suppressed);
}

#[test]
fn a_correction_that_ends_the_work_holds_for_the_attempt_going_on() {
    let (mut floor, first) = wrapping(1);
    floor.types(1, first, "AB04").after(secs(7_201));
    let second = floor.last_dialed();
    assert_ne!(first, second);
    floor
        .types(1, first, "NI01")
        .fails(second, domain::Outcome::NoAnswer);
    assert_eq!(floor.state_of(1).0, WorkState::Closed);
}

#[test]
fn a_catalogue_told_before_its_campaign_is_the_campaigns() {
    let rows = Catalogue::spanish().rows().to_vec();
    let other = domain::CampaignId::new(2);
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.feed(engine::Input::CatalogueChanged {
        campaign: other,
        catalogue: Arc::new(Catalogue::from_rows(
            CatalogueId::new(7),
            2,
            rows.into_iter().filter(|row| row.code == "NI01").collect(),
        )),
    });
    let mut second = running(DialMode::Progressive);
    (second.id, second.name) = (other, "Otra".into());
    floor.feed(engine::Input::CampaignChanged(Box::new(second)));
    floor
        .shelve(work(other, 50, 50, &[50]))
        .hire_for(1, vec![other]);
    floor
        .asks(1, AgentRequest::LogIn)
        .line(1, engine::LineEvent::Up);
    floor.asks(1, AgentRequest::Ready).after(secs(3));
    let call = floor.last_dialed();
    floor.answers(call).types(1, call, "VE01");
    assert_eq!(floor.rejection(), "unknown_code");
    floor.types(1, call, "NI01");
    assert_eq!(floor.rejection(), "");
}

#[test]
fn a_late_correction_does_not_undo_a_later_attempt() {
    let (mut floor, first) = wrapping(1);
    floor.types(1, first, "AB04").after(secs(7_201));
    let second = floor.last_dialed();
    assert_ne!(first, second);
    floor
        .answers(second)
        .hangs_up(second)
        .types(1, second, "NI01");
    assert_eq!(floor.state_of(1).0, WorkState::Closed);
    floor.types(1, first, "TI02");
    assert_eq!(floor.state_of(1).0, WorkState::Closed);
    floor.types(1, first, "EX01");
    assert_eq!(floor.state_of(1).0, WorkState::Suppressed);
    assert_eq!(floor.state_of(1).1.attempts, 2);
}

#[test]
fn a_call_of_before_a_restart_is_still_its_agents_to_typify_and_nobody_elses() {
    let mut floor = Floor::with(running(DialMode::Progressive), 2, 0);
    let attempt = AttemptId::new(900);
    let work = work(CAMPAIGN, 7, 7, &[7]);
    floor.feed(Input::Past(Box::new(PastAttempt {
        came_in: None,
        catalogue: Arc::new(Catalogue::spanish()),
        ended: floor.now,
        intent: Intent {
            under: None,
            attempt,
            campaign: CAMPAIGN,
            list: work.contact.list,
            contact: work.contact.id,
            person: work.contact.person,
            segment: String::new(),
            phone: work.contact.phones[0].number,
            ordinal: 0,
            trunk: TrunkId::new(1),
            caller_id: number(999),
            mode: DialMode::Progressive,
            purpose: domain::Purpose::Commercial,
            serves: None,
            agent: Some(agent(1)),
            catalogue: Catalogue::HOUSE,
        },
        agent: agent(1),
        update: campaigns::give_back(&work),
        work,
    })));
    floor.types(2, attempt, "VE01");
    assert_eq!(floor.rejection(), "not_your_call");
    floor.types(1, attempt, "VE01");
    let said = &floor.typifications(attempt)[0];
    assert_eq!((said.agent, said.corrects), (Some(agent(1)), true));
    assert_eq!(said.next.state, WorkState::Closed);
}

#[test]
fn a_requested_call_back_names_the_attempt_in_which_it_was_asked_for() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let first = floor.last_dialed();
    let offered = floor.intent(first);
    assert_eq!(
        (offered.purpose, offered.serves),
        (Purpose::Commercial, None)
    );
    floor.answers(first).hangs_up(first);
    floor.types_callback(1, first, "TI01", Some(floor.now + secs(1_800)));
    floor.after(secs(1_810));
    let again = floor.intent(floor.last_dialed());
    assert_eq!(again.purpose, Purpose::RequestedCallback);
    assert_eq!(again.serves, Some(first));
}
