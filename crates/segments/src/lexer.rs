//! A rule as words, with their places.

use std::ops::Range;

use chrono::NaiveDate;

use crate::error::SegmentError;

/// A word of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A keyword or a column without signs in its name.
    Word(String),
    /// A column in brackets.
    Column(String),
    Text(String),
    Number(f64),
    Date(NaiveDate),
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `(`, `)`, `,`, `+`, `-`.
    Sign(&'static str),
}

pub(crate) type Placed = (Token, Range<usize>);

const SIGNS: [&str; 13] = [
    "<>", "!=", "<=", ">=", "==", "=", "<", ">", "(", ")", ",", "+", "-",
];

/// The words, in order.
pub(crate) fn lex(rule: &str) -> Result<Vec<Placed>, SegmentError> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(first) = rule[at..].chars().next() {
        let rest = &rule[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = if first == '"' || first == '\'' {
            quoted(rest, first, at)?
        } else if first == '[' {
            bracketed(rest, at)?
        } else if first.is_ascii_digit() {
            figure(rest, at)?
        } else if first.is_alphabetic() || first == '_' {
            word(rest)
        } else {
            sign(rest, at)?
        };
        words.push((token, at..at + length));
        at += length;
    }
    Ok(words)
}

fn quoted(rest: &str, mark: char, at: usize) -> Result<(Token, usize), SegmentError> {
    match rest[1..].find(mark) {
        Some(end) => Ok((Token::Text(rest[1..=end].to_owned()), end + 2)),
        None => {
            let message = format!("the text that begins here does not end; close it with {mark}");
            Err(SegmentError::new(at..at + 1, message))
        }
    }
}

fn bracketed(rest: &str, at: usize) -> Result<(Token, usize), SegmentError> {
    match rest.find(']') {
        Some(end) => Ok((Token::Column(rest[1..end].to_owned()), end + 1)),
        None => Err(SegmentError::new(
            at..at + 1,
            "the name of a column that begins here does not end; close it with ]",
        )),
    }
}

/// A number with a point for its decimals, or a day.
fn figure(rest: &str, at: usize) -> Result<(Token, usize), SegmentError> {
    let day = rest
        .get(..10)
        .and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    if let Some(day) = day {
        return Ok((Token::Date(day), 10));
    }
    let length = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '_'))
        .unwrap_or(rest.len());
    let text = rest[..length].replace('_', "");
    match text.parse::<f64>() {
        Ok(number)
            if text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.') =>
        {
            Ok((Token::Number(number), length))
        }
        _ => {
            let message = format!(
                "`{}` is neither a number (30, 1500.5) nor a day (2026-11-30); a text stands in quotes",
                &rest[..length]
            );
            Err(SegmentError::new(at..at + length, message))
        }
    }
}

fn word(rest: &str) -> (Token, usize) {
    let length = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    (Token::Word(rest[..length].to_owned()), length)
}

fn sign(rest: &str, at: usize) -> Result<(Token, usize), SegmentError> {
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => {
            let meant = match *sign {
                "==" => "=",
                "<>" => "!=",
                sign => sign,
            };
            Ok((Token::Sign(meant), sign.len()))
        }
        None => {
            let wrong = rest.chars().next().map_or(1, char::len_utf8);
            let message = format!("`{}` means nothing here", &rest[..wrong]);
            Err(SegmentError::new(at..at + wrong, message))
        }
    }
}
