//! November 2025 on a floor of twenty advisors, in virtual time: the real engine, people and carriers of the simulator, and
//! the real record, from which contacts are leased and to which every fact goes as it happens. Facts are committed some
//! hundred at a time, before the next contacts are leased; each intent must pass the record's gates.

use std::sync::Arc;
use std::time::Duration;

use campaigns::DayClock;
use domain::{
    AttemptId, CampaignId, Event, ListId, PhoneNumber, Recorded, Timestamp, WorkItem, WorkUpdate,
};
use intake::{ImportOptions, ImportedContact, LateDuplicates, Sink, SinkError, Source};
use simulator::{Attached, Mix, Record, Scenario, run_on};
use store::{ListTarget, NewContact, Store};
use tests::Floor;
use tests::ports::free_port;
use tokio::runtime::Runtime;

pub(crate) const CAMPAIGN: &str = "noviembre";
/// Rows of the base: contacts, and those that are none.
pub(crate) const PEOPLE: usize = 12_000;
pub(crate) const ADVISORS: usize = 20;
/// Numbers on the exclusion list when the base came.
pub(crate) const EXCLUDED: usize = 350;
/// Days of November 2025 on which nobody works: Saturdays and Sundays aside, All Saints and the independence of Cartagena,
/// both moved to their Mondays.
pub(crate) const HOLIDAYS: [i64; 2] = [3, 17];
/// From 08:00 on, 7.5 h.
const BEGINS_MIN: u16 = 480;
const SHIFT: Duration = Duration::from_secs(27_000);
/// Facts of one commit at most.
const BATCH: usize = 2_000;

pub(crate) fn clock() -> DayClock {
    DayClock::of("laboratorio")
}

/// A day of November 2025, counted from 1970.
pub(crate) fn november(day: i64) -> i64 {
    api::day_of("2025-11-01").expect("a day") + day - 1
}

/// The first `count` business days of the month, as days of November.
pub(crate) fn business_days(count: usize) -> Vec<i64> {
    let works = |day: &i64| {
        let date = api::day_text(november(*day));
        let date: chrono::NaiveDate = date.parse().expect("a day");
        use chrono::Datelike as _;
        date.weekday().num_days_from_monday() < 5 && !HOLIDAYS.contains(day)
    };
    (1..=30).filter(works).take(count).collect()
}

/// The base as the client's file has it: two segments, some rows that are no contacts, two numbers for every fourth.
fn base() -> String {
    let mut text = String::from("documento;nombre;celular;celular2;ciudad;saldo\n");
    for n in 0..PEOPLE {
        let second = match n % 4 {
            0 => format!("301{n:07}"),
            _ => String::new(),
        };
        let city = ["Bogotá", "Medellín", "Cali"][n % 3];
        text += &format!(
            "{};Persona {n};300{n:07};{second};{city};{}\n",
            10_000_000 + n,
            n * 37 % 500_000
        );
    }
    text + "99;Nadie;12;;Cali;1\n10000001;Persona 1;3000000001;;Cali;1\n"
}

/// Gathers what is read of the base.
#[derive(Default)]
struct Rows(Vec<NewContact>);

impl Sink for Rows {
    fn accept(&mut self, contact: ImportedContact) -> Result<intake::Verdict, SinkError> {
        self.0.push(NewContact {
            document: contact.document,
            name: contact.name,
            segment: contact.segment,
            phones: contact.phones,
            attributes: contact.attributes,
            record: contact.record,
            line: contact.line,
        });
        Ok(intake::Verdict::Accepted)
    }

    fn finish(&mut self) -> Result<LateDuplicates, SinkError> {
        Ok(LateDuplicates::default())
    }
}

/// Reads the base as any file of a client is read, and has it received when the month begins.
async fn load(store: &dyn Store) -> ListId {
    let text = base().into_bytes();
    let mut source = Source::seekable("base.csv", std::io::Cursor::new(text));
    let mut rows = Rows::default();
    let options = ImportOptions::new("base");
    let acta = intake::import(&mut source, &options, &mut rows, &mut |_| {}).expect("a base");
    assert_eq!(
        (acta.valid, acta.rejected_total(), acta.duplicates.total()),
        (PEOPLE as u64, 1, 1)
    );
    let at = clock().begins(november(1)) + Duration::from_secs(6 * 3_600);
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, at).await.expect("begins");
    for chunk in rows.0.chunks(2_000) {
        let verdicts = store.import_chunk(import, chunk).await.expect("stages");
        assert!(verdicts.iter().all(|verdict| verdict.is_kept()));
    }
    let acta = serde_json::to_string(&acta.timed(at, at)).expect("an acta");
    store
        .finish_import(import, &acta, "00", at)
        .await
        .expect("shows")
}

