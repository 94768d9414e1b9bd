//! How a trunk wants numbers written: ordered rules from E.164 to what goes into a SIP user part.
//! As text, `+57/12 strip 2 put 03`: a number of 12 digits that begins with 57 loses two and gets
//! `03` in front. The plus is never part of what is stripped; `put +` puts it back.

use std::fmt;
use std::str::FromStr;

use crate::PhoneNumber;

/// E.164 has no more digits.
const DIGITS_MAX: u8 = 15;
/// No carrier asks for more in front of a number.
const PUT_MAX: usize = 24;
/// A trunk with more rules than this wants a rate table, not rules.
pub const NUMBER_RULES_MAX: usize = 64;

/// One rule: the first that fits a number is the one applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberRule {
    /// Digits the number begins with; empty: any.
    prefix: String,
    /// How many digits it has in all; `None`: any.
    digits: Option<u8>,
    /// How many digits to take away in front.
    strip: u8,
    /// What to put there instead.
    put: String,
}

/// Why a text is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRule(pub(crate) String);

impl fmt::Display for InvalidRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidRule {}

impl NumberRule {
    /// Puts this before every number, after removing the plus.
    pub fn put_before_all(put: impl Into<String>) -> NumberRule {
        NumberRule {
            put: put.into(),
            ..NumberRule::default()
        }
    }

    /// The number as this rule writes it; `None` where it does not fit.
    pub fn apply(&self, number: PhoneNumber) -> Option<String> {
        let all = number.as_u64().to_string();
        let fits = all.starts_with(&self.prefix)
            && self
                .digits
                .is_none_or(|digits| all.len() == usize::from(digits));
        let rest = all.get(usize::from(self.strip)..)?;
        fits.then(|| format!("{}{rest}", self.put))
    }

    /// The number that this rule may have written so: what it strips is known as far as it asks for
    /// those very digits.
    fn undo(&self, text: &str) -> Option<PhoneNumber> {
        let rest = text.strip_prefix(self.put.as_str())?;
        let stripped = self.prefix.get(..usize::from(self.strip))?;
        let digits = format!("{stripped}{rest}");
        PhoneNumber::from_e164(&digits).ok()
    }
}

/// The number as the first rule that fits writes it; in E.164 with its plus where none does.
pub fn written(rules: &[NumberRule], number: PhoneNumber) -> String {
    let by_rule = rules.iter().find_map(|rule| rule.apply(number));
    by_rule.unwrap_or_else(|| number.dialable())
}

/// The number that stands in a SIP user part, written in E.164, by these rules, or as its digits
/// alone. What the rules would write so is that number: nothing else is guessed of national forms.
pub fn read(rules: &[NumberRule], text: &str) -> Option<PhoneNumber> {
    if text.starts_with('+') {
        return PhoneNumber::from_e164(text).ok();
    }
    let by_rule = rules.iter().filter_map(|rule| rule.undo(text));
    let mut by_rule = by_rule.filter(|number| written(rules, *number) == text);
    let digits = text.strip_prefix("00").unwrap_or(text);
    by_rule
        .next()
        .or_else(|| PhoneNumber::from_e164(digits).ok())
}

impl FromStr for NumberRule {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<NumberRule, InvalidRule> {
        let no = |why: &str| InvalidRule(format!("number rule `{}`: {why}", text.escape_debug()));
        let mut words = text.split_ascii_whitespace();
        let first = words.next().ok_or_else(|| no("it is empty"))?;
        let (prefix, digits) = match first.split_once('/') {
            Some((prefix, digits)) => (prefix, Some(digits)),
            None => (first, None),
        };
        let prefix = match prefix {
            "*" => "",
            other => other.strip_prefix('+').unwrap_or(other),
        };
        if prefix.len() > usize::from(DIGITS_MAX) || !prefix.bytes().all(|b| b.is_ascii_digit()) {
            return Err(no(
                "it begins with a prefix such as +57, or * for any number",
            ));
        }
        let digits = digits.map(|digits| digits.parse().ok());
        if digits.is_some_and(|n: Option<u8>| n.is_none_or(|n| !(7..=DIGITS_MAX).contains(&n))) {
            return Err(no("after the / comes how many digits, from 7 to 15"));
        }
        let mut rule = NumberRule {
            prefix: prefix.to_owned(),
            digits: digits.flatten(),
            ..NumberRule::default()
        };
        while let Some(word) = words.next() {
            let what = words.next();
            match (word, what) {
                ("strip", Some(count)) => {
                    let count = count.parse().ok().filter(|n| *n < DIGITS_MAX);
                    rule.strip = count.ok_or_else(|| no("it strips from 0 to 14 digits"))?;
                }
                ("put", Some(put)) if is_dialable(put) && put.len() <= PUT_MAX => {
                    rule.put = put.to_owned();
                }
                ("put", _) => return Err(no("it puts at most 24 of 0-9 + * #")),
                _ => return Err(no("after the prefix come `strip NUMBER` and `put TEXT`")),
            }
        }
        let least = rule.digits.unwrap_or(7);
        if rule.strip >= least {
            return Err(no("it would leave nothing of the shortest number"));
        }
        Ok(rule)
    }
}

