//! Whether two URIs mean the same address (RFC 3261 section 19.1.4, RFC 3966 section 4).

use super::{Scheme, Uri, unescape};
use crate::message::Params;

/// Parameters that count even where only one of the two URIs has them.
const NEVER_IGNORED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

impl Uri {
    /// Whether `other` means the same address. Not transitive: parameters that only one side has
    /// are ignored, so a URI without any may match two that do not match each other.
    pub fn equivalent(&self, other: &Self) -> bool {
        if self.scheme != other.scheme {
            return false;
        }
        match self.scheme {
            Scheme::Sip | Scheme::Sips => {
                same_text(self.user.as_deref(), other.user.as_deref())
                    && same_text(self.password.as_deref(), other.password.as_deref())
                    && (&self.host, self.port) == (&other.host, other.port)
                    && same_params(&self.params, &other.params)
                    && same_headers(&self.headers, &other.headers)
            }
            Scheme::Tel => {
                digits(self) == digits(other) && same_params(&self.params, &other.params)
            }
            Scheme::Other(_) => self == other,
        }
    }
}

/// Users and passwords: case counts, and an escape equals its character unless that is reserved.
fn same_text(one: Option<&str>, other: Option<&str>) -> bool {
    one.map(normal) == other.map(normal)
}

/// Undoes the escapes that change nothing, and writes the others in one way.
fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        normal.push_str(before);
        let length = match escape.get(..3) {
            Some(three) => {
                match unescape(three).as_str() {
                    plain if plain.len() == 1 && !plain.contains(is_reserved) => {
                        normal.push_str(plain);
                    }
                    _ => normal.push_str(&three.to_ascii_uppercase()),
                }
                3
            }
            None => {
                normal.push('%');
                1
            }
        };
        rest = &escape[length..];
    }
    normal.push_str(rest);
    normal
}

/// Characters that mean something else bare than escaped; the percent sign is one of them here.
fn is_reserved(c: char) -> bool {
    ";/?:@&=+$,%".contains(c) || c.is_control()
}

fn same_params(one: &Params, other: &Params) -> bool {
    let agrees = |(name, value): (&str, Option<&str>), there: &Params| {
        if !there.has(name) {
            return !NEVER_IGNORED.contains(&name.to_ascii_lowercase().as_str());
        }
        let folded = |value: Option<&str>| value.map(|v| normal(v).to_ascii_lowercase());
        folded(value) == folded(there.get(name))
    };
    one.iter().all(|param| agrees(param, other)) && other.iter().all(|param| agrees(param, one))
}

/// Headers count on both sides, in any order.
fn same_headers(one: &[(String, String)], other: &[(String, String)]) -> bool {
    let sorted = |headers: &[(String, String)]| {
        let mut sorted: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| (unescape(name).to_ascii_lowercase(), normal(value)))
            .collect();
        sorted.sort_unstable();
        sorted
    };
    sorted(one) == sorted(other)
}

/// A number without what only helps the eye.
fn digits(uri: &Uri) -> String {
    let number = uri.user.as_deref().unwrap_or_default();
    number
        .chars()
        .filter(|c| !"-.()".contains(*c))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_equivalent(one: &str, other: &str, expected: bool) {
        let uri = |text: &str| text.parse::<Uri>().expect("a URI");
        let (one, other) = (uri(one), uri(other));
        assert_eq!(one.equivalent(&other), expected, "{one} {other}");
        assert_eq!(other.equivalent(&one), expected, "{other} {one}");
    }

    #[test]
    fn the_examples_of_the_rfc_that_are_alike() {
        for (one, other) in [
            (
                "sip:%61lice@atlanta.com;transport=TCP",
                "sip:alice@AtLanTa.CoM;Transport=tcp",
            ),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            ),
        ] {
            assert_equivalent(one, other, true);
        }
    }

    #[test]
    fn the_examples_of_the_rfc_that_differ() {
        for (one, other) in [
            (
                "SIP:ALICE@AtLanTa.CoM;Transport=udp",
                "sip:alice@AtLanTa.CoM;Transport=UDP",
            ),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            (
                "sip:bob@biloxi.com",
                "sip:bob@biloxi.com:6000;transport=tcp",
            ),
            (
                "sip:carol@chicago.com",
                "sip:carol@chicago.com?Subject=next%20meeting",
            ),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            (
                "sip:carol@chicago.com;security=on",
                "sip:carol@chicago.com;security=off",
            ),
        ] {
            assert_equivalent(one, other, false);
        }
    }

    #[test]
    fn reserved_characters_differ_from_their_escapes() {
        assert_equivalent("sip:a%40b@x", "sip:a%40b@x", true);
        assert_equivalent("sip:a%3bb@x", "sip:a%3Bb@x", true);
        assert_equivalent("sip:a%3Bb@x", "sip:a;b@x", false);
        assert_equivalent("sip:a%2541@x", "sip:a%41@x", false);
        assert_equivalent("sip:a%@x", "sip:a%25@x", false);
    }

    #[test]
    fn sips_is_another_address() {
        assert_equivalent("sip:a@x", "sips:a@x", false);
    }

    #[test]
    fn numbers_are_compared_without_separators() {
        assert_equivalent("tel:+1-201-555-0123", "tel:+1(201)555.0123", true);
        assert_equivalent("tel:+12015550123", "tel:12015550123", false);
    }
}
