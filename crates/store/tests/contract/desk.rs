//! Desks of advisors: their own counts, how calls sounded at their page, and what is written to them.

use domain::{AgentId, Outcome};
use kpi::{Dimension, Period};
use store::{Actor, AuditFilter, DeskMessageRow, PageQuality};

use crate::database::Record;
use crate::fixture::{Writer, answered, at, attempt, bridged, closed, intended, leased, placed};
use crate::rollups::{HOUR_S, shift};

contract!(
    an_agents_own_counts_are_those_of_the_floor,
    what_a_page_says_of_a_call_is_kept_once,
    a_message_waits_until_its_own_agent_has_seen_it,
);

async fn an_agents_own_counts_are_those_of_the_floor(record: Record) {
    let campaign = shift(&record).await;
    let store = &*record.store;
    let clock = campaigns::DayClock::of("co");
    for (from, to) in [(0, 12 * HOUR_S), (1_000, 30_000), (20_000, 20_001)] {
        let period = Period::new(at(from), at(to));
        let parts = store.parts(campaign, &period, Dimension::Advisor, clock);
        for part in parts.await.unwrap().iter().filter(|part| part.part > 0) {
            let own = AgentId::new(part.part);
            let own = store.agent_facts(own, at(from), at(to)).await.unwrap();
            let told = |facts: &kpi::Facts| {
                let calls = [
                    facts.attempts,
                    facts.connected,
                    facts.answered,
                    facts.effective,
                    facts.sales_accepted,
                ];
                let time = [
                    facts.talk,
                    facts.ready,
                    facts.reserved,
                    facts.talking,
                    facts.wrap_up,
                    facts.on_break,
                    facts.lost,
                ];
                (calls, time)
            };
            assert_eq!(told(&own), told(&part.facts), "{} {from}-{to}", part.name);
        }
    }
    let nobody = store.agent_facts(AgentId::new(99), at(0), at(HOUR_S)).await;
    assert_eq!(nobody.unwrap(), kpi::Facts::default());
}

async fn what_a_page_says_of_a_call_is_kept_once(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let events = vec![
        intended(1, &items[0]),
        placed(1),
        answered(1),
        bridged(1, 10),
        closed(1, Outcome::Connected, None),
    ];
    Writer::default().commit(store, 10, events).await;
    let told = PageQuality {
        attempt: attempt(1),
        received: 3_000,
        lost: 12,
        jitter_us: 4_500,
        rtt_us: Some(21_000),
        remote_lost: None,
        made_up_ppm: 15_000,
        r_tenths: 901,
    };
    assert_eq!(store.page_quality(attempt(1)).await.unwrap(), None);
    assert!(store.put_page_quality(&told, at(20)).await.unwrap());
    let again = PageQuality { lost: 0, ..told };
    assert!(!store.put_page_quality(&again, at(21)).await.unwrap());
    assert_eq!(store.page_quality(attempt(1)).await.unwrap(), Some(told));
    // It is not what the engine measured.
    assert_eq!(store.call_quality(attempt(1)).await.unwrap(), []);
}

async fn a_message_waits_until_its_own_agent_has_seen_it(record: Record) {
    shift(&record).await;
    let eva = AgentId::new(1);
    let store = &*record.store.acting(Actor {
        user: None,
        user_name: "sofia".to_owned(),
        source: String::new(),
    });
    let new = |words: &str, seconds| DeskMessageRow {
        id: 0,
        agent: eva,
        at: at(seconds),
        by: "sofia".to_owned(),
        words: words.to_owned(),
        seen_at: None,
    };
    let first = store.put_desk_message(&new("hola", 10)).await.unwrap();
    let second = store.put_desk_message(&new("otra", 20)).await.unwrap();
    let waiting = async |of| {
        let rows = store.desk_messages(Some(of), true, at(0)).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(waiting(eva).await, [second, first]);
    let other = AgentId::new(eva.get() + 1);
    assert!(!store.see_desk_message(other, first, at(25)).await.unwrap());
    assert!(store.see_desk_message(eva, first, at(30)).await.unwrap());
    assert!(!store.see_desk_message(eva, first, at(31)).await.unwrap());
    assert_eq!(waiting(eva).await, [second]);
    assert!(waiting(other).await.is_empty());
    let all = store.desk_messages(None, false, at(5)).await.unwrap();
    assert_eq!(all[1].seen_at, Some(at(30)));
    // Who wrote to whom is told, and what not.
    let log = store.audit(&AuditFilter::default()).await.unwrap();
    let deeds: Vec<_> = log
        .iter()
        .filter(|row| row.entry.action.starts_with("agent.message"))
        .map(|row| (row.entry.action.as_str(), row.entry.user_name.as_str()))
        .collect();
    let [wrote, seen] = ["agent.message", "agent.message_seen"];
    assert_eq!(deeds, [(wrote, "sofia"), (wrote, "sofia"), (seen, "sofia")]);
    assert!(log.iter().all(|row| !row.entry.detail.contains("hola")));
    assert!(
        store
            .put_desk_message(&DeskMessageRow {
                agent: AgentId::new(77),
                ..new("?", 1)
            })
            .await
            .is_err()
    );
    // What is old is forgotten when the next is written.
    let month = 31 * 24 * HOUR_S;
    store
        .put_desk_message(&new("nueva", 20 + month))
        .await
        .unwrap();
    assert_eq!(
        store.desk_messages(None, false, at(0)).await.unwrap().len(),
        1
    );
}
