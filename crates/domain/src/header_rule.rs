//! What a trunk wants in the header of its INVITEs beyond what SIP asks for: `add NAME: VALUE`,
//! `set NAME: VALUE` (in place of ours), `remove NAME`. A value may name parts of the call:
//! `{called}`, `{calling}` (as the trunk writes them), `{attempt}`, `{trunk}`.
//!
//! Fields that make the dialog and the transaction cannot be touched (RFC 3261 section 8.1.1), and
//! no value holds a line break.

use std::fmt;
use std::str::FromStr;

use crate::number_rule::InvalidRule;

/// More fields than any carrier asks for.
pub const HEADER_RULES_MAX: usize = 32;
const NAME_MAX: usize = 64;
const VALUE_MAX: usize = 512;

/// Fields that are the protocol's own, or that say what the body and the extensions are.
const PROTECTED: &[&str] = &[
    "accept",
    "allow",
    "authorization",
    "call-id",
    "contact",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-type",
    "cseq",
    "expires",
    "from",
    "join",
    "max-forwards",
    "min-expires",
    "min-se",
    "mime-version",
    "proxy-authorization",
    "proxy-require",
    "rack",
    "record-route",
    "refer-to",
    "referred-by",
    "replaces",
    "require",
    "route",
    "rseq",
    "session-expires",
    "supported",
    "to",
    "unsupported",
    "via",
];

/// What a value may name.
const NAMES: [&str; 4] = ["called", "calling", "attempt", "trunk"];

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderRule {
    /// One more field.
    Add {
        /// Its name.
        name: String,
        /// Its value, a template.
        value: String,
    },
    /// This field in place of any of the name.
    Set {
        /// Its name.
        name: String,
        /// Its value, a template.
        value: String,
    },
    /// No field of this name.
    Remove {
        /// The name.
        name: String,
    },
}

/// What the templates of a call's fields name.
#[derive(Clone, Copy, Debug)]
pub struct HeaderWords<'a> {
    /// The called number as the trunk writes it.
    pub called: &'a str,
    /// The calling number as the trunk writes it.
    pub calling: &'a str,
    /// The attempt.
    pub attempt: &'a str,
    /// The trunk's name.
    pub trunk: &'a str,
}

impl HeaderRule {
    /// Changes the fields of an INVITE.
    pub fn apply(&self, fields: &mut Vec<(String, String)>, words: &HeaderWords<'_>) {
        let gone = |fields: &mut Vec<(String, String)>, name: &str| {
            fields.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        };
        match self {
            HeaderRule::Add { name, value } => fields.push((name.clone(), words.fill(value))),
            HeaderRule::Set { name, value } => {
                gone(fields, name);
                fields.push((name.clone(), words.fill(value)));
            }
            HeaderRule::Remove { name } => gone(fields, name),
        }
    }
}

impl HeaderWords<'_> {
    fn fill(&self, template: &str) -> String {
        // What a trunk is called is a person's text: it must not break the line either.
        let trunk: String = self.trunk.chars().filter(|c| !c.is_control()).collect();
        template
            .replace("{called}", self.called)
            .replace("{calling}", self.calling)
            .replace("{attempt}", self.attempt)
            .replace("{trunk}", &trunk)
    }
}

