//! A month of figures, known beforehand: the worked example of the indicators,
//! as 30,000 attempts in the record and not as sums handed to a formula. Loaded
//! and reported by the program; the same record on both databases gives the
//! same report, to the digit.
//!
//! What the record does not hold yet (stages and value of a sale) must say `s/d`, never 0. Exclusions are part of the valid
//! rows of a base: rejected and duplicate rows are the acta's affair.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use campaigns::{Catalogue, DayClock};
use cluster::Cluster;
use domain::{
    AgentId, AgentStatus, AttemptId, Cause, DialMode, EndedBy, Event, Intent, Occasion, Outcome,
    PhoneNumber, Recorded, SignallingRecord, Timestamp, TrunkId, Typification, WorkItem, WorkState,
    WorkUpdate,
};
use serde_json::Value;
use store::Store;
use tests::Floor;
use tests::ports::free_port;
use tests::shift::CAMPAIGN;

/// Valid rows of the base, and those who must not be called.
const RECEIVED: usize = 12_000;
const EXCLUDED: usize = 600;
/// Records that were called and typified, and those where a person answered.
const WORKED: usize = 9_975;
const RECORDS_ANSWERED: usize = 7_182;
pub(crate) const ATTEMPTS: usize = 30_000;
/// Calls answered by a person: sales first, then offers, then nobody free.
const ANSWERED: usize = 9_600;
pub(crate) const SALES: usize = 300;
pub(crate) const EFFECTIVE: usize = 5_952;
const ABANDONED: usize = 230;
const MACHINES: usize = 11_700;
/// Twenty advisors, 22 days of 7.5 h.
pub(crate) const ADVISORS: i64 = 20;
const DAYS: i64 = 22;
const DAY: Duration = Duration::from_secs(86_400);
const SHIFT: Duration = Duration::from_secs(27_000);
/// From one call to the next, so that none overlaps another.
const EVERY: Duration = Duration::from_secs(60);
/// A second or two; a question that grows with the square takes fifty.
const VERIFY_MAX: Duration = Duration::from_secs(15);
/// Events per commit, as a busy engine gathers them.
const BATCH: usize = 2_000;

const FIGURES: [(&str, &str); 33] = [
    ("contactabilidad", "32.0 %"),
    ("contactabilidad.system", "32.0 %"),
    ("contactabilidad.network", "71.0 %"),
    ("contactabilidad.records", "72.0 %"),
    ("contacto_efectivo", "62.0 %"),
    ("contacto_efectivo.records", "82.9 %"),
    ("contacto_efectivo.literal", "3.1 %"),
    ("contacto_efectivo.conversion", "5.0 %"),
    ("efectividad", "1.0 %"),
    ("efectividad.record", "3.0 %"),
    ("efectividad.answered", "3.1 %"),
    ("efectividad.neta", "s/d"),
    ("efectividad.neta_record", "s/d"),
    ("efectividad.neta_period", "s/d"),
    ("gestion_base", "87.5 %"),
    ("gestion_base.gross", "83.1 %"),
    ("gestion_base.advisor", "61.0 %"),
    ("cumplimiento", "111.1 %"),
    ("cumplimiento.legalised", "s/d"),
    ("cumplimiento.legalised_period", "s/d"),
    ("ratio", "0.68"),
    ("ratio.sph", "0.091"),
    ("productividad", "s/d"),
    ("productividad.legalised", "s/d"),
    ("productividad.hour", "s/d"),
    ("productividad.ticket", "s/d"),
    ("productividad.records_hour", "3.0"),
    ("abandono", "2.40 %"),
    ("abandono.system", "2.40 %"),
    ("abandono.bound", "2.67 %"),
    ("utilizacion", "0.0 %"),
    ("tmo", "30.0 s"),
    ("espera", "0.3 s"),
];

#[test]
fn the_worked_example_comes_out_of_the_record_the_same_on_both_databases() {
    let start = now() - DAY * DAYS as u32;
    let floor = Floor::new();
    let sqlite = month(&floor, start);
    crate::gerencial::files(&floor, start);
    for (id, figure) in FIGURES {
        let all = sqlite["kpis"].as_array().expect("indicators");
        let kpi = all.iter().find(|kpi| kpi["id"] == id);
        let kpi = kpi.unwrap_or_else(|| panic!("no {id} in {sqlite}"));
        assert_eq!(kpi["shown"], figure, "{kpi}");
    }
    let cluster = Cluster::start();
    let postgres = month(&Floor::on(&cluster.url("public")), start);
    assert_eq!(sqlite, postgres);
}

