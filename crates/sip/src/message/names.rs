//! The spelling of header names: long names of the IANA registry, compact forms of RFC 3261
//! section 7.3.3 and later RFCs. Comparison ignores case.

use std::borrow::Cow;

/// Compact form and long name.
const COMPACT: [(&str, &str); 18] = [
    ("a", "Accept-Contact"),
    ("b", "Referred-By"),
    ("c", "Content-Type"),
    ("d", "Request-Disposition"),
    ("e", "Content-Encoding"),
    ("f", "From"),
    ("i", "Call-ID"),
    ("j", "Reject-Contact"),
    ("k", "Supported"),
    ("l", "Content-Length"),
    ("m", "Contact"),
    ("o", "Event"),
    ("r", "Refer-To"),
    ("s", "Subject"),
    ("t", "To"),
    ("u", "Allow-Events"),
    ("v", "Via"),
    ("x", "Session-Expires"),
];

/// Long names that are stored without allocation and written as the RFCs write them, those of so
/// many letters in the place of that number: every header of every message is looked up here.
static BY_LENGTH: [&[&str]; 21] = [
    &[],
    &[],
    &["To"],
    &["Via"],
    &["From", "CSeq", "RSeq", "RAck", "Date"],
    &["Route", "Allow", "Event"],
    &["Server", "Accept", "Min-SE", "Reason"],
    &[
        "Call-ID", "Contact", "Expires", "Require", "Subject", "Warning", "Privacy",
    ],
    &["Refer-To", "Replaces"],
    &["Supported", "Timestamp"],
    &["User-Agent", "Error-Info"],
    &["Min-Expires", "Unsupported", "Retry-After", "Referred-By"],
    &[
        "Max-Forwards",
        "Content-Type",
        "Record-Route",
        "Allow-Events",
        "Organization",
    ],
    &["Authorization", "Proxy-Require"],
    &["Content-Length", "Accept-Contact", "Reject-Contact"],
    &["Accept-Encoding", "Accept-Language", "Session-Expires"],
    &["WWW-Authenticate", "Content-Encoding", "Content-Language"],
    &[],
    &["Proxy-Authenticate", "Subscription-State"],
    &[
        "Proxy-Authorization",
        "Authentication-Info",
        "Content-Disposition",
        "P-Asserted-Identity",
        "Request-Disposition",
    ],
    &["P-Preferred-Identity"],
];

/// The name under which a field called `name` is kept: its long form in the usual spelling where
/// known, else as given.
pub(super) fn canonical(name: &str) -> Cow<'static, str> {
    match known(name) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(name.to_owned()),
    }
}

/// The long name, in the usual spelling where known, without allocation.
pub(crate) fn long(name: &str) -> &str {
    known(name).unwrap_or(name)
}

/// A name as fields are looked up by it: not compact, in whatever case.
pub(super) fn sought(name: &str) -> &str {
    match name.len() {
        1 => long(name),
        _ => name,
    }
}

/// The name under which a field called `name` is kept, if that is known.
fn known(name: &str) -> Option<&'static str> {
    if name.len() == 1 {
        return COMPACT
            .iter()
            .find(|(compact, _)| compact.eq_ignore_ascii_case(name))
            .map(|(_, long)| *long);
    }
    let alike = BY_LENGTH.get(name.len())?;
    let as_written = alike.iter().find(|long| **long == name);
    let any_case = || alike.iter().find(|long| long.eq_ignore_ascii_case(name));
    as_written.or_else(any_case).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_whatever_case_and_every_compact_form_has_one() {
        for long in BY_LENGTH.into_iter().flatten() {
            assert_eq!(known(&long.to_ascii_uppercase()), Some(*long));
        }
        for (compact, long) in COMPACT {
            assert_eq!(known(compact), Some(long));
            assert_eq!(known(long), Some(long));
        }
    }
}
