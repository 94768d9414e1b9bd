//! Files that clients send: taken once, loaded once, taken back as a whole or not at all.

use domain::Outcome;
use store::{
    CampaignKey, ImportId, ListTarget, NewReception, OpenedFile, ReceptionFilter, ReceptionId,
    ReceptionState, RefusedFile, ReturnFileRow, Store, StoreError,
};

use crate::database::Record;
use crate::fixture::{
    Writer, again, at, campaign, closed, intended, lease, load, people, phone, placed, someone,
};

contract!(
    a_file_is_taken_once_until_it_is_refused_or_taken_back,
    what_was_inside_is_loaded_once_in_whatever_envelope,
    a_file_is_loaded_in_the_transaction_of_its_load,
    a_file_whose_reading_broke_off_may_come_again,
    a_load_is_taken_back_as_a_whole,
    a_load_of_which_somebody_was_called_is_not_taken_back,
    a_load_whose_people_are_next_to_be_called_is_not_taken_back,
    what_dials_other_loads_of_the_list_goes_on,
    a_load_half_taken_back_is_gone_when_the_record_is_opened_again,
    a_person_under_another_record_has_work_again,
    the_excluded_of_a_load_are_counted_by_reason,
    every_record_returns_with_where_it_stands,
    a_file_that_went_back_is_stale_once_a_call_of_its_day_is_corrected,
    contradiction_rules_are_kept_in_versions,
    a_clients_key_is_kept_and_taken_away,
);

fn file(sha256: &str) -> NewReception {
    NewReception {
        place: "claro".to_owned(),
        file_name: "base.csv.gpg".to_owned(),
        sha256: sha256.to_owned(),
        bytes: 100,
        at: at(0),
        by: "folder claro".to_owned(),
        again: false,
    }
}

fn opened(sha256: &str) -> OpenedFile {
    OpenedFile {
        envelope: "open_pgp".to_owned(),
        signer: String::new(),
        sha256: sha256.to_owned(),
        bytes: 90,
    }
}

fn why() -> RefusedFile {
    RefusedFile {
        code: "no_key".to_owned(),
        words: "no key of ours opens it".to_owned(),
        spanish: "ninguna llave lo abre".to_owned(),
    }
}

fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Conflict(words)) => words,
        other => panic!("a conflict, not {other:?}"),
    }
}

