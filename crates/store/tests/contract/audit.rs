//! What people change is in the audit log with the change itself or not at all, and the log is a chain
//! that shows what was changed, taken out or put in behind its back.

use std::sync::Arc;

use domain::{Trunk, TrunkId, UserId};
use store::{Actor, AuditEntry, AuditFilter, AuditRow, Role, Store, User};

use crate::database::Record;
use crate::fixture::{at, campaign, load, people, phone};

contract!(
    what_somebody_changes_is_noted_under_their_name_with_the_change,
    a_change_that_fails_leaves_no_word,
    many_who_write_at_once_make_one_chain,
    entries_that_were_changed_taken_out_or_put_in_are_told,
    entries_from_before_the_chain_are_covered_by_its_first,
    what_was_noted_down_elsewhere_is_found_again,
);

async fn log(store: &dyn Store) -> Vec<AuditRow> {
    let filter = AuditFilter::default();
    store.audit(&filter).await.expect("reads")
}

fn jefa() -> Actor {
    Actor {
        user: Some(UserId::new(4)),
        user_name: "jefa".to_owned(),
        source: "10.0.0.7".to_owned(),
    }
}

fn trunk(id: i64, channels: u32) -> Trunk {
    Trunk {
        channels_max: channels,
        ..Trunk::new(TrunkId::new(id), "uno", "127.0.0.1")
    }
}

fn said(n: i64) -> AuditEntry {
    AuditEntry {
        at: at(n),
        user: None,
        user_name: String::new(),
        source: "test".to_owned(),
        action: "person.read".to_owned(),
        subject: format!("person {n}"),
        detail: format!("\"{n}\"\n"),
    }
}