/// Goals of twenty days that lie whole in the month, 270 sales in all; everybody works 7.5 h.
fn agree(floor: &Floor, start: Timestamp) {
    let clock = DayClock::of("laboratorio");
    let mut goals = String::from("fecha;ventas\n");
    for day in 1..=20 {
        let date = clock.date(start + DAY * day).expect("within the calendar");
        goals += &format!("{date};13,5\n");
    }
    floor.file("metas.csv", goals);
    let loaded = floor.run(&["goal", "import", CAMPAIGN, "metas.csv"]);
    assert_eq!(loaded.as_array().map(Vec::len), Some(20), "{loaded}");
    let usual = ["roster", "usual", CAMPAIGN, "--shift", "450m"];
    assert_eq!(floor.run(&usual)["minutes"], 450);
}

/// The same number everywhere: a day by the hour is what its indicators are.
fn day_by_the_hour(floor: &Floor, start: Timestamp) -> Value {
    let clock = DayClock::of("laboratorio");
    let day = clock.day(start) + 3;
    let (from, to) = (clock.begins(day), clock.begins(day + 1));
    let date = clock.date(from).expect("within the calendar").to_string();
    let hourly = floor.run(&["report", "hourly", CAMPAIGN, "--day", &date]);
    let (from, to) = (from.as_millis().to_string(), to.as_millis().to_string());
    let kpis = floor.run(&["report", "kpi", CAMPAIGN, "--from", &from, "--to", &to]);
    let part = |id: &str, part: &str| {
        let all = kpis["kpis"].as_array().expect("indicators");
        let kpi = all.iter().find(|kpi| kpi["id"] == id);
        kpi.expect("it is in the catalogue")[part].as_f64()
    };
    let hours = hourly["hours"].as_array().expect("hours");
    let sum = |column: &str| {
        hours
            .iter()
            .filter_map(|hour| hour[column].as_f64())
            .sum::<f64>()
    };
    let total = &hourly["total"];
    for (column, id, of) in [
        ("attempts", "efectividad", "denominator"),
        ("sales", "efectividad", "numerator"),
        ("answered", "contactabilidad", "numerator"),
        ("contacts", "contacto_efectivo", "numerator"),
        ("connected_h", "ratio.sph", "denominator"),
    ] {
        assert_eq!(total[column].as_f64(), part(id, of), "{column}");
        let close = (sum(column) - part(id, of).expect("counted")).abs() < 1e-9;
        assert!(close, "{column} of the hours in {hourly}");
    }
    assert_eq!(
        total["records"].as_f64(),
        part("contactabilidad.records", "denominator")
    );
    assert_eq!(total["records_so_far"], total["records"]);
    assert_eq!(total["ratio"].as_f64(), part("ratio", "value"));
    assert_eq!(total["attainment"].as_f64(), part("cumplimiento", "value"));
    assert_eq!(hourly["goal"], 13.5);
    // The day is over: it closed as it was sold.
    assert_eq!(
        hourly["projection"]["close"],
        total["sales"].as_f64().expect("counted")
    );
    assert_eq!(hourly["projection"]["exact"], 1.0);
    assert_eq!(total["attempts"], 1_440, "a call a minute");
    hourly
}

/// The report of a record that holds the month since `start`, and a day of it by the hour.
fn month(floor: &Floor, start: Timestamp) -> Value {
    set_up(floor);
    agree(floor, start);
    floor.ask(async |store| {
        let mut events = shifts(start);
        let items = callable(store).await;
        events.extend(calls(&items, start));
        record(store, events).await;
        let left = store.release_leases().await.expect("nobody else is there");
        assert_eq!(left as usize, RECEIVED - EXCLUDED - WORKED);
    });
    let began = Instant::now();
    let verdict = floor.run(&["verify"]);
    let took = began.elapsed();
    println!("verified {ATTEMPTS} attempts in {took:?}");
    assert!(took < VERIFY_MAX, "verify took {took:?}");
    assert_eq!(verdict["verify"], "ok", "{verdict}");
    let (from, to) = (start, start + DAY * (DAYS as u32 + 1));
    let (from, to) = (from.as_millis().to_string(), to.as_millis().to_string());
    let period = ["--from", &from, "--to", &to];
    let drill = ["report", "attempts", CAMPAIGN, "--set", "sale"];
    let sales = floor.run(&[&drill[..], &period, &["--limit", "1000"]].concat());
    assert_eq!(sales.as_array().map(Vec::len), Some(SALES));
    let mut report = floor.run(&[&["report", "kpi", CAMPAIGN][..], &period].concat());
    report["hourly"] = day_by_the_hour(floor, start);
    report["gerencial"] = crate::gerencial::report(floor, start);
    report
}

