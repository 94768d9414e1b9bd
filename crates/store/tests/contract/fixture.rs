//! A small call centre for the contract: lists, campaigns, and a journal that
//! numbers its events.

use std::time::Duration;

use campaigns::{Campaign, Catalogue};
use domain::{
    AgentId, AttemptId, CampaignId, Cause, DialMode, EndedBy, Event, Gate, Intent, ListId,
    Occasion, Outcome, PhoneNumber, Recorded, SignallingRecord, Timestamp, TrunkId, Typification,
    WorkItem, WorkState, WorkUpdate,
};
use store::{ListTarget, NewContact, Store};

/// An instant of the shift, in seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_767_272_400_000 + seconds * 1_000)
}

pub(crate) fn phone(n: u64) -> PhoneNumber {
    PhoneNumber::from_e164(&(573_100_000_000 + n).to_string()).expect("a mobile number")
}

/// Someone with a document and a phone of their own.
pub(crate) fn someone(n: u64) -> NewContact {
    NewContact {
        document: format!("CC{n}"),
        name: format!("Persona {n}"),
        segment: "A".to_owned(),
        phones: vec![phone(n)],
        attributes: vec![("ciudad".to_owned(), "Bogotá".to_owned())],
        record: n,
        line: n + 1,
    }
}

pub(crate) fn people(numbers: std::ops::Range<u64>) -> Vec<NewContact> {
    numbers.map(someone).collect()
}

/// A list loaded whole.
pub(crate) async fn load(store: &dyn Store, name: &str, rows: &[NewContact]) -> ListId {
    let target = ListTarget::New(name.to_owned());
    let import = store.begin_import(&target, at(0)).await.expect("begins");
    store.import_chunk(import, rows).await.expect("stages");
    let list = store.finish_import(import, "{}", "00", at(0)).await;
    list.expect("finishes")
}

/// A campaign that dials these lists.
pub(crate) async fn campaign(store: &dyn Store, name: &str, lists: &[ListId]) -> CampaignId {
    let campaign = Campaign {
        lists: lists.to_vec(),
        ..Campaign::new(CampaignId::new(0), name)
    };
    store.put_campaign(&campaign).await.expect("a campaign")
}

/// Everything due now, leased.
pub(crate) async fn lease(store: &dyn Store, campaign: CampaignId) -> Vec<WorkItem> {
    let leased = store.lease_work(campaign, at(0), 1_000).await;
    leased.expect("leases").0
}

/// A campaign over `n` people of its own, all leased to this engine.
pub(crate) async fn leased(store: &dyn Store, n: u64) -> (CampaignId, Vec<WorkItem>) {
    store.take_over().await.expect("takes over");
    let list = load(store, "base", &people(1..n + 1)).await;
    let campaign = campaign(store, "ventas", &[list]).await;
    let items = lease(store, campaign).await;
    assert_eq!(items.len() as u64, n);
    (campaign, items)
}

/// Numbers events as the loop does.
#[derive(Default)]
pub(crate) struct Writer {
    seq: u64,
}

impl Writer {
    pub(crate) fn batch(&mut self, seconds: i64, events: Vec<Event>) -> Vec<Recorded> {
        let number = |event| {
            self.seq += 1;
            Recorded {
                seq: self.seq,
                at: at(seconds),
                event,
            }
        };
        events.into_iter().map(number).collect()
    }

    /// Commits events at an instant; returns the answers to intents.
    pub(crate) async fn commit(
        &mut self,
        store: &dyn Store,
        seconds: i64,
        events: Vec<Event>,
    ) -> Vec<(AttemptId, Option<Gate>)> {
        let batch = self.batch(seconds, events);
        store.commit(&batch).await.expect("commits")
    }
}

pub(crate) fn attempt(n: i64) -> AttemptId {
    AttemptId::new(n)
}

pub(crate) fn agent() -> AgentId {
    AgentId::new(7)
}

pub(crate) fn intent(n: i64, item: &WorkItem) -> Intent {
    Intent {
        under: None,
        attempt: attempt(n),
        campaign: item.campaign,
        list: item.contact.list,
        contact: item.contact.id,
        person: item.contact.person,
        segment: item.contact.segment.clone(),
        phone: item.contact.phones[0].number,
        ordinal: 0,
        trunk: TrunkId::new(1),
        caller_id: phone(999),
        mode: DialMode::Predictive,
        purpose: domain::Purpose::Commercial,
        serves: None,
        agent: None,
        catalogue: Catalogue::HOUSE,
    }
}

pub(crate) fn intended(n: i64, item: &WorkItem) -> Event {
    Event::AttemptIntended(intent(n, item))
}

pub(crate) fn placed(n: i64) -> Event {
    Event::CallPlaced {
        attempt: attempt(n),
    }
}

pub(crate) fn answered(n: i64) -> Event {
    Event::CallAnswered {
        attempt: attempt(n),
        signalling: SignallingRecord("dialog of the customer".to_owned()),
    }
}

pub(crate) fn bridged(n: i64, waited_ms: u64) -> Event {
    Event::CallBridged {
        attempt: attempt(n),
        agent: agent(),
        waited: Duration::from_millis(waited_ms),
    }
}

pub(crate) fn closed(n: i64, outcome: Outcome, next: Option<WorkUpdate>) -> Event {
    Event::AttemptClosed {
        attempt: attempt(n),
        outcome,
        cause: Cause {
            sip_status: Some(480),
            q850: Some(18),
            ..Cause::default()
        },
        ended_by: EndedBy::Network,
        next: next.map(|next| WorkUpdate {
            code: next.code.or_else(|| code_of(outcome)),
            ..next
        }),
    }
}

/// The code that the system sets on an outcome.
fn code_of(outcome: Outcome) -> Option<String> {
    let row = Catalogue::house().system(Occasion::of(outcome)?);
    Some(row.code.clone())
}

pub(crate) fn typified(n: i64, code: &str, corrects: bool, next: WorkUpdate) -> Event {
    Event::Typified(Typification {
        attempt: attempt(n),
        agent: Some(agent()),
        user: None,
        code: code.to_owned(),
        note: format!("nota de {code}"),
        corrects,
        next: WorkUpdate {
            code: Some(code.to_owned()),
            ..next
        },
    })
}

/// Back to the queue at an instant, after so many attempts.
pub(crate) fn again(item: &WorkItem, seconds: i64, attempts: u16) -> WorkUpdate {
    WorkUpdate {
        campaign: item.campaign,
        contact: item.contact.id,
        state: WorkState::Ready,
        next_at: at(seconds),
        next_phone: 0,
        attempts,
        repeats: 0,
        code: None,
        invalid_phone: None,
        suppress: false,
        promise: None,
        because: None,
    }
}

/// The rule of each answer, in order; empty where the call may leave.
pub(crate) fn rules(answers: &[(AttemptId, Option<Gate>)]) -> Vec<(i64, &str)> {
    answers
        .iter()
        .map(|(id, gate)| (id.get(), gate.as_ref().map_or("", |gate| &gate.rule)))
        .collect()
}
