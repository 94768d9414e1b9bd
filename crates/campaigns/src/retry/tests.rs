//! What becomes of a contact, by typification.

use super::*;
use crate::Catalogue;
use domain::{CampaignId, Contact, ContactId, ListId, PersonId, PhoneNumber};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn now() -> Timestamp {
    Timestamp::from_millis(1_000_000)
}

fn campaign() -> Campaign {
    Campaign::new(CampaignId::new(1), "Claro")
}

fn work(phones: u8) -> WorkItem {
    let number = |n| PhoneNumber::from_e164(&format!("+57300000000{n}")).expect("a number");
    WorkItem {
        campaign: CampaignId::new(1),
        contact: Contact {
            id: ContactId::new(1),
            list: ListId::new(1),
            person: PersonId::new(1),
            document: String::new(),
            name: "Luz".into(),
            segment: String::new(),
            phones: (0..phones)
                .map(|ordinal| ContactPhone {
                    ordinal,
                    number: number(ordinal),
                    attempts: 0,
                    usable: true,
                })
                .collect(),
            attributes: Vec::new(),
        },
        attempts: 0,
        repeats: 0,
        last_code: None,
        next_phone: 0,
        due: Timestamp::from_millis(0),
        callback_agent: None,
        prior: Vec::new(),
        listed: Vec::new(),
    }
}

fn after(work: &WorkItem, phone: u8, code: &str) -> WorkUpdate {
    let catalogue = Catalogue::spanish();
    After {
        work,
        phone,
        disposition: catalogue.get(code).expect(code),
        costs_attempt: true,
        callback_at: None,
        callback_agent: None,
    }
    .update(&campaign(), now())
}

/// The work as the store would lease it again after `update`.
fn applied(mut work: WorkItem, update: &WorkUpdate, dialed: u8) -> WorkItem {
    if update.attempts > work.attempts {
        work.contact.phones[usize::from(dialed)].attempts += 1;
    }
    if let Some(bad) = update.invalid_phone {
        work.contact.phones[usize::from(bad)].usable = false;
    }
    work.attempts = update.attempts;
    work.repeats = update.repeats;
    work.last_code = update.code.clone();
    work.next_phone = update.next_phone;
    work
}

#[test]
fn no_answer_waits_three_hours_and_tries_the_other_phone() {
    let update = after(&work(2), 0, "NC01");
    assert_eq!(update.state, WorkState::Ready);
    assert_eq!(update.next_at, now() + 180 * MINUTE);
    assert_eq!((update.next_phone, update.attempts), (1, 1));
    assert_eq!(after(&work(2), 1, "NC01").next_phone, 0);
    assert_eq!(after(&work(1), 0, "NC01").next_phone, 0);
}

#[test]
fn busy_is_tried_again_on_the_same_phone_twice_in_a_row_at_most() {
    let fresh = work(2);
    let first = after(&fresh, 0, "NC02");
    assert_eq!((first.next_phone, first.repeats), (0, 1));
    let second = after(&applied(fresh, &first, 0), 0, "NC02");
    assert_eq!((second.next_phone, second.repeats), (1, 2));

    let fresh = work(1);
    let first = after(&fresh, 0, "NC02");
    let second = after(&applied(fresh, &first, 0), 0, "NC02");
    assert_eq!(second.state, WorkState::Exhausted);
}

#[test]
fn a_number_that_does_not_exist_is_never_dialed_again() {
    let update = after(&work(2), 0, "NC05");
    assert_eq!((update.invalid_phone, update.next_phone), (Some(0), 1));
    assert_eq!(update.state, WorkState::Ready);
    assert_eq!(after(&work(1), 0, "NC05").state, WorkState::Exhausted);
}

#[test]
fn congestion_costs_no_attempt() {
    let update = after(&work(1), 0, "NC06");
    assert_eq!((update.attempts, update.state), (0, WorkState::Ready));
    assert_eq!(update.next_at, now() + 10 * MINUTE);
}

#[test]
fn giving_up_ourselves_costs_no_attempt() {
    let catalogue = Catalogue::spanish();
    let fresh = work(1);
    let update = After {
        work: &fresh,
        phone: 0,
        disposition: catalogue.get("NC01").expect("no answer"),
        costs_attempt: false,
        callback_at: None,
        callback_agent: None,
    }
    .update(&campaign(), now());
    assert_eq!(update.attempts, 0);
}

#[test]
fn attempts_run_out_per_contact_and_per_phone() {
    let mut tired = work(2);
    tired.attempts = 5;
    assert_eq!(after(&tired, 0, "NC01").state, WorkState::Exhausted);

    let mut tired = work(2);
    tired.contact.phones[1].attempts = 3;
    assert_eq!(after(&tired, 0, "NC01").next_phone, 0);
    tired.contact.phones[0].attempts = 2;
    assert_eq!(after(&tired, 0, "NC01").state, WorkState::Exhausted);
}

#[test]
fn sale_closes_and_an_opt_out_suppresses() {
    assert_eq!(after(&work(2), 0, "VE01").state, WorkState::Closed);
    let out = after(&work(2), 0, "EX01");
    assert_eq!((out.state, out.suppress), (WorkState::Suppressed, true));
}

#[test]
fn a_promised_call_back_is_kept_when_no_attempt_is_left() {
    let catalogue = Catalogue::spanish();
    let mut tired = work(1);
    tired.attempts = 5;
    tired.contact.phones[0].attempts = 2;
    let agent = AgentId::new(4);
    let update = After {
        work: &tired,
        phone: 0,
        disposition: catalogue.get("TI01").expect("personal call-back"),
        costs_attempt: true,
        callback_at: Some(now() + 45 * MINUTE),
        callback_agent: Some(agent),
    }
    .update(&campaign(), now());
    assert_eq!(update.state, WorkState::Ready);
    assert_eq!(update.next_at, now() + 45 * MINUTE);
    assert_eq!((update.next_phone, update.callback_agent), (0, Some(agent)));
}

#[test]
fn work_handed_back_is_as_it_was() {
    let mut item = work(2);
    (item.attempts, item.repeats, item.next_phone) = (2, 1, 1);
    item.last_code = Some("NC02".into());
    let back = give_back(&item);
    assert_eq!(
        (back.attempts, back.repeats, back.next_phone, back.next_at),
        (2, 1, 1, item.due)
    );
    assert_eq!((back.state, back.code), (WorkState::Ready, item.last_code));
}
