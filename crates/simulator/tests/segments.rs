//! A campaign called by segments in virtual time: turns, shares, quotas and pace are those of production.

use simulator::{Counted, Report, Scenario, Segment, SegmentQuota, SegmentReport, Stock, simulate};

fn segment(name: &str, priority: u16, share: u8, contacts: u32) -> Segment {
    Segment {
        priority,
        share,
        ..Segment::rest(name, vec![Stock::of_strangers(contacts)])
    }
}

fn run(hours: f64, segments: Vec<Segment>) -> Report {
    let scenario = Scenario {
        agents: 10,
        hours,
        segments,
        ..Scenario::default()
    };
    let report = simulate(&scenario).expect("a sound scenario");
    assert!(report.broken.is_empty(), "{:#?}", report.broken);
    let placed: u64 = report.segments.iter().map(|of| of.attempts).sum();
    assert_eq!(placed, report.attempts, "every call is of a segment");
    let left: u64 = report.segments.iter().map(|of| of.contacts_left).sum();
    assert_eq!(left, report.contacts_left);
    report
}

fn of<'r>(report: &'r Report, name: &str) -> &'r SegmentReport {
    let mut segments = report.segments.iter();
    segments.find(|of| of.name == name).expect("it is told")
}

fn with_quota(of: Counted, most: u32, segment: Segment) -> Segment {
    Segment {
        quota: Some(SegmentQuota { of, most }),
        ..segment
    }
}

#[test]
fn calls_are_shared_in_percent_and_a_later_priority_waits() {
    let report = run(
        1.0,
        vec![
            segment("A", 1, 70, 20_000),
            segment("B", 1, 30, 20_000),
            segment("C", 2, 100, 20_000),
        ],
    );
    let (a, b) = (of(&report, "A").attempts, of(&report, "B").attempts);
    let share = a as f64 / (a + b) as f64;
    assert!((0.68..0.72).contains(&share), "{a} and {b}");
    assert_eq!(of(&report, "C").attempts, 0);
}

#[test]
fn a_later_priority_is_called_when_the_first_has_nobody_due() {
    let report = run(
        1.0,
        vec![segment("A", 1, 100, 200), segment("B", 2, 100, 20_000)],
    );
    assert!(of(&report, "A").attempts >= 200, "{report:#?}");
    assert!(of(&report, "B").attempts > 100, "{report:#?}");
    assert_eq!(report.base_dry_after_hours, None);
}

#[test]
fn a_quota_of_attempts_is_never_exceeded_and_one_of_sales_ends_its_segment() {
    let report = run(
        1.0,
        vec![
            with_quota(Counted::Attempts, 120, segment("A", 1, 50, 20_000)),
            with_quota(Counted::Sales, 3, segment("B", 1, 50, 20_000)),
            segment("C", 2, 100, 20_000),
        ],
    );
    let (a, b) = (of(&report, "A"), of(&report, "B"));
    assert_eq!(a.attempts, 120);
    assert!(
        a.enough_after_hours.is_some_and(|after| after < 0.9),
        "{a:?}"
    );
    assert!((3..=8).contains(&b.sales), "{b:?}");
    assert!(of(&report, "C").attempts > 100, "{report:#?}");
    let none = run(
        0.1,
        vec![
            with_quota(Counted::Sales, 0, segment("A", 1, 100, 500)),
            segment("B", 2, 100, 5_000),
        ],
    );
    assert_eq!(of(&none, "A").attempts, 0, "it was reached before");
}

#[test]
fn a_spread_segment_takes_its_time() {
    let after = |spread| {
        let a = with_quota(Counted::Attempts, 200, segment("A", 1, 100, 20_000));
        let a = Segment { spread, ..a };
        let report = run(2.0, vec![a, segment("B", 2, 100, 40_000)]);
        let a = of(&report, "A");
        (a.attempts, a.enough_after_hours.unwrap_or(2.0))
    };
    let (at_once, spread) = (after(false), after(true));
    assert!(at_once.0 == 200 && at_once.1 < 0.8, "{at_once:?}");
    assert!(spread.0 >= 185 && spread.1 > 1.8, "{spread:?}");
}

#[test]
fn whoever_is_likelier_to_pick_up_does_and_sells_as_their_segment_does() {
    let likelier = Segment {
        answers: 3.0,
        ..segment("A", 1, 50, 20_000)
    };
    let report = run(1.0, vec![likelier, segment("B", 1, 50, 20_000)]);
    let rate = |of: &SegmentReport| of.contacts as f64 / of.attempts as f64;
    let (a, b) = (rate(of(&report, "A")), rate(of(&report, "B")));
    assert!(a > b * 1.5, "{a} and {b}");
}

#[test]
fn the_same_seed_gives_the_same_hour() {
    let once = || {
        let report = run(
            0.5,
            vec![segment("A", 1, 60, 400), segment("B", 1, 40, 9_000)],
        );
        (report.fingerprint, report.segments)
    };
    assert_eq!(once(), once());
}
