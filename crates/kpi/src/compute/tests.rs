//! The worked example: a month of 20 advisors, 22 days of 7.5 h, over a base of 12,000 records.

use std::time::Duration;

use super::*;
use crate::term::Term;

/// The month of the worked example.
fn month() -> Facts {
    Facts {
        attempts: 30_000,
        network_answered: 9_600 + 11_700,
        answered: 9_600,
        answered_by_outcome: 9_685,
        effective: 5_952,
        abandoned: 230,
        connected: 9_370,
        sales_accepted: 300,
        sales_legalised: Some(216),
        sales_legalised_in_period: Some(201),
        value_sold: Some(285_000_000.0),
        value_legalised: Some(205_200_000.0),
        received: 12_000,
        excluded: 350 + 150 + 100,
        base_worked: 9_975,
        base_worked_by_advisor: 7_100,
        worked: 9_975,
        worked_by_advisor: 7_100,
        records_network_answered: 9_500,
        records_answered: 7_182,
        records_effective: 4_931,
        ready: Duration::from_secs(3_300 * 3_600),
        goal: Some(270.0),
        advisor_days: Some(20.0 * 22.0),
        ..Facts::default()
    }
}

fn of(id: &str) -> KpiValue {
    let definition = Definition::of(id).expect("it is in the catalogue");
    value(definition, &month())
}

/// The 22 figures that are indicators, each as it is printed there: what is above and below the line, and the quotient.
/// The other 14 of its 36 are in `the_sums_and_the_chain` (7) and in the projection's tests (7).
#[test]
fn the_worked_example_comes_out_figure_by_figure() {
    let printed = [
        ("contactabilidad", 9_600.0, 30_000.0, 1, "32.0 %"),
        ("contactabilidad.network", 21_300.0, 30_000.0, 1, "71.0 %"),
        ("contactabilidad.records", 7_182.0, 9_975.0, 1, "72.0 %"),
        ("contacto_efectivo", 5_952.0, 9_600.0, 1, "62.0 %"),
        ("contacto_efectivo.conversion", 300.0, 5_952.0, 1, "5.0 %"),
        ("efectividad", 300.0, 30_000.0, 1, "1.0 %"),
        ("efectividad.record", 300.0, 9_975.0, 1, "3.0 %"),
        ("efectividad.answered", 300.0, 9_600.0, 1, "3.1 %"),
        ("efectividad.neta", 216.0, 30_000.0, 2, "0.72 %"),
        ("efectividad.neta_record", 216.0, 9_975.0, 1, "2.2 %"),
        ("gestion_base", 9_975.0, 11_400.0, 1, "87.5 %"),
        ("gestion_base.gross", 9_975.0, 12_000.0, 1, "83.1 %"),
        ("cumplimiento", 300.0, 270.0, 0, "111 %"),
        ("cumplimiento.legalised", 216.0, 270.0, 1, "80.0 %"),
        ("ratio", 300.0, 440.0, 2, "0.68"),
        ("ratio.sph", 300.0, 3_300.0, 3, "0.091"),
        ("productividad", 285_000_000.0, 440.0, 0, "$ 647727"),
        ("productividad.hour", 285_000_000.0, 3_300.0, 0, "$ 86364"),
        ("productividad.ticket", 285_000_000.0, 300.0, 0, "$ 950000"),
        ("productividad.records_hour", 9_975.0, 3_300.0, 1, "3.0"),
        ("abandono", 230.0, 9_600.0, 2, "2.40 %"),
        ("abandono.bound", 230.0, 9_600.0, 2, "2.67 %"),
    ];
    for (id, above, below, decimals, figure) in printed {
        let kpi = of(id);
        assert_eq!(
            (kpi.numerator, kpi.denominator),
            (Some(above), Some(below)),
            "{id}"
        );
        let value = kpi.value.expect("something is below the line");
        let unit = kpi.definition.unit;
        assert_eq!(unit.shown(value, decimals), figure, "{id}");
        if id != "cumplimiento" {
            assert_eq!(kpi.shown(), figure, "{id} as reports show it");
        }
    }
}

#[test]
fn the_sums_and_the_chain_of_the_worked_example() {
    let facts = month();
    // 12,000 - 600 = 11,400; 20 x 22 = 440 advisor-days; x 7.5 h = 3,300 h.
    let workable = Definition::of("gestion_base")
        .expect("it is there")
        .denominator;
    assert_eq!(workable.value(&facts), Some(11_400.0));
    assert_eq!(facts.value(Term::AdvisorDays), Some(440.0));
    assert_eq!(facts.value(Term::ConnectedHours), Some(440.0 * 7.5));
    // The literal chain of targets: 70 % x 60 % = 42 % sales per call, 21 times the 2 % agreed, which is a conversion of 4.8 %.
    let target = |indicator: &str| {
        let row = crate::RECOMMENDED
            .iter()
            .find(|row| row.indicator == indicator);
        row.and_then(|row| row.target).expect("agreed")
    };
    let chain = target("contactabilidad") * target("contacto_efectivo");
    let agreed = target("efectividad");
    assert_eq!(Unit::Share.shown(chain, 0), "42 %");
    assert_eq!(half_up(chain / agreed, 0), "21");
    assert_eq!(Unit::Share.shown(agreed / chain, 1), "4.8 %");
    assert_eq!(Unit::Share.shown(chain * (agreed / chain), 0), "2 %");
}

#[test]
fn the_variants_that_the_rulings_add_come_out_too() {
    let shown = |id| of(id).shown();
    assert_eq!(shown("contacto_efectivo.records"), "68.7 %");
    assert_eq!(shown("contacto_efectivo.literal"), "3.1 %");
    assert_eq!(shown("contactabilidad.system"), "32.3 %");
    assert_eq!(shown("abandono.system"), "2.37 %");
    assert_eq!(shown("gestion_base.advisor"), "62.3 %");
    assert_eq!(shown("efectividad.neta_period"), "0.67 %");
    assert_eq!(shown("cumplimiento.legalised_period"), "74.4 %");
    assert_eq!(shown("productividad.legalised"), "$ 466364");
}

#[test]
fn nothing_below_the_line_is_no_figure() {
    for kpi in compute(&Facts::default()) {
        assert_eq!(kpi.shown(), "s/d", "{}", kpi.definition.id);
    }
}

#[test]
fn a_goal_without_a_sale_is_none_of_it_and_no_goal_is_no_figure() {
    let attained = |goal| {
        let facts = Facts {
            goal,
            ..Facts::default()
        };
        let definition = Definition::of("cumplimiento").expect("it is there");
        value(definition, &facts).shown()
    };
    assert_eq!(attained(Some(15.0)), "0.0 %");
    assert_eq!(attained(None), "s/d");
}

#[test]
fn every_indicator_has_its_parts() {
    for kpi in compute(&month()) {
        let id = kpi.definition.id;
        assert!(kpi.numerator.is_some() && kpi.denominator.is_some(), "{id}");
    }
}

#[test]
fn every_term_is_used_or_limits_something() {
    let used = |term: Term| {
        crate::CATALOGUE.iter().any(|row| {
            let exprs = [row.numerator, row.denominator];
            let terms = exprs
                .iter()
                .flat_map(|expr| [expr.plus, expr.minus].concat());
            terms.chain(row.limit).any(|other| other == term)
        })
    };
    // Of the calendar, for reports by hour and day; its indicators are of the cohort.
    let of_the_calendar = [Term::WorkedByAdvisor];
    for term in Term::ALL {
        assert!(
            used(term) || of_the_calendar.contains(&term),
            "{term:?} is in no formula"
        );
    }
}
