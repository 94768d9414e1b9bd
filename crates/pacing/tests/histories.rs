//! What holds after whatever happened to a floor and to its clock: facts that
//! make no sense, a clock that was set, a trunk that was gone for an hour.

mod floor;

use std::time::Duration;

use domain::{AgentId, AttemptId, DialMode, Rate, Timestamp};
use floor::{Floor, Shape};
use pacing::{
    Balance, Beginning, Decision, Fact, Ledger, Pacer, PacerConfig, Page, Replay, Snapshot,
};
use proptest::prelude::*;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// A floor with its pacer, at work since the morning.
struct Campaign {
    floor: Floor,
    pacer: Pacer,
    now: i64,
    snapshot: Snapshot,
}

fn config() -> PacerConfig {
    let target = Rate::new(0.03).expect("a share");
    PacerConfig {
        target,
        limit: target,
        sure: None,
        wait_limit: Duration::from_secs(2),
        ring_timeout: Duration::from_secs(25),
    }
}

impl Campaign {
    fn new(shape: Shape, seed: u64) -> Campaign {
        let pacer = Pacer::new(config());
        let mut floor = Floor::new(shape, seed, DAY);
        floor.open();
        Campaign {
            floor,
            pacer,
            now: DAY,
            snapshot: Snapshot::empty(Timestamp::from_millis(DAY), DialMode::Predictive),
        }
    }

    /// So many seconds with so many free channels; the last decision.
    fn seconds(&mut self, seconds: i64, channels: u32) -> Decision {
        let mut last = None;
        for _ in 0..seconds {
            self.now += SECOND;
            let pacer = &mut self.pacer;
            self.floor
                .run(self.now, &mut |at, fact| pacer.observe(at, fact));
            self.floor.look(&mut self.snapshot, 2 * DAY);
            self.snapshot.channels_free = channels;
            let decision = pacer.decide(&self.snapshot);
            self.floor
                .dial(decision.dial, &mut |at, fact| pacer.observe(at, fact));
            last = Some(decision);
        }
        last.expect("at least a second")
    }
}

fn figure(decision: &Decision, name: &str) -> f64 {
    let inputs = decision.inputs();
    let found = inputs.iter().find(|(found, _)| *found == name);
    found.expect("a figure of that name").1
}

prop_compose! {
    fn any_shape()(
        agents in 1_usize..120,
        answer in 0.08_f64..0.6,
        talk in 20.0_f64..200.0,
        wrap_up in 2.0_f64..40.0,
    ) -> Shape {
        Shape { agents, answer, talk, wrap_up }
    }
}

/// What a clock may do between two things that happen.
fn any_passing() -> impl Strategy<Value = i64> {
    prop_oneof![
        20 => 0_i64..3 * SECOND,
        2 => -10 * SECOND..400 * SECOND,
        1 => -DAY..DAY,
    ]
}

