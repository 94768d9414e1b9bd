//! Reading: pages are complete, filters and figures agree with a history small
//! enough to count by hand.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::{AgentStatus, CampaignId, Event, Gate, Outcome, PacingRecord, WorkUpdate};
use kpi::{AttemptSet, Period, Term};
use store::AttemptFilter;

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, answered, at, attempt, bridged, closed, intended, leased, phone, placed,
    typified,
};

contract!(
    pages_of_attempts_are_complete_and_in_order,
    the_figures_of_a_small_history_are_those_counted_by_hand,
    sets_of_attempts_have_as_many_as_the_figures_say,
    filters_find_only_what_they_name,
    the_log_of_agents_comes_back_by_agent_and_period,
    pacing_decisions_come_back_with_their_words,
    the_pacing_ledger_is_read_from_where_a_pacer_began,
    gates_of_the_engine_are_told_too,
);

async fn pages_of_attempts_are_complete_and_in_order(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 25).await;
    let mut intents: Vec<_> = (1..)
        .zip(&items)
        .map(|(n, item)| intended(n, item))
        .collect();
    // The newest of a campaign come by the time of the intent: a history that is taken in has higher ids and earlier times.
    let past = intents.split_off(20);
    let mut writer = Writer::default();
    writer.commit(store, 10, intents).await;
    writer.commit(store, 5, past).await;
    for newest_first in [false, true] {
        let mut filter = AttemptFilter {
            campaign: Some(campaign),
            newest_first,
            limit: 10,
            ..Default::default()
        };
        let mut pages = Vec::new();
        loop {
            let page = store.attempts(&filter).await.unwrap();
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id);
            pages.push(page.iter().map(|row| row.id.get()).collect::<Vec<_>>());
        }
        let sizes: Vec<_> = pages.iter().map(Vec::len).collect();
        assert_eq!(sizes, [10, 10, 5]);
        let mut all: Vec<_> = (1..26).collect();
        if newest_first {
            all = (21..26).chain(1..21).rev().collect();
        }
        assert_eq!(pages.concat(), all);
    }
}

/// Six people called from second 10 on: a sale, a follow-up, an abandonment,
/// nobody home, congestion, and one still ringing. An advisor serves them.
async fn history(record: &Record) -> CampaignId {
    let store = &*record.store;
    let (campaign, items) = leased(store, 7).await;
    let profile = domain::AgentProfile {
        id: domain::AgentId::new(0),
        name: "Ana".to_owned(),
        sip_user: "ana".to_owned(),
        campaigns: vec![campaign],
        line: domain::LineMode::NailedUp,
    };
    // The advisor of the events has a number of the fixture's choosing.
    let id = store.put_agent(&profile, None).await.unwrap();
    let renumber = format!("UPDATE agent_campaign SET agent = 7 WHERE agent = {id}");
    record.execute(&renumber).await.unwrap();
    let mut writer = Writer::default();
    let mut calls = vec![state(AgentStatus::Offline, AgentStatus::Ready, None)];
    calls.extend((1..7).zip(&items).map(|(n, item)| intended(n, item)));
    calls.extend((1..7).map(placed));
    writer.commit(store, 10, calls).await;
    let calls = vec![answered(1), answered(2), answered(3)];
    writer.commit(store, 15, calls).await;
    let back = |n: usize, attempts| Some(again(&items[n - 1], 90_000, attempts));
    let abandoned = Event::CallAbandoned {
        attempt: attempt(3),
        waited: Duration::from_secs(2),
    };
    let calls = vec![
        bridged(1, 500),
        state(AgentStatus::Ready, AgentStatus::Talking, None),
        abandoned,
        closed(3, Outcome::Abandoned, back(3, 1)),
        closed(4, Outcome::NoAnswer, back(4, 1)),
        closed(5, Outcome::Congestion, back(5, 0)),
    ];
    writer.commit(store, 16, calls).await;
    let calls = vec![
        closed(1, Outcome::Connected, None),
        state(AgentStatus::Talking, AgentStatus::WrapUp, None),
    ];
    writer.commit(store, 76, calls).await;
    let sold = typified(1, "VE01", false, back(1, 1).unwrap());
    let calls = vec![sold, state(AgentStatus::WrapUp, AgentStatus::Ready, None)];
    writer.commit(store, 86, calls).await;
    let calls = vec![
        bridged(2, 1_500),
        state(AgentStatus::Ready, AgentStatus::Talking, None),
    ];
    writer.commit(store, 90, calls).await;
    let calls = vec![
        closed(2, Outcome::Connected, None),
        typified(2, "CE01", false, back(2, 1).unwrap()),
        state(AgentStatus::Talking, AgentStatus::Break, Some("baño")),
    ];
    writer.commit(store, 120, calls).await;
    let calls = vec![state(AgentStatus::Break, AgentStatus::Offline, None)];
    writer.commit(store, 180, calls).await;
    campaign
}

