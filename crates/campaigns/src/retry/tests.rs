//! What becomes of a contact, by typification.

use super::*;
use crate::Catalogue;
use domain::{CampaignId, Contact, ContactId, ListId, PersonId, PhoneNumber, PriorCall};
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
        promise: None,
        spent: 0,
        prior: Vec::new(),
        listed: Vec::new(),
        consents: Vec::new(),
        resumes: None,
    }
}

fn after(work: &WorkItem, phone: u8, code: &str) -> WorkUpdate {
    said(work, phone, code, |_| {})
}

/// The same, with what a test changes of it.
fn said(work: &WorkItem, phone: u8, code: &str, change: impl Fn(&mut After<'_>)) -> WorkUpdate {
    let catalogue = Catalogue::spanish();
    let mut after = After {
        attempt: AttemptId::new(1),
        work,
        phone,
        disposition: catalogue.get(code).expect(code),
        version: 3,
        costs_attempt: true,
        callback_at: None,
        agent: None,
        opt_out: false,
    };
    change(&mut after);
    after.update(&campaign(), None, now())
}

fn rule(update: &WorkUpdate) -> &str {
    let because = update.because.as_ref();
    because.map_or("", |gate| gate.rule.as_str())
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
    let update = said(&work(1), 0, "NC01", |after| after.costs_attempt = false);
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
    let mut tired = work(1);
    tired.attempts = 5;
    tired.contact.phones[0].attempts = 2;
    let (agent, then) = (AgentId::new(4), now() + 45 * MINUTE);
    let promised = |code| {
        said(&tired, 0, code, |after| {
            (after.callback_at, after.agent) = (Some(then), Some(agent));
        })
    };
    let update = promised("TI01");
    assert_eq!((update.state, update.next_at), (WorkState::Ready, then));
    let asked_in = Some(AttemptId::new(1));
    let own = Promise {
        agent: Some(agent),
        asked_in,
    };
    assert_eq!((update.next_phone, update.promise), (0, Some(own)));
    assert_eq!(rule(&update), "TI01.call_back");
    // Whoever thinks it over is called by anybody, and that was asked for too.
    assert_eq!(
        promised("CE01").promise,
        Some(Promise {
            agent: None,
            asked_in: Some(AttemptId::new(1)),
        })
    );
}

#[test]
fn who_asks_to_be_called_again_without_a_time_is_promised_a_call_all_the_same() {
    let update = said(&work(1), 0, "TI02", |after| {
        after.agent = Some(AgentId::new(4))
    });
    assert_eq!(
        update.promise,
        Some(Promise {
            agent: None,
            asked_in: Some(AttemptId::new(1)),
        })
    );
    assert_eq!(update.next_at, now() + 24 * 60 * MINUTE);
    assert_eq!(after(&work(1), 0, "NC01").promise, None);
}

#[test]
fn never_again_may_be_asked_beside_any_typification() {
    let update = said(&work(2), 0, "CE01", |after| after.opt_out = true);
    assert_eq!(
        (update.state, update.suppress),
        (WorkState::Suppressed, true)
    );
    assert_eq!(update.code.as_deref(), Some("CE01"), "the offer was made");
    assert_eq!(rule(&update), "campaign.opt_out");
}

#[test]
fn the_budget_of_a_base_is_one_whichever_campaigns_spend_it() {
    let catalogue = Catalogue::spanish();
    let mut campaign = campaign();
    campaign.contact_limits.per_base = Some(4);
    let mut item = work(2);
    // Two of the three before were another campaign's.
    (item.attempts, item.spent) = (1, 3);
    let said = |code| After {
        attempt: AttemptId::new(1),
        work: &item,
        phone: 0,
        disposition: catalogue.get(code).expect(code),
        version: 1,
        costs_attempt: true,
        callback_at: None,
        agent: None,
        opt_out: false,
    };
    let update = said("NC01").update(&campaign, None, now());
    assert_eq!(update.state, WorkState::Exhausted);
    assert_eq!(rule(&update), "campaign.attempts_per_base");
    let free = said("NC06").update(&campaign, None, now());
    assert_eq!(free.state, WorkState::Ready, "congestion costs nothing");
    assert_eq!(crate::over_budget(&campaign, &item), None);
    item.spent = 4;
    assert!(crate::over_budget(&campaign, &item).is_some());
}

#[test]
fn the_best_phone_is_the_one_on_which_calls_came_furthest() {
    let catalogue = Catalogue::spanish();
    let mut row = catalogue.get("NC01").expect("no answer").clone();
    row.retry.next_phone = NextPhone::Best;
    let mut item = work(3);
    let best = |item: &WorkItem| {
        let after = After {
            attempt: AttemptId::new(1),
            work: item,
            phone: 0,
            disposition: &row,
            version: 1,
            costs_attempt: true,
            callback_at: None,
            agent: None,
            opt_out: false,
        };
        after.update(&campaign(), None, now()).next_phone
    };
    assert_eq!(best(&item), 1, "none reached anybody: the one tried least");
    item.prior.push(PriorCall {
        at: now() - 300 * MINUTE,
        phone: item.contact.phones[2].number,
        reach: Reach::Person,
    });
    assert_eq!(best(&item), 2);
    item.contact.phones[2].usable = false;
    assert_eq!(best(&item), 1);
}

/// Wednesday 2026-11-25 at this hour and minute in Bogotá.
fn at(hour: i64, minute: i64) -> Timestamp {
    Timestamp::from_millis(1_795_582_800_000 + (hour * 60 + minute) * 60_000)
}

#[test]
fn who_was_not_reached_in_the_morning_is_tried_at_noon_and_then_in_the_evening() {
    let catalogue = Catalogue::spanish();
    let pack = Pack::colombia();
    let mut item = work(1);
    let next = |item: &WorkItem, now| {
        let after = After {
            attempt: AttemptId::new(1),
            work: item,
            phone: 0,
            disposition: catalogue.get("NC01").expect("no answer"),
            version: 1,
            costs_attempt: true,
            callback_at: None,
            agent: None,
            opt_out: false,
        };
        let update = after.update(&campaign(), Some(&pack), now);
        (update.next_at, rule(&update).to_owned())
    };
    // Three hours later it is noon as it is.
    assert_eq!(next(&item, at(9, 0)), (at(12, 0), "NC01.wait".to_owned()));
    // Early in the morning it would still be morning.
    assert_eq!(
        next(&item, at(7, 30)),
        (at(11, 0), "NC01.other_hours".to_owned())
    );
    // Tried at noon too: evening is left.
    let tried = |at| PriorCall {
        at,
        phone: item.contact.phones[0].number,
        reach: Reach::Nobody,
    };
    item.prior = vec![tried(at(9, 0))];
    assert_eq!(
        next(&item, at(11, 30)),
        (at(15, 0), "NC01.other_hours".to_owned())
    );
    // All three tried alike: any will do, and the law opens at seven.
    item.prior.push(tried(at(11, 30)));
    assert_eq!(
        next(&item, at(17, 0)),
        (at(24 + 7, 0), "NC01.other_hours".to_owned())
    );
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
