//! What people agreed to: recorded once, only ever ended, told with their work, named by the calls that leave under it.

use campaigns::give_back;
use domain::{
    AgreedTo, ConsentId, Event, Gate, LeavesUnder, OtherHours, PersonId, Purpose, Timestamp, Under,
    WorkItem,
};
use store::{AttemptFilter, AuditFilter, ConsentRow, NewConsent, Store, StoreError};

use crate::database::Record;
use crate::fixture::{Writer, at, intent, lease, leased, load, people, placed, rules};

contract!(
    a_consent_is_recorded_once_told_with_the_work_and_ended_once,
    what_was_recorded_of_a_consent_cannot_be_changed_or_removed,
    one_signed_before_its_contract_or_of_nobody_is_refused,
    outside_of_hours_those_alone_are_leased_who_agreed,
    a_new_consent_has_work_that_waits_by_the_law_looked_at_again,
    a_call_names_its_consent_and_none_leaves_under_one_that_ended,
    who_is_erased_agrees_to_nothing_any_more,
);

fn new(person: PersonId, to: AgreedTo) -> NewConsent {
    NewConsent {
        person,
        to,
        purposes: vec![Purpose::Commercial, Purpose::RequestedCallback],
        contract_at: Some(at(-200)),
        signed_at: at(-100),
        instrument: "correo del 2026-10-01".to_owned(),
        evidence_sha256: "ab".repeat(32),
        recorded_at: at(10),
        recorded_by: "marta".to_owned(),
    }
}

fn evening() -> AgreedTo {
    AgreedTo::OtherHours(OtherHours {
        from: 19 * 60,
        to: 21 * 60,
        days: [true, true, true, true, true, false, true],
        holidays: false,
    })
}

async fn recorded(store: &dyn Store, person: PersonId) -> ConsentRow {
    let row = store.record_consent(&new(person, evening())).await;
    row.expect("records")
}

fn ids(rows: &[ConsentRow]) -> Vec<ConsentId> {
    rows.iter().map(|row| row.id).collect()
}

async fn a_consent_is_recorded_once_told_with_the_work_and_ended_once(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let person = items[0].contact.person;
    let before = store.config_version().await.unwrap();
    let hours = recorded(store, person).await;
    let calls = store.record_consent(&new(person, AgreedTo::Calls)).await;
    let calls = calls.unwrap();
    assert!(store.config_version().await.unwrap() > before);
    assert_eq!(hours.consent, new(person, evening()), "as it was written");
    let back: Vec<_> = items.iter().map(give_back).collect();
    store.update_work(&back).await.unwrap();
    let told = lease(store, campaign).await;
    let theirs = |item: &&WorkItem| item.contact.person == person;
    let item = told.iter().find(theirs).expect("leased");
    assert_eq!(
        item.consents,
        [hours.consent.given(hours.id), calls.consent.given(calls.id)]
    );
    assert!(told.iter().any(|item| item.consents.is_empty()));
    let ended = store
        .end_consent(hours.id, "jefa", "lo pidió", at(20))
        .await;
    assert_eq!(
        ended.unwrap().ended,
        Some((at(20), "jefa".to_owned(), "lo pidió".to_owned()))
    );
    let again = store
        .end_consent(hours.id, "jefa", "otra vez", at(30))
        .await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
    let all = store.consents(Some(person), false).await.unwrap();
    assert_eq!(ids(&all), [hours.id, calls.id]);
    let standing = store.consents(None, true).await.unwrap();
    assert_eq!(ids(&standing), [calls.id]);
    // Recorded at 10, ended at 20.
    for (since, people) in [(at(0), 1), (at(20), 1), (at(21), 0)] {
        let changed = store.consents_changed(since).await.unwrap();
        assert_eq!(changed.len(), people, "since {since:?}");
        if let Some((of, standing)) = changed.first() {
            assert_eq!((*of, standing.len()), (person, 1));
        }
    }
    let filter = AuditFilter {
        subject: Some(format!("person {person}")),
        ..AuditFilter::default()
    };
    let rows = store.audit(&filter).await.unwrap();
    let deeds: Vec<&str> = rows.iter().map(|row| row.entry.action.as_str()).collect();
    assert_eq!(deeds, ["consent.record", "consent.record", "consent.end"]);
}

async fn what_was_recorded_of_a_consent_cannot_be_changed_or_removed(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    recorded(store, items[0].contact.person).await;
    for sql in [
        "UPDATE consent SET to_min = 1440",
        "UPDATE consent SET days = 'sat'",
        "UPDATE consent SET signed_at = 0, ended_at = 5",
        "UPDATE consent SET ended_by = 'x'",
        "DELETE FROM consent",
    ] {
        assert!(record.execute(sql).await.is_err(), "{sql}");
    }
    let ends = "UPDATE consent SET ended_at = 5, ended_by = 'x', ended_why = 'y'";
    assert_eq!(record.execute(ends).await.unwrap(), 1);
    assert!(
        record
            .execute("UPDATE consent SET ended_at = NULL")
            .await
            .is_err()
    );
}

async fn one_signed_before_its_contract_or_of_nobody_is_refused(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let person = items[0].contact.person;
    for contract_at in [at(-100), at(-99)] {
        let early = NewConsent {
            contract_at: Some(contract_at),
            ..new(person, evening())
        };
        let refused = store.record_consent(&early).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))));
    }
    let nobody = new(PersonId::new(999), evening());
    let refused = store.record_consent(&nobody).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    assert_eq!(store.consents(None, false).await.unwrap(), []);
}

