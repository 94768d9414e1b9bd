//! A campaign over two bases, from the form to who is leased; new passes; and by Excel.

use std::sync::Arc;

use domain::{
    AttemptId, CampaignId, ContactId, ListId, PhoneNumber, Timestamp, WorkItem, WorkState,
    WorkUpdate,
};
use store::{ListTarget, NewContact, Store};
use wire::{SegmentForm, SegmentSetForm};

use super::*;
use crate::segment_preview::preview;
use crate::segment_sets::{check_segments, refusal, segments_shown};
use crate::segment_sheets::{SheetWanted, take_segment_sheet, write_segment_sheet};
use crate::{ApiError, Recycling};

const CITIES: [&str; 3] = ["Bogotá", "Cali", "Medellín"];

struct Place {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    campaign: Campaign,
}

async fn load(store: &dyn Store, name: &str, people: std::ops::Range<u64>) -> ListId {
    let person = |n: u64| NewContact {
        document: format!("CC{n}"),
        name: format!("Ana {n}"),
        segment: String::new(),
        phones: vec![PhoneNumber::from_e164(&format!("57300{n:07}")).expect("a mobile number")],
        attributes: vec![
            ("ciudad".to_owned(), CITIES[(n % 3) as usize].to_owned()),
            ("saldo".to_owned(), n.to_string()),
        ],
        record: n,
        line: n + 1,
    };
    let now = Timestamp::from_millis(0);
    let target = ListTarget::New(name.to_owned());
    let import = store.begin_import(&target, now).await.expect("begins");
    let people: Vec<NewContact> = people.map(person).collect();
    store.import_chunk(import, &people).await.expect("stages");
    store
        .finish_import(import, "{}", "00", now)
        .await
        .expect("finishes")
}

/// A campaign over two bases: 1 to 30 and 31 to 60.
async fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("record.db").display());
    let store = store::open(&url).await.expect("a record");
    let lists = vec![
        load(store.as_ref(), "uno", 1..31).await,
        load(store.as_ref(), "dos", 31..61).await,
    ];
    let mut campaign = Campaign {
        lists,
        ..Campaign::new(CampaignId::new(0), "ventas")
    };
    campaign.id = store.put_campaign(&campaign).await.expect("a campaign");
    Place {
        folder,
        store,
        campaign,
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day")
}

fn segment(name: &str, rule: &str, share: u8) -> SegmentForm {
    SegmentForm {
        name: name.to_owned(),
        rule: rule.to_owned(),
        share: Some(share),
        ..SegmentForm::default()
    }
}

/// Cali by balance with 60 %, who else has more than 20 with 40 %.
fn form() -> SegmentSetForm {
    let cali = SegmentForm {
        order: Some("score".to_owned()),
        order_column: Some("saldo".to_owned()),
        ..segment("Cali", "ciudad = \"cali\"", 60)
    };
    SegmentSetForm {
        rest: Some("never".to_owned()),
        segments: vec![cali, segment("Saldo", "saldo > 20", 40)],
    }
}

impl Place {
    async fn save(&self, form: &SegmentSetForm) -> Result<(), ApiError> {
        let store = self.store.as_ref();
        let checked = check_segments(store, &self.campaign, form).await?;
        checked.save(store, &self.campaign, "ana").await?;
        settle(store, &self.campaign, today(), |_| {}).await?;
        Ok(())
    }

    /// The balances of whom is leased.
    async fn lease(&self, count: u32) -> Vec<u64> {
        self.items(count).await.iter().map(balance).collect()
    }

    async fn items(&self, count: u32) -> Vec<WorkItem> {
        let now = Timestamp::from_millis(1_796_050_000_000);
        self.store.take_over().await.expect("takes over");
        let leased = self.store.lease_work(self.campaign.id, now, count).await;
        leased.expect("leases").0
    }

    async fn counts(&self) -> Vec<(String, u64)> {
        let now = Timestamp::from_millis(1_796_050_000_000);
        let shown = segments_shown(self.store.as_ref(), &self.campaign, now)
            .await
            .expect("shown");
        assert!(shown.settled);
        shown
            .standings
            .into_iter()
            .map(|one| (one.name, one.contacts))
            .collect()
    }
}

fn balance(item: &WorkItem) -> u64 {
    item.contact.attributes[1].1.parse().expect("a number")
}

