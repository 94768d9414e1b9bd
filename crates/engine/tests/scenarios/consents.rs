//! Other hours, for who agreed to them, and calls that leave only to who agreed. The floor itself looks at each call
//! as it leaves: by the law, and by what its intent says it leaves under (`called.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{
    AgreedTo, ConsentId, DialMode, OtherHours, Outcome, PersonConsent, PersonId, Purpose, WorkState,
};
use engine::{CallProgress, Command, Input};
use law::Pack;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::floor::{CAMPAIGN, Floor, MORNING, running, secs, work};

/// From ten in the morning on: nine at night.
const TO_NIGHT: Duration = secs_of(11 * 3_600);

const fn secs_of(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A consent of a person to be called from `from` to `to` o'clock on any day.
fn hours(id: i64, person: i64, from: u16, to: u16) -> PersonConsent {
    PersonConsent {
        id: ConsentId::new(id),
        person: PersonId::new(person),
        to: AgreedTo::OtherHours(OtherHours {
            from: from * 60,
            to: to * 60,
            days: [true; 7],
            holidays: true,
        }),
        purposes: vec![Purpose::Commercial, Purpose::RequestedCallback],
        contract_at: Some(MORNING - secs(9_000)),
        signed_at: MORNING - secs(60),
    }
}

/// A night with people 1 to 5 on the list, an agent at work, and what these agreed to.
fn night(agreed: &[PersonConsent]) -> Floor {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.contacts(1..=5).after(TO_NIGHT);
    for consent in agreed {
        floor.agrees(consent.person.get(), std::slice::from_ref(consent));
    }
    floor.agent_ready(1).after(secs(5));
    floor
}

fn under(floor: &Floor, attempt: domain::AttemptId) -> Option<ConsentId> {
    let under = floor.intent(attempt).under.as_ref();
    under.and_then(|under| under.consents.hours)
}

#[test]
fn at_night_those_alone_are_called_who_agreed_and_the_intent_names_their_consent() {
    let mut floor = night(&[hours(7, 3, 19, 22)]);
    assert_eq!(floor.dialed().len(), 1);
    let call = floor.last_dialed();
    assert_eq!(floor.person_of(call).get(), 3);
    assert_eq!(under(&floor, call), Some(ConsentId::new(7)));
    floor.fails(call, Outcome::NoAnswer).after(secs(600));
    assert_eq!(floor.dialed().len(), 1, "the others are left alone");
    let held = floor.live().held.unwrap_or_default();
    assert!(held.contains("Fuera del horario"), "{held}");
    assert_eq!(
        floor.live().state,
        domain::CampaignState::Running,
        "not done with"
    );
}

#[test]
fn nobody_is_called_outside_of_the_hours_they_named() {
    let floor = night(&[hours(7, 3, 19, 21)]);
    assert_eq!(floor.dialed(), [], "it is past nine");
    let mut early = night(&[hours(7, 3, 5, 6)]);
    assert_eq!(early.dialed(), []);
    // Five in the morning.
    early.after(secs(8 * 3_600));
    early.comes_in(1).after(secs(120));
    assert_eq!(early.dialed().len(), 1);
    assert_eq!(early.person_of(early.last_dialed()).get(), 3);
}

#[test]
fn in_the_hours_of_the_law_a_call_leaves_under_no_consent() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.contacts([1]).agrees(1, &[hours(7, 1, 0, 24)]);
    floor.agent_ready(1).after(secs(5));
    assert_eq!(under(&floor, floor.last_dialed()), None);
}

#[test]
fn who_waited_when_the_hours_ended_goes_back_and_is_called_in_the_morning() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    // A minute to seven in the evening; nobody is there to take calls.
    floor.contacts(1..=5).after(secs(9 * 3_600 - 60));
    floor.agrees(2, &[hours(7, 2, 19, 20)]).after(secs(30));
    assert_eq!(floor.state_of(5).0, WorkState::Leased);
    floor.after(secs(40));
    assert_eq!(floor.state_of(5).0, WorkState::Ready);
    floor.agent_ready(1).after(secs(90));
    assert_eq!(floor.dialed().len(), 1);
    assert_eq!(floor.person_of(floor.last_dialed()).get(), 2);
    let call = floor.last_dialed();
    floor.fails(call, Outcome::NoAnswer);
    floor.after(secs(12 * 3_600)).comes_in(1).after(secs(60));
    assert!(floor.dialed().len() > 1, "the others, in the morning");
    assert_eq!(under(&floor, floor.last_dialed()), None);
}

#[test]
fn a_call_intended_by_the_law_does_not_leave_by_a_consent_it_does_not_name() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.commits = false;
    floor.contacts([1]).after(secs(9 * 3_600 - 10));
    floor.agrees(1, &[hours(7, 1, 18, 22)]).agent_ready(1);
    floor.after(secs(5));
    let attempt = floor.uncommitted[0];
    floor.after(secs(10)).commit(attempt);
    assert_eq!(floor.dialed(), [], "seven has struck");
    let (_, gate) = floor.refusals().pop().expect("refused");
    assert_eq!(gate.rule, "CO-1.hours");
    // The one that follows at once names it.
    let again = floor.uncommitted[0];
    floor.commit(again).after(secs(5));
    assert_eq!(under(&floor, floor.last_dialed()), Some(ConsentId::new(7)));
}

#[test]
fn a_consent_that_ends_while_an_intent_is_written_stops_the_call() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.commits = false;
    floor.contacts([1]).after(TO_NIGHT);
    floor.agrees(1, &[hours(7, 1, 19, 22)]);
    floor.agent_ready(1).after(secs(90));
    let attempt = floor.uncommitted[0];
    floor.agrees(1, &[]).commit(attempt);
    assert_eq!(floor.dialed(), []);
    assert_eq!(
        floor.refusals().pop().expect("refused").1.rule,
        "CO-1.hours"
    );
}

