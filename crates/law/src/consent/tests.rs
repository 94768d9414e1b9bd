//! What a consent opens, and what it never does.

use chrono::{DateTime, FixedOffset};
use domain::PersonId;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    let parsed: DateTime<FixedOffset> =
        DateTime::parse_from_rfc3339(text).expect("a test writes RFC 3339");
    Timestamp::from_millis(parsed.timestamp_millis())
}

/// Bogotá's clock.
fn bogota(text: &str) -> Timestamp {
    at(&format!("{text}-05:00"))
}

const MON_TO_SAT: [bool; 7] = [true, true, true, true, true, true, false];

/// Agreed to in October, the contract being of January.
fn agreed(from: u16, to: u16, days: [bool; 7], holidays: bool) -> PersonConsent {
    PersonConsent {
        id: ConsentId::new(7),
        person: PersonId::new(1),
        to: AgreedTo::OtherHours(OtherHours {
            from: from * 60,
            to: to * 60,
            days,
            holidays,
        }),
        purposes: vec![Purpose::Commercial, Purpose::RequestedCallback],
        contract_at: Some(bogota("2026-01-10T10:00:00")),
        signed_at: bogota("2026-10-01T10:00:00"),
    }
}

fn call(consents: &[PersonConsent]) -> NextCall<'_> {
    NextCall {
        purpose: Purpose::Commercial,
        zone: None,
        agent_waits: false,
        house: &[],
        consents,
    }
}

fn refused(consents: &[PersonConsent], when: Timestamp) -> Refusal {
    Pack::colombia()
        .may_contact(call(consents), &[], when)
        .expect_err("no consent opens that")
}

fn allowed(consents: &[PersonConsent], when: Timestamp) {
    let verdict = Pack::colombia().may_contact(call(consents), &[], when);
    assert_eq!(verdict, Ok(()));
}

#[test]
fn a_consent_opens_the_hours_it_names_to_the_minute_and_the_call_names_it() {
    let evening = [agreed(19, 21, MON_TO_SAT, false)];
    allowed(&evening, bogota("2026-11-24T19:00:00"));
    allowed(&evening, bogota("2026-11-24T20:59:59.999"));
    assert_eq!(
        refused(&evening, bogota("2026-11-24T21:00:00")).rule,
        "CO-1.hours"
    );
    assert_eq!(
        refused(&[], bogota("2026-11-24T19:00:00")).rule,
        "CO-1.hours"
    );
    let pack = Pack::colombia();
    let under = |when| pack.leaves_under(call(&evening), bogota(when));
    assert_eq!(under("2026-11-24T20:00:00").hours, Some(ConsentId::new(7)));
    assert_eq!(under("2026-11-24T10:00:00"), LeavesUnder::default());
}

#[test]
fn it_opens_neither_a_sunday_nor_a_holiday_nor_a_purpose_that_it_does_not_name() {
    let sunday = bogota("2026-11-22T10:00:00");
    assert_eq!(
        refused(&[agreed(7, 21, MON_TO_SAT, true)], sunday).rule,
        "CO-1.sunday"
    );
    allowed(&[agreed(7, 21, [true; 7], false)], sunday);
    // Tuesday, 8 December.
    let holiday = bogota("2026-12-08T10:00:00");
    assert_eq!(
        refused(&[agreed(7, 21, [true; 7], false)], holiday).rule,
        "CO-1.holiday"
    );
    allowed(&[agreed(7, 21, [true; 7], true)], holiday);
    let mut other = agreed(19, 21, [true; 7], true);
    other.purposes = vec![Purpose::Resumed];
    assert_eq!(
        refused(&[other], bogota("2026-11-24T20:00:00")).rule,
        "CO-1.hours"
    );
}

#[test]
fn it_counts_only_apart_from_the_contract_and_after_it() {
    let night = bogota("2026-11-24T20:00:00");
    for contract in [
        None,
        Some("2026-10-01T10:00:00"),
        Some("2026-10-02T10:00:00"),
    ] {
        let mut consent = agreed(19, 21, [true; 7], true);
        consent.contract_at = contract.map(bogota);
        assert!(!Pack::colombia().heeds(&consent, night), "{contract:?}");
        assert_eq!(refused(&[consent], night).rule, "CO-1.hours");
    }
    let mut early = agreed(19, 21, [true; 7], true);
    early.signed_at = night + Duration::from_millis(1);
    assert_eq!(refused(&[early], night).rule, "CO-1.hours");
}

#[test]
fn a_pack_without_the_rule_heeds_no_consent() {
    let text = include_str!("../../../../config/law/neutral.toml");
    let pack = Pack::from_toml(text).expect("sound");
    let consent = agreed(18, 22, [true; 7], true);
    let night = at("2026-11-24T20:00:00Z");
    assert!(!pack.heeds(&consent, night));
    assert!(pack.may_contact(call(&[consent]), &[], night).is_err());
}

