//! Counters by hour: figures of hours and of spans of them against the attempts themselves, counted by statements that
//! share nothing with the store's.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{
    AgentId, AgentStatus, CampaignId, Event, Outcome, Timestamp, Typification, WorkItem, WorkState,
    WorkUpdate,
};
use kpi::{Facts, Period};

use crate::database::Record;
use crate::fixture::{
    Writer, again, answered, at, attempt, bridged, closed, intended, leased, placed, typified,
};

contract!(
    figures_of_hours_are_those_of_their_attempts,
    a_record_of_before_gets_its_counters_when_it_is_opened,
    a_period_of_whole_hours_and_a_ragged_one_tell_the_same,
);

const PEOPLE: u64 = 30;
const CALLS: i64 = 260;
/// From one call to the next: nine hours and a half in all.
const EVERY_S: i64 = 131;
pub(crate) const HOUR_S: i64 = 3_600;

/// Chance from a seed, the same on both databases.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Hours of calls with every kind of end, typifications after them, and corrections hours later; two advisors whose states
/// last over full hours.
pub(crate) async fn shift(record: &Record) -> CampaignId {
    let store = &*record.store;
    let (campaign, items) = leased(store, PEOPLE).await;
    for name in ["ana", "eva"] {
        let profile = domain::AgentProfile {
            id: AgentId::new(0),
            name: name.to_owned(),
            sip_user: name.to_owned(),
            campaigns: vec![campaign],
            line: domain::LineMode::NailedUp,
        };
        store.put_agent(&profile, None).await.unwrap();
    }
    record
        .execute("UPDATE agent_campaign SET agent = 7 WHERE agent = 1")
        .await
        .unwrap();
    let mut day = Day {
        writer: Writer::default(),
        dice: Dice(7),
        items,
        connected: Vec::new(),
    };
    let ready = state(2, AgentStatus::Offline, AgentStatus::Ready);
    day.writer.commit(store, 5, vec![ready]).await;
    for n in 1..=CALLS {
        day.call(record, n).await;
        if n % 20 == 0 {
            day.correct(record, n).await;
        }
    }
    // The last call rings still.
    let last = CALLS + 1;
    let item = &day.items[0];
    let rings = vec![intended(last, item), placed(last)];
    day.writer.commit(store, last * EVERY_S, rings).await;
    campaign
}

struct Day {
    writer: Writer,
    dice: Dice,
    items: Vec<WorkItem>,
    connected: Vec<i64>,
}

fn state(agent: i64, from: AgentStatus, to: AgentStatus) -> Event {
    Event::AgentStateChanged {
        agent: AgentId::new(agent),
        from,
        to,
        reason: None,
        attempt: None,
    }
}

/// Still on lease, so that the next call may leave.
fn kept(item: &WorkItem) -> WorkUpdate {
    WorkUpdate {
        state: WorkState::Leased,
        ..again(item, 90_000, 1)
    }
}

impl Day {
    async fn call(&mut self, record: &Record, n: i64) {
        let store = &*record.store;
        let begin = n * EVERY_S;
        let item = self.items[self.dice.roll(PEOPLE) as usize].clone();
        let call = vec![intended(n, &item), placed(n)];
        let answers = self.writer.commit(store, begin, call).await;
        assert!(
            answers.iter().all(|(_, gate)| gate.is_none()),
            "{answers:?}"
        );
        let end = |outcome| closed(n, outcome, Some(kept(&item)));
        match self.dice.roll(5) {
            0 => self.connected(record, n, &item).await,
            1 => {
                let answer = vec![answered(n)];
                self.writer.commit(store, begin + 8, answer).await;
                let waited = Duration::from_secs(2);
                let lost = Event::CallAbandoned {
                    attempt: attempt(n),
                    waited,
                };
                let left = vec![lost, end(Outcome::Abandoned)];
                self.writer.commit(store, begin + 10, left).await;
            }
            2 => {
                let machine = vec![answered(n), end(Outcome::Machine)];
                self.writer.commit(store, begin + 20, machine).await;
            }
            _ => {
                let nobody = vec![end(Outcome::NoAnswer)];
                self.writer.commit(store, begin + 25, nobody).await;
            }
        }
    }