impl FromStr for HeaderRule {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<HeaderRule, InvalidRule> {
        let no = |why: String| InvalidRule(format!("header rule `{}`: {why}", text.escape_debug()));
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let (name, value) = match verb {
            "add" | "set" => rest
                .split_once(':')
                .ok_or_else(|| no("after the verb comes `NAME: VALUE`".into()))?,
            "remove" => (rest, ""),
            _ => return Err(no("it begins with `add`, `set` or `remove`".into())),
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        check_name(&name).map_err(no)?;
        if verb != "remove" {
            check_value(&value).map_err(no)?;
        }
        Ok(match verb {
            "add" => HeaderRule::Add { name, value },
            "set" => HeaderRule::Set { name, value },
            _ if name.eq_ignore_ascii_case("user-agent") => {
                return Err(no(
                    "User-Agent can be set to another value, not removed".into()
                ));
            }
            _ => HeaderRule::Remove { name },
        })
    }
}

fn check_name(name: &str) -> Result<(), String> {
    // A token of RFC 3261 section 25.1.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b);
    if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(plain) {
        return Err("the name of a field is letters, digits and -".into());
    }
    let lower = name.to_ascii_lowercase();
    // One letter is the short form of a field of the protocol (section 7.3.3).
    if lower.len() == 1 || PROTECTED.contains(&lower.as_str()) {
        return Err(format!(
            "{name} belongs to the protocol and is not to be changed"
        ));
    }
    Ok(())
}

fn check_value(value: &str) -> Result<(), String> {
    if value.is_empty() || value.len() > VALUE_MAX {
        return Err(format!("a value is 1 to {VALUE_MAX} bytes"));
    }
    if value.chars().any(char::is_control) {
        return Err("a value holds no line break or other control character".into());
    }
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('{') {
        let name = after.split_once('}').map(|(name, _)| name);
        if !name.is_some_and(|name| NAMES.contains(&name)) {
            return Err("in braces stands called, calling, attempt or trunk".into());
        }
        rest = after;
    }
    Ok(())
}

impl fmt::Display for HeaderRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderRule::Add { name, value } => write!(f, "add {name}: {value}"),
            HeaderRule::Set { name, value } => write!(f, "set {name}: {value}"),
            HeaderRule::Remove { name } => write!(f, "remove {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> HeaderRule {
        text.parse().expect("a rule")
    }

    #[test]
    fn fields_are_added_replaced_and_taken_out_in_order() {
        let mut fields = vec![("P-Asserted-Identity".to_owned(), "<sip:x@y>".to_owned())];
        let words = HeaderWords {
            called: "033001234567",
            calling: "6015550100",
            attempt: "7",
            trunk: "claro\r\nEvil: 1",
        };
        for text in [
            "add X-Call: {attempt} to {called} from {calling}",
            "set p-asserted-identity: <tel:{calling}>",
            "add X-Trunk: {trunk}",
            "add X-Gone: 1",
            "remove x-gone",
        ] {
            rule(text).apply(&mut fields, &words);
        }
        let shown: Vec<_> = fields.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        assert_eq!(
            shown,
            [
                "X-Call: 7 to 033001234567 from 6015550100",
                "p-asserted-identity: <tel:6015550100>",
                "X-Trunk: claroEvil: 1",
            ]
        );
    }

    #[test]
    fn a_rule_reads_back_as_it_is_shown() {
        for text in [
            "add X-A: b: {called}",
            "set User-Agent: other",
            "remove X-A",
        ] {
            assert_eq!(rule(text).to_string(), text);
        }
    }

    #[test]
    fn what_would_break_sip_is_refused_with_a_reason() {
        for (text, why) in [
            ("add Via: SIP/2.0/UDP x", "belongs to the protocol"),
            ("set cseq: 2 INVITE", "belongs to the protocol"),
            ("remove Call-ID", "belongs to the protocol"),
            ("set v: x", "belongs to the protocol"),
            ("set Content-Length: 0", "belongs to the protocol"),
            ("remove User-Agent", "not removed"),
            ("add X-A: b\r\nVia: c", "line break"),
            ("add X-A\r\nVia: c", "letters"),
            ("add X A: c", "letters"),
            ("add X-A:", "bytes"),
            ("add X-A: {password}", "in braces"),
            ("add X-A: {called", "in braces"),
            ("add X-A", "NAME: VALUE"),
            ("drop X-A", "begins with"),
        ] {
            let error = text.parse::<HeaderRule>().expect_err(text).to_string();
            assert!(error.contains(why), "{text:?}: {error}");
            assert!(!error.contains('\n'), "{error:?}");
        }
    }
}
