//! Attempts through group commit: each one's intent durable before its call,
//! then the call's events and its typification durable too, with so many in
//! flight at once. Compared with what the disk can do: appending a page and
//! syncing it, one after the other, in the same folder.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::{compare, quick, rate, span};
use campaigns::Campaign;
use domain::{
    AgentId, AttemptId, CampaignId, Cause, DialMode, EndedBy, Event, Intent, Outcome, PhoneNumber,
    Recorded, SignallingRecord, Timestamp, TrunkId, Typification, WorkItem, WorkState, WorkUpdate,
};
use store::{Committed, Journal, ListTarget, NewContact, Store};
use tokio::sync::mpsc::UnboundedReceiver;

/// Rows of one chunk of an import.
const CHUNK: u64 = 5_000;
/// A page of the record.
const PAGE: [u8; 4_096] = [7; 4_096];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    // A folder of the build, not of the system: that one may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let syncs = sync_rate(folder.path());
    for in_flight in [1, 16, 256] {
        let file = folder.path().join(format!("record-{in_flight}.db"));
        let url = format!("sqlite:{}", file.display());
        let people = if quick() { CHUNK } else { 8 * CHUNK };
        let attempts = runtime.block_on(attempt_rate(&url, people, in_flight));
        compare(
            &format!("attempts, {in_flight} in flight"),
            attempts,
            "append and sync a page",
            syncs,
        );
    }
}

/// Pages a second appended and synced, each before the next.
fn sync_rate(folder: &Path) -> f64 {
    let mut file = File::create(folder.join("pages")).expect("the folder is ours");
    rate(span(), || {
        file.write_all(&PAGE).expect("there is room");
        file.sync_data().expect("the disk syncs");
        1
    })
}

/// Attempts a second from intent to typification.
async fn attempt_rate(url: &str, people: u64, in_flight: usize) -> f64 {
    let store = store::open(url).await.expect("a new record");
    let items = leased(store.as_ref(), people).await;
    let (journal, reports) = Journal::start(Arc::clone(&store));
    let mut shift = Shift {
        journal,
        reports,
        seq: 0,
        waiting: HashMap::new(),
        items,
        begun: 0,
        done: 0,
    };
    (0..in_flight).for_each(|_| shift.intend());
    let began = Instant::now();
    while began.elapsed() < span() && shift.begun < shift.items.len() {
        shift.hear().await;
    }
    let each_second = shift.done as f64 / began.elapsed().as_secs_f64();
    shift.journal.close().await.expect("the rest is durable");
    each_second
}

struct Shift {
    journal: Journal,
    reports: UnboundedReceiver<Committed>,
    seq: u64,
    /// Attempts by the place of their last event.
    waiting: HashMap<u64, AttemptId>,
    items: Vec<WorkItem>,
    begun: usize,
    done: u64,
}

impl Shift {
    fn append(&mut self, events: Vec<Event>) {
        let number = |event| {
            self.seq += 1;
            let at = now(self.seq);
            Recorded {
                seq: self.seq,
                at,
                event,
            }
        };
        self.journal
            .append(events.into_iter().map(number).collect());
    }

    fn intend(&mut self) {
        let Some(item) = self.items.get(self.begun) else {
            return;
        };
        self.begun += 1;
        let event = Event::AttemptIntended(intent(self.begun as i64, item));
        self.append(vec![event]);
    }

    async fn hear(&mut self) {
        match self.reports.recv().await.expect("the journal works") {
            Committed::Intent(attempt) => {
                let item = &self.items[attempt.get() as usize - 1];
                let events = call(attempt, item);
                self.append(events);
                self.waiting.insert(self.seq, attempt);
            }
            Committed::Durable(seq) => {
                let before = self.waiting.len();
                self.waiting.retain(|last, _| *last > seq);
                let ended = before - self.waiting.len();
                self.done += ended as u64;
                (0..ended).for_each(|_| self.intend());
            }
            other => unreachable!("{other:?} on a record of our own"),
        }
    }
}

fn now(seq: u64) -> Timestamp {
    Timestamp::from_millis(1_767_272_400_000) + Duration::from_millis(seq)
}

fn intent(n: i64, item: &WorkItem) -> Intent {
    Intent {
        under: None,
        attempt: AttemptId::new(n),
        campaign: item.campaign,
        list: item.contact.list,
        contact: item.contact.id,
        person: item.contact.person,
        segment: item.contact.segment.clone(),
        phone: item.contact.phones[0].number,
        ordinal: 0,
        trunk: TrunkId::new(1),
        caller_id: item.contact.phones[0].number,
        mode: DialMode::Predictive,
        purpose: domain::Purpose::Commercial,
        serves: None,
        agent: None,
        catalogue: domain::CatalogueId::new(1),
    }
}

/// What a call that is answered and typified leaves in the journal.
fn call(attempt: AttemptId, item: &WorkItem) -> Vec<Event> {
    let agent = AgentId::new(1 + attempt.get() % 50);
    vec![
        Event::CallPlaced { attempt },
        Event::CallRinging { attempt },
        Event::CallAnswered {
            attempt,
            signalling: SignallingRecord("x".repeat(300)),
        },
        Event::CallBridged {
            attempt,
            agent,
            waited: Duration::from_millis(1),
        },
        Event::AttemptClosed {
            attempt,
            outcome: Outcome::Connected,
            cause: Cause::default(),
            ended_by: EndedBy::Customer,
            next: None,
        },
        Event::Typified(Typification {
            attempt,
            agent: Some(agent),
            user: None,
            code: "CE01".to_owned(),
            note: String::new(),
            corrects: false,
            next: WorkUpdate {
                campaign: item.campaign,
                contact: item.contact.id,
                state: WorkState::Closed,
                next_at: now(0),
                next_phone: 0,
                attempts: 1,
                repeats: 0,
                code: Some("CE01".to_owned()),
                invalid_phone: None,
                suppress: false,
                promise: None,
                because: None,
            },
        }),
    ]
}

/// A campaign over so many people, all leased to this engine.
async fn leased(store: &dyn Store, people: u64) -> Vec<WorkItem> {
    store.take_over().await.expect("takes over");
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, now(0)).await.expect("begins");
    for first in (0..people).step_by(CHUNK as usize) {
        let rows: Vec<_> = (first..first + CHUNK).map(someone).collect();
        store.import_chunk(import, &rows).await.expect("stages");
    }
    let list = store.finish_import(import, "{}", "00", now(0)).await;
    let campaign = Campaign {
        lists: vec![list.expect("finishes")],
        ..Campaign::new(CampaignId::new(0), "ventas")
    };
    let campaign = store.put_campaign(&campaign).await.expect("a campaign");
    let count = u32::try_from(people).expect("thousands");
    let leased = store.lease_work(campaign, now(0), count).await;
    leased.expect("leases").0
}

fn someone(n: u64) -> NewContact {
    NewContact {
        document: format!("CC{n}"),
        name: format!("Persona {n}"),
        segment: "A".to_owned(),
        phones: vec![PhoneNumber::from_e164(&(573_100_000_000 + n).to_string()).expect("a mobile")],
        attributes: vec![("ciudad".to_owned(), "Bogotá".to_owned())],
        record: n,
        line: n + 1,
    }
}
