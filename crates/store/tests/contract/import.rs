//! Loads: nobody sees a row before the end, and nothing is left of one that
//! was given up.

use store::{ListTarget, StoreError, Verdict};

use crate::database::Record;
use crate::fixture::{at, campaign, lease, load, people, phone, someone};

contract!(
    what_is_staged_is_invisible_until_the_end,
    an_aborted_load_leaves_nothing,
    a_crash_in_the_middle_of_a_load_leaves_nothing,
    a_load_going_on_survives_another_process_opening_the_record,
    duplicates_are_told_apart_and_the_first_is_kept,
    more_contacts_for_a_list_go_to_work_in_its_campaigns,
    a_name_taken_is_refused,
    a_finished_load_takes_no_more,
    contacts_come_in_pages,
    a_list_being_dialed_cannot_be_removed,
);

/// Rows that a load leaves in the tables it writes to.
async fn staged(record: &Record) -> Vec<String> {
    record
        .texts(
            "SELECT CAST(count(*) AS TEXT) FROM contact UNION ALL
             SELECT CAST(count(*) AS TEXT) FROM phone UNION ALL
             SELECT CAST(count(*) AS TEXT) FROM list UNION ALL
             SELECT CAST(count(*) AS TEXT) FROM import",
        )
        .await
}

fn new(name: &str) -> ListTarget {
    ListTarget::New(name.to_owned())
}

