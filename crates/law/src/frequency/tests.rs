//! How often a person may be called, at the edges.

use chrono::{DateTime, FixedOffset};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    let parsed: DateTime<FixedOffset> =
        DateTime::parse_from_rfc3339(text).expect("a test writes RFC 3339");
    Timestamp::from_millis(parsed.timestamp_millis())
}

/// Bogota's clock, on a Tuesday unless told otherwise.
fn tuesday(time: &str) -> Timestamp {
    at(&format!("2026-11-24T{time}-05:00"))
}

fn call(at: Timestamp, reach: Reach) -> PriorCall {
    let phone = domain::PhoneNumber::from_e164("+573001234567").expect("a number");
    PriorCall { at, phone, reach }
}

const OFFER: NextCall<'static> = NextCall {
    purpose: Purpose::Commercial,
    zone: None,
    agent_waits: false,
    house: &[],
    consents: &[],
};

#[test]
fn two_hours_lie_between_calls_to_one_person() {
    let pack = Pack::colombia();
    let prior = [call(tuesday("08:00:00"), Reach::Nobody)];
    let refusal = pack
        .may_contact(OFFER, &prior, tuesday("09:59:59.999"))
        .expect_err("too soon");
    assert_eq!(refusal.rule, "CO-2.gap");
    assert_eq!(refusal.opens, tuesday("10:00:00"));
    assert!(
        refusal.words.contains("en las últimas 2 h"),
        "{}",
        refusal.words
    );
    assert_eq!(pack.may_contact(OFFER, &prior, tuesday("10:00:00")), Ok(()));
}

#[test]
fn three_calls_are_enough_for_a_day_of_the_person() {
    let pack = Pack::colombia();
    let prior = ["07:00:00", "10:00:00", "13:00:00"].map(|time| call(tuesday(time), Reach::Nobody));
    let refusal = pack
        .may_contact(OFFER, &prior, tuesday("17:00:00"))
        .expect_err("three are enough");
    assert_eq!(refusal.rule, "CO-2.attempts-per-day");
    assert_eq!(refusal.opens, at("2026-11-25T07:00:00-05:00"));
    let next_day = at("2026-11-25T07:00:00-05:00");
    assert_eq!(pack.may_contact(OFFER, &prior, next_day), Ok(()));
}

#[test]
fn after_a_contact_nobody_offers_again_that_day_but_who_asked_to_be_called_is() {
    let pack = Pack::colombia();
    let friday = |time: &str| at(&format!("2026-12-18T{time}-05:00"));
    let prior = [call(friday("08:00:00"), Reach::Contact)];
    let refusal = pack
        .may_contact(OFFER, &prior, friday("15:00:00"))
        .expect_err("they were spoken to");
    assert_eq!(refusal.rule, "CO-2.after-contact");
    assert_eq!(refusal.opens, at("2026-12-19T08:00:00-05:00"));
    let asked = NextCall {
        purpose: Purpose::RequestedCallback,
        ..OFFER
    };
    assert_eq!(pack.may_contact(asked, &prior, friday("15:00:00")), Ok(()));
}

#[test]
fn a_house_may_be_stricter_and_never_laxer() {
    let pack = Pack::colombia();
    let one_a_week = [HouseLimit {
        rule: "campaign.person_calls_per_week",
        limit: Frequency {
            counts: Counted::Attempts,
            max: 1,
            within: Within::Week,
            unless_agent: false,
        },
    }];
    let prior = [call(tuesday("08:00:00"), Reach::Nobody)];
    let strict = NextCall {
        house: &one_a_week,
        ..OFFER
    };
    let refusal = pack
        .may_contact(strict, &prior, tuesday("08:30:00"))
        .expect_err("one a week");
    assert_eq!(
        (refusal.rule.as_str(), refusal.pack.as_str()),
        ("campaign.person_calls_per_week", HOUSE)
    );
    assert_eq!(refusal.opens, at("2026-11-30T07:00:00-05:00"));
    let asked = NextCall {
        purpose: Purpose::RequestedCallback,
        ..strict
    };
    assert_eq!(pack.may_contact(asked, &prior, tuesday("12:00:00")), Ok(()));
    let laxer = [HouseLimit {
        limit: Frequency {
            max: 9,
            within: Within::Day,
            ..one_a_week[0].limit
        },
        ..one_a_week[0]
    }];
    let lax = NextCall {
        house: &laxer,
        ..OFFER
    };
    let refusal = pack
        .may_contact(lax, &prior, tuesday("08:30:00"))
        .expect_err("the law's gap");
    assert_eq!(refusal.rule, "CO-2.gap");
}

