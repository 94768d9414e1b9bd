//! A floor on which sales were made: what calls that ended in them leave in the record, as their sales begin.

use std::collections::BTreeMap;

use campaigns::{Campaign, Catalogue};
use domain::{
    AgentId, AttemptId, CampaignId, Cause, DialMode, EndedBy, Event, Intent, Outcome, PhoneNumber,
    Purpose, Recorded, Timestamp, TrunkId, Typification, WorkItem, WorkState, WorkUpdate,
};
use intake::{Acta, Duplicates, Format, Mapping};
use serde_json::{Value, json};
use store::{ListTarget, NewContact, Store};

/// The campaign they are of.
pub const CAMPAIGN: &str = "ventas";
/// Sales that were accepted.
pub const SALES: i64 = 6;
/// What may be sold.
pub const PORTFOLIO: &str = "code;kind;name;price;stock;valid_from;valid_to;with\n\
     MOTO-G;equipo;Moto G;1250000;5;;;\nPLAN-40;plan;Plan 40 GB;60000;;;;\n";
/// What JPEG files begin with, and what stands for the rest.
pub const PHOTO: &[u8] = b"\xff\xd8\xff\xe0 una cedula fotografiada";

/// A time of today's record; accepted sales are of an hour ago.
pub fn at(seconds: i64) -> Timestamp {
    let now = chrono::Utc::now().timestamp_millis();
    Timestamp::from_millis(now - 3_600_000 + seconds * 1_000)
}

fn call(n: i64, item: &WorkItem, agent: AgentId) -> Vec<Event> {
    let attempt = AttemptId::new(n);
    let next = WorkUpdate {
        campaign: item.campaign,
        contact: item.contact.id,
        state: WorkState::Closed,
        next_at: at(0),
        next_phone: 0,
        attempts: 1,
        repeats: 0,
        code: Some("VE01".to_owned()),
        invalid_phone: None,
        suppress: false,
        promise: None,
        because: None,
    };
    let intent = Intent {
        under: None,
        attempt,
        campaign: item.campaign,
        list: item.contact.list,
        contact: item.contact.id,
        person: item.contact.person,
        segment: item.contact.segment.clone(),
        phone: item.contact.phones[0].number,
        ordinal: 0,
        trunk: TrunkId::new(1),
        caller_id: PhoneNumber::from_e164("+576011234567").expect("a number"),
        mode: DialMode::Predictive,
        purpose: Purpose::Commercial,
        serves: None,
        agent: None,
        catalogue: Catalogue::HOUSE,
    };
    vec![
        Event::AttemptIntended(intent),
        Event::CallPlaced { attempt },
        Event::CallBridged {
            attempt,
            agent,
            waited: std::time::Duration::from_millis(300),
        },
        Event::AttemptClosed {
            attempt,
            outcome: Outcome::Connected,
            cause: Cause::default(),
            ended_by: EndedBy::Network,
            next: None,
        },
        Event::Typified(Typification {
            attempt,
            agent: Some(agent),
            user: None,
            code: "VE01".to_owned(),
            note: String::new(),
            corrects: false,
            next,
        }),
    ]
}

/// What the load of their base says of itself.
fn acta() -> String {
    let acta = Acta {
        list_name: "base".to_owned(),
        file_name: "base.csv".to_owned(),
        sha256: "00".to_owned(),
        bytes: 0,
        format: Format::Csv,
        encoding: None,
        delimiter: None,
        sheet: None,
        region: "CO".to_owned(),
        legal_basis: "cliente".to_owned(),
        mapping: Mapping::default(),
        received: SALES as u64,
        valid: SALES as u64,
        rejected: BTreeMap::new(),
        duplicates: Duplicates::default(),
        blank_lines: 0,
        title_lines: 1,
        shared_phones: 0,
        without_document: 0,
        phones: SALES as u64,
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
    };
    serde_json::to_string(&acta).expect("JSON")
}

/// Calls that ended in sales, as a journal has them.
pub async fn sold(record: &str, agent: AgentId) {
    let store = store::open(record).await.expect("opens");
    let store: &dyn Store = store.as_ref();
    store.take_over().await.expect("ours");
    let people: Vec<NewContact> = (1..=SALES as u64)
        .map(|n| NewContact {
            document: format!("CC102030405{n}"),
            name: format!("Persona {n}"),
            segment: "A".to_owned(),
            phones: vec![PhoneNumber::from_e164(&format!("+57310000000{n}")).expect("a number")],
            attributes: Vec::new(),
            record: n,
            line: n + 1,
        })
        .collect();
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, at(0)).await.expect("begins");
    store.import_chunk(import, &people).await.expect("stages");
    let list = store
        .finish_import(import, &acta(), "00", at(0))
        .await
        .expect("finishes");
    let campaign = Campaign {
        lists: vec![list],
        ..Campaign::new(CampaignId::new(0), CAMPAIGN)
    };
    let campaign = store.put_campaign(&campaign).await.expect("a campaign");
    let (items, _) = store
        .lease_work(campaign, at(1), 100)
        .await
        .expect("leases");
    assert_eq!(items.len() as i64, SALES);
    let calls = (1..).zip(&items).flat_map(|(n, item)| call(n, item, agent));
    let batch: Vec<Recorded> = (1..)
        .zip(calls)
        .map(|(seq, event)| Recorded {
            seq,
            at: at(seq as i64),
            event,
        })
        .collect();
    store.commit(&batch).await.expect("commits");
}

/// The sheet of a customer.
pub fn sheet(n: i64) -> Value {
    json!({"values": {
        "tipo_documento": "cc", "documento": format!("102030405{n}"), "expedicion": "2010-05-03",
        "nombre": format!("Persona {n}"), "linea": format!("310 000 000{n}"), "equipo": "MOTO-G", "plan": "PLAN-40",
        "pago": "contado", "valor": "$ 1.250.000", "departamento": "Antioquia", "ciudad": "Medellín",
        "direccion": "=Calle 10 # 20-30",
    }})
}
