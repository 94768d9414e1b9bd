//! Predictive dialing through `pacing`: decided by the second, recorded with
//! its reason, never above the hard limits.

use crate::floor::{Floor, running, secs, trunk};
use domain::{
    AgentId, AttemptId, CampaignState, DialMode, Event, Outcome, PacingRecord, Rate, Timestamp,
};
use engine::{AgentRequest, Command, Input};
use pacing::{Fact, Pacer, PacerConfig, Snapshot};

fn predictive() -> domain::DialMode {
    DialMode::Predictive
}

fn decisions(floor: &Floor) -> Vec<&PacingRecord> {
    floor
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Event::PacingDecided(record) => Some(record),
            _ => None,
        })
        .collect()
}

#[test]
fn ready_agents_get_at_least_a_line_each_within_two_seconds() {
    let floor = Floor::with(running(predictive()), 3, 50);
    assert!(floor.dialed().len() >= 3, "{}", floor.dialed().len());
    assert!(floor.live().pacing.is_some());
}

#[test]
fn with_no_agent_nothing_is_dialed_and_the_page_says_why() {
    let mut floor = Floor::with(running(predictive()), 0, 50);
    floor.after(secs(30));
    assert_eq!(floor.dialed(), []);
    let last = floor.live().pacing.expect("decided");
    assert_eq!(last.binding, "no agents");
    assert!(floor.live().held.is_some());
}

#[test]
fn a_decision_is_recorded_when_it_dials_or_turns_and_every_ten_seconds() {
    let mut floor = Floor::with(running(predictive()), 0, 50);
    floor.facts.clear();
    floor.after(secs(60));
    let quiet = decisions(&floor).len();
    assert!((5..=7).contains(&quiet), "{quiet} in a minute of nothing");
    floor.facts.clear();
    floor.agent_ready(1).after(secs(2));
    assert!(decisions(&floor).iter().any(|record| record.dial > 0));
}

#[test]
fn channels_bound_predictive_dialing_and_are_named() {
    let mut floor = Floor::new(running(predictive()));
    floor.trunk(trunk(4, 50.0)).contacts(1..=60).after(secs(1));
    for id in 1..=8 {
        floor.agent_ready(id);
    }
    floor.after(secs(4));
    assert_eq!(floor.dialed().len(), 4);
    let named = decisions(&floor);
    assert!(named.iter().any(|record| record.binding == "trunk"));
}

#[test]
fn an_agent_of_two_campaigns_is_counted_once() {
    let other = domain::CampaignId::new(2);
    let mut floor = Floor::new(running(predictive()));
    let mut second = running(DialMode::Progressive);
    second.id = other;
    second.name = "Otra".into();
    floor.feed(Input::CampaignChanged(Box::new(second)));
    for contact in 1..=20 {
        floor.shelve(crate::floor::work(
            other,
            100 + contact,
            100 + contact,
            &[100 + contact],
        ));
    }
    floor.contacts(1..=20).after(secs(2));
    floor.hire_for(1, vec![other, crate::floor::CAMPAIGN]);
    floor.asks(1, AgentRequest::LogIn);
    floor.line(1, engine::LineEvent::Up);
    floor.asks(1, AgentRequest::Ready).after(secs(5));
    assert_eq!(floor.dialed().len(), 1, "for the first of theirs alone");
}

#[test]
fn a_break_booked_by_everyone_stops_dialing() {
    let mut floor = Floor::with(running(predictive()), 2, 50);
    for call in floor.dialed() {
        floor.rings(call);
    }
    let calls = floor.dialed();
    floor.answers(calls[0]).answers(calls[1]);
    for call in &calls[2..] {
        floor.fails(*call, domain::Outcome::NoAnswer);
    }
    floor.asks(1, AgentRequest::Break("almuerzo".into()));
    floor.asks(2, AgentRequest::LogOut);
    let dialed = floor.dialed().len();
    floor.after(secs(60));
    assert_eq!(floor.dialed().len(), dialed);
}

#[test]
fn a_clock_set_back_an_hour_keeps_the_floor_going() {
    let mut floor = Floor::with(running(predictive()), 1, 50);
    let calls = floor.dialed();
    floor.answers(calls[0]).after(secs(10)).hangs_up(calls[0]);
    floor.now = floor.now - secs(3_600);
    floor.feed(Input::Wake);
    floor.after(secs(31));
    assert_eq!(
        floor.typifications(calls[0]).len(),
        1,
        "wrap-up ends in its time"
    );
    let live = floor.live();
    assert!(floor.dialed().len() > calls.len(), "held back: {live:?}");
}