fn state(from: AgentStatus, to: AgentStatus, reason: Option<&str>) -> Event {
    Event::AgentStateChanged {
        agent: agent(),
        from,
        to,
        reason: reason.map(str::to_owned),
        attempt: None,
    }
}

async fn the_figures_of_a_small_history_are_those_counted_by_hand(record: Record) {
    let campaign = history(&record).await;
    let store = &*record.store;
    let facts = store
        .facts(campaign, &Period::new(at(1), at(3_600)))
        .await
        .unwrap();
    let seconds = Duration::from_secs;
    let expected = kpi::Facts {
        attempts: 6,
        network_answered: 3,
        answered: 3,
        answered_by_outcome: 3,
        effective: 2,
        abandoned: 1,
        connected: 2,
        sales_accepted: 1,
        received: 7,
        base_worked: 5,
        base_worked_by_advisor: 2,
        worked: 5,
        worked_by_advisor: 2,
        records_network_answered: 3,
        records_answered: 3,
        records_effective: 2,
        talk: seconds(60 + 30),
        ready: seconds(6 + 4),
        talking: seconds(60 + 30),
        wrap_up: seconds(10),
        on_break: seconds(60),
        bridge_wait: seconds(2),
        ..Default::default()
    };
    assert_eq!(facts, expected);
    let values = kpi::compute(&facts);
    let value = |id| values.iter().find(|v| v.definition.id == id).unwrap().value;
    assert_eq!(value("contactabilidad"), Some(0.5));
    assert_eq!(value("efectividad"), Some(1.0 / 6.0));
    assert_eq!(value("contacto_efectivo.conversion"), Some(0.5));
    assert_eq!(value("abandono"), Some(1.0 / 3.0));
    assert_eq!(value("gestion_base"), Some(5.0 / 7.0));
    assert_eq!(value("tmo"), Some(50.0));
    assert_eq!(value("espera"), Some(1.0));
    // A period cuts agents' time and leaves out calls placed before it.
    let later = store
        .facts(campaign, &Period::new(at(100), at(150)))
        .await
        .unwrap();
    assert_eq!((later.attempts, later.worked, later.base_worked), (0, 0, 5));
    assert_eq!((later.talking, later.on_break), (seconds(20), seconds(30)));
    assert_eq!(store.verify().await.unwrap(), []);
}

