//! Typifications in versions: what is in force, what calls of before go on to mean, and what a correction
//! changes of phones, suppression, and of what was said last and best.

use campaigns::Catalogue;
use domain::{
    CampaignId, CatalogueId, Disposition, Event, Gate, Outcome, Typification, WorkState, WorkUpdate,
};
use store::{AttemptFilter, NewCatalogue, PersonSought, Store};

use crate::database::Record;
use crate::fixture::{
    Writer, again, answered, at, attempt, bridged, campaign, closed, intended, intent, lease,
    leased, load, phone, placed, rules, someone, typified,
};

contract!(
    the_house_is_in_force_until_a_campaign_has_a_version_of_its_own,
    a_code_that_calls_bear_is_kept_as_retired,
    figures_follow_the_version_a_call_began_with,
    a_version_is_known_again_after_the_record_is_opened_again,
    a_number_that_is_no_good_is_so_in_every_campaign_of_the_person_and_of_nobody_else,
    a_corrected_word_lets_a_number_be_dialed_again,
    the_last_word_and_the_best_are_both_known,
    a_supervisor_takes_back_that_somebody_is_never_to_be_called_again,
    what_two_people_said_is_not_taken_back_by_one,
    corrections_are_told_with_who_and_why_and_what_was_said_before,
    the_rule_that_makes_somebody_wait_is_kept_with_the_work,
    what_a_base_costs_is_counted_over_all_campaigns,
);

/// Rows to be put into force.
pub(crate) fn version(campaign: CampaignId, rows: Vec<Disposition>) -> NewCatalogue {
    NewCatalogue {
        campaign,
        rows,
        by: "marta".to_owned(),
        note: "junta del lunes".to_owned(),
        at: at(5),
    }
}

fn house() -> Vec<Disposition> {
    Catalogue::spanish().rows().to_vec()
}

async fn the_house_is_in_force_until_a_campaign_has_a_version_of_its_own(record: Record) {
    let store = &*record.store;
    let (one, two) = (
        campaign(store, "una", &[]).await,
        campaign(store, "dos", &[]).await,
    );
    let usual = store.catalogue(one).await.unwrap();
    assert_eq!((usual.rows(), usual.id), (&house()[..], Catalogue::HOUSE));
    let versions = store.catalogue_versions(one).await.unwrap();
    assert!(versions.len() == 1 && versions[0].of_house);
    let mut rows = house();
    rows[1].retry.wait = std::time::Duration::from_secs(1_800);
    rows[4].levels[2] = "con \"comillas\"; y más".to_owned();
    let (put, retired) = store
        .put_catalogue(&version(one, rows.clone()))
        .await
        .unwrap();
    assert_eq!((put.version, retired), (1, vec![]));
    let own = store.catalogue(one).await.unwrap();
    assert_eq!((own.rows(), own.id, own.version), (&rows[..], put.id, 1));
    assert_eq!(store.catalogue(two).await.unwrap().id, Catalogue::HOUSE);
    let (next, _) = store.put_catalogue(&version(one, house())).await.unwrap();
    let versions = store.catalogue_versions(one).await.unwrap();
    let told: Vec<_> = versions
        .iter()
        .map(|v| (v.version, v.id, v.by.as_str()))
        .collect();
    assert_eq!(told, [(2, next.id, "marta"), (1, put.id, "marta")]);
    let before = store.catalogue_of(put.id).await.unwrap().expect("kept");
    assert_eq!(before.rows(), rows);
    assert_eq!(
        store.catalogue_of(CatalogueId::new(404)).await.unwrap(),
        None
    );
    let gone = store
        .put_catalogue(&version(CampaignId::new(404), house()))
        .await;
    assert!(matches!(gone, Err(store::StoreError::NotFound { .. })));
}

/// A call of contact `n` that was typified.
fn call(n: i64, item: &domain::WorkItem, code: &str) -> Vec<Event> {
    vec![
        intended(n, item),
        placed(n),
        answered(n),
        bridged(n, 200),
        closed(n, Outcome::Connected, None),
        typified(n, code, false, again(item, 900, 1)),
    ]
}

