//! A record with a base and calls, for the tests of what reports say of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use campaigns::{Campaign, Catalogue};
use domain::{
    AgentId, AgentProfile, AttemptId, CampaignId, Cause, DialMode, EndedBy, Event, Intent,
    LineMode, Occasion, Outcome, PhoneNumber, Recorded, SignallingRecord, Timestamp, TrunkId,
    Typification, WorkItem, WorkState, WorkUpdate,
};
use intake::{Acta, Column, Duplicates, Format, Mapping, Role};
use store::{ListTarget, NewContact, Store};

/// A record whose one campaign dials the base `enero`; nobody but the advisor `=ana` serves it.
pub(crate) struct Calls {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) campaign: Campaign,
    pub(crate) items: Vec<WorkItem>,
    _folder: tempfile::TempDir,
    seq: u64,
    agent: AgentId,
}

/// An instant by the clock of Bogotá, which is five hours behind UTC all year.
pub(crate) fn at(text: &str) -> Timestamp {
    let instant = chrono::DateTime::parse_from_rfc3339(&format!("{text}:00-05:00"));
    Timestamp::from_millis(instant.expect("an instant").timestamp_millis())
}

fn acta(people: u64) -> Acta {
    let column = |heading: &str, role| Column {
        heading: heading.to_owned(),
        role,
    };
    Acta {
        list_name: "enero".to_owned(),
        file_name: "enero.csv".to_owned(),
        sha256: String::new(),
        bytes: 0,
        format: Format::Csv,
        encoding: None,
        delimiter: None,
        sheet: None,
        region: "CO".to_owned(),
        legal_basis: String::new(),
        mapping: Mapping {
            columns: vec![column("documento", Role::Document)],
        },
        received: people,
        valid: people,
        rejected: BTreeMap::new(),
        duplicates: Duplicates::default(),
        blank_lines: 0,
        title_lines: 0,
        shared_phones: 0,
        without_document: 0,
        phones: people,
        phones_left_out: BTreeMap::new(),
        repairs: BTreeMap::new(),
        rejected_rows: Vec::new(),
        duplicate_rows: Vec::new(),
        warnings: Vec::new(),
        started_ms: None,
        finished_ms: None,
        sealed: None,
        loaded_by: None,
        excluded: BTreeMap::new(),
        law_packs: Vec::new(),
    }
}

fn someone(n: u64) -> NewContact {
    NewContact {
        document: format!("{}", 10_000_000 + n),
        name: format!("Persona {n}"),
        segment: String::new(),
        phones: vec![PhoneNumber::from_e164(&format!("57300{n:07}")).expect("a mobile")],
        attributes: Vec::new(),
        record: n,
        line: n + 1,
    }
}