/// What may stand in the user part of a Request-URI without being something else.
pub(crate) fn is_dialable(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || "+*#".contains(c))
}

impl fmt::Display for NumberRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix.as_str() {
            "" => f.write_str("*")?,
            prefix => write!(f, "+{prefix}")?,
        }
        if let Some(digits) = self.digits {
            write!(f, "/{digits}")?;
        }
        if self.strip > 0 {
            write!(f, " strip {}", self.strip)?;
        }
        if !self.put.is_empty() {
            write!(f, " put {}", self.put)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(texts: &[&str]) -> Vec<NumberRule> {
        let parsed = texts.iter().map(|text| text.parse());
        parsed.collect::<Result<_, _>>().expect("they are rules")
    }

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::from_e164(text).expect("a number")
    }

    #[test]
    fn the_first_rule_that_fits_writes_the_number() {
        let ours = rules(&[
            "+573/12 strip 2 put 03",
            "+57 strip 2",
            "+1 put 00",
            "* put 9#",
        ]);
        for (phone, sent) in [
            ("+573001234567", "033001234567"),
            ("+576015550100", "6015550100"),
            ("+13055550100", "0013055550100"),
            ("+442079460000", "9#442079460000"),
        ] {
            assert_eq!(written(&ours, number(phone)), sent);
        }
    }

    #[test]
    fn the_usual_formats_can_be_said() {
        let phone = number("+573001234567");
        for (rule, sent) in [
            ("* put +", "+573001234567"),
            ("*", "573001234567"),
            ("* put 00", "00573001234567"),
            ("+57 strip 2", "3001234567"),
        ] {
            assert_eq!(written(&rules(&[rule]), phone), sent, "{rule}");
        }
        assert_eq!(written(&[], phone), "+573001234567");
    }

    #[test]
    fn a_number_is_read_as_the_rules_would_write_it_and_else_as_it_stands() {
        let ours = rules(&["+573/12 strip 2 put 03", "+57/12 strip 2", "* put 9"]);
        for (text, read_as) in [
            ("033001234567", Some("+573001234567")),
            ("6015550100", Some("+576015550100")),
            ("9442079460000", Some("+442079460000")),
            ("+573001234567", Some("+573001234567")),
            ("00573001234567", Some("+573001234567")),
            ("anonymous", None),
            ("+57300x", None),
            ("", None),
        ] {
            assert_eq!(read(&ours, text), read_as.map(number), "{text}");
        }
        assert_eq!(read(&[], "573001234567"), Some(number("+573001234567")));
    }

    #[test]
    fn a_rule_reads_back_as_it_is_shown() {
        for text in [
            "* put 99",
            "+57/12 strip 2 put 03",
            "+573",
            "+1 strip 1 put 00*1#",
        ] {
            assert_eq!(rules(&[text])[0].to_string(), text);
        }
    }

    #[test]
    fn what_is_no_rule_is_refused_with_a_reason() {
        for (text, why) in [
            ("", "empty"),
            ("+57x", "prefix"),
            ("+57/99", "digits"),
            ("+57 strip", "after the prefix"),
            ("+57 strip 15", "strips"),
            ("+57 strip 7", "nothing"),
            ("+57 put 1;x=y", "puts"),
            ("+57 put 1\r\nVia:x", "after the prefix"),
            ("+57 drop 3", "after the prefix"),
        ] {
            let error = text.parse::<NumberRule>().expect_err(text).to_string();
            assert!(error.contains(why) && !error.contains('\n'), "{error}");
        }
    }
}
