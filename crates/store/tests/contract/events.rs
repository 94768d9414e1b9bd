//! What others follow: one order that never changes, whoever writes meanwhile; and web hooks that keep how far they are.

use domain::{
    AgentStatus, CampaignId, CampaignState, Event, Outcome, Promise, WorkItem, WorkUpdate,
};
use sales::{Doer, Stage};
use store::{
    AuditFilter, CallBackChange, FeedEvent, FeedFact, FeedKind, FeedPlace, FeedWanted, HookRow,
    NewHook, PastKey, PastKind, Store, StoreError,
};

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, at, attempt, bridged, campaign, closed, intended, lease, leased, load,
    people, placed, typified,
};
use crate::sales::{all as sales, sheet, sold, to};

contract!(
    events_of_the_journal_and_beside_it_are_told_in_one_order_however_they_are_paged,
    kinds_and_campaigns_narrow_what_is_told,
    whoever_follows_while_others_write_is_told_everything_once,
    what_nobody_asked_for_is_passed_over_and_not_looked_through_again,
    a_history_that_was_taken_in_is_not_told,
    moves_of_before_are_told_after_the_events_of_before,
    a_move_that_is_not_told_is_found,
    a_web_hook_stays_where_it_is_until_what_was_taken_has_arrived,
    a_dead_web_hook_waits_for_somebody_and_any_can_begin_anew,
);

fn from(after: FeedPlace, limit: u32) -> FeedWanted {
    FeedWanted {
        after,
        up_to: None,
        kinds: Vec::new(),
        campaign: None,
        limit,
    }
}

fn of(kinds: &[FeedKind]) -> FeedWanted {
    FeedWanted {
        kinds: kinds.to_vec(),
        ..from(FeedPlace::BEGIN, 1_000)
    }
}

/// Everything that is wanted, page by page.
async fn followed(store: &dyn Store, mut wanted: FeedWanted) -> Vec<FeedEvent> {
    let mut events = Vec::new();
    loop {
        let page = store.feed(&wanted).await.unwrap();
        assert!(page.events.len() <= wanted.limit as usize);
        assert!(page.next >= wanted.after, "a cursor goes on alone");
        events.extend(page.events);
        wanted.after = page.next;
        if page.is_end {
            return events;
        }
    }
}

fn told(events: &[FeedEvent]) -> Vec<(String, &'static str)> {
    let told = events.iter();
    told.map(|event| (event.place.to_string(), event.kind().word()))
        .collect()
}

fn becomes(agent_to: AgentStatus) -> Event {
    Event::AgentStateChanged {
        agent: agent(),
        from: AgentStatus::Offline,
        to: agent_to,
        reason: None,
        attempt: None,
    }
}

