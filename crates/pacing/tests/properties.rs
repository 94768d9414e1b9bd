//! What holds for any floor and any history, sane or not.

use std::time::Duration;

use domain::{AgentId, AttemptId, DialMode, Rate, Timestamp};
use pacing::{
    Decision, Fact, Learnt, Pacer, PacerConfig, Snapshot, SnapshotCall, SnapshotTalk,
    SnapshotWrapUp,
};
use proptest::prelude::*;

fn config() -> PacerConfig {
    PacerConfig {
        target: Rate::new(0.03).expect("a share"),
        limit: Rate::new(0.03).expect("a share"),
        sure: None,
        wait_limit: Duration::from_secs(2),
        ring_timeout: Duration::from_secs(25),
    }
}

fn pacer() -> Pacer {
    Pacer::new(config())
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Ages up to days, and instants that lie ahead (a clock set back).
fn any_instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        (0..100_000_i64).prop_map(|age| at(1_000_000 - age)),
        Just(at(i64::MIN)),
        Just(at(i64::MAX)),
        (1_000_000..2_000_000_i64).prop_map(at),
    ]
}

prop_compose! {
    fn any_call()(
        placed in any_instant(),
        ringing in proptest::option::of(any_instant()),
        answered in proptest::option::of(any_instant()),
    ) -> SnapshotCall {
        SnapshotCall { placed, ringing, answered }
    }
}

prop_compose! {
    fn any_talk()(since in any_instant(), leaving in any::<bool>()) -> SnapshotTalk {
        SnapshotTalk { since, leaving }
    }
}

prop_compose! {
    fn any_wrap_up()(
        since in any_instant(),
        talked in 0_u64..u64::MAX,
        until in proptest::option::of(any_instant()),
        leaving in any::<bool>(),
    ) -> SnapshotWrapUp {
        SnapshotWrapUp { since, talked: Duration::from_millis(talked), until, leaving }
    }
}

fn any_mode() -> impl Strategy<Value = DialMode> {
    proptest::sample::select(DialMode::ALL.to_vec())
}

prop_compose! {
    fn floor_alone()(
        mode in any_mode(),
        power_ratio in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), -2.0..20.0_f64],
        (agents_ready, waiting) in (0_u32..80, 0_u32..10),
        talking in proptest::collection::vec(any_talk(), 0..90),
        wrap_up in proptest::collection::vec(any_wrap_up(), 0..20),
        calls in proptest::collection::vec(any_call(), 0..120),
        (channels_free, calls_now_max, hopper) in (0_u32..50, 0_u32..50, 0_u32..50),
        closes in proptest::option::of(0_u64..100_000),
        calls_max in proptest::option::of(0_u32..200),
    ) -> Snapshot {
        Snapshot {
            now: at(1_000_000),
            mode, power_ratio, agents_ready, talking, wrap_up, calls, waiting,
            channels_free, calls_now_max, hopper,
            window_closes_in: closes.map(Duration::from_secs),
            calls_max,
            ..Snapshot::empty(at(1_000_000), mode)
        }
    }
}

prop_compose! {
    /// One time in two another campaign shares its agents.
    fn any_floor()(
        floor in floor_alone(),
        other in proptest::option::of(floor_alone()),
        (ours, theirs) in (0.0..=1.0_f64, 0.0..=1.0_f64),
        others_first in proptest::bool::weighted(0.1),
    ) -> Snapshot {
        let mut pacer = Pacer::new(config());
        let elsewhere = other.map(|other| pacer.elsewhere(&other, ours, theirs));
        Snapshot { elsewhere: elsewhere.unwrap_or_default(), others_first, ..floor }
    }
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let call = (0_i64..12).prop_map(AttemptId::new);
    let agent = (0_i64..6).prop_map(AgentId::new);
    (0_u8..13, call, agent).prop_map(|(kind, call, agent)| match kind {
        0 => Fact::CallPlaced { call },
        1 => Fact::Ringing { call },
        2 => Fact::Answered { call },
        3 => Fact::Live { call },
        4 => Fact::Bridged { call, agent },
        5 => Fact::Abandoned { call },
        6 => Fact::Failed { call },
        7 => Fact::Cancelled { call },
        8 => Fact::Ended { call },
        9 => Fact::AgentReady { agent },
        10 => Fact::AgentLeft { agent },
        11 => Fact::TalkEnded { agent },
        _ => Fact::WrapUpEnded { agent },
    })
}

/// Facts in any order, at times that run backwards, too.
fn any_history() -> impl Strategy<Value = Vec<(Timestamp, Fact)>> {
    proptest::collection::vec((any_instant(), any_fact()), 0..200)
}

fn after(history: &[(Timestamp, Fact)]) -> Pacer {
    let mut pacer = pacer();
    for (now, fact) in history {
        pacer.observe(*now, *fact);
    }
    pacer
}