async fn a_code_that_calls_bear_is_kept_as_retired(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 1).await;
    Writer::default()
        .commit(store, 10, call(1, &items[0], "NI06"))
        .await;
    let rows: Vec<_> = house()
        .into_iter()
        .filter(|row| row.code != "NI06" && row.code != "NI07")
        .collect();
    let (put, retired) = store.put_catalogue(&version(campaign, rows)).await.unwrap();
    assert_eq!(retired, ["NI06"]);
    let kept = put.get("NI06").expect("kept");
    assert!(kept.retired && kept.effective_contact);
    assert!(put.get("NI07").is_none(), "no call bears it");
    assert_eq!(store.catalogue(campaign).await.unwrap(), put);
}

async fn figures_follow_the_version_a_call_began_with(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    writer.commit(store, 10, call(1, &items[0], "CE01")).await;
    // From the second version on, whoever thinks it over is no effective contact.
    let mut rows = house();
    let row = rows
        .iter_mut()
        .find(|row| row.code == "CE01")
        .expect("there");
    (row.effective_contact, row.rank) = (false, 3);
    let (put, _) = store.put_catalogue(&version(campaign, rows)).await.unwrap();
    let mut later = call(2, &items[1], "CE01");
    later[0] = Event::AttemptIntended(domain::Intent {
        catalogue: put.id,
        ..intent(2, &items[1])
    });
    writer.commit(store, 20, later).await;
    let facts = store
        .facts(campaign, &kpi::Period::new(at(0), at(100)))
        .await
        .unwrap();
    assert_eq!((facts.attempts, facts.answered, facts.effective), (2, 2, 1));
    assert_eq!((facts.records_answered, facts.records_effective), (2, 1));
    let behind = |set| AttemptFilter {
        campaign: Some(campaign),
        set: Some(set),
        ..AttemptFilter::default()
    };
    let effective = store
        .attempts(&behind(kpi::AttemptSet::Effective))
        .await
        .unwrap();
    let ids: Vec<_> = effective
        .iter()
        .map(|row| (row.id, row.catalogue))
        .collect();
    assert_eq!(ids, [(attempt(1), Catalogue::HOUSE)]);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn a_version_is_known_again_after_the_record_is_opened_again(record: Record) {
    let (campaign, put) = {
        let store = &*record.store;
        let campaign = campaign(store, "una", &[]).await;
        let (put, _) = store
            .put_catalogue(&version(campaign, house()))
            .await
            .unwrap();
        (campaign, put)
    };
    let record = record.reopened().await;
    assert_eq!(record.store.catalogue(campaign).await.unwrap(), put);
    let house = record.store.catalogue(CampaignId::new(77)).await.unwrap();
    assert_eq!(house.id, Catalogue::HOUSE, "it is not written twice");
}

/// Somebody with two numbers, in two lists of two campaigns.
async fn in_two_campaigns(store: &dyn Store) -> (CampaignId, CampaignId) {
    store.take_over().await.unwrap();
    let mut row = someone(1);
    row.phones = vec![phone(1), phone(101)];
    let mut neighbour = someone(2);
    neighbour.phones = vec![phone(1)];
    let one = load(store, "una", &[row.clone(), neighbour]).await;
    let two = load(store, "dos", &[row]).await;
    (
        campaign(store, "ventas", &[one]).await,
        campaign(store, "equipos", &[two]).await,
    )
}

fn no_good(n: i64, item: &domain::WorkItem) -> Vec<Event> {
    let next = WorkUpdate {
        invalid_phone: Some(0),
        next_phone: 1,
        ..again(item, 0, 1)
    };
    let mut events = call(n, item, "TE03");
    events.pop();
    events.push(typified(n, "TE03", false, next));
    events
}

async fn a_number_that_is_no_good_is_so_in_every_campaign_of_the_person_and_of_nobody_else(
    record: Record,
) {
    let store = &*record.store;
    let (ventas, equipos) = in_two_campaigns(store).await;
    let items = lease(store, ventas).await;
    let mut writer = Writer::default();
    writer.commit(store, 10, no_good(1, &items[0])).await;
    let elsewhere = lease(store, equipos).await;
    let usable: Vec<_> = elsewhere[0]
        .contact
        .phones
        .iter()
        .map(|p| p.usable)
        .collect();
    assert_eq!((usable, elsewhere[0].next_phone), (vec![false, true], 1));
    let neighbour = store.work(ventas, items[1].contact.id).await.unwrap();
    assert!(neighbour.expect("theirs").contact.phones[0].usable);
    let people = store
        .people(&PersonSought::Phone(phone(101)), at(20))
        .await
        .unwrap();
    let retired = &people[0].retired_numbers;
    assert_eq!((retired.len(), retired[0].phone), (1, phone(1)));
    assert_eq!(
        (retired[0].code.as_str(), retired[0].attempt),
        ("TE03", attempt(1))
    );
}

async fn a_corrected_word_lets_a_number_be_dialed_again(record: Record) {
    let store = &*record.store;
    let (ventas, _) = in_two_campaigns(store).await;
    let items = lease(store, ventas).await;
    let mut writer = Writer::default();
    writer.commit(store, 10, no_good(1, &items[0])).await;
    let fix = typified(1, "TE02", true, again(&items[0], 0, 1));
    writer.commit(store, 20, vec![fix]).await;
    let again = store.work(ventas, items[0].contact.id).await.unwrap();
    assert!(again.expect("theirs").contact.phones[0].usable);
}

async fn the_last_word_and_the_best_are_both_known(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    let contact = items[0].contact.id;
    assert_eq!(
        store.management(campaign, contact).await.unwrap(),
        store::Management::default()
    );
    for (n, code) in (1..).zip(["CE01", "TE01", "CE02", "TE02"]) {
        let leased = WorkUpdate {
            state: WorkState::Leased,
            ..again(&items[0], 0, 1)
        };
        let mut events = call(n, &items[0], code);
        events.pop();
        events.push(typified(n, code, false, leased));
        writer.commit(store, 10 * n, events).await;
    }
    let said = store.management(campaign, contact).await.unwrap();
    let code = |said: &Option<store::Managed>| said.as_ref().map(|said| said.code.clone());
    // Of the two that rank alike the later one.
    assert_eq!(
        (code(&said.last), code(&said.best)),
        (Some("TE02".into()), Some("CE02".into()))
    );
    let fix = typified(3, "TE01", true, again(&items[0], 0, 4));
    writer.commit(store, 90, vec![fix]).await;
    let said = store.management(campaign, contact).await.unwrap();
    assert_eq!(
        (code(&said.last), code(&said.best)),
        (Some("TE02".into()), Some("CE01".into()))
    );
    let view = "SELECT CAST(last_code || ' ' || best_code || ' ' || best_rank AS TEXT) AS found
                FROM v1_management WHERE last_code IS NOT NULL";
    assert_eq!(record.texts(view).await, ["TE02 CE01 4"]);
}

/// Never again, and what a supervisor says instead.
fn asked(n: i64, item: &domain::WorkItem) -> Vec<Event> {
    let next = WorkUpdate {
        state: WorkState::Suppressed,
        suppress: true,
        ..again(item, 0, 1)
    };
    let mut events = call(n, item, "EX01");
    events.pop();
    events.push(typified(n, "EX01", false, next));
    events
}

fn taken_back(n: i64, item: &domain::WorkItem) -> Event {
    Event::Typified(Typification {
        attempt: attempt(n),
        agent: None,
        user: Some("marta".to_owned()),
        code: "NI07".to_owned(),
        note: "oyó mal".to_owned(),
        corrects: true,
        next: WorkUpdate {
            code: Some("NI07".to_owned()),
            ..again(item, 0, 1)
        },
    })
}

async fn a_supervisor_takes_back_that_somebody_is_never_to_be_called_again(record: Record) {
    let store = &*record.store;
    let (ventas, equipos) = in_two_campaigns(store).await;
    let items = lease(store, ventas).await;
    let mut writer = Writer::default();
    writer.commit(store, 10, asked(1, &items[0])).await;
    assert!(store.is_suppressed(phone(1)).await.unwrap());
    assert!(lease(store, equipos).await.is_empty());
    writer
        .commit(store, 20, vec![taken_back(1, &items[0])])
        .await;
    assert!(!store.is_suppressed(phone(1)).await.unwrap());
    assert_eq!(lease(store, equipos).await.len(), 1);
    let rows = store.typifications(attempt(1)).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|r| (r.user.as_deref(), r.opt_out))
        .collect();
    assert_eq!(told, [(None, true), (Some("marta"), false)]);
}

