//! What holds for any past, sane or not, and how near the fit comes to a floor
//! it did not know.

use std::time::Duration;

use domain::{AgentId, AgentStatus, ContactId, Outcome, PhoneNumber, Timestamp};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use simulator::{
    BackTest, Expected, History, Mix, PastCall, PastChange, Range, Scenario, Stock, events, fit,
    rehearse, roster,
};

/// Wednesday 2026-11-25, 10:00 in Bogotá.
const MORNING: i64 = 1_795_618_800_000;
const DAY_MS: i64 = 86_400_000;
const CODES: &[&str] = &["VE01", "NI07", "NC03", "NT00", "XX99", ""];

/// Days around a morning, and clocks that were wrong by ages.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        20 => (0..5 * DAY_MS).prop_map(|after| MORNING + after),
        1 => select(vec![i64::MIN, 0, i64::MAX]),
    ]
    .prop_map(Timestamp::from_millis)
}

prop_compose! {
    fn any_call()(
        contact in 0..900_i64,
        placed in any_instant(),
        spans in prop::array::uniform4(prop::option::of(0..120_000_u64)),
        ended in prop::option::weighted(0.05, any_instant()),
        outcome in any::<Index>(),
        code in prop::option::of(any::<Index>()),
        segment in prop::option::of(0..3_i64),
    ) -> PastCall {
        let after = |span: Option<u64>| span.map(|span| placed + Duration::from_millis(span));
        let phone = PhoneNumber::from_e164(&format!("+573{contact:09}")).expect("digits");
        PastCall {
            contact: ContactId::new(contact),
            phone,
            placed,
            ringing: after(spans[0]),
            answered: after(spans[1]),
            bridged: after(spans[2]),
            ended: ended.or(after(spans[3])).unwrap_or(placed),
            outcome: *outcome.get(Outcome::ALL),
            code: code.map(|code| (*code.get(CODES)).to_owned()),
            segment,
        }
    }
}

prop_compose! {
    fn any_change()(
        at in any_instant(),
        agent in 1..8_i64,
        to in 0..8_i16,
        reason in prop::option::of(select(vec!["login", "pausa"])),
    ) -> PastChange {
        PastChange {
            at,
            agent: AgentId::new(agent),
            to: AgentStatus::from_number(to).unwrap_or(AgentStatus::Ready),
            reason: reason.map(str::to_owned),
        }
    }
}

prop_compose! {
    fn any_past()(
        mut calls in prop::collection::vec(any_call(), 0..1_500),
        mut changes in prop::collection::vec(any_change(), 0..400),
        only in prop::option::weighted(0.2, any::<Index>()),
        utc_offset in -12..=14_i8,
    ) -> History {
        // Days on which everything came to the same.
        if let Some(only) = only {
            calls.iter_mut().for_each(|call| call.outcome = *only.get(Outcome::ALL));
        }
        calls.sort_by_key(|call| call.placed);
        changes.sort_by_key(|change| change.at);
        History { calls, changes, utc_offset, ..History::default() }
    }
}

fn is_share(range: Option<Range>) -> bool {
    range.is_none_or(|range| 0.0 <= range.low && range.high <= 1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_past_makes_a_floor_that_can_be_rehearsed(past in any_past()) {
        let usual = Scenario {
            agents: 2,
            hours: 0.02,
            base: vec![Stock::of_strangers(50)],
            ..Scenario::default()
        };
        let (found, basis) = fit(&past, usual);
        prop_assert_eq!(basis.attempts, past.calls.len() as u64);
        prop_assert_eq!(found.check(), Ok(()));
        prop_assert!((0.0..=1.0).contains(&found.break_share.get()));
        let of = found.model.doubt;
        let doubts = [
            of.answers, of.machines, of.invalid, of.talk, of.wrap_up, of.breaks, of.break_length,
        ];
        let kinds = found.model.talks.iter().map(|kind| kind.doubt);
        for doubt in doubts.into_iter().chain(kinds) {
            prop_assert!(doubt.is_finite() && doubt >= 0.0, "{:?}", found.model);
        }
        let reports = rehearse(&found, 2, 1, &|| {});
        let expected = Expected::of(&reports.expect("checked above")).expect("runs");
        prop_assert!(is_share(expected.utilisation) && is_share(expected.abandon_rate));
        for day in past.days() {
            let _ = roster(&past, day);
        }
        let now = Timestamp::from_millis(MORNING + 6 * DAY_MS);
        let _ = BackTest::of(&past, now, &Scenario::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn a_floor_is_found_again_in_what_it_did(
        seed in any::<u64>(),
        person in 15..45_u32,
        machine in 0..15_u32,
        busy in 5..20_u32,
        talk in 25..90_u64,
        wrap_up in 5..20_u64,
    ) {
        let truth = Scenario {
            seed,
            agents: 6,
            hours: 1.0,
            mix: Mix { person, machine, busy, no_answer: 40, invalid: 6, ..Mix::EMPTY },
            talk_mean: Duration::from_secs(talk),
            wrap_up_mean: Duration::from_secs(wrap_up),
            ..Scenario::default()
        };
        let past = History::told(events(&truth).expect("a sound scenario"), -5);
        let (found, basis) = fit(&past, Scenario::default());
        prop_assume!(basis.fitted);
        // Four standard deviations of what chance makes of so many.
        let near = |found: f64, truth: f64, one: f64, of: f64| {
            (found - truth).abs() <= 4.0 * one / of.max(1.0).sqrt()
        };
        let of = found.mix.of_valid_numbers() as f64;
        for (found, weight) in [
            (found.mix.person, person), (found.mix.machine, machine), (found.mix.busy, busy),
        ] {
            let truth = f64::from(weight) / truth.mix.of_valid_numbers() as f64;
            // A few per cent ring out though somebody would have come.
            let one = (truth * (1.0 - truth)).sqrt() + 0.05;
            prop_assert!(near(f64::from(found) / of, truth, one, of), "{found} {weight}");
        }
        let talks: u32 = found.model.talks.iter().map(|kind| kind.weight).sum();
        for (spread, mean) in [(&found.model.talk_ms, talk), (&found.model.wrap_up_ms, wrap_up)] {
            let (found, mean) = (spread.mean().expect("seen").as_secs_f64(), mean as f64);
            // Erlang of three stages, and what an hour cuts off.
            let one = mean / 3f64.sqrt() + 0.2 * mean;
            prop_assert!(near(found, mean, one, f64::from(talks)), "{found} {mean}");
        }
    }
}
