//! Calling hours at their edges.

use chrono::{DateTime, FixedOffset};
use proptest::prelude::*;

use super::*;

/// An instant written with its offset, as Bogota's wall shows it.
fn at(text: &str) -> Timestamp {
    let parsed: DateTime<FixedOffset> =
        DateTime::parse_from_rfc3339(text).expect("a test writes RFC 3339");
    Timestamp::from_millis(parsed.timestamp_millis())
}

fn bogota(day_and_time: &str) -> Timestamp {
    at(&format!("{day_and_time}-05:00"))
}

fn refused(day_and_time: &str) -> Refusal {
    Pack::colombia()
        .may_call(bogota(day_and_time), None)
        .expect_err(day_and_time)
}

fn allowed(day_and_time: &str) {
    assert_eq!(
        Pack::colombia().may_call(bogota(day_and_time), None),
        Ok(()),
        "{day_and_time}"
    );
}

#[test]
fn on_a_weekday_calls_leave_from_seven_to_before_nineteen() {
    assert_eq!(refused("2026-11-24T06:59:59.999").rule, "CO-1.hours");
    allowed("2026-11-24T07:00:00");
    allowed("2026-11-24T18:59:59.999");
    let refusal = refused("2026-11-24T19:00:00");
    assert_eq!(refusal.rule, "CO-1.hours");
    assert_eq!(refusal.pack, Pack::colombia().label());
    assert_eq!(refusal.opens, bogota("2026-11-25T07:00:00"));
    assert_eq!(
        refusal.words,
        "Fuera del horario permitido (19:00:00); se puede llamar desde el miércoles 2026-11-25 07:00"
    );
}

#[test]
fn on_a_saturday_calls_leave_from_eight_to_before_fifteen() {
    assert_eq!(
        refused("2026-11-28T07:59:59").opens,
        bogota("2026-11-28T08:00:00")
    );
    allowed("2026-11-28T08:00:00");
    allowed("2026-11-28T14:59:59");
    let refusal = refused("2026-11-28T15:00:00");
    assert_eq!(
        (refusal.rule.as_str(), refusal.opens),
        ("CO-1.hours", bogota("2026-11-30T07:00:00"))
    );
}

#[test]
fn on_a_sunday_nobody_is_called() {
    let refusal = refused("2026-11-29T10:00:00");
    assert_eq!(
        (refusal.rule.as_str(), refusal.opens),
        ("CO-1.sunday", bogota("2026-11-30T07:00:00"))
    );
    assert!(
        refusal.words.starts_with("No se llama en domingo"),
        "{}",
        refusal.words
    );
}

#[test]
fn on_a_holiday_nobody_is_called_even_on_a_saturday() {
    assert_eq!(refused("2026-12-08T10:00:00").rule, "CO-1.holiday");
    let saturday = refused("2027-05-01T10:00:00");
    assert_eq!(
        (saturday.rule.as_str(), saturday.opens),
        ("CO-1.holiday", bogota("2027-05-03T07:00:00"))
    );
    assert!(
        saturday.words.contains("Día del Trabajo"),
        "{}",
        saturday.words
    );
}

#[test]
fn a_long_weekend_is_skipped_whole() {
    // Saturday afternoon, Sunday, Monday holiday: Tuesday.
    assert_eq!(
        Pack::colombia().next_opening(bogota("2026-11-14T15:00:00")),
        bogota("2026-11-17T07:00:00")
    );
    // Thursday and Friday of Holy Week, then Saturday.
    assert_eq!(
        Pack::colombia().next_opening(bogota("2026-04-01T20:00:00")),
        bogota("2026-04-04T08:00:00")
    );
}

#[test]
fn the_law_of_2026_closes_the_thirteenth_of_july() {
    assert_eq!(refused("2026-07-13T10:00:00").rule, "CO-1.holiday");
    allowed("2025-07-14T10:00:00");
}

#[test]
fn the_window_says_when_it_closes() {
    let pack = Pack::colombia();
    assert_eq!(
        pack.window_closes(bogota("2026-11-24T07:00:00")),
        Some(bogota("2026-11-24T19:00:00"))
    );
    assert_eq!(
        pack.window_closes(bogota("2026-11-28T14:00:00")),
        Some(bogota("2026-11-28T15:00:00"))
    );
    assert_eq!(pack.window_closes(bogota("2026-11-29T14:00:00")), None);
    assert_eq!(
        pack.next_opening(bogota("2026-11-24T09:00:00")),
        bogota("2026-11-24T09:00:00")
    );
}

