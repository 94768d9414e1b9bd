//! Where contacts belong, by rules over several bases and what was tried.

use campaigns::{CampaignSegment, Rest, SegmentOrder};
use domain::{Contact, ContactId, PersonId, Timestamp, WorkState};
use store::History;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn columns() -> CampaignColumns {
    let own = OWN.map(|(name, kind, about)| Column {
        name: name.to_owned(),
        kind,
        about: about.to_owned(),
    });
    let of_base = [("saldo", Kind::Number), ("mejor hora", Kind::Text)];
    let of_base = of_base.map(|(name, kind)| Column {
        name: name.to_owned(),
        kind,
        about: String::new(),
    });
    CampaignColumns {
        schema: Schema::new(own.into_iter().chain(of_base).collect()),
        lists: BTreeMap::from([(ListId::new(1), "noviembre".to_owned())]),
        clock: DayClock::default(),
    }
}

fn segment(id: i64, rule: &str) -> CampaignSegment {
    CampaignSegment {
        id: SegmentId::new(id),
        name: format!("S{id}"),
        rule: rule.to_owned(),
        lists: Vec::new(),
        priority: 1,
        share: 100,
        order: SegmentOrder::Oldest,
        retries_first: false,
        quota: None,
        sells: Vec::new(),
    }
}

fn rules(segments: Vec<CampaignSegment>) -> CampaignRules {
    let segmentation = Segmentation {
        segments,
        rest: Rest::Last,
    };
    CampaignRules::read(&segmentation, columns())
}

/// Somebody of list 1 with a balance of 50, called twice, the last time on 20 November in Bogotá.
fn ana() -> SegmentSubject {
    SegmentSubject {
        contact: Contact {
            id: ContactId::new(10),
            list: ListId::new(1),
            person: PersonId::new(1),
            document: "CC1".to_owned(),
            name: "Ana".to_owned(),
            segment: String::new(),
            phones: Vec::new(),
            attributes: vec![
                ("saldo".to_owned(), "$ 50".to_owned()),
                ("mejor hora".to_owned(), "3 p. m.".to_owned()),
            ],
        },
        phones: 2,
        attached: true,
        state: WorkState::Ready,
        spent: 2,
        repeats: 1,
        code: Some("NC01".to_owned()),
        history: History {
            attempts: 2,
            // 2026-11-21T02:00Z
            last_at: Some(Timestamp::from_millis(1_795_226_400_000)),
            answered: 1,
            answered_at: Some(Timestamp::from_millis(1_795_226_400_000)),
            best_code: Some("TI02".to_owned()),
        },
        segment: None,
        pinned: None,
        pass: 1,
        closed_elsewhere: false,
    }
}

#[test]
fn the_first_that_fits_wins() {
    let rules = rules(vec![
        segment(1, "saldo > 90"),
        segment(2, "saldo > 40"),
        segment(3, ""),
    ]);
    assert_eq!(rules.fits(&ana(), day("2026-11-30")), [1, 2]);
    let place = rules.place(&ana(), day("2026-11-30"));
    assert_eq!(
        (place.segment, place.rank, place.spent),
        (Some(SegmentId::new(2)), 10, 2)
    );
}

#[test]
fn rules_speak_of_what_was_tried_and_of_the_base() {
    let today = day("2026-11-30");
    for (rule, wanted) in [
        ("intentos = 2 y contestadas >= 1", true),
        ("contestadas = 0", false),
        ("ultima_tipificacion en (\"NC01\", \"NC02\")", true),
        ("mejor_tipificacion = \"TI02\"", true),
        ("ultimo_intento = 2026-11-20", true),
        ("ultimo_intento < hoy - 10", false),
        ("ultimo_intento <= hoy - 10", true),
        ("base = \"Noviembre\" y telefonos = 2 y pasada = 1", true),
    ] {
        let rules = rules(vec![segment(1, rule)]);
        assert!(rules.problems.is_empty(), "{rule}: {:?}", rules.problems);
        assert_eq!(rules.segment_of(&ana(), today).is_some(), wanted, "{rule}");
    }
}

