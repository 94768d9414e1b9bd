//! Days gone by, simulated from a known floor and written into a record as the
//! engine would have.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::{
    AttemptId, Event, Intent, Recorded, Timestamp, TrunkId, Typification, WorkItem, WorkState,
    WorkUpdate,
};
use simulator::{Mix, Scenario, Shift, Stock};
use store::Store;

use crate::{A_DAY, ADVISORS, DAYS};

const DAY: Duration = Duration::from_secs(86_400);
const BOGOTA: Duration = Duration::from_secs(5 * 3_600);
const SHIFT: Duration = Duration::from_secs(2 * 3_600);
/// Events per commit, as a busy engine gathers them.
const BATCH: usize = 2_000;
/// Attempts of one day never have the number of another's.
const ATTEMPTS_A_DAY: i64 = 1_000_000;

/// The floor as it truly is, on one of its days.
fn truth(day: usize) -> Scenario {
    Scenario {
        seed: 40 + day as u64,
        hours: 2.3,
        mix: Mix {
            person: 25,
            machine: 10,
            no_answer: 43,
            busy: 12,
            invalid: 8,
            congestion: 2,
            ..Mix::EMPTY
        },
        talk_mean: Duration::from_secs(60),
        wrap_up_mean: Duration::from_secs(12),
        roster: vec![Shift {
            agents: ADVISORS,
            from: Duration::ZERO,
            to: SHIFT,
        }],
        base: vec![Stock::of_strangers(A_DAY as u32)],
        channels: 200,
        ..Scenario::default()
    }
}

/// Writes the days into the record; how many calls were placed.
pub(crate) async fn days_gone_by(store: &dyn Store) -> usize {
    store.take_over().await.expect("nobody else is there");
    let campaign = store.campaigns().await.expect("campaigns")[0].id;
    let everybody = (DAYS * A_DAY) as u32;
    let leased = store.lease_work(campaign, now(), everybody).await;
    let items = leased.expect("leases").0;
    assert_eq!(items.len(), DAYS * A_DAY);
    let mut events = Vec::new();
    for day in 0..DAYS {
        let people = &items[day * A_DAY..(day + 1) * A_DAY];
        events.extend(one_day(day, people));
    }
    let is_call = |recorded: &&Recorded| matches!(recorded.event, Event::CallPlaced { .. });
    let placed = events.iter().filter(is_call).count();
    for (seq, recorded) in (1..).zip(&mut events) {
        recorded.seq = seq;
    }
    for batch in events.chunks(BATCH) {
        let answers = store.commit(batch).await.expect("commits");
        assert!(
            answers.iter().all(|(_, gate)| gate.is_none()),
            "{answers:?}"
        );
    }
    store.release_leases().await.expect("nobody else is there");
    placed
}

/// What the engine recorded on that day, with the record's people and times.
fn one_day(day: usize, people: &[WorkItem]) -> Vec<Recorded> {
    let events = simulator::events(&truth(day)).expect("a sound scenario");
    let began = midnight(events[0].at);
    let begins = midnight(now()) - DAY * (DAYS - day) as u32;
    let moved = |recorded: Recorded| {
        let event = told(recorded.event, day, people)?;
        let at = begins + recorded.at.since(began);
        Some(Recorded {
            at,
            event,
            ..recorded
        })
    };
    events.into_iter().filter_map(moved).collect()
}

/// Midnight before, in Bogotá.
fn midnight(at: Timestamp) -> Timestamp {
    let day = i64::try_from(DAY.as_millis()).expect("a day");
    let local = (at - BOGOTA).as_millis();
    Timestamp::from_millis(local - local.rem_euclid(day)) + BOGOTA
}

fn told(event: Event, day: usize, people: &[WorkItem]) -> Option<Event> {
    let id = |attempt: AttemptId| AttemptId::new(attempt.get() + day as i64 * ATTEMPTS_A_DAY);
    let of = |contact: domain::ContactId| &people[contact.get() as usize - 1];
    let work = |next: WorkUpdate| {
        let item = of(next.contact);
        WorkUpdate {
            campaign: item.campaign,
            contact: item.contact.id,
            // Leased to us until all is written.
            state: match next.state {
                WorkState::Ready => WorkState::Leased,
                state => state,
            },
            ..next
        }
    };
    Some(match event {
        Event::AttemptIntended(intent) => {
            let item = of(intent.contact);
            Event::AttemptIntended(Intent {
                under: None,
                attempt: id(intent.attempt),
                campaign: item.campaign,
                list: item.contact.list,
                contact: item.contact.id,
                person: item.contact.person,
                phone: item.contact.phones[0].number,
                trunk: TrunkId::new(1),
                serves: intent.serves.map(id),
                ..intent
            })
        }
        // Nobody calls us in a rehearsal.
        Event::CallReceived(_) | Event::StrangerCalled(_) | Event::StrangerLeft { .. } => {
            return None;
        }
        Event::CallPlaced { attempt } => Event::CallPlaced {
            attempt: id(attempt),
        },
        Event::CallRerouted {
            attempt,
            from,
            to,
            cause,
        } => Event::CallRerouted {
            attempt: id(attempt),
            from,
            to,
            cause,
        },
        Event::CallRinging { attempt } => Event::CallRinging {
            attempt: id(attempt),
        },
        Event::CallAnswered {
            attempt,
            signalling,
        } => Event::CallAnswered {
            attempt: id(attempt),
            signalling,
        },
        Event::CallBridged {
            attempt,
            agent,
            waited,
        } => Event::CallBridged {
            attempt: id(attempt),
            agent,
            waited,
        },
        Event::CallAbandoned { attempt, waited } => Event::CallAbandoned {
            attempt: id(attempt),
            waited,
        },
        Event::AttemptClosed {
            attempt,
            outcome,
            cause,
            ended_by,
            next,
        } => Event::AttemptClosed {
            attempt: id(attempt),
            outcome,
            cause,
            ended_by,
            next: next.map(work),
        },
        Event::Typified(said) => Event::Typified(Typification {
            attempt: id(said.attempt),
            next: work(said.next.clone()),
            ..said
        }),
        Event::AgentStateChanged {
            agent,
            from,
            to,
            reason,
            attempt,
        } => Event::AgentStateChanged {
            agent,
            from,
            to,
            reason,
            attempt: attempt.map(id),
        },
        Event::AttemptRefused {
            attempt,
            gate,
            next,
        } => Event::AttemptRefused {
            attempt: id(attempt),
            gate,
            next: work(next),
        },
        // Nothing is fitted to these.
        Event::CallHeld { .. }
        | Event::CallResumed { .. }
        | Event::TransferIntended(_)
        | Event::TransferAnswered { .. }
        | Event::TransferFailed { .. }
        | Event::ThreeWayStarted { .. }
        | Event::CallTransferred { .. }
        | Event::DigitsSent { .. }
        | Event::CallNoted { .. }
        | Event::Recording { .. }
        | Event::CallSupervised { .. }
        | Event::CallMeasured { .. }
        | Event::CampaignStateChanged { .. }
        | Event::PacingDecided(_)
        | Event::PacingTold { .. }
        | Event::PacingLearnt { .. } => {
            return None;
        }
    })
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.expect("after 1970").as_millis();
    Timestamp::from_millis(i64::try_from(since).expect("before the sun dies"))
}