#[test]
fn a_consent_that_ends_before_a_phone_rings_takes_the_call_back_and_after_it_does_not() {
    for (rings, taken_back) in [(false, true), (true, false)] {
        let mut floor = night(&[hours(7, 3, 19, 22)]);
        let attempt = floor.last_dialed();
        if rings {
            floor.call(attempt, CallProgress::Ringing);
        }
        floor.agrees(3, &[]);
        let hung_up = floor.orders.contains(&Command::HangUp { attempt });
        assert_eq!(hung_up, taken_back, "rings: {rings}");
    }
}

#[test]
fn a_call_back_at_night_is_taken_from_who_agreed_and_made_then() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).hangs_up(call);
    let night = floor.now + TO_NIGHT;
    floor.types_callback(1, call, "TI01", Some(night));
    assert_eq!(floor.rejection(), "callback_closed");
    // They sign, and the advisor is told so at once.
    floor.agrees(1, &[hours(7, 1, 20, 22)]);
    floor.types_callback(1, call, "TI01", Some(night));
    assert_eq!(floor.rejection(), "");
    // Who waits for hours is no longer at work.
    floor.after(TO_NIGHT - secs(60)).comes_in(1);
    floor.after(secs(180));
    assert_eq!(floor.dialed().len(), 2);
    assert_eq!(under(&floor, floor.last_dialed()), Some(ConsentId::new(7)));
}

#[test]
fn the_slot_offered_in_place_of_a_call_back_is_that_of_a_consent_where_it_comes_first() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).hangs_up(call);
    floor.agrees(1, &[hours(7, 1, 5, 6)]);
    // Nine at night: five in the morning comes before seven.
    floor.types_callback(1, call, "TI01", Some(MORNING + TO_NIGHT));
    let rejected = floor.rejected.clone().expect("outside of law and consent");
    assert_eq!(rejected.opens, Some(MORNING + secs(19 * 3_600)));
}

/// Colombia, but commercial calls leave only to who agreed to them.
fn opt_in() -> Pack {
    let rule = "[[rules]]\nid = \"X-1.consent\"\npurposes = [\"commercial\"]\n\
                value = { kind = \"consent\" }\nvalid_from = \"2022-06-29\"\nsource = \"a test\"\n\n\
                [[rules]]\nid = \"CO-1.zone\"";
    let text = include_str!("../../../../config/law/co.toml");
    Pack::from_toml(&text.replacen("[[rules]]\nid = \"CO-1.zone\"", rule, 1)).expect("sound")
}

#[test]
fn where_the_law_asks_for_a_consent_nobody_else_is_called() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    floor.feed(Input::LawChanged(vec![Arc::new(opt_in())]));
    let yes = PersonConsent {
        to: AgreedTo::Calls,
        ..hours(9, 2, 0, 0)
    };
    floor.contacts(1..=3).agrees(2, std::slice::from_ref(&yes));
    floor.agrees(3, &[hours(10, 3, 0, 24)]);
    floor.agent_ready(1).after(secs(5));
    assert_eq!(floor.dialed().len(), 1);
    let call = floor.last_dialed();
    assert_eq!(floor.person_of(call).get(), 2);
    let named = floor.intent(call).under.as_ref().expect("a law").consents;
    assert_eq!((named.hours, named.calls), (None, Some(ConsentId::new(9))));
    // They take it back before their phone rings.
    floor.agrees(2, &[]);
    assert!(floor.orders.contains(&Command::HangUp { attempt: call }));
    floor.after(secs(3_600));
    assert_eq!(floor.dialed().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The floor looks at each call as it leaves: hours, counts, registers, and consents that stand and that the
    /// intent names.
    #[test]
    fn no_history_of_consents_given_and_ended_calls_outside_of_law_and_consent(
        steps in vec((0..7u8, 1..40_000u64, any::<u16>()), 1..40),
    ) {
        let mut floor = Floor::new(running(DialMode::Progressive));
        for person in 1..=8 {
            floor.shelve(work(CAMPAIGN, person, person, &[person, 100 + person]));
        }
        floor.agent_ready(1).agent_ready(2);
        let mut standing: BTreeMap<i64, Vec<PersonConsent>> = BTreeMap::new();
        for (id, (what, span, dice)) in (1..).zip(steps) {
            let person = 1 + i64::from(dice % 8);
            let theirs = standing.entry(person).or_default();
            match what {
                0 | 1 => {
                    floor.after(secs(span % 1_800));
                },
                2 => {
                    floor.after(secs(span));
                },
                3 => {
                    let from = dice / 8 % 24;
                    let mut given = hours(id, person, from, (from + 1 + dice / 256 % 8).min(24));
                    given.signed_at = floor.now;
                    if let AgreedTo::OtherHours(hours) = &mut given.to {
                        hours.days = std::array::from_fn(|day| dice >> day & 1 == 1);
                        hours.holidays = dice & 128 == 0;
                    }
                    theirs.push(given);
                    floor.agrees(person, theirs);
                },
                4 => {
                    theirs.pop();
                    floor.agrees(person, theirs);
                },
                5 => {
                    floor.commits = dice & 3 != 0;
                    for attempt in std::mem::take(&mut floor.uncommitted) {
                        floor.commit(attempt);
                    }
                },
                _ => {
                    for attempt in floor.dialed() {
                        if floor.outcome(attempt).is_none() {
                            floor.fails(attempt, Outcome::NoAnswer);
                        }
                    }
                }
            }
            floor.comes_in(1 + i64::from(dice % 2));
        }
    }
}
