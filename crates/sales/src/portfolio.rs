//! What a campaign may sell: equipment and plans, each with its price, how many are left, and from when to when.

use chrono::NaiveDate;

use crate::value;

/// Something to sell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its code, unique in the portfolio.
    pub code: String,
    /// What it is: `equipo`, `plan`, or another word a form asks for.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Price, in whole units of the currency.
    pub price: i64,
    /// How many there were when it was counted; none: not counted.
    pub stock: Option<i64>,
    /// How many of those are promised since.
    pub promised: i64,
    /// First day on which it may be sold.
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    /// The plans an equipment goes with; empty: any.
    pub with: Vec<String>,
}

impl Item {
    /// How many are left; none: not counted.
    pub fn left(&self) -> Option<i64> {
        self.stock.map(|stock| (stock - self.promised).max(0))
    }

    /// Whether it may be sold on a day; else why not.
    pub fn sells(&self, day: NaiveDate) -> Result<(), String> {
        if self.valid_from.is_some_and(|first| day < first) {
            return Err(format!(
                "{} is sold from {} on",
                self.code,
                shown(self.valid_from)
            ));
        }
        if self.valid_to.is_some_and(|last| day > last) {
            return Err(format!(
                "{} was sold until {}; choose another",
                self.code,
                shown(self.valid_to)
            ));
        }
        match self.left() {
            Some(0) => Err(format!(
                "there are none left of {}; choose another",
                self.code
            )),
            _ => Ok(()),
        }
    }
}

fn shown(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// What is wrong with a row of a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemProblem {
    /// Line of the table, the headings being 1.
    pub line: u64,
    /// Heading of the column.
    pub column: &'static str,
    /// What is wrong and what to do.
    pub words: String,
}

/// The columns of a portfolio's table, in their order.
const COLUMNS: [&str; 8] = [
    "code",
    "kind",
    "name",
    "price",
    "stock",
    "valid_from",
    "valid_to",
    "with",
];

/// What a campaign may sell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// In the order they were given.
    pub items: Vec<Item>,
}

impl Portfolio {
    /// The columns of its table, in their order.
    pub const COLUMNS: [&str; 8] = COLUMNS;

    /// From the rows of a table, the headings first; or everything that is wrong with it.
    pub fn read(rows: &[Vec<String>]) -> Result<Portfolio, Vec<ItemProblem>> {
        let Some((headings, rows)) = rows.split_first() else {
            return Err(vec![problem(
                1,
                "code",
                "the table is empty; give it its headings".to_owned(),
            )]);
        };
        let places = COLUMNS.map(|column| {
            headings
                .iter()
                .position(|heading| value::folded(heading) == column)
        });
        let missing: Vec<_> = COLUMNS[..4]
            .iter()
            .zip(&places)
            .filter(|(_, place)| place.is_none())
            .map(|(column, _)| problem(1, column, "the column is missing".to_owned()))
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let mut portfolio = Portfolio::default();
        let mut problems = Vec::new();
        for (line, row) in (2..).zip(rows) {
            if row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let cells = places.map(|place| {
                place
                    .and_then(|at| row.get(at))
                    .map_or("", |cell| cell.trim())
            });
            let item = item_of(line, cells, &mut problems);
            if portfolio.item(&item.code).is_some() {
                problems.push(problem(
                    line,
                    "code",
                    format!("{} comes twice; keep one row of it", item.code),
                ));
            }
            portfolio.items.push(item);
        }
        match problems.is_empty() {
            true => Ok(portfolio),
            false => Err(problems),
        }
    }

    /// An item by its code.
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    /// Whether anything of what these words name, by code or kind, may be sold on a day; else why nothing may. No words: nothing
    /// is asked.
    pub fn offers(&self, words: &[String], day: NaiveDate) -> Result<(), String> {
        if words.is_empty() {
            return Ok(());
        }
        let named = |item: &&Item| {
            let is = |word: &String| {
                let word = value::folded(word);
                word == value::folded(&item.code) || word == value::folded(&item.kind)
            };
            words.iter().any(is)
        };
        let mut why = Vec::new();
        for item in self.items.iter().filter(named) {
            match item.sells(day) {
                Ok(()) => return Ok(()),
                Err(words) => why.push(words),
            }
        }
        Err(match why.len() {
            0 => format!("the portfolio has no {}", words.join(", ")),
            1..=3 => why.join("; "),
            many => format!("none of {many} items may be sold: {}", why[0]),
        })
    }

    /// The code of what may be sold on a day, by code or name; else why not.
    pub(crate) fn sellable(
        &self,
        kind: &str,
        text: &str,
        day: NaiveDate,
    ) -> Result<String, String> {
        let of_kind = || self.items.iter().filter(|item| item.kind == kind);
        let same = |word: &str| value::folded(word) == value::folded(text);
        let found = of_kind().find(|item| same(&item.code) || same(&item.name));
        let Some(item) = found else {
            let codes: Vec<_> = of_kind()
                .filter(|item| item.sells(day).is_ok())
                .map(|item| item.code.as_str())
                .take(20)
                .collect();
            return Err(match codes.is_empty() {
                true => format!("the portfolio of the campaign has no {kind}; load it first"),
                false => format!(
                    "no {kind} of the portfolio; choose one of {}",
                    codes.join(", ")
                ),
            });
        };
        item.sells(day).map(|()| item.code.clone())
    }
}

