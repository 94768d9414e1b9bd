//! What a missed target is short of, and what that means on the floor: so many calls, sales and advisor-hours at the rates
//! of the period itself. An estimate to talk by, not a forecast.

use crate::catalogue::Unit;
use crate::choice::{Judged, RECOMMENDED, Side};
use crate::facts::Facts;
use crate::rounding::half_up;
use crate::term::Term;

/// How far a figure is from its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Shortfall {
    /// Target less figure, or figure less target where less is better; in the unit of the indicator.
    pub by: f64,
    /// The same above the line: what is missing (or too much) of what the indicator counts; time in seconds.
    pub missing: f64,
    /// What that is.
    pub of: (String, String),
    /// Too much of it, not too little.
    pub is_excess: bool,
    /// Calls in which the floor makes that much; those concerned where it is too much.
    pub calls: Option<f64>,
    /// Sales that go with it.
    pub sales: Option<f64>,
    /// Advisor-hours in which the floor makes that much.
    pub hours: Option<f64>,
    unit: Unit,
    decimals: u8,
}

impl Shortfall {
    /// Of a figure that misses its target; `None` where it does not.
    pub fn of(judged: &Judged, facts: &Facts) -> Option<Shortfall> {
        let definition = judged.value.definition;
        let mut known = RECOMMENDED.iter();
        let row = known.find(|row| row.indicator == definition.indicator())?;
        if judged.met? {
            return None;
        }
        let (figure, target) = (judged.value.value?, judged.target?);
        let (above, below) = (judged.value.numerator?, judged.value.denominator?);
        let is_excess = row.side == Side::AtMost;
        let sign = if is_excess { -1.0 } else { 1.0 };
        let missing = sign * (target * below - above);
        let rates = Rates::of(facts);
        let (calls, sales, hours) = match definition.numerator.plus {
            [term] if *term == Term::Abandoned => rates.lost(missing),
            [term] if !term.is_time() => rates.made(*term, above, missing),
            _ => rates.spent(missing),
        };
        let words = |name: fn(Term) -> &'static str| definition.numerator.words(name);
        Some(Shortfall {
            by: sign * (target - figure),
            missing,
            of: (words(|term| term.names().0), words(|term| term.names().1)),
            is_excess,
            calls,
            sales,
            hours,
            unit: definition.unit,
            decimals: definition.decimals,
        })
    }

    /// By how much, as people read it: points of a share, else the unit.
    pub fn by_shown(&self) -> String {
        match self.unit {
            Unit::Share => format!("{} pp", half_up(self.by * 100.0, self.decimals)),
            unit => unit.shown(self.by, self.decimals),
        }
    }

    /// In Spanish.
    pub fn words(&self) -> String {
        let sentence = match self.is_excess {
            true => format!("{} de más: sobran {}", self.by_shown(), self.amount()),
            false => format!("{} de menos: faltan {}", self.by_shown(), self.amount()),
        };
        let meaning = self.meaning(["llamadas", "ventas", "horas-asesor"]);
        match meaning.is_empty() {
            true => format!("{sentence} {}", self.of.0),
            false => format!(
                "{sentence} {}; al ritmo del período son {meaning}",
                self.of.0
            ),
        }
    }

    /// In English.
    pub fn words_en(&self) -> String {
        let sentence = match self.is_excess {
            true => format!("{} over: {} too much of", self.by_shown(), self.amount()),
            false => format!("{} short: missing {}", self.by_shown(), self.amount()),
        };
        let meaning = self.meaning(["calls", "sales", "advisor-hours"]);
        match meaning.is_empty() {
            true => format!("{sentence} {}", self.of.1),
            false => format!(
                "{sentence} {}; at the pace of the period {meaning}",
                self.of.1
            ),
        }
    }

    /// Whole things are rounded up: nobody makes a part of a sale.
    fn amount(&self) -> String {
        match self.unit {
            Unit::Money => format!("$ {}", half_up(self.missing, 0)),
            Unit::Seconds => format!("{} s", half_up(self.missing, 0)),
            Unit::Share | Unit::Number => up(self.missing),
        }
    }

    fn meaning(&self, [calls, sales, hours]: [&str; 3]) -> String {
        let parts = [
            self.calls.map(|n| format!("{} {calls}", up(n))),
            // What is missing are sales: it was said.
            self.sales
                .filter(|n| *n != self.missing)
                .map(|n| format!("{} {sales}", half_up(n, 1))),
            self.hours.map(|n| format!("{} {hours}", half_up(n, 1))),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }
}

/// The next whole number, but for what floats add by themselves.
fn up(value: f64) -> String {
    half_up((value - 1e-6).ceil().max(0.0), 0)
}

impl Term {
    /// Whether it is a length of time.
    const fn is_time(self) -> bool {
        matches!(
            self,
            Term::Talk
                | Term::Talking
                | Term::WrapUp
                | Term::Ready
                | Term::Reserved
                | Term::BridgeWait
        )
    }
}

/// What the period made, to tell what something of it costs.
struct Rates {
    attempts: f64,
    connected: f64,
    sales: f64,
    hours: f64,
    /// Seconds advisors spend on a call and after it.
    handle_s: f64,
}

type Meaning = (Option<f64>, Option<f64>, Option<f64>);

impl Rates {
    fn of(facts: &Facts) -> Rates {
        Rates {
            attempts: facts.attempts as f64,
            connected: facts.connected as f64,
            sales: facts.sales_accepted as f64,
            hours: facts.logged_in().as_secs_f64() / 3_600.0,
            handle_s: (facts.talk + facts.wrap_up).as_secs_f64(),
        }
    }