/// Every term that has calls behind it drills down to them: as many calls, or calls of as many records.
async fn sets_of_attempts_have_as_many_as_the_figures_say(record: Record) {
    let campaign = history(&record).await;
    let store = &*record.store;
    let period = Period::new(at(1), at(3_600));
    let facts = store.facts(campaign, &period).await.unwrap();
    let mut compared = BTreeSet::new();
    for term in Term::ALL {
        let Some(set) = term.set() else { continue };
        let filter = AttemptFilter {
            campaign: Some(campaign),
            from: Some(period.from),
            to: Some(period.to),
            set: Some(set),
            ..Default::default()
        };
        let rows = store.attempts(&filter).await.unwrap();
        let records: BTreeSet<_> = rows.iter().map(|row| row.contact).collect();
        let behind = match term {
            Term::Talk => {
                let talks = rows.iter().filter_map(|row| row.talk());
                talks.sum::<Duration>().as_secs_f64()
            }
            Term::BridgeWait => {
                let waits = rows.iter().filter_map(|row| row.waited);
                waits.sum::<Duration>().as_secs_f64()
            }
            // Values of sales are not recorded yet.
            Term::ValueSold => continue,
            _ if term.counts_records() => records.len() as f64,
            _ => rows.len() as f64,
        };
        assert_eq!(facts.value(term), Some(behind), "{term:?}");
        compared.insert(set.word());
    }
    let all: BTreeSet<_> = AttemptSet::ALL.iter().map(|set| set.word()).collect();
    assert_eq!(compared, all, "each set is behind some term");
}

async fn filters_find_only_what_they_name(record: Record) {
    let campaign = history(&record).await;
    let store = &*record.store;
    let found = async |filter: AttemptFilter| {
        let rows = store.attempts(&filter).await.unwrap();
        rows.iter().map(|row| row.id.get()).collect::<Vec<_>>()
    };
    let all = AttemptFilter::default;
    let by = AttemptFilter {
        phone: Some(phone(4)),
        ..all()
    };
    assert_eq!(found(by).await, [4]);
    let by = AttemptFilter {
        outcome: Some(Outcome::Connected),
        agent: Some(agent()),
        ..all()
    };
    assert_eq!(found(by).await, [1, 2]);
    let by = AttemptFilter {
        code: Some("VE01' OR 1=1".to_owned()),
        campaign: Some(campaign),
        ..all()
    };
    assert!(found(by).await.is_empty());
    let by = AttemptFilter {
        code: Some("VE01".to_owned()),
        campaign: Some(campaign),
        from: Some(at(10)),
        to: Some(at(11)),
        ..all()
    };
    assert_eq!(found(by).await, [1]);
    let by = AttemptFilter {
        to: Some(at(10)),
        ..all()
    };
    assert!(found(by).await.is_empty(), "`to` itself is outside");
}

async fn the_log_of_agents_comes_back_by_agent_and_period(record: Record) {
    history(&record).await;
    let store = &*record.store;
    let all = store.agent_log(None, at(0), at(3_600)).await.unwrap();
    let to: Vec<_> = all.iter().map(|row| row.to).collect();
    use AgentStatus::{Break, Offline, Ready, Talking, WrapUp};
    assert_eq!(to, [Ready, Talking, WrapUp, Ready, Talking, Break, Offline]);
    assert_eq!(all[5].reason.as_deref(), Some("baño"));
    assert!(all.is_sorted_by_key(|row| row.seq));
    let mine = store
        .agent_log(Some(agent()), at(16), at(86))
        .await
        .unwrap();
    assert_eq!(mine.len(), 2, "from is inside, to is not");
    let other = Some(domain::AgentId::new(8));
    assert_eq!(store.agent_log(other, at(0), at(3_600)).await.unwrap(), []);
}

async fn pacing_decisions_come_back_with_their_words(record: Record) {
    let store = &*record.store;
    let decided = |campaign, dial, value| {
        Event::PacingDecided(PacingRecord {
            campaign: CampaignId::new(campaign),
            dial,
            binding: "channels",
            why: "3 libres".to_owned(),
            inputs: vec![("ready", value), ("ratio", 1.75)],
            page: String::new(),
        })
    };
    let events = vec![
        decided(1, 3, 4.0),
        decided(2, 9, 0.0),
        decided(1, 0, f64::NAN),
    ];
    Writer::default().commit(store, 10, events).await;
    let campaign = CampaignId::new(1);
    let rows = store.pacing_log(campaign, at(10), at(11)).await.unwrap();
    let dial: Vec<_> = rows.iter().map(|row| row.dial).collect();
    assert_eq!(dial, [3, 0]);
    assert_eq!(rows[0].binding, "channels");
    assert_eq!(rows[0].why, "3 libres");
    let inputs = [("ready".to_owned(), 4.0), ("ratio".to_owned(), 1.75)];
    assert_eq!(rows[0].inputs, inputs);
    assert!(rows[1].inputs[0].1.is_nan());
    assert_eq!(store.pacing_log(campaign, at(0), at(10)).await.unwrap(), []);
}

