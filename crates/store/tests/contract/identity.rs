//! Who people are: by document, else by all of their numbers, over every base and row; one file tells the same
//! however it is cut; and what was done about somebody stays theirs when their document becomes known.

use domain::{Outcome, PersonId, Reach};
use store::{ListTarget, NewContact, PersonSought, Store, Verdict};

use crate::database::Record;
use crate::fixture::{
    Writer, again, at, campaign, closed, intended, lease, load, people, phone, placed, rules,
    someone,
};

contract!(
    who_comes_without_a_document_is_who_alone_has_all_of_the_numbers,
    a_number_of_several_makes_nobody_the_same,
    a_document_is_learnt_and_what_was_done_before_stays,
    who_asked_not_to_be_called_is_not_called_once_their_document_is_known,
    with_and_without_a_document_in_one_list_is_valid_and_one_work,
    a_file_tells_the_same_however_it_is_cut,
    a_document_that_was_taken_back_is_forgotten,
    a_shared_number_rings_for_one_of_them_at_a_time,
    a_number_spends_the_attempts_of_a_base_whoever_was_sought,
    who_was_erased_is_known_by_any_number_of_theirs,
    a_number_in_every_row_is_no_hindrance,
    a_number_that_was_wrong_is_somebody_else_s,
);

fn row(document: &str, record: u64, phones: &[u64]) -> NewContact {
    NewContact {
        document: document.to_owned(),
        phones: phones.iter().map(|n| phone(*n)).collect(),
        ..someone(record)
    }
}

/// Who has a number, in the order they were met.
async fn having(store: &dyn Store, n: u64) -> Vec<PersonId> {
    let sought = PersonSought::Phone(phone(n));
    let found = store.people(&sought, at(0)).await.unwrap();
    found.iter().map(|person| person.person).collect()
}

async fn with_document(store: &dyn Store, document: &str) -> Option<PersonId> {
    let sought = PersonSought::Document(document.to_owned());
    let found = store.people(&sought, at(0)).await.unwrap();
    found.first().map(|person| person.person)
}

async fn who_comes_without_a_document_is_who_alone_has_all_of_the_numbers(record: Record) {
    let store = &*record.store;
    load(store, "uno", &[row("1", 1, &[1, 2]), row("", 2, &[3, 4])]).await;
    let rows = [row("", 1, &[2, 1]), row("", 2, &[4])];
    load(store, "dos", &rows).await;
    load(store, "tres", &[row("", 1, &[2])]).await;
    assert_eq!(having(store, 1).await, having(store, 2).await);
    assert_eq!(
        having(store, 1).await.len(),
        1,
        "one person with a document"
    );
    assert_eq!(having(store, 4).await.len(), 1, "one without");
    // A number that nobody has makes somebody new: it would not be called otherwise.
    load(store, "cuatro", &[row("", 1, &[2, 5])]).await;
    assert_eq!(having(store, 2).await.len(), 2);
    // Who is met again by the same numbers is the same again.
    load(store, "cinco", &[row("", 1, &[5, 2])]).await;
    assert_eq!(having(store, 2).await.len(), 2);
    assert_eq!(having(store, 5).await.len(), 1);
}

async fn a_number_of_several_makes_nobody_the_same(record: Record) {
    let store = &*record.store;
    let import = store
        .begin_import(&ListTarget::New("casa".to_owned()), at(0))
        .await
        .unwrap();
    let home = [
        row("1", 1, &[9]),
        row("2", 2, &[9]),
        row("", 3, &[9]),
        row("", 4, &[9]),
    ];
    let verdicts = store.import_chunk(import, &home).await.unwrap();
    use Verdict::{Accepted, DuplicatePhone, Shared};
    assert_eq!(verdicts, [Accepted, Shared, Shared, DuplicatePhone]);
    store.finish_import(import, "{}", "", at(1)).await.unwrap();
    let three = having(store, 9).await;
    assert_eq!(three.len(), 3, "two with documents, and one without");
    // Of another month, the same one without.
    load(store, "mes", &[row("", 1, &[9]), row("2", 2, &[9, 8])]).await;
    assert_eq!(having(store, 9).await, three);
    assert_eq!(having(store, 8).await, [three[1]]);
}

async fn a_document_is_learnt_and_what_was_done_before_stays(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let list = load(store, "uno", &[row("", 1, &[5])]).await;
    let first = campaign(store, "ventas", &[list]).await;
    let item = lease(store, first).await.remove(0);
    let mut writer = Writer::default();
    let over = closed(1, Outcome::NoAnswer, Some(again(&item, 9_000, 1)));
    writer
        .commit(store, 10, vec![intended(1, &item), placed(1), over])
        .await;
    // The same number, now with a document, another number before it, and a new row of the household.
    let rows = [row("7", 1, &[6, 5]), row("8", 2, &[5])];
    let list = load(store, "dos", &rows).await;
    let person = item.contact.person;
    assert_eq!(with_document(store, "7").await, Some(person));
    assert_ne!(with_document(store, "8").await, Some(person));
    let second = campaign(store, "equipos", &[list]).await;
    let work = lease(store, second).await;
    assert_eq!(work.len(), 2);
    for item in work {
        let reached: Vec<_> = item.prior.iter().map(|call| call.reach).collect();
        assert_eq!(reached, [Reach::Nobody], "by person, and by number");
    }
}