    async fn connected(&mut self, record: &Record, n: i64, item: &WorkItem) {
        let store = &*record.store;
        let begin = n * EVERY_S;
        let (ready, talking) = (AgentStatus::Ready, AgentStatus::Talking);
        let bridge = vec![answered(n), bridged(n, 300), state(7, ready, talking)];
        self.writer.commit(store, begin + 8, bridge).await;
        let over = vec![
            closed(n, Outcome::Connected, None),
            state(7, talking, AgentStatus::WrapUp),
        ];
        self.writer.commit(store, begin + 60, over).await;
        // Some are typified late, a few not at all.
        if self.dice.roll(6) > 0 {
            let code = ["VE01", "CE01", "TE01"][self.dice.roll(3) as usize];
            let said = vec![
                typified(n, code, false, kept(item)),
                state(7, AgentStatus::WrapUp, ready),
            ];
            self.writer.commit(store, begin + 75, said).await;
        }
        self.connected.push(n);
    }

    /// A supervisor says of an earlier call that it was something else.
    async fn correct(&mut self, record: &Record, n: i64) {
        let Some(place) = self.connected.len().checked_sub(1) else {
            return;
        };
        let old = self.connected[self.dice.roll(place as u64 + 1) as usize];
        let code = ["VE01", "NC01", "CE01"][self.dice.roll(3) as usize];
        let row = record.store.attempt(attempt(old)).await.unwrap().unwrap();
        let item = self
            .items
            .iter()
            .find(|item| item.contact.id == row.contact);
        let correction = Event::Typified(Typification {
            attempt: attempt(old),
            agent: None,
            user: Some("jefa".to_owned()),
            code: code.to_owned(),
            note: String::new(),
            corrects: true,
            next: WorkUpdate {
                code: Some(code.to_owned()),
                ..kept(item.unwrap())
            },
        });
        let at_s = n * EVERY_S + 100;
        self.writer
            .commit(&*record.store, at_s, vec![correction])
            .await;
    }
}

/// One number by a statement of our own.
async fn number(record: &Record, sql: &str) -> u64 {
    let found = record.texts(&format!("SELECT CAST(({sql}) AS TEXT)")).await;
    found[0].parse().unwrap()
}

/// What the attempts say of a span, by hand.
async fn by_hand(record: &Record, from: Timestamp, to: Timestamp) -> Facts {
    let span = format!(
        "FROM attempt a LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE a.placed_at >= {} AND a.placed_at < {}",
        from.as_millis(),
        to.as_millis()
    );
    let human = "(d.human = 1 OR (a.code IS NULL AND a.outcome IN (1, 2, 3)))";
    let calls = async |condition: &str| {
        number(record, &format!("SELECT count(*) {span} AND {condition}")).await
    };
    let records = async |condition: &str| {
        let sql = format!(
            "SELECT count(DISTINCT a.contact) {span} AND a.outcome IS NOT NULL AND {condition}"
        );
        number(record, &sql).await
    };
    let sum = async |what: &str| {
        let sql = format!("SELECT COALESCE(sum({what}), 0) {span} AND a.bridged_at IS NOT NULL");
        Duration::from_millis(number(record, &sql).await)
    };
    Facts {
        attempts: calls("true").await,
        network_answered: calls("a.answered_at IS NOT NULL").await,
        answered: calls(human).await,
        answered_by_outcome: calls("a.outcome IN (1, 2, 3)").await,
        effective: calls("d.effective_contact = 1").await,
        abandoned: calls("a.outcome = 2").await,
        connected: calls("a.bridged_at IS NOT NULL").await,
        sales_accepted: calls("d.accepted_sale = 1").await,
        talk: sum("a.ended_at - a.bridged_at").await,
        bridge_wait: sum("a.waited_ms").await,
        worked: records("a.code IS NOT NULL").await,
        worked_by_advisor: records("a.code IS NOT NULL AND a.coded_by IS NOT NULL").await,
        records_network_answered: records("a.answered_at IS NOT NULL").await,
        records_answered: records(human).await,
        records_effective: records("d.effective_contact = 1").await,
        ..Facts::default()
    }
}

/// Only what `by_hand` counts.
pub(crate) fn counted(facts: &Facts) -> Facts {
    Facts {
        ready: Duration::ZERO,
        reserved: Duration::ZERO,
        talking: Duration::ZERO,
        wrap_up: Duration::ZERO,
        on_break: Duration::ZERO,
        lost: Duration::ZERO,
        received: 0,
        excluded: 0,
        base_worked: 0,
        base_worked_by_advisor: 0,
        ..facts.clone()
    }
}