async fn the_pacing_ledger_is_read_from_where_a_pacer_began(record: Record) {
    // 0.30000000000000004: a careless reader loses the last digit.
    const THETA: f64 = 0.1 + 0.2;
    let store = &*record.store;
    let campaign = CampaignId::new(1);
    let decided = |page: &str| {
        Event::PacingDecided(PacingRecord {
            campaign,
            dial: 1,
            binding: "abandon",
            why: "1 libre".to_owned(),
            inputs: vec![("theta", THETA)],
            page: page.to_owned(),
        })
    };
    let told = |campaign, page: &str| Event::PacingTold {
        campaign: CampaignId::new(campaign),
        page: page.to_owned(),
    };
    let began = r#"{"began":[0.03,0.03,2000,25000,0,0],"told":[]}"#;
    let mut writer = Writer::default();
    writer
        .commit(store, 10, vec![decided(""), decided(began)])
        .await;
    let later = vec![
        told(1, r#"{"told":[-5]}"#),
        told(2, began),
        decided(r#"{"told":[-7]}"#),
    ];
    writer.commit(store, 20, later).await;
    writer.commit(store, 30, vec![decided(began)]).await;

    let first = store.pacing_began(campaign, at(25)).await.unwrap();
    assert_eq!(store.pacing_began(campaign, at(5)).await.unwrap(), None);
    let first = first.expect("it began at 10");
    let rows = store
        .pacing_ledger(campaign, first, at(30), 10)
        .await
        .unwrap();
    let pages: Vec<_> = rows.iter().map(|row| row.page.clone().unwrap()).collect();
    assert_eq!(pages, [began, r#"{"told":[-5]}"#, r#"{"told":[-7]}"#]);
    assert_eq!(rows[0].at, at(10));
    let decision = rows[0].decision.as_ref().expect("a decision");
    assert_eq!(decision.inputs[0].1.to_bits(), THETA.to_bits());
    assert!(rows[1].decision.is_none());
    let one = store
        .pacing_ledger(campaign, rows[1].seq, at(30), 1)
        .await
        .unwrap();
    assert_eq!(one, rows[1..2]);
}

async fn gates_of_the_engine_are_told_too(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 1).await;
    let refused = Event::AttemptRefused {
        attempt: attempt(1),
        gate: Gate {
            rule: "co.hours".to_owned(),
            pack: "co-2025".to_owned(),
        },
        next: WorkUpdate {
            code: Some("EX03".to_owned()),
            ..again(&items[0], 600, 0)
        },
    };
    let batch = Writer::default().batch(10, vec![intended(1, &items[0]), refused]);
    let answers = store.commit(&batch).await.unwrap();
    let gates = store
        .gates(Some(campaign), Some(phone(1)), at(0), at(60))
        .await
        .unwrap();
    assert_eq!(gates.len(), 1);
    assert_eq!(gates[0].gate.rule, "co.hours");
    assert_eq!(gates[0].gate.pack, "co-2025");
    assert_eq!(gates[0].at, at(10));
    assert!(store.open_attempts().await.unwrap().is_empty());
    // The store's own answer was that it may leave, and stays so.
    assert_eq!(store.commit(&batch).await.unwrap(), answers);
    let none = store.gates(None, Some(phone(2)), at(0), at(60)).await;
    assert_eq!(none.unwrap(), []);
}