async fn who_asked_not_to_be_called_is_not_called_once_their_document_is_known(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let list = load(store, "uno", &[row("", 1, &[5, 6])]).await;
    let first = campaign(store, "ventas", &[list]).await;
    let item = lease(store, first).await.remove(0);
    let mut writer = Writer::default();
    let never = domain::WorkUpdate {
        suppress: true,
        ..again(&item, 0, 1)
    };
    let over = closed(1, Outcome::Connected, Some(never));
    let call = vec![
        intended(1, &item),
        placed(1),
        crate::fixture::answered(1),
        crate::fixture::bridged(1, 10),
        over,
    ];
    writer.commit(store, 10, call).await;
    // They asked on the first of the two; the document comes with the second and a new one.
    let list = load(store, "dos", &[row("7", 1, &[6, 7])]).await;
    let second = campaign(store, "equipos", &[list]).await;
    assert_eq!(lease(store, second).await, []);
}

async fn with_and_without_a_document_in_one_list_is_valid_and_one_work(record: Record) {
    let store = &*record.store;
    for (name, base, rows) in [
        ("uno", 10, [("", vec![11]), ("1", vec![11, 12])]),
        ("dos", 20, [("2", vec![21, 22]), ("", vec![21])]),
    ] {
        let rows: Vec<_> = (1..)
            .zip(&rows)
            .map(|(n, (document, phones))| row(document, n, phones))
            .collect();
        let list = load(store, name, &rows).await;
        let contacts = store.list_contacts(list, None, 10).await.unwrap();
        assert_eq!(contacts.len(), 2, "{name}: no duplicate");
        assert_eq!(contacts[0].person, contacts[1].person, "{name}");
        let campaign = campaign(store, name, &[list]).await;
        let work = lease(store, campaign).await;
        let numbers: Vec<_> = work.iter().flat_map(|item| &item.contact.phones).collect();
        assert_eq!((work.len(), numbers.len()), (1, 2), "{name}: all of {base}");
    }
}

/// Rows in which documents, numbers and their lack meet in every way.
fn tangle(seed: u64) -> Vec<NewContact> {
    let mut state = seed;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let some = |n| {
        let document = match draw(2) {
            0 => String::new(),
            _ => format!("{}", 1 + draw(12)),
        };
        let mut phones: Vec<u64> = (0..=draw(2)).map(|_| 1 + draw(14)).collect();
        phones.dedup();
        let phones: Vec<u64> = phones
            .iter()
            .enumerate()
            .filter(|(at, n)| !phones[..*at].contains(n))
            .map(|(_, n)| *n)
            .collect();
        row(&document, n, &phones)
    };
    (1..=60).map(some).collect()
}

/// The rows of a list that are one person's, and what each row was told.
async fn told(record: &Record, name: &str, rows: &[NewContact], at_once: usize) -> Vec<String> {
    let store = &*record.store;
    let target = ListTarget::New(name.to_owned());
    let import = store.begin_import(&target, at(0)).await.unwrap();
    let mut told = Vec::new();
    for chunk in rows.chunks(at_once) {
        let verdicts = store.import_chunk(import, chunk).await.unwrap();
        told.extend(verdicts.iter().map(|verdict| format!("{verdict:?}")));
    }
    store.finish_import(import, "{}", "", at(1)).await.unwrap();
    let people = format!(
        "SELECT h.identity || ' ' || k.record FROM contact k JOIN person h ON h.id = k.person
         WHERE k.import = {} ORDER BY k.record",
        import.0
    );
    told.extend(record.texts(&people).await);
    told
}

async fn a_file_tells_the_same_however_it_is_cut(record: Record) {
    let store = &*record.store;
    for seed in 1..=8 {
        let mut first = None;
        for at_once in [1, 7, 60] {
            // Each on an empty record, as far as these numbers and documents go.
            for table in ["phone", "contact", "person"] {
                let clear = format!("DELETE FROM {table}");
                record.execute(&clear).await.unwrap();
            }
            let name = format!("{seed} de a {at_once}");
            let known = told(&record, &format!("antes {name}"), &tangle(seed + 100), 60).await;
            let this = told(&record, &name, &tangle(seed), at_once).await;
            assert!(known.len() > 60 && this.len() > 60);
            match &first {
                None => first = Some(this),
                Some(first) => assert_eq!(*first, this, "seed {seed}, {at_once} at once"),
            }
        }
    }
    assert!(!store.lists().await.unwrap().is_empty());
}