    /// Something that calls make: as many more of it as are missing.
    fn made(&self, term: Term, above: f64, missing: f64) -> Meaning {
        let times = share(missing, above);
        let of = |all: f64| times.map(|times| times * all).filter(|_| all > 0.0);
        let sales = match term {
            Term::Sales => Some(missing),
            _ => of(self.sales),
        };
        (of(self.attempts), sales, of(self.hours))
    }

    /// Calls that nobody took: they, what they would have sold, and the time to take them.
    fn lost(&self, calls: f64) -> Meaning {
        let each = |all: f64| share(all, self.connected).map(|each| each * calls);
        (
            Some(calls),
            each(self.sales),
            each(self.handle_s).map(|seconds| seconds / 3_600.0),
        )
    }

    /// Advisors' time, in seconds: the calls and sales that they make in it.
    fn spent(&self, seconds: f64) -> Meaning {
        let hours = seconds / 3_600.0;
        let in_it = |all: f64| share(all, self.hours).map(|each| each * hours);
        (in_it(self.connected), in_it(self.sales), Some(hours))
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::choice::{Choice, judge};

    /// The worked example, under targets that it misses.
    fn month() -> Facts {
        Facts {
            attempts: 30_000,
            answered: 9_600,
            effective: 5_952,
            connected: 9_370,
            abandoned: 384,
            sales_accepted: 300,
            worked: 9_975,
            records_answered: 7_182,
            records_effective: 4_900,
            received: 12_000,
            excluded: 600,
            base_worked: 9_120,
            ready: Duration::from_secs(3_300 * 3_600),
            talk: Duration::from_secs(9_370 * 170),
            wrap_up: Duration::from_secs(9_370 * 30),
            goal: Some(500.0),
            advisor_days: Some(440.0),
            ..Facts::default()
        }
    }

    fn short(variant: &str, target: f64) -> Shortfall {
        let indicator = variant.split('.').next().expect("an indicator");
        let choice = Choice {
            indicator: indicator.to_owned(),
            variant: variant.to_owned(),
            target: Some(target),
        };
        let facts = month();
        let all = judge(&facts, &[choice]);
        let judged = all.iter().find(|one| one.value.definition.id == variant);
        Shortfall::of(judged.expect("in the catalogue"), &facts).expect("missed")
    }

    #[test]
    fn sales_missing_to_a_goal_are_told_in_calls_and_hours() {
        // 80 % of 500 are 400: a hundred more than were sold.
        let short = short("cumplimiento", 0.8);
        assert!((short.missing - 100.0).abs() < 1e-9, "{short:?}");
        assert_eq!(
            short.words(),
            "20.0 pp de menos: faltan 100 ventas aceptadas; al ritmo del período son 10000 llamadas, \
             1126.0 horas-asesor"
        );
        assert_eq!(
            short.words_en(),
            "20.0 pp short: missing 100 accepted sales; at the pace of the period 10000 calls, \
             1126.0 advisor-hours"
        );
    }

    #[test]
    fn records_not_worked_are_told_by_what_records_sell() {
        // 85 % of 11,400 are 9,690: 570 more than were worked, a sixteenth.
        let short = short("gestion_base", 0.85);
        assert!((short.missing - 570.0).abs() < 1e-6, "{short:?}");
        let sales = short.sales.expect("there are sales");
        assert!((sales - 18.75).abs() < 1e-9, "{sales}");
        assert!(!short.is_excess);
    }

    #[test]
    fn abandoned_calls_are_too_many_and_would_have_been_sales() {
        let short = short("abandono", 0.03);
        assert!(short.is_excess);
        assert!((short.missing - 96.0).abs() < 1e-9, "{short:?}");
        assert!((short.calls.expect("calls") - 96.0).abs() < 1e-9);
        let sales = short.sales.expect("sales");
        assert!((sales - 96.0 * 300.0 / 9_370.0).abs() < 1e-9, "{sales}");
        // At 200 s each.
        assert!((short.hours.expect("time") - 96.0 * 200.0 / 3_600.0).abs() < 1e-9);
        assert!(
            short
                .words()
                .starts_with("1.00 pp de más: sobran 96 abandonadas; al ritmo"),
            "{}",
            short.words()
        );
    }

    #[test]
    fn time_over_its_target_is_told_in_what_advisors_do_in_it() {
        let short = short("tmo", 180.0);
        // Twenty seconds on each call.
        assert!((short.hours.expect("time") - 9_370.0 * 20.0 / 3_600.0).abs() < 1e-6);
        assert_eq!(short.by_shown(), "20.0 s");
        assert!(short.is_excess && short.calls.is_some());
    }

    #[test]
    fn what_is_met_or_has_no_figure_is_short_of_nothing() {
        let facts = month();
        for one in judge(&facts, &[]) {
            let short = Shortfall::of(&one, &facts);
            assert_eq!(short.is_some(), one.met == Some(false), "{one:?}");
        }
        let nothing = Facts::default();
        let mut none = judge(&nothing, &[]).into_iter();
        assert!(none.all(|one| Shortfall::of(&one, &nothing).is_none()));
    }

    #[test]
    fn a_floor_that_sold_nothing_does_not_say_how_many_calls_a_sale_takes() {
        let facts = Facts {
            attempts: 100,
            goal: Some(10.0),
            ..Facts::default()
        };
        let all = judge(&facts, &[]);
        let goal = all
            .iter()
            .find(|one| one.value.definition.id == "cumplimiento");
        let short = Shortfall::of(goal.expect("there"), &facts).expect("missed");
        assert_eq!(
            (short.calls, short.sales, short.hours),
            (None, Some(8.0), None)
        );
        assert_eq!(short.words(), "80.0 pp de menos: faltan 8 ventas aceptadas");
    }
}