async fn what_two_people_said_is_not_taken_back_by_one(record: Record) {
    let store = &*record.store;
    let (ventas, equipos) = in_two_campaigns(store).await;
    let items = lease(store, ventas).await;
    let elsewhere = lease(store, equipos).await;
    let mut writer = Writer::default();
    writer.commit(store, 10, asked(1, &items[0])).await;
    // The same person said it of a call of the other campaign that went on.
    let refused = writer
        .commit(store, 11, vec![intended(2, &elsewhere[0])])
        .await;
    assert_eq!(rules(&refused), [(2, "suppressed")]);
    let other = call(3, &items[1], "EX01");
    writer.commit(store, 12, vec![other[0].clone()]).await;
    writer
        .commit(store, 20, vec![taken_back(1, &items[0])])
        .await;
    assert!(!store.is_suppressed(phone(1)).await.unwrap());
    // What a list says of a number stays, whoever corrects what.
    store.suppress(phone(1), "RNE", at(21)).await.unwrap();
    writer
        .commit(store, 30, vec![taken_back(1, &items[0])])
        .await;
    assert!(store.is_suppressed(phone(1)).await.unwrap());
}

async fn corrections_are_told_with_who_and_why_and_what_was_said_before(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    writer.commit(store, 10, call(1, &items[0], "VE01")).await;
    writer
        .commit(store, 20, vec![taken_back(1, &items[0])])
        .await;
    let told = store.corrections(campaign, at(0), at(100)).await.unwrap();
    assert_eq!(told.len(), 1);
    let told = &told[0];
    assert_eq!(
        (told.before.as_str(), told.after.as_str()),
        ("VE01", "NI07")
    );
    assert_eq!(
        (told.user.as_deref(), told.why.as_str()),
        (Some("marta"), "oyó mal")
    );
    assert_eq!((told.at, told.placed_at), (at(20), Some(at(10))));
    assert_eq!(
        store.corrections(campaign, at(21), at(100)).await.unwrap(),
        []
    );
}

