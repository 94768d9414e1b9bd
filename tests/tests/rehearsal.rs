//! A campaign rehearsed from its own record. Days of a known floor, simulated
//! with the engine itself, are written into the record; the program must find
//! that floor again, predict the last day from those before, and say so when
//! there is too little to tell.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::{
    AttemptId, Event, Intent, Recorded, Timestamp, TrunkId, Typification, WorkItem, WorkState,
    WorkUpdate,
};
use serde_json::Value;
use simulator::{Mix, Scenario, Shift, Stock};
use store::Store;
use tests::Floor;
use tests::ports::free_port;
use tests::shift::CAMPAIGN;

const DAYS: usize = 4;
const ADVISORS: u32 = 8;
/// People called on one day, and nobody of them on another.
const A_DAY: usize = 3_000;
/// Whom nobody called yet.
const FRESH: usize = 2_000;
const DAY: Duration = Duration::from_secs(86_400);
const BOGOTA: Duration = Duration::from_secs(5 * 3_600);
const SHIFT: Duration = Duration::from_secs(2 * 3_600);
/// Events per commit, as a busy engine gathers them.
const BATCH: usize = 2_000;
/// Attempts of one day never have the number of another's.
const ATTEMPTS_A_DAY: i64 = 1_000_000;

#[test]
fn a_floor_is_found_again_in_its_record_and_its_last_day_predicted() {
    let floor = Floor::new();
    set_up(&floor);
    let placed = floor.ask(async |store| days_gone_by(store).await);

    let scenario = printed(&floor);
    let mix = &scenario["mix"];
    let weight = |of: &str| mix[of].as_f64().expect("a weight");
    let all: f64 = mix
        .as_object()
        .expect("weights")
        .keys()
        .map(|of| weight(of))
        .sum();
    for (of, truth) in [
        ("person", 0.25),
        ("machine", 0.10),
        ("busy", 0.12),
        ("invalid", 0.08),
    ] {
        near(of, weight(of) / all, truth, 0.10);
    }
    near("talk", mean(&scenario["model"]["talk_ms"]), 60_000.0, 0.05);
    near(
        "wrap-up",
        mean(&scenario["model"]["wrap_up_ms"]),
        12_000.0,
        0.05,
    );

    let rehearsed = floor.run(&[
        "simulate",
        "--campaign",
        CAMPAIGN,
        "--runs",
        "6",
        "--sales-target",
        "1",
    ]);
    let words = format!("fitted from {placed} attempts of {DAYS} days");
    assert_eq!(rehearsed["model"]["words"], words, "{rehearsed}");
    assert_eq!(rehearsed["agents"], ADVISORS, "{rehearsed}");
    assert_eq!(rehearsed["sales_target"]["chance"], 1.0, "{rehearsed}");
    let figures = rehearsed["back_test"]["figures"]
        .as_array()
        .expect("a back-test");
    let named: Vec<_> = figures
        .iter()
        .map(|figure| figure["figure"].clone())
        .collect();
    assert_eq!(named, ["attempts", "contacts", "abandoned", "utilisation"]);
    for (figure, most) in figures.iter().zip([0.10, 0.10, 0.60, 0.05]) {
        let error = figure["error"].as_f64().expect("something happened");
        println!("{figure}");
        assert!(error.abs() <= most, "{figure}");
    }
}

#[test]
fn too_little_to_tell_is_said_and_not_guessed() {
    let floor = Floor::new();
    let rehearse = [
        "simulate",
        "--campaign",
        CAMPAIGN,
        "--runs",
        "2",
        "--hours",
        "0.2",
    ];
    assert!(
        floor
            .refused(&rehearse)
            .contains("there is no campaign yet")
    );
    set_up(&floor);
    let other = floor.refused(&["simulate", "--campaign", "otra"]);
    assert!(
        other.contains(&format!("there are `{CAMPAIGN}`")),
        "{other}"
    );
    let rehearsed = floor.run(&rehearse);
    assert_eq!(rehearsed["agents"], ADVISORS, "{rehearsed}");
    assert_eq!(rehearsed["model"]["fitted"], false, "{rehearsed}");
    let words = rehearsed["model"]["words"].as_str().expect("words");
    assert!(
        words.contains("only 0 attempts, at least 500 needed"),
        "{words}"
    );
    assert!(rehearsed["back_test"]["refused"].is_string(), "{rehearsed}");
    assert_eq!(rehearsed["expected"]["runs"], 2, "{rehearsed}");
}

#[track_caller]
fn near(what: &str, found: f64, truth: f64, tolerance: f64) {
    let off = (found / truth - 1.0).abs();
    assert!(off <= tolerance, "{what}: {found} instead of {truth}");
}

fn mean(spread: &Value) -> f64 {
    let shares = spread.as_array().expect("lengths were seen");
    let sum: f64 = shares.iter().filter_map(Value::as_f64).sum();
    sum / shares.len() as f64
}

/// The scenario as a file to change; many lines.
fn printed(floor: &Floor) -> Value {
    let arguments = ["simulate", "--campaign", CAMPAIGN, "--print-scenario"];
    let out = floor
        .command(&arguments)
        .output()
        .expect("the program starts");
    assert!(out.status.success(), "{out:?}");
    serde_json::from_slice(&out.stdout).expect("a scenario")
}

fn set_up(floor: &Floor) {
    let mut base = String::from("documento;nombre;celular\n");
    for person in 0..DAYS * A_DAY + FRESH {
        base += &format!("{};Persona {person};300{person:07}\n", 10_000_000 + person);
    }
    floor.file("base.csv", base);
    floor.run(&["list", "import", "base.csv", "--name", "base"]);
    let port = free_port().port().to_string();
    let trunk = [
        "trunk",
        "set",
        "hilo",
        "--host",
        "127.0.0.1",
        "--channels",
        "200",
        "--port",
    ];
    floor.run(&[&trunk[..], &[&port]].concat());
    let campaign = "--list base --trunk hilo --law laboratorio --caller-id +576015550100";
    let campaign: Vec<&str> = campaign.split(' ').collect();
    floor.run(&[&["campaign", "create", CAMPAIGN][..], &campaign].concat());
    for advisor in 1..=ADVISORS {
        let name = format!("asesor{advisor}");
        let set = ["agent", "set", &name, "--sip-user", &name];
        floor.run(&[&set[..], &["--campaign", CAMPAIGN]].concat());
    }
}

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
async fn days_gone_by(store: &dyn Store) -> usize {
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
                attempt: id(intent.attempt),
                campaign: item.campaign,
                list: item.contact.list,
                contact: item.contact.id,
                person: item.contact.person,
                phone: item.contact.phones[0].number,
                trunk: TrunkId::new(1),
                ..intent
            })
        }
        Event::CallPlaced { attempt } => Event::CallPlaced {
            attempt: id(attempt),
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
        Event::CampaignStateChanged { .. } | Event::PacingDecided(_) | Event::PacingTold { .. } => {
            return None;
        }
    })
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.expect("after 1970").as_millis();
    Timestamp::from_millis(i64::try_from(since).expect("before the sun dies"))
}
