//! What pacing promises, on floors it was not made with: few agents and many,
//! few people who answer and many, long talks and short ones. Within the
//! abandon target over the runs together, no run far above it, and agents
//! kept busier than a line per free agent would.

use std::time::Duration;

use domain::DialMode;
use simulator::{Mix, Report, Scenario, simulate};

/// A floor where so many of a hundred calls are answered by a person.
fn floor(agents: u32, answered: u32, talk: u64, hours: f64) -> Scenario {
    Scenario {
        agents,
        hours,
        talk_mean: Duration::from_secs(talk),
        wrap_up_mean: Duration::from_secs(12),
        mix: Mix {
            person: answered,
            machine: 0,
            no_answer: 87 - answered,
            busy: 5,
            invalid: 0,
            congestion: 8,
        },
        channels: agents * 12,
        calls_per_second: 200.0,
        ..Scenario::default()
    }
}

fn runs(scenario: &Scenario) -> Vec<Report> {
    (71..=72)
        .map(|seed| {
            let report = simulate(&Scenario {
                seed,
                ..scenario.clone()
            });
            report.expect("a sound scenario")
        })
        .collect()
}

fn utilisation(reports: &[Report]) -> f64 {
    let busy: f64 = reports
        .iter()
        .map(|report| report.utilisation.expect("agents at work"))
        .sum();
    busy / reports.len() as f64
}

/// Utilisation is at least `least`, and abandoned calls are within 3 %.
fn assert_paced(scenario: &Scenario, least: f64) {
    let reports = runs(scenario);
    let abandoned: u64 = reports.iter().map(|report| report.abandoned).sum();
    let answered: u64 = reports.iter().map(|report| report.answered).sum();
    let share = abandoned as f64 / answered as f64;
    assert!(share <= 0.03, "{share} abandoned: {reports:#?}");
    for report in &reports {
        let rate = report.abandon_rate.expect("answers");
        assert!(rate <= 0.033, "{rate} abandoned in a run: {report:#?}");
    }
    let busy = utilisation(&reports);
    let alone = utilisation(&runs(&Scenario {
        mode: DialMode::Progressive,
        ..scenario.clone()
    }));
    assert!(busy >= least, "{busy} busy: {reports:#?}");
    assert!(busy > alone, "{busy} against {alone} with a line per agent");
}

#[test]
fn six_agents_with_long_talks() {
    assert_paced(&floor(6, 25, 170, 1.5), 0.72);
}

#[test]
fn twenty_four_agents_whom_few_people_answer() {
    assert_paced(&floor(24, 12, 70, 0.4), 0.72);
}

#[test]
fn sixty_agents_with_short_talks() {
    assert_paced(&floor(60, 30, 35, 0.2), 0.82);
}

#[test]
fn super_progressive_abandons_nobody_and_keeps_agents_busier_than_a_line_each() {
    for (agents, answered, least_gain) in [(12, 10, 0.008), (40, 10, 0.08), (40, 30, 0.003)] {
        let of = |mode| {
            runs(&Scenario {
                mode,
                ..floor(agents, answered, 70, 0.4)
            })
        };
        let bold = of(DialMode::SuperProgressive);
        for report in &bold {
            assert_eq!(report.abandoned, 0, "{report:#?}");
            assert!(report.connected > 50, "{report:#?}");
        }
        let (bold, alone) = (utilisation(&bold), utilisation(&of(DialMode::Progressive)));
        println!(
            "{agents} agents, {answered} % answer: {bold:.3} busy, {alone:.3} with a line each"
        );
        assert!(bold > alone + least_gain, "{bold} against {alone}");
    }
}