fn kept(floor: &Floor) -> Vec<&String> {
    let facts = floor.facts.iter();
    facts
        .filter_map(|fact| match fact {
            Event::PacingLearnt { estimates, .. } => Some(estimates),
            _ => None,
        })
        .collect()
}

#[test]
fn what_pacing_learnt_is_kept_each_quarter_of_an_hour_and_at_the_end() {
    let mut floor = Floor::with(running(predictive()), 1, 50);
    floor.after(secs(20 * 60));
    assert!(kept(&floor).is_empty(), "nobody answered yet");
    let call = *floor.dialed().last().expect("it dials");
    floor.rings(call).answers(call).after(secs(15 * 60 + 1));
    assert_eq!(kept(&floor).len(), 1);
    let stop = |floor: &mut Floor, state| {
        floor.change(|campaign| campaign.state = state);
    };
    stop(&mut floor, CampaignState::Stopped);
    assert_eq!(kept(&floor).len(), 1, "nobody answered since");
    stop(&mut floor, CampaignState::Running);
    floor.hangs_up(call).after(secs(60));
    let next = *floor.dialed().last().expect("it dials");
    floor.rings(next).answers(next).after(secs(1));
    stop(&mut floor, CampaignState::Paused);
    assert_eq!(kept(&floor).len(), 2);
}

/// What a day leaves on which one call of twenty is answered.
fn a_day_of_few_answers() -> String {
    let share = Rate::new(0.03).expect("a share");
    let mut pacer = Pacer::new(PacerConfig {
        target: share,
        limit: share,
        sure: None,
        wait_limit: secs(2),
        ring_timeout: secs(25),
    });
    for number in 0..2_000 {
        let (call, agent) = (AttemptId::new(number), AgentId::new(1));
        let at = |second: i64| Timestamp::from_millis((number * 30 + second) * 1_000);
        pacer.observe(at(0), Fact::CallPlaced { call });
        pacer.observe(at(2), Fact::Ringing { call });
        if number % 20 == 0 {
            pacer.observe(at(8), Fact::Bridged { call, agent });
            pacer.observe(at(20), Fact::TalkEnded { agent });
            pacer.observe(at(24), Fact::WrapUpEnded { agent });
        } else {
            pacer.observe(at(27), Fact::Failed { call });
        }
        pacer.decide(&Snapshot::empty(at(28), DialMode::Predictive));
    }
    pacer.learnt().to_json()
}

#[test]
fn a_day_that_starts_from_the_one_before_dials_as_many_as_that_one_needed() {
    let first_minute = |estimates: Option<String>| {
        let mut floor = Floor::new(running(predictive()));
        if let Some(estimates) = estimates {
            let (campaign, at) = (crate::floor::CAMPAIGN, floor.now - secs(16 * 3_600));
            floor.feed(Input::PacingLearnt {
                campaign,
                at,
                estimates,
            });
        }
        for id in 1..=3 {
            floor.agent_ready(id);
        }
        floor.contacts(1..=60).after(secs(5));
        floor.dialed().len()
    };
    let stranger = first_minute(None);
    assert!(stranger <= 6, "two lines for each who is there");
    let known = first_minute(Some(a_day_of_few_answers()));
    assert!(known > 2 * stranger, "{known}");
    assert_eq!(first_minute(Some("of another version".into())), stranger);
}

/// Live calls and abandoned ones, as the last decision counted them.
fn counted(floor: &Floor) -> (f64, f64) {
    let decisions = decisions(floor);
    let last = decisions.iter().rev().find(|d| !d.inputs.is_empty());
    let of = |name| {
        let inputs = &last.expect("a decision with its inputs").inputs;
        let found = inputs.iter().find(|(input, _)| *input == name);
        found.expect("an input of that name").1
    };
    (of("live"), of("abandoned"))
}

/// The share the last decision might abandon.
fn allowed(floor: &Floor) -> f64 {
    let decisions = decisions(floor);
    let last = decisions.iter().rev().find(|d| !d.inputs.is_empty());
    let inputs = &last.expect("a decision with its inputs").inputs;
    let found = inputs.iter().find(|(input, _)| *input == "share_allowed");
    found.expect("an input of that name").1
}

