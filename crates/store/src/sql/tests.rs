//! What only this crate can see: how statements are planned.

use super::agenda::BOOKED;
use super::database::Database;
use super::identity::{IN_LIST, KNOWN, OWNERS};
use super::lists::PAGE;
use super::prior::{BY_NUMBER, BY_PERSON, SPENT, SPENT_ON_NUMBERS};
use super::query::{Batch, Query};
use super::segments::lease::{AROUND, FIRST_DUE};
use super::segments::pick::{self, Walk};
use super::segments::{placing, recycle, texts};
use super::work::{LEASED, LEASED_PHONES, NEXT_DUE, PICK};
use super::work_tally::SOON;

#[tokio::test]
async fn picking_work_walks_an_index_and_sorts_nothing() {
    let plan = plan_of(explain(PICK).int(1).int(1).int(1).int(0).int(10)).await;
    assert!(plan.contains("INDEX work_ready"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    assert!(!plan.contains("SCAN"), "{plan}");
}

#[tokio::test]
async fn what_is_due_next_is_read_from_the_index_of_the_work() {
    let query = explain(SOON).int(1).int(1).int(1).int(0).int(10);
    let plan = plan_of(query).await;
    let by_index = "work_ready (campaign=? AND list=? AND turn=? AND next_at>?";
    assert_eq!(plan.matches(by_index).count(), 2, "{plan}");
    assert!(!plan.contains("SCAN work"), "{plan}");
}

#[tokio::test]
async fn when_work_is_due_is_an_entry_of_an_index() {
    let turns = Batch::default().ints("list", [1]).ints("turn", [0]);
    let plan = plan_of(explain(NEXT_DUE).int(1).rows(turns)).await;
    let by_index = "work_ready (campaign=? AND list=? AND turn=?)";
    assert!(plan.contains(by_index), "{plan}");
}

#[tokio::test]
async fn a_page_of_a_list_is_read_in_the_order_of_an_index() {
    let texts = texts::text(true);
    for query in [
        explain(PAGE).int(1).int(1).int(10),
        explain(&texts).int(1).int(1).int(10).text("").text(""),
    ] {
        let plan = plan_of(query).await;
        assert!(plan.contains("contact_in_list (list=? AND id>?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[tokio::test]
async fn picking_work_of_a_segment_walks_an_index_and_sorts_nothing() {
    let walks = [Walk::Fresh, Walk::FreshOfRank(9), Walk::Again];
    let pick = || {
        let query = explain(&pick::text(&walks)).int(1);
        let query = query.int(1).int(10).int(1).int(10).int(9);
        query.int(1).int(10).int(99)
    };
    let picks = [
        (pick(), "work_fresh (campaign=? AND segment=?)"),
        (
            pick(),
            "work_fresh (campaign=? AND segment=? AND rank>? AND rank<?)",
        ),
        (
            pick(),
            "work_again (campaign=? AND segment=? AND next_at>? AND next_at<?)",
        ),
        (
            explain(AROUND).int(1),
            "work_unparted (campaign=? AND contact>?)",
        ),
        (
            explain(FIRST_DUE).int(1).int(1),
            "work_fresh (campaign=? AND segment=?)",
        ),
        (
            explain(FIRST_DUE).int(1).int(1),
            "work_again (campaign=? AND segment=? AND next_at>?)",
        ),
    ];
    for (query, index) in picks {
        let plan = plan_of(query).await;
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        assert!(!plan.contains("SCAN w"), "{plan}");
        assert!(!plan.contains("w USING PRIMARY KEY"), "{plan}");
    }
}

#[tokio::test]
async fn work_of_segments_is_changed_by_its_whole_key() {
    let rows = || {
        Batch::default()
            .ints("campaign", [1, 1])
            .ints("contact", [1, 2])
    };
    let placed = rows()
        .ints("segment", [1, 1])
        .ints("rank", [1, 1])
        .ints("spent", [0, 0])
        .ints("repeats", [0, 0])
        .ints("pinned", [1, 1]);
    let contacts = || Batch::default().ints("contact", [1, 2]);
    let changes = [
        explain(placing::PLACE).rows(placed),
        explain(placing::PIN).rows(rows().ints("pinned", [1, 1])),
        explain(recycle::AGAIN).int(1).rows(contacts()),
        explain(recycle::PHONES_AGAIN).int(1).rows(contacts()),
    ];
    for change in changes {
        let plan = plan_of(change).await;
        assert!(
            plan.contains("PRIMARY KEY (campaign=? AND contact=?)"),
            "{plan}"
        );
        assert!(!plan.contains("(campaign=?)"), "{plan}");
    }
}

#[tokio::test]
async fn work_is_read_by_key_whatever_the_size_of_the_base() {
    for text in [LEASED, LEASED_PHONES] {
        let contacts = Batch::default().ints("contact", [1, 2]);
        let plan = plan_of(explain(text).int(1).rows(contacts)).await;
        let first = plan.lines().next().expect("a plan has steps");
        assert!(first.starts_with("SCAN jsonb_each"), "{plan}");
        assert_eq!(plan.matches("SCAN").count(), 1, "{plan}");
        assert!(!plan.contains("(campaign=?)"), "{plan}");
    }
}

#[tokio::test]
async fn calls_before_are_read_by_person_and_number_whatever_the_size_of_the_record() {
    for (text, index) in [(BY_PERSON, "attempt_person"), (BY_NUMBER, "attempt_phone")] {
        let contacts = Batch::default().ints("contact", [1, 2]);
        let query = explain(text).int(0).int(1).rows(contacts);
        let plan = plan_of(query).await;
        assert_eq!(plan.matches("SCAN").count(), 1, "{plan}");
        assert!(plan.contains(&format!("INDEX {index}")), "{plan}");
    }
}

#[tokio::test]
async fn what_a_base_cost_is_counted_by_person_and_number_whatever_the_size_of_the_record() {
    for (text, index) in [
        (SPENT, "attempt_person"),
        (SPENT_ON_NUMBERS, "attempt_phone"),
    ] {
        let contacts = Batch::default().ints("contact", [1, 2]);
        let plan = plan_of(explain(text).int(1).rows(contacts)).await;
        assert_eq!(plan.matches("SCAN").count(), 1, "{plan}");
        assert!(plan.contains(&format!("INDEX {index}")), "{plan}");
    }
}

#[tokio::test]
async fn whose_numbers_are_is_looked_up_by_number_however_many_have_it() {
    let numbers = Batch::default().ints("e164", [1, 2]);
    let plan = plan_of(explain(OWNERS).rows(numbers)).await;
    assert_eq!(
        plan.matches("INDEX phone_e164 (e164=?)").count(),
        2,
        "{plan}"
    );
    assert_eq!(plan.matches("SCAN jsonb_each").count(), 1, "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    assert!(
        !plan.contains("SCAN p") && !plan.contains("SCAN k"),
        "{plan}"
    );
}

#[tokio::test]
async fn people_of_a_load_are_looked_up_one_by_one_however_large_the_list() {
    let keys = Batch::default().texts("identity", ["d:1".to_owned()]);
    let plan = plan_of(explain(KNOWN).rows(keys)).await;
    assert!(plan.contains("(identity=?)"), "{plan}");
    let people = Batch::default().ints("person", [1, 2]);
    let plan = plan_of(explain(IN_LIST).int(1).rows(people)).await;
    let index = "INDEX contact_person (list=? AND person=?)";
    assert!(plan.contains(index), "{plan}");
    let first = plan.lines().next().expect("a plan has steps");
    assert!(first.starts_with("SCAN jsonb_each"), "{plan}");
}

#[tokio::test]
async fn booked_call_backs_are_read_in_the_order_of_their_time() {
    let query = explain(BOOKED).int(0).int(9).int(0).int(0).int(0).int(10);
    let plan = plan_of(query).await;
    assert!(plan.contains("INDEX work_promised"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    assert!(!plan.contains("SCAN"), "{plan}");
}

fn explain(text: &str) -> Query {
    Query::new("explain", format!("EXPLAIN QUERY PLAN {text}"))
}

/// The steps of a plan on an empty record, one a line.
async fn plan_of(query: Query) -> String {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", dir.path().join("record.db").display());
    let db = Database::open(&url).await.expect("opens");
    let steps = db.fetch(query).await.expect("explains");
    let steps = steps.iter().map(|row| row.text("detail").expect("a step"));
    steps.collect::<Vec<_>>().join("\n")
}