fn set_up(floor: &Floor) {
    let mut base = String::from("documento;nombre;celular\n");
    for person in 0..RECEIVED {
        base += &format!("{};Persona {person};300{person:07}\n", 10_000_000 + person);
    }
    floor.file("base.csv", base);
    let acta = floor.run(&["list", "import", "base.csv", "--name", "base"]);
    assert_eq!(acta["acta"]["valid"], RECEIVED, "{acta}");
    let port = free_port().port().to_string();
    let trunk = ["trunk", "set", "hilo", "--host", "127.0.0.1", "--port"];
    floor.run(&[&trunk[..], &[&port]].concat());
    let campaign = "--mode power --list base --trunk hilo --law laboratorio --caller-id";
    let campaign: Vec<&str> = campaign.split(' ').collect();
    let create = ["campaign", "create", CAMPAIGN];
    floor.run(&[&create[..], &campaign, &["+576015550100"]].concat());
    for advisor in 1..=ADVISORS {
        let name = format!("asesor{advisor}");
        let set = ["agent", "set", &name, "--sip-user", &name];
        floor.run(&[&set[..], &["--campaign", CAMPAIGN]].concat());
    }
}

/// Excludes who must not be called; leases everybody else.
async fn callable(store: &dyn Store) -> Vec<WorkItem> {
    store.take_over().await.expect("nobody else is there");
    for person in 0..EXCLUDED {
        let number = format!("57300{person:07}");
        let number = PhoneNumber::from_e164(&number).expect("a mobile number");
        let noted = store.suppress(number, "RNE", now()).await;
        noted.expect("it is noted");
    }
    let campaigns = store.campaigns().await.expect("campaigns");
    let campaign = campaigns.first().expect("set up above").id;
    let leased = store.lease_work(campaign, now(), RECEIVED as u32).await;
    let (items, _) = leased.expect("leases");
    assert_eq!(items.len(), RECEIVED - EXCLUDED);
    items
}

/// Everybody's shifts: connected, ready for calls.
fn shifts(start: Timestamp) -> Vec<(Timestamp, Event)> {
    let mut events = Vec::new();
    for day in 0..DAYS as u32 {
        for agent in (1..=ADVISORS).map(AgentId::new) {
            let change = |from, to| Event::AgentStateChanged {
                agent,
                from,
                to,
                reason: None,
                attempt: None,
            };
            let begin = start + DAY * day;
            let (off, ready) = (AgentStatus::Offline, AgentStatus::Ready);
            events.push((begin, change(off, ready)));
            events.push((begin + SHIFT, change(ready, off)));
        }
    }
    events
}

/// Round after round through the records; a person answers on the first, some
/// on the second too, then machines, then nobody.
fn calls(items: &[WorkItem], start: Timestamp) -> Vec<(Timestamp, Event)> {
    let (mut events, mut unanswered) = (Vec::new(), 0);
    for number in 0..ATTEMPTS {
        let (round, place) = (number / WORKED, number % WORKED);
        let call = Call {
            number,
            item: &items[place],
            attempts: round as u16 + 1,
            last: number + WORKED >= ATTEMPTS,
        };
        let answered = match round {
            0 if place < RECORDS_ANSWERED => Some(place),
            1 if place < ANSWERED - RECORDS_ANSWERED => Some(RECORDS_ANSWERED + place),
            _ => None,
        };
        let steps = match answered {
            Some(person) if person < SALES => call.connected("VE01"),
            Some(person) if person < EFFECTIVE => call.connected("CE01"),
            Some(person) if person < EFFECTIVE + ABANDONED => call.ended(Outcome::Abandoned),
            Some(_) => call.connected("TE01"),
            None => {
                unanswered += 1;
                call.ended(match unanswered <= MACHINES {
                    true => Outcome::Machine,
                    false => Outcome::NoAnswer,
                })
            }
        };
        let begin = start + EVERY * number as u32;
        let at = |(ms, event)| (begin + Duration::from_millis(ms), event);
        events.extend(steps.into_iter().map(at));
    }
    events
}

