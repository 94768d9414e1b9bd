//! From words to a condition, each column checked against its kind.
//!
//! ```text
//! any   = all *( ("or" / "o") all )
//! all   = not *( ("and" / "y") not )
//! not   = ["not" / "no"] ( "(" any ")" / test )
//! test  = column ( sign literal / ["not"] "in" "(" literal *("," literal) ")" / "between" literal "and" literal
//!         / ["not"] ("contains" / "starts" / "ends") text / "is" ["not"] "empty" )
//! ```

use std::ops::Range;

use crate::cell::Kind;
use crate::error::SegmentError;
use crate::expression::{Comparison, Literal, Test};
use crate::lexer::{Placed, Token, lex};
use crate::schema::Schema;
use crate::{DEPTH_MAX, RULE_MAX, text};

/// The words that mean something, by what they mean; the first is told in errors.
pub(crate) const KEYWORDS: [(Keyword, &[&str]); 12] = [
    (Keyword::And, &["and", "y", "e"]),
    (Keyword::Or, &["or", "o", "u"]),
    (Keyword::Not, &["not", "no"]),
    (Keyword::In, &["in", "en"]),
    (Keyword::Between, &["between", "entre"]),
    (Keyword::Contains, &["contains", "contiene"]),
    (Keyword::Starts, &["starts", "empieza"]),
    (Keyword::Ends, &["ends", "termina"]),
    (Keyword::Is, &["is", "es"]),
    (Keyword::Empty, &["empty", "vacio"]),
    (Keyword::Today, &["today", "hoy"]),
    (Keyword::With, &["with", "con"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    And,
    Or,
    Not,
    In,
    Between,
    Contains,
    Starts,
    Ends,
    Is,
    Empty,
    Today,
    /// `starts with`, `empieza con`: may be left out.
    With,
}

pub(crate) fn keyword(word: &str) -> Option<Keyword> {
    let word = text::folded(word);
    let known = KEYWORDS
        .iter()
        .find(|(_, words)| words.contains(&word.as_str()));
    known.map(|(keyword, _)| *keyword)
}

/// The condition, and the columns it looks at.
pub(crate) fn parse(rule: &str, schema: &Schema) -> Result<(Test, Vec<usize>), SegmentError> {
    if rule.len() > RULE_MAX {
        let message = format!("a rule has {RULE_MAX} bytes at most");
        return Err(SegmentError::new(0..0, message));
    }
    let mut parser = Parser {
        words: lex(rule)?,
        place: 0,
        end: rule.len(),
        depth: 0,
        schema,
        columns: Vec::new(),
    };
    let test = parser.any()?;
    match parser.peek() {
        None => Ok((test, parser.columns)),
        Some((_, at)) => {
            let at = at.clone();
            Err(SegmentError::new(
                at,
                "the rule was over before this; join conditions with `and` (`y`) or `or` (`o`)",
            ))
        }
    }
}

struct Parser<'a> {
    words: Vec<Placed>,
    place: usize,
    end: usize,
    depth: usize,
    schema: &'a Schema,
    columns: Vec<usize>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Placed> {
        self.words.get(self.place)
    }

    fn next(&mut self) -> Option<Placed> {
        let word = self.words.get(self.place).cloned();
        self.place += usize::from(word.is_some());
        word
    }

    /// Where the next word stands, or the end.
    fn here(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end, |(_, at)| at.clone())
    }

    fn takes(&mut self, wanted: Keyword) -> bool {
        let there =
            matches!(self.peek(), Some((Token::Word(word), _)) if keyword(word) == Some(wanted));
        self.place += usize::from(there);
        there
    }

    fn takes_sign(&mut self, wanted: &str) -> bool {
        let there = matches!(self.peek(), Some((Token::Sign(sign), _)) if *sign == wanted);
        self.place += usize::from(there);
        there
    }

    fn sign(&mut self, wanted: &str, why: &str) -> Result<(), SegmentError> {
        match self.takes_sign(wanted) {
            true => Ok(()),
            false => Err(SegmentError::new(self.here(), why)),
        }
    }

    fn any(&mut self) -> Result<Test, SegmentError> {
        let mut tests = vec![self.all()?];
        while self.takes(Keyword::Or) {
            tests.push(self.all()?);
        }
        Ok(one_or(tests, Test::Any))
    }

    fn all(&mut self) -> Result<Test, SegmentError> {
        let mut tests = vec![self.not()?];
        while self.takes(Keyword::And) {
            tests.push(self.not()?);
        }
        Ok(one_or(tests, Test::All))
    }

    fn not(&mut self) -> Result<Test, SegmentError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(SegmentError::new(
                self.here(),
                format!("nested deeper than {DEPTH_MAX}"),
            ));
        }
        let test = if self.takes(Keyword::Not) {
            Test::Not(Box::new(self.not()?))
        } else if self.takes_sign("(") {
            let inner = self.any()?;
            self.sign(")", "a bracket that was opened must be closed with )")?;
            inner
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(test)
    }

    fn test(&mut self) -> Result<Test, SegmentError> {
        let column = self.column()?;
        let negated = self.takes(Keyword::Not);
        let test = if self.takes(Keyword::In) {
            self.one_of(column)?
        } else if self.takes(Keyword::Contains) {
            Test::Contains(column, self.part(column)?)
        } else if self.takes(Keyword::Starts) {
            Test::Starts(column, self.part(column)?)
        } else if self.takes(Keyword::Ends) {
            Test::Ends(column, self.part(column)?)
        } else if negated {
            let why = "after `not` comes `in`, `contains`, `starts` or `ends`; before a comparison it stands in front of the column";
            return Err(SegmentError::new(self.here(), why));
        } else if self.takes(Keyword::Between) {
            self.between(column)?
        } else if self.takes(Keyword::Is) {
            self.is_empty(column)?
        } else {
            self.compare(column)?
        };
        Ok(match negated {
            true => Test::Not(Box::new(test)),
            false => test,
        })
    }

    fn column(&mut self) -> Result<usize, SegmentError> {
        let here = self.here();
        let name = match self.next() {
            Some((Token::Column(name), _)) => name,
            Some((Token::Word(word), _)) if keyword(&word).is_none() => word,
            Some((Token::Text(text), at)) => {
                let message =
                    format!("a condition begins with a column; if `{text}` is one, write [{text}]");
                return Err(SegmentError::new(at, message));
            }
            _ => {
                let names = self
                    .schema
                    .columns()
                    .iter()
                    .take(6)
                    .map(|c| c.name.as_str());
                let names: Vec<&str> = names.collect();
                let message = format!("here a column is missing: {}", names.join(", "));
                return Err(SegmentError::new(here, message));
            }
        };
        match self.schema.find(&name) {
            Some(column) => {
                self.columns.push(column);
                Ok(column)
            }
            None => Err(SegmentError::new(here, self.unknown(&name))),
        }
    }

    fn unknown(&self, name: &str) -> String {
        match self.schema.nearest(name).as_slice() {
            [] => format!("the base has no column `{name}`"),
            near => format!(
                "the base has no column `{name}`; is it {}?",
                near.join(" or ")
            ),
        }
    }

    fn compare(&mut self, column: usize) -> Result<Test, SegmentError> {
        let here = self.here();
        let how = match self.next() {
            Some((Token::Sign("="), _)) => Comparison::Equal,
            Some((Token::Sign("!="), _)) => Comparison::Unequal,
            Some((Token::Sign("<"), _)) => Comparison::Less,
            Some((Token::Sign("<="), _)) => Comparison::AtMost,
            Some((Token::Sign(">"), _)) => Comparison::More,
            Some((Token::Sign(">="), _)) => Comparison::AtLeast,
            _ => {
                let why = "after a column comes =, !=, <, <=, >, >=, `in`, `between`, `contains`, `starts`, `ends` or `is empty`";
                return Err(SegmentError::new(here, why));
            }
        };
        Ok(Test::Compare(column, how, self.literal(column)?))
    }

    fn one_of(&mut self, column: usize) -> Result<Test, SegmentError> {
        self.sign(
            "(",
            "after `in` come values in brackets: (\"Cali\", \"Bogotá\")",
        )?;
        let mut values = vec![self.literal(column)?];
        while self.takes_sign(",") {
            values.push(self.literal(column)?);
        }
        self.sign(")", "values are parted by commas and end with )")?;
        Ok(Test::OneOf(column, values))
    }

    fn between(&mut self, column: usize) -> Result<Test, SegmentError> {
        let from = self.literal(column)?;
        if !self.takes(Keyword::And) {
            return Err(SegmentError::new(
                self.here(),
                "between one value `and` another",
            ));
        }
        Ok(Test::Between(column, from, self.literal(column)?))
    }

    fn is_empty(&mut self, column: usize) -> Result<Test, SegmentError> {
        let negated = self.takes(Keyword::Not);
        if !self.takes(Keyword::Empty) {
            return Err(SegmentError::new(
                self.here(),
                "after `is` comes `empty` or `not empty`",
            ));
        }
        Ok(match negated {
            true => Test::Not(Box::new(Test::Empty(column))),
            false => Test::Empty(column),
        })
    }

    /// A part of a text.
    fn part(&mut self, column: usize) -> Result<String, SegmentError> {
        self.takes(Keyword::With);
        let here = self.here();
        let of = &self.schema.columns()[column];
        if of.kind != Kind::Text {
            let message = format!("`{}` is no text; compare it with =, < or >", of.name);
            return Err(SegmentError::new(here, message));
        }
        match self.next() {
            Some((Token::Text(part), _)) => Ok(text::folded(&part)),
            _ => Err(SegmentError::new(here, "here a text in quotes is missing")),
        }
    }

    /// A value of the column's kind.
    fn literal(&mut self, column: usize) -> Result<Literal, SegmentError> {
        let (kind, name) = {
            let column = &self.schema.columns()[column];
            (column.kind, column.name.clone())
        };
        let here = self.here();
        let minus = self.takes_sign("-");
        let literal = match (kind, self.next()) {
            (Kind::Text, Some((Token::Text(text), _))) if !minus => {
                Literal::Text(text::folded(&text))
            }
            (Kind::Number, Some((Token::Number(number), _))) => {
                Literal::Number(if minus { -number } else { number })
            }
            (Kind::Date, Some((Token::Date(day), _))) if !minus => Literal::Date(day),
            (Kind::Date, Some((Token::Word(word), _)))
                if !minus && keyword(&word) == Some(Keyword::Today) =>
            {
                Literal::Today(self.days()?)
            }
            (_, found) => {
                let at = found.map_or(here, |(_, at)| at);
                return Err(SegmentError::new(at, wanted(kind, &name)));
            }
        };
        Ok(literal)
    }

    /// `+ 30` or `- 30` days.
    fn days(&mut self) -> Result<i64, SegmentError> {
        let sign = match (self.takes_sign("+"), self.takes_sign("-")) {
            (true, _) => 1,
            (_, true) => -1,
            _ => return Ok(0),
        };
        let here = self.here();
        match self.next() {
            Some((Token::Number(days), _)) if days.fract() == 0.0 && days < 100_000.0 => {
                Ok(sign * days as i64)
            }
            _ => Err(SegmentError::new(
                here,
                "here a whole number of days is missing: hoy - 30",
            )),
        }
    }
}

fn wanted(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Text => format!("`{name}` is a text: write it in quotes, \"...\""),
        Kind::Number => format!("`{name}` is a number: write 30 or 1500.5"),
        Kind::Date => format!("`{name}` is a day: write 2026-11-30, hoy or hoy - 30"),
    }
}

fn one_or(mut tests: Vec<Test>, many: fn(Vec<Test>) -> Test) -> Test {
    match tests.len() {
        1 => tests.remove(0),
        _ => many(tests),
    }
}

#[cfg(test)]
mod tests;