#[test]
fn whom_nobody_took_is_left_alone_for_72_hours_unless_an_agent_waits() {
    let pack = Pack::by_id("uk").expect("compiled in");
    let left = at("2026-11-24T10:00:00Z");
    let prior = [call(left, Reach::Abandoned)];
    let later = at("2026-11-26T10:00:00Z");
    let refusal = pack
        .may_contact(OFFER, &prior, later)
        .expect_err("too soon");
    assert_eq!(refusal.rule, "UK-3.recall");
    assert_eq!(refusal.opens, at("2026-11-27T10:00:00Z"));
    let waiting = NextCall {
        agent_waits: true,
        ..OFFER
    };
    assert_eq!(pack.may_contact(waiting, &prior, later), Ok(()));
}

#[test]
fn hours_and_counts_are_both_kept_by_the_instant_that_is_told() {
    // Called at 18:30 on a Saturday's eve: two hours later it is night, then Sunday, then a holiday.
    let pack = Pack::colombia();
    let prior = [call(at("2026-11-14T14:30:00-05:00"), Reach::Nobody)];
    let refusal = pack
        .may_contact(OFFER, &prior, at("2026-11-14T14:40:00-05:00"))
        .expect_err("too soon");
    assert_eq!(refusal.opens, at("2026-11-17T07:00:00-05:00"));
}

#[test]
fn whose_zone_is_not_known_is_called_when_it_is_day_everywhere() {
    let pack = Pack::by_id("us").expect("compiled in");
    let morning_in_new_york = at("2026-11-24T09:00:00-05:00");
    let refusal = pack
        .may_call(morning_in_new_york, None)
        .expect_err("night in Honolulu");
    assert_eq!(refusal.opens, at("2026-11-24T08:00:00-10:00"));
    assert_eq!(pack.may_call(refusal.opens, None), Ok(()));
    assert_eq!(
        pack.may_call(morning_in_new_york, Some("America/New_York")),
        Ok(())
    );
    assert_eq!(pack.may_call_somebody(morning_in_new_york), Ok(()));
    let night = at("2026-11-24T04:00:00-05:00");
    let refusal = pack.may_call_somebody(night).expect_err("night everywhere");
    assert_eq!(refusal.opens, at("2026-11-24T08:00:00-05:00"));
    assert_eq!(pack.next_opening(night), refusal.opens);
    assert_eq!(
        pack.window_closes(morning_in_new_york),
        Some(at("2026-11-24T21:00:00-10:00"))
    );
}

/// Minutes of November and December 2026, with what became of a call.
fn history() -> impl Strategy<Value = Vec<PriorCall>> {
    let first = tuesday("00:00:00").as_millis();
    let minute = (0_i64..20_000).prop_map(move |m| Timestamp::from_millis(first + m * 60_000));
    let reach = prop_oneof![
        Just(Reach::Nobody),
        Just(Reach::Abandoned),
        Just(Reach::Person),
        Just(Reach::Contact)
    ];
    proptest::collection::vec(
        (minute, reach).prop_map(|(at, reach)| call(at, reach)),
        0..40,
    )
}

proptest! {
    /// What a pack tells as the next instant is one at which it then allows the call.
    #[test]
    fn the_instant_that_is_told_is_allowed(prior in history(), minute in 0_i64..20_000, pack in 0..5_usize) {
        let pack = Pack::by_id(Pack::IDS[pack]).expect("listed");
        let now = Timestamp::from_millis(tuesday("00:00:00").as_millis() + minute * 60_000);
        let before: Vec<PriorCall> = prior.into_iter().filter(|call| call.at <= now).collect();
        if let Err(refusal) = pack.may_contact(OFFER, &before, now) {
            prop_assert!(refusal.opens > now);
            prop_assert_eq!(pack.may_contact(OFFER, &before, refusal.opens), Ok(()));
        }
    }

    /// Calls made whenever Colombia's pack allows one never break what the law says of a day.
    #[test]
    fn no_history_breaks_the_limits(asked in proptest::collection::vec((1_i64..400, 0..4_u8), 1..80)) {
        let pack = Pack::colombia();
        let mut now = tuesday("00:00:00");
        let mut calls: Vec<PriorCall> = Vec::new();
        for (minutes, reach) in asked {
            now = now + Duration::from_secs(minutes as u64 * 60);
            if pack.may_contact(OFFER, &calls, now).is_ok() {
                let reach = [Reach::Nobody, Reach::Abandoned, Reach::Person, Reach::Contact][usize::from(reach)];
                calls.push(call(now, reach));
            }
        }
        let tz = chrono_tz::America::Bogota;
        for (place, made) in calls.iter().enumerate() {
            prop_assert_eq!(pack.may_call(made.at, None), Ok(()));
            let today = |other: &&PriorCall| day(other.at, tz) == day(made.at, tz);
            let earlier: Vec<&PriorCall> = calls[..place].iter().filter(today).collect();
            prop_assert!(earlier.len() < 3);
            prop_assert!(earlier.iter().all(|call| call.reach != Reach::Contact));
            prop_assert!(earlier.iter().all(|call| made.at.since(call.at) >= Duration::from_secs(7_200)));
        }
    }
}
