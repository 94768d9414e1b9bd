//! A floor simulated from a known truth, read back from its events alone: the
//! fit finds the truth again.

use std::time::Duration;

use domain::Rate;

use super::*;
use crate::{Mix, Shift, Stock, events};

fn truth(seed: u64) -> Scenario {
    Scenario {
        agents: 10,
        hours: 2.0,
        seed,
        mix: Mix {
            person: 25,
            machine: 10,
            no_answer: 45,
            busy: 12,
            invalid: 10,
            congestion: 2,
            ..Mix::EMPTY
        },
        talk_mean: Duration::from_secs(60),
        wrap_up_mean: Duration::from_secs(15),
        setup_mean: Duration::from_secs(2),
        ring_mean: Duration::from_secs(7),
        break_share: Rate::new(0.05).expect("a share"),
        break_mean: Duration::from_secs(120),
        ..Scenario::default()
    }
}

/// The history that a run leaves behind.
fn history(scenario: &Scenario) -> History {
    History::told(events(scenario).expect("a sound scenario"), -5)
}

#[track_caller]
fn near(what: &str, found: f64, truth: f64, tolerance: f64) {
    let off = (found / truth - 1.0).abs();
    assert!(off <= tolerance, "{what}: {found} instead of {truth}");
}

#[test]
fn the_truth_behind_a_run_is_found_again() {
    for seed in 1..=3 {
        // Three thousand calls: of the breaks, the rarest, there are fifty.
        let truth = Scenario {
            hours: 6.0,
            ..truth(seed)
        };
        let (found, basis) = fit(&history(&truth), Scenario::default());
        assert!(basis.fitted, "{basis:?}");
        assert_eq!(basis.assumed, ["how much days differ: only one day"]);
        let shares = |mix: &Mix| {
            let parts = [mix.person, mix.machine, mix.busy, mix.invalid];
            parts.map(|weight| f64::from(weight) / mix.total() as f64)
        };
        for (found, truth) in shares(&found.mix).into_iter().zip(shares(&truth.mix)) {
            near("share of the mix", found, truth, 0.15);
        }
        let seconds = |spread: &Spread| spread.mean().expect("seen").as_secs_f64();
        near("talk", seconds(&found.model.talk_ms), 60.0, 0.08);
        near("wrap-up", seconds(&found.model.wrap_up_ms), 15.0, 0.08);
        near("break", found.break_mean.as_secs_f64(), 120.0, 0.30);
        near("breaks", found.break_share.get(), 0.05, 0.35);
        near("set-up", found.setup_mean.as_secs_f64(), 2.0, 0.10);
        let sales = found.model.talks.iter().find(|talk| talk.code == "VE01");
        let all: u32 = found.model.talks.iter().map(|talk| talk.weight).sum();
        near(
            "sales",
            f64::from(sales.expect("sold").weight) / f64::from(all),
            0.05,
            0.4,
        );
    }
}

#[test]
fn hours_with_enough_calls_have_shares_of_their_own() {
    let (found, _) = fit(&history(&truth(1)), Scenario::default());
    let hours: Vec<_> = found.model.mix_by_hour.keys().copied().collect();
    assert_eq!(hours, [10, 11]);
}

#[test]
fn few_attempts_leave_the_averages_and_say_so() {
    let mut history = history(&truth(1));
    history.calls.truncate(87);
    let (found, basis) = fit(&history, Scenario::default());
    assert_eq!(found, Scenario::default());
    assert!(
        basis.words().contains("only 87 attempts"),
        "{}",
        basis.words()
    );
}

#[test]
fn who_was_there_is_read_from_logging_in_and_out() {
    let hour = |hours: u64| Duration::from_secs(hours * 3_600);
    let shift = |agents, from, to| Shift {
        agents,
        from: hour(from),
        to: hour(to),
    };
    let scenario = Scenario {
        roster: vec![shift(2, 0, 2), shift(1, 1, 2)],
        base: vec![Stock::of_strangers(2_000)],
        hours: 2.5,
        ..truth(1)
    };
    let history = history(&scenario);
    let day = *history.days().first().expect("a day");
    let (start, roster) = roster(&history, day).expect("people");
    assert_eq!(start, 10);
    let agents: u32 = roster.iter().map(|shift| shift.agents).sum();
    assert_eq!(agents, 3);
    let late = roster.iter().filter(|shift| shift.from >= hour(1));
    assert_eq!(late.count(), 1);
}

/// A day of two segments: each a run of its own, so that what is true of it is known.
fn of_two_segments(hours: f64) -> History {
    let of = |id: i64, person: u32, seed: u64| {
        let truth = Scenario {
            hours,
            mix: Mix {
                person,
                no_answer: 75 - person,
                machine: 5,
                busy: 12,
                ..Mix::EMPTY
            },
            ..truth(seed)
        };
        let mut past = history(&truth);
        for call in &mut past.calls {
            call.segment = Some(id);
            // Other numbers than the other's.
            call.contact = domain::ContactId::new(call.contact.get() + id * 100_000);
        }
        past
    };
    let (mut one, two) = (of(1, 45, 5), of(2, 15, 6));
    one.calls.extend(two.calls);
    one.calls.sort_by_key(|call| call.placed);
    one
}

fn parted() -> Scenario {
    let segment = |id, name: &str| crate::Segment {
        id,
        ..crate::Segment::rest(name, vec![Stock::of_strangers(900)])
    };
    Scenario {
        segments: vec![segment(1, "A"), segment(2, "B"), segment(3, "C")],
        ..Scenario::default()
    }
}

#[test]
fn segments_that_pick_up_differently_are_told_apart_and_one_without_calls_is_as_the_campaign() {
    let (found, basis) = fit(&of_two_segments(3.0), parted());
    let [a, b, c] = &found.segments[..] else {
        panic!("{:?}", found.segments);
    };
    let picks_up = |segment: &crate::Segment| {
        let mix = segment.mix(&found.mix);
        f64::from(mix.person + mix.machine) / mix.of_valid_numbers() as f64
    };
    // 45 people and 5 machines of 92, and 15 and 5.
    near("A", picks_up(a), 50.0 / 92.0, 0.10);
    near("B", picks_up(b), 20.0 / 92.0, 0.15);
    assert!(a.answers > 1.2 && b.answers < 0.8, "{a:?} {b:?}");
    assert!(!a.talks.is_empty(), "{a:?}");
    assert_eq!((c.answers, c.talks.len()), (1.0, 0));
    let of_c: Vec<_> = basis
        .assumed
        .iter()
        .filter(|words| words.contains("segment C"))
        .collect();
    assert_eq!(of_c.len(), 2, "{:?}", basis.assumed);
    assert!(of_c[0].contains("only 0 attempts"), "{of_c:?}");
    assert!(
        !basis
            .assumed
            .iter()
            .any(|words| words.contains("segment A"))
    );
}
