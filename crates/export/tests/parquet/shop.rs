//! A campaign with two days of calls, written to a record as an engine would. Day one has more calls than a row group has rows.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use campaigns::{Campaign, Catalogue};
use chrono::NaiveDate;
use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, Cause, DialMode, EndedBy, Event, Intent, Outcome,
    PhoneNumber, Purpose, Recorded, SignallingRecord, Timestamp, TrunkId, Typification, WorkItem,
    WorkState, WorkUpdate,
};
use store::{ListTarget, NewContact, Store};

/// Calls of the first day, and of both.
const FIRST_DAY: u64 = 10_500;
pub(crate) const CALLS: u64 = FIRST_DAY + 5;
const PEOPLE: u64 = 100;
/// Events of a commit.
const BATCH: usize = 4_000;

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

/// So long after the first day began in Bogotá: 1 January 2026.
pub(crate) fn hours(hours: i64) -> Timestamp {
    at(1_767_243_600_000 + hours * 3_600_000)
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn someone(n: u64) -> NewContact {
    let phone = PhoneNumber::from_e164(&(573_100_000_000 + n).to_string());
    NewContact {
        document: format!("CC{}", 10_000_000 + n),
        name: format!("Persona {n}"),
        segment: "A".to_owned(),
        phones: vec![phone.expect("a mobile number")],
        attributes: Vec::new(),
        record: n,
        line: n + 1,
    }
}

/// The record, and its engine.
pub(crate) struct Shop {
    _folder: tempfile::TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) campaign: Campaign,
    items: Vec<WorkItem>,
    seq: u64,
    /// Things said of calls, corrections too.
    pub(crate) said: u64,
}

impl Shop {
    pub(crate) async fn open() -> Shop {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("record.db").display());
        let store = store::open(&url).await.expect("the record opens");
        store.take_over().await.expect("nobody else is there");
        let target = ListTarget::New("base".to_owned());
        let import = store.begin_import(&target, hours(7)).await.expect("begins");
        let rows: Vec<_> = (1..=PEOPLE).map(someone).collect();
        store.import_chunk(import, &rows).await.expect("stages");
        let list = store.finish_import(import, "{}", "00", hours(7)).await;
        let mut campaign = Campaign {
            lists: vec![list.expect("finishes")],
            ..Campaign::new(CampaignId::new(0), "ventas")
        };
        campaign.id = store.put_campaign(&campaign).await.expect("a campaign");
        let leased = store.lease_work(campaign.id, hours(7), 1_000).await;
        let mut shop = Shop {
            _folder: folder,
            store,
            campaign,
            items: leased.expect("leases").0,
            seq: 0,
            said: 0,
        };
        let (off, ready) = (AgentStatus::Offline, AgentStatus::Ready);
        let shift = [(8, off, ready), (20, ready, off)];
        let shift = shift.map(|(hour, from, to)| {
            let changed = Event::AgentStateChanged {
                agent: AgentId::new(7),
                from,
                to,
                reason: None,
                attempt: None,
            };
            (hours(hour), changed)
        });
        shop.commit(shift.into()).await;
        shop
    }

    async fn commit(&mut self, events: Vec<(Timestamp, Event)>) {
        let mut seq = self.seq;
        let number = |(at, event)| {
            seq += 1;
            Recorded { seq, at, event }
        };
        let events: Vec<_> = events.into_iter().map(number).collect();
        self.seq = seq;
        for batch in events.chunks(BATCH) {
            let answers = self.store.commit(batch).await.expect("commits");
            assert!(answers.iter().all(|(_, gate)| gate.is_none()));
        }
    }

    /// A call that does not end.
    pub(crate) async fn begin(&mut self, n: u64) {
        let steps = self.steps(n);
        self.commit(steps.into_iter().take(2).collect()).await;
    }

    /// Calls from first to last, typified each; each fiftieth is a sale.
    pub(crate) async fn call(&mut self, calls: Range<u64>) {
        let mut events = Vec::new();
        for n in calls {
            events.extend(self.steps(n));
            self.said += 1;
        }
        self.commit(events).await;
    }

    /// Says three days later what a call was instead.
    pub(crate) async fn correct(&mut self, n: u64, code: &str) {
        let said = self.typified(n, code, true);
        self.said += 1;
        self.commit(vec![(hours(71), said)]).await;
    }

    fn item(&self, n: u64) -> &WorkItem {
        &self.items[(n % PEOPLE) as usize]
    }

    fn steps(&self, n: u64) -> Vec<(Timestamp, Event)> {
        let attempt = AttemptId::new(n as i64 + 1);
        let item = self.item(n);
        let phone = &item.contact.phones[0];
        let begin = match n < FIRST_DAY {
            true => hours(8) + Duration::from_millis(2_000 * n),
            false => hours(32) + Duration::from_secs(n - FIRST_DAY),
        };
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
            caller_id: PhoneNumber::from_e164("576015550100").expect("a number"),
            mode: DialMode::Power,
            purpose: Purpose::Commercial,
            serves: None,
            agent: None,
            catalogue: Catalogue::HOUSE,
        });
        let signalling = SignallingRecord(String::new());
        let bridged = Event::CallBridged {
            attempt,
            agent: AgentId::new(7),
            waited: Duration::from_millis(300),
        };
        let closed = Event::AttemptClosed {
            attempt,
            outcome: Outcome::Connected,
            cause: Cause::default(),
            ended_by: EndedBy::Network,
            next: None,
        };
        let code = if n % 50 == 7 { "VE03" } else { "CE01" };
        let steps = [
            (0, intended),
            (5, Event::CallPlaced { attempt }),
            (
                300,
                Event::CallAnswered {
                    attempt,
                    signalling,
                },
            ),
            (600, bridged),
            (1_600 + n % 7, closed),
            (1_700, self.typified(n, code, false)),
        ];
        let at = |(ms, event)| (begin + Duration::from_millis(ms), event);
        steps.into_iter().map(at).collect()
    }

    fn typified(&self, n: u64, code: &str, corrects: bool) -> Event {
        let item = self.item(n);
        Event::Typified(Typification {
            attempt: AttemptId::new(n as i64 + 1),
            agent: Some(AgentId::new(7)),
            user: None,
            code: code.to_owned(),
            note: "lo que dijo".to_owned(),
            corrects,
            next: WorkUpdate {
                campaign: item.campaign,
                contact: item.contact.id,
                state: WorkState::Leased,
                next_at: hours(100),
                next_phone: 0,
                attempts: 1,
                repeats: 0,
                code: Some(code.to_owned()),
                invalid_phone: None,
                suppress: false,
                promise: None,
                because: None,
            },
        })
    }
}
