//! A rehearsal as people and programs read it.

use serde_json::{Value, json};
use simulator::{Judged, Range, agents_at_once};

use super::campaign::Rehearsed;
use crate::output::table;
use crate::times::shown;

/// As programs read it.
pub(super) fn value(done: &Rehearsed) -> Value {
    let back_test = match &done.back_test {
        Err(why) => json!({"refused": why}),
        Ok((day, basis, judged)) => json!({
            "day": day.as_millis(), "attempts": basis.attempts, "days": basis.days,
            "model": basis.words(), "figures": judged,
        }),
    };
    json!({
        "campaign": done.campaign,
        "model": {"fitted": done.basis.fitted, "words": done.basis.words(),
            "attempts": done.basis.attempts, "days": done.basis.days,
            "assumed": done.basis.assumed},
        "hours": done.scenario.hours, "start_hour": done.scenario.start_hour,
        "agents": agents(done), "channels": done.scenario.channels,
        "expected": done.expected,
        "sales_target": done.sales_target
            .map(|(target, chance)| json!({"target": target, "chance": chance})),
        "back_test": back_test, "broken": done.broken,
    })
}

/// As people read it.
pub(super) fn print(done: &Rehearsed) {
    let (expected, scenario) = (&done.expected, &done.scenario);
    println!(
        "{}: {} advisors, {:.1} h from {}:00, {} runs",
        done.campaign,
        agents(done),
        scenario.hours,
        scenario.start_hour,
        expected.runs
    );
    println!("floor: {}", done.basis.words());
    for what in &done.basis.assumed {
        println!("  too little to tell {what}");
    }
    let rows = [
        line("utilisation", expected.utilisation, percent),
        line("attempts", Some(expected.attempts), whole),
        line("contacts", Some(expected.contacts), whole),
        line("effective contacts", Some(expected.effective), whole),
        line("sales", Some(expected.sales), whole),
        line("abandoned", Some(expected.abandoned), whole),
        line("abandon rate", expected.abandon_rate, fine_percent),
        line("trunk channels, peak", Some(expected.channels_peak), whole),
        line("contacts left to call", Some(expected.contacts_left), whole),
        line(
            "base runs out after, h",
            expected.base_ran_out_after_hours,
            hours,
        ),
    ];
    table(&["", "p10", "median", "p90"], &rows, "");
    println!("{}", base_words(expected.base_ran_out));
    if scenario.channels > 0 && expected.channels_peak.high >= f64::from(scenario.channels) {
        let channels = scenario.channels;
        println!(
            "the {channels} channels of the trunks are all in use at the peak: they hold dialing back"
        );
    }
    if let Some((target, chance)) = done.sales_target {
        println!("{target} sales or more: {} of the runs", percent(chance));
    }
    print_back_test(done);
    for promise in &done.broken {
        println!("BROKEN {promise}");
    }
}

fn print_back_test(done: &Rehearsed) {
    let (day, basis, judged) = match &done.back_test {
        Ok(test) => test,
        Err(why) => return println!("back-test: none, because {why}"),
    };
    let day = shown(*day);
    let date = day.split(' ').next().unwrap_or(&day);
    println!("back-test: {date} predicted, {}", basis.words());
    let row = |judged: &Judged| {
        let show = if judged.figure == "utilisation" {
            percent
        } else {
            whole
        };
        let error = judged
            .error
            .map_or("s/d".to_owned(), |error| format!("{:+.1} %", error * 100.0));
        let mut row = line(judged.figure, Some(judged.predicted), show);
        row.extend([show(judged.actual), error]);
        row
    };
    let rows: Vec<_> = judged.iter().map(row).collect();
    table(&["", "p10", "median", "p90", "actual", "error"], &rows, "");
}

fn base_words(ran_out: f64) -> String {
    if ran_out > 0.0 {
        format!("the base runs out in {} of the runs", percent(ran_out))
    } else {
        "the base does not run out".to_owned()
    }
}

fn agents(done: &Rehearsed) -> u32 {
    match done.scenario.roster.as_slice() {
        [] => done.scenario.agents,
        shifts => agents_at_once(shifts),
    }
}

fn line(name: &str, range: Option<Range>, show: fn(f64) -> String) -> Vec<String> {
    let cells = range.map_or(["s/d", "s/d", "s/d"].map(str::to_owned), |range| {
        [range.low, range.median, range.high].map(show)
    });
    [vec![name.to_owned()], cells.into()].concat()
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

fn hours(value: f64) -> String {
    format!("{value:.1}")
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn fine_percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}