struct Call<'a> {
    number: usize,
    item: &'a WorkItem,
    /// Of this record, this one included.
    attempts: u16,
    /// Nobody calls this record again.
    last: bool,
}

/// Events with their milliseconds since the intent.
type Steps = Vec<(u64, Event)>;

impl Call<'_> {
    fn connected(&self, code: &str) -> Steps {
        let (attempt, agent) = (self.id(), self.agent());
        let bridged = Event::CallBridged {
            attempt,
            agent,
            waited: Duration::from_millis(300),
        };
        let typified = Event::Typified(Typification {
            attempt,
            agent: Some(agent),
            user: None,
            code: code.to_owned(),
            note: String::new(),
            corrects: false,
            next: self.next(Some(code)),
        });
        let mut steps = self.answered();
        steps.push((8_300, bridged));
        steps.push((38_300, self.closed(Outcome::Connected, None)));
        steps.push((45_000, typified));
        steps
    }

    fn ended(&self, outcome: Outcome) -> Steps {
        let mut steps = match outcome {
            Outcome::NoAnswer => self.placed(),
            _ => self.answered(),
        };
        if outcome == Outcome::Abandoned {
            let (attempt, waited) = (self.id(), Duration::from_secs(2));
            steps.push((10_000, Event::CallAbandoned { attempt, waited }));
        }
        let row = Occasion::of(outcome).map(|on| Catalogue::house().system(on));
        let next = self.next(row.map(|row| row.code.as_str()));
        steps.push((25_000, self.closed(outcome, Some(next))));
        steps
    }

    fn placed(&self) -> Steps {
        let (attempt, item) = (self.id(), self.item);
        let phone = &item.contact.phones[0];
        let intended = Event::AttemptIntended(Intent {
            under: None,
            attempt,
            campaign: item.campaign,
            list: item.contact.list,
            contact: item.contact.id,
            person: item.contact.person,
            segment: item.contact.segment.clone(),
            phone: phone.number,
            ordinal: phone.ordinal,
            trunk: TrunkId::new(1),
            caller_id: phone.number,
            mode: DialMode::Power,
            purpose: domain::Purpose::Commercial,
            serves: None,
            agent: None,
            catalogue: Catalogue::HOUSE,
        });
        vec![(0, intended), (5, Event::CallPlaced { attempt })]
    }

    fn answered(&self) -> Steps {
        let answered = Event::CallAnswered {
            attempt: self.id(),
            signalling: SignallingRecord(String::new()),
        };
        let mut steps = self.placed();
        steps.push((8_000, answered));
        steps
    }

    fn closed(&self, outcome: Outcome, next: Option<WorkUpdate>) -> Event {
        Event::AttemptClosed {
            attempt: self.id(),
            outcome,
            cause: Cause::default(),
            ended_by: EndedBy::Network,
            next,
        }
    }

    /// On lease until the last attempt, as one that an engine holds.
    fn next(&self, code: Option<&str>) -> WorkUpdate {
        WorkUpdate {
            campaign: self.item.campaign,
            contact: self.item.contact.id,
            state: match self.last {
                true => WorkState::Ready,
                false => WorkState::Leased,
            },
            next_at: now() + DAY,
            next_phone: 0,
            attempts: self.attempts,
            repeats: 0,
            code: code.map(str::to_owned),
            invalid_phone: None,
            suppress: false,
            promise: None,
            because: None,
        }
    }

    fn id(&self) -> AttemptId {
        AttemptId::new(self.number as i64 + 1)
    }

    fn agent(&self) -> AgentId {
        AgentId::new(self.number as i64 % ADVISORS + 1)
    }
}

async fn record(store: &dyn Store, mut events: Vec<(Timestamp, Event)>) {
    events.sort_by_key(|(at, _)| *at);
    let number = |(seq, (at, event))| Recorded { seq, at, event };
    let events: Vec<_> = (1..).zip(events).map(number).collect();
    for batch in events.chunks(BATCH) {
        let answers = store.commit(batch).await.expect("commits");
        assert!(
            answers.iter().all(|(_, gate)| gate.is_none()),
            "{answers:?}"
        );
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.expect("after 1970").as_millis();
    Timestamp::from_millis(i64::try_from(since).expect("before the sun dies"))
}