/// Loads a file with an entry of its own; entry and load.
async fn received(store: &dyn Store, sha256: &str, name: &str, n: u64) -> (ReceptionId, ImportId) {
    let entry = store.take_file(&file(sha256)).await.unwrap();
    store
        .file_opened(entry, &opened(&format!("in {sha256}")))
        .await
        .unwrap();
    let lists = store.lists().await.unwrap();
    let target = match lists.into_iter().find(|list| list.name == name) {
        Some(list) => ListTarget::Existing(list.id),
        None => ListTarget::New(name.to_owned()),
    };
    let import = store.begin_import(&target, at(0)).await.unwrap();
    store.file_goes_into(entry, import).await.unwrap();
    store.import_chunk(import, &people(n..n + 5)).await.unwrap();
    store
        .finish_import(import, r#"{"acta":1}"#, sha256, at(1))
        .await
        .unwrap();
    (entry, import)
}

async fn state(store: &dyn Store, entry: ReceptionId) -> ReceptionState {
    store
        .received_file(entry)
        .await
        .unwrap()
        .expect("an entry")
        .state
}

async fn a_file_is_taken_once_until_it_is_refused_or_taken_back(record: Record) {
    let store = &*record.store;
    let entry = store.take_file(&file("aa")).await.unwrap();
    assert!(conflict(store.take_file(&file("aa")).await).contains("being loaded"));
    store.refuse_file(entry, &why(), at(2)).await.unwrap();
    let row = store.received_file(entry).await.unwrap().expect("an entry");
    assert_eq!(
        (row.state, row.refused),
        (ReceptionState::Refused, Some(why()))
    );
    assert_eq!(row.ended_at, Some(at(2)));
    let (second, import) = received(store, "aa", "base", 1).await;
    let words = conflict(store.take_file(&file("aa")).await);
    assert!(
        words.contains(&format!("entry {}, into the list base", second.0)),
        "{words}"
    );
    // One that is loaded is refused no more.
    store.refuse_file(second, &why(), at(3)).await.unwrap();
    assert_eq!(state(store, second).await, ReceptionState::Loaded);
    // Somebody says so.
    let again = NewReception {
        again: true,
        ..file("aa")
    };
    store.take_file(&again).await.unwrap();
    store.revert_load(import, "ana", at(4)).await.unwrap();
    assert_eq!(state(store, second).await, ReceptionState::Reverted);
    store
        .take_file(&file("aa"))
        .await
        .expect("as it should have been");
    let counts = store.received_counts().await.unwrap();
    let counts: Vec<_> = counts.iter().map(|(_, state, n)| (*state, *n)).collect();
    use ReceptionState::{Refused, Reverted, Taken};
    assert_eq!(counts, [(Taken, 2), (Refused, 1), (Reverted, 1)]);
    let filter = ReceptionFilter {
        place: Some("claro".to_owned()),
        state: Some(Taken),
        before: None,
        limit: 1,
    };
    assert_eq!(store.received_files(&filter).await.unwrap().len(), 1);
}

async fn what_was_inside_is_loaded_once_in_whatever_envelope(record: Record) {
    let store = &*record.store;
    received(store, "aa", "base", 1).await;
    let other = store.take_file(&file("bb")).await.unwrap();
    let words = conflict(store.file_opened(other, &opened("in aa")).await);
    assert!(words.contains("into the list base"), "{words}");
    let noted = store
        .note_refused(&file("aa"), &why(), at(5))
        .await
        .unwrap();
    let row = store.received_file(noted).await.unwrap().expect("an entry");
    assert_eq!(
        (row.state, row.refused),
        (ReceptionState::Refused, Some(why()))
    );
}

async fn a_file_is_loaded_in_the_transaction_of_its_load(record: Record) {
    let store = &*record.store;
    let entry = store.take_file(&file("aa")).await.unwrap();
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, at(0)).await.unwrap();
    store.file_goes_into(entry, import).await.unwrap();
    store.import_chunk(import, &people(1..3)).await.unwrap();
    assert_eq!(state(store, entry).await, ReceptionState::Taken);
    let list = store
        .finish_import(import, "{}", "aa", at(9))
        .await
        .unwrap();
    let row = store.received_file(entry).await.unwrap().expect("an entry");
    assert_eq!(row.state, ReceptionState::Loaded);
    assert_eq!(row.list, Some((list, "base".to_owned())));
    assert_eq!((row.import, row.ended_at), (Some(import), Some(at(9))));
    let loads = store.loads(list).await.unwrap();
    assert_eq!(
        (loads.len(), loads[0].contacts, loads[0].id),
        (1, 2, import)
    );
}

async fn a_file_whose_reading_broke_off_may_come_again(record: Record) {
    let store = &*record.store;
    let by_command = NewReception {
        place: String::new(),
        ..file("aa")
    };
    // Its time is long before this machine's.
    let broken = store.take_file(&by_command).await.unwrap();
    let next = store
        .take_file(&by_command)
        .await
        .expect("the first broke off");
    assert_eq!(state(store, broken).await, ReceptionState::Refused);
    // One that is being staged just now has not.
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, at(0)).await.unwrap();
    store.file_goes_into(next, import).await.unwrap();
    assert!(conflict(store.take_file(&by_command).await).contains("being loaded"));
}

async fn texts(record: &Record, table: &str) -> String {
    let sql = format!("SELECT CAST(count(*) AS TEXT) FROM {table}");
    record.texts(&sql).await.remove(0)
}

