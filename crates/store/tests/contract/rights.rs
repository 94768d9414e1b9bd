//! What people ask as is their right: taken with its last day, closed once; a person put right, and a
//! person erased, of whom only what the law asks for stays.

use domain::{Event, PersonId, PhoneNumber};
use store::{
    AttemptFilter, AuditFilter, Held, NewHold, NewRequest, PersonSought, Rectification, Store,
};

use crate::database::Record;
use crate::fixture::{
    Writer, at, attempt, campaign, closed, intended, lease, leased, load, people,
};
use crate::fixture::{again, answered, bridged, phone, placed, typified};

contract!(
    a_request_is_taken_extended_once_and_closed_once,
    a_person_is_put_right_and_the_old_values_are_masked_in_the_log,
    of_an_erased_person_only_what_the_law_asks_for_stays,
    the_journal_tells_neither_numbers_nor_words,
    what_was_said_of_an_erased_person_is_gone_and_what_is_said_later_is_not_kept,
    calls_of_an_old_journal_are_counted,
    who_was_erased_is_not_called_when_a_base_brings_them_again,
    nobody_is_erased_while_held_or_on_the_line,
);

fn request(due: i64) -> NewRequest {
    NewRequest {
        person: Some(PersonId::new(1)),
        kind: "consulta".to_owned(),
        received_at: at(0),
        received_by: "jefa".to_owned(),
        channel: "correo".to_owned(),
        words: "qué saben de mí".to_owned(),
        pack: "co@x".to_owned(),
        rule: "CO-6.consulta".to_owned(),
        due_on: "2026-12-15".to_owned(),
        due_at: at(due),
    }
}

