//! Rules as people write them, and what they are told.

use chrono::NaiveDate;
use proptest::prelude::*;

use crate::{Cells, Column, Kind, Schema, Segment, Value, suggestions};

fn schema() -> Schema {
    let column = |name: &str, kind| Column {
        name: name.to_owned(),
        kind,
        about: String::new(),
    };
    Schema::new(vec![
        column("Ciudad", Kind::Text),
        column("edad", Kind::Number),
        column("Fecha de corte", Kind::Date),
        column("plan", Kind::Text),
    ])
}

struct Person([&'static str; 4]);

impl Cells for Person {
    fn cell(&self, column: usize) -> Value<'_> {
        let kind = schema().columns()[column].kind;
        Value::read(kind, self.0[column])
    }
}

const ANA: Person = Person(["Bogotá D.C.", "34", "2026-11-20", "Pospago 45 GB"]);
const LUIS: Person = Person(["CALI", "", "15/10/2026", ""]);

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day")
}

fn takes(rule: &str) -> (bool, bool) {
    let segment = Segment::parse(rule, &schema());
    let segment = segment.unwrap_or_else(|error| panic!("{}", error.pointed(rule)));
    (segment.takes(&ANA, today()), segment.takes(&LUIS, today()))
}

#[test]
fn rules_take_whom_they_say() {
    for (rule, wanted) in [
        ("ciudad = \"bogota d.c.\"", (true, false)),
        ("CIUDAD in (\"Cali\", 'Medellín')", (false, true)),
        ("ciudad no en (\"Cali\")", (true, false)),
        ("edad >= 30", (true, false)),
        ("no edad >= 30", (false, true)),
        ("edad entre 34 y 40", (true, false)),
        ("edad es vacío", (false, true)),
        ("edad is not empty", (true, false)),
        ("[fecha de corte] >= hoy - 30", (true, false)),
        ("[Fecha_de_Corte] < 2026-11-01", (false, true)),
        ("plan contiene \"POSPAGO\"", (true, false)),
        (
            "plan starts with \"pos\" and plan termina \"gb\"",
            (true, false),
        ),
        ("ciudad empieza \"cal\" o edad > 30", (true, true)),
        (
            "ciudad = \"cali\" or edad > 30 and plan contains \"x\"",
            (false, true),
        ),
        (
            "(ciudad = \"cali\" or edad > 30) and plan contains \"45\"",
            (true, false),
        ),
        ("plan != \"x\"", (true, false)),
        ("edad > -5", (true, false)),
    ] {
        assert_eq!(takes(rule), wanted, "{rule}");
    }
}

#[test]
fn errors_point_at_what_is_wrong_and_say_what_may_stand_there() {
    for (rule, wrong, message) in [
        (
            "cuidad = \"Cali\"",
            "cuidad",
            "no column `cuidad`; is it Ciudad",
        ),
        ("edad = \"30\"", "\"30\"", "`edad` is a number"),
        ("ciudad = Cali", "Cali", "write it in quotes"),
        ("ciudad", "", "after a column comes"),
        ("edad > 30 ciudad = \"x\"", "ciudad", "join conditions"),
        ("(edad > 30", "", "must be closed"),
        ("ciudad = \"Cali", "\"", "does not end"),
        ("edad > 3o", "3o", "neither a number"),
        ("", "", "a column is missing: Ciudad"),
        ("edad contains \"3\"", "\"3\"", "is no text"),
        (
            "[fecha de corte] > hoy - mes",
            "mes",
            "whole number of days",
        ),
        ("edad > 30 ; drop", ";", "means nothing"),
        ("\"Cali\" = ciudad", "\"Cali\"", "begins with a column"),
    ] {
        let error = Segment::parse(rule, &schema()).expect_err(rule);
        assert_eq!(&rule[error.at.clone()], wrong, "{rule}: {error}");
        assert!(error.message.contains(message), "{rule}: {error}");
    }
    let rule = "edad > 20 y\n  cuidad = \"Cali\"";
    let error = Segment::parse(rule, &schema()).expect_err("misspelt");
    let pointed = error.pointed(rule);
    assert!(
        pointed.starts_with("  cuidad = \"Cali\"\n  ^^^^^^\n"),
        "{pointed}"
    );
}

#[test]
fn a_rule_is_bounded() {
    let deep = format!("{}edad > 1{}", "(".repeat(40), ")".repeat(40));
    let error = Segment::parse(&deep, &schema()).expect_err("too deep");
    assert!(error.message.contains("deeper"), "{error}");
    let long = "edad > 1 o ".repeat(1_000);
    assert!(Segment::parse(&long, &schema()).is_err());
}

#[test]
fn what_may_come_next_is_offered() {
    let offered = |rule: &str| suggestions(rule, &schema());
    assert_eq!(offered("")[..3], ["Ciudad", "edad", "[Fecha de corte]"]);
    assert_eq!(offered("ciu"), ["Ciudad"]);
    assert_eq!(offered("edad > 30 y pl"), ["plan"]);
    assert_eq!(offered("[fech"), ["[Fecha de corte]"]);
    assert!(offered("plan ").contains(&"contiene".to_owned()));
    assert!(!offered("edad ").contains(&"contiene".to_owned()));
    assert_eq!(offered("edad > 30 "), ["y", "o"]);
}

proptest! {
    #[test]
    fn nothing_that_is_written_breaks_the_reader(rule in "[ a-zé\\[\\]\"'()<>=!,0-9.\n-]{0,80}") {
        if let Err(error) = Segment::parse(&rule, &schema()) {
            let _ = error.pointed(&rule);
            prop_assert!(rule.get(error.at.clone()).is_some());
        }
        let _ = suggestions(&rule, &schema());
    }

    #[test]
    fn whatever_reads_is_the_same_within_brackets(rule in "(no )?(ciudad|edad|plan) (=|>|es vacio|contiene) ?(\"a\"|3)?( (y|o) edad < 4)?") {
        if let Ok(segment) = Segment::parse(&rule, &schema()) {
            let again = Segment::parse(&format!("({rule})"), &schema()).expect("it reads");
            for person in [&ANA, &LUIS] {
                prop_assert_eq!(segment.takes(person, today()), again.takes(person, today()));
            }
        }
    }
}

#[test]
fn a_rule_knows_whether_it_speaks_of_today() {
    for (rule, wanted) in [
        ("edad > 3", false),
        ("edad > 3 o no [fecha de corte] < hoy", true),
        ("[fecha de corte] entre 2026-01-01 y hoy - 3", true),
        ("[fecha de corte] en (2026-01-01)", false),
    ] {
        let segment = Segment::parse(rule, &schema()).expect(rule);
        assert_eq!(segment.speaks_of_today(), wanted, "{rule}");
    }
}