async fn a_load_is_taken_back_as_a_whole(record: Record) {
    let store = &*record.store;
    let (_, import) = received(store, "aa", "base", 1).await;
    let list = store.lists().await.unwrap()[0].id;
    let campaign = campaign(store, "ventas", &[list]).await;
    assert_eq!(texts(&record, "work").await, "5");
    assert_eq!(store.revert_load(import, "ana", at(7)).await.unwrap(), 5);
    for table in ["contact", "phone", "person", "work", "campaign_list"] {
        assert_eq!(texts(&record, table).await, "0", "{table}");
    }
    assert_eq!(store.lists().await.unwrap(), []);
    let loads = store.loads(list).await.unwrap();
    assert_eq!(loads[0].acta, r#"{"acta":1}"#);
    assert_eq!(loads[0].reverted, Some((at(7), "ana".to_owned())));
    assert!(matches!(
        store.revert_load(import, "ana", at(8)).await,
        Err(StoreError::NotFound { .. })
    ));
    assert_eq!(lease_count(store, campaign).await, 0);
    // Its name is free again.
    load(store, "base", &people(1..3)).await;
}

async fn lease_count(store: &dyn Store, campaign: domain::CampaignId) -> usize {
    store.take_over().await.unwrap();
    lease(store, campaign).await.len()
}

async fn a_load_of_which_somebody_was_called_is_not_taken_back(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let (entry, import) = received(store, "aa", "base", 1).await;
    let list = store.lists().await.unwrap()[0].id;
    let campaign = campaign(store, "ventas", &[list]).await;
    let items = lease(store, campaign).await;
    let next = Some(again(&items[0], 9_000, 1));
    let events = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::NoAnswer, next),
    ];
    Writer::default().commit(store, 10, events).await;
    store.release_leases().await.unwrap();
    let words = conflict(store.revert_load(import, "ana", at(20)).await);
    assert!(words.contains("1 calls were made"), "{words}");
    assert_eq!(store.lists().await.unwrap()[0].contacts, 5);
    assert_eq!(state(store, entry).await, ReceptionState::Loaded);
    assert_eq!(texts(&record, "campaign_list").await, "1");
}

async fn a_load_whose_people_are_next_to_be_called_is_not_taken_back(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let (_, import) = received(store, "aa", "base", 1).await;
    let list = store.lists().await.unwrap()[0].id;
    let campaign = campaign(store, "ventas", &[list]).await;
    lease(store, campaign).await;
    let words = conflict(store.revert_load(import, "ana", at(20)).await);
    assert!(words.contains("5 people of this load are next"), "{words}");
    store.release_leases().await.unwrap();
    assert_eq!(store.revert_load(import, "ana", at(21)).await.unwrap(), 5);
}

async fn what_dials_other_loads_of_the_list_goes_on(record: Record) {
    let store = &*record.store;
    let (_, first) = received(store, "aa", "base", 1).await;
    let (_, second) = received(store, "bb", "base", 100).await;
    let list = store.lists().await.unwrap()[0].id;
    let campaign = campaign(store, "ventas", &[list]).await;
    assert_eq!(store.revert_load(second, "ana", at(7)).await.unwrap(), 5);
    assert_eq!(store.lists().await.unwrap()[0].contacts, 5);
    assert_eq!(lease_count(store, campaign).await, 5);
    store.release_leases().await.unwrap();
    assert_eq!(store.revert_load(first, "ana", at(8)).await.unwrap(), 5);
    assert_eq!(store.lists().await.unwrap(), []);
}

async fn a_load_half_taken_back_is_gone_when_the_record_is_opened_again(record: Record) {
    let store = &*record.store;
    let (_, import) = received(store, "aa", "base", 1).await;
    let list = store.lists().await.unwrap()[0].id;
    let campaign = campaign(store, "ventas", &[list]).await;
    // As a crash right after the load was taken out of sight leaves it.
    let sql = format!(
        "UPDATE import SET finished_at = NULL, reverted_at = 1, reverted_by = 'ana',
         detached = '[[{},0]]' WHERE id = {}",
        campaign.get(),
        import.0
    );
    record.execute(&sql).await.unwrap();
    record.execute("DELETE FROM campaign_list").await.unwrap();
    assert_eq!(texts(&record, "contact").await, "5");
    let later = record.reopened().await;
    assert_eq!(texts(&later, "contact").await, "0");
    assert_eq!(texts(&later, "work").await, "0");
    assert_eq!(
        texts(&later, "import WHERE detached IS NOT NULL").await,
        "0"
    );
    assert_eq!(later.store.loads(list).await.unwrap().len(), 1);
}

