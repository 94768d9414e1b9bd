//! The spelling of header names: long names of the IANA registry, compact forms of RFC 3261
//! section 7.3.3 and later RFCs. Comparison ignores case.

use std::borrow::Cow;
use std::sync::LazyLock;

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

/// Long names that are stored without allocation and written as the RFCs write them.
const LONG: [&str; 52] = [
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Contact",
    "Max-Forwards",
    "Content-Type",
    "Content-Length",
    "Route",
    "Record-Route",
    "Expires",
    "Min-Expires",
    "Authorization",
    "Proxy-Authorization",
    "WWW-Authenticate",
    "Proxy-Authenticate",
    "Authentication-Info",
    "User-Agent",
    "Server",
    "Allow",
    "Allow-Events",
    "Supported",
    "Require",
    "Proxy-Require",
    "Unsupported",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Session-Expires",
    "Min-SE",
    "RSeq",
    "RAck",
    "Reason",
    "Retry-After",
    "Refer-To",
    "Referred-By",
    "Replaces",
    "Event",
    "Subscription-State",
    "Date",
    "Timestamp",
    "Subject",
    "Organization",
    "Warning",
    "Error-Info",
    "P-Asserted-Identity",
    "P-Preferred-Identity",
    "Privacy",
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
pub(super) fn known(name: &str) -> Option<&'static str> {
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

/// The long names by their length: most lengths have one or two, and every header of every message
/// is looked up here.
static BY_LENGTH: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let all = LONG.iter().chain(COMPACT.iter().map(|(_, long)| long));
    let mut by_length = vec![Vec::new(); 32];
    for long in all {
        let alike: &mut Vec<&str> = &mut by_length[long.len()];
        if !alike.contains(long) {
            alike.push(long);
        }
    }
    by_length
});