fn told(counts: &[(String, u64)]) -> Vec<(&str, u64)> {
    counts
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect()
}

#[tokio::test]
async fn a_set_is_previewed_saved_and_dialed_by() {
    let place = place().await;
    let set = form();
    let preview = preview(place.store.as_ref(), &place.campaign, &set, today(), |_| {});
    let preview = preview.await.expect("counts");
    assert_eq!(preview.problems, []);
    let got: Vec<_> = preview
        .segments
        .iter()
        .map(|one| (one.fits, one.gets, one.callable))
        .collect();
    // Cali are 1, 4, .. 58; of 21 to 60 thirteen are in Cali.
    assert_eq!(
        (preview.contacts, got),
        (60, vec![(20, 20, 20), (40, 27, 27)])
    );
    assert_eq!((preview.rest.gets, preview.overlaps[0].contacts), (13, 13));
    assert_eq!(
        preview.segments[0].examples[0].cells,
        [("ciudad".to_owned(), "Cali".to_owned())]
    );
    place.save(&form()).await.expect("saves");
    let counts = place.counts().await;
    assert_eq!(told(&counts), [("Cali", 20), ("Saldo", 27), ("resto", 13)]);
    let now = Timestamp::from_millis(1_796_050_000_000);
    let funnel = crate::funnel(place.store.as_ref(), place.campaign.id, now)
        .await
        .expect("a funnel");
    let gate = funnel
        .gates
        .iter()
        .find(|gate| gate.gate == "in_segment")
        .expect("a gate");
    assert_eq!((gate.held, gate.through), (13, 47));
    assert!(
        gate.why
            .as_deref()
            .is_some_and(|why| why.contains("13: fit no segment")),
        "{gate:?}"
    );
    assert_eq!(place.lease(5).await, [58, 21, 55, 23, 52]);
    assert_eq!(place.lease(99).await.len(), 42);
}

#[tokio::test]
async fn what_cannot_be_saved_is_told_all_at_once_and_changes_nothing() {
    let place = place().await;
    let mut bad = form();
    bad.segments[0].rule = "ciudda = \"Cali\"".to_owned();
    bad.segments[0].order_column = Some("puntaje".to_owned());
    bad.segments[1].share = Some(30);
    bad.segments[1].lists = vec!["tres".to_owned()];
    let refused = place
        .save(&bad)
        .await
        .expect_err("four things are wrong")
        .to_string();
    for words in [
        "ciudda = \"Cali\"\n^^^^^^\n",
        "names the column `puntaje`",
        "add up to 90 %",
        "not dial a list named `tres`",
    ] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    assert_eq!(
        place
            .store
            .segments(place.campaign.id)
            .await
            .expect("asked"),
        None
    );
    let preview = preview(place.store.as_ref(), &place.campaign, &bad, today(), |_| {});
    let problems = preview.await.expect("previews").problems;
    assert_eq!(problems.len(), 4);
    assert_eq!(refusal(&problems), refused);
}

#[tokio::test]
async fn a_base_that_comes_and_one_that_goes_are_parted() {
    let mut place = place().await;
    place.save(&form()).await.expect("saves");
    let third = load(place.store.as_ref(), "tres", 61..67).await;
    let gone = place.campaign.lists.remove(0);
    place.campaign.lists.push(third);
    place
        .store
        .put_campaign(&place.campaign)
        .await
        .expect("changes");
    settle(place.store.as_ref(), &place.campaign, today(), |_| {})
        .await
        .expect("settles");
    // Of 31 to 66: Cali 31, 34, .. 64.
    let counts = place.counts().await;
    assert_eq!(told(&counts), [("Cali", 12), ("Saldo", 24), ("resto", 0)]);
    let leased = place.lease(99).await;
    assert!(
        leased.iter().all(|balance| *balance > 30) && leased.len() == 36,
        "not of {gone}"
    );
}

