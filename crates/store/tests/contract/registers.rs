//! Registers of numbers that must not be called: loaded beside calls, in force at once, told with the work.

use domain::{Listing, PhoneNumber};
use store::{AuditFilter, NewSnapshot, SnapshotRead, SnapshotRow, Store, StoreError};

use crate::database::Record;
use crate::fixture::{at, campaign, lease, load, people, phone};

contract!(
    a_snapshot_is_in_force_when_it_is_whole_and_not_before,
    work_tells_which_of_its_numbers_are_in_a_register,
    an_older_snapshot_does_not_replace_a_newer_one,
    what_was_replaced_keeps_its_hash_and_lets_its_numbers_go,
    a_manager_lets_the_one_in_force_be_used_and_not_the_next,
);

fn new(register: &str, as_of: &str) -> NewSnapshot {
    NewSnapshot {
        register: register.to_owned(),
        as_of: as_of.to_owned(),
        file_name: "rne.txt".to_owned(),
        by: "jefa".to_owned(),
        at: at(0),
    }
}

fn read(sha256: &str) -> SnapshotRead {
    SnapshotRead {
        sha256: sha256.to_owned(),
        repeated: 1,
        rejected: 2,
    }
}

async fn loaded(
    store: &dyn Store,
    register: &str,
    as_of: &str,
    numbers: &[PhoneNumber],
) -> SnapshotRow {
    let id = store.begin_snapshot(&new(register, as_of)).await.unwrap();
    store.snapshot_chunk(id, numbers).await.unwrap();
    let finished = store.finish_snapshot(id, &read(as_of), at(1)).await;
    finished.unwrap()
}

fn told(listings: &[Listing]) -> Vec<(PhoneNumber, String)> {
    let mut told: Vec<_> = listings
        .iter()
        .map(|one| (one.number, one.snapshot.to_string()))
        .collect();
    told.sort();
    told
}

async fn a_snapshot_is_in_force_when_it_is_whole_and_not_before(record: Record) {
    let store = &*record.store;
    let before = store.config_version().await.unwrap();
    let id = store
        .begin_snapshot(&new("rne", "2026-11-30"))
        .await
        .unwrap();
    let some = [phone(1), phone(2), phone(1)];
    assert_eq!(store.snapshot_chunk(id, &some).await.unwrap(), 2);
    assert_eq!(
        store
            .snapshot_chunk(id, &[phone(2), phone(3)])
            .await
            .unwrap(),
        1
    );
    assert_eq!(store.listed(&[phone(1)]).await.unwrap(), []);
    assert_eq!(store.registers().await.unwrap(), []);
    let row = store
        .finish_snapshot(id, &read("ab12"), at(1))
        .await
        .unwrap();
    assert_eq!(
        (row.numbers, row.repeated, row.rejected, row.in_force),
        (3, 1, 2, true)
    );
    assert!(
        store.config_version().await.unwrap() > before,
        "engines are told"
    );
    let found = store.listed(&[phone(1), phone(9)]).await.unwrap();
    assert_eq!(told(&found), [(phone(1), "rne@2026-11-30#ab12".to_owned())]);
    assert_eq!(store.registers().await.unwrap(), vec![row.snapshot]);
    let log = store.audit(&AuditFilter::default()).await.unwrap();
    assert_eq!(log.last().expect("noted").entry.action, "register.load");
    // A load that was given up leaves nothing, and cannot be gone on with.
    let id = store
        .begin_snapshot(&new("rne", "2026-12-01"))
        .await
        .unwrap();
    store.snapshot_chunk(id, &[phone(7)]).await.unwrap();
    store.abort_snapshot(id).await.unwrap();
    assert!(store.snapshot_chunk(id, &[phone(8)]).await.is_err());
    assert_eq!(
        record
            .texts("SELECT CAST(count(*) AS TEXT) FROM register_number")
            .await,
        ["3"]
    );
}

async fn work_tells_which_of_its_numbers_are_in_a_register(record: Record) {
    let store = &*record.store;
    let list = load(store, "base", &people(1..4)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let row = loaded(store, "rne", "2026-11-30", &[phone(2), phone(50)]).await;
    loaded(store, "casa-vip", "2026-11-01", &[phone(2), phone(3)]).await;
    assert_eq!(store.count_hits(row.snapshot.id).await.unwrap(), 1);
    let work = lease(store, campaign).await;
    let by_contact: Vec<_> = work.iter().map(|item| told(&item.listed)).collect();
    let rne = |n| (phone(n), "rne@2026-11-30#2026-11-30".to_owned());
    let vip = |n| (phone(n), "casa-vip@2026-11-01#2026-11-01".to_owned());
    assert_eq!(by_contact, [vec![], vec![vip(2), rne(2)], vec![vip(3)]]);
}

async fn an_older_snapshot_does_not_replace_a_newer_one(record: Record) {
    let store = &*record.store;
    loaded(store, "rne", "2026-11-30", &[phone(1)]).await;
    let id = store
        .begin_snapshot(&new("rne", "2026-11-29"))
        .await
        .unwrap();
    store.snapshot_chunk(id, &[phone(2)]).await.unwrap();
    let refused = store.finish_snapshot(id, &read("x"), at(2)).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
    assert_eq!(store.listed(&[phone(2)]).await.unwrap(), []);
    // The same day again is a correction.
    loaded(store, "rne", "2026-11-30", &[phone(3)]).await;
    let found = store.listed(&[phone(1), phone(3)]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].number, phone(3));
}

async fn what_was_replaced_keeps_its_hash_and_lets_its_numbers_go(record: Record) {
    let store = &*record.store;
    let many: Vec<_> = (1..=30).map(phone).collect();
    loaded(store, "rne", "2026-11-29", &many).await;
    loaded(store, "rne", "2026-11-30", &many[..3]).await;
    loaded(store, "dnc", "2026-11-01", &many[..2]).await;
    store.forget_replaced_snapshots().await.unwrap();
    let left = "SELECT CAST(count(*) AS TEXT) FROM register_number";
    assert_eq!(record.texts(left).await, ["5"]);
    let rows = store.snapshots(Some("rne")).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.snapshot.sha256.as_str(), row.numbers, row.in_force))
        .collect();
    assert_eq!(told, [("2026-11-29", 30, false), ("2026-11-30", 3, true)]);
    assert_eq!(rows[0].replaced_at, Some(at(1)));
    assert_eq!(store.snapshots(None).await.unwrap().len(), 3);
}

async fn a_manager_lets_the_one_in_force_be_used_and_not_the_next(record: Record) {
    let store = &*record.store;
    let none = store
        .override_snapshot("rne", "jefa", "caída del portal", at(2))
        .await;
    assert!(none.is_err());
    loaded(store, "rne", "2026-11-29", &[phone(1)]).await;
    let row = store
        .override_snapshot("rne", "jefa", "caída del portal", at(2))
        .await
        .unwrap();
    assert!(row.snapshot.overridden);
    let said = (at(2), "jefa".to_owned(), "caída del portal".to_owned());
    assert_eq!(row.overridden, Some(said));
    assert!(store.registers().await.unwrap()[0].overridden);
    let log = store.audit(&AuditFilter::default()).await.unwrap();
    let last = &log.last().expect("noted").entry;
    assert_eq!(last.action, "register.override");
    assert!(last.detail.contains("caída del portal"), "{last:?}");
    loaded(store, "rne", "2026-11-30", &[phone(1)]).await;
    assert!(!store.registers().await.unwrap()[0].overridden);
}