impl Calls {
    /// So many people, received at an instant.
    pub(crate) async fn with(people: u64, received: Timestamp) -> Calls {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("record.db").display());
        let store = store::open(&url).await.expect("a record");
        let target = ListTarget::New("enero".to_owned());
        let import = store.begin_import(&target, received).await.expect("begins");
        let rows: Vec<NewContact> = (1..=people).map(someone).collect();
        store.import_chunk(import, &rows).await.expect("stages");
        let acta = serde_json::to_string(&acta(people)).expect("JSON");
        let list = store.finish_import(import, &acta, "00", received).await;
        let mut campaign = Campaign {
            lists: vec![list.expect("finishes")],
            law_pack: "co".to_owned(),
            ..Campaign::new(CampaignId::new(0), "<b>ventas</b>")
        };
        campaign.id = store.put_campaign(&campaign).await.expect("a campaign");
        let agent = AgentProfile {
            id: AgentId::new(0),
            name: "=ana".to_owned(),
            sip_user: "ana".to_owned(),
            campaigns: vec![campaign.id],
            line: LineMode::NailedUp,
        };
        let agent = store.put_agent(&agent, None).await.expect("an advisor");
        store.take_over().await.expect("takes over");
        let leased = store.lease_work(campaign.id, received, 1_000).await;
        Calls {
            items: leased.expect("leases").0,
            store,
            campaign,
            _folder: folder,
            seq: 0,
            agent,
        }
    }

    async fn commit(&mut self, at: Timestamp, events: Vec<Event>) {
        let mut batch = Vec::new();
        for event in events {
            self.seq += 1;
            let seq = self.seq;
            batch.push(Recorded { seq, at, event });
        }
        let answers = self.store.commit(&batch).await.expect("commits");
        assert!(
            answers.iter().all(|(_, gate)| gate.is_none()),
            "{answers:?}"
        );
    }

    fn placed(&self, n: i64, person: usize) -> Vec<Event> {
        let item = &self.items[person];
        let attempt = AttemptId::new(n);
        let phone = item.contact.phones[0].number;
        let intent = Intent {
            under: None,
            attempt,
            campaign: item.campaign,
            list: item.contact.list,
            contact: item.contact.id,
            person: item.contact.person,
            segment: item.contact.segment.clone(),
            phone,
            ordinal: 0,
            trunk: TrunkId::new(1),
            caller_id: phone,
            mode: DialMode::Predictive,
            purpose: domain::Purpose::Commercial,
            serves: None,
            agent: None,
            catalogue: Catalogue::HOUSE,
        };
        vec![
            Event::AttemptIntended(intent),
            Event::CallPlaced { attempt },
        ]
    }

    /// On lease still, so that the next call may leave.
    fn kept(&self, person: usize, code: Option<&str>) -> WorkUpdate {
        let item = &self.items[person];
        WorkUpdate {
            campaign: item.campaign,
            contact: item.contact.id,
            state: WorkState::Leased,
            next_at: Timestamp::default(),
            next_phone: 0,
            attempts: 1,
            repeats: 0,
            code: code.map(str::to_owned),
            invalid_phone: None,
            suppress: false,
            promise: None,
            because: None,
        }
    }

    fn closed(n: i64, outcome: Outcome, next: Option<WorkUpdate>) -> Event {
        Event::AttemptClosed {
            attempt: AttemptId::new(n),
            outcome,
            cause: Cause::default(),
            ended_by: EndedBy::Network,
            next,
        }
    }

    /// A call that nobody takes.
    pub(crate) async fn unanswered(&mut self, n: i64, person: usize, at: Timestamp) {
        let on = Occasion::of(Outcome::NoAnswer).expect("it is an occasion");
        let code = Catalogue::house().system(on).code.clone();
        let mut events = self.placed(n, person);
        let next = self.kept(person, Some(&code));
        events.push(Calls::closed(n, Outcome::NoAnswer, Some(next)));
        self.commit(at, events).await;
    }

    /// A call of a minute with the advisor, and what it is said to be.
    pub(crate) async fn connected(&mut self, n: i64, person: usize, at: Timestamp, code: &str) {
        let attempt = AttemptId::new(n);
        let mut events = self.placed(n, person);
        events.push(Event::CallAnswered {
            attempt,
            signalling: SignallingRecord(String::new()),
        });
        events.push(Event::CallBridged {
            attempt,
            agent: self.agent,
            waited: Duration::from_millis(300),
        });
        self.commit(at, events).await;
        let over = vec![
            Calls::closed(n, Outcome::Connected, None),
            self.typified(n, person, code, false),
        ];
        self.commit(at + Duration::from_secs(60), over).await;
    }

    fn typified(&self, n: i64, person: usize, code: &str, corrects: bool) -> Event {
        Event::Typified(Typification {
            attempt: AttemptId::new(n),
            agent: Some(self.agent).filter(|_| !corrects),
            user: corrects.then(|| "jefa".to_owned()),
            code: code.to_owned(),
            note: String::new(),
            corrects,
            next: self.kept(person, Some(code)),
        })
    }

    /// Says of a call that it was something else.
    pub(crate) async fn corrected(&mut self, n: i64, person: usize, at: Timestamp, code: &str) {
        let fix = self.typified(n, person, code, true);
        self.commit(at, vec![fix]).await;
    }
}
