//! What people write, and what it is.

use super::*;

fn plan() -> NumberPlan {
    NumberPlan::new(&ImportOptions::new("prueba")).expect("CO is a region")
}

fn read(cell: &str) -> (Vec<String>, Vec<Reason>) {
    let found = plan().read(cell, &|| Some(1));
    let numbers = found.numbers.iter().map(|n| n.dialable()).collect();
    (numbers, found.left_out)
}

#[track_caller]
fn reads_as(cell: &str, numbers: &[&str]) {
    let numbers: Vec<String> = numbers.iter().map(|n| (*n).to_owned()).collect();
    assert_eq!(read(cell), (numbers, vec![]), "{cell:?}");
}

#[track_caller]
fn refused(cell: &str, reason: Reason) {
    assert_eq!(read(cell), (vec![], vec![reason]), "{cell:?}");
}

#[test]
fn every_way_of_writing_a_mobile_is_one_number() {
    for cell in [
        "3001234567",
        "300 123 4567",
        "(300) 123-4567",
        "+57 300 1234567",
        "57 3001234567",
        "0057 300 123 4567",
        "033001234567",
        "03001234567",
        "5757 3001234567",
        "3.001.234.567",
        "3,001,234,567",
        "3001234567.0",
        "3001234567,00",
        "3.001234567E9",
        "3,001234567E+09",
        "'3001234567",
        "Cel: 3001234567",
        "tel:+573001234567",
        "3001234567 ext 12",
        "3001234567 (mamá)",
        "300-123-4567 ESPOSA",
        "\u{a0}3001234567 ",
    ] {
        reads_as(cell, &["+573001234567"]);
    }
}

#[test]
fn every_way_of_writing_a_landline_is_one_number() {
    for cell in [
        "6012345678",
        "601 234 5678",
        "+57 601 2345678",
        "2345678",
        "12345678",
        "(1) 2345678",
        "+57 1 2345678",
        "5712345678",
        "0912345678",
        "012345678",
        "06012345678",
    ] {
        reads_as(cell, &["+576012345678"]);
    }
}

#[test]
fn an_old_number_of_medellin_is_not_another_number() {
    reads_as("46041234", &["+576046041234"]);
}

#[test]
fn digits_that_were_rounded_off_are_never_made_up() {
    for cell in [
        "3.00123E+09",
        "3,00123E+09",
        "3E+09",
        "3.0012E9",
        "3.00123456E9",
    ] {
        refused(cell, Reason::DigitsLost);
    }
}

#[test]
fn what_is_nobodys_phone_says_why() {
    refused("018000123456", Reason::ServiceNumber);
    refused("123", Reason::ServiceNumber);
    refused("+1 650 253 0000", Reason::ForeignPhone);
    refused("0034 600 123 456", Reason::ForeignPhone);
    refused("3991234567", Reason::InvalidPhone);
    refused("30012345", Reason::InvalidPhone);
    refused("300123456789", Reason::InvalidPhone);
    refused("llamar tarde", Reason::InvalidPhone);
    refused("3OO1234567", Reason::InvalidPhone);
    refused("ana1234567@correo.com", Reason::InvalidPhone);
    let nobody = plan().read("2345678", &|| None);
    assert_eq!(nobody.left_out, [Reason::UnknownArea]);
}

#[test]
fn a_cell_of_several_phones_gives_them_all() {
    let both = ["+573001234567", "+576012345678"];
    for cell in [
        "3001234567 / 6012345678",
        "3001234567-6012345678",
        "3001234567, 6012345678",
        "300-1234567 - 601-2345678",
        "3001234567 (mamá) / 6012345678 casa",
        "3001234567 6012345678",
        "3001234567 y 6012345678",
        "3001234567\n6012345678",
    ] {
        reads_as(cell, &both);
    }
}

#[test]
fn words_for_nothing_are_nothing() {
    for cell in ["", "  ", "0", "0000000", "N/A", "no tiene", "-", "NULL"] {
        reads_as(cell, &[]);
    }
}

#[test]
fn numbers_of_other_countries_are_read_where_allowed() {
    let mut options = ImportOptions::new("prueba");
    options.foreign_numbers = true;
    let plan = NumberPlan::new(&options).expect("a region");
    let found = plan.read("+1 650 253 0000", &|| None);
    assert_eq!(found.numbers[0].dialable(), "+16502530000");
    options.region = "MX".to_owned();
    let plan = NumberPlan::new(&options).expect("a region");
    let found = plan.read("55 1234 5678", &|| None);
    assert_eq!(found.numbers[0].dialable(), "+525512345678");
    options.region = "Colombia".to_owned();
    assert!(NumberPlan::new(&options).is_err());
}
