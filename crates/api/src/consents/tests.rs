//! What is no consent is refused with a reason, and what is one is told with the laws that heed it.

use super::*;

const NOON: Timestamp = Timestamp::from_millis(1_795_618_800_000);

fn evening() -> ConsentForm {
    ConsentForm {
        kind: "hours".to_owned(),
        hours: Some("19:00-21:00".to_owned()),
        days: vec!["mon".to_owned(), "sun".to_owned()],
        purposes: vec!["commercial".to_owned()],
        contract_at: Some(1_790_000_000_000),
        signed_at: 1_795_000_000_000,
        instrument: "correo del 2026-11-18".to_owned(),
        evidence_sha256: "AB".repeat(32),
        ..ConsentForm::default()
    }
}

fn refused(change: impl FnOnce(&mut ConsentForm)) -> String {
    let mut form = evening();
    change(&mut form);
    read(PersonId::new(1), &form, "marta", NOON).expect_err("no consent")
}

#[test]
fn what_is_no_consent_is_refused_with_a_reason() {
    let before = |form: &mut ConsentForm| form.contract_at = Some(form.signed_at);
    for (why, told) in [
        ("apart and later", refused(before)),
        (
            "in the past",
            refused(|form| form.signed_at = NOON.as_millis() + 1),
        ),
        ("in the past", refused(|form| form.signed_at = 0)),
        (
            "64 digits",
            refused(|form| form.evidence_sha256 = "ab".to_owned()),
        ),
        ("no kind", refused(|form| form.kind = "noches".to_owned())),
        ("no part of a day", refused(|form| form.hours = None)),
        (
            "no part of a day",
            refused(|form| form.hours = Some("21:00-19:00".to_owned())),
        ),
        (
            "no day",
            refused(|form| form.days = vec!["lunes".to_owned()]),
        ),
        ("on which days", refused(|form| form.days.clear())),
        ("which calls", refused(|form| form.purposes.clear())),
        (
            "no purpose",
            refused(|form| form.purposes = vec!["todo".to_owned()]),
        ),
        ("1 to 300", refused(|form| form.instrument = " ".to_owned())),
        (
            "names no hours",
            refused(|form| form.kind = "commercial".to_owned()),
        ),
    ] {
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn a_consent_is_shown_as_it_was_written_with_the_laws_that_heed_it() {
    let new = read(PersonId::new(1), &evening(), "marta", NOON).expect("sound");
    let row = ConsentRow {
        id: ConsentId::new(3),
        consent: new,
        ended: None,
    };
    let told = shown(&row, NOON);
    assert_eq!(told.hours.as_deref(), Some("19:00-21:00"));
    assert_eq!(told.days, ["mon", "sun"]);
    assert_eq!(told.evidence_sha256, "ab".repeat(32));
    let colombia = Pack::colombia().label();
    assert!(told.heeded_by.contains(&colombia), "{:?}", told.heeded_by);
    let ended = ConsentRow {
        ended: Some((NOON, "marta".to_owned(), "lo pidió".to_owned())),
        ..row.clone()
    };
    assert_eq!(shown(&ended, NOON).heeded_by, [""; 0]);
    let mut without_contract = row;
    without_contract.consent.contract_at = None;
    let told = shown(&without_contract, NOON);
    assert!(!told.heeded_by.contains(&colombia), "{:?}", told.heeded_by);
}
