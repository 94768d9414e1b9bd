//! INFO inside a call: the keys that some phones and carriers tell there, as `application/dtmf-relay`
//! (`Signal=5`, `Duration=160`) or `application/dtmf` (`5`), a way older than RFC 6086 and standardised
//! nowhere. Packages of RFC 6086 are not taken, and a body that we cannot read is refused.

use super::call::Owner;
use super::outside::{Arrived, status};
use super::{CallEvent, CallHandle, Endpoint};
use crate::message::{Method, Status};
use std::time::{Duration, Instant};

const RELAY: &str = "application/dtmf-relay";
const PLAIN: &str = "application/dtmf";

impl Endpoint {
    pub(super) fn on_info(&mut self, now: Instant, handle: CallHandle, arrived: &Arrived) {
        let request = &arrived.request;
        if request.headers.contains("Info-Package") {
            // RFC 6086 section 4.2.2: with what we would take, which is nothing.
            let mut response = self.dialog_response(handle, request, status(469));
            response.headers.push("Recv-Info", "");
            self.answer_at_once(now, arrived, response);
            return;
        }
        let kind = request.headers.content_type().unwrap_or_default();
        let digit = match kind.as_str() {
            RELAY | PLAIN => digit(&String::from_utf8_lossy(&request.body)),
            _ => None,
        };
        if digit.is_none() && !request.body.is_empty() && kind != RELAY && kind != PLAIN {
            let mut response = self.dialog_response(handle, request, status(415));
            response.headers.push("Accept", format!("{RELAY}, {PLAIN}"));
            self.answer_at_once(now, arrived, response);
            return;
        }
        let ok = self.dialog_response(handle, request, Status::OK);
        self.answer_at_once(now, arrived, ok);
        if let Some(digit) = digit {
            self.tell(handle, CallEvent::Dtmf { digit });
        }
    }

    /// Tells a key by INFO, for a far side that does not take it in the audio.
    pub fn send_digit(&mut self, now: Instant, call: CallHandle, digit: char, held: Duration) {
        let Some(digit) = digit_of(digit) else {
            return;
        };
        let state = self.calls.get_mut(&call);
        let Some(dialog) = state.and_then(|state| state.dialog.as_mut()) else {
            return;
        };
        let flow = dialog.next_hop();
        let mut info = dialog.request(Method::Info);
        let body = format!("Signal={digit}\r\nDuration={}\r\n", held.as_millis());
        info.set_body(RELAY, body);
        self.stamp(&mut info, flow);
        self.clients
            .start(now, &mut self.transmits, info, flow, Owner::Info);
    }
}

/// A key as it is written, if it is one.
fn digit_of(key: char) -> Option<char> {
    let key = key.to_ascii_uppercase();
    matches!(key, '0'..='9' | '*' | '#' | 'A'..='D').then_some(key)
}

/// The key in a body of either kind; some write 10 and 11 for `*` and `#`, 12 to 15 for `A` to `D`.
fn digit(body: &str) -> Option<char> {
    let signal = body.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case("Signal").then_some(value)
    });
    let text = signal.unwrap_or(body).trim();
    let mut chars = text.chars();
    match (chars.next()?.to_ascii_uppercase(), chars.as_str()) {
        (key @ ('0'..='9' | '*' | '#' | 'A'..='D'), "") => Some(key),
        ('1', "0") => Some('*'),
        ('1', "1") => Some('#'),
        ('1', "2") => Some('A'),
        ('1', "3") => Some('B'),
        ('1', "4") => Some('C'),
        ('1', "5") => Some('D'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::digit;

    #[test]
    fn keys_are_read_as_phones_write_them() {
        for (body, key) in [
            ("Signal=5\r\nDuration=160\r\n", Some('5')),
            ("Signal= 5\r\nDuration= 160", Some('5')),
            ("Duration=160\r\nSIGNAL=#", Some('#')),
            ("Signal=11\r\n", Some('#')),
            ("*", Some('*')),
            (" d \r\n", Some('D')),
            ("16", None),
            ("", None),
            ("Signal=\r\n", None),
            ("hold", None),
        ] {
            assert_eq!(digit(body), key, "{body:?}");
        }
    }
}