#[tokio::test]
async fn who_was_called_moves_on_and_a_day_later_so_do_those_who_rested() {
    let place = place().await;
    let form = SegmentSetForm {
        rest: None,
        segments: vec![
            segment("Nuevos", "intentos = 0", 100),
            SegmentForm {
                priority: Some(2),
                ..segment("Descansados", "ultimo_intento < hoy", 100)
            },
        ],
    };
    place.save(&form).await.expect("saves");
    assert_eq!(
        told(&place.counts().await),
        [("Nuevos", 60), ("Descansados", 0), ("resto", 0)]
    );
    let item = place.items(1).await.remove(0);
    call(&place, &item, WorkState::Ready, 1).await;
    let campaign = &place.campaign;
    let moved = settle(place.store.as_ref(), campaign, today(), |_| {})
        .await
        .expect("settles");
    assert_eq!(moved, 1, "nobody else is looked at");
    assert_eq!(
        told(&place.counts().await),
        [("Nuevos", 59), ("Descansados", 0), ("resto", 1)]
    );
    let tomorrow = today().succ_opt().expect("a day");
    settle(place.store.as_ref(), campaign, tomorrow, |_| {})
        .await
        .expect("settles");
    assert_eq!(
        told(&place.counts().await),
        [("Nuevos", 59), ("Descansados", 1), ("resto", 0)]
    );
}