#[test]
fn the_next_instant_is_that_of_the_law_or_of_a_consent_whichever_comes_first() {
    let dawn = [agreed(5, 7, MON_TO_SAT, false)];
    let refusal = refused(&dawn, bogota("2026-11-24T20:00:00"));
    assert_eq!(refusal.opens, bogota("2026-11-25T05:00:00"));
    // From Saturday night: on Monday, for it names no Sunday.
    let refusal = refused(&dawn, bogota("2026-11-28T20:00:00"));
    assert_eq!(refusal.opens, bogota("2026-11-30T05:00:00"));
    let evening = [agreed(
        19,
        21,
        [false, false, false, true, false, false, false],
        false,
    )];
    let refusal = refused(&evening, bogota("2026-11-24T20:00:00"));
    assert_eq!(refusal.opens, bogota("2026-11-25T07:00:00"));
}

#[test]
fn hours_are_by_the_clock_of_the_person() {
    let evening = [agreed(19, 21, [true; 7], false)];
    let pack = Pack::colombia();
    let madrid = NextCall {
        zone: Some("Europe/Madrid"),
        ..call(&evening)
    };
    assert_eq!(
        pack.may_contact(madrid, &[], at("2026-11-24T20:30:00+01:00")),
        Ok(())
    );
    assert!(
        pack.may_contact(madrid, &[], bogota("2026-11-24T20:30:00"))
            .is_err()
    );
}

/// A pack of a folder: live calls only with consent, as the law of Spain asks since 2022.
fn opt_in() -> Pack {
    let rule = "[[rules]]\nid = \"ES-1.consent\"\npurposes = [\"commercial\"]\n\
                value = { kind = \"consent\" }\nvalid_from = \"2022-06-29\"\n\
                source = \"Ley 11/2022, art. 66.1.b\"\n\n[[rules]]\nid = \"N-2.attempts-per-day\"";
    let text = include_str!("../../../../config/law/neutral.toml");
    let text = text.replacen("[[rules]]\nid = \"N-2.attempts-per-day\"", rule, 1);
    Pack::from_toml(&text).expect("sound")
}

#[test]
fn where_the_law_asks_for_it_nobody_is_called_who_did_not_agree_to_be() {
    let pack = opt_in();
    let morning = at("2026-11-24T10:00:00Z");
    let refusal = pack
        .may_contact(call(&[agreed(9, 18, [true; 7], true)]), &[], morning)
        .expect_err("they agreed to hours alone");
    assert_eq!(refusal.rule, "ES-1.consent");
    assert_eq!(refusal.opens, morning + LOOKED_AT_AGAIN);
    let mut yes = agreed(0, 0, [false; 7], false);
    yes.to = AgreedTo::Calls;
    let yes = [yes];
    assert_eq!(pack.may_contact(call(&yes), &[], morning), Ok(()));
    let under = pack.leaves_under(call(&yes), morning);
    assert_eq!((under.hours, under.calls), (None, Some(ConsentId::new(7))));
    // A call they asked for is not bound by it.
    let asked = NextCall {
        purpose: Purpose::RequestedCallback,
        ..call(&[])
    };
    assert_eq!(pack.may_contact(asked, &[], morning), Ok(()));
    assert!(pack.demands_consent() && !Pack::colombia().demands_consent());
}

#[test]
fn what_cannot_be_opened_is_refused_with_its_rule() {
    let text = include_str!("../../../../config/law/co.toml");
    for (opens, complaint) in [
        ("[]", "say in `opens`"),
        ("[\"frequency\"]", "cannot be opened"),
    ] {
        let text = text.replacen(
            "opens = [\"hours\", \"closed-days\", \"closed-holidays\"]",
            &format!("opens = {opens}"),
            1,
        );
        let problem = Pack::from_toml(&text).expect_err("nonsense").to_string();
        assert!(problem.contains(complaint), "{problem}");
        assert!(problem.contains("CO-1.other-hours"), "{problem}");
    }
}

proptest! {
    #[test]
    fn no_consent_opens_an_hour_a_day_or_a_holiday_beside_those_it_names(
        minutes in 0..700_000i64,
        from in 0..24u16, long in 1..12u16,
        days in proptest::array::uniform7(any::<bool>()),
        holidays in any::<bool>(),
    ) {
        let pack = Pack::colombia();
        let consent = [agreed(from, (from + long).min(24), days, holidays)];
        let when = bogota("2026-10-02T00:00:00") + Duration::from_secs(minutes as u64 * 60);
        let by_law = pack.may_contact(call(&[]), &[], when).is_ok();
        let local = local(when, chrono_tz::America::Bogota).expect("a day").naive_local();
        let named = days[local.weekday().num_days_from_monday() as usize]
            && (u32::from(from)..u32::from((from + long).min(24))).contains(&local.hour())
            && (holidays || pack.holidays.name_of(local.date()).is_none());
        let verdict = pack.may_contact(call(&consent), &[], when);
        prop_assert_eq!(verdict.is_ok(), by_law || named);
        match verdict {
            Ok(()) => prop_assert_eq!(
                pack.leaves_under(call(&consent), when).hours.is_some(), !by_law),
            Err(refusal) => {
                prop_assert!(refusal.opens > when);
                prop_assert_eq!(pack.may_contact(call(&consent), &[], refusal.opens), Ok(()));
            }
        }
    }
}