fn item_of(line: u64, cells: [&str; 8], problems: &mut Vec<ItemProblem>) -> Item {
    let [code, kind, name, price, stock, from, to, with] = cells;
    let mut wrong = |column, words: String| problems.push(problem(line, column, words));
    for (column, cell) in [("code", code), ("kind", kind), ("name", name)] {
        if cell.is_empty() {
            wrong(column, "it is missing".to_owned());
        }
    }
    let sum = value::money(price).unwrap_or_else(|| {
        wrong("price", format!("\"{price}\" is no sum without cents"));
        0
    });
    let mut optional = |column, cell: &str| {
        let number = value::number(cell).filter(|number| *number >= 0);
        if !cell.is_empty() && number.is_none() {
            wrong(
                column,
                format!(
                    "\"{cell}\" is no number of pieces; leave it empty where they are not counted"
                ),
            );
        }
        number
    };
    let stock = optional("stock", stock);
    let mut day = |column, cell: &str| {
        let day = value::date(cell, None);
        if !cell.is_empty() && day.is_none() {
            wrong(column, format!("\"{cell}\" is no day; write 2026-12-01"));
        }
        day
    };
    let (valid_from, valid_to) = (day("valid_from", from), day("valid_to", to));
    if valid_from
        .zip(valid_to)
        .is_some_and(|(first, last)| first > last)
    {
        wrong("valid_to", "it lies before valid_from".to_owned());
    }
    let with = with.split([' ', '|']).filter(|word| !word.is_empty());
    Item {
        code: code.to_owned(),
        kind: kind.to_lowercase(),
        name: name.to_owned(),
        price: sum,
        stock,
        promised: 0,
        valid_from,
        valid_to,
        with: with.map(str::to_owned).collect(),
    }
}

fn problem(line: u64, column: &'static str, words: String) -> ItemProblem {
    ItemProblem {
        line,
        column,
        words,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn table(text: &str) -> Vec<Vec<String>> {
        let row = |line: &str| line.split(',').map(str::to_owned).collect();
        text.lines().map(row).collect()
    }

    pub(crate) fn portfolio() -> Portfolio {
        let text = "code,kind,name,price,stock,valid_from,valid_to,with\n\
                    MOTO-G,equipo,Moto G,1250000,5,2026-11-01,2026-12-31,PLAN-40\n\
                    GONE,equipo,Agotado,900000,0,,,\n\
                    PLAN-40,plan,Plan 40 GB,60000,,,,\n";
        Portfolio::read(&table(text)).expect("nothing is wrong")
    }

    #[test]
    fn what_is_gone_or_out_of_its_days_is_not_sold() {
        let mut portfolio = portfolio();
        let day = |text: &str| value::date(text, None).expect("a day");
        assert_eq!(
            portfolio.sellable("equipo", "moto g", day("2026-12-01")),
            Ok("MOTO-G".to_owned())
        );
        assert!(
            portfolio
                .sellable("equipo", "MOTO-G", day("2027-01-01"))
                .is_err()
        );
        assert!(
            portfolio
                .sellable("equipo", "MOTO-G", day("2026-10-31"))
                .is_err()
        );
        assert!(
            portfolio
                .sellable("plan", "MOTO-G", day("2026-12-01"))
                .is_err()
        );
        portfolio.items[0].promised = 5;
        assert_eq!(portfolio.items[0].left(), Some(0));
        let gone = portfolio.sellable("equipo", "MOTO-G", day("2026-12-01"));
        assert!(gone.expect_err("none left").contains("none left"));
    }

    #[test]
    fn a_segment_has_something_to_sell_while_anything_it_names_may_be_sold() {
        let portfolio = portfolio();
        let day = value::date("2026-12-01", None).expect("a day");
        let offers = |words: &[&str], day| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            portfolio.offers(&words, day)
        };
        assert_eq!(offers(&[], day), Ok(()), "it asks for nothing");
        assert_eq!(offers(&["equipo"], day), Ok(()), "one of two is there");
        assert_eq!(offers(&["gone", "Plan-40"], day), Ok(()));
        let gone = offers(&["GONE"], day).expect_err("none left");
        assert!(gone.contains("none left of GONE"), "{gone}");
        let later = value::date("2027-01-01", None).expect("a day");
        let over = offers(&["equipo"], later).expect_err("over, and gone");
        assert!(
            over.contains("sold until 2026-12-31") && over.contains("GONE"),
            "{over}"
        );
        let unknown = offers(&["iphone"], day).expect_err("nobody has it");
        assert!(unknown.contains("no iphone"), "{unknown}");
    }

    #[test]
    fn everything_that_is_wrong_with_a_portfolio_is_told_at_once() {
        let text = "code,kind,name,price,stock,valid_from,valid_to\n\
                    A,equipo,A,mucho,-1,2026-13-01,\n\
                    A,,B,10,,2026-12-02,2026-12-01\n";
        let problems = Portfolio::read(&table(text)).expect_err("much is wrong");
        let told: Vec<_> = problems.iter().map(|p| (p.line, p.column)).collect();
        assert_eq!(
            told,
            [
                (2, "price"),
                (2, "stock"),
                (2, "valid_from"),
                (3, "kind"),
                (3, "valid_to"),
                (3, "code")
            ]
        );
        let problems = Portfolio::read(&table("code,name\n")).expect_err("columns");
        assert_eq!(problems.len(), 2);
        assert!(Portfolio::read(&[]).is_err());
    }
}