#[test]
fn who_wants_to_be_sure_of_the_month_gets_the_more_to_abandon_the_better_it_stands() {
    let after = |sure: Option<&str>, month: (u64, u64)| {
        let mut campaign = running(predictive());
        campaign.abandon_target = campaign.abandon_limit;
        campaign.abandon_sure = sure.map(|sure| sure.parse().expect("a share"));
        let mut floor = Floor::with(campaign, 10, 400);
        floor.feed(Input::PacingBalance {
            campaign: crate::floor::CAMPAIGN,
            live: 0,
            abandoned: 0,
            month,
        });
        floor.after(secs(15));
        allowed(&floor)
    };
    let average = after(None, (10_000, 290));
    assert_eq!(after(None, (0, 0)), average, "each day by itself");
    let [fresh, thrifty, lavish] =
        [(0, 0), (10_000, 180), (10_000, 290)].map(|month| after(Some("95%"), month));
    assert!(
        lavish < fresh,
        "2.9 % of a month is too near 3 %: {lavish} {fresh}"
    );
    assert!(
        fresh < thrifty,
        "a few calls prove nothing: {fresh} {thrifty}"
    );
    assert!(
        thrifty <= average,
        "thrift of earlier days is not spent: {thrifty}"
    );
}

#[test]
fn a_day_counts_towards_the_month_of_the_next() {
    let mut campaign = running(predictive());
    campaign.abandon_sure = Some("95%".parse().expect("a share"));
    let mut floor = Floor::with(campaign, 10, 400);
    floor.feed(Input::PacingBalance {
        campaign: crate::floor::CAMPAIGN,
        live: 10_000,
        abandoned: 290,
        month: (10_000, 290),
    });
    let next_day = |floor: &mut Floor, days: u64| {
        for half in [days * 24 * 3_600 - 43_200, 43_200] {
            floor.now = floor.now + secs(half);
            floor.feed(Input::Wake).after(secs(2));
        }
        floor.agent_ready(1).after(secs(15));
        assert_eq!(counted(floor), (0.0, 0.0), "another day");
        allowed(floor)
    };
    let same_month = next_day(&mut floor, 1);
    let month_after = next_day(&mut floor, 35);
    assert!(month_after > 5.0 * same_month, "{same_month} {month_after}");
}

#[test]
fn each_day_of_calls_is_a_period_of_its_own() {
    let mut floor = Floor::with(running(predictive()), 1, 400);
    let calls = floor.dialed();
    floor.rings(calls[0]).answers(calls[0]).hangs_up(calls[0]);
    floor.types(1, calls[0], "NI07").after(secs(5));
    assert_eq!(counted(&floor).0, 1.0);
    floor.after(secs(24 * 3_600)).agent_ready(1).after(secs(2));
    assert_eq!(counted(&floor).0, 0.0, "it is tomorrow");
}

#[test]
fn a_restart_forgives_no_abandoned_call() {
    let mut floor = Floor::with(running(predictive()), 1, 400);
    floor.feed(Input::PacingBalance {
        campaign: crate::floor::CAMPAIGN,
        live: 100,
        abandoned: 5,
        month: (100, 5),
    });
    floor.after(secs(15));
    assert_eq!(counted(&floor), (100.0, 5.0));
    assert_eq!(floor.live().abandoned, 5, "on the page too");
}

#[test]
fn what_rang_long_enough_is_given_up_when_risk_jumps_and_was_an_attempt() {
    let mut floor = Floor::with(running(predictive()), 3, 50);
    let calls = floor.dialed();
    for call in &calls {
        floor.rings(*call);
    }
    floor.after(secs(8));
    for agent in [1, 2] {
        floor.asks(agent, AgentRequest::Break("café".into()));
    }
    let cut = |floor: &Floor| {
        let order = |call: &&AttemptId| floor.was_ordered(&Command::HangUp { attempt: **call });
        calls.iter().filter(order).count()
    };
    floor.after(secs(5));
    assert_eq!(cut(&floor), 0, "they rang for 13 s");
    floor.after(secs(4));
    assert_eq!(cut(&floor), calls.len());
    let why = |record: &&PacingRecord| record.why.contains("given up");
    assert!(decisions(&floor).iter().any(why));
    floor.fails(calls[0], Outcome::Cancelled);
    let outcome = floor.outcome(calls[0]).map(|(outcome, _)| outcome);
    assert_eq!(outcome, Some(Outcome::Cancelled));
    assert_eq!(floor.state_of(1).1.attempts, 1);
}
