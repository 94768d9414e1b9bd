//! Attempts as the journal gets them, and a campaign whose people are all leased: what measurements of the record share.

use std::time::Duration;

use campaigns::Campaign;
use domain::{
    AgentId, AttemptId, CampaignId, Cause, DialMode, EndedBy, Event, Intent, Outcome, PhoneNumber,
    SignallingRecord, Timestamp, TrunkId, Typification, WorkItem, WorkState, WorkUpdate,
};
use store::{ListTarget, NewContact, Store};

/// Rows of one chunk of an import.
pub(crate) const CHUNK: u64 = 5_000;

pub(crate) fn now(seq: u64) -> Timestamp {
    Timestamp::from_millis(1_767_272_400_000) + Duration::from_millis(seq)
}

pub(crate) fn intent(n: i64, item: &WorkItem) -> Intent {
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
pub(crate) fn call(attempt: AttemptId, item: &WorkItem) -> Vec<Event> {
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
pub(crate) async fn leased(store: &dyn Store, people: u64) -> Vec<WorkItem> {
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
