//! What crossed the carrier's wire, as sipp wrote it down: one line a message,
//! with its time. Neither the product's log nor its parser has a say here.

use std::collections::BTreeMap;

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// In seconds since 1970.
    pub(crate) at: f64,
    /// Whether the carrier said it, not the dialer.
    pub(crate) by_carrier: bool,
    /// Request line or status line.
    pub(crate) line: String,
}

/// The messages of each call in the order of time, by Call-ID.
pub(crate) type Trace = BTreeMap<String, Vec<Message>>;

/// Reads what `-trace_shortmsg` writes.
pub(crate) fn read(log: &str) -> Trace {
    let mut trace = Trace::new();
    for line in log.lines() {
        let fields: Vec<&str> = line.splitn(7, '\t').collect();
        let [_, _, at, side, call, _, line] = fields[..] else {
            panic!("sipp wrote {line:?}");
        };
        let message = Message {
            at: at.parse().expect("seconds since 1970"),
            by_carrier: side == "S",
            line: line.to_owned(),
        };
        trace.entry(call.to_owned()).or_default().push(message);
    }
    trace
}

/// The number a call was for.
pub(crate) fn number(call: &[Message]) -> &str {
    let invite = call.first().map_or("", |message| &message.line);
    let rest = invite.strip_prefix("INVITE sip:");
    rest.and_then(|rest| rest.split('@').next())
        .unwrap_or_else(|| panic!("a call begins with {invite:?}"))
}

/// When the carrier first said, or was first told, a line that begins so.
pub(crate) fn when(call: &[Message], by_carrier: bool, begins: &str) -> f64 {
    call.iter()
        .find(|message| message.by_carrier == by_carrier && message.line.starts_with(begins))
        .unwrap_or_else(|| panic!("no {begins} in {call:#?}"))
        .at
}
