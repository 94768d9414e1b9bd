//! Rules held against a list in a record.

use std::sync::Arc;

use domain::{PhoneNumber, Timestamp};
use store::{ListTarget, NewContact};

use super::*;

async fn base(people: u64) -> (tempfile::TempDir, Arc<dyn Store>, ListId) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("record.db").display());
    let store = store::open(&url).await.expect("a record");
    let person = |n: u64| NewContact {
        document: format!("CC{n}"),
        name: format!("Ana {n}"),
        segment: String::new(),
        phones: vec![PhoneNumber::from_e164(&format!("57300{n:07}")).expect("a mobile number")],
        attributes: vec![
            (
                "Ciudad".to_owned(),
                ["Bogotá", "Cali"][(n % 2) as usize].to_owned(),
            ),
            ("saldo".to_owned(), format!("$ {}.000", n)),
            ("corte".to_owned(), format!("2026-11-{:02}", n % 28 + 1)),
        ],
        record: n,
        line: n + 1,
    };
    let now = Timestamp::from_millis(0);
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, now).await.expect("begins");
    let people: Vec<NewContact> = (1..=people).map(person).collect();
    store.import_chunk(import, &people).await.expect("stages");
    let list = store
        .finish_import(import, "{}", "00", now)
        .await
        .expect("finishes");
    (folder, store, list)
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 28).expect("a day")
}

#[tokio::test]
async fn a_rule_is_counted_over_the_whole_list_with_examples_of_both_sides() {
    // More than a page, and more than the sample.
    let (_folder, store, list) = base(6_000).await;
    let mut walked = Vec::new();
    let rule = "ciudad = \"cali\" and saldo >= 5000000";
    let count = count(store.as_ref(), list, rule, day(), |so_far| {
        walked.push(so_far)
    });
    let count = count.await.expect("it reads");
    assert_eq!((count.contacts, count.taken), (6_000, 500));
    assert_eq!(walked, [6_000]);
    assert_eq!((count.examples.len(), count.left_out.len()), (5, 5));
    let cells = &count.examples[0].cells;
    assert_eq!(cells[0], ("Ciudad".to_owned(), "Cali".to_owned()));
    assert_eq!(cells[1], ("saldo".to_owned(), "$ 5001.000".to_owned()));
}

#[tokio::test]
async fn kinds_are_told_by_the_cells_and_the_day_by_the_calendar() {
    let (_folder, store, list) = base(56).await;
    let schema = columns(store.as_ref(), list).await.expect("a list");
    let kind = |name: &str| schema.columns()[schema.find(name).expect(name)].kind;
    assert_eq!(
        (kind("ciudad"), kind("saldo"), kind("corte")),
        (Kind::Text, Kind::Number, Kind::Date)
    );
    let rule = "corte > hoy - 7 and telefonos = 1";
    let count = count(store.as_ref(), list, rule, day(), |_| {})
        .await
        .expect("it reads");
    assert_eq!(count.taken, 14, "seven days, two people each");
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_is_refused_with_a_mark_and_nobody_is_counted() {
    let (_folder, store, list) = base(3).await;
    let refused = count(store.as_ref(), list, "cuidad = \"Cali\"", day(), |_| {
        panic!("counted")
    });
    let words = refused.await.expect_err("misspelt").to_string();
    assert!(
        words.contains("\n^^^^^^\n") && words.contains("is it Ciudad"),
        "{words}"
    );
    let everybody = count(store.as_ref(), list, " ", day(), |_| {})
        .await
        .expect("no rule");
    assert_eq!((everybody.contacts, everybody.taken), (3, 3));
}

/// Somebody whose cells hold what could be taken for something else.
fn odd(n: u64, name: &str) -> NewContact {
    NewContact {
        document: format!("CC{n}"),
        name: name.to_owned(),
        segment: String::new(),
        phones: vec![PhoneNumber::from_e164(&format!("57300{n:07}")).expect("a mobile number")],
        attributes: vec![
            ("nota".to_owned(), "dice [\"plan\",\"B\"] y \\".to_owned()),
            ("plan".to_owned(), "A \"oro\"".to_owned()),
        ],
        record: n,
        line: n + 1,
    }
}

#[tokio::test]
async fn cells_with_any_sign_are_read_as_they_are() {
    for name in ["Ana", "Ana\u{1f}Luz", "Ana\u{1e}Luz"] {
        let (_folder, store, _) = base(1).await;
        let now = Timestamp::from_millis(0);
        let target = ListTarget::New("odd".to_owned());
        let import = store.begin_import(&target, now).await.expect("begins");
        store
            .import_chunk(import, &[odd(1, name), odd(2, "Luis")])
            .await
            .expect("stages");
        let list = store
            .finish_import(import, "{}", "00", now)
            .await
            .expect("finishes");
        for (rule, wanted) in [
            ("plan = 'a \"oro\"'", 2),
            ("nota termina '\\'", 2),
            ("plan = \"B\"", 0),
            ("nombre empieza \"ana\" y telefonos = 1", 1),
        ] {
            let count = count(store.as_ref(), list, rule, day(), |_| {}).await;
            let count = count.unwrap_or_else(|error| panic!("{rule}: {error}"));
            assert_eq!(
                (count.contacts, count.taken),
                (2, wanted),
                "{name:?}: {rule}"
            );
        }
    }
}