async fn a_document_that_was_taken_back_is_forgotten(record: Record) {
    let store = &*record.store;
    load(store, "uno", &[row("", 1, &[5])]).await;
    let target = ListTarget::New("mal".to_owned());
    let import = store.begin_import(&target, at(0)).await.unwrap();
    let wrong = [row("99", 1, &[5])];
    store.import_chunk(import, &wrong).await.unwrap();
    let one = having(store, 5).await;
    assert_eq!(with_document(store, "99").await, Some(one[0]));
    store.abort_import(import).await.unwrap();
    assert_eq!(with_document(store, "99").await, None, "aborted");
    let import = store.begin_import(&target, at(0)).await.unwrap();
    store.import_chunk(import, &wrong).await.unwrap();
    store.finish_import(import, "{}", "", at(1)).await.unwrap();
    store.revert_load(import, "ana", at(2)).await.unwrap();
    assert_eq!(with_document(store, "99").await, None, "reverted");
    load(store, "bien", &[row("77", 1, &[5])]).await;
    assert_eq!(with_document(store, "77").await, Some(one[0]));
}

async fn a_shared_number_rings_for_one_of_them_at_a_time(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let list = load(store, "casa", &[row("1", 1, &[9]), row("2", 2, &[9])]).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let work = lease(store, campaign).await;
    let mut writer = Writer::default();
    let both = vec![intended(1, &work[0]), intended(2, &work[1])];
    let answers = writer.commit(store, 1, both).await;
    assert_eq!(rules(&answers), [(1, ""), (2, "number_busy")]);
    // Nor does a constraint of the database let anybody write it down past us.
    let twice = "INSERT INTO open_attempt (person, e164, attempt, epoch, since)
                 SELECT person + 1000, e164, attempt + 1000, epoch, since FROM open_attempt";
    assert!(record.execute(twice).await.is_err());
}

async fn a_number_spends_the_attempts_of_a_base_whoever_was_sought(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let rows = [row("1", 1, &[9]), row("2", 2, &[8, 9]), row("3", 3, &[3])];
    let list = load(store, "casa", &rows).await;
    let first = campaign(store, "ventas", &[list]).await;
    let work = lease(store, first).await;
    let mut writer = Writer::default();
    let over = closed(1, Outcome::NoAnswer, Some(again(&work[0], 0, 1)));
    writer
        .commit(store, 10, vec![intended(1, &work[0]), placed(1), over])
        .await;
    let second = campaign(store, "equipos", &[list]).await;
    let spent: Vec<_> = lease(store, second).await;
    let spent: Vec<_> = spent.iter().map(|item| item.spent).collect();
    assert_eq!(spent, [1, 1, 0]);
}

async fn who_was_erased_is_known_by_any_number_of_theirs(record: Record) {
    let store = &*record.store;
    load(store, "uno", &[row("", 1, &[5])]).await;
    let person = having(store, 5).await[0];
    store.erase_person(person, "lo pidió", at(1)).await.unwrap();
    // The number they were known by comes second now.
    let list = load(store, "dos", &[row("", 1, &[6, 5]), row("", 2, &[7])]).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let work = lease(store, campaign).await;
    let numbers: Vec<_> = work
        .iter()
        .map(|item| item.contact.phones[0].number)
        .collect();
    assert_eq!(numbers, [phone(7)]);
}

async fn a_number_in_every_row_is_no_hindrance(record: Record) {
    let store = &*record.store;
    let mut rows = people(1..400);
    for row in &mut rows {
        row.phones.push(phone(9_999));
    }
    let import = store
        .begin_import(&ListTarget::New("conmutador".to_owned()), at(0))
        .await
        .unwrap();
    for chunk in rows.chunks(50) {
        let verdicts = store.import_chunk(import, chunk).await.unwrap();
        assert!(verdicts.iter().all(|verdict| verdict.is_kept()));
    }
    let list = store.finish_import(import, "{}", "", at(1)).await.unwrap();
    let contacts = store.list_contacts(list, None, 1_000).await.unwrap();
    let people: std::collections::BTreeSet<_> = contacts.iter().map(|c| c.person).collect();
    assert_eq!(people.len(), 399);
}

async fn a_number_that_was_wrong_is_somebody_else_s(record: Record) {
    let store = &*record.store;
    load(store, "uno", &[row("", 1, &[5])]).await;
    let person = having(store, 5).await[0];
    let change = store::Rectification {
        phone: Some((phone(5), phone(6))),
        ..store::Rectification::default()
    };
    store.rectify(person, &change, "lo pidió").await.unwrap();
    load(store, "dos", &[row("", 1, &[5]), row("", 2, &[6])]).await;
    assert_ne!(having(store, 5).await, [person]);
    assert_eq!(having(store, 6).await, [person]);
}
