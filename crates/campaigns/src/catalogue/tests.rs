//! The house's catalogue says what the business agreed, and one that cannot be used says why.

use std::time::Duration;

use domain::{CallBack, NextPhone, Occasion, Origin, Outcome};

use super::*;

fn row<'a>(catalogue: &'a Catalogue, code: &str) -> &'a Disposition {
    catalogue.get(code).expect(code)
}

/// The house's text with one cell of a row changed.
fn with(code: &str, column: &str, cell: &str) -> String {
    let mut reader = csv::Reader::from_reader(SPANISH.as_bytes());
    let headings = reader.headers().expect("headings").clone();
    let place = headings.iter().position(|h| h == column).expect("a column");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headings).expect("written");
    for record in reader.records() {
        let mut cells: Vec<String> = record.expect("a row").iter().map(str::to_owned).collect();
        if cells[0] == code {
            cells[place] = cell.to_owned();
        }
        writer.write_record(&cells).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("memory")).expect("text")
}

/// The first thing wrong with it.
fn wrong(text: &str) -> String {
    match Catalogue::parse(text) {
        Err(InvalidCatalogue::Rows(problems)) => problems[0].to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_house_catalogue_holds_together_and_comes_back_from_its_text() {
    let house = Catalogue::spanish();
    assert_eq!(Catalogue::problems(house.rows()), []);
    assert_eq!(house.text(), SPANISH);
    let read = Catalogue::parse(SPANISH).expect("sound");
    assert_eq!(read.rows(), house.rows());
}

#[test]
fn every_occasion_finds_the_code_the_system_sets() {
    let house = Catalogue::spanish();
    for occasion in Occasion::all() {
        let row = house.on(occasion).expect("one row each");
        assert_ne!(row.origin, Origin::Agent, "{}", row.code);
    }
}

#[test]
fn the_catalogue_compiled_in_says_what_the_business_agreed() {
    let house = Catalogue::spanish();
    assert_eq!(house.rows().len(), 48);
    let row = |code| row(&house, code);
    assert!(row("EX01").suppresses && row("TI05").suppresses && !row("NI01").suppresses);
    assert!(!row("NC06").retry.costs_attempt && row("NC01").retry.costs_attempt);
    assert_eq!(row("NC02").retry.wait, Duration::from_secs(1_200));
    assert_eq!(row("NC02").retry.times_max, Some(2));
    assert!(row("TE03").retry.invalidates_phone && row("TE03").third_party);
    assert_eq!((row("VE01").rank, row("CE01").rank), (5, 4));
    assert!(house.rows().iter().all(|row| row.rank == row.usual_rank()));
    assert!(!row("AB04").human, "nobody was heard on a mute call");
    assert_eq!(row("NC01").levels[0], "No contacto");
    assert!(row("NC01").retry.other_hours, "otra franja");
    assert_eq!(row("NC01").retry.next_phone, NextPhone::Next);
    assert_eq!(row("TI01").call_back, Some(CallBack::Personal));
    assert_eq!(row("TI02").call_back, Some(CallBack::Anyone));
    assert!(row("NC01").is_set_on(Occasion::Ended(Outcome::Cancelled)));
}

#[test]
fn a_wrong_cell_is_named_with_its_line_and_column() {
    assert_eq!(
        wrong(&with("NC02", "human", "x")),
        "line 3, column human (NC02): it cannot be \"x\"; write 1 or 0"
    );
    let two = with("NC02", "human", "x").replace("wait_min", "espera");
    let Err(InvalidCatalogue::Rows(problems)) = Catalogue::parse(&two) else {
        panic!("it has a heading nobody knows and a bad cell");
    };
    assert_eq!(problems.len(), 2, "all at once: {problems:?}");
}

#[test]
fn rows_that_contradict_themselves_are_refused() {
    let cases = [
        ("VE01", "effective_contact", "0", "accepted_sale"),
        ("CE01", "holder", "0", "effective_contact"),
        ("TE01", "human", "0", "human"),
        ("TE01", "holder", "1", "third_party"),
        ("EX01", "closes_record", "0", "closes_record"),
        ("NI01", "call_back", "anyone", "call_back"),
        ("TE03", "next_phone", "same", "next_phone"),
        ("CE01", "wait_min", "0", "wait_min"),
        ("NC01", "human", "1", "human"),
        ("NC01", "retired", "1", "retired"),
        ("NC01", "origin", "A", "origin"),
        ("VE01", "rank", "3", "rank"),
        ("NI02", "level3", "Precio alto", "level1"),
        ("NI02", "code", "ni02", "code"),
    ];
    for (code, column, cell, named) in cases {
        let words = wrong(&with(code, column, cell));
        assert!(words.contains(&format!("column {named} ")), "{words}");
    }
}

#[test]
fn codes_are_unique_and_what_the_system_sets_cannot_be_removed() {
    let twice = format!("{SPANISH}{}\n", SPANISH.lines().nth(1).expect("a row"));
    assert!(wrong(&twice).contains("line 2 already"));
    let without: Vec<_> = SPANISH.lines().filter(|l| !l.starts_with("ST01")).collect();
    assert!(wrong(&without.join("\n")).contains("no row is set on `untyped`"));
}

#[test]
fn what_a_spreadsheet_writes_is_read() {
    // Semicolons, a mark at the beginning, few columns in another order, an empty row at the end.
    let mut text = "\u{feff}level1;code;wait_min\r\n".to_owned();
    for row in Catalogue::spanish().rows() {
        text.push_str(&format!("Otro nivel {0};{0};77\r\n", row.code));
    }
    text.push_str(";;\r\n");
    let read = Catalogue::parse(&text).expect("the rest is the house's");
    let busy = row(&read, "NC02");
    assert_eq!(busy.levels[0], "Otro nivel NC02");
    assert_eq!(busy.retry.wait, Duration::from_secs(77 * 60));
    assert_eq!(busy.retry.times_max, Some(2), "as in the house's");
    assert!(busy.is_set_on(Occasion::Ended(Outcome::Busy)));
}

#[test]
fn a_code_in_use_is_retired_and_not_lost() {
    let house = Catalogue::spanish();
    let kept: Vec<_> = house
        .rows()
        .iter()
        .filter(|row| !["NI06", "NI07"].contains(&row.code.as_str()))
        .cloned()
        .collect();
    let (rows, retired) = Catalogue::succeed(kept, house.rows(), |code| code == "NI06");
    assert_eq!(retired, ["NI06"]);
    let next = Catalogue::from_rows(CatalogueId::new(9), 2, rows);
    assert!(row(&next, "NI06").retired && !row(&next, "NI06").is_for_agents());
    assert!(
        row(&next, "NI06").effective_contact,
        "it means what it meant"
    );
    assert!(next.get("NI07").is_none());
    assert_eq!(Catalogue::problems(next.rows()), []);
}