fn assert_within_limits(floor: &Snapshot, decision: &Decision) {
    let dial = decision.dial;
    assert!(dial <= floor.channels_free, "channels: {decision:?}");
    assert!(
        dial <= floor.calls_now_max,
        "calls per second: {decision:?}"
    );
    assert!(dial <= floor.hopper, "contacts: {decision:?}");
    if let Some(most) = floor.calls_max {
        assert!(dial == 0 || dial as usize + floor.calls.len() <= most as usize);
    }
    if floor.agents_staying() == 0 || floor.window_closes_in == Some(Duration::ZERO) {
        assert_eq!(dial, 0, "{decision:?}");
    }
    for (name, value) in decision.inputs() {
        assert!(value.is_finite(), "{name} is {value}");
    }
    let words = [
        "abandon",
        "trunk",
        "cps",
        "window",
        "list",
        "no agents",
        "mode",
        "none",
    ];
    assert!(words.contains(&decision.binding), "{}", decision.binding);
    assert!(!decision.why().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_limit_is_ever_exceeded_whatever_happened(
        history in any_history(),
        floor in any_floor(),
    ) {
        let mut pacer = after(&history);
        for _ in 0..2 {
            let decision = pacer.decide(&floor);
            assert_within_limits(&floor, &decision);
        }
    }

    #[test]
    fn one_agent_more_never_means_fewer_calls(
        history in any_history(),
        mut floor in any_floor(),
    ) {
        let pacer = after(&history);
        let fewer = pacer.clone().decide(&floor).dial;
        floor.agents_ready += 1;
        let more = pacer.clone().decide(&floor).dial;
        prop_assert!(more >= fewer, "{fewer} with one agent less, {more} now");
    }

    #[test]
    fn the_same_history_gives_the_same_decision(
        history in any_history(),
        floor in any_floor(),
    ) {
        prop_assert_eq!(after(&history).decide(&floor), after(&history).decide(&floor));
    }

    #[test]
    fn nobody_there_means_nothing_dialed(history in any_history(), mut floor in any_floor()) {
        floor.agents_ready = 0;
        floor.talking.clear();
        floor.wrap_up.clear();
        prop_assert_eq!(after(&history).decide(&floor).dial, 0);
    }
}

/// A floor where every fifth call of `calls` is answered after six seconds.
fn a_morning(pacer: &mut Pacer, calls: i64) {
    for number in 0..calls {
        let (call, agent) = (AttemptId::new(number), AgentId::new(number % 7));
        let start = number * 4_000;
        pacer.observe(at(start), Fact::CallPlaced { call });
        pacer.observe(at(start + 2_000), Fact::Ringing { call });
        if number % 5 == 0 {
            pacer.observe(at(start + 8_000), Fact::Bridged { call, agent });
            pacer.observe(at(start + 60_000), Fact::TalkEnded { agent });
        } else {
            pacer.observe(at(start + 20_000), Fact::Failed { call });
        }
        pacer.decide(&ten_ready(start + 20_500));
    }
}

fn ten_ready(now: i64) -> Snapshot {
    let mut floor = Snapshot::empty(at(now), DialMode::Predictive);
    floor.agents_ready = 10;
    (floor.channels_free, floor.calls_now_max, floor.hopper) = (500, 500, 500);
    floor
}

fn figure(decision: &Decision, wanted: &str) -> f64 {
    let inputs = decision.inputs();
    let found = inputs.iter().find(|(name, _)| *name == wanted);
    found.expect("the figure is there").1
}

#[test]
fn a_second_day_starts_from_the_first() {
    let mut first = pacer();
    a_morning(&mut first, 2_000);
    let text = first.learnt().to_json();
    assert!(text.len() < 16 * 1_024, "{} bytes", text.len());
    let learnt = Learnt::from_json(&text).expect("its own");
    let chance = |mut pacer: Pacer| {
        let decision = pacer.decide(&ten_ready(100_000_000));
        (figure(&decision, "answer_chance"), decision.dial)
    };
    let known = chance(Pacer::from_history(config(), &learnt, Duration::ZERO));
    let aged = |days: u64| Duration::from_secs(days * 86_400);
    let old = chance(Pacer::from_history(config(), &learnt, aged(365)));
    let stranger = chance(pacer());
    assert!((known.0 - 0.2).abs() < 0.03, "{known:?}");
    assert!(known.1 > stranger.1, "{known:?} {stranger:?}");
    assert!((old.0 - stranger.0).abs() < 0.05, "{old:?} {stranger:?}");
}

proptest! {
    #[test]
    fn any_history_gives_a_finite_decision(
        value in prop_oneof![Just("-1".to_owned()), Just("1e300".to_owned()), any::<u32>().prop_map(|n| n.to_string())],
        age in any::<u64>(),
    ) {
        let mut first = pacer();
        a_morning(&mut first, 20);
        let text = first.learnt().to_json().replace("0.0", &value);
        let Some(learnt) = Learnt::from_json(&text) else { return Ok(()) };
        let mut second = Pacer::from_history(config(), &learnt, Duration::from_secs(age));
        let decision = second.decide(&ten_ready(1_000));
        let inputs = decision.inputs();
        let wild = inputs.iter().find(|(_, value)| !value.is_finite());
        prop_assert_eq!(wild, None);
    }
}
