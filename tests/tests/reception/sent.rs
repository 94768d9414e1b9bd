//! Return files that go by themselves: each finished day once, also after the program was away, broke off or could not
//! write.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use campaigns::Catalogue;
use domain::{
    AttemptId, Cause, DialMode, EndedBy, Event, Intent, Outcome, PhoneNumber, Purpose, Recorded,
    Timestamp, TrunkId, Typification, WorkItem, WorkState, WorkUpdate,
};
use serde_json::Value;
use store::{ListTarget, NewContact, ReturnFileRow, Store};
use tests::Running;
use tests::floor::{PATIENCE, until};
use tests::http::fetch;

use crate::client::{Office, base, run};

const DAY: Duration = Duration::from_secs(86_400);
const PLACE: &str = "campaign = \"hogares\"\nreturn_at = \"00:00\"\nrestate = true";

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.expect("after 1970").as_millis();
    Timestamp::from_millis(i64::try_from(millis).expect("an instant"))
}

/// So many days ago at noon in Bogotá.
fn noon(days: u32) -> Timestamp {
    let pack = law::Pack::colombia();
    let today = pack.today(now()).expect("a day");
    pack.begins(today) + DAY / 2 - DAY * days
}

/// The name of a day.
fn name(days: u32) -> String {
    let day = law::Pack::colombia().today(noon(days));
    day.expect("a day").to_string()
}

/// A campaign whose one list, of three people, was loaded three days ago at noon; the client has a key.
fn three_days_ago() -> Office {
    let office = Office::new(PLACE);
    let file = office.floor.file("otra.csv", base(0, 3));
    let file = file.to_str().expect("ASCII");
    office
        .floor
        .run(&["list", "import", file, "--name", "otra"]);
    let acta = office.floor.run(&["list", "acta", "otra"])[0]["acta"].to_string();
    office.floor.ask(async |store| {
        let target = ListTarget::New("base".to_owned());
        let import = store.begin_import(&target, noon(3)).await.expect("begins");
        let person = |n: u64| NewContact {
            document: (10_000_000 + n).to_string(),
            name: format!("Persona {n}"),
            segment: String::new(),
            phones: vec![PhoneNumber::from_e164(&(573_000_000_000 + n).to_string()).expect("one")],
            attributes: Vec::new(),
            record: n,
            line: n + 1,
        };
        let rows: Vec<_> = (1..4).map(person).collect();
        store.import_chunk(import, &rows).await.expect("stages");
        let list = store.finish_import(import, &acta, "00", noon(3)).await;
        list.expect("finishes");
    });
    office.floor.run(&[
        "campaign", "create", "hogares", "--list", "base", "--law", "co",
    ]);
    office
}

fn give_key(office: &Office) {
    let key = office.floor.folder().join("client.key");
    run(Command::new("age-keygen").arg("-o").arg(&key));
    let public = run(Command::new("age-keygen").arg("-y").arg(&key));
    office.floor.file("client.pub", public);
    office
        .floor
        .run(&["reception", "recipient", "set", "hogares", "client.pub"]);
}

/// What went, decrypted, by name.
fn texts(office: &Office) -> Vec<String> {
    let files = office.names("return");
    let text = |name: &String| {
        let text = run(Command::new("age")
            .args(["-d", "-i"])
            .arg(office.floor.folder().join("client.key"))
            .arg(office.folder("return").join(name)));
        String::from_utf8(text).expect("UTF-8")
    };
    files.iter().map(text).collect()
}