fn any_fact() -> impl Strategy<Value = Option<Fact>> {
    let call = (0_i64..40).prop_map(AttemptId::new);
    let agent = (0_i64..9).prop_map(AgentId::new);
    (0_u8..16, call, agent).prop_map(|(kind, call, agent)| {
        Some(match kind {
            0 | 1 => Fact::CallPlaced { call },
            2 => Fact::Ringing { call },
            3 => Fact::Answered { call },
            4 => Fact::Live { call },
            5 => Fact::Bridged { call, agent },
            6 => Fact::Abandoned { call },
            7 => Fact::Failed { call },
            8 => Fact::Cancelled { call },
            9 => Fact::Ended { call },
            10 => Fact::AgentReady { agent },
            11 => Fact::AgentLeft { agent },
            12 => Fact::TalkEnded { agent },
            13 => Fact::WrapUpEnded { agent },
            _ => return None,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn figures_stay_finite_whatever_is_told_and_whatever_the_clock_does(
        history in proptest::collection::vec((any_passing(), any_fact()), 0..400),
    ) {
        let shape = Shape { agents: 9, answer: 0.3, talk: 60.0, wrap_up: 9.0 };
        let mut campaign = Campaign::new(shape, 5);
        campaign.seconds(30, 9);
        let mut now = campaign.now;
        for (passing, fact) in history {
            now += passing;
            if let Some(fact) = fact {
                campaign.pacer.observe(Timestamp::from_millis(now), fact);
                continue;
            }
            campaign.snapshot.now = Timestamp::from_millis(now);
            let decision = campaign.pacer.decide(&campaign.snapshot);
            prop_assert!(decision.dial <= 9);
            for (name, value) in decision.inputs() {
                prop_assert!(value.is_finite(), "{} is {}", name, value);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 25, ..ProptestConfig::default() })]

    /// Whatever is on the way stays counted, and busy agents stay busy.
    #[test]
    fn a_clock_that_jumps_brings_no_burst(
        shape in any_shape(),
        seed in 1_u64..1_000_000,
        jump in prop_oneof![-DAY..-10 * SECOND, 10 * SECOND..DAY],
        minutes in 11_i64..40,
    ) {
        let mut campaign = Campaign::new(shape, seed);
        campaign.seconds(minutes * 60, u32::MAX);
        campaign.now += SECOND;
        let (floor, pacer) = (&mut campaign.floor, &mut campaign.pacer);
        floor.run(campaign.now, &mut |at, fact| pacer.observe(at, fact));
        floor.look(&mut campaign.snapshot, 2 * DAY);
        let calm = campaign.pacer.clone().decide(&campaign.snapshot);
        campaign.snapshot.now = Timestamp::from_millis(campaign.now + jump);
        let jumped = campaign.pacer.decide(&campaign.snapshot);
        let sane = 2 * calm.dial + campaign.snapshot.agents_ready + 2;
        prop_assert!(jumped.dial <= sane, "{} dialed, {} without", jumped.dial, calm.dial);
    }

    /// Tables are kept from one second to the next, also where nobody looks.
    #[test]
    fn decisions_made_again_from_the_ledger_are_the_same(
        shape in any_shape(),
        seed in 1_u64..1_000_000,
        recorded_every in 2_i64..12,
    ) {
        let Campaign { mut floor, now, mut snapshot, .. } = Campaign::new(shape, seed);
        let (mut ledger, mut replay) = (Ledger::default(), Replay::default());
        let balance = Balance { live: seed % 9, abandoned: seed % 2, earlier: (seed % 5_000, seed % 90) };
        let sure = (seed % 2 == 0).then_some(Rate::new(0.95).expect("a share"));
        let config = PacerConfig { sure, ..config() };
        let beginning = Beginning { config, balance, history: None };
        let mut pacer = Pacer::begin(&beginning);
        ledger.began(beginning);
        for second in 1..900 {
            let at = now + second * SECOND;
            let mut tell = |at, fact| {
                ledger.told(at, fact);
                pacer.observe(at, fact);
            };
            floor.run(at, &mut tell);
            floor.look(&mut snapshot, 2 * DAY);
            let decision = pacer.decide(&snapshot);
            if decision.dial > 0 || second % recorded_every == 0 {
                let page = ledger.page(snapshot.now, Some(&snapshot));
                let page = Page::read(&page, snapshot.now).expect("it was just written");
                prop_assert_eq!(replay.turn(&page), Some(decision));
            } else {
                ledger.asked(snapshot.now);
            }
            floor.dial(decision.dial, &mut |at, fact| {
                ledger.told(at, fact);
                pacer.observe(at, fact);
            });
        }
    }

    #[test]
    fn a_trunk_that_comes_back_brings_no_burst(shape in any_shape(), seed in 1_u64..1_000_000) {
        let mut campaign = Campaign::new(shape, seed);
        campaign.seconds(1_500, u32::MAX);
        campaign.seconds(3_600, 0);
        let before = campaign.floor.tally;
        let first = campaign.seconds(1, u32::MAX);
        let answers = f64::from(first.dial) * figure(&first, "answer_chance");
        let ready = figure(&first, "ready");
        prop_assert!(answers <= ready, "{answers} answers for {ready} agents");

        campaign.seconds(120, u32::MAX);
        let after = campaign.floor.tally;
        let (live, abandoned) = (after.live - before.live, after.abandoned - before.abandoned);
        prop_assert!(abandoned <= 3 + live / 4, "{abandoned} of {live} abandoned");
    }
}