async fn figures_of_hours_are_those_of_their_attempts(record: Record) {
    let campaign = shift(&record).await;
    let store = &*record.store;
    let hour = |hours: i64| at(hours * HOUR_S);
    let hours = store.hours(campaign, hour(0), hour(11)).await.unwrap();
    assert_eq!(
        hours.len(),
        11,
        "nine and a half of calls, and Eva is there all day"
    );
    let mut so_far = 0;
    for one in &hours {
        let end = one.from + Duration::from_secs(3_600);
        assert_eq!(counted(&one.facts), by_hand(&record, one.from, end).await);
        so_far += one.new_records;
        assert_eq!(so_far, by_hand(&record, hour(0), end).await.worked);
    }
    let of_hours: u64 = hours.iter().map(|one| one.facts.worked).sum();
    assert!(
        of_hours > so_far,
        "records of hours do not add up to those of the day"
    );
    // Any span of hours has its own distinct count.
    for (from, to) in [(0, 3), (2, 9), (4, 5), (0, 11), (10, 12)] {
        let facts = store
            .facts(campaign, &Period::new(hour(from), hour(to)))
            .await
            .unwrap();
        assert_eq!(
            counted(&facts),
            by_hand(&record, hour(from), hour(to)).await,
            "{from}-{to}"
        );
    }
    let day = by_hand(&record, hour(0), hour(11)).await;
    assert!(day.sales_accepted > 3 && day.abandoned > 10, "{day:?}");
    // Eva is ready from second 5 on, for good: no state of hers is over, and yet each hour has hers.
    let connected: Vec<_> = hours.iter().map(|one| one.connected.len()).collect();
    assert!(
        connected.iter().all(|agents| (1..=2).contains(agents)),
        "{connected:?}"
    );
    assert_eq!(
        store
            .verify()
            .await
            .unwrap()
            .iter()
            .find(|p| p.invariant.contains("counters")),
        None
    );
}

async fn a_record_of_before_gets_its_counters_when_it_is_opened(record: Record) {
    let campaign = shift(&record).await;
    let hours = async |record: &Record| {
        let store = &record.store;
        store.hours(campaign, at(0), at(11 * HOUR_S)).await.unwrap()
    };
    let kept = hours(&record).await;
    for table in ["attempt_hour", "record_hour", "agent_hour", "rollup_filled"] {
        record
            .execute(&format!("DELETE FROM {table}"))
            .await
            .unwrap();
    }
    assert_ne!(hours(&record).await, kept);
    let reopened = record.reopened().await;
    assert_eq!(hours(&reopened).await, kept);
}

async fn a_period_of_whole_hours_and_a_ragged_one_tell_the_same(record: Record) {
    let campaign = shift(&record).await;
    let store = &*record.store;
    let end = at(12 * HOUR_S);
    // Nothing happens in the first milliseconds, and Eva's time is cut by as much.
    let ragged = at(0) + Duration::from_millis(1);
    let whole = store
        .facts(campaign, &Period::new(at(0), end))
        .await
        .unwrap();
    let ragged = store
        .facts(campaign, &Period::new(ragged, end))
        .await
        .unwrap();
    assert_eq!(whole, ragged);
    assert_eq!((whole.received, whole.base_worked), (PEOPLE, whole.worked));
    let cohort = Period {
        received_from: Some(at(-1)),
        ..Period::new(at(0), end)
    };
    assert_eq!(store.facts(campaign, &cohort).await.unwrap(), whole);
    let nobody = Period {
        received_from: Some(at(1)),
        ..cohort
    };
    let nobody = store.facts(campaign, &nobody).await.unwrap();
    assert_eq!(
        (nobody.received, nobody.base_worked, nobody.worked),
        (0, 0, whole.worked)
    );
    // By agent and day as by campaign.
    let clock = campaigns::DayClock::default();
    let presences = store.presences(campaign, at(0), end, clock).await.unwrap();
    let by_agent: BTreeMap<_, Duration> =
        presences.iter().map(|p| (p.agent, p.connected)).collect();
    assert_eq!(by_agent.values().sum::<Duration>(), whole.logged_in());
}