/// The floor as its administrator sets it up: base, trunk, campaign with two segments, advisors, goals of every business day.
pub(crate) fn set_up(floor: &Floor, days: &[i64]) {
    floor.ask(async |store| {
        load(store).await;
        for n in 0..EXCLUDED {
            // Whoever has two numbers is excluded by both.
            let own = n * 31 % PEOPLE;
            for prefix in ["57300", "57301"] {
                let number =
                    PhoneNumber::from_e164(&format!("{prefix}{own:07}")).expect("a mobile");
                let at = clock().begins(november(1)) + Duration::from_secs(7 * 3_600);
                store.suppress(number, "RNE", at).await.expect("noted");
            }
        }
    });
    let port = free_port().port().to_string();
    floor.run(&[
        "trunk",
        "set",
        "hilo",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
    ]);
    let create = "campaign create noviembre --mode predictive --list base --trunk hilo --law laboratorio --caller-id +576015550100";
    let create: Vec<&str> = create.split(' ').collect();
    floor.run(&create);
    floor.file(
        "segmentos.toml",
        "rest = \"last\"\n[[segments]]\nname = \"Alto\"\nrule = 'saldo >= 300000'\nshare = 60\n\
         [[segments]]\nname = \"Cali\"\nrule = 'ciudad = \"Cali\"'\nshare = 40\n",
    );
    floor.run(&["campaign", "segments", "set", CAMPAIGN, "segmentos.toml"]);
    for n in 1..=ADVISORS {
        let name = format!("asesor{n}");
        floor.run(&[
            "agent",
            "set",
            &name,
            "--sip-user",
            &name,
            "--campaign",
            CAMPAIGN,
        ]);
    }
    let mut goals = String::from("fecha;ventas\n");
    for day in days {
        goals += &format!("{};{}\n", api::day_text(november(*day)), 12 + day % 5);
    }
    floor.file("metas.csv", goals);
    floor.run(&["goal", "import", CAMPAIGN, "metas.csv"]);
    floor.run(&["roster", "usual", CAMPAIGN, "--shift", "450m"]);
}

/// The record, behind the engine.
struct Books {
    runtime: Runtime,
    store: Arc<dyn Store>,
    campaign: CampaignId,
    waiting: Vec<Recorded>,
    intents: usize,
}

impl Books {
    fn settle(&mut self) {
        for batch in std::mem::take(&mut self.waiting).chunks(BATCH) {
            let answers = self
                .runtime
                .block_on(self.store.commit(batch))
                .expect("commits");
            let refused: Vec<(AttemptId, _)> = answers
                .into_iter()
                .filter(|(_, gate)| gate.is_some())
                .collect();
            assert!(refused.is_empty(), "the engine leased these: {refused:?}");
        }
    }
}

impl Record for Books {
    fn lease(&mut self, now: Timestamp, count: u32) -> (Vec<WorkItem>, Option<Timestamp>) {
        self.settle();
        let leased = self.store.lease_work(self.campaign, now, count);
        self.runtime.block_on(leased).expect("leases")
    }

    fn write(&mut self, events: &[Recorded]) {
        self.intents += events
            .iter()
            .filter(|one| matches!(one.event, Event::AttemptIntended(_)))
            .count();
        self.waiting.extend_from_slice(events);
    }

    fn give_back(&mut self, updates: &[WorkUpdate]) {
        self.settle();
        self.runtime
            .block_on(self.store.update_work(updates))
            .expect("gives back");
    }
}

/// Has the floor work on these days of November.
pub(crate) fn work(floor: &Floor, days: &[i64]) -> simulator::Report {
    let runtime = Runtime::new().expect("a runtime");
    let store = runtime
        .block_on(store::open(&floor.record()))
        .expect("opens");
    let (attached, campaign) = runtime.block_on(attached(store.as_ref(), days));
    let mut books = Books {
        runtime,
        store,
        campaign,
        waiting: Vec::new(),
        intents: 0,
    };
    let report = run_on(&scenario(), &attached, &mut books).expect("a floor there can be");
    books.settle();
    let left = books
        .runtime
        .block_on(books.store.release_leases())
        .expect("releases");
    println!(
        "{} intents, {left} contacts still in the hopper",
        books.intents
    );
    report
}

/// Who picks up, how long they talk.
fn scenario() -> Scenario {
    Scenario {
        seed: 20_251_101,
        hours: 1.0,
        agents: 1,
        mix: Mix {
            person: 26,
            machine: 6,
            machine_detected: 18,
            no_answer: 34,
            busy: 6,
            unreachable: 4,
            rejected: 2,
            invalid: 3,
            congestion: 1,
        },
        // So that the base lasts for the month.
        talk_mean: Duration::from_secs(700),
        wrap_up_mean: Duration::from_secs(100),
        break_share: domain::Rate::new(0.05).expect("a share"),
        ..Scenario::default()
    }
}

async fn attached(store: &dyn Store, days: &[i64]) -> (Attached, CampaignId) {
    store.take_over().await.expect("nobody else is there");
    let campaigns = store.campaigns().await.expect("campaigns");
    let campaign = campaigns.into_iter().find(|one| one.name == CAMPAIGN);
    let campaign = campaign.expect("set up above");
    let numbering = store.numbering().await.expect("numbering");
    let shift = |day: &i64| {
        let begins = clock().at(november(*day), BEGINS_MIN);
        (begins, begins + SHIFT)
    };
    let id = campaign.id;
    let attached = Attached {
        midnight: clock().begins(november(1)),
        trunk: store.trunks().await.expect("trunks").remove(0),
        catalogue: store.catalogue(id).await.expect("typifications"),
        agents: store.agents().await.expect("agents"),
        shifts: days.iter().map(shift).collect(),
        numbering: engine::Numbering {
            next_attempt: numbering.next_attempt,
            next_seq: numbering.next_seq,
        },
        campaign,
    };
    (attached, id)
}
