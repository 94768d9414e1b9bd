//! How old a register may be, who is in it, and what a business day is.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use domain::PhoneNumber;

use super::*;

fn at(text: &str) -> Timestamp {
    let parsed: DateTime<FixedOffset> = DateTime::parse_from_rfc3339(text).expect("RFC 3339");
    Timestamp::from_millis(parsed.timestamp_millis())
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn snapshot(register: &str, as_of: &str) -> RegisterSnapshot {
    RegisterSnapshot {
        id: 1,
        register: register.to_owned(),
        as_of: as_of.to_owned(),
        sha256: "ab12cd34ef567890".to_owned(),
        overridden: false,
    }
}

fn refused(known: &[RegisterSnapshot], instant: &str) -> Option<Refusal> {
    let co = Pack::colombia();
    co.registers_consulted(Purpose::Commercial, known, at(instant))
        .err()
}

#[test]
fn a_register_of_the_business_day_before_will_do_and_an_older_one_will_not() {
    // Of Friday, on Monday; 16 November 2026 is a holiday.
    let friday = [snapshot("rne", "2026-11-13")];
    assert_eq!(refused(&friday, "2026-11-17T08:00:00-05:00"), None);
    let late = refused(&friday, "2026-11-18T08:00:00-05:00").expect("two days old");
    assert_eq!(late.rule, "CO-3.rne");
    assert!(
        late.pack.ends_with(" rne@2026-11-13#ab12cd34ef56"),
        "{}",
        late.pack
    );
    assert!(
        late.words.contains("2 días hábiles") && late.words.contains("gerente"),
        "{}",
        late.words
    );
    assert_eq!(late.opens, at("2026-11-19T00:00:00-05:00"));
    // The last instant of the day that will do, and the first of the one that will not.
    assert_eq!(refused(&friday, "2026-11-17T23:59:59.999-05:00"), None);
    assert!(refused(&friday, "2026-11-18T00:00:00-05:00").is_some());
}

#[test]
fn a_manager_may_let_a_late_one_be_used_and_nobody_an_old_one() {
    let mut known = [snapshot("rne", "2026-11-13")];
    known[0].overridden = true;
    for fine in ["2026-11-18", "2026-11-23"] {
        assert_eq!(
            refused(&known, &format!("{fine}T08:00:00-05:00")),
            None,
            "{fine}"
        );
    }
    let old = refused(&known, "2026-11-24T08:00:00-05:00").expect("six days old");
    assert!(
        old.words.contains("6 días hábiles; cargue"),
        "{}",
        old.words
    );
}

#[test]
fn nothing_known_is_no_call_and_other_purposes_and_packs_are_not_bound() {
    let now = "2026-11-24T08:00:00-05:00";
    let none = refused(&[], now).expect("nothing known");
    assert_eq!(
        (none.rule.as_str(), none.pack),
        ("CO-3.rne", Pack::colombia().label())
    );
    assert!(refused(&[snapshot("dnc", "2026-11-24")], now).is_some());
    assert!(refused(&[snapshot("rne", "no date")], now).is_some());
    let co = Pack::colombia();
    for purpose in [
        Purpose::RequestedCallback,
        Purpose::SaleValidation,
        Purpose::Delivery,
    ] {
        assert_eq!(
            co.registers_consulted(purpose, &[], at(now)),
            Ok(()),
            "{purpose:?}"
        );
    }
    for free in [
        Pack::laboratory(),
        Pack::by_id("neutral").expect("compiled in"),
    ] {
        assert_eq!(
            free.registers_consulted(Purpose::Commercial, &[], at(now)),
            Ok(())
        );
    }
}

#[test]
fn days_of_the_calendar_are_counted_where_the_law_says_so() {
    let us = Pack::by_id("us").expect("compiled in");
    let ask = |as_of: &str| {
        let known = [snapshot("dnc", as_of)];
        us.registers_consulted(Purpose::Commercial, &known, at("2026-11-24T12:00:00-05:00"))
    };
    assert_eq!(ask("2026-10-24"), Ok(()));
    let old = ask("2026-10-23").expect_err("32 days");
    assert_eq!(old.rule, "US-6.dnc");
    assert!(old.words.contains("32 días;"), "{}", old.words);
}

#[test]
fn a_number_in_a_register_is_not_called_by_whoever_the_register_binds() {
    let number = PhoneNumber::from_e164("+573001234567").expect("a number");
    let other = PhoneNumber::from_e164("+573001234568").expect("a number");
    let listing = |register: &str| {
        let snapshot = Arc::new(snapshot(register, "2026-11-24"));
        [Listing { number, snapshot }]
    };
    let now = at("2026-11-24T08:00:00-05:00");
    let ask = |pack: &Pack, purpose, number, register: &str| {
        let refusal = pack
            .not_listed(purpose, number, &listing(register), now)
            .err();
        refusal.map(|refusal| refusal.rule)
    };
    let (co, commercial) = (Pack::colombia(), Purpose::Commercial);
    assert_eq!(
        ask(&co, commercial, number, "rne").as_deref(),
        Some("CO-3.rne")
    );
    assert_eq!(ask(&co, commercial, other, "rne"), None);
    assert_eq!(ask(&co, Purpose::Delivery, number, "rne"), None);
    assert_eq!(ask(&co, commercial, number, "dnc"), None);
    // A house's own lists bind everywhere, whatever the call is for.
    let lab = Pack::laboratory();
    assert_eq!(ask(&lab, commercial, number, "rne"), None);
    assert_eq!(
        ask(&lab, Purpose::Delivery, number, "casa-vip").as_deref(),
        Some("house.list")
    );
}

#[test]
fn terms_in_business_days_pass_over_weekends_and_holidays() {
    let co = Pack::colombia();
    // Saturday 12 December 2026 is none, nor Tuesday the 8th.
    assert!(!co.is_business_day(day("2026-12-12")) && !co.is_business_day(day("2026-12-08")));
    assert!(co.is_business_day(day("2026-12-07")));
    assert_eq!(co.business_days(day("2026-12-04"), day("2026-12-09")), 2);
    assert_eq!(co.business_days(day("2026-12-09"), day("2026-12-04")), 0);
    assert_eq!(
        co.business_day_after(day("2026-12-04"), 2),
        day("2026-12-09")
    );
    assert_eq!(
        co.business_day_after(day("2026-12-04"), 0),
        day("2026-12-04")
    );
    for term in 1..60 {
        let end = co.business_day_after(day("2026-12-04"), term);
        assert_eq!(co.business_days(day("2026-12-04"), end), term);
    }
}