/// One call that is a sale, with a promise to somebody else, and what comes of both.
async fn day(store: &dyn Store) -> (Writer, Vec<WorkItem>) {
    let (campaign, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    writer
        .commit(store, 0, vec![becomes(AgentStatus::Ready)])
        .await;
    sold(store, &mut writer, 1, &items[0], "VE01").await;
    let promise = Promise {
        agent: Some(agent()),
        asked_in: None,
    };
    let next = WorkUpdate {
        promise: Some(promise),
        ..again(&items[1], 900, 1)
    };
    let missed = closed(2, Outcome::NoAnswer, Some(next));
    writer
        .commit(store, 30, vec![intended(2, &items[1]), placed(2), missed])
        .await;
    let sale = sales(store).await.remove(0);
    store.put_paper(&sheet(sale.id, &[])).await.unwrap();
    store
        .move_sale(&to(sale.id, Stage::InValidation, Doer::BackOffice))
        .await
        .unwrap();
    let change = CallBackChange::Move(at(1_200));
    store
        .change_call_back(campaign, items[1].contact.id, &change, "lo pidió")
        .await
        .unwrap();
    let corrected = typified(1, "NI07", true, again(&items[0], 600, 1));
    writer.commit(store, 400, vec![corrected]).await;
    (writer, items)
}

async fn events_of_the_journal_and_beside_it_are_told_in_one_order_however_they_are_paged(
    record: Record,
) {
    let store = &*record.store;
    day(store).await;
    let events = followed(store, from(FeedPlace::BEGIN, 1_000)).await;
    let words = told(&events);
    let words: Vec<_> = words
        .iter()
        .map(|(id, kind)| (id.as_str(), *kind))
        .collect();
    assert_eq!(
        words,
        [
            ("1.0", "agent.state"),
            ("5.0", "typification.made"),
            ("6.0", "attempt.closed"),
            ("6.2", "sale.moved"),
            ("9.0", "attempt.closed"),
            ("9.1", "call_back.booked"),
            ("9.3", "sale.moved"),
            ("9.4", "call_back.changed"),
            ("10.0", "typification.corrected"),
            ("10.5", "sale.moved"),
        ]
    );
    for limit in 1..=4 {
        let paged = followed(store, from(FeedPlace::BEGIN, limit)).await;
        assert_eq!(paged, events, "by {limit}");
    }
    for (n, event) in events.iter().enumerate() {
        let rest = followed(store, from(event.place, 1_000)).await;
        assert_eq!(rest, events[n + 1..], "after {}", event.place);
    }
    let end = store.feed_end().await.unwrap();
    let page = store.feed(&from(end, 10)).await.unwrap();
    assert!(page.events.is_empty() && page.is_end && page.next == end);

    let FeedFact::CallClosed(call) = &events[2].fact else {
        panic!("{:?}", events[2]);
    };
    assert_eq!(
        (call.attempt, call.outcome.as_str()),
        (attempt(1), "connected")
    );
    assert_eq!(
        (call.sip_status, call.ended_by.as_str()),
        (Some(480), "network")
    );
    assert!(call.bridged_at.is_some() && !call.inbound);
    let FeedFact::Typified { code, before, .. } = &events[8].fact else {
        panic!("{:?}", events[8]);
    };
    assert_eq!((code.as_str(), before.as_deref()), ("NI07", Some("VE01")));
    let FeedFact::SaleMoved { from, to, n, .. } = &events[9].fact else {
        panic!("{:?}", events[9]);
    };
    assert_eq!(
        (from.as_deref(), to.as_str(), *n),
        (Some("en_validacion"), "anulada", 3)
    );
    let FeedFact::CallBackChanged { change, due_at, .. } = &events[7].fact else {
        panic!("{:?}", events[7]);
    };
    assert_eq!((change.as_str(), *due_at), ("moved", Some(at(1_200))));
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn kinds_and_campaigns_narrow_what_is_told(record: Record) {
    let store = &*record.store;
    let (mut writer, items) = day(store).await;
    let events = followed(store, from(FeedPlace::BEGIN, 1_000)).await;
    for kind in FeedKind::ALL {
        let alone = followed(store, of(&[kind])).await;
        let mine = events.iter().filter(|event| event.kind() == kind);
        assert_eq!(alone, mine.cloned().collect::<Vec<_>>(), "{kind:?}");
    }
    let other = campaign(store, "otra", &[]).await;
    let started = Event::CampaignStateChanged {
        campaign: other,
        state: CampaignState::Running,
        reason: "a mano".to_owned(),
    };
    writer.commit(store, 50, vec![started]).await;
    let count = |campaign: CampaignId| async move {
        let wanted = FeedWanted {
            campaign: Some(campaign),
            ..from(FeedPlace::BEGIN, 3)
        };
        followed(store, wanted).await.len()
    };
    // The agent works in neither.
    assert_eq!(count(items[0].campaign).await, events.len() - 1);
    assert_eq!(count(other).await, 1);
}

/// A place once passed is passed for good: nothing may come to stand before it later, in whatever order writers commit.
async fn whoever_follows_while_others_write_is_told_everything_once(record: Record) {
    const CALLS: i64 = 60;
    let store = &*record.store;
    let (_, items) = leased(store, CALLS as u64).await;
    let mut writer = Writer::default();
    sold(store, &mut writer, 1, &items[0], "VE01").await;
    let sale = sales(store).await.remove(0).id;
    store.put_paper(&sheet(sale, &[])).await.unwrap();
    let beside = record.reopened().await;
    let calls = async {
        for (n, item) in (2..).zip(&items[1..]) {
            sold(store, &mut writer, n, item, "VE01").await;
        }
    };
    let moves = async {
        let stages = [
            (Stage::InValidation, Doer::BackOffice, None),
            (Stage::ReturnedToAdvisor, Doer::BackOffice, Some("datos")),
            (Stage::InValidation, Doer::Advisor, None),
        ];
        let mut moved = 0;
        while moved < 20 {
            let (stage, doer, reason) = match moved {
                0 => stages[0],
                n if n % 2 == 1 => stages[1],
                _ => stages[2],
            };
            let new = store::NewMove {
                reason: reason.map(str::to_owned),
                ..to(sale, stage, doer)
            };
            beside.store.move_sale(&new).await.unwrap();
            moved += 1;
        }
    };
    let done = std::sync::atomic::AtomicBool::new(false);
    let following = async {
        let mut events = Vec::new();
        let mut after = FeedPlace::BEGIN;
        loop {
            let over = done.load(std::sync::atomic::Ordering::SeqCst);
            let page = store.feed(&from(after, 7)).await.unwrap();
            after = page.next;
            events.extend(page.events);
            if over && page.is_end {
                return events;
            }
            tokio::task::yield_now().await;
        }
    };
    let writing = async {
        tokio::join!(calls, moves);
        done.store(true, std::sync::atomic::Ordering::SeqCst);
    };
    let (seen, ()) = tokio::join!(following, writing);
    let whole = followed(store, from(FeedPlace::BEGIN, 1_000)).await;
    assert_eq!(told(&seen), told(&whole));
    let moves = seen
        .iter()
        .filter(|event| event.kind() == FeedKind::SaleMoved);
    assert_eq!(moves.count() as i64, CALLS + 20);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn what_nobody_asked_for_is_passed_over_and_not_looked_through_again(record: Record) {
    let store = &*record.store;
    let (mut writer, _) = day(store).await;
    // More than is looked through at once.
    for n in 0..25 {
        let idle = (0..1_000).map(|_| becomes(AgentStatus::Ready)).collect();
        writer.commit(store, 100 + n, idle).await;
    }
    let wanted = of(&[FeedKind::SaleMoved]);
    let page = store.feed(&wanted).await.unwrap();
    assert_eq!((page.events.len(), page.is_end), (3, false));
    let rest = store
        .feed(&FeedWanted {
            after: page.next,
            ..wanted.clone()
        })
        .await
        .unwrap();
    assert!(rest.events.is_empty() && rest.is_end);
    assert_eq!(rest.next, store.feed_end().await.unwrap());
    assert_eq!(followed(store, wanted).await.len(), 3);
}

async fn a_history_that_was_taken_in_is_not_told(record: Record) {
    let store = &*record.store;
    store.take_over().await.unwrap();
    let list = load(store, "historia", &people(1..2)).await;
    let id = campaign(store, "antes", &[list]).await;
    store.hold_past(id, at(0)).await.unwrap();
    let item = lease(store, id).await.remove(0);
    let mut writer = Writer::default();
    let call = vec![
        intended(1, &item),
        placed(1),
        bridged(1, 300),
        typified(1, "VE01", false, again(&item, 8, 1)),
        closed(1, Outcome::Connected, None),
        becomes(AgentStatus::Ready),
    ];
    let state = PastKey {
        kind: PastKind::AgentState,
        name: "ana|8".to_owned(),
        id: 6,
    };
    let batch = writer.batch(4, call);
    store.commit_past(id, &batch, &[state]).await.unwrap();
    let told = followed(store, from(FeedPlace::BEGIN, 10)).await;
    assert_eq!(told, [], "it did not happen here");
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn moves_of_before_are_told_after_the_events_of_before(record: Record) {
    day(&*record.store).await;
    let before = followed(&*record.store, of(&[FeedKind::SaleMoved])).await;
    record
        .execute("DROP TABLE side_event; DROP TABLE web_hook; DELETE FROM _sqlx_migrations WHERE version = 49")
        .await
        .expect("as it was before");
    if !record.is_sqlite() {
        let gone = record.execute("DROP FUNCTION side_event_only_adds()").await;
        gone.expect("as it was before");
    }
    let record = record.reopened().await;
    let store = &*record.store;
    let after = followed(store, of(&[FeedKind::SaleMoved])).await;
    let facts = |events: &[FeedEvent]| -> Vec<FeedFact> {
        events.iter().map(|event| event.fact.clone()).collect()
    };
    assert_eq!(facts(&after), facts(&before));
    let places: Vec<_> = after.iter().map(|event| event.place.to_string()).collect();
    assert_eq!(places, ["10.2", "10.3", "10.4"]);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn a_move_that_is_not_told_is_found(record: Record) {
    let store = &*record.store;
    day(store).await;
    for change in [
        "UPDATE side_event SET number = 99",
        "DELETE FROM side_event",
    ] {
        let refused = record.execute(change).await;
        assert!(refused.is_err(), "{change}");
    }
    let row = "INSERT INTO side_event (number, after_event, at, kind, campaign, contact) VALUES (99, 1, 0, 2, 1, 1)";
    record.execute(row).await.expect("behind the store's back");
    let found = store.verify().await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].detail, "side event 99");
}

async fn hook(store: &dyn Store) -> HookRow {
    let new = NewHook {
        name: "crm".to_owned(),
        place: "crm".to_owned(),
        campaign: None,
        kinds: vec![FeedKind::SaleMoved, FeedKind::AttemptClosed],
        batch: 2,
        clear: false,
        after: FeedPlace::BEGIN,
        at: at(0),
    };
    store.put_web_hook(&new).await.unwrap();
    let taken = store.put_web_hook(&new).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    store.web_hooks().await.unwrap().remove(0)
}

async fn a_web_hook_stays_where_it_is_until_what_was_taken_has_arrived(record: Record) {
    let store = &*record.store;
    let made = hook(store).await;
    let place = |seq, part| FeedPlace { seq, part };
    let (first, second) = (place(5, 0), place(9, 1));
    assert!(store.hook_takes(made.id, made.sent, first).await.unwrap());
    let again = store.hook_takes(made.id, made.sent, second).await.unwrap();
    assert!(!again, "what is under way stays what it is");
    store
        .hook_failed(made.id, made.sent, Some(at(50)), "500")
        .await
        .unwrap();
    let failed = store.web_hooks().await.unwrap().remove(0);
    assert_eq!(
        (failed.sent, failed.pending),
        (FeedPlace::BEGIN, Some(first))
    );
    assert_eq!((failed.tries, failed.next_at), (1, at(50)));
    assert_eq!(failed.fault.as_deref(), Some("500"));
    let way = (made.sent, first);
    assert!(store.hook_passed(made.id, way, 2, at(60)).await.unwrap());
    assert!(
        !store.hook_passed(made.id, way, 2, at(61)).await.unwrap(),
        "once"
    );
    let passed = store.web_hooks().await.unwrap().remove(0);
    assert_eq!((passed.sent, passed.pending), (first, None));
    assert_eq!((passed.tries, passed.events, passed.fault), (0, 2, None));
    assert_eq!(passed.arrived_at, Some(at(60)));
    assert_eq!(passed.kinds, [FeedKind::SaleMoved, FeedKind::AttemptClosed]);
    // Whoever is slow moves nothing back.
    store
        .hook_failed(made.id, made.sent, None, "late")
        .await
        .unwrap();
    assert!(!store.web_hooks().await.unwrap()[0].is_dead);
    store.remove_web_hook(made.id).await.unwrap();
    store.remove_web_hook(made.id).await.unwrap_err();
    assert_eq!(store.web_hooks().await.unwrap(), []);
}

async fn a_dead_web_hook_waits_for_somebody_and_any_can_begin_anew(record: Record) {
    let store = &*record.store;
    let made = hook(store).await;
    let (sent, taken) = (made.sent, FeedPlace { seq: 3, part: 0 });
    let not_dead = store.revive_web_hook(made.id, None, at(1)).await;
    assert!(
        matches!(not_dead, Err(StoreError::Conflict(_))),
        "{not_dead:?}"
    );
    store.hook_takes(made.id, sent, taken).await.unwrap();
    store.hook_failed(made.id, sent, None, "404").await.unwrap();
    assert!(store.web_hooks().await.unwrap()[0].is_dead);
    store.revive_web_hook(made.id, None, at(9)).await.unwrap();
    let lives = store.web_hooks().await.unwrap().remove(0);
    assert_eq!(
        (lives.is_dead, lives.tries, lives.next_at),
        (false, 0, at(9))
    );
    assert_eq!(lives.pending, Some(taken), "the same again");
    let from = FeedPlace { seq: 1, part: 1 };
    store
        .revive_web_hook(made.id, Some(from), at(10))
        .await
        .unwrap();
    let anew = store.web_hooks().await.unwrap().remove(0);
    assert_eq!((anew.sent, anew.pending), (from, None));
    let nobody = store
        .revive_web_hook(domain::WebHookId::new(77), None, at(1))
        .await;
    assert!(
        matches!(nobody, Err(StoreError::NotFound { .. })),
        "{nobody:?}"
    );
    let filter = AuditFilter {
        limit: 100,
        ..AuditFilter::default()
    };
    let log = store.audit(&filter).await.unwrap();
    let log = log.iter().map(|row| row.entry.action.as_str());
    let log: Vec<_> = log.filter(|action| action.starts_with("webhook")).collect();
    assert_eq!(
        log,
        [
            "webhook.create",
            "webhook.dead",
            "webhook.redeliver",
            "webhook.redeliver"
        ]
    );
}
