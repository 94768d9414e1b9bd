//! A call-back is moved to where the law lets it be, or the person.

use chrono::{Days, FixedOffset, TimeZone as _};
use domain::{AgreedTo, OtherHours, PhoneNumber, Promise, WorkUpdate};
use store::{ListTarget, NewConsent, NewContact};

use super::*;

/// A campaign under `co` that promised its only contact to call back.
async fn promised(store: &dyn Store) -> (CampaignId, CallBackRow) {
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, now()).await.expect("begins");
    let ana = NewContact {
        document: "CC1".to_owned(),
        name: "Ana".to_owned(),
        segment: String::new(),
        phones: vec![PhoneNumber::from_e164("573001234567").expect("a mobile number")],
        attributes: Vec::new(),
        record: 1,
        line: 2,
    };
    store.import_chunk(import, &[ana]).await.expect("stages");
    let list = store.finish_import(import, "{}", "00", now()).await;
    let campaign = Campaign {
        lists: vec![list.expect("finishes")],
        ..Campaign::new(CampaignId::new(0), "ventas")
    };
    assert_eq!(campaign.law_pack, "co");
    let campaign = store.put_campaign(&campaign).await.expect("a campaign");
    store.take_over().await.expect("takes over");
    let (leased, _) = store.lease_work(campaign, now(), 1).await.expect("leases");
    let promise = WorkUpdate {
        promise: Some(Promise {
            agent: None,
            asked_in: None,
        }),
        next_at: now() + Duration::from_secs(3_600),
        ..campaigns::give_back(&leased[0])
    };
    store.update_work(&[promise]).await.expect("promises");
    let row = store.call_back(campaign, leased[0].contact.id).await;
    (campaign, row.expect("reads").expect("is booked"))
}

/// Eight in the evening of tomorrow, in Colombia.
fn evening() -> (Timestamp, String) {
    let bogota = FixedOffset::west_opt(5 * 3_600).expect("a zone");
    let today = bogota
        .timestamp_millis_opt(now().as_millis())
        .single()
        .expect("an instant")
        .date_naive();
    let day = today.checked_add_days(Days::new(1)).expect("a day");
    let local = day.and_hms_opt(20, 0, 0).expect("a time");
    let at = bogota.from_local_datetime(&local).single();
    let at = at.expect("an instant").timestamp_millis();
    (
        Timestamp::from_millis(at),
        local.format("%Y-%m-%dT%H:%M").to_string(),
    )
}

fn consent(person: PersonId) -> NewConsent {
    NewConsent {
        person,
        to: AgreedTo::OtherHours(OtherHours {
            from: 19 * 60,
            to: 21 * 60,
            days: [true; 7],
            holidays: true,
        }),
        purposes: vec![asked()],
        contract_at: Some(now() - Duration::from_secs(86_400)),
        signed_at: now() - Duration::from_secs(60),
        instrument: "correo".to_owned(),
        evidence_sha256: "ab".repeat(32),
        recorded_at: now(),
        recorded_by: "marta".to_owned(),
    }
}

#[tokio::test]
async fn it_is_moved_to_an_hour_that_the_person_agreed_to_and_to_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("record.db").display());
    let store = store::open(&url).await.expect("a record");
    let store = store.as_ref();
    let (campaign, row) = promised(store).await;
    let (at, local) = evening();
    let form = CallBackMoveForm {
        local: Some(local),
        reason: "lo pidió".to_owned(),
        ..CallBackMoveForm::default()
    };
    let key = (campaign, row.contact.id);
    let refused = move_call_back(store, key, &form).await;
    let Err(ApiError::Rejected(refused)) = refused else {
        panic!("the law closes at seven: {refused:?}");
    };
    assert_eq!(refused.code, "callback_closed");
    assert!(refused.opens.is_some_and(|opens| opens > at));
    let given = store.record_consent(&consent(row.contact.person)).await;
    let moved = move_call_back(store, key, &form).await.expect("agreed to");
    assert_eq!((moved.at, moved.lawful), (at.as_millis(), true));
    let given = given.expect("records").id;
    let ended = store.end_consent(given, "marta", "lo retira", now()).await;
    ended.expect("ends");
    let all = CallBackFilter {
        limit: 10,
        ..CallBackFilter::default()
    };
    let listed = call_backs(store, &all).await;
    let listed = listed.expect("lists");
    assert_eq!((listed[0].at, listed[0].lawful), (at.as_millis(), false));
}
