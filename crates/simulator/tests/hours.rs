//! Hours of dialing in virtual time: the same seed is the same hour, twenty
//! agents are kept busy within the abandon limit, and nobody is called when
//! nobody is there to talk.

use std::time::Duration;

use domain::{DialMode, Rate};
use simulator::{Mix, Report, Scenario, record, simulate};

fn run(scenario: &Scenario) -> Report {
    let report = simulate(scenario).expect("a sound scenario");
    assert!(report.broken.is_empty(), "{:#?}", report.broken);
    let over: u64 = report.outcomes.values().sum();
    assert!(
        over <= report.attempts && report.attempts <= over + report.open,
        "every call placed has one end or goes on: {report:#?}"
    );
    report
}

fn timeless(report: Report) -> Report {
    Report {
        wall_seconds_per_hour: 0.0,
        ..report
    }
}

fn share(text: &str) -> Rate {
    text.parse().expect("a share")
}

#[test]
fn the_same_seed_gives_the_same_hour_and_another_seed_another() {
    let of = |seed| {
        timeless(run(&Scenario {
            agents: 8,
            hours: 0.25,
            seed,
            ..Scenario::default()
        }))
    };
    assert_eq!(of(4), of(4));
    assert_ne!(of(4).fingerprint, of(5).fingerprint);
}

#[test]
fn twenty_agents_are_kept_busy_for_an_hour_within_the_abandon_limit() {
    let (mut answered, mut abandoned) = (0, 0);
    for seed in 1..=3 {
        let report = run(&Scenario {
            seed,
            ..Scenario::default()
        });
        let busy = report.utilisation.expect("agents at work");
        assert!(busy >= 0.75, "{report:#?}");
        let rate = report.abandon_rate.expect("answers");
        assert!(rate <= 0.03, "{report:#?}");
        answered += report.answered;
        abandoned += report.abandoned;
    }
    assert!(answered > 1_500, "{abandoned} of {answered}");
}

#[test]
fn without_agents_nobody_is_called() {
    let report = run(&Scenario {
        agents: 0,
        ..Scenario::default()
    });
    assert_eq!((report.attempts, report.refused), (0, 0));
    assert_eq!((report.utilisation, report.abandon_rate), (None, None));
}

#[test]
fn in_every_mode_agents_talk_and_promises_hold() {
    for mode in DialMode::ALL {
        let report = run(&Scenario {
            mode,
            agents: 6,
            hours: 0.25,
            ..Scenario::default()
        });
        assert!(report.connected >= 6, "{mode:?}: {report:#?}");
    }
}

#[test]
fn progressive_dialing_abandons_nobody() {
    let report = run(&Scenario {
        mode: DialMode::Progressive,
        ..Scenario::default()
    });
    assert_eq!(report.abandoned, 0, "{report:#?}");
    assert!(report.connected > 100, "{report:#?}");
}

#[test]
fn breaks_lost_lines_a_slow_store_and_a_short_list_break_no_promise() {
    let report = run(&Scenario {
        agents: 12,
        hours: 2.0,
        contacts: 1_500,
        break_share: share("5%"),
        line_loss: share("5%"),
        commit_delay: Duration::from_millis(900),
        mix: Mix {
            congestion: 10,
            ..Mix::default()
        },
        ..Scenario::default()
    });
    assert!(report.connected > 200, "{report:#?}");
}

#[test]
fn a_list_of_numbers_that_do_not_exist_is_called_once_each_and_ends() {
    let report = run(&Scenario {
        contacts: 300,
        mix: Mix {
            invalid: 1,
            ..Mix::EMPTY
        },
        ..Scenario::default()
    });
    assert_eq!(report.attempts, 300);
    assert_eq!(report.outcomes.get("invalid_number"), Some(&300));
}

#[test]
fn an_engine_fed_the_record_of_a_run_takes_the_same_steps() {
    let scenario = Scenario {
        agents: 5,
        hours: 0.1,
        ..Scenario::default()
    };
    let report = run(&scenario);
    let inputs = record(&scenario).expect("a sound scenario");
    assert_eq!(inputs.len() as u64, report.steps);
    let mut engine = engine::Engine::new(engine::Numbering::default());
    let events: usize = inputs
        .into_iter()
        .map(|(at, input)| engine.handle(at, input).events.len())
        .sum();
    assert_eq!(events as u64, report.events);
}
