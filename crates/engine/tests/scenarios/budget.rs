//! Budgets, bad phones, promises and corrections: what was said of calls decides whom is called again. On no
//! history is anybody dialed beyond their budget, or on a phone that was found to be no good.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use campaigns::{Campaign, CampaignHours, Catalogue};
use domain::{
    AgentStatus, AttemptId, CatalogueId, ContactId, DialMode, Event, Intent, NextPhone, Outcome,
    PersonId, PhoneNumber, WorkState,
};
use engine::{AgentRequest, Correction, Input};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};

use crate::floor::{CAMPAIGN, Floor, running, secs, work};

/// A campaign under a law that limits nobody, so that only budgets hold calls back.
fn free(mode: DialMode) -> Campaign {
    let mut campaign = running(mode);
    campaign.law_pack = "laboratorio".into();
    campaign.attempts_per_contact_max = 4;
    campaign.attempts_per_phone_max = 3;
    campaign
}

/// One agent and one person with so many phones.
fn one(phones: &[i64]) -> Floor {
    let mut floor = Floor::new(free(DialMode::Progressive));
    floor.shelve(work(CAMPAIGN, 1, 1, phones)).agent_ready(1);
    floor.after(secs(4));
    floor
}

fn because(floor: &Floor, attempt: AttemptId) -> String {
    let next = floor.facts.iter().rev().find_map(|fact| match fact {
        Event::AttemptClosed {
            attempt: of, next, ..
        } if *of == attempt => next.clone(),
        Event::Typified(said) if said.attempt == attempt => Some(said.next.clone()),
        _ => None,
    });
    let gate = next.and_then(|next| next.because);
    gate.map(|gate| format!("{} ({})", gate.rule, gate.pack))
        .unwrap_or_default()
}

#[test]
fn every_deferral_says_which_rule_of_which_version_made_it() {
    let mut floor = one(&[1, 2]);
    let call = floor.last_dialed();
    floor.fails(call, Outcome::Busy);
    assert_eq!(because(&floor, call), "NC02.wait (typifications 1)");
    floor.after(secs(1_210));
    let call = floor.last_dialed();
    floor.fails(call, Outcome::NoAnswer);
    // Ten and twenty minutes past ten: three hours on it is noon.
    assert_eq!(because(&floor, call), "NC01.wait (typifications 1)");
}

#[test]
fn a_new_version_is_for_calls_that_begin_after_it() {
    let mut rows = Catalogue::spanish().rows().to_vec();
    let row = rows
        .iter_mut()
        .find(|row| row.code == "AB04")
        .expect("there");
    row.closes_record = true;
    let second = Arc::new(Catalogue::from_rows(CatalogueId::new(9), 2, rows));
    let mut floor = one(&[1]);
    let before = floor.last_dialed();
    floor.answers(before);
    floor.feed(Input::CatalogueChanged {
        campaign: CAMPAIGN,
        catalogue: second,
    });
    floor.hangs_up(before).types(1, before, "AB04");
    assert_eq!(
        floor.state_of(1).0,
        WorkState::Ready,
        "as it was when the call began"
    );
    floor.after(secs(1_805));
    let after = floor.last_dialed();
    assert_ne!(before, after);
    let versions: Vec<_> = intents(&floor)
        .iter()
        .map(|intent| intent.catalogue)
        .collect();
    assert_eq!(versions, [Catalogue::HOUSE, CatalogueId::new(9)]);
    floor.answers(after).hangs_up(after).types(1, after, "AB04");
    assert_eq!(floor.state_of(1).0, WorkState::Closed);
    assert_eq!(
        because(&floor, after),
        "AB04.closes_record (typifications 2)"
    );
}

#[test]
fn never_again_is_said_beside_what_the_call_was() {
    let mut floor = one(&[1]);
    let call = floor.last_dialed();
    floor.answers(call).hangs_up(call).asks(
        1,
        AgentRequest::Typify {
            attempt: call,
            code: "CE01".into(),
            note: String::new(),
            callback_at: None,
            opt_out: true,
        },
    );
    let said = &floor.typifications(call)[0];
    assert_eq!((said.code.as_str(), said.next.suppress), ("CE01", true));
    assert_eq!(floor.state_of(1).0, WorkState::Suppressed);
    // The advisor who heard it may not take it back.
    floor.types(1, call, "NI01");
    assert_eq!(floor.rejection(), "opt_out_stays");
}

