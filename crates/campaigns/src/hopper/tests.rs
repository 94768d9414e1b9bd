//! Nobody is handed out twice.

use super::*;
use domain::{AgentId, CampaignId, Contact, ContactPhone, ListId, Timestamp};
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};

fn work(contact: i64, person: i64, phone: u64) -> WorkItem {
    let number = PhoneNumber::from_e164(&format!("+573{phone:09}")).expect("a number");
    WorkItem {
        campaign: CampaignId::new(1),
        contact: Contact {
            id: ContactId::new(contact),
            list: ListId::new(1),
            person: PersonId::new(person),
            document: String::new(),
            name: String::new(),
            segment: String::new(),
            phones: vec![ContactPhone {
                ordinal: 0,
                number,
                attempts: 0,
                usable: true,
            }],
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

#[test]
fn a_person_on_two_lists_waits_once() {
    let mut hopper = Hopper::default();
    assert!(hopper.put(work(1, 1, 1)).is_ok());
    let again = hopper.put(work(2, 1, 2)).expect_err("the same person");
    assert_eq!(again.contact.id, ContactId::new(2));
    assert_eq!(hopper.len(), 1);
    let _ = hopper.take(|_| true).expect("one waits");
    assert!(hopper.put(work(2, 1, 2)).is_ok(), "free again once taken");
}

#[test]
fn a_promised_call_goes_to_who_promised_it() {
    let mut hopper = Hopper::default();
    let mut promised = work(2, 2, 2);
    promised.promise = Some(domain::Promise {
        agent: Some(AgentId::new(9)),
        asked_in: None,
    });
    hopper.put(work(1, 1, 1)).expect("new");
    hopper.put(promised.clone()).expect("new");
    assert_eq!(hopper.promised(), 1);
    assert_eq!(
        hopper.take(|w| w.promised_by() == Some(AgentId::new(8))),
        None
    );
    assert_eq!(
        hopper.take(|w| w.promised_by() == Some(AgentId::new(9))),
        Some(promised)
    );
}

#[test]
fn an_opt_out_takes_the_person_and_the_number_out() {
    let mut hopper = Hopper::default();
    for (contact, person, phone) in [(1, 1, 1), (2, 2, 7), (3, 3, 3)] {
        hopper.put(work(contact, person, phone)).expect("new");
    }
    let number = work(0, 0, 7).contact.phones[0].number;
    assert_eq!(hopper.remove_person(PersonId::new(1), number).len(), 2);
    assert_eq!(hopper.len(), 1);
}

#[test]
fn it_is_bounded() {
    let mut hopper = Hopper::default();
    for n in 0..Hopper::ITEMS_MAX as i64 {
        hopper.put(work(n, n, 1)).expect("room");
    }
    assert!(hopper.put(work(-1, -1, 1)).is_err());
}

#[derive(Clone, Debug)]
enum Move {
    Put(i64, i64),
    Take,
    Drain,
}

proptest! {
    #[test]
    fn on_any_history_nobody_waits_twice(moves in proptest::collection::vec(
        prop_oneof![
            4 => (0..12i64, 0..6i64).prop_map(|(contact, person)| Move::Put(contact, person)),
            2 => Just(Move::Take),
            1 => Just(Move::Drain),
        ],
        0..80,
    )) {
        let mut hopper = Hopper::default();
        let mut inside: Vec<(i64, i64)> = Vec::new();
        for step in moves {
            match step {
                Move::Put(contact, person) => {
                    let fits = inside.iter().all(|(c, p)| *c != contact && *p != person);
                    assert_eq!(hopper.put(work(contact, person, 1)).is_ok(), fits);
                    if fits {
                        inside.push((contact, person));
                    }
                }
                Move::Take => {
                    let taken = hopper.take(|_| true).map(|work| work.contact.id.get());
                    let first = (!inside.is_empty()).then(|| inside.remove(0).0);
                    assert_eq!(taken, first);
                }
                Move::Drain => {
                    assert_eq!(hopper.drain().len(), inside.len());
                    inside.clear();
                }
            }
        }
    }
}