async fn a_person_under_another_record_has_work_again(record: Record) {
    let store = &*record.store;
    let (_, import) = received(store, "aa", "base", 1).await;
    let first = store.lists().await.unwrap()[0].id;
    let other = load(store, "otra", &[someone(1), someone(50)]).await;
    let campaign = campaign(store, "ventas", &[first, other]).await;
    assert_eq!(texts(&record, "work").await, "6");
    store.revert_load(import, "ana", at(7)).await.unwrap();
    assert_eq!(texts(&record, "work").await, "2");
    assert_eq!(lease_count(store, campaign).await, 2);
}

async fn the_excluded_of_a_load_are_counted_by_reason(record: Record) {
    let store = &*record.store;
    let (_, import) = received(store, "aa", "base", 1).await;
    assert_eq!(store.exclusions(import).await.unwrap(), []);
    for n in [1, 2] {
        store.suppress(phone(n), "RNE", at(1)).await.unwrap();
    }
    store.suppress(phone(3), "queja", at(1)).await.unwrap();
    let wanted = [("RNE".to_owned(), 2), ("queja".to_owned(), 1)];
    assert_eq!(store.exclusions(import).await.unwrap(), wanted);
}

async fn every_record_returns_with_where_it_stands(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    received(store, "aa", "base", 1).await;
    let list = store.lists().await.unwrap()[0].id;
    let campaign = campaign(store, "ventas", &[list]).await;
    let items = lease(store, campaign).await;
    let next = Some(again(&items[0], 9_000, 1));
    let events = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::NoAnswer, next),
    ];
    Writer::default().commit(store, 10, events).await;
    store.release_leases().await.unwrap();
    store.suppress(phone(5), "RNE", at(11)).await.unwrap();
    let wanted = store::RecordsWanted {
        campaign,
        list,
        received_from: domain::Timestamp::default(),
        received_to: at(90_000),
        day: at(0),
        until: at(90_000),
        attributes: true,
    };
    let mut rows = store.managed_records(&wanted, None, 3).await.unwrap();
    let last = rows.last().map(|row| row.contact);
    let rest = store.managed_records(&wanted, last, 3).await;
    rows.extend(rest.unwrap());
    let city = ("ciudad".to_owned(), "Bogotá".to_owned());
    assert_eq!(rows[0].attributes, [city], "asked for");
    let said: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.record,
                row.calls.total,
                row.state.map(|state| state.number()),
            )
        })
        .collect();
    let ready = Some(1);
    assert_eq!(
        said,
        [
            (1, 1, ready),
            (2, 0, ready),
            (3, 0, ready),
            (4, 0, ready),
            (5, 0, Some(5))
        ]
    );
    let last_at = |n: usize| rows[n].calls.last.as_ref().map(|call| call.at);
    assert_eq!((last_at(0), last_at(1)), (Some(at(10)), None));
    assert_eq!(
        (rows[0].document.as_str(), rows[0].phones.first().copied()),
        ("CC1", Some(phone(1)))
    );
}

async fn a_clients_key_is_kept_and_taken_away(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..3)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    assert_eq!(store.campaign_key(campaign).await.unwrap(), None);
    let mut key = CampaignKey {
        campaign,
        key: "age1...".to_owned(),
        name: "age1...".to_owned(),
        at: at(1),
        by: "ana".to_owned(),
    };
    store.put_campaign_key(&key).await.unwrap();
    key.key = "age1other".to_owned();
    store.put_campaign_key(&key).await.unwrap();
    assert_eq!(store.campaign_key(campaign).await.unwrap(), Some(key));
    assert!(store.remove_campaign_key(campaign).await.unwrap());
    assert!(!store.remove_campaign_key(campaign).await.unwrap());
}

