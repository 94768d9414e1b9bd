//! A folder of evidence is the same whenever it is made, and shows what was done to it.

use std::time::Duration;

use domain::{
    AttemptId, CampaignId, ContactId, DialMode, Event, Intent, ListId, PhoneNumber, Recorded,
    TrunkId, Under,
};

use super::*;

async fn record() -> (std::sync::Arc<dyn Store>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("record.db").display());
    (store::open(&url).await.expect("a record"), folder)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_618_800_000 + seconds * 1_000)
}

fn number(n: i64) -> PhoneNumber {
    PhoneNumber::from_e164(&format!("+573{n:09}")).expect("a number")
}

fn intended(n: i64) -> Event {
    Event::AttemptIntended(Intent {
        attempt: AttemptId::new(n),
        campaign: CampaignId::new(1),
        list: ListId::new(1),
        contact: ContactId::new(n),
        person: PersonId::new(n),
        segment: "A, \"oro\"".to_owned(),
        phone: number(n),
        ordinal: 0,
        trunk: TrunkId::new(1),
        caller_id: number(999),
        mode: DialMode::Predictive,
        purpose: domain::Purpose::Commercial,
        serves: None,
        agent: None,
        catalogue: campaigns::Catalogue::HOUSE,
        under: Some(Under {
            law: "co@2026.11.30".into(),
            zone: "America/Bogota".into(),
            utc_offset_min: -300,
            consents: domain::LeavesUnder::default(),
        }),
    })
}

/// Three intents, of which the store refuses all: nobody leased their work.
async fn filled(store: &dyn Store) {
    store.take_over().await.expect("takes over");
    let batch: Vec<Recorded> = (1..=3)
        .map(|n| Recorded {
            seq: n as u64,
            at: at(n),
            event: intended(n),
        })
        .collect();
    store.commit(&batch).await.expect("commits");
    let laws = [("co@2026.11.30".to_owned(), "id = \"co\"\n".to_owned())];
    store.put_law_texts(&laws, at(0)).await.expect("kept");
}

fn wanted(folder: &Path, person: Option<i64>) -> EvidenceWanted {
    EvidenceWanted {
        from: at(0),
        // The audit log is by the clock of this machine.
        to: at(0) + Duration::from_secs(400_000_000),
        person: person.map(PersonId::new),
        folder: folder.to_owned(),
    }
}

#[tokio::test]
async fn evidence_made_twice_is_the_same_and_shows_what_was_done_to_it() {
    let (store, folder) = record().await;
    filled(&*store).await;
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let made = export_evidence(&*store, &wanted(&one, None), |_| {})
        .await
        .expect("made");
    assert_eq!((made.attempts, made.audit_entries), (3, 1));
    let again = export_evidence(&*store, &wanted(&two, None), |_| {})
        .await
        .expect("made");
    assert_eq!(made.index_sha256, again.index_sha256);
    let full = export_evidence(&*store, &wanted(&one, None), |_| {}).await;
    assert!(full.is_err(), "not into a folder with something in it");
    let whole = verify_evidence(&one, Some(&made.index_sha256)).expect("read");
    assert_eq!(whole, [] as [String; 0]);
    let csv = fs::read_to_string(one.join("attempts.csv")).expect("there");
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0].split(',').count(), ATTEMPT_COLUMNS.len());
    assert!(
        rows[1].contains(",co@2026.11.30,America/Bogota,-300,"),
        "{}",
        rows[1]
    );
    assert!(
        rows[1].ends_with(",refused,,,lease_lost,store"),
        "{}",
        rows[1]
    );
    fs::write(
        one.join("attempts.csv"),
        csv.replace("lease_lost", "suppressed"),
    )
    .expect("ours");
    fs::write(one.join("more.txt"), "x").expect("ours");
    fs::remove_file(one.join("registers.csv")).expect("ours");
    let mut wrong = verify_evidence(&one, Some("00")).expect("read");
    wrong.sort_unstable();
    assert_eq!(wrong.len(), 4, "{wrong:?}");
    assert_eq!(wrong[0], "attempts.csv: was changed");
    assert!(wrong[1].starts_with("index.json: not the one"), "{wrong:?}");
    assert_eq!(wrong[2], "more.txt: is not in the index");
    assert!(wrong[3].starts_with("registers.csv: "), "{wrong:?}");
}

#[tokio::test]
async fn evidence_of_one_person_has_nobody_elses_calls() {
    let (store, folder) = record().await;
    filled(&*store).await;
    let place = folder.path().join("two");
    let made = export_evidence(&*store, &wanted(&place, Some(2)), |_| {})
        .await
        .expect("made");
    assert_eq!(made.attempts, 1);
    let csv = fs::read_to_string(place.join("attempts.csv")).expect("there");
    assert!(csv.contains("+573000000002") && !csv.contains("+573000000003"));
}

#[test]
fn an_instant_is_told_by_the_clock_of_the_person() {
    assert_eq!(local(at(0), -300), "2026-11-25T10:00:00.000-05:00");
    assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
}