/// A call that nobody took, at noon of today in Bogotá.
async fn call(place: &Place, item: &WorkItem, state: WorkState, number: i64) {
    let at = Timestamp::from_millis(1_796_058_000_000);
    let attempt = AttemptId::new(number);
    let next = WorkUpdate {
        state,
        code: Some("NC01".to_owned()),
        repeats: 1,
        attempts: 1,
        ..campaigns::give_back(item)
    };
    let intent = domain::Intent {
        attempt,
        campaign: item.campaign,
        list: item.contact.list,
        contact: item.contact.id,
        person: item.contact.person,
        segment: String::new(),
        phone: item.contact.phones[0].number,
        ordinal: 0,
        trunk: domain::TrunkId::new(1),
        caller_id: item.contact.phones[0].number,
        mode: domain::DialMode::Predictive,
        purpose: domain::Purpose::Commercial,
        serves: None,
        agent: None,
        catalogue: campaigns::Catalogue::HOUSE,
        under: None,
    };
    let events = [
        domain::Event::AttemptIntended(intent),
        domain::Event::CallPlaced { attempt },
        domain::Event::AttemptClosed {
            attempt,
            outcome: domain::Outcome::NoAnswer,
            cause: domain::Cause::default(),
            ended_by: domain::EndedBy::Network,
            next: Some(next),
        },
    ];
    let seq = (number as u64 - 1) * 3;
    let events: Vec<_> = (seq + 1..)
        .zip(events)
        .map(|(seq, event)| domain::Recorded { seq, at, event })
        .collect();
    let answers = place.store.commit(&events).await.expect("commits");
    assert!(
        answers.iter().all(|(_, gate)| gate.is_none()),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_new_pass_is_counted_confirmed_and_noted() {
    let place = place().await;
    let store = place.store.as_ref();
    let items = place.items(3).await;
    call(&place, &items[0], WorkState::Exhausted, 1).await;
    call(&place, &items[1], WorkState::Exhausted, 2).await;
    call(&place, &items[2], WorkState::Closed, 3).await;
    let list = place.campaign.lists[0];
    let rule = "contestadas = 0 y saldo = 1";
    let mut plan = Recycling::plan(store, &place.campaign, list, rule, today())
        .await
        .expect("counts");
    let counts = &plan.counts;
    assert_eq!((counts.contacts, counts.in_work, counts.never), (30, 27, 1));
    assert_eq!((counts.exhausted, counts.taken, counts.begun), (2, 1, None));
    assert!(
        plan.confirm(2)
            .is_err_and(|no| no.to_string().contains("takes 1 contacts"))
    );
    plan.confirm(1).expect("that is the count");
    plan.carry_out(store).await.expect("begins");
    assert_eq!(plan.counts.begun, Some(1));
    let again = Recycling::plan(store, &place.campaign, list, "", today())
        .await
        .expect("counts");
    assert_eq!((again.counts.exhausted, again.counts.in_work), (1, 28));
    let filter = store::AuditFilter {
        action: Some("campaign.recycle".to_owned()),
        limit: 10,
        ..store::AuditFilter::default()
    };
    let noted = store.audit(&filter).await.expect("the log");
    assert_eq!(noted.len(), 1);
    assert!(
        noted[0]
            .entry
            .detail
            .ends_with("for 1: contestadas = 0 y saldo = 1"),
        "{noted:?}"
    );
    let other = ListId::new(99);
    let foreign = Recycling::plan(store, &place.campaign, other, "", today()).await;
    assert!(matches!(foreign, Err(ApiError::Conflict(_))));
}

/// Writes a workbook that gives records segments.
fn edited(place: &Place, name: &str, rows: &[(i64, &str)]) -> std::path::PathBuf {
    let path = place.folder.path().join(name);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "id_registro").expect("a cell");
    sheet
        .write_string(0, 1, "segmento_campaña")
        .expect("a cell");
    for (row, (id, segment)) in (1..).zip(rows) {
        sheet.write_number(row, 0, *id as f64).expect("a cell");
        sheet.write_string(row, 1, *segment).expect("a cell");
    }
    book.save(&path).expect("a file");
    path
}

#[tokio::test]
async fn a_workbook_goes_out_and_an_edited_one_comes_back() {
    let place = place().await;
    let store = place.store.as_ref();
    let out = place.folder.path().join("out.xlsx");
    place.save(&form()).await.expect("saves");
    let wanted = SheetWanted {
        list: Some(place.campaign.lists[0]),
        rule: "saldo <= 6".to_owned(),
    };
    let written = write_segment_sheet(store, &place.campaign, &wanted, today(), &out).await;
    assert_eq!(written.expect("writes"), 6);
    let unedited = take_segment_sheet(store, &place.campaign, &out, "out.xlsx")
        .await
        .expect("read");
    assert_eq!(
        (unedited.rows, unedited.edited, unedited.changed),
        (6, 0, 0)
    );
    let all = store
        .segment_subjects(place.campaign.id, Subjects::After(None), 99)
        .await
        .expect("read");
    let id = |n: usize| all[n - 1].contact.id.get();
    let back = edited(
        &place,
        "back.xlsx",
        &[(id(2), "CALI"), (id(4), "resto"), (id(58), "")],
    );
    for (round, changed) in [(1, 2), (2, 0)] {
        let told = take_segment_sheet(store, &place.campaign, &back, "back.xlsx")
            .await
            .expect("read");
        assert_eq!(
            (told.problems.len(), told.rows, told.changed),
            (0, 3, changed),
            "round {round}"
        );
    }
    settle(store, &place.campaign, today(), |_| {})
        .await
        .expect("settles");
    assert_eq!(
        told(&place.counts().await),
        [("Cali", 20), ("Saldo", 27), ("resto", 13)]
    );
    let leased = place.lease(99).await;
    assert!(leased.contains(&2) && !leased.contains(&4), "{leased:?}");
    // Whoever was given one by hand keeps it when segments are saved again.
    place.save(&form()).await.expect("saves");
    let after = store
        .segment_subjects(place.campaign.id, Subjects::After(None), 3)
        .await
        .expect("read");
    assert!(after[1].segment.is_some_and(|segment| segment.get() > 0) && after[0].pinned.is_none());
}

#[tokio::test]
async fn a_workbook_with_strangers_changes_nothing() {
    let place = place().await;
    let store = place.store.as_ref();
    let foreign = load(store, "ajena", 90..91).await;
    place.save(&form()).await.expect("saves");
    let theirs = store.list_contacts(foreign, None, 1).await.expect("read")[0].id;
    let rows = [
        (1, "Cali"),
        (theirs.get(), "Cali"),
        (4_711, "Cali"),
        (2, "Pasto"),
    ];
    let file = edited(&place, "strangers.xlsx", &rows);
    let told = take_segment_sheet(store, &place.campaign, &file, "x")
        .await
        .expect("read");
    let problems: Vec<_> = told
        .problems
        .iter()
        .map(|one| (one.row, one.message.as_str()))
        .collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems[0].0 == 3 && problems[0].1.contains("`ajena`"),
        "{problems:?}"
    );
    assert!(
        problems[1].0 == 4 && problems[1].1.contains("no existe el registro 4711"),
        "{problems:?}"
    );
    assert!(
        problems[2].0 == 5 && problems[2].1.contains("`Pasto`"),
        "{problems:?}"
    );
    let kept = store
        .segment_subjects(place.campaign.id, Subjects::After(None), 9)
        .await
        .expect("read");
    assert!(kept.iter().all(|subject| subject.pinned.is_none()));
    assert_eq!(kept[0].contact.id, ContactId::new(1));
}