async fn a_file_that_went_back_is_stale_once_a_call_of_its_day_is_corrected(record: Record) {
    let store = &*record.store;
    let (campaign, items) = crate::fixture::leased(store, 2).await;
    let list = items[0].contact.list;
    let mut writer = Writer::default();
    let calls = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::NoAnswer, Some(again(&items[0], 50, 1))),
    ];
    writer.commit(store, 10, calls).await;
    let file = |version, day: &str, from, to| ReturnFileRow {
        campaign,
        list,
        day: day.to_owned(),
        from: at(from),
        to: at(to),
        version,
        at: at(100),
        by: "ana".to_owned(),
        file_name: "retorno.csv".to_owned(),
        sha256: "ab".to_owned(),
        records: 2,
        corrections: 0,
        corrected_at: None,
    };
    let (first, next) = (file(1, "2026-01-01", 0, 90), file(1, "2026-01-02", 90, 180));
    store.put_return_file(&first).await.unwrap();
    store.put_return_file(&next).await.unwrap();
    assert!(store.return_file_named("retorno.csv").await.unwrap());
    assert!(!store.return_file_named("otro.csv").await.unwrap());
    conflict(store.put_return_file(&first).await);
    assert_eq!(
        store.return_files(campaign).await.unwrap(),
        [first, next.clone()]
    );
    // At noon of the next day a supervisor corrects the call of the first.
    let said = crate::fixture::typified(1, "VE01", true, again(&items[0], 50, 1));
    writer.commit(store, 120, vec![said]).await;
    let stale: Vec<_> = store.return_files(campaign).await.unwrap();
    let stale: Vec<_> = stale
        .iter()
        .map(|file| (file.corrections, file.corrected_at))
        .collect();
    assert_eq!(stale, [(1, Some(at(120))), (0, None)]);
    let again = ReturnFileRow {
        at: at(130),
        ..file(2, "2026-01-01", 0, 90)
    };
    store.put_return_file(&again).await.unwrap();
    assert_eq!(store.return_files(campaign).await.unwrap(), [again, next]);
    // As the first day ended, and as the day before it did.
    let records = |until| store::RecordsWanted {
        campaign,
        list,
        received_from: domain::Timestamp::default(),
        received_to: at(until),
        day: at(0),
        until: at(until),
        attributes: false,
    };
    let of = async |until| {
        store
            .managed_records(&records(until), None, 9)
            .await
            .unwrap()
    };
    let then = of(90).await;
    let calls = &then[0].calls;
    assert_eq!((calls.total, calls.on_day, calls.later), (1, 1, false));
    let code = |call: &Option<store::CallTold>| call.as_ref().and_then(|call| call.code.clone());
    assert_eq!(
        code(&calls.last).as_deref(),
        Some("VE01"),
        "as it is said now"
    );
    assert_eq!(code(&calls.best), code(&calls.last));
    assert_eq!(calls.first_at, calls.last.as_ref().map(|call| call.at));
    assert_eq!((then.len(), then[0].phones.len()), (2, 1));
    let before = of(5).await;
    assert_eq!((before[0].calls.total, before[0].calls.later), (0, true));
    assert_eq!(before[0].calls.last, None);
    let page = store
        .managed_records(&records(90), Some(then[0].contact), 9)
        .await
        .unwrap();
    assert_eq!(page, then[1..]);
    // Before the list was loaded nobody was on it.
    assert_eq!(of(0).await, []);
}

async fn contradiction_rules_are_kept_in_versions(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..3)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    assert_eq!(store.contradiction_sets(campaign).await.unwrap(), []);
    let set = |version, text: &str| store::ContradictionSet {
        campaign,
        version,
        at: at(1),
        by: "ana".to_owned(),
        note: "junta".to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(
        store.put_contradiction_set(&set(0, "uno")).await.unwrap(),
        1
    );
    assert_eq!(
        store.put_contradiction_set(&set(0, "dos")).await.unwrap(),
        2
    );
    let kept = store.contradiction_sets(campaign).await.unwrap();
    assert_eq!(kept, [set(2, "dos"), set(1, "uno")]);
}