async fn what_is_staged_is_invisible_until_the_end(record: Record) {
    let store = &*record.store;
    let import = store.begin_import(&new("base"), at(0)).await.unwrap();
    for range in [1..4, 4..6] {
        let verdicts = store.import_chunk(import, &people(range)).await.unwrap();
        assert!(verdicts.iter().all(|v| *v == Verdict::Accepted));
    }
    assert_eq!(store.lists().await.unwrap(), []);
    let views = "SELECT CAST(count(*) AS TEXT) FROM v1_contacts";
    assert_eq!(record.texts(views).await, ["0"]);
    let finished = store.finish_import(import, r#"{"a":1}"#, "abc", at(9));
    let list = finished.await.unwrap();
    let lists = store.lists().await.unwrap();
    assert_eq!((lists[0].id, lists[0].contacts), (list, 5));
    assert_eq!(lists[0].name, "base");
    assert_eq!(store.actas(list).await.unwrap(), [r#"{"a":1}"#]);
    assert_eq!(record.texts(views).await, ["5"]);
}

async fn an_aborted_load_leaves_nothing(record: Record) {
    let store = &*record.store;
    let import = store.begin_import(&new("base"), at(0)).await.unwrap();
    store.import_chunk(import, &people(1..50)).await.unwrap();
    store.abort_import(import).await.unwrap();
    assert_eq!(staged(&record).await, ["0", "0", "0", "0"]);
    load(store, "base", &people(1..3)).await;
}

async fn a_crash_in_the_middle_of_a_load_leaves_nothing(record: Record) {
    let store = &*record.store;
    let kept = load(store, "buena", &people(1..3)).await;
    let import = store.begin_import(&new("base"), at(0)).await.unwrap();
    store.import_chunk(import, &people(1..50)).await.unwrap();
    let more = ListTarget::Existing(kept);
    let import = store.begin_import(&more, at(0)).await.unwrap();
    store.import_chunk(import, &people(60..70)).await.unwrap();
    // As if nobody had fed it for long: only then is it taken for dead.
    let old = "UPDATE import SET touched_at = 0 WHERE finished_at IS NULL";
    assert_eq!(record.execute(old).await.unwrap(), 2);
    let later = record.reopened().await;
    assert_eq!(staged(&record).await, ["2", "2", "1", "1"]);
    assert_eq!(later.store.lists().await.unwrap()[0].contacts, 2);
}

async fn a_load_going_on_survives_another_process_opening_the_record(record: Record) {
    let store = &*record.store;
    let import = store.begin_import(&new("base"), at(0)).await.unwrap();
    store.import_chunk(import, &people(1..5)).await.unwrap();
    record.reopened().await;
    store.import_chunk(import, &people(5..7)).await.unwrap();
    let finished = store.finish_import(import, "{}", "", at(1)).await;
    let contacts = store.list_contacts(finished.unwrap(), None, 100).await;
    assert_eq!(contacts.unwrap().len(), 6);
}

async fn duplicates_are_told_apart_and_the_first_is_kept(record: Record) {
    let store = &*record.store;
    let mut rows = people(1..7);
    rows[1].document = "CC1".to_owned();
    rows[2].document = String::new();
    rows[3].document = String::new();
    rows[3].phones = vec![phone(3)];
    // A phone shared by two documents makes two people of one household.
    rows[4].phones = vec![phone(1)];
    let import = store.begin_import(&new("base"), at(0)).await.unwrap();
    let first = store.import_chunk(import, &rows).await.unwrap();
    use Verdict::{Accepted, DuplicateDocument, DuplicatePhone, Shared};
    let expected = [
        Accepted,
        DuplicateDocument,
        Accepted,
        DuplicatePhone,
        Shared,
        Accepted,
    ];
    assert_eq!(first, expected);
    let mut again = someone(100);
    again.document = "CC6".to_owned();
    let next = store.import_chunk(import, &[again, someone(101)]).await;
    assert_eq!(next.unwrap(), [DuplicateDocument, Accepted]);
    let list = store.finish_import(import, "{}", "", at(1)).await.unwrap();
    let contacts = store.list_contacts(list, None, 100).await.unwrap();
    let names: Vec<_> = contacts.iter().map(|c| c.name.as_str()).collect();
    let kept = [1, 3, 5, 6, 101].map(|n| format!("Persona {n}"));
    assert_eq!(names, kept);
}

async fn more_contacts_for_a_list_go_to_work_in_its_campaigns(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..3)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let more = ListTarget::Existing(list);
    let import = store.begin_import(&more, at(5)).await.unwrap();
    let verdicts = store.import_chunk(import, &people(2..5)).await.unwrap();
    assert_eq!(verdicts[0], Verdict::DuplicateDocument);
    assert_eq!(lease(store, campaign).await.len(), 2, "staged: not yet");
    store.finish_import(import, "[2]", "", at(6)).await.unwrap();
    assert_eq!(lease(store, campaign).await.len(), 2);
    assert_eq!(store.actas(list).await.unwrap(), ["{}", "[2]"]);
    assert_eq!(store.lists().await.unwrap()[0].contacts, 4);
}

async fn a_name_taken_is_refused(record: Record) {
    let store = &*record.store;
    // Both begin while the name is free; only one can show it.
    let one = store.begin_import(&new("base"), at(0)).await.unwrap();
    let two = store.begin_import(&new("base"), at(0)).await.unwrap();
    store.finish_import(one, "{}", "", at(1)).await.unwrap();
    let late = store.finish_import(two, "{}", "", at(1)).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    let third = store.begin_import(&new("base"), at(0)).await;
    assert!(matches!(third, Err(StoreError::Conflict(_))), "{third:?}");
    store.abort_import(two).await.unwrap();
    assert_eq!(store.lists().await.unwrap().len(), 1);
}

async fn a_finished_load_takes_no_more(record: Record) {
    let store = &*record.store;
    let import = store.begin_import(&new("base"), at(0)).await.unwrap();
    store.finish_import(import, "{}", "", at(1)).await.unwrap();
    let late = store.import_chunk(import, &people(1..2)).await;
    assert!(matches!(late, Err(StoreError::NotFound { .. })));
    let abort = store.abort_import(import).await;
    assert!(matches!(abort, Err(StoreError::NotFound { .. })));
    assert_eq!(store.lists().await.unwrap().len(), 1);
}

async fn contacts_come_in_pages(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..26)).await;
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = store.list_contacts(list, after, 10).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.into_iter().map(|contact| contact.name));
    }
    let all: Vec<_> = (1..26).map(|n| format!("Persona {n}")).collect();
    assert_eq!(seen, all);
}

async fn a_list_being_dialed_cannot_be_removed(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..3)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let refused = store.remove_list(list).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    store.remove_campaign(campaign).await.unwrap();
    store.remove_list(list).await.unwrap();
    assert_eq!(store.lists().await.unwrap(), []);
}
