//! Files with every kind of mistake, and the same file twice.

use super::*;

const MAPPING: &str = r#"
date = "%d/%m/%Y"
through = ["en_ruta"]
[stages]
"ENTREGADO" = "entregada"
"EN RUTA" = "en_ruta"
"NO ENTREGADO" = "no_entregada"
"DEVUELTO" = "devuelta_logistica"
[reasons]
"Cliente ausente" = "ausente"
[[column]]
name = "Pedido"
field = "reservation.order"
use = "key"
[[column]]
name = "Cedula"
field = "documento"
use = "compare"
kind = "document"
[[column]]
name = "Estado"
use = "stage"
[[column]]
name = "Motivo"
use = "reason"
[[column]]
name = "Fecha"
use = "at"
kind = "date"
"#;

fn mapping() -> Mapping {
    Mapping::read(MAPPING).expect("sound")
}

/// A file as its lines: order, document, stage, reason, day.
fn file(text: &str) -> Vec<Record> {
    let names = ["Pedido", "Cedula", "Estado", "Motivo", "Fecha"];
    let record = |(line, row): (u64, &str)| Record {
        line,
        cells: names
            .iter()
            .zip(row.split(','))
            .map(|(name, cell)| ((*name).to_owned(), cell.to_owned()))
            .collect(),
    };
    (2..).zip(text.lines()).map(record).collect()
}

fn sale(id: i64, order: &str, stage: Stage) -> KnownSale {
    KnownSale {
        sale: id,
        standing: Standing {
            stage,
            is_reserved: true,
            ..Standing::default()
        },
        passed: BTreeSet::from([Stage::Accepted]),
        heard: BTreeSet::new(),
        fields: [("reservation.order", order), ("documento", "1020304050")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
    }
}

fn crossed(text: &str, sales: &[KnownSale]) -> Crossing {
    cross(&mapping(), &file(text), sales, &IdentityPolicy::house())
}

fn told(crossing: &Crossing) -> Vec<(Option<u64>, Option<i64>, Differs)> {
    let differences = crossing.differences.iter();
    differences.map(|d| (d.line, d.sale, d.what)).collect()
}

/// Does what was planned.
fn done(sales: &mut [KnownSale], crossing: &Crossing) {
    for planned in &crossing.moves {
        let sale = sales
            .iter_mut()
            .find(|sale| sale.sale == planned.sale)
            .expect("ours");
        for (stage, _) in &planned.to {
            sale.passed.insert(sale.standing.stage);
            sale.standing = sale.standing.clone().after(&Fact::Moved(*stage));
        }
        sale.heard.insert(planned.said.clone());
    }
}

#[test]
fn rows_become_moves_and_what_is_passed_over_is_gone_through() {
    let sales = [
        sale(1, "A-1", Stage::OnRoute),
        sale(2, "A-2", Stage::Reserved),
        sale(3, "A-3", Stage::OnRoute),
    ];
    let crossing = crossed(
        "a-1,1.020.304.050,Entregado,,01/12/2026\n\
         A-2,1020304050,ENTREGADO,,01/12/2026\n\
         A-3,,NO ENTREGADO,cliente ausente,01/12/2026",
        &sales,
    );
    assert_eq!(told(&crossing), []);
    let moves: Vec<_> = crossing
        .moves
        .iter()
        .map(|m| (m.sale, m.to.clone()))
        .collect();
    assert_eq!(
        moves,
        [
            (1, vec![(Stage::Delivered, None)]),
            (2, vec![(Stage::OnRoute, None), (Stage::Delivered, None)]),
            (3, vec![(Stage::NotDelivered, Some("ausente".to_owned()))]),
        ]
    );
}

#[test]
fn every_kind_of_difference_is_told_with_its_line_and_moves_nothing() {
    let sales = [
        sale(1, "A-1", Stage::OnRoute),
        sale(2, "A-2", Stage::Validated),
        sale(3, "A-3", Stage::OnRoute),
        sale(4, "A-4", Stage::OnRoute),
        sale(5, "A-5", Stage::OnRoute),
        sale(6, "A-5", Stage::Reserved),
        sale(7, "A-7", Stage::OnRoute),
    ];
    let crossing = crossed(
        ",1,ENTREGADO,,\n\
         Z-9,1020304050,ENTREGADO,,\n\
         A-5,1020304050,ENTREGADO,,\n\
         A-1,1020304050,ENTREGADO,,\n\
         A-1,1020304050,DEVUELTO,,\n\
         A-2,1020304050,ENTREGADO,,\n\
         A-3,1020304051,ENTREGADO,,\n\
         A-4,1020304050,PERDIDO,,",
        &sales,
    );
    use Differs as D;
    assert_eq!(
        told(&crossing),
        [
            (Some(2), None, D::NoKey),
            (Some(3), None, D::UnknownKey),
            (Some(4), None, D::AmbiguousKey),
            (Some(5), Some(1), D::Contradictory),
            (Some(6), Some(1), D::Contradictory),
            (Some(7), Some(2), D::MayNotFollow),
            (Some(8), Some(3), D::OtherValue),
            (Some(9), Some(4), D::UnknownStage),
            (None, Some(5), D::NotInFile),
            (None, Some(7), D::NotInFile),
        ]
    );
    assert_eq!(crossing.moves, []);
}

#[test]
fn the_same_file_again_moves_nothing() {
    let mut sales = [
        sale(1, "A-1", Stage::OnRoute),
        sale(2, "A-2", Stage::Reserved),
        sale(3, "A-3", Stage::OnRoute),
    ];
    let monday = "A-1,,ENTREGADO,,01/12/2026\nA-1,,ENTREGADO,,01/12/2026\n\
                  A-2,,ENTREGADO,,01/12/2026\nA-3,,NO ENTREGADO,Cliente ausente,01/12/2026";
    let first = crossed(monday, &sales);
    assert_eq!(
        (first.moves.len(), told(&first).len()),
        (3, 1),
        "one repeats another"
    );
    done(&mut sales, &first);
    let again = crossed(monday, &sales);
    assert_eq!((again.moves.len(), again.unchanged), (0, 3));
    // It goes out again on Tuesday; Monday's file then brings nobody back.
    let tuesday = crossed("A-3,,EN RUTA,,02/12/2026", &sales);
    assert_eq!(tuesday.moves.len(), 1);
    done(&mut sales, &tuesday);
    let late = crossed(monday, &sales);
    assert_eq!(late.moves, []);
    assert_eq!(sales[2].standing.stage, Stage::OnRoute);
    // And not delivered on Tuesday either: that is news.
    let evening = crossed("A-3,,NO ENTREGADO,Cliente ausente,02/12/2026", &sales);
    assert_eq!(evening.moves.len(), 1);
}

#[test]
fn a_report_that_tells_of_what_is_long_over_contradicts_nothing() {
    let mut legal = sale(1, "A-1", Stage::Legalised);
    legal.passed.extend([Stage::OnRoute, Stage::Delivered]);
    let crossing = crossed("A-1,,ENTREGADO,,01/12/2026", &[legal]);
    assert_eq!((crossing.unchanged, told(&crossing)), (1, vec![]));
}