#[test]
fn it_is_known_what_makes_contacts_be_looked_at_again() {
    let speaks = |rule: &str| {
        let speaks = rules(vec![segment(1, rule)]).speaks_of();
        (speaks.history, speaks.today)
    };
    assert_eq!(speaks("saldo > 1 y base = \"noviembre\""), (false, false));
    assert_eq!(speaks("intentos < 3"), (true, false));
    assert_eq!(speaks("mejor_tipificacion = \"TI02\""), (true, false));
    assert_eq!(speaks("ultimo_intento < hoy - 3"), (true, true));
    let by_hour = CampaignSegment {
        order: SegmentOrder::BestHour(None),
        ..segment(1, "")
    };
    assert!(rules(vec![by_hour]).speaks_of().history);
}

#[test]
fn a_segment_of_other_lists_takes_nobody_of_this_one() {
    let other = CampaignSegment {
        lists: vec![ListId::new(2)],
        ..segment(1, "")
    };
    let rules = rules(vec![other, segment(2, "")]);
    assert_eq!(rules.fits(&ana(), day("2026-11-30")), [1]);
}

#[test]
fn a_segment_given_by_hand_outranks_rules_while_it_exists() {
    let rules = rules(vec![segment(1, ""), segment(2, "saldo > 90")]);
    let segment_of = |pinned: i64| {
        let pinned = Some(SegmentId::new(pinned));
        let place = rules.place(&SegmentSubject { pinned, ..ana() }, day("2026-11-30"));
        place.segment.map(SegmentId::get)
    };
    assert_eq!(
        [segment_of(2), segment_of(0), segment_of(99)],
        [Some(2), Some(0), Some(1)]
    );
}

#[test]
fn who_is_of_a_base_let_go_has_no_segment() {
    let rules = rules(vec![segment(1, "")]);
    let gone = SegmentSubject {
        attached: false,
        ..ana()
    };
    assert_eq!(rules.place(&gone, day("2026-11-30")).segment, None);
}

#[test]
fn a_rule_that_cannot_be_read_takes_nobody_and_points() {
    let rules = rules(vec![segment(1, "sald > 3")]);
    assert_eq!(rules.fits(&ana(), day("2026-11-30")), Vec::<usize>::new());
    let problem = &rules.problems[0];
    assert_eq!(
        (problem.segment.as_deref(), problem.from, problem.to),
        (Some("S1"), Some(0), Some(4))
    );
    assert!(
        problem.pointed.starts_with("sald > 3\n^^^^\n"),
        "{}",
        problem.pointed
    );
    assert!(problem.message.contains("saldo"), "{}", problem.message);
}

#[test]
fn orders_go_by_columns_that_are_there() {
    let score = |column: &str| CampaignSegment {
        order: SegmentOrder::Score(column.to_owned()),
        ..segment(1, "")
    };
    let message = |column: &str| rules(vec![score(column)]).problems[0].message.clone();
    assert!(message("nada").contains("no list has"));
    assert!(message("mejor hora").contains("texts"));
    let rank_of = |balance: &str| {
        let mut subject = ana();
        subject.contact.attributes[0].1 = balance.to_owned();
        rules(vec![score("saldo")])
            .place(&subject, day("2026-11-30"))
            .rank
    };
    assert!(rank_of("900") < rank_of("50,5") && rank_of("50,5") < rank_of(""));
}

#[test]
fn the_best_hour_is_that_of_a_column_or_of_the_last_answer() {
    let rank_of = |column: Option<&str>| {
        let by_hour = CampaignSegment {
            order: SegmentOrder::BestHour(column.map(str::to_owned)),
            ..segment(1, "")
        };
        rules(vec![by_hour]).place(&ana(), day("2026-11-30")).rank
    };
    assert_eq!(rank_of(Some("mejor hora")), 15);
    assert_eq!(rank_of(None), 21, "02:00 UTC in Bogotá");
    for (cell, wanted) in [
        ("10:30", Some(10)),
        ("9 a. m.", Some(9)),
        ("24", None),
        ("tarde", None),
    ] {
        assert_eq!(hour_in(cell), wanted, "{cell}");
    }
}
