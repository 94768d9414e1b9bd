//! A person found by number or document, with all that is known of them.

use domain::{Outcome, Reach, WorkState};
use store::PersonSought;

use crate::database::Record;
use crate::fixture::{
    Writer, again, at, campaign, closed, intended, leased, load, phone, placed, someone,
};

contract!(
    a_person_is_found_by_any_number_and_by_document_with_every_record,
    a_household_is_several_people_and_a_stranger_nobody,
    what_was_asked_of_a_person_is_told,
);

async fn a_person_is_found_by_any_number_and_by_document_with_every_record(record: Record) {
    let store = &*record.store;
    let (ventas, items) = leased(store, 2).await;
    let mut again_elsewhere = someone(1);
    again_elsewhere.phones = vec![phone(71)];
    let list = load(store, "otra", &[again_elsewhere]).await;
    let equipos = campaign(store, "equipos", &[list]).await;
    let mut writer = Writer::default();
    let done = Some(again(&items[0], 500, 1));
    let events = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::Busy, done),
    ];
    writer.commit(store, 10, events).await;
    let by_number = store.people(&PersonSought::Phone(phone(71)), at(100)).await;
    let by_document = PersonSought::Document("CC1".to_owned());
    let by_document = store.people(&by_document, at(100)).await.unwrap();
    let by_number = by_number.unwrap();
    assert_eq!(by_number, by_document);
    let [person] = by_number.as_slice() else {
        panic!("{by_number:?}");
    };
    let lists: Vec<&str> = person
        .records
        .iter()
        .map(|r| r.list_name.as_str())
        .collect();
    assert_eq!(lists, ["base", "otra"]);
    let works = person.records.iter().map(|record| {
        let work = &record.work[0];
        (work.campaign, work.state, work.attempts, work.next_at)
    });
    let works: Vec<_> = works.collect();
    assert_eq!(works[0], (ventas, WorkState::Ready, 1, at(500)));
    assert_eq!(
        (works[1].0, works[1].1, works[1].2),
        (equipos, WorkState::Ready, 0)
    );
    for record in &person.records {
        assert_eq!(
            (record.prior[0].at, record.prior[0].reach),
            (at(10), Reach::Nobody)
        );
    }
    assert_eq!(
        (person.records[0].line, person.records[0].loaded_at),
        (2, at(0))
    );
}

async fn a_household_is_several_people_and_a_stranger_nobody(record: Record) {
    let store = &*record.store;
    let mut partner = someone(2);
    partner.phones.push(phone(1));
    load(store, "base", &[someone(1), partner]).await;
    let found = store
        .people(&PersonSought::Phone(phone(1)), at(0))
        .await
        .unwrap();
    let names: Vec<&str> = found
        .iter()
        .map(|p| p.records[0].contact.name.as_str())
        .collect();
    assert_eq!(names, ["Persona 1", "Persona 2"]);
    let nobody = store
        .people(&PersonSought::Phone(phone(900)), at(0))
        .await
        .unwrap();
    assert!(nobody.is_empty());
    let nobody = PersonSought::Document("CC900".to_owned());
    assert!(store.people(&nobody, at(0)).await.unwrap().is_empty());
}

async fn what_was_asked_of_a_person_is_told(record: Record) {
    let store = &*record.store;
    load(store, "base", &[someone(1)]).await;
    store.suppress(phone(1), "carta", at(7)).await.unwrap();
    let found = store
        .people(&PersonSought::Phone(phone(1)), at(9))
        .await
        .unwrap();
    assert_eq!(
        found[0].suppressed_numbers,
        [(phone(1), at(7), "carta".to_owned())]
    );
    assert!(!found[0].suppressed && !found[0].records[0].contact.phones[0].usable);
}