async fn agreed(store: &dyn Store, campaign: domain::CampaignId) -> (Vec<i64>, Option<Timestamp>) {
    let (items, due) = store.lease_agreed(campaign, at(50), 100).await.unwrap();
    let people = items.iter().map(|item| item.contact.person.get());
    (people.collect(), due)
}

async fn outside_of_hours_those_alone_are_leased_who_agreed(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 5).await;
    let back: Vec<_> = items.iter().map(give_back).collect();
    store.update_work(&back).await.unwrap();
    assert_eq!(agreed(store, campaign).await, (vec![], None));
    let person = |n: usize| items[n].contact.person;
    let third = recorded(store, person(2)).await;
    recorded(store, person(2)).await;
    recorded(store, person(3)).await;
    store
        .record_consent(&new(person(4), AgreedTo::Calls))
        .await
        .unwrap();
    let mut later = give_back(&items[3]);
    later.next_at = at(3_600);
    store.update_work(&[later]).await.unwrap();
    let (people, due) = agreed(store, campaign).await;
    assert_eq!(people, [person(2).get()], "once, though they agreed twice");
    assert_eq!(due, Some(at(3_600)));
    let (items, _) = store.lease_agreed(campaign, at(3_600), 100).await.unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        items[0].consents.len(),
        1,
        "it comes with what they agreed to"
    );
    store
        .end_consent(third.id, "jefa", "no más", at(60))
        .await
        .unwrap();
    // A campaign that does not dial their list leases nobody.
    let other = load(store, "otra", &people_of(900)).await;
    let other = crate::fixture::campaign(store, "otra", &[other]).await;
    assert_eq!(agreed(store, other).await, (vec![], None));
}

fn people_of(n: u64) -> Vec<store::NewContact> {
    people(n..n + 1)
}

async fn a_new_consent_has_work_that_waits_by_the_law_looked_at_again(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let waits = |n: usize, pack: &str| domain::WorkUpdate {
        next_at: at(90_000),
        because: Some(Gate {
            rule: "X-1".to_owned(),
            pack: pack.to_owned(),
        }),
        ..give_back(&items[n])
    };
    let waiting = [waits(0, "co@2026.12.01"), waits(1, "typifications 3")];
    store.update_work(&waiting).await.unwrap();
    for item in &items {
        recorded(store, item.contact.person).await;
    }
    let due = lease(store, campaign).await;
    assert_eq!(due, [], "not before it was recorded");
    let (due, next) = store.lease_work(campaign, at(10), 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].contact.person, items[0].contact.person);
    assert_eq!(next, Some(at(90_000)), "a retry waits as long as it should");
}

/// An intent to call somebody under a consent.
fn under(n: i64, item: &WorkItem, consent: ConsentId) -> Event {
    Event::AttemptIntended(domain::Intent {
        under: Some(Under {
            law: "co@2026.12.01".into(),
            zone: "America/Bogota".into(),
            utc_offset_min: -300,
            consents: LeavesUnder {
                hours: Some(consent),
                calls: None,
            },
        }),
        ..intent(n, item)
    })
}

async fn a_call_names_its_consent_and_none_leaves_under_one_that_ended(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    let mut consents = Vec::new();
    for item in &items {
        consents.push(recorded(store, item.contact.person).await.id);
    }
    let ended = store
        .end_consent(consents[1], "jefa", "no más", at(15))
        .await;
    ended.unwrap();
    let mut writer = Writer::default();
    let intents = vec![
        under(1, &items[0], consents[0]),
        under(2, &items[1], consents[1]),
    ];
    let answers = writer.commit(store, 20, intents).await;
    assert_eq!(rules(&answers), [(1, ""), (2, "consent_ended")]);
    writer.commit(store, 21, vec![placed(1)]).await;
    let rows = store.attempts(&AttemptFilter::default()).await.unwrap();
    let named = |n: usize| rows[n].under.as_ref().map(|under| under.consents.hours);
    assert_eq!(named(0), Some(Some(consents[0])));
    let open = store.open_attempts().await.unwrap();
    let intent = &open[0].intent;
    assert_eq!(
        intent.under.as_ref().map(|under| under.consents.hours),
        Some(Some(consents[0])),
        "also after a restart"
    );
    assert_eq!(store.verify().await.unwrap(), []);
    // Of somebody else, or of nobody: found.
    let sql = format!(
        "UPDATE attempt SET hours_consent = {} WHERE id = 1",
        consents[1]
    );
    record.execute(&sql).await.unwrap();
    let problems = store.verify().await.unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].invariant.starts_with("a consent"),
        "{problems:?}"
    );
}

async fn who_is_erased_agrees_to_nothing_any_more(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let person = items[0].contact.person;
    let consent = recorded(store, person).await;
    store
        .erase_person(person, "lo pidió", at(30))
        .await
        .unwrap();
    assert_eq!(store.consents(None, true).await.unwrap(), []);
    let kept = store.consents(Some(person), false).await.unwrap();
    assert_eq!(ids(&kept), [consent.id], "calls may have left under it");
    assert!(store.record_consent(&new(person, evening())).await.is_err());
}
