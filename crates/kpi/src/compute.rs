//! From counts to figures.

use std::time::Duration;

use crate::bound::upper_bound;
use crate::catalogue::{CATALOGUE, Definition, Unit};
use crate::facts::Facts;

/// A figure with what it was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct KpiValue {
    /// What it is.
    pub definition: &'static Definition,
    /// Above the line; `None` where it is not recorded.
    pub numerator: Option<f64>,
    /// Below the line.
    pub denominator: Option<f64>,
    /// `None`: nothing below the line, or not recorded.
    pub value: Option<f64>,
}

/// Every indicator of the catalogue, in its order.
pub fn compute(facts: &Facts) -> Vec<KpiValue> {
    let value_of = |definition| value(definition, facts);
    CATALOGUE.iter().map(value_of).collect()
}

fn value(definition: &'static Definition, facts: &Facts) -> KpiValue {
    let (numerator, denominator) = parts(definition.id, facts);
    let value = match definition.id {
        "abandono.bound" => upper_bound(facts.abandoned, facts.answered),
        _ => divide(numerator, denominator),
    };
    KpiValue {
        definition,
        numerator,
        denominator,
        value,
    }
}

fn divide(numerator: Option<f64>, denominator: Option<f64>) -> Option<f64> {
    match (numerator, denominator) {
        (Some(numerator), Some(denominator)) if denominator > 0.0 => Some(numerator / denominator),
        _ => None,
    }
}

/// Above and below the line of each indicator.
fn parts(id: &str, facts: &Facts) -> (Option<f64>, Option<f64>) {
    let count = |n: u64| Some(n as f64);
    let maybe = |n: Option<u64>| n.map(|n| n as f64);
    let hours = Some(facts.logged_in().as_secs_f64() / 3_600.0);
    let days = advisor_days(facts);
    let sales = count(facts.sales_accepted);
    let legalised = maybe(facts.sales_legalised);
    let deductible = facts.received.saturating_sub(facts.excluded);
    match id {
        "contactabilidad" => (count(facts.answered), count(facts.attempts)),
        "contactabilidad.system" => (count(facts.answered_by_outcome), count(facts.attempts)),
        "contactabilidad.network" => (count(facts.network_answered), count(facts.attempts)),
        "contactabilidad.records" => (count(facts.records_answered), count(facts.worked)),
        "contacto_efectivo" => (count(facts.effective), count(facts.answered)),
        "contacto_efectivo.conversion" => (sales, count(facts.effective)),
        "efectividad" => (sales, count(facts.attempts)),
        "efectividad.record" => (sales, count(facts.worked)),
        "efectividad.answered" => (sales, count(facts.answered)),
        "efectividad.neta" => (legalised, count(facts.attempts)),
        "efectividad.neta_record" => (legalised, count(facts.worked)),
        "gestion_base" => (count(facts.worked), count(deductible)),
        "gestion_base.gross" => (count(facts.worked), count(facts.received)),
        "cumplimiento" => (sales, maybe(facts.goal)),
        "cumplimiento.legalised" => (legalised, maybe(facts.goal)),
        "ratio" => (sales, days),
        "ratio.sph" => (sales, hours),
        "productividad" => (facts.value_sold, days),
        "productividad.hour" => (facts.value_sold, hours),
        "productividad.ticket" => (facts.value_sold, sales),
        "productividad.records_hour" => (count(facts.worked), hours),
        "abandono" | "abandono.bound" => (count(facts.abandoned), count(facts.answered)),
        "utilizacion" => {
            let busy = facts.talking + facts.wrap_up;
            (seconds(busy), seconds(busy + facts.ready + facts.reserved))
        }
        "tmo" => (seconds(facts.talk + facts.wrap_up), count(facts.connected)),
        "espera" => (seconds(facts.bridge_wait), count(facts.connected)),
        // The catalogue's test runs every id through here.
        _ => (None, None),
    }
}

fn seconds(time: Duration) -> Option<f64> {
    Some(time.as_secs_f64())
}

fn advisor_days(facts: &Facts) -> Option<f64> {
    let shift = facts.shift?.as_secs_f64();
    (shift > 0.0).then(|| facts.logged_in().as_secs_f64() / shift)
}

impl KpiValue {
    /// As people read it; `s/d` where there is none.
    pub fn shown(&self) -> String {
        let Some(value) = self.value else {
            return "s/d".to_owned();
        };
        match self.definition.unit {
            Unit::Share => format!("{:.1} %", value * 100.0),
            Unit::Number => format!("{value:.2}"),
            Unit::Seconds => format!("{value:.1} s"),
            Unit::Money => format!("$ {value:.0}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The month of the worked example: 20 advisors, 22 days of 7.5 h.
    fn month() -> Facts {
        Facts {
            attempts: 30_000,
            network_answered: 21_300,
            answered: 9_600,
            answered_by_outcome: 9_685,
            effective: 5_952,
            abandoned: 230,
            connected: 9_370,
            sales_accepted: 300,
            sales_legalised: Some(216),
            value_sold: Some(285_000_000.0),
            received: 12_000,
            excluded: 600,
            worked: 9_975,
            records_answered: 7_182,
            ready: Duration::from_secs(3_300 * 3_600),
            goal: Some(270),
            shift: Some(Duration::from_secs(27_000)),
            ..Facts::default()
        }
    }

    #[test]
    fn the_worked_example_comes_out_figure_by_figure() {
        let kpis = compute(&month());
        let shown = |id: &str| {
            let kpi = kpis.iter().find(|kpi| kpi.definition.id == id);
            kpi.expect("it is in the catalogue").shown()
        };
        let expected = [
            ("contactabilidad", "32.0 %"),
            ("contactabilidad.network", "71.0 %"),
            ("contactabilidad.records", "72.0 %"),
            ("contacto_efectivo", "62.0 %"),
            ("contacto_efectivo.conversion", "5.0 %"),
            ("efectividad", "1.0 %"),
            ("efectividad.record", "3.0 %"),
            ("efectividad.answered", "3.1 %"),
            ("efectividad.neta", "0.7 %"),
            ("efectividad.neta_record", "2.2 %"),
            ("gestion_base", "87.5 %"),
            ("gestion_base.gross", "83.1 %"),
            ("cumplimiento", "111.1 %"),
            ("cumplimiento.legalised", "80.0 %"),
            ("ratio", "0.68"),
            ("ratio.sph", "0.09"),
            ("productividad", "$ 647727"),
            ("productividad.hour", "$ 86364"),
            ("productividad.ticket", "$ 950000"),
            ("productividad.records_hour", "3.02"),
            ("abandono", "2.4 %"),
            ("abandono.bound", "2.7 %"),
        ];
        for (id, figure) in expected {
            assert_eq!(shown(id), figure, "{id}");
        }
    }

    #[test]
    fn nothing_below_the_line_is_no_figure() {
        for kpi in compute(&Facts::default()) {
            assert_eq!(kpi.shown(), "s/d", "{}", kpi.definition.id);
        }
    }

    #[test]
    fn every_indicator_has_its_parts() {
        for kpi in compute(&month()) {
            let id = kpi.definition.id;
            assert!(kpi.numerator.is_some() && kpi.denominator.is_some(), "{id}");
        }
    }
}