async fn a_request_is_taken_extended_once_and_closed_once(record: Record) {
    let store = &*record.store;
    let late = store.open_request(&request(20)).await.unwrap();
    let soon = store.open_request(&request(10)).await.unwrap();
    let order = async |open_only| {
        let rows = store.requests(None, open_only).await.unwrap();
        rows.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(order(true).await, [soon, late]);
    let later = ("2026-12-22", at(30));
    store
        .extend_request(soon, later, "faltan datos", at(5))
        .await
        .unwrap();
    assert!(
        store
            .extend_request(soon, later, "otra vez", at(6))
            .await
            .is_err()
    );
    assert_eq!(order(true).await, [late, soon]);
    store
        .close_request(late, "jefa", "entregado", Some("ab12"), at(7))
        .await
        .unwrap();
    assert!(
        store
            .close_request(late, "jefa", "otra vez", None, at(8))
            .await
            .is_err()
    );
    assert_eq!(order(true).await, [soon]);
    let rows = store.requests(Some(PersonId::new(1)), false).await.unwrap();
    let closed = rows.iter().find(|row| row.id == late).expect("there");
    assert_eq!(
        closed.closed,
        Some((at(7), "jefa".to_owned(), "entregado".to_owned()))
    );
    assert_eq!(
        (closed.sha256.as_deref(), &closed.request),
        (Some("ab12"), &request(20))
    );
    let log = store.audit(&AuditFilter::default()).await.unwrap();
    let told: Vec<_> = log.iter().map(|row| row.entry.action.as_str()).collect();
    assert_eq!(
        told,
        [
            "rights.open",
            "rights.open",
            "rights.extend",
            "rights.close"
        ]
    );
}

async fn person_of(store: &dyn Store, number: PhoneNumber) -> PersonId {
    let found = store
        .people(&PersonSought::Phone(number), at(0))
        .await
        .unwrap();
    found.first().expect("somebody has it").person
}

async fn a_person_is_put_right_and_the_old_values_are_masked_in_the_log(record: Record) {
    let store = &*record.store;
    load(store, "base", &people(1..4)).await;
    let person = person_of(store, phone(2)).await;
    let change = Rectification {
        name: Some("Ana Gómez".to_owned()),
        document: Some("CC777".to_owned()),
        phone: Some((phone(2), phone(20))),
    };
    store
        .rectify(person, &change, "lo pidió por correo")
        .await
        .unwrap();
    let found = store
        .people(&PersonSought::Document("CC777".to_owned()), at(0))
        .await
        .unwrap();
    let contact = &found[0].records[0].contact;
    assert_eq!(
        (found[0].person, contact.name.as_str()),
        (person, "Ana Gómez")
    );
    assert_eq!(contact.phones[0].number, phone(20));
    let by_id = store
        .people(&PersonSought::Person(person), at(0))
        .await
        .unwrap();
    assert_eq!(by_id, found);
    let log = store.audit(&AuditFilter::default()).await.unwrap();
    let detail = &log.last().expect("noted").entry.detail;
    assert!(
        detail.contains("name Pe") && detail.contains("lo pidió por correo"),
        "{detail}"
    );
    for secret in [
        "Persona 2",
        "Gómez",
        "CC777",
        &phone(2).dialable(),
        &phone(20).dialable(),
    ] {
        assert!(!detail.contains(secret), "{detail} tells {secret}");
    }
    let taken = Rectification {
        document: Some("CC1".to_owned()),
        ..Rectification::default()
    };
    assert!(
        store.rectify(person, &taken, "x").await.is_err(),
        "somebody else's"
    );
    let nobody = Rectification {
        phone: Some((phone(88), phone(89))),
        ..Rectification::default()
    };
    assert!(
        store.rectify(person, &nobody, "x").await.is_err(),
        "not theirs"
    );
}

async fn of_an_erased_person_only_what_the_law_asks_for_stays(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    let (_, items) = leased(store, 2).await;
    let (one, person) = (&items[0], items[0].contact.person);
    let over = closed(1, domain::Outcome::NoAnswer, Some(again(one, 100, 1)));
    writer
        .commit(store, 1, vec![intended(1, one), placed(1), over])
        .await;
    let erased = store.erase_person(person, "lo pidió", at(9)).await.unwrap();
    assert_eq!((erased.records, erased.numbers, erased.attempts), (1, 1, 1));
    // Their name, document, columns and numbers are gone; the call stays, under a number of ours.
    let left = "SELECT name || document || attributes FROM contact ORDER BY id";
    assert_eq!(record.texts(left).await[0], "[]");
    let identities = record
        .texts("SELECT identity FROM person ORDER BY id")
        .await;
    assert_eq!(identities, [format!("e:{person}"), "d:CC2".to_owned()]);
    let filter = AttemptFilter {
        person: Some(person),
        ..AttemptFilter::default()
    };
    assert_eq!(store.attempts(&filter).await.unwrap()[0].id, attempt(1));
    assert!(
        store
            .is_suppressed(one.contact.phones[0].number)
            .await
            .unwrap()
    );
    assert!(
        store
            .people(&PersonSought::Document("CC1".to_owned()), at(9))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .erase_person(person, "otra vez", at(10))
            .await
            .is_err()
    );
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn who_was_erased_is_not_called_when_a_base_brings_them_again(record: Record) {
    let store = &*record.store;
    load(store, "base", &people(1..3)).await;
    let person = person_of(store, phone(1)).await;
    store.erase_person(person, "lo pidió", at(1)).await.unwrap();
    // The same document with another number, and somebody else.
    let mut rows = people(1..3);
    rows[0].phones = vec![phone(50)];
    rows[1].document = "CC3".to_owned();
    rows[1].phones = vec![phone(51)];
    let again = load(store, "otra", &rows).await;
    let campaign = campaign(store, "ventas", &[again]).await;
    let work = lease(store, campaign).await;
    let numbers: Vec<_> = work
        .iter()
        .map(|item| item.contact.phones[0].number)
        .collect();
    assert_eq!(numbers, [phone(51)]);
}

async fn nobody_is_erased_while_held_or_on_the_line(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    let (_, items) = leased(store, 2).await;
    let (called, held) = (items[0].contact.person, items[1].contact.person);
    writer
        .commit(store, 1, vec![intended(1, &items[0]), placed(1)])
        .await;
    let on_the_line = store
        .erase_person(called, "x", at(2))
        .await
        .expect_err("called");
    assert!(
        on_the_line.to_string().contains("being called"),
        "{on_the_line}"
    );
    let hold = NewHold {
        held: Held::Person(held),
        reason: "tutela".to_owned(),
        at: at(2),
        by: "jefa".to_owned(),
    };
    let id = store.put_hold(&hold).await.unwrap();
    assert!(store.erase_person(held, "x", at(3)).await.is_err());
    store.release_hold(id, at(4), "jefa").await.unwrap();
    store
        .erase_person(held, "x", at(5))
        .await
        .expect("released");
}

/// A call whose journal would tell all: number, dialog, note to whoever is next, mark, typification.
async fn talked(store: &dyn Store, writer: &mut Writer) -> domain::WorkItem {
    let (_, mut items) = leased(store, 2).await;
    let one = items.remove(0);
    let mark = domain::RecordingFact::Marked {
        kind: "dato".to_owned(),
        text: "vive en la calle 13".to_owned(),
        agent: Some(crate::fixture::agent()),
    };
    let recording = |fact| Event::Recording {
        attempt: attempt(1),
        fact,
    };
    let noted = Event::CallNoted {
        attempt: attempt(1),
        agent: crate::fixture::agent(),
        note: "pregunta por su hija Lucía".to_owned(),
    };
    let events = vec![
        intended(1, &one),
        placed(1),
        answered(1),
        bridged(1, 10),
        recording(domain::RecordingFact::Started),
        recording(mark),
        noted,
        closed(1, domain::Outcome::Connected, None),
        typified(1, "TI02", false, again(&one, 100, 1)),
    ];
    writer.commit(store, 1, events).await;
    one
}

async fn the_journal_tells_neither_numbers_nor_words(record: Record) {
    let store = &*record.store;
    let one = talked(store, &mut Writer::default()).await;
    let journal = record.texts("SELECT body FROM event ORDER BY seq").await;
    let number = one.contact.phones[0].number.dialable();
    let number = number.trim_start_matches('+');
    for body in &journal {
        for secret in [number, "dialog of", "nota de", "hija", "calle 13"] {
            assert!(!body.contains(secret), "{body} tells {secret}");
        }
    }
    // Who may read them has them all the same.
    let steps = store.call_steps(attempt(1)).await.unwrap();
    assert!(steps[0].body.contains("hija Lucía"), "{steps:?}");
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn what_was_said_of_an_erased_person_is_gone_and_what_is_said_later_is_not_kept(
    record: Record,
) {
    let store = &*record.store;
    let mut writer = Writer::default();
    let one = talked(store, &mut writer).await;
    let person = one.contact.person;
    let before = record.texts("SELECT body FROM event ORDER BY seq").await;
    let erased = store.erase_person(person, "lo pidió", at(9)).await.unwrap();
    assert_eq!((erased.notes, erased.in_old_journal), (3, 0));
    // A correction that comes after, with words of its own.
    writer
        .commit(
            store,
            20,
            vec![typified(1, "TI03", true, again(&one, 100, 1))],
        )
        .await;
    for text in [
        "SELECT note FROM typification WHERE note <> ''",
        "SELECT note FROM call_note",
        "SELECT text FROM recording_mark WHERE text <> ''",
        "SELECT known_as FROM person WHERE known_as IS NOT NULL",
    ] {
        assert_eq!(record.texts(text).await, [] as [&str; 0], "{text}");
    }
    let steps = store.call_steps(attempt(1)).await.unwrap();
    assert!(steps[0].body.contains(r#""note":null"#), "{steps:?}");
    let after = record.texts("SELECT body FROM event ORDER BY seq").await;
    assert_eq!(after[..before.len()], before, "no event changed");
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn calls_of_an_old_journal_are_counted(record: Record) {
    let store = &*record.store;
    let mut writer = Writer::default();
    let (_, items) = leased(store, 2).await;
    let one = &items[0];
    let over = closed(1, domain::Outcome::NoAnswer, Some(again(one, 100, 1)));
    writer
        .commit(store, 1, vec![intended(1, one), placed(1), over])
        .await;
    // As the version before wrote it.
    let old = "INSERT INTO event (node, seq, at, kind, campaign, agent, attempt, body)
               SELECT 9, seq, at, kind, campaign, agent, attempt, '{\"list\":1,\"phone\":573100000001}'
               FROM event WHERE kind = 1";
    record.execute(old).await.unwrap();
    let erased = store.erase_person(one.contact.person, "lo pidió", at(9));
    assert_eq!(erased.await.unwrap().in_old_journal, 1);
}
