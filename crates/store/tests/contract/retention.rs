//! What was kept long enough is told and erased, and nothing that somebody holds; certificates are a
//! chain that shows every change.

use domain::{Event, PhoneNumber, RecordingFact};
use serde_json::{Map, Value};
use store::{
    CertificateFilter, Held, NewHold, RecordingFilter, RecordingMade, RecordingState, Store,
};

use crate::database::Record;
use crate::fixture::{Writer, answered, at, attempt, bridged, intended, leased, placed};

contract!(
    what_was_kept_long_enough_is_counted_by_class,
    nothing_that_somebody_holds_is_erased,
    a_hold_on_a_person_is_on_all_their_calls,
    certificates_are_a_chain_that_shows_every_change,
);

/// Recordings of so many calls, of class VE or `default` in turn, to be kept until second 100 and so on.
async fn recorded(store: &dyn Store, n: i64) {
    let mut writer = Writer::default();
    let (_, items) = leased(store, n as u64).await;
    for (n, item) in (1..).zip(&items) {
        let said = |fact| Event::Recording {
            attempt: attempt(n),
            fact,
        };
        let class = if n % 2 == 1 { "VE" } else { "default" };
        let classed = RecordingFact::Classed {
            class: class.to_owned(),
            keep_until: at(100 * n),
        };
        let events = vec![
            intended(n, item),
            placed(n),
            answered(n),
            bridged(n, 100),
            said(RecordingFact::Started),
            said(classed),
        ];
        writer.commit(store, n, events).await;
        let made = RecordingMade {
            attempt: attempt(n),
            duration_ms: 2_000,
            content: "pcma".to_owned(),
            why: None,
        };
        store.recording_made(&made).await.unwrap();
    }
}

fn hold(held: Held) -> NewHold {
    NewHold {
        held,
        reason: "tutela".to_owned(),
        at: at(5),
        by: "jefa".to_owned(),
    }
}

async fn erased(store: &dyn Store, n: i64) -> bool {
    let mut said = Map::new();
    said.insert("attempt".to_owned(), n.into());
    let erased = store.recording_erased(attempt(n), at(1_000), said).await;
    erased.unwrap().is_some()
}

async fn what_was_kept_long_enough_is_counted_by_class(record: Record) {
    let store = &*record.store;
    recorded(store, 3).await;
    let counted = async |seconds| {
        let due = store.retention_due(at(seconds)).await.unwrap();
        let told = due
            .into_iter()
            .map(|row| (row.class, row.due, row.held, row.duration_ms));
        told.collect::<Vec<_>>()
    };
    assert_eq!(counted(99).await, []);
    assert_eq!(counted(100).await, [("VE".to_owned(), 1, 0, 2_000)]);
    store
        .put_hold(&hold(Held::Attempt(attempt(1))))
        .await
        .unwrap();
    let all = [
        ("VE".to_owned(), 1, 1, 2_000),
        ("default".to_owned(), 1, 0, 2_000),
    ];
    assert_eq!(counted(300).await, all);
    let filter = RecordingFilter {
        state: Some(RecordingState::Spooled),
        kept_until: Some(at(300)),
        not_held: true,
        limit: 10,
        ..RecordingFilter::default()
    };
    let rows = store.recordings(&filter).await.unwrap();
    let rows: Vec<_> = rows.iter().map(|row| row.attempt).collect();
    assert_eq!(rows, [attempt(2), attempt(3)]);
    assert!(erased(store, 2).await && erased(store, 3).await);
    assert_eq!(counted(300).await, [("VE".to_owned(), 0, 1, 0)]);
}

async fn nothing_that_somebody_holds_is_erased(record: Record) {
    let store = &*record.store;
    recorded(store, 2).await;
    let id = store
        .put_hold(&hold(Held::Attempt(attempt(1))))
        .await
        .unwrap();
    assert!(
        store
            .recording(attempt(1))
            .await
            .unwrap()
            .expect("there")
            .held
    );
    assert!(
        !store
            .recording(attempt(2))
            .await
            .unwrap()
            .expect("there")
            .held
    );
    assert!(!erased(store, 1).await, "held");
    assert_eq!(store.holds(Some(attempt(1))).await.unwrap().len(), 1);
    assert_eq!(store.holds(Some(attempt(2))).await.unwrap(), []);
    assert!(store.release_hold(id, at(6), "jefa").await.unwrap());
    assert!(!store.release_hold(id, at(7), "jefa").await.unwrap());
    assert_eq!(store.holds(Some(attempt(1))).await.unwrap(), []);
    let known = store.holds(None).await.unwrap();
    assert_eq!(known[0].hold, hold(Held::Attempt(attempt(1))));
    assert_eq!(known[0].released, Some((at(6), "jefa".to_owned())));
    assert!(erased(store, 1).await);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn a_hold_on_a_person_is_on_all_their_calls(record: Record) {
    let store = &*record.store;
    recorded(store, 2).await;
    let phone: String = record
        .texts("SELECT '+' || phone FROM attempt WHERE id = 2")
        .await
        .remove(0);
    let phone = PhoneNumber::from_e164(&phone).expect("kept as one");
    let people = store.people_with_phone(&phone).await.unwrap();
    assert_eq!(people.len(), 1);
    store
        .put_hold(&hold(Held::Person(people[0])))
        .await
        .unwrap();
    assert!(!erased(store, 2).await && erased(store, 1).await);
    let nobody = PhoneNumber::from_e164("+573009999999").expect("a number");
    assert_eq!(store.people_with_phone(&nobody).await.unwrap(), []);
}

async fn certificates_are_a_chain_that_shows_every_change(record: Record) {
    let store = &*record.store;
    recorded(store, 3).await;
    assert_eq!(store.check_certificates().await.unwrap(), 0);
    for n in 1..=3 {
        assert!(erased(store, n).await);
        assert!(!erased(store, n).await, "once");
    }
    assert_eq!(store.check_certificates().await.unwrap(), 3);
    let filter = CertificateFilter {
        after: Some(1),
        limit: 10,
        ..CertificateFilter::default()
    };
    let rows = store.certificates(&filter).await.unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.number, row.attempt)).collect();
    assert_eq!(told, [(2, attempt(2)), (3, attempt(3))]);
    let body: Value = serde_json::from_str(&rows[1].body).expect("JSON");
    assert_eq!(body["previous_sha256"], *rows[0].sha256);
    let row = store.recording(attempt(3)).await.unwrap().expect("there");
    assert_eq!(row.certificate.as_deref(), Some(rows[1].body.as_str()));
    for sql in [
        "UPDATE deletion_certificate SET at = 0",
        "DELETE FROM deletion_certificate WHERE number = 2",
    ] {
        assert!(record.execute(sql).await.is_err(), "{sql} went through");
    }
    // Whoever owns the database can take the triggers away, and is seen all the same.
    let allow = match record.is_sqlite() {
        true => "DROP TRIGGER deletion_certificate_no_update",
        false => "DROP TRIGGER deletion_certificate_no_change ON deletion_certificate",
    };
    record.execute(allow).await.unwrap();
    let change =
        "UPDATE deletion_certificate SET body = REPLACE(body, '\"attempt\":2', '\"attempt\":9')
                  WHERE number = 2";
    assert_eq!(record.execute(change).await.unwrap(), 1);
    let seen = store.check_certificates().await.expect_err("changed");
    assert!(seen.to_string().contains("number 2"), "{seen}");
}