#[test]
fn an_agent_corrects_within_what_the_campaign_allows() {
    let mut campaign = free(DialMode::Progressive);
    campaign.correct_within = secs(600);
    let mut floor = Floor::new(campaign);
    floor
        .shelve(work(CAMPAIGN, 1, 1, &[1]))
        .agent_ready(1)
        .after(secs(4));
    let call = floor.last_dialed();
    floor.answers(call).hangs_up(call).types(1, call, "NI01");
    floor.after(secs(599)).types(1, call, "NI02");
    assert_eq!(floor.rejection(), "");
    floor.after(secs(2)).types(1, call, "NI01");
    assert_eq!(floor.rejection(), "correction_too_late");
    floor.feed(corrected(&floor, call, true, "CE01"));
    assert_eq!(floor.rejection(), "", "a supervisor has longer");
    let said = floor.typifications(call).pop().expect("there");
    assert_eq!(
        (said.user.as_deref(), said.note.as_str()),
        (Some("marta"), "oyó mal")
    );
    assert!(said.corrects && said.agent.is_none());
    assert_eq!(floor.state_of(1).0, WorkState::Ready);
    floor.change(|campaign| campaign.supervisor_corrects_within = secs(60));
    floor.feed(corrected(&floor, call, true, "NI01"));
    assert_eq!(floor.rejection(), "correction_too_late");
}

#[test]
fn a_call_back_outside_the_law_is_offered_the_next_slot() {
    let mut floor = Floor::with(running(DialMode::Progressive), 1, 1);
    let call = floor.last_dialed();
    floor.answers(call).hangs_up(call);
    // Ten at night of a Wednesday: Thursday opens at seven.
    let night = floor.now + secs(12 * 3_600);
    floor.types_callback(1, call, "TI01", Some(night));
    let rejected = floor.rejected.clone().expect("outside the law");
    let seven = crate::floor::MORNING + secs(21 * 3_600);
    assert_eq!(
        (rejected.code, rejected.opens),
        ("callback_closed", Some(seven))
    );
    floor.types_callback(1, call, "TI01", rejected.opens);
    assert_eq!(floor.rejection(), "");
}

#[test]
fn the_slot_is_by_the_clock_of_the_customer() {
    let mut floor = Floor::new(running(DialMode::Progressive));
    let mut item = work(CAMPAIGN, 1, 1, &[1]);
    // Five in the afternoon in Bogotá is eleven at night in Madrid.
    item.contact.attributes = vec![("zona_horaria".into(), "Europe/Madrid".into())];
    floor.shelve(item).agent_ready(1).after(secs(4));
    let call = floor.last_dialed();
    floor.answers(call).hangs_up(call);
    floor.types_callback(1, call, "TI02", Some(floor.now + secs(7 * 3_600)));
    assert_eq!(floor.rejection(), "callback_closed");
    floor.types_callback(1, call, "TI02", Some(floor.now + secs(2 * 3_600)));
    assert_eq!(floor.rejection(), "", "six in the evening there");
}

#[test]
fn a_promised_call_waits_for_its_busy_agent_as_long_as_the_campaign_says() {
    let mut campaign = free(DialMode::Progressive);
    campaign.callback_kept = secs(120);
    let mut floor = Floor::new(campaign);
    floor
        .shelve(work(CAMPAIGN, 1, 1, &[1]))
        .agent_ready(1)
        .after(secs(4));
    let call = floor.last_dialed();
    let then = floor.now + secs(600);
    floor
        .answers(call)
        .hangs_up(call)
        .types_callback(1, call, "TI01", Some(then));
    floor
        .asks(1, AgentRequest::Break("café".into()))
        .agent_ready(2);
    floor.after(secs(700));
    assert_eq!(floor.dialed().len(), 1, "it is theirs for two minutes");
    floor.after(secs(40));
    assert_eq!(floor.dialed().len(), 2);
    let again = floor.last_dialed();
    floor.answers(again);
    assert_eq!(floor.status(2), AgentStatus::Talking);
}

fn intents(floor: &Floor) -> Vec<Intent> {
    let intents = floor.facts.iter().filter_map(|fact| match fact {
        Event::AttemptIntended(intent) => Some(intent.clone()),
        _ => None,
    });
    intents.collect()
}