#[test]
fn the_clock_of_the_person_called_counts() {
    let pack = Pack::colombia();
    // 08:00 in Bogota is 14:00 in Madrid in winter and 05:00 in Los Angeles.
    let instant = bogota("2026-11-24T08:00:00");
    assert_eq!(pack.may_call(instant, Some("Europe/Madrid")), Ok(()));
    let refusal = pack
        .may_call(instant, Some("America/Los_Angeles"))
        .expect_err("05:00 there");
    assert_eq!(refusal.opens, at("2026-11-24T07:00:00-08:00"));
}

#[test]
fn a_zone_nobody_knows_is_refused_not_guessed() {
    let refusal = Pack::colombia()
        .may_call(bogota("2026-11-24T10:00:00"), Some("Narnia/Cair_Paravel"))
        .expect_err("no such zone");
    assert_eq!(refusal.rule, "CO-1.zone");
}

#[test]
fn a_clock_set_forward_still_opens() {
    // Madrid skips 02:00 to 03:00 on 2026-03-29; windows do not start there, so
    // the day's opening is simply at the new offset. It is a Sunday: Monday.
    let refusal = Pack::colombia()
        .may_call(at("2026-03-29T01:30:00+01:00"), Some("Europe/Madrid"))
        .expect_err("a Sunday");
    assert_eq!(refusal.opens, at("2026-03-30T07:00:00+02:00"));
}

#[test]
fn the_laboratory_never_closes() {
    let lab = Pack::laboratory();
    for instant in [
        "2026-11-29T03:00:00",
        "2026-12-25T23:59:59.999",
        "2026-12-26T00:00:00",
    ] {
        assert_eq!(lab.may_call(bogota(instant), None), Ok(()), "{instant}");
        assert_eq!(lab.window_closes(bogota(instant)), None);
    }
}

#[test]
fn calls_that_sell_nothing_are_not_bound_by_the_hours_of_selling() {
    let night = bogota("2026-11-24T21:00:00");
    let pack = Pack::colombia();
    assert_eq!(pack.may_call_for(Purpose::Delivery, night, None), Ok(()));
    assert!(
        pack.may_call_for(Purpose::RequestedCallback, night, None)
            .is_err()
    );
}

#[test]
fn before_the_law_and_at_the_ends_of_time_the_pack_stays_closed() {
    let refusal = Pack::colombia()
        .may_call(Timestamp::from_millis(0), None)
        .expect_err("1970");
    assert_eq!(refusal.opens, bogota("2023-10-10T07:00:00"));
    for millis in [i64::MIN, i64::MAX] {
        assert!(
            Pack::colombia()
                .may_call(Timestamp::from_millis(millis), None)
                .is_err()
        );
        assert_eq!(
            Pack::colombia().window_closes(Timestamp::from_millis(millis)),
            None
        );
    }
}

proptest! {
    #[test]
    fn what_opens_is_open_and_nothing_opened_before(
        // From 2024 to 2040, to the millisecond.
        millis in 1_704_067_200_000i64..2_240_524_800_000,
    ) {
        let pack = Pack::colombia();
        let at = Timestamp::from_millis(millis);
        let opens = pack.next_opening(at);
        prop_assert!(opens >= at);
        prop_assert_eq!(pack.may_call(opens, None), Ok(()));
        match pack.may_call(at, None) {
            Ok(()) => {
                prop_assert_eq!(opens, at);
                let closes = pack.window_closes(at).expect("Colombia closes every day");
                prop_assert!(closes > at);
                prop_assert!(pack.may_call(closes, None).is_err());
                prop_assert!(pack.may_call(closes - Duration::from_millis(1), None).is_ok());
            }
            Err(refusal) => {
                prop_assert_eq!(refusal.opens, opens);
                prop_assert!(pack.may_call(opens - Duration::from_millis(1), None).is_err());
                prop_assert_eq!(pack.window_closes(at), None);
            }
        }
    }
}

