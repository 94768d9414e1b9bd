//! What the record must hold once the base is dialed: the fate of each number,
//! what it cost its contact, what the wire saw of it, and who typed what.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{CampaignId, ContactId, WorkItem, WorkState};
use serde_json::Value;
use tests::Floor;

use crate::desk::Typed;
use crate::fate::{Fate, person};
use crate::trace::{Message, Trace, number, when};
use crate::{CAMPAIGN, Cast};

/// How long a phone must ring before we give up on it: the ring minimum of the
/// law pack, from the first 180 and not from the INVITE (16 CFR 310.4(b)(4)(ii)).
const RING_MIN: f64 = 15.0;
/// sipp notes the time of a message after it sent it, and a machine that does
/// other things too may do them in between.
const NOTED_LATE: f64 = 0.1;
/// What may be added at the other end.
const SLACK: f64 = 1.0;
/// When a contact that met congestion is due again (NC06 of the catalogue).
const CONGESTION_WAIT: Duration = Duration::from_secs(600);

/// Every attempt, as the program reports it.
pub(crate) fn attempts(floor: &Floor) -> Vec<Value> {
    let rows = floor.run(&["report", "attempts", CAMPAIGN, "--limit", "2000"]);
    rows.as_array().expect("a list of attempts").clone()
}

/// Whom an attempt called.
pub(crate) fn whose(row: &Value) -> usize {
    person(phone(row))
}

/// For how many seconds customer and advisor were joined.
pub(crate) fn talk(row: &Value) -> f64 {
    let at = |name: &str| {
        row[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{name}: {row}"))
    };
    (at("ended_at") - at("bridged_at")) as f64 / 1_000.0
}

fn phone(row: &Value) -> &str {
    row["phone"].as_str().expect("a number")
}

pub(crate) fn every_contact_ended_as_its_number_says(cast: &Cast, attempts: &[Value]) {
    let mut seen = BTreeMap::new();
    for row in attempts {
        let who = whose(row);
        let (outcome, status, cause) = Fate::of(who).recorded_behind(cast.proxy);
        assert_eq!(row["outcome"], outcome, "{who}: {row}");
        assert_eq!(row["sip_status"].as_u64(), status, "{who}: {row}");
        assert_eq!(row["q850"].as_u64(), cause, "{who}: {row}");
        assert!(row["gate"].is_null(), "{who}: {row}");
        *seen.entry(who).or_insert(0) += 1;
    }
    // One attempt each; what met congestion is due again in ten minutes, not now.
    assert!(
        cast.people.iter().all(|who| seen.get(who) == Some(&1)),
        "{seen:?}"
    );
}

/// Only what the trunk did costs a contact none of its attempts, of which it
/// has one here: NC06 *no gasta intento*, and is due again in ten minutes.
pub(crate) fn attempts_were_charged_but_for_congestion(floor: &Floor, attempts: &[Value]) {
    let (work, ready) = work_of(floor, attempts);
    let mut congested = 0;
    for (row, work) in attempts.iter().zip(&work) {
        let spent = Fate::of(whose(row)) != Fate::Congested;
        assert_eq!(work.attempts, u16::from(spent), "{row}: {work:?}");
        assert_eq!(
            work.contact.phones[0].attempts,
            u16::from(spent),
            "{row}: {work:?}"
        );
        if !spent {
            let ended = row["ended_at"].as_i64().expect("it is over");
            let due = work.due.as_millis() - ended;
            assert!(due >= CONGESTION_WAIT.as_millis() as i64, "{row}: {work:?}");
            congested += 1;
        }
    }
    assert_eq!(ready, congested, "contacts that may be dialed again");
}

/// The work with the contact of each attempt, and how many are left to dial.
fn work_of(floor: &Floor, attempts: &[Value]) -> (Vec<WorkItem>, u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let record = floor.record();
        let store = store::open(&record).await.expect("the record opens");
        let mut work = Vec::new();
        let id = |row: &Value, name: &str| row[name].as_i64().expect("an id");
        let mut campaign = CampaignId::new(0);
        for row in attempts {
            campaign = CampaignId::new(id(row, "campaign"));
            let contact = ContactId::new(id(row, "contact"));
            let found = store.work(campaign, contact).await;
            work.push(found.expect("it can be read").expect("it was dialed"));
        }
        let counts = store.work_counts(campaign).await.expect("it can be read");
        let ready = counts
            .iter()
            .filter(|(state, _)| *state == WorkState::Ready);
        (work, ready.map(|(_, count)| count).sum())
    })
}

/// The INVITEs that left are the attempts of the record, no more and no fewer,
/// and the carrier found nothing wrong with any message.
pub(crate) fn the_wire_saw_what_the_record_holds(
    trace: &Trace,
    complaints: &str,
    attempts: &[Value],
) {
    let mut on_the_wire: Vec<&str> = trace.values().map(|call| number(call)).collect();
    let mut in_the_record: Vec<&str> = attempts.iter().map(phone).collect();
    on_the_wire.sort_unstable();
    in_the_record.sort_unstable();
    assert_eq!(on_the_wire, in_the_record);
    assert!(complaints.is_empty(), "sipp says: {complaints}");
}

/// A phone nobody picks up rings as long as the law wants, and the CANCEL ends
/// its INVITE as RFC 3261 section 9.2 says: 487, acknowledged.
pub(crate) fn who_did_not_answer_was_given_time(trace: &Trace) {
    let silent = |call: &&Vec<Message>| Fate::of(person(number(call))) == Fate::Silent;
    let mut rang = Vec::new();
    for call in trace.values().filter(silent) {
        let span = when(call, false, "CANCEL") - when(call, true, "SIP/2.0 180");
        rang.push(span);
        let refused = when(call, true, "SIP/2.0 487");
        assert!(when(call, false, "ACK") >= refused, "{call:#?}");
    }
    println!("unanswered phones rang {rang:.3?} s");
    let fits = |span: &f64| (RING_MIN - NOTED_LATE..RING_MIN + SLACK).contains(span);
    assert!(rang.iter().all(fits), "not {RING_MIN} s or hardly more");
    assert!(!rang.is_empty());
}

pub(crate) fn typifications_stand_beside_the_outcome(attempts: &[Value], typed: &Typed) {
    for row in attempts {
        let who = whose(row);
        let said = typed.get(&row["id"].as_i64().expect("an id"));
        if Fate::of(who).talks() {
            let (code, _) = said.unwrap_or_else(|| panic!("{who} was not typed: {row}"));
            assert_eq!(row["code"], code.as_str(), "{who}: {row}");
            assert_eq!(row["coded_by"], row["agent"], "{who}: {row}");
            assert!(row["coded_by"].is_i64(), "{who}: {row}");
        } else {
            assert_eq!(said, None, "{who}: {row}");
            assert!(row["coded_by"].is_null(), "{who}: {row}");
        }
    }
}