/// What a supervisor says of a call that is over, as the record would tell of it.
fn corrected(floor: &Floor, attempt: AttemptId, cost: bool, code: &str) -> Input {
    let intent = intents(floor)
        .into_iter()
        .find(|intent| intent.attempt == attempt);
    let intent = intent.expect("an attempt of ours");
    let (state, item) = floor.state_of(intent.contact.get());
    let mut before = item.clone();
    before.attempts = before.attempts.saturating_sub(u16::from(cost));
    let last = intents(floor)
        .iter()
        .rev()
        .find(|other| other.contact == intent.contact)
        .cloned();
    let later = last
        .filter(|last| last.attempt != attempt)
        .map(|_| domain::WorkUpdate {
            state,
            ..campaigns::give_back(&item)
        });
    Input::Correct(Box::new(Correction {
        intent,
        work: before,
        later,
        typified: true,
        counted: cost,
        came_in: None,
        catalogue: Arc::new(Catalogue::spanish()),
        ended: floor.now - secs(700),
        user: "marta".into(),
        why: "oyó mal".into(),
        code: code.into(),
        callback_at: None,
        opt_out: false,
    }))
}

/// What happens to the next call, or later to one that is over.
#[derive(Clone, Debug)]
enum Happening {
    Fails(Outcome),
    Is(&'static str),
    Corrected(usize, &'static str),
    BySupervisor(usize, &'static str),
    Waits(u64),
    Budget(u16),
    Phones(NextPhone),
}

/// Codes without a promise: those are kept beyond any budget.
const CODES: &[&str] = &[
    "NC03", "NC07", "AB03", "AB04", "TE01", "TE02", "TE03", "TE05", "TI03", "CE01", "NV04", "NI01",
];

fn happening() -> impl Strategy<Value = Happening> {
    let outcome = proptest::sample::select(
        &[
            Outcome::NoAnswer,
            Outcome::Busy,
            Outcome::Machine,
            Outcome::InvalidNumber,
            Outcome::Unreachable,
            Outcome::Congestion,
            Outcome::Rejected,
        ][..],
    );
    let code = || proptest::sample::select(CODES);
    prop_oneof![
        8 => outcome.prop_map(Happening::Fails),
        6 => code().prop_map(Happening::Is),
        2 => (any::<usize>(), code()).prop_map(|(n, code)| Happening::Corrected(n, code)),
        2 => (any::<usize>(), code()).prop_map(|(n, code)| Happening::BySupervisor(n, code)),
        8 => (1..400u64).prop_map(Happening::Waits),
        1 => (1..6u16).prop_map(Happening::Budget),
        1 => proptest::sample::select(&NextPhone::ALL[..]).prop_map(Happening::Phones),
    ]
}

/// A code that costs nothing.
const FREE: &str = "NC06";

/// What the facts say was spent and found, in their order, by the last word on each attempt.
struct Ledger {
    budget: u16,
    placed: BTreeSet<AttemptId>,
    words: BTreeMap<AttemptId, String>,
    intents: BTreeMap<AttemptId, Intent>,
    read: usize,
}

impl Ledger {
    fn new(budget: u16) -> Ledger {
        Ledger {
            budget,
            placed: BTreeSet::new(),
            words: BTreeMap::new(),
            intents: BTreeMap::new(),
            read: 0,
        }
    }

    /// Reads on, and fails the test where a call left that should not have.
    fn follow(&mut self, floor: &Floor) {
        let facts = &floor.facts[self.read..];
        for fact in facts {
            match fact {
                Event::AttemptIntended(intent) => {
                    self.intents.insert(intent.attempt, intent.clone());
                }
                Event::CallPlaced { attempt } => {
                    let intent = self.intents[attempt].clone();
                    self.must_be_allowed(&intent);
                    self.placed.insert(*attempt);
                }
                Event::AttemptClosed {
                    attempt,
                    outcome,
                    next: Some(next),
                    ..
                } => {
                    // What we gave up ourselves costs nobody anything.
                    let code = match outcome {
                        Outcome::Cancelled => FREE.to_owned(),
                        _ => next.code.clone().unwrap_or_default(),
                    };
                    self.words.entry(*attempt).or_insert(code);
                }
                Event::Typified(said) => {
                    self.words.insert(said.attempt, said.code.clone());
                }
                _ => {}
            }
        }
        self.read = floor.facts.len();
    }

    fn must_be_allowed(&self, intent: &Intent) {
        let spent = self.spent(intent.contact);
        assert!(
            spent < self.budget,
            "attempt {}: {spent} of {}",
            intent.attempt,
            self.budget
        );
        let retired = self.retired(intent.person);
        assert!(
            !retired.contains(&intent.phone),
            "{} is no good",
            intent.phone
        );
    }

    fn spent(&self, contact: ContactId) -> u16 {
        let theirs = self
            .placed
            .iter()
            .filter(|id| self.intents[id].contact == contact);
        let costs = theirs.filter(|id| self.costs(**id));
        u16::try_from(costs.count()).unwrap_or(u16::MAX)
    }

    fn costs(&self, attempt: AttemptId) -> bool {
        let word = self.words.get(&attempt).map(String::as_str);
        let row = word.and_then(|code| Catalogue::house().get(code));
        row.is_none_or(|row| row.retry.costs_attempt)
    }

    fn retired(&self, person: PersonId) -> Vec<PhoneNumber> {
        let theirs = self.words.iter().filter(|(id, _)| {
            self.intents
                .get(id)
                .is_some_and(|intent| intent.person == person)
        });
        let bad = theirs.filter(|(_, code)| {
            let row = Catalogue::house().get(code);
            row.is_some_and(|row| row.retry.invalidates_phone)
        });
        bad.map(|(id, _)| self.intents[id].phone).collect()
    }
}

/// The house's typifications with seconds for hours to wait: time is made of ticks.
fn in_a_hurry(phone: Option<NextPhone>) -> Input {
    let mut rows = Catalogue::spanish().rows().to_vec();
    for row in &mut rows {
        row.retry.wait /= 600;
        if let Some(phone) = phone.filter(|_| !row.retry.invalidates_phone) {
            row.retry.next_phone = phone;
        }
    }
    Input::CatalogueChanged {
        campaign: CAMPAIGN,
        catalogue: Arc::new(Catalogue::from_rows(CatalogueId::new(5), 2, rows)),
    }
}

fn happen(floor: &mut Floor, what: &Happening, ledger: &mut Ledger) {
    let open = floor
        .dialed()
        .into_iter()
        .rev()
        .find(|call| floor.outcome(*call).is_none());
    let over: Vec<AttemptId> = ledger.words.keys().copied().collect();
    let picked = |n: usize| over.get(n % over.len().max(1)).copied();
    match what {
        Happening::Fails(outcome) => {
            if let Some(call) = open {
                floor.fails(call, *outcome);
            }
        }
        Happening::Is(code) => {
            if let Some(call) = open {
                floor.answers(call).hangs_up(call).types(1, call, code);
            }
        }
        Happening::Corrected(n, code) => {
            if let Some(call) = picked(*n) {
                floor.types(1, call, code);
            }
        }
        Happening::BySupervisor(n, code) => {
            if let Some(call) = picked(*n) {
                let correction = corrected(floor, call, ledger.costs(call), code);
                floor.feed(correction);
            }
        }
        Happening::Waits(seconds) => {
            floor.after(secs(*seconds));
        }
        Happening::Budget(budget) => {
            ledger.follow(floor);
            ledger.budget = *budget;
            floor.change(|campaign| campaign.attempts_per_contact_max = *budget);
        }
        Happening::Phones(which) => {
            floor.feed(in_a_hurry(Some(*which)));
        }
    }
    ledger.follow(floor);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_history_dials_beyond_a_budget_or_a_phone_that_is_no_good(
        history in proptest::collection::vec(happening(), 1..60),
        phones in 1..4i64,
    ) {
        let mut floor = Floor::new(free(DialMode::Progressive));
        floor.change(|campaign| campaign.hours = CampaignHours::read(&[]).expect("any hour"));
        floor.feed(in_a_hurry(None));
        for contact in 1..=2 {
            let numbers: Vec<i64> = (0..phones).map(|n| 10 * contact + n).collect();
            floor.shelve(work(CAMPAIGN, contact, contact, &numbers));
        }
        floor.agent_ready(1).after(secs(4));
        let mut ledger = Ledger::new(4);
        ledger.follow(&floor);
        for what in &history {
            happen(&mut floor, what, &mut ledger);
        }
    }
}
