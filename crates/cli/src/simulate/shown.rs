//! A rehearsal as people read it.

use domain::Timestamp;
use wire::{Rehearsal, RehearsalBackTest, RehearsalJudged, RehearsalRange, RehearsalSegment};

use crate::output::table;
use crate::times::shown;

/// As people read it.
pub(super) fn print(done: &Rehearsal) {
    let expected = &done.expected;
    println!(
        "{}: {} advisors, {:.1} h from {}:00, {} runs",
        done.campaign, done.agents, done.hours, done.start_hour, expected.runs
    );
    println!("floor: {}", done.model.words);
    for what in &done.model.assumed {
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
    print_segments(&expected.segments);
    if done.channels > 0 && expected.channels_peak.high >= f64::from(done.channels) {
        let channels = done.channels;
        println!(
            "the {channels} channels of the trunks are all in use at the peak: they hold dialing back"
        );
    }
    if let Some(of) = done.sales_target {
        let (target, chance) = (of.target, percent(of.chance));
        println!("{target} sales or more: {chance} of the runs");
    }
    print_back_test(done);
    for promise in &done.broken {
        println!("BROKEN {promise}");
    }
}

/// Medians, since each has a row.
fn print_segments(segments: &[RehearsalSegment]) {
    if segments.is_empty() {
        return;
    }
    let row = |of: &RehearsalSegment| {
        let enough = match of.enough_after_hours {
            Some(after) => format!("{} after {} h", percent(of.enough), hours(after.median)),
            None => String::new(),
        };
        let figures = [
            of.attempts,
            of.contacts,
            of.effective,
            of.sales,
            of.contacts_left,
        ];
        let mut row = vec![of.name.clone()];
        row.extend(figures.map(|range| whole(range.median)));
        row.extend([format!("x {:.2}", of.answers), enough]);
        row
    };
    let rows: Vec<_> = segments.iter().map(row).collect();
    let headings = [
        "segment",
        "attempts",
        "contacts",
        "effective",
        "sales",
        "left",
        "picks up",
        "quota reached",
    ];
    table(&headings, &rows, "");
}

fn print_back_test(done: &Rehearsal) {
    let (day, model, figures) = match &done.back_test {
        RehearsalBackTest::Judged {
            day,
            model,
            figures,
            ..
        } => (*day, model, figures),
        RehearsalBackTest::Refused { refused } => {
            return println!("back-test: none, because {refused}");
        }
    };
    let day = shown(Timestamp::from_millis(day));
    let date = day.split(' ').next().unwrap_or(&day);
    println!("back-test: {date} predicted, {model}");
    let row = |judged: &RehearsalJudged| {
        let show = if judged.figure == "utilisation" {
            percent
        } else {
            whole
        };
        let error = judged
            .error
            .map_or("s/d".to_owned(), |error| format!("{:+.1} %", error * 100.0));
        let mut row = line(&judged.figure, Some(judged.predicted), show);
        row.extend([show(judged.actual), error]);
        row
    };
    let rows: Vec<_> = figures.iter().map(row).collect();
    table(&["", "p10", "median", "p90", "actual", "error"], &rows, "");
}

fn base_words(ran_out: f64) -> String {
    if ran_out > 0.0 {
        format!("the base runs out in {} of the runs", percent(ran_out))
    } else {
        "the base does not run out".to_owned()
    }
}

fn line(name: &str, range: Option<RehearsalRange>, show: fn(f64) -> String) -> Vec<String> {
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
