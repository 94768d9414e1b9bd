//! What may be written next.

use crate::cell::Kind;
use crate::lexer::{Token, lex};
use crate::parser::{Keyword, keyword};
use crate::schema::Schema;
use crate::text;

/// The most that are offered.
const OFFERED_MAX: usize = 50;

/// What may follow a rule as far as it is written, the words that begin like its last one first: columns where a
/// condition begins, comparisons after a column, values or connectives after them.
pub fn suggestions(rule: &str, schema: &Schema) -> Vec<String> {
    // A name or text that is not closed yet is completed as if it were.
    let open = rule.rfind('[').filter(|at| !rule[*at..].contains(']'));
    let (before, begun) = match open {
        Some(at) => (&rule[..at], rule[at + 1..].to_owned()),
        None => last_word(rule),
    };
    let Ok(words) = lex(before) else {
        return Vec::new();
    };
    let words: Vec<Token> = words.into_iter().map(|(token, _)| token).collect();
    let begun = text::name(&begun);
    let offered = next_after(&words, schema);
    let fits = offered
        .into_iter()
        .filter(|word| text::name(word).starts_with(&begun));
    fits.take(OFFERED_MAX).collect()
}

/// What stands before the word that is being written, and that word.
fn last_word(rule: &str) -> (&str, String) {
    let start = rule
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || *c == '_')
        .last()
        .map_or(rule.len(), |(at, _)| at);
    (&rule[..start], rule[start..].to_owned())
}

fn next_after(words: &[Token], schema: &Schema) -> Vec<String> {
    match words.last() {
        None => conditions(schema),
        Some(Token::Sign("(")) if is_list(words) => Vec::new(),
        Some(Token::Sign("(")) => conditions(schema),
        Some(Token::Word(word)) => match keyword(word) {
            Some(Keyword::And) if is_between(words) => Vec::new(),
            Some(Keyword::And | Keyword::Or | Keyword::Not) => conditions(schema),
            Some(Keyword::Is) => owned(&["vacío", "no vacío"]),
            Some(Keyword::Empty | Keyword::Today) => owned(&["y", "o"]),
            Some(_) => Vec::new(),
            None => column(word, schema),
        },
        Some(Token::Column(name)) => column(name, schema),
        Some(Token::Text(_) | Token::Number(_) | Token::Date(_) | Token::Sign(")")) => {
            owned(&["y", "o"])
        }
        Some(Token::Sign(_)) => Vec::new(),
    }
}

fn conditions(schema: &Schema) -> Vec<String> {
    let plain = |name: &str| {
        name.chars().all(|c| c.is_alphanumeric() || c == '_') && keyword(name).is_none()
    };
    let begins = |name: &str| name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let names = schema
        .columns()
        .iter()
        .map(|column| match column.name.as_str() {
            name if plain(name) && begins(name) => name.to_owned(),
            name => format!("[{name}]"),
        });
    names.chain(["no".to_owned(), "(".to_owned()]).collect()
}

fn column(name: &str, schema: &Schema) -> Vec<String> {
    let kind = schema.find(name).map(|place| schema.columns()[place].kind);
    match kind {
        None => Vec::new(),
        Some(Kind::Text) => owned(&[
            "=",
            "!=",
            "en",
            "no en",
            "contiene",
            "empieza",
            "termina",
            "es vacío",
            "es no vacío",
        ]),
        Some(Kind::Number | Kind::Date) => owned(&[
            "=",
            "!=",
            "<",
            "<=",
            ">",
            ">=",
            "entre",
            "en",
            "es vacío",
            "es no vacío",
        ]),
    }
}

fn is_list(words: &[Token]) -> bool {
    matches!(words, [.., Token::Word(word), Token::Sign("(")] if keyword(word) == Some(Keyword::In))
}

fn is_between(words: &[Token]) -> bool {
    matches!(words, [.., Token::Word(word), _, Token::Word(_)] if keyword(word) == Some(Keyword::Between))
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
