//! A campaign from start to finish.

use crate::floor::{CAMPAIGN, Floor, running, secs, work};
use domain::{CampaignState, DialMode, Event, Outcome, WorkState};
use engine::{Command, Input};

#[test]
fn a_campaign_finishes_when_nothing_is_left_and_no_call_lives() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).after(secs(60));
    assert_eq!(floor.live().state, CampaignState::Running);
    floor.hangs_up(call).after(secs(5));
    assert_eq!(floor.live().state, CampaignState::Running, "to be typified");
    floor.types(1, call, "VE01").after(secs(10));
    assert_eq!(floor.live().state, CampaignState::Finished);
    assert!(floor.facts.iter().any(|fact| matches!(
        fact,
        Event::CampaignStateChanged {
            state: CampaignState::Finished,
            ..
        }
    )));
}

#[test]
fn work_that_comes_back_later_keeps_the_campaign_running() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.fails(call, Outcome::Busy).after(secs(60));
    assert_eq!(floor.live().state, CampaignState::Running);
    // Twenty minutes by the catalogue; by the law's pack, two hours.
    floor.after(secs(1_200));
    assert_eq!(floor.dialed().len(), 1);
    floor.after(secs(6_000));
    assert_eq!(floor.dialed().len(), 2);
}

#[test]
fn a_number_without_another_is_exhausted_and_the_campaign_finishes() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.fails(call, Outcome::InvalidNumber).after(secs(10));
    assert_eq!(floor.state_of(1).0, WorkState::Exhausted);
    assert_eq!(floor.live().state, CampaignState::Finished);
}

#[test]
fn a_stopped_campaign_gives_its_leases_back_and_lets_calls_end() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 8);
    let call = floor.last_dialed();
    floor.change(|campaign| campaign.state = CampaignState::Stopped);
    for contact in 2..=8 {
        assert_eq!(floor.state_of(contact).0, WorkState::Ready, "{contact}");
    }
    floor.answers(call).hangs_up(call).types(1, call, "NI01");
    assert_eq!(floor.dialed().len(), 1);
    floor.change(|campaign| campaign.state = CampaignState::Running);
    floor.after(secs(3));
    assert_eq!(floor.dialed().len(), 2);
}

#[test]
fn work_leased_to_a_campaign_that_just_stopped_goes_back() {
    let mut floor = Floor::with(running(DialMode::Progressive), 0, 0);
    floor.change(|campaign| campaign.state = CampaignState::Paused);
    floor.contacts([1]).orders.clear();
    let item = floor.state_of(1).1;
    floor.feed(Input::HopperRefilled {
        campaign: CAMPAIGN,
        work: vec![item],
        next_due: None,
    });
    assert!(matches!(floor.orders[..], [Command::ReleaseWork(_)]));
}

#[test]
fn the_hopper_holds_seconds_of_demand_not_the_whole_base() {
    let floor = Floor::with(running(DialMode::Progressive), 2, 1_000);
    assert!(floor.live().hopper <= 20, "{}", floor.live().hopper);
}

#[test]
fn a_removed_campaign_disappears_once_its_calls_are_over() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 3);
    let call = floor.last_dialed();
    floor.answers(call).feed(Input::CampaignRemoved(CAMPAIGN));
    assert_eq!(floor.live().calls.talking, 1);
    floor.hangs_up(call).types(1, call, "NI01");
    assert!(floor.oracle.all_placed_are_closed());
    assert_eq!(floor.dialed().len(), 1);
}

#[test]
fn a_person_on_many_records_does_not_keep_the_others_waiting() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    for contact in 1..=30 {
        floor.shelve(work(CAMPAIGN, contact, 1, &[contact]));
    }
    floor.shelve(work(CAMPAIGN, 31, 31, &[31]));
    floor.agent_ready(1).agent_ready(2).after(secs(30));
    assert_eq!(floor.dialed().len(), 2);
    let asked = floor.orders.iter();
    let asked = asked.filter(|o| matches!(o, Command::RefillHopper { .. }));
    assert!(asked.count() < 30, "the store is not asked in a circle");
}