async fn the_rule_that_makes_somebody_wait_is_kept_with_the_work(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let rule = |rule: &str| Gate {
        rule: rule.to_owned(),
        pack: "typifications 3".to_owned(),
    };
    let waits = WorkUpdate {
        because: Some(rule("NC01.other_hours")),
        ..again(&items[0], 900, 1)
    };
    store.update_work(&[waits]).await.unwrap();
    let because = async || {
        let found = store
            .people(&PersonSought::Phone(phone(1)), at(20))
            .await
            .unwrap();
        found[0].records[0].work[0].because.clone()
    };
    assert_eq!(because().await, Some(rule("NC01.other_hours")));
    // Handed back as it was, the rule stays too.
    store
        .update_work(&[again(&items[0], 900, 1)])
        .await
        .unwrap();
    assert_eq!(because().await, Some(rule("NC01.other_hours")));
}

async fn what_a_base_costs_is_counted_over_all_campaigns(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let list = load(store, "base", &[someone(1)]).await;
    let one = campaign(store, "ventas", &[list]).await;
    let two = campaign(store, "equipos", &[list]).await;
    let mut writer = Writer::default();
    let items = lease(store, one).await;
    assert_eq!(items[0].spent, 0);
    let busy = vec![
        intended(1, &items[0]),
        placed(1),
        closed(1, Outcome::Busy, Some(again(&items[0], 0, 1))),
    ];
    writer.commit(store, 10, busy).await;
    let item = lease(store, two).await.remove(0);
    assert_eq!((item.attempts, item.spent), (0, 1), "the other campaign's");
    let congested = vec![
        intended(2, &item),
        placed(2),
        closed(2, Outcome::Congestion, Some(again(&item, 0, 0))),
    ];
    writer.commit(store, 20, congested).await;
    assert_eq!(
        lease(store, two).await[0].spent,
        1,
        "congestion costs nothing"
    );
}
