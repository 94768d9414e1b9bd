//! The abandon ledger: once the period has none to spare, no call leaves but those that an agent stands ready for.

use std::sync::Arc;

use domain::{DialMode, Event};
use engine::Input;
use law::{AbandonLedger, Pack};

use crate::floor::{CAMPAIGN, Floor, MORNING, running, secs};

/// A floor of ten agents whose campaign began an hour ago and stands so.
fn floor(mode: DialMode, live: u64, abandoned: u64) -> Floor {
    staffed(Floor::new(campaign(mode)), live, abandoned)
}

fn campaign(mode: DialMode) -> campaigns::Campaign {
    let mut campaign = running(mode);
    campaign.power_ratio = 3.0;
    campaign
}

/// Colombia, but its ledger holds each call from 300 answers on.
fn strict() -> Pack {
    let rule = "[[rules]]\nid = \"X-8.abandon-from\"\nvalue = { kind = \"calls\", calls = 300 }\n\
                valid_from = \"2023-10-10\"\nsource = \"a test\"\n\n[[rules]]\nid = \"CO-1.zone\"";
    let text = include_str!("../../../../config/law/co.toml");
    Pack::from_toml(&text.replacen("[[rules]]\nid = \"CO-1.zone\"", rule, 1)).expect("sound")
}

fn staffed(mut floor: Floor, live: u64, abandoned: u64) -> Floor {
    floor.feed(Input::LawChanged(vec![Arc::new(strict())]));
    ledger(&mut floor, live, abandoned);
    floor.contacts(1..=400);
    for id in 1..=10 {
        floor.agent_ready(id);
    }
    floor
}

fn ledger(floor: &mut Floor, live: u64, abandoned: u64) {
    floor.feed(Input::AbandonLedger {
        campaign: CAMPAIGN,
        first: Some(MORNING - secs(3_600)),
        counts: AbandonLedger { live, abandoned },
    });
}

#[test]
fn with_none_to_spare_as_many_calls_leave_as_agents_are_ready() {
    for mode in [DialMode::Predictive, DialMode::Power] {
        let mut free = floor(mode, 1_000, 3);
        free.after(secs(6));
        assert!(
            free.dialed().len() > 10,
            "{mode:?}: {}",
            free.dialed().len()
        );
        assert_eq!(free.live().abandons_left, Some(27));
        let mut spent = floor(mode, 1_000, 33);
        spent.after(secs(6));
        assert_eq!(spent.dialed().len(), 10, "{mode:?}: a line each");
        assert_eq!(spent.live().abandons_left, Some(-3));
        assert_eq!(spent.refusals(), [], "nothing is intended in vain");
        let held = spent.live().held.unwrap_or_default();
        let told = held.contains("none may be abandoned");
        assert!(told || mode == DialMode::Predictive, "{held}");
    }
}

#[test]
fn too_few_answers_bind_nobody_yet() {
    let mut early = floor(DialMode::Predictive, 299, 29);
    early.after(secs(6));
    assert_eq!(early.live().abandons_left, Some(-21));
    assert!(early.dialed().len() > 10, "{}", early.dialed().len());
}

#[test]
fn a_call_decided_on_before_the_last_was_used_up_does_not_leave() {
    let mut floor = Floor::new(campaign(DialMode::Power));
    floor.commits = false;
    let mut floor = staffed(floor, 1_000, 0);
    floor.after(secs(4));
    let intended = floor.uncommitted.clone();
    assert!(intended.len() > 10, "{}", intended.len());
    ledger(&mut floor, 1_000, 30);
    for attempt in intended {
        floor.commit(attempt);
    }
    floor.after(secs(2));
    assert_eq!(floor.dialed().len(), 10);
    let rules: Vec<String> = floor
        .refusals()
        .into_iter()
        .map(|(_, gate)| gate.rule)
        .collect();
    assert!(
        !rules.is_empty() && rules.iter().all(|rule| rule == "CO-8.abandon-limit"),
        "{rules:?}"
    );
}

#[test]
fn an_abandoned_call_counts_at_once_and_the_next_period_begins_anew() {
    let mut floor = floor(DialMode::Power, 300, 8);
    floor.after(secs(3));
    assert_eq!(floor.live().abandons_left, Some(1));
    let calls = floor.dialed();
    for call in &calls[..11] {
        floor.answers(*call);
    }
    floor.after(secs(5));
    let abandoned = |fact: &&Event| matches!(fact, Event::CallAbandoned { .. });
    assert_eq!(floor.facts.iter().filter(abandoned).count(), 1);
    // Nine of three hundred and eleven.
    assert_eq!(floor.live().abandons_left, Some(0));
    // Thirty days from that of the first call on: 25 December.
    for day in 1..=30 {
        floor.now = floor.now + secs(24 * 3_600);
        floor.feed(Input::Wake);
        if day == 29 {
            assert_eq!(floor.live().abandons_left, Some(0));
        }
    }
    floor.comes_in(1).after(secs(3 * 24 * 3_600));
    floor.comes_in(1).after(secs(60));
    assert_eq!(
        floor.live().abandons_left,
        None,
        "nobody has answered in it"
    );
}

#[test]
fn where_no_rule_says_so_the_ledger_is_told_and_holds_nobody() {
    let mut floor = Floor::new(campaign(DialMode::Power));
    floor.contacts(1..=400);
    ledger(&mut floor, 1_000, 33);
    for id in 1..=10 {
        floor.agent_ready(id);
    }
    floor.after(secs(6));
    assert_eq!(floor.live().abandons_left, Some(-3));
    assert!(floor.dialed().len() > 10, "{}", floor.dialed().len());
}