/// A figure of the place, as the running program tells it.
fn figure(engine: &Running, figure: &str) -> u64 {
    let (_, _, body) = fetch(engine.http(), "/metrics", "", None, "content-type");
    let text = String::from_utf8(body).expect("text");
    let named = format!("cadencia_return_files{{figure=\"{figure}\",place=\"claro\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&named));
    line.map_or(0, |value| value.parse().expect("a number"))
}

fn plan(office: &Office) -> Value {
    let returns = office.floor.run(&["reception", "returns", "hogares"]);
    returns["plan"].clone()
}

fn due(office: &Office) -> Vec<String> {
    let plan = plan(office);
    let due = plan["due"].as_array().expect("a list");
    let day = |due: &Value| due["day"].as_str().expect("a day").to_owned();
    due.iter().map(day).collect()
}

#[test]
fn each_finished_day_goes_once_in_order_and_nothing_before_there_is_a_key() {
    let office = three_days_ago();
    let days = [name(3), name(2), name(1)];
    assert_eq!(due(&office), days);
    let off = plan(&office)["off"].clone();
    assert!(off.as_str().expect("why").contains("client's key"), "{off}");
    let engine = office.floor.serve();
    until("it says that it is off", PATIENCE, || {
        figure(&engine, "off") == 1
    });
    assert_eq!(texts(&office).len(), 0);
    engine.stop();

    give_key(&office);
    let engine = office.floor.serve();
    until("a pass went well", PATIENCE, || {
        figure(&engine, "passes") == 1
    });
    assert_eq!((figure(&engine, "sent"), figure(&engine, "due")), (3, 0));
    let sent = texts(&office);
    for (text, day) in sent.iter().zip(&days) {
        let foot = format!("pie;dia={day};version=1;restated_at=;");
        assert!(text.contains(&foot), "{foot} in {text}");
        assert_eq!(text.lines().count(), 1 + 3 + 1, "{text}");
    }
    assert_eq!(sent.len(), 3);
    assert_eq!(due(&office), Vec::<String>::new());
    let files = office.floor.run(&["reception", "returns", "hogares"])["files"].clone();
    assert_eq!(files[0]["written_by"], "place claro", "{files}");
    engine.stop();

    // Started again it has nothing to do.
    let engine = office.floor.serve();
    until("it looked", PATIENCE, || figure(&engine, "passes") == 1);
    assert_eq!((figure(&engine, "sent"), texts(&office).len()), (0, 3));
}

#[test]
fn what_a_crash_left_goes_or_is_thrown_away_as_the_record_says() {
    let office = three_days_ago();
    give_key(&office);
    office
        .floor
        .run(&["reception", "return", "hogares", "--day", &name(3)]);
    let went = office.names("return").pop().expect("one went");
    let folder = office.folder("return");
    // As if it had died before the file appeared, and before another was in the record.
    let leaving = folder.join(".leaving");
    std::fs::rename(folder.join(&went), leaving.join(&went)).expect("same disk");
    std::fs::write(leaving.join("retorno-otra.csv.age"), "half").expect("our folder");
    let engine = office.floor.serve();
    until("a pass went well", PATIENCE, || {
        figure(&engine, "passes") == 1
    });
    assert_eq!(figure(&engine, "sent"), 2, "{:?}", office.names("return"));
    assert!(office.names("return").contains(&went));
    assert_eq!(office.names("return/.leaving"), Vec::<String>::new());
}

#[test]
fn a_folder_that_is_away_is_told_and_tried_again() {
    let office = three_days_ago();
    give_key(&office);
    let folder = office.folder("return");
    std::fs::remove_dir_all(&folder).expect("ours");
    std::fs::write(&folder, "no folder").expect("ours");
    let engine = office.floor.serve();
    until("it failed", PATIENCE, || figure(&engine, "failed") > 0);
    assert_eq!(figure(&engine, "sent"), 0);
    assert_eq!(due(&office).len(), 3, "nothing is in the record");
    std::fs::remove_file(&folder).expect("ours");
    std::fs::create_dir(&folder).expect("ours");
    until("it was tried again", PATIENCE, || {
        figure(&engine, "sent") == 3
    });
    assert_eq!(texts(&office).len(), 3);
}

#[test]
fn a_day_whose_calls_were_corrected_goes_again() {
    let office = three_days_ago();
    give_key(&office);
    office.floor.ask(a_corrected_call);
    assert_eq!(due(&office), [name(3), name(2), name(1)]);
    let engine = office.floor.serve();
    until("a pass went well", PATIENCE, || {
        figure(&engine, "passes") == 1
    });
    assert_eq!(
        (figure(&engine, "sent"), figure(&engine, "restated")),
        (3, 1)
    );
    let again = texts(&office);
    let again = again.iter().find(|text| text.contains("version=2"));
    let again = again.expect("one went again");
    assert!(
        again.contains(&format!("dia={};version=2;restated_at=2", name(3))),
        "{again}"
    );
    assert!(again.contains(";cerrado;VE01;1;"), "{again}");
    engine.stop();
    assert_eq!(due(&office), Vec::<String>::new());
}

/// A call of three days ago whose day's file went that night, and which was found to be a sale the day after.
async fn a_corrected_call(store: &dyn Store) {
    store.take_over().await.expect("nobody else is there");
    let campaign = store.campaigns().await.expect("campaigns")[0].clone();
    let leased = store.lease_work(campaign.id, now(), 1).await;
    let item = leased.expect("leases").0.remove(0);
    let hour = Duration::from_secs(3_600);
    let called = noon(3) + hour;
    let events = [
        (called, Event::AttemptIntended(intent(&item))),
        (
            called,
            Event::CallPlaced {
                attempt: AttemptId::new(1),
            },
        ),
        (called + hour, closed(&item, called)),
        (noon(2), corrected(&item, called)),
    ];
    let numbered = (1..).zip(events);
    let events: Vec<_> = numbered
        .map(|(seq, (at, event))| Recorded { seq, at, event })
        .collect();
    store.commit(&events).await.expect("commits");
    store.release_leases().await.expect("nobody else is there");
    let pack = law::Pack::colombia();
    let day = pack.today(called).expect("a day");
    let went = ReturnFileRow {
        campaign: campaign.id,
        list: item.contact.list,
        day: day.to_string(),
        from: pack.begins(day),
        to: pack.tomorrow(called),
        version: 1,
        at: pack.tomorrow(called) + hour,
        by: "ana".to_owned(),
        file_name: "retorno.csv".to_owned(),
        sha256: String::new(),
        records: 3,
        corrections: 0,
        corrected_at: None,
    };
    store.put_return_file(&went).await.expect("written down");
}

fn intent(item: &WorkItem) -> Intent {
    Intent {
        under: None,
        attempt: AttemptId::new(1),
        campaign: item.campaign,
        list: item.contact.list,
        contact: item.contact.id,
        person: item.contact.person,
        segment: String::new(),
        phone: item.contact.phones[0].number,
        ordinal: 0,
        trunk: TrunkId::new(1),
        caller_id: PhoneNumber::from_e164("576015550100").expect("ours"),
        mode: DialMode::Power,
        purpose: Purpose::Commercial,
        serves: None,
        agent: None,
        catalogue: Catalogue::HOUSE,
    }
}

fn closed(item: &WorkItem, at: Timestamp) -> Event {
    Event::AttemptClosed {
        attempt: AttemptId::new(1),
        outcome: Outcome::NoAnswer,
        cause: Cause::default(),
        ended_by: EndedBy::Network,
        next: Some(work(item, WorkState::Ready, "NC01", at)),
    }
}

fn corrected(item: &WorkItem, at: Timestamp) -> Event {
    Event::Typified(Typification {
        attempt: AttemptId::new(1),
        agent: None,
        user: None,
        code: "VE01".to_owned(),
        note: "se oye la venta".to_owned(),
        corrects: true,
        next: work(item, WorkState::Closed, "VE01", at),
    })
}

fn work(item: &WorkItem, state: WorkState, code: &str, next_at: Timestamp) -> WorkUpdate {
    WorkUpdate {
        campaign: item.campaign,
        contact: item.contact.id,
        state,
        next_at,
        next_phone: 0,
        attempts: 1,
        repeats: 0,
        code: Some(code.to_owned()),
        invalid_phone: None,
        suppress: false,
        promise: None,
        because: None,
    }
}