async fn what_somebody_changes_is_noted_under_their_name_with_the_change(record: Record) {
    let store = record.store.acting(jefa());
    let id = store.put_trunk(&trunk(0, 10)).await.unwrap();
    store.put_trunk(&trunk(id.get(), 20)).await.unwrap();
    store.remove_trunk(id).await.unwrap();
    let user = User {
        id: UserId::new(0),
        name: "ana".to_owned(),
        role: Role::Supervisor,
        password_hash: "$argon2id$of-ana".to_owned(),
        agent: None,
    };
    store.put_user(&user).await.unwrap();
    store.suppress(phone(1), "lo pidió", at(1)).await.unwrap();
    let list = load(&*store, "base", &people(1..3)).await;
    campaign(&*store, "ventas", &[list]).await;
    let rows = log(&*store).await;
    let told: Vec<_> = rows.iter().map(|row| row.entry.action.as_str()).collect();
    let expected = [
        "trunk.create",
        "trunk.change",
        "trunk.remove",
        "user.create",
        "number.suppress",
        "list.load",
        "campaign.create",
    ];
    assert_eq!(told, expected);
    for row in &rows {
        let entry = &row.entry;
        assert_eq!(
            (entry.user, entry.source.as_str()),
            (Some(UserId::new(4)), "10.0.0.7")
        );
        assert!(!entry.detail.contains("of-ana"), "{entry:?}");
        assert!(!entry.subject.contains(&phone(1).dialable()), "{entry:?}");
    }
    assert_eq!(rows[1].entry.detail, r#"{"channels_max":[10,20]}"#);
    let whole = store.check_audit(None).await.unwrap();
    assert_eq!((whole.entries, whole.last, whole.faults), (7, 7, vec![]));
}

async fn a_change_that_fails_leaves_no_word(record: Record) {
    let store = &*record.store;
    store.put_trunk(&trunk(0, 10)).await.unwrap();
    store
        .put_trunk(&trunk(0, 10))
        .await
        .expect_err("that name is taken");
    store
        .remove_trunk(TrunkId::new(99))
        .await
        .expect_err("none");
    assert_eq!(log(store).await.len(), 1);
    assert_eq!(store.check_audit(None).await.unwrap().faults, []);
}

async fn many_who_write_at_once_make_one_chain(record: Record) {
    // As the command line and an engine do: each with connections of its own.
    let mut writers = Vec::new();
    for writer in 0..4 {
        let store = record.reopened().await.store;
        writers.push(tokio::spawn(async move {
            for n in 0..25 {
                store
                    .put_audit(&said(writer * 100 + n))
                    .await
                    .expect("written");
                let number = phone((writer * 100 + n) as u64);
                store
                    .suppress(number, "prueba", at(n))
                    .await
                    .expect("suppressed");
            }
        }));
    }
    for writer in writers {
        writer.await.expect("no panic");
    }
    let whole = record.store.check_audit(None).await.unwrap();
    assert_eq!(
        (whole.entries, whole.last, whole.faults),
        (200, 200, vec![])
    );
}

/// Does what only the owner of a database can.
async fn behind_its_back(record: &Record, statements: &[&str]) {
    let free: &[&str] = match record.is_sqlite() {
        true => &[
            "DROP TRIGGER IF EXISTS audit_no_update",
            "DROP TRIGGER IF EXISTS audit_no_delete",
            "DROP TRIGGER IF EXISTS audit_in_order",
        ],
        false => &[
            "DROP TRIGGER IF EXISTS audit_no_change ON audit",
            "DROP TRIGGER IF EXISTS audit_in_order ON audit",
        ],
    };
    for sql in free.iter().chain(statements) {
        record
            .execute(sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

async fn faults(store: &Arc<dyn Store>) -> Vec<String> {
    let check = store.check_audit(None).await.unwrap();
    check
        .faults
        .iter()
        .map(|fault| format!("{} {}", fault.number, fault.what))
        .collect()
}

async fn entries_that_were_changed_taken_out_or_put_in_are_told(record: Record) {
    for n in 1..=8 {
        record.store.put_audit(&said(n)).await.unwrap();
    }
    let row = "'x', 'test', 'person.read', 'person 9', '', '', ''";
    let out_of_order = format!(
        "INSERT INTO audit (id, at, user_name, source, action, subject, detail, previous, sha256)
         VALUES (11, 0, {row})"
    );
    let unhashed = "INSERT INTO audit (id, at, user_name, source, action, subject, detail)
         VALUES (9, 0, 'x', 'x', 'x', 'x', 'x')";
    for sql in [
        "UPDATE audit SET at = 0",
        "DELETE FROM audit WHERE id = 1",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET number = 4",
        &out_of_order,
        unhashed,
    ] {
        assert!(record.execute(sql).await.is_err(), "{sql} went through");
    }
    assert_eq!(faults(&record.store).await, [] as [String; 0]);
    behind_its_back(
        &record,
        &["UPDATE audit SET subject = 'person 77' WHERE id = 3"],
    )
    .await;
    assert_eq!(faults(&record.store).await, ["3 was changed"]);
    behind_its_back(
        &record,
        &["UPDATE audit SET subject = 'person 3' WHERE id = 3"],
    )
    .await;
    assert_eq!(faults(&record.store).await, [] as [String; 0]);
    // Changed, and its hash with it: as of another entry that is sound in itself.
    let with_hash = "UPDATE audit SET at = o.at, subject = o.subject, detail = o.detail,
         previous = o.previous, sha256 = o.sha256
         FROM (SELECT * FROM audit WHERE id = 5) o WHERE audit.id = 4";
    behind_its_back(&record, &[with_hash]).await;
    let told = faults(&record.store).await;
    assert_eq!(told[0], "4 was changed", "{told:?}");
    assert!(
        told[1].starts_with("4 was changed, with a new hash"),
        "{told:?}"
    );
    behind_its_back(
        &record,
        &["DELETE FROM audit WHERE id IN (4, 6, 7, 8)", unhashed],
    )
    .await;
    let told = faults(&record.store).await;
    assert_eq!(
        told,
        [
            "4 is missing",
            "9 was put in: it has no hash",
            "6 to 8 are missing"
        ]
    );
}

async fn entries_from_before_the_chain_are_covered_by_its_first(record: Record) {
    // As a record of an earlier version: entries without a hash, with a gap, and the end behind them.
    let old = |n: i64, id: i64| {
        let entry = said(n);
        format!(
            "INSERT INTO audit (id, at, user_name, source, action, subject, detail)
             VALUES ({id}, {}, '', 'test', '{}', '{}', '')",
            entry.at.as_millis(),
            entry.action,
            entry.subject
        )
    };
    let free_head = match record.is_sqlite() {
        true => "DROP TRIGGER audit_head_goes_on",
        false => "DROP TRIGGER audit_head_goes_on ON audit_head",
    };
    let (first, second) = (old(1, 1), old(2, 4));
    let statements = [
        first.as_str(),
        second.as_str(),
        free_head,
        "UPDATE audit_head SET number = 4",
    ];
    behind_its_back(&record, &statements).await;
    assert_eq!(faults(&record.store).await, [] as [String; 0]);
    for n in 5..=6 {
        record.store.put_audit(&said(n)).await.unwrap();
    }
    let rows = log(&*record.store).await;
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.id, row.sha256.is_some()))
        .collect();
    assert_eq!(told, [(1, false), (4, false), (5, true), (6, true)]);
    assert_eq!(faults(&record.store).await, [] as [String; 0]);
    behind_its_back(&record, &["UPDATE audit SET subject = 'x' WHERE id = 1"]).await;
    let told = faults(&record.store).await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("5 says that entries before it"),
        "{told:?}"
    );
}

async fn what_was_noted_down_elsewhere_is_found_again(record: Record) {
    let store = &record.store;
    for n in 1..=3 {
        store.put_audit(&said(n)).await.unwrap();
    }
    let check = store.check_audit(None).await.unwrap();
    let noted = (check.last, check.sha256.clone());
    store.put_audit(&said(4)).await.unwrap();
    let ask = async |number: i64, hash: &str| {
        let check = store.check_audit(Some((number, hash))).await.unwrap();
        check.faults.len()
    };
    assert_eq!(ask(noted.0, &noted.1).await, 0);
    assert_eq!(ask(2, &noted.1).await, 1, "another entry");
    assert_eq!(ask(9, &noted.1).await, 1, "not there");
}
