//! How often one person is called, over all campaigns.

use campaigns::Campaign;
use domain::{CampaignId, DialMode, Outcome};
use engine::Input;

use crate::floor::{CAMPAIGN, Floor, running, secs, work};

const OTHER: CampaignId = CampaignId::new(2);

/// Two campaigns with an agent each, and the same person in both.
fn two_with_the_same_person() -> Floor {
    let mut floor = Floor::new(running(DialMode::Progressive));
    let mut other: Campaign = running(DialMode::Progressive);
    other.id = OTHER;
    other.name = "Equipos".into();
    floor.feed(Input::CampaignChanged(Box::new(other)));
    floor.shelve(work(CAMPAIGN, 1, 1, &[1]));
    floor.shelve(work(OTHER, 2, 1, &[2]));
    floor.hire_for(1, vec![CAMPAIGN]).comes_in(1);
    floor.hire_for(2, vec![OTHER]).comes_in(2);
    floor.after(secs(3));
    floor
}

#[test]
fn two_campaigns_leave_two_hours_between_calls_to_one_person() {
    let mut floor = two_with_the_same_person();
    assert_eq!(floor.dialed().len(), 1, "one at a time");
    let first = floor.last_dialed();
    floor
        .rings(first)
        .after(secs(20))
        .fails(first, Outcome::NoAnswer);
    floor.after(secs(7_150));
    assert_eq!(floor.dialed().len(), 1, "not yet two hours later");
    floor.after(secs(120));
    assert_eq!(floor.dialed().len(), 2);
}

#[test]
fn whoever_was_spoken_to_is_not_called_by_another_campaign_that_day() {
    let mut floor = two_with_the_same_person();
    let first = floor.last_dialed();
    let agent = match floor.campaign_of(first) {
        CAMPAIGN => 1,
        _ => 2,
    };
    floor
        .answers(first)
        .hangs_up(first)
        .types(agent, first, "NI01");
    // The window of that Wednesday closes at 19:00; the next day opens at 7:00.
    floor.after(secs(20 * 3_600));
    assert_eq!(floor.dialed().len(), 1, "not on the same day");
    floor.comes_in(1).comes_in(2).after(secs(3_600 + 60));
    assert_eq!(floor.dialed().len(), 2, "the next morning");
}

#[test]
fn a_campaign_may_be_stricter_than_the_law_with_people_that_others_called() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    let mut other: Campaign = running(DialMode::Progressive);
    other.id = OTHER;
    other.name = "Equipos".into();
    other.contact_limits.gap = Some(secs(3 * 3_600));
    floor.shelve(work(CAMPAIGN, 1, 1, &[1]));
    floor.hire_for(1, vec![CAMPAIGN]).comes_in(1).after(secs(3));
    let first = floor.last_dialed();
    floor.fails(first, Outcome::InvalidNumber);
    floor.shelve(work(OTHER, 2, 1, &[2]));
    floor.feed(Input::CampaignChanged(Box::new(other)));
    floor
        .hire_for(2, vec![OTHER])
        .comes_in(2)
        .after(secs(3 * 3_600 - 60));
    assert_eq!(
        floor.dialed().len(),
        1,
        "the law would have let them after two hours"
    );
    floor.after(secs(120));
    assert_eq!(floor.dialed().len(), 2);
}

#[test]
fn whoever_asked_to_be_called_is_called_when_they_asked() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let first = floor.last_dialed();
    let then = floor.now + secs(1_800);
    floor.answers(first).hangs_up(first);
    floor.types_callback(1, first, "TI01", Some(then));
    floor.after(secs(1_810));
    assert_eq!(floor.dialed().len(), 2);
}

#[test]
fn people_called_lately_hold_up_nobody_else() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    let mut other: Campaign = running(DialMode::Progressive);
    other.id = OTHER;
    other.name = "Equipos".into();
    // Sixty people of both campaigns, and one of the second alone who comes last.
    for id in 1..=60 {
        floor.shelve(work(CAMPAIGN, id, id, &[id]));
        floor.shelve(work(OTHER, 100 + id, id, &[id]));
    }
    floor.shelve(work(OTHER, 200, 200, &[200]));
    for id in 1..=10 {
        floor.agent_ready(id);
    }
    for _ in 0..20 {
        floor.after(secs(5));
        for call in floor.dialed() {
            if floor.outcome(call).is_none() {
                floor.fails(call, Outcome::InvalidNumber);
            }
        }
    }
    let before = floor.dialed().len();
    assert_eq!(before, 60);
    floor.feed(Input::CampaignChanged(Box::new(other)));
    floor.hire_for(11, vec![OTHER]).comes_in(11).after(secs(70));
    assert_eq!(floor.dialed().len(), 61, "only who was not called");
    assert_eq!(floor.person_of(floor.last_dialed()).get(), 200);
}
