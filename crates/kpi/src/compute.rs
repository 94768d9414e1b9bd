//! From counts to figures, by the expressions of the catalogue.

use crate::bound::upper_bound;
use crate::catalogue::{CATALOGUE, Definition, Method, Unit};
use crate::facts::Facts;
use crate::rounding::half_up;
use crate::term::Expr;

/// What is shown where there is no figure: nothing below the line, or not recorded.
pub const NO_FIGURE: &str = "s/d";

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

/// One of them.
pub fn value(definition: &'static Definition, facts: &Facts) -> KpiValue {
    let numerator = definition.numerator.value(facts);
    let denominator = definition.denominator.value(facts);
    let value = match definition.method {
        Method::Quotient => divide(numerator, denominator),
        Method::UpperBound => numerator
            .zip(denominator)
            .and_then(|(part, whole)| upper_bound(part as u64, whole as u64)),
    };
    KpiValue {
        definition,
        numerator,
        denominator,
        value,
    }
}

impl Expr {
    /// What it comes to; `None` where a term of it is not recorded.
    pub fn value(&self, facts: &Facts) -> Option<f64> {
        let sum = |terms: &[_]| {
            let values = terms.iter().map(|term| facts.value(*term));
            values.sum::<Option<f64>>()
        };
        Some(sum(self.plus)? - sum(self.minus)?)
    }
}

fn divide(numerator: Option<f64>, denominator: Option<f64>) -> Option<f64> {
    match (numerator, denominator) {
        (Some(numerator), Some(denominator)) if denominator > 0.0 => Some(numerator / denominator),
        _ => None,
    }
}

impl Unit {
    /// A figure as people read it, rounded half up.
    pub fn shown(self, value: f64, decimals: u8) -> String {
        match self {
            Unit::Share => format!("{} %", half_up(value * 100.0, decimals)),
            Unit::Number => half_up(value, decimals),
            Unit::Seconds => format!("{} s", half_up(value, decimals)),
            Unit::Money => format!("$ {}", half_up(value, decimals)),
        }
    }
}

impl KpiValue {
    /// As people read it; `s/d` where there is none.
    pub fn shown(&self) -> String {
        let Definition { unit, decimals, .. } = *self.definition;
        self.value
            .map_or_else(|| NO_FIGURE.to_owned(), |value| unit.shown(value, decimals))
    }
}

#[cfg(test)]
mod tests;