#[test]
fn a_month_begins_at_midnight_of_the_packs_zone() {
    let began = |day| Pack::colombia().month_began(bogota(day));
    let first = Some(bogota("2026-11-01T00:00:00"));
    assert_eq!(began("2026-11-01T00:00:00"), first);
    assert_eq!(began("2026-11-30T23:59:59"), first);
    assert_ne!(began("2026-12-01T00:00:00"), first);
    let never = Timestamp::from_millis(i64::MAX);
    assert_eq!(Pack::colombia().month_began(never), None);
}

/// The first and last instants of a day's window, by the wall of a place that changes its clocks.
fn edges(pack: &str, zone: &str, opens: &str, closes: &str) {
    let pack = Pack::by_id(pack).expect("compiled in");
    let (opens, closes) = (at(opens), at(closes));
    let before = |at: Timestamp| Timestamp::from_millis(at.as_millis() - 1);
    let may = |at: Timestamp| pack.may_call(at, Some(zone));
    let refusal = may(before(opens)).expect_err("not open yet");
    assert_eq!(refusal.opens, opens);
    assert_eq!(may(opens), Ok(()));
    assert_eq!(may(before(closes)), Ok(()));
    assert!(may(closes).is_err(), "closed");
}

#[test]
fn windows_follow_the_wall_of_new_york_when_its_clocks_change() {
    let edges = |opens, closes| edges("us", "America/New_York", opens, closes);
    edges("2026-03-07T08:00:00-05:00", "2026-03-07T21:00:00-05:00");
    edges("2026-03-08T08:00:00-04:00", "2026-03-08T21:00:00-04:00");
    edges("2026-10-31T08:00:00-04:00", "2026-10-31T21:00:00-04:00");
    edges("2026-11-01T08:00:00-05:00", "2026-11-01T21:00:00-05:00");
}

#[test]
fn windows_follow_the_wall_of_london_when_its_clocks_change() {
    let edges = |opens, closes| edges("uk", "Europe/London", opens, closes);
    edges("2026-03-28T08:00:00+00:00", "2026-03-28T20:00:00+00:00");
    edges("2026-03-30T08:00:00+01:00", "2026-03-30T20:00:00+01:00");
    edges("2026-10-24T08:00:00+01:00", "2026-10-24T20:00:00+01:00");
    edges("2026-10-26T08:00:00+00:00", "2026-10-26T20:00:00+00:00");
}

#[test]
fn the_window_about_an_instant_is_the_one_open_then_or_the_next() {
    let about = |text: &str| {
        let asked = Purpose::RequestedCallback;
        let window = Pack::colombia().window_about(asked, bogota(text), None);
        window.expect("a window")
    };
    let of = |from: &str, to: &str| (bogota(from), bogota(to));
    let wednesday = of("2026-11-25T07:00:00", "2026-11-25T19:00:00");
    assert_eq!(about("2026-11-25T09:30:00"), wednesday);
    assert_eq!(about("2026-11-24T19:00:00"), wednesday);
    // Saturday's is shorter, and there is none on a Sunday.
    let saturday = of("2026-11-28T08:00:00", "2026-11-28T15:00:00");
    assert_eq!(about("2026-11-28T14:59:59"), saturday);
    let monday = of("2026-11-30T07:00:00", "2026-11-30T19:00:00");
    assert_eq!(about("2026-11-29T10:00:00"), monday);
}

#[test]
fn the_hours_of_a_day_are_those_of_the_law_on_it() {
    let pack = Pack::colombia();
    let open = |text: &str| pack.open_on_day_of(Purpose::Commercial, bogota(text));
    let from_to = |from: &str, to: &str| vec![(bogota(from), bogota(to))];
    assert_eq!(
        open("2026-11-24T23:00:00"),
        from_to("2026-11-24T07:00:00", "2026-11-24T19:00:00")
    );
    assert_eq!(
        open("2026-11-28T00:00:00"),
        from_to("2026-11-28T08:00:00", "2026-11-28T15:00:00")
    );
    // A Sunday, and a holiday.
    assert_eq!(open("2026-11-29T12:00:00"), []);
    assert_eq!(open("2026-12-25T12:00:00"), []);
    let free = Pack::by_id("laboratorio").expect("shipped");
    let all_day = free.open_on_day_of(Purpose::Commercial, bogota("2026-11-29T12:00:00"));
    assert_eq!(
        all_day,
        from_to("2026-11-29T00:00:00", "2026-11-30T00:00:00")
    );
}
